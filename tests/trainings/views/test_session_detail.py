import datetime as dt
import json
import re

import pytest
import time_machine

from tests.factories.events import RegistrationFactory
from tests.factories.trainings import SessionFactory
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory, VolunteerFactory
from tests.office import inside

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_instant():
    """What is kept for a second stays kept, however slow the machine."""
    with time_machine.travel(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False):
        yield


def address(session):
    return f"/trainings/sessions/{session.slot_id}/"


def data_of(page):
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1])


def test_page_says_where_and_when_and_offers_a_seat(client):
    session = SessionFactory(slot__capacity=7)

    page = client.get(address(session)).content.decode()

    assert session.training.title_fr in page
    assert session.slot.venue.street in page
    assert "<b>7</b>" in page
    assert 'name="email"' in page and 'name="first_name"' in page


def test_signed_in_needs_no_form(client):
    session = SessionFactory()
    client.force_login(VolunteerFactory().user)

    page = client.get(address(session)).content.decode()

    assert 'name="email"' not in page
    assert f"/agenda/{session.slot_id}/register/" in page


def test_own_registration_stands_in_for_the_form(client):
    session = SessionFactory()
    registration = RegistrationFactory(slot=session.slot)
    client.force_login(registration.volunteer.user)

    page = client.get(address(session)).content.decode()

    assert "badge--confirmed" in page
    assert f"/registrations/{registration.uid}/" in page


@pytest.mark.parametrize(("facts", "text"), [({"cancelled": True}, "badge--cancelled"), ({}, 'name="email"')])
def test_only_a_date_that_takes_place_can_be_signed_up_for(client, facts, text):
    session = SessionFactory(**{f"slot__{name}": value for name, value in facts.items()})

    page = client.get(address(session)).content.decode()

    assert text in page
    assert ('name="email"' in page) == (not facts)


def test_a_draft_is_seen_by_those_who_prepare_it(client):
    session = SessionFactory(slot__draft=True)
    organiser = NetworkOrganiserFactory(network=session.training.network).user
    trainer = UserFactory()
    session.slot.people_in_charge.add(trainer)

    def seen_by(client):
        return client.get(address(session)).status_code

    hidden = [seen_by(client), seen_by(inside(UserFactory()))]
    client.force_login(organiser)  # without a second factor, an organiser is a volunteer like any other

    assert (hidden, seen_by(client)) == ([404, 404], 404)
    assert (seen_by(inside(organiser)), seen_by(inside(trainer))) == (200, 200)


def test_unknown_date(client):
    assert client.get("/trainings/sessions/999999/").status_code == 404


def test_online_address_is_not_public(client):
    session = SessionFactory(slot__online=True)

    page = client.get(address(session)).content.decode()

    assert session.slot.online_url not in page
    assert data_of(page)["eventAttendanceMode"] == "https://schema.org/OnlineEventAttendanceMode"


def test_structured_data_cannot_leave_its_element(client):
    title = "</script><script>alert(1)</script>"
    session = SessionFactory(training__title_fr=title)

    page = client.get(address(session)).content.decode()

    assert data_of(page)["name"] == title
    assert "<script>alert" not in page


@pytest.mark.parametrize("count", [1, 30])
def test_queries_do_not_grow_with_the_other_dates(client, count, django_assert_max_num_queries):
    session = SessionFactory()
    client.get(address(session))
    SessionFactory.create_batch(count, training=session.training)

    with django_assert_max_num_queries(4):
        page = client.get(address(session)).content.decode()

    assert page.count('<article class="session"') == count


def test_training_page_lists_its_dates(client):
    session = SessionFactory()
    other = SessionFactory(training=session.training)

    page = client.get(f"/trainings/{session.training.slug}/").content.decode()

    assert address(session) in page and address(other) in page


def test_training_without_published_date_is_for_its_organisers(client):
    session = SessionFactory(slot__draft=True)
    url = f"/trainings/{session.training.slug}/"

    hidden = client.get(url).status_code
    organiser = inside(NetworkOrganiserFactory(network=session.training.network).user)

    assert (hidden, organiser.get(url).status_code) == (404, 200)
