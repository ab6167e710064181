"""Taking a seat, waiting for one, giving it back.

The slot's row is the lock: whoever changes seats or the waiting list holds it. To take a seat, or a number in the
waiting list, it is held for one statement (events.seating); what several people's turns depend on takes a transaction.
All of it relies on READ COMMITTED.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import kinds, requiring
from events.models import Registration, Slot
from events.seating import number_at_once, seat_at_once
from mail import queuing
from mail.models import Message
from volunteers.models import User, Volunteer

State = Registration.State
PendingFor = Registration.PendingFor
EndReason = Registration.EndReason

CLOSED = _("Registration for this date is closed.")


class RegistrationRefused(Exception):
    """Why something could not be done, in a sentence fit for the person."""


class SeatNotHeld(RegistrationRefused):
    """No seat is held until the code comes."""


class SlotFull(SeatNotHeld):
    """No seat can be held any more: what is left is the waiting list."""


class NotQualified(RegistrationRefused):
    """The person does not hold, on the day of the slot, what it asks for."""


def offer_deadline(*, now: dt.datetime, starts_at: dt.datetime) -> dt.datetime:
    """Until when somebody promoted from the waiting list may answer.

    A quarter of the time that is left, at most OFFER_HOURS (24 by default), at least 15 minutes, never past the start.
    """
    window = min((starts_at - now) / 4, dt.timedelta(hours=settings.OFFER_HOURS))
    return min(now + max(window, dt.timedelta(minutes=15)), starts_at)


def hold_for_nobody(slot: Slot, *, asked: User) -> Registration:
    """Holds a seat as ``register(until_code=True)`` does when that address was typed, though it has a seat already.

    Places left are public: did they stay as they are, they would tell whoever types an address that it is registered.
    Ends like any hold, and leaves nothing behind. Raises like ``register``.
    """
    return register(None, slot=slot, by=asked, until_code=True)


def register(
    volunteer: Volunteer | None, *, slot: Slot, by: User | None, until_code: bool = False, vouched: bool = False
) -> Registration:
    """Gives the volunteer a seat, or else a number in the waiting list, and queues the message that says so.

    ``until_code`` only holds the seat for HOLD_MINUTES, until the code sent by mail proves the address; nothing is
    queued then, and nobody enters the waiting list before having proved theirs. Where an organiser approves, the
    seat is held until the answer. Locks the slot's row.

    Doing it twice returns the registration that exists: a hold starts its time again (one hour in all at most), and
    is confirmed by whoever comes back with a proved address.

    Where the slot asks for qualifications, the person must hold them on its day, unless an organiser has ``vouched``;
    and no seat is held ``until_code``: that would tell whoever types an address what its owner holds. What counts is
    what the slot asks for when the seat is taken: who has one, or waits for one, keeps it whatever it asks for later.

    Where the room above takes care of the kind of slot (``events.kinds.Care``), it says how many seats are given, and
    is told.

    Raises RegistrationRefused when the slot is not open, SlotFull when it is full and ``until_code`` is asked,
    SeatNotHeld when it asks for something then, NotQualified when the person lacks it.
    """
    now = timezone.now()
    if not slot.is_open(now):
        raise RegistrationRefused(CLOSED)
    asks = "" if vouched else slot.asks
    if asks:
        _check_qualified(volunteer, slot, until_code=until_code)
    registration = Registration(volunteer=volunteer, slot=slot, created_by=by)
    if until_code:
        _become_pending(registration, PendingFor.CODE, now + dt.timedelta(minutes=settings.HOLD_MINUTES))
    else:
        _become_seated(registration, slot, now)
    care = kinds.care_of(slot)
    try:
        if not care and slot.seats_left and _sit_at_once(registration, slot, now, told=not until_code):
            return registration
        if not care and not until_code and _wait_at_once(registration, slot, now):
            return registration
        with transaction.atomic():
            _lock(slot)
            if not slot.is_open(now):
                raise RegistrationRefused(CLOSED)
            if not vouched and slot.asks != asks:
                _check_qualified(volunteer, slot, until_code=until_code)
            _expire(slot, now)
            if not until_code:
                _become_seated(registration, slot, now)
            registration.save(force_insert=True)  # first: who has a seat already is told so, not that none is left
            if _free(slot) > 0:
                Slot.objects.filter(pk=slot.pk).update(seats_taken=F("seats_taken") + 1)
            elif until_code:
                raise SlotFull(_("The last seat has just been taken."))
            else:
                _join_queue(registration, slot)
            if not until_code:
                _tell(registration, _user(registration))
                if care:
                    care.follow(registration)
    except IntegrityError:
        whose = {"volunteer": volunteer} if volunteer else {"volunteer": None, "created_by": by}
        existing = Registration.objects.active().filter(slot=slot, **whose).first()
        if existing is None:
            raise
        existing.slot = slot
        if existing.pending_for != PendingFor.CODE:
            return existing
        return _hold_on(existing, now) if until_code else confirm(existing, by=by)
    return registration


def register_quietly(drafts: Sequence[Registration], *, slot: Slot) -> None:
    """Saves these registrations of people who have none there: seats while there are some, then numbers in the waiting
    list, in their order. For a list of people: the caller tells them, and whoever takes care of the kind of slot.

    Raises RegistrationRefused when the slot is not open. Locks the slot's row.
    """
    now = timezone.now()
    with transaction.atomic():
        _lock(slot)
        if not slot.is_open(now):
            raise RegistrationRefused(CLOSED)
        _expire(slot, now)
        free = max(0, _free(slot))
        last = Slot.objects.values_list("queue_last", flat=True).get(pk=slot.pk)
        for row in drafts[:free]:
            _become_seated(row, slot, now)
        for number, row in enumerate(drafts[free:], start=last + 1):
            _become_waiting(row)
            row.queue_number = number
        Registration.objects.bulk_create(drafts, batch_size=1000)
        seated, waiting = len(drafts[:free]), len(drafts[free:])
        grown = {"seats_taken": F("seats_taken") + seated, "queue_last": F("queue_last") + waiting}
        Slot.objects.filter(pk=slot.pk).update(**grown)
        slot.seats_taken += seated


def confirm(registration: Registration, *, by: User | None) -> Registration:
    """The person proved the address, or accepts the seat that came free: the seat is theirs.

    The registration becomes confirmed, or goes before an organiser where the slot asks for approval; a message says
    which. Harmless when already confirmed. A seat past its time is still theirs as long as nobody waits for it, nobody
    took it back (``expire_due``) and the date has not begun. Raises RegistrationRefused otherwise. Locks the slot's row
    when the time is past.
    """
    now = timezone.now()
    late = registration.expires_at is not None and registration.expires_at <= now
    if late and registration.slot.registrations.filter(state=State.WAITING).exists():
        with transaction.atomic():  # of its own: it stands when this person is refused
            _expire(_lock(registration.slot), now)
    with transaction.atomic():
        row = Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
        row.slot = registration.slot
        if row.state == State.CONFIRMED or row.pending_for == PendingFor.APPROVAL:
            return row
        if row.state == State.WAITING:
            raise RegistrationRefused(_("No seat has come free yet: you are on the waiting list."))
        if row.state == State.CANCELLED and row.end_reason == EndReason.PERSON:
            raise RegistrationRefused(_("You are no longer registered for this date: you cancelled."))
        if row.state != State.PENDING or row.slot.starts_at <= now:
            raise RegistrationRefused(_("The time to confirm has passed: this seat is no longer kept for you."))
        _become_seated(row, row.slot, now)
        row.sequence += 1
        row.save()
        _tell(row, _user(row))
    return row


def approve(registration: Registration, *, by: User) -> Registration:
    """An organiser accepts a registration that waits for approval. Tells the person. Harmless twice."""
    with transaction.atomic():
        row = Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
        if row.state == State.CONFIRMED:
            return row
        if row.pending_for != PendingFor.APPROVAL:
            raise RegistrationRefused(_("This registration is not waiting for approval."))
        row.state, row.pending_for, row.confirmed_at = State.CONFIRMED, "", timezone.now()
        row.sequence += 1
        row.save()
        _tell(row, _user(row))
    return row


def cancel(
    registration: Registration, *, by: User | None, reason: str = EndReason.PERSON, note: str = ""
) -> Registration:
    """Ends a registration, gives its seat to the next person waiting, and tells both.

    ``reason`` is one of EndReason; ``note`` is an organiser's own sentence for the person. Harmless when already ended,
    and when its person has left: that a seat was had is part of the counts.
    Locks the slot's row, then the registration's.
    """
    with transaction.atomic():
        slot, row = _lock_both(registration)
        if row.is_active and not row.is_nobodys:
            _end(row, slot, State.CANCELLED, by=by, reason=reason, note=note)
    return row


def give_back(registration: Registration, *, by: User | None) -> Registration:
    """The person cancels: see ``cancel``. Harmless when already ended.

    Raises RegistrationRefused once the date has begun: who was there is part of the counts. Locks the slot's row.
    """
    with transaction.atomic():
        slot, row = _lock_both(registration)
        if row.is_active and slot.starts_at <= timezone.now():
            raise RegistrationRefused(_("This date has begun: your registration can no longer be cancelled."))
        return cancel(registration, by=by)


def strike_off(registration: Registration, *, by: User, note: str = "") -> Registration:
    """An organiser cancels: see ``cancel``. Harmless when already ended.

    Raises RegistrationRefused once the date is over, and of somebody noted as there, if only at one meeting of several:
    who was there is part of the counts, of their hours and of their certificate. Locks the slot's row.
    """
    with transaction.atomic():
        slot, row = _lock_both(registration)
        if row.is_active and row.was_there:
            raise RegistrationRefused(_("This person is noted as there: take that back first, if it is a mistake."))
        if row.is_active and slot.ends_at <= timezone.now():
            raise RegistrationRefused(_("This date is over: note who was there instead."))
        return cancel(registration, by=by, reason=EndReason.ORGANISER, note=note)


def refuse(registration: Registration, *, by: User, note: str = "") -> Registration:
    """An organiser declines a registration that waits for approval. Tells the person; the seat goes on.

    ``note`` is the organiser's own sentence for the person. Harmless twice: the first sentence stays.
    """
    with transaction.atomic():
        slot, row = _lock_both(registration)
        if row.state == State.REFUSED:
            return row
        if row.pending_for != PendingFor.APPROVAL:
            raise RegistrationRefused(_("This registration is not waiting for approval."))
        _end(row, slot, State.REFUSED, by=by, reason=EndReason.ORGANISER, note=note)
    return row


def expire_due(now: dt.datetime | None = None) -> int:
    """Takes back the seats held past their time and offers them to the next; returns how many.

    One transaction a slot, so that a worker killed in between loses nothing. Locks each slot's row in turn.
    """
    now = now or timezone.now()
    due = Registration.objects.filter(state=State.PENDING, expires_at__lte=now)
    expired = 0
    for slot in Slot.objects.filter(pk__in=due.values("slot")):
        with transaction.atomic():
            expired += _expire(_lock(slot), now)
    return expired


def _expire(slot: Slot, now: dt.datetime) -> int:
    """Takes back this slot's seats held past their time, the longest first; the caller holds the slot's lock."""
    due = slot.registrations.filter(state=State.PENDING, expires_at__lte=now).order_by("expires_at", "pk")
    rows = list(due.select_for_update(no_key=True, of=("self",)).select_related("volunteer__user"))
    for row in rows:
        _end(row, slot, State.CANCELLED, by=None, reason=EndReason.EXPIRED)
    return len(rows)


def promote_waiting(slot: Slot) -> int:
    """Offers the free seats to those who wait, in order; returns how many. The caller holds the slot's lock."""
    promoted = 0
    while _free(slot) > 0 and _offer_to_next(slot):
        Slot.objects.filter(pk=slot.pk).update(seats_taken=F("seats_taken") + 1)
        slot.seats_taken += 1
        promoted += 1
    return promoted


