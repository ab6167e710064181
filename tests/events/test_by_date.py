"""Attendance of a course of several meetings: a mark for each, and what they come to."""

import datetime as dt
import itertools
import uuid
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.utils import timezone
from django.utils.translation import override

from events import arranging, attending, by_date, checking_in, door_codes, enlisting, occasions, overview, walking_in
from events.arranging import Planned
from events.exporting import REGISTRATIONS
from events.models import Meeting, MeetingMark, Registration, Slot, WalkIn
from events.scheduling import ChangeRefused, Place
from tests.events import seats
from tests.factories.events import RegistrationFactory, SlotFactory, meet
from tests.factories.volunteers import UserFactory
from tests.racing import at_once
from volunteers import erasing as volunteers_erasing

FIRST = dt.datetime(2026, 12, 5, 9, tzinfo=dt.UTC)
WEEK = dt.timedelta(weeks=1)
MARKS = ("present", "left_early", "excused", "absent", "")


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def by(db):
    return UserFactory()


def course(*starts, **facts):
    """Three Saturdays, or those given."""
    return meet(SlotFactory(**facts), *(starts or [FIRST + week * WEEK for week in range(3)]))


@pytest.fixture
def slot(db):
    return course(capacity=10)


@pytest.fixture
def third_evening():
    """All three have begun."""
    with time_machine.travel(FIRST + 2 * WEEK + dt.timedelta(minutes=10), tick=False):
        yield


def note(slot, row, *marks):
    """These marks, from the first meeting on; "-" leaves one alone."""
    for number, mark in enumerate(marks, start=1):
        if mark != "-":
            attending.mark(slot, registrations=[row.pk], attendance=mark, by=UserFactory(), date=number)


def marks(row):
    return dict(MeetingMark.objects.filter(registration=row).values_list("meeting__number", "attendance"))


def came_to(row):
    return Registration.objects.get(pk=row.pk).attendance


# --- What marks come to -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("noted", "expected"),
    [
        (["present"] * 3, "present"),
        (["present", "present"], "left_early"),
        (["present", "absent", "excused"], "left_early"),
        (["present", "present", "left_early"], "left_early"),
        (["left_early", "absent", "absent"], "left_early"),
        (["absent", "absent", "absent"], "absent"),
        (["absent", "excused", "absent"], "excused"),
        (["absent", "excused"], ""),
        (["absent"], ""),
        ([], ""),
    ],
)
def test_outcome(noted, expected):
    assert by_date.outcome(noted, meetings=3) == expected


def test_outcome_does_not_ask_in_which_order():
    for found in itertools.product(MARKS, repeat=3):
        noted = [mark for mark in found if mark]
        assert len({by_date.outcome(order, meetings=3) for order in itertools.permutations(noted)}) == 1
        assert (by_date.outcome(noted, meetings=3) == "present") is (found == ("present",) * 3)


@pytest.mark.both
@pytest.mark.usefixtures("third_evening")
def test_each_date_has_its_mark_and_the_registration_what_they_come_to(slot):
    row, other = RegistrationFactory(slot=slot), RegistrationFactory(slot=slot)
    found = []
    for number, mark in [(1, "present"), (3, "present"), (2, "absent"), (2, "present"), (3, ""), (3, "excused")]:
        attending.mark(slot, registrations=[row.pk], attendance=mark, by=UserFactory(), date=number)
        found.append(came_to(row))

    assert found == ["left_early", "left_early", "left_early", "present", "left_early", "left_early"]
    assert marks(row) == {1: "present", 2: "present", 3: "excused"}
    assert (marks(other), came_to(other)) == ({}, "")


@pytest.mark.usefixtures("third_evening")
def test_mark_says_how_many_changed_and_twice_is_once(slot, by):
    rows = [RegistrationFactory(slot=slot) for _ in range(3)]
    gone, elsewhere = RegistrationFactory(slot=slot, cancelled=True), RegistrationFactory()
    keys = [row.pk for row in (*rows, gone, elsewhere)]

    changed = [attending.mark(slot, registrations=keys, attendance="present", by=by, date=2) for _ in range(2)]

    assert (changed, MeetingMark.objects.count()) == ([3, 0], 3)
    assert (marks(gone), marks(elsewhere)) == ({}, {})


def test_one_date_keeps_no_row(by):
    slot = SlotFactory(starts_at=timezone.now())
    row = RegistrationFactory(slot=slot)
    attending.mark(slot, registrations=[row.pk], attendance="present", by=by)
    assert (came_to(row), MeetingMark.objects.count()) == ("present", 0)


