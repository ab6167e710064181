import datetime as dt
import io
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from dateutil import tz
from django.utils import timezone
from django.utils.translation import override
from icalendar import Calendar

from events import calendars, registering, reports
from tests.factories.events import RegistrationFactory, SlotFactory, VenueFactory

PARIS = ZoneInfo("Europe/Paris")
pytestmark = pytest.mark.django_db


def invitation(registration):
    [only] = calendars.invitations(registration)
    return only


def event_in(content):
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    return event


def at(*when):
    return dt.datetime(*when, tzinfo=PARIS)


def slot_at(start, **facts):
    return SlotFactory(starts_at=start, ends_at=start + dt.timedelta(hours=2), **facts)


# The nights of 25 October 2026 and 28 March 2027: the clocks change at 01:00 UTC.
NIGHTS = [
    (2026, 10, 24, 23),
    (2026, 10, 25, 0),
    (2026, 10, 25, 2),
    (2027, 3, 28, 0),
    (2027, 3, 28, 1),
    (2027, 3, 28, 2),
]


@pytest.mark.parametrize("hour", NIGHTS)
def test_clocks_change_at_their_hour_for_who_trusts_the_rules_of_the_file(hour):
    start = dt.datetime(*hour, tzinfo=dt.UTC)
    _method, content = invitation(RegistrationFactory(slot=slot_at(start)))

    [zone] = Calendar.from_ical(content).timezones
    shown = event_in(content)["DTSTART"].dt.replace(tzinfo=None)
    assert shown == start.astimezone(PARIS).replace(tzinfo=None)
    for rules in (zone.to_tz(lookup_tzid=False), tz.tzical(io.StringIO(zone.to_ical().decode())).get()):
        assert shown.replace(tzinfo=rules).astimezone(dt.UTC) == start
        assert start.astimezone(rules).replace(tzinfo=None) == shown


def test_rules_of_the_zone_begin_by_the_clock_before_each_change():
    _method, content = invitation(RegistrationFactory(slot=slot_at(at(2026, 12, 3, 18, 30))))

    [zone] = Calendar.from_ical(content).timezones
    [summer] = zone.daylight
    winter = zone.standard[-1]
    rules = [[rule[name].to_ical() for name in ("DTSTART", "RDATE", "TZOFFSETFROM")] for rule in (summer, winter)]
    assert rules == [
        [b"20250330T020000", b"20260329T020000,20270328T020000", "+0100"],
        [b"20251026T030000", b"20261025T030000,20271031T030000", "+0200"],
    ]


def test_invitation_says_what_when_where_and_for_whom():
    venue = VenueFactory(name="La Fabrique", latitude=48.8626, longitude=2.3364)
    slot = slot_at(at(2027, 2, 3, 18, 30), title_fr="Aller vers", venue=venue)
    registration = RegistrationFactory(slot=slot, volunteer__user__email="awa@example.org")

    method, content = invitation(registration)

    event = event_in(content)
    assert method == "REQUEST"
    assert Calendar.from_ical(content)["METHOD"] == "REQUEST"
    assert event["UID"] == f"{registration.uid}@testserver"
    assert event["SUMMARY"] == "Aller vers"
    assert event["STATUS"] == "CONFIRMED"
    assert event.start == at(2027, 2, 3, 18, 30)
    assert event.end == at(2027, 2, 3, 20, 30)
    assert event["LOCATION"] == "La Fabrique, 21 rue des Blancs-Manteaux, 75004 Paris"
    assert event["GEO"].to_ical() == "48.8626;2.3364"
    assert event["URL"] == f"http://testserver/registrations/{registration.uid}/"
    assert event["ATTENDEE"] == "mailto:awa@example.org"
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert event["ORGANIZER"] == "mailto:bonjour@maillage.example"


