import datetime as dt

import factory
from django.db.models import F
from django.utils import timezone
from factory.django import DjangoModelFactory

from events import models
from tests.factories.volunteers import DistrictFactory, NetworkFactory, VolunteerFactory


class VenueFactory(DjangoModelFactory):
    class Meta:
        model = models.Venue

    name = factory.Sequence(lambda n: f"Maison {n}")
    street = "21 rue des Blancs-Manteaux"
    postal_code = "75004"
    city = "Paris"
    district = factory.SubFactory(DistrictFactory)


class SlotFactory(DjangoModelFactory):
    """A slot open for registration, a week from now, two hours long, ten seats."""

    class Meta:
        model = models.Slot
        skip_postgeneration_save = True

    class Params:
        draft = factory.Trait(state=models.Slot.State.DRAFT)
        cancelled = factory.Trait(state=models.Slot.State.CANCELLED)
        online = factory.Trait(venue=None, online_url="https://visio.example.org/room")

    kind = "training"
    title_fr = factory.Sequence(lambda n: f"Aller vers, date {n}")
    title_en = factory.Sequence(lambda n: f"Going towards, date {n}")
    network = factory.SubFactory(NetworkFactory)
    state = models.Slot.State.OPEN
    starts_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(days=7))
    ends_at = factory.LazyAttribute(lambda slot: slot.starts_at + dt.timedelta(hours=2))
    venue = factory.SubFactory(VenueFactory)
    capacity = 10


class MeetingFactory(DjangoModelFactory):
    class Meta:
        model = models.Meeting

    slot = factory.SubFactory(SlotFactory)
    number = factory.LazyAttribute(lambda meeting: meeting.slot.meetings.count() + 1)
    starts_at = factory.LazyAttribute(lambda meeting: meeting.slot.starts_at)
    ends_at = factory.LazyAttribute(lambda meeting: meeting.starts_at + dt.timedelta(hours=2))


def meet(slot, *starts, hours=2, **second):
    """Gives the slot these meetings of two hours, written straight to the tables; the second has its own facts."""
    for number, starts_at in enumerate(starts, start=1):
        ends_at = starts_at + dt.timedelta(hours=hours)
        MeetingFactory(
            slot=slot, number=number, starts_at=starts_at, ends_at=ends_at, **(second if number == 2 else {})
        )
    slot.dates, slot.starts_at = len(starts), min(starts)
    slot.ends_at = max(starts) + dt.timedelta(hours=hours)
    slot.save()
    return slot


class RegistrationFactory(DjangoModelFactory):
    """A confirmed registration, written straight to the table: the slot's counter is moved along."""

    class Meta:
        model = models.Registration

    class Params:
        waiting = factory.Trait(state="waiting", confirmed_at=None, queue_number=factory.Sequence(lambda n: n + 1))
        held = factory.Trait(
            state="pending",
            pending_for="code",
            confirmed_at=None,
            expires_at=factory.LazyFunction(lambda: timezone.now() + dt.timedelta(minutes=15)),
        )
        cancelled = factory.Trait(state="cancelled", end_reason="person", ended_at=factory.LazyFunction(timezone.now))

    volunteer = factory.SubFactory(VolunteerFactory)
    slot = factory.SubFactory(SlotFactory)
    state = "confirmed"
    confirmed_at = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        registration = super()._create(model_class, *args, **kwargs)
        slot = registration.slot
        slot.seats_taken = slot.registrations.holding().count() + slot.walk_ins.count()
        slot.queue_last = max(slot.queue_last, registration.queue_number or 0)
        slot.save()
        return registration


class WalkInFactory(DjangoModelFactory):
    """Somebody without an account; the slot's counter is moved along."""

    class Meta:
        model = models.WalkIn

    slot = factory.SubFactory(SlotFactory)
    first_name = "Zoé"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        walk_in = super()._create(model_class, *args, **kwargs)
        models.Slot.objects.filter(pk=walk_in.slot_id).update(seats_taken=F("seats_taken") + 1)
        return walk_in
