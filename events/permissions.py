"""Who may do what in the agenda. A page or a verb's caller asks only these; lists use ``SlotQuerySet.visible_to``.

Three roles look at a slot from behind the counter: an administrator, an organiser of its network, and a person in
charge of it (a trainer), who sees who comes, writes to them, marks attendance, and nothing more.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from events.models import Registration, Slot
from volunteers import permissions as volunteers
from volunteers.models import User


def can_organise(user: User | AnonymousUser, slot: Slot) -> bool:
    """May this person change the slot, move or cancel it, answer and export the people registered?"""
    return volunteers.can_organise(user, slot.network)


def is_in_charge(user: User | AnonymousUser, slot: Slot) -> bool:
    return user.is_authenticated and user.is_active and slot.people_in_charge.filter(pk=user.pk).exists()


def is_in_charge_of_any(user: User) -> bool:
    return user.slots_in_charge.exists()


def has_agenda(user: User) -> bool:
    """Does this person run, or is in charge of, anything in the agenda's back office?"""
    return volunteers.is_organiser(user) or is_in_charge_of_any(user)


def can_see_registered(user: User | AnonymousUser, slot: Slot) -> bool:
    """May this person open the slot's back office page? The row's side of ``SlotQuerySet.visible_to``."""
    return can_organise(user, slot) or is_in_charge(user, slot)


def can_write(user: User | AnonymousUser, slot: Slot) -> bool:
    """May this person write to those who come? To the others (waiting, cancelled) only who organises may."""
    return can_see_registered(user, slot)


def can_mark_attendance(user: User | AnonymousUser, slot: Slot) -> bool:
    """Who was there; *when* it may be said is the verb's affair (events.attending)."""
    return can_see_registered(user, slot)


def can_see_registration(user: User | AnonymousUser, registration: Registration) -> bool:
    """May this person open the registration's own page? Only whose it is: organisers have theirs."""
    if not user.is_authenticated or not user.is_active or registration.volunteer is None:
        return False
    return registration.volunteer.user_id == user.pk


def can_answer_for(user: User | AnonymousUser, registration: Registration) -> bool:
    """May this person confirm or cancel the registration as its owner?"""
    return can_see_registration(user, registration)
