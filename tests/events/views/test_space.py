import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from tests.factories.events import RegistrationFactory, SlotFactory
from tests.factories.volunteers import MembershipFactory, UserFactory, VolunteerFactory

pytestmark = pytest.mark.django_db
SPACE = "/en/my-space/"


@pytest.fixture
def volunteer(client):
    volunteer = VolunteerFactory()
    client.force_login(volunteer.user)
    return volunteer


def in_days(days):
    return SlotFactory(starts_at=timezone.now() + dt.timedelta(days=days))


def test_space_is_empty_at_first(client, volunteer):
    page = client.get(SPACE)

    assert "Nothing planned yet" in page.text
    assert volunteer.calendar_token in page.text


def test_space_puts_each_date_in_its_place(client, volunteer):
    def registered(days, **facts):
        return RegistrationFactory(volunteer=volunteer, slot=in_days(days), **facts)

    later, soon, past = registered(9), registered(2), registered(-30)
    waiting, gone = registered(5, waiting=True), registered(6, cancelled=True)
    offer = registered(7, state="pending", pending_for="offer", expires_at=timezone.now(), queue_number=1)
    held = registered(8, held=True)
    RegistrationFactory()

    agenda = client.get(SPACE).context["agenda"]

    assert agenda.to_answer == [offer, held]
    assert agenda.coming == [soon, later]
    assert agenda.waiting == [waiting]
    assert agenda.past == [gone, past]


def test_attempt_without_a_code_leaves_no_trace_in_the_history(client, volunteer):
    RegistrationFactory(volunteer=volunteer, cancelled=True, end_reason="expired", confirmed_at=None)

    assert client.get(SPACE).context["agenda"].past == []


def test_rank_counts_those_ahead(client, volunteer):
    slot = in_days(3)
    for number in (1, 2):
        RegistrationFactory(slot=slot, waiting=True, queue_number=number)
    RegistrationFactory(slot=slot, volunteer=volunteer, waiting=True, queue_number=3)

    page = client.get(SPACE)

    assert page.context["agenda"].waiting[0].rank == 3
    assert "Waiting list, number 3" in page.text


def test_history_is_cut_and_can_be_opened(client, volunteer):
    for days in range(12):
        RegistrationFactory(volunteer=volunteer, slot=in_days(-1 - days))

    assert len(client.get(SPACE).context["agenda"].past) == 10
    assert len(client.get(SPACE, {"history": "all"}).context["agenda"].past) == 12


def test_networks_left_are_not_shown(client, volunteer):
    stays = MembershipFactory(volunteer=volunteer)
    MembershipFactory(volunteer=volunteer, left_at=timezone.now())

    assert list(client.get(SPACE).context["memberships"]) == [stays]


QUERIES = 7  # session, account, volunteer, what is ahead, what has been, what is handed out, networks


@pytest.mark.parametrize("rows", [1, 30])
def test_queries_do_not_grow_with_the_dates(client, volunteer, rows, django_assert_num_queries):
    for number in range(rows):
        RegistrationFactory(volunteer=volunteer, slot=in_days(number + 1))
        RegistrationFactory(volunteer=volunteer, slot=in_days(number + 1), waiting=True)
        RegistrationFactory(volunteer=volunteer, slot=in_days(-number - 1))
        MembershipFactory(volunteer=volunteer)
    with time_machine.travel(timezone.now(), tick=False):  # the device's last visit is noted once a minute
        client.get(SPACE)
        with django_assert_num_queries(QUERIES):
            page = client.get(SPACE)

    assert len(page.context["agenda"].waiting) == rows


def test_feed_address_is_renewed_by_a_click(client, volunteer):
    old = reverse("events:calendar-feed", args=[volunteer.calendar_token])
    assert client.get(old).status_code == 200

    assert client.get(reverse("events:calendar-renew")).status_code == 405
    client.post(reverse("events:calendar-renew"))

    volunteer.refresh_from_db()
    assert client.get(old).status_code == 404
    assert client.get(reverse("events:calendar-feed", args=[volunteer.calendar_token])).status_code == 200


def test_account_without_profile_has_no_space(client):
    client.force_login(UserFactory())

    assert client.get(reverse("events:space")).status_code == 404