@pytest.mark.parametrize(
    ("state", "extra", "status", "summary"),
    [
        ("confirmed", {}, "CONFIRMED", "Aller vers"),
        ("waiting", {"queue_number": 3}, "TENTATIVE", "Aller vers (waiting list)"),
        ("pending", {"pending_for": "offer"}, "TENTATIVE", "Aller vers (to be confirmed)"),
        ("cancelled", {}, "CANCELLED", "Aller vers"),
        ("refused", {}, "CANCELLED", "Aller vers"),
    ],
)
def test_entry_never_takes_one_state_for_another(state, extra, status, summary):
    registration = RegistrationFactory(state=state, slot__title_en="Aller vers", slot__title_fr="Aller vers", **extra)

    with override("en"):
        event = calendars.events_of(registration)[0]

    assert (event["STATUS"], event["SUMMARY"]) == (status, summary)
    assert event["TRANSP"] == ("OPAQUE" if state == "confirmed" else "TRANSPARENT")


def test_cancellation_takes_back_the_same_entry():
    registration = RegistrationFactory()
    before = event_in(invitation(registration)[1])

    cancelled = registering.cancel(registration, by=None)

    method, content = invitation(cancelled)
    after = event_in(content)
    assert method == "CANCEL"
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    assert after["STATUS"] == "CANCELLED"


@pytest.mark.parametrize(
    ("start", "utc_hour"),
    [
        (at(2027, 3, 27, 18), 17),  # the evening before the clocks go forward
        (at(2027, 3, 28, 18), 16),
        (at(2027, 10, 30, 18), 16),
        (at(2027, 10, 31, 18), 17),
    ],
)
def test_hours_are_right_on_both_sides_of_the_changes_of_clocks(start, utc_hour):
    registration = RegistrationFactory(slot=slot_at(start))

    calendar = Calendar.from_ical(invitation(registration)[1])

    (event,) = calendar.walk("VEVENT")
    assert event.start.astimezone(dt.UTC).hour == utc_hour
    assert event["DTSTART"].params["TZID"] == "Europe/Paris"
    # What a client knows that trusts only the rules sent along:
    (rules,) = calendar.walk("VTIMEZONE")
    naive = event["DTSTART"].dt.replace(tzinfo=None)
    assert naive - rules.to_tz(lookup_tzid=False).utcoffset(naive) == start.astimezone(dt.UTC).replace(tzinfo=None)


def test_slot_across_the_missing_hour_keeps_its_true_length():
    slot = SlotFactory(starts_at=at(2027, 3, 28, 1, 30), ends_at=at(2027, 3, 28, 3, 30))

    event = event_in(invitation(RegistrationFactory(slot=slot))[1])

    assert event.end.astimezone(dt.UTC) - event.start.astimezone(dt.UTC) == dt.timedelta(hours=1)


