"""Somebody keeps the seat at a course and cannot come to one of its meetings."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils.translation import override
from icalendar import Calendar

from events import (
    arranging,
    attending,
    by_date,
    calendars,
    excusing,
    messages,
    missed,
    registering,
    reminding,
    reports,
)
from events.exporting import REGISTRATIONS
from events.models import MeetingMark, Registration, Slot
from events.registering import RegistrationRefused
from events.scheduling import Place
from mail import rendering
from mail.models import Message
from tests.events import seats
from tests.factories.events import RegistrationFactory, SlotFactory, meet
from tests.factories.volunteers import UserFactory
from tests.racing import at_once
from trainings import evaluating

PARIS = ZoneInfo("Europe/Paris")
NOW = dt.datetime(2026, 11, 26, 12, tzinfo=PARIS)
SATURDAYS = [dt.datetime(2026, 12, day, 10, tzinfo=PARIS) for day in (5, 12, 19)]
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at():
    with time_machine.travel(NOW, tick=False) as traveller, override("en"):
        yield traveller.move_to


@pytest.fixture
def course():
    return meet(SlotFactory(title_fr="Aller vers", title_en="Going towards", capacity=3), *SATURDAYS)


@pytest.fixture
def row(course):
    return RegistrationFactory(slot=course, volunteer__user__language="en", confirmed_at=NOW - 30 * DAY)


def say_no(row, *numbers):
    for number in numbers:
        excusing.cannot_come(row, number=number, by=row.volunteer.user)


def say_yes(row, number):
    return excusing.can_come(row, number=number, by=row.volunteer.user)


def marks(row):
    return dict(MeetingMark.objects.filter(registration=row).values_list("meeting__number", "attendance"))


def mails():
    return [mail for mail in map(rendering.render, Message.objects.order_by("pk")) if mail]


def entries(email):
    """METHOD, number and SEQUENCE of each entry of the calendar that comes with it."""
    found = []
    for part in email.attachments:
        if "calendar" in part.get_content_type():
            calendar = Calendar.from_ical(part.get_payload(decode=True))
            (event,) = calendar.walk("VEVENT")
            number = str(event["UID"]).partition("@")[0][len("00000000-0000-0000-0000-000000000000-") :]
            found.append((str(calendar["METHOD"]), int(number or 1), int(event["SEQUENCE"])))
    return found


@pytest.mark.both
def test_it_is_their_mark_of_that_date_and_the_seat_stays(course, row):
    Slot.objects.update(capacity=1)
    waiting = RegistrationFactory(slot=Slot.objects.get(), waiting=True)

    say_no(row, 2)
    say_no(row, 2)

    mark = MeetingMark.objects.get()
    assert (mark.meeting.number, mark.attendance, mark.said_at) == (2, "excused", NOW)
    row.refresh_from_db()
    waiting.refresh_from_db()
    assert (row.state, row.attendance, row.dates_sequence, waiting.state) == ("confirmed", "", 1, "waiting")
    assert seats.check_instant(course.pk)["holding"] == 1
    assert [(one.coming, one.excused) for one in by_date.expected(course)] == [(1, 0), (0, 1), (1, 0)]


def test_it_is_taken_back_until_that_date_begins(row, at):
    say_no(row, 2)
    at(SATURDAYS[1] - HOUR / 2)
    say_yes(row, 2)
    say_yes(row, 2)
    assert marks(row) == {}
    say_no(row, 2)
    at(SATURDAYS[1])

    for verb in (excusing.can_come, excusing.cannot_come):
        with pytest.raises(RegistrationRefused, match="has begun"):
            verb(row, number=2, by=None)

    assert marks(row) == {2: "excused"}
    row.refresh_from_db()
    assert row.dates_sequence == 3


def take_seat_away(row):
    registering.cancel(row, by=None)


def take_date_out(row):
    slot = Slot.objects.get()
    left = [one for one in arranging.arranged(slot) if one.number != 2]
    arranging.arrange(slot, planned=left, place=Place.of(slot), by=UserFactory())


def leave_one_date(row):
    slot = Slot.objects.get()
    left = [one for one in arranging.arranged(slot) if one.number == 2]
    arranging.arrange(slot, planned=left, place=Place.of(slot), by=UserFactory())


def call_off(row):
    Slot.objects.update(state="cancelled")


def note_absent(row):
    by_date.note(row.slot, 2, {row.pk: "absent"})


def say_no_to_the_others(row):
    say_no(row, 1, 3)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (take_seat_away, "no seat"),
        (take_date_out, "does not take place"),
        (leave_one_date, "no seat at several"),
        (call_off, "does not take place"),
        (note_absent, "noted already"),
        (say_no_to_the_others, "give your seat back"),
    ],
)
def test_refuses(row, act, words):
    act(row)
    before = (marks(row), Message.objects.count())

    with pytest.raises(RegistrationRefused, match=words):
        say_no(row, 2)

    assert (marks(row), Message.objects.count()) == before


def test_whoever_waits_has_nothing_to_say(course):
    with pytest.raises(RegistrationRefused):
        say_no(RegistrationFactory(slot=course, waiting=True), 1)
    assert not MeetingMark.objects.exists()


def test_once_it_has_begun_one_may_miss_all_that_is_left(row, at):
    at(SATURDAYS[0] + HOUR)
    by_date.note(row.slot, 1, {row.pk: "present"})
    say_no(row, 2, 3)
    row.refresh_from_db()
    assert (marks(row), row.attendance) == ({1: "present", 2: "excused", 3: "excused"}, "left_early")


def test_what_somebody_noted_at_the_door_is_not_taken_back(row, at):
    at(SATURDAYS[1] - HOUR / 2)
    by_date.note(row.slot, 2, {row.pk: "excused"})
    say_no(row, 2)
    say_yes(row, 2)
    assert (marks(row), MeetingMark.objects.said().count()) == ({2: "excused"}, 0)


def test_whoever_came_all_the_same_is_present(row, at):
    say_no(row, 2)
    at(SATURDAYS[1] + HOUR)
    attending.mark(row.slot, registrations=[row.pk], attendance="present", by=UserFactory())
    assert (marks(row), MeetingMark.objects.said().count()) == ({2: "present"}, 0)


def test_never_a_no_show_and_all_others_are_present_leaves_it(course, row, at):
    other = RegistrationFactory(slot=course)
    say_no(row, 2)
    at(SATURDAYS[1] + HOUR)

    chosen = attending.unmarked(course, date=2)
    attending.mark(course, registrations=chosen, attendance="absent", by=UserFactory(), date=2)

    counts = attending.count(course, date=2)
    assert (chosen, counts.excused, counts.absent, counts.unmarked) == ([other.pk], 1, 1, 0)


def test_where_nobody_else_is_marked_all_others_are_asked_what_they_thought(course, row, at):
    other = RegistrationFactory(slot=course)
    say_no(row, 1, 2)
    at(SATURDAYS[1] + 2 * HOUR)
    say_no(row, 3)
    at(SATURDAYS[2] + DAY)

    row.refresh_from_db()
    assert (row.attendance, list(evaluating.participants())) == ("excused", [other])


# --- Mail and calendars -----------------------------------------------------------------------------------------------
def test_message_says_what_was_noted_and_takes_that_date_out_of_the_calendar(row):
    say_no(row, 2)

    (email,) = mails()
    assert email.subject == "Noted, you do not come on: 12 December (Going towards)"
    assert entries(email) == [("REQUEST", 1, 1), ("CANCEL", 2, 1), ("REQUEST", 3, 1)]
    assert "12 December, 10:00 – 12:00 (you do not come)" in email.body
    assert f"/registrations/cannot-come-that-day/{excusing.token_of(row, 2)}/" in email.body


def test_of_two_answers_in_a_row_the_last_message_tells_both(row):
    say_no(row, 2, 3)

    (email,) = mails()
    assert email.subject == "Noted, you do not come on: 12 December, 19 December (Going towards)"
    say_yes(row, 2)
    say_yes(row, 3)
    (email,) = mails()
    assert (email.subject, entries(email)) == (
        "Noted, you come to each date: Going towards",
        [("REQUEST", number, 4) for number in (1, 2, 3)],
    )


def test_confirmation_that_has_not_left_yet_still_does(course):
    volunteer = RegistrationFactory(volunteer__user__language="en").volunteer
    row = registering.register(volunteer, slot=course, by=volunteer.user)
    say_no(row, 2)
    assert [mail.subject.partition(" ")[0] for mail in mails()] == ["Your", "Noted,"]


def test_feed_leaves_the_date_out_and_a_file_calls_it_off(row):
    def numbers(**more):
        events = Calendar.from_ical(calendars.feed(reports.calendar_of(row.volunteer), name="x", **more))
        return [(str(one["DTSTART"].dt.day), str(one["STATUS"])) for one in events.walk("VEVENT")]

    say_no(row, 2)
    assert numbers() == [("5", "CONFIRMED"), ("19", "CONFIRMED")]
    assert numbers(with_missed=True) == [("5", "CONFIRMED"), ("12", "CANCELLED"), ("19", "CONFIRMED")]
    say_yes(row, 2)
    assert [day for day, _status in numbers()] == ["5", "12", "19"]


def test_feed_is_written_anew(row, client, at):
    address = f"/calendar/{row.volunteer.calendar_token}.ics"
    before = client.get(address).content.count(b"BEGIN:VEVENT")
    at(NOW + HOUR)
    say_no(row, 2)
    assert (before, client.get(address).content.count(b"BEGIN:VEVENT")) == (3, 2)


def test_reminders_are_of_the_dates_to_which_one_comes(row, at):
    other = RegistrationFactory(slot=row.slot, confirmed_at=NOW - 30 * DAY)
    say_no(row, 1)
    found = []
    for day in range(24):
        at(NOW + day * DAY)
        reminding.remind()
    for one in (row, other):
        rows = Message.objects.filter(kind=reminding.KIND, context__registration=str(one.uid)).order_by("pk")
        found.append([(each.context["days"], each.context.get("starts_at", "first")[:10]) for each in rows])

    later = [(1, "2026-12-12"), (1, "2026-12-19")]
    assert found == [later, [(7, "first"), (1, "first"), *later]]


def test_whoever_misses_the_morning_is_reminded_of_the_afternoon(at):
    morning, afternoon, other = SATURDAYS[1], SATURDAYS[1] + 4 * HOUR, SATURDAYS[0]
    slot = meet(SlotFactory(title_en="Going towards"), other, morning, afternoon)
    facts = {"confirmed_at": NOW - 30 * DAY, "volunteer__user__language": "en"}
    rows = [RegistrationFactory(slot=slot, **facts) for _ in range(3)]
    say_no(rows[0], 2)
    say_no(rows[1], 2, 3)
    Message.objects.all().delete()
    at(morning - DAY)

    early = reminding.remind()
    at(afternoon - DAY)

    assert (early, reminding.remind(), reminding.remind()) == (1, 1, 0)

    sent = {message.context["registration"]: message.context["starts_at"] for message in Message.objects.all()}
    expected = {rows[0]: afternoon, rows[2]: morning}
    assert sent == {str(row.uid): moment.astimezone(dt.UTC).isoformat() for row, moment in expected.items()}
    assert sorted(mail.subject for mail in mails()) == [f"Tomorrow at {hour}:00: Going towards" for hour in (10, 14)]


def test_reminder_already_queued_is_dropped_and_comes_back(row, at):
    at(SATURDAYS[1] - DAY)
    reminding.remind()
    context = Message.objects.get().context
    assert excusing.token_of(row, 2) in messages.compose_reminder(context).context["miss_url"]
    say_no(row, 2)
    assert messages.compose_reminder(context) is None
    say_yes(row, 2)
    assert messages.compose_reminder(context) is not None


def test_reminder_of_the_first_date_offers_that_day_and_leads_to_giving_all_back(row, at):
    at(SATURDAYS[0] - DAY)
    reminding.remind()
    (email,) = mails()
    assert f"cannot-come-that-day/{excusing.token_of(row, 1)}/" in email.body
    assert "that day, or at all" in email.body


# --- Dates that change ------------------------------------------------------------------------------------------------
def arrange(planned):
    slot = Slot.objects.get()
    arranging.arrange(slot, planned=planned, place=Place.of(slot), by=UserFactory())


def test_of_a_date_moved_to_another_day_one_is_expected_again_and_told(row):
    say_no(row, 2)
    Message.objects.all().delete()
    first, second, third = arranging.arranged(row.slot)

    arrange([first, replace(second, starts_at=second.starts_at + DAY, ends_at=second.ends_at + DAY), third])

    (email,) = mails()
    assert "You had said that you could not come on: 12 December. As this has changed" in email.body
    assert (marks(row), "(you do not come)" in email.body) == ({}, False)


def test_date_that_only_others_move_away_from_stays_missed(row):
    say_no(row, 2)
    first, second, third = arranging.arranged(row.slot)

    arrange([first, second, replace(third, starts_at=third.starts_at + DAY, ends_at=third.ends_at + DAY)])

    assert marks(row) == {2: "excused"}
    assert "(you do not come)" in mails()[-1].body and "You had said" not in mails()[-1].body


def test_of_the_only_date_left_one_is_expected_again(row):
    say_no(row, 2, 3)
    Message.objects.all().delete()

    arrange(arranging.arranged(row.slot)[1:2])

    row.refresh_from_db()
    (email,) = mails()
    assert (marks(row), row.attendance) == ({3: "excused"}, "")  # of one taken out, which counts no more
    assert "on: 12 December. As this has changed" in email.body


# --- One's own agenda, and what is kept -------------------------------------------------------------------------------
def test_date_missed_clashes_with_nothing_and_another_comes_first(row, at):
    other = SlotFactory(starts_at=SATURDAYS[1])
    near = RegistrationFactory(volunteer=row.volunteer, slot__starts_at=SATURDAYS[0] + DAY)

    def found():
        clashes = reports.clashes(row.volunteer, other).exists()
        return (
            clashes,
            reports.agenda_of(row.volunteer).coming,
            missed.next_of(reports.agenda_of(row.volunteer).coming[0]),
        )

    before = found()
    say_no(row, 1, 2)
    after = found()
    at(SATURDAYS[1] + DAY)
    last = missed.next_of(reports.agenda_of(row.volunteer).coming[0])

    assert (before[:2], after[:2]) == ((True, [row, near]), (False, [near, row]))
    assert (before[2].number, last.number) == (1, 3)


def test_person_finds_what_they_said_in_what_is_kept(row):
    say_no(row, 2)
    (exported,) = REGISTRATIONS.rows(row.volunteer.user)
    assert exported["attendance_by_date"] == "12 December, 10:00: excused, as you said on 26 Nov 2026, 12:00"


def test_agenda_takes_as_many_queries_however_many_courses(row, django_assert_num_queries):
    say_no(row, 2)
    for count in (1, 4):
        for _ in range(count - 1):
            other = meet(SlotFactory(), *SATURDAYS)
            say_no(RegistrationFactory(volunteer=row.volunteer, slot=other), 3)
        with django_assert_num_queries(4):
            agenda = reports.agenda_of(row.volunteer)
            assert [len(missed.of(each)) for each in agenda.coming] == [1] * count


def test_database_holds_that_what_was_said_is_no_presence(row):
    say_no(row, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        MeetingMark.objects.update(attendance="present")


def test_forged_and_foreign_links_mean_nobody(row):
    from events import declining

    token = excusing.token_of(row, 2)
    assert excusing.meant_by(token) == (row, 2)
    assert [excusing.meant_by(other) for other in (token[:-2] + "xx", "1", declining.token_of(row))] == [None] * 3


def test_yes_and_no_at_once_leave_one_answer(transactional_db):
    course = meet(SlotFactory(), *SATURDAYS)
    row = RegistrationFactory(slot=course)

    def answer(number):
        seats.be_patient()
        try:
            excusing.cannot_come(Registration.objects.get(), number=number, by=None)
        except RegistrationRefused:
            return "refused"
        return "said"

    said = at_once(answer, [1, 2, 3, 1, 2, 3])

    assert len(marks(row)) == 2  # never all: one date is left
    row.refresh_from_db()
    assert (row.dates_sequence, "refused" in said, row.attendance) == (2, True, "")
