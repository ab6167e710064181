"""Registering when signed in already: by one click, unless something is to be agreed to or clashes."""

import datetime as dt

import pytest
from django.urls import reverse

from events.models import Registration, Slot
from mail.models import Message
from tests.events.views.register_form import address, dated, signed_in
from tests.factories.events import RegistrationFactory
from tests.factories.volunteers import VolunteerFactory
from volunteers import consenting

pytestmark = pytest.mark.django_db


def test_one_click_registers(client):
    volunteer, slot = signed_in(client), dated()

    answer = client.post(address(slot))

    registration = Registration.objects.get()
    assert answer.url == reverse("events:registration-detail", args=[registration.uid])
    assert (registration.volunteer, registration.state) == (volunteer, "confirmed")
    assert registration.created_by == volunteer.user


def test_second_click_changes_nothing(client):
    signed_in(client)
    slot = dated()

    answers = [client.post(address(slot)) for _ in range(2)]

    assert answers[0].url == answers[1].url
    assert Slot.objects.get().seats_taken == 1
    assert Message.objects.filter(kind="events/registration").count() == 1


def test_who_came_by_a_list_agrees_first(client):
    volunteer, slot = VolunteerFactory(), dated()
    client.force_login(volunteer.user)

    asked = client.post(address(slot))
    wrong = client.post(address(slot), {"agreeing": "yes", "adult": "on"})

    assert [page.status_code for page in (asked, wrong)] == [200, 422]
    assert set(asked.context["agreement"].fields) == {"charter", "adult"}
    assert wrong.context["agreement"].errors.keys() == {"charter"}
    assert not Registration.objects.exists()

    client.post(address(slot), {"agreeing": "yes", "adult": "on", "charter": "on"})

    assert volunteer.registrations.get().state == "confirmed"
    assert consenting.missing(volunteer.user) == []


def test_opening_the_page_registers_nobody(client):
    signed_in(client)
    slot = dated()

    assert client.get(address(slot)).status_code == 200
    assert not Registration.objects.exists()


def test_full_date_gives_a_rank(client):
    volunteer, slot = signed_in(client), dated(capacity=1)
    RegistrationFactory(slot=slot)
    RegistrationFactory(slot=slot, waiting=True, queue_number=1)

    page = client.post(address(slot), follow=True)

    assert volunteer.registrations.get().state == "waiting"
    assert "You are number 2 on the waiting list" in page.text


def test_clash_is_said_before_confirming(client):
    volunteer, slot = signed_in(client), dated()
    other = RegistrationFactory(
        volunteer=volunteer,
        slot=dated(starts_at=slot.starts_at + dt.timedelta(hours=1), title_en="The other one"),
    )

    page = client.post(address(slot))

    assert page.status_code == 200
    assert [row.pk for row in page.context["clashes"]] == [other.pk]
    assert "The other one" in page.text
    assert volunteer.registrations.count() == 1

    client.post(address(slot), {"despite_clash": "yes"})

    assert volunteer.registrations.count() == 2


@pytest.mark.parametrize(
    ("offset", "facts"),
    [(2, {}), (-2, {}), (1, {"cancelled": True})],
    ids=["right after", "right before", "cancelled"],
)
def test_what_does_not_overlap_is_no_clash(client, offset, facts):
    volunteer, slot = signed_in(client), dated()
    other = dated(starts_at=slot.starts_at + dt.timedelta(hours=offset))
    RegistrationFactory(volunteer=volunteer, slot=other, **facts)

    client.post(address(slot))

    assert volunteer.registrations.get(slot=slot).state == "confirmed"


def test_signed_in_click_confirms_what_was_held_before(client):
    volunteer, slot = signed_in(client), dated()
    held = RegistrationFactory(volunteer=volunteer, slot=slot, held=True)

    client.post(address(slot))

    held.refresh_from_db()
    assert held.state == "confirmed"
    assert Slot.objects.get(pk=slot.pk).seats_taken == 1


def test_my_registration_leads_to_it_or_to_the_form(client):
    volunteer, slot = signed_in(client), dated()
    mine = address(slot).replace("register", "registration")

    assert client.get(mine).url == address(slot)

    registration = RegistrationFactory(volunteer=volunteer, slot=slot)
    assert client.get(mine).url == reverse("events:registration-detail", args=[registration.uid])
