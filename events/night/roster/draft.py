"""A roster being made: who is in which team so far, what may be added, what must be given up."""

from __future__ import annotations

from .city import City
from .problem import Bounds, Roster

HARD = 1000


class Draft:
    """People and teams by index of `city`; whoever is pinned is in their team from the start, and stays."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.teams = city.instance.teams
        self.people = city.instance.people
        self.members: list[list[int]] = [[] for _team in self.teams]
        self.place = [-1] * len(self.people)
        bits: dict[str, int] = {}
        for sector in self.teams:
            for tag in sorted(sector.needs | sector.wants):
                bits.setdefault(tag, 1 << len(bits))
        self._tags = [sum(bits[tag] for tag in person.tags if tag in bits) for person in self.people]
        self._needs = [sum(bits[tag] for tag in sector.needs) for sector in self.teams]
        self._wants = [sum(bits[tag] for tag in sector.wants) for sector in self.teams]
        rules = city.instance.rules
        # More than all that a team which can go out may leave to be desired.
        self.hard = max(
            [HARD]
            + [
                1
                + rules.no_experience
                + rules.missing_want * len(sector.wants)
                + rules.off_target * max(sector.target - sector.min, sector.max - sector.target)
                for sector in self.teams
            ]
        )
        for person, team in city.pin.items():
            self.add(person, team)

    def add(self, person: int, team: int) -> None:
        self.members[team].append(person)
        self.place[person] = team

    def remove(self, person: int) -> None:
        self.members[self.place[person]].remove(person)
        self.place[person] = -1

    def accepts(self, person: int, team: int) -> bool:
        """Whether this person may be in this team, leaving aside how many are in it."""
        if (
            self.people[person].max_walk < self.teams[team].walk
            or self.city.team_hq[team] not in self.city.costs[person]
        ):
            return False
        apart = self.city.apart.get(person)
        return not apart or apart.isdisjoint(self.members[team])

    def room(self, team: int) -> int:
        return self.teams[team].max - len(self.members[team])

    def leader(self, team: int) -> int:
        """Who leads: whoever is pinned to, else who offered, with experience, the first to sign up; -1 for nobody."""
        if team in self.city.lead_pin:
            return self.city.lead_pin[team]
        able = [one for one in self.members[team] if self.people[one].leader]
        return min(able, key=lambda one: (not self.people[one].experienced, self.people[one].seq, one), default=-1)

    def defect(self, team: int, members: list[int]) -> int:
        """How far these members are from a good team: `hard` for each thing without which it cannot go out."""
        sector, rules, people = self.teams[team], self.city.instance.rules, self.people
        size, held, led, seasoned = len(members), 0, team in self.city.lead_pin, False
        wrong = max(0, sector.min - size) + max(0, size - sector.max)
        for one in members:
            person = people[one]
            held |= self._tags[one]
            led = led or person.leader
            seasoned = seasoned or person.experienced
            if one in self.city.apart:
                wrong += len(self.city.apart[one].intersection(members))
        wrong += (self._needs[team] & ~held).bit_count() + (not led)
        soft = rules.off_target * abs(size - sector.target)
        soft += rules.missing_want * (self._wants[team] & ~held).bit_count()
        return self.hard * wrong + soft + (0 if seasoned else rules.no_experience)

    def is_viable(self, team: int) -> bool:
        return bool(self.members[team]) and self.defect(team, self.members[team]) < self.hard

    def settle(self) -> None:
        """Mends or gives up the teams that cannot go out, then finds room for whoever is left, friends first."""
        broken = [team for team, members in enumerate(self.members) if members and not self.is_viable(team)]
        for team in sorted(broken, key=lambda team: (self.defect(team, self.members[team]), team)):
            self.mend(team)
        self.give_up()
        self.fill()

    def give_up(self) -> None:
        """Whoever is in a team that cannot go out has none, unless pinned there."""
        for team in range(len(self.teams)):
            if not self.is_viable(team):
                for one in [one for one in self.members[team] if one not in self.city.pin]:
                    self.remove(one)

    def mend(self, team: int) -> None:
        """Gives a broken team whatever it lacks to go out, of those without a team; or nobody.

        The nearest first, and whoever may lead last where that is not what is lacking.
        """
        sector, people, hq = self.teams[team], self.people, self.city.team_hq[team]
        added: list[int] = []

        def take(wanted: list[int]) -> None:
            one = next((one for one in wanted if self.room(team) > 0 and self.accepts(one, team)), None)
            if one is not None:
                self.add(one, team)
                added.append(one)

        loose = [one for one, place in enumerate(self.place) if place < 0 and hq in self.city.costs[one]]
        loose.sort(key=lambda one: self.city.costs[one][hq])
        if self.leader(team) < 0:
            take([one for one in loose if people[one].leader])
        for tag in sorted(sector.needs):
            if not any(tag in people[one].tags for one in self.members[team]):
                take([one for one in loose if tag in people[one].tags and self.place[one] < 0])
        loose = sorted((one for one in loose if self.place[one] < 0), key=lambda one: people[one].leader)
        for one in loose:
            if len(self.members[team]) >= max(1, sector.min):
                break
            take([one])
        if not self.is_viable(team):
            for one in added:
                self.remove(one)

    def fill(self) -> None:
        """Places people who have no team where there is room: friends together, then each alone."""
        viable = [team for team in range(len(self.teams)) if self.is_viable(team) and self.room(team) > 0]
        at: dict[int, list[int]] = {}
        for team in viable:
            at.setdefault(self.city.team_hq[team], []).append(team)
        loose = [members for members in self.city.groups.values() if all(self.place[one] < 0 for one in members)]
        alone = [[one] for one in range(len(self.people))]
        for unit in [*loose, *alone]:
            if any(self.place[one] >= 0 for one in unit):
                continue
            for hq in sorted(self.city.costs[unit[0]], key=lambda hq, one=unit[0]: (self.city.costs[one][hq], hq)):  # type: ignore[misc]
                options = [
                    (self.defect(team, self.members[team] + unit) - self.defect(team, self.members[team]), team)
                    for team in at.get(hq, ())
                    if self.room(team) >= len(unit) and all(self.accepts(one, team) for one in unit)
                ]
                if options:
                    for one in unit:
                        self.add(one, min(options)[1])
                    break

    def score(self) -> tuple[int, int, int, int, int]:
        """viable, placed, split, cost, balance."""
        viable = {team for team in range(len(self.teams)) if self.is_viable(team)}
        cost = sum(
            self.city.costs[one].get(self.city.team_hq[team], 0) for team in viable for one in self.members[team]
        )
        split = 0
        for members in self.city.groups.values():
            split += len({self.place[one] if self.place[one] in viable else -1 for one in members}) > 1
        placed = sum(len(self.members[team]) for team in viable)
        return len(viable), placed, split, cost, sum(self.defect(team, self.members[team]) for team in viable)

    def key(self) -> tuple[int, ...]:
        """The greater, the better."""
        viable, placed, split, cost, balance = self.score()
        return viable, placed, -split, -cost, -balance

    def roster(self, bounds: Bounds, seconds: float) -> Roster:
        """The roster that this has become; to be settled before."""
        return Roster(
            instance=self.city.instance.name,
            assignments={self.people[one].id: self.teams[team].id for one, team in enumerate(self.place) if team >= 0},
            leaders={
                self.teams[team].id: self.people[self.leader(team)].id
                for team in range(len(self.teams))
                if self.is_viable(team)
            },
            bounds=bounds,
            seconds=seconds,
        )
