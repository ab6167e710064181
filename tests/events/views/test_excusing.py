""" "I cannot come that day": behind the link of a mail, on one's own page, and what organisers see of it."""

import datetime as dt
import io

import openpyxl
import pytest
from django.utils import timezone
from django.utils.translation import override

from events import excusing, registering
from events.models import MeetingMark, Registration, Slot
from tests.events.views.offered import english
from tests.events.views.organising import person, url
from tests.factories.events import RegistrationFactory, SlotFactory, meet
from tests.factories.volunteers import UserFactory
from tests.office import inside

pytestmark = pytest.mark.django_db
WEEK = dt.timedelta(weeks=1)


@pytest.fixture
def seat():
    first = timezone.now().replace(microsecond=0) + WEEK
    return RegistrationFactory(slot=meet(SlotFactory(), first, first + WEEK, first + 2 * WEEK))


def link_of(seat, number=2):
    return english("events:miss", excusing.token_of(seat, number))


def title_of(page):
    return " ".join(page.text.partition("<h1>")[2].partition("</h1>")[0].split())


def missed():
    return sorted(MeetingMark.objects.said().values_list("meeting__number", flat=True))


def day_of(seat, number):
    with override("en"):
        return timezone.localtime(seat.slot.meetings.get(number=number).starts_at).strftime("%A %-d %B")


# --- The link of a mail -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_opening_the_link_changes_nothing(client, seat, method):
    page = getattr(client, method)(link_of(seat))

    assert (page.status_code, missed()) == (405 if method == "options" else 200, [])


def test_page_asks_about_that_day_names_nobody_and_offers_to_give_all_back(client, seat):
    page = client.get(link_of(seat))

    assert title_of(page) == f"You cannot come on {day_of(seat, 2)}?"
    assert "You keep your seat for the whole course" in page.text
    assert english("events:decline", "x").removesuffix("x/") in page.text
    assert seat.volunteer.user.email not in page.text
    assert "no-store" in page["Cache-Control"]


def test_button_says_so_and_another_takes_it_back(client, seat):
    noted = client.post(link_of(seat), follow=True)
    said = missed()
    back = client.post(link_of(seat), {"again": "yes"}, follow=True)

    assert (title_of(noted), said) == (f"Noted: you do not come on {day_of(seat, 2)}", [2])
    assert (title_of(back), missed()) == (f"You cannot come on {day_of(seat, 2)}?", [])
    assert Registration.objects.get().state == "confirmed"


def test_of_the_last_date_left_the_seat_is_to_be_given_back(client, seat):
    for number in (1, 3):
        excusing.cannot_come(seat, number=number, by=None)

    page = client.get(link_of(seat))
    client.post(link_of(seat))

    assert title_of(page) == f"You cannot come on {day_of(seat, 2)} either?"
    assert missed() == [1, 3]


def end(seat):
    registering.cancel(seat, by=None)


def begin(seat):
    seat.slot.meetings.filter(number=2).update(starts_at=timezone.now() - dt.timedelta(minutes=1))


def take_out(seat):
    seat.slot.meetings.filter(number=2).update(dropped_at=timezone.now())


def wait(seat):
    Registration.objects.update(state="waiting", queue_number=1)


@pytest.mark.parametrize(
    ("act", "title"),
    [
        (end, "You are no longer registered"),
        (begin, "This date has begun"),
        (take_out, "This date does not take place"),
        (wait, "You have no seat yet"),
    ],
)
def test_link_says_why_there_is_nothing_to_say(client, seat, act, title):
    act(seat)

    assert title_of(client.get(link_of(seat))) == title
    page = client.post(link_of(seat), follow=True)

    assert (title_of(page), missed(), "toast--error" in page.text) == (title, [], True)


def test_link_to_the_only_date_left_leads_to_giving_the_seat_back(client, seat):
    Slot.objects.update(dates=1)
    page = client.get(link_of(seat), follow=True)
    assert title_of(page) == "You cannot come?"


@pytest.mark.parametrize("method", ["get", "post"])
def test_forged_link_is_told_so_in_plain_words(client, seat, method):
    page = getattr(client, method)(english("events:miss", excusing.token_of(seat, 2)[:-2] + "xx"))
    assert (page.status_code, title_of(page), missed()) == (404, "This link does not work", [])


def test_link_says_when_the_reader_is_signed_in_as_somebody_else(client, seat):
    client.force_login(UserFactory())
    assert "This registration is somebody else" in client.get(link_of(seat)).text


