"""The measurements, one function a section. Each returns what its file in bench/results/ holds."""

import dataclasses
import json
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, List, Optional, Sequence

from . import experiment, prefix, processes, sizes
from .experiment import Program, Run, Turn
from .server import Client, Replay, serving
from .sizes import Rates

CLIENTS = 8
BATCH, UBATCH = 2048, 512  # of a step: llama.cpp's defaults
CONTEXT = 2048
# What llama.cpp's programs are told to compute attention as our engine does.
ATTENTION = {"fused": ["-fa", "on"], "plain": ["-fa", "off"], "wide_keys": ["-fa", "off", "-ctk", "f32"]}


@dataclass
class Lab:
    """What all sections work with."""

    program: Program
    bench_engine: Path
    tools: Path
    model: Path
    work: Path
    threads: int
    same_weights: str
    our_best: str
    say: Callable[[str], None]
    rates: Dict[str, Rates] = dataclasses.field(default_factory=dict)  # see calibrate()
    plan: Optional[sizes.Plan] = None
    best_run: Optional[Run] = None  # of section b; d looks at it

    def weights_file(self, weights: str) -> Path:
        """The model in other weights, as llama-quantize makes it. Made once."""
        if weights == "as_is":
            return self.model
        path = self.work / f"{self.model.stem}.{weights}.gguf"
        if not path.exists():
            partial = path.with_suffix(".partial")
            processes.run([self.tools / "llama-quantize", "--allow-requantize", self.model, partial, weights,
                           self.threads], self.work / f"quantize-{weights}")
            partial.rename(path)
        return path

    def serve(self, weights: str, clients: int, attention: Optional[str] = None):
        """A server as anybody would start it; for several clients with a slot for each."""
        flags = ["-np", str(clients), "-c", str(clients * CONTEXT)] if clients > 1 else []
        flags += ATTENTION[attention] if attention else []
        return serving(self.tools / "llama-server", self.weights_file(weights), flags,
                       self.work / f"llama-server-{weights}-{clients}")

    def prepare(self, weights: str) -> None:
        """A first short run, so that no later one has to make its weights or choose them."""
        self.run(f"prepare-{weights}", weights, parallel=1, discussions=1, turns=1, max_tokens=1)

    def run(self, name: str, weights: str, parallel: int, **size) -> Run:
        file = experiment.write(self.work / f"{name}-file", self.model, weights, **size)
        return self.program.run(file, name, parallel)


def calibrate(lab: Lab) -> Dict[str, Rates]:
    """A short trial of each encoding with llama.cpp's own benchmark."""
    rates = {}
    for weights in ("as_is", "Q8_0", "BF16"):
        lab.say(f"trying the model with weights {weights}")
        lines = [_batched_bench(lab, weights, sequences, prompt=128, generate=16, attention="fused")
                 for sequences in (1, 8)]
        rates[weights] = Rates(lines[1]["prompt_per_second"], lines[0]["generated_per_second"],
                               lines[1]["generated_per_second"])
    return rates


# a. Batches ------------------------------------------------------------------------------------------------

def batches(lab: Lab) -> dict:
    size = lab.plan.sizes["a"]
    settings = _engine_settings(lab)
    samples: List[dict] = []
    for repeat in range(size.repeats):
        for sequences in size.sequences:
            samples += _one_pair(lab, settings, size, sequences, repeat)
    return {
        "size": dataclasses.asdict(size),
        "weights": lab.same_weights, "threads": lab.threads, **settings,
        "full": size == sizes.BATCHES[0],
        "measurements": samples,
        "rows": [_batch_row(samples, sequences) for sequences in size.sequences],
    }


def _one_pair(lab: Lab, settings: dict, size: sizes.BatchSize, sequences: int, repeat: int) -> List[dict]:
    """Ours and theirs, one right after the other; who begins changes with each repetition."""
    lab.say(f"a: {sequences} sequences, repetition {repeat + 1}")
    lengths = {"prompt": size.prompt, "generate": size.generate}
    pair = [("ours", lambda: _bench_engine(lab, sequences, **lengths)),
            ("llama.cpp", lambda: _batched_bench(lab, lab.same_weights, sequences, **lengths, **settings))]
    return [{"who": who, "repeat": repeat, **measure()} for who, measure in (pair if repeat % 2 == 0 else pair[::-1])]


