"""What a date asks for, and who is kept out by it: nobody who came before, nobody whom an organiser vouches for."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import asking, enlisting, registering, requiring
from events.models import Registration, Slot
from events.registering import NotQualified, SeatNotHeld
from tests.factories.events import RegistrationFactory, SlotFactory
from tests.factories.volunteers import QualificationFactory, UserFactory, VolunteerFactory
from volunteers.models import QualificationHeld

pytestmark = [pytest.mark.both, pytest.mark.django_db]


def requires(slot, *qualifications):
    requiring.require(Slot.objects.filter(pk=slot.pk), qualifications, by=UserFactory())
    return Slot.objects.get(pk=slot.pk)


def hold(volunteer, qualification, until=None):
    day = dt.date(2020, 1, 1)
    QualificationHeld.objects.create(volunteer=volunteer, qualification=qualification, granted_on=day, expires_on=until)
    return volunteer


def register(volunteer, slot, **options):
    volunteer.user  # noqa: B018 -- loaded, as it is in a request
    return registering.register(volunteer, slot=slot, by=volunteer.user, **options)


def statements(queries):
    return [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]


# --- What it asks for -------------------------------------------------------------------------------------------------
def test_slots_ask_for_exactly_these_and_say_so_in_their_row():
    leader, waste = QualificationFactory(), QualificationFactory()
    slots = SlotFactory.create_batch(2)
    every, by = Slot.objects.all(), UserFactory()

    changes = [
        requiring.require(every, [waste, leader], by=by),
        requiring.require(every, [leader, waste], by=by),
        requiring.require(every.filter(pk=slots[0].pk), [waste], by=by),
        requiring.require(every, [], by=by),
    ]

    assert changes == [2, 0, 1, 2]
    assert [(slot.asks, slot.asked, slot.requires.count()) for slot in every] == [("", [], 0)] * 2


def test_row_names_the_keys_in_order():
    first, second = QualificationFactory(), QualificationFactory()

    slot = requires(SlotFactory(), second, first)

    assert (slot.asks, slot.asked) == (f"{first.pk} {second.pk}", [first.pk, second.pk])
    assert set(slot.requires.all()) == {first, second}


# --- A seat -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("days", "gets_in"), [(-1, False), (0, True), (1, True)])
def test_what_counts_is_what_is_valid_on_the_day_of_the_slot(days, gets_in):
    going_towards = QualificationFactory()
    slot = requires(SlotFactory(), going_towards)
    until = timezone.localdate(slot.starts_at) + dt.timedelta(days=days)
    volunteer = hold(VolunteerFactory(), going_towards, until)

    if gets_in:
        assert register(volunteer, slot).state == "confirmed"
    else:
        with pytest.raises(NotQualified, match=str(going_towards)):
            register(volunteer, slot)
    assert (Slot.objects.get().seats_taken, Registration.objects.count()) == (int(gets_in), int(gets_in))


def test_waiting_list_asks_for_it_too():
    going_towards = QualificationFactory()
    slot = SlotFactory(capacity=1)
    RegistrationFactory(slot=slot)
    slot = requires(slot, going_towards)

    with pytest.raises(NotQualified):
        register(VolunteerFactory(), slot)
    assert register(hold(VolunteerFactory(), going_towards), slot).state == "waiting"
    assert Slot.objects.get().queue_last == 1


def test_asking_for_something_costs_one_query_and_for_nothing_none():
    going_towards = QualificationFactory()
    volunteer = hold(VolunteerFactory(), going_towards)
    free, asking_for = SlotFactory(), requires(SlotFactory(), going_towards)
    counts = []
    for slot in (Slot.objects.get(pk=free.pk), asking_for):
        with CaptureQueriesContext(connection) as queries:
            register(volunteer, slot)
        counts.append(len(statements(queries)))

    assert counts[1] == counts[0] + 1
    assert counts[0] == 1 or connection.vendor == "sqlite"  # which has no such statement


# --- What changes meanwhile -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("full", [False, True])
def test_page_read_before_the_slot_asked_takes_no_seat(full):
    slot = SlotFactory(capacity=1)
    if full:
        RegistrationFactory(slot=slot)
    seen = Slot.objects.get(pk=slot.pk)
    requires(slot, QualificationFactory())
    before = Registration.objects.count()

    with pytest.raises(NotQualified):
        register(VolunteerFactory(), seen)

    assert Registration.objects.count() == before
    assert Slot.objects.get().seats_taken == int(full)


def test_page_read_while_the_slot_asked_gives_a_seat_once_it_no_longer_does():
    going_towards, other = QualificationFactory(), QualificationFactory()
    seen = requires(SlotFactory(), going_towards)
    volunteer = hold(VolunteerFactory(), going_towards)

    requires(seen, other)
    with pytest.raises(NotQualified):
        register(volunteer, seen)
    seen.refresh_from_db()
    requires(seen)

    assert register(volunteer, Slot.objects.get()).state == "confirmed"


def test_seat_asked_for_before_stays_whatever_the_slot_asks_for_later():
    slot = SlotFactory(capacity=1)
    first, waiting = VolunteerFactory(), VolunteerFactory()
    seat = register(first, Slot.objects.get(pk=slot.pk))
    place = register(waiting, Slot.objects.get(pk=slot.pk))
    requires(slot, QualificationFactory())

    registering.cancel(seat, by=first.user)
    place.refresh_from_db()
    accepted = registering.confirm(place, by=waiting.user)

    assert (place.pending_for, accepted.state) == ("offer", "confirmed")


@pytest.mark.django_db(transaction=True)
def test_seat_asked_for_while_the_requirement_is_being_written_waits_and_is_refused():
    if connection.vendor == "sqlite":
        return  # has one writer at a time
    slot, going_towards, volunteer = SlotFactory(), QualificationFactory(), VolunteerFactory()
    seen = Slot.objects.get(pk=slot.pk)
    found = []

    def click():
        try:
            found.append(register(volunteer, seen))
        except Exception as refusal:
            found.append(refusal)
        finally:
            connection.close()

    thread = threading.Thread(target=click)
    with transaction.atomic():
        requires(slot, going_towards)
        thread.start()
        thread.join(0.5)
        waited = thread.is_alive()
    thread.join(20)

    assert waited
    assert [type(result) for result in found] == [NotQualified]
    assert (Registration.objects.count(), Slot.objects.get().seats_taken) == (0, 0)


# --- An address that is not proved, and organisers ------------------------------------------------------------------
def test_nothing_is_held_for_an_address_and_all_are_answered_alike():
    going_towards = QualificationFactory()
    slot = requires(SlotFactory(), going_towards)
    hold(VolunteerFactory(user__email="holds@example.org"), going_towards)
    VolunteerFactory(user__email="lacks@example.org")
    registered = hold(VolunteerFactory(user__email="registered@example.org"), going_towards)
    register(registered, slot)
    alike = []
    for name in ("holds", "lacks", "registered", "unknown"):
        with CaptureQueriesContext(connection):
            _, wish = asking.ask(f"{name}@example.org", slot=slot, language="en")
        alike.append({key: value for key, value in wish.as_dict().items() if key not in ("user", "asked_at")})

    assert alike == [alike[0]] * 4
    assert (alike[0]["registration"], alike[0]["asks"], alike[0]["full"]) == (None, True, False)
    assert (Registration.objects.count(), Slot.objects.get().seats_taken) == (1, 1)


def test_hold_is_refused_when_the_slot_has_begun_to_ask_meanwhile():
    seen = SlotFactory()
    requires(seen, QualificationFactory())

    with pytest.raises(SeatNotHeld):
        register(VolunteerFactory(), seen, until_code=True)

    assert Slot.objects.get().seats_taken == 0


def test_proved_address_gets_the_seat_only_with_what_is_asked():
    going_towards = QualificationFactory()
    slot = requires(SlotFactory(), going_towards)
    holds, lacks = hold(VolunteerFactory(), going_towards), VolunteerFactory()
    wishes = [asking.ask(person.user.email, slot=slot, language="en")[1] for person in (holds, lacks)]

    made = asking.fulfil(holds.user, wishes[0])
    with pytest.raises(NotQualified):
        asking.fulfil(lacks.user, wishes[1])

    assert list(Registration.objects.values_list("volunteer", "state")) == [(holds.pk, made.state)]
    assert made.state == "confirmed"


def test_organiser_adds_somebody_who_lacks_it_and_is_told():
    going_towards = QualificationFactory()
    slot = requires(SlotFactory(), going_towards)
    hold(VolunteerFactory(user__email="holds@example.org"), going_towards)
    person = {"first_name": "", "last_name": "", "slot": slot, "language": "fr", "by": UserFactory()}

    lacks, holds = (enlisting.enlist(f"{name}@example.org", **person) for name in ("lacks", "holds"))

    assert [row.registration.state for row in (lacks, holds)] == ["confirmed"] * 2
    assert [row.lacks for row in (lacks, holds)] == [[going_towards], []]
