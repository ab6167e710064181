"""What an organiser changes about a slot: published, moved, resized, called off. Everybody concerned is told once.

The slot's row is the lock here as in events.registering, whose promotions these verbs end with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events import registering
from events.models import Registration, Room, Slot, Venue
from events.models.registrations import RegistrationQuerySet
from events.models.slots import SlotQuerySet
from mail import queuing
from mail.models import Message
from volunteers.models import User

State = Registration.State
PendingFor = Registration.PendingFor

MOVED = "events/slot-moved"
UNDER_WAY = _("People have met, and who was there stays noted: take out the meetings still to come instead.")
FURTHEST = dt.timedelta(days=3 * 365)  # how far ahead a date may be; beyond it is a slip of the keyboard


class ChangeRefused(Exception):
    """Why a slot cannot be changed so, in a sentence fit for the organiser."""


@dataclass(frozen=True)
class Place:
    """Where a slot is to be: at a venue, perhaps in a room of it, or online."""

    venue: Venue | None
    room: Room | None = None
    online_url: str = ""

    @classmethod
    def of(cls, slot: Slot) -> Place:
        return cls(slot.venue, slot.room, slot.online_url)


def concerned(slot: Slot) -> RegistrationQuerySet:
    """The registrations whose people are told when the slot changes: all active ones, the waiting list included.

    Not those that only wait for their code: that address is not proved to be theirs.
    """
    return slot.registrations.active().exclude(pending_for=PendingFor.CODE).exclude(volunteer=None)


def publish(slot: Slot, *, by: User) -> Slot:
    """Opens a draft to the public. Harmless when it is open. Refuses a date in the past, or one called off."""
    with transaction.atomic():
        hold(slot)
        if slot.state == Slot.State.OPEN:
            return slot
        if slot.state == Slot.State.CANCELLED:
            raise ChangeRefused(_("This date was cancelled: make another one instead."))
        if slot.starts_at <= timezone.now():
            raise ChangeRefused(_("This date is in the past: change it first."))
        slot.state = Slot.State.OPEN
        slot.save(update_fields=["state", "updated_at"])
    return slot


def move(slot: Slot, *, starts_at: dt.datetime, ends_at: dt.datetime, place: Place, by: User) -> int:
    """Gives the slot another time or place, and tells everybody active, once. Returns how many are told.

    Calendars take the change for one (``sequence``). Offers that run past the new beginning end with it. Nothing
    changes, and nobody is told, when time and place are the same already. Refuses a slot called off or begun, an end
    before the beginning, a beginning in the past or years ahead, a room too small for the seats, and a slot of several
    meetings (``events.arranging`` changes those). Locks the slot's row.
    """
    if ends_at <= starts_at:
        raise ChangeRefused(_("The end must come after the beginning."))
    if starts_at <= timezone.now():
        raise ChangeRefused(_("The new date is in the past."))
    check_moment(starts_at)
    with transaction.atomic():
        hold(slot)
        old = {"old_starts_at": slot.starts_at.isoformat(), "old_place": str(slot.room or slot.venue or "")}
        if (slot.starts_at, slot.ends_at, Place.of(slot)) == (starts_at, ends_at, place):
            return 0
        if slot.state == Slot.State.CANCELLED:
            raise ChangeRefused(_("This date was cancelled: make another one instead."))
        if slot.starts_at <= timezone.now():
            raise ChangeRefused(_("This date has begun: it can no longer be moved."))
        if slot.dates > 1:
            raise ChangeRefused(_("People meet several times: change the meetings one by one."))
        check_room(place.room, capacity=slot.capacity)
        shift_registration_period(slot, starts_at)
        slot.starts_at, slot.ends_at = starts_at, ends_at
        slot.venue, slot.room, slot.online_url = place.venue, place.room, place.online_url
        slot.moved_at = timezone.now()
        slot.sequence += 1
        slot.save()
        slot.meetings.held().update(starts_at=starts_at, ends_at=ends_at)  # the last one left of several
        end_offers(slot)
        told = tell_all(
            MOVED,
            slot,
            concerned(slot).select_related("volunteer__user"),
            old | {"slot_sequence": slot.sequence},
        )
        registering.promote_waiting(slot)
    return told


def told_of_move(slot: Slot) -> int:
    """How many people have a message in the outbox, or had one, about the slot's time and place as they are now."""
    return Message.objects.filter(key__startswith=f"{MOVED}:{slot.pk}:{slot.sequence}:").count()


