"""The room above sends people from one date of its own to another: their registrations move, and it tells them itself.

A registration that moves stays the same row: its calendar entry keeps its UID, and the links in mails already sent
still lead to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Registration, Slot
from events.registering import RegistrationRefused
from volunteers.models import User

State = Registration.State
BATCH = 500


class TooMany(RegistrationRefused):
    """More people would be sent to a date than it has seats."""


class Transfer(NamedTuple):
    """Where somebody's registration goes: keys of the volunteer and of the slot. ``seated``: a seat, or else a number
    in its waiting list. ``registration``: the key of the one that they have, if any."""

    volunteer: int
    slot: int
    seated: bool
    registration: int | None = None


def hold_slots(keys: Collection[int]) -> dict[int, Slot]:
    """Holds the slots' rows until the end of the transaction, in the order of their keys."""
    rows = Slot.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    return {slot.pk: slot for slot in rows}


def transfer(transfers: Iterable[Transfer], *, among: Collection[int], by: User | None) -> dict[int, int]:
    """Brings each registration where it is said to go; returns their keys by volunteer. Nobody is told.

    Whoever has no registration that is active gets a new one; other active ones on the slots ``among``, whose rows the
    caller holds, end: one seat a person among them all. Calendars take what changes for a change (SEQUENCE grows).
    Harmless twice: what is there already stays untouched. The same number of queries for any number of people, a few
    for each slot.

    Raises TooMany, with nothing left written in the caller's transaction once it is undone, when a slot would have
    more people than seats.
    """
    wanted = {one.volunteer: one for one in transfers}
    there = _active(wanted, among)
    kept = {key: _kept(rows, wanted[key]) for key, rows in there.items()}
    moves: dict[tuple[int, bool, bool], list[int]] = defaultdict(list)
    for key, row in kept.items():
        goal = wanted[key]
        elsewhere = row.slot_id != goal.slot
        if elsewhere or row.state != (State.CONFIRMED if goal.seated else State.WAITING):
            moves[goal.slot, goal.seated, elsewhere].append(row.pk)
    spare = [row.pk for key, rows in there.items() for row in rows if row.pk != kept[key].pk]
    _end(spare, by=by)
    for (slot, seated, elsewhere), keys in sorted(moves.items()):
        _bring(keys, slot, seated=seated, elsewhere=elsewhere)
    made = Registration.objects.bulk_create(
        [_new(wanted[key], by) for key in wanted if key not in kept], batch_size=BATCH
    )
    _number(among)
    _count(among)
    return {key: row.pk for key, row in kept.items()} | {row.volunteer_id: row.pk for row in made if row.volunteer_id}


def _active(wanted: Collection[int], among: Collection[int]) -> dict[int, list[Registration]]:
    rows = Registration.objects.active().filter(slot__in=among).exclude(volunteer=None)
    if len(wanted) <= BATCH:
        rows = rows.filter(volunteer__in=list(wanted))
    found: dict[int, list[Registration]] = defaultdict(list)
    for row in rows.order_by("pk").only("pk", "volunteer_id", "slot_id", "state"):
        if row.volunteer_id and row.volunteer_id in wanted:
            found[row.volunteer_id].append(row)
    return found


def _kept(rows: list[Registration], goal: Transfer) -> Registration:
    """The one on that slot already, else the one named, else the last."""
    at_goal = [row for row in rows if row.slot_id == goal.slot]
    named = [row for row in rows if row.pk == goal.registration]
    return next(iter((*at_goal, *named)), rows[-1])


def _bring(keys: list[int], slot: int, *, seated: bool, elsewhere: bool) -> None:
    """In statements of a bounded size. ``elsewhere``: the entry's SEQUENCE is a sum with the slot's own, and may not
    fall when that is another slot."""
    now = timezone.now()
    were = Slot.objects.filter(pk=OuterRef("slot_id")).annotate(n=F("sequence") + F("title_sequence")).values("n")
    more = F("sequence") + 1 + (Coalesce(Subquery(were), 0) if elsewhere else 0)
    facts = {"slot": slot, "pending_for": "", "expires_at": None, "sequence": more, "updated_at": now}
    if seated:
        facts |= {"state": State.CONFIRMED, "confirmed_at": Coalesce("confirmed_at", now)}
    else:
        facts |= {"state": State.WAITING, "queue_number": 0}  # until _number
    for first in range(0, len(keys), BATCH):
        Registration.objects.filter(pk__in=keys[first : first + BATCH]).update(**facts)


def _new(goal: Transfer, by: User | None) -> Registration:
    row = Registration(volunteer_id=goal.volunteer, slot_id=goal.slot, created_by=by, state=State.WAITING)
    if goal.seated:
        row.state, row.confirmed_at = State.CONFIRMED, timezone.now()
    else:
        row.queue_number = 0
    return row


def _end(keys: list[int], *, by: User | None) -> None:
    now = timezone.now()
    for first in range(0, len(keys), BATCH):
        Registration.objects.filter(pk__in=keys[first : first + BATCH]).update(
            state=State.CANCELLED,
            pending_for="",
            expires_at=None,
            end_reason=Registration.EndReason.ORGANISER,
            ended_at=now,
            ended_by=by,
            sequence=F("sequence") + 1,
            updated_at=now,
        )


def _number(among: Collection[int]) -> None:
    """Gives whoever has just come to a waiting list the numbers after its last."""
    last = dict(Slot.objects.filter(pk__in=among).values_list("pk", "queue_last"))
    rows = list(
        Registration.objects.filter(slot__in=among, state=State.WAITING, queue_number=0)
        .order_by("pk")
        .only("pk", "slot_id")
    )
    for row in rows:
        last[row.slot_id] += 1
        row.queue_number = last[row.slot_id]
    Registration.objects.bulk_update(rows, ["queue_number"], batch_size=BATCH)
    for slot in sorted({row.slot_id for row in rows}):
        Slot.objects.filter(pk=slot).update(queue_last=last[slot])


def _count(among: Collection[int]) -> None:
    """Writes how many seats are taken now, where that is another number."""
    rows = Slot.objects.filter(pk__in=among).annotate(
        held=Count("registrations", filter=Q(registrations__state__in=Registration.HOLDING), distinct=True),
        let_in=Count("walk_ins", distinct=True),
    )
    for slot in rows.order_by("pk"):
        taken = slot.held + slot.let_in
        if taken > slot.capacity:
            raise TooMany(
                _("%(people)d people would be sent to “%(slot)s”, which has %(seats)d seats.")
                % {"people": taken, "slot": slot.title, "seats": slot.capacity}
            )
        if taken != slot.seats_taken:
            Slot.objects.filter(pk=slot.pk).update(seats_taken=taken)
