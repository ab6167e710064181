import datetime as dt
import uuid

import pytest
from django.utils import timezone

from events import registering, scheduling, tasks, walking_in
from events.models import Registration, Slot, WalkIn
from events.scheduling import ChangeRefused
from mail.models import Message
from tests.events import seats
from tests.factories.events import RegistrationFactory, SlotFactory, WalkInFactory
from tests.factories.volunteers import UserFactory
from tests.racing import at_once
from volunteers.models import User

SOON = dt.timedelta(minutes=30)


def today(capacity):
    return SlotFactory(starts_at=timezone.now() + SOON, capacity=capacity)


def let_in(slot, name="Zoé", *, key=None, by=None):
    return walking_in.let_in(name, slot=slot, key=key or uuid.uuid4(), by=by or UserFactory())


@pytest.mark.both
@pytest.mark.django_db
def test_walk_in_takes_a_seat_and_makes_no_account():
    slot, by = today(2), UserFactory()
    accounts = User.objects.count()

    row = let_in(slot, by=by)

    assert (row.first_name, row.added_by, User.objects.count()) == ("Zoé", by, accounts)
    assert (Registration.objects.count(), Message.objects.count()) == (0, 0)
    assert seats.check_instant(slot.pk) == {"capacity": 2, "holding": 1, "waiting": 0}


@pytest.mark.both
@pytest.mark.django_db
def test_second_click_adds_nobody_also_when_the_first_took_the_last_seat():
    slot, key = today(1), uuid.uuid4()

    first, second = let_in(slot, key=key), let_in(slot, key=key)

    assert (first, WalkIn.objects.count()) == (second, 1)
    assert seats.check_instant(slot.pk)["holding"] == 1


@pytest.mark.django_db
def test_walk_in_when_full_is_refused():
    slot = today(1)
    RegistrationFactory(slot=slot)

    with pytest.raises(ChangeRefused, match=r"All seats|places"):
        let_in(slot)

    assert WalkIn.objects.count() == 0
    scheduling.resize(slot, capacity=2, by=UserFactory())
    let_in(slot)
    assert seats.check_instant(slot.pk)["holding"] == 2


@pytest.mark.django_db
def test_walk_in_before_the_door_opens_is_refused():
    slot = SlotFactory()

    with pytest.raises(ChangeRefused):
        let_in(slot)

    Slot.objects.update(starts_at=timezone.now() + SOON)
    assert let_in(Slot.objects.get()).slot == slot


@pytest.mark.both
@pytest.mark.django_db
def test_seat_taken_back_goes_to_the_next_once():
    slot, by = today(1), UserFactory()
    row = let_in(slot)
    waiting = RegistrationFactory(slot=slot, waiting=True)

    taken_back = [walking_in.take_back(slot, walk_in=row.pk, by=by) for _ in range(2)]

    waiting.refresh_from_db()
    assert [taken_back[0].first_name, taken_back[1]] == ["Zoé", None]
    assert (WalkIn.objects.count(), waiting.pending_for) == (0, "offer")
    assert seats.check_instant(slot.pk)["holding"] == 1


@pytest.mark.django_db
def test_only_a_walk_in_of_the_date_is_taken_back():
    slot, elsewhere = today(1), let_in(today(1))

    assert walking_in.take_back(slot, walk_in=elsewhere.pk, by=UserFactory()) is None
    assert WalkIn.objects.get() == elsewhere


@pytest.mark.django_db
def test_nobody_was_at_a_date_called_off():
    slot = today(2)
    let_in(slot)

    scheduling.call_off(slot, by=UserFactory())

    assert (WalkIn.objects.count(), Slot.objects.get().seats_taken) == (0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "name"), [(29, "Zoé"), (31, "")])
def test_name_is_forgotten_and_the_count_stays(days, name):
    ended_at = timezone.now() - dt.timedelta(days=days)
    row = WalkInFactory(slot__starts_at=ended_at - SOON, slot__ends_at=ended_at)

    tasks.forget_walk_ins()
    tasks.forget_walk_ins()

    assert [each.first_name for each in WalkIn.objects.all()] == [name]
    assert seats.check_instant(row.slot_id)["holding"] == 1


@pytest.mark.django_db
def test_who_added_somebody_may_leave():
    row = let_in(today(1))

    row.added_by.delete()

    assert WalkIn.objects.get().added_by is None


def test_the_last_seat_is_raced_for_by_walk_ins_and_registrations(transactional_db):
    slot, by = today(5), UserFactory()
    crowd = seats.people(12)

    def come(volunteer):
        seats.be_patient()
        mine = Slot.objects.get(pk=slot.pk)
        if volunteer.pk % 2:
            return let_in(mine, by=by)
        return registering.register(volunteer, slot=mine, by=None)

    at_once(come, crowd)

    counted = seats.check_instant(slot.pk)
    assert (counted["holding"], WalkIn.objects.count() + slot.registrations.holding().count()) == (5, 5)


def test_ten_clicks_at_once_count_one(transactional_db):
    slot, key, by = today(5), uuid.uuid4(), UserFactory()

    def click(_):
        seats.be_patient()
        return let_in(slot, key=key, by=by)

    rows = at_once(click, range(10))

    assert {row.pk for row in rows} == {WalkIn.objects.get().pk}
    assert seats.check_instant(slot.pk)["holding"] == 1
