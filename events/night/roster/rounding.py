"""From fractions to whole numbers: a dive, which settles some of what is broken, optimises again, and so on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .model import Indices, Vector
from .relaxing import WEIGHTS, Relaxed

BROKEN = 1e-6  # further than this from a whole number
SHARE, LEAST, MOST = 0.3, 0.1, 0.6  # of what is broken is settled at once: more where it goes well, less where not
LOSS = 1e-4  # what settling several at once may lose of the objective
SLACK, PART = 0.02, 0.1  # of the balance, what all may lose in the end, and how much of what is left of it at once
LARGE, LARGE_LOSS = 100_000, 0.1  # columns of a model whose every step takes a second
DEAD_ENDS = 5


class Rounding:
    """Teams first, then friends, how they share teams, everybody else's ways, and last who fills which place.

    What settles without loss stays settled; of one count that cannot, the better of both neighbours is taken. Measured:
    nine cities in ten lose nothing at all, as the model is nearly a flow, whose optimum is whole by nature.
    """

    def __init__(self, relaxed: Relaxed) -> None:
        self.relaxed = relaxed
        self.turn = self._turns()
        self._take()
        balance = relaxed.level("balance", self.values)
        self._least = LOSS if relaxed.columns < LARGE else LARGE_LOSS
        self._slack = self.reached + SLACK * WEIGHTS["balance"] * balance  # how far the objective may go
        self._dead_ends = self._frozen = 0
        self._share = SHARE
        self._may_freeze = True

    def _turns(self) -> npt.NDArray[np.int8]:
        """By column, when it is settled; 9 for what measures."""
        counting = self.relaxed.counting
        turn = np.full(self.relaxed.columns, 5, dtype=np.int8)
        turn[counting.teams] = 0
        for rank, kinds in ((1, counting.groups), (3, counting.singles)):
            for kind in kinds:
                own = [*kind.columns.values(), kind.far, kind.split, kind.out]
                turn[[column for column in own if column >= 0]] = rank
        for staffing in counting.staffing:
            for crew in staffing.crews.values():
                turn[list(crew.patterns.values())] = 2
                turn[list(crew.flows.values())] = 4
        turn[list(counting.model.soft)] = 9
        return turn

    def whole(self, share: float = 1.0) -> list[int]:
        """The counts by column. Where no way or no time was found, what is broken by then is cut down."""
        self._fix(self._plain())
        while (broken := self._broken()).size:
            turn = int(self.turn[broken].min())
            if self._may_freeze and turn > self._frozen:
                self._frozen = turn
                self._fix(np.flatnonzero(self.turn < turn))
            if not self._settle(broken[self.turn[broken] == turn], share):
                return self._cut_down()
        return [round(value) for value in self.values]

    def _cut_down(self) -> list[int]:
        """Teams go out as they nearly do, everything else stays what is certain; dealing has to find the rest."""
        nearly = np.where(self.turn == 0, np.round(self.values), np.floor(self.values + BROKEN))
        return [int(value) for value in nearly]

    def _plain(self) -> Indices:
        """Kinds of which all teams go out or none does: that stays, or the settling of others wanders among them."""
        values, upper = self.values, self.relaxed.upper
        at_bound = (values < BROKEN) | (values > upper - BROKEN)
        return np.flatnonzero((self.turn == 0) & at_bound)

    def _broken(self) -> Indices:
        away = np.abs(self.values - np.round(self.values))
        found = np.flatnonzero((away > BROKEN) & (self.turn < 9))
        return found[np.argsort(away[found], kind="stable")]

    def _fix(self, columns: Indices, values: Vector | None = None) -> None:
        values = np.round(self.values[columns]) if values is None else values
        self.relaxed.fix(columns, values, values)

    def _free(self, columns: Indices) -> None:
        """Lets these go, and stands at the optimum before they were settled: from elsewhere it takes a hundred times as
        long to come back."""
        self.relaxed.fix(columns, self.relaxed.lower[columns], self.relaxed.upper[columns])
        self.relaxed.highs.setBasis(self._basis)

    def _settle(self, columns: Indices, share: float) -> bool:
        """Settles the least broken of these, as many at once as go without loss; False where time is out."""
        columns = columns[: max(1, int(len(columns) * self._share))]
        self._share = min(MOST, self._share * 1.2)
        while True:
            self._fix(columns)
            lost = self._lost(share)
            if lost is None:
                return False
            if lost <= max(self._least, PART * (self._slack - self.reached)):
                return self._take()
            if len(columns) == 1:
                return self._choose(columns, lost, share)
            self._share = max(LEAST, self._share / 2)
            self._free(columns)
            columns = columns[: max(1, len(columns) // 4)]

    def _choose(self, column: Indices, lost: float, share: float) -> bool:
        """Of both whole neighbours the one that loses less."""
        self._free(column)
        near = np.round(self.values[column])
        other = np.where(near > self.values[column], near - 1, near + 1)
        self._fix(column, other)
        lost_otherwise = self._lost(share)
        if lost_otherwise is None:
            return False
        if min(lost, lost_otherwise) == np.inf:
            return self._turn_back(share)
        if lost_otherwise < lost:
            return self._take()
        self._fix(column, near)
        return self._lost(share) is not None and self._take()

    def _turn_back(self, share: float) -> bool:
        """Where nothing is possible any more, all is let go, and what is whole stays free from now on."""
        self._dead_ends += 1
        self._may_freeze = False
        self.relaxed.release()
        lost = self._lost(share)
        return self._dead_ends <= DEAD_ENDS and lost is not None and lost < np.inf and self._take()

    def _lost(self, share: float) -> float | None:
        """What the last step loses of the objective, without end where it is impossible; None where time is out."""
        if self.relaxed.run(share):
            return self.relaxed.objective - self.reached
        return np.inf if self.relaxed.is_impossible else None

    def _take(self) -> bool:
        self.values, self.reached = self.relaxed.values, self.relaxed.objective
        self._basis = self.relaxed.highs.getBasis()
        return True
