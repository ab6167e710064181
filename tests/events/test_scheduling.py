import datetime as dt

import pytest
from django.utils import timezone

from events import registering, scheduling
from events.models import Room, Slot
from events.scheduling import ChangeRefused, Place
from mail.models import Message
from tests.events import seats
from tests.factories.events import RegistrationFactory, SlotFactory, VenueFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory
from tests.racing import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return UserFactory()


def told(kind):
    return sorted(Message.objects.filter(kind=f"events/{kind}").values_list("to", flat=True))


def week_later(slot):
    return {"starts_at": slot.starts_at + dt.timedelta(days=7), "ends_at": slot.ends_at + dt.timedelta(days=7)}


def test_move_tells_everybody_active_once(by):
    slot = SlotFactory()
    coming = RegistrationFactory(slot=slot)
    waiting = RegistrationFactory(slot=slot, waiting=True)
    RegistrationFactory(slot=slot, cancelled=True)
    RegistrationFactory(slot=slot, held=True)  # for a code: that address is not proved
    new = week_later(slot) | {"place": Place(VenueFactory())}

    assert scheduling.move(slot, **new, by=by) == 2
    assert scheduling.move(slot, **new, by=by) == 0

    slot.refresh_from_db()
    assert (slot.starts_at, slot.venue, slot.sequence) == (new["starts_at"], new["place"].venue, 1)
    assert told("slot-moved") == sorted([coming.volunteer.user.email, waiting.volunteer.user.email])


def test_move_twice_is_two_changes(by):
    slot = RegistrationFactory().slot
    scheduling.move(slot, **week_later(slot), place=Place.of(slot), by=by)
    scheduling.move(slot, **week_later(slot), place=Place.of(slot), by=by)

    sequences = [message.context["slot_sequence"] for message in Message.objects.order_by("pk")]
    assert (slot.sequence, sequences) == (2, [1, 2])


def test_move_shortens_offers_and_keeps_the_closing_before_the_start(by):
    slot = SlotFactory(closes_at=timezone.now() + dt.timedelta(days=6))
    offer = RegistrationFactory(slot=slot, waiting=True)
    type(offer).objects.update(state="pending", pending_for="offer", expires_at=slot.starts_at)
    before = slot.starts_at - slot.closes_at
    sooner = timezone.now() + dt.timedelta(hours=3)

    scheduling.move(slot, starts_at=sooner, ends_at=sooner + dt.timedelta(hours=1), place=Place.of(slot), by=by)

    offer.refresh_from_db()
    assert offer.expires_at == sooner
    assert slot.starts_at - slot.closes_at == before


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"ends_at": -1}, "end must come after"),
        ({"starts_at": -30}, "in the past"),
        ({"room": True}, "holds 5 people"),
        ({"state": Slot.State.CANCELLED}, "was cancelled"),
        ({"begun": True}, "has begun"),
    ],
)
def test_move_refused_changes_nothing(by, what, said):
    from django.utils import translation

    slot = RegistrationFactory().slot
    new = week_later(slot)
    place = Place.of(slot)
    if "ends_at" in what:
        new["ends_at"] = new["starts_at"] - dt.timedelta(hours=1)
    if "starts_at" in what:
        new["starts_at"] -= dt.timedelta(days=30)
    if "room" in what:
        place = Place(slot.venue, Room.objects.create(venue=slot.venue, name="A", capacity=5))
    if "state" in what:
        Slot.objects.update(state=what["state"])
    if "begun" in what:
        Slot.objects.update(starts_at=timezone.now() - dt.timedelta(minutes=1))
    before = Slot.objects.values().get()

    with translation.override("en"), pytest.raises(ChangeRefused, match=said):
        scheduling.move(slot, **new, place=place, by=by)

    assert Slot.objects.values().get() == before
    assert told("slot-moved") == []


