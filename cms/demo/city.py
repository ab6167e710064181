"""The city itself: districts with their outlines, vocabularies, networks, associations, places and trainings."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from cms.demo.boundaries import boundaries
from events.models import Room, Venue
from trainings.models import Theme, Training
from volunteers.models import (
    Association,
    District,
    Interest,
    Network,
    Qualification,
    SpokenLanguage,
)

HALL_ROOMS = [["Salle du conseil", 80]]
CONTENT = Path(__file__).parent / "content"


def content(name: str) -> dict[str, Any]:
    """One of the data files of this package."""
    return tomllib.loads((CONTENT / f"{name}.toml").read_text("utf-8"))


def both(field: str, texts: list[str]) -> dict[str, str]:
    """A translated field's columns, from its French and English texts."""
    return {f"{field}_fr": texts[0], f"{field}_en": texts[1]}


@dataclass(frozen=True)
class Course:
    """A training, with what its dates need."""

    training: Training
    venue: Venue | None
    hours: float
    seats: int
    quarter: int | None  # of the year that it belongs to; None: any
    asked: list[Qualification]


@dataclass
class City:
    """What the people and the agenda are made with, in the order of the data files."""

    districts: list[District] = field(default_factory=list)
    interests: list[Interest] = field(default_factory=list)
    languages: list[SpokenLanguage] = field(default_factory=list)
    qualifications: list[Qualification] = field(default_factory=list)
    networks: dict[str, Network] = field(default_factory=dict)
    associations: dict[str, Association] = field(default_factory=dict)
    venues: dict[str, Venue] = field(default_factory=dict)
    rooms: dict[int, list[Room]] = field(default_factory=dict)
    courses: list[Course] = field(default_factory=list)

    def room_for(self, venue: Venue | None, seats: int) -> Room | None:
        """The smallest room of the place that holds so many people, if any does."""
        rooms = self.rooms.get(venue.pk, []) if venue else []
        return min(
            (room for room in rooms if (room.capacity or 0) >= seats), key=lambda room: room.capacity or 0, default=None
        )


def build() -> City:
    """Writes the city to an empty database and returns it."""
    city, facts = City(), content("city")
    add_districts(city, facts)
    add_vocabularies(city, facts)
    add_networks(city, facts)
    add_venues(city, facts)
    add_trainings(city)
    return city


def add_districts(city: City, facts: dict[str, Any]) -> None:
    outlines = boundaries({code: (latitude, longitude) for code, _, latitude, longitude, _ in facts["districts"]})
    city.districts = District.objects.bulk_create(
        District(code=code, name=name, latitude=latitude, longitude=longitude, area_km2=area, boundary=outlines[code])
        for code, name, latitude, longitude, area in facts["districts"]
    )


def add_vocabularies(city: City, facts: dict[str, Any]) -> None:
    city.interests = Interest.objects.bulk_create(
        Interest(slug=slug, **both("name", names)) for slug, *names in facts["interests"]
    )
    city.languages = SpokenLanguage.objects.bulk_create(
        SpokenLanguage(code=code, **both("name", names)) for code, *names in facts["languages"]
    )
    city.qualifications = Qualification.objects.bulk_create(
        Qualification(slug=slug, **both("name", names)) for slug, *names in facts["qualifications"]
    )


def add_networks(city: City, facts: dict[str, Any]) -> None:
    for fact in facts["networks"]:
        network = Network.objects.create(
            slug=fact["slug"], tint=fact["tint"], **both("name", fact["name"]), **both("summary", fact["summary"])
        )
        city.networks[network.slug] = network
        for name in fact["associations"]:
            association = Association.objects.create(
                name=name, slug=slugify(name), **both("summary", facts["associations"][name])
            )
            association.networks.add(network)
            city.associations[name] = association


def add_venues(city: City, facts: dict[str, Any]) -> None:
    districts = {district.code: district for district in city.districts}
    halls = [
        ("Mairie du 1er" if code == "01" else f"Mairie du {int(code)}e", street, postal, code, True, access, HALL_ROOMS)
        for code, (street, postal, access) in facts["town_halls"].items()
    ]
    rooms = []
    for name, street, postal, code, accessible, access, its_rooms in [*facts["venues"], *halls]:
        district = districts[code]
        venue = city.venues[name] = Venue.objects.create(
            name=name,
            street=street,
            postal_code=postal,
            city="Paris",
            district=district,
            latitude=district.latitude,
            longitude=district.longitude,
            is_accessible=accessible,
            access=access,
        )
        rooms += [Room(venue=venue, name=room, capacity=seats) for room, seats in its_rooms]
    for room in Room.objects.bulk_create(rooms):
        city.rooms.setdefault(room.venue_id, []).append(room)


def add_trainings(city: City) -> None:
    """Themes of the last, present and next quarters, and every training, hung on the theme of its season."""
    facts, themes = content("trainings"), {}
    by_slug = {qualification.slug: qualification for qualification in city.qualifications}
    for year, quarter in quarters_around():
        for fact in facts["themes"]:
            if fact["quarter"] == quarter:
                themes[fact["network"], quarter] = Theme.objects.create(
                    network=city.networks[fact["network"]],
                    year=year,
                    quarter=quarter,
                    **both("title", fact["title"]),
                    **both("summary", fact["summary"]),
                )
    for fact in facts["trainings"]:
        quarter = fact.get("quarter")
        if quarter and (fact["network"], quarter) not in themes:
            continue  # the season that is neither last, present nor next
        training = Training.objects.create(
            slug=fact["slug"],
            network=city.networks[fact["network"]],
            theme=themes.get((fact["network"], quarter)),
            kind=fact.get("kind", "training"),
            given_by=city.associations.get(fact.get("given_by")),
            grants=by_slug.get(fact.get("grants")),
            grants_months=fact.get("grants_months"),
            length=round(fact["hours"] * 60),
            **both("title", fact["title"]),
            **both("summary", fact["summary"]),
            **both("aims", fact["aims"]),
            **both("audience", fact["audience"]),
        )
        asked = [by_slug[slug] for slug in fact.get("asks", [])]
        training.prerequisites.set(asked)
        training.interests.set(interest for interest in city.interests if interest.slug in fact.get("interests", []))
        venue = None if fact["place"] == "online" else city.venues[fact["place"]]
        city.courses.append(Course(training, venue, fact["hours"], fact["seats"], quarter, asked))


def quarters_around() -> list[tuple[int, int]]:
    """(year, quarter) of the last, the present and the next quarter."""
    today = timezone.localdate()
    present = today.year * 4 + (today.month - 1) // 3
    return [(number // 4, number % 4 + 1) for number in (present - 1, present, present + 1)]
