"""The link in a mail that says "I cannot come", without signing in."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from events import declining, registering, requiring
from events.models import Registration, Slot
from tests.events.views.offered import agreed, clashing, english
from tests.factories.events import RegistrationFactory, SlotFactory
from tests.factories.volunteers import QualificationFactory, UserFactory

pytestmark = pytest.mark.django_db


def link_of(registration):
    return english("events:decline", declining.token_of(registration))


def title_of(page):
    return page.text.partition("<h1>")[2].partition("</h1>")[0]


@pytest.fixture
def seat():
    return agreed(RegistrationFactory(slot__capacity=1))


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_opening_the_link_changes_nothing(client, seat, method):
    page = getattr(client, method)(link_of(seat))

    assert page.status_code == (405 if method == "options" else 200)
    seat.refresh_from_db()
    assert (seat.state, seat.sequence) == ("confirmed", 0)


def test_page_asks_and_names_nobody(client, seat):
    page = client.get(link_of(seat))

    assert title_of(page) == "You cannot come?"
    assert seat.slot.title in page.text
    assert seat.volunteer.user.email not in page.text
    assert "no-store" in page["Cache-Control"]


def test_button_gives_the_seat_to_the_next(client, seat):
    following = RegistrationFactory(slot=seat.slot, waiting=True)

    page = client.post(link_of(seat), follow=True)

    assert title_of(page) == "You are no longer registered"
    for row in (seat, following):
        row.refresh_from_db()
    assert (seat.state, seat.end_reason, seat.ended_by) == ("cancelled", "person", seat.volunteer.user)
    assert (following.state, following.pending_for) == ("pending", "offer")


def test_waiting_list_is_left_by_the_link(client):
    waiting = RegistrationFactory(waiting=True)

    assert title_of(client.get(link_of(waiting))) == "Leave the waiting list?"
    client.post(link_of(waiting))

    waiting.refresh_from_db()
    assert waiting.state == "cancelled"


def test_used_link_says_what_became_of_it_and_does_nothing_more(client, seat):
    client.post(link_of(seat))
    seat.refresh_from_db()
    before = (seat.sequence, seat.ended_at)

    pages = [client.get(link_of(seat)), client.post(link_of(seat), follow=True)]

    assert [title_of(page) for page in pages] == ["You are no longer registered"] * 2
    seat.refresh_from_db()
    assert (seat.sequence, seat.ended_at) == before


@pytest.mark.parametrize(
    ("hours", "title", "state"),
    [
        (1, "You cannot come?", "cancelled"),
        (-1, "This date has begun", "confirmed"),
        (-3, "This date is over", "confirmed"),
    ],
)
def test_link_refuses_once_the_date_has_begun(client, hours, title, state):
    seat = RegistrationFactory(slot__starts_at=timezone.now() + dt.timedelta(hours=hours))

    assert title_of(client.get(link_of(seat))) == title
    page = client.post(link_of(seat), follow=True)

    seat.refresh_from_db()
    assert seat.state == state
    assert ("can no longer be cancelled" in page.text) is (state == "confirmed")


@pytest.mark.parametrize("method", ["get", "post"])
def test_forged_link_is_told_so_in_plain_words(client, seat, method):
    token = declining.token_of(seat)

    for forged in (token[:-2] + "xx", token[:10], "1", token + "x"):
        page = getattr(client, method)(english("events:decline", forged))
        assert (page.status_code, title_of(page)) == (404, "This link does not work")

    seat.refresh_from_db()
    assert seat.state == "confirmed"


def test_link_of_a_person_who_left_does_not_work(client, seat):
    link = link_of(seat)
    Registration.objects.update(volunteer=None, state="cancelled")

    assert title_of(client.get(link)) == "This link does not work"


def test_answer_can_be_taken_back(client, seat):
    client.post(link_of(seat))

    with time_machine.travel(timezone.now(), tick=False):  # a link says in which second it was made
        page = client.post(link_of(seat), {"again": "yes"}, follow=True)
        again = Registration.objects.active().get()
        address = link_of(again)

    assert "Your seat is confirmed." in page.text
    assert (again.state, again.volunteer, again.created_by) == ("confirmed", seat.volunteer, seat.volunteer.user)
    assert page.redirect_chain == [(address, 302)]
    assert title_of(client.get(link_of(seat))) == "You have registered again since"
    client.post(link_of(seat), {"again": "yes"})
    client.post(link_of(seat))
    assert Registration.objects.active().get() == again


def test_coming_back_to_a_full_date_is_waiting(client, seat):
    client.post(link_of(seat))
    RegistrationFactory(slot=seat.slot)

    assert "you can wait for one" in client.get(link_of(seat)).text
    client.post(link_of(seat), {"again": "yes"})

    assert Registration.objects.active().get(volunteer=seat.volunteer).state == "waiting"


def test_coming_back_says_first_what_else_is_at_that_time(client, seat):
    client.post(link_of(seat))
    clashing(seat)

    page = client.post(link_of(seat), {"again": "yes"}, follow=True)

    assert "You already have something at that time." in page.text
    assert "The other one" not in page.text  # nobody has signed in
    assert not Registration.objects.active().filter(slot=seat.slot).exists()
    client.post(link_of(seat), {"again": "yes", "despite_clash": "yes"})
    assert Registration.objects.active().filter(slot=seat.slot).exists()


def end_by_organiser(seat):
    registering.cancel(seat, by=None, reason="organiser")


def close(seat):
    registering.give_back(seat, by=None)
    seat.slot.closes_at = timezone.now()
    seat.slot.save()


def owe_an_agreement(seat):
    registering.give_back(seat, by=None)
    seat.volunteer.user.consents.all().delete()


def ask_for_a_qualification(seat):
    registering.give_back(seat, by=None)
    requiring.require(Slot.objects.all(), [QualificationFactory()], by=UserFactory())


@pytest.mark.parametrize("act", [end_by_organiser, close, owe_an_agreement, ask_for_a_qualification])
def test_nobody_comes_back_by_the_link_where_more_is_needed(client, seat, act):
    act(seat)

    page = client.post(link_of(seat), {"again": "yes"}, follow=True)

    assert "register again</button>" not in page.text
    assert not Registration.objects.active().exists()


def test_link_says_when_the_reader_is_signed_in_as_somebody_else(client, seat):
    words = "This registration is somebody else"

    assert words not in client.get(link_of(seat)).text
    client.force_login(seat.volunteer.user)
    assert words not in client.get(link_of(seat)).text
    client.force_login(UserFactory())
    assert words in client.get(link_of(seat)).text


def test_another_sites_form_changes_nothing(seat, client):
    client.handler.enforce_csrf_checks = True

    assert client.post(link_of(seat)).status_code == 403

    seat.refresh_from_db()
    assert seat.state == "confirmed"


def test_link_of_an_offer_is_no_link_to_decline(client, seat):
    from events import offers

    assert client.get(english("events:decline", offers.token_of(seat))).status_code == 404


def test_date_called_off_meanwhile_is_said(client):
    seat = RegistrationFactory(state="cancelled", end_reason="slot", slot=SlotFactory(cancelled=True))

    assert title_of(client.get(link_of(seat))) == "This date has been cancelled"
