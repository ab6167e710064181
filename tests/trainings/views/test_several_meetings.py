"""What the public sees of a session of several meetings."""

import datetime as dt
import json
import re

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from events import attending
from tests.factories.events import RegistrationFactory, VenueFactory, meet
from tests.factories.trainings import CertificateFactory, SessionFactory
from tests.factories.volunteers import NetworkOrganiserFactory, VolunteerFactory
from tests.office import inside
from trainings import certificate_paper, matching, reports
from trainings.listing import upcoming

pytestmark = pytest.mark.django_db
ZONE = dt.timezone(dt.timedelta(hours=1))
SATURDAYS = [dt.datetime(2026, 12, day, 10, tzinfo=ZONE) for day in (5, 12, 19)]


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(dt.datetime(2026, 11, 26, 12, tzinfo=ZONE), tick=False), override("en"):
        yield


def several(*starts, **facts):
    session = SessionFactory(slot__venue=VenueFactory(name="La Fabrique"))
    meet(session.slot, *(starts or SATURDAYS), **facts)
    return session


def page(client, name, *args):
    return client.get(reverse(f"trainings:{name}", args=args))


@pytest.mark.parametrize("rows", [1, 15])
def test_list_says_how_many_and_from_when_to_when_in_as_many_queries(client, rows, django_assert_max_num_queries):
    for _ in range(rows):
        several()
    client.get("/en/trainings/?page=2")  # menus and names are read once a second

    with django_assert_max_num_queries(3):
        text = client.get("/en/trainings/").text

    assert text.count("3 dates, from 5 to 19 December") == rows
    assert text.count("first at 10") == rows


def test_page_lists_each_with_its_time_and_place(client):
    session = several(venue=VenueFactory(name="Le Local"))

    text = page(client, "session-detail", session.slot_id).text

    listed = re.search(r'<ol class="meetings">(.*?)</ol>', text, re.DOTALL)[1]
    words = [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in listed.split("</li>")[:3]]
    assert words == [
        "Saturday 5 December 10:00 – 12:00",
        "Saturday 12 December 10:00 – 12:00 Le Local, 21 rue des Blancs-Manteaux, 75004 Paris",
        "Saturday 19 December 10:00 – 12:00",
    ]
    assert "<strong>Length:</strong> 6 hours" in text
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)[1])
    assert [(one["startDate"][:10], one["location"]["name"]) for one in data["subEvent"]] == [
        ("2026-12-05", "La Fabrique"),
        ("2026-12-12", "Le Local"),
        ("2026-12-19", "La Fabrique"),
    ]


@pytest.mark.parametrize(
    ("second", "mode", "modes", "kinds"),
    [
        ({}, "Offline", ["Offline"] * 3, "Place"),
        (
            {"online_url": "https://visio.example.org/2"},
            "Mixed",
            ["Offline", "Online", "Offline"],
            ["Place", "VirtualLocation"],
        ),
    ],
)
def test_search_engines_read_whether_people_meet_online(client, second, mode, modes, kinds):
    session = several(**second)
    text = page(client, "session-detail", session.slot_id).text

    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)[1])

    def word(one):
        return one["eventAttendanceMode"].removeprefix("https://schema.org/").removesuffix("EventAttendanceMode")

    where = data["location"]
    found = [one["@type"] for one in where] if isinstance(where, list) else where["@type"]
    assert (word(data), [word(one) for one in data["subEvent"]], found) == (mode, modes, kinds)
    assert "visio.example.org" not in text


def test_page_of_one_date_has_no_list(client):
    text = page(client, "session-detail", SessionFactory().slot_id).text
    assert ('<ol class="meetings">' in text, "subEvent" in text) == (False, False)


def test_filter_by_moment_looks_at_each_meeting(client):
    weekends, mixed = several(), several(SATURDAYS[0], SATURDAYS[0] + dt.timedelta(days=2, hours=9))

    def found(moment):
        return {row.slot_id for row in client.get("/en/trainings/", {"moment": moment}).context["browse"].rows}

    assert [found(moment) for moment in ("weekend", "evening", "either")] == [
        {weekends.slot_id},
        set(),
        {weekends.slot_id, mixed.slot_id},
    ]


def test_for_me_leaves_out_what_clashes_with_one_of_its_meetings():
    volunteer, session = VolunteerFactory(), several()
    mine = RegistrationFactory(volunteer=volunteer, slot__starts_at=SATURDAYS[1], slot__kind="training")
    assert matching.for_me(volunteer).now == []

    mine.slot.starts_at += dt.timedelta(days=1)
    mine.slot.ends_at += dt.timedelta(days=1)
    mine.slot.save()
    assert [row.slot_id for row in matching.for_me(volunteer).now] == [session.slot_id]
    assert upcoming().count() == 1


def test_course_under_way_is_no_longer_listed(client):
    session = several()
    with time_machine.travel(SATURDAYS[0] + dt.timedelta(days=1), tick=False):
        assert upcoming().count() == 0
        assert page(client, "session-detail", session.slot_id).status_code == 200


def test_certificate_counts_the_hours_of_all_meetings():
    session = several()
    assert reports.minutes_of(session.slot) == 3 * 120
    assert certificate_paper.when(session.slot) == "5 December 2026, 12 December 2026, 19 December 2026"


def test_certificate_page_and_its_check_say_each_day(client):
    session = several()
    with time_machine.travel(SATURDAYS[2] + dt.timedelta(days=1), tick=False):
        row = RegistrationFactory(slot=session.slot, attendance="present")
        certificate = CertificateFactory(registration=row)
        client.force_login(row.volunteer.user)
        pages = [
            client.get(reverse("certificates:certificate", args=[row.uid])),
            client.get(reverse("certificates:verify", args=[certificate.number])),
        ]
    assert ["5 December 2026, 12 December 2026, 19 December 2026" in answer.text for answer in pages] == [True, True]


def test_certificate_and_hours_are_for_who_was_at_all_dates_and_others_read_why_not(client):
    session = several()
    all_three, two = (RegistrationFactory(slot=session.slot, volunteer=VolunteerFactory()) for _ in range(2))
    organiser = NetworkOrganiserFactory(network=session.slot.network).user
    with time_machine.travel(SATURDAYS[-1] + dt.timedelta(days=1), tick=False):
        for number, rows in ((1, [all_three, two]), (2, [all_three]), (3, [all_three, two])):
            keys = [row.pk for row in rows]
            attending.mark(session.slot, registrations=keys, attendance="present", by=organiser, date=number)
        pages = []
        for row in (all_three, two):
            client.force_login(row.volunteer.user)
            pages.append(client.get(reverse("certificates:certificate", args=[row.uid])).text)
        results = inside(organiser).get(reverse("organise-trainings:results", args=[session.slot_id])).text
        hours = [reports.total(reports.attended(row.volunteer)) for row in (all_three, two)]

    assert ['name="name"' in text for text in pages] == [True, False]
    assert "marked present at all dates to the end" in pages[1]
    assert "1 person was not at all dates to the end" in results
    assert hours == ["6 hours", ""]
