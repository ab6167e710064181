"""Seats under a crowd: the promise of the whole house, with real connections and real processes."""

import contextlib
import datetime as dt
import random
import threading
import time

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from events import registering
from events.models import Registration, Slot
from tests.events import seats
from tests.events.crowd import sign_up as sign_up_one_by_one
from tests.factories.events import RegistrationFactory, SlotFactory
from tests.racing import at_once


@pytest.fixture
def slot(transactional_db):
    return SlotFactory(capacity=50)


def sign_up(slot):
    """What a request does: its own copies of the rows, read before the crowd gets there."""

    def call(volunteer):
        seats.be_patient()
        return registering.register(volunteer, slot=Slot.objects.get(pk=slot.pk), by=None)

    return call


def test_three_hundred_people_for_fifty_seats(slot):
    results = at_once(sign_up(slot), seats.people(300))

    assert [result for result in results if not isinstance(result, Registration)] == []
    assert seats.check_instant(slot.pk) == {"capacity": 50, "holding": 50, "waiting": 250}
    assert seats.states(slot) == {"confirmed": 50, "waiting": 250}
    assert slot.registrations.values("volunteer").distinct().count() == 300
    assert seats.check_numbers(slot) == []
    seats.check_messages(slot)


def test_same_person_clicking_ten_times_has_one_registration(slot):
    (volunteer,) = seats.people(1)

    results = at_once(sign_up(slot), [volunteer] * 10)

    assert {result.pk for result in results} == {Registration.objects.get().pk}
    seats.check_messages(slot)
    assert seats.check_instant(slot.pk)["holding"] == 1


@pytest.mark.long
def test_a_life_of_cancellations_offers_and_newcomers(slot):
    """Twelve lives at once, until each act has been done often enough to have met all others."""
    crowd = seats.people(420)
    at_once(sign_up(slot), crowd[:240])
    newcomers = crowd[240:]
    cancelled, accepted, expired = set(), set(), []
    ended = threading.Event()

    def live(seed):
        seats.be_patient()
        chance = random.Random(seed)
        register = sign_up(slot)
        acts = 0
        while acts < 25 or (acts < 200 and not (len(cancelled) > 60 and len(accepted) > 15 and sum(expired) > 10)):
            acts += 1
            act = chance.choices(["cancel", "accept", "expire", "register"], [5, 4, 2, 3])[0]
            if act == "cancel":
                rows = slot.registrations.active().select_related("slot")
                cancelled.add(registering.cancel(chance.choice(rows[:60]), by=None).pk)
            elif act == "accept":
                offers = list(slot.registrations.filter(pending_for="offer").select_related("slot"))
                # It may expire, or be cancelled, in between.
                with contextlib.suppress(registering.RegistrationRefused):
                    _ = offers and accepted.add(registering.confirm(chance.choice(offers), by=None).pk)
            elif act == "expire":
                expired.append(registering.expire_due(timezone.now() + dt.timedelta(days=2)))
            elif newcomers:
                register(newcomers.pop())

    def watch(_):
        seen = 0
        while not ended.is_set():
            seats.check_instant(slot.pk)
            seen += 1
            time.sleep(0.005)
        return seen

    watcher = []
    thread = threading.Thread(target=lambda: watcher.extend(at_once(watch, [0])))
    thread.start()
    results = at_once(live, range(12))
    ended.set()
    thread.join(30)

    assert [result for result in results if result is not None] == []
    assert isinstance(watcher[0], int) and watcher[0] > 20, watcher
    rows = slot.registrations.all()
    assert (len(cancelled) > 60, len(accepted) > 15, sum(expired) > 10) == (True, True, True)
    assert rows.filter(end_reason="person").exists() and rows.filter(end_reason="expired").exists()
    assert rows.count() == 420 - len(newcomers)
    seats.check_instant(slot.pk)
    assert len(seats.check_numbers(slot)) > 20
    seats.check_messages(slot)


def test_check_then_write_oversells(slot, monkeypatch):
    """The race can fail: the same crowd, with the one conditional update taken out."""

    def careless(slot, registration, message, now):
        row = Slot.objects.get(pk=slot.pk)
        if row.seats_taken >= row.capacity:
            return False
        time.sleep(0.05)
        registration.save(force_insert=True)
        Slot.objects.filter(pk=slot.pk).update(seats_taken=row.seats_taken + 1)
        return True

    monkeypatch.setattr(registering, "seat_at_once", careless)

    at_once(sign_up(slot), seats.people(120))

    with pytest.raises(AssertionError, match="seats counted"):
        seats.check_instant(slot.pk)
    assert slot.registrations.holding().count() > slot.capacity


