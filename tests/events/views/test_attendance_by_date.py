"""The attendance pages of a course of several meetings: one date at a time, and links to the others."""

import datetime as dt
import io
import re
import uuid

import openpyxl
import pytest
import time_machine
from django.utils.translation import override

from events import door_codes
from events.models import MeetingMark, Slot, WalkIn
from tests.events.views.organising import person, url
from tests.factories.events import RegistrationFactory, meet
from tests.office import inside, still

pytestmark = pytest.mark.django_db

FIRST = dt.datetime(2026, 12, 5, 9, tzinfo=dt.UTC)
WEEK = dt.timedelta(weeks=1)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def course(slot):
    Slot.objects.update(capacity=70)
    return meet(Slot.objects.get(), *(FIRST + week * WEEK for week in range(3)))


@pytest.fixture
def second_morning():
    with time_machine.travel(FIRST + WEEK, tick=False), override("en"):
        yield


@pytest.fixture
def trainer(course, second_morning):
    return inside(person("in_charge", course))


@pytest.fixture
def at_desk(course, second_morning):
    return inside(person("organiser", course))


def marks(row):
    return dict(MeetingMark.objects.filter(registration=row).values_list("meeting__number", "attendance"))


def of(number):
    return f"?date={number}"


def test_list_is_of_the_date_that_is_on_and_leads_to_the_others(course, trainer):
    row = RegistrationFactory(slot=course)
    attendance = url("attendance", course)
    for number, mark in ((1, "present"), (2, "absent")):
        trainer.post(url("attendance-mark", course) + of(number), {"registration": row.pk, "attendance": mark})

    pages = {query: trainer.get(attendance + query) for query in ("", of(1), of(2), of(3), of(4), of("x"))}

    assert {query: page.status_code for query, page in pages.items()} == dict.fromkeys(pages, 200) | {of(4): 404}
    found = {query: re.findall(r'href="\?date=(\d)" aria-current', page.text) for query, page in pages.items()}
    assert found == {"": ["2"], of(1): ["1"], of(2): ["2"], of(3): ["3"], of(4): [], of("x"): ["2"]}
    shown = {query: [one.attendance for one in page.context["rows"]] for query, page in list(pages.items())[:4]}
    assert shown == {"": ["absent"], of(1): ["present"], of(2): ["absent"], of(3): [""]}
    assert all("1 of 3 dates" in pages[query].text for query in ("", of(1), of(3)))
    assert ["data-door" in pages[query].text for query in (of(1), of(2), of(3))] == [False, True, False]
    assert ["an hour before" in pages[query].text for query in (of(1), of(2), of(3))] == [False, False, True]


def test_one_touch_answers_with_the_mark_of_its_date(course, trainer):
    row = RegistrationFactory(slot=course)
    touched = {"registration": row.pk, "attendance": "present"}

    plain = trainer.post(url("attendance-mark", course) + of(1), touched)
    in_place = trainer.post(url("attendance-mark", course) + of(2), touched, headers=HTMX)

    assert plain.url == url("attendance", course) + of(1) + f"#r{row.pk}"
    assert "2 of 3 dates" in in_place.text and f"mark/{of(2)}" in in_place.text
    assert '<strong class="number">1</strong> present of' in in_place.text
    assert marks(row) == {1: "present", 2: "present"}


def test_all_others_are_those_not_marked_on_that_date(course, trainer):
    one, two = RegistrationFactory(slot=course), RegistrationFactory(slot=course)
    trainer.post(url("attendance-mark", course) + of(1), {"registration": one.pk, "attendance": "present"})
    trainer.post(url("attendance-mark", course) + of(2), {"registration": two.pk, "attendance": "absent"})
    trainer.post(url("attendance-mark", course) + of(2), {"all": "1", "attendance": "present"})
    assert [marks(row) for row in (one, two)] == [{1: "present", 2: "present"}, {2: "absent"}]


