import datetime as dt
import gzip
import time

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from events import feeds, registering
from events.models import Slot, Venue
from tests.factories.events import RegistrationFactory, SlotFactory
from tests.factories.volunteers import VolunteerFactory

pytestmark = pytest.mark.django_db


def address(volunteer):
    return reverse("events:calendar-feed", args=[volunteer.calendar_token])


def summaries(answer):
    return [str(event["SUMMARY"]) for event in Calendar.from_ical(answer.content).walk("VEVENT")]


@pytest.fixture
def registration():
    return RegistrationFactory(slot__title_fr="Aller vers", slot__title_en="Going towards")


def test_feed_needs_its_address_only(client, registration):
    answer = client.get(address(registration.volunteer))

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert summaries(answer) == ["Aller vers"]
    assert not answer.cookies
    assert answer["X-Robots-Tag"] == "noindex"


def test_feed_speaks_the_persons_language(client):
    registration = RegistrationFactory(slot__title_en="Going towards", volunteer__user__language="en")

    answer = client.get(address(registration.volunteer), headers={"Accept-Language": "fr"})

    assert summaries(answer) == ["Going towards"]
    assert Calendar.from_ical(answer.content)["X-WR-CALNAME"] == "My volunteer dates"


def test_wrong_address_and_closed_account_are_not_found(client, registration):
    volunteer = registration.volunteer
    assert client.get(reverse("events:calendar-feed", args=["x" * 43])).status_code == 404

    volunteer.user.is_active = False
    volunteer.user.save()
    assert client.get(address(volunteer)).status_code == 404


def test_feed_is_not_sent_again_to_who_has_it(client, registration):
    first = client.get(address(registration.volunteer))

    again = client.get(address(registration.volunteer), headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


def test_feed_just_looked_at_is_not_looked_at_again(client, registration, django_assert_num_queries):
    first = client.get(address(registration.volunteer))

    with django_assert_num_queries(0):
        again = client.get(address(registration.volunteer), headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=1)), django_assert_num_queries(1):
        client.get(address(registration.volunteer), headers={"If-None-Match": first["ETag"]})


def test_glance_does_not_hide_a_change_from_who_has_something_else(client, registration):
    client.get(address(registration.volunteer))
    moved(registration)

    assert client.get(address(registration.volunteer), headers={"If-None-Match": '"older"'}).status_code == 200


def test_feed_goes_through_no_session(client, registration):
    client.force_login(registration.volunteer.user)

    answer = client.get(address(registration.volunteer))

    assert "Cookie" not in answer["Vary"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_feed_is_packed_for_who_takes_it(client, registration):
    plain = client.get(address(registration.volunteer))
    packed = client.get(address(registration.volunteer), headers={"Accept-Encoding": "gzip, br"})

    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in packed["Vary"]


@pytest.mark.parametrize("rows", [1, 30])
def test_unchanged_feed_costs_one_query(client, rows, django_assert_num_queries):
    volunteer = VolunteerFactory()
    for _ in range(rows):
        RegistrationFactory(volunteer=volunteer)
    first = client.get(address(volunteer))

    with django_assert_num_queries(1):
        again = client.get(address(volunteer))

    assert again.content == first.content
    assert len(summaries(again)) == rows


def moved(registration):
    slot = Slot.objects.get(pk=registration.slot_id)
    slot.starts_at -= dt.timedelta(hours=1)
    slot.save()


def renamed(registration):
    venue = Venue.objects.get(pk=registration.slot.venue_id)
    venue.name = "Ailleurs"
    venue.save()


CHANGES = {
    "one more": lambda row: RegistrationFactory(volunteer=row.volunteer),
    "one less": lambda row: registering.cancel(row, by=None),
    "slot moved": moved,
    "venue renamed": renamed,
    "other language": lambda row: type(row.volunteer.user).objects.update(language="en"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_is_seen_within_a_second(client, registration, what):
    first = client.get(address(registration.volunteer))

    CHANGES[what](registration)
    time.sleep(feeds.GLANCE)

    again = client.get(address(registration.volunteer), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert again.content != first.content


def test_seat_taken_by_somebody_else_changes_nothing(client, registration, django_assert_num_queries):
    client.get(address(registration.volunteer))
    registering.register(VolunteerFactory(), slot=Slot.objects.get(), by=None)

    with django_assert_num_queries(1):
        client.get(address(registration.volunteer))


def test_change_that_commits_late_is_seen_half_a_minute_later(client, registration):
    """A transaction may have stamped its rows before ours, and commit only after the feed was written."""
    late = timezone.now() - dt.timedelta(seconds=1)
    SlotFactory()
    client.get(address(registration.volunteer))
    Slot.objects.filter(pk=registration.slot_id).update(title_fr="Autre titre", updated_at=late)

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=31)):
        assert summaries(client.get(address(registration.volunteer))) == ["Autre titre"]
