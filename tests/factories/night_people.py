import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from events.night import models
from events.night.composing import running
from events.night.composing.instances import instance_of
from events.night.roster import formats
from events.night.roster.solving import solve
from events.night.sign_up import enrolling
from events.night.sign_up.placing import Wishes, places_of
from tests.factories.night import EditionFactory, HeadquartersFactory
from tests.factories.volunteers import SquareDistrictFactory, VolunteerFactory


class ParticipantFactory(DjangoModelFactory):
    """Somebody signed up, written straight to the table, without a seat."""

    class Meta:
        model = models.Participant

    edition = factory.SubFactory(EditionFactory, open=True)
    volunteer = factory.SubFactory(VolunteerFactory)
    signed_up_at = factory.LazyFunction(timezone.now)


class FriendGroupFactory(DjangoModelFactory):
    class Meta:
        model = models.FriendGroup

    edition = factory.SubFactory(EditionFactory, open=True)


def open_night(*seats, **facts):
    """An edition open for sign-up with a headquarters for each number of seats, from west to east, 1.5 km apart."""
    edition = EditionFactory(open=True, **facts)
    for number, capacity in enumerate(seats):
        district = SquareDistrictFactory(code=f"{number + 11}", name=f"Quartier {number + 11}", west=2.30 + number / 50)
        HeadquartersFactory(
            edition=edition,
            district=district,
            slot__state="open",
            slot__capacity=capacity,
            slot__title_fr=f"Nuit · {number + 11}",
        )
    return edition


def wish(*choices, **facts):
    return Wishes(choices=tuple(one.pk for one in choices), **facts)


def place(headquarters):
    """The headquarters as it is at this moment."""
    return next(one for one in places_of(headquarters.edition) if one.key == headquarters.pk)


def enrol(volunteer, headquarters, *more, may_wait=False, **facts):
    """Signs the volunteer up with these choices, the seat at the first."""
    return enrolling.enrol(
        volunteer,
        edition=headquarters.edition,
        wishes=wish(headquarters, *more, **facts),
        place=place(headquarters),
        may_wait=may_wait,
        by=volunteer.user,
    )


def composed(edition, **facts):
    """A roster of the edition as the engine makes it, without the process of its own."""
    number = edition.rosters.count() + 1
    run = models.Roster.objects.create(edition=edition, number=number, state="running", attempts=1)
    instance = instance_of(edition)
    made = formats.write_roster(solve(instance, time_limit=10))
    text = formats.write_instance(instance)
    models.Roster.objects.filter(pk=run.pk).update(instance=text)
    running.keep(run, text, made)
    models.Roster.objects.filter(pk=run.pk).update(**facts)
    return models.Roster.objects.get(pk=run.pk)
