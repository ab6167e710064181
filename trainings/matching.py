"""Which of the coming sessions suit a person, in which order, and why. ``rank`` knows no database: the rule is there.

What one can take comes first, then what one can wait for, then what asks for something that one lacks. Among those,
points: each reason counts once (POINTS), and of equal sums the sooner comes first. Whatever is at the time of something
else of theirs is left out, and so is what they are registered for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Meeting, Registration, Slot
from trainings import listing, session_rows
from trainings.filters import EVENING
from trainings.models import Session, Training
from trainings.session_rows import SessionRow
from volunteers.models import Volunteer

Availability = Volunteer.Availability

LOOKED_AT = 300  # sessions, the next ones
NIGHT = (22, 6)  # the hours, in the city, from and until which a session is a night one
POINTS = {"near": 4, "free": 4, "interest": 3, "network": 2, "online": 2}
WORDS = {
    "near": _("near you"),
    "online": _("from home"),
    "network": _("your network"),
    "interest": _("your interests"),
    Availability.DAY: _("in the daytime"),
    Availability.EVENING: _("in the evening"),
    Availability.WEEKEND: _("at the weekend"),
    Availability.NIGHT: _("at night"),
}


Times = tuple[tuple[dt.datetime, dt.datetime], ...]


@dataclass(frozen=True)
class Person:
    """What somebody says of themselves, by keys (networks by their slugs), and the times that are taken."""

    districts: frozenset[int] = frozenset()
    times: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()
    interests: frozenset[int] = frozenset()
    busy: Times = ()

    @property
    def is_blank(self) -> bool:
        """Do they say neither where, nor when, nor what?"""
        return not (self.districts or self.times or self.interests)


@dataclass(frozen=True)
class Candidate:
    """A session, the training that it is one date of, the district that it is in, the interests that it answers."""

    row: SessionRow
    training: int = 0
    district: int | None = None
    interests: frozenset[int] = frozenset()
    meetings: Times = ()

    @property
    def times(self) -> Times:
        return self.meetings or ((self.row.starts_at, self.row.ends_at),)


@dataclass(frozen=True)
class Match:
    """A session for that person; ``reasons`` are keys of WORDS, what weighs most first."""

    row: SessionRow
    training: int
    reasons: tuple[str, ...]
    points: int


@dataclass(frozen=True)
class ForMe:
    """``now``: the sessions that one can take or wait for, best first; ``later``: those that ask for what one lacks."""

    now: list[SessionRow]
    later: list[SessionRow]
    is_blank: bool


def rank(candidates: Iterable[Candidate], person: Person) -> list[Match]:
    """The sessions that suit the person, best first."""
    matches = [_match(one, person) for one in candidates if not one.row.my_state and not _is_taken(one, person)]
    return sorted(matches, key=lambda match: (_step(match.row), -match.points, match.row.starts_at, match.row.slot_id))


def best_of_each(matches: Iterable[Match]) -> list[Match]:
    """Of each training the date that comes first; its page shows the others."""
    first: dict[int, Match] = {}
    for match in matches:
        first.setdefault(match.training, match)
    return list(first.values())


def time_of(starts_at: dt.datetime) -> str:
    """Which of ``Volunteer.Availability`` a session is in, by its beginning on the city's clocks."""
    if starts_at.hour >= NIGHT[0] or starts_at.hour < NIGHT[1]:
        return Availability.NIGHT
    if starts_at.weekday() >= 5:
        return Availability.WEEKEND
    return Availability.EVENING if starts_at.hour >= EVENING else Availability.DAY


def for_me(volunteer: Volunteer, *, limit: int = 12) -> ForMe:
    """What of the next sessions suits this person, each with its reasons in words.

    As many queries whatever there is. The first that one can take is lit.
    """
    person = person_of(volunteer)
    matches = best_of_each(rank(candidates_for(volunteer), person))
    rows = [replace(match.row, why=tuple(str(WORDS[reason]) for reason in match.reasons)) for match in matches]
    now = [row for row in rows if not row.lacks][:limit]
    later = [row for row in rows if row.lacks][:limit]
    return ForMe([replace(now[0], lit=True), *now[1:]] if now else [], later, person.is_blank)


