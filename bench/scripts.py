#!/usr/bin/env python3
"""The thesis' batch beside one run of the script after the other: 8 configurations, the same weights.

`create_synthetic` is started once for each configuration, then `execute_all` once for all of them, in turns. What is
said differs from one run to the other only where a batch computes a little differently, so the figures are seconds a
generated token too. Writes bench/results/scripts.json.
"""

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from harness import machine, processes

ROOT = Path(__file__).resolve().parent.parent
EXPERIMENT = ROOT / "bench" / "experiment"

ROLES = [["a night nurse", "tired", "kind"], ["a retired engineer", "precise", "stubborn"],
         ["a student of law", "quick", "sure of it"], ["a market trader", "loud", "generous"]]


def parse(arguments=None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench scripts", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=1, help="pairs of measurements [1]")
    parser.add_argument("--files", type=int, default=8, help="configurations [8]")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each conversation [3]")
    parser.add_argument("--results", metavar="DIR", type=Path, default=ROOT / "bench" / "results")
    parser.add_argument("--work", metavar="DIR", type=Path, default=ROOT / "build" / "bench-scripts")
    parser.add_argument("--program", metavar="PATH", type=Path, required=True, help="syndisco")
    parser.add_argument("--model", metavar="PATH", type=Path, required=True, help="model file")
    return parser.parse_args(arguments)


def configurations(folder: Path, files: int, rounds: int) -> list[Path]:
    """Input files of the thesis' form: two users, a moderator, one topic each."""
    folder.mkdir(parents=True)
    topics = json.loads((EXPERIMENT / "topics.json").read_text(encoding="utf-8"))
    paths = []
    for number in range(files):
        users = [ROLES[number % len(ROLES)], ROLES[(number + 1 + number // len(ROLES)) % len(ROLES)]]
        path = folder / f"topic_{number + 1}.json"
        path.write_text(json.dumps({
            "context": "You are in an online forum. Somebody wrote: '" + topics[number % len(topics)] + "'",
            "user_names": ["Maren", "Tobias"], "user_attributes": users,
            "user_instructions": "Answer what was said last in two or three sentences, as people write in forums.",
            "conv_len": rounds, "history_ctx_len": 4, "moderator_name": "moderator",
            "moderator_attributes": ["just", "calm"],
            "moderator_instructions": "Step in where the talk becomes rude; otherwise ask for a reason.",
        }, indent=4), encoding="utf-8")
        paths.append(path)
    return paths


def measure(options: argparse.Namespace) -> dict:
    work = options.work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    inputs = configurations(work / "inputs", options.files, options.rounds)
    program, model = options.program.resolve(), options.model.resolve()
    pairs = []
    for repeat in range(options.repeats):
        alone, together = work / f"alone-{repeat}", work / f"together-{repeat}"
        serial = sum(processes.run([program, "create_synthetic", "--input_file", path, "--output_dir", alone,
                                    "--model_path", model], work / "serial").seconds for path in inputs)
        batch = processes.run([program, "execute_all", "--python_script_path", "create_synthetic.py", "--input_dir",
                               work / "inputs", "--output_dir", together, "--model_path", model],
                              work / "batch").seconds
        pairs.append({"serial_seconds": serial, "batch_seconds": batch, "serial": said(alone), "batch": said(together)})
    return {"size": {"files": options.files, "rounds": options.rounds}, "pairs": pairs,
            "ratio": statistics.median(pair["serial_seconds"] / pair["batch_seconds"] for pair in pairs)}


def said(folder: Path) -> dict:
    """How much the conversations of a folder came to."""
    texts = [text for path in folder.glob("*.json")
             for _, text in json.loads(path.read_text(encoding="utf-8"))["logs"]]
    return {"conversations": len(list(folder.glob("*.json"))), "comments": len(texts),
            "words": sum(len(re.findall(r"\S+", text)) for text in texts)}


def main() -> int:
    options = parse()
    processes.end_with_us()
    try:
        about = {"date": machine.now(), "machine": machine.describe(),
                 "versions": subprocess.run([options.program, "--version"], capture_output=True, text=True,
                                            check=True).stdout.splitlines(),
                 "model": {"file": options.model.name, "sha256": machine.sha256(options.model)}}
        result = {**about, **measure(options)}
    except KeyboardInterrupt:
        return 130
    except (processes.ProgramFailed, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    options.results.mkdir(parents=True, exist_ok=True)
    (options.results / "scripts.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for pair in result["pairs"]:
        print(f"one after the other {pair['serial_seconds']:.1f} s ({pair['serial']}), "
              f"together {pair['batch_seconds']:.1f} s ({pair['batch']})")
    print(f"together {result['ratio']:.2f} times as fast")
    return 0


if __name__ == "__main__":
    sys.exit(main())
