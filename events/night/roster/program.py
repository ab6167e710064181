"""Small integer programs for HiGHS, optimised level by level: the next level among what is best for those before."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, prod

import highspy
import numpy as np

INF = highspy.kHighsInf
RISING = ("split", "cost", "balance")  # from 0 up; the other levels are counted from 0 down
FINEST = 3e6  # the largest objective of which HiGHS surely keeps every whole number apart
LARGEST = 1e8  # beyond, rounding may be more than NEAR, and nothing is called proven
NEAR = 0.01  # far more than what rounding does to an objective of whole numbers, so that no bound claims too much


@dataclass(frozen=True, slots=True)
class Step:
    """One level: the value reached, and the least that is proven possible (None: nothing proven)."""

    value: int
    bound: int | None

    @property
    def is_proven(self) -> bool:
        return self.bound == self.value


class Program:
    """Columns and rows gathered one by one. Everything is minimised; every level has whole coefficients."""

    def __init__(self) -> None:
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.whole: list[bool] = []
        self.rows: list[tuple[float, float]] = []
        self.entries: list[dict[int, float]] = []
        self.values: list[float] = []
        self.nodes: int | None = None  # of branch and bound, at most: on any machine alike
        self.start: dict[int, float] = {}
        self._highs: highspy.Highs | None = None

    def column(self, upper: float = INF, *, whole: bool = True) -> int:
        """A new column from 0 to `upper`."""
        self.lower.append(0.0)
        self.upper.append(upper)
        self.whole.append(whole)
        self.entries.append({})
        return len(self.lower) - 1

    def row(self, lower: float, upper: float, entries: dict[int, float]) -> None:
        """A new row; also when something was optimised before."""
        held = {column: value for column, value in entries.items() if value}
        if self._highs is not None:
            columns = np.array(list(held), dtype=np.int32)
            self._highs.addRow(lower, upper, len(columns), columns, np.array(list(held.values()), float))
            return
        for column, value in held.items():
            self.entries[column][len(self.rows)] = value
        self.rows.append((lower, upper))

    def minimise(self, objective: dict[int, float], constant: int, seconds: float) -> Step | None:
        """The least value of `constant` plus the objective within `seconds`; None where no solution was found.

        `values` keeps the best solution. A bound is what HiGHS proved, rounded up to a whole number.
        """
        if seconds <= 0:
            return None
        highs = self._made()
        costs = np.zeros(len(self.lower))
        for column, value in objective.items():
            costs[column] = value
        highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        highs.setOptionValue("time_limit", highs.getRunTime() + seconds)
        if self.nodes is not None:
            highs.setOptionValue("mip_max_nodes", self.nodes)
        if self.values:
            start = highspy.HighsSolution()
            start.col_value = self.values
            highs.setSolution(start)
        elif self.start:
            highs.setSolution(
                len(self.start), np.array(list(self.start), np.int32), np.array(list(self.start.values()), float)
            )
        self._run(highs, objective)
        info = highs.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        self.values = [
            round(value) if whole else value
            for value, whole in zip(highs.getSolution().col_value, self.whole, strict=True)
        ]
        value = constant + round(sum(cost * self.values[column] for column, cost in objective.items()))
        bound = info.mip_dual_bound
        return Step(value, min(value, constant + ceil(bound - NEAR)) if abs(bound) <= LARGEST else None)

    def is_possible(self, seconds: float) -> bool | None:
        """Whether the rows can hold together; None where there was no time to tell."""
        step = self.minimise({}, 0, seconds)
        if step is not None:
            return True
        done = self._highs is not None and self._highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible
        return False if done else None

    @staticmethod
    def _run(highs: highspy.Highs, objective: dict[int, float]) -> None:
        highs.run()
        # HiGHS 1.16: where presolve improves on the start itself, what is handed back is the start as it was given,
        # beside the better objective. Without a start it is right.
        held = highs.getSolution().col_value
        if abs(sum(cost * held[column] for column, cost in objective.items()) - highs.getObjectiveValue()) > 0.5:
            highs.clearSolver()
            highs.run()

    def _made(self) -> highspy.Highs:
        if self._highs is None:
            lp = highspy.HighsLp()
            lp.num_col_, lp.num_row_ = len(self.lower), len(self.rows)
            lp.col_cost_ = np.zeros(lp.num_col_)
            lp.col_lower_, lp.col_upper_ = np.array(self.lower, float), np.array(self.upper, float)
            lp.row_lower_ = np.array([row[0] for row in self.rows], float)
            lp.row_upper_ = np.array([row[1] for row in self.rows], float)
            starts = np.zeros(lp.num_col_ + 1, dtype=np.int32)
            np.cumsum([len(entries) for entries in self.entries], out=starts[1:])
            lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
            lp.a_matrix_.start_ = starts
            lp.a_matrix_.index_ = np.array([row for entries in self.entries for row in entries], dtype=np.int32)
            lp.a_matrix_.value_ = np.array([value for entries in self.entries for value in entries.values()], float)
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            lp.integrality_ = [kinds[whole] for whole in self.whole]
            self._highs = highspy.Highs()
            self._highs.setOptionValue("output_flag", False)
            self._highs.setOptionValue("threads", 1)
            self._highs.setOptionValue("mip_rel_gap", 0.0)
            self._highs.setOptionValue("mip_abs_gap", 0.99)
            self._highs.passModel(lp)
        return self._highs


class Ladder(Program):
    """A program whose objective has levels: `objective` by column, to be minimised, plus a `constant`.

    `span` says by how much a level can vary at most.
    """

    def __init__(self, levels: Iterable[str]) -> None:
        super().__init__()
        self.objective: dict[str, dict[int, float]] = {level: defaultdict(float) for level in levels}
        self.constant: dict[str, int] = defaultdict(int)
        self.span: dict[str, int] = {}

    def optimise(self, levels: Sequence[str], seconds: float) -> dict[str, Step]:
        """Each level's step, in order; ends at a level that could not be proven, or for which there was no time.

        Levels whose numbers are small enough are optimised in one go, each worth more than all that come after it.
        """
        started = time.monotonic()
        steps: dict[str, Step] = {}
        waiting = list(levels)
        while waiting and all(step.is_proven for step in steps.values()):
            together = [waiting.pop(0)]
            while waiting and self._weight([*together, waiting[0]]) <= FINEST:
                together.append(waiting.pop(0))
            found = self._together(together, seconds - (time.monotonic() - started))
            if not found:
                break
            for level, step in found.items():
                steps[level] = step
                self.hold(level, step.value)
        return steps

    def _weight(self, levels: Sequence[str]) -> int:
        """The largest number that an objective of these levels can reach."""
        return prod(self.span[level] + 1 for level in levels)

    def _together(self, levels: Sequence[str], seconds: float) -> dict[str, Step]:
        weights = {level: self._weight(levels[index + 1 :]) for index, level in enumerate(levels)}
        objective: dict[int, float] = defaultdict(float)
        for level in levels:
            for column, value in self.objective[level].items():
                objective[column] += weights[level] * value
        step = self.minimise(objective, 0, seconds)
        if step is None:
            return {}
        found = {}
        for level in levels:
            entries, values = self.objective[level], self.values
            reached = self.constant[level] + round(sum(value * values[column] for column, value in entries.items()))
            found[level] = Step(reached, reached if step.is_proven else None)
        if step.bound is not None and not step.is_proven:
            # Whatever the levels after the first add, it cannot be more than this.
            most = sum(weights[level] * self.span[level] for level in levels[1:] if level in RISING)
            least = self.constant[levels[0]] + -((most - step.bound) // weights[levels[0]])
            found[levels[0]] = Step(found[levels[0]].value, least)
        return found

    def hold(self, level: str, value: int) -> None:
        """From now on this level is as good as this."""
        self.row(-INF, value - self.constant[level], self.objective[level])
