"""When one may sign up for a Night and change what one wished, and its headquarters' slots that go along."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import registering
from events.models import Slot
from events.night.models import Edition
from events.registering import RegistrationRefused

NOT_YET = _("Sign-up for this Night is not open yet.")
CLOSED = _("Sign-up for this Night is closed.")
COMPOSING = _("Teams are being composed: nothing can be changed here any more. Write to the organisers.")


class SignUpRefused(RegistrationRefused):
    """Why somebody cannot sign up for a Night, or change what they wished, in a sentence fit for the person."""


def check_may_enrol(edition: Edition) -> None:
    """Raises SignUpRefused when one does not sign up now."""
    if not edition.is_open():
        raise SignUpRefused(NOT_YET if opens_later(edition) else CLOSED)


def check_may_change(edition: Edition) -> None:
    """Raises SignUpRefused once teams are composed: until then everything may be changed, past the closing day too."""
    if edition.state != Edition.State.OPEN:
        raise SignUpRefused(COMPOSING)


def opens_later(edition: Edition) -> bool:
    """Is it too early to sign up?"""
    if edition.state == Edition.State.PREPARING:
        return edition.starts_at > timezone.now()
    return edition.state == Edition.State.OPEN and edition.opens_at is not None and edition.opens_at > timezone.now()


def open_slots(edition: Edition) -> None:
    """Brings the slots of an edition's headquarters where its state is: seats are taken while it is open, not after.

    Call it in the transaction that changes the state: whoever signs up holds a slot, and then looks at the state.
    Drafts become public as sign-up opens. Those called off stay so. Holds the slots' rows.
    """
    mine = edition.headquarters.order_by().values("slot")
    with transaction.atomic():
        keys = list(
            Slot.objects.select_for_update(no_key=True).filter(pk__in=mine).order_by("pk").values_list("pk", flat=True)
        )
        slots = Slot.objects.filter(pk__in=keys).exclude(state=Slot.State.CANCELLED)
        now = timezone.now()
        if edition.state == Edition.State.OPEN:
            slots.update(state=Slot.State.OPEN, opens_at=None, closes_at=None, updated_at=now)
        else:
            slots.filter(closes_at=None).update(closes_at=now, updated_at=now)


def offer_places(slot: Slot) -> int:
    """After a quota was changed: the places that are free now go to whoever waits, in order. Returns how many.

    Holds the slot's row.
    """
    with transaction.atomic():
        held = Slot.objects.select_for_update(no_key=True).get(pk=slot.pk)
        return registering.promote_waiting(held) if held.state == Slot.State.OPEN else 0
