from collections import Counter

import factory
from django.db.models import F
from django.utils import timezone
from factory.django import DjangoModelFactory

from events.models import Registration, Slot
from events.night import models
from events.night.composing import running
from events.night.composing.instances import instance_of
from events.night.roster import formats
from events.night.roster.solving import solve
from events.night.sign_up import enrolling
from events.night.sign_up.placing import Wishes, places_of
from tests.factories.night import EditionFactory, HeadquartersFactory, SectorFactory
from tests.factories.volunteers import SquareDistrictFactory, UserFactory, VolunteerFactory
from volunteers.models import User, Volunteer


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


def sign_up(wanted, edition):
    """People with a seat, as ``enrol`` leaves them, but written straight to the tables, and told nothing.

    ``wanted``: of each, the only headquarters that they accept, their first name, and whether they would lead.
    """
    now = timezone.now()
    users = [UserFactory.build(first_name=name, last_name="Zola") for _place, name, _leader in wanted]
    volunteers = [Volunteer(user=user) for user in User.objects.bulk_create(users)]
    Volunteer.objects.bulk_create(volunteers)
    rows, participants = [], []
    for volunteer, (headquarters, _name, leader) in zip(volunteers, wanted, strict=True):
        facts = {"volunteer": volunteer, "state": "confirmed", "confirmed_at": now, "created_by": volunteer.user}
        rows.append(Registration(slot=headquarters.slot, **facts))
        facts = {"volunteer": volunteer, "reach": "prefs", "leader": leader, "signed_up_at": now}
        participants.append(models.Participant(edition=edition, registration=rows[-1], **facts))
    Registration.objects.bulk_create(rows)
    models.Participant.objects.bulk_create(participants)
    models.Choice.objects.bulk_create(
        models.Choice(participant=participant, headquarters=headquarters, rank=0)
        for participant, (headquarters, _name, _leader) in zip(participants, wanted, strict=True)
    )
    for slot, seats in Counter(row.slot for row in rows).items():
        Slot.objects.filter(pk=slot.pk).update(seats_taken=F("seats_taken") + seats)
    return participants


def tiny(people=3, sectors=1):
    """An edition whose teams are being composed: a headquarters, sectors of two or three, a leader for each."""
    night = open_night(people)
    (headquarters,) = night.headquarters.all()
    for number in range(sectors):
        SectorFactory(headquarters=headquarters, code=f"11-{number + 1}", least=2, target=3, most=3)
    for number in range(people):
        enrol(VolunteerFactory(), headquarters, leader=number < sectors)
    models.Edition.objects.filter(pk=night.pk).update(state=models.Edition.State.ROSTERING)
    night.refresh_from_db()
    return night


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
