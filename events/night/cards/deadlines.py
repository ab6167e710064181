"""Whoever has not answered is reminded once, a day before the deadline; after it, somebody else is looked for."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from events.night.cards import leaving, telling
from events.night.models import Card, Edition, Participant, Vacancy
from events.night.models.cards import CardQuerySet
from mail import queuing
from volunteers.models import User

KIND = "night/card-reminder"
BEFORE = dt.timedelta(hours=24)  # the deadline
UNREMINDED = dt.timedelta(hours=6)  # after being told nobody is reminded so soon
BATCH = 500
UNDER_WAY = (Edition.State.PUBLISHED, Edition.State.LIVE)


def remind(edition: Edition, *, by: User) -> int:
    """Asks everybody of the edition who has not answered, once; returns how many. Harmless twice."""
    telling.check_may_tell(edition)
    return _remind(_silent().filter(participant__edition=edition))


def remind_due(now: dt.datetime | None = None) -> int:
    """Asks those whose deadline comes near, and whom nobody has reminded; returns how many. Safe to run twice."""
    now = now or timezone.now()
    near = _silent().filter(answer_by__gt=now, answer_by__lte=now + BEFORE, told_at__lte=now - UNREMINDED)
    return _remind(near)


def to_remind(edition: Edition) -> int:
    """How many would be asked. One query."""
    return _silent().filter(participant__edition=edition, reminded_at=None).count()


def lapse_due(now: dt.datetime | None = None) -> int:
    """Has somebody looked for in the place of each who has not answered by their deadline; returns for how many.

    Safe to run twice: a place is looked at once for each time that its person was asked.
    """
    now = now or timezone.now()
    late = _silent().filter(answer_by__lte=now, headquarters__slot__starts_at__gt=now)
    late = late.filter(participant__assignment__sector__isnull=False)
    place, asked = OuterRef("participant__assignment__sector"), OuterRef("told_at")
    looked_at = Vacancy.objects.filter(left_by=OuterRef("participant"), sector=place, opened_at__gte=asked)
    late = late.exclude(Exists(looked_at)).order_by("answer_by", "pk")
    rows = list(late.values_list("participant", "participant__assignment__sector", "participant__assignment__leads"))
    for first in range(0, len(rows), BATCH):
        leaving.open_silent(rows[first : first + BATCH])
    return len(rows)


def _silent() -> CardQuerySet:
    rows = Card.objects.silent().filter(participant__edition__state__in=UNDER_WAY, due_at=None)
    return rows.filter(participant__state=Participant.State.ACTIVE)


def _remind(cards: CardQuerySet) -> int:
    """In batches, each with its messages in one transaction; the outbox's key says each thing once."""
    reminded = 0
    while True:
        with transaction.atomic():
            rows = cards.filter(reminded_at=None).select_related("participant__volunteer__user")
            batch = list(rows.select_for_update(of=("self",)).order_by("pk")[:BATCH])
            if not batch:
                return reminded
            Card.objects.filter(pk__in=[card.pk for card in batch]).update(reminded_at=timezone.now())
            queuing.queue_many(
                queuing.draft(
                    KIND,
                    key=f"{KIND}:{card.pk}:{card.version}",
                    user=card.participant.volunteer.user,
                    context={"card": card.pk, "version": card.version},
                )
                for card in batch
            )
        reminded += len(batch)
