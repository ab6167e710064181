"""A person leaves: who came to the dates gone by is counted as before, and nothing says who it was."""

import datetime as dt
from dataclasses import asdict
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events import attending, by_date, checking_in, door_codes, excusing, overview, registering, scheduling
from events.models import MeetingMark, Registration, Slot
from events.scheduling import ChangeRefused
from mail.models import Message
from tests.events import seats
from tests.events.views.organising import person, url
from tests.factories.events import RegistrationFactory, SlotFactory, WalkInFactory, meet
from tests.factories.trainings import SessionFactory, TrainingFactory
from tests.factories.volunteers import QualificationFactory, UserFactory
from tests.office import inside
from trainings import awarding, board, certifying, evaluating, leading
from trainings.models import Certificate
from trainings.quarters import Quarter
from volunteers import erasing

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def at():
    with time_machine.travel(NOW, tick=False) as traveller, override("en"):
        yield traveller.move_to


@pytest.fixture
def past():
    """A date of last week: somebody of each outcome, and one more each who stays."""
    slot = SessionFactory(
        training=TrainingFactory(grants=QualificationFactory()), slot__starts_at=NOW - 6 * DAY, slot__capacity=20
    ).slot
    for mark in ("present", "left_early", "excused", "absent", ""):
        for _ in range(2):
            RegistrationFactory(slot=slot, attendance=mark, confirmed_at=NOW - 20 * DAY)
    WalkInFactory(slot=slot)
    return Slot.objects.get(pk=slot.pk)


def leaving(slot):
    """The first of each outcome."""
    return [slot.registrations.filter(attendance=mark).order_by("pk")[0] for mark in Registration.Attendance.values]


def figures(slot):
    """Whatever counts the people of a date."""
    network, quarter = slot.network, Quarter.of(NOW.date())
    (counted,) = overview.with_counts(Slot.objects.filter(pk=slot.pk))
    (date,) = board.dates_of([network], quarter, timezone.now())
    shown = board.board_of([network], quarter)
    trainer = slot.people_in_charge.first()
    return {
        "attendance": asdict(attending.count(slot)),
        "slot": [getattr(counted, name) for name in ("confirmed", "waiting", "to_approve", "ended", "unmarked")],
        "seats": (counted.seats_taken, seats.check_instant(slot.pk)["holding"]),
        "board": (date.confirmed, date.there, date.absent, date.unmarked, date.waiting),
        "board's figures": [(str(figure.label), figure.value) for figure in shown.figures],
        "board's charts": [[(bar.label, bar.value) for bar in chart.bars] for chart in shown.by_month],
        "to do": [(one.pk, one.unmarked) for one in overview.to_do(trainer).attendance],
        "trainer's": [(one.slot.pk, one.coming) for one in leading.dates_of(trainer).past],
        "who comes": (group := leading.group_of(slot)) and len(group.people) + group.gone,
    }


def test_every_figure_is_the_same_before_and_after(past):
    past.people_in_charge.add(UserFactory())
    before, people = figures(past), leaving(past)

    for row in people:
        erasing.erase(row.volunteer.user)

    assert figures(past) == before
    assert before["attendance"] == {
        "there": 5, "left_early": 2, "excused": 2, "absent": 2, "unmarked": 2, "walk_ins": 1,
    }  # fmt: skip
    assert past.registrations.filter(volunteer=None, state="confirmed").count() == len(people)


def test_row_that_stays_says_nothing_of_the_person(past):
    row = leaving(past)[1]
    typed = {"known_as": {"first_name": "Ana", "last_name": "Lopes"}, "end_note": "Une note"}
    Registration.objects.filter(pk=row.pk).update(**typed, created_by=row.volunteer.user)

    erasing.erase(row.volunteer.user)

    (kept,) = Registration.objects.filter(pk=row.pk).values()
    assert kept["uid"] != row.uid
    plain = ("id", "slot_id", "uid", "created_at", "confirmed_at", "updated_at")
    said = {name: value for name, value in kept.items() if value and name not in plain}
    assert said == {"state": "confirmed", "attendance": "present"}
    assert not Message.objects.filter(context__registration=str(row.uid)).exists()


