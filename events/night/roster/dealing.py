"""From counts to names: who of those who are alike goes where, and which of a kind of teams takes whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from .city import Look
from .counting import Counting
from .draft import HARD, Draft

Seat = list[tuple[int, ...]]
ROUNDS = 40


def deal(counting: Counting, counts: Sequence[int]) -> Draft:
    """The draft that these counts, whole numbers by column, stand for; what cannot be dealt is left out."""
    city = counting.city
    draft = Draft(city)
    arrived = _arrivals(counting, counts)
    seats: dict[int, dict[int, Seat]] = defaultdict(dict)
    for index, alike in enumerate(city.alike):
        going = alike.teams[: counts[counting.teams[index]]]
        units: Seat = []
        for look, column in counting.flows[index].items():
            waiting = arrived[alike.hq, look]
            units += [waiting.pop(0) for _unit in range(min(counts[column], len(waiting)))]
        if going:
            seats[alike.hq] |= _share(draft, going, units)
    for hq in sorted(seats):
        slack = sum(counting.balance(index, counts) for index in city.at[hq])
        _Swaps(draft, seats[hq]).improve(slack)
        for team, units in seats[hq].items():
            for unit in units:
                for one in unit:
                    draft.add(one, team)
    draft.settle()
    return draft


def _arrivals(counting: Counting, counts: Sequence[int]) -> dict[tuple[int, Look], Seat]:
    """Who comes to each headquarters: friends whole, then people one by one in the order of sign-up."""
    arrived: dict[tuple[int, Look], Seat] = defaultdict(list)
    kept: set[int] = {one for friends in counting.friends for one in friends.unit.people}
    for kind in counting.groups:
        waiting = list(kind.members)
        for hq, column in kind.columns.items():
            for _unit in range(min(counts[column], len(waiting))):
                arrived[hq, kind.unit.looks[hq]].append(counting.friends[waiting.pop(0)].unit.people)
        for _unit in range(min(counts[kind.split], len(waiting))):
            kept -= set(counting.friends[waiting.pop(0)].unit.people)
    people = counting.city.instance.people
    for kind in counting.singles:
        free = sorted((one for one in kind.members if one not in kept), key=lambda one: (people[one].seq, one))
        for hq, column in kind.columns.items():
            for _one in range(min(counts[column], len(free))):
                arrived[hq, kind.unit.looks[hq]].append((free.pop(0),))
    return arrived


def _share(draft: Draft, teams: tuple[int, ...], units: Seat) -> dict[int, Seat]:
    """Units dealt to teams that are alike: the large and the gifted first, each where it mends most."""
    people, city = draft.people, draft.city
    seats: dict[int, Seat] = {team: [] for team in teams}
    members = {team: list(draft.members[team]) for team in teams}
    useful = city.instance.teams[teams[0]].needs | city.instance.teams[teams[0]].wants

    def gifts(unit: tuple[int, ...]) -> int:
        tags = {tag for one in unit for tag in people[one].tags} & useful
        leads, seasoned = any(people[one].leader for one in unit), any(people[one].experienced for one in unit)
        return 3 * len(tags) + 2 * leads + seasoned

    for unit in sorted(units, key=lambda unit: (-len(unit), -gifts(unit), unit)):

        def change(team: int, unit: tuple[int, ...] = unit) -> tuple[int, int, int]:
            size = len(members[team])
            over = max(0, size + len(unit) - draft.teams[team].max)
            gain = draft.defect(team, [*members[team], *unit]) - draft.defect(team, members[team])
            # Up to the least size each newcomer mends as much wherever they go.
            return over, gain, size

        best = min(teams, key=change)
        seats[best].append(unit)
        members[best] += unit
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
        """Down to `slack`, which the counts allow for, or until nothing helps."""
        for _round in range(ROUNDS):
            found = False
            for team in sorted(self.seats, key=lambda team: (-self.defects[team], team)):
                if sum(self.defects.values()) <= slack or not self.defects[team]:
                    break
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
