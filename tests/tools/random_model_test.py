"""A random model is a well-formed GGUF file with the vocabulary of another. Needs no model."""

import struct
import subprocess
import tempfile
import unittest
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools" / "make-random-model"
loader = SourceFileLoader("make_random_model", str(TOOL))
loader_spec = spec_from_loader(loader.name, loader)
tool = module_from_spec(loader_spec)
loader.exec_module(tool)


def vocabulary(words: list) -> bytes:
    """A GGUF file that holds nothing but words and a template."""
    count = len(words)
    entries = [("general.name", tool.TEXT, tool.text("source")),
               ("tokenizer.ggml.tokens", tool.LIST,
                struct.pack("<IQ", tool.TEXT, count) + b"".join(map(tool.text, words))),
               ("tokenizer.ggml.model", tool.TEXT, tool.text("gpt2")),
               ("tokenizer.ggml.token_type", tool.LIST, struct.pack(f"<IQ{count}I", 5, count, *[1] * count)),
               ("tokenizer.chat_template", tool.TEXT, tool.text("{{ messages }}"))]
    return struct.pack("<4sIQQ", b"GGUF", 3, 0, len(entries)) + b"".join(
        tool.text(key) + struct.pack("<I", kind) + value for key, kind, value in entries)


class RandomModel(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.source, self.out = self.folder / "source.gguf", self.folder / "out.gguf"
        self.source.write_bytes(vocabulary([*(f"\u0120w{n}" for n in range(98)), "\u00c3", "a\u00a9"]))

    def make(self, *options):
        return subprocess.run([str(TOOL), "tiny", str(self.source), str(self.out), *options], capture_output=True,
                              text=True)

    def test_the_vocabulary_is_taken_over(self):
        self.assertEqual(self.make().returncode, 0)
        source, made = tool.Reader(self.source).entries, tool.Reader(self.out).entries
        for key in ("tokenizer.ggml.tokens", "tokenizer.chat_template"):
            self.assertEqual(source[key], made[key])
        self.assertEqual(made["general.name"][1], tool.text("random tiny"))

    def test_tokens_that_are_parts_of_characters_are_unused(self):
        self.make()
        kinds = tool.Reader(self.out).entries["tokenizer.ggml.token_type"][1]
        self.assertEqual(struct.unpack("<100I", kinds[tool.HEAD:]), (1,) * 98 + (tool.UNUSED,) * 2)

    def test_the_file_is_as_long_as_its_tensors_say(self):
        for weights in tool.ENCODINGS:
            with self.subTest(weights=weights):
                self.assertEqual(self.make("--weights", weights).returncode, 0)
                tensors = list(tool.tensors(tool.SHAPES["tiny"], 100))
                data = sum(size + tool.aligned(size) for size in
                           (tool.size(dimensions, weights) for _, dimensions in tensors))
                self.assertGreater(self.out.stat().st_size, data)
                self.assertEqual(self.out.read_bytes()[-4 * 64:], struct.pack("<f", 1.0) * 64)

    def test_the_same_seed_makes_the_same_file(self):
        self.make("--seed", "3")
        first = self.out.read_bytes()
        self.make("--seed", "3")
        self.assertEqual(self.out.read_bytes(), first)
        self.make("--seed", "4")
        self.assertNotEqual(self.out.read_bytes(), first)

    def test_what_is_no_model_is_refused_and_leaves_nothing(self):
        self.source.write_text("not a model, but long enough to be read")
        done = self.make()
        self.assertEqual(done.returncode, 3)
        self.assertIn("no GGUF file", done.stderr)
        self.assertFalse(self.out.exists())


if __name__ == "__main__":
    unittest.main()
