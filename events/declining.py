"""The link that says "I cannot come" from a mail, without signing in."""

from __future__ import annotations

from django.core import signing
from django.utils import timezone

from events import registering, requiring
from events.models import Registration, Slot
from volunteers import consenting
from volunteers.models import User

SALT = "events.declining"


def token_of(registration: Registration) -> str:
    """Proves having received a mail about this registration. Somebody who comes back has another registration."""
    return signing.dumps([registration.pk], salt=SALT, compress=False)


def registration_of(token: str) -> Registration | None:
    """The registration that the link is about; None for a forged link, and when the person is gone."""
    try:
        (pk,) = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    rows = Registration.objects.with_rank().select_related(
        "volunteer__user", "slot__network", "slot__venue__district", "slot__room"
    )
    return rows.filter(pk=pk).exclude(volunteer=None).first()


def may_decline(registration: Registration) -> bool:
    """Is there something to give back, and time for it? (``registering.give_back`` refuses the same.)"""
    return registration.is_active and registration.slot.starts_at > timezone.now()


def is_back(registration: Registration) -> bool:
    """Whether the person has registered anew since this registration ended."""
    again = Registration.objects.active().filter(volunteer=registration.volunteer, slot=registration.slot)
    return again.exclude(pk=registration.pk).exists()


def may_come_back(registration: Registration) -> bool:
    """May the link's bearer take back having said no: the person said it, one may sign up, nothing else is asked?

    Whoever has not agreed to what is asked of everybody does so where one signs up; there, too, stands what to do for
    whoever lacks a qualification.
    """
    return (
        registration.volunteer is not None
        and registration.end_reason == Registration.EndReason.PERSON
        and registration.slot.is_open()
        and not is_back(registration)
        and not consenting.missing(registration.volunteer.user)
        and not requiring.lacking(registration.volunteer, registration.slot)
    )


def decline(registration: Registration) -> Registration:
    """The person cannot come: see ``registering.give_back``, which refuses and tells. Harmless twice."""
    return registering.give_back(registration, by=_person(registration))


def come_back(registration: Registration) -> Registration:
    """The person can come after all: another registration, see ``registering.register``. Harmless twice."""
    slot = Slot.objects.get(pk=registration.slot_id)
    return registering.register(registration.volunteer, slot=slot, by=_person(registration))


def _person(registration: Registration) -> User:
    if registration.volunteer is None:  # only what has ended loses its person
        raise ValueError(f"registration {registration.pk} is nobody's")
    return registration.volunteer.user