def test_dates_to_come_go_to_the_next_and_the_past_is_nobodys_loss(past):
    row = leaving(past)[1]
    coming = RegistrationFactory(volunteer=row.volunteer, slot__capacity=1, slot__starts_at=NOW + HOUR)
    asked = RegistrationFactory(
        volunteer=row.volunteer, slot__starts_at=NOW - HOUR, state="pending", pending_for="approval", confirmed_at=None
    )
    waiting = RegistrationFactory(slot=coming.slot, waiting=True)

    erasing.erase(row.volunteer.user)

    found = [Registration.objects.get(pk=each.pk) for each in (row, coming, asked, waiting)]
    assert [(each.state, each.pending_for) for each in found] == [
        ("confirmed", ""), ("cancelled", ""), ("cancelled", ""), ("pending", "offer"),
    ]  # fmt: skip
    assert [seats.check_instant(each.slot_id)["holding"] for each in (coming, asked)] == [1, 0]


@pytest.mark.parametrize(("before", "state"), [(dt.timedelta(0), "confirmed"), (dt.timedelta(seconds=1), "cancelled")])
def test_it_is_the_beginning_that_counts(before, state):
    row = RegistrationFactory(slot__starts_at=NOW + before)
    erasing.erase(row.volunteer.user)
    row.refresh_from_db()
    assert (row.state, row.volunteer) == (state, None)


def test_of_a_course_under_way_what_was_stays_and_what_comes_is_excused(at):
    slot = meet(SlotFactory(), NOW - 7 * DAY, NOW + 7 * DAY, NOW + 14 * DAY)
    gone, other = RegistrationFactory(slot=slot), RegistrationFactory(slot=slot)
    by_date.note(slot, 1, {gone.pk: "present", other.pk: "absent"})
    excusing.cannot_come(gone, number=3, by=None)
    before = [attending.count(slot, date=1), Registration.objects.get(pk=gone.pk).attendance]

    erasing.erase(gone.volunteer.user)

    gone.refresh_from_db()
    assert [attending.count(slot, date=1), gone.attendance] == before
    assert dict(gone.marks.values_list("meeting__number", "attendance")) == {1: "present", 2: "excused", 3: "excused"}
    assert not MeetingMark.objects.said().exists()
    assert [one.coming for one in by_date.expected(slot)] == [2, 1, 1]


def test_of_a_course_to_come_nothing_stays():
    slot = meet(SlotFactory(), NOW + 7 * DAY, NOW + 14 * DAY)
    row = RegistrationFactory(slot=slot)
    excusing.cannot_come(row, number=2, by=None)
    erasing.erase(row.volunteer.user)
    row.refresh_from_db()
    assert (row.state, MeetingMark.objects.said().exists()) == ("cancelled", False)


# --- What meets such a row --------------------------------------------------------------------------------------------
@pytest.fixture
def left(past):
    """The row of somebody who was present and has left."""
    row = leaving(past)[1]
    awarding.grant(past.session, by=UserFactory())
    certifying.issue(row, name="Ana", by=row.volunteer.user)
    erasing.erase(row.volunteer.user)
    row.refresh_from_db()
    return row


PAGES = ("slot", "attendance", "attendance-sheet", "sign-sheet", "export", "write")


@pytest.mark.both
def test_whoever_has_left_comes_last_in_the_lists(past, left):
    desk = inside(person("organiser", past))
    rows = [desk.get(url("slot", past)).context["page_obj"], desk.get(url("attendance", past)).context["rows"]]
    assert [[row.pk for row in each if row.volunteer is None] for each in rows] == [[left.pk]] * 2
    assert [list(each)[-1].pk for each in rows] == [left.pk] * 2


