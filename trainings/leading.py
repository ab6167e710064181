"""A trainer's dates: who comes, and what they know already."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch
from django.utils import timezone

from events.models import Registration, Slot
from events.models.registrations import RegistrationQuerySet
from volunteers import qualifying
from volunteers.models import QualificationHeld, User

State = Registration.State
Attendance = Registration.Attendance
RECENT = dt.timedelta(days=60)
MOST = 100  # of those to come, and of those that have been; nobody leads more in two months


@dataclass(frozen=True)
class Led:
    """A date in somebody's charge: how many come, and how many of them for the first time."""

    slot: Slot
    coming: int
    new: int


@dataclass(frozen=True)
class Dates:
    """Those to come, soonest first, and those of the last two months, latest first."""

    coming: list[Led]
    past: list[Led]


@dataclass(frozen=True)
class Person:
    """One of those who come. ``name`` is "" where nobody gave one; ``holds`` names qualifications.

    Of somebody known by the name that an organiser typed nothing else is told (``Registration.known_as``).
    """

    name: str
    holds: list[str]
    is_new: bool


@dataclass(frozen=True)
class Group:
    """Those who come, by name; how many for the first time; and how many hold what, the most frequent first.

    ``gone``: how many had a seat besides, and have deleted their account since.
    """

    people: list[Person]
    new: int
    knows: list[tuple[str, int]]
    gone: int = 0


def dates_of(user: User, now: dt.datetime | None = None) -> Dates:
    """The sessions in this person's charge, those called off left out. Four queries, whatever their number."""
    now = now or timezone.now()
    mine = Slot.objects.filter(pk__in=user.slots_in_charge.order_by().values("pk"), session__isnull=False)
    mine = mine.exclude(state=Slot.State.CANCELLED).select_related("network", "venue")
    coming = list(mine.filter(ends_at__gt=now).order_by("starts_at", "pk")[:MOST])
    past = list(mine.filter(ends_at__lte=now, ends_at__gt=now - RECENT).order_by("-starts_at", "-pk")[:MOST])
    keys = [slot.pk for slot in (*coming, *past)]
    confirmed = Registration.objects.filter(slot__in=keys, state=State.CONFIRMED)
    come, new = _by_slot(confirmed), _by_slot(_told(confirmed).filter(~_came_before()))

    def led(slots: Collection[Slot]) -> list[Led]:
        return [Led(slot, come.get(slot.pk, 0), new.get(slot.pk, 0)) for slot in slots]

    return Dates(led(coming), led(past))


def group_of(slot: Slot) -> Group:
    """The people confirmed for the slot, with what they hold on its day. Two queries, whatever their number."""
    held = QualificationHeld.objects.filter(qualifying.valid_on(timezone.localdate(slot.starts_at)))
    held = held.select_related("qualification").order_by("qualification__slug")
    rows = (
        slot.registrations.filter(state=State.CONFIRMED)
        .annotate(came_before=_came_before())
        .select_related("volunteer__user")
        .prefetch_related(Prefetch("volunteer__qualifications", held, to_attr="held"))
        .order_by("volunteer__user__last_name", "volunteer__user__first_name", "pk")
    )
    found = list(rows)
    people = [_person(row) for row in found if row.volunteer]
    counted = Counter(name for person in people for name in person.holds)
    new, gone = sum(person.is_new for person in people), len(found) - len(people)
    return Group(people, new, counted.most_common(), gone)


def _person(row: Registration) -> Person:
    if row.volunteer is None or row.known_as is not None:
        return Person(row.person_name, [], is_new=False)
    holds = [str(one.qualification) for one in row.volunteer.held]  # type: ignore[attr-defined]
    return Person(row.person_name, holds, is_new=not row.came_before)  # type: ignore[attr-defined]


def _told(rows: RegistrationQuerySet) -> RegistrationQuerySet:
    """Those of whom more may be told than the name that somebody else typed."""
    return rows.filter(known_as__isnull=True).exclude(volunteer=None)


def _came_before() -> Exists:
    """Whether the registration's person had a seat on a date over by then, and was not noted as missing."""
    seats = Registration.objects.filter(
        volunteer=OuterRef("volunteer"), state=State.CONFIRMED, slot__ends_at__lte=OuterRef("slot__starts_at")
    )
    return Exists(seats.exclude(attendance__in=(Attendance.ABSENT, Attendance.EXCUSED)))


def _by_slot(rows: RegistrationQuerySet) -> dict[int, int]:
    return dict(rows.order_by().values("slot").annotate(count=Count("pk")).values_list("slot", "count"))
