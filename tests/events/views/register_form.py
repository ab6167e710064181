"""The page where one registers for a date, what is typed there, and somebody who is signed in already."""

from django.urls import reverse
from django.utils.translation import override

from tests.factories.events import SlotFactory
from tests.factories.trainings import SessionFactory
from tests.factories.volunteers import VolunteerFactory
from volunteers import consenting


def dated(**facts):
    return SessionFactory(slot=SlotFactory(**facts)).slot


def address(slot):
    with override("en"):
        return reverse("events:register", args=[slot.pk])


def details(**changes):
    return {"email": "awa@example.org", "first_name": "Awa", "charter": "on", "adult": "on"} | changes


def signed_in(client, volunteer=None):
    volunteer = volunteer or VolunteerFactory()
    for purpose in consenting.NEEDED:
        consenting.give(volunteer.user, purpose=purpose, form="test")
    client.force_login(volunteer.user)
    return volunteer
