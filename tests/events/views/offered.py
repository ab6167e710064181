"""A registration whose seat is offered, the link in its mail, and what may stand in the way of saying yes."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events import offers
from tests.factories.events import RegistrationFactory, SlotFactory
from volunteers import consenting


def english(name, *args):
    with override("en"):
        return reverse(name, args=args)


BOXES = {"agreeing": "yes", "charter": "on", "adult": "on"}


def agreed(registration):
    for purpose in consenting.NEEDED:
        consenting.give(registration.volunteer.user, purpose=purpose, form="test")
    return registration


def offered(**facts):
    deadline = timezone.now() + dt.timedelta(hours=24)
    return RegistrationFactory(
        state="pending", pending_for="offer", confirmed_at=None, expires_at=deadline, queue_number=1, **facts
    )


def clashing(registration):
    slot = SlotFactory(starts_at=registration.slot.starts_at, title_en="The other one")
    return RegistrationFactory(volunteer=registration.volunteer, slot=slot)


def link_of(registration):
    return english("events:offer", offers.token_of(registration))
