"""What in an instance cannot all be true, said all at once."""

from __future__ import annotations

from collections import Counter, defaultdict

from .finding import Finding
from .problem import Instance


def contradictions(instance: Instance) -> list[str]:
    """Everything in an instance that cannot all be true, in words; nothing when a roster can be made of it."""
    found = Finding()
    hqs, teams, people = ids_of(instance)
    found.doubles("hqs", (hq.id for hq in instance.hqs))
    found.doubles("teams", (team.id for team in instance.teams))
    found.doubles("people", (person.id for person in instance.people))
    for team in instance.teams:
        found.known(f"team {team.id!r}", "headquarters", [team.hq], hqs)
        if not (team.min <= team.target <= team.max and team.max):
            found.say(
                f"team {team.id!r}: sizes are out of order (least {team.min}, target {team.target}, most {team.max})"
            )
    for person in instance.people:
        where = f"person {person.id!r}"
        found.known(where, "headquarters", [person.home, *person.prefs], hqs)
        found.doubles(f"{where}, prefs", person.prefs)
        if len(person.prefs) > len(instance.rules.rank_cost):
            found.say(f"{where} has {len(person.prefs)} choices, the rules price {len(instance.rules.rank_cost)}")
    group_of = {person.id: person.group for person in instance.people}
    for one, other in instance.apart:
        found.known("apart", "person", [one, other], people)
        if one == other:
            found.say(f"apart: {one!r} cannot be kept apart from themselves")
        elif group_of.get(one) is not None and group_of.get(one) == group_of.get(other):
            found.say(f"apart: {one!r} and {other!r} are in one group, {group_of[one]!r}")
    _contradictory_pins(found, instance, teams, people)
    return found.problems


def _contradictory_pins(found: Finding, instance: Instance, teams: set[str], people: set[str]) -> None:
    pinned, leading = defaultdict(list), defaultdict(list)
    for pin in instance.pins:
        found.known("pins", "person", [pin.person], people)
        found.known("pins", "team", [pin.team], teams)
        pinned[pin.team].append(pin.person)
        if pin.lead:
            leading[pin.team].append(pin.person)
    for person, times in Counter(pin.person for pin in instance.pins).items():
        if times > 1:
            found.say(f"pins: {person!r} has {times} pins")
    for team in instance.teams:
        if len(set(pinned[team.id])) > team.max:
            found.say(f"pins: {len(set(pinned[team.id]))} people for {team.id!r}, which holds {team.max}")
        if len(set(leading[team.id])) > 1:
            found.say(f"pins: {len(set(leading[team.id]))} people must lead {team.id!r}")
    place = {pin.person: pin.team for pin in instance.pins}
    for one, other in instance.apart:
        if one != other and place.get(one) is not None and place.get(one) == place.get(other):
            found.say(f"pins: {one!r} and {other!r} are apart and both in {place[one]!r}")


def ids_of(instance: Instance) -> tuple[set[str], set[str], set[str]]:
    """The ids of its headquarters, its teams and its people."""
    return (
        {hq.id for hq in instance.hqs},
        {team.id for team in instance.teams},
        {person.id for person in instance.people},
    )
