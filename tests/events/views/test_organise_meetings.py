"""The page of a date's meetings, without script: more lines, one taken out, everybody told, two tabs."""

import datetime as dt

import pytest
from django.utils import timezone

from events import occasions
from events.models import Slot
from mail.models import Message
from tests.architecture.filling import fields_of
from tests.events.views.organising import url
from tests.factories.events import RegistrationFactory, VenueFactory, meet

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def begins(slot):
    return timezone.localtime(slot.starts_at).replace(minute=0, second=0, microsecond=0)


def opened(organiser, slot):
    """What the page, just opened, would send back untouched."""
    form = organiser.get(url("meetings", slot)).context["form"]
    parts = [form, form.lines.management_form, *form.lines]
    return {name: value for part in parts for name, value in fields_of(part).items()}


def line(number, starts_at, **more):
    times = {"starts_at": starts_at, "ends_at": starts_at + 2 * HOUR}
    return {f"line-{number}-{name}": f"{at:%Y-%m-%dT%H:%M}" for name, at in times.items()} | {
        f"line-{number}-{name}": value for name, value in more.items()
    }


def dates(slot):
    return [timezone.localtime(one.starts_at) for one in occasions.of(Slot.objects.get(pk=slot.pk))]


def test_adds_two_asks_and_then_tells(slot, organiser, begins):
    RegistrationFactory(slot=slot)
    there = VenueFactory()
    data = opened(organiser, slot) | line(0, begins) | line(1, begins + 7 * DAY)
    data |= line(2, begins + 14 * DAY, venue=there.pk)

    asked = organiser.post(url("meetings", slot), data)
    assert asked.templates[0].name == "organise/meetings_confirm.html"
    assert (Message.objects.count(), Slot.objects.get(pk=slot.pk).dates) == (0, 1)
    hidden = {
        name: value
        for part in (asked.context["form"], asked.context["form"].lines.management_form, *asked.context["form"].lines)
        for name, value in fields_of(part).items()
    }
    for _click in range(2):
        assert organiser.post(url("meetings", slot), hidden | {"confirmed": "1"}).status_code == 302

    assert dates(slot) == [begins, begins + 7 * DAY, begins + 14 * DAY]
    assert (occasions.of(Slot.objects.get(pk=slot.pk))[2].venue, Message.objects.count()) == (there, 1)


def test_offers_more_lines_and_keeps_what_was_typed(slot, organiser, begins):
    data = opened(organiser, slot) | line(1, begins + 7 * DAY)

    page = organiser.post(url("meetings", slot), data | {"more": "1"})

    form = page.context["form"]
    assert (len(form.lines.forms), form.lines.forms[1]["starts_at"].value()) == (5, data["line-1-starts_at"])
    assert Slot.objects.get(pk=slot.pk).dates == 1


def test_takes_one_out(slot, organiser, begins):
    meet(slot, begins, begins + 7 * DAY, begins + 14 * DAY)

    organiser.post(url("meetings", slot), opened(organiser, slot) | {"line-1-gone": "on"})

    assert dates(slot) == [begins, begins + 14 * DAY]


def test_says_what_is_wrong_beside_its_line(slot, organiser, begins):
    meet(slot, begins, begins + 7 * DAY)

    def wrong(**data):
        form = organiser.post(url("meetings", slot), opened(organiser, slot) | data).context["form"]
        return [set(one.errors) for one in form.lines], len(form.non_field_errors())

    assert wrong(**line(1, begins - 90 * DAY)) == ([set(), {"starts_at"}, set(), set()], 1)
    assert wrong(**{"line-2-ends_at": "2027-03-28T02:30"}) == ([set(), set(), {"starts_at", "ends_at"}, set()], 1)
    assert wrong(**line(1, begins + HOUR)) == ([set()] * 4, 1)
    assert wrong() == ([set()] * 4, 1)
    assert organiser.post(url("meetings", slot), opened(organiser, slot) | line(1, begins + 8 * DAY)).status_code == 302


