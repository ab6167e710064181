"""The page of a registration: what it says, confirming, cancelling, its calendar file."""

import datetime as dt

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core import mail as django_mail
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import override
from icalendar import Calendar

from events import door_codes, registering
from events.models import Registration, Slot
from mail.delivering import deliver_due
from mail.models import Message
from tests.events.views.offered import BOXES, agreed, clashing, english, link_of, offered
from tests.factories.events import RegistrationFactory, SlotFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers import consenting, erasing

pytestmark = pytest.mark.django_db


def page_of(registration, action="detail"):
    return english(f"events:registration-{action}", registration.uid)


def signed_in(client, registration):
    agreed(registration)
    client.force_login(registration.volunteer.user)
    return registration


SAID = {
    "held": ({"held": True}, "badge--pending", "A seat is held for you"),
    "offer": (None, "badge--pending", "A seat has come free: it is yours if you say yes"),
    "approval": ({"state": "pending", "pending_for": "approval"}, "badge--pending", "Your request is in"),
    "waiting": ({"waiting": True}, "badge--waiting", "You are number 1 on the waiting list"),
    "confirmed": ({}, "badge--confirmed", "Your seat is confirmed"),
    "cancelled": ({"cancelled": True}, "badge--cancelled", "You are no longer registered"),
    "called off": ({"cancelled": True, "end_reason": "slot"}, "badge--cancelled", "This date has been cancelled"),
    "too late": ({"cancelled": True, "end_reason": "expired"}, "badge--cancelled", "The time to answer has passed"),
    "by organiser": (
        {"cancelled": True, "end_reason": "organiser"},
        "badge--cancelled",
        "An organiser cancelled your registration",
    ),
    "refused": ({"state": "refused"}, "badge--refused", "There is no seat for you this time"),
}


@pytest.mark.parametrize("state", SAID)
def test_page_says_what_became_of_it_and_nothing_else(client, state):
    facts, badge, words = SAID[state]
    registration = signed_in(client, offered() if facts is None else RegistrationFactory(**facts))

    page = client.get(page_of(registration)).text

    assert badge in page
    assert f"<h1>{words}</h1>" in page
    assert [other for _, other, _ in SAID.values() if other in page and other != badge] == []
    assert [said for _, _, said in SAID.values() if said in page and said != words] == []


def test_page_says_until_when_the_seat_is_kept(client):
    registration = signed_in(client, RegistrationFactory(held=True))

    page = client.get(page_of(registration))

    with override("en"):
        assert time_format(timezone.localtime(registration.expires_at)) in page.text


@pytest.mark.parametrize("action", ["detail", "confirm", "cancel", "calendar"])
def test_somebody_elses_registration_does_not_exist(client, action):
    registration = RegistrationFactory()
    method = client.post if action == "confirm" else client.get
    client.force_login(VolunteerFactory().user)
    assert method(page_of(registration, action)).status_code == 404

    client.force_login(registration.volunteer.user)
    assert method(page_of(registration, action)).status_code in (200, 302)


@pytest.mark.parametrize("action", ["detail", "cancel", "calendar"])
def test_signing_in_comes_first(client, action):
    registration = RegistrationFactory()

    answer = client.get(page_of(registration, action))

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_online_address_is_for_whoever_has_a_seat(client):
    registration = signed_in(client, RegistrationFactory(slot=SlotFactory(online=True)))
    assert "https://visio.example.org/room" in client.get(page_of(registration)).text

    Registration.objects.update(state="waiting", queue_number=1)
    assert "https://visio.example.org/room" not in client.get(page_of(registration)).text


# --- Confirming -------------------------------------------------------------------------------------------------------
SHOWN = {
    "confirmed": ({}, True),
    "marked": ({"attendance": "present", "slot__starts_at": timezone.now()}, False),
    "at the door": ({"slot__starts_at": timezone.now()}, True),
    "over": ({"slot__starts_at": timezone.now() - dt.timedelta(hours=3)}, False),
    "online": ({"slot__online": True}, False),
    "waiting": ({"waiting": True}, False),
    "cancelled": ({"cancelled": True}, False),
}