# --- One's own pages --------------------------------------------------------------------------------------------------
def test_one_click_on_ones_own_page_and_undo(client, seat):
    client.force_login(seat.volunteer.user)
    page = english("events:registration-detail", seat.uid)
    before = client.get(page)

    noted = client.post(english("events:date-cannot", seat.uid, 2), follow=True)
    said, undo = missed(), english("events:date-can", seat.uid, 2)
    back = client.post(undo, follow=True)

    assert before.text.count("I cannot come that day") == 3
    assert said == [2] and f'action="{undo}"' in noted.text.partition("toast")[2].partition("</form>")[0]
    assert "You do not come" in noted.text and "You do not come" not in back.text
    assert (missed(), back.text.count("I cannot come that day")) == ([], 3)


@pytest.mark.parametrize("number", [2, 3])
def test_taking_it_back_tells_of_what_was_taken_for_that_time_since(client, seat, number):
    excusing.cannot_come(seat, number=number, by=None)
    at_once = SlotFactory(title_en="Repair a bicycle", starts_at=seat.slot.meetings.get(number=2).starts_at)
    RegistrationFactory(slot=at_once, volunteer=seat.volunteer)
    warned = ["You have something else at that time: see it under “My dates”."] if number == 2 else []

    page = client.post(link_of(seat, number), {"again": "yes"}, follow=True)
    excusing.cannot_come(seat, number=number, by=None)
    client.force_login(seat.volunteer.user)
    own = client.post(english("events:date-can", seat.uid, number), follow=True)

    for answer in (page, own):
        assert [str(one) for one in answer.context["messages"] if one.level_tag == "warning"] == warned
    assert "Repair a bicycle" not in page.text
    assert missed() == []


def test_once_begun_the_page_still_offers_the_dates_to_come(client, seat):
    Slot.objects.update(starts_at=timezone.now() - WEEK)
    seat.slot.meetings.filter(number=1).update(
        starts_at=timezone.now() - WEEK, ends_at=timezone.now() - WEEK + dt.timedelta(hours=2)
    )
    client.force_login(seat.volunteer.user)

    page = client.get(english("events:registration-detail", seat.uid))

    assert title_of(page) == "This course has begun"
    assert page.text.count("I cannot come that day") == 2
    assert "Nothing can be changed" not in page.text


def test_my_space_offers_it_for_the_next_date_and_says_what_was_said(client, seat):
    client.force_login(seat.volunteer.user)
    before = client.get("/en/my-space/").text

    client.post(english("events:date-cannot", seat.uid, 1))
    after = client.get("/en/my-space/").text

    for number, page in ((1, before), (2, after)):
        assert f'action="{english("events:date-cannot", seat.uid, number)}"' in page
    assert ("You do not come" in before, "You do not come" in after) == (False, True)
    assert (
        english("events:registration-detail", seat.uid) + "#dates"
        in client.get(english("events:registration-cancel", seat.uid)).text
    )


def test_date_of_one_meeting_has_none_of_it(client):
    seat = RegistrationFactory()
    client.force_login(seat.volunteer.user)
    page = client.get(english("events:registration-detail", seat.uid)).text
    client.post(english("events:date-cannot", seat.uid, 1))
    assert ("that day" in page, MeetingMark.objects.exists()) == (False, False)


# --- What organisers see ----------------------------------------------------------------------------------------------
def test_organisers_see_it_on_the_sheet_in_the_table_and_in_the_counts(seat):
    RegistrationFactory(slot=seat.slot)
    excusing.cannot_come(seat, number=2, by=None)
    desk = inside(person("organiser", seat.slot))

    with override("en"):
        pages = {name: desk.get(url(name, seat.slot)).text for name in ("slot", "sign-sheet")}
        lists = [desk.get(url("attendance", seat.slot) + f"?date={number}").text for number in (1, 2)]
        content = desk.get(url("export", seat.slot)).content

    table = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert "does not come:" in pages["slot"]
    counts = [" ".join(line.split()) for line in pages["slot"].split('class="expected"')[1].split("<li>")[1:4]]
    assert ['<strong class="number">1</strong>' in line and "1 cannot" in line for line in counts] == [
        False,
        True,
        False,
    ]
    assert pages["sign-sheet"].count(">excused<") == 1
    assert ["that they cannot come" in page for page in lists] == [False, True]
    assert [list(line[8:]) for line in table[1:]] == [[None, "excused", None], [None, None, None]]


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(("name", "queries"), [("slot", 18), ("sign-sheet", 12)])
def test_queries(seat, django_assert_num_queries, count, name, queries):
    Slot.objects.update(capacity=70)
    rows = [seat, *(RegistrationFactory(slot=Slot.objects.get()) for _ in range(count - 1))]
    for row in rows:
        excusing.cannot_come(row, number=2, by=None)
    desk = inside(person("organiser", seat.slot))
    desk.get(url(name, seat.slot))

    with django_assert_num_queries(queries):
        page = desk.get(url(name, seat.slot))
    assert page.status_code == 200
