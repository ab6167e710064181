"""A person leaves: the agenda lets go of them. And who is not to be let go, since the agenda counts on them."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from events import registering
from events.models import Registration, Slot
from volunteers.models import User
from volunteers.retention import Rule


def let_go(user: User) -> None:
    """Gives back every seat and place in a waiting list, which tells those who are next. Harmless twice.

    What ended stays for the counts: it loses what organisers wrote to the person or about them, and the person when
    the account disappears (``Registration.volunteer``).

    Locks the slots' rows in the order of their keys, as everybody must who holds several.
    """
    told = Q(known_as__isnull=False) | ~Q(end_note="")
    Registration.objects.filter(told, volunteer__user=user).update(end_note="", known_as=None)
    active = Registration.objects.active().filter(volunteer__user=user).order_by("slot_id")
    for registration in active.select_related("slot"):
        registering.cancel(registration, by=None)


def in_charge(since: dt.datetime) -> Exists:
    """Accounts in charge of a date, whenever it is: a role (see ``volunteers.idling.register``)."""
    return Exists(Slot.people_in_charge.through.objects.filter(user=OuterRef("pk")))


def registered(since: dt.datetime) -> Exists:
    """Accounts with a seat, or a wait for one, on a date to come or since then: some take part and never sign in."""
    rows = Registration.objects.active().filter(slot__ends_at__gte=since)
    return Exists(rows.filter(volunteer__user=OuterRef("pk")))


KEPT = Rule(
    "events_registration",
    _("Seats you asked for, had and gave back"),
    _("To keep your seat, and to count afterwards"),
    _("Until you delete your account; then only the count stays, without you"),
    "",
)
