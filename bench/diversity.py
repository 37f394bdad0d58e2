#!/usr/bin/env python3
"""ROUGE-L diversity of published discussions three ways in one run: ours, rouge_score, and a
bit-parallel Python.

usage: bench/diversity.py PROGRAM FOLDER [--rouge-discussions N]

PROGRAM is bench_diversity, FOLDER holds the discussion files. Times are those of the processor. rouge_score takes minutes for all of
them, so by default it is timed on every 24th discussion and scaled by pairs; --rouge-discussions 0
takes all. It is left out, saying so, where it is not installed. Prints a JSON object.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path

QUOTE_ONLY = re.compile(r'[\s"]*')


def comments_of(path):
    logs = json.loads(path.read_text(encoding="utf-8"))["logs"]
    return [entry["text"] for entry in logs if entry["model"] != "hardcoded" and not QUOTE_ONLY.fullmatch(entry["text"])]


def pairs_of(discussions):
    return sum(len(comments) * (len(comments) - 1) // 2 for comments in discussions)


def words_of(text):
    return re.findall(r"[a-z0-9]+", text.lower())


def lcs(places, length, words):
    ones = (1 << length) - 1
    state = ones
    for word in words:
        match = state & places.get(word, 0)
        state = ((state + match) | (state - match)) & ones
    return length - state.bit_count()


def bit_parallel(discussions):
    total = 0.0
    for comments in discussions:
        texts = [words_of(comment) for comment in comments]
        scores = []
        for i, text in enumerate(texts):
            places = {}
            for at, word in enumerate(text):
                places[word] = places.get(word, 0) | 1 << at
            for other in texts[i + 1 :]:
                common = lcs(places, len(text), other) if text and other else 0
                if common == 0:
                    scores.append(0.0)
                    continue
                precision, recall = common / len(other), common / len(text)
                scores.append(2 * precision * recall / (precision + recall))
        total += 1 - sum(scores) / len(scores)
    return total / len(discussions)


def rouge(discussions):
    from rouge_score import rouge_scorer

    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
    for comments in discussions:
        for i, target in enumerate(comments):
            for prediction in comments[i + 1 :]:
                scorer.score(target, prediction)


def timed(work, *arguments):
    start = time.process_time()
    result = work(*arguments)
    return result, time.process_time() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rouge-discussions", type=int, default=30)
    arguments = parser.parse_args()
    files = sorted(path for path in arguments.folder.rglob("*.json") if path.name != "personas.json")
    discussions = [comments for comments in map(comments_of, files) if len(comments) > 1]
    ours = json.loads(subprocess.run([arguments.program, arguments.folder], check=True, capture_output=True, text=True).stdout)
    mean, seconds = timed(bit_parallel, discussions)
    report = {"ours": ours, "bit_parallel_python": {"cpu_seconds": round(seconds, 3), "mean_diversity": mean}}
    if abs(mean - ours["mean_diversity"]) > 1e-12:
        raise SystemExit(f"error: means differ: {mean} and {ours['mean_diversity']}")
    wanted = arguments.rouge_discussions or len(discussions)
    some = discussions[:: max(1, len(discussions) // wanted)]
    try:
        _, seconds = timed(rouge, some)
        scale = pairs_of(discussions) / pairs_of(some)
        report["rouge_score"] = {"discussions": len(some), "cpu_seconds": round(seconds, 2), "cpu_seconds_for_all": round(seconds * scale, 1)}
    except ImportError:
        print("rouge_score is not installed and was left out", file=sys.stderr)
    json.dump(report, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
