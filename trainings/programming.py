"""An organiser's programme: trainings, and the sessions that they are given on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy as _

from events import arranging, requiring, scheduling
from events.arranging import Planned
from events.models import Slot
from events.scheduling import ChangeRefused, Place, check_moment, check_room
from trainings.models import Session, Training
from volunteers.models import User

WEEK = dt.timedelta(days=7)


def name_training(training: Training) -> Training:
    """Gives a new training the slug made of its title, with a number when another one has it. Saves nothing.

    Addresses are promises: the slug of an existing training stays, whatever its title becomes.
    """
    if training.slug:
        return training
    reserved = {"for-me"}  # the address of a page (trainings.urls)
    longest = Training._meta.get_field("slug").max_length or 50
    title = next(filter(None, titles_of(training).values()), "")
    stem = slugify(title)[: longest - 5] or "training"
    taken = reserved | set(Training.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    numbers = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    training.slug = stem if stem not in taken else next(slug for slug in numbers if slug not in taken)
    return training


def add_session(
    training: Training,
    *,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    place: Place,
    capacity: int,
    opens_at: dt.datetime | None,
    closes_at: dt.datetime | None,
    approval: bool,
    in_charge: Iterable[User],
    by: User,
    meetings: Sequence[Planned] = (),
) -> Session:
    """A new date of the training, as a draft: its slot takes the training's network and titles, and asks for what it
    asks for. Nobody is told.

    ``meetings``: where there are several, each; ``starts_at`` and ``ends_at`` are then the whole's.

    Harmless twice: a draft of the training which is the same in everything asked is the one returned. Locks the
    training's row.
    """
    if ends_at <= starts_at:
        raise ChangeRefused(_("The end must come after the beginning."))
    check_moment(starts_at)
    check_room(place.room, capacity=capacity)
    slot = Slot(
        kind="training",
        network=training.network,
        starts_at=starts_at,
        ends_at=ends_at,
        venue=place.venue,
        room=place.room,
        online_url=place.online_url,
        capacity=capacity,
        opens_at=opens_at,
        closes_at=closes_at,
        approval=approval,
    )
    for language, _name in settings.LANGUAGES:
        setattr(slot, f"title_{language}", getattr(training, f"title_{language}"))
    in_charge = set(in_charge)
    with transaction.atomic():
        Training.objects.select_for_update(no_key=True).filter(pk=training.pk).values_list("pk").get()
        if twin := _twin(slot, training, in_charge):
            return twin
        slot.save()
        if meetings:
            arranging.first_write(slot, planned=meetings)
        slot.people_in_charge.set(in_charge)
        requiring.require(Slot.objects.filter(pk=slot.pk), training.prerequisites.all(), by=by)
        return Session.objects.create(training=training, slot=slot)


def _twin(slot: Slot, training: Training, in_charge: set[User]) -> Session | None:
    asked = ("starts_at", "ends_at", "venue", "room", "online_url", "capacity", "opens_at", "closes_at", "approval")
    same = {f"slot__{name}": getattr(slot, name) for name in asked}
    drafts = training.sessions.filter(**same, slot__state=Slot.State.DRAFT).select_related("slot").order_by("pk")
    return next((session for session in drafts if set(session.slot.people_in_charge.all()) == in_charge), None)


def titles_of(training: Training) -> dict[str, str]:
    """The title in each language; "" where there is none."""
    return {language: getattr(training, f"title_{language}") or "" for language, _name in settings.LANGUAGES}


def rename_sessions(training: Training, *, old: dict[str, str], by: User) -> int:
    """After its titles changed from ``old``: gives the new ones to its dates that are not over; returns how many.

    Not to those that were given a title of their own (``events.scheduling.rename``). Nobody is told.
    """
    new = titles_of(training)
    if new == old:
        return 0
    return scheduling.rename(Slot.objects.filter(session__training=training), old=old, new=new, by=by)


def ask_of_sessions(training: Training, *, by: User) -> int:
    """After its prerequisites changed: its dates that are not over ask for them; returns how many did not.

    Nobody is told, and who is registered stays so (``events.requiring.require``).
    """
    ahead = Slot.objects.upcoming().filter(session__training=training)
    return requiring.require(ahead, training.prerequisites.all(), by=by)


def duplicate_session(session: Session, *, by: User) -> Session:
    """The same session as a draft in the first free week after it: same hour on the clock, place, seats, people.

    A week is free when the training has no date at that very moment: a second click makes the week after. A course of
    several meetings is copied whole, after its last. Opening
    and closing keep their distance to the beginning. Locks the training's row.
    """
    slot = session.slot
    check_moment(slot.starts_at)  # a week after the last day of all is no day
    with transaction.atomic():
        Training.objects.select_for_update(no_key=True).filter(pk=session.training_id).values_list("pk").get()
        taken = set(Slot.objects.filter(session__training=session.training_id).values_list("starts_at", flat=True))
        weeks = (slot.ends_at - slot.starts_at) // WEEK + 1  # several meetings: after the last
        while _later(slot.starts_at, weeks) in taken:
            weeks += 1
        return add_session(
            session.training,
            starts_at=_later(slot.starts_at, weeks),
            ends_at=_later(slot.ends_at, weeks),
            place=Place.of(slot),
            capacity=slot.capacity,
            opens_at=slot.opens_at and _later(slot.opens_at, weeks),
            closes_at=slot.closes_at and _later(slot.closes_at, weeks),
            approval=slot.approval,
            in_charge=slot.people_in_charge.all(),
            by=by,
            meetings=[_planned_later(one, weeks) for one in arranging.arranged(slot)] if slot.dates > 1 else [],
        )


def _planned_later(one: Planned, weeks: int) -> Planned:
    return replace(one, number=None, starts_at=_later(one.starts_at, weeks), ends_at=_later(one.ends_at, weeks))


def _later(moment: dt.datetime, weeks: int) -> dt.datetime:
    """So many weeks later at the same time on the city's clocks, also across a change of clocks."""
    local = moment.astimezone(get_current_timezone())
    return (local + weeks * WEEK).astimezone(dt.UTC)
