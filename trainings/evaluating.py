"""Three questions after a session: asking, answering, closing, publishing.

Nothing that is stored ties an answer to a person. That somebody answered is a row of another table, without a moment;
answers have neither moment nor number, and all those of a session are written anew in random order, under new keys, at
each answer and once more at closing, so that the order in which the database keeps them says nothing either. Results
are read once the evaluation has closed, whole or not at all: no two moments can be compared.
"""

from __future__ import annotations

import datetime as dt
import enum
import random
import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Registration, Slot
from events.models.registrations import RegistrationQuerySet
from mail.models import Message
from mail.queuing import draft, queue_many
from trainings.models import Evaluation, EvaluationAnswer, EvaluationReceipt, Session
from volunteers.models import User
from volunteers.small_numbers import FEWEST

KIND = "trainings/evaluation"
FROM_HOUR = 9  # in the morning, on the city's clocks
LATEST_DAYS = 3  # after the session: nobody is asked later, whatever was down meanwhile
OPEN_DAYS = 14
LONGEST = 1000  # characters of a text
# Who excused themselves says nothing of whether attendance was kept.
UNTOLD = (Registration.Attendance.UNKNOWN, Registration.Attendance.EXCUSED)


class EvaluationRefused(Exception):
    """Why something cannot be done with an evaluation, in a sentence fit for the person."""


class Standing(enum.StrEnum):
    """What a participant can do: answer, or why not (any more)."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    NOT_ASKED = "not asked"


def participants() -> RegistrationQuerySet:
    """Whoever was at a session that took place: those marked present, or all confirmed where nobody was marked."""
    marked = Registration.objects.filter(slot=OuterRef("slot"), state=Registration.State.CONFIRMED)
    there = Q(attendance__in=Registration.THERE) | Q(attendance="") & ~Exists(marked.exclude(attendance__in=UNTOLD))
    confirmed = Registration.objects.filter(state=Registration.State.CONFIRMED, slot__state=Slot.State.OPEN)
    return confirmed.filter(there).exclude(volunteer=None)


def ask_due(now: dt.datetime | None = None) -> int:
    """Asks the participants of the sessions that ended yesterday; returns how many are written to.

    From FROM_HOUR on the city's clocks. Sessions that ended up to LATEST_DAYS ago are looked at again: a worker was
    away, or somebody was marked present since. One message a person and session (its key in the outbox); nobody is
    asked about a date that was called off, or after its evaluation closed. One transaction a session. Safe to run
    twice and side by side.
    """
    now = timezone.localtime(now or timezone.now())
    if now.hour < FROM_HOUR:
        return 0
    today = now.date()
    first, after = _midnight(today - dt.timedelta(days=LATEST_DAYS)), _midnight(today)
    over = Session.objects.filter(slot__ends_at__gte=first, slot__ends_at__lt=after, slot__state=Slot.State.OPEN)
    return sum(_ask(session, today) for session in over.filter(Q(evaluation=None) | Q(evaluation__closed_on=None)))


def _ask(session: Session, today: dt.date) -> int:
    people = participants().filter(slot=session.slot_id, volunteer__user__is_active=True)
    rows = {f"{KIND}:{row.pk}": row for row in people.select_related("volunteer__user").order_by("pk")}
    asked = Message.objects.filter(key__in=rows).values_list("key", flat=True)
    for key in list(asked):
        del rows[key]
    if not rows:
        return 0
    with transaction.atomic():
        dates = {"asked_on": today, "closes_on": today + dt.timedelta(days=OPEN_DAYS)}
        Evaluation.objects.get_or_create(session=session, defaults=dates)
        queue_many(
            draft(KIND, key=key, user=row.volunteer.user, context={"registration": row.pk})
            for key, row in rows.items()
            if row.volunteer
        )
    return len(rows)


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def was_asked(slot: Slot) -> bool:
    """Whether the participants of this date have been asked: whether it has an evaluation. No query before its end."""
    return slot.ends_at <= timezone.now() and Evaluation.objects.filter(session__slot=slot).exists()


def standing_of(registration: Registration, today: dt.date | None = None) -> Standing:
    """What this participant can do about the session's questions."""
    evaluation = Evaluation.objects.filter(session__slot=registration.slot_id).first()
    if evaluation is None or not participants().filter(pk=registration.pk).exists():
        return Standing.NOT_ASKED
    if not is_open(evaluation, today):
        return Standing.CLOSED
    answered = EvaluationReceipt.objects.filter(registration=registration).exists()
    return Standing.ANSWERED if answered else Standing.OPEN


