"""People are told where they go: each once for each thing that there is to tell.

Who is to be told is written down first (``Card.due_at``), with their seats moved, in one transaction. Cards are then
written batch by batch, each with its messages in one transaction, whatever becomes of the worker in between: whoever
comes next goes on with those still due.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from events.night.cards import seating
from events.night.cards.comparing import (
    ASKED_ANEW,
    News,
    Place,
    Standing,
    concerned,
    news_of,
    standings,
    told_by,
)
from events.night.editions.preparing import EditionRefused, hold
from events.night.models import Card, Edition
from events.transferring import TooMany
from mail import queuing
from volunteers.models import User

logger = logging.getLogger(__name__)

KIND = "night/card"
BATCH = 200
TIME_TO_ANSWER = dt.timedelta(hours=48)  # at least, for whoever is told late
LEAST_TIME = dt.timedelta(minutes=30)
WRITTEN = [
    "headquarters", "sector", "leads", "leader", "version", "due_at", "told_at", "answer", "answered_at", "answer_by",
    "reminded_at", "lapsed_at",
]  # fmt: skip


def tell_changes(edition: Edition, *, expected: Collection[int], by: User) -> int:
    """Has everybody told whose place, leader or part has changed since they were told; returns how many.

    ``expected``: the keys of the participants whom the organiser was shown. Harmless twice: whoever is about to be told
    is told once. Refuses when others are concerned now, before people were told their teams, once the night is over,
    and when a headquarters has fewer seats than people sent. Locks the edition's row, then the slots'.
    """
    with transaction.atomic():
        held = hold(edition)
        check_may_tell(held)
        seating.hold_slots(held)
        found = concerned(held)
        if {one.participant for one in found} - set(expected):
            raise EditionRefused(_("The teams have changed in the meantime: look again."))
        prepare(held, found, by=by)
    return len(found)


def check_may_tell(edition: Edition) -> None:
    """Raises EditionRefused when nobody is told anything now."""
    if edition.state not in (Edition.State.PUBLISHED, Edition.State.LIVE):
        raise EditionRefused(
            _("People are told of changes once teams are published, and until the night is over. It is “%(now)s”.")
            % {"now": edition.get_state_display()}
        )


def prepare(edition: Edition, people: Sequence[Standing], *, by: User | None) -> None:
    """Moves the seats of these people and has them told by a worker. Call it while holding edition and slots.

    Raises EditionRefused when a headquarters has too few seats.
    """
    problems = seating.overfull(edition, standings(edition))
    if problems:
        raise EditionRefused(" ".join(problems))
    try:
        seating.seat(edition, people, by=by)
    except TooMany as refusal:
        raise EditionRefused(str(refusal)) from refusal
    now = timezone.now()
    Card.objects.bulk_create((_blank(one, now) for one in people if one.now and not one.card), batch_size=500)
    keys = [one.card for one in people if one.card]
    for first in range(0, len(keys), 500):
        Card.objects.filter(pk__in=keys[first : first + 500], due_at=None).update(due_at=now)
    transaction.on_commit(wake)


def tell_due(*, batch: int = BATCH) -> int:
    """Tells everybody who is due; returns how many. Safe to run twice, side by side, and to be killed in between."""
    told = 0
    for edition in Edition.objects.filter(participants__card__due_at__isnull=False).distinct():
        while count := _tell_batch(edition, batch):
            told += count
    return told


def tell_now(
    edition: Edition, people: Iterable[int], *, news: Mapping[int, News] | None = None, by: User | None
) -> None:
    """Tells these participants at once what is new to them, in the caller's transaction, which holds edition and slots.

    ``news`` says what is told to some of them whatever their card says. Whoever knows it already is told nothing.
    Raises ``transferring.TooMany``.
    """
    keys = list(people)
    found = [one for one in standings(edition, among=keys) if one.now]
    seating.seat(edition, found, by=by)
    now = timezone.now()
    Card.objects.bulk_create(_blank(one, now) for one in found if not one.card)
    cards = Card.objects.select_for_update(of=("self",)).filter(participant__in=keys).order_by("pk")
    _write(edition, list(cards.select_related("participant__volunteer__user")), news or {})


def waiting(edition: Edition) -> int:
    """How many wait to be told."""
    return Card.objects.filter(participant__edition=edition, due_at__isnull=False).count()


def wake() -> None:
    """Has a worker tell those who are due. Without a broker the next sweep does."""
    try:
        current_app.send_task("events.night.tasks.tell", retry=False)
    except (OperationalError, OSError):
        logger.warning("The broker is away: cards wait for the next sweep.")


def answer_by(edition: Edition, news: News, now: dt.datetime) -> dt.datetime:
    """Until when somebody told now says whether they come: the moment that was chosen at publishing, for whoever is
    told of their first team before it; else 48 hours, or half of the time that is left, if that is later."""
    late = now + min(TIME_TO_ANSWER, (edition.starts_at - now) / 2)
    chosen = edition.answers_by or late
    return chosen if news == News.TEAM and chosen > now + LEAST_TIME else max(chosen, late)


def _blank(one: Standing, now: dt.datetime) -> Card:
    if one.now is None:
        raise ValueError(f"participant {one.participant} is nowhere")
    return Card(participant_id=one.participant, headquarters_id=one.now.headquarters, due_at=now)


def _tell_batch(edition: Edition, size: int) -> int:
    """Tells the next few of those due in one transaction of a fixed number of queries; returns how many were looked
    at. Passes over those whom somebody else tells at this moment."""
    with transaction.atomic():
        rows = Card.objects.due().filter(participant__edition=edition).select_related("participant__volunteer__user")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        cards = list(rows[:size])
        if cards:
            _write(edition, cards, {})
    return len(cards)


def _write(edition: Edition, cards: list[Card], forced: Mapping[int, News]) -> None:
    """Writes the cards, whose rows are held, and queues a message for each that says something new."""
    found = standings(edition, among=[card.participant_id for card in cards])
    # Whoever has withdrawn meanwhile is told nothing; whoever was moved again is concerned anew, for the next time.
    places = {one.participant: one.now for one in found if one.is_seated}
    now, drafts = timezone.now(), []
    for card in cards:
        place = places.get(card.participant_id)
        news = forced.get(card.participant_id) or news_of(told_by(card), place)
        card.due_at = None
        if news is None or place is None:
            continue
        _tell(card, place, news, answer_by(edition, news, now), now)
        user = card.participant.volunteer.user
        context = {"card": card.pk, "version": card.version, "news": news.value}
        drafts.append(queuing.draft(KIND, key=f"{KIND}:{card.pk}:{card.version}", user=user, context=context))
    # One statement of values: bulk_update's cases take three times as long for 2,000 people.
    Card.objects.bulk_create(cards, update_conflicts=True, unique_fields=["id"], update_fields=WRITTEN)
    queuing.queue_many(drafts)


def _tell(card: Card, place: Place, news: News, until: dt.datetime, now: dt.datetime) -> None:
    """Sets what the card says from now on; saves nothing."""
    card.headquarters_id, card.sector_id, card.leads, card.leader_id = place
    card.version += 1
    card.told_at = now
    if place.sector is None:
        card.answer_by = None
    elif news in ASKED_ANEW:
        card.answer_by, card.reminded_at = until, None
    if news in ASKED_ANEW and card.version > 1:
        card.answer, card.answered_at = "", None
    card.lapsed_at = now if news == News.LAPSED else None
