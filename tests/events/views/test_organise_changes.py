"""One date in the back office: moved, changed, called off, written about, published, and what else is there then."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.utils import timezone
from django.utils.translation import override

from events import kinds, overview
from events.models import Room, Slot
from mail.models import Message
from tests.events.views.organising import url
from tests.factories.events import RegistrationFactory, SlotFactory, VenueFactory
from tests.factories.trainings import SessionFactory
from tests.factories.volunteers import NetworkFactory, UserFactory

pytestmark = pytest.mark.django_db


def to_move(organiser, slot, starts_at, ends_at):
    """What the form, just opened, sends for this time, in the same place."""
    page = organiser.get(url("move", slot))
    times = {"starts_at": f"{starts_at:%Y-%m-%dT%H:%M}", "ends_at": f"{ends_at:%Y-%m-%dT%H:%M}"}
    return {"seen": page.context["form"]["seen"].value(), "venue": slot.venue_id} | times


def test_move_asks_before_it_tells(slot, organiser):
    RegistrationFactory(slot=slot)
    later = timezone.localtime(slot.starts_at + dt.timedelta(days=2)).replace(second=0, microsecond=0)
    data = to_move(organiser, slot, later, later + dt.timedelta(hours=1))

    asked = organiser.post(url("move", slot), data)
    assert asked.templates[0].name == "organise/move_confirm.html"
    assert Message.objects.count() == 0
    organiser.post(url("move", slot), data | {"confirmed": "1"})

    slot.refresh_from_db()
    assert (slot.starts_at, slot.sequence, Message.objects.count()) == (later, 1, 1)


def said(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)][-1]


@pytest.mark.parametrize("people", [0, 2])
def test_move_by_a_double_click_says_twice_what_was_done_once(slot, organiser, people):
    RegistrationFactory.create_batch(people, slot=slot)
    later = timezone.localtime(slot.starts_at + dt.timedelta(days=2)).replace(second=0, microsecond=0)
    data = {
        "seen": organiser.get(url("move", slot)).context["form"]["seen"].value(),
        "starts_at": f"{later:%Y-%m-%dT%H:%M}",
        "ends_at": f"{later + dt.timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "venue": slot.venue_id,
        "confirmed": "1",
    }

    with override("en"):
        answers = [organiser.post(url("move", slot), data) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert [answer.url.removeprefix("/en") for answer in answers] == [url("slot", slot)] * 2
    second = "2 people get a message." if people else "It has this time and place now."
    assert said(answers[1]) == second
    assert Slot.objects.get().sequence == 1
    assert Message.objects.count() == people
    other = data | {"ends_at": f"{later + dt.timedelta(hours=2):%Y-%m-%dT%H:%M}"}
    assert organiser.post(url("move", slot), other).context["form"].has_error("__all__", "stale")


def test_call_off_by_a_double_click_counts_nobody_falsely(slot, organiser):
    RegistrationFactory.create_batch(2, slot=slot)

    with override("en"):
        answers = [organiser.post(url("call-off", slot), {"sure": "on"}) for _click in range(2)]

    assert [answer.url.removeprefix("/en") for answer in answers] == [url("slot", slot)] * 2
    assert [said(answer) for answer in answers] == [
        "This date is cancelled. 2 people get a message.",
        "This date is cancelled already.",
    ]
    assert Message.objects.count() == 2


def test_move_to_the_same_place_and_time_announces_nothing(slot, organiser):
    RegistrationFactory(slot=slot)
    starts_at, ends_at = timezone.localtime(slot.starts_at), timezone.localtime(slot.ends_at)
    data = to_move(organiser, slot, starts_at, ends_at)

    same = organiser.post(url("move", slot), data)
    elsewhere = organiser.post(url("move", slot), data | {"venue": VenueFactory().pk})

    assert len(same.context["form"].non_field_errors()) == 1
    assert [answer.templates[0].name for answer in (same, elsewhere)] == [
        "organise/move.html",
        "organise/move_confirm.html",
    ]


def test_move_says_what_is_wrong_beside_its_field(slot, organiser):
    Slot.objects.update(capacity=30)
    elsewhere = Room.objects.create(venue=VenueFactory(), name="A")
    small = Room.objects.create(venue=slot.venue, name="B", capacity=12)
    good = timezone.localtime(slot.starts_at)

    def wrong(starts=good, ends=good + dt.timedelta(hours=1), **data):
        answer = organiser.post(url("move", slot), to_move(organiser, slot, starts, ends) | data)
        return set(answer.context["form"].errors)

    assert wrong(ends=good - dt.timedelta(hours=1)) == {"ends_at"}
    assert wrong(starts=good - dt.timedelta(days=60), ends=good - dt.timedelta(days=60, hours=-1)) == {"starts_at"}
    assert wrong(room=elsewhere.pk) == {"room"}
    assert wrong(room=small.pk) == {"room"}
    assert wrong(venue="") == {"online_url"}
    assert wrong(starts=good.replace(year=9999), ends=good.replace(year=9999, hour=23, minute=59)) == {"starts_at"}
    assert wrong(starts=good.replace(year=2226), ends=good.replace(year=2226, hour=23, minute=59)) == {"starts_at"}
    assert Slot.objects.get().sequence == 0


def test_move_says_one_thing_about_an_address_that_is_none(slot, organiser):
    data = {"starts_at": "2030-01-01T10:00", "ends_at": "2030-01-01T11:00", "online_url": "nowhere at all"}
    with override("en"):
        errors = organiser.post(url("move", slot), data).context["form"].errors
        assert errors["online_url"] == ["Enter a valid URL."]


@pytest.mark.parametrize(
    ("hour", "said"),
    [
        ("2027-03-28T02:30", "This hour does not exist that day: the clocks go forward."),
        ("2026-10-25T02:30", "This hour comes twice that day: the clocks go back. Choose another one."),
    ],
)
def test_hours_that_the_clocks_skip_or_repeat_are_refused_in_plain_words(slot, organiser, hour, said):
    with override("en"):
        form = organiser.post(url("move", slot), {"starts_at": hour, "ends_at": "2027-03-28T03:30"}).context["form"]
        assert form.errors["starts_at"] == [said]
    assert "ends_at" not in form.errors


def test_a_date_called_off_has_nothing_left_to_change(slot, organiser):
    data = {"seen": organiser.get(url("terms", slot)).context["form"]["seen"].value(), "title_fr": "Un", "capacity": 9}
    Slot.objects.update(state="cancelled")

    with override("en"):
        answers = [organiser.get(url("terms", slot)), organiser.get(url("move", slot))]
        answers.append(organiser.post(url("terms", slot), data))

    for answer in answers:
        page = answer.content.decode()
        assert "This date was cancelled: make another one instead." in page
        assert 'name="capacity"' not in page and 'name="starts_at"' not in page
    assert Slot.objects.get().capacity == 3


def test_terms_of_two_tabs(slot, organiser):
    page = organiser.get(url("terms", slot)).context["form"]
    data = {"seen": page["seen"].value(), "title_fr": "Un", "title_en": "One", "capacity": 3}
    organiser.post(url("terms", slot), data | {"title_fr": "Deux"})

    stale = organiser.post(url("terms", slot), data)

    assert stale.context["form"].has_error("__all__", "stale")
    assert Slot.objects.get().title_fr == "Deux"
    again = {"seen": stale.context["form"]["seen"].value()}
    assert organiser.post(url("terms", slot), data | again).status_code == 302
    assert Slot.objects.get().title_fr == "Un"


def test_terms_keep_seats_taken_and_find_people_in_charge(slot, organiser):
    RegistrationFactory(slot=slot)
    RegistrationFactory(slot=slot)
    trainer = UserFactory()

    def send(**data):
        form = organiser.get(url("terms", slot)).context["form"]
        data = {"seen": form["seen"].value(), "title_fr": "Un", "capacity": 3} | data
        answer = organiser.post(url("terms", slot), data)
        return set(answer.context["form"].errors) if answer.context else answer.status_code

    assert send(capacity=1) == {"capacity"}
    assert send(in_charge="nobody@example.org") == {"in_charge"}
    assert send(opens_at="2026-01-02T10:00", closes_at="2026-01-01T10:00") == {"closes_at"}
    assert send(capacity=2, in_charge=trainer.email.upper()) == 302
    assert (Slot.objects.get().capacity, list(slot.people_in_charge.all())) == (2, [trainer])


def test_call_off_needs_the_box(slot, organiser):
    RegistrationFactory(slot=slot)

    organiser.post(url("call-off", slot), {"reason": "Grève"})
    assert Slot.objects.get().state == "open"
    organiser.post(url("call-off", slot), {"reason": "Grève", "sure": "on"})

    assert Slot.objects.get().state == "cancelled"
    assert Message.objects.get().context["reason"] == "Grève"


def test_write_by_a_double_click_leaves_once(slot, organiser):
    RegistrationFactory(slot=slot)
    key = organiser.get(url("write", slot)).context["form"]["key"].value()
    word = {"states": ["confirmed"], "subject": "Gants", "body": "Apportez-en.", "key": key}

    organiser.post(url("write", slot), word)
    organiser.post(url("write", slot), word)
    assert Message.objects.count() == 1
    organiser.post(url("write", slot), word | {"key": uuid.uuid4()})
    assert Message.objects.count() == 2


def test_write_another_text_from_the_same_form_asks_again(slot, organiser):
    RegistrationFactory.create_batch(2, slot=slot)
    key = organiser.get(url("write", slot)).context["form"]["key"].value()
    word = {"states": ["confirmed"], "subject": "Gants", "body": "Apportez-en.", "key": key}
    organiser.post(url("write", slot), word)

    with override("en"):
        answer = organiser.post(url("write", slot), word | {"body": "N’en apportez pas."})

    form = answer.context["form"]
    assert form.non_field_errors() == [
        "Your first text has left already, and this one has not been sent. Send again to write a second message."
    ]
    assert form["body"].value() == "N’en apportez pas."
    assert Message.objects.count() == 2
    again = {name: form[name].value() for name in form.fields}
    assert "2 " in str(list(get_messages(organiser.post(url("write", slot), again).wsgi_request))[-1])
    assert Message.objects.filter(context__body="N’en apportez pas.").count() == 2


# --- The same place at the same time ----------------------------------------------------------------------------------
def beside(slot, **facts):
    """Another date that overlaps this one's last hour, in its venue."""
    facts = {"venue": slot.venue, "room": slot.room, "network": slot.network} | facts
    return SlotFactory(starts_at=slot.ends_at - dt.timedelta(hours=1), **facts)


