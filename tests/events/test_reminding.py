"""Reminders: when, to whom, and what they say as they leave."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from icalendar import Calendar

from events import arranging, registering, reminding, scheduling
from events.models import Slot
from mail import rendering
from mail.models import Message
from tests.factories.events import RegistrationFactory, SlotFactory, VenueFactory, meet
from tests.factories.volunteers import UserFactory, VolunteerFactory
from tests.racing import at_once

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
BEGINS = dt.datetime(2027, 2, 17, 18, 30, tzinfo=PARIS)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
WEEK = 7 * DAY
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def at():
    """`at(moment)` sets the clock."""
    clocks = []

    def put(moment):
        for clock in clocks:
            clock.stop()
        clocks[:] = [time_machine.travel(moment, tick=False)]
        clocks[0].start()

    yield put
    for clock in clocks:
        clock.stop()


def seat(*, known=30 * DAY, begins=BEGINS, **facts):
    """Awa's seat, hers since so long before the beginning."""
    volunteer = VolunteerFactory(
        user__email="awa@example.org", user__first_name="Awa", user__language=facts.pop("language", "en")
    )
    return RegistrationFactory(
        volunteer=volunteer,
        slot=SlotFactory(
            title_fr="Aller vers", title_en="Going towards", starts_at=begins, venue=VenueFactory(name="La Fabrique")
        ),
        **{"confirmed_at": begins - known} | facts,
    )


def reminders():
    return Message.objects.filter(kind=reminding.KIND).order_by("pk")


def leaving():
    """The reminders as they would leave now; None for those dropped."""
    return [rendering.render(message) for message in reminders()]


def runs(at, *moments):
    """How many reminders are queued at each of these moments."""
    queued = []
    for moment in moments:
        at(moment)
        queued.append(reminding.remind())
    return queued


def move(slot, starts_at):
    slot.refresh_from_db()
    place = scheduling.Place.of(slot)
    scheduling.move(slot, starts_at=starts_at, ends_at=starts_at + 2 * HOUR, place=place, by=UserFactory())


@pytest.mark.parametrize("days", [7, 1])
def test_reminder_leaves_at_the_same_hour_so_many_days_before(at, days):
    seat()
    moment = BEGINS - days * DAY

    assert runs(at, moment - SECOND, moment, moment, moment + HOUR) == [0, 1, 0, 0]


def test_each_seat_is_reminded_of_twice_in_all(at):
    seat()

    queued = runs(at, *(BEGINS - hours * HOUR for hours in range(200, -3, -1)))

    assert sum(queued) == 2
    assert [message.context["days"] for message in reminders()] == [7, 1]


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (7 * DAY, [7, 1]),
        (7 * DAY - SECOND, [1]),
        (3 * DAY, [1]),
        (24 * HOUR, [1]),
        (24 * HOUR - SECOND, []),
        (20 * HOUR, []),
    ],
)
def test_whoever_has_just_registered_is_not_reminded(at, known, told):
    seat(known=known)

    runs(at, *(BEGINS - hours * HOUR for hours in range(200, 0, -1)))

    assert [message.context["days"] for message in reminders()] == told


@pytest.mark.parametrize(
    ("facts", "slot_state", "count"),
    [
        ({}, "open", 1),
        ({}, "draft", 0),
        ({}, "cancelled", 0),
        ({"state": "waiting", "queue_number": 1}, "open", 0),
        ({"state": "pending", "pending_for": "approval"}, "open", 0),
        ({"state": "pending", "pending_for": "offer"}, "open", 0),
        ({"state": "cancelled", "end_reason": "person"}, "open", 0),
        ({"state": "refused"}, "open", 0),
    ],
)
def test_seats_of_open_dates_alone_are_reminded_of(at, facts, slot_state, count):
    seat(**facts)
    Slot.objects.update(state=slot_state)

    assert runs(at, BEGINS - WEEK) == [count]


