"""How many places each headquarters of an edition has left, and at which one somebody's seat is taken."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from events.models import Registration, Slot
from events.night.models import Edition, Headquarters, Participant
from events.night.roster.problem import Rules

METRES_A_DEGREE = 111_195  # of latitude, on a sphere of 6,371 km


@dataclass(frozen=True)
class Wishes:
    """What a participant wishes. ``choices``: keys of headquarters, the first one first; ``home``: one of them or None.

    ``languages``: keys. ``experienced`` is what they say; what we know ourselves counts as well (``knowing``).
    """

    choices: tuple[int, ...] = ()
    home: int | None = None
    reach: str = Participant.Reach.NEAR
    leader: bool = False
    experienced: bool = False
    max_walk: int = Participant.Walk.USUAL
    languages: tuple[int, ...] = ()


@dataclass(frozen=True)
class Place:
    """A headquarters and its seats. ``most``: how many are given by signing up; ``waiting``: people in its list."""

    headquarters: Headquarters
    most: int
    taken: int
    waiting: int

    @property
    def left(self) -> int:
        return max(0, self.most - self.taken)

    @property
    def key(self) -> int:
        return self.headquarters.pk


@dataclass(frozen=True)
class Fork:
    """The first wish is full and others have places: the person says which way. ``free`` in the order of the wishes."""

    full: Place
    free: list[Place]


def most(slot: Slot) -> int:
    """How many seats of that headquarters' slot are given: as many as it has, or its quota. One query."""
    quota = Headquarters.objects.filter(slot=slot).values_list("quota", flat=True).first()
    return slot.capacity if quota is None else min(quota, slot.capacity)


def offers(slot: Slot) -> bool:
    """Does the waiting list of that headquarters move by itself? Not once people were told their teams. One query."""
    return not Headquarters.objects.filter(slot=slot, edition__state__in=Edition.TOLD).exists()


def places_of(edition: Edition) -> list[Place]:
    """Each headquarters that is not called off, in the order of the districts. One query."""
    waiting = Count("slot__registrations", filter=Q(slot__registrations__state=Registration.State.WAITING))
    rows = edition.headquarters.exclude(slot__state=Slot.State.CANCELLED).annotate(waiting=waiting)
    rows = rows.select_related("district", "slot__venue").order_by("district__code")
    return [
        Place(
            row,
            row.slot.capacity if row.quota is None else min(row.quota, row.slot.capacity),
            row.slot.seats_taken,
            row.waiting,
        )
        for row in rows
    ]


def ways(wishes: Wishes, places: Iterable[Place]) -> list[Place]:
    """Where this person may be sent, the most wished for first: the choices in order, then as far as they go.

    Nearby is what the roster calls so (``Rules.near_m``). With neither choices nor home, "anywhere" begins where most
    places are left.
    """
    by_key = {place.key: place for place in places}
    chosen = [by_key[key] for key in wishes.choices if key in by_key]
    home = by_key.get(wishes.home or 0) or (chosen[0] if chosen else None)
    others = [place for place in by_key.values() if place not in chosen]
    if wishes.reach == Participant.Reach.PREFS:
        return chosen
    if home is None:
        return sorted(others, key=lambda place: -place.left) if wishes.reach == Participant.Reach.ANY else []
    by_distance = sorted(others, key=lambda place: (metres(home.headquarters, place.headquarters), place.key))
    if wishes.reach == Participant.Reach.NEAR:
        near = Rules().near_m
        by_distance = [place for place in by_distance if metres(home.headquarters, place.headquarters) <= near]
    return [*chosen, *by_distance]


def place_for(wishes: Wishes, places: Sequence[Place], *, now_at: int | None = None) -> Place | Fork | None:
    """Where the seat is taken: at the first wish while it has places; a fork when it is full and others are not.

    ``now_at``: the headquarters of the seat or of the wait that the person has, which is kept while nothing better is
    free. Who has chosen none goes wherever there is room. None when the wishes lead nowhere.
    """
    found = ways(wishes, places)
    if not found:
        return None
    first, free = found[0], [place for place in found if place.left]
    kept = next((place for place in found if place.key == now_at), None)
    if first == kept or first.left:
        return first
    if kept:
        return kept
    if free and wishes.choices:
        return Fork(first, free)
    return free[0] if free else first


def metres(one: Headquarters, other: Headquarters) -> int:
    """As the crow flies: between the venues, or the middles of the districts where one is not known."""
    (lat, lon), (other_lat, other_lon) = point_of(one), point_of(other)
    east = (lon - other_lon) * math.cos(math.radians((lat + other_lat) / 2))
    return round(math.hypot(lat - other_lat, east) * METRES_A_DEGREE)


def point_of(headquarters: Headquarters) -> tuple[float, float]:
    """Latitude and longitude, of the venue, or of the middle of the district where that is not known."""
    venue, district = headquarters.slot.venue, headquarters.district
    if venue and venue.latitude is not None and venue.longitude is not None:
        return venue.latitude, venue.longitude
    return district.latitude, district.longitude
