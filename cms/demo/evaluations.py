"""What participants answered after the sessions gone by: closed evaluations, some published, and open ones.

Rows are written in bulk, so this module keeps the promises of ``trainings.evaluating`` by itself: no answers where they
are fewer than may be shown, nobody's receipt once closed. The last three days are left to the worker, who asks.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from typing import Any

from django.utils import timezone

from cms.demo.city import both, content
from events.models import Registration, Slot
from trainings.evaluating import LATEST_DAYS, OPEN_DAYS
from trainings.models import Evaluation, EvaluationAnswer, EvaluationReceipt, Session
from volunteers.small_numbers import FEWEST

BATCH = 1000
SCORES, WEIGHTS = (5, 4, 3, 2, 1), (44, 36, 13, 5, 2)


def build(rng: random.Random, now: dt.datetime) -> None:
    """Writes the evaluations of all sessions gone by, from what was marked at the door."""
    texts, today = content("evaluations"), timezone.localdate(now)
    sessions = Session.objects.filter(slot__ends_at__lt=now, slot__state=Slot.State.OPEN)
    there: dict[int, list[Registration]] = {}
    for row in Registration.objects.filter(attendance__in=Registration.THERE).order_by("pk"):
        there.setdefault(row.slot_id, []).append(row)
    evaluations, answers, receipts = [], list[EvaluationAnswer](), list[EvaluationReceipt]()
    for session in sessions.select_related("slot", "training__network").order_by("slot__starts_at", "pk"):
        asked_on = timezone.localdate(session.slot.ends_at) + dt.timedelta(days=1)
        people = there.get(session.slot_id, [])
        if not people or (today - asked_on).days < LATEST_DAYS:
            continue
        closes_on = asked_on + dt.timedelta(days=OPEN_DAYS)
        evaluation = Evaluation(session=session, asked_on=asked_on, closes_on=closes_on)
        evaluations.append(evaluation)
        answering = rng.sample(people, round(len(people) * rng.uniform(0.3, 0.8)))
        if closes_on > today:
            receipts += [EvaluationReceipt(id=key(rng), evaluation=evaluation, registration=row) for row in answering]
        else:
            evaluation.closed_on = closes_on
            answering = answering if len(answering) >= FEWEST else []
        answers += said(evaluation, len(answering), texts, session.training.network.slug, rng)
        if evaluation.closed_on and answering and rng.random() < 0.4:
            publish(evaluation, rng.choice(texts["summaries"]["texts"]), now)
    rng.shuffle(answers)
    Evaluation.objects.bulk_create(evaluations, batch_size=BATCH)
    EvaluationAnswer.objects.bulk_create(answers, batch_size=BATCH)
    EvaluationReceipt.objects.bulk_create(receipts, batch_size=BATCH)


def said(
    evaluation: Evaluation, count: int, texts: dict[str, Any], network: str, rng: random.Random
) -> list[EvaluationAnswer]:
    """So many people's answers; about half write something, and nobody what another wrote."""
    rows = [
        EvaluationAnswer(id=key(rng), evaluation=evaluation, score=rng.choices(SCORES, WEIGHTS)[0])
        for _ in range(count)
    ]
    for name in ("useful", "missing"):
        written = texts[name]["any"] + texts[name].get(network, [])
        for row, text in zip(rng.sample(rows, count // 2), rng.sample(written, len(written)), strict=False):
            setattr(row, name, text)
    return rows


def publish(evaluation: Evaluation, summary: list[str], now: dt.datetime) -> None:
    for name, text in both("summary", summary).items():
        setattr(evaluation, name, text)
    noon = dt.datetime.combine(evaluation.closes_on, dt.time(12))
    evaluation.published_at = min(timezone.make_aware(noon), now)


def key(rng: random.Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128), version=4)