@pytest.mark.parametrize(
    ("begins", "days", "utc"),
    [
        # On 28 March 2027 clocks go forward, on 31 October they go back: 18:30 stays 18:30.
        (dt.datetime(2027, 3, 30, 18, 30, tzinfo=PARIS), 7, dt.datetime(2027, 3, 23, 17, 30, tzinfo=dt.UTC)),
        (dt.datetime(2027, 3, 28, 18, 30, tzinfo=PARIS), 1, dt.datetime(2027, 3, 27, 17, 30, tzinfo=dt.UTC)),
        (dt.datetime(2027, 3, 29, 18, 30, tzinfo=PARIS), 1, dt.datetime(2027, 3, 28, 16, 30, tzinfo=dt.UTC)),
        (dt.datetime(2027, 11, 2, 18, 30, tzinfo=PARIS), 7, dt.datetime(2027, 10, 26, 16, 30, tzinfo=dt.UTC)),
        (dt.datetime(2027, 10, 31, 18, 30, tzinfo=PARIS), 1, dt.datetime(2027, 10, 30, 16, 30, tzinfo=dt.UTC)),
        (dt.datetime(2027, 11, 1, 18, 30, tzinfo=PARIS), 1, dt.datetime(2027, 10, 31, 17, 30, tzinfo=dt.UTC)),
        # An hour that the clocks skip a week before, and one that they show twice: the first of the two.
        (dt.datetime(2027, 4, 4, 2, 30, tzinfo=PARIS), 7, dt.datetime(2027, 3, 28, 1, 30, tzinfo=dt.UTC)),
        (dt.datetime(2027, 11, 7, 2, 30, tzinfo=PARIS), 7, dt.datetime(2027, 10, 31, 0, 30, tzinfo=dt.UTC)),
    ],
)
def test_hour_on_the_clock_is_the_same_across_a_change_of_clocks(at, begins, days, utc):
    seat(begins=begins)

    assert runs(at, utc - SECOND, utc) == [0, 1]
    assert reminders().get().context["days"] == days
    (email,) = leaving()
    assert (
        email.subject
        == {
            7: f"In 7 days: Going towards, {begins.day} {begins:%b %Y}",
            1: "Tomorrow at 18:30: Going towards",
        }[days]
    )


@pytest.mark.parametrize(
    ("late", "subject"),
    [
        (5 * DAY, "In 5 days: Going towards, 17 Feb 2027"),
        (3 * DAY + SECOND, "In 3 days: Going towards, 17 Feb 2027"),
        (3 * DAY, None),
        (2 * DAY, None),
        (20 * HOUR, "Tomorrow at 18:30: Going towards"),
        (10 * HOUR, "Today at 18:30: Going towards"),
        (2 * HOUR + SECOND, "Today at 18:30: Going towards"),
        (2 * HOUR, None),
        (-HOUR, None),
    ],
)
@pytest.mark.parametrize("down", ["reminding", "mail"])
def test_late_reminder_tells_the_true_distance_or_nothing(at, down, late, subject):
    """Whichever of the two was down: what was queued in time is composed when it leaves."""
    seat()
    if down == "mail":
        at(BEGINS - (7 * DAY if late > DAY else DAY))
        reminding.remind()
    at(BEGINS - late)
    if down == "reminding":
        reminding.remind()

    assert [email.subject for email in leaving() if email] == ([subject] if subject else [])


def test_moved_date_is_reminded_of_again_and_the_old_one_is_not(at):
    registration = seat()
    runs(at, BEGINS - WEEK)
    later = BEGINS + 20 * DAY
    move(registration.slot, later)

    assert leaving() == [None]
    assert runs(at, BEGINS - DAY, BEGINS, later - WEEK, later - WEEK, later - DAY) == [0, 0, 1, 0, 1]
    assert [message.context["days"] for message in reminders()] == [7, 7, 1]


def test_date_moved_there_and_back_is_told_once(at):
    registration = seat()
    at(BEGINS - 20 * DAY)
    move(registration.slot, BEGINS + 5 * DAY)
    move(registration.slot, BEGINS)
    runs(at, BEGINS - WEEK)
    move(registration.slot, BEGINS + DAY)
    move(registration.slot, BEGINS)

    assert runs(at, BEGINS - WEEK + HOUR) == [0]
    assert len(leaving()) == 1


