"""An organiser adds somebody by hand: a call to the town hall, a person without a computer, somebody at the door."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from events import attending, registering, requiring
from events.models import Registration, Slot
from volunteers import signing_up
from volunteers.models import Qualification, User, Volunteer
from volunteers.permissions import visible_volunteers


@dataclass(frozen=True)
class Enlisted:
    """``was_there``: the person had asked before, and the registration is as it was.

    ``lacks``: what the date asks for and the person does not hold on its day.
    """

    registration: Registration
    was_there: bool
    lacks: list[Qualification]


def enlist(email: str, *, first_name: str, last_name: str, slot: Slot, language: str, by: User) -> Enlisted:
    """Registers the person of that address, making the account if it is new, and tells them as if they had done it.

    The organiser vouches for the address, so the account is not forgotten as one that nobody proved. Of somebody whom
    the organiser did not know they see what they typed, here and later: an address alone tells nobody's name. What the
    date asks for is no reason to refuse here: the organiser is told what is lacking, and answers for it. Harmless
    twice. Refuses like ``registering.register`` otherwise.
    """
    with transaction.atomic():
        volunteer, known_as = _person(email, first_name=first_name, last_name=last_name, language=language, by=by)
        before = volunteer.registrations.active().filter(slot=slot)
        was_there = before.exclude(pending_for=Registration.PendingFor.CODE).exists()
        registration = registering.register(volunteer, slot=slot, by=by, vouched=True)
        if registration.pending_for == Registration.PendingFor.CODE:
            registration = registering.confirm(registration, by=by)
        if not was_there:
            _know_as(registration, known_as)
        lacks = requiring.lacking(volunteer, slot)
    return Enlisted(registration, was_there, lacks)


def welcome(
    email: str, *, first_name: str, last_name: str, slot: Slot, language: str, by: User, date: int | None = None
) -> Registration:
    """Somebody is at the door: registered and present at once (``attending.admit``), without a message."""
    with transaction.atomic():
        volunteer, known_as = _person(email, first_name=first_name, last_name=last_name, language=language, by=by)
        was_there = volunteer.registrations.active().filter(slot=slot).exists()
        registration = attending.admit(volunteer, slot=slot, by=by, date=date)
        if not was_there:
            _know_as(registration, known_as)
    return registration


def _person(
    email: str, *, first_name: str, last_name: str, language: str, by: User
) -> tuple[Volunteer, dict[str, str] | None]:
    """The person of that address, and what the organiser is to see instead of the account's own words, if so.

    Only the account of somebody whom they know is given the name typed, where it has none.
    """
    typed = {"first_name": first_name.strip(), "last_name": last_name.strip()}
    volunteer = signing_up.person_for(email, language=language)
    user = volunteer.user
    if user.unproved_since is None and not visible_volunteers(by).filter(pk=volunteer.pk).exists():
        return volunteer, typed
    if not user.first_name and not user.last_name:
        user.first_name, user.last_name = typed["first_name"], typed["last_name"]
    user.unproved_since = None
    user.save(update_fields=["first_name", "last_name", "unproved_since"])
    return volunteer, None


def _know_as(registration: Registration, known_as: dict[str, str] | None) -> None:
    if known_as is not None:
        registration.known_as = known_as
        registration.save(update_fields=["known_as"])
