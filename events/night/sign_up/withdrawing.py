"""Somebody no longer comes, and comes back after all."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from events import registering
from events.models import Registration, Slot
from events.night.cards import leaving
from events.night.editions import opening
from events.night.editions.opening import SignUpRefused
from events.night.models import Edition, Participant
from events.night.sign_up import befriending, briefing
from volunteers.models import User


def withdraw(participant: Participant, *, by: User) -> None:
    """Gives back the seat, or the number in the waiting list, and what goes with it.

    The person is told, and so is whoever the seat goes to. Harmless twice. Refuses once people have come to the
    headquarters.
    """
    registration = Registration.objects.active().select_related("slot").filter(participant=participant).first()
    if registration:
        registering.give_back(registration, by=by)
    else:  # its headquarters was called off
        let_go(participant)


def let_go(participant: Participant) -> None:
    """Their seat is given back: out of the group of friends, the briefing session and the roster. Harmless twice."""
    now = timezone.now()
    gone = {"state": Participant.State.WITHDRAWN, "withdrawn_at": now, "updated_at": now}
    with transaction.atomic():
        befriending.drop_out(participant)
        Participant.objects.active().filter(pk=participant.pk).update(**gone)
        briefing.give_back(participant)
        leaving.leave(participant)


def come_back(participant: Participant, *, by: User) -> Registration:
    """Registers anew where the person was, with the wishes that they had: at the end of the waiting list if it is full.

    Harmless twice. Refuses once teams are composed, and where the person had no seat yet.
    """
    last = Registration.objects.filter(
        volunteer=participant.volunteer_id, slot__headquarters__edition=participant.edition
    )
    with transaction.atomic():
        there = last.order_by("-pk").select_related("slot").first()
        if there is None:
            raise SignUpRefused(opening.CLOSED)
        slot = Slot.objects.select_for_update(no_key=True).get(pk=there.slot_id)
        opening.check_may_change(Edition.objects.get(pk=participant.edition_id))
        return registering.register(participant.volunteer, slot=slot, by=by)
