"""An instance with its roster, as questions are asked of it: who is where, and what if."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from .city import City
from .doors import drafted
from .draft import Draft
from .problem import LEVELS, Instance, Person, Roster, Team, travel
from .regrouping import Mover, Regrouping


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody whose team is another then; None for no team."""

    person: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Price:
    """Another roster and what it costs: each level as it is and as it would be, and everybody whose team changes.

    `is_least` when nothing cheaper was possible in what was tried: proven, and not only found.
    """

    levels: Mapping[str, tuple[int, int]]
    changes: tuple[Change, ...]
    is_least: bool


class Situation:
    """`roster` is taken to be legal for `instance`."""

    def __init__(self, instance: Instance, roster: Roster) -> None:
        self.instance, self.place, self.leaders = instance, dict(roster.assignments), dict(roster.leaders)
        self.bounds = roster.bounds
        self.teams = {team.id: team for team in instance.teams}
        self.people = {person.id: person for person in instance.people}
        places = {hq.id: hq for hq in instance.hqs}
        self.costs = {person.id: travel(instance.rules, person, places) for person in instance.people}
        self.pins = {pin.person: pin for pin in instance.pins}
        self.at: dict[str, list[Team]] = defaultdict(list)
        for team in instance.teams:
            self.at[team.hq].append(team)
        self.members: dict[str, list[Person]] = defaultdict(list)
        for person in instance.people:
            if person.id in self.place:
                self.members[self.place[person.id]].append(person)

    @cached_property
    def city(self) -> City:
        """The engine's view of the instance."""
        return City(self.instance)

    @cached_property
    def draft(self) -> Draft:
        """The roster as the engine sees it."""
        return drafted(self.city, self.place)

    @cached_property
    def out(self) -> frozenset[str]:
        """The teams that go out."""
        return frozenset(team for index, team in enumerate(self.teams) if self.draft.is_viable(index))

    def willing(self, hqs: Iterable[str]) -> list[Person]:
        """Who has no team, is pinned to none, and may go to one of these headquarters."""
        wanted = set(hqs)
        return [
            person
            for person in self.instance.people
            if person.id not in self.place and person.id not in self.pins and wanted & self.costs[person.id].keys()
        ]

    def movers(self, teams: Sequence[Team]) -> list[Mover]:
        """Who is in these teams, and who has none and may go to their headquarters."""
        ids, hqs = {team.id for team in teams}, {team.hq for team in teams}

        def costs(person: Person) -> dict[str, int]:
            return {hq: cost for hq, cost in self.costs[person.id].items() if hq in hqs}

        def there(person: Person, team: str) -> Mover:
            pin, cost = self.pins.get(person.id), self.costs[person.id].get(self.teams[team].hq, 0)
            return Mover(person, team, costs(person), pin is not None, pin is not None and pin.lead, cost)

        inside = [there(person, team) for team in sorted(ids) for person in self.members[team]]
        return inside + [Mover(person, None, costs(person)) for person in self.willing(hqs)]

    def model(
        self,
        teams: Sequence[Team],
        movers: Sequence[Mover],
        alone: Iterable[str] = (),
        *,
        fine: bool = True,
        limit: int = 10**9,
    ) -> Regrouping:
        """All that the score counts of these teams (less, if not `fine`), all other teams left as they are."""
        known = {mover.person.id for mover in movers}
        outside: dict[str, set[str | None]] = defaultdict(set)
        for person in self.instance.people:
            if person.group is not None and person.id not in known:
                team = self.place.get(person.id)
                outside[person.group].add(team if team in self.out else None)
        return Regrouping(
            teams, movers, self.instance.rules, self.instance.apart, outside, fine=fine, alone=alone, limit=limit
        )

    def price(self, movers: Sequence[Mover], plan: Mapping[str, str], *, is_least: bool) -> Price | None:
        """What the whole roster is worth when these movers are where the plan says; None where that is not legal."""
        place = {**self.place, **plan}
        for mover in movers:
            if mover.person.id not in plan:
                place.pop(mover.person.id, None)
        draft = drafted(self.city, place)
        for index, team in enumerate(draft.place):
            if team >= 0 and index not in self.city.pin and not draft.is_viable(team):
                return None
        changes = [
            Change(mover.person.id, mover.before, plan.get(mover.person.id))
            for mover in movers
            if mover.before != plan.get(mover.person.id)
        ]
        levels = dict(zip(LEVELS, zip(self.draft.score(), draft.score(), strict=True), strict=True))
        return Price(levels, tuple(changes), is_least)
