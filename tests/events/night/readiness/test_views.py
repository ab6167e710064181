"""The readiness board, a message in two steps, and the answer behind its link."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.night.models import Appeal, Asked, Edition, Participant
from events.night.readiness import appealing
from mail.models import Message
from tests.architecture.filling import fields_of
from tests.factories.night import HeadquartersFactory, SectorFactory
from tests.factories.night_people import enrol, open_night
from tests.factories.volunteers import NetworkOrganiserFactory, SquareDistrictFactory, UserFactory, VolunteerFactory
from tests.office import inside, still

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"organise-night:{name}", args=args)


@pytest.fixture
def night():
    """Two headquarters with a team each; at the first, somebody who has done a Night before, and nobody who leads."""
    night = open_night(60, 60)
    one, _two = night.headquarters.all()
    for place in night.headquarters.all():
        SectorFactory(headquarters=place, code=f"{place.district.code}-1", least=1, target=2, most=3)
    enrol(VolunteerFactory(), one, reach="prefs", experienced=True)
    Message.objects.all().delete()
    return night


@pytest.fixture
def organiser(night):
    return inside(NetworkOrganiserFactory(network=night.network).user)


@pytest.fixture
def coordinator(night):
    user = UserFactory()
    night.headquarters.last().slot.people_in_charge.add(user)
    return inside(user)


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\xa0", " ").split())


def test_the_board_says_in_words_and_figures_who_is_short_of_what(night, organiser):
    page = organiser.get(url("readiness", night.pk))

    assert [strip["missing"] for strip in page.context["strips"]] == [3, 2]
    said = words(page)
    assert "1 / 2 il en manque 1 , 1 accepte d’y aller" in said
    assert "0 / 1 il en manque 1 , 0 accepte d’y aller" in said


def test_a_coordinator_sees_and_asks_for_their_own_headquarters(night, coordinator):
    one, two = night.headquarters.all()

    page = coordinator.get(url("readiness", night.pk))

    assert [row.headquarters for row in page.context["rows"]] == [two]
    assert coordinator.get(url("appeal", two.pk, "leaders")).status_code == 200
    assert coordinator.get(url("appeal", one.pk, "leaders")).status_code == 404
    assert coordinator.get(url("appeal", two.pk, "nonsense")).status_code == 404


def test_a_message_is_shown_with_its_readers_before_it_is_sent_once(night, organiser):
    one, _two = night.headquarters.all()
    address = url("appeal", one.pk, "leaders")
    page = organiser.get(address)
    assert "1 personne recevrait ce message." in words(page)
    filled = fields_of(page.context["form"])
    assert (filled["subject_fr"], filled["subject_en"]) == (
        "Seriez-vous responsable d’équipe\xa0? 11 · Quartier 11",
        "Would you lead a team? 11 · Quartier 11",
    )

    incomplete = organiser.post(address, filled | {"body_en": ""})
    assert list(incomplete.context["form"].errors) == ["body_en"]
    review = organiser.post(address, filled | {"subject_en": "", "body_en": ""})
    assert ("Envoyer à 1 personne" in words(review), Message.objects.count()) == (True, 0)
    for _click in range(2):
        sent = organiser.post(address, filled | {"confirmed": "1"})
        assert sent["Location"] == url("readiness", night.pk)
    assert (Appeal.objects.count(), Message.objects.count()) == (1, 1)

    again = organiser.get(address)
    assert "0 personne" in words(again)
    page = organiser.get(url("readiness", night.pk))
    assert [(row.what_label, row.asked_count, row.yes_count) for row in page.context["appeals"]] == [
        ("Responsables", 1, 0)
    ]


def test_the_link_shows_first_and_answers_when_asked_without_signing_in(night, organiser, client):
    one, _two = night.headquarters.all()
    address = url("appeal", one.pk, "leaders")
    organiser.post(address, fields_of(organiser.get(address).context["form"]) | {"confirmed": "1"})
    asked = Asked.objects.get()
    link = reverse("night:appeal", args=[appealing.token_of(asked)])
    name = asked.participant.volunteer.user.first_name

    page = client.get(link)
    assert ("Oui, je serai responsable d’équipe" in words(page), name in words(page)) == (True, False)
    assert not Participant.objects.filter(leader=True).exists()
    for _click in range(2):
        client.post(link, {"answer": "yes"})
    assert ("Merci" in words(client.get(link)), Participant.objects.get().leader) == (True, True)
    client.post(link, {"answer": "no"})
    assert "Vous avez dit oui" in words(client.get(link))
    assert client.get(link.replace("asked/", "asked/9")).status_code == 404

    Edition.objects.update(state="published")
    Asked.objects.update(answer="", answered_at=None)
    late = client.post(link, {"answer": "yes"}, follow=True)
    assert ("les équipes sont publiées" in words(late), Asked.objects.get().answer) == (True, "")


def test_the_board_asks_as_much_for_thirty_headquarters_as_for_two(night, organiser):
    def queries():
        with still():
            organiser.get(url("readiness", night.pk))
            with CaptureQueriesContext(connection) as captured:
                organiser.get(url("readiness", night.pk))
        return len(captured)

    two = queries()
    for number in range(28):
        district = SquareDistrictFactory(code=str(20 + number), west=2.30 + number / 50)
        place = HeadquartersFactory(edition=night, district=district, slot__state="open")
        SectorFactory(headquarters=place, code=f"{district.code}-1")
        enrol(VolunteerFactory(), place)
    assert queries() == two
