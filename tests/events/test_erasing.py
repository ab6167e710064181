"""An account goes while its seats are on the move: nobody waits for one another in a circle."""

import contextlib
import threading

from django.db import connection, transaction

from events import registering
from tests.events import seats
from tests.factories.events import RegistrationFactory, SlotFactory
from tests.racing import at_once
from volunteers import erasing
from volunteers.models import User


def until_somebody_waits():
    """Returns once another connection waits for a lock."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("nobody waited")


def test_the_person_promoted_leaves_meanwhile(transactional_db):
    """A cancellation holds the date, and writes at its end to the one who leaves and wants the date next."""
    slot = SlotFactory(capacity=1)
    seated, next_in_line = seats.people(2)
    seat = registering.register(seated, slot=slot, by=None)
    registering.register(next_in_line, slot=slot, by=None)
    promoted = threading.Event()

    def cancel():
        with transaction.atomic():
            registering.cancel(seat, by=None)
            promoted.set()
            until_somebody_waits()

    def leave():
        assert promoted.wait(30)
        erasing.erase(next_in_line.user)

    assert at_once(lambda act: act(), [cancel, leave]) == [None, None]
    assert not User.objects.filter(pk=next_in_line.user_id).exists()
    assert seats.check_instant(slot.pk)["holding"] == 0


def test_two_leave_who_share_two_dates(transactional_db, monkeypatch):
    """Whatever order they signed up in, they give them back in the same one."""
    dates = SlotFactory(capacity=9), SlotFactory(capacity=9)
    people = seats.people(2)
    for volunteer, theirs in zip(people, (dates, dates[::-1]), strict=True):
        for slot in theirs:
            registering.register(volunteer, slot=slot, by=None)
    gave_one_back, cancel = threading.Barrier(2), registering.cancel

    def cancel_then_wait(registration, *, by):
        cancel(registration, by=by)
        with contextlib.suppress(threading.BrokenBarrierError):
            gave_one_back.wait(1)

    monkeypatch.setattr(registering, "cancel", cancel_then_wait)

    assert at_once(lambda volunteer: erasing.erase(volunteer.user), people) == [None, None]
    assert [seats.check_instant(slot.pk)["holding"] for slot in dates] == [0, 0]


def test_who_registers_while_leaving_leaves_no_seat_behind(transactional_db, monkeypatch):
    """From another tab, after the seats were given back and before the account is gone."""
    slot = SlotFactory(capacity=3)
    (volunteer,) = seats.people(1)
    RegistrationFactory(slot=slot, volunteer=volunteer)
    late = SlotFactory(capacity=3)

    def register_from_another_tab(user):
        if not late.registrations.exists():
            at_once(lambda _: registering.register(volunteer, slot=late, by=None), [0])

    monkeypatch.setattr(erasing, "_erasers", [*erasing._erasers, register_from_another_tab])

    erasing.erase(volunteer.user)

    assert late.registrations.get().end_reason == "person"
    assert seats.check_instant(late.pk)["holding"] == 0
