"""An edition as the roster's files say it (docs/roster.md): its headquarters, its sectors' teams, its people."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace

from django.db.models import F, Q

from events.models import Slot
from events.night.composing.peopling import people_of, tag_of
from events.night.models import Edition, NamedPerson, Sector
from events.night.roster.problem import Headquarters, Instance, Person, Rules, Team
from events.night.sign_up.placing import METRES_A_DEGREE, point_of

NOT_COMPOSED = Q(professionals_only=True) | Q(partner__isnull=False)


def not_composed(edition: Edition, headquarters: int | None) -> int:
    """How many sectors of the edition, or of one headquarters, are left out whatever the roster. One query."""
    rows = edition.sectors.filter(NOT_COMPOSED)
    return (rows.filter(headquarters=headquarters) if headquarters else rows).count()


def instance_of(edition: Edition, *, whole: bool = False) -> Instance:
    """What the roster of this edition is composed from. The same number of queries for any number of people and teams.

    ``whole``: with teams and people of organisations, which are not composed, to weigh what organisers do by hand.

    Headquarters have their keys as ids, teams the codes of their sectors. Headquarters that are called off are left
    out with their sectors and with every wish for them; whoever lives by one is at home at the nearest other. So are
    sectors for professionals only and those of a partner organisation, with the people named for them: the format
    cannot keep others out of a team, and there is nothing to compose (``assigning.spots_of`` places them).
    """
    places, off = _places(edition)
    held = {key: place for key, place in places.items() if key not in off}
    teams = [team_of(sector) for sector in _sectors(edition, whole=whole) if str(sector.headquarters_id) in held]
    named = set() if whole else _of_named_teams(edition)
    people = [_within(person, places, held) for person in people_of(edition) if person.id not in named] if held else []
    return Instance(edition.name, Rules(), tuple(held.values()), tuple(teams), tuple(people))


def _of_named_teams(edition: Edition) -> set[str]:
    """Whom organisations name for their own teams, but for those whom an organiser has pinned elsewhere since."""
    elsewhere = Q(participant__assignment__is_pinned=True) & ~Q(participant__assignment__sector=F("sector"))
    elsewhere |= Q(participant__assignment__is_pinned=True, participant__assignment__sector=None)
    people = NamedPerson.objects.for_teams(edition).exclude(elsewhere)
    return {str(key) for key in people.values_list("participant", flat=True)}


def part_of(edition: Edition, *, people: Collection[int]) -> Instance:
    """Its headquarters that are held, and these participants alone, without teams; as ``instance_of`` has them."""
    places, off = _places(edition)
    held = {key: place for key, place in places.items() if key not in off}
    found = [_within(person, places, held) for person in people_of(edition, among=people)] if held else []
    return Instance(edition.name, Rules(), tuple(held.values()), (), tuple(found))


def _places(edition: Edition) -> tuple[dict[str, Headquarters], set[str]]:
    """All headquarters by their ids, and the ids of those that are called off.

    In whole metres east and north of the middle of them all, on the plane that touches the globe there.
    """
    rows = list(edition.headquarters.select_related("district", "slot__venue").order_by("district__code"))
    points = [point_of(row) for row in rows]
    north, east = (sum(values) / len(rows) for values in zip(*points, strict=True)) if rows else (0, 0)
    narrowing = math.cos(math.radians(north))
    places = {
        str(row.pk): Headquarters(
            id=str(row.pk),
            x=round((lon - east) * narrowing * METRES_A_DEGREE),
            y=round((lat - north) * METRES_A_DEGREE),
        )
        for row, (lat, lon) in zip(rows, points, strict=True)
    }
    return places, {str(row.pk) for row in rows if row.slot.state == Slot.State.CANCELLED}


def _sectors(edition: Edition, *, whole: bool) -> list[Sector]:
    rows = edition.sectors.order_by("code").defer("boundary")
    rows = rows if whole else rows.exclude(NOT_COMPOSED)
    return list(rows.prefetch_related("tags__language", "tags__qualification"))


def team_of(sector: Sector) -> Team:
    """The sector's team; reads its tags, with their languages and qualifications."""
    tags: dict[bool, set[str]] = {True: set(), False: set()}
    for tag in sector.tags.all():
        tags[tag.is_needed].add(tag_of(tag))
    return Team(
        id=sector.code,
        hq=str(sector.headquarters_id),
        min=sector.least,
        target=sector.target,
        max=sector.most,
        needs=frozenset(tags[True]),
        wants=frozenset(tags[False]),
        walk=sector.walk,
    )


def _within(person: Person, places: dict[str, Headquarters], held: dict[str, Headquarters]) -> Person:
    """The person with wishes for the headquarters that are held alone."""
    at = places[person.home]
    home = min(held.values(), key=lambda place: (math.dist((place.x, place.y), (at.x, at.y)), place.id))
    prefs = tuple(key for key in person.prefs if key in held)
    return replace(person, prefs=prefs, home=person.home if person.home in held else home.id)
