"""A trainer's dates, and what is known of those who come."""

import datetime as dt

import pytest
from django.utils import timezone

from tests.factories.events import RegistrationFactory, SlotFactory
from tests.factories.trainings import SessionFactory
from tests.factories.volunteers import QualificationFactory, UserFactory, VolunteerFactory
from trainings import leading
from volunteers.models import QualificationHeld

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def session(trainer, *, days=7, **facts):
    """A session so many days from now, in the trainer's charge."""
    slot = SessionFactory(slot__starts_at=timezone.now() + days * DAY, **facts).slot
    slot.people_in_charge.add(trainer)
    return slot


def seen_before(volunteer, **facts):
    past = SlotFactory(starts_at=timezone.now() - 30 * DAY)
    return RegistrationFactory(volunteer=volunteer, slot=past, **facts)


@pytest.fixture
def trainer():
    return UserFactory()


def test_dates_are_the_trainers_own_soonest_first(trainer):
    later, sooner, past = session(trainer, days=9), session(trainer, days=2), session(trainer, days=-3)
    session(trainer, days=-70)
    session(trainer, slot__cancelled=True)
    session(UserFactory())
    SlotFactory().people_in_charge.add(trainer)  # no session

    dates = leading.dates_of(trainer)

    assert [led.slot for led in dates.coming] == [sooner, later]
    assert [led.slot for led in dates.past] == [past]


@pytest.mark.parametrize(
    ("facts", "is_new"),
    [
        (None, True),
        ({}, False),
        ({"attendance": "present"}, False),
        ({"attendance": "left_early"}, False),
        ({"attendance": "absent"}, True),
        ({"attendance": "excused"}, True),
        ({"cancelled": True}, True),
        ({"waiting": True}, True),
    ],
)
def test_who_comes_for_the_first_time_is_counted(trainer, facts, is_new):
    slot, volunteer = session(trainer), VolunteerFactory()
    RegistrationFactory(slot=slot, volunteer=volunteer)
    if facts is not None:
        seen_before(volunteer, **facts)

    (led,) = leading.dates_of(trainer).coming
    group = leading.group_of(slot)

    assert (led.coming, led.new) == (1, int(is_new))
    assert ([person.is_new for person in group.people], group.new) == ([is_new], int(is_new))


def test_a_date_that_is_not_over_by_then_makes_nobody_known(trainer):
    slot, volunteer = session(trainer), VolunteerFactory()
    RegistrationFactory(slot=slot, volunteer=volunteer)
    RegistrationFactory(slot=SlotFactory(starts_at=slot.starts_at - dt.timedelta(hours=1)), volunteer=volunteer)

    assert leading.group_of(slot).new == 1


def test_group_is_those_who_come_by_name_with_what_they_hold_that_day(trainer):
    slot = session(trainer)
    day = timezone.localdate(slot.starts_at)
    qualification = QualificationFactory(slug="a", name_fr="Aller vers", name_en="Going towards")
    other = QualificationFactory(slug="b", name_fr="Premiers secours", name_en="First aid")
    people = {name: VolunteerFactory(user__first_name=name, user__last_name=name) for name in ("Bo", "Awa", "Cy")}
    for name, volunteer in people.items():
        RegistrationFactory(slot=slot, volunteer=volunteer)
        QualificationHeld.objects.create(volunteer=volunteer, qualification=qualification, granted_on=day - DAY)
        expires = {"Bo": day, "Awa": day - DAY, "Cy": None}[name]
        QualificationHeld.objects.create(
            volunteer=volunteer, qualification=other, granted_on=day - 2 * DAY, expires_on=expires
        )
    RegistrationFactory(slot=slot, waiting=True)
    RegistrationFactory(slot=slot, cancelled=True)

    group = leading.group_of(slot)

    both = [str(qualification), str(other)]
    assert [(person.name, person.holds) for person in group.people] == [
        ("Awa Awa", both[:1]),
        ("Bo Bo", both),
        ("Cy Cy", both),
    ]
    assert group.knows == [(both[0], 3), (both[1], 2)]


@pytest.mark.parametrize("facts", [{"known_as": {"first_name": "Zoé", "last_name": ""}}, {"volunteer": None}])
def test_of_whom_only_a_name_was_typed_nothing_more_is_told(trainer, facts):
    slot, volunteer = session(trainer), VolunteerFactory()
    QualificationHeld.objects.create(
        volunteer=volunteer, qualification=QualificationFactory(), granted_on=timezone.localdate()
    )
    RegistrationFactory(slot=slot, **{"volunteer": volunteer} | facts)

    (led,) = leading.dates_of(trainer).coming
    group = leading.group_of(slot)

    named = "known_as" in facts
    people = [leading.Person("Zoé", [], is_new=False)] if named else []
    assert group == leading.Group(people, 0, [], gone=0 if named else 1)
    assert (led.coming, led.new) == (1, 0)