@pytest.mark.parametrize("case", SHOWN)
def test_code_for_the_door_is_on_the_page_of_whoever_is_expected(client, case):
    facts, shown = SHOWN[case]
    registration = signed_in(client, RegistrationFactory(**facts))
    code = door_codes.shown(door_codes.code_of(registration))

    page = client.get(page_of(registration)).text

    assert (code in page, 'class="square"' in page) == (shown, shown)


def test_offer_is_taken_by_a_click_not_by_a_visit(client):
    registration = signed_in(client, offered())

    assert client.get(page_of(registration, "confirm")).status_code == 405
    registration.refresh_from_db()
    assert registration.state == "pending"

    client.post(page_of(registration, "confirm"))
    registration.refresh_from_db()
    assert registration.state == "confirmed"


@pytest.mark.parametrize("by_link", [False, True], ids=["signed in", "by the link"])
def test_clash_is_said_before_an_offer_is_taken(client, by_link):
    registration = signed_in(client, offered())
    clashing(registration)
    page, answer = page_of(registration), page_of(registration, "confirm")
    if by_link:
        client.logout()
        page = answer = link_of(registration)

    for said in (client.get(page), client.post(answer)):
        assert "You already have something at that time" in said.text
        assert 'name="despite_clash"' in said.text
        assert ("The other one" in said.text) is not by_link, "the link names what is told to nobody but the person"
        registration.refresh_from_db()
        assert registration.state == "pending"

    client.post(answer, {"despite_clash": "yes"})

    registration.refresh_from_db()
    assert registration.state == "confirmed"


def test_offer_past_its_time_is_refused_with_a_sentence(client):
    registration = signed_in(client, offered())
    Registration.objects.update(expires_at=timezone.now())
    registering.expire_due()

    answer = client.post(page_of(registration, "confirm"))

    registration.refresh_from_db()
    assert registration.state == "cancelled"
    (said,) = get_messages(answer.wsgi_request)
    assert str(said) == "The time to confirm has passed: this seat is no longer kept for you."


def test_offer_cannot_be_taken_once_the_date_has_begun(client):
    registration = signed_in(client, offered())

    with time_machine.travel(registration.slot.starts_at + dt.timedelta(minutes=1)):
        client.force_login(registration.volunteer.user)
        client.post(page_of(registration, "confirm"))

    registration.refresh_from_db()
    assert registration.state == "pending"


def test_waiting_is_not_confirmed_by_insisting(client):
    registration = signed_in(client, RegistrationFactory(waiting=True))

    client.post(page_of(registration, "confirm"))

    registration.refresh_from_db()
    assert registration.state == "waiting"


# --- Cancelling -------------------------------------------------------------------------------------------------------
def test_cancelling_asks_first(client):
    registration = signed_in(client, RegistrationFactory())

    page = client.get(page_of(registration, "cancel"))

    assert "<h1>Give your seat back?</h1>" in page.text
    registration.refresh_from_db()
    assert registration.state == "confirmed"


def test_cancelling_gives_the_seat_to_the_next(client):
    registration = signed_in(client, RegistrationFactory(slot__capacity=1))
    following = RegistrationFactory(slot=registration.slot, waiting=True)

    client.post(page_of(registration, "cancel"))

    registration.refresh_from_db()
    following.refresh_from_db()
    assert (registration.state, registration.end_reason) == ("cancelled", "person")
    assert (following.state, following.pending_for) == ("pending", "offer")


def test_cancelling_can_be_undone_while_there_is_a_seat(client):
    registration = signed_in(client, RegistrationFactory())
    for purpose in consenting.NEEDED:
        consenting.give(registration.volunteer.user, purpose=purpose, form="test")

    page = client.post(page_of(registration, "cancel"), follow=True)

    undo = english("events:register", registration.slot_id)
    assert f'action="{undo}"' in page.text
    client.post(undo)
    assert Registration.objects.active().get().state == "confirmed"
    assert Slot.objects.get().seats_taken == 1


