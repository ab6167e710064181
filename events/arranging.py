"""The meetings of a date: several for one seat. Added, moved and taken out together; everybody concerned is told once.

The slot keeps the whole span, so that what looks at its beginning and its end need not know of meetings. A meeting
that has begun stays as it was.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import by_date, excusing, occasions, registering, scheduling
from events.models import Meeting, Registration, Slot
from events.models.registrations import RegistrationQuerySet
from events.occasions import Occasion
from events.scheduling import MOVED, ChangeRefused, Place, check_moment, check_room
from volunteers.models import User

MOST = 12  # one message carries an entry of the calendar for each


@dataclass(frozen=True)
class Planned:
    """A meeting as it is to be. ``number``: None for a new one; ``place``: None where the slot is."""

    number: int | None
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: Place | None = None


def arranged(slot: Slot) -> list[Planned]:
    """The meetings as they are."""
    if slot.dates == 1:
        return [Planned(_only_number(slot), slot.starts_at, slot.ends_at)]
    return [_planned(meeting) for meeting in _held(slot)]


def settled(planned: Sequence[Planned], place: Place) -> tuple[list[Planned], Place]:
    """The same in order of time, as they are stored: the place of a single meeting is the slot's."""
    if len(planned) == 1:
        return [replace(planned[0], place=None)], planned[0].place or place
    return _set(planned), place


def check_order(planned: Sequence[Planned]) -> None:
    """Refuses none, too many, one that ends before it begins, and two that overlap. Looks at nothing else."""
    if not planned:
        raise ChangeRefused(_("At least one meeting must be left: to cancel them all, cancel the date."))
    if len(planned) > MOST:
        raise ChangeRefused(
            _("A date has %(most)d meetings at most: make another date of the others.") % {"most": MOST}
        )
    if any(one.ends_at <= one.starts_at for one in planned):
        raise ChangeRefused(_("The end must come after the beginning."))
    in_time = sorted(planned, key=lambda one: one.starts_at)
    if any(later.starts_at < one.ends_at for one, later in itertools.pairwise(in_time)):
        raise ChangeRefused(_("Two meetings are at the same time."))


def arrange(slot: Slot, *, planned: Sequence[Planned], place: Place, by: User) -> int:
    """Gives the slot these meetings and this place, and tells everybody ``concerned``, once. Returns how many.

    Meetings that exist and are not among ``planned`` are taken out, and what attendance comes to follows. Whoever had
    said no to a meeting that is at another time now, or that is the only one left, is expected again, and told. Nothing
    changes, and nobody is told, when all is so already. Refuses what ``check_order`` refuses; a slot called off or
    over; a change of a meeting that has begun, of one that was taken out meanwhile, or to the past or years ahead; a
    room too small for the seats. Locks the slot's row.
    """
    check_order(planned)
    planned, place = settled(planned, place)
    now = timezone.now()
    with transaction.atomic():
        scheduling.hold(slot)
        before = arranged(slot)
        if (_set(before), Place.of(slot)) == (_set(planned), place):
            return 0
        if slot.state == Slot.State.CANCELLED:
            raise ChangeRefused(_("This date was cancelled: make another one instead."))
        if slot.ends_at <= now:
            raise ChangeRefused(_("This date is over: its meetings can no longer be changed."))
        _check(planned, before, place, slot, now)
        was = _told_before(slot)
        scheduling.shift_registration_period(slot, planned[0].starts_at)
        _write(slot, planned, place, now)
        again = _expect_again(slot, before, planned)
        by_date.follow(slot, was_only=before[0].number if len(before) == 1 else None)
        scheduling.end_offers(slot)
        told = scheduling.tell_all(
            MOVED,
            slot,
            concerned(slot).select_related("volunteer__user"),
            was | {"slot_sequence": slot.sequence},
            own={key: {"expected_again": starts} for key, starts in again.items()},
        )
        if slot.starts_at > now:
            registering.promote_waiting(slot)
    return told


def concerned(slot: Slot) -> RegistrationQuerySet:
    """Whose people are told when the meetings change: once it has begun, no longer the waiting list."""
    rows = scheduling.concerned(slot)
    return rows.exclude(state=Registration.State.WAITING) if slot.has_begun else rows


def first_write(slot: Slot, *, planned: Sequence[Planned]) -> None:
    """The meetings of a slot just made, which nobody knows yet. In the caller's transaction; refuses like
    ``check_order``, and a room too small."""
    check_order(planned)
    for one in planned:
        check_room(one.place.room if one.place else None, capacity=slot.capacity)
    in_time = sorted(planned, key=lambda one: one.starts_at)
    if len(planned) > 1:
        numbered = [replace(one, number=number) for number, one in enumerate(in_time, start=1)]
        _write_rows(slot, numbered, timezone.now())
        slot.save(update_fields=["dates", "starts_at", "ends_at", "updated_at"])


