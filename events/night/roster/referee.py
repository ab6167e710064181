"""Says whether a roster is legal, with every breach in words, and what it is worth.

It reads the JSON by itself and shares no line with what makes rosters, so that no mistake of theirs can be its own.
The instance and the night are taken to be free of contradictions (`formats` refuses those); of the roster nothing is
taken for granted.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

Data = dict[str, Any]
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Score:
    viable: int
    placed: int
    split: int
    cost: int
    balance: int

    @property
    def key(self) -> tuple[int, ...]:
        """Two scores compared level by level: the greater key is the better roster."""
        return (self.viable, self.placed, -self.split, -self.cost, -self.balance)


@dataclass(frozen=True, slots=True)
class NightScore:
    viable: int
    moved: int
    placed: int
    split: int
    balance: int

    @property
    def key(self) -> tuple[int, ...]:
        """As `Score.key`."""
        return (self.viable, -self.moved, self.placed, -self.split, -self.balance)


@dataclass(frozen=True, slots=True)
class Verdict(Generic[S]):
    """Legal when there is no breach; the score is given in any case."""

    breaches: tuple[str, ...]
    score: S


def check(instance: Data, roster: Data) -> Verdict[Score]:
    """A roster, against its instance, as the two JSON files say them."""
    table = _Table(instance, instance["people"])
    breaches: list[str] = []
    if roster.get("instance") != instance["name"]:
        breaches.append(f"the roster is of {roster.get('instance')!r}, not of {instance['name']!r}")
    seats = table.seats(roster, breaches)
    for person, team in sorted(seats.place.items()):
        pin = table.pins.get(person)
        if pin and pin["team"] == team:
            continue
        one, sector = table.people[person], table.teams[team]
        if table.cost(one, sector["hq"]) is None:
            breaches.append(f"{person} may not go to {sector['hq']}, and is in {team}")
        if one["max_walk"] < sector["walk"]:
            breaches.append(f"{person} cannot walk {team}")
    for person, hq in sorted(_mapping(roster, "reserve", breaches).items()):
        if person not in table.people or hq not in table.hqs:
            breaches.append(f"reserve: {person!r} at {hq!r} is not known")
        elif person in seats.place:
            breaches.append(f"{person} is in {seats.place[person]} and in the reserve")
        elif table.cost(table.people[person], hq) is None:
            breaches.append(f"{person} may not go to {hq}, and is in its reserve")
    for person, pin in sorted(table.pins.items()):
        if seats.place.get(person) != pin["team"]:
            breaches.append(f"{person} is pinned to {pin['team']}, and is in {seats.place.get(person)}")
    table.common(seats, breaches, pinned={person: pin["team"] for person, pin in table.pins.items()})
    cost = 0
    for person, team in seats.place.items():
        if team in seats.viable:
            cost += table.cost(table.people[person], table.teams[team]["hq"]) or 0
    placed, split, balance = table.worth(seats, table.people)
    return Verdict(tuple(breaches), Score(len(seats.viable), placed, split, cost, balance))


def check_night(instance: Data, roster: Data, night: Data, after: Data) -> Verdict[NightScore]:
    """The roster `after` what happened at the doors, against the one `before` it.

    People are where the first roster sent them, in a team or in the reserve; walk-ins where they came. Whoever it sent
    nowhere is not there. A departed team stays as it left, without its absent people, whether or not it is still
    viable. A pin binds whoever is there.
    """
    absent, departed = set(night["absent"]), set(night["departed"])
    table = _Table(instance, [*instance["people"], *night["walkins"]])
    before = {person: team for person, team in roster["assignments"].items() if person not in absent}
    where = {person: hq for person, hq in roster.get("reserve", {}).items() if person not in absent}
    where |= {person: table.teams[team]["hq"] for person, team in before.items()}
    where |= {one["id"]: one["at"] for one in night["walkins"]}
    breaches: list[str] = []
    seats = table.seats(after, breaches)
    for person, team in sorted(seats.place.items()):
        sector = table.teams[team]
        if person not in where:
            breaches.append(f"{person} is not there, and is in {team}")
            continue
        if where[person] != sector["hq"]:
            breaches.append(f"{person} is at {where[person]}, and {team} leaves from {sector['hq']}")
        if before.get(person) != team and table.people[person]["max_walk"] < sector["walk"]:
            pin = table.pins.get(person)
            if not (pin and pin["team"] == team):
                breaches.append(f"{person} cannot walk {team}")
        if team in departed and before.get(person) != team:
            breaches.append(f"{team} has left, and {person} is in it now")
    for person, team in sorted(before.items()):
        if team in departed and seats.place.get(person) != team:
            breaches.append(f"{team} has left with {person}, who is in {seats.place.get(person)} now")
    pinned = {person: pin["team"] for person, pin in table.pins.items() if person in where}
    for person, team in sorted(pinned.items()):
        if before.get(person) == team and seats.place.get(person) != team:
            breaches.append(f"{person} is pinned to {team}, and is in {seats.place.get(person)}")
    gone = {person: team for person, team in before.items() if team in departed}
    table.common(seats, breaches, pinned=pinned | gone)
    moved = sum(seats.place.get(person) != team for person, team in before.items())
    placed, split, balance = table.worth(seats, where)
    return Verdict(tuple(breaches), NightScore(len(seats.viable), moved, placed, split, balance))


def false_bounds(score: Score | NightScore, claimed: dict[str, Any]) -> list[str]:
    """The first bound that the roster itself betters: those after it speak of rosters as good as that."""
    for level, value in asdict(score).items():
        bound = claimed.get(level)
        if bound is None:
            break
        if (value > bound) if level in ("viable", "placed") else (value < bound):
            return [f"bounds: {level} is said to be {bound} at best, and the roster reaches {value}"]
        if value != bound:
            break
    return []


def _mapping(roster: Data, key: str, breaches: list[str]) -> dict[str, str]:
    value = roster.get(key, {})
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        breaches.append(f"{key} must be an object of texts")
        return {}
    return value


@dataclass(frozen=True, slots=True)
class _Seats:
    place: dict[str, str]
    members: dict[str, list[str]]
    leaders: dict[str, str]
    viable: frozenset[str]


class _Table:
    """The instance by id, and the rules that a day's and a night's roster share."""

    def __init__(self, instance: Data, people: Iterable[Data]) -> None:
        self.rules = instance["rules"]
        self.hqs = {hq["id"]: hq for hq in instance["hqs"]}
        self.teams = {team["id"]: team for team in instance["teams"]}
        self.people = {person["id"]: person for person in people}
        self.pins = {pin["person"]: pin for pin in instance["pins"]}
        self.apart = instance["apart"]

    def cost(self, person: Data, hq: str) -> int | None:
        """What it costs to send this person there; None where they may not go."""
        if hq in person["prefs"]:
            return int(self.rules["rank_cost"][person["prefs"].index(hq)])
        if person["reach"] == "prefs":
            return None
        home, there = self.hqs[person["home"]], self.hqs[hq]
        square = (home["x"] - there["x"]) ** 2 + (home["y"] - there["y"]) ** 2
        if person["reach"] == "near":
            return int(self.rules["near_cost"]) if square <= self.rules["near_m"] ** 2 else None
        far = min(self.rules["any_cap"], math.isqrt(square) // 1000)
        return int(max(far, self.rules["near_cost"]) if person["prefs"] else far)

    def may_lead(self, person: str, team: str) -> bool:
        pin = self.pins.get(person)
        return bool(self.people[person]["leader"] or (pin and pin["lead"] and pin["team"] == team))

    def seats(self, roster: Data, breaches: list[str]) -> _Seats:
        """Who sits where, of what can be understood; the rest is a breach."""
        place = {}
        members: dict[str, list[str]] = defaultdict(list)
        for person, team in _mapping(roster, "assignments", breaches).items():
            if person not in self.people or team not in self.teams:
                breaches.append(f"assignments: {person!r} in {team!r} is not known")
            else:
                place[person] = team
                members[team].append(person)
        leaders = {}
        for team, person in _mapping(roster, "leaders", breaches).items():
            if place.get(person) != team:
                breaches.append(f"{person!r} leads {team!r} without being in it")
            elif not self.may_lead(person, team):
                breaches.append(f"{person} leads {team} and may not lead")
            else:
                leaders[team] = person
        viable = frozenset(team for team in members if team in leaders and self._is_whole(team, members[team]))
        return _Seats(place, dict(members), leaders, viable)

    def _is_whole(self, team: str, members: list[str]) -> bool:
        sector = self.teams[team]
        held = {tag for person in members for tag in self.people[person]["tags"]}
        return sector["min"] <= len(members) <= sector["max"] and held.issuperset(sector["needs"])

    def common(self, seats: _Seats, breaches: list[str], *, pinned: dict[str, str]) -> None:
        """Sizes, people apart, lead pins, and teams that do not go out yet hold people who are not pinned to them."""
        for team, members in sorted(seats.members.items()):
            if len(members) > self.teams[team]["max"]:
                breaches.append(f"{team} has {len(members)} people, {self.teams[team]['max']} at most")
            if team not in seats.viable:
                loose = sorted(person for person in members if pinned.get(person) != team)
                if loose:
                    breaches.append(f"{team} does not go out and holds {', '.join(loose)}")
        for one, other in self.apart:
            if one in seats.place and seats.place[one] == seats.place.get(other):
                breaches.append(f"{one} and {other} must be apart, and are both in {seats.place[one]}")
        for person, pin in sorted(self.pins.items()):
            team = pin["team"]
            if pin["lead"] and pinned.get(person) == team and team in seats.viable and seats.leaders[team] != person:
                breaches.append(f"{person} is pinned as leader of {team}, which {seats.leaders[team]} leads")

    def worth(self, seats: _Seats, there: Iterable[str]) -> tuple[int, int, int]:
        """Placed, split, balance. Groups count by those of their people who are there, two or more."""
        placed = sum(len(seats.members[team]) for team in seats.viable)
        groups: dict[str, list[str | None]] = defaultdict(list)
        for person in there:
            group = self.people[person]["group"]
            if group is not None:
                team = seats.place.get(person)
                groups[group].append(team if team in seats.viable else None)
        split = sum(len(set(teams)) > 1 for teams in groups.values())
        balance = 0
        prices = self.rules["balance"]
        for team in seats.viable:
            sector, members = self.teams[team], [self.people[person] for person in seats.members[team]]
            held = {tag for person in members for tag in person["tags"]}
            balance += prices["off_target"] * abs(len(members) - sector["target"])
            balance += prices["missing_want"] * len(set(sector["wants"]) - held)
            if not any(person["experienced"] for person in members):
                balance += prices["no_experience"]
        return placed, split, balance
