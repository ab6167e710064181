"""The night's version: some people did not come, some came unannounced, some teams have left. As few move as can be.

People stay at their headquarters, so each is grouped anew by itself (`regrouping`): first who goes out, who moves, who
is placed, on counts of people who are alike; then, among all plans as good as that, friends and balance by name. What
is best for each headquarters, level by level, is best for the city.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from .doors import Doors, Evening, drafted, leaders
from .draft import Draft
from .problem import Instance, Night, NightBounds, Roster
from .program import Step
from .regrouping import COARSE, Regrouping

ONE, ALL = 0.85, 4.3  # seconds of wall time for one headquarters, for 3,500 people
LATER = 0.3  # the share of a given limit that is kept for friends and balance
PATIENCE = 4  # where none is given, the proof may take so much longer: two idle cores need a third of the time
WIDEST = 60_000  # columns; wider models are not worth building in that time


def renew(instance: Instance, roster: Roster, night: Night, *, time_limit: float | None = None) -> Roster:
    """A legal roster for the night, with the bounds that could be proven within `time_limit` seconds.

    Without a limit: under a second where people are missing or came at one headquarters, under five for all of a city
    of 3,500 people; longer only on a busy machine, until the fewest people moved are proven. Whoever is there without
    a team is in the reserve of their headquarters. A team keeps its leader.
    Refuses, with `Contradiction`, a roster that does not keep the pins.
    """
    started = time.monotonic()
    evening = Evening(instance, roster, night)
    if time_limit is None:
        concerned = sum(hq in evening.touched for hq in evening.where.values())
        time_limit = max(ONE, ALL * concerned / 3500)
        proving = time_limit * PATIENCE
    else:
        proving = time_limit * (1 - LATER)

    def left(until: float) -> float:
        return started + until - time.monotonic()

    tasks = [_Task(doors) for doors in evening.doors()]
    tasks.sort(key=lambda task: task.doors.hq not in evening.touched)
    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        list(pool.map(lambda task: task.count(lambda: left(proving)), tasks))
        waiting = [task for task in tasks if not task.is_settled]
        for number, task in enumerate(waiting):
            task.share = 4 / (len(waiting) - number)
        list(pool.map(lambda task: task.name(lambda: left(time_limit)), waiting))
    plan = {one: team for task in tasks for one, team in task.plan.items()}
    draft = evening.everything(plan)
    return Roster(
        instance=instance.name,
        assignments={**evening.left, **plan},
        leaders=leaders(draft, roster),
        reserve={one: hq for one, hq in evening.where.items() if one not in plan and one not in evening.left},
        bounds=_bounds(evening, tasks, draft),
        seconds=round(time.monotonic() - started, 3),
    )


@dataclass(slots=True)
class _Task:
    """One headquarters being grouped anew; `bounds` of levels as the model counts them, each given those before.

    Settled: nothing betters its plan in any level, and `split` says how many groups it tears apart, as it counts them.
    """

    doors: Doors
    draft: Draft = field(init=False)
    bounds: dict[str, int] = field(default_factory=dict)
    split: int | None = None
    is_settled: bool = False
    share: float = 1.0

    @property
    def plan(self) -> dict[str, str]:
        """Who is in which team, by name."""
        draft = self.draft
        return {
            person.id: draft.teams[team].id for person, team in zip(draft.people, draft.place, strict=True) if team >= 0
        }

    def count(self, left: Callable[[], float]) -> None:
        """Who goes out, who moves, who is placed. Without time: a plan by hand, and what is known without a model."""
        doors = self.doors
        self.draft = doors.by_hand()
        self.bounds = {"viable": -doors.most_viable()}
        if self._is_proven("viable") and self.values()["moved"] == 0:
            self.bounds |= {"moved": 0, "placed": -len(doors.movers)}
        if not self._is_proven(*COARSE):
            model = Regrouping(doors.teams, doors.movers, doors.seen.rules, doors.seen.apart, fine=False, limit=WIDEST)
            steps = {} if model.is_too_wide else model.optimise(COARSE, left())
            self._take(model, steps)
        if self._is_proven(*COARSE) and self.values()["moved"] == 0 and all(mover.before for mover in doors.movers):
            self.is_settled = True  # nobody moves, and nobody is there to be added: there is one plan only
            self.split = doors.split(self.draft)

    def name(self, left: Callable[[], float]) -> None:
        """Friends and balance, by name, among the plans that are as good in all that was counted."""
        doors = self.doors
        if left() <= 0:
            return
        model = Regrouping(doors.teams, doors.movers, doors.seen.rules, doors.seen.apart, doors.outside, limit=WIDEST)
        if model.is_too_wide:
            return
        model.begin(self.plan, (team.id for index, team in enumerate(doors.teams) if self.draft.is_viable(index)))
        for level, value in self.values().items():
            model.hold(level, value)
        steps = model.optimise(("split", "balance"), left() * min(1.0, self.share))
        is_taken = self._take(model, steps)
        if is_taken and self._is_proven(*COARSE) and len(steps) == 2 and all(one.is_proven for one in steps.values()):
            self.is_settled, self.split = True, steps["split"].value

    def values(self) -> dict[str, int]:
        """What the plan reaches, as the model counts it: the less, the better."""
        viable, moved, placed = self.doors.key(self.draft)[:3]
        return {"viable": -viable, "moved": -moved, "placed": -placed}

    def _is_proven(self, *levels: str) -> bool:
        """Whether nothing betters the plan in these levels and those before."""
        values = self.values()
        return all(self.bounds.get(level) == values[level] for level in COARSE[: COARSE.index(levels[-1]) + 1])

    def _take(self, model: Regrouping, steps: dict[str, Step]) -> bool:
        """Takes what the model proved, and its plan where it is legal and not behind what there was."""
        for level, step in steps.items():
            if step.bound is not None and level in COARSE:
                self.bounds[level] = max(step.bound, self.bounds.get(level, step.bound))
        if not steps:
            return False
        draft = drafted(self.doors.city, model.plan())
        if not self.doors.legal(draft) or self.doors.key(draft) < self.doors.key(self.draft):
            return False
        self.draft = draft
        return True


def _bounds(evening: Evening, tasks: list[_Task], draft: Draft) -> NightBounds:
    """What is proven for the city: the sum of what is proven for each headquarters, while all before it is."""
    viable, placed, split, _cost, balance = draft.score()
    reached = {"viable": -viable, "moved": sum(task.values()["moved"] for task in tasks), "placed": -placed}
    found: dict[str, int] = {}
    for level in COARSE:
        if any(level not in task.bounds for task in tasks):
            return NightBounds(**found)
        least = reached[level] + sum(task.bounds[level] - task.values()[level] for task in tasks)
        found[level] = abs(least)
        if least != reached[level]:
            return NightBounds(**found)
    splits = [task.split for task in tasks if task.split is not None]
    if len(splits) == len(tasks):
        counted = {group for task in tasks for group in task.doors.outside}
        apart = sum(
            len({draft.place[one] if draft.is_viable(draft.place[one]) else -1 for one in members}) > 1
            for group, members in draft.city.groups.items()
            if group not in counted
        )
        found["split"] = sum(splits) + apart
        if found["split"] == split:
            found["balance"] = balance
    return NightBounds(**found)