def test_code_counts_for_the_date_that_is_on_whatever_the_page_shows(course, trainer):
    row, late = RegistrationFactory(slot=course), RegistrationFactory(slot=course)
    here, stale = url("check-in", course) + of(2), url("check-in", course) + of(1)

    in_place = trainer.post(here, {"code": door_codes.code_of(row)}, headers=HTMX)
    gone_on = trainer.post(stale, {"code": door_codes.code_of(late)}, headers=HTMX)
    plain = trainer.post(stale, {"code": door_codes.code_of(late)})

    assert f'<li id="r{row.pk}" hx-swap-oob="true">' in in_place.text
    assert gone_on["HX-Redirect"] == plain.url == url("attendance", course) + of(2)
    assert [marks(each) for each in (row, late)] == [{2: "present"}, {2: "present"}]


def test_who_has_no_account_came_on_one_date(course, trainer):
    answer = trainer.post(url("let-in", course) + of(1), {"first_name": "Zoé", "key": uuid.uuid4()})
    row = WalkIn.objects.get()
    lists = [f'id="w{row.pk}"' in trainer.get(url("attendance", course) + of(number)).text for number in (1, 2)]
    taken_off = trainer.post(url("take-back", course, walk_in=row.pk) + of(1))

    assert (answer.url, taken_off.url) == (url("attendance", course) + of(1),) * 2
    assert (row.meeting.number, lists, WalkIn.objects.count()) == (1, [True, False], 0)


def test_somebody_added_at_the_door_is_present_on_that_date(course, at_desk):
    typed = {"email": "zoe@example.org", "first_name": "Zoé", "last_name": "Diallo"}
    answer = at_desk.post(url("walk-in", course) + of(1), typed)
    assert answer.url == url("attendance", course) + of(1)
    assert list(MeetingMark.objects.values_list("meeting__number", "attendance")) == [(1, "present")]
    assert f'href="{url("attendance", course) + of(1)}"' in at_desk.get(url("walk-in", course) + of(1)).text


def test_sheet_of_one_date_is_copied(course, trainer):
    came, missing = RegistrationFactory(slot=course), RegistrationFactory(slot=course)
    trainer.post(url("attendance-mark", course) + of(1), {"registration": came.pk, "attendance": "absent"})
    sheet = url("attendance-sheet", course) + of(2)
    seen = re.findall(r'name="seen" value="([^"]*)"', trainer.get(sheet).text)

    answer = trainer.post(sheet, {"seen": seen, "missing": [missing.pk]})

    assert (answer.url, sorted(seen)) == (
        url("attendance", course) + of(2),
        sorted(f"{row.pk}:" for row in (came, missing)),
    )
    assert [marks(row) for row in (came, missing)] == [{1: "absent", 2: "present"}, {2: "absent"}]


def test_table_has_a_column_for_each_date(course, at_desk):
    row, _none = RegistrationFactory(slot=course), RegistrationFactory(slot=course)
    for number, mark in ((1, "present"), (2, "excused")):
        at_desk.post(url("attendance-mark", course) + of(number), {"registration": row.pk, "attendance": mark})
    at_desk.post(url("let-in", course) + of(2), {"first_name": "Zoé", "key": uuid.uuid4()})

    content = at_desk.get(url("export", course)).content
    table = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))

    head, first, second, walk_in = ([value or "" for value in line] for line in table)
    assert head[8:] == ["5 December, 10:00", "12 December, 10:00", "19 December, 10:00"]
    assert (first[6], first[8:]) == ("1 of 3 dates", ["present", "excused", ""])
    assert (second[6], second[8:]) == ("not marked", ["", "", ""])
    assert (walk_in[0], walk_in[8:]) == ("Zoé", ["", "present", ""])


def test_page_of_the_date_tells_at_how_many_they_were(course, at_desk):
    row = RegistrationFactory(slot=course)
    for number in (1, 2):
        at_desk.post(url("attendance-mark", course) + of(number), {"registration": row.pk, "attendance": "present"})
    assert "2 of 3 dates" in at_desk.get(url("slot", course)).text


@pytest.mark.parametrize("count", [1, 30])
def test_queries(course, trainer, at_desk, django_assert_num_queries, count):
    for _ in range(count):
        row = RegistrationFactory(slot=course)
        MeetingMark.objects.create(registration=row, meeting=course.meetings.get(number=1), attendance="present")
    with still():
        for client, page, queries in (
            (trainer, "attendance-sheet", 13),
            (trainer, "attendance", 17),
            (at_desk, "export", 11),
        ):
            client.get(url(page, course))
            with django_assert_num_queries(queries):
                client.get(url(page, course))