def _check(planned: Sequence[Planned], before: Sequence[Planned], place: Place, slot: Slot, now: dt.datetime) -> None:
    known = {one.number: one for one in before}
    kept = [one.number for one in planned if one.number is not None]
    if len(kept) != len(set(kept)):  # no page sends one meeting twice
        raise ChangeRefused(_("One of these meetings was taken out meanwhile: look again."))
    for one in planned:
        if one.number is not None and one.number not in known:
            raise ChangeRefused(_("One of these meetings was taken out meanwhile: look again."))
        if one.number is None or known[one.number].starts_at != one.starts_at:
            if one.starts_at <= now:
                raise ChangeRefused(_("A new meeting, or a new time, must be in the future."))
            check_moment(one.starts_at)
        check_room((one.place or place).room, capacity=slot.capacity)
    if any(one.starts_at <= now and one not in planned for one in before):
        raise ChangeRefused(_("A meeting that has begun can no longer be changed."))
    if any(one.starts_at <= now and one.place is None for one in before) and place != Place.of(slot):
        raise ChangeRefused(_("The place can no longer be changed for all: give each meeting to come its own."))


def _write(slot: Slot, planned: Sequence[Planned], place: Place, now: dt.datetime) -> None:
    """Rows are for slots that have, or had, several meetings."""
    slot.venue, slot.room, slot.online_url = place.venue, place.room, place.online_url
    if len(planned) > 1 or slot.meetings.exists():
        _write_rows(slot, planned, now)
    else:
        slot.starts_at, slot.ends_at = planned[0].starts_at, planned[0].ends_at
    slot.moved_at = now
    slot.sequence += 1
    slot.save()
    if hasattr(slot, occasions.READ):
        delattr(slot, occasions.READ)


def _write_rows(slot: Slot, planned: Sequence[Planned], now: dt.datetime) -> None:
    rows = {meeting.number: meeting for meeting in slot.meetings.all()}
    if not rows:
        rows[1] = Meeting.objects.create(slot=slot, number=1, starts_at=slot.starts_at, ends_at=slot.ends_at)
    free = itertools.count(max([*rows, *(one.number or 0 for one in planned)]) + 1)  # never one that was in use
    kept = set()
    for one in planned:
        number = one.number if one.number is not None else next(free)
        meeting = rows.get(number) or Meeting(slot=slot, number=number)
        place = one.place or Place(None)
        meeting.starts_at, meeting.ends_at = one.starts_at, one.ends_at
        meeting.venue, meeting.room, meeting.online_url = place.venue, place.room, place.online_url
        meeting.save()
        kept.add(number)
    slot.meetings.held().exclude(number__in=kept).update(dropped_at=now)
    slot.dates, slot.starts_at = len(planned), planned[0].starts_at
    slot.ends_at = max(one.ends_at for one in planned)


def _expect_again(slot: Slot, before: Sequence[Planned], planned: Sequence[Planned]) -> dict[int, list[str]]:
    """See ``excusing.expect_again``."""
    starts = {one.number: one.starts_at for one in before if one.number is not None}
    same = {one.number for one in planned if len(planned) > 1 and starts.get(one.number or -1) == one.starts_at}
    stay = {one.number for one in planned}
    return excusing.expect_again(slot, numbers=[key for key in starts if key in stay - same], starts=starts)


def _told_before(slot: Slot) -> dict[str, object]:
    """When and where it was, for the message."""
    was = occasions.of(slot)
    return {
        "old_starts_at": slot.starts_at.isoformat(),
        "old_place": str(slot.room or slot.venue or ""),
        "old_dates": [one.starts_at.isoformat() for one in was],
    }


def _only_number(slot: Slot) -> int:
    """The number of the only meeting: 1, unless it is what is left of several."""
    left = slot.meetings.held().values_list("number", flat=True).first()
    return 1 if left is None else left


def _held(slot: Slot) -> list[Meeting]:
    return list(slot.meetings.held().select_related("venue", "room"))


def _planned(meeting: Meeting) -> Planned:
    place = Place(meeting.venue, meeting.room, meeting.online_url) if meeting.is_elsewhere else None
    return Planned(meeting.number, meeting.starts_at, meeting.ends_at, place)


def _set(planned: Sequence[Planned]) -> list[Planned]:
    return sorted(planned, key=lambda one: one.starts_at)


def occasions_of(planned: Sequence[Planned], place: Place) -> list[Occasion]:
    """The same as they would be met, nothing saved."""
    found = []
    for one in _set(planned):
        at = one.place or place
        found.append(
            Occasion(one.starts_at, one.ends_at, at.venue, at.room, at.online_url, one.number or 0, bool(one.place))
        )
    return found
