"""What a benchmark says, and how two sides are compared fairly."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Figure:
    """One line of the report. ``ratio`` is ours over ``against``; ``goal`` is what the ratio must reach."""

    bench: str
    value: float
    unit: str
    against: str
    ratio: float
    goal: str
    holds: bool
    more: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        head = {
            "bench": self.bench,
            "value": round(self.value, 3),
            "unit": self.unit,
            "against": self.against,
            "ratio": round(self.ratio, 4),
            "goal": self.goal,
            "holds": self.holds,
        }
        return json.dumps(head | self.more, ensure_ascii=False)


def alternate(ours: Callable[[], T], theirs: Callable[[], U], *, rounds: int) -> tuple[list[T], list[U]]:
    """Runs the two in turn, ``rounds`` times after one round that is not counted; order swaps at each round."""
    ours(), theirs()
    mine: list[T] = []
    other: list[U] = []
    for number in range(rounds):
        if number % 2:
            other.append(theirs())
        mine.append(ours())
        if not number % 2:
            other.append(theirs())
    return mine, other


def median(values: list[float]) -> float:
    return statistics.median(values)


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least ``share`` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
