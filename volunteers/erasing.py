"""A person leaves: everything that tells who they are goes, the counts stay.

The rooms above say how they let go of somebody by registering an eraser from their AppConfig.ready(); each is called
inside the transaction, before the account disappears, is called twice there, and must be harmless twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from volunteers import devices, forgetting_lists
from volunteers.models import Erasure, User, Volunteer

UNPROVED_DAYS = 7

Eraser = Callable[[User], None]
_erasers: list[Eraser] = []


class ErasureRefused(Exception):
    """Why an account could not be deleted, in a sentence fit for the person."""


def register(eraser: Eraser) -> None:
    """Adds a room's eraser; twice is once."""
    if eraser not in _erasers:
        _erasers.append(eraser)


def erase(user: User) -> None:
    """Erases the account and all that hangs on it, at once, and keeps only its number and the moment.

    Runs the rooms' erasers (seats are given back, past registrations lose the name), lets go of the lists that name
    the person, then signs every device out and deletes the account with its profile, consents, messages and second
    factors. All of it or nothing. The number is what a restored backup needs to be rid of the person again
    (``erase_again``).

    Raises ErasureRefused for the only administrator.
    """
    with transaction.atomic():
        if user.is_superuser:
            _demand_another_administrator(user)
        # Others may still write to this person: who holds a row that an eraser needs may be about to.
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        for eraser in _erasers:
            eraser(user)
        # From here on nothing new hangs on the account; the erasers come again for what came in between.
        User.objects.select_for_update().get(pk=user.pk)
        Volunteer.objects.select_for_update().filter(user=user).first()
        for eraser in _erasers:
            eraser(user)
        forgetting_lists.let_go(user)  # last: no eraser waits for somebody who waits for a list
        devices.sign_out_everywhere(user)
        Erasure.objects.get_or_create(account=user.pk)
        user.delete()


def _demand_another_administrator(user: User) -> None:
    """Holds all administrators' rows until the end of the transaction: of the last two, one stays."""
    administrators = User.objects.filter(is_superuser=True, is_active=True).order_by("pk")
    if not [other for other in administrators.select_for_update(no_key=True) if other.pk != user.pk]:
        raise ErasureRefused(_("You are the only administrator. Name another one first."))


def erase_unproved(now: dt.datetime | None = None) -> int:
    """Erases the accounts whose address nobody has proved for UNPROVED_DAYS; returns how many."""
    limit = (now or timezone.now()) - dt.timedelta(days=UNPROVED_DAYS)
    erased = 0
    for user in User.objects.filter(unproved_since__lt=limit).order_by("pk").iterator():
        erase(user)
        erased += 1
    return erased


@dataclass(frozen=True)
class ErasedAgain:
    """Numbers of accounts: erased now, not there, and those that stay with the reason why."""

    erased: list[int]
    absent: list[int]
    refused: dict[int, str]


def erase_again(numbers: list[int]) -> ErasedAgain:
    """After a backup was restored: erases those of these accounts that came back with it.

    One transaction each: what is refused (the only administrator) stops nothing. Harmless twice.
    """
    outcome = ErasedAgain([], [], {})
    for number in sorted(set(numbers)):
        user = User.objects.filter(pk=number).first()
        if user is None:
            outcome.absent.append(number)
            continue
        try:
            erase(user)
        except ErasureRefused as refusal:
            outcome.refused[number] = str(refusal)
        else:
            outcome.erased.append(number)
    return outcome
