"""The instance as the solver sees it: who is interchangeable with whom, which teams are alike, friends as one unit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from .problem import Instance, travel


@dataclass(frozen=True, slots=True)
class Look:
    """What a unit (one person, or friends who stay together) is worth to a team of one headquarters."""

    size: int
    leads: bool
    experienced: bool
    walk: int
    tags: frozenset[str]
    only: int = -1  # the one team that takes it, where an organiser pinned one of the friends there


@dataclass(frozen=True, slots=True)
class Unit:
    """`people` by index, without those who are pinned; `costs` at each headquarters that all of them accept."""

    people: tuple[int, ...]
    costs: dict[int, int]
    looks: dict[int, Look]


@dataclass(frozen=True, slots=True)
class Friends:
    """A group of two or more: its unit, and the teams to which some of it are pinned."""

    unit: Unit
    pinned: tuple[int, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Alike:
    """Teams of one headquarters between which nobody can tell the difference: same sizes, needs, wants, walk."""

    hq: int
    teams: tuple[int, ...]
    min: int
    target: int
    max: int
    needs: frozenset[str]
    wants: frozenset[str]
    walk: int
    pinned: tuple[int, ...] = ()
    pinned_cost: int = 0
    leader: int = -1  # who is pinned to lead
    led: bool = False  # somebody pinned here may lead
    seasoned: bool = False  # somebody pinned here has experience
    held: frozenset[str] = frozenset()  # what those pinned here hold

    def takes(self, look: Look) -> bool:
        """Whether such a unit can be in such a team at all."""
        if look.walk < self.walk or look.size + len(self.pinned) > self.max:
            return False
        return look.only < 0 or look.only in self.teams


class City:
    """Headquarters, teams and people by index, in the instance's order."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        rules = instance.rules
        places = {hq.id: hq for hq in instance.hqs}
        self.hq_index = {hq.id: index for index, hq in enumerate(instance.hqs)}
        self.team_index = {team.id: index for index, team in enumerate(instance.teams)}
        self.person_index = {person.id: index for index, person in enumerate(instance.people)}
        self.team_hq = [self.hq_index[team.hq] for team in instance.teams]
        known: dict[tuple[str, tuple[str, ...], str], dict[int, int]] = {}
        self.costs: list[dict[int, int]] = []
        with_teams = set(self.team_hq)
        for person in instance.people:
            key = (person.home, person.prefs, person.reach)
            if key not in known:
                costs = {self.hq_index[hq]: cost for hq, cost in travel(rules, person, places).items()}
                known[key] = {hq: cost for hq, cost in costs.items() if hq in with_teams}
            self.costs.append(known[key])
        self.pin: dict[int, int] = {}
        self.lead_pin: dict[int, int] = {}
        self.pinned: dict[int, list[int]] = defaultdict(list)
        for pin in instance.pins:
            person_index, team = self.person_index[pin.person], self.team_index[pin.team]
            self.pin[person_index] = team
            self.pinned[team].append(person_index)
            if pin.lead:
                self.lead_pin[team] = person_index
        self.apart: dict[int, set[int]] = {}
        for one, other in instance.apart:
            self.apart.setdefault(self.person_index[one], set()).add(self.person_index[other])
            self.apart.setdefault(self.person_index[other], set()).add(self.person_index[one])
        self.alike = self._alike()
        self.at: list[list[int]] = [[] for _hq in instance.hqs]
        self.tags_at: list[frozenset[str]] = [frozenset() for _hq in instance.hqs]
        self.walk_at: list[int] = [0 for _hq in instance.hqs]
        for index, alike in enumerate(self.alike):
            self.at[alike.hq].append(index)
            self.tags_at[alike.hq] |= alike.needs | alike.wants
            self.walk_at[alike.hq] = max(self.walk_at[alike.hq], alike.walk)
        self.groups: dict[str, list[int]] = defaultdict(list)
        for index, person in enumerate(instance.people):
            if person.group is not None:
                self.groups[person.group].append(index)
        self.groups = {group: members for group, members in self.groups.items() if len(members) > 1}

    def _alike(self) -> list[Alike]:
        people = self.instance.people
        found: dict[Alike, list[int]] = defaultdict(list)
        for index, team in enumerate(self.instance.teams):
            pinned = tuple(self.pinned.get(index, ()))
            alike = Alike(
                hq=self.team_hq[index],
                teams=(index,) if pinned else (),
                min=max(1, team.min),
                target=team.target,
                max=team.max,
                needs=team.needs,
                wants=team.wants,
                walk=team.walk,
                pinned=pinned,
                pinned_cost=sum(self.costs[one].get(self.team_hq[index], 0) for one in pinned),
                leader=self.lead_pin.get(index, -1),
                led=index in self.lead_pin or any(people[one].leader for one in pinned),
                seasoned=any(people[one].experienced for one in pinned),
                held=frozenset(tag for one in pinned for tag in people[one].tags),
            )
            found[alike].append(index)
        alikes = []
        for alike, teams in found.items():
            fields = {name: getattr(alike, name) for name in Alike.__slots__}
            alikes.append(Alike(**fields | {"teams": tuple(teams)}))
        return alikes

    def unit(self, members: list[int], only: int = -1) -> Unit:
        """These people as one unit, for the headquarters that all of them accept."""
        people = [self.instance.people[one] for one in members]
        if only >= 0:
            shared = {self.team_hq[only]} if all(self.team_hq[only] in self.costs[one] for one in members) else set()
        else:
            shared = set.intersection(*(set(self.costs[one]) for one in members))
        walk = min(person.max_walk for person in people)
        tags = frozenset(tag for person in people for tag in person.tags)
        leads, experienced = any(one.leader for one in people), any(one.experienced for one in people)
        looks = {
            hq: Look(len(people), leads, experienced, min(walk, self.walk_at[hq]), tags & self.tags_at[hq], only)
            for hq in sorted(shared)
        }
        usable = {hq: look for hq, look in looks.items() if any(self.alike[one].takes(look) for one in self.at[hq])}
        costs = {hq: sum(self.costs[one][hq] for one in members) for hq in usable}
        return Unit(tuple(members), costs, usable)

    def free(self) -> list[int]:
        """Everybody who is not pinned."""
        return [index for index in range(len(self.instance.people)) if index not in self.pin]

    def friends(self) -> list[Friends]:
        """The groups of which somebody is free, or which pins tear apart."""
        found = []
        for members in self.groups.values():
            free = [one for one in members if one not in self.pin]
            pinned = tuple(sorted({self.pin[one] for one in members if one in self.pin}))
            if not free and len(pinned) == 1:
                continue
            if len(pinned) > 1 or not free:
                unit = Unit(tuple(free), {}, {})
            else:
                unit = self.unit(free, pinned[0] if pinned else -1)
            found.append(Friends(unit, pinned, len(members)))
        return found
