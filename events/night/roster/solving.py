"""Composes a roster: counts the whole city with HiGHS, deals names to the counts, and proves what it can."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from . import greedy
from .city import City
from .contradicting import contradictions
from .counting import Counting
from .dealing import deal
from .draft import Draft
from .limits import Cancelled, Limit
from .problem import LEVELS, Bounds, Contradiction, Instance, Person, Roster, Team
from .proving import HEADS, Proof
from .relaxing import WEIGHTS, Relaxed
from .rounding import Rounding

HEADED, DIVED = 0.6, 0.8  # the shares of the time by which there are counts, of heads alone and of everything

Progress = Callable[[str, float], None]


def solve(
    instance: Instance,
    *,
    time_limit: float = 30,
    work_limit: int | None = None,
    seed: int = 0,
    is_cancelled: Callable[[], bool] = lambda: False,
    progress: Progress = lambda _step, _seconds: None,
) -> Roster:
    """A legal roster, never behind the simple way, with bounds proven within `time_limit` seconds.

    Refuses a contradictory instance with `Contradiction`, which says all that is wrong. The same instance and seed give
    the same roster as long as the time limit does not cut the work short; `work_limit`, in iterations of HiGHS, cuts it
    short at the same point every time. Another `seed` breaks ties in another order. A level that there was no time to
    prove has no bound. `is_cancelled` is asked all along, from two threads, and ends everything with `Cancelled`, which
    has the best roster so far. `progress` is called with each step done and the seconds since the start.
    """
    problems = contradictions(instance)
    if problems:
        raise Contradiction(problems)
    search = _Search(City(_in_order(instance, seed)), Limit(time_limit, work_limit, is_cancelled), progress)
    try:
        return search.run()
    except Cancelled as cancelled:
        cancelled.roster = search.roster()
        raise


class _Search:
    """`best` is the best roster so far, `bounds` what is proven of any."""

    def __init__(self, city: City, limit: Limit, progress: Progress) -> None:
        self.city, self.limit, self._progress = city, limit, progress
        self.best = greedy.compose(city)
        self.bounds = Bounds()

    def roster(self) -> Roster:
        """The best so far, with what is proven of it."""
        return self.best.roster(self.bounds, round(self.limit.spent, 3))

    def run(self) -> Roster:
        """Everything there is time for."""
        self._tell("by hand")
        if not self.city.instance.teams or not self.city.instance.people:
            self.bounds = Bounds(**self._reached())
            return self.roster()
        with ThreadPoolExecutor(1) as beside:
            # HiGHS works without Python, so on the other core. Work is counted in one order: then one after the other.
            ahead = beside.submit(self._relax) if self.limit.work is None else None
            proof = Proof(self.city, self.limit)
            viable = proof.viable()
            self.bounds = Bounds(viable=viable)
            self._tell("bounded")
            if proof.coarse.optimise(HEADS, HEADED * 0.9) and self._cap(proof.coarse, viable, HEADED):
                self._dive(proof.coarse, viable, HEADED)
            self._tell("dealt by heads")
            proof.placed(viable)
            relaxed, is_optimal = ahead.result() if ahead else self._relax()
        if is_optimal and self._cap(relaxed, viable, DIVED):
            proof.foresee(relaxed, viable, DIVED)
            self._dive(relaxed, viable, DIVED)
        self._tell("dealt")
        self.bounds, better = proof.bounds(relaxed, self._reached())
        while better is not None:
            relaxed.let_go()
            is_better = self._take(deal(relaxed.counting, better, viable=viable))
            self.bounds, better = proof.bounds(relaxed, self._reached(), is_last=not is_better)
        self._tell("proven")
        return self.roster()

    def _relax(self) -> tuple[Relaxed, bool]:
        """All levels counted with fractions; whether there was time for their optimum."""
        relaxed = Relaxed(Counting(self.city), self.limit)
        return relaxed, relaxed.optimise(WEIGHTS, DIVED * 0.9)

    def _cap(self, relaxed: Relaxed, viable: int, share: float) -> bool:
        """Holds that no more than `viable` teams go out, at an optimum that is remembered; whether there was time."""
        if relaxed.level("viable", relaxed.values) > viable + 1e-6:
            relaxed.cut("viable", viable)
            if not relaxed.run(share):
                return False
        relaxed.remember()
        return True

    def _dive(self, relaxed: Relaxed, viable: int, share: float) -> None:
        """A roster near the optimum at which `relaxed` is, and is left."""
        relaxed.remember()
        counts = Rounding(relaxed).whole(share)
        relaxed.release()
        self._take(deal(relaxed.counting, counts, viable=viable))

    def _take(self, draft: Draft) -> bool:
        """Keeps it if it is better than what there was."""
        is_better = draft.key() > self.best.key()
        if is_better:
            self.best = draft
        return is_better

    def _tell(self, step: str) -> None:
        self.limit.check()
        self._progress(step, self.limit.spent)

    def _reached(self) -> dict[str, int]:
        return dict(zip(LEVELS, self.best.score(), strict=True))


def _in_order(instance: Instance, seed: int) -> Instance:
    """The same instance, its teams and people in the order that this seed gives them: that is what breaks ties."""

    def place(one: Team | Person) -> bytes:
        return hashlib.sha256(f"{seed} {one.id}".encode()).digest()

    if not seed:
        return instance
    teams, people = sorted(instance.teams, key=place), sorted(instance.people, key=place)
    return replace(instance, teams=tuple(teams), people=tuple(people))
