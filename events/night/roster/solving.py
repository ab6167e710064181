"""Composes a roster: counts the whole city with HiGHS, deals names to the counts, and proves what it can."""

from __future__ import annotations

from collections.abc import Callable

from . import greedy
from .city import City
from .contradicting import contradictions
from .counting import Counting
from .dealing import deal
from .draft import Draft
from .limits import Limit
from .problem import LEVELS, Bounds, Contradiction, Instance, Roster
from .proving import HEADS, Proof
from .relaxing import WEIGHTS, Relaxed
from .rounding import Rounding


def solve(
    instance: Instance,
    *,
    time_limit: float = 30,
    work_limit: int | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[str, float], None] = lambda _step, _seconds: None,
) -> Roster:
    """A legal roster, never behind the simple way, with bounds proven within `time_limit` seconds.

    Refuses a contradictory instance with `Contradiction`, which says all that is wrong. The same instance gives the
    same roster as long as the time limit does not cut the work short; `work_limit`, in iterations of HiGHS, cuts it
    short at the same point every time. A level that there was no time to prove has no bound. `is_cancelled` is asked
    all along, and ends everything with `Cancelled`. `progress` is called with each step done and the seconds since the
    start.
    """
    problems = contradictions(instance)
    if problems:
        raise Contradiction(problems)
    limit = Limit(time_limit, work_limit, is_cancelled)

    def tell(step: str) -> None:
        limit.check()
        progress(step, limit.spent)

    city = City(instance)
    best = greedy.compose(city)
    tell("by hand")
    if not instance.teams or not instance.people:
        return best.roster(Bounds(**_reached(best)), limit.spent)
    proof = Proof(city, limit)
    viable = proof.viable()
    tell("bounded")
    best = max([best, *_composed(proof.coarse, HEADS, viable, 0.3)], key=Draft.key)
    tell("dealt by heads")
    proof.placed(viable)
    relaxed = Relaxed(Counting(city), limit)
    best = max([best, *_composed(relaxed, WEIGHTS, viable, 0.9)], key=Draft.key)
    tell("dealt")
    bounds, better = proof.bounds(relaxed, _reached(best))
    while better is not None:
        relaxed.let_go()
        other = deal(relaxed.counting, better)
        if other.key() <= best.key():
            bounds, _better = proof.bounds(relaxed, _reached(best), is_last=True)
            break
        best = other
        bounds, better = proof.bounds(relaxed, _reached(best))
    tell("proven")
    return best.roster(bounds, round(limit.spent, 3))


def _composed(relaxed: Relaxed, weights: dict[str, float], viable: int, share: float) -> list[Draft]:
    """A roster of what is best by these weights, if there was time; leaves `relaxed` at that optimum.

    No more than `viable` teams can go out.
    """
    if not relaxed.optimise(weights, share * 0.9):
        return []
    if relaxed.level("viable", relaxed.values) > viable + 1e-6:
        relaxed.cut("viable", viable)
        relaxed.run(share)
    relaxed.remember()
    counts = Rounding(relaxed).whole(share)
    relaxed.release()
    return [deal(relaxed.counting, counts)]


def _reached(draft: Draft) -> dict[str, int]:
    return dict(zip(LEVELS, draft.score(), strict=True))
