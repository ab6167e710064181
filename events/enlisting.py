"""An organiser adds somebody by hand: a call to the town hall, a person without a computer, somebody at the door."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from events import attending, registering
from events.models import Registration, Slot
from volunteers import signing_up
from volunteers.models import User, Volunteer


@dataclass(frozen=True)
class Enlisted:
    """``was_there``: the person had asked before, and the registration is as it was."""

    registration: Registration
    was_there: bool


def enlist(email: str, *, first_name: str, last_name: str, slot: Slot, language: str, by: User) -> Enlisted:
    """Registers the person of that address, making the account if it is new, and tells them as if they had done it.

    The organiser vouches for the address, so the account is not forgotten as one that nobody proved. A name is
    filled in only where there is none. Harmless twice. Refuses like ``registering.register``.
    """
    with transaction.atomic():
        volunteer = _person(email, first_name=first_name, last_name=last_name, language=language)
        before = volunteer.registrations.active().filter(slot=slot)
        was_there = before.exclude(pending_for=Registration.PendingFor.CODE).exists()
        registration = registering.register(volunteer, slot=slot, by=by)
        if registration.pending_for == Registration.PendingFor.CODE:
            registration = registering.confirm(registration, by=by)
    return Enlisted(registration, was_there)


def welcome(email: str, *, first_name: str, last_name: str, slot: Slot, language: str, by: User) -> Registration:
    """Somebody is at the door: registered and present at once (``attending.admit``), without a message."""
    with transaction.atomic():
        volunteer = _person(email, first_name=first_name, last_name=last_name, language=language)
        return attending.admit(volunteer, slot=slot, by=by)


def _person(email: str, *, first_name: str, last_name: str, language: str) -> Volunteer:
    volunteer = signing_up.person_for(email, language=language)
    user = volunteer.user
    if not user.first_name and not user.last_name:
        user.first_name, user.last_name = first_name.strip(), last_name.strip()
    user.unproved_since = None
    user.save(update_fields=["first_name", "last_name", "unproved_since"])
    return volunteer
