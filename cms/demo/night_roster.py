"""Last winter's teams: composed by the engine, chosen, and everybody's seat where their team met."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cms.demo.night_people import BATCH, Seats
from events.models import Registration
from events.night import assigning, composing
from events.night.instances import instance_of
from events.night.models import Assignment, Edition, Roster
from events.night.roster import files, formats
from events.night.roster.solving import solve
from volunteers.models import User

COMPOSED = dt.timedelta(days=10)  # before the night
SECONDS = 30  # far more than these people take: the same seed makes the same teams


def build(edition: Edition, *, by: User | None) -> None:
    """Composes the edition's teams, chooses them, and seats everybody accordingly. Nobody is told."""
    moment = edition.starts_at - COMPOSED
    instance = instance_of(edition)
    with files.silence():
        made = solve(instance, time_limit=SECONDS)
    text = formats.write_instance(instance)
    run = Roster.objects.create(
        edition=edition, number=1, state=Roster.State.RUNNING, attempts=1, asked_by=by, started_at=moment, instance=text
    )
    composing.keep(run, text, formats.write_roster(made))
    chosen = {"is_chosen": True, "chosen_at": moment + dt.timedelta(hours=1), "chosen_by": by}
    Roster.objects.filter(pk=run.pk).update(asked_at=moment, ended_at=moment + dt.timedelta(minutes=1), **chosen)
    spots = assigning.spots_of(Roster.objects.select_related("edition").get(pk=run.pk))
    Assignment.objects.bulk_create(
        (
            Assignment(participant_id=key, headquarters_id=spot.headquarters, sector_id=spot.sector, leads=spot.leads)
            for key, spot in spots.items()
            if spot
        ),
        batch_size=BATCH,
    )
    _seat(edition)


def _seat(edition: Edition) -> None:
    """Whoever has a team is seated at its headquarters; then the others, in the order of sign-up, where they were."""
    headquarters = list(edition.headquarters.select_related("slot"))
    of_slot = {one.slot_id: one for one in headquarters}
    of_key = {one.pk: one for one in headquarters}
    rows: Any = Assignment.objects.filter(participant__edition=edition).select_related("participant__registration")
    people = sorted(rows, key=lambda row: (row.sector_id is None, row.participant.signed_up_at, row.pk))
    seats, registrations = Seats(headquarters), []
    for row in people:
        registration = row.participant.registration
        there = of_key[row.headquarters_id] if row.sector_id else of_slot[registration.slot_id]
        seats.sit(registration, there, row.participant.signed_up_at)
        registrations.append(registration)
    Registration.objects.bulk_update(registrations, ["slot", "state", "confirmed_at", "queue_number"], batch_size=BATCH)
    seats.count()
