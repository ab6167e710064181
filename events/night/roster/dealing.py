"""From counts to names: who of those who are alike goes where, and which of a kind of teams takes whom."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence

from .chaining import Chains
from .city import Look, Plain
from .counting import Counting, Kind
from .crewing import Band, Crew
from .draft import HARD, Draft
from .repairing import repair
from .staffing import Staffing

Seat = list[tuple[int, ...]]
ROUNDS = 40
REPAIRS = 3  # headquarters; where more of them are in want, only teams that cannot go out are worth the time
TRIES = 20_000  # pairs of teams of one headquarters that are looked at for what is only wished for


def deal(counting: Counting, counts: Sequence[int], *, viable: int = 0) -> Draft:
    """The draft that these counts, whole numbers by column, stand for; what cannot be dealt is left out.

    Counts that were cut down may lose teams: they are completed from others until so many as `viable` go out.
    """
    draft = Draft(counting.city)
    arrived = _arrivals(counting, counts)
    wanting: list[tuple[int, int]] = []  # what a headquarters leaves to be desired beyond what was counted
    for staffing in counting.staffing:
        seats: dict[int, Seat] = {}
        for index, units in _gather(staffing, arrived, counts).items():
            alike = counting.city.alike[index]
            going = alike.teams[: counts[counting.teams[index]]]
            if going:
                seats |= _share(draft, going, units, staffing.crews[index], counts)
        swaps = _Swaps(draft, seats)
        if counting.coarse:
            swaps.improve(HARD)
            excess = sum(defect for defect in swaps.defects.values() if defect >= draft.hard)
        else:
            slack = staffing.slack(counts)
            swaps.improve(slack)
            excess = sum(swaps.defects.values()) - slack
        wanting += [(excess, staffing.hq)] * (excess > 0)
        for team, units in seats.items():
            for unit in units:
                for one in unit:
                    draft.add(one, team)
    worst = sorted(wanting, reverse=True)[:REPAIRS]
    few = len(wanting) <= REPAIRS
    repair(draft, [hq for excess, hq in worst if few or excess >= HARD], fine=not counting.coarse)
    if draft.score()[0] < viable:
        Chains(draft).complete(viable)
    draft.settle()
    return draft


def _arrivals(counting: Counting, counts: Sequence[int]) -> dict[tuple[int, Look], Seat]:
    """Who comes to each headquarters: friends whole, then people one by one in the order of sign-up."""
    arrived: dict[tuple[int, Look], Seat] = defaultdict(list)
    waiting: dict[tuple[int, Look], Seat] = defaultdict(list)
    kept: set[int] = {one for friends in counting.friends for one in friends.people}

    def leave(kind: Kind, units: Seat) -> None:
        for column in kind.columns.values():
            arrived[counting.ways[column]] += [units.pop(0) for _unit in range(min(counts[column], len(units)))]
        if kind.pool is not None:
            waiting[kind.pool] += [units.pop(0) for _unit in range(min(counts[kind.far], len(units)))]

    for kind in counting.groups:
        units = [counting.friends[index].people for index in kind.members]
        torn = [units.pop() for _unit in range(min(counts[kind.split], len(units)))]
        kept -= {one for unit in torn for one in unit}
        leave(kind, units)
    people = counting.city.instance.people
    for kind in counting.singles:
        free = sorted((one for one in kind.members if one not in kept), key=lambda one: (people[one].seq, one))
        leave(kind, [(one,) for one in free])
    for (cost, look), columns in counting.pools.items():
        units = waiting[cost, look]
        for column in columns.values():
            arrived[counting.ways[column]] += [units.pop(0) for _unit in range(min(counts[column], len(units)))]
    return arrived


def _gather(staffing: Staffing, arrived: dict[tuple[int, Look], Seat], counts: Sequence[int]) -> dict[int, Seat]:
    """The units of each kind of teams of one headquarters, through its pools."""
    dealt: dict[int, Seat] = {index: [] for index in staffing.crews}
    pooled: dict[Plain, Seat] = defaultdict(list)

    def flow(look: Look | Plain, units: Seat) -> None:
        for index, crew in staffing.crews.items():
            if look in crew.flows:
                number = min(counts[crew.flows[look]], len(units))
                dealt[index] += [units.pop(0) for _unit in range(number)]

    gated: dict[Look, Seat] = defaultdict(list)
    for (hq, look), units in arrived.items():
        if hq != staffing.hq:
            continue
        if look in staffing.degrade:
            number = min(counts[staffing.degrade[look]], len(units))
            pooled[look.plain] += [units.pop() for _unit in range(number)]
        for gate, column in staffing.steps.get(look, {}).items():
            gated[gate] += [units.pop(0) for _unit in range(min(counts[column], len(units)))]
    for gate, units in gated.items():
        flow(gate, units)
    for plain in staffing.pools:
        units = pooled[plain]
        flow(plain, units)
        if plain in staffing.descend:
            below = staffing.below(plain)
            pooled[below] += [units.pop(0) for _unit in range(min(counts[staffing.descend[plain]], len(units)))]
    left = [unit for (hq, _look), units in arrived.items() if hq == staffing.hq for unit in units]
    left += [unit for units in (*gated.values(), *pooled.values()) for unit in units]
    _deal_out(staffing, dealt, left, counts)
    return dealt


def _deal_out(staffing: Staffing, dealt: dict[int, Seat], left: Seat, counts: Sequence[int]) -> None:
    """Those whom the counts bring here and forget, as counts that were cut down do, go where most is missing."""
    city = staffing.city
    size = {index: sum(map(len, units)) for index, units in dealt.items()}
    teams = {index: counts[staffing.teams[index]] for index in dealt}
    for unit in sorted(left, key=lambda unit: (-len(unit), unit)):
        look = city.look(unit)
        options = [
            (size[index] / teams[index] - city.alike[index].target, index)
            for index in dealt
            if teams[index]
            and city.alike[index].takes(look)
            and size[index] + len(unit) <= teams[index] * city.alike[index].max
        ]
        if options:
            index = min(options)[1]
            dealt[index].append(unit)
            size[index] += len(unit)


def _share(draft: Draft, teams: tuple[int, ...], units: Seat, crew: Crew, counts: Sequence[int]) -> dict[int, Seat]:
    """Units dealt to teams that are alike: friends as counted, then the gifted first, each where it mends most."""
    people, city = draft.people, draft.city
    seats: dict[int, Seat] = {team: [] for team in teams}
    members = {team: list(draft.members[team]) for team in teams}
    useful = city.instance.teams[teams[0]].needs | city.instance.teams[teams[0]].wants

    def gifts(unit: tuple[int, ...]) -> int:
        tags = {tag for one in unit for tag in people[one].tags} & useful
        leads, seasoned = any(people[one].leader for one in unit), any(people[one].experienced for one in unit)
        return 3 * len(tags) + 2 * leads + seasoned

    def band(unit: tuple[int, ...]) -> Band:
        tags = {tag for one in unit for tag in people[one].tags}
        return crew.band(len(unit), any(people[one].leader for one in unit), tags)

    def seat(unit: tuple[int, ...], team: int) -> None:
        seats[team].append(unit)
        members[team] += unit

    waiting = sorted(units, key=lambda unit: (-len(unit), -gifts(unit), unit))
    order = iter(teams)
    for pattern, column in crew.patterns.items():
        for team in itertools.islice(order, counts[column]):
            for one in pattern:
                friends = [unit for unit in waiting if band(unit) == one]
                if friends:
                    unit = min(friends, key=lambda unit: draft.defect(team, [*members[team], *unit]))
                    waiting.remove(unit)
                    seat(unit, team)
    for unit in waiting:

        def change(team: int, unit: tuple[int, ...] = unit) -> tuple[int, int, int]:
            size = len(members[team])
            over = max(0, size + len(unit) - draft.teams[team].max)
            gain = draft.defect(team, [*members[team], *unit]) - draft.defect(team, members[team])
            # Up to the least size each newcomer mends as much wherever they go.
            return over, gain, size

        seat(unit, min(teams, key=change))
    return seats


class _Swaps:
    """The teams of one headquarters, whose units move and change places while that makes two teams better together."""

    def __init__(self, draft: Draft, seats: dict[int, Seat]) -> None:
        self.draft, self.seats = draft, seats
        self.defects = {team: self._defect(team, units) for team, units in seats.items()}
        city = draft.city
        # Friends of somebody pinned stay with them.
        self.tied = {one for group in city.groups.values() if not city.pin.keys().isdisjoint(group) for one in group}

    def _defect(self, team: int, units: Seat) -> int:
        return self.draft.defect(team, [*self.draft.members[team], *(one for unit in units for one in unit)])

    def _may(self, unit: tuple[int, ...], team: int) -> bool:
        walk = self.draft.teams[team].walk
        return all(self.draft.people[one].max_walk >= walk and one not in self.tied for one in unit)

    def improve(self, slack: int) -> None:
        """Down to `slack`, which the counts allow for, or until nothing helps or has been looked for long enough.

        `HARD`: only what keeps a team from going out is mended.
        """
        tries = TRIES
        for _round in range(ROUNDS):
            found = False
            for team in sorted(self.seats, key=lambda team: (-self.defects[team], team)):
                defect = self.defects[team]
                if sum(self.defects.values()) <= slack or not defect or (slack == HARD and defect < HARD):
                    break
                if defect < HARD:
                    tries -= len(self.seats)
                    if tries < 0:
                        return
                found |= self._mend(team)
            if not found:
                return

    def _mend(self, team: int) -> bool:
        """Makes the best move or swap for one team; False where none helps."""
        best: tuple[int, int, Seat, Seat] | None = None
        for other in self.seats:
            was = self.defects[team] + self.defects[other]
            if other == team or (best is not None and best[0] <= -was):
                continue
            for mine in [(), *(unit for unit in self.seats[team] if self._may(unit, other))]:
                for theirs in [(), *(unit for unit in self.seats[other] if self._may(unit, team))]:
                    here = [unit for unit in self.seats[team] if unit != mine] + [theirs] * bool(theirs)
                    there = [unit for unit in self.seats[other] if unit != theirs] + [mine] * bool(mine)
                    change = self._defect(team, here) + self._defect(other, there) - was
                    if change < (0 if best is None else best[0]):
                        best = (change, other, here, there)
            if best is not None and best[0] <= -HARD:
                break
        if best is None:
            return False
        _change, other, self.seats[team], self.seats[other] = best
        for one in (team, other):
            self.defects[one] = self._defect(one, self.seats[one])
        return True
