import datetime as dt

import pytest
from django.utils import timezone
from icalendar import Calendar

from events import door_codes, registering, scheduling, writing
from events.models import Registration, Slot
from mail.models import Message
from mail.rendering import render
from tests.factories.events import RegistrationFactory, SlotFactory, VenueFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers import squares

pytestmark = pytest.mark.django_db


def awa():
    return VolunteerFactory(user__email="awa@example.org", user__first_name="Awa", user__language="en")


def register(slot, volunteer=None):
    slot = Slot.objects.get(pk=slot.pk)
    return registering.register(volunteer or awa(), slot=slot, by=None)


def written():
    """The messages to Awa as they would leave now, dropped ones as None, oldest first."""
    return [render(message) for message in Message.objects.filter(to="awa@example.org").order_by("pk")]


def calendar_of(email):
    (part,) = [part for part in email.attachments if "calendar" in part.get_content_type()]
    return part.get_param("method"), Calendar.from_ical(part.get_payload(decode=True))


def html_of(email):
    return email.alternatives[0].content


@pytest.fixture
def slot():
    return SlotFactory(title_en="Going towards", capacity=1, venue=VenueFactory(name="La Fabrique"))


def test_confirmation_brings_the_date_for_the_calendar(slot):
    registration = register(slot)

    (email,) = written()

    assert email.subject.startswith("Your seat is confirmed: Going towards, ")
    method, calendar = calendar_of(email)
    assert method == calendar["METHOD"] == "REQUEST"
    assert calendar.walk("VEVENT")[0]["UID"].startswith(str(registration.uid))
    for text in (email.body, html_of(email)):
        assert "Hello Awa," in text
        assert "La Fabrique, 21 rue des Blancs-Manteaux, 75004 Paris" in text
        assert f"http://testserver/en/registrations/{registration.uid}/" in text


def test_confirmation_brings_the_code_for_the_door_and_its_square(slot):
    code = door_codes.code_of(register(slot))

    (email,) = written()

    (square,) = [part for part in email.attachments if part.get_content_type() == "image/png"]
    assert (square["Content-ID"], square.get_content_disposition()) == ("<door-code@maillage>", "inline")
    assert square.get_payload(decode=True) == squares.png(f"http://testserver/door/{code}/")
    assert door_codes.shown(code) in email.body and door_codes.shown(code) in html_of(email)
    assert 'src="cid:door-code@maillage"' in html_of(email)


def test_date_online_has_no_door():
    register(SlotFactory(online=True))

    (email,) = written()

    assert "image/png" not in [part.get_content_type() for part in email.attachments]
    assert "cid:" not in html_of(email)


def test_waiting_list_tells_the_rank_and_brings_no_date(slot):
    register(slot, VolunteerFactory())
    register(slot, VolunteerFactory())
    register(slot)

    (email,) = written()

    assert email.subject == "Waiting list, number 2: Going towards"
    assert "so you do not have one yet" in email.body
    assert email.attachments == []


def test_offer_says_until_when_and_how_to_answer(client, slot):
    seat = register(slot, VolunteerFactory())
    mine = register(slot)
    registering.cancel(seat, by=None)

    waiting, offer = written()

    assert waiting is None  # overtaken by the offer
    assert offer.subject == "A seat has come free, please answer: Going towards"
    (link,) = [word for word in offer.body.split() if "/registrations/answer/" in word]
    assert link in html_of(offer)
    assert client.get(link.removeprefix("http://testserver")).context["registration"] == mine
    client.post(link.removeprefix("http://testserver"), {"agreeing": "yes", "charter": "on", "adult": "on"})
    mine.refresh_from_db()
    assert mine.state == "confirmed"


def test_offer_says_what_else_is_at_that_time(slot):
    seat = register(slot, VolunteerFactory())
    mine = register(slot)
    RegistrationFactory(volunteer=mine.volunteer, slot=SlotFactory(starts_at=slot.starts_at, title_en="The other one"))
    registering.cancel(seat, by=None)

    offer = written()[-1]

    assert "You already have something at that time:\n- The other one, " in offer.body
    assert "The other one" in html_of(offer)


def test_approval_is_no_confirmation(slot):
    Slot.objects.update(approval=True)
    register(slot)

    (email,) = written()

    assert email.subject == "Your request is in: Going towards"
    assert email.attachments == []


def test_cancelling_takes_the_date_back(slot):
    registration = register(slot)
    ((method, before),) = [calendar_of(email) for email in written()]
    registering.cancel(registration, by=None)

    confirmation, email = written()

    assert confirmation is None
    assert email.subject == "You are no longer registered: Going towards"
    method, calendar = calendar_of(email)
    assert method == calendar["METHOD"] == "CANCEL"
    assert calendar.walk("VEVENT")[0]["UID"] == before.walk("VEVENT")[0]["UID"]
    assert calendar.walk("VEVENT")[0]["SEQUENCE"] > before.walk("VEVENT")[0]["SEQUENCE"]


ENDINGS = {
    "organiser": ("Your registration was cancelled", "An organiser cancelled your registration"),
    "expired": ("The seat was not confirmed in time", "We did not get your answer in time"),
}


@pytest.mark.parametrize("reason", ENDINGS)
def test_each_ending_has_its_words(slot, reason):
    registering.cancel(register(slot), by=None, reason=reason)

    subject, words = ENDINGS[reason]
    email = written()[-1]
    assert email.subject == f"{subject}: Going towards"
    assert words in email.body


