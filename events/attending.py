"""Who was there: marked by the person in charge or an organiser, on the spot or later."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Registration, Slot
from events.scheduling import ChangeRefused
from volunteers.models import User, Volunteer

Attendance = Registration.Attendance
State = Registration.State

OPENS_BEFORE = dt.timedelta(hours=1)


def is_open(slot: Slot, now: dt.datetime | None = None) -> bool:
    """May attendance be marked? From an hour before the beginning, for ever; never for a slot not held."""
    now = now or timezone.now()
    return slot.state == Slot.State.OPEN and now >= slot.starts_at - OPENS_BEFORE


@dataclass(frozen=True)
class Counts:
    """Of one date: ``there`` are all who came, ``left_early`` and ``walk_ins`` (without an account) among them."""

    there: int
    left_early: int
    excused: int
    absent: int
    unmarked: int
    walk_ins: int

    @property
    def all(self) -> int:
        return self.there + self.excused + self.absent + self.unmarked


def count(slot: Slot) -> Counts:
    """Who was there and who was not, of those confirmed. Two queries."""
    marks = Counter(slot.registrations.filter(state=State.CONFIRMED).values_list("attendance", flat=True))
    walk_ins = slot.walk_ins.count()
    return Counts(
        there=sum(marks[mark] for mark in Registration.THERE) + walk_ins,
        left_early=marks[Attendance.LEFT_EARLY],
        excused=marks[Attendance.EXCUSED],
        absent=marks[Attendance.ABSENT],
        unmarked=marks[Attendance.UNKNOWN],
        walk_ins=walk_ins,
    )


def mark(slot: Slot, *, registrations: Iterable[int], attendance: str, by: User) -> int:
    """Marks those registrations of the slot with one ``Attendance``, "" to take a mark back. Returns how many changed.

    Harmless twice. Only confirmed registrations are marked: others of the given keys are left as they are. Refuses
    when the time has not come.
    """
    if attendance not in Attendance.values:
        raise ChangeRefused(_("Present, left early, excused, absent or not marked: nothing else can be noted."))
    check_open(slot)
    rows = slot.registrations.filter(pk__in=list(registrations), state=State.CONFIRMED)
    return rows.exclude(attendance=attendance).update(attendance=attendance, updated_at=timezone.now())


@dataclass(frozen=True)
class Keyed:
    """What became of a sheet: how many marks changed, and how many rows somebody else had marked meanwhile."""

    changed: int
    left_alone: int


def key_in(slot: Slot, *, seen: Mapping[int, str], missing: Iterable[int], by: User) -> Keyed:
    """Copies the sheet that people signed: everybody on it was there, but for the ``missing``.

    ``seen`` is the page that was filled in: each registration with the mark that it had. Whoever had left early, or
    was excused, keeps that mark. A row marked otherwise since is left alone, and so is whoever was not on the page: no
    mark is lost that the person keying did not see. Harmless twice. Refuses like ``mark``.
    """
    missing, wanted = set(missing), defaultdict[tuple[str, str], list[int]](list)
    for key, before in seen.items():
        wanted[before, _keyed(before, missing=key in missing)].append(key)
    check_open(slot)
    changed, now = 0, timezone.now()
    rows = slot.registrations.filter(state=State.CONFIRMED)
    with transaction.atomic():
        for (before, after), keys in wanted.items():
            if before != after:
                changed += rows.filter(pk__in=keys, attendance=before).update(attendance=after, updated_at=now)
        marks = dict(rows.filter(pk__in=seen).values_list("pk", "attendance"))
    others = sum(key not in marks or marks[key] != after for (_before, after), keys in wanted.items() for key in keys)
    return Keyed(changed, others)


def _keyed(before: str, *, missing: bool) -> str:
    """The mark after a sheet was copied, of somebody who had this one before."""
    if missing:
        return before if before == Attendance.EXCUSED else Attendance.ABSENT
    return before if before == Attendance.LEFT_EARLY else Attendance.PRESENT


def admit(volunteer: Volunteer, *, slot: Slot, by: User) -> Registration:
    """Somebody who came without a registration, or from the waiting list, is there: registered and present at once.

    Whoever has an active registration is confirmed and marked. Takes a seat, and refuses when none is left (a room
    holds what it holds: resize first). Nobody is written to: they are in the room. Locks the slot's row.
    """
    check_open(slot)
    now = timezone.now()
    with transaction.atomic():
        Slot.objects.select_for_update(no_key=True).filter(pk=slot.pk).values_list("pk").get()
        row = slot.registrations.active().filter(volunteer=volunteer).first()
        if row is None or row.state not in Registration.HOLDING:
            taken = Slot.objects.filter(pk=slot.pk, seats_taken__lt=F("capacity")).update(
                seats_taken=F("seats_taken") + 1
            )
            if not taken:
                raise ChangeRefused(_("All seats are taken. Add seats to this date first."))
        row = row or Registration(volunteer=volunteer, slot=slot, created_by=by)
        row.state, row.pending_for, row.expires_at = Registration.State.CONFIRMED, "", None
        row.confirmed_at, row.attendance = row.confirmed_at or now, Attendance.PRESENT
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise ChangeRefused(_("This person has just been registered: look again.")) from error
    return row


def check_open(slot: Slot) -> None:
    """Raises ChangeRefused when the time has not come to say who is there."""
    if not is_open(slot):
        raise ChangeRefused(_("Attendance can be marked from an hour before the beginning."))
