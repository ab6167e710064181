"""The room above sends people from one date to another of its own: seats are counted once, nobody is told twice."""

import pytest

from events import calendars, registering, transferring
from events.models import Registration, Slot
from events.transferring import TooMany, Transfer
from mail.models import Message
from tests.factories.events import RegistrationFactory, SlotFactory, WalkInFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def slots():
    return SlotFactory(capacity=2), SlotFactory(capacity=2)


def taken(*slots):
    return [Slot.objects.get(pk=slot.pk).seats_taken for slot in slots]


def transfer(slots, *moves):
    """``moves``: who (a registration or a volunteer), where, seated or not."""
    transfers = [
        Transfer(who.volunteer_id, slot.pk, seated, who.pk)
        if isinstance(who, Registration)
        else Transfer(who.pk, slot.pk, seated)
        for who, slot, seated in moves
    ]
    return transferring.transfer(transfers, among=[slot.pk for slot in slots], by=UserFactory())


def sequence(registration):
    row = Registration.objects.select_related("slot", "volunteer__user").get(pk=registration.pk)
    (event,) = calendars.events_of(row)
    return int(event["SEQUENCE"]), str(event["UID"])


@pytest.mark.both
def test_seats_go_along_and_nobody_is_told(slots):
    one, other = slots
    volunteers = VolunteerFactory.create_batch(2)
    here, there = (registering.register(v, slot=s, by=None) for v, s in zip(volunteers, slots, strict=True))
    Slot.objects.filter(pk=one.pk).update(sequence=5, title_sequence=2)
    before = sequence(here)
    Message.objects.all().delete()

    found = transfer(slots, (here, other, True), (there, one, True))

    assert found == {here.volunteer_id: here.pk, there.volunteer_id: there.pk}
    here.refresh_from_db()
    assert (here.slot, here.state, taken(one, other)) == (other, "confirmed", [1, 1])
    after = sequence(here)
    assert (after[0] > before[0], after[1]) == (True, before[1])
    assert transfer(slots, (here, other, True), (there, one, True)) == found
    assert sequence(here) == after
    assert not Message.objects.exists()


@pytest.mark.both
def test_two_full_dates_exchange_people_and_a_third_is_refused(slots):
    one, other = slots
    here = RegistrationFactory.create_batch(2, slot=one)
    there = RegistrationFactory.create_batch(2, slot=other)

    transfer(slots, *((row, other, True) for row in here), *((row, one, True) for row in there))
    assert (taken(one, other), set(other.registrations.all())) == ([2, 2], set(here))

    with pytest.raises(TooMany):
        transfer(slots, (VolunteerFactory(), one, True))


def test_whoever_waits_gets_a_number_and_a_seat_ends_the_wait(slots):
    one, other = slots
    seated = RegistrationFactory(slot=one)
    waiting = [RegistrationFactory(slot=one, waiting=True), RegistrationFactory(slot=other, held=True)]
    Slot.objects.filter(pk=one.pk).update(queue_last=7)
    new = VolunteerFactory()

    transfer(slots, (waiting[0], other, True), (waiting[1], other, True), (seated, one, False), (new, one, False))

    rows = {row.volunteer_id: row for row in Registration.objects.all()}
    assert {rows[row.volunteer_id].state for row in waiting} == {"confirmed"}
    assert all(rows[row.volunteer_id].confirmed_at for row in waiting)
    queue = [rows[seated.volunteer_id], rows[new.pk]]
    assert [(row.state, row.queue_number) for row in queue] == [("waiting", 8), ("waiting", 9)]
    assert (taken(one, other), Slot.objects.get(pk=one.pk).queue_last) == ([0, 2], 9)


def test_one_seat_a_person_among_the_dates_and_an_ended_one_is_not_revived(slots):
    one, other = slots
    person = VolunteerFactory()
    first, second = RegistrationFactory(slot=one, volunteer=person), RegistrationFactory(slot=other, volunteer=person)
    gone = RegistrationFactory(slot=one, cancelled=True)

    found = transfer(slots, (first, other, True), (gone, one, True))

    assert found[person.pk] == second.pk
    first.refresh_from_db()
    assert (first.state, first.end_reason) == ("cancelled", "organiser")
    assert found[gone.volunteer_id] != gone.pk
    assert taken(one, other) == [1, 1]


@pytest.mark.both
@pytest.mark.parametrize("end", [registering.give_back, registering.strike_off])
def test_the_seat_that_ends_is_where_somebody_was_sent_meanwhile(slots, end):
    one, other = slots
    here = registering.register(VolunteerFactory(), slot=one, by=None)
    read_before = Registration.objects.select_related("slot").get(pk=here.pk)
    transfer(slots, (here, other, True))

    end(read_before, by=UserFactory())

    assert (taken(*slots), Registration.objects.get().state) == ([0, 0], "cancelled")


def test_walk_ins_keep_their_seats(slots):
    one, other = slots
    WalkInFactory(slot=one)
    rows = RegistrationFactory.create_batch(2, slot=other)

    transfer(slots, (rows[0], one, True))
    assert taken(one, other) == [2, 1]
    with pytest.raises(TooMany):
        transfer(slots, (rows[1], one, True))


def test_queries_do_not_grow_with_the_people(slots, django_assert_num_queries):
    one, other = slots
    for slot in slots:
        slot.capacity = 40
        slot.save()
    rows = RegistrationFactory.create_batch(1, slot=one)
    with django_assert_num_queries(9):
        transfer(slots, *((row, other, True) for row in rows))
    rows = RegistrationFactory.create_batch(30, slot=one)
    with django_assert_num_queries(9):
        transfer(slots, *((row, other, True) for row in rows))
