"""The experiment of bench/experiment/: written in a size of choice, run by our program, read from its journal."""

import datetime
import json
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional, Sequence

from . import processes

FOLDER = Path(__file__).resolve().parents[1] / "experiment"
ANNOTATIONS = [{
    "name": "constructiveness",
    "annotators": "annotators.json",
    "instructions": {"file": "constructiveness.txt"},
    "history": 2,
    "answer": {"integer": [1, 5]},
}]
GRAMMAR = 'root ::= "1" | "2" | "3" | "4" | "5"'


@dataclass(frozen=True)
class Turn:
    """An answer as the journal has it. `conversation` is the discussion, or the discussion with its annotator."""

    conversation: str
    system: str
    prompt: str
    seed: int
    prompt_tokens: int
    reused_tokens: int
    generated_tokens: int
    began: float
    ended: float

    @property
    def computed_tokens(self) -> int:
        return self.prompt_tokens - self.reused_tokens

    @property
    def messages(self) -> List[dict]:
        system = [{"role": "system", "content": self.system}] if self.system else []
        return system + [{"role": "user", "content": self.prompt}]


@dataclass(frozen=True)
class Run:
    """What our program has done: in all (`seconds`, loading included), and turn by turn."""

    turns: List[Turn]
    seconds: float
    peak_bytes: int
    weights: str
    attention: str
    busy_share: Optional[float]
    sampling: dict

    @property
    def asking_seconds(self) -> float:
        """From the first request to the last answer."""
        return max(turn.ended for turn in self.turns) - min(turn.began for turn in self.turns)

    def conversations(self) -> Dict[str, List[Turn]]:
        found: Dict[str, List[Turn]] = {}
        for turn in self.turns:
            found.setdefault(turn.conversation, []).append(turn)
        return found


def write(folder: Path, gguf: Path, weights: str, *, discussions: int, turns: int,
          max_tokens: int, annotations: bool = False, **changes) -> Path:
    """A copy of the experiment in `folder`, in the given size and with `changes` to its discussions; returns its
    file."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(FOLDER, folder)
    path = folder / "experiment.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["models"]["small"].update(gguf=str(gguf), weights=weights)
    document["discussions"].update(per_cell=discussions, turns=turns, **changes)
    document["sampling"]["max_tokens"] = max_tokens
    if annotations:
        document["annotations"] = ANNOTATIONS
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


class Program:
    """Our program, and the folder that its runs go to."""

    def __init__(self, path: Path, work: Path):
        self.path, self.work = path, work

    def version(self) -> List[str]:
        return processes.run([self.path, "--version"], self.work / "version").out.splitlines()

    def run(self, file: Path, name: str, parallel: int) -> Run:
        """Runs an experiment from its beginning, in the folder `name`."""
        shutil.rmtree(self.work / name, ignore_errors=True)
        return self._measure(["run", file, "--out", self.work / name], name, parallel, annotations=False)

    def annotate(self, file: Path, name: str, parallel: int) -> Run:
        """Annotates what is in the folder `name`."""
        return self._measure(["annotate", file, self.work / name], name, parallel, annotations=True)

    def _measure(self, arguments: Sequence, name: str, parallel: int, annotations: bool) -> Run:
        done = processes.run([self.path, *arguments, "--quiet", "--parallel", parallel],
                             self.work / f"{name}-{arguments[0]}")
        manifest = json.loads((self.work / name / "manifest.json").read_text(encoding="utf-8"))
        last = manifest["runs"][-1]
        document = json.loads(Path(arguments[1]).read_text(encoding="utf-8"))
        return Run(read_turns(self.work / name, annotations), done.seconds, done.peak_bytes,
                   last["models"]["small"]["weights"], last["models"]["small"]["attention"],
                   last.get("busy", {}).get("small"), document["sampling"])


_QUERY = """
SELECT jobs.id, turns.seed, turns.prompt_tokens, turns.reused_tokens, turns.generated_tokens, turns.seconds,
       turns.time, turns.prompt, coalesce(texts.text, '') AS system
FROM turns JOIN jobs ON jobs.number = turns.job LEFT JOIN texts ON texts.id = turns.system
WHERE turns.kind <> 'opening' AND (jobs.annotation_set IS NOT NULL) = ?
"""


def read_turns(folder: Path, annotations: bool = False) -> List[Turn]:
    """All answers of a run directory, in the order in which they were given."""
    database = sqlite3.connect(f"{(folder / 'syndisco.db').as_uri()}?mode=ro", uri=True)
    try:
        database.row_factory = sqlite3.Row
        turns = [_turn(row) for row in database.execute(_QUERY, (annotations,))]
    finally:
        database.close()
    return sorted(turns, key=lambda turn: turn.ended)


def _turn(row: sqlite3.Row) -> Turn:
    ended = datetime.datetime.fromisoformat(row["time"].replace("Z", "+00:00")).timestamp()
    return Turn(row["id"], row["system"], row["prompt"], row["seed"], row["prompt_tokens"], row["reused_tokens"],
                row["generated_tokens"], ended - row["seconds"], ended)


def same_work(turn: Turn, sampling: dict) -> dict:
    """The request for as many tokens as we generated: the end of the answer is left to `n_predict`."""
    return {**_request(turn, sampling), "n_predict": turn.generated_tokens, "ignore_eos": True}


def same_choice(turn: Turn, sampling: dict) -> dict:
    """The request for a rating."""
    return {**_request(turn, sampling), "n_predict": 8, "grammar": GRAMMAR}


def _request(turn: Turn, sampling: dict) -> dict:
    drawn = {name: sampling[name] for name in ("temperature", "top_p", "top_k", "min_p")}
    return {**drawn, "messages": turn.messages, "seed": turn.seed & 0x7FFFFFFF}
