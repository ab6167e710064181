"""What people answered, counted and listed for organisers and coordinators."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count, F, Q

from events.night.models import Assignment, Card, Headquarters, Sector, Vacancy
from events.night.models.cards import CardQuerySet
from events.night.models.headquarters import HeadquartersQuerySet

IN_TEAM = Q(sector__isnull=False)
ANSWERS = {
    "coming": IN_TEAM & Q(answer=Card.Answer.COMING),
    "declined": Q(answer=Card.Answer.DECLINED),
    "silent": IN_TEAM & Q(answer=""),
    "reserve": Q(sector=None) & ~Q(answer=Card.Answer.DECLINED),
}


@dataclass
class Tally:
    """How many people were told that they go to a headquarters, by what they answered. ``waiting``: to be told yet."""

    headquarters: Headquarters
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ANSWERS, 0))
    waiting: int = 0
    open: int = 0

    @property
    def expected(self) -> int:
        """In teams, whoever has not answered included."""
        return self.counts["coming"] + self.counts["silent"]


@dataclass
class TeamTally:
    """A team as it is now: how many of its people come, have not answered, are not told yet; who left it."""

    sector: Sector
    size: int = 0
    coming: int = 0
    silent: int = 0
    leader: str = ""
    vacancies: list[Vacancy] = field(default_factory=list)

    @property
    def is_short(self) -> bool:
        """Can it not go out as it is?"""
        return bool(self.size) and (self.size < self.sector.least or not self.leader)


def tallies(headquarters: HeadquartersQuerySet) -> list[Tally]:
    """Of those headquarters, in the order of the districts. Three queries for any number."""
    rows = {one.pk: Tally(one) for one in headquarters.select_related("district", "slot").order_by("district__code")}
    counts = {name: Count("pk", filter=found) for name, found in ANSWERS.items()}
    told = Card.objects.told().filter(headquarters__in=list(rows)).order_by().values("headquarters")
    for key, *found in told.annotate(**counts).values_list("headquarters", *ANSWERS):
        rows[key].counts = dict(zip(ANSWERS, found, strict=True))
    due = Card.objects.filter(due_at__isnull=False, headquarters__in=list(rows)).order_by().values("headquarters")
    for key, count in due.annotate(n=Count("pk")).values_list("headquarters", "n"):
        rows[key].waiting = count
    places = Vacancy.objects.open().filter(sector__headquarters__in=list(rows)).order_by()
    missing = places.values("sector__headquarters").annotate(n=Count("pk"))
    for key, count in missing.values_list("sector__headquarters", "n"):
        rows[key].open = count
    return list(rows.values())


def teams_of(headquarters: Headquarters) -> list[TeamTally]:
    """Its teams and what their people answered. Three queries for any number."""
    found = {one.pk: TeamTally(one) for one in headquarters.sectors.in_order()}
    rows = Assignment.objects.in_teams().filter(sector__headquarters=headquarters)
    for row in rows.select_related("participant__card", "participant__volunteer__user"):
        team = found[row.sector_id or 0]
        card: Card | None = getattr(row.participant, "card", None)
        team.size += 1
        if card and card.version and card.sector_id == row.sector_id:
            team.coming += card.is_coming
            team.silent += not card.answer
        if row.leads:
            team.leader = row.participant.volunteer.user.get_full_name() or row.participant.volunteer.user.first_name
    places = Vacancy.objects.open().filter(sector__in=list(found)).select_related("left_by__volunteer__user")
    for vacancy in places:
        found[vacancy.sector_id].vacancies.append(vacancy)
    return list(found.values())


def people_of(headquarters: Headquarters, *, answer: str = "") -> CardQuerySet:
    """Those who were told that they go there, or are about to be, by team and by name; those of one answer alone."""
    rows = Card.objects.filter(headquarters=headquarters)
    if answer in ANSWERS:
        rows = rows.told().filter(ANSWERS[answer])
    rows = rows.select_related("participant__volunteer__user", "sector")
    user = "participant__volunteer__user"
    return rows.order_by(
        F("sector__code").asc(nulls_last=True), "-leads", f"{user}__last_name", f"{user}__first_name", "pk"
    )


def vacancies_of(headquarters: HeadquartersQuerySet) -> list[Vacancy]:
    """The places that came free there and are not filled, those that nobody was found for first. One query."""
    rows = Vacancy.objects.open().filter(sector__headquarters__in=headquarters.order_by().values("pk"))
    rows = rows.select_related("sector__headquarters__district", "left_by__volunteer__user")
    return list(rows.order_by("why", "sector__code", "pk"))
