"""Composes a roster: counts the whole city with HiGHS, deals names to the counts, and proves what it can."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil, floor

import highspy
import numpy as np
import numpy.typing as npt

from . import greedy
from .city import City
from .counting import INF, Counting
from .dealing import deal
from .draft import Draft
from .formats import contradictions
from .problem import LEVELS, Bounds, Contradiction, Instance, Roster

Vector = npt.NDArray[np.float64]
# One more team is worth more than the people whom it takes from others, a person more than what their ways cost.
WEIGHTS = {"viable": -400.0, "placed": -40.0, "split": 40.0, "cost": 1.0, "balance": 0.02}
MORE_IS_BETTER = frozenset({"viable", "placed"})
NEAR = 1e-6


def solve(
    instance: Instance, *, time_limit: float = 30, progress: Callable[[str, float], None] = lambda _step, _seconds: None
) -> Roster:
    """A legal roster, never behind the simple way, with bounds proven within `time_limit` seconds.

    Refuses a contradictory instance with `Contradiction`, which says all that is wrong. The same instance gives the
    same roster as long as the time limit does not cut the counting short; a level that there was no time to prove has
    no bound. `progress` is called with each step done and the seconds since the start.
    """
    problems = contradictions(instance)
    if problems:
        raise Contradiction(problems)
    started = time.monotonic()

    def left(share: float = 1.0) -> float:
        return max(0.0, time_limit * share - (time.monotonic() - started))

    def tell(step: str) -> None:
        progress(step, time.monotonic() - started)

    city = City(instance)
    best = greedy.compose(city)
    tell("by hand")
    if not instance.teams or not instance.people:
        return best.roster(_nothing(best), time.monotonic() - started)
    counting = Counting(city)
    lp = _Program(counting)
    if lp.optimise(WEIGHTS, left(0.7)):
        tell("counted")
        counts = lp.whole(left(0.8))
        if counts is not None:
            tell("in whole numbers")
            best = max(best, deal(counting, counts), key=Draft.key)
            tell("dealt")
    bounds = _prove(city, lp, best, left)
    tell("proven")
    return best.roster(bounds, round(time.monotonic() - started, 3))


def _nothing(draft: Draft) -> Bounds:
    return Bounds(**dict(zip(LEVELS, draft.score(), strict=True)))


def _prove(city: City, lp: _Program, best: Draft, left: Callable[[], float]) -> Bounds:
    """The bounds, level by level, each given that the levels before are as good as in `best`; until time is out."""
    reached = dict(zip(LEVELS, best.score(), strict=True))
    found: dict[str, int] = {}
    coarse = _Program(Counting(city, coarse=True))
    for level, most in (("viable", len(city.instance.teams)), ("placed", len(city.instance.people))):
        found[level] = most
        if reached[level] < most:
            value = coarse.bound(level, left())
            if value is not None:
                found[level] = min(most, floor(value + NEAR))
        coarse.hold(level, reached[level])
        lp.hold(level, reached[level])
    for level in ("split", "cost", "balance"):
        if reached[level] == 0:
            found[level] = 0
        else:
            value = lp.bound(level, left())
            if value is None:
                break
            found[level] = max(0, ceil(value - NEAR))
        lp.hold(level, reached[level])
    return Bounds(**found)


class _Program:
    """The counting model inside HiGHS: one objective after another, each from where the last one ended."""

    def __init__(self, counting: Counting) -> None:
        self.counting = counting
        self.highs = counting.model.highs()
        self.columns = len(counting.model.lower)
        self.indices = np.arange(self.columns, dtype=np.int32)

    def vector(self, level: str) -> Vector:
        found = np.zeros(self.columns)
        for column, value in self.counting.objective[level].items():
            found[column] = value
        return found

    def optimise(self, weights: dict[str, float], seconds: float) -> bool:
        """Minimises the weighted levels; whether it came to the end."""
        cost = sum((weight * self.vector(level) for level, weight in weights.items()), np.zeros(self.columns))
        self.highs.changeColsCost(self.columns, self.indices, cost)
        return self._run(seconds)

    def _run(self, seconds: float) -> bool:
        if seconds <= 0:
            return False
        self.highs.setOptionValue("time_limit", self.highs.getRunTime() + seconds)
        self.highs.run()
        return self.highs.getModelStatus() == highspy.HighsModelStatus.kOptimal

    def bound(self, level: str, seconds: float) -> float | None:
        """The best value of one level, or None where there was no time to prove it."""
        sign = -1.0 if level in MORE_IS_BETTER else 1.0
        if not self.optimise({level: sign}, seconds):
            return None
        return sign * float(self.highs.getObjectiveValue())

    def hold(self, level: str, value: int) -> None:
        """From now on this level is as good as this."""
        entries = self.counting.objective[level]
        columns, values = np.array(list(entries), dtype=np.int32), np.array(list(entries.values()), float)
        lower, upper = (float(value), INF) if level in MORE_IS_BETTER else (-INF, float(value))
        self.highs.addRow(lower, upper, len(columns), columns, values)

    def whole(self, seconds: float) -> list[int] | None:
        """The last optimum in whole numbers: what is whole stays, unless it stands beside what is not."""
        model = self.counting.model
        values = np.array(self.highs.getSolution().col_value)
        slack = set(self.counting.objective["balance"])
        broken = [
            column
            for column in range(self.columns)
            if column not in slack and abs(values[column] - round(values[column])) > 1e-5
        ]
        rounds = 0
        free = set(broken)
        by_row: dict[int, list[int]] = {}
        for column, entries in enumerate(model.entries):
            for row in entries:
                by_row.setdefault(row, []).append(column)
        while rounds < 3:
            free |= {other for column in free for row in model.entries[column] for other in by_row[row]}
            found = self._rounded(values, free | slack, slack, seconds)
            if found is not None:
                return found
            rounds += 1
        return None

    def _rounded(self, values: Vector, free: set[int], slack: set[int], seconds: float) -> list[int] | None:
        highs = self.counting.model.highs()
        cost = sum((weight * self.vector(level) for level, weight in WEIGHTS.items()), np.zeros(self.columns))
        highs.changeColsCost(self.columns, self.indices, cost)
        lower, upper = np.array(self.counting.model.lower, float), np.array(self.counting.model.upper, float)
        for column in range(self.columns):
            if column not in free:
                lower[column] = upper[column] = round(values[column])
        highs.changeColsBounds(self.columns, self.indices, lower, upper)
        whole = np.array([column for column in sorted(free) if column not in slack], dtype=np.int32)
        kinds = np.array([highspy.HighsVarType.kInteger] * len(whole))
        if len(whole):
            highs.changeColsIntegrality(len(whole), whole, kinds)
        highs.setOptionValue("mip_rel_gap", 1e-6)
        highs.setOptionValue("time_limit", max(0.5, seconds))
        highs.run()
        solution = highs.getSolution()
        feasible = highs.getInfo().primal_solution_status == 2
        if not feasible or not solution.value_valid:
            return None
        return [round(value) for value in solution.col_value]
