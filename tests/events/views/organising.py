"""Somebody of each role around a date, and the addresses of its pages in the back office."""

from django.urls import reverse

from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory, VolunteerFactory


def person(role, slot):
    user = UserFactory(administrator=role == "administrator")
    if role == "organiser":
        NetworkOrganiserFactory(user=user, network=slot.network)
    if role == "other_organiser":
        NetworkOrganiserFactory(user=user)
    if role == "in_charge":
        slot.people_in_charge.add(user)
    if role == "volunteer":
        VolunteerFactory(user=user)
    return user


def url(name, slot, **more):
    return reverse(f"organise:{name}", kwargs={"pk": slot.pk} | more)