@pytest.mark.parametrize("role", ["organiser", "in_charge"])
def test_pages_show_that_an_account_was_deleted(past, left, role):
    desk = inside(person(role, past))

    pages = {name: desk.get(url(name, past)) for name in PAGES if name != "export" or role == "organiser"}

    assert {name: page.status_code for name, page in pages.items()} == dict.fromkeys(pages, 200)
    told = {name for name, page in pages.items() if name != "export" and "Account deleted" in page.text}
    assert told == {"slot", "attendance", "attendance-sheet"}


def test_row_of_nobody_is_marked_and_is_not_cancelled(past, left):
    desk = inside(person("organiser", past))
    cancel = url("registration-cancel", past, uid=left.uid)
    assert cancel not in desk.get(url("slot", past)).text

    answers = [desk.get(cancel).status_code, desk.post(cancel, {"note": ""}).status_code]
    registering.cancel(left, by=UserFactory(), reason="organiser")
    desk.post(url("attendance-mark", past), {"registration": left.pk, "attendance": "left_early"})

    left.refresh_from_db()
    assert (answers, left.state, left.attendance) == ([404, 404], "confirmed", "left_early")


def test_pages_of_the_training_count_whoever_has_left(past, left):
    desk = inside(person("organiser", past))
    results = desk.get(reverse("organise-trainings:results", args=[past.pk])).text
    people = desk.get(reverse("organise-trainings:people", args=[past.pk])).text

    assert "1 person was present, too, and has deleted their account since." in results
    assert "1 person had a seat besides, and has deleted their account since." in people
    assert "No name given" not in people
    assert left.pk not in [row.pk for row in awarding.present(past)]
    assert left not in evaluating.participants()


def test_code_certificate_and_own_page_of_whoever_has_left_are_nobodys(past, left, client):
    with pytest.raises(ChangeRefused, match="Nobody has this code"):
        checking_in.check_in(past, code=door_codes.code_of(left), by=UserFactory())
    client.force_login(UserFactory())
    assert client.get(f"/en/registrations/{left.uid}/").status_code == 404
    assert not Certificate.objects.exists()


def test_date_called_off_while_it_runs_takes_that_row_along():
    slot = SlotFactory(starts_at=NOW - HOUR)
    gone, other = RegistrationFactory(slot=slot), RegistrationFactory(slot=slot)
    erasing.erase(gone.volunteer.user)

    told = scheduling.call_off(slot, by=UserFactory())

    assert told == 1
    assert sorted(slot.registrations.values_list("state", flat=True)) == ["cancelled", "cancelled"]
    assert other.volunteer.user.email == Message.objects.get(kind="events/slot-cancelled").to


def test_accounts_deleted_before_count_again():
    def ended(starts, **facts):
        row = RegistrationFactory(slot__starts_at=starts, volunteer=None, attendance="present")
        ends = {"state": "cancelled", "end_reason": "person", "ended_at": NOW} | facts
        Registration.objects.filter(pk=row.pk).update(**ends)
        Slot.objects.filter(pk=row.slot_id).update(seats_taken=0)
        return row

    was_there = ended(NOW - 3 * DAY)
    others = [
        ended(NOW + DAY),
        ended(NOW - 3 * DAY, end_reason="organiser"),
        ended(NOW - 3 * DAY, confirmed_at=None),
        ended(NOW - 3 * DAY, ended_at=NOW - 4 * DAY),
    ]

    import_module("events.migrations.0012_presence_of_accounts_deleted").give_back(apps, None)

    was_there.refresh_from_db()
    assert (was_there.state, was_there.end_reason, was_there.ended_at) == ("confirmed", "", None)
    assert Slot.objects.get(pk=was_there.slot_id).seats_taken == 1
    assert {Registration.objects.get(pk=row.pk).state for row in others} == {"cancelled"}
