"""Organisers say which dates are the briefing sessions of their edition."""

import datetime as dt

import pytest
from django.urls import reverse

from events.night.models import Briefing
from tests.factories.events import SlotFactory
from tests.factories.night import EditionFactory, HeadquartersFactory
from tests.factories.trainings import SessionFactory
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory
from tests.office import inside

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    return EditionFactory(open=True)


def session(edition, **facts):
    return SessionFactory(slot=SlotFactory(network=edition.network, **facts)).slot


def test_organiser_chooses_among_the_networks_dates_and_changes_them(edition):
    first, second = session(edition), session(edition)
    next_night = EditionFactory(network=edition.network, starts_at=edition.starts_at + dt.timedelta(days=1))
    others = [
        SessionFactory().slot,
        session(edition, starts_at=edition.starts_at + dt.timedelta(days=1)),
        session(edition, cancelled=True),
        HeadquartersFactory(edition=edition).slot,
        Briefing.objects.create(edition=next_night, slot=session(edition)).slot,
    ]
    client = inside(NetworkOrganiserFactory(network=edition.network, user=UserFactory()).user)
    page = reverse("organise-night:briefings", args=[edition.pk])

    offered = client.get(page).context["form"].fields["slots"].queryset
    assert set(offered) == {first, second}

    client.post(page, {"slots": [first.pk], "sent": "1"})
    client.post(page, {"slots": [first.pk, second.pk], "sent": "1"})
    assert set(edition.briefings.values_list("slot", flat=True)) == {first.pk, second.pk}

    for other in others:
        assert client.post(page, {"slots": [other.pk], "sent": "1"}).status_code == 200
    assert edition.briefings.count() == 2

    client.post(page, {"sent": "1"})
    assert edition.briefings.count() == 0
