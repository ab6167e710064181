"""The public page of a Night: what stage it is at, the way to take part, the places left."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale

from cms.models import HomePage, NightPage
from cms.nights import address_of
from tests.factories.events import RegistrationFactory
from tests.factories.night_people import open_night

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATE = dt.timedelta(days=10)


@pytest.fixture
def night():
    return open_night(2, 1)


@pytest.fixture
def page(night):
    home = HomePage.objects.get(locale=Locale.get_default())
    body = [
        {
            "type": "questions",
            "id": "7d1c3b0a-7c53-4d0e-9a53-3f1a4f6d2f11",
            "value": {
                "title": "Questions",
                "questions": [{"question": "Un parapluie ?", "answer": "<p>Oui.</p>"}],
            },
        }
    ]
    return home.add_child(
        instance=NightPage(title="La Nuit", slug="nuit", edition=night, locale=home.locale, body=body)
    )


def change(night, **facts):
    for name, value in facts.items():
        setattr(night, name, value)
    night.save()


@pytest.mark.parametrize(
    ("facts", "stage", "words"),
    [
        ({"opens_at": NOW + dt.timedelta(days=1)}, "before", "Les inscriptions ouvrent le"),
        ({"state": "preparing", "opens_at": None, "closes_at": None}, "before", "pas encore ouvertes"),
        ({}, "open", "Participer"),
        ({"closes_at": NOW}, "closed", "Les équipes se composent"),
        ({"state": "rostering"}, "closed", "Les équipes se composent"),
        ({"state": "live"}, "closed", "Les équipes se composent"),
        (
            {"state": "results", "starts_at": NOW - LATE, "ends_at": NOW - LATE + dt.timedelta(hours=3)}
            | {"opens_at": NOW - 8 * LATE, "closes_at": NOW - 2 * LATE},
            "after",
            "Cette Nuit est passée",
        ),
    ],
)
def test_page_says_at_what_stage_the_night_is(client, night, page, facts, stage, words):
    change(night, **facts)

    answer = client.get(page.url)

    assert answer.context["night"].stage == stage
    assert words in answer.text
    assert (reverse("night-sign-up:form", args=[night.pk]) in answer.text) is (stage == "open")
    assert "Un parapluie ?" in answer.text


def test_full_night_leads_to_the_waiting_list(client, night, page):
    for headquarters in night.headquarters.all():
        RegistrationFactory.create_batch(headquarters.slot.capacity, slot=headquarters.slot)

    answer = client.get(page.url)

    assert (answer.context["night"].stage, answer.context["night"].left) == ("full", 0)
    assert reverse("night-sign-up:form", args=[night.pk]) in answer.text


def test_map_lights_the_districts_with_places(night, page, client):
    _first, second = night.headquarters.all()
    RegistrationFactory(slot=second.slot)

    shown = client.get(page.url).context["night"]

    assert [(cell.code, cell.lit, cell.count) for cell in shown.cells] == [("11", True, 2), ("12", False, 0)]
    assert (shown.most, shown.left) == (3, 2)


def test_one_page_an_edition_and_language_known_by_its_address(night, page):
    assert address_of(night) == page.url
    twice = NightPage(title="Encore", slug="encore", edition=night, locale=page.locale)
    with pytest.raises(ValidationError) as refusal:
        page.get_parent().add_child(instance=twice)
    assert list(refusal.value.message_dict) == ["edition"]
    page.unpublish()
    assert address_of(night) == ""


@pytest.mark.parametrize("count", [1, 30])
def test_page_reads_the_same_for_any_number_of_headquarters(client, django_assert_num_queries, count):
    night = open_night(*[3] * count)
    home = HomePage.objects.get(locale=Locale.get_default())
    page = home.add_child(instance=NightPage(title="La Nuit", slug="nuit", edition=night, locale=home.locale))
    client.get(page.url + "?warm")
    with django_assert_num_queries(11):
        client.get(page.url + "?again")
