"""The Night of Solidarity: last winter's edition, whose results are public, and this winter's, open for sign-up.

A district is cut into sectors as the city is into districts: each is the part nearer to its centre than to any other.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from cms.demo.boundaries import KM_PER_DEGREE, keep_nearer
from cms.demo.city import City, both, content
from events.models import Slot
from events.night.editions import copying, opening
from events.night.editions.siting import Site, drafted
from events.night.models import Edition, Headquarters, PlaceKind, Sector, SectorTag
from events.night.sectors import boundaries
from volunteers.models import District, Qualification, User

Flat = tuple[float, float]

AHEAD = dt.timedelta(days=63)  # this winter's night, on the Thursday that follows
THURSDAY = 3
ROUNDS = 6  # of moving each centre to the middle of its part, which makes parts of one size
LEAST = 2  # sectors of the smallest district


def build(count: int, *, city: City, coordinator: User | None, rng: random.Random, now: dt.datetime) -> Edition:
    """Writes both editions, each with a headquarters in every district and ``count`` sectors; returns this winter's."""
    facts = content("night")
    kinds, clearances = add_vocabularies(facts)
    night = at(next_thursday(timezone.localdate(now) + AHEAD), 22)
    last = add_edition(city, facts, starts_at=night - dt.timedelta(weeks=52))
    headquarters = add_headquarters(last, city, facts, shares(city.districts, count), rng)
    add_sectors(headquarters, facts, kinds, clearances, city, shares(city.districts, count), rng)
    edition = copying.copy(last, starts_at=night, names=names(facts, night), by=User())
    edition.opens_at = at(timezone.localdate(now) - dt.timedelta(days=9), 9)
    edition.closes_at = night - dt.timedelta(days=12)
    edition.state, edition.state_changed_at = Edition.State.OPEN, edition.opens_at
    edition.save()
    last.state, last.state_changed_at = Edition.State.RESULTS, last.ends_at + dt.timedelta(days=40)
    last.save()
    Slot.objects.filter(headquarters__edition=last).update(state=Slot.State.OPEN, closes_at=last.opens_at)
    opening.open_slots(edition)
    if coordinator:
        for one in Headquarters.objects.filter(district__code="07").select_related("slot"):
            one.slot.people_in_charge.add(coordinator)
    return edition