def call_off(slot: Slot, *, by: User, reason: str = "") -> int:
    """Cancels the slot for good, ends all its registrations and tells each person, once. Returns how many are told.

    ``reason`` is the organiser's own sentence, shown in the message. Harmless twice. Refuses a slot that is over, and
    one of several meetings once the first was held, or somebody came to it: who was there stays noted.
    Locks the slot's row, then the registrations'.
    """
    now = timezone.now()
    with transaction.atomic():
        hold(slot)
        if slot.state == Slot.State.CANCELLED:
            return 0
        if slot.ends_at <= now:
            raise ChangeRefused(_("This date is over: it can no longer be cancelled."))
        if is_under_way(slot):
            raise ChangeRefused(UNDER_WAY)
        slot.registrations.filter(volunteer=None, pending_for=PendingFor.CODE).delete()
        # Locked first, so that who has just proved an address is among those told.
        rows = slot.registrations.active().select_for_update(no_key=True, of=("self",))
        to_tell = [row for row in rows.select_related("volunteer__user") if row.pending_for != PendingFor.CODE]
        slot.registrations.active().update(
            state=State.CANCELLED,
            pending_for="",
            expires_at=None,
            end_reason=Registration.EndReason.SLOT,
            ended_at=now,
            ended_by=by,
            sequence=F("sequence") + 1,
            updated_at=now,
        )
        slot.walk_ins.all().delete()  # of a date not held nobody was there
        slot.state, slot.seats_taken = Slot.State.CANCELLED, 0
        slot.sequence += 1
        slot.save()
        return tell_all("events/slot-cancelled", slot, to_tell, {"reason": reason.strip()})


def is_under_way(slot: Slot) -> bool:
    """Of several meetings, has one been held, or is somebody noted as having come to one that is on?

    Then the date is no longer called off as a whole.
    """
    if slot.dates == 1:
        return False
    begun = slot.meetings.held().filter(starts_at__lte=timezone.now())
    came = Q(marks__attendance__in=Registration.THERE, marks__registration__state=State.CONFIRMED)
    return begun.filter(Q(ends_at__lte=timezone.now()) | Q(walk_ins__isnull=False) | came).exists()


def resize(slot: Slot, *, capacity: int, by: User) -> int:
    """Changes the number of seats; more seats go to those who wait, in order. Returns how many are offered one.

    Refuses fewer seats than are taken, and more than the room holds. Locks the slot's row.
    """
    with transaction.atomic():
        hold(slot)
        check_capacity(slot, capacity=capacity)
        slot.capacity = capacity
        slot.save(update_fields=["capacity", "updated_at"])
        return registering.promote_waiting(slot)


def change_terms(
    slot: Slot,
    *,
    capacity: int,
    opens_at: dt.datetime | None,
    closes_at: dt.datetime | None,
    approval: bool,
    in_charge: Iterable[User],
    titles: dict[str, str],
    by: User,
) -> int:
    """Changes what registering asks for: seats, opening, approval, people in charge, titles. Nobody is told.

    ``titles`` has a title for each language. Returns how many people waiting are offered a seat. Refuses like
    ``resize``, and a date called off. Those whose answer is already awaited stay before the organiser when approval
    is no longer asked.
    """
    with transaction.atomic():
        hold(slot)
        if slot.state == Slot.State.CANCELLED:
            raise ChangeRefused(_("This date was cancelled: make another one instead."))
        offered = resize(slot, capacity=capacity, by=by)
        slot.opens_at, slot.closes_at, slot.approval = opens_at, closes_at, approval
        _entitle(slot, titles)
        slot.save()
        slot.people_in_charge.set(in_charge)
    return offered