def test_one_date_is_marked_in_one_query(by, django_assert_num_queries):
    slot = SlotFactory(starts_at=timezone.now())
    row = RegistrationFactory(slot=slot)
    with django_assert_num_queries(1):
        attending.mark(slot, registrations=[row.pk], attendance="present", by=by)


@pytest.mark.parametrize("count", [1, 30])
def test_queries_of_a_mark_are_as_many_for_one_as_for_thirty(by, django_assert_num_queries, count, third_evening):
    slot = course(capacity=30)
    rows = [RegistrationFactory(slot=slot).pk for _ in range(count)]
    occasions.of(slot)
    with django_assert_num_queries(12):
        attending.mark(slot, registrations=rows, attendance="present", by=by, date=1)


# --- Which one --------------------------------------------------------------------------------------------------------
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("after", "number"),
    [
        (-WEEK, 1),
        (-2 * HOUR, 1),
        (-HOUR / 2, 1),
        (dt.timedelta(days=3), 1),
        (WEEK - 3 * HOUR, 2),  # its own morning, before it can be marked
        (WEEK + HOUR, 2),
        (WEEK + 5 * HOUR, 2),
        (2 * WEEK + HOUR, 3),
        (50 * WEEK, 3),
    ],
)
def test_the_one_that_is_on(slot, after, number):
    assert by_date.on(slot, FIRST + after).number == number


@pytest.mark.parametrize(("after", "number"), [(-HOUR * 2, 1), (HOUR * 3, 1), (HOUR * 4, 2), (HOUR * 9, 2)])
def test_the_one_that_is_on_of_two_in_a_day(db, after, number):
    assert by_date.on(course(FIRST, FIRST + 5 * HOUR), FIRST + after).number == number


def test_dates_are_told_apart_by_the_day_and_by_the_hour_where_that_is_not_enough(db):
    times = occasions.of(course(FIRST, FIRST + WEEK, FIRST + WEEK + 5 * HOUR))
    assert [day for _one, day in by_date.told_apart(times)] == ["5 Dec.", "12 Dec., 10:00", "12 Dec., 15:00"]


def test_each_opens_an_hour_before_its_own_beginning(slot, by):
    row = RegistrationFactory(slot=slot)
    with time_machine.travel(FIRST + WEEK - HOUR, tick=False):
        attending.mark(slot, registrations=[row.pk], attendance="present", by=by, date=2)
        with pytest.raises(ChangeRefused, match="an hour before"):
            attending.mark(slot, registrations=[row.pk], attendance="present", by=by, date=3)
        with pytest.raises(ChangeRefused, match="taken out"):
            attending.mark(slot, registrations=[row.pk], attendance="present", by=by, date=4)
    assert marks(row) == {2: "present"}


# --- The other ways to mark -------------------------------------------------------------------------------------------
def test_code_counts_for_the_one_that_is_on(slot, by):
    row = RegistrationFactory(slot=slot)
    said = []
    for moment in (FIRST, FIRST + HOUR, FIRST + WEEK):
        with time_machine.travel(moment, tick=False):
            said.append(checking_in.check_in(slot, code=door_codes.code_of(row), by=by).was_marked)
    with time_machine.travel(FIRST + 2 * WEEK - 2 * HOUR, tick=False), pytest.raises(ChangeRefused):
        checking_in.check_in(slot, code=door_codes.code_of(row), by=by)

    assert said == [False, True, False]
    assert (marks(row), came_to(row)) == ({1: "present", 2: "present"}, "left_early")


def test_walk_ins_are_of_one_date(slot, by):
    person = {"first_name": "Zoé", "last_name": "Diallo", "slot": slot, "language": "fr", "by": by}
    with time_machine.travel(FIRST + WEEK, tick=False):
        row = enlisting.welcome("zoe@example.org", **person)
        walk_in = walking_in.let_in("Lin", slot=slot, key=uuid.uuid4(), by=by)
        again = enlisting.welcome("zoe@example.org", **person, date=1)

    assert (again.pk, marks(row), row.attendance) == (row.pk, {1: "present", 2: "present"}, "left_early")
    assert walk_in.meeting.number == 2
    assert [attending.count(slot, date=number).there for number in (1, 2, 3)] == [1, 2, 0]
    assert seats.check_instant(slot.pk)["holding"] == 2


@pytest.mark.both
@pytest.mark.usefixtures("third_evening")
def test_sheet_is_of_one_date(slot, by):
    came, missing, early, excused = (RegistrationFactory(slot=slot) for _ in range(4))
    note(slot, early, "-", "left_early")
    note(slot, excused, "present", "excused")
    seen = {came.pk: "", missing.pk: "", early.pk: "left_early", excused.pk: ""}

    keyed = [attending.key_in(slot, seen=seen, missing=[missing.pk], by=by, date=2) for _ in range(2)]

    assert keyed == [attending.Keyed(2, 1), attending.Keyed(0, 1)]
    assert [marks(row) for row in (came, missing, early, excused)] == [
        {2: "present"}, {2: "absent"}, {2: "left_early"}, {1: "present", 2: "excused"},
    ]  # fmt: skip


