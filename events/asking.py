"""Asking for a seat before one's address is proved: what is asked, what is held meanwhile, how it ends.

Anybody may type anybody's address. So asking enrols nobody: it holds a seat for the time that a code takes, and what
was asked lives in the session of the browser that asked. Only when *that* session comes back signed in with *that*
address is it done (``fulfil``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any, Self

from django.urls import reverse
from django.utils import timezone

from events import calendars, registering, reports
from events.models import Registration, Slot
from events.models.registrations import RegistrationQuerySet
from volunteers import signing_up
from volunteers.models import User, Volunteer

WISH_LASTS = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Wish:
    """What a session asked for; also what the code page shows of it. Only plain values: it travels as JSON.

    ``registration`` is what is held. ``expires_at`` is the end of the hold (ISO 8601, as are all moments here). It and
    ``full``, the waiting list comes next, depend on the slot alone and never on what the address is already registered
    for: whoever types it must not learn that, and neither from the places left (``registering.hold_for_nobody``). Where
    the slot ``asks`` for a qualification nothing is held for anybody: what the person holds is looked at once the
    address is proved.
    """

    slot: int
    user: int
    registration: int | None
    expires_at: str
    full: bool
    asks: bool
    title: str
    place: str
    starts_at: str
    form_url: str
    asked_at: str

    @classmethod
    def read(cls, kept: Any) -> Self | None:
        """The wish that a session kept; None when there is none, or one from an older version."""
        try:
            return cls(**kept)
        except TypeError:
            return None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def ask(email: str, *, slot: Slot, language: str) -> tuple[Volunteer, Wish]:
    """Makes the account if it is new, holds a seat if there is one. Sends nothing, confirms nothing.

    Raises RegistrationRefused when the slot is not open.
    """
    now = timezone.now()
    if not slot.is_open(now):
        raise registering.RegistrationRefused(registering.CLOSED)
    volunteer = signing_up.person_for(email, language=language)
    try:
        held = registering.register(volunteer, slot=slot, by=None, until_code=True)
        if held.pending_for != Registration.PendingFor.CODE:
            held = registering.hold_for_nobody(Slot.objects.get(pk=slot.pk), asked=volunteer.user)
        full, asks = False, False
    except registering.SeatNotHeld as refusal:
        held, full = None, isinstance(refusal, registering.SlotFull)
        asks = not full
    return volunteer, Wish(
        slot=slot.pk,
        user=volunteer.user_id,
        registration=held.pk if held else None,
        expires_at=held.expires_at.isoformat() if held and held.expires_at else "",
        full=full,
        asks=asks,
        title=slot.title,
        place=calendars.place_of(slot),
        starts_at=slot.starts_at.isoformat(),
        form_url=reverse("events:register", args=[slot.pk]),
        asked_at=now.isoformat(),
    )


def fulfil(user: User, wish: Wish) -> Registration | None:
    """The session that asked has proved the address: registers for good.

    None when it proved another address, or asks no longer (WISH_LASTS): who gave up and signs in some other day is
    not enrolled by surprise. None, too, when something else of theirs is at that time: that is said first, where the
    sign-up leads to, and a seat that is held stays so meanwhile. A hold that has run out is asked for again, with the
    waiting list when no seat is left. Raises RegistrationRefused when the date can no longer be had.
    """
    if wish.user != user.pk or timezone.now() - dt.datetime.fromisoformat(wish.asked_at) > WISH_LASTS:
        return None
    volunteer = user.volunteer
    _end(_held_for(wish).filter(volunteer=None))
    made = volunteer.registrations.active().filter(slot=wish.slot).select_related("slot").first()
    if made and made.state != Registration.State.PENDING:
        return made
    slot = made.slot if made else Slot.objects.get(pk=wish.slot)
    if reports.clashes(volunteer, slot).exists():
        return None
    try:
        if made:
            return registering.confirm(made, by=user)
    except registering.RegistrationRefused:
        pass  # taken back in this very moment: asked for again below
    return registering.register(volunteer, slot=slot, by=user)


def let_go(wish: Wish) -> None:
    """Gives back at once what was held for a session that will get no code.

    A seat held from before stays: another session of this person, elsewhere, may still have a good code.
    """
    _end(_held_for(wish))


def _held_for(wish: Wish) -> RegistrationQuerySet:
    """What is still held of that wish, for its person or for nobody."""
    return Registration.objects.filter(
        pk=wish.registration or 0,
        pending_for=Registration.PendingFor.CODE,
        created_at__gte=dt.datetime.fromisoformat(wish.asked_at),
    )


def _end(held: RegistrationQuerySet) -> None:
    for registration in held.select_related("slot"):
        registering.cancel(registration, by=None, reason=Registration.EndReason.EXPIRED)
