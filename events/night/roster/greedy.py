"""The simple way, as by hand: team after team, the nearest who fit. What the solver must never be behind."""

from __future__ import annotations

from collections import defaultdict

from .city import City
from .draft import Draft


def compose(city: City) -> Draft:
    """Teams with few candidates first: a leader, what it needs, people up to its least; then room for all others."""
    draft = Draft(city)
    people = city.instance.people
    willing: dict[int, list[int]] = defaultdict(list)
    for one in city.free():
        for hq in city.costs[one]:
            willing[hq].append(one)
    for hq, candidates in willing.items():
        candidates.sort(key=lambda one: (city.costs[one][hq], len(city.costs[one]), people[one].seq, one))
    leaders = {hq: sum(people[one].leader for one in candidates) for hq, candidates in willing.items()}

    def order(team: int) -> tuple[bool, float, int]:
        sector, hq = city.instance.teams[team], city.team_hq[team]
        return not sector.needs, leaders.get(hq, 0), team

    for team in sorted(range(len(city.instance.teams)), key=order):
        hq = city.team_hq[team]
        willing[hq] = [one for one in willing[hq] if draft.place[one] < 0]
        _staff(draft, team, willing[hq])
    draft.settle()
    return draft


def _staff(draft: Draft, team: int, candidates: list[int]) -> None:
    """Brings a team to its least size with a leader and all that it needs, or leaves it as it was."""
    people, sector = draft.people, draft.teams[team]
    added: list[int] = []

    def take(is_right: bool, one: int) -> bool:
        if is_right and draft.place[one] < 0 and draft.room(team) > 0 and draft.accepts(one, team):
            draft.add(one, team)
            added.append(one)
            return True
        return False

    if draft.leader(team) < 0:
        any(take(people[one].leader, one) for one in candidates)
    for tag in sorted(sector.needs):
        if not any(tag in people[one].tags for one in draft.members[team]):
            any(take(tag in people[one].tags, one) for one in candidates)
    for spare_leaders in (False, True):
        for one in candidates:
            if len(draft.members[team]) >= max(1, sector.min):
                break
            take(spare_leaders or not people[one].leader, one)
    if not draft.is_viable(team):
        for one in added:
            draft.remove(one)
