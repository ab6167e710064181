"""The counting model in HiGHS, with fractions allowed: one objective after another, each from where the last ended."""

from __future__ import annotations

import highspy
import numpy as np

from .counting import Counting
from .limits import Limit
from .model import INF, Indices, Vector

# One more team is worth more than the people whom it takes from others, a person more than what their ways cost.
WEIGHTS = {"viable": -4000.0, "placed": -400.0, "split": 40.0, "cost": 1.0, "balance": 0.002}
PATIENCE = 5_000  # iterations of the simplex method from another optimum, after which beginning anew is quicker
MORE_IS_BETTER = frozenset({"viable", "placed"})


class Relaxed:
    """What is optimised is the weighted sum of the levels; every bound it gives holds for whole numbers too."""

    def __init__(self, counting: Counting, limit: Limit) -> None:
        self.counting, self.limit = counting, limit
        self.highs = counting.model.highs()
        limit.watch(self.highs)
        self.lower, self.upper = np.array(counting.model.lower, float), np.array(counting.model.upper, float)
        self.columns = len(self.lower)
        self._indices = np.arange(self.columns, dtype=np.int32)
        self._cost = np.zeros(self.columns)
        self._starts, self._rows, self._values = counting.model.matrix()
        self._sides = list(counting.model.rows)
        self._held: list[Vector] = []  # of rows beyond the model's own: cuts first, then levels held for a while
        self._cuts = 0
        self._vectors: dict[str, Vector] = {}
        self._is_fresh = True
        self._bases: dict[int, highspy.HighsBasis] = {}  # optima to be remembered, by how many rows there were

    def vector(self, level: str) -> Vector:
        """What each column counts for a level."""
        if level not in self._vectors:
            found = self._vectors[level] = np.zeros(self.columns)
            for column, value in self.counting.objective[level].items():
                found[column] = value
        return self._vectors[level]

    def optimise(self, weights: dict[str, float], share: float = 1.0) -> bool:
        """Minimises the weighted levels; whether it came to the end."""
        self._cost = sum((weight * self.vector(level) for level, weight in weights.items()), np.zeros(self.columns))
        self.highs.changeColsCost(self.columns, self._indices, self._cost)
        # Measured: from nothing, the interior point method takes a third of the time of the simplex method.
        self.highs.setOptionValue("solver", "ipm" if self._is_fresh and self.columns > 2000 else "simplex")
        done = self.limit.run(self.highs, share, patience=None if self._is_fresh else PATIENCE)
        if not self._is_fresh and self.highs.getModelStatus() == highspy.HighsModelStatus.kIterationLimit:
            self.highs.clearSolver()
            self.highs.setOptionValue("solver", "ipm")
            done = self.run(share)
        self._is_fresh = False
        self.highs.setOptionValue("solver", "simplex")
        return done

    def run(self, share: float = 1.0) -> bool:
        return self.limit.run(self.highs, share)

    @property
    def is_impossible(self) -> bool:
        return bool(self.highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible)

    @property
    def values(self) -> Vector:
        return np.array(self.highs.getSolution().col_value)

    @property
    def objective(self) -> float:
        return float(self.highs.getObjectiveValue())

    def level(self, level: str, values: Vector) -> float:
        return float(self.vector(level) @ values)

    def fix(self, columns: Indices, lower: Vector, upper: Vector) -> None:
        self.highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def remember(self) -> None:
        """Keeps the optimum of now, for `release` when there are as many rows again."""
        self._bases[len(self._sides)] = self.highs.getBasis()

    def release(self) -> None:
        """Takes back whatever was fixed, and stands at the optimum that was to be remembered."""
        self.highs.changeColsBounds(self.columns, self._indices, self.lower, self.upper)
        if len(self._sides) in self._bases:
            self.highs.setBasis(self._bases[len(self._sides)])

    def cut(self, level: str, value: float) -> None:
        """This level is never better than this, which is known from elsewhere."""
        self._add(level, (-INF, float(value)) if level in MORE_IS_BETTER else (float(value), INF))
        self._cuts += 1

    def assume(self, level: str, value: float) -> None:
        """Until `let_go`, this level is never better than this: known of those that keep the levels before."""
        self._add(level, (-INF, float(value)) if level in MORE_IS_BETTER else (float(value), INF))

    def hold(self, level: str, value: float) -> None:
        """Until `let_go`, this level is as good as this at least."""
        self._add(level, (float(value), INF) if level in MORE_IS_BETTER else (-INF, float(value)))

    def _add(self, level: str, sides: tuple[float, float]) -> None:
        vector = self.vector(level)
        columns = np.flatnonzero(vector).astype(np.int32)
        self.highs.addRow(*sides, len(columns), columns, vector[columns])
        self._sides.append(sides)
        self._held.append(vector)

    def let_go(self) -> None:
        """Holds none of the levels any more, and stands at the optimum that was to be remembered."""
        own = len(self._sides) - len(self._held) + self._cuts
        if own < len(self._sides):
            self.highs.deleteRows(len(self._sides) - own, np.arange(own, len(self._sides), dtype=np.int32))
        del self._sides[own:], self._held[self._cuts :]
        self.release()

    def bound(self, level: str, held: dict[str, int], share: float = 1.0) -> float | None:
        """The best value of one level, or None where there was no time for it.

        `held` are levels by what they are in every roster that counts: they keep it by their weight, which is far
        quicker than a row.
        """
        if not self.optimise({**{one: WEIGHTS[one] for one in held}, level: WEIGHTS[level]}, share):
            return None
        return self.rest(level, held)

    def rest(self, level: str, held: dict[str, int]) -> float:
        """What the optimum of now proves of one level, when those before it are as held and none after it counts."""
        known = sum(WEIGHTS[one] * value for one, value in held.items())
        return (self._proven() - known) / WEIGHTS[level]

    def _proven(self) -> float:
        """The least that the objective can be, from the prices of the rows alone: true whatever HiGHS' tolerance.

        Any prices give a bound (Neumaier and Shcherbina, Safe bounds in linear and mixed-integer programming, 2004).
        """
        prices = np.array(self.highs.getSolution().row_dual)
        sides = np.array(self._sides)
        side = np.where(prices > 0, sides[:, 0], sides[:, 1])
        prices[np.isinf(side)] = 0.0
        side[np.isinf(side)] = 0.0
        own = len(prices) - len(self._held)
        reduced = self._cost - np.add.reduceat(np.append(self._values * prices[self._rows], 0.0), self._starts[:-1]) * (
            np.diff(self._starts) > 0
        )
        for price, vector in zip(prices[own:], self._held, strict=True):
            reduced -= price * vector
        most = np.minimum(self.upper, len(self.counting.city.instance.people) + len(self.counting.city.instance.teams))
        return float(prices @ side + np.minimum(reduced, 0.0) @ most)