def _free(slot: Slot) -> int:
    """How many seats may still be given; below zero when fewer are to be given than were. The caller holds the lock."""
    care = kinds.care_of(slot)
    return min(slot.capacity, care.most(slot) if care else slot.capacity) - slot.seats_taken


def _lock(slot: Slot) -> Slot:
    """Holds the slot's row until the end of the transaction, and brings the object up to date.

    Only FOR NO KEY UPDATE: inserting a registration takes a key share on the slot, and must not wait for us.
    """
    Slot.objects.select_for_update(no_key=True).filter(pk=slot.pk).first()
    terms = ["seats_taken", "capacity", "approval", "asks", "state", "starts_at", "ends_at", "opens_at", "closes_at"]
    slot.refresh_from_db(fields=terms)
    return slot


class _Elsewhere(Exception):
    """The registration was sent to another slot meanwhile."""


def _lock_both(registration: Registration) -> tuple[Slot, Registration]:
    """Holds the slot's row, then the registration's, until the end of the transaction. Whoever is sent to another slot
    meanwhile (events.transferring) is looked for there: the seat that ends is the one that they have."""
    while True:
        try:
            with transaction.atomic():  # of its own: the lock of a slot that they have left is let go of
                slot = _lock(registration.slot)
                row = Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
                if row.slot_id != slot.pk:
                    raise _Elsewhere
                return slot, row
        except _Elsewhere:
            registration.refresh_from_db(fields=["slot"])


