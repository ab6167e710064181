"""Seats follow the roster as it is told: whoever is in a team has one at its headquarters, whoever is in reserve waits.

The reserve stays at home until somebody is missing, so it takes no seat; its waiting list no longer moves by itself
(``placing.offers``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events import transferring
from events.models import Slot
from events.night.cards.comparing import Standing
from events.night.models import Edition, Headquarters, Participant
from events.transferring import Transfer
from volunteers.models import User


def hold_slots(edition: Edition) -> dict[int, Slot]:
    """Holds the slots of all headquarters: seats go from one to another. Call it after the edition's row is held."""
    return transferring.hold_slots(list(edition.headquarters.order_by().values_list("slot", flat=True)))


def seat(edition: Edition, people: Sequence[Standing], *, by: User | None) -> None:
    """Moves these people's registrations to where the roster has them, and points the participants at them.

    Nobody is told. Harmless twice. Call it while holding the slots. Raises ``transferring.TooMany``.
    """
    slots = dict(edition.headquarters.order_by().values_list("pk", "slot"))
    moves = [
        Transfer(one.volunteer, slots[one.now.headquarters], one.now.sector is not None, one.registration)
        for one in people
        if one.now
    ]
    found = transferring.transfer(moves, among=list(slots.values()), by=by)
    pointing = [
        Participant(pk=one.participant, registration_id=found[one.volunteer])
        for one in people
        if one.now and one.registration != found[one.volunteer]
    ]
    Participant.objects.bulk_update(pointing, ["registration"], batch_size=500)


def overfull(edition: Edition, people: Sequence[Standing]) -> list[str]:
    """The headquarters to which more people are sent than they have seats, each in a sentence. One query."""
    found = []
    for headquarters, count in _sent(edition, people):
        most = headquarters.slot.capacity
        if count > most:
            text = ngettext(
                "Headquarters %(name)s: %(count)d people are sent there, and it has %(most)d seat. "
                "Give it more seats, or move people.",
                "Headquarters %(name)s: %(count)d people are sent there, and it has %(most)d seats. "
                "Give it more seats, or move people.",
                most,
            )
            found.append(text % {"name": headquarters.district, "count": count, "most": most})
    return found


def over_quota(edition: Edition, people: Sequence[Standing]) -> list[str]:
    """The headquarters to which the roster sends more people than its quota, at which sign-up stops and a
    roster need not. Each in a sentence. One query."""
    text = _("Headquarters %(name)s: %(count)d people are sent there, above its quota of %(most)d.")
    return [
        str(text % {"name": headquarters.district, "count": count, "most": headquarters.quota})
        for headquarters, count in _sent(edition, people)
        if headquarters.quota is not None and headquarters.quota < count <= headquarters.slot.capacity
    ]


def _sent(edition: Edition, people: Sequence[Standing]) -> list[tuple[Headquarters, int]]:
    """How many people of teams each headquarters gets, in the order of the districts."""
    sent = Counter(one.now.headquarters for one in people if one.now and one.now.sector)
    rows = edition.headquarters.select_related("slot", "district").order_by("district__code")
    return [(headquarters, sent[headquarters.pk]) for headquarters in rows]
