"""The meetings of a course to which somebody who keeps the seat said that they cannot come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Prefetch, prefetch_related_objects

from events import occasions
from events.models import MeetingMark, Registration
from events.occasions import Occasion

READ = "missed_read"  # where what was read with a registration is kept


def read(registrations: Iterable[Registration]) -> None:
    """Reads what was said of the courses among these: one query, or none where nobody meets several times."""
    several = [row for row in registrations if row.slot.dates > 1]
    if several:
        said = MeetingMark.objects.said().select_related("meeting")
        prefetch_related_objects(several, Prefetch("marks", said, to_attr=READ))


def marks_of(registration: Registration) -> list[MeetingMark]:
    """What the person said; one query for a course that ``read`` has not seen, else none."""
    if registration.slot.dates == 1:
        return []
    if not hasattr(registration, READ):
        read([registration])
    found: list[MeetingMark] = getattr(registration, READ)
    return found


def numbers_of(registration: Registration) -> frozenset[int]:
    """The numbers of the meetings that the person misses. Queries as for ``marks_of``."""
    return frozenset(mark.meeting.number for mark in marks_of(registration))


def of(registration: Registration) -> list[Occasion]:
    """Those meetings, in order of time."""
    numbers = numbers_of(registration)
    return [one for one in occasions.of(registration.slot) if one.number in numbers] if numbers else []


def next_of(registration: Registration, now: dt.datetime | None = None) -> Occasion:
    """The meeting that is on or comes next, of those to which the person comes as long as there is one."""
    return occasions.next_of(registration.slot, now, besides=numbers_of(registration))
