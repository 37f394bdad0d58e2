"""The page of results, and the few lines that the terminal shows."""

import json
from pathlib import Path
from typing import Dict, Iterable, List, Sequence

from .experiment import GRAMMAR
from .sections import NAMES
from .sizes import GROWTHS

TEMPLATE = Path(__file__).with_name("report.md")
UNKNOWN = "–"


def page(folder: Path) -> str:
    """docs/benchmarks.md, of the results in `folder`."""
    results = read(folder)
    text = TEMPLATE.read_text(encoding="utf-8").replace("{{machine}}", _machines(results))
    text = text.replace("{{grammar}}", GRAMMAR).replace("{{growth_tokens}}", str(GROWTHS[0].max_tokens))
    for letter in NAMES:
        shown = _TABLES[letter](results[letter]) if letter in results else "Not measured yet."
        text = text.replace("{{%s}}" % letter, shown)
    return text


def summary(folder: Path, letters: Iterable[str] = NAMES) -> str:
    """The ratios of some sections."""
    lines = []
    for letter, result in read(folder).items():
        if letter not in letters:
            continue
        if letter == "a":
            lines += [f"a  {row['sequences']} sequences: prompts {_x(row['prompt_per_second']['ratio'])}, "
                      f"generation {_x(row['generated_per_second']['ratio'])}" for row in result["rows"]]
        elif letter == "d":
            lines += [f"d  tokens computed, prompts show {row['shown']}: {row['ratio']:.3f} times the fewest possible"
                      for row in result["rows"]]
        elif letter == "e":
            first, last = result["rows"][0], result["rows"][-1]
            lines.append(f"e  {last['parallel']} discussions in flight: turns/s "
                         f"{_x(last['turns_per_second'] / first['turns_per_second'])} those of one")
        else:
            lines += [f"{letter}  {ratio['what']}: answers/s {_x(ratio['turns_per_second'])}"
                      for ratio in result["ratios"]]
    return "\n".join(lines)


def read(folder: Path) -> Dict[str, dict]:
    """The results there are, by letter of the section."""
    paths = {letter: folder / f"{name}.json" for letter, name in NAMES.items()}
    return {letter: json.loads(path.read_text(encoding="utf-8")) for letter, path in paths.items() if path.exists()}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["-"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" if line[0] != "-" else "|" + "-|" * len(line) for line in lines)


def _machines(results: Dict[str, dict]) -> str:
    """Where, with what and how large each section was run; sections may stem from different days."""
    rows = []
    for letter, result in results.items():
        machine = result["machine"]
        rows.append([letter, result["date"][:10],
                     f"{machine['cpu']}, {machine['cores']} cores, {_gigabytes(machine['memory_bytes'])} GB, "
                     f"{machine['kernel']}, load {machine['load_before']}",
                     ", ".join(result["versions"]), f"{result['model']['file']} ({result['model']['sha256'][:12]})",
                     _size(result)])
    return table(["section", "date", "machine", "programs", "model", "size"], rows) if rows else "Nothing measured yet."


def _size(result: dict) -> str:
    said = ", ".join(f"{name.replace('_', ' ')} {'/'.join(map(str, value)) if isinstance(value, list) else value}"
                     for name, value in result["size"].items())
    return said if result.get("full", True) else f"reduced: {said}"


def _batches(result: dict) -> str:
    rows = []
    for row in result["rows"]:
        cells = [str(row["sequences"])]
        for name in ("prompt_per_second", "generated_per_second"):
            figure = row[name]
            cells += [_n(figure["ours"]), _n(figure["llama.cpp"]), f"**{_x(figure['ratio'])}**"]
        rows.append(cells)
    note = (f"Weights {result['weights']}, {result['threads']} threads, -b {result['batch']} -ub {result['ubatch']}, "
            f"attention {result['attention']}. Tokens a second.")
    return note + "\n\n" + table(["sequences", "prompts: ours", "llama.cpp", "ratio", "generation: ours", "llama.cpp",
                                  "ratio"], rows)


def _whole_experiment(result: dict) -> str:
    idle = result["idle_share"]
    told = UNKNOWN if idle is None else f"{100 * idle:.1f} %"
    return (_asked(result["rows"]) + "\n\n" + _ratios(result["ratios"]) + "\n\n"
            f"Share of the time in which our engine had nothing to compute (best weights): {told}.")


def _annotation(result: dict) -> str:
    return _asked(result["rows"]) + "\n\n" + _ratios(result["ratios"])


def _asked(rows: Sequence[dict]) -> str:
    def cells(row: dict) -> List[str]:
        how = "one at a time" if row["parallel"] == 1 else f"{row['parallel']} at once"
        weights = row["weights"] + (" (tuned)" if row.get("asked_for") == "tuned" else "")
        weights += f", {row['attention']} attention" if row.get("attention") else ""
        return [f"{row['who']}, {how}", weights, str(row["turns"]), f"{row['turns_per_second']:.2f}",
                f"{row['seconds_per_turn']:.2f}", _n(row["generated_per_second"]), f"{row['generated_per_turn']:.1f}",
                _n(row["computed_per_turn"]), _megabytes(row["peak_bytes"])]
    return table(["who", "weights", "answers", "answers/s", "s/answer", "generated tokens/s", "generated/answer",
                  "prompt tokens computed/answer", "memory, MB"], [cells(row) for row in rows])


def _ratios(ratios: Sequence[dict]) -> str:
    return table(["ratio", "answers/s", "generated tokens/s"],
                 [[r["what"], f"**{_x(r['turns_per_second'])}**", _x(r["generated_per_second"])] for r in ratios])


def _tokens(result: dict) -> str:
    experiments = result["rows"]
    names = {"prompt": "all", "bound_in_discussions": "reuse inside a discussion",
             "bound_in_experiment": "one tree for the experiment", "computed": "**ours**"}
    rows = [[name, *(_n(each["per_turn"][key]) for each in experiments)] for key, name in names.items()]
    rows.append(["ours to the fewest possible", *(f"**{each['ratio']:.3f}×**" for each in experiments)])
    text = table(["prompt tokens computed per turn; prompts show", *(each["shown"] for each in experiments)], rows)
    otherwise = sum(each["counted_otherwise"] for each in experiments)
    if otherwise:
        turns = sum(each["size"]["turns"] for each in experiments)
        text += f"\n\nOf {turns} prompts, {otherwise} have another number of tokens for llama-server than for us."
    return text


def _growth(result: dict) -> str:
    return table(["in flight", "turns", "turns/s", "generated tokens/s", "prompt tokens computed/turn", "memory, MB"],
                 [[str(row["parallel"]), str(row["turns"]), f"{row['turns_per_second']:.2f}",
                   _n(row["turns_per_second"] * row["generated_per_turn"]), _n(row["computed_per_turn"]),
                   _megabytes(row["peak_bytes"])] for row in result["rows"]])


def _n(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _x(value: float) -> str:
    return f"{value:.2f}×"


def _gigabytes(value: int) -> str:
    return f"{value / 2**30:.0f}"


def _megabytes(value: int) -> str:
    return f"{value / 1e6:,.0f}"


_TABLES = {"a": _batches, "b": _whole_experiment, "c": _annotation, "d": _tokens, "e": _growth}
