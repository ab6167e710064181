"""What people answer to their card: that they come, that they cannot, and the other way round until the night."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.night.board import moving
from events.night.board.journal import Spot
from events.night.cards import seating, showing, telling
from events.night.cards.comparing import News
from events.night.editions.preparing import hold
from events.night.models import Assignment, BoardChange, Card, Edition, Participant, Sector, Vacancy
from events.night.sign_up import withdrawing
from events.registering import RegistrationRefused
from events.transferring import TooMany
from volunteers.models import User


class AnswerRefused(RegistrationRefused):
    """Why an answer is not taken, in a sentence fit for the person."""


TOO_LATE = _(
    "People are arriving already: nothing can be changed here any more. Call the contact of your headquarters."
)


def say_coming(card: Card, *, by: User) -> Card:
    """Notes that the person comes. Harmless twice. Whoever had said that they cannot comes back: into their team while
    their place is free, else into the reserve of that headquarters, which their card says.

    Refuses once people are due at the headquarters. Locks the card's row; of whoever comes back the edition's, the
    slots' and the board's as well.
    """
    _check(card)
    if not card.participant.is_active or card.is_declined:
        return _come_back(card, by=by)
    now = timezone.now()
    with transaction.atomic():
        # Nobody was found in their place yet: it stays theirs. Before the card, as whoever looks for somebody does.
        kept = Vacancy.objects.open().filter(left_by=card.participant_id, reason=Vacancy.Reason.SILENT)
        kept.update(closed_at=now, outcome=Vacancy.Outcome.BACK)
        Card.objects.filter(pk=card.pk, answer="").update(answer=Card.Answer.COMING, answered_at=now)
    card.refresh_from_db()
    return card


def say_cannot(card: Card, *, by: User) -> Card:
    """The person cannot come: they have withdrawn from the Night, which gives the seat back, tells them so, and has
    somebody in reserve take the place in the team. Harmless twice. Refuses once people are due at the headquarters."""
    _check(card)
    if card.participant.is_active:
        withdrawing.withdraw(card.participant, by=by)
    card.refresh_from_db()
    return card


def _check(card: Card) -> None:
    if not showing.may_answer(card):
        raise AnswerRefused(TOO_LATE)


def _come_back(card: Card, *, by: User) -> Card:
    with transaction.atomic():
        edition = hold(card.participant.edition)
        seating.hold_slots(edition)
        participant = Participant.objects.select_for_update(no_key=True).get(pk=card.participant_id)
        if participant.is_active:
            return Card.objects.get(pk=card.pk)
        now = timezone.now()
        participant.state, participant.withdrawn_at = Participant.State.ACTIVE, None
        participant.save(update_fields=["state", "withdrawn_at", "updated_at"])
        spot = _place_of(card) or Spot(card.headquarters_id)
        answered = {"answer": Card.Answer.COMING, "answered_at": now}
        try:
            with transaction.atomic():
                _seat(edition, participant, spot, by=by)
        except TooMany:  # a door that was let in, a smaller room: the reserve always has room
            spot = Spot(card.headquarters_id)
            _seat(edition, participant, spot, by=by)
        Card.objects.filter(pk=card.pk).update(**answered)
        if spot.sector:
            mine = Vacancy.objects.open().filter(left_by=participant, sector=spot.sector)
            mine.update(closed_at=now, outcome=Vacancy.Outcome.BACK)
    return Card.objects.get(pk=card.pk)


def _place_of(card: Card) -> Spot | None:
    """The place that they left, if nobody has it yet and the team has room for one more: nobody was found for it so
    far, or the team of their card goes out as it is."""
    left = Vacancy.objects.filter(left_by=card.participant_id).select_related("sector")
    vacancy, there = left.open().last(), left.filter(sector=card.sector_id).last()
    if vacancy is None and there and there.outcome == Vacancy.Outcome.COMPLETE:
        vacancy = there
    if vacancy is None:
        return None
    sector: Sector = vacancy.sector
    team = Assignment.objects.filter(sector=sector)
    if team.count() >= sector.most:
        return None
    leads = vacancy.led and not team.filter(leads=True).exists()
    return Spot(sector.headquarters_id, sector.pk, leads)


def _seat(edition: Edition, participant: Participant, spot: Spot, *, by: User) -> None:
    moving.write(edition, spots={participant.pk: spot}, kind=BoardChange.Kind.REPLACED, by=by)
    telling.tell_now(edition, [participant.pk], news={participant.pk: News.BACK}, by=by)