@pytest.mark.parametrize(
    ("attendance", "hours", "words"),
    [("present", -5, "Thank you for coming"), ("", -5, "This date is over"), ("absent", -1, "This date has begun")],
)
def test_a_date_that_has_begun_is_no_longer_cancelled(client, attendance, hours, words):
    registration = signed_in(client, RegistrationFactory(attendance=attendance))
    begun = timezone.now() + dt.timedelta(hours=hours)
    Slot.objects.update(starts_at=begun, ends_at=begun + dt.timedelta(hours=2))

    asked = client.get(page_of(registration, "cancel"), follow=True)
    page = client.post(page_of(registration, "cancel"), follow=True)

    registration.refresh_from_db()
    assert (registration.state, registration.attendance, Message.objects.count()) == ("confirmed", attendance, 0)
    assert "Give your seat back?" not in asked.text
    assert f"<h1>{words}</h1>" in page.text
    assert "This date has begun: your registration can no longer be cancelled." in page.text
    assert page_of(registration, "cancel") not in page.text
    assert "We look forward to seeing you" not in page.text


def test_confirming_after_cancelling_says_who_cancelled(client):
    registration = signed_in(client, offered())
    client.post(page_of(registration, "cancel"))

    page = client.post(page_of(registration, "confirm"), follow=True)

    assert "You are no longer registered for this date: you cancelled." in page.text


def test_cancelling_twice_changes_nothing(client):
    registration = signed_in(client, RegistrationFactory())

    for _ in range(2):
        client.post(page_of(registration, "cancel"))

    assert Slot.objects.get().seats_taken == 0
    assert Message.objects.filter(kind="events/registration").count() == 1


@pytest.mark.parametrize("verb", ["refuse", "cancel"])
def test_what_the_organiser_wrote_is_read_on_the_page_and_in_the_mail(client, settings, verb):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    words = "Ce soir est réservé aux <nouveaux>."
    registration = signed_in(client, RegistrationFactory(state="pending", pending_for="approval", confirmed_at=None))
    reason = {} if verb == "refuse" else {"reason": "organiser"}
    getattr(registering, verb)(registration, by=UserFactory(), note=words, **reason)
    deliver_due()

    assert "The organiser writes: Ce soir est réservé aux &lt;nouveaux&gt;." in client.get(page_of(registration)).text
    (sent,) = django_mail.outbox
    assert words in sent.body
    assert "Ce soir est réservé aux &lt;nouveaux&gt;." in sent.alternatives[0].content


def test_refused_without_a_word_says_nothing_of_an_organiser_writing(client):
    registration = signed_in(client, RegistrationFactory(state="pending", pending_for="approval", confirmed_at=None))
    registering.refuse(registration, by=UserFactory())

    page = client.get(page_of(registration)).text

    assert "There is no seat for you this time" in page
    assert "The organiser writes:" not in page


def test_what_was_written_to_a_person_goes_with_them():
    registration = RegistrationFactory(state="pending", pending_for="approval", confirmed_at=None)
    registering.refuse(registration, by=UserFactory(), note="Awa, ce sera pour une autre fois.")

    erasing.erase(registration.volunteer.user)

    registration.refresh_from_db()
    assert (registration.volunteer, registration.state, registration.end_note) == (None, "refused", "")


# --- Agreeing first ---------------------------------------------------------------------------------------------------
def test_whoever_was_put_on_the_list_agrees_before_saying_yes_signed_in(client):
    registration = offered()
    client.force_login(registration.volunteer.user)
    boxes = [client.get(page_of(registration)), client.post(page_of(registration, "confirm"))]

    assert [set(page.context["agreement"].fields) for page in boxes] == [{"charter", "adult"}] * 2
    registration.refresh_from_db()
    assert registration.state == "pending"
    assert client.post(page_of(registration, "confirm"), BOXES | {"adult": ""}).status_code == 422

    client.post(page_of(registration, "confirm"), BOXES)

    registration.refresh_from_db()
    assert registration.state == "confirmed"
    assert consenting.missing(registration.volunteer.user) == []


# --- As a file --------------------------------------------------------------------------------------------------------
def test_registration_as_a_calendar_file(client):
    registration = signed_in(client, RegistrationFactory())

    answer = client.get(page_of(registration, "calendar"))

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["UID"].startswith(str(registration.uid))
