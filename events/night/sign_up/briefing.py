"""The briefing sessions that an edition asks its people to come to: slots like any others, one for each person."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from events import registering
from events.models import Registration, Slot
from events.models.registrations import RegistrationQuerySet
from events.models.slots import SlotQuerySet
from events.night.models import Briefing, Edition, Participant
from volunteers.models import User, Volunteer


def sessions_of(edition: Edition) -> SlotQuerySet:
    """Those that one may still choose, full ones included, soonest first."""
    rows = Slot.objects.open().filter(briefing__edition=edition).select_related("venue", "room", "network")
    return rows.with_waiting().order_by("starts_at", "pk")


def choosable(edition: Edition) -> SlotQuerySet:
    """The network's dates before the night that may be its briefing sessions: those to come, and those that are."""
    mine = Slot.objects.filter(network=edition.network, starts_at__lt=edition.starts_at, headquarters=None)
    mine = mine.exclude(briefing__in=Briefing.objects.exclude(edition=edition)).exclude(state=Slot.State.CANCELLED)
    now = timezone.now()
    return mine.filter(Q(starts_at__gt=now) | Q(briefing__edition=edition)).order_by("starts_at", "pk")


def offer(edition: Edition, *, slots: Iterable[Slot], by: User) -> None:
    """From now on these are the edition's sessions. Nobody is told, whoever is registered stays so. Harmless twice."""
    keys = {slot.pk for slot in slots}
    with transaction.atomic():
        Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)
        edition.briefings.exclude(slot__in=keys).delete()
        there = set(edition.briefings.values_list("slot", flat=True))
        Briefing.objects.bulk_create(Briefing(edition=edition, slot_id=key) for key in sorted(keys - there))


def registration_of(volunteer: Volunteer, edition: Edition) -> Registration | None:
    """The session that this person has chosen, or come to. One query."""
    rows = _theirs(volunteer, edition).with_rank().select_related("slot__venue", "slot__room", "slot__network")
    return rows.order_by("slot__starts_at").first()


def attend(volunteer: Volunteer, *, edition: Edition, slot: Slot, by: User) -> Registration:
    """Registers for that session, and gives back another one of the same edition that is still to come.

    Harmless twice. Refuses like ``registering.register``, with nothing changed. Holds the slots' rows in the order of
    their keys; never while one of a headquarters is to be held after them.
    """
    old = list(_theirs(volunteer, edition).filter(slot__starts_at__gt=timezone.now()).exclude(slot=slot))
    with transaction.atomic():
        keys = {slot.pk, *(row.slot_id for row in old)}
        list(Slot.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))
        registration = registering.register(volunteer, slot=Slot.objects.get(pk=slot.pk), by=by)
        for row in old:
            registering.cancel(row, by=by)
    return registration


def give_back(participant: Participant) -> None:
    """Gives back the session still to come of whoever has withdrawn, which tells them. Harmless twice."""
    rows = _theirs(participant.volunteer, participant.edition).filter(slot__starts_at__gt=timezone.now())
    for row in rows.select_related("slot").order_by("slot_id"):
        registering.cancel(row, by=None)


def _theirs(volunteer: Volunteer, edition: Edition) -> RegistrationQuerySet:
    return Registration.objects.active().filter(volunteer=volunteer, slot__briefing__edition=edition)
