import datetime as dt

import pytest
import time_machine

from events import requiring
from events.models import Slot
from tests.factories.events import RegistrationFactory
from tests.factories.trainings import SessionFactory
from tests.factories.volunteers import QualificationFactory, UserFactory, VolunteerFactory
from volunteers.models import QualificationHeld

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    """What is kept for a second stays kept, however slow the machine."""
    with time_machine.travel(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False) as clock:
        yield clock


@pytest.mark.parametrize("count", [1, 13])
def test_live_list_takes_three_queries_at_most(client, count, django_assert_max_num_queries):
    SessionFactory.create_batch(count)
    client.get("/trainings/?page=2")  # menus and names are read once a second

    with django_assert_max_num_queries(3):
        client.get("/trainings/")
    with django_assert_max_num_queries(1):  # its seats
        response = client.get("/trainings/?page=1")

    assert response.content.decode().count('<article class="session"') == count


def test_new_date_is_listed_within_a_second_and_a_withdrawn_one_leaves_at_once(client, clock):
    first, withdrawn = SessionFactory(), SessionFactory()
    client.get("/trainings/")
    added = SessionFactory()
    withdrawn.slot.state = "draft"
    withdrawn.slot.save()

    at_once = client.get("/trainings/?page=1").content.decode()
    clock.shift(1)
    later = client.get("/trainings/?page=01").content.decode()  # not the page that is kept whole

    def listed(html):
        return [session for session in (first, withdrawn, added) if f"/trainings/sessions/{session.slot_id}/" in html]

    assert listed(at_once) == [first]
    assert listed(later) == [first, added]


def test_list_tells_a_seat_taken(client):
    session = SessionFactory(slot__capacity=2)
    before = client.get("/trainings/").content.decode()
    RegistrationFactory(slot=session.slot)

    after = client.get("/trainings/?page=1").content.decode()

    assert "<b>2</b>" in before and "<b>1</b>" not in before
    assert "<b>1</b>" in after and "<b>2</b>" not in after


def test_list_may_be_shared_only_between_those_not_signed_in(client):
    session = SessionFactory()
    me = VolunteerFactory()
    RegistrationFactory(slot=session.slot, volunteer=me)
    shared = client.get("/trainings/")
    client.force_login(me.user)

    own = client.get("/trainings/")

    assert shared.microcache is True
    assert not shared.cookies and "csrfmiddlewaretoken" not in shared.content.decode()
    assert "badge--confirmed" in own.content.decode()
    assert "badge--confirmed" not in shared.content.decode()


@pytest.mark.parametrize("count", [1, 13])
def test_rows_say_what_is_asked_and_to_whom_it_is_missing_in_as_many_queries(client, count, django_assert_num_queries):
    going_towards = QualificationFactory()
    for session in SessionFactory.create_batch(count):
        requiring.require(Slot.objects.filter(pk=session.slot_id), [going_towards], by=UserFactory())
    lacks, holds = VolunteerFactory(), VolunteerFactory()
    QualificationHeld.objects.create(
        volunteer=holds, qualification=going_towards, granted_on=dt.date(2020, 1, 1), expires_on=dt.date(2026, 11, 30)
    )
    client.get("/trainings/?page=2")  # menus and names are read once a second

    with django_assert_num_queries(1):  # its seats
        shared = client.get("/trainings/?page=1").content.decode()
    read = []
    for person in (lacks, holds):
        client.force_login(person.user)
        client.get("/trainings/?page=1")
        with django_assert_num_queries(5):  # session, person, seats, own registrations, what they hold
            read.append(client.get("/trainings/?page=1").content.decode())

    assert [page.count("Demande : Aller vers") for page in (shared, *read)] == [count] * 3
    assert [page.count("Comment l’obtenir") for page in (shared, *read)] == [0, count, 0]


def test_row_counts_what_is_valid_on_its_own_day(client):
    going_towards, me = QualificationFactory(), VolunteerFactory()
    for days in (7, 8):
        slot = SessionFactory(slot__starts_at=dt.datetime(2026, 11, 23 + days - 7, 18, tzinfo=dt.UTC)).slot
        requiring.require(Slot.objects.filter(pk=slot.pk), [going_towards], by=UserFactory())
    QualificationHeld.objects.create(
        volunteer=me, qualification=going_towards, granted_on=dt.date(2020, 1, 1), expires_on=dt.date(2026, 11, 23)
    )
    client.force_login(me.user)

    rows = client.get("/trainings/").context["browse"].rows

    assert [row.lacks for row in rows] == [(), ("Aller vers",)]


def test_list_says_that_a_date_is_cancelled(client):
    SessionFactory(slot__cancelled=True)

    page = client.get("/trainings/").content.decode()

    assert "badge--cancelled" in page
    assert "seats__dots" not in page


def test_empty_list_says_so(client):
    response = client.get("/trainings/")

    assert response.status_code == 200
    assert 'class="empty"' in response.content.decode()


def test_words_of_organisers_are_escaped(client):
    SessionFactory(training__title_fr="<script>alert(1)</script>")

    page = client.get("/trainings/").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_search_words_are_escaped(client):
    SessionFactory()

    page = client.get("/trainings/", {"q": '"><script>alert(1)</script>'}).content.decode()

    assert "<script>alert" not in page
