"""The doors of the headquarters on the night: who is there, which teams are still to leave, who may be in which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .city import City
from .draft import Draft
from .problem import Contradiction, Instance, Night, Person, Roster, Team
from .regrouping import Mover

Plan = Mapping[str, str]  # person: team


class Evening:
    """The day's roster and what happened since.

    People are where the roster sent them, in a team or in the reserve, and walk-ins where they came; whoever it sent
    nowhere is not there. Refuses a roster that does not keep the pins: no night can be made of it.
    """

    def __init__(self, instance: Instance, roster: Roster, night: Night) -> None:
        lost = [pin for pin in instance.pins if roster.assignments.get(pin.person) != pin.team]
        if lost:
            said = "{!r} is pinned to {!r}, and the roster says otherwise"
            raise Contradiction([said.format(pin.person, pin.team) for pin in lost])
        absent = set(night.absent)
        self.instance, self.departed = instance, set(night.departed)
        self.teams = {team.id: team for team in instance.teams}
        everybody = [*instance.people, *(walkin.person for walkin in night.walkins)]
        self.before = {one: team for one, team in roster.assignments.items() if one not in absent}
        self.where = {one: hq for one, hq in roster.reserve.items() if one not in absent}
        self.where |= {one: self.teams[team].hq for one, team in self.before.items()}
        self.where |= {walkin.person.id: walkin.at for walkin in night.walkins}
        self.people = {person.id: person for person in everybody if person.id in self.where}
        self.pins = tuple(pin for pin in instance.pins if pin.person in self.where)
        self.left = {one: team for one, team in self.before.items() if team in self.departed}
        self.touched = {self.teams[team].hq for one, team in roster.assignments.items() if one in absent}
        self.touched |= {walkin.at for walkin in night.walkins}

    def seen(self, teams: list[Team], people: list[Person]) -> Instance:
        """These teams and people, everybody willing to go where they are and nowhere else."""
        names, ids = {person.id for person in people}, {team.id for team in teams}
        return replace(
            self.instance,
            rules=replace(self.instance.rules, rank_cost=(0,)),
            teams=tuple(teams),
            people=tuple(replace(one, prefs=(self.where[one.id],), reach="prefs") for one in people),
            apart=tuple(pair for pair in self.instance.apart if names >= set(pair)),
            pins=tuple(pin for pin in self.pins if pin.person in names and pin.team in ids),
        )

    def everything(self, plan: Plan) -> Draft:
        """All teams and everybody who is there, as this plan and the departed teams have them."""
        return drafted(City(self.seen(list(self.instance.teams), list(self.people.values()))), {**self.left, **plan})

    def doors(self) -> list[Doors]:
        """Each headquarters where something can still be decided."""
        teams: dict[str, list[Team]] = defaultdict(list)
        for team in self.instance.teams:
            if team.id not in self.departed:
                teams[team.hq].append(team)
        people: dict[str, list[Person]] = defaultdict(list)
        for name, at in self.where.items():
            if name not in self.left:
                people[at].append(self.people[name])
        pinned = {pin.person: pin.lead for pin in self.pins}
        friends = self._friends()
        found = []
        for hq in self.instance.hqs:
            if not teams[hq.id] or not people[hq.id]:
                continue
            here = sorted(people[hq.id], key=lambda person: (person.seq, person.id))
            movers = [
                Mover(one, self.before.get(one.id), {hq.id: 0}, one.id in pinned, pinned.get(one.id, False))
                for one in here
            ]
            outside = {group: places for group, (home, places) in friends.items() if home == hq.id}
            found.append(Doors(hq.id, teams[hq.id], movers, self.seen(teams[hq.id], here), outside))
        return found

    def _friends(self) -> dict[str, tuple[str, set[str | None]]]:
        """Each group of two or more of whom somebody can still be moved: the headquarters that counts it, and where
        its people are who are not to be moved there.

        People of one group at several headquarters are never together; the one with most of them counts the group and
        takes it that the others stay without a team, which asks no more than what is true.
        """
        members: dict[str, list[str]] = defaultdict(list)
        for one, person in self.people.items():
            if person.group is not None:
                members[person.group].append(one)
        gone = self.everything({}) if self.left else None
        out = {team for team in self.departed if gone and gone.is_viable(gone.city.team_index[team])}
        found: dict[str, tuple[str, set[str | None]]] = {}
        for group, names in members.items():
            at: dict[str, int] = defaultdict(int)
            for one in names:
                if one not in self.left:
                    at[self.where[one]] += 1 + (one in self.before) * len(names)
            if len(names) < 2 or not at:
                continue
            home = max(at, key=lambda hq: (at[hq], hq))
            places: set[str | None] = set()
            for one in names:
                if one in self.left:
                    places.add(self.left[one] if self.left[one] in out else None)
                elif self.where[one] != home:
                    places.add(None)
            found[group] = (home, places)
        return found


@dataclass(slots=True)
class Doors:
    """One headquarters: teams that have not left, people who can be in them; `outside` as `Regrouping` takes it."""

    hq: str
    teams: list[Team]
    movers: list[Mover]
    seen: Instance
    outside: dict[str, set[str | None]]
    city: City = field(init=False)

    def __post_init__(self) -> None:
        self.city = City(self.seen)

    def as_before(self) -> Plan:
        return {mover.person.id: mover.before for mover in self.movers if mover.before is not None}

    def by_hand(self) -> Draft:
        """A legal plan at once: teams stay; broken ones are mended from whoever has no team, the worst given up."""
        draft = drafted(self.city, self.as_before())
        broken = [team for team in range(len(self.teams)) if not draft.is_viable(team)]
        while broken:
            broken.sort(key=lambda team: (draft.defect(team, draft.members[team]), team))
            for team in broken:
                draft.mend(team)
            broken = [team for team in broken if not draft.is_viable(team)]
            # The people of the worst may mend the others; a quarter at once, so that it ends soon.
            held = [team for team in broken if any(one not in self.city.pin for one in draft.members[team])]
            for team in held[-max(1, len(held) // 4) :]:
                for one in [one for one in draft.members[team] if one not in self.city.pin]:
                    draft.remove(one)
            broken = broken if held else []
        draft.settle()
        return draft

    def key(self, draft: Draft) -> tuple[int, ...]:
        """Viable, moved, placed, split, balance: the greater, the better."""
        viable, placed, split, _cost, balance = draft.score()
        return viable, -self.moved(draft), placed, -split, -balance

    def moved(self, draft: Draft) -> int:
        place = {person.id: draft.place[index] for index, person in enumerate(draft.people)}
        index = draft.city.team_index
        return sum(place[one] != index[team] for one, team in self.as_before().items())

    def split(self, draft: Draft) -> int:
        """Groups that this headquarters counts and that are torn apart."""
        places: dict[str, set[str | None]] = {group: set(outside) for group, outside in self.outside.items()}
        for index, person in enumerate(draft.people):
            if person.group in places:
                team = draft.place[index]
                places[person.group].add(draft.teams[team].id if team >= 0 and draft.is_viable(team) else None)
        return sum(len(teams) > 1 for teams in places.values())

    def most_viable(self) -> int:
        """No more teams than this can go out, by the number of people and of those who may lead."""
        people, able, number = len(self.movers), sum(one.person.leader or one.leads for one in self.movers), 0
        for least in sorted(max(1, team.min) for team in self.teams):
            people -= least
            if people < 0 or number >= able:
                break
            number += 1
        return number

    def legal(self, draft: Draft) -> bool:
        """Whether only people pinned there are in teams that do not go out, and nobody walks further than they can."""
        for index, team in enumerate(draft.place):
            if team < 0 or index in draft.city.pin:
                continue
            stays = self.movers[index].before == draft.teams[team].id
            if not draft.is_viable(team) or not (stays or draft.people[index].max_walk >= draft.teams[team].walk):
                return False
        return True


def drafted(city: City, plan: Plan) -> Draft:
    """The draft that has everybody where the plan says; whoever is pinned is there already."""
    draft = Draft(city)
    for one, team in plan.items():
        index = city.person_index[one]
        if index not in city.pin:
            draft.add(index, city.team_index[team])
    return draft


def leaders(draft: Draft, roster: Roster) -> dict[str, str]:
    """Who led still leads, where they may; otherwise whoever is pinned to, or the fittest of those who offered."""
    found = {}
    for index, team in enumerate(draft.teams):
        if draft.is_viable(index):
            leader = draft.people[draft.leader(index)]
            before = draft.city.person_index.get(roster.leaders.get(team.id, ""))
            if before in draft.members[index] and draft.people[before].leader and index not in draft.city.lead_pin:
                leader = draft.people[before]
            found[team.id] = leader.id
    return found
