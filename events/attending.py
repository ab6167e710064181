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

from events import by_date
from events.models import Registration, Slot
from events.occasions import Occasion
from events.scheduling import ChangeRefused
from volunteers.models import User, Volunteer

Attendance = Registration.Attendance
State = Registration.State

OPENS_BEFORE = by_date.OPENS_BEFORE


def is_open(slot: Slot, now: dt.datetime | None = None, *, occasion: Occasion | None = None) -> bool:
    """May attendance be marked? From an hour before the beginning, for ever; never for a slot not held.

    Before the beginning of the ``occasion``, if one of several is given.
    """
    now = now or timezone.now()
    return slot.state == Slot.State.OPEN and now >= (occasion or slot).starts_at - OPENS_BEFORE


@dataclass(frozen=True)
class Counts:
    """Of one date, or of one of its meetings.

    ``there`` are all who came, ``left_early`` and ``walk_ins`` (without an account) among them.
    """

    there: int
    left_early: int
    excused: int
    absent: int
    unmarked: int
    walk_ins: int

    @property
    def all(self) -> int:
        return self.there + self.excused + self.absent + self.unmarked


def count(slot: Slot, *, date: int | None = None) -> Counts:
    """Who was there and who was not, of those confirmed. Two queries; of one meeting of several (``date``), three."""
    confirmed, walk_ins = slot.registrations.filter(state=State.CONFIRMED), slot.walk_ins.all()
    if date is None:
        marks = Counter(confirmed.values_list("attendance", flat=True))
    else:
        marks = Counter(by_date.marks_of(slot, date).values())
        marks[Attendance.UNKNOWN] = confirmed.count() - marks.total()
        walk_ins = walk_ins.filter(meeting__number=date)
    without_account = walk_ins.count()
    return Counts(
        there=sum(marks[mark] for mark in Registration.THERE) + without_account,
        left_early=marks[Attendance.LEFT_EARLY],
        excused=marks[Attendance.EXCUSED],
        absent=marks[Attendance.ABSENT],
        unmarked=marks[Attendance.UNKNOWN],
        walk_ins=without_account,
    )


def unmarked(slot: Slot, *, date: int | None = None) -> list[int]:
    """The confirmed registrations of whom nothing is noted, of several meetings at the one of that number."""
    rows = slot.registrations.filter(state=State.CONFIRMED)
    if date is None:
        return list(rows.filter(attendance=Attendance.UNKNOWN).values_list("pk", flat=True))
    return list(rows.exclude(pk__in=by_date.marks_of(slot, date)).values_list("pk", flat=True))


def mark(slot: Slot, *, registrations: Iterable[int], attendance: str, by: User, date: int | None = None) -> int:
    """Marks those registrations of the slot with one ``Attendance``, "" to take a mark back. Returns how many changed.

    Of several meetings the mark is for the one of that number (``date``), or the one that is on. Harmless twice. Only
    confirmed registrations are marked: others of the given keys are left as they are. Refuses when the time has not
    come, and a meeting taken out meanwhile.
    """
    if attendance not in Attendance.values:
        raise ChangeRefused(_("Present, left early, excused, absent or not marked: nothing else can be noted."))
    if slot.dates > 1:
        return by_date.note(slot, open_on(slot, date), dict.fromkeys(registrations, attendance))[0]
    check_open(slot)
    rows = slot.registrations.filter(pk__in=list(registrations), state=State.CONFIRMED)
    return rows.exclude(attendance=attendance).update(attendance=attendance, updated_at=timezone.now())


@dataclass(frozen=True)
class Keyed:
    """What became of a sheet: how many marks changed, and how many rows somebody else had marked meanwhile."""

    changed: int
    left_alone: int


def key_in(slot: Slot, *, seen: Mapping[int, str], missing: Iterable[int], by: User, date: int | None = None) -> Keyed:
    """Copies the sheet that people signed: everybody on it was there, but for the ``missing``.

    ``seen`` is the page that was filled in: each registration with the mark that it had. Whoever had left early, or
    was excused, keeps that mark. A row marked otherwise since is left alone, and so is whoever was not on the page: no
    mark is lost that the person keying did not see. Of several meetings it is the sheet of one, as for ``mark``.
    Harmless twice. Refuses like ``mark``.
    """
    missing = set(missing)
    wanted = {key: _keyed(before, missing=key in missing) for key, before in seen.items()}
    if slot.dates > 1:
        changed, marks = by_date.note(slot, open_on(slot, date), wanted, seen=seen)
    else:
        check_open(slot)
        changed, marks = _copy(slot, seen, wanted)
    return Keyed(changed, sum(marks.get(key) != mark for key, mark in wanted.items()))


def _copy(slot: Slot, seen: Mapping[int, str], wanted: Mapping[int, str]) -> tuple[int, dict[int, str]]:
    """How many marks changed of those that were as seen, and the marks as they are now."""
    alike, changed, now = defaultdict[tuple[str, str], list[int]](list), 0, timezone.now()
    for key, before in seen.items():
        alike[before, wanted[key]].append(key)
    rows = slot.registrations.filter(state=State.CONFIRMED)
    with transaction.atomic():
        for (before, after), keys in alike.items():
            if before != after:
                changed += rows.filter(pk__in=keys, attendance=before).update(attendance=after, updated_at=now)
        return changed, dict(rows.filter(pk__in=seen).values_list("pk", "attendance"))


def _keyed(before: str, *, missing: bool) -> str:
    """The mark after a sheet was copied, of somebody who had this one before."""
    if missing:
        return before if before == Attendance.EXCUSED else Attendance.ABSENT
    return before if before == Attendance.LEFT_EARLY else Attendance.PRESENT


def admit(volunteer: Volunteer, *, slot: Slot, by: User, date: int | None = None) -> Registration:
    """Somebody who came without a registration, or from the waiting list, is there: registered and present at once.

    Whoever has an active registration is confirmed and marked, of several meetings for one, as for ``mark``. Takes a
    seat, and refuses when none is left (a room holds what it holds: resize first). Nobody is written to: they are in
    the room. Locks the slot's row.
    """
    number = open_on(slot, date)
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
        row.confirmed_at = row.confirmed_at or now
        if slot.dates == 1:
            row.attendance = Attendance.PRESENT
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise ChangeRefused(_("This person has just been registered: look again.")) from error
        if slot.dates > 1:
            by_date.note(slot, number, {row.pk: Attendance.PRESENT})
            row.refresh_from_db(fields=["attendance"])
    return row


def open_on(slot: Slot, date: int | None) -> int:
    """The number of that meeting of the slot, or of the one that is on, where attendance can be marked; else refuses.

    One that is its own only meeting is met for nothing but its time.
    """
    occasion = by_date.chosen(slot, date) if slot.dates > 1 else None
    check_open(slot, occasion=occasion)
    return occasion.number if occasion else 1


def check_open(slot: Slot, *, occasion: Occasion | None = None) -> None:
    """Raises ChangeRefused when the time has not come to say who is there."""
    if not is_open(slot, occasion=occasion):
        raise ChangeRefused(_("Attendance can be marked from an hour before the beginning."))
