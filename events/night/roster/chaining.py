"""Teams that lack somebody, completed by chains: who comes leaves a team that spares them, or that is given another."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterator

from .draft import Draft

TEAMS = 1000  # that one chain looks at: where leaders are scarce it may go through most of a city
FAILURES = 20  # teams without a chain, after which there is little hope for the others

Moves = list[tuple[int, int]]  # person, team: where they were, or are to be; -1 for nowhere


class Chains:
    """The shortest chains, at any headquarters; friends are taken from a team only where nobody else is found."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self._willing: dict[int, list[int]] = defaultdict(list)
        for one in draft.city.free():
            for hq in draft.city.costs[one]:
                self._willing[hq].append(one)
        for hq, people in self._willing.items():
            people.sort(key=lambda one: (draft.people[one].group is not None, draft.city.costs[one][hq], one))

    def complete(self, viable: int) -> None:
        """Completes teams until `viable` can go out; what cannot be completed stays as it was."""
        draft, failures = self.draft, 0
        broken = [team for team in range(len(draft.teams)) if not draft.is_viable(team)]
        missing = viable - (len(draft.teams) - len(broken))
        for team in sorted(broken, key=lambda team: (draft.defect(team, draft.members[team]), team)):
            if missing <= 0 or failures == FAILURES:
                return
            is_complete = self._complete(team)
            missing -= is_complete
            failures += not is_complete

    def _complete(self, team: int) -> bool:
        draft = self.draft
        undone: Moves = []
        while not draft.is_viable(team):
            moves = self._chain(team)
            if not moves:
                self._move(undone[::-1])
                return False
            undone += [(one, draft.place[one]) for one, _team in moves]
            self._move(moves)
        return True

    def _move(self, moves: Moves) -> None:
        for one, team in moves:
            if self.draft.place[one] >= 0:
                self.draft.remove(one)
            if team >= 0:
                self.draft.add(one, team)

    def _chain(self, root: int) -> Moves:
        """The moves after which this team lacks one thing less and no other lacks any more than before."""
        draft = self.draft
        reached: dict[int, tuple[int, int]] = {root: (-1, -1)}  # team: whom it gives to which
        waiting = deque([root])
        while waiting and len(reached) < TEAMS:
            team = waiting.popleft()
            for one in self._mending(team, reached[team][0], reached):
                source = draft.place[one]
                if source < 0 or not draft.is_viable(source) or self._spares(source, one):
                    moves = [(one, team)]
                    while team != root:
                        given, team = reached[team]
                        moves.append((given, team))
                    return moves
                reached[source] = one, team
                waiting.append(source)
        return []

    def _mending(self, team: int, gone: int, reached: Collection[int]) -> Iterator[int]:
        """Who would make good for the loss of `gone`, or, where it is nobody, for one thing at least; at home first.

        Nobody of the teams that were `reached`, this one among them.
        """
        draft, sector = self.draft, self.draft.teams[team]
        members = [one for one in draft.members[team] if one != gone]
        if len(members) >= sector.max:
            return
        lacking = draft.defect(team, members) // draft.hard
        needs = sector.needs - {tag for one in members for tag in draft.people[one].tags}
        is_led = team in draft.city.lead_pin or any(draft.people[one].leader for one in members)
        is_small = len(members) < sector.min
        willing = self._willing[draft.city.team_hq[team]]
        for is_placed in (False, True):
            for one in willing:
                person, place = draft.people[one], draft.place[one]
                if (place >= 0) != is_placed or place in reached or person.max_walk < sector.walk:
                    continue
                if not (is_small or (person.leader and not is_led) or not needs.isdisjoint(person.tags)):
                    continue
                left = draft.defect(team, [*members, one]) // draft.hard
                if left == 0 or (gone < 0 and left < lacking):
                    yield one

    def _spares(self, team: int, one: int) -> bool:
        others = [other for other in self.draft.members[team] if other != one]
        return bool(others) and self.draft.defect(team, others) < self.draft.hard
