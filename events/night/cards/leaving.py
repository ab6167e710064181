"""Somebody in a team no longer comes, by whichever way they said it: the place is noted as one to be filled."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from celery import current_app
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from events.night.board import moving
from events.night.models import Card, Edition, Participant, Vacancy

logger = logging.getLogger(__name__)


def leave(participant: Participant, *, reason: str = Vacancy.Reason.DECLINED) -> None:
    """Takes somebody who has withdrawn out of the roster. Once people were told their teams, their card says that they
    cannot come, and a worker looks for somebody in reserve. Harmless twice.

    Call it with the participant's row changed already, in the same transaction. Locks the board's row, then the
    vacancy's, then the card's.
    """
    now = timezone.now()
    with transaction.atomic():
        was = moving.let_go(participant)
        if was and was.sector and participant.edition.state in Edition.TOLD:
            open_vacancy(participant.pk, sector=was.sector, reason=reason, led=was.leads)
        cards = Card.objects.filter(participant=participant).exclude(answer=Card.Answer.DECLINED)
        cards.update(answer=Card.Answer.DECLINED, answered_at=now, due_at=None)


def open_vacancy(participant: int, *, sector: int, reason: str, led: bool) -> Vacancy:
    """Notes that the place is to be filled, and wakes a worker. One that is open for the same person takes the new
    reason."""
    vacancy, is_new = Vacancy.objects.get_or_create(
        sector_id=sector, left_by_id=participant, closed_at=None, defaults={"reason": reason, "led": led}
    )
    if not is_new:
        Vacancy.objects.filter(pk=vacancy.pk).update(reason=reason, tried_at=None)
    transaction.on_commit(wake)
    return vacancy


def open_silent(places: Iterable[tuple[int, int, bool]]) -> None:
    """Notes the same of whoever has not answered: participant, sector, and whether they lead. Three queries."""
    wanted = [
        Vacancy(left_by_id=participant, sector_id=sector, led=led, reason=Vacancy.Reason.SILENT)
        for participant, sector, led in places
    ]
    with transaction.atomic():
        known = Vacancy.objects.open().filter(left_by__in=[one.left_by_id for one in wanted])
        known.filter(left_by__assignment__sector=F("sector")).update(reason=Vacancy.Reason.SILENT, tried_at=None)
        Vacancy.objects.bulk_create(wanted, ignore_conflicts=True)
        transaction.on_commit(wake)


def wake() -> None:
    """Has a worker look for those who come instead. Without a broker the next sweep does."""
    try:
        current_app.send_task("events.night.tasks.replace", retry=False)
    except (OperationalError, OSError):
        logger.warning("The broker is away: replacements wait for the next sweep.")
