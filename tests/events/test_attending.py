import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from events import attending, enlisting
from events.models import Registration, Slot
from events.scheduling import ChangeRefused
from mail.models import Message
from tests.events import seats
from tests.factories.events import RegistrationFactory, SlotFactory, WalkInFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory

pytestmark = pytest.mark.django_db

SOON = dt.timedelta(minutes=30)


@pytest.fixture
def by():
    return UserFactory()


@pytest.fixture
def slot():
    return SlotFactory(starts_at=timezone.now() + SOON, capacity=3)


def test_mark_can_be_taken_back_and_repeated(slot, by):
    row = RegistrationFactory(slot=slot)

    changed = [
        attending.mark(slot, registrations=[row.pk], attendance=value, by=by)
        for value in ("present", "present", "left_early", "absent", "excused", "", "present")
    ]

    row.refresh_from_db()
    assert (changed, row.attendance) == ([1, 0, 1, 1, 1, 1, 1], "present")


def test_mark_leaves_others_alone(slot, by):
    elsewhere = RegistrationFactory()
    waiting, gone = RegistrationFactory(slot=slot, waiting=True), RegistrationFactory(slot=slot, cancelled=True)

    changed = attending.mark(slot, registrations=[elsewhere.pk, waiting.pk, gone.pk], attendance="present", by=by)

    assert changed == 0
    assert set(Registration.objects.values_list("attendance", flat=True)) == {""}


@pytest.mark.parametrize(("before", "opens"), [(61, False), (60, True), (-60 * 24 * 30, True)])
def test_mark_from_an_hour_before(by, before, opens):
    row = RegistrationFactory()

    with time_machine.travel(row.slot.starts_at - dt.timedelta(minutes=before), tick=False):
        if opens:
            attending.mark(row.slot, registrations=[row.pk], attendance="present", by=by)
        else:
            with pytest.raises(ChangeRefused):
                attending.mark(row.slot, registrations=[row.pk], attendance="present", by=by)

    assert Registration.objects.get().attendance == ("present" if opens else "")


def test_mark_refuses_anything_else(slot, by):
    row = RegistrationFactory(slot=slot)
    with pytest.raises(ChangeRefused):
        attending.mark(slot, registrations=[row.pk], attendance="late", by=by)


# --- Counts, and the signed sheet -------------------------------------------------------------------------------------
def test_count_has_who_left_early_and_who_has_no_account_among_those_there():
    slot = SlotFactory(capacity=20)
    for mark in ("present", "present", "left_early", "excused", "absent", ""):
        RegistrationFactory(slot=slot, attendance=mark)
    RegistrationFactory(slot=slot, waiting=True)
    RegistrationFactory(slot=slot, cancelled=True, attendance="absent")
    WalkInFactory(slot=slot)

    counts = attending.count(slot)

    assert counts == attending.Counts(there=4, left_early=1, excused=1, absent=1, unmarked=1, walk_ins=1)
    assert counts.all == 7


SHEET = [  # mark before, ticked as missing, mark after
    ("", False, "present"), ("", True, "absent"),
    ("present", False, "present"), ("present", True, "absent"),
    ("absent", False, "present"), ("absent", True, "absent"),
    ("left_early", False, "left_early"), ("left_early", True, "absent"),
    ("excused", False, "present"), ("excused", True, "excused"),
]  # fmt: skip


@pytest.mark.both
def test_sheet_marks_all_but_the_ticked_and_twice_is_once(by):
    slot = SlotFactory(starts_at=timezone.now(), capacity=20)
    rows = [RegistrationFactory(slot=slot, attendance=before) for before, _ticked, _after in SHEET]
    seen = {row.pk: row.attendance for row in rows}
    missing = [row.pk for row, (_before, ticked, _after) in zip(rows, SHEET, strict=True) if ticked]

    first, second = (attending.key_in(slot, seen=seen, missing=missing, by=by) for _ in range(2))

    assert [Registration.objects.get(pk=row.pk).attendance for row in rows] == [after for *_, after in SHEET]
    assert (first, second) == (attending.Keyed(6, 0), attending.Keyed(0, 0))


def test_sheet_leaves_alone_what_was_not_on_the_page(slot, by):
    early, late, elsewhere = RegistrationFactory(slot=slot), RegistrationFactory(slot=slot), RegistrationFactory()
    excused = RegistrationFactory(slot=slot, attendance="excused")
    seen = {early.pk: "", excused.pk: "", elsewhere.pk: ""}  # excused since, on another phone

    keyed = attending.key_in(slot, seen=seen, missing=[late.pk], by=by)

    marks = [Registration.objects.get(pk=row.pk).attendance for row in (early, late, excused, elsewhere)]
    assert (marks, keyed) == (["present", "", "excused", ""], attending.Keyed(1, 2))


def test_sheet_before_time_marks_nobody(by):
    row = RegistrationFactory()
    with pytest.raises(ChangeRefused):
        attending.key_in(row.slot, seen={row.pk: ""}, missing=[], by=by)
    assert Registration.objects.get().attendance == ""


# --- At the door ------------------------------------------------------------------------------------------------------
def test_walk_in_takes_a_seat_without_a_message(slot, by):
    person = {"first_name": "Zoé", "last_name": "Diallo", "slot": slot, "language": "fr", "by": by}

    row = enlisting.welcome("Zoe@Example.org", **person)
    again = enlisting.welcome("zoe@example.org", **person)

    assert (again.pk, again.state, again.attendance) == (row.pk, "confirmed", "present")
    assert row.volunteer.user.get_full_name() == "Zoé Diallo"
    assert row.volunteer.user.unproved_since is None
    assert seats.check_instant(slot.pk)["holding"] == 1
    assert Message.objects.count() == 0


def test_walk_in_from_the_waiting_list_needs_a_free_seat(slot, by):
    for _ in range(3):
        RegistrationFactory(slot=slot)
    waiting = RegistrationFactory(slot=slot, waiting=True)

    with pytest.raises(ChangeRefused):
        attending.admit(waiting.volunteer, slot=slot, by=by)
    Slot.objects.update(capacity=4)
    admitted = attending.admit(waiting.volunteer, slot=slot, by=by)

    assert (admitted.pk, admitted.state, admitted.attendance) == (waiting.pk, "confirmed", "present")
    assert seats.check_instant(slot.pk) == {"capacity": 4, "holding": 4, "waiting": 0}


def test_enlisted_person_is_told_as_if_they_had_signed_up(by):
    slot = SlotFactory()
    held = RegistrationFactory(slot=slot, held=True, volunteer=VolunteerFactory(user__email="ana@example.org"))

    first = enlisting.enlist("ANA@example.org", first_name="X", last_name="Y", slot=slot, language="fr", by=by)
    other = enlisting.enlist("new@example.org", first_name="Li", last_name="", slot=slot, language="en", by=by)

    assert (first.was_there, other.was_there) == (False, False)
    first, other = first.registration, other.registration
    assert (first.pk, first.state, other.state, other.created_by) == (held.pk, "confirmed", "confirmed", by)
    assert (first.volunteer.user.first_name, first.person_name, other.person_name) == ("Awa", "X Y", "Li")
    assert sorted(Message.objects.values_list("to", "language")) == [
        ("ana@example.org", "fr"),
        ("new@example.org", "en"),
    ]