def at(day: dt.date, hour: int) -> dt.datetime:
    """That hour on the city's clocks."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))


def next_thursday(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=(THURSDAY - day.weekday()) % 7)


def names(facts: dict[str, Any], night: dt.datetime) -> dict[str, str]:
    """Of the edition of that night, in each language."""
    year = timezone.localtime(night).year
    return {language: f"{name} {year}" for language, name in zip(("fr", "en"), facts["name"], strict=True)}


def add_vocabularies(facts: dict[str, Any]) -> tuple[list[PlaceKind], dict[str, Qualification]]:
    kinds = PlaceKind.objects.bulk_create(
        PlaceKind(slug=slug, colour=colour, position=position, **both("name", [french, english]))
        for position, (slug, french, english, colour, *_more) in enumerate(facts["kinds"])
    )
    made = Qualification.objects.bulk_create(
        Qualification(slug=slug, **both("name", words)) for slug, *words in facts["clearances"]
    )
    return kinds, {one.slug: one for one in made}


def add_edition(city: City, facts: dict[str, Any], *, starts_at: dt.datetime) -> Edition:
    """An edition before anything is in it."""
    edition = Edition(
        network=city.networks["solidarity"],
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(hours=3),
        opens_at=starts_at - dt.timedelta(days=72),
        closes_at=starts_at - dt.timedelta(days=12),
        charter_version=f"{timezone.localtime(starts_at).year}-01",
    )
    for language, name in names(facts, starts_at).items():
        setattr(edition, f"name_{language}", name)
    edition.save()
    return edition


def add_headquarters(
    edition: Edition, city: City, facts: dict[str, Any], sectors: dict[str, int], rng: random.Random
) -> list[Headquarters]:
    """One in each district, at its town hall."""
    made, in_it = [], {venue.district_id: venue for venue in city.venues.values()}
    for district in city.districts:
        name = "Mairie du 1er" if district.code == "01" else f"Mairie du {int(district.code)}e"
        site = Site(
            venue=city.venues.get(name) or in_it.get(district.pk),
            capacity=math.ceil(sectors[district.code] * 6 / 10) * 10 + rng.choice((10, 20, 30)),
            arrival_at=edition.starts_at - dt.timedelta(hours=4),
            briefing_at=edition.starts_at - dt.timedelta(hours=2),
            meal=rng.choice(facts["meal"]),
        )
        made.append(drafted(edition, district, site))
    Slot.objects.bulk_create(one.slot for one in made)
    return Headquarters.objects.bulk_create(made)


def shares(districts: Sequence[District], count: int) -> dict[str, int]:
    """How many sectors each district gets: more where it is larger, by the square root of its area."""
    sizes = {district.code: math.sqrt(district.area_km2 or 1) for district in districts}
    total = sum(sizes.values())
    found = {code: max(LEAST, int(count * size / total)) for code, size in sizes.items()}
    for code in sorted(sizes, key=lambda code: -sizes[code])[: max(0, count - sum(found.values()))]:
        found[code] += 1
    return found


def add_sectors(
    headquarters: Sequence[Headquarters],
    facts: dict[str, Any],
    kinds: Sequence[PlaceKind],
    clearances: dict[str, Qualification],
    city: City,
    counts: dict[str, int],
    rng: random.Random,
) -> None:
    """The sectors of each headquarters, with what their teams must have and are told."""
    weights = [fact[4] for fact in facts["kinds"]]
    by_code = {language.code: language for language in city.languages}
    sectors, tags = [], []
    for one in headquarters:
        code = one.district.code
        for number, boundary in enumerate(cut(one.district, counts[code], rng), start=1):
            index = rng.choices(range(len(kinds)), weights)[0]
            _slug, _fr, _en, _colour, _share, walks, professionals, needs, sizes = facts["kinds"][index]
            sector = Sector(
                edition=one.edition,
                headquarters=one,
                code=f"{code}-{number}",
                boundary=boundaries.read(boundary),  # written as an import would
                kind=kinds[index],
                walk=rng.randint(*walks),
                professionals_only=professionals,
                least=sizes[0],
                target=sizes[1],
                most=sizes[2],
                rally_points=rng.choice(facts["rally_points"]),
                dangers=rng.choice(facts["dangers"]) if rng.random() < 0.2 else "",
                difficulties=rng.choice(facts["difficulties"]) if rng.random() < 0.25 else "",
            )
            sectors.append(sector)
            tags += [SectorTag(sector=sector, qualification=clearances[need], is_needed=True) for need in needs]
            if rng.random() < 0.3:
                wish = by_code[rng.choice(facts["wishes"])]
                tags.append(SectorTag(sector=sector, language=wish, is_needed=rng.random() < 0.1))
    Sector.objects.bulk_create(sectors)
    SectorTag.objects.bulk_create(tags)


def cut(district: District, count: int, rng: random.Random) -> list[dict[str, Any]]:
    """The district's boundary, which is convex, cut into so many parts: GeoJSON Polygons, from north to south."""
    narrowing = math.cos(math.radians(district.latitude))
    scale = KM_PER_DEGREE * narrowing, KM_PER_DEGREE
    ring = [(x * scale[0], y * scale[1]) for x, y in district.boundary["coordinates"][0][:-1]]
    centres = scattered(ring, count, rng)
    for _round in range(ROUNDS):
        centres = [middle(part(ring, centre, centres)) for centre in centres]
    centres.sort(key=lambda centre: (-round(centre[1], 1), centre[0]))
    return [
        {
            "type": "Polygon",
            "coordinates": [closed([(x / scale[0], y / scale[1]) for x, y in part(ring, one, centres)])],
        }
        for one in centres
    ]


def scattered(ring: Sequence[Flat], count: int, rng: random.Random) -> list[Flat]:
    """Points inside of a convex ring: each a mean of its corners, weighed by chance."""
    points = []
    for _point in range(count):
        weights = [rng.expovariate(1) ** 2 for _corner in ring]
        total = sum(weights)
        points.append(
            (
                sum(weight * x for weight, (x, _y) in zip(weights, ring, strict=True)) / total,
                sum(weight * y for weight, (_x, y) in zip(weights, ring, strict=True)) / total,
            )
        )
    return points


def part(ring: Sequence[Flat], centre: Flat, centres: Sequence[Flat]) -> list[Flat]:
    """What of the ring is nearer to that centre than to the others."""
    cell = list(ring)
    for other in centres:
        if other != centre:
            cell = keep_nearer(cell, centre, other)
    return cell


def middle(ring: Sequence[Flat]) -> Flat:
    """The centre of gravity."""
    first = ring[0]
    doubled = across = up = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], first], strict=True):
        cross = (x1 - first[0]) * (y2 - first[1]) - (x2 - first[0]) * (y1 - first[1])
        doubled += cross
        across += (x1 + x2 - 2 * first[0]) * cross
        up += (y1 + y2 - 2 * first[1]) * cross
    return first[0] + across / (3 * doubled), first[1] + up / (3 * doubled)


def closed(ring: Sequence[Flat]) -> list[list[float]]:
    """The ring as GeoJSON wants it, its first point at the end as well."""
    points = [[round(x, 6), round(y, 6)] for x, y in ring]
    kept = [point for number, point in enumerate(points) if number == 0 or point != points[number - 1]]
    if kept[0] != kept[-1]:
        kept.append(kept[0])
    return kept