def test_call_off_ends_everything_and_tells_each_once(by):
    slot = SlotFactory()
    rows = [RegistrationFactory(slot=slot), RegistrationFactory(slot=slot, waiting=True)]
    held = RegistrationFactory(slot=slot, held=True)

    assert scheduling.call_off(slot, by=by, reason=" Trop froid. ") == 2
    assert scheduling.call_off(slot, by=by) == 0

    slot.refresh_from_db()
    assert (slot.state, slot.seats_taken, slot.sequence) == ("cancelled", 0, 1)
    assert {(row.state, row.end_reason, row.ended_by) for row in slot.registrations.all()} == {
        ("cancelled", "slot", by)
    }
    assert told("slot-cancelled") == sorted(row.volunteer.user.email for row in rows)
    assert held.volunteer.user.email not in told("slot-cancelled")
    assert {message.context["reason"] for message in Message.objects.all()} == {"Trop froid."}


def test_resize_offers_new_seats_in_order(by):
    slot = RegistrationFactory(slot__capacity=1).slot
    waiting = [registering.register(VolunteerFactory(), slot=slot, by=None) for _ in range(3)]

    assert scheduling.resize(slot, capacity=3, by=by) == 2

    states = [slot.registrations.get(pk=row.pk).state for row in waiting]
    assert states == ["pending", "pending", "waiting"]
    assert seats.check_instant(slot.pk) == {"capacity": 3, "holding": 3, "waiting": 1}


def test_resize_under_what_is_taken_is_refused(by):
    slot = RegistrationFactory(slot__capacity=5).slot
    RegistrationFactory(slot=slot)

    with pytest.raises(ChangeRefused):
        scheduling.resize(slot, capacity=1, by=by)
    assert Slot.objects.get().capacity == 5
    scheduling.resize(slot, capacity=2, by=by)
    assert Slot.objects.get().capacity == 2


def test_publish_opens_a_draft_to_come(by):
    slot = SlotFactory(draft=True)
    past = SlotFactory(draft=True, starts_at=timezone.now() - dt.timedelta(days=1))

    scheduling.publish(scheduling.publish(slot, by=by), by=by)
    with pytest.raises(ChangeRefused):
        scheduling.publish(past, by=by)

    assert [Slot.objects.get(pk=row.pk).state for row in (slot, past)] == ["open", "draft"]


@pytest.mark.django_db(transaction=True)
def test_call_off_while_people_sign_up_leaves_nobody_with_a_seat(by):
    slot = SlotFactory(capacity=20)
    crowd = seats.people(30)

    def act(who):
        seats.be_patient()
        row = Slot.objects.get(pk=slot.pk)
        if who is None:
            return scheduling.call_off(row, by=by)
        try:
            return registering.register(who, slot=row, by=None)
        except registering.RegistrationRefused:
            return "refused"

    results = at_once(act, [*crowd[:15], None, *crowd[15:]])

    assert [result for result in results if isinstance(result, Exception)] == []
    assert seats.check_instant(slot.pk) == {"capacity": 20, "holding": 0, "waiting": 0}
    assert len(told("slot-cancelled")) == slot.registrations.count() == 30 - results.count("refused")


@pytest.mark.django_db(transaction=True)
def test_resizes_and_cancellations_at_once_keep_the_count(by):
    slot = SlotFactory(capacity=10)
    rows = [registering.register(v, slot=Slot.objects.get(pk=slot.pk), by=None) for v in seats.people(30)]

    def act(number):
        seats.be_patient()
        if number % 3:
            return registering.cancel(type(rows[0]).objects.select_related("slot").get(pk=rows[number].pk), by=None)
        try:
            return scheduling.resize(Slot.objects.get(pk=slot.pk), capacity=10 + number % 4, by=by)
        except ChangeRefused:
            return None

    results = at_once(act, range(20))

    assert [result for result in results if isinstance(result, Exception)] == []
    seats.check_instant(slot.pk)
    seats.check_numbers(slot)
    seats.check_messages(slot)
