"""How long a computation may go on: wall time, a measure of work that no clock can change, and somebody's word."""

from __future__ import annotations

import time
from collections.abc import Callable

import highspy

from .problem import Roster

WHATEVER = highspy.kHighsIInf


class Cancelled(Exception):
    """Whoever asked for a roster waits no longer; `roster` is the best that there was by then."""

    roster: Roster | None = None


class Limit:
    """Time in seconds since its making, `work` in iterations of the simplex or interior point method."""

    def __init__(
        self, seconds: float, work: int | None = None, is_cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        self._started = time.monotonic()
        self._seconds = seconds
        self.work = work
        self.done = 0
        self._is_cancelled = is_cancelled

    @property
    def spent(self) -> float:
        return time.monotonic() - self._started

    def left(self, share: float = 1.0) -> float:
        """Seconds until this share of the time is over, never less than nought."""
        return max(0.0, self._seconds * share - self.spent)

    def check(self) -> None:
        if self._is_cancelled():
            raise Cancelled

    def run(self, highs: highspy.Highs, share: float = 1.0, *, patience: int | None = None) -> bool:
        """Lets HiGHS optimise what it holds; whether it came to the end, within `patience` iterations of the simplex
        method where that is said. Raises `Cancelled`."""
        self.check()
        work = None if self.work is None else self.work - self.done
        if self.left(share) <= 0 or (work is not None and work <= 0):
            return False
        most = min(WHATEVER if one is None else one for one in (work, patience))
        highs.setOptionValue("simplex_iteration_limit", min(most, WHATEVER))
        highs.setOptionValue("time_limit", highs.getRunTime() + self.left(share))
        highs.run()
        info = highs.getInfo()
        self.done += max(0, info.simplex_iteration_count) + max(0, info.ipm_iteration_count)
        self.done += max(0, info.crossover_iteration_count)
        self.check()
        return bool(highs.getModelStatus() == highspy.HighsModelStatus.kOptimal)

    def watch(self, highs: highspy.Highs) -> None:
        """Has HiGHS stop by itself, amid its work, once the roster is not wanted any more."""

        def stop(event: highspy.highs.HighsCallbackEvent) -> None:
            if self._is_cancelled():
                event.interrupt()

        highs.cbSimplexInterrupt.subscribe(stop)
        highs.cbIpmInterrupt.subscribe(stop)
