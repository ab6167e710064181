"""The instance as the solver sees it: who is interchangeable with whom, which teams are alike, friends as one unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .problem import Instance, travel


@dataclass(frozen=True, slots=True, order=True)
class Plain:
    """What a unit is worth to a team that cares for none of its tags."""

    size: int
    leads: bool
    experienced: bool
    walk: int

    @property
    def tags(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class Look:
    """What a unit (one person, or friends who stay together) is worth to a team."""

    size: int
    leads: bool
    experienced: bool
    walk: int
    tags: frozenset[str]
    only: int = -1  # the one team that takes it, where an organiser pinned one of the friends there

    @property
    def plain(self) -> Plain:
        return Plain(self.size, self.leads, self.experienced, self.walk)


@dataclass(frozen=True, slots=True)
class Friends:
    """A group of two or more: `people` of it who are not pinned, by index; what it costs to send them together to each
    headquarters that all of them accept; the teams to which some of it are pinned; how many it is in all."""

    people: tuple[int, ...]
    look: Look
    costs: dict[int, int]
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

    def cares(self, *, coarse: bool = False) -> frozenset[str]:
        """The tags that matter to such a team; `coarse`: without which it cannot go out."""
        return (self.needs if coarse else self.needs | self.wants) - self.held

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
        known: dict[tuple[str, tuple[str, ...], str], tuple[dict[int, int], int]] = {}
        same: dict[frozenset[tuple[int, int]], int] = {}
        self.costs: list[dict[int, int]] = []
        self.cost_id: list[int] = []  # people with the same number pay the same everywhere
        with_teams = set(self.team_hq)
        self.staffed = len(with_teams)
        for person in instance.people:
            key = (person.home, person.prefs, person.reach)
            if key not in known:
                costs = {self.hq_index[hq]: cost for hq, cost in travel(rules, person, places).items()}
                costs = {hq: cost for hq, cost in costs.items() if hq in with_teams}
                known[key] = costs, same.setdefault(frozenset(costs.items()), len(same))
            self.costs.append(known[key][0])
            self.cost_id.append(known[key][1])
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
        self._cares = {coarse: [frozenset[str]() for _hq in instance.hqs] for coarse in (False, True)}
        self._walk = [0 for _hq in instance.hqs]
        for index, alike in enumerate(self.alike):
            self.at[alike.hq].append(index)
            self._walk[alike.hq] = max(self._walk[alike.hq], alike.walk)
            for coarse, cares in self._cares.items():
                cares[alike.hq] |= alike.cares(coarse=coarse)
        self._where: dict[tuple[frozenset[int], bool], tuple[frozenset[str], int]] = {}
        self._here: dict[tuple[Look, int, bool], Look | None] = {}
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

    def look(self, members: Sequence[int], only: int = -1, *, coarse: bool = False) -> Look:
        """These people as one unit, cut to what matters where all of them may go."""
        people = [self.instance.people[one] for one in members]
        where = frozenset(self.shared(members))
        if (where, coarse) not in self._where:
            tags = frozenset[str]().union(*(self._cares[coarse][hq] for hq in where))
            self._where[where, coarse] = tags, max((self._walk[hq] for hq in where), default=0)
        matter, walk = self._where[where, coarse]
        return Look(
            len(people),
            any(one.leader for one in people),
            not coarse and any(one.experienced for one in people),
            min(walk, *(person.max_walk for person in people)),
            matter & frozenset(tag for person in people for tag in person.tags),
            only,
        )

    def here(self, look: Look, hq: int, *, coarse: bool = False) -> Look | None:
        """The look cut to what matters at one headquarters; None where no team takes it."""
        key = (look, hq, coarse)
        if key not in self._here:
            tags, walk = look.tags & self._cares[coarse][hq], min(look.walk, self._walk[hq])
            cut = Look(look.size, look.leads, look.experienced, walk, tags, look.only)
            is_taken = any(self.alike[one].takes(cut) for one in self.at[hq])
            self._here[key] = cut if is_taken else None
        return self._here[key]

    def shared(self, members: Sequence[int]) -> dict[int, int]:
        """The headquarters that all of these people accept, with what they cost together."""
        first, *others = (self.costs[one] for one in members)
        if not others:
            return first
        hqs = [hq for hq in first if all(hq in costs for costs in others)]
        return {hq: first[hq] + sum(costs[hq] for costs in others) for hq in hqs}

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
            costs = self.shared(free) if free and len(pinned) < 2 else {}
            only = pinned[0] if len(pinned) == 1 else -1
            if only >= 0:
                costs = {hq: cost for hq, cost in costs.items() if hq == self.team_hq[only]}
            look = self.look(free, only) if costs else Look(len(free), False, False, 0, frozenset())
            found.append(Friends(tuple(free), look, costs, pinned, len(members)))
        return found