def test_whoever_was_just_told_of_the_move_is_not_reminded(at):
    registration = seat(begins=BEGINS + 20 * DAY, known=50 * DAY)
    at(BEGINS - 5 * DAY)
    move(registration.slot, BEGINS)

    assert runs(at, BEGINS - 5 * DAY + HOUR, BEGINS - DAY) == [0, 1]


def give_back(registration):
    registering.give_back(registration, by=None)


def call_off(registration):
    registration.slot.refresh_from_db()
    scheduling.call_off(registration.slot, by=UserFactory())


def move_on(registration):
    move(registration.slot, BEGINS + HOUR)


def leave(registration):
    registration.volunteer = None
    registration.save()


@pytest.mark.parametrize("act", [give_back, call_off, move_on, leave])
def test_what_is_no_longer_so_when_it_leaves_is_dropped(at, act):
    registration = seat()
    runs(at, BEGINS - WEEK)
    (email,) = leaving()
    assert email is not None

    act(registration)

    assert leaving() == [None]


def test_somebody_who_gave_the_seat_back_and_returned_is_reminded_once(at):
    registration = seat()
    at(BEGINS - 10 * DAY)
    give_back(registration)
    again = registering.register(
        registration.volunteer, slot=Slot.objects.get(pk=registration.slot_id), by=registration.volunteer.user
    )

    assert runs(at, BEGINS - WEEK) == [1]
    assert reminders().get().context["registration"] == str(again.uid)


def test_reminder_brings_the_date_and_a_way_to_say_no(at, client):
    registration = seat()
    runs(at, BEGINS - DAY)

    (email,) = leaving()

    attachment, square = email.attachments
    assert square.get_content_type() == "image/png" and 'src="cid:' in email.alternatives[0].content
    assert attachment.get_param("method") == "REQUEST"
    (entry,) = Calendar.from_ical(attachment.get_payload(decode=True)).walk("VEVENT")
    assert (entry["UID"].split("@")[0], entry.start) == (str(registration.uid), BEGINS)
    (link,) = [word for word in email.body.split() if "/cannot-come/" in word]
    for text in (email.body, email.alternatives[0].content):
        assert "See you tomorrow" in text
        assert "La Fabrique, 21 rue des Blancs-Manteaux, 75004 Paris" in text
        assert link in text
    assert client.get(link.removeprefix("http://testserver")).context["registration"] == registration


def test_reminder_is_in_the_persons_language(at):
    seat(language="fr")
    runs(at, BEGINS - WEEK, BEGINS - DAY)

    subjects = [rendering.render(message) for message in reminders()[1:]]

    assert [email.subject for email in subjects] == ["Demain à 18:30 : Aller vers"]


def test_queries_are_as_many_for_one_as_for_thirty(at, django_assert_num_queries):
    slot = seat().slot
    at(BEGINS - WEEK)
    with django_assert_num_queries(
        9
    ):  # slots; later meetings; seats; who misses one; transaction, keys, messages, its end; no more seats
        reminding.remind()
    Slot.objects.update(capacity=40)
    slot.refresh_from_db()
    for _ in range(15):
        RegistrationFactory(slot=slot, confirmed_at=BEGINS - 9 * DAY)
        RegistrationFactory(slot__starts_at=BEGINS, confirmed_at=BEGINS - 9 * DAY)

    with django_assert_num_queries(9):
        assert reminding.remind() == 30


def test_large_dates_are_read_in_batches(at, monkeypatch):
    monkeypatch.setattr(reminding, "BATCH", 2)
    slot = SlotFactory(starts_at=BEGINS)
    for _ in range(5):
        RegistrationFactory(slot=slot, confirmed_at=BEGINS - 9 * DAY)

    assert runs(at, BEGINS - WEEK) == [5]


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_runs_side_by_side_remind_once(at):
    slot = SlotFactory(starts_at=BEGINS)
    for _ in range(10):
        RegistrationFactory(slot=slot, confirmed_at=BEGINS - 9 * DAY)

    errors = [told for told in at_once(reminding.remind, [BEGINS - WEEK] * 4) if not isinstance(told, int)]

    assert errors == []
    assert reminders().count() == 10


