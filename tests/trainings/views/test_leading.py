"""The trainer's pages in the back office."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from mail.models import Message
from tests.events.views.organising import person
from tests.factories.events import RegistrationFactory
from tests.factories.trainings import EvaluationFactory, SessionFactory
from tests.factories.volunteers import QualificationFactory, VolunteerFactory
from tests.office import inside, still
from volunteers.models import QualificationHeld

pytestmark = pytest.mark.django_db


@pytest.fixture
def slot():
    return SessionFactory(slot__capacity=50).slot


@pytest.fixture
def trainer(slot):
    return inside(person("in_charge", slot))


def url(name, *args):
    return reverse(f"organise-trainings:{name}", args=args)


def test_trainer_finds_session_people_and_the_way_to_write(slot, trainer):
    volunteer = VolunteerFactory(user__first_name="Awa", user__last_name="Ba", user__email="awa@example.org")
    RegistrationFactory(slot=slot, volunteer=volunteer)
    held = QualificationFactory(name_fr="Premiers secours")
    QualificationHeld.objects.create(volunteer=volunteer, qualification=held, granted_on="2026-01-01")

    mine = trainer.get(url("mine"))
    people = trainer.get(url("people", slot.pk))

    assert f'href="{url("people", slot.pk)}"' in mine.text
    assert "1 pour la première fois" in mine.text
    assert ("Awa Ba" in people.text, "Premiers secours" in people.text) == (True, True)
    assert "awa@example.org" not in people.text
    assert f'href="{reverse("organise:write", args=[slot.pk])}"' in people.text
    assert f'href="{url("people", slot.pk)}"' in trainer.get(reverse("organise:slot", args=[slot.pk])).text


def test_trainer_writes_to_those_who_come_alone(slot, trainer):
    coming = RegistrationFactory(slot=slot)
    RegistrationFactory(slot=slot, waiting=True)
    RegistrationFactory(slot=slot, cancelled=True)
    address = reverse("organise:write", args=[slot.pk])
    form = trainer.get(address).context["form"]
    assert "states" not in form.fields

    word = {"subject": "A", "body": "B", "key": form["key"].value(), "states": ["waiting", "cancelled"]}
    trainer.post(address, word)

    assert list(Message.objects.values_list("to", flat=True)) == [coming.volunteer.user.email]


@pytest.mark.parametrize("asked", [True, False])
def test_way_to_what_participants_said_once_they_were_asked(slot, trainer, asked):
    slot.starts_at, slot.ends_at = (timezone.now() - dt.timedelta(hours=hours) for hours in (26, 24))
    slot.save()
    if asked:
        EvaluationFactory(session=slot.session)
    link = f'href="{url("evaluation", slot.pk)}"'

    pages = [trainer.get(page).text for page in (url("people", slot.pk), reverse("organise:slot", args=[slot.pk]))]

    assert [link in page for page in pages] == [asked, asked]


def test_organiser_without_a_session_is_told_how_one_comes(slot):
    page = inside(person("organiser", slot)).get(url("mine"))

    assert "Aucune session ne vous est confiée" in page.text


@pytest.mark.parametrize("count", [1, 30])
def test_queries_do_not_grow(slot, trainer, count, django_assert_num_queries):
    for _ in range(count):
        other = SessionFactory(training=slot.session.training).slot
        other.people_in_charge.set(slot.people_in_charge.all())
        registration = RegistrationFactory(slot=slot)
        QualificationHeld.objects.create(
            volunteer=registration.volunteer, qualification=QualificationFactory(), granted_on="2026-01-01"
        )
    with still():
        for address, number in ((url("mine"), 12), (url("people", slot.pk), 17)):
            trainer.get(address)
            with django_assert_num_queries(number):
                trainer.get(address)