def is_open(evaluation: Evaluation, today: dt.date | None = None) -> bool:
    return evaluation.closed_on is None and (today or timezone.localdate()) < evaluation.closes_on


def answer(registration: Registration, *, score: int, useful: str = "", missing: str = "") -> None:
    """Takes this participant's answer, once and for good: nobody can tell afterwards which one it is to change it.

    Refuses whoever was not there, has answered, or comes too late. Locks the evaluation's row; writes all answers of
    the session anew.
    """
    _demand(standing_of(registration))
    with transaction.atomic():
        held = Evaluation.objects.select_for_update(no_key=True, of=("self",))
        evaluation = held.get(session__slot=registration.slot_id)
        _demand(standing_of(registration))
        EvaluationReceipt.objects.create(evaluation=evaluation, registration=registration)
        new = EvaluationAnswer(evaluation=evaluation, score=score, useful=useful.strip(), missing=missing.strip())
        _shuffle(evaluation, [*evaluation.answers.all(), new])


def _demand(standing: Standing) -> None:
    refusals = {
        Standing.ANSWERED: _("You have answered already. Nobody knows which answer is yours, so it stays as it is."),
        Standing.CLOSED: _("The time to answer is over."),
        Standing.NOT_ASKED: _("These questions are for the people who were there."),
    }
    if standing in refusals:
        raise EvaluationRefused(refusals[standing])


def _shuffle(evaluation: Evaluation, answers: Iterable[EvaluationAnswer]) -> None:
    """Writes the answers anew in random order, in one statement, under new keys."""
    rows = list(answers)
    random.SystemRandom().shuffle(rows)
    evaluation.answers.all().delete()
    for row in rows:
        row.pk = uuid.uuid4()
    EvaluationAnswer.objects.bulk_create(rows)


def close_due(now: dt.datetime | None = None) -> int:
    """Closes the evaluations whose time is over; returns how many. Safe to run twice and side by side."""
    today = timezone.localdate(now)
    due = Evaluation.objects.filter(closed_on=None, closes_on__lte=today).values_list("pk", flat=True)
    return sum(_close(pk, today) for pk in list(due))


def _close(pk: int, today: dt.date) -> bool:
    """Forgets who answered, and the answers too if there are fewer than FEWEST. Locks the evaluation's row."""
    with transaction.atomic():
        evaluation = Evaluation.objects.select_for_update(no_key=True).filter(pk=pk, closed_on=None).first()
        if evaluation is None:
            return False
        evaluation.receipts.all().delete()
        answers = list(evaluation.answers.all())
        _shuffle(evaluation, answers if len(answers) >= FEWEST else [])
        evaluation.closed_on = today
        evaluation.save(update_fields=["closed_on"])
    return True


def publish(evaluation: Evaluation, *, summaries: dict[str, str], by: User) -> None:
    """Shows what was answered, as figures and in these words (by language), on the training's public page.

    Refuses what has not closed, and what has too few answers. Published again, the words are replaced.
    """
    if evaluation.closed_on is None or not evaluation.answers.exists():
        raise EvaluationRefused(_("There are no results to publish."))
    for language, _name in settings.LANGUAGES:
        setattr(evaluation, f"summary_{language}", summaries.get(language, "").strip())
    evaluation.published_at = evaluation.published_at or timezone.now()
    evaluation.published_by = by
    evaluation.save()


def withdraw(evaluation: Evaluation, *, by: User) -> None:
    """Takes the results off the public page; the words stay for another time. Harmless twice."""
    evaluation.published_at, evaluation.published_by = None, by
    evaluation.save(update_fields=["published_at", "published_by"])