def _check_qualified(volunteer: Volunteer | None, slot: Slot, *, until_code: bool) -> None:
    """One query, for slots that ask for something. A hold is refused before looking, to everybody alike."""
    if until_code or volunteer is None:
        raise SeatNotHeld(_("A seat of this date is taken once your address is confirmed."))
    lacking = requiring.lacking(volunteer, slot)
    if lacking:
        names = ", ".join(str(qualification) for qualification in lacking)
        raise NotQualified(
            _("This date asks for a qualification that you do not hold on that day: %(names)s.") % {"names": names}
        )


def _sit_at_once(registration: Registration, slot: Slot, now: dt.datetime, *, told: bool) -> bool:
    """Whether the registration has its seat."""
    message = _message(registration, _user(registration)) if told else None
    return seat_at_once(slot, registration, message, now)


def _wait_at_once(registration: Registration, slot: Slot, now: dt.datetime) -> bool:
    """Whether the registration has its number in the waiting list."""
    _become_waiting(registration)
    return number_at_once(slot, registration, _message(registration, _user(registration)), now)


def _join_queue(registration: Registration, slot: Slot) -> None:
    """Takes the next number; the caller holds the slot's lock."""
    _become_waiting(registration)
    Slot.objects.filter(pk=slot.pk).update(queue_last=F("queue_last") + 1)
    registration.queue_number = Slot.objects.values_list("queue_last", flat=True).get(pk=slot.pk)
    registration.save()


