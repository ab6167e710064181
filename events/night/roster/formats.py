"""The three JSON files of a roster: instance, roster, night. Everything that is wrong with one is said at once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from .contradicting import contradictions, ids_of
from .finding import LARGEST, Finding, is_whole, shown_value
from .problem import (
    LEVELS,
    Bounds,
    Contradiction,
    Headquarters,
    Instance,
    Night,
    Person,
    Pin,
    Roster,
    Rules,
    Team,
    WalkIn,
)

INSTANCE, ROSTER, NIGHT = "roster-instance/1", "roster/1", "roster-night/1"
KINDS = ("professional", "citizen")
REACHES = ("prefs", "near", "any")


def read_instance(text: str | bytes) -> Instance:
    """The instance that a JSON text holds, or `Contradiction` with all that is wrong with it."""
    found = Finding()
    instance = _instance(found, _document(found, text, INSTANCE))
    if not found.problems:
        found.problems += contradictions(instance)
    found.refuse()
    return instance


def read_roster(text: str | bytes, instance: Instance) -> Roster:
    """The roster that a JSON text holds, of people and teams that the instance knows; legal or not."""
    found = Finding()
    data = _document(found, text, ROSTER)
    hqs, teams, people = ids_of(instance)
    bounds = found.record(data, "bounds", "the roster") if "bounds" in data else {}
    roster = Roster(
        instance=found.text(data, "instance", "the roster"),
        assignments=found.pairs(data, "assignments", ("person", people), ("team", teams)),
        leaders=found.pairs(data, "leaders", ("team", teams), ("person", people)),
        reserve=found.pairs(data, "reserve", ("person", people), ("headquarters", hqs)) if "reserve" in data else {},
        bounds=Bounds(
            **{level: found.whole(bounds, level, "bounds") for level in LEVELS if bounds.get(level) is not None}
        ),
        seconds=found.seconds(data),
    )
    if not found.problems and roster.instance != instance.name:
        found.say(f"the roster is of {roster.instance!r}, the instance is {instance.name!r}")
    found.refuse()
    return roster


def read_night(text: str | bytes, instance: Instance) -> Night:
    """The night that a JSON text holds, of people and teams that the instance knows."""
    found = Finding()
    data = _document(found, text, NIGHT)
    hqs, teams, people = ids_of(instance)
    absent = found.texts(data, "absent", "the night")
    departed = found.texts(data, "departed", "the night")
    walkins = []
    for index, row in enumerate(found.rows(data, "walkins", "the night")):
        person = _person(found, row, index)
        walkins.append(WalkIn(person, found.text(row, "at", f"walk-in {person.id!r}")))
    if not found.problems:
        found.doubles("absent", absent)
        found.doubles("departed", departed)
        found.doubles("walkins", [one.person.id for one in walkins])
        found.known("absent", "person", absent, people)
        found.known("departed", "team", departed, teams)
        for walkin in walkins:
            where = f"walk-in {walkin.person.id!r}"
            if walkin.person.id in people:
                found.say(f"{where} has the id of somebody who signed up")
            found.known(where, "headquarters", [walkin.at, walkin.person.home, *walkin.person.prefs], hqs)
    found.refuse()
    return Night(tuple(absent), tuple(walkins), tuple(departed))


def write_instance(instance: Instance) -> str:
    """The instance as JSON, the same text for the same instance."""
    rules = instance.rules
    return _written(
        {
            "format": INSTANCE,
            "name": instance.name,
            "rules": {
                "rank_cost": list(rules.rank_cost),
                "near_cost": rules.near_cost,
                "near_m": rules.near_m,
                "any_cap": rules.any_cap,
                "balance": {
                    "no_experience": rules.no_experience,
                    "missing_want": rules.missing_want,
                    "off_target": rules.off_target,
                },
            },
            "hqs": [{"id": hq.id, "x": hq.x, "y": hq.y} for hq in instance.hqs],
            "teams": [
                {
                    "id": team.id,
                    "hq": team.hq,
                    "min": team.min,
                    "target": team.target,
                    "max": team.max,
                    "needs": sorted(team.needs),
                    "wants": sorted(team.wants),
                    "walk": team.walk,
                }
                for team in instance.teams
            ],
            "people": [_plain(person) for person in instance.people],
            "apart": [list(pair) for pair in instance.apart],
            "pins": [{"person": pin.person, "team": pin.team, "lead": pin.lead} for pin in instance.pins],
        }
    )


def write_roster(roster: Roster) -> str:
    """The roster as JSON, sorted, so that two rosters can be compared line by line."""
    return _written(
        {
            "format": ROSTER,
            "instance": roster.instance,
            "assignments": dict(sorted(roster.assignments.items())),
            "leaders": dict(sorted(roster.leaders.items())),
            "reserve": dict(sorted(roster.reserve.items())),
            "bounds": asdict(roster.bounds),
            "seconds": roster.seconds,
        }
    )


def write_night(night: Night) -> str:
    """The night as JSON."""
    return _written(
        {
            "format": NIGHT,
            "absent": list(night.absent),
            "walkins": [{**_plain(walkin.person), "at": walkin.at} for walkin in night.walkins],
            "departed": list(night.departed),
        }
    )


def _written(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1) + "\n"


def _plain(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "seq": person.seq,
        "kind": person.kind,
        "home": person.home,
        "prefs": list(person.prefs),
        "reach": person.reach,
        "leader": person.leader,
        "experienced": person.experienced,
        "max_walk": person.max_walk,
        "tags": sorted(person.tags),
        "group": person.group,
    }


def _document(found: Finding, text: str | bytes, expected: str) -> dict[str, Any]:
    """The text's one object. Refuses at once: where the file is of another kind, what it lacks says nothing."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Contradiction([f"this is not JSON: {error}"]) from error
    if not isinstance(data, dict):
        raise Contradiction(["the file must hold one JSON object"])
    if data.get("format") != expected:
        raise Contradiction([f"the format is {data.get('format')!r}, {expected!r} was expected"])
    return data


