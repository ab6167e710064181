"""Composes a roster: counts the whole city with HiGHS, deals names to the counts, and proves what it can."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from math import ceil, floor

import highspy
import numpy as np
import numpy.typing as npt

from . import greedy
from .city import City
from .contradicting import contradictions
from .counting import INF, Counting
from .dealing import deal
from .draft import Draft
from .problem import LEVELS, Bounds, Contradiction, Instance, Roster

Vector = npt.NDArray[np.float64]
# One more team is worth more than the people whom it takes from others, a person more than what their ways cost.
WEIGHTS = {"viable": -400.0, "placed": -40.0, "split": 40.0, "cost": 1.0, "balance": 0.02}
RINGS = 3
FEW = 1e-5
NODES = 50
MORE_IS_BETTER = frozenset({"viable", "placed"})
NEAR = 0.05  # far more than what rounding does to an objective, so that no bound claims too much


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
    if lp.optimise(WEIGHTS, left(0.7), afresh=True):
        tell("counted")
        for move in (lp.cut, lp.send_out):
            counts = lp.whole(left(0.8))
            if counts is None:
                break
            best = max(best, deal(counting, counts), key=Draft.key)
            tell("dealt")
            if not move(counts, left(0.7)):
                break
        else:
            counts = lp.whole(left(0.8))
            if counts is not None:
                best = max(best, deal(counting, counts), key=Draft.key)
                tell("dealt")
        lp.release()
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
    # Levels that nothing can better are worth their weight in the objective: far quicker than holding them by a row.
    weights: dict[str, float] = {}
    for level in LEVELS:
        if level not in found:
            value = 0.0 if reached[level] == 0 else lp.bound(level, left(), weights, reached)
            if value is None:
                break
            found[level] = max(0, ceil(value - NEAR))
        if found[level] == reached[level] and len(weights) == LEVELS.index(level):
            weights[level] = WEIGHTS[level]
        else:
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

    def optimise(self, weights: dict[str, float], seconds: float, *, afresh: bool = False) -> bool:
        """Minimises the weighted levels; whether it came to the end. `afresh`: nothing was optimised before."""
        self.highs.changeColsCost(self.columns, self.indices, self.weighted(weights))
        teams = self.counting.city.instance.teams
        # Measured: with fewer people than the least sizes ask for, the interior point method takes half the time.
        if afresh and sum(team.min for team in teams) > len(self.counting.city.instance.people):
            self.highs.setOptionValue("solver", "ipm")
        done = self._run(seconds)
        self.highs.setOptionValue("solver", "choose")
        return done

    def weighted(self, weights: dict[str, float]) -> Vector:
        return sum((weight * self.vector(level) for level, weight in weights.items()), np.zeros(self.columns))

    def _run(self, seconds: float) -> bool:
        if seconds <= 0:
            return False
        self.highs.setOptionValue("time_limit", self.highs.getRunTime() + seconds)
        self.highs.run()
        return bool(self.highs.getModelStatus() == highspy.HighsModelStatus.kOptimal)

    def bound(
        self, level: str, seconds: float, weights: dict[str, float] | None = None, reached: dict[str, int] | None = None
    ) -> float | None:
        """The best value of one level, or None where there was no time to prove it.

        `weights` are of levels that are at `reached` in every roster that counts.
        """
        weights, reached = weights or {}, reached or {}
        if not self.optimise({**weights, level: WEIGHTS[level]}, seconds):
            return None
        known = sum(weight * reached[one] for one, weight in weights.items())
        return (float(self.highs.getObjectiveValue()) - known) / WEIGHTS[level]

    def hold(self, level: str, value: int) -> None:
        """From now on this level is as good as this."""
        entries = self.counting.objective[level]
        columns, values = np.array(list(entries), dtype=np.int32), np.array(list(entries.values()), float)
        lower, upper = (float(value), INF) if level in MORE_IS_BETTER else (-INF, float(value))
        self.highs.addRow(lower, upper, len(columns), columns, values)

    def cut(self, _counts: list[int], seconds: float) -> bool:
        """Where a fraction of a team would go out in all, it does not; False where no kind of teams is broken."""
        teams = self.counting.teams
        values = self.highs.getSolution().col_value
        if all(abs(values[column] - round(values[column])) < FEW for column in teams):
            return False
        total = sum(values[column] for column in teams)
        self.highs.addRow(-INF, float(floor(total + FEW)), len(teams), np.array(teams, np.int32), np.ones(len(teams)))
        return self._run(seconds)

    def send_out(self, counts: list[int], seconds: float) -> bool:
        """Holds how many teams of each kind go out and finds the optimum again; False where that changes nothing."""
        values = self.highs.getSolution().col_value
        if all(abs(values[column] - counts[column]) < FEW for column in self.counting.teams):
            return False
        for column in self.counting.teams:
            self.highs.changeColBounds(column, float(counts[column]), float(counts[column]))
        return self._run(seconds)

    def release(self) -> None:
        """Lets any number of teams go out again."""
        model = self.counting.model
        for column in self.counting.teams:
            self.highs.changeColBounds(column, model.lower[column], model.upper[column])

    def whole(self, seconds: float) -> list[int] | None:
        """The last optimum in whole numbers: what is whole stays, unless it stands beside what is not.

        Where that loses more than the rounding explains, more of what stands beside is let go, up to `RINGS` times.
        """
        started = time.monotonic()
        model = self.counting.model
        values = np.array(self.highs.getSolution().col_value)
        slack = set(self.counting.objective["balance"])
        free = {
            column
            for column in range(self.columns)
            if column not in slack and abs(values[column] - round(values[column])) > FEW
        }
        by_row: dict[int, list[int]] = {}
        for column, entries in enumerate(model.entries):
            for row in entries:
                by_row.setdefault(row, []).append(column)
        best: list[int] | None = None
        for _ring in range(RINGS):
            remaining = seconds - (time.monotonic() - started)
            if best is not None and (remaining < seconds / 2 or not self._loses(best, values)):
                break
            if best is not None:
                free |= set(self.counting.teams)
            free |= {other for column in free for row in model.entries[column] for other in by_row[row]}
            found = self._rounded(values, free | slack, slack, remaining / 2)
            if found is not None and (best is None or self._worth(found) < self._worth(best)):
                best = found
        return best

    def _worth(self, counts: Sequence[float]) -> float:
        return float(self.weighted(WEIGHTS) @ np.array(counts, float))

    def _loses(self, counts: list[int], values: Vector) -> bool:
        """Whether a level that comes before costs is worse than the optimum, rounded, allows for."""
        for level in ("viable", "placed", "split"):
            vector = self.vector(level)
            reached, possible = float(vector @ np.array(counts, float)), float(vector @ values)
            if level in MORE_IS_BETTER and reached < floor(possible + FEW):
                return True
            if level not in MORE_IS_BETTER and reached > ceil(possible - FEW):
                return True
        return False

    def _rounded(self, values: Vector, free: set[int], slack: set[int], seconds: float) -> list[int] | None:
        highs = self.counting.model.highs()
        highs.changeColsCost(self.columns, self.indices, self.weighted(WEIGHTS))
        lp = self.highs.getLp()
        lower, upper = np.array(lp.col_lower_, float), np.array(lp.col_upper_, float)
        for column in range(self.columns):
            if column not in free:
                lower[column] = upper[column] = round(values[column])
        highs.changeColsBounds(self.columns, self.indices, lower, upper)
        whole = np.array([column for column in sorted(free) if column not in slack], dtype=np.int32)
        if len(whole):
            kinds = np.array([highspy.HighsVarType.kInteger] * len(whole))
            highs.changeColsIntegrality(len(whole), whole, kinds)
        highs.setOptionValue("mip_rel_gap", 1e-6)
        highs.setOptionValue("mip_max_nodes", NODES)
        highs.setOptionValue("time_limit", max(0.5, seconds))
        highs.run()
        solution = highs.getSolution()
        if highs.getInfo().primal_solution_status != 2 or not solution.value_valid:
            return None
        return [round(value) for value in solution.col_value]
