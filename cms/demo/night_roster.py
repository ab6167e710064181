"""Last winter's teams: composed by the engine, chosen, everybody's seat where their team met, and their cards."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from cms.demo.night_people import BATCH, Seats
from events.models import Registration
from events.night.composing import assigning, running
from events.night.composing.instances import instance_of
from events.night.models import Assignment, Card, Edition, Roster
from events.night.roster import files, formats
from events.night.roster.solving import solve
from volunteers.models import User

COMPOSED = dt.timedelta(days=10)  # before the night
TOLD = dt.timedelta(days=9)
ANSWER = dt.timedelta(days=3)
SILENT = 0.06  # of those told that they are in a team
SECONDS = 30  # far more than these people take: the same seed makes the same teams


def build(edition: Edition, *, by: User | None, rng: random.Random) -> None:
    """Composes the edition's teams, chooses them, seats everybody accordingly, and writes the cards that they had."""
    moment = edition.starts_at - COMPOSED
    instance = instance_of(edition)
    with files.silence():
        made = solve(instance, time_limit=SECONDS)
    text = formats.write_instance(instance)
    run = Roster.objects.create(
        edition=edition, number=1, state=Roster.State.RUNNING, attempts=1, asked_by=by, started_at=moment, instance=text
    )
    running.keep(run, text, formats.write_roster(made))
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
    _tell(edition, rng)


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


def _tell(edition: Edition, rng: random.Random) -> None:
    """Everybody's card, with an answer for nearly all who were in a team."""
    told = edition.starts_at - TOLD
    rows = list(Assignment.objects.filter(participant__edition=edition).order_by("participant"))
    leaders = {row.sector_id: row.participant_id for row in rows if row.leads}
    cards = []
    for row in rows:
        card = Card(participant_id=row.participant_id, headquarters_id=row.headquarters_id, version=1, told_at=told)
        if row.sector_id:
            card.sector_id, card.leads, card.leader_id = row.sector_id, row.leads, leaders.get(row.sector_id)
            card.answer_by = told + ANSWER
            if rng.random() >= SILENT:
                card.answer, card.answered_at = Card.Answer.COMING, told + ANSWER * rng.random() ** 2
        cards.append(card)
    Card.objects.bulk_create(cards, batch_size=BATCH)
