import datetime as dt

import pytest

from tests.factories.volunteers import QualificationFactory, UserFactory, VolunteerFactory
from volunteers import qualifying
from volunteers.models import QualificationHeld

pytestmark = pytest.mark.django_db

DAY = dt.date(2027, 3, 10)


@pytest.fixture
def going_towards():
    return QualificationFactory()


def hold(volunteer, qualification, granted_on, expires_on=None):
    return QualificationHeld.objects.create(
        volunteer=volunteer, qualification=qualification, granted_on=granted_on, expires_on=expires_on
    )


def terms(volunteer):
    return list(volunteer.qualifications.values_list("granted_on", "expires_on"))


@pytest.mark.parametrize(
    ("granted", "expires", "holds"),
    [
        (-400, -1, False),
        (-400, 0, True),
        (-400, 1, True),
        (-400, None, True),
        (0, None, True),
        (1, None, False),
    ],
)
def test_held_from_the_day_granted_to_the_day_of_expiry_included(going_towards, granted, expires, holds):
    volunteer = VolunteerFactory()
    days = [None if offset is None else DAY + dt.timedelta(days=offset) for offset in (granted, expires)]
    hold(volunteer, going_towards, *days)
    hold(VolunteerFactory(), going_towards, DAY)

    held = list(qualifying.held_on(volunteer, DAY))
    missing = qualifying.missing(volunteer, asked=[going_towards.pk], on=DAY)

    assert (held, missing) == (([going_towards], []) if holds else ([], [going_towards]))


def test_missing_names_what_is_asked_and_not_held_in_one_query(going_towards, django_assert_num_queries):
    leader, waste = QualificationFactory(), QualificationFactory()
    volunteer = VolunteerFactory()
    hold(volunteer, leader, DAY)
    hold(volunteer, waste, DAY)

    with django_assert_num_queries(1):
        missing = qualifying.missing(volunteer, asked=[going_towards.pk, leader.pk, 0], on=DAY)

    assert missing == [going_towards]


@pytest.mark.parametrize(
    ("granted_on", "months", "until"),
    [
        ("2026-11-26", 12, "2027-11-26"),
        ("2026-11-26", None, None),
        ("2027-01-31", 1, "2027-02-28"),
        ("2027-12-31", 2, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-12-01", 1, "2027-01-01"),
    ],
)
def test_expiry_counts_months_on_the_calendar(granted_on, months, until):
    found = qualifying.expiry(dt.date.fromisoformat(granted_on), months=months)

    assert found == (until and dt.date.fromisoformat(until))


def test_grant_is_harmless_twice_and_takes_as_many_queries_for_thirty(going_towards, django_assert_num_queries):
    people, by = VolunteerFactory.create_batch(30), UserFactory()
    grant = {"on": DAY, "months": 12, "by": by}
    hold(people[0], going_towards, dt.date(2026, 6, 1), dt.date(2027, 6, 1))

    with django_assert_num_queries(5):  # savepoint, read, insert, update, release
        changed = qualifying.grant(people, going_towards, **grant)
    again = qualifying.grant(people, going_towards, **grant)

    assert (changed, again) == (30, 0)
    assert terms(people[0]) == [(dt.date(2026, 6, 1), dt.date(2028, 3, 10))]
    assert terms(people[29]) == [(DAY, dt.date(2028, 3, 10))]


@pytest.mark.parametrize(
    ("held", "granted", "months", "now"),
    [
        (("2026-01-01", "2027-03-09"), "2027-03-10", 12, ("2026-01-01", "2028-03-10")),
        (("2026-01-01", "2027-03-08"), "2027-03-10", 12, ("2027-03-10", "2028-03-10")),
        (("2026-01-01", None), "2027-03-10", 12, ("2026-01-01", None)),
        (("2027-01-01", "2029-01-01"), "2027-03-10", 12, ("2027-01-01", "2029-01-01")),
        (("2027-03-10", "2028-03-10"), "2026-05-01", 12, ("2026-05-01", "2028-03-10")),
        (("2027-03-10", "2028-03-10"), "2020-05-01", 12, ("2027-03-10", "2028-03-10")),
    ],
    ids=["no break", "a day's break", "for good", "the longer stays", "keyed later", "long over"],
)
def test_second_grant_prolongs_what_is_held(going_towards, held, granted, months, now):
    def days(words):
        return tuple(word and dt.date.fromisoformat(word) for word in words)

    volunteer = VolunteerFactory()
    hold(volunteer, going_towards, *days(held))

    on = dt.date.fromisoformat(granted)
    qualifying.grant([volunteer], going_towards, on=on, months=months, by=UserFactory())

    assert terms(volunteer) == [days(now)]