# --- Several meetings -------------------------------------------------------------------------------------------------
def course(*starts):
    row = seat(begins=starts[0], known=30 * DAY)
    meet(row.slot, *starts)
    return row


def hours(first, last):
    return [first + hour * HOUR for hour in range(int((last - first) / HOUR))]


def said():
    return [(message.context["days"], message.context.get("starts_at", "first")[:10]) for message in reminders()]


def test_of_several_meetings_each_later_one_is_reminded_of_a_day_before(at):
    course(BEGINS, BEGINS + WEEK, BEGINS + 2 * WEEK)

    queued = runs(at, *hours(BEGINS - 9 * DAY, BEGINS + 3 * WEEK))

    assert said() == [(7, "first"), (1, "first"), (1, "2027-02-24"), (1, "2027-03-03")]
    assert sum(queued) == 4


def test_later_meeting_of_the_same_day_is_no_news_and_of_the_next_is(at):
    course(BEGINS, BEGINS + 3 * HOUR, BEGINS + 20 * HOUR, BEGINS + 23 * HOUR)

    runs(at, *hours(BEGINS - 9 * DAY, BEGINS + 3 * DAY))

    assert said() == [(7, "first"), (1, "first"), (1, "2027-02-18")]


def test_reminder_of_a_later_meeting_says_its_day_and_lists_all(at):
    course(BEGINS, BEGINS + WEEK)
    runs(at, BEGINS + 6 * DAY)

    (email,) = leaving()

    assert email.subject == "Tomorrow at 18:30: Going towards"
    assert "Wednesday 24 February 2027" in email.body
    assert "- Wednesday 17 February" in email.body
    assert len([part for part in email.attachments if "calendar" in part.get_content_type()]) == 1  # the other is over


def test_no_reminder_of_a_meeting_given_up_taken_out_or_moved_since(at):
    row = course(BEGINS, BEGINS + WEEK, BEGINS + 2 * WEEK)
    at(BEGINS + 2 * DAY)
    left = [one for one in arranging.arranged(Slot.objects.get()) if one.number != 2]
    later = [replace(one, starts_at=one.starts_at + DAY, ends_at=one.ends_at + DAY) for one in left if one.number == 3]
    slot = Slot.objects.get()
    arranging.arrange(slot, planned=[left[0], *later], place=scheduling.Place.of(slot), by=UserFactory())

    runs(at, *hours(BEGINS + 3 * DAY, BEGINS + 2 * WEEK + HOUR))

    assert said() == [(1, "2027-03-04")]
    registering.cancel(row, by=None)
    assert leaving() == [None]


def test_meeting_moved_after_its_reminder_was_queued_drops_it(at):
    course(BEGINS, BEGINS + WEEK)
    runs(at, BEGINS + 6 * DAY)
    slot = Slot.objects.get()
    now = arranging.arranged(slot)
    later = replace(now[1], starts_at=now[1].starts_at + 3 * DAY, ends_at=now[1].ends_at + 3 * DAY)
    arranging.arrange(slot, planned=[now[0], later], place=scheduling.Place.of(slot), by=UserFactory())

    assert leaving() == [None]
    assert runs(at, *hours(BEGINS + 6 * DAY, BEGINS + 10 * DAY)).count(1) == 1
    assert said() == [(1, "2027-02-24"), (1, "2027-02-27")]


def test_whoever_was_told_since_that_a_later_meeting_has_moved_is_not_reminded_of_it(at):
    course(BEGINS, BEGINS + WEEK)
    at(BEGINS + 6 * DAY + 2 * HOUR)
    slot = Slot.objects.get()
    first, second = arranging.arranged(slot)
    later = replace(second, starts_at=second.starts_at + HOUR, ends_at=second.ends_at + HOUR)
    arranging.arrange(slot, planned=[first, later], place=scheduling.Place.of(slot), by=UserFactory())

    assert sum(runs(at, *hours(BEGINS + 6 * DAY + 3 * HOUR, BEGINS + 8 * DAY))) == 0