def test_promotion_without_the_lock_leaves_a_seat_uncounted(slot, monkeypatch):
    """The race can fail: cancellations that do not hold the slot's row hand the same seat on twice, or lose it."""
    crowd = seats.people(60)
    for volunteer in crowd:
        registering.register(volunteer, slot=Slot.objects.get(pk=slot.pk), by=None)

    def unlocked(slot):
        slot.refresh_from_db()
        time.sleep(0.02)
        return slot

    monkeypatch.setattr(registering, "_lock", unlocked)
    seated = slot.registrations.holding().select_related("slot")

    results = at_once(lambda row: registering.cancel(row, by=None), list(seated[:30]))

    with pytest.raises(AssertionError):
        assert [result for result in results if not isinstance(result, Registration)] == []
        seats.check_instant(slot.pk)
        seats.check_numbers(slot)


# --- The database's own word --------------------------------------------------------------------------------------
@pytest.mark.both
@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events_slot SET seats_taken = capacity + 1 WHERE id = %s",
        "UPDATE events_slot SET capacity = seats_taken - 1 WHERE id = %s",
        "UPDATE events_slot SET ends_at = starts_at WHERE id = %s",
        "UPDATE events_slot SET seats_taken = -1 WHERE id = %s",
    ],
)
def test_database_refuses_by_itself(statement):
    slot = RegistrationFactory(slot__capacity=1).slot

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [slot.pk])

    slot.refresh_from_db()
    assert (slot.capacity, slot.seats_taken) == (1, 1)


@pytest.mark.both
@pytest.mark.django_db
def test_database_refuses_a_second_active_registration():
    first = RegistrationFactory()
    RegistrationFactory(slot=first.slot, volunteer=first.volunteer, cancelled=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrationFactory(slot=first.slot, volunteer=first.volunteer, waiting=True)

    assert Registration.objects.active().get() == first


# --- Processes: the same on SQLite, and the kill ----------------------------------------------------------------------
@pytest.fixture
def start(fork):
    """Starts a process that signs people up, once it is told to go (tests/events/crowd.py)."""
    return lambda slot, crowd, **options: fork(sign_up_one_by_one, slot.pk, crowd[0].pk, crowd[-1].pk, **options)


def let_go(*processes):
    """All of them, once all are ready."""
    for process in processes:
        assert process.line.recv() == "ready"
    for process in processes:
        process.line.send("go")


@pytest.mark.both
def test_two_processes_for_fifty_seats(slot, start):
    crowd = seats.people(300)
    processes = [start(slot, crowd[:150]), start(slot, crowd[150:])]

    let_go(*processes)
    acknowledged = [key for process in processes for key in process.rest()]

    assert [process.ended_well for process in processes] == [True, True]
    assert len(set(acknowledged)) == 300
    assert seats.check_instant(slot.pk) == {"capacity": 50, "holding": 50, "waiting": 250}
    seats.check_numbers(slot)
    seats.check_messages(slot)


@pytest.mark.both
def test_killed_process_loses_nothing(slot, start):
    """One stands still inside its transaction, one is in full swing: both are killed, the third goes on."""
    crowd = seats.people(200)
    inside = start(slot, crowd[:20], stop_inside=True)
    running = start(slot, crowd[20:180])
    if connection.vendor == "sqlite":  # whose one writer would keep all others waiting
        let_go(running)
    let_go(inside)
    assert inside.line.recv() == "inside"
    if connection.vendor != "sqlite":
        let_go(running)
        inside.kill()
    acknowledged = [running.line.recv() for _ in range(30)] if connection.vendor != "sqlite" else []
    running.kill()
    inside.kill()
    acknowledged += running.rest()

    kept = set(Registration.objects.values_list("pk", flat=True))
    assert set(acknowledged) <= kept
    assert not Registration.objects.filter(volunteer__in=crowd[:20]).exists()
    later = [registering.register(volunteer, slot=Slot.objects.get(), by=None) for volunteer in crowd[180:]]
    assert len(later) == 20
    assert seats.check_instant(slot.pk)["holding"] == min(50, len(kept) + 20)
    seats.check_numbers(slot)
    seats.check_messages(slot)