@pytest.mark.usefixtures("third_evening")
def test_count_is_of_one_date(slot):
    for noted in (("present", "left_early"), ("present", "excused"), ("absent", "-"), ()):
        note(slot, RegistrationFactory(slot=slot), *noted)
    note(slot, gone := RegistrationFactory(slot=slot), "present")
    Registration.objects.filter(pk=gone.pk).update(state="cancelled")

    assert [attending.count(slot, date=number) for number in (1, 2)] == [
        attending.Counts(there=2, left_early=0, excused=0, absent=1, unmarked=1, walk_ins=0),
        attending.Counts(there=1, left_early=1, excused=1, absent=0, unmarked=2, walk_ins=0),
    ]


# --- Meetings that come and go ----------------------------------------------------------------------------------------
def rearranged(slot, by, planned):
    arranging.arrange(Slot.objects.get(pk=slot.pk), planned=planned, place=Place.of(slot), by=by)
    return Slot.objects.get(pk=slot.pk)


def test_a_meeting_added_or_taken_out_changes_what_marks_come_to(slot, by):
    row, absent = RegistrationFactory(slot=slot), RegistrationFactory(slot=slot)
    with time_machine.travel(FIRST + WEEK + HOUR, tick=False):
        note(slot, row, "present", "present")
        note(slot, absent, "absent", "excused")
        planned, found = arranging.arranged(slot), []
        new = Planned(None, FIRST + 3 * WEEK, FIRST + 3 * WEEK + HOUR)
        for meetings in (planned, planned[:2], [*planned[:2], new]):
            slot = rearranged(slot, by, meetings)
            found.append((came_to(row), came_to(absent)))

    assert found == [("left_early", ""), ("present", "excused"), ("left_early", "")]


def test_what_was_noted_of_a_date_is_the_mark_of_the_first_when_it_gets_another(by):
    slot = SlotFactory(starts_at=FIRST, capacity=10)
    row, absent = RegistrationFactory(slot=slot), RegistrationFactory(slot=slot)
    with time_machine.travel(FIRST + HOUR, tick=False):
        attending.mark(slot, registrations=[row.pk], attendance="present", by=by)
        attending.mark(slot, registrations=[absent.pk], attendance="absent", by=by)
        walking_in.let_in("Lin", slot=slot, key=uuid.uuid4(), by=by)
        several = [*arranging.arranged(slot), Planned(None, FIRST + WEEK, FIRST + WEEK + HOUR)]
        slot = rearranged(slot, by, several)
        after = came_to(row), marks(row), came_to(absent), WalkIn.objects.get().meeting.number
        slot = rearranged(slot, by, arranging.arranged(slot)[:1])
        alone = came_to(row), came_to(absent)
        attending.mark(slot, registrations=[row.pk], attendance="left_early", by=by)
        rearranged(slot, by, [*arranging.arranged(slot), Planned(None, FIRST + WEEK, FIRST + WEEK + HOUR)])

    assert after == ("left_early", {1: "present"}, "", 1)
    assert alone == ("present", "absent")
    assert marks(row) == {1: "left_early"}


def test_marks_of_a_meeting_taken_out_in_its_last_hour_count_no_more(slot, by):
    row = RegistrationFactory(slot=slot)
    with time_machine.travel(FIRST + 2 * WEEK - HOUR / 2, tick=False):
        note(slot, row, "present", "present", "absent")
        walking_in.let_in("Lin", slot=slot, key=uuid.uuid4(), by=by)
        rearranged(slot, by, arranging.arranged(slot)[:2])
    assert (came_to(row), WalkIn.objects.get().meeting.number) == ("present", 1)


# --- In words, and what is to do --------------------------------------------------------------------------------------
@pytest.mark.usefixtures("third_evening")
@pytest.mark.parametrize(
    ("noted", "words"),
    [
        (("present", "present", "present"), "3 of 3 dates"),
        (("present", "-", "left_early"), "2 of 3 dates"),
        (("present", "present", "left_early"), "3 of 3 dates, left early"),
        (("absent", "excused", "absent"), "excused"),
        (("absent",), "not marked"),
    ],
)
def test_in_words(slot, noted, words):
    note(slot, RegistrationFactory(slot=slot), *noted)
    row = by_date.with_there(slot.registrations.all(), slot).get()
    assert by_date.in_words(row, slot) == words


