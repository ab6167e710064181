import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from events import requiring
from events.models import Slot
from tests.factories.events import RegistrationFactory, VenueFactory
from tests.factories.trainings import SessionFactory, TrainingFactory
from tests.factories.volunteers import (
    DistrictFactory,
    MembershipFactory,
    QualificationFactory,
    UserFactory,
    VolunteerFactory,
)
from tests.office import still
from volunteers.models import Interest

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2027, 3, 8, 9, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def me(client):
    volunteer = VolunteerFactory()
    client.force_login(volunteer.user)
    return volunteer


def at(days, hour=12, **facts):
    return SessionFactory(slot__starts_at=NOW.replace(hour=hour) + dt.timedelta(days=days), **facts)


def read(client):
    with override("en"):
        return client.get(reverse("trainings:for-me"))


def slots(rows):
    return [row.slot_id for row in rows]


def test_page_is_made_of_the_profile_and_says_why(client, me):
    here, interest = DistrictFactory(code="20"), Interest.objects.create(slug="street", name_en="Street")
    me.districts.add(here)
    me.interests.add(interest)
    me.availability = ["evening"]
    me.save()
    elsewhere = {"slot__venue__district": DistrictFactory(code="01")}
    sooner, liked, near = at(1, **elsewhere), at(2, **elsewhere), at(3, 18, slot__venue=VenueFactory(district=here))
    liked.training.interests.add(interest)
    MembershipFactory(volunteer=me, network=near.training.network)

    page = read(client)

    assert slots(page.context["for_me"].now) == slots([near, liked, sooner])
    assert "near you · in the evening · your network" in page.text
    assert [row.why for row in page.context["for_me"].now][1:] == [("your interests",), ()]
    assert [row.lit for row in page.context["for_me"].now] == [True, False, False]


def test_page_leaves_out_what_cannot_be_and_keeps_for_later_what_is_lacking(client, me):
    taken = at(1)
    RegistrationFactory(slot=taken.slot, volunteer=me)
    clash, lacking, free = at(1, 13), at(2), at(3)
    for closed in ({"slot__draft": True}, {"slot__cancelled": True}, {"slot__closes_at": NOW}):
        at(4, **closed)
    requiring.require(Slot.objects.filter(pk=lacking.slot_id), [QualificationFactory()], by=UserFactory())

    found = read(client).context["for_me"]

    assert clash.slot_id not in slots(found.now)
    assert (slots(found.now), slots(found.later)) == ([free.slot_id], [lacking.slot_id])


def test_blank_profile_is_led_to_itself_with_dates_or_without(client, me):
    empty = read(client).text
    at(1)
    full = read(client).text

    with override("en"):
        profile = f'href="{reverse("volunteers:profile")}">Fill in my profile'
    assert [text.count(profile) for text in (empty, full)] == [1, 1]
    assert 'class="empty"' in empty and 'class="empty"' not in full


def test_profile_without_a_date_is_led_to_all_dates(client, me):
    me.districts.add(DistrictFactory())

    page = read(client).text

    assert "Nothing to propose at the moment" in page
    assert page.count("button--next") == 1


@pytest.mark.parametrize("count", [1, 30])
def test_queries_do_not_grow(client, me, count, django_assert_num_queries):
    for _ in range(count):
        session = at(1, training=TrainingFactory())
        session.training.interests.add(Interest.objects.get_or_create(slug="street")[0])
        requiring.require(Slot.objects.filter(pk=session.slot_id), [QualificationFactory()], by=UserFactory())
    read(client)

    # session, person, volunteer; districts, networks, interests, times taken; sessions, own states, what is held,
    # their places, their interests
    with still(), django_assert_num_queries(12):
        page = read(client)

    assert len(page.context["for_me"].later) == min(count, 12)


def test_list_and_space_lead_there(client, me):
    with override("en"):
        there = reverse("trainings:for-me")
        pages = [client.get(reverse(name)).text for name in ("trainings:list", "events:space")]

    assert [f'href="{there}"' in page for page in pages] == [True, True]


def test_nobody_signed_in_is_led_to_sign_in(client):
    answer = read(client)

    assert answer.status_code == 302
    assert answer.url.endswith("?next=/en/trainings/for-me/")
