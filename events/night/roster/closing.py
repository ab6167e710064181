"""Whether one level of a roster can be bettered by one: an integer program, small enough since most is ruled out."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import highspy
import numpy as np

from .problem import LEVELS
from .relaxing import MORE_IS_BETTER, WEIGHTS, Relaxed

SMALL = 12_000  # columns of a model for which this takes less than a second
NODES = 100  # of branch and bound: a few seconds, and the same on any machine
NEAR = 1e-4


@dataclass(frozen=True, slots=True)
class Closed:
    """`counts` that are better by one at least; `bound` of the level: None where nothing new is proven."""

    counts: list[int] | None
    bound: int | None


def is_large(relaxed: Relaxed) -> bool:
    """Whether there is no hope to close anything."""
    return relaxed.columns > SMALL


def close(relaxed: Relaxed, level: str, reached: dict[str, int], least: float) -> Closed:
    """Looks for counts better than `reached` at this level, none of those before it worse.

    `relaxed` is at the optimum, `least`, of this level in fractions. What would cost more than lies between the two by
    its price alone is ruled out beforehand (reduced cost fixing).
    """
    if level in MORE_IS_BETTER or is_large(relaxed):
        return Closed(None, None)
    better = reached[level] - 1
    gap = WEIGHTS[level] * (better - least) + NEAR * WEIGHTS[level]
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.passModel(relaxed.highs.getLp())
    _rule_out(relaxed, highs, gap)
    for one in LEVELS[: LEVELS.index(level) + 1]:
        columns = np.flatnonzero(relaxed.vector(one)).astype(np.int32)
        value = float(better if one == level else reached[one])
        sides = (value, highspy.kHighsInf) if one in MORE_IS_BETTER else (-highspy.kHighsInf, value)
        highs.addRow(*sides, len(columns), columns, relaxed.vector(one)[columns])
    scale = 1 / WEIGHTS[level]
    cost = sum((weight * scale * relaxed.vector(one) for one, weight in WEIGHTS.items()), np.zeros(relaxed.columns))
    indices = np.arange(relaxed.columns, dtype=np.int32)
    highs.changeColsCost(relaxed.columns, indices, cost)
    hard = np.setdiff1d(indices, np.array(sorted(relaxed.counting.model.soft), dtype=np.int32))
    highs.changeColsIntegrality(len(hard), hard, np.array([highspy.HighsVarType.kInteger] * len(hard)))
    highs.setOptionValue("mip_max_nodes", NODES)
    if not relaxed.limit.run(highs):
        if highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return Closed(None, reached[level])
        if highs.getInfo().primal_solution_status != 2:
            return Closed(None, None)
    bound = None
    if level == LEVELS[-1]:
        # Only the last level can be read from a bound of them all together, as none of the others is better than here.
        known = sum(WEIGHTS[one] * scale * reached[one] for one in LEVELS if one != level)
        bound = max(0, min(ceil(highs.getInfo().mip_dual_bound - known - 0.01), reached[level]))
    return Closed([round(value) for value in highs.getSolution().col_value], bound)


def _rule_out(relaxed: Relaxed, highs: highspy.Highs, gap: float) -> None:
    """Holds at their bound all columns that any counts as good as looked for leave there."""
    prices = np.array(relaxed.highs.getSolution().col_dual)
    lower, upper = relaxed.lower.copy(), relaxed.upper.copy()
    none, full = prices > gap, (prices < -gap) & np.isfinite(upper)
    upper[none] = lower[none]
    lower[full] = upper[full]
    highs.changeColsBounds(relaxed.columns, np.arange(relaxed.columns, dtype=np.int32), lower, upper)