def test_what_is_to_do_is_the_first_date_that_somebody_is_not_marked_on(slot):
    admin = UserFactory(administrator=True)
    one, _two = RegistrationFactory(slot=slot), RegistrationFactory(slot=slot)
    found = []

    def to_do():
        rows = overview.to_do(admin).attendance
        found.append([(row.to_mark.number, row.unmarked) for row in rows])

    with time_machine.travel(FIRST + HOUR, tick=False):
        to_do()
        note(slot, one, "absent")
        to_do()
        attending.mark(slot, registrations=[_two.pk], attendance="absent", by=admin, date=1)
        to_do()  # nobody has an outcome yet, and nothing is to be done
    with time_machine.travel(FIRST + WEEK + HOUR, tick=False):
        to_do()

    assert found == [[(1, 2)], [(1, 1)], [], [(2, 2)]]


# --- Whose they are ---------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("third_evening")
def test_marks_are_given_to_whom_they_are_about_and_stay_without_them(slot):
    row = RegistrationFactory(slot=slot)
    note(slot, row, "present", "-", "excused")
    note(slot, RegistrationFactory(slot=slot), "absent")
    (exported,) = REGISTRATIONS.rows(row.volunteer.user)

    volunteers_erasing.erase(row.volunteer.user)

    assert exported["attendance_by_date"] == "5 December, 10:00: present; 19 December, 10:00: excused"
    assert (Registration.objects.get(pk=row.pk).volunteer, marks(row)) == (None, {1: "present", 3: "excused"})


@pytest.mark.parametrize(
    ("now", "marked", "expected"),
    [
        (FIRST + 3 * WEEK, (1, 2, 3), ["present", "left_early", "absent", ""]),
        (FIRST + HOUR, (1,), ["left_early", "left_early", "", ""]),
    ],
)
def test_marks_of_before_are_those_of_each_date_begun(slot, now, marked, expected):
    before = ("present", "left_early", "absent", "")
    rows = [RegistrationFactory(slot=slot, attendance=mark) for mark in before]
    single = RegistrationFactory(attendance="present")
    with time_machine.travel(now, tick=False):
        import_module("events.migrations.0010_marks_of_courses_begun").mark_meetings(apps, None)

    assert [marks(row) for row in rows] == [dict.fromkeys(marked, mark) if mark else {} for mark in before]
    assert [came_to(row) for row in (*rows, single)] == [*expected, "present"]
    by_date.derive(slot)
    assert [came_to(row) for row in rows] == expected


# --- Two at once ------------------------------------------------------------------------------------------------------
def test_one_person_marked_on_two_dates_at_once_comes_to_what_both_say(transactional_db):
    slot, by = course(capacity=10), UserFactory()
    row = RegistrationFactory(slot=slot)

    def touch(number):
        seats.be_patient()
        return attending.mark(slot, registrations=[row.pk], attendance="present", by=by, date=number)

    with time_machine.travel(FIRST + 2 * WEEK + HOUR, tick=False):
        changed = at_once(touch, [1, 2, 3, 1, 2, 3])

    assert (sorted(changed), marks(row)) == ([0, 0, 0, 1, 1, 1], dict.fromkeys((1, 2, 3), "present"))
    assert came_to(row) == "present"


def test_two_phones_that_read_a_code_at_once_mark_once(transactional_db):
    slot, by = course(capacity=10), UserFactory()
    row = RegistrationFactory(slot=slot)

    def scan(_):
        seats.be_patient()
        return checking_in.check_in(slot, code=door_codes.code_of(row), by=by).was_marked

    with time_machine.travel(FIRST + WEEK, tick=False):
        found = at_once(scan, range(6))

    assert sorted(found) == [False] + [True] * 5
    assert marks(row) == {2: "present"}


def test_a_date_taken_out_while_somebody_is_marked_on_it_leaves_what_is_true(transactional_db):
    slot, by = course(capacity=10), UserFactory()
    row = RegistrationFactory(slot=slot)

    def act(what):
        seats.be_patient()
        here = Slot.objects.get(pk=slot.pk)
        if what == "take out":
            return rearranged(here, by, arranging.arranged(here)[:2]).dates
        try:
            return attending.mark(here, registrations=[row.pk], attendance="absent", by=by, date=3)
        except ChangeRefused:
            return "refused"

    with time_machine.travel(FIRST + 2 * WEEK - HOUR / 2, tick=False):
        note(slot, row, "present", "present")
        at_once(act, ["take out", "mark"])

    assert (Meeting.objects.held().count(), came_to(row)) == (2, "present")