def person_of(volunteer: Volunteer) -> Person:
    """Four queries, and one where they come to something of several meetings."""
    taken = Registration.objects.active().filter(volunteer=volunteer, slot__ends_at__gt=timezone.now())
    return Person(
        districts=frozenset(volunteer.districts.values_list("pk", flat=True)),
        times=frozenset(volunteer.availability),
        networks=frozenset(volunteer.memberships.filter(left_at=None).values_list("network__slug", flat=True)),
        interests=frozenset(volunteer.interests.values_list("pk", flat=True)),
        busy=_times_of(taken),
    )


def candidates_for(volunteer: Volunteer) -> list[Candidate]:
    """The next sessions (LOOKED_AT) that one may sign up for, with what became of this person's own registrations."""
    rows, _count = listing.page_of_rows(listing.upcoming().filter(slot__in=Slot.objects.open()), limit=LOOKED_AT)
    rows = session_rows.with_own_states(rows, volunteer.user)
    columns = ("slot", "slot__venue__district", "training")
    places = {slot: (district, training) for slot, district, training in _sessions(rows).values_list(*columns)}
    answers = _interests({training for _district, training in places.values()})
    found = [(row, *places[row.slot_id]) for row in rows if row.slot_id in places]
    times = _meetings(rows)
    return [
        Candidate(row, training, district, answers.get(training, frozenset()), times.get(row.slot_id, ()))
        for row, district, training in found
    ]


def _sessions(rows: Iterable[SessionRow]) -> QuerySet[Session]:
    return Session.objects.filter(slot__in=[row.slot_id for row in rows]).order_by()


def _interests(trainings: Collection[int]) -> dict[int, frozenset[int]]:
    links: Any = Training.interests.through
    found: dict[int, set[int]] = {}
    for training, interest in links.objects.filter(training__in=trainings).values_list("training", "interest"):
        found.setdefault(training, set()).add(interest)
    return {training: frozenset(interests) for training, interests in found.items()}


def _match(one: Candidate, person: Person) -> Match:
    row, time = one.row, time_of(one.row.starts_at)
    said = {
        "near": one.district in person.districts,
        "free": all(time_of(starts_at) in person.times for starts_at, _ends_at in one.times),
        "interest": bool(one.interests & person.interests),
        "network": row.network is not None and row.network.slug in person.networks,
        "online": row.online,
    }
    found = sorted((reason for reason, holds in said.items() if holds), key=lambda reason: -POINTS[reason])
    reasons = tuple(time if reason == "free" else reason for reason in found)
    return Match(row, one.training, reasons, sum(POINTS[reason] for reason in found))


def _step(row: SessionRow) -> int:
    return 2 if row.lacks else 1 if row.state == "full" else 0


def _is_taken(one: Candidate, person: Person) -> bool:
    return any(busy[0] < ends_at and busy[1] > starts_at for busy in person.busy for starts_at, ends_at in one.times)


def _times_of(taken: QuerySet[Registration]) -> Times:
    """When people meet for these, in order of time. One query, and one where any has several meetings."""
    slots = list(taken.order_by().values_list("slot", "slot__starts_at", "slot__ends_at", "slot__dates"))
    several = [slot for slot, _starts_at, _ends_at, dates in slots if dates > 1]
    times = [(starts_at, ends_at) for _slot, starts_at, ends_at, dates in slots if dates == 1]
    if several:
        times += Meeting.objects.held().filter(slot__in=several).order_by().values_list("starts_at", "ends_at")
    return tuple(sorted(times))


def _meetings(rows: Iterable[SessionRow]) -> dict[int, Times]:
    """When people meet for those of several meetings, in the city's zone. One query, or none where no row has."""
    several = [row.slot_id for row in rows if row.dates > 1]
    found: dict[int, list[tuple[dt.datetime, dt.datetime]]] = {}
    held = Meeting.objects.held().filter(slot__in=several).order_by("starts_at")
    for slot, *times in held.values_list("slot", "starts_at", "ends_at") if several else ():
        starts_at, ends_at = (timezone.localtime(moment) for moment in times)
        found.setdefault(slot, []).append((starts_at, ends_at))
    return {slot: tuple(times) for slot, times in found.items()}
