#!/usr/bin/env python3
"""Compares our engine with llama.cpp's own programs, side by side, on this machine.

`./dev bench engine [OPTION...]` builds what is needed and calls this with the paths filled in.

  a  batches: bench_engine beside llama-batched-bench
  b  a whole experiment: `syndisco run` beside llama-server
  c  annotation with constrained answers: `syndisco annotate` beside llama-server
  d  prompt tokens computed, beside the fewest possible
  e  speed and memory with more and more discussions in flight

Results go to bench/results/, one file a section; docs/benchmarks.md is made of them.
"""

import argparse
import json
import math
import signal
import sys
import time
from pathlib import Path

from harness import machine, processes, report, sections, sizes

ROOT = Path(__file__).resolve().parents[1]


def parse(arguments=None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench engine", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="SECTIONS", default="".join(sections.SECTIONS), type=chosen,
                        help="some sections, such as bd")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--minutes", type=float, default=15, help="sizes are chosen to take no longer [15]")
    size.add_argument("--full", dest="minutes", action="store_const", const=math.inf,
                      help="the sizes that docs/benchmarks.md describes, however long they take")
    size.add_argument("--tiny", dest="minutes", action="store_const", const=0.0,
                      help="to see whether everything works; the figures mean nothing")
    parser.add_argument("--weights", default="Q8_0", help="weights of section a, the same for both [Q8_0]")
    parser.add_argument("--our-best", metavar="WEIGHTS", default="tuned",
                        help="`weights` of the experiment file that are ours at their best [tuned]")
    parser.add_argument("--threads", type=int, default=machine.cores(), help="of section a [all cores]")
    parser.add_argument("--report", action="store_true", help="only make docs/benchmarks.md from the results there are")
    parser.add_argument("--results", metavar="DIR", type=Path, default=ROOT / "bench" / "results")
    parser.add_argument("--page", metavar="FILE", type=Path, default=ROOT / "docs" / "benchmarks.md")
    parser.add_argument("--work", metavar="DIR", type=Path, default=ROOT / "build" / "bench-engine",
                        help="runs, logs and re-encoded models")
    for name, what in (("program", "syndisco"), ("bench-engine", "our part of section a"),
                       ("tools", "folder of llama.cpp's programs"), ("model", "a GGUF file")):
        parser.add_argument(f"--{name}", metavar="PATH", type=Path, help=what)
    options = parser.parse_args(arguments)
    if not options.report:
        missing = [name for name in ("program", "bench_engine", "tools", "model") if getattr(options, name) is None
                   and (name != "bench_engine" or "a" in options.only)]
        if missing:
            parser.error("--" + missing[0].replace("_", "-") + " is missing; ./dev bench engine fills it in")
    return options


def chosen(text: str) -> str:
    if not text or set(text) - set(sections.SECTIONS):
        raise argparse.ArgumentTypeError("sections are letters from a to e")
    return text


def say(text: str) -> None:
    print(f"==> {text}", file=sys.stderr, flush=True)


def measure(options: argparse.Namespace) -> None:
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    about = {"machine": machine.describe()}
    lab = sections.Lab(
        program=sections.Program(options.program.resolve(), work), bench_engine=options.bench_engine,
        tools=options.tools.resolve(), model=options.model.resolve(), work=work, threads=options.threads,
        same_weights=options.weights, our_best=options.our_best, say=say)
    about["versions"] = lab.program.version()
    about["model"] = {"file": lab.model.name, "sha256": machine.sha256(lab.model)}
    load = about["machine"]["load_before"]
    if load > 0.3 * machine.cores():
        say(f"other programs keep the machine busy (load {load}): expect noise")
    start = time.monotonic()
    lab.rates = sections.calibrate(lab)
    left, pace = [letter for letter in sections.SECTIONS if letter in options.only], 1.0
    while left:
        # What is left is planned anew before each section, by how long those before have really taken.
        seconds = 60 * options.minutes and (start + 60 * options.minutes - time.monotonic()) / pace
        # d looks at what b has run.
        to_run = [letter for letter in left if letter != "d" or lab.best_run is None]
        lab.plan = sizes.Plan(lab.rates, options.weights, seconds, to_run)
        say(f"about {lab.plan.minutes() * pace:.0f} minutes to go; Ctrl-C ends it, what is done stays")
        took = measure_section(lab, left[0], about, options.results)
        if left[0] in lab.plan.sizes:
            pace = max(1.0, took / lab.plan.seconds(left[0], lab.plan.sizes[left[0]]))
        del left[0]


def measure_section(lab: sections.Lab, letter: str, about: dict, results: Path) -> float:
    """Measures and keeps what it has found; returns the seconds it took."""
    start = time.monotonic()
    result = sections.SECTIONS[letter](lab)
    took = time.monotonic() - start
    keep(results, letter, {"section": letter, "date": machine.now(), **about, **result, "took_seconds": took})
    return took


def keep(folder: Path, letter: str, result: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{sections.NAMES[letter]}.json"
    path.write_text(json.dumps(rounded(result), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def rounded(value):
    """Five digits are more than any of these measurements is worth."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(part) for part in value]
    return value


def main() -> int:
    options = parse()
    processes.end_with_us()
    try:
        if not options.report:
            measure(options)
        options.page.write_text(report.page(options.results), encoding="utf-8")
        print(report.summary(options.results, options.only))
        return 0
    except KeyboardInterrupt:
        return 130
    except (processes.ProgramFailed, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # impatience must leave nothing running
        processes.end_all()


if __name__ == "__main__":
    sys.exit(main())