def _hold_on(row: Registration, now: dt.datetime) -> Registration:
    """The same person asks again before the code came: the time starts again, if the hold has not just ended."""
    kept = dt.timedelta(minutes=settings.HOLD_MINUTES)
    until = min(now + kept, row.created_at + 4 * kept)
    held = Registration.objects.filter(pk=row.pk, pending_for=PendingFor.CODE, expires_at__lt=until)
    if held.update(expires_at=until):
        row.expires_at = until
    return row


def _become_pending(registration: Registration, what: str, expires_at: dt.datetime | None) -> None:
    registration.state, registration.pending_for, registration.expires_at = State.PENDING, what, expires_at


def _become_waiting(registration: Registration) -> None:
    registration.state, registration.pending_for, registration.confirmed_at = State.WAITING, "", None


def _become_seated(registration: Registration, slot: Slot, now: dt.datetime) -> None:
    """Confirmed, unless an organiser has a say first."""
    if slot.approval:
        _become_pending(registration, PendingFor.APPROVAL, None)
    else:
        registration.state, registration.pending_for, registration.expires_at = State.CONFIRMED, "", None
        registration.confirmed_at = now


def _end(row: Registration, slot: Slot, state: str, *, by: User | None, reason: str, note: str = "") -> None:
    """Ends an active registration under the slot's lock, hands its seat on, tells whom it concerns."""
    held_seat = row.state in Registration.HOLDING
    was_told = row.pending_for != PendingFor.CODE
    row.state, row.pending_for, row.expires_at = state, "", None
    row.ended_at, row.ended_by, row.end_reason, row.end_note = timezone.now(), by, reason, note
    row.sequence += 1
    if row.volunteer_id:
        row.save()
    else:  # held for nobody: nothing to tell or to count
        row.delete()
    if was_told:
        _tell(row, _user(row), note=note)
    if care := kinds.care_of(slot):
        care.follow(row)
    if held_seat and not (slot.state == Slot.State.OPEN and _free(slot) >= 0 and _offer_to_next(slot)):
        Slot.objects.filter(pk=slot.pk).update(seats_taken=F("seats_taken") - 1)
        slot.seats_taken -= 1


def _offer_to_next(slot: Slot) -> bool:
    """Turns the first waiting registration into an offer to answer in time; the seat is the caller's to count."""
    now = timezone.now()
    if slot.starts_at <= now:
        return False
    care = kinds.care_of(slot)
    if care and care.offers and not care.offers(slot):
        return False
    waiting = Registration.objects.filter(slot=slot, state=State.WAITING).order_by("queue_number")
    row = waiting.select_related("volunteer__user").first()
    if row is None:
        return False
    row.sequence += 1
    _become_pending(row, PendingFor.OFFER, offer_deadline(now=now, starts_at=slot.starts_at))
    row.save()
    _tell(row, _user(row))
    return True


def _user(row: Registration) -> User:
    if row.volunteer is None:  # only what has ended, or is part of the counts, loses its person
        raise ValueError(f"registration {row.pk} is nobody's")
    return row.volunteer.user


def _message(row: Registration, user: User, *, note: str = "") -> Message:
    """The message that says what the registration has become; one for each of its states.

    The state goes along, so that a message overtaken by the next one is dropped when its turn comes (events.messages).
    """
    uid = str(row.uid)
    context = {"registration": uid, "sequence": row.sequence, "state": row.state, "pending_for": row.pending_for}
    if note:
        context["note"] = note
    key = f"registration:{uid}:{row.sequence}:{row.state}"
    return queuing.draft("events/registration", key=key, user=user, context=context)


def _tell(row: Registration, user: User, *, note: str = "") -> None:
    queuing.queue_many([_message(row, user, note=note)])
