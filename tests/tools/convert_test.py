"""A Transformers model becomes a GGUF file that answers.

Makes a tiny model with random weights and a vocabulary of its own, converts it by the program, and has
it speak. Needs the Python environment of `syndisco models convert`; without it the test is skipped
(exit code 77), unless SYNDISCO_TEST_CONVERT asks for it to be made.

usage: SYNDISCO_PROGRAM=build/release/syndisco tests/tools/convert_test.py
"""

import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.environ.get("SYNDISCO_PROGRAM", "")
HIDDEN, LAYERS, HEADS, KV_HEADS, INNER = 64, 2, 4, 2, 128


def cache() -> Path:
    for name, inner in (("SYNDISCO_CACHE", ""), ("XDG_CACHE_HOME", "syndisco"), ("HOME", ".cache/syndisco")):
        if os.environ.get(name):
            return Path(os.environ[name]) / inner
    return Path(".cache/syndisco")


# ---- the vocabulary, as SentencePiece keeps it: a protocol buffer, written by hand ----

def varint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number: int, value) -> bytes:
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def pieces() -> list:
    normal, unknown, control, byte = 1, 2, 3, 6
    listed = [("<unk>", 0.0, unknown), ("<s>", 0.0, control), ("</s>", 0.0, control)]
    listed += [(f"<0x{number:02X}>", 0.0, byte) for number in range(256)]
    words = ["\u2581"] + [chr(code) for code in range(33, 127)] + ["\u2581t", "he", "in", "\u2581a"]
    return listed + [(word, -float(rank), normal) for rank, word in enumerate(words)]


def sentencepiece_model() -> bytes:
    out = b"".join(field(1, field(1, piece) + field(2, score) + field(3, kind)) for piece, score, kind in pieces())
    bpe = 2
    trainer = field(3, bpe) + field(4, len(pieces())) + field(35, 1) + field(40, 0) + field(41, 1) + field(42, 2)
    return out + field(2, trainer) + field(3, field(1, "identity") + field(3, 1) + field(4, 0) + field(5, 1))


# ---- the weights ----

def shapes() -> dict:
    vocabulary, head = len(pieces()), HIDDEN // HEADS
    found = {"model.embed_tokens.weight": (vocabulary, HIDDEN), "lm_head.weight": (vocabulary, HIDDEN),
             "model.norm.weight": (HIDDEN,)}
    for layer in range(LAYERS):
        for name, shape in (("self_attn.q_proj", (HIDDEN, HIDDEN)), ("self_attn.k_proj", (KV_HEADS * head, HIDDEN)),
                            ("self_attn.v_proj", (KV_HEADS * head, HIDDEN)), ("self_attn.o_proj", (HIDDEN, HIDDEN)),
                            ("mlp.gate_proj", (INNER, HIDDEN)), ("mlp.up_proj", (INNER, HIDDEN)),
                            ("mlp.down_proj", (HIDDEN, INNER)), ("input_layernorm", (HIDDEN,)),
                            ("post_attention_layernorm", (HIDDEN,))):
            found[f"model.layers.{layer}.{name}.weight"] = shape
    return found


def safetensors() -> bytes:
    draws = random.Random(5)
    header, data = {}, b""
    for name, shape in shapes().items():
        count = 1
        for size in shape:
            count *= size
        values = [1.0] * count if len(shape) == 1 else [draws.gauss(0, 0.1) for _ in range(count)]
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + 4 * count]}
        data += struct.pack(f"<{count}f", *values)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def write_model(folder: Path) -> None:
    folder.mkdir()
    (folder / "tokenizer.model").write_bytes(sentencepiece_model())
    (folder / "model.safetensors").write_bytes(safetensors())
    (folder / "config.json").write_text(json.dumps({
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": HIDDEN,
        "intermediate_size": INNER, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS, "vocab_size": len(pieces()), "max_position_embeddings": 2048,
        "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu", "torch_dtype": "float32",
        "bos_token_id": 1, "eos_token_id": 2, "tie_word_embeddings": False}))
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>",
        "add_bos_token": True, "add_eos_token": False,
        # Whoever ran code out of the folder would leave a trace.
        "auto_map": {"AutoTokenizer": ["evil.Evil", None]},
        "chat_template": "{% for m in messages %}{{ m['role'] + ': ' + m['content'] + '\\n' }}{% endfor %}"
                         "{% if add_generation_prompt %}assistant:{% endif %}"}))
    (folder / "evil.py").write_text("import pathlib; pathlib.Path(__file__ + '.ran').touch()\n")


class Convert(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        write_model(self.folder / "tiny")

    def program(self, *arguments, code=0):
        ended = subprocess.run([str(Path(PROGRAM).resolve()), *arguments], cwd=self.folder, capture_output=True,
                               text=True, check=False)
        self.assertEqual(ended.returncode, code, ended.stderr)
        return ended

    def test_a_transformers_model_answers(self):
        out = self.program("models", "convert", "tiny/", "--out", "tiny.gguf", "--type", "f16").stdout
        self.assertEqual(out.strip().split("/")[-1], "tiny.gguf")
        self.assertFalse((self.folder / "tiny/evil.py.ran").exists())
        self.assertFalse((self.folder / "tiny.gguf.partial").exists())
        shape = json.loads(self.program("models", "inspect", "tiny.gguf", "--json").stdout)
        self.assertEqual((shape["architecture"], shape["layers"], shape["vocabulary"], shape["chats"]),
                         ("llama", LAYERS, len(pieces()), True))
        self.assertIn("assistant:", shape["chat_template"])
        (self.folder / "e.yaml").write_text(
            "experiment: e\nmodels: {m: {gguf: tiny.gguf, context: 1024}}\nsampling: {max_tokens: 8}\n"
            "discussions: {personas: [{username: ann}, {username: ben}], turns: 2}\n")
        self.program("run", "e.yaml", "--out", "d")
        turns = json.loads((self.folder / "d/discussions/e.all.0001.json").read_text())["syndisco"]["turns"]
        self.assertEqual(len(turns), 2)
        for turn in turns:
            self.assertGreater(turn["prompt_tokens"], 10)
            self.assertGreater(turn["generated_tokens"], 0)
        # The file that is there is not written over.
        self.assertIn("exists already", self.program("models", "convert", "tiny", "--out", "tiny.gguf", code=2).stderr)

    def test_eight_bits(self):
        self.program("models", "convert", "tiny", "--type", "q8_0")
        shape = json.loads(self.program("models", "inspect", "tiny.q8_0.gguf", "--json").stdout)
        self.assertEqual(shape["encoding"], "Q8_0")

    def test_a_damaged_model_leaves_a_reason_and_no_file(self):
        (self.folder / "tiny/model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0broken!!")
        err = self.program("models", "convert", "tiny", "--out", "x.gguf", code=3).stderr
        self.assertIn("converting", err)
        self.assertIn("hint: all of it is in ", err)
        self.assertEqual(list(self.folder.glob("x.gguf*")), [])


if __name__ == "__main__":
    if not PROGRAM:
        sys.exit("SYNDISCO_PROGRAM names no program")
    if not os.environ.get("SYNDISCO_TEST_CONVERT") and not list(cache().glob("python/*/done")):
        print("skipped: the converter's Python environment is not there; ./dev test-convert makes it")
        sys.exit(77)
    unittest.main()
