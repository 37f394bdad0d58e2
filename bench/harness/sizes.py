"""How large each section may be to stay within the time allowed."""

from dataclasses import dataclass
from typing import Callable, Dict, Iterable, Sequence, TypeVar

Size = TypeVar("Size")

# Shares of the time, in per cent; b, which has use for it, comes last and takes what the others leave.
SHARES = {"a": 25, "c": 10, "e": 16, "b": 49}
# For starting programs, and for estimates that were too low.
RESERVE = 0.15

# What a turn of the experiment takes, about.
PROMPT_OF_OURS, PROMPT_OF_A_SERVER, ANSWER = 340, 430, 85
PROMPT_OF_A_RATING = 230


@dataclass(frozen=True)
class Rates:
    """Tokens a second: of prompts, generated for one sequence, generated for eight."""

    prompt: float
    single: float
    batch: float

    def seconds(self, prompt: float, generated: float, batched: bool = True) -> float:
        return prompt / self.prompt + generated / (self.batch if batched else self.single)

    def turn(self) -> float:
        """What eight clients of a server wait for an answer, by which weights are compared."""
        return self.seconds(PROMPT_OF_A_SERVER, ANSWER)


def best_weights(rates: Dict[str, Rates]) -> str:
    return min(rates, key=lambda name: rates[name].turn())


def largest(sizes: Sequence[Size], seconds: Callable[[Size], float], budget: float) -> Size:
    """The first of `sizes` (largest first) that takes no longer than `budget`, else the last."""
    return next((size for size in sizes if seconds(size) <= budget), sizes[-1])


@dataclass(frozen=True)
class BatchSize:
    sequences: Sequence[int]
    repeats: int
    prompt: int = 300
    generate: int = 80


@dataclass(frozen=True)
class ExperimentSize:
    discussions: int
    turns: int
    max_tokens: int = 96

    @property
    def asked_of_servers(self) -> int:
        """Discussions that servers are asked: a quarter, but enough for eight clients."""
        return min(self.discussions, max(8, self.discussions // 4))


def whole_history(size: ExperimentSize) -> ExperimentSize:
    """Of discussions whose prompts show all comments: few, with short answers, to fit the context."""
    return ExperimentSize(min(size.discussions, 8), size.turns, max_tokens=min(size.max_tokens, 48))


@dataclass(frozen=True)
class GrowthSize:
    most: int
    turns: int
    max_tokens: int = 48

    def steps(self) -> Sequence[int]:
        return [2**n for n in range(self.most.bit_length())]


ALL_SEQUENCES = (1, 8, 16, 32, 64)
# On a machine that others use, shorter prompts tried more often tell more than long ones tried once.
BATCHES = [BatchSize(ALL_SEQUENCES, 5), BatchSize(ALL_SEQUENCES, 3),
           *(BatchSize(ALL_SEQUENCES[:count], repeats, 64, 48)
             for count, repeats in ((5, 5), (5, 3), (4, 3), (3, 3), (2, 3), (2, 1)))]
EXPERIMENTS = [ExperimentSize(*size) for size in ((32, 10), (32, 8), (32, 6), (32, 5), (32, 4), (24, 4), (16, 4),
                                                  (8, 4))]
ANNOTATED = [ExperimentSize(8, turns) for turns in (10, 6, 4, 3, 2)]
GROWTHS = [GrowthSize(*size) for size in ((128, 3), (128, 2), (128, 1), (64, 2), (64, 1), (32, 2), (16, 2), (8, 2))]
SIZES = {"a": BATCHES, "b": EXPERIMENTS, "c": ANNOTATED, "e": GROWTHS}
# To see whether everything works; the figures mean nothing.
TINY = {"a": BatchSize((1, 2), 1, 64, 16), "b": ExperimentSize(2, 3, 16), "c": ExperimentSize(2, 2, 16),
        "e": GrowthSize(2, 1, 8)}


class Plan:
    """Sizes of `sections` for `seconds` in all: the full ones for infinity, tiny ones for 0."""

    def __init__(self, rates: Dict[str, Rates], same_weights: str, seconds: float, sections: Iterable[str] = SHARES):
        self._shipped, self._best = rates["as_is"], rates[best_weights(rates)]
        self._same = rates.get(same_weights, self._shipped)
        self.sizes = self._choose(seconds * (1 - RESERVE), set(sections)) if seconds else TINY

    def _choose(self, seconds: float, sections: Iterable[str]) -> dict:
        chosen = {}
        # d looks at an experiment, its own where b has none.
        sections = {"b" if section == "d" else section for section in sections}
        shares = {section: share for section, share in SHARES.items() if section in sections}
        left = sum(shares.values())
        for section, share in shares.items():
            size = largest(SIZES[section], lambda one: self.seconds(section, one), seconds * share / left)
            chosen[section] = size
            seconds -= self.seconds(section, size)
            left -= share
        return chosen

    def seconds(self, section: str, size) -> float:
        """What a section will take, about."""
        return {"a": self._batches, "b": self._experiment, "c": self._annotated, "e": self._growth}[section](size)

    def minutes(self) -> float:
        return sum(self.seconds(*chosen) for chosen in self.sizes.items()) / 60

    def _batches(self, size: BatchSize) -> float:
        # Ours computes the prompts twice, see bench/engine.cc.
        return size.repeats * sum(n * (3 * self._same.seconds(size.prompt, 0) +
                                       2 * self._same.seconds(0, size.generate, n > 1)) for n in size.sequences)

    def _experiment(self, size: ExperimentSize) -> float:
        ours = sum(rates.seconds(PROMPT_OF_OURS, ANSWER) for rates in (self._shipped, self._best))
        theirs = (self._shipped.seconds(PROMPT_OF_A_SERVER, ANSWER, batched=False) + self._shipped.turn()
                  + self._best.turn())
        return size.turns * (size.discussions * ours + size.asked_of_servers * theirs)

    def _annotated(self, size: ExperimentSize) -> float:
        ratings = 2 * size.discussions * (size.turns + 1)
        return (size.discussions * size.turns * self._best.seconds(PROMPT_OF_OURS, ANSWER)
                + 2.3 * ratings * self._best.seconds(PROMPT_OF_A_RATING, 2))

    def _growth(self, size: GrowthSize) -> float:
        turns = sum(max(n, 4) * size.turns for n in size.steps())
        return turns * self._best.seconds(PROMPT_OF_OURS, size.max_tokens)
