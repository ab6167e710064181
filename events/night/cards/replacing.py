"""Somebody comes instead of whoever cannot: out of the reserve, told at once, without a word from an organiser."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from events.night.board.journal import Held, Spot, holding
from events.night.cards import mending, seating, telling
from events.night.cards.comparing import News
from events.night.cards.mending import Plan
from events.night.composing.instances import part_of, team_of
from events.night.editions.preparing import hold
from events.night.editions.surveying import with_tags
from events.night.models import Assignment, BoardChange, Card, Edition, Participant, Sector, Vacancy
from events.night.models.assignments import AssignmentQuerySet
from events.transferring import TooMany
from volunteers.models import User

AGAIN = dt.timedelta(minutes=10)  # after which the reserve is looked at once more, for who has come into it
LAST_CALL = dt.timedelta(hours=2)  # before people are due: nobody is asked to come any more
Outcome = Vacancy.Outcome


def fill_open(now: dt.datetime | None = None) -> int:
    """Looks for somebody for each place that came free and was not looked at lately; returns how many were filled."""
    now = now or timezone.now()
    due = Vacancy.objects.open().filter(Q(tried_at=None) | Q(tried_at__lte=now - AGAIN))
    due = due.filter(sector__edition__state__in=(Edition.State.PUBLISHED, Edition.State.LIVE))
    due = due.filter(sector__headquarters__slot__starts_at__gt=now)
    return sum(fill(key, by=None).outcome == Outcome.FILLED for key in due.values_list("pk", flat=True))


def fill(key: int, *, by: User | None) -> Vacancy:
    """Finds who takes that place (``events.night.cards.mending``), puts them there and tells them, and whoever has
    another leader by it; returns the vacancy as it is now. Harmless twice.

    Of somebody who has not answered the place is given on only once there is somebody for it: until then it stays
    theirs, since a team is better off with them than without anybody. Locks the edition's row, the slots', the board's
    and the vacancy's.
    """
    with transaction.atomic():
        edition = hold(Edition.objects.get(sectors__vacancies=key))
        seating.hold_slots(edition)
        with holding(edition, kind=BoardChange.Kind.REPLACED, by=by) as board:
            rows = Vacancy.objects.select_for_update(of=("self",)).select_related("sector__headquarters__slot")
            vacancy = rows.get(pk=key)
            if not vacancy.is_open:
                return vacancy
            try:
                with transaction.atomic():
                    _settle(edition, vacancy, board, by=by)
            except TooMany:
                vacancy = rows.get(pk=key)
                _wait(vacancy, Vacancy.Why.SEATS)
    return vacancy


def _settle(edition: Edition, vacancy: Vacancy, board: Held, *, by: User | None) -> None:
    silent = _silent(vacancy)
    if vacancy.reason == Vacancy.Reason.SILENT and silent is None:  # they have answered, or were moved
        _close(vacancy, Outcome.BACK)
        return
    sector: Sector = with_tags(Sector.objects.filter(pk=vacancy.sector_id)).get()
    team = Assignment.objects.filter(sector=sector).exclude(participant=silent.participant_id if silent else None)
    leader = next((row.participant_id for row in team if row.leads), None)
    plan = _plan(edition, sector, [row.participant_id for row in team], leader)
    if plan.newcomer and vacancy.sector.headquarters.slot.starts_at - timezone.now() < LAST_CALL:
        plan = Plan(leader=plan.leader, why=Vacancy.Why.LATE)
    if silent and not plan.newcomer:
        if plan.why:
            _wait(vacancy, plan.why)
        else:
            _close(vacancy, Outcome.COMPLETE)
        return
    spots = _spots(sector, plan, board, silent)
    board.write(spots)
    news = {silent.participant_id: News.LAPSED} if silent else {}
    told = Card.objects.filter(sector=sector, participant__assignment__sector=sector).values_list(
        "participant", flat=True
    )
    telling.tell_now(edition, {*spots, *(told if plan.leader else ())}, news=news, by=by)
    if plan.newcomer:
        _close(vacancy, Outcome.FILLED, filled_by=int(plan.newcomer))
    elif plan.why:
        _wait(vacancy, plan.why)
    else:
        _close(vacancy, Outcome.COMPLETE)


def _silent(vacancy: Vacancy) -> Card | None:
    """The card of whoever has the place and has not answered, held; None of whoever has left it, or has answered."""
    cards = Card.objects.select_for_update(of=("self",)).filter(participant=vacancy.left_by_id, answer="")
    there = cards.filter(participant__state=Participant.State.ACTIVE, participant__assignment__sector=vacancy.sector_id)
    return there.first()


def _plan(edition: Edition, sector: Sector, members: list[int], leader: int | None) -> Plan:
    reserve = {
        str(participant): str(headquarters)
        for participant, headquarters in _reserve(edition, sector).values_list("participant", "headquarters")
    }
    instance = part_of(edition, people=[*members, *map(int, reserve)])
    known = {person.id for person in instance.people}
    here = [str(key) for key in members if str(key) in known]
    return mending.plan(
        instance, team_of(sector), members=here, leader=str(leader) if leader else None, reserve=reserve
    )


def _reserve(edition: Edition, sector: Sector) -> AssignmentQuerySet:
    """Those in reserve who may be asked: not whoever said that they cannot come, or did not answer in time."""
    waiting = Assignment.objects.in_reserve().filter(participant__edition=edition)
    waiting = waiting.filter(participant__state=Participant.State.ACTIVE)
    unwilling = Q(participant__card__answer=Card.Answer.DECLINED)
    unwilling |= Q(participant__card__lapsed_at__isnull=False, participant__card__answer="")
    if sector.professionals_only:
        waiting = waiting.filter(participant__kind=Participant.Kind.PROFESSIONAL)
    if sector.partner_id:
        waiting = waiting.filter(participant__named_by__partner=sector.partner_id)
    return waiting.exclude(unwilling)


def _spots(sector: Sector, plan: Plan, board: Held, silent: Card | None) -> dict[int, Spot | None]:
    """Where the newcomer, the leader and whoever has not answered are from now on."""
    spots: dict[int, Spot | None] = {}
    if silent:
        spots[silent.participant_id] = Spot(sector.headquarters_id)
    if plan.newcomer:
        spots[int(plan.newcomer)] = Spot(sector.headquarters_id, sector.pk, plan.leader == plan.newcomer)
    if plan.leader and plan.leader != plan.newcomer:
        now = board.spot(int(plan.leader))
        spots[int(plan.leader)] = Spot(sector.headquarters_id, sector.pk, True, now is not None and now.is_pinned)
    return spots


def _wait(vacancy: Vacancy, why: str) -> None:
    vacancy.why, vacancy.tried_at = why, timezone.now()
    vacancy.save(update_fields=["why", "tried_at"])


def _close(vacancy: Vacancy, outcome: str, *, filled_by: int | None = None) -> None:
    vacancy.outcome, vacancy.closed_at, vacancy.filled_by_id, vacancy.why = outcome, timezone.now(), filled_by, ""
    vacancy.save(update_fields=["outcome", "closed_at", "filled_by", "why"])
