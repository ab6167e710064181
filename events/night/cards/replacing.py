"""Somebody comes instead of whoever cannot: out of the reserve, told at once, without a word from an organiser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from events.night.board.journal import Held, Spot, holding
from events.night.cards import mending, seating, telling
from events.night.cards.comparing import News
from events.night.cards.mending import Plan
from events.night.composing.instances import part_of, team_of
from events.night.editions.preparing import hold
from events.night.editions.surveying import with_tags
from events.night.models import (
    Assignment,
    BoardChange,
    Card,
    Edition,
    Headquarters,
    NamedPerson,
    Participant,
    Sector,
    Vacancy,
)
from events.night.models.assignments import AssignmentQuerySet
from events.transferring import TooMany
from volunteers.models import User

AGAIN = dt.timedelta(minutes=10)  # after which the reserve is looked at once more, for who has come into it
LAST_CALL = dt.timedelta(hours=2)  # before people are due: nobody is asked to come any more
BATCH = 40  # places settled in one transaction: nobody waits for long to answer meanwhile
WRITTEN = ["why", "tried_at", "outcome", "closed_at", "filled_by"]
Outcome = Vacancy.Outcome


def fill_open(now: dt.datetime | None = None) -> int:
    """Looks for somebody for each place that came free and was not looked at lately; returns how many were filled.

    Headquarters by headquarters, a batch of places in one transaction: whoever comes after a worker that was killed
    goes on with those still open.
    """
    now = now or timezone.now()
    due = Vacancy.objects.open().filter(Q(tried_at=None) | Q(tried_at__lte=now - AGAIN))
    due = due.filter(sector__edition__state__in=(Edition.State.PUBLISHED, Edition.State.LIVE))
    due = due.filter(sector__headquarters__slot__starts_at__gt=now)
    rows = due.order_by("sector__headquarters", "opened_at", "pk").values_list("sector__headquarters", "pk")
    filled = 0
    for _headquarters, pairs in groupby(rows, key=itemgetter(0)):
        keys = [key for _same, key in pairs]
        for first in range(0, len(keys), BATCH):
            settled = _fill(keys[first : first + BATCH], by=None)
            filled += sum(vacancy.outcome == Outcome.FILLED for vacancy in settled)
    return filled


def fill_at(headquarters: Headquarters) -> None:
    """Looks at once for somebody for the places that came free there, the first ones: somebody has just come."""
    keys = Vacancy.objects.open().filter(sector__headquarters=headquarters).order_by("opened_at", "pk")
    _fill(list(keys.values_list("pk", flat=True)[:BATCH]), by=None)


def fill(key: int, *, by: User | None) -> Vacancy:
    """Finds who takes that place (``events.night.cards.mending``), puts them there and tells them, and whoever has
    another leader by it; returns the vacancy as it is now. Harmless twice.

    Of somebody who has not answered the place is given on only once there is somebody for it: until then it stays
    theirs, since a team is better off with them than without anybody. Locks the edition's row, the slots', the board's,
    the vacancy's and the card's.
    """
    _fill([key], by=by)
    return Vacancy.objects.select_related("sector__headquarters__slot").get(pk=key)


def _fill(keys: Sequence[int], *, by: User | None) -> list[Vacancy]:
    """Does so for places of one headquarters, one after the other, in one transaction; returns those that were open."""
    with transaction.atomic():
        edition = Edition.objects.filter(sectors__vacancies__in=keys).first()
        if edition is None:  # the sectors are gone meanwhile
            return []
        edition = hold(edition)
        seating.hold_slots(edition)
        with holding(edition, kind=BoardChange.Kind.REPLACED, by=by) as board:
            return _settle(edition, keys, board, by=by)


def _settle(edition: Edition, keys: Sequence[int], board: Held, *, by: User | None) -> list[Vacancy]:
    """Where the headquarters has too few seats for all of them, for those that it has seats for."""
    rows = Vacancy.objects.open().select_for_update(of=("self",)).select_related("sector__headquarters__slot")
    vacancies = list(rows.filter(pk__in=keys).order_by("opened_at", "pk"))
    if not vacancies:
        return []
    try:
        with transaction.atomic():
            _mend(edition, vacancies, board, by=by)
    except TooMany:
        board.row.refresh_from_db()
        if len(vacancies) == 1:
            vacancies[0].refresh_from_db(fields=WRITTEN)
            _wait(vacancies[0], Vacancy.Why.SEATS)
        else:
            half = len(vacancies) // 2
            parts = [one.pk for one in vacancies[:half]], [one.pk for one in vacancies[half:]]
            return [one for part in parts for one in _settle(edition, part, board, by=by)]
    Vacancy.objects.bulk_update(vacancies, WRITTEN)
    return vacancies


def _mend(edition: Edition, vacancies: Sequence[Vacancy], board: Held, *, by: User | None) -> None:
    """Decides each, with those before it done; then writes all on the board, and tells everybody concerned once."""
    hall = Hall(edition, vacancies)
    steps: list[dict[int, Spot | None]] = []
    led: set[int] = set()
    news: dict[int, News] = {}
    for vacancy in vacancies:
        silent = hall.silent(vacancy)
        if vacancy.reason == Vacancy.Reason.SILENT and silent is None:  # they have answered, or were moved
            _close(vacancy, Outcome.BACK)
            continue
        plan = hall.plan(vacancy, without=silent)
        if plan.newcomer and vacancy.sector.headquarters.slot.starts_at - timezone.now() < LAST_CALL:
            plan = Plan(leader=plan.leader, why=Vacancy.Why.LATE)
        if not silent or plan.newcomer:
            steps.append(hall.follow(plan, vacancy, silent))
            news |= {silent: News.LAPSED} if silent else {}
            led |= {vacancy.sector_id} if plan.leader else set()
        if plan.newcomer:
            _close(vacancy, Outcome.FILLED, filled_by=int(plan.newcomer))
        elif plan.why:
            _wait(vacancy, plan.why)
        else:
            _close(vacancy, Outcome.COMPLETE)
    board.write_each(steps)
    told = Card.objects.filter(sector__in=led, participant__assignment__sector=F("sector"))
    people = {key for step in steps for key in step}.union(told.values_list("participant", flat=True))
    if people:
        telling.tell_now(edition, people, news=news, by=by)


class Hall:
    """The teams that somebody is missing from, as they are once those before were mended, and whoever waits.

    Reads everything at once; the number of queries does not grow with the places.
    """

    def __init__(self, edition: Edition, vacancies: Sequence[Vacancy]) -> None:
        sectors = with_tags(Sector.objects.filter(pk__in={vacancy.sector_id for vacancy in vacancies}))
        self.sectors: dict[int, Sector] = {sector.pk: sector for sector in sectors}
        rows = Assignment.objects.filter(sector__in=self.sectors)
        self.teams: dict[int, dict[int, Spot]] = {key: {} for key in self.sectors}
        for row in rows.order_by("pk"):
            self.teams[row.sector_id or 0][row.participant_id] = Spot.at(row)
        cards = Card.objects.select_for_update(of=("self",)).filter(answer="")
        cards = cards.filter(participant__in={vacancy.left_by_id for vacancy in vacancies})
        cards = cards.filter(participant__state=Participant.State.ACTIVE).order_by("pk")
        self.unanswered = {card.participant_id for card in cards}
        reserve = list(_reserve(edition).values_list("participant", "headquarters", "participant__kind"))
        self.reserve = {key: headquarters for key, headquarters, _kind in reserve}
        self.professionals = {key for key, _at, kind in reserve if kind == Participant.Kind.PROFESSIONAL}
        partners = {sector.partner_id for sector in self.sectors.values()} - {None}
        named = NamedPerson.objects.filter(partner__in=partners, participant__in=self.reserve)
        self.named = set(named.values_list("participant", "partner")) if partners else set()
        self.instance = part_of(edition, people=[*self.reserve, *(key for team in self.teams.values() for key in team)])
        self.known = {person.id for person in self.instance.people}

    def silent(self, vacancy: Vacancy) -> int | None:
        """Whoever has the place and has not answered; None of whoever has left it, or has answered."""
        key = vacancy.left_by_id
        return key if key in self.unanswered and key in self.teams[vacancy.sector_id] else None

    def plan(self, vacancy: Vacancy, *, without: int | None) -> Plan:
        """How to mend the team ``without`` that person."""
        sector = self.sectors[vacancy.sector_id]
        team = {key: spot for key, spot in self.teams[sector.pk].items() if key != without}
        leader = next((str(key) for key, spot in team.items() if spot.leads), None)
        members = [str(key) for key in team if str(key) in self.known]
        reserve = {str(key): str(at) for key, at in self.reserve.items() if self._may_come(key, sector)}
        return mending.plan(self.instance, team_of(sector), members=members, leader=leader, reserve=reserve)

    def follow(self, plan: Plan, vacancy: Vacancy, silent: int | None) -> dict[int, Spot | None]:
        """Does it here; returns where the newcomer, the leader and whoever has not answered are from now on."""
        sector, team = self.sectors[vacancy.sector_id], self.teams[vacancy.sector_id]
        spots: dict[int, Spot] = {}
        if plan.newcomer:
            newcomer = int(plan.newcomer)
            spots[newcomer] = Spot(sector.headquarters_id, sector.pk, plan.leader == plan.newcomer)
            del self.reserve[newcomer]
        if plan.leader and plan.leader != plan.newcomer:
            spots[int(plan.leader)] = team[int(plan.leader)]._replace(leads=True)
        team |= spots
        moved: dict[int, Spot | None] = {**spots}
        if silent is not None:
            del team[silent]
            moved[silent] = Spot(sector.headquarters_id)
        return moved

    def _may_come(self, key: int, sector: Sector) -> bool:
        """May they be asked into this team, of professionals or of an organisation's own people?"""
        if sector.professionals_only and key not in self.professionals:
            return False
        return sector.partner_id is None or (key, sector.partner_id) in self.named


def _reserve(edition: Edition) -> AssignmentQuerySet:
    """Those in reserve who may be asked: not whoever said that they cannot come, or did not answer in time."""
    waiting = Assignment.objects.in_reserve().filter(participant__edition=edition)
    waiting = waiting.filter(participant__state=Participant.State.ACTIVE)
    unwilling = Q(participant__card__answer=Card.Answer.DECLINED)
    unwilling |= Q(participant__card__lapsed_at__isnull=False, participant__card__answer="")
    return waiting.exclude(unwilling)


def _wait(vacancy: Vacancy, why: str) -> None:
    vacancy.why, vacancy.tried_at = why, timezone.now()


def _close(vacancy: Vacancy, outcome: str, *, filled_by: int | None = None) -> None:
    vacancy.outcome, vacancy.closed_at, vacancy.filled_by_id, vacancy.why = outcome, timezone.now(), filled_by, ""