def clashes_on(client, name, slot):
    return [(clash.slot, clash.url) for clash in client.get(url(name, slot)).context["clashes"]]


@pytest.mark.parametrize("roomy", [False, True])
def test_slot_page_names_what_else_is_there_at_that_time(slot, organiser, roomy):
    if roomy:
        slot.room = Room.objects.create(venue=slot.venue, name="A")
        slot.save()
    mine = beside(slot, draft=True)
    beside(slot, cancelled=True)
    beside(slot, room=None if roomy else Room.objects.create(venue=slot.venue, name="B"))
    beside(slot, venue=VenueFactory(), room=None)
    SlotFactory(starts_at=slot.ends_at, venue=slot.venue, room=slot.room)  # just after
    SlotFactory(online=True, starts_at=slot.starts_at)

    for name in ("slot", "move"):
        assert clashes_on(organiser, name, slot) == [(mine, url("slot", mine))]
    with override("en"):
        page = organiser.get(url("slot", slot)).content.decode()
    assert "Something else is planned in the same place at the same time:" in page
    assert mine.title_en in page


@pytest.mark.parametrize(("state", "shown"), [("draft", False), ("open", True)])
def test_a_draft_of_another_network_is_not_named(slot, organiser, state, shown):
    theirs = beside(slot, state=state, network=NetworkFactory(), title_fr="Visite secrète")
    SessionFactory(slot=theirs)

    page = organiser.get(url("slot", slot))

    [clash] = page.context["clashes"]
    assert (clash.url, "Visite secrète" in page.content.decode()) == (kinds.page_of(theirs) if shown else "", shown)