def test_two_tabs_do_not_overwrite_each_other(slot, organiser, begins):
    meet(slot, begins, begins + 7 * DAY)
    mine = opened(organiser, slot)
    organiser.post(url("meetings", slot), mine | line(1, begins + 8 * DAY))

    late = organiser.post(url("meetings", slot), mine | line(1, begins + 9 * DAY))

    assert [error.code for error in late.context["form"].non_field_errors().as_data()] == ["stale"]
    assert dates(slot) == [begins, begins + 8 * DAY]


def sent_back(page):
    """What the page, shown again, would send untouched."""
    form = page.context["form"]
    parts = [form, form.lines.management_form, *form.lines]
    return {name: value for part in parts for name, value in fields_of(part).items()}


def test_line_of_a_meeting_taken_out_meanwhile_is_gone_and_one_added_is_there(slot, organiser, begins):
    meet(slot, begins, begins + 7 * DAY, begins + 14 * DAY)
    mine, theirs = opened(organiser, slot), opened(organiser, slot)
    organiser.post(url("meetings", slot), theirs | {"line-1-gone": "on"} | line(3, begins + 21 * DAY))

    late = organiser.post(url("meetings", slot), mine | line(2, begins + 15 * DAY))
    shown = [(one["number"].value(), one["starts_at"].value()) for one in late.context["form"].lines][:3]
    sent = organiser.post(url("meetings", slot), sent_back(late))

    wanted = [begins, begins + 15 * DAY, begins + 21 * DAY]
    assert [number and int(number) for number, _starts_at in shown] == [1, 3, 4]
    assert [str(at)[:16] for _number, at in shown] == [f"{at:%Y-%m-%dT%H:%M}" for at in wanted]
    assert (sent.status_code, dates(slot)) == (302, wanted)


def test_what_both_have_added_is_there_once_and_a_begun_one_stays(slot, organiser):
    now = timezone.localtime().replace(second=0, microsecond=0)
    meet(slot, now - HOUR, now + 7 * DAY)
    mine = opened(organiser, slot)
    organiser.post(url("meetings", slot), mine | line(2, now + 14 * DAY))

    late = organiser.post(url("meetings", slot), mine | line(2, now + 14 * DAY) | line(3, now + 21 * DAY))
    sent = organiser.post(url("meetings", slot), sent_back(late))

    assert (sent.status_code, dates(slot)) == (302, [now - HOUR, *(now + days * DAY for days in (7, 14, 21))])


def test_meeting_that_has_begun_is_shown_and_cannot_be_forged(slot, organiser):
    now = timezone.localtime().replace(second=0, microsecond=0)
    meet(slot, now - HOUR, now + 7 * DAY)

    organiser.post(url("meetings", slot), opened(organiser, slot) | line(0, now + DAY) | line(1, now + 8 * DAY))

    assert dates(slot) == [now - HOUR, now + 8 * DAY]


def test_move_leads_here_once_there_are_several(slot, organiser, begins):
    meet(slot, begins, begins + 7 * DAY)
    assert organiser.get(url("move", slot)).url == url("meetings", slot)


@pytest.mark.parametrize("count", [2, 12])
def test_as_many_queries_for_two_as_for_twelve(slot, organiser, begins, count, settings, django_assert_num_queries):
    settings.KEPT_SECONDS = 60  # a slow machine looks the menus up again in between
    meet(slot, *(begins + day * DAY for day in range(count)))
    organiser.get(url("meetings", slot))  # a new session is noted once
    with django_assert_num_queries(18):
        organiser.get(url("meetings", slot))


def test_double_click_that_leaves_one_elsewhere_is_done_once(slot, organiser, begins):
    meet(slot, begins, begins + 7 * DAY)
    RegistrationFactory(slot=slot)
    data = opened(organiser, slot) | line(1, begins + 7 * DAY, venue=VenueFactory().pk)
    data |= {"line-0-gone": "on", "confirmed": "1"}

    answers = [organiser.post(url("meetings", slot), data).status_code for _click in range(2)]

    assert (answers, dates(slot), Message.objects.count()) == ([302, 302], [begins + 7 * DAY], 1)
