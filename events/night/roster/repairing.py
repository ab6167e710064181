"""A headquarters whose people could not be dealt as they were counted: its teams are grouped anew by an exact model."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from .city import City
from .draft import Draft
from .regrouping import Mover, Regrouping

LEVELS = ("viable", "placed", "split", "balance")
WIDEST = 20_000  # columns; a wider model takes longer than it is worth
NODES = 20  # of branch and bound, for each of the objectives
SECONDS = 60.0  # far more than those take
CORES = 2


def repair(draft: Draft, hqs: Sequence[int], *, fine: bool) -> None:
    """Groups the people in these headquarters' teams anew, side by side, where that is better, before broken teams are
    given up. `fine`: with friends and balance."""
    with ThreadPoolExecutor(CORES) as side_by_side:
        found = list(side_by_side.map(lambda hq: _grouped_anew(draft, hq, fine=fine), hqs))
    for places in found:
        before, places_before = draft.key(), {one: draft.place[one] for one in places}
        _put(draft, places)
        if draft.key() <= before:
            _put(draft, places_before)


def _grouped_anew(draft: Draft, hq: int, *, fine: bool) -> dict[int, int]:
    """The team of everybody in this headquarters' teams, -1 for none; nobody where there was no better model or time.

    Changes nothing: several run at once, while HiGHS works without Python.
    """
    city, instance = draft.city, draft.city.instance
    teams = [index for index, place in enumerate(city.team_hq) if place == hq]
    here = [one for team in teams for one in draft.members[team]]
    movers = [_mover(city, one, hq, set(here)) for one in here]
    sectors = [instance.teams[team] for team in teams]
    model = Regrouping(sectors, movers, instance.rules, instance.apart, fine=fine, limit=WIDEST)
    if model.is_too_wide:
        return {}
    model.program.nodes = NODES
    out = [team for team in teams if draft.is_viable(team)]
    free = [(one, team) for team in out for one in draft.members[team] if one not in city.pin]
    placed = {draft.people[one].id: draft.teams[team].id for one, team in free}
    model.begin(placed, [draft.teams[team].id for team in out])
    if "viable" not in model.optimise(LEVELS if fine else LEVELS[:2], SECONDS):
        return {}
    plan = {city.person_index[name]: city.team_index[team] for name, team in model.plan().items()}
    return {one: plan.get(one, -1) for one in here if one not in city.pin}


def _put(draft: Draft, places: dict[int, int]) -> None:
    """These people where this says, -1 for nowhere."""
    for one in places:
        if draft.place[one] >= 0:
            draft.remove(one)
    for one, team in places.items():
        if team >= 0:
            draft.add(one, team)


def _mover(city: City, one: int, hq: int, here: set[int]) -> Mover:
    """Somebody as this headquarters sees them: a group of which some are elsewhere is torn whatever is done here."""
    person, costs = city.instance.people[one], {city.instance.hqs[hq].id: 0}
    if person.group is not None and not here.issuperset(city.groups.get(person.group, ())):
        person = replace(person, group=None)
    if one not in city.pin:
        return Mover(person, None, costs)
    team = city.pin[one]
    return Mover(person, city.instance.teams[team].id, costs, stays=True, leads=city.lead_pin.get(team) == one)