def test_clashes_are_no_longer_told_once_over_or_called_off(slot, organiser):
    beside(slot)
    assert len(clashes_on(organiser, "slot", slot)) == 1
    Slot.objects.filter(pk=slot.pk).update(state="cancelled")
    assert clashes_on(organiser, "slot", slot) == []
    with time_machine.travel(slot.ends_at, tick=False):
        assert overview.clashes(AnonymousUser(), slot) == []


def test_move_warns_of_what_is_there_and_does_not_forbid(slot, organiser):
    RegistrationFactory(slot=slot)
    there = SlotFactory(network=slot.network, starts_at=slot.starts_at + dt.timedelta(days=2), venue=slot.venue)
    later = timezone.localtime(there.starts_at)
    data = {
        "seen": organiser.get(url("move", slot)).context["form"]["seen"].value(),
        "starts_at": f"{later:%Y-%m-%dT%H:%M}",
        "ends_at": f"{later + dt.timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "venue": slot.venue_id,
    }

    asked = organiser.post(url("move", slot), data)
    done = organiser.post(url("move", slot), data | {"confirmed": "1"}, follow=True)

    for answer, template in ((asked, "organise/move_confirm.html"), (done, "organise/slot.html")):
        assert answer.templates[0].name == template
        assert [clash.slot for clash in answer.context["clashes"]] == [there]
        assert there.title_fr in answer.content.decode()


def test_publish_a_draft(slot, organiser):
    Slot.objects.update(state="draft")
    organiser.post(url("publish", slot))
    assert Slot.objects.get().state == "open"