HOSTILE = [
    "Aller vers, oser ; écouter \\ orienter",
    "Ligne 1\r\nDTSTART:19700101T000000\nBEGIN:VALARM",
    "Fête 🎉👨‍👩‍👧‍👦 " + "é" * 120,
    'Dire "bonjour": à tous',
    "Une\x00deux\x1b[31m\u2028trois",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_stay_titles(title):
    title = title.replace("\x00", "")  # PostgreSQL refuses it anyway
    registration = RegistrationFactory(slot__title_fr=title, volunteer__user__first_name='A"\nATTENDEE:x')

    content = invitation(registration)[1]

    assert event_in(content)["SUMMARY"] == calendars.one_line(title)
    assert event_in(content).start == registration.slot.starts_at.replace(microsecond=0)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert content.count(b"\r\nDTSTART;") == 1
    assert content.count(b"\r\nATTENDEE") == 1


def test_feed_lists_what_one_is_registered_for():
    mine = RegistrationFactory()
    waiting = RegistrationFactory(volunteer=mine.volunteer, waiting=True)
    RegistrationFactory(volunteer=mine.volunteer, cancelled=True)
    RegistrationFactory(volunteer=mine.volunteer, held=True)
    RegistrationFactory()

    content = calendars.feed(reports.calendar_of(mine.volunteer), name="Mes dates")

    calendar = Calendar.from_ical(content)
    assert [event["UID"].split("@")[0] for event in calendar.walk("VEVENT")] == [str(mine.uid), str(waiting.uid)]
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["X-WR-CALNAME"] == "Mes dates"
    assert calendar["REFRESH-INTERVAL"].dt == dt.timedelta(hours=1)
    assert b"ATTENDEE" not in content  # RFC 5546, 3.2.1: not in what is published


def test_feed_says_what_the_organiser_called_off():
    gone = RegistrationFactory(state="cancelled", end_reason="slot")

    content = calendars.feed(reports.calendar_of(gone.volunteer), name="Mes dates")

    assert event_in(content)["STATUS"] == "CANCELLED"


def test_empty_feed_is_a_calendar():
    registration = RegistrationFactory(cancelled=True)

    calendar = Calendar.from_ical(calendars.feed(reports.calendar_of(registration.volunteer), name="Mes dates"))

    assert calendar.walk("VEVENT") == []
    assert calendar["X-WR-CALNAME"] == "Mes dates"


@pytest.mark.parametrize("year", [1000, 2099, 2226, 9999])
def test_feed_is_written_whatever_the_year(year):
    start = dt.datetime(year, 12, 31, 21, 30, tzinfo=dt.UTC)
    slot = SlotFactory(starts_at=start, ends_at=dt.datetime(year, 12, 31, 23, 30, tzinfo=dt.UTC))
    registration = RegistrationFactory(slot=slot)

    content = calendars.feed([registration], name="Mes dates")

    assert event_in(content).start == start
    assert event_in(invitation(registration)[1]).start == start


def test_entry_does_not_depend_on_when_it_is_written():
    registration = RegistrationFactory()

    with time_machine.travel(timezone.now() + dt.timedelta(days=3)):
        later = invitation(registration)

    assert later == invitation(registration)


KHAL = """
[calendars]
[[mine]]
path = {path}
type = calendar
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Europe/Paris
default_timezone = Europe/Paris
[default]
default_calendar = mine
[sqlite]
path = {path}.sqlite3
"""


class Khal:
    """A calendar of khal's own, in a folder, told what to import and asked what it shows."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "calendar").mkdir()
        (folder / "config").write_text(KHAL.format(path=folder / "calendar"))

    def run(self, *command):
        program = Path(sys.executable).parent / "khal"
        environment = {"HOME": str(self.folder), "LC_ALL": "C.UTF-8", "XDG_CACHE_HOME": str(self.folder)}
        done = subprocess.run(
            [program, "-c", self.folder / "config", *command], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def imports(self, content):
        (self.folder / "in.ics").write_bytes(content)
        self.run("import", "--batch", self.folder / "in.ics")

    def shows(self):
        layout = "{start-date} {start-time}-{end-time} {title} @ {location} {status}"
        lines = self.run("list", "--format", layout, "--day-format", "", "2027-01-01", "400d").splitlines()
        return [line.strip() for line in lines]


@pytest.fixture
def khal(tmp_path):
    return Khal(tmp_path)


def test_khal_reads_the_feed(khal):
    venue = VenueFactory(name="La Fabrique", street="", postal_code="", city="")
    mine = RegistrationFactory(slot=slot_at(at(2027, 3, 27, 18), title_fr="Aller, vers; 🎉", venue=venue))
    for start in (at(2027, 3, 28, 18), at(2027, 10, 31, 18)):
        RegistrationFactory(volunteer=mine.volunteer, slot=slot_at(start, title_fr="Visite", venue=venue))

    khal.imports(calendars.feed(reports.calendar_of(mine.volunteer), name="Mes dates"))

    assert khal.shows() == [
        "2027-03-27 18:00-20:00 Aller, vers; 🎉 @ La Fabrique CONFIRMED",
        "2027-03-28 18:00-20:00 Visite @ La Fabrique CONFIRMED",
        "2027-10-31 18:00-20:00 Visite @ La Fabrique CONFIRMED",
    ]


def test_khal_replaces_the_entry_that_moved(khal):
    registration = RegistrationFactory(
        slot=slot_at(
            at(2027, 3, 27, 18), title_fr="Visite", venue=VenueFactory(name="Là", street="", postal_code="", city="")
        )
    )
    khal.imports(invitation(registration)[1])

    slot = registration.slot
    slot.starts_at, slot.ends_at, slot.sequence = at(2027, 3, 28, 19), at(2027, 3, 28, 20), slot.sequence + 1
    slot.save()
    khal.imports(invitation(registration)[1])

    assert khal.shows() == ["2027-03-28 19:00-20:00 Visite @ Là CONFIRMED"]
