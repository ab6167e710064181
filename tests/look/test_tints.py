"""Colours follow the tint that a network was given, and nothing knows the names of a city's networks."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from cms.models import HomePage
from tests.factories.events import RegistrationFactory, SlotFactory
from tests.factories.trainings import SessionFactory, ThemeFactory, TrainingFactory
from tests.factories.volunteers import NetworkFactory, VolunteerFactory
from volunteers.models import Network

TEMPLATES = [path for folder in settings.TEMPLATES[0]["DIRS"] for path in Path(folder).rglob("*.html")]
CSS = (settings.BASE_DIR / "static" / "css" / "maillage.css").read_text()
TINT = re.compile(r'data-tint="([^"]*)"')


def test_each_tint_has_its_colour_and_there_is_no_other():
    assert set(re.findall(r'\[data-tint="([a-z]+)"\]', CSS)) == set(Network.Tint.values)
    assert "data-network" not in CSS


def test_templates_colour_by_tint_alone():
    keyed = [path.name for path in TEMPLATES if re.search(r'data-network|data-tint="\{\{ [^}]*slug', path.read_text())]

    assert len(TEMPLATES) > 80
    assert keyed == []


@pytest.mark.django_db
def test_another_citys_network_has_the_colour_that_it_was_given(client):
    compost = NetworkFactory(slug="compost", tint="climate")
    training = TrainingFactory(theme=ThemeFactory(network=compost))
    slot = SlotFactory(network=compost)
    session = SessionFactory(training=training, slot=slot)
    home = HomePage.objects.get(locale__language_code="en")
    card = {"label": "Kit", "url": "/kit/", "page": None, "kicker": "", "text": "", "network": "compost"}
    plain = card | {"network": ""}
    home.body = home.body.stream_block.to_python([{"type": "cards", "value": {"title": "", "cards": [card, plain]}}])
    home.save_revision().publish()
    registration = RegistrationFactory(volunteer=VolunteerFactory(), slot=slot)
    client.force_login(registration.volunteer.user)

    with override("en"):
        pages = {
            "/en/": ["climate", ""],
            reverse("trainings:list"): ["climate"] * 2,
            reverse("trainings:session-detail", args=[session.slot_id]): ["climate"] * 2,
            reverse("events:space"): None,
            reverse("events:registration-detail", args=[registration.uid]): None,
            reverse("volunteers:networks"): ["climate"],
        }
    for address, tints in pages.items():
        found = TINT.findall(client.get(address).text)
        assert found == (tints or ["climate"] * len(found)), address
        assert found, address
