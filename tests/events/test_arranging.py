"""A date of several meetings: added, moved, taken out, in one room or another; everybody told once."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from icalendar import Calendar

from events import arranging, attending, calendars, exporting, occasions, overview, reports, scheduling, walking_in
from events.arranging import Planned
from events.models import Meeting, Registration, Room, Slot
from events.scheduling import ChangeRefused, Place
from mail import rendering
from mail.models import Message
from tests.factories.events import RegistrationFactory, SlotFactory, VenueFactory, meet
from tests.factories.volunteers import UserFactory, VolunteerFactory
from tests.office import inside

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
NOW = dt.datetime(2026, 11, 26, 12, tzinfo=PARIS)
SATURDAYS = [dt.datetime(2026, 12, day, 10, tzinfo=PARIS) for day in (5, 12, 19)]
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def course():
    slot = SlotFactory(title_fr="Aller vers", title_en="Going towards", venue=VenueFactory(name="La Fabrique"))
    return meet(slot, *SATURDAYS)


def arrange(slot, planned, place=None):
    slot.refresh_from_db()
    return arranging.arrange(slot, planned=planned, place=place or Place.of(slot), by=UserFactory())


def days(slot):
    return [(one.number, timezone.localtime(one.starts_at)) for one in occasions.of(Slot.objects.get(pk=slot.pk))]


def planned(*starts, numbers=(1, 2, 3)):
    numbers = [*numbers, *[None] * len(starts)]
    return [Planned(number, at, at + 2 * HOUR) for number, at in zip(numbers, starts, strict=False)]


def test_one_date_becomes_three_and_its_people_are_told_once():
    slot = SlotFactory(starts_at=SATURDAYS[0], capacity=1)
    RegistrationFactory(slot=slot)
    RegistrationFactory(slot=slot, waiting=True)

    told = arrange(slot, planned(*SATURDAYS, numbers=[1]))
    again = arrange(slot, planned(*SATURDAYS))

    slot.refresh_from_db()
    assert (told, again, Message.objects.count()) == (2, 0, 2)
    assert (slot.dates, slot.starts_at, slot.ends_at) == (3, SATURDAYS[0], SATURDAYS[2] + 2 * HOUR)
    assert (slot.sequence, slot.moved_at) == (1, NOW)
    assert days(slot) == list(zip((1, 2, 3), SATURDAYS, strict=True))


def test_numbers_stay_whatever_the_order_and_are_not_given_twice(course):
    first, second, third = SATURDAYS
    arrange(course, planned(third + DAY, second, third))  # the first comes last
    assert [number for number, _at in days(course)] == [2, 3, 1]

    arrange(course, planned(first, second, third, third + DAY, numbers=[1, 2]))
    assert [number for number, _at in days(course)] == [1, 2, 4, 5]
    assert Meeting.objects.get(number=3).dropped_at == NOW

    arrange(course, planned(first, second, third, numbers=[1, 2]))
    assert [number for number, _at in days(course)] == [1, 2, 6]


def test_one_that_replaces_the_first_is_another_one():
    slot = SlotFactory(starts_at=SATURDAYS[0])

    arrange(slot, planned(*SATURDAYS[1:], numbers=[]))

    assert [number for number, _at in days(slot)] == [2, 3]
    assert Meeting.objects.get(number=1).dropped_at == NOW


def test_what_is_left_of_several_is_a_plain_date_where_that_meeting_was():
    elsewhere = VenueFactory(name="Le Local")
    slot = meet(SlotFactory(), *SATURDAYS, venue=elsewhere)

    arrange(slot, [Planned(2, SATURDAYS[1], SATURDAYS[1] + 2 * HOUR, Place(elsewhere))])

    slot.refresh_from_db()
    assert (slot.dates, slot.starts_at, slot.ends_at, slot.venue) == (
        1,
        SATURDAYS[1],
        SATURDAYS[1] + 2 * HOUR,
        elsewhere,
    )
    scheduling.move(slot, starts_at=SATURDAYS[2], ends_at=SATURDAYS[2] + HOUR, place=Place(elsewhere), by=UserFactory())
    assert Meeting.objects.held().get().starts_at == SATURDAYS[2]


REFUSED = {
    "overlap": lambda: planned(SATURDAYS[0], SATURDAYS[0] + HOUR),
    "none": list,
    "too many": lambda: planned(*(SATURDAYS[0] + day * DAY for day in range(13))),
    "past": lambda: planned(NOW - DAY, *SATURDAYS[1:]),
    "years ahead": lambda: planned(*SATURDAYS[:2], SATURDAYS[2] + 2000 * DAY),
    "ends before": lambda: [Planned(1, SATURDAYS[0], SATURDAYS[0] - HOUR)],
    "unknown": lambda: planned(*SATURDAYS[:2], numbers=[1, 7]),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refuses(course, what):
    RegistrationFactory(slot=course)
    with pytest.raises(ChangeRefused):
        arrange(course, REFUSED[what]())
    assert days(course) == list(zip((1, 2, 3), SATURDAYS, strict=True))
    assert Message.objects.count() == 0

    assert arrange(course, planned(SATURDAYS[0], SATURDAYS[0] + 2 * HOUR)) == 1  # one after the other is no overlap


def test_room_must_hold_the_seats_of_each_meeting(course):
    small = Room.objects.create(venue=VenueFactory(), name="B", capacity=10)
    there = Place(small.venue, small)
    asked = [*planned(*SATURDAYS[:2]), Planned(3, SATURDAYS[2], SATURDAYS[2] + HOUR, there)]
    arrange(course, asked)

    with pytest.raises(ChangeRefused):
        scheduling.resize(course, capacity=11, by=UserFactory())
    arrange(course, planned(*SATURDAYS))
    scheduling.resize(course, capacity=11, by=UserFactory())
    with pytest.raises(ChangeRefused):
        arrange(course, asked)


def test_what_has_begun_stays_and_what_comes_can_change(course):
    RegistrationFactory(slot=course)
    with time_machine.travel(SATURDAYS[0] + HOUR, tick=False):
        for asked in (planned(*SATURDAYS[1:], numbers=[2, 3]), planned(SATURDAYS[0] + DAY, *SATURDAYS[1:])):
            with pytest.raises(ChangeRefused):
                arrange(course, asked)
        with pytest.raises(ChangeRefused):
            arrange(course, planned(*SATURDAYS), place=Place(VenueFactory()))
        assert arrange(course, planned(*SATURDAYS[:2], SATURDAYS[2] + DAY)) == 1
    with time_machine.travel(SATURDAYS[2] + 3 * DAY, tick=False), pytest.raises(ChangeRefused):
        arrange(course, planned(*SATURDAYS))


def test_move_of_one_date_is_refused_for_several(course):
    with pytest.raises(ChangeRefused):
        scheduling.move(
            course, starts_at=SATURDAYS[1], ends_at=SATURDAYS[1] + HOUR, place=Place.of(course), by=UserFactory()
        )


def test_closing_and_offers_follow_the_first_meeting(course):
    offered = RegistrationFactory(
        slot=course, state="pending", pending_for="offer", confirmed_at=None, expires_at=SATURDAYS[0] - HOUR
    )
    Slot.objects.update(closes_at=SATURDAYS[0] - DAY)

    arrange(course, planned(SATURDAYS[0] - 3 * DAY, *SATURDAYS[1:]))

    offered.refresh_from_db()
    assert (Slot.objects.get().closes_at, offered.expires_at) == (SATURDAYS[0] - 4 * DAY, SATURDAYS[0] - 3 * DAY)


def test_database_holds_what_a_meeting_is(course):
    for wrong in ({"ends_at": SATURDAYS[0] - HOUR}, {"number": 2}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Meeting.objects.filter(number=1).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Slot.objects.update(dates=0)


# --- Who else is there then ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("at", "clashes"), [(SATURDAYS[1] + HOUR, True), (SATURDAYS[1] + DAY, False)])
@pytest.mark.parametrize("mine_is_the_course", [True, False])
def test_own_agenda_clashes_meeting_by_meeting(course, at, clashes, mine_is_the_course):
    volunteer, other = VolunteerFactory(), SlotFactory(starts_at=at)
    mine, asked = (course, other) if mine_is_the_course else (other, course)
    row = RegistrationFactory(volunteer=volunteer, slot=mine)

    assert list(reports.clashes(volunteer, asked)) == ([row] if clashes else [])


def test_rooms_clash_meeting_by_meeting(course):
    elsewhere = VenueFactory()
    Meeting.objects.filter(number=2).update(venue=elsewhere)
    at_the_second = SlotFactory(starts_at=SATURDAYS[1], venue=course.venue)
    there = SlotFactory(starts_at=SATURDAYS[1], venue=elsewhere)
    at_the_third = SlotFactory(starts_at=SATURDAYS[2] + HOUR, venue=course.venue)
    admin = UserFactory(is_superuser=True)

    def found(slot):
        return [clash.slot for clash in overview.clashes(admin, Slot.objects.get(pk=slot.pk))]

    assert found(course) == [there, at_the_third]
    assert [found(slot) for slot in (at_the_second, there, at_the_third)] == [[], [course], [course]]


# --- What is told ----------------------------------------------------------------------------------------------------
def mail():
    return rendering.render(Message.objects.latest("pk"))


def entries(email):
    files = [part.get_payload(decode=True) for part in email.attachments if "calendar" in part.get_content_type()]
    found = [Calendar.from_ical(content) for content in files]
    return [(str(one["METHOD"]), *one.walk("VEVENT")) for one in found]


def test_mail_lists_all_and_calls_off_what_was_taken_out(course):
    row = RegistrationFactory(slot=course, volunteer__user__language="en")
    Registration.objects.update(created_at=NOW - DAY)

    arrange(course, planned(SATURDAYS[0], SATURDAYS[2] + DAY, numbers=[1, 3]))
    email = mail()

    text = email.body
    assert email.subject == "Changed: Going towards, now 2 dates, from 5 to 20 December"
    assert [line.removeprefix("- ").partition(" – ")[0] for line in text.splitlines() if line.startswith("- ")] == [
        "Saturday 5 December, 10:00",
        "Sunday 20 December, 10:00",
    ]
    assert "It was: 5 December 10:00, 12 December 10:00, 19 December 10:00" in text
    uids = [(method, str(event["UID"]).partition("@")[0], int(event["SEQUENCE"])) for method, event in entries(email)]
    assert uids == [("REQUEST", f"{row.uid}", 1), ("CANCEL", f"{row.uid}-2", 1), ("REQUEST", f"{row.uid}-3", 1)]


def test_feed_has_an_entry_for_each_at_its_own_place_and_its_uid_outlives_moves(course):
    Meeting.objects.filter(number=2).update(online_url="https://visio.example.org/2")
    row = RegistrationFactory(slot=course)
    Registration.objects.update(created_at=NOW - DAY)

    def read():
        feed = Calendar.from_ical(calendars.feed(reports.calendar_of(row.volunteer), name="x"))
        return [
            (str(one["UID"]).partition("@")[0].removeprefix(str(row.uid)), one["DTSTART"].dt, str(one["STATUS"]))
            for one in feed.walk("VEVENT")
        ]

    assert read() == [(name, at, "CONFIRMED") for name, at in zip(("", "-2", "-3"), SATURDAYS, strict=True)]
    arrange(course, planned(SATURDAYS[2] + DAY, SATURDAYS[2], numbers=[1, 3]))
    assert read() == [
        ("-2", SATURDAYS[1], "CANCELLED"),
        ("-3", SATURDAYS[2], "CONFIRMED"),
        ("", SATURDAYS[2] + DAY, "CONFIRMED"),
    ]
    newcomer = RegistrationFactory(slot=course)
    Registration.objects.filter(pk=newcomer.pk).update(created_at=NOW + DAY)
    newcomer.refresh_from_db()
    assert len(calendars.events_of(newcomer)) == 2  # never knew the one taken out


def test_course_called_off_takes_all_its_entries_back(course):
    RegistrationFactory(slot=course)
    scheduling.call_off(course, by=UserFactory())
    assert [method for method, _event in entries(mail())] == ["CANCEL"] * 3


def test_entries_keep_the_hour_of_the_clocks_across_their_change():
    starts = [dt.datetime(2027, 3, day, 10, tzinfo=PARIS) for day in (20, 27)]
    starts.append(dt.datetime(2027, 4, 3, 10, tzinfo=PARIS))
    row = RegistrationFactory(slot=meet(SlotFactory(), *starts))

    events = [event for _method, event in (entries_of(one) for one in calendars.invitations(row))]

    assert [event["DTSTART"].dt.replace(tzinfo=None) for event in events] == [at.replace(tzinfo=None) for at in starts]
    assert [event["DTSTART"].dt.utcoffset() for event in events] == [HOUR, HOUR, 2 * HOUR]


def entries_of(invitation):
    (event,) = Calendar.from_ical(invitation.content).walk("VEVENT")
    return invitation.method, event


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ((2026, 12, 5), (2026, 12, 19), "3 dates, from 5 to 19 December"),
        ((2026, 11, 28), (2026, 12, 12), "3 dates, from 28 November to 12 December"),
        ((2026, 12, 19), (2027, 1, 2), "3 dates, from 19 December 2026 to 2 January 2027"),
        ((2026, 12, 5), (2026, 12, 5), "3 dates on 5 December"),
    ],
)
def test_span_in_words(first, last, words):
    with override("en"):
        assert occasions.span(3, *(dt.datetime(*day, 12, tzinfo=PARIS) for day in (first, last))) == words


# --- While it runs ---------------------------------------------------------------------------------------------------
def test_own_agenda_orders_what_is_under_way_by_its_next_meeting(course):
    volunteer = VolunteerFactory()
    running = RegistrationFactory(volunteer=volunteer, slot=course)
    between = RegistrationFactory(volunteer=volunteer, slot__starts_at=SATURDAYS[1] - DAY)

    with time_machine.travel(SATURDAYS[0] + DAY, tick=False):
        agenda = reports.agenda_of(volunteer)
        assert agenda.coming == [between, running]
        assert occasions.next_of(running.slot).starts_at == SATURDAYS[1]


def test_change_while_it_runs_offers_nobody_to_give_the_seat_back(course):
    RegistrationFactory(slot=course, volunteer__user__language="en")
    arrange(course, planned(*SATURDAYS[:2], SATURDAYS[2] + DAY))
    assert "I cannot come:" in mail().body

    with time_machine.travel(SATURDAYS[0] + DAY, tick=False):
        arrange(course, planned(*SATURDAYS))
        email = mail()
    assert ("I cannot come:" in email.body, "Your seat is kept. The new dates" in email.body) == (False, True)
    assert len(entries(email)) == 2  # the first is over


def test_sign_sheet_has_a_column_for_each(course, client):
    client = inside(UserFactory(administrator=True))
    html = client.get(reverse("organise:sign-sheet", args=[course.pk])).text
    assert html.count('<th scope="col">') == 4


def test_person_finds_each_meeting_in_what_is_kept_about_them(course):
    Meeting.objects.filter(number=2).update(venue=VenueFactory(name="Le Local", street="", postal_code="", city=""))
    row = RegistrationFactory(slot=course)
    with override("fr"):
        (kept,) = exporting.REGISTRATIONS.rows(row.volunteer.user)
    assert kept["meetings"] == "05/12/2026 10:00; 12/12/2026 10:00 (Le Local); 19/12/2026 10:00"


def test_course_under_way_is_not_called_off_as_a_whole(course):
    RegistrationFactory(slot=course)
    walk_in = course.walk_ins.create(first_name="Ada", meeting=course.meetings.get(number=1))
    with time_machine.travel(SATURDAYS[0] + DAY, tick=False):
        with override("en"), pytest.raises(ChangeRefused, match="who was there stays noted"):
            scheduling.call_off(course, by=UserFactory())
        page = inside(UserFactory(administrator=True)).get(reverse("organise:call-off", args=[course.pk]))
    assert course.walk_ins.get() == walk_in
    assert (course.registrations.active().count(), Message.objects.count()) == (1, 0)
    assert reverse("organise:meetings", args=[course.pk]) in page.text
    assert "button--danger" not in page.text


@pytest.mark.parametrize("came", ["walk-in", "present", "excused", "nobody"])
@pytest.mark.parametrize("minutes", [-30, 30])
def test_course_whose_first_meeting_is_on_keeps_who_came_to_it(course, came, minutes):
    row = RegistrationFactory(slot=course)
    with time_machine.travel(SATURDAYS[0] + minutes * HOUR / 60, tick=False), override("en"):
        if came == "walk-in":
            walking_in.let_in("Ada", slot=course, key=uuid.uuid4(), by=UserFactory())
        elif came != "nobody":
            attending.mark(course, registrations=[row.pk], attendance=came, by=UserFactory())
        stays = minutes > 0 and came in ("walk-in", "present")
        if stays:
            with pytest.raises(ChangeRefused, match="who was there stays noted"):
                scheduling.call_off(course, by=UserFactory())
        else:
            scheduling.call_off(course, by=UserFactory())

    course.refresh_from_db()
    row.refresh_from_db()
    assert (course.state, row.state) == (("open", "confirmed") if stays else ("cancelled", "cancelled"))
    assert course.walk_ins.count() == (stays and came == "walk-in")


@pytest.mark.parametrize("held", [1, 2])
def test_what_was_to_come_taken_out_is_told_as_that(course, held):
    RegistrationFactory(slot=course, volunteer__user__language="en")
    with time_machine.travel(SATURDAYS[held - 1] + DAY, tick=False):
        assert arrange(course, planned(*SATURDAYS[:held])) == 1
        email = mail()
    said = (email.subject, "From now on" in email.body, "Your seat is kept" in email.body)
    assert said == ("No more meetings: Going towards", False, False)
    assert all(f"{at.day} December 10" in email.body for at in SATURDAYS[held:])
    assert [method for method, _event in entries(email)] == ["CANCEL"] * (3 - held)


def test_one_meeting_cannot_be_kept_twice(course):
    with pytest.raises(ChangeRefused):
        arrange(course, planned(*SATURDAYS, numbers=[1, 2, 2]))
    assert days(course) == list(zip((1, 2, 3), SATURDAYS, strict=True))


def test_one_left_elsewhere_is_told_once(course):
    RegistrationFactory(slot=course)
    was, left = Place.of(course), [Planned(2, SATURDAYS[1], SATURDAYS[1] + 2 * HOUR, Place(VenueFactory()))]
    assert [arrange(course, left, place=was) for _click in range(2)] == [1, 0]
    assert Message.objects.count() == 1


def test_page_of_the_registration_leads_to_the_meeting_online(course, client):
    Meeting.objects.filter(number=2).update(online_url="https://visio.example/2")
    row = RegistrationFactory(slot=course)
    client.force_login(row.volunteer.user)
    shown = {}
    for at in (NOW, SATURDAYS[0] + DAY):
        with time_machine.travel(at, tick=False):
            shown[at] = (
                'href="https://visio.example/2"'
                in client.get(reverse("events:registration-detail", args=[row.uid])).text
            )
    assert list(shown.values()) == [False, True]


def test_whoever_still_waits_hears_nothing_of_a_course_that_has_begun(course):
    RegistrationFactory(slot=course)
    RegistrationFactory(slot=course, waiting=True)
    with time_machine.travel(SATURDAYS[0] + DAY, tick=False):
        assert arrange(course, planned(*SATURDAYS[:2], SATURDAYS[2] + DAY)) == 1
    assert Message.objects.count() == 1