def _engine_settings(lab: Lab) -> dict:
    """How our engine computes, as it says itself: theirs is told to do the same."""
    said = _bench_engine(lab, 1, prompt=16, generate=1)
    return {"attention": said["attention"], "batch": BATCH, "ubatch": UBATCH}


def _bench_engine(lab: Lab, sequences: int, prompt: int, generate: int) -> dict:
    done = processes.run([lab.bench_engine, "--model", lab.weights_file(lab.same_weights), "--prompt", prompt,
                          "--generate", generate, "--sequences", sequences, "--threads", lab.threads],
                         lab.work / "bench_engine")
    return {**_last_json(done.out), "peak_bytes": done.peak_bytes}


def _batched_bench(lab: Lab, weights: str, sequences: int, prompt: int, generate: int, attention: str,
                   batch: int = BATCH, ubatch: int = UBATCH) -> dict:
    cells = -(-(prompt + generate) // 256) * 256  # llama.cpp rounds a stream up to this, too
    done = processes.run(
        [lab.tools / "llama-batched-bench", "-m", lab.weights_file(weights), "-c", sequences * cells,
         "-b", batch, "-ub", ubatch, "-t", lab.threads, *ATTENTION[attention], "--no-kv-unified",
         "-npp", prompt, "-ntg", generate, "-npl", sequences, "--output-format", "jsonl"],
        lab.work / "llama-batched-bench")
    line = _last_json(done.out)
    return {"sequences": sequences, "prompt_per_second": line["speed_pp"], "generated_per_second": line["speed_tg"],
            "attention": attention, "batch": batch, "ubatch": ubatch, "peak_bytes": done.peak_bytes}


def _last_json(text: str) -> dict:
    lines = [line for line in text.splitlines() if line.startswith("{")]
    if not lines:
        raise processes.ProgramFailed("a benchmark printed no line of JSON")
    return json.loads(lines[-1])


def _batch_row(samples: Sequence[dict], sequences: int) -> dict:
    """Medians of both and the median of the ratios taken pair by pair."""
    def values(who: str, name: str) -> List[float]:
        found = [s for s in samples if s["who"] == who and s["sequences"] == sequences]
        return [s[name] for s in sorted(found, key=lambda s: s["repeat"])]

    row = {"sequences": sequences}
    for name in ("prompt_per_second", "generated_per_second"):
        ours, theirs = values("ours", name), values("llama.cpp", name)
        row[name] = {"ours": statistics.median(ours), "llama.cpp": statistics.median(theirs),
                     "ratio": statistics.median(a / b for a, b in zip(ours, theirs))}
    return row


# b. A whole experiment -------------------------------------------------------------------------------------

def whole_experiment(lab: Lab) -> dict:
    size = lab.plan.sizes["b"]
    shipped = _our_experiment(lab, size, "as_is")
    ours_shipped = _our_row(shipped, size.discussions, "as_is")
    serial = _server_experiment(lab, size, shipped, "as_is", 1)
    parallel = _server_experiment(lab, size, shipped, "as_is", CLIENTS)
    best = lab.best_run = _our_experiment(lab, size, lab.our_best)
    ours_best = _our_row(best, size.discussions, lab.our_best)
    weights = sizes.best_weights(lab.rates)
    parallel_best = _server_experiment(lab, size, best, weights, CLIENTS)
    parallel_told = _server_experiment(lab, size, best, weights, CLIENTS, best.attention)
    return {
        "size": {**dataclasses.asdict(size), "asked_of_servers": size.asked_of_servers},
        "full": size == sizes.EXPERIMENTS[0],
        "rows": [serial, parallel, ours_shipped, parallel_best, parallel_told, ours_best],
        "ratios": [
            _ratio("weights as shipped: ours to one request after the other", ours_shipped, serial),
            _ratio("weights as shipped: ours to eight at once", ours_shipped, parallel),
            _ratio("best weights of each: ours to eight at once", ours_best, parallel_best),
            _ratio("best weights of each, the server told of our attention: ours to eight at once",
                   ours_best, parallel_told),
            _ratio("as they come: ours with its best weights to one after the other with those shipped",
                   ours_best, serial),
        ],
        "idle_share": None if best.busy_share is None else 1 - best.busy_share,
        "trial": {weights: dataclasses.asdict(rates) for weights, rates in lab.rates.items()},
    }


def _our_experiment(lab: Lab, size: sizes.ExperimentSize, weights: str) -> Run:
    lab.prepare(weights)
    lab.say(f"b: ours, weights {weights}, {size.discussions} discussions of {size.turns} turns")
    return lab.run(f"experiment-{weights}", weights, size.discussions, **dataclasses.asdict(size))


def _server_experiment(lab: Lab, size: sizes.ExperimentSize, run: Run, weights: str, clients: int,
                       attention: Optional[str] = None) -> dict:
    """A part of what our run has done, by a server."""
    told = f", told of {attention} attention" if attention else ""
    lab.say(f"b: llama-server, weights {weights}{told}, {clients} at once, {size.asked_of_servers} discussions")
    asked = _first_conversations(run, size.asked_of_servers)
    requests = [[experiment.same_work(turn, run.sampling) for turn in turns] for turns in asked]
    return _replay(lab, requests, asked, weights, clients, attention)


def _first_conversations(run: Run, count: int) -> List[List[Turn]]:
    found = run.conversations()
    return [found[name] for name in sorted(found)[:count]]


def _our_row(run: Run, parallel: int, asked_for: str) -> dict:
    return {
        "who": "ours", "weights": run.weights, "attention": run.attention, "asked_for": asked_for, "parallel": parallel,
        **_figures(len(run.turns), sum(t.computed_tokens for t in run.turns),
                   sum(t.generated_tokens for t in run.turns), run.seconds),
        "prompt_tokens": sum(t.prompt_tokens for t in run.turns),
        "asking_seconds": run.asking_seconds, "peak_bytes": run.peak_bytes, "busy_share": run.busy_share,
    }


def _replay(lab: Lab, requests: List[List[dict]], asked: List[List[Turn]], weights: str, clients: int,
            attention: Optional[str] = None) -> dict:
    with lab.serve(weights, clients, attention) as server:
        # Whatever a first request costs, none of those that count pays.
        server.replay([[{"messages": [{"role": "user", "content": "Hello"}], "n_predict": 1}]], 1)
        replay: Replay = server.replay(requests, clients)
    replies = [reply for reply in replay.replies if reply.computed_tokens is not None]
    turns = [turn for conversation in asked for turn in conversation]
    return {
        "who": "llama-server", "weights": weights, "attention": attention, "parallel": clients,
        **_figures(len(turns), round(statistics.mean(r.computed_tokens for r in replies) * len(turns)),
                   sum(r.generated_tokens for r in replay.replies), replay.seconds),
        "unsaid": len(turns) - len(replies),
        "same_prompts": sum(r.prompt_tokens for r in replies) == sum(t.prompt_tokens for t in turns),
        "peak_bytes": server.child.peak_bytes,
    }


def _figures(turns: int, computed: int, generated: int, seconds: float) -> dict:
    return {"turns": turns, "computed_tokens": computed, "generated_tokens": generated, "seconds": seconds,
            "turns_per_second": turns / seconds, "seconds_per_turn": seconds / turns,
            "generated_per_second": generated / seconds, "generated_per_turn": generated / turns,
            "computed_per_turn": computed / turns}


def _ratio(what: str, ours: dict, theirs: dict) -> dict:
    return {"what": what, **{name: ours[name] / theirs[name] for name in ("turns_per_second", "generated_per_second")}}


# c. Annotation ---------------------------------------------------------------------------------------------

def annotation(lab: Lab) -> dict:
    size = lab.plan.sizes["c"]
    lab.prepare(lab.our_best)
    lab.say(f"c: {size.discussions} discussions of {size.turns} turns to annotate")
    lab.run("annotated", lab.our_best, size.discussions, **dataclasses.asdict(size))
    file = experiment.write(lab.work / "annotated-file", lab.model, lab.our_best, annotations=True,
                            **dataclasses.asdict(size))
    lab.say("c: ours annotates")
    run = lab.program.annotate(file, "annotated", parallel=2 * size.discussions)
    rows = [_our_row(run, 2 * size.discussions, lab.our_best)]
    conversations = _first_conversations(run, 2 * size.discussions)
    for clients, count in ((1, max(2, len(conversations) // 4)), (CLIENTS, len(conversations))):
        lab.say(f"c: llama-server annotates, {clients} at once")
        asked = conversations[:count]
        requests = [[experiment.same_choice(turn, run.sampling) for turn in turns] for turns in asked]
        rows.append(_replay(lab, requests, asked, run.weights, clients))
    return {
        "size": dataclasses.asdict(size), "full": size == sizes.ANNOTATED[0], "rows": rows,
        "ratios": [_ratio("ours to one request after the other", rows[0], rows[1]),
                   _ratio("ours to eight at once", rows[0], rows[2])],
    }


# d. Tokens computed ----------------------------------------------------------------------------------------

WHOLE_HISTORY_SPEAKERS = 3


def tokens_computed(lab: Lab) -> dict:
    if lab.best_run is None:
        size = lab.plan.sizes["b"]
        lab.say("d: an experiment to look at")
        lab.best_run = lab.run("experiment-d", lab.our_best, size.discussions, **dataclasses.asdict(size))
    whole = sizes.whole_history(lab.plan.sizes["b"])
    lab.say("d: an experiment whose histories grow")
    growing = lab.run("experiment-d-whole", lab.our_best, whole.discussions, **dataclasses.asdict(whole),
                      participants=WHOLE_HISTORY_SPEAKERS, history=whole.turns)
    lab.say("d: tokens of all prompts")
    with lab.serve("as_is", 1) as server:
        client = server.client()
        rows = [_tokens_of(client, lab.best_run, "the last 3 comments"),
                _tokens_of(client, growing, f"all comments of {WHOLE_HISTORY_SPEAKERS} speakers")]
    return {"size": rows[0]["size"], "rows": rows}


def _tokens_of(client: Client, run: Run, shown: str) -> dict:
    tokens = {id(turn): client.tokens(turn.messages) for turn in run.turns}
    count = len(run.turns)
    apart = [[tokens[id(turn)] for turn in turns] for turns in run.conversations().values()]
    computed = sum(turn.computed_tokens for turn in run.turns)
    bound = prefix.computed(tokens[id(turn)] for turn in run.turns)
    return {
        "shown": shown,
        "size": {"discussions": len(apart), "turns": count},
        "per_turn": {
            "prompt": sum(turn.prompt_tokens for turn in run.turns) / count,
            "bound_in_discussions": prefix.computed_apart(apart) / count,
            "bound_in_experiment": bound / count,
            "computed": computed / count,
        },
        "ratio": computed / bound,
        "counted_otherwise": sum(len(tokens[id(turn)]) != turn.prompt_tokens for turn in run.turns),
    }


# e. Growth -------------------------------------------------------------------------------------------------

def growth(lab: Lab) -> dict:
    size = lab.plan.sizes["e"]
    lab.prepare(lab.our_best)
    rows = []
    for parallel in size.steps():
        lab.say(f"e: {parallel} discussions in flight")
        run = lab.run("growth", lab.our_best, parallel, discussions=max(parallel, 4), turns=size.turns,
                      max_tokens=size.max_tokens)
        row = _our_row(run, parallel, lab.our_best)
        row["turns_per_second"] = len(run.turns) / run.asking_seconds
        rows.append(row)
    return {"size": dataclasses.asdict(size), "full": size == sizes.GROWTHS[0], "rows": rows}


SECTIONS: Dict[str, Callable[[Lab], dict]] = {
    "a": batches, "b": whole_experiment, "c": annotation, "d": tokens_computed, "e": growth,
}
NAMES = {"a": "batches", "b": "experiment", "c": "annotation", "d": "tokens", "e": "growth"}