def test_refusal_has_its_words(slot):
    Slot.objects.update(approval=True)
    registering.refuse(register(slot), by=UserFactory())

    email = written()[-1]
    assert email.subject == "No seat this time: Going towards"
    assert email.attachments == []


def test_only_the_last_of_several_states_is_told_if_mail_was_slow(slot):
    seat = register(slot, VolunteerFactory())
    mine = register(slot)
    registering.cancel(seat, by=None)
    registering.confirm(mine, by=None)
    mine.refresh_from_db()
    registering.cancel(mine, by=None)

    assert [email and email.subject for email in written()] == [
        None,
        None,
        None,
        "You are no longer registered: Going towards",
    ]


def test_move_tells_old_and_new_and_replaces_the_entry(slot):
    register(slot)
    ((_, before),) = [calendar_of(email) for email in written()]
    slot.refresh_from_db()
    start = slot.starts_at + dt.timedelta(days=1)
    place = scheduling.Place(venue=VenueFactory(name="Ailleurs"), room=None, online_url="")
    scheduling.move(slot, starts_at=start, ends_at=start + dt.timedelta(hours=2), place=place, by=UserFactory())

    confirmation, email = written()

    assert confirmation.subject.startswith("Your seat is confirmed")  # still so, and with the new date
    assert email.subject.startswith("Changed: Going towards, now ")
    assert "Ailleurs" in email.body
    assert "La Fabrique" in email.body
    method, calendar = calendar_of(email)
    (entry,) = calendar.walk("VEVENT")
    assert method == "REQUEST"
    assert entry.start == start.replace(microsecond=0)
    assert entry["SEQUENCE"] == before.walk("VEVENT")[0]["SEQUENCE"] + 1


URL = "https://visio.example.org/room"


def put_online(slot):
    place = scheduling.Place(venue=None, room=None, online_url=URL)
    scheduling.move(slot, starts_at=slot.starts_at, ends_at=slot.ends_at, place=place, by=UserFactory())


def write_to_all(slot):
    states = ["confirmed", "pending", "waiting"]
    writing.write(slot, states=states, subject="Bring gloves", body="It is cold.", key="k", by=UserFactory())


@pytest.mark.parametrize(
    ("state", "told"), [("confirmed", True), ("waiting", False), ("offer", False), ("approval", False)]
)
@pytest.mark.parametrize("act", [put_online, write_to_all])
def test_address_of_the_meeting_is_told_to_who_has_a_seat_alone(act, state, told):
    facts = {"state": state, "confirmed_at": None, "queue_number": 1}
    if state in ("offer", "approval"):
        facts |= {"state": "pending", "pending_for": state, "expires_at": timezone.now() + dt.timedelta(days=1)}
    registration = RegistrationFactory(volunteer=awa(), slot__capacity=1, **facts)
    if state == "waiting":
        RegistrationFactory(slot=registration.slot)
    if act is write_to_all:
        put_online(registration.slot)
        Message.objects.all().delete()
    act(registration.slot)

    (email,) = written()

    assert [URL in text for text in (email.body, html_of(email))] == [told, told]


def test_of_two_moves_before_the_mail_left_the_last_is_told(slot):
    register(slot)
    for days in (1, 2):
        slot.refresh_from_db()
        start = slot.starts_at + dt.timedelta(days=days)
        place = scheduling.Place.of(slot)
        scheduling.move(slot, starts_at=start, ends_at=start + dt.timedelta(hours=2), place=place, by=UserFactory())

    confirmation, first, second = written()

    assert (confirmation is None, first is None, second is None) == (False, True, False)


def test_calling_off_is_told_once_with_the_reason(slot):
    register(slot)
    slot.refresh_from_db()
    scheduling.call_off(slot, by=UserFactory(), reason="The hall <is> flooded & closed")

    confirmation, email = written()

    assert confirmation is None
    assert email.subject.startswith("Called off: Going towards, ")
    assert "The hall <is> flooded & closed" in email.body
    assert "The hall &lt;is&gt; flooded &amp; closed" in html_of(email)
    assert calendar_of(email)[0] == "CANCEL"


def test_person_who_left_is_written_nothing(slot):
    registration = register(slot)
    Registration.objects.filter(pk=registration.pk).update(volunteer=None)

    assert written() == [None]


def test_hostile_title_stays_in_its_place():
    title = "Fête\r\nBcc: all@example.org <script>🎉"
    registration = RegistrationFactory(volunteer=awa(), slot__title_en=title)
    Message.objects.create(
        kind="events/registration",
        key="k",
        to="awa@example.org",
        language="en",
        context={"registration": str(registration.uid)},
    )

    (email,) = written()

    assert email.subject.startswith("Your seat is confirmed: Fête Bcc: all@example.org <script>🎉, ")
    assert email.message()["Bcc"] is None
    assert "<script>" not in html_of(email)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_message_is_in_the_persons_language(language):
    registration = RegistrationFactory(
        volunteer=awa(), slot__title_fr="Aller vers", slot__title_en="Going towards", slot__starts_at=timezone.now()
    )
    Message.objects.create(
        kind="events/registration",
        key="k",
        to="awa@example.org",
        language=language,
        context={"registration": str(registration.uid)},
    )

    (email,) = written()

    assert {"fr": "Aller vers", "en": "Going towards"}[language] in email.subject
    assert f'<html lang="{language}">' in html_of(email)