def _instance(found: Finding, data: dict[str, Any]) -> Instance:
    where = "the instance"
    return Instance(
        name=found.text(data, "name", where),
        rules=_rules(found, found.record(data, "rules", where)) if "rules" in data else _no_rules(found),
        hqs=tuple(_hq(found, row, index) for index, row in enumerate(found.rows(data, "hqs", where))),
        teams=tuple(_team(found, row, index) for index, row in enumerate(found.rows(data, "teams", where))),
        people=tuple(_person(found, row, index) for index, row in enumerate(found.rows(data, "people", where))),
        apart=tuple(_apart(found, data)),
        pins=tuple(_pin(found, row, index) for index, row in enumerate(found.rows(data, "pins", where))),
    )


def _no_rules(found: Finding) -> Rules:
    found.say("the instance: 'rules' is missing")
    return Rules()


def _rules(found: Finding, data: dict[str, Any]) -> Rules:
    def costs(value: Any) -> bool:
        return isinstance(value, list) and all(is_whole(one) and 0 <= one <= LARGEST for one in value)

    balance = found.record(data, "balance", "rules")
    of = "balance" if balance else "rules: balance"
    return Rules(
        rank_cost=tuple(found._field(data, "rank_cost", "rules", costs, "a list of whole numbers") or ()),
        near_cost=found.whole(data, "near_cost", "rules"),
        near_m=found.whole(data, "near_m", "rules"),
        any_cap=found.whole(data, "any_cap", "rules"),
        no_experience=found.whole(balance, "no_experience", of),
        missing_want=found.whole(balance, "missing_want", of),
        off_target=found.whole(balance, "off_target", of),
    )


def _named(found: Finding, row: dict[str, Any], kind: str, index: int) -> tuple[str, str]:
    name = found.text(row, "id", f"{kind} number {index + 1}")
    return name, f"{kind} {name!r}"


def _hq(found: Finding, row: dict[str, Any], index: int) -> Headquarters:
    name, where = _named(found, row, "headquarters", index)
    return Headquarters(
        name, found.whole(row, "x", where, least=-LARGEST), found.whole(row, "y", where, least=-LARGEST)
    )


def _team(found: Finding, row: dict[str, Any], index: int) -> Team:
    name, where = _named(found, row, "team", index)
    return Team(
        id=name,
        hq=found.text(row, "hq", where),
        min=found.whole(row, "min", where),
        target=found.whole(row, "target", where),
        max=found.whole(row, "max", where),
        needs=frozenset(found.texts(row, "needs", where)),
        wants=frozenset(found.texts(row, "wants", where)),
        walk=found.whole(row, "walk", where, most=2),
    )


def _person(found: Finding, row: dict[str, Any], index: int) -> Person:
    name, where = _named(found, row, "person", index)

    def is_group(value: Any) -> bool:
        return value is None or isinstance(value, str)

    return Person(
        id=name,
        seq=found.whole(row, "seq", where),
        kind=found.choice(row, "kind", where, KINDS),
        home=found.text(row, "home", where),
        prefs=tuple(found.texts(row, "prefs", where)),
        reach=found.choice(row, "reach", where, REACHES),
        leader=found.flag(row, "leader", where),
        experienced=found.flag(row, "experienced", where),
        max_walk=found.whole(row, "max_walk", where, most=2),
        tags=frozenset(found.texts(row, "tags", where)),
        group=found._field(row, "group", where, is_group, "a text or null"),
    )


def _apart(found: Finding, data: dict[str, Any]) -> Iterable[tuple[str, str]]:
    rows = found._field(data, "apart", "the instance", lambda value: isinstance(value, list), "a list") or []
    for index, row in enumerate(rows):
        if isinstance(row, list) and len(row) == 2 and all(isinstance(one, str) for one in row):
            yield row[0], row[1]
        else:
            found.say(f"apart[{index}] must be two people, not {shown_value(row)}")


def _pin(found: Finding, row: dict[str, Any], index: int) -> Pin:
    where = f"pin number {index + 1}"
    return Pin(found.text(row, "person", where), found.text(row, "team", where), found.flag(row, "lead", where))
