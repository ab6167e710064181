"""A headquarters whose people could not be dealt as they were counted: its teams are grouped anew by an exact model."""

from __future__ import annotations

from dataclasses import replace

from .city import City
from .draft import Draft
from .regrouping import Mover, Regrouping

LEVELS = ("viable", "placed", "split", "balance")
WIDEST = 20_000  # columns; a wider model takes longer than it is worth
NODES = 20  # of branch and bound, for each of the objectives
SECONDS = 60.0  # far more than those take


def repair(draft: Draft, hq: int, *, fine: bool) -> bool:
    """Groups the people in this headquarters' teams anew if that is better, before its broken teams are given up.

    Whether it was. `fine`: with friends and balance.
    """
    city, instance = draft.city, draft.city.instance
    teams = [index for index, place in enumerate(city.team_hq) if place == hq]
    here = [one for team in teams for one in draft.members[team]]
    movers = [_mover(city, one, hq, set(here)) for one in here]
    sectors = [instance.teams[team] for team in teams]
    model = Regrouping(sectors, movers, instance.rules, instance.apart, fine=fine, limit=WIDEST)
    if model.is_too_wide:
        return False
    model.program.nodes = NODES
    out = [team for team in teams if draft.is_viable(team)]
    placed = {draft.people[one].id: draft.teams[team].id for team in out for one in draft.members[team]}
    model.begin({one: team for one, team in placed.items() if city.person_index[one] not in city.pin}, _ids(draft, out))
    if "viable" not in model.optimise(LEVELS if fine else LEVELS[:2], SECONDS):
        return False
    plan = model.plan()
    is_better = len(plan) > len(placed) or sum(map(round, _values(model))) > len(out)
    if is_better:
        for one in here:
            if one not in city.pin:
                draft.remove(one)
        for name, team_id in plan.items():
            if city.person_index[name] not in city.pin:
                draft.add(city.person_index[name], city.team_index[team_id])
    return is_better


def _values(model: Regrouping) -> list[float]:
    return [model.program.values[column] for column in model.out.values()]


def _ids(draft: Draft, teams: list[int]) -> list[str]:
    return [draft.teams[team].id for team in teams]


def _mover(city: City, one: int, hq: int, here: set[int]) -> Mover:
    """Somebody as this headquarters sees them: a group of which some are elsewhere is torn whatever is done here."""
    person, costs = city.instance.people[one], {city.instance.hqs[hq].id: 0}
    if person.group is not None and not here.issuperset(city.groups.get(person.group, ())):
        person = replace(person, group=None)
    if one not in city.pin:
        return Mover(person, None, costs)
    team = city.pin[one]
    return Mover(person, city.instance.teams[team].id, costs, stays=True, leads=city.lead_pin.get(team) == one)
