"""The roster engine on invented cities: its score against the simple way, judged by the referee, and its times."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from bench.measuring import Figure
from bench.rosters import KINDS, invent
from events.night.roster import files, formats, greedy
from events.night.roster.city import City
from events.night.roster.problem import LEVELS
from events.night.roster.referee import Score, check
from events.night.roster.solving import solve

PROVEN = ("viable", "placed", "split")
# People: seconds of processor time within which the first three levels are proven and costs within 0.1 % of a bound.
GOALS = {350: 2.0, 3_500: 30.0}
LARGE = {35_000: 600.0}
HEADQUARTERS = {350: 5, 3_500: 20, 35_000: 62}


def rosters() -> Iterator[Figure]:
    for people, seconds in GOALS.items():
        for kind in KINDS:
            yield _figure(kind, people, seconds, proven=PROVEN, cost=1.001)


def rosters_large() -> Iterator[Figure]:
    for people, seconds in LARGE.items():
        for kind in KINDS:
            yield _figure(kind, people, seconds, proven=PROVEN[:2], cost=1.005)


def _figure(kind: str, people: int, seconds: float, *, proven: tuple[str, ...], cost: float) -> Figure:
    """`ratio` is time over what is allowed; holds when the roster is legal, proven and not behind the simple way."""
    instance = invent(kind, people, headquarters=HEADQUARTERS[people])
    steps: dict[str, float] = {}
    wall, began = time.monotonic(), time.process_time()
    with files.silence():
        roster = solve(
            instance,
            # On a busy machine the wall clock runs ahead of the processor.
            time_limit=seconds * 4,
            progress=lambda step, _wall: steps.update({step: round(time.process_time() - began, 2)}),
        )
    spent, wall = time.process_time() - began, time.monotonic() - wall
    verdict = check(json.loads(formats.write_instance(instance)), json.loads(formats.write_roster(roster)))
    score = {level: getattr(verdict.score, level) for level in LEVELS}
    bounds = {level: getattr(roster.bounds, level) for level in LEVELS}
    simple = Score(*greedy.compose(City(instance)).score())
    holds = not verdict.breaches and verdict.score.key >= simple.key and spent <= seconds
    holds = holds and all(score[level] == bounds[level] for level in proven)
    holds = holds and bounds["cost"] is not None and score["cost"] <= bounds["cost"] * cost
    return Figure(
        bench=f"roster of {people} people, {kind}",
        value=spent,
        unit="s of processor time",
        against=f"{seconds:g} s",
        ratio=spent / seconds,
        goal=f"at most 1; {', '.join(proven)} proven, cost within {100 * (cost - 1):.1f} %, not behind the simple way",
        holds=holds,
        more={
            "teams": len(instance.teams), "score": list(score.values()), "bounds": list(bounds.values()),
            "simple": [getattr(simple, level) for level in LEVELS], "wall": round(wall, 2), "steps": steps,
        },
    )  # fmt: skip