def titles_of(slot: Slot) -> dict[str, str]:
    """The title in each language; "" where there is none."""
    return {language: getattr(slot, f"title_{language}") or "" for language, _label in settings.LANGUAGES}


def rename(slots: SlotQuerySet, *, old: dict[str, str], new: dict[str, str], by: User) -> int:
    """Gives the slots that are not over and still have the ``old`` titles the ``new`` ones; returns how many.

    One title for each language. Nobody is told; calendars take it for a change. Whoever gave a slot another title, in
    one language or more, keeps it. Locks each slot's row.
    """
    with transaction.atomic():
        held = slots.filter(ends_at__gt=timezone.now()).select_for_update(no_key=True, of=("self",)).order_by("pk")
        renamed = [slot for slot in held if titles_of(slot) == old and _entitle(slot, new)]
        for slot in renamed:
            slot.save(
                update_fields=["title", *(f"title_{language}" for language in new), "title_sequence", "updated_at"]
            )
    return len(renamed)


def _entitle(slot: Slot, titles: dict[str, str]) -> bool:
    """Sets the titles, and whether any is another; saves nothing."""
    changed = titles_of(slot) != {language: title or "" for language, title in titles.items()}
    for language, title in titles.items():
        setattr(slot, f"title_{language}", title)
    slot.title_sequence += changed
    return changed


def check_moment(starts_at: dt.datetime) -> None:
    """Raises ChangeRefused when a date would begin more than three years (FURTHEST) from now."""
    if starts_at - timezone.now() > FURTHEST:
        raise ChangeRefused(_("This is more than three years ahead: check the date."))


def check_capacity(slot: Slot, *, capacity: int) -> None:
    """Raises ChangeRefused when that many seats are fewer than taken or more than the room holds."""
    if capacity < slot.seats_taken:
        text = ngettext(
            "%(taken)d seat is taken: there cannot be fewer. Cancel a registration first.",
            "%(taken)d seats are taken: there cannot be fewer. Cancel registrations first.",
            slot.seats_taken,
        )
        raise ChangeRefused(text % {"taken": slot.seats_taken})
    check_room(slot.room, capacity=capacity)
    for meeting in slot.meetings.held().exclude(room=None).select_related("room"):
        check_room(meeting.room, capacity=capacity)


def check_room(room: Room | None, *, capacity: int) -> None:
    """Raises ChangeRefused when the room holds fewer people than there are seats."""
    if room and room.capacity is not None and capacity > room.capacity:
        raise ChangeRefused(
            _("%(room)s holds %(capacity)d people at most.") % {"room": room.name, "capacity": room.capacity}
        )


def end_offers(slot: Slot) -> None:
    """Offers that run past the slot's beginning end with it."""
    late = slot.registrations.filter(pending_for=PendingFor.OFFER, expires_at__gt=slot.starts_at)
    late.update(expires_at=slot.starts_at)


def hold(slot: Slot) -> None:
    """Holds the slot's row, and brings the object fully up to date."""
    Slot.objects.select_for_update(no_key=True).filter(pk=slot.pk).values_list("pk").get()
    slot.refresh_from_db()


def shift_registration_period(slot: Slot, starts_at: dt.datetime) -> None:
    """Keeps the closing as long before the beginning as it was: a date put off stays open for longer."""
    if slot.closes_at:
        slot.closes_at += starts_at - slot.starts_at


def tell_all(
    kind: str,
    slot: Slot,
    registrations: Iterable[Registration],
    context: dict[str, Any],
    own: Mapping[int, dict[str, Any]] | None = None,
) -> int:
    """One message to each person, whose key holds the slot's sequence: the same change is never told twice.

    ``own``: what is told to one registration besides, by its key.
    """
    drafts = [
        queuing.draft(
            kind,
            key=f"{kind}:{slot.pk}:{slot.sequence}:{row.pk}",
            user=row.volunteer.user,
            context=context | {"registration": str(row.uid)} | (own or {}).get(row.pk, {}),
            priority=Message.Priority.NORMAL,
        )
        for row in registrations
        if row.volunteer
    ]
    queuing.queue_many(drafts)
    return len(drafts)
