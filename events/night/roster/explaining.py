"""Why somebody is where they are, and what a better choice for them would cost whom; why somebody has no team.

Every price comes from a roster that was really made: the headquarters in question and the team that the person leaves
are grouped anew (`regrouping`) with the person there, one other changing their team at most, and anybody without a team
stepping in. Facts only; `telling` has the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .problem import LEVELS, Team
from .program import INF
from .regrouping import Regrouping
from .situation import Price, Situation

SECONDS = 20.0  # for each choice
WIDEST = 80  # teams that are looked at together
CHOICES = 3  # how many better choices, or places for whoever has none, are looked into: the best first


@dataclass(frozen=True, slots=True)
class Choice:
    """A headquarters that suits the person better; without a price where no way was found."""

    hq: str
    cost: int
    price: Price | None


@dataclass(frozen=True, slots=True)
class Placed:
    """Why somebody is in their team. `wish`: pinned, first, second, third, near or far; `cost` is 0 for the best."""

    person: str
    team: str
    hq: str
    leads: bool
    wish: str
    cost: int
    friends_here: tuple[str, ...]
    friends_elsewhere: tuple[str, ...]
    needed_for: tuple[str, ...]  # what the team would lack without them: "leader", "size" or a tag
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A headquarters where somebody without a team may go: how many of its teams go out, how many they can walk with,
    how many seats are free in those, how many teams do not go out; and what it would cost to take them."""

    hq: str
    out: int
    walkable: int
    free: int
    home: int
    price: Price | None


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Why somebody has no team that goes out; `pinned` to one that does not. No places: they may go nowhere."""

    person: str
    pinned: str | None
    places: tuple[Place, ...]
    more_places: int  # that were not looked into


def explain_person(situation: Situation, person: str) -> Placed | Unplaced:
    """Everything about one person; some seconds for each better choice."""
    team = situation.place.get(person)
    return (
        _placed(situation, person, team) if team in situation.out and team is not None else _unplaced(situation, person)
    )


def _placed(situation: Situation, name: str, team_id: str) -> Placed:
    person, team = situation.people[name], situation.teams[team_id]
    costs, pin = situation.costs[name], situation.pins.get(name)
    cost = costs.get(team.hq, 0)
    if pin:
        wish = "pinned"
    elif team.hq in person.prefs:
        wish = ("first", "second", "third", *["later"] * len(person.prefs))[person.prefs.index(team.hq)]
    else:
        wish = "far" if person.reach == "any" else "near"
    friends = [one for one in situation.instance.people if one.group == person.group and one.id != name]
    friends = friends if person.group is not None else []
    better = sorted((price, hq) for hq, price in costs.items() if price < cost and situation.at[hq])
    choices = []
    for price, hq in [] if pin else better[:CHOICES]:
        teams = [one for one in situation.at[hq] if one.walk <= person.max_walk]
        choices.append(Choice(hq, price, _price(situation, name, teams, [*situation.at[hq], team], others=1)))
    return Placed(
        person=name,
        team=team_id,
        hq=team.hq,
        leads=situation.leaders.get(team_id) == name,
        wish=wish,
        cost=cost,
        friends_here=tuple(one.id for one in friends if situation.place.get(one.id) == team_id),
        friends_elsewhere=tuple(one.id for one in friends if situation.place.get(one.id) != team_id),
        needed_for=_needed_for(situation, name, team),
        choices=tuple(choices),
    )


def _needed_for(situation: Situation, name: str, team: Team) -> tuple[str, ...]:
    others = [one for one in situation.members[team.id] if one.id != name]
    lacking = []
    led = any(one.leader or (one.id in situation.pins and situation.pins[one.id].lead) for one in others)
    if not led:
        lacking.append("leader")
    if len(others) < team.min:
        lacking.append("size")
    held = {tag for one in others for tag in one.tags}
    return (*lacking, *sorted(team.needs - held))


def _unplaced(situation: Situation, name: str) -> Unplaced:
    person = situation.people[name]
    if name in situation.pins:
        return Unplaced(name, situation.pins[name].team, (), 0)
    hqs = sorted((cost, hq) for hq, cost in situation.costs[name].items() if situation.at[hq])
    places = []
    for _cost, hq in hqs[:CHOICES]:
        out = [team for team in situation.at[hq] if team.id in situation.out]
        walkable = [team for team in out if team.walk <= person.max_walk]
        teams = [team for team in situation.at[hq] if team.walk <= person.max_walk]
        places.append(
            Place(
                hq=hq,
                out=len(out),
                walkable=len(walkable),
                free=sum(team.max - len(situation.members[team.id]) for team in walkable),
                home=len(situation.at[hq]) - len(out),
                price=_price(situation, name, teams, situation.at[hq], others=1),
            )
        )
    return Unplaced(name, None, tuple(places), max(0, len(hqs) - CHOICES))


def _price(
    situation: Situation, name: str, wanted: Sequence[Team], teams: Sequence[Team], *, others: int
) -> Price | None:
    """The cheapest roster that has this person in one of the `wanted` teams, all beyond `teams` left as they are."""
    wide = len(teams) > WIDEST
    if wide:
        # The team that the person leaves, and those wanted where there is most room.
        wanted = sorted(wanted, key=lambda one: (len(situation.members[one.id]) - one.max, one.id))[:WIDEST]
        teams = [*wanted, *(one for one in teams if one.id == situation.place.get(name) and one not in wanted)]
    movers = situation.movers(teams)
    model = situation.model(teams, movers, alone=[name])
    columns = [column for team, column in model.where[name].items() if team in {one.id for one in wanted}]
    if not columns:
        return None
    model.program.row(1, INF, dict.fromkeys(columns, 1.0))
    allow(model, others + (name in situation.place))
    steps = model.optimise((*LEVELS, "moved"), SECONDS)
    if not steps:
        return None
    is_least = not wide and len(steps) == len(LEVELS) + 1 and all(step.is_proven for step in steps.values())
    return situation.price(movers, model.plan(), is_least=is_least)


def allow(model: Regrouping, moved: int) -> None:
    """No more people than this leave their team."""
    model.hold("moved", moved)
