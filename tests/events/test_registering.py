"""One person at a time; the crowd is in test_race.py."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import registering
from events.models import Registration, Slot
from events.registering import RegistrationRefused, SlotFull, offer_deadline
from mail.models import Message
from tests.factories.events import RegistrationFactory, SlotFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # SQLite takes seats and numbers under the lock alone


def register(slot, **options):
    volunteer = options.pop("volunteer", None) or VolunteerFactory()
    slot = Slot.objects.get(pk=slot.pk)
    return registering.register(volunteer, slot=slot, by=volunteer.user, **options)


def told(registration):
    """The states that the person is told of, in order."""
    keys = (
        Message.objects.filter(context__registration=str(registration.uid)).order_by("pk").values_list("key", flat=True)
    )
    return [key.split(":")[-1] for key in keys]


def state(registration):
    registration.refresh_from_db()
    return registration.state, registration.pending_for


def seats(slot):
    slot.refresh_from_db()
    return slot.seats_taken


# --- The fast way -----------------------------------------------------------------------------------------------------
def test_free_seat_holds_the_slots_row_for_one_statement():
    slot = SlotFactory()
    volunteer = VolunteerFactory()
    volunteer.user  # noqa: B018 -- loaded, as it is in a request
    slot = Slot.objects.get(pk=slot.pk)

    with CaptureQueriesContext(connection) as queries:
        registering.register(volunteer, slot=slot, by=volunteer.user)

    written = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(written) == 1 or connection.vendor == "sqlite"  # which has one writer at a time anyway
    assert Registration.objects.get().state == "confirmed"
    assert Slot.objects.get().seats_taken == Message.objects.count() == 1


def test_number_in_the_waiting_list_and_its_message_are_one_statement():
    slot = SlotFactory(capacity=1)
    first = register(slot)
    volunteer = VolunteerFactory()
    seen = Slot.objects.get(pk=slot.pk)

    with CaptureQueriesContext(connection) as queries:
        registration = registering.register(volunteer, slot=seen, by=volunteer.user)

    written = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(written) == 1 or connection.vendor == "sqlite"
    assert state(registration) == ("waiting", "")
    registration.refresh_from_db()
    assert (registration.queue_number, registration.confirmed_at) == (1, None)
    assert told(registration) == ["waiting"]
    assert state(first) == ("confirmed", "")
    assert seats(slot) == 1


def test_slot_seen_as_free_but_full_meanwhile_says_only_what_is_so():
    slot = SlotFactory(capacity=1)
    seen = Slot.objects.get(pk=slot.pk)
    RegistrationFactory(slot=slot)

    volunteer = VolunteerFactory()
    registration = registering.register(volunteer, slot=seen, by=None)

    assert state(registration) == ("waiting", "")
    assert told(registration) == ["waiting"]
    assert seats(slot) == 1


def test_slot_seen_as_full_but_free_meanwhile_gives_the_seat():
    slot = SlotFactory(capacity=1)
    taken = RegistrationFactory(slot=slot)
    seen = Slot.objects.get(pk=slot.pk)
    registering.cancel(taken, by=None)

    registration = registering.register(VolunteerFactory(), slot=seen, by=None)

    assert state(registration) == ("confirmed", "")
    assert told(registration) == ["confirmed"]


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(("field", "hours"), [("state", None), ("closes_at", -1), ("opens_at", 1), ("starts_at", -1)])
def test_slot_closed_meanwhile_takes_nobody(field, hours, full):
    slot = SlotFactory(capacity=1)
    if full:
        RegistrationFactory(slot=slot)
    seen = Slot.objects.get(pk=slot.pk)
    Slot.objects.update(**{field: timezone.now() + dt.timedelta(hours=hours) if hours else "cancelled"})

    with pytest.raises(RegistrationRefused):
        registering.register(VolunteerFactory(), slot=seen, by=None)

    assert Registration.objects.count() == full
    assert not Message.objects.exists()


def test_slot_where_an_organiser_decides_meanwhile_waits_for_the_answer():
    slot = SlotFactory(capacity=1)
    seen = Slot.objects.get(pk=slot.pk)
    Slot.objects.update(approval=True)

    registration = registering.register(VolunteerFactory(), slot=seen, by=None)

    assert state(registration) == ("pending", "approval")
    assert told(registration) == ["pending"]
    assert seats(slot) == 1


def test_twice_is_once():
    slot, volunteer = SlotFactory(), VolunteerFactory()

    first, again = register(slot, volunteer=volunteer), register(slot, volunteer=volunteer)

    assert first == again
    assert seats(slot) == 1
    assert told(first) == ["confirmed"]


def test_after_cancelling_one_may_come_back():
    slot, volunteer = SlotFactory(), VolunteerFactory()
    first = register(slot, volunteer=volunteer)
    registering.cancel(first, by=None)

    again = register(slot, volunteer=volunteer)

    assert first != again
    assert seats(slot) == 1


# --- Held until the code ----------------------------------------------------------------------------------------------
def test_hold_lasts_a_quarter_of_an_hour_and_tells_nobody():
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        held = register(SlotFactory(), until_code=True)

    assert state(held) == ("pending", "code")
    assert held.expires_at == now + dt.timedelta(minutes=15)
    assert told(held) == []
    assert seats(held.slot) == 1


def test_full_slot_holds_nothing_and_queues_nobody():
    slot = SlotFactory(capacity=1)
    RegistrationFactory(slot=slot)

    with pytest.raises(SlotFull):
        register(slot, until_code=True)

    assert Registration.objects.count() == 1


def test_hold_starts_again_for_an_hour_at_most():
    now = timezone.now()
    slot, volunteer = SlotFactory(), VolunteerFactory()
    ends = []
    for minutes in (0, 14, 28, 42, 56):
        with time_machine.travel(now + dt.timedelta(minutes=minutes), tick=False):
            held = register(slot, volunteer=volunteer, until_code=True)
            held.refresh_from_db()
            ends.append(round((held.expires_at - now).total_seconds() / 60))

    assert ends == [15, 29, 43, 57, 60]
    assert seats(slot) == 1


def test_hold_is_confirmed_by_whoever_comes_back_proved():
    slot, volunteer = SlotFactory(), VolunteerFactory()
    held = register(slot, volunteer=volunteer, until_code=True)

    registration = register(slot, volunteer=volunteer)

    assert registration == held
    assert state(held) == ("confirmed", "")
    assert told(held) == ["confirmed"]
    assert seats(slot) == 1


def test_hold_past_its_time_goes_to_the_next_without_a_word():
    slot = SlotFactory(capacity=1)
    held = register(slot, until_code=True)
    waiting = register(slot)

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16)):
        assert registering.expire_due() == 1
        assert registering.expire_due() == 0

    assert state(held) == ("cancelled", "")
    assert told(held) == []
    assert state(waiting) == ("pending", "offer")
    assert told(waiting) == ["waiting", "pending"]
    assert seats(slot) == 1


def test_newcomer_takes_the_seat_whose_time_is_past():
    slot = SlotFactory(capacity=1)
    held = register(slot, until_code=True)

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16)):  # nobody has swept yet
        newcomer = register(slot)

    assert (state(held), state(newcomer)) == (("cancelled", ""), ("confirmed", ""))
    assert seats(slot) == 1


def test_who_comes_late_does_not_pass_before_who_waits():
    slot = SlotFactory(capacity=1)
    held = register(slot, until_code=True)
    waiting = register(slot)

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16)):
        with pytest.raises(RegistrationRefused):
            registering.confirm(held, by=None)
        newcomer = register(slot)

    assert state(held) == ("cancelled", "")
    assert state(waiting) == ("pending", "offer")
    assert state(newcomer) == ("waiting", "")


def test_who_comes_late_keeps_a_seat_that_nobody_waits_for():
    held = register(SlotFactory(capacity=1), until_code=True)

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16)):
        assert registering.confirm(held, by=None).state == "confirmed"


def test_hold_is_not_taken_back_before_its_time():
    held = register(SlotFactory(), until_code=True)

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=14)):
        assert registering.expire_due() == 0

    assert state(held) == ("pending", "code")


# --- Offers -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("left", "deadline"),
    [
        (dt.timedelta(days=30), dt.timedelta(hours=24)),
        (dt.timedelta(days=2), dt.timedelta(hours=12)),
        (dt.timedelta(hours=2), dt.timedelta(minutes=30)),
        (dt.timedelta(minutes=30), dt.timedelta(minutes=15)),
        (dt.timedelta(minutes=5), dt.timedelta(minutes=5)),
    ],
)
def test_offer_lasts_a_day_and_less_when_the_date_is_near(left, deadline):
    now = timezone.now()

    assert offer_deadline(now=now, starts_at=now + left) == now + deadline


def test_offer_not_answered_cascades_to_the_next():
    slot = SlotFactory(capacity=1)
    seat = register(slot)
    first, second = register(slot), register(slot)
    registering.cancel(seat, by=None)

    with time_machine.travel(timezone.now() + dt.timedelta(hours=25)):
        registering.expire_due()

    assert state(first) == ("cancelled", "")
    assert first.end_reason == "expired"
    assert state(second) == ("pending", "offer")
    assert told(first) == ["waiting", "pending", "cancelled"]
    assert seats(slot) == 1


def test_offer_is_made_in_the_order_of_the_numbers():
    slot = SlotFactory(capacity=1)
    seat = register(slot)
    waiting = [register(slot) for _ in range(3)]
    registering.cancel(waiting[0], by=None)

    registering.cancel(seat, by=None)

    assert [state(row)[0] for row in waiting] == ["cancelled", "pending", "waiting"]


def test_nobody_is_offered_a_seat_once_the_date_has_begun():
    slot = SlotFactory(capacity=1)
    seat, waiting = register(slot), register(slot)

    with time_machine.travel(slot.starts_at + dt.timedelta(minutes=1)):
        registering.cancel(seat, by=None)

    assert state(waiting) == ("waiting", "")
    assert seats(slot) == 0


def test_confirming_twice_is_once():
    slot = SlotFactory(capacity=1)
    seat, waiting = register(slot), register(slot)
    registering.cancel(seat, by=None)

    for _ in range(2):
        registering.confirm(Registration.objects.get(pk=waiting.pk), by=None)

    assert state(waiting) == ("confirmed", "")
    assert told(waiting) == ["waiting", "pending", "confirmed"]


# --- Where an organiser answers ---------------------------------------------------------------------------------------
def test_approval_comes_after_the_offer():
    slot = SlotFactory(capacity=1, approval=True)
    seat, waiting = register(slot), register(slot)
    assert state(seat) == ("pending", "approval")

    registering.refuse(seat, by=UserFactory())
    assert state(seat) == ("refused", "")
    assert state(waiting) == ("pending", "offer")

    registering.confirm(waiting, by=None)
    assert state(waiting) == ("pending", "approval")

    registering.approve(waiting, by=UserFactory())
    assert state(waiting) == ("confirmed", "")
    assert told(waiting) == ["waiting", "pending", "pending", "confirmed"]


@pytest.mark.parametrize("verb", [registering.approve, registering.refuse])
def test_only_what_waits_for_approval_is_answered(verb):
    held = RegistrationFactory(held=True)

    with pytest.raises(RegistrationRefused):
        verb(held, by=UserFactory())

    assert state(held) == ("pending", "code")


def test_person_erased_gives_the_seat_to_the_next():
    from volunteers import erasing

    slot = SlotFactory(capacity=1)
    seat, waiting = register(slot), register(slot)

    erasing.erase(seat.volunteer.user)

    assert state(waiting) == ("pending", "offer")
    seat.refresh_from_db()
    assert (seat.volunteer, seat.created_by, seat.state) == (None, None, "cancelled")
    assert not Message.objects.filter(context__registration=str(seat.uid)).exists()


def test_export_holds_ones_registrations():
    from volunteers import exporting

    mine = RegistrationFactory(slot__title_fr="Aller vers")
    RegistrationFactory()

    rows = exporting.export(mine.volunteer.user)["registrations"]

    assert [row["title"] for row in rows] == ["Aller vers"]
