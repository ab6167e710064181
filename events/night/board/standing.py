"""The board as a page shows it: headquarters by headquarters, teams with their people, and whoever waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.night.board import moving
from events.night.board.journal import short_name
from events.night.board.team_states import Crew
from events.night.composing.peopling import clearance_tag, clearances_of, language_tag
from events.night.editions.surveying import with_tags
from events.night.models import Assignment, Card, Edition, Headquarters, Participant, Sector
from volunteers.models import Qualification

# What stands beside a name, each explained once at the foot of the board.
LEADS, OFFERS, EXPERIENCED, PROFESSIONAL = "★", "☆", "◆", "P"
# The same once people were told their teams: what they answered, or that they are to be told another one.
COMES, SILENT, TO_TELL = "✓", "…", "✉"


@dataclass(slots=True)
class Person:
    """One person on the board. ``tags``: as the roster's files say languages and qualifications; ``codes``: the same
    for people's eyes."""

    key: int
    volunteer: int
    name: str
    leads: bool
    offers: bool
    is_pinned: bool
    experienced: bool
    is_professional: bool
    max_walk: int
    answer: str = ""
    tags: set[str] = field(default_factory=set)
    codes: list[str] = field(default_factory=list)

    @property
    def marks(self) -> str:
        signs = [LEADS if self.leads else OFFERS if self.offers else ""]
        signs += [EXPERIENCED * self.experienced, PROFESSIONAL * self.is_professional, *self.codes, self.answer]
        return " ".join(filter(None, signs))

    @property
    def said(self) -> str:
        """The name and the marks in words, for whoever does not see them."""
        words = [self.name, _("leads the team") if self.leads else _("willing to lead") if self.offers else ""]
        words += [_("has done a Night before") if self.experienced else "", ", ".join(self.codes)]
        words += [_("professional") if self.is_professional else "", _("pinned") if self.is_pinned else ""]
        words += [answers().get(self.answer, "")]
        return ", ".join(filter(None, words))


def answers() -> dict[str, str]:
    """What the marks of answers mean."""
    return {COMES: _("comes"), SILENT: _("has not answered"), TO_TELL: _("to be told")}


def legend(edition: Edition) -> str:
    """What the marks mean."""
    said = {
        LEADS: _("leads the team"),
        OFFERS: _("willing to lead"),
        EXPERIENCED: _("has done a Night before"),
        PROFESSIONAL: _("professional"),
    }
    if edition.state in Edition.TOLD:
        said |= answers()
    return " · ".join(f"{mark} {word}" for mark, word in said.items())


@dataclass(slots=True)
class Team:
    """The team of a sector. ``missing``: why it cannot go out, in words; ``wanting``: what it had better have."""

    sector: Sector
    people: list[Person]
    goes: bool = False
    missing: list[str] = field(default_factory=list)
    wanting: list[str] = field(default_factory=list)

    @property
    def is_pinned(self) -> bool:
        return bool(self.people) and all(person.is_pinned for person in self.people)


@dataclass(slots=True)
class Part:
    """One headquarters. ``nowhere``: signed up there, and in no team and no reserve yet."""

    headquarters: Headquarters
    teams: list[Team] = field(default_factory=list)
    reserve: list[Person] = field(default_factory=list)
    nowhere: list[Person] = field(default_factory=list)

    @property
    def going(self) -> int:
        return sum(team.goes for team in self.teams)

    @property
    def people(self) -> int:
        return sum(len(team.people) for team in self.teams)

    @property
    def free(self) -> int:
        """Places up to the sizes aimed at, in teams that are smaller."""
        return sum(max(0, team.sector.target - len(team.people)) for team in self.teams)

    @property
    def waiting(self) -> int:
        return len(self.reserve) + len(self.nowhere)

    @property
    def leaders_short(self) -> int:
        """Teams without a leader, beyond those in reserve who offered to lead."""
        lacking = sum(not any(person.leads for person in team.people) for team in self.teams)
        return max(0, lacking - sum(person.offers for person in [*self.reserve, *self.nowhere]))


def stamp(edition: Edition, headquarters: Collection[Headquarters]) -> str:
    """Another word whenever the board of these headquarters shows something else: after a move, an answer, a card. Two
    queries at most."""
    number = str(moving.number_of(edition))
    if edition.state not in Edition.TOLD:
        return number
    cards = Card.objects.filter(participant__assignment__headquarters__in=headquarters)
    count = cards.aggregate(told=Sum("version"), answers=Count("answered_at"))
    return f"{number}.{count['told'] or 0}.{count['answers']}"


class Standing:
    """The board of these headquarters of an edition. The same number of queries for any number of teams and people."""

    def __init__(self, edition: Edition, headquarters: Iterable[Headquarters]) -> None:
        self.edition = edition
        self.headquarters = list(headquarters)

    @cached_property
    def parts(self) -> list[Part]:
        parts = {one.pk: Part(one) for one in self.headquarters}
        people: dict[int, Person] = {}
        members: dict[int, list[Person]] = defaultdict(list)
        for row in self._assigned(parts):
            people[row["participant"]] = person = _person(row)
            if row["sector"]:
                members[row["sector"]].append(person)
            else:
                parts[row["headquarters"]].reserve.append(person)
        for row in self._nowhere(parts):
            people[row["participant"]] = person = _person(row)
            parts[row["headquarters"]].nowhere.append(person)
        self._tell_tags(people)
        sectors = Sector.objects.filter(headquarters__in=parts).in_order().defer("boundary")
        for sector in with_tags(sectors):
            team = Team(sector, members[sector.pk])
            _read(team)
            parts[sector.headquarters_id].teams.append(team)
        return list(parts.values())

    def _assigned(self, headquarters: Collection[int]) -> Iterable[Any]:
        rows = Assignment.objects.filter(headquarters__in=headquarters).order_by("-leads", "participant")
        told = {name: F(f"participant__card__{name}") for name in ("answer", "answer_by", "version")}
        told |= {f"told_{name}": F(f"participant__card__{name}") for name in ("headquarters", "sector", "leads")}
        facts = _facts("participant__") | told
        return rows.values("participant", "headquarters", "sector", "leads", "is_pinned", **facts)

    def _nowhere(self, headquarters: Collection[int]) -> Iterable[Any]:
        rows = Participant.objects.active().filter(edition=self.edition, assignment=None)
        rows = rows.filter(registration__slot__headquarters__in=headquarters).order_by("pk")
        return rows.values(participant=F("pk"), headquarters=F("registration__slot__headquarters"), **_facts(""))

    def _tell_tags(self, people: dict[int, Person]) -> None:
        """What each speaks and is qualified for. Four queries."""
        spoken = Participant.languages.through.objects.filter(participant__edition=self.edition)
        for key, code in spoken.order_by("spokenlanguage__code").values_list("participant", "spokenlanguage__code"):
            if person := people.get(key):
                person.tags.add(language_tag(code))
                if code != settings.LANGUAGE_CODE:
                    person.codes.append(code.upper())
        held = clearances_of(self.edition)
        names = dict(Qualification.objects.values_list("slug", "name"))
        called = {clearance_tag(slug): name for slug, name in names.items()}
        for person in people.values():
            person.tags |= held[person.volunteer]
            person.codes += sorted(called[tag] for tag in held[person.volunteer])


def _facts(at: str) -> dict[str, F]:
    names = {
        "who": "volunteer",
        "first_name": "volunteer__user__first_name",
        "last_name": "volunteer__user__last_name",
        "offers": "leader",
        "has_experience": "experienced",
        "sort": "kind",
        "walks": "max_walk",
    }
    return {name: F(f"{at}{path}") for name, path in names.items()}


def _person(row: dict[str, Any]) -> Person:
    return Person(
        key=row["participant"],
        volunteer=row["who"],
        name=short_name(row["first_name"], row["last_name"]),
        leads=row.get("leads", False),
        offers=row["offers"],
        is_pinned=row.get("is_pinned", False),
        experienced=row["has_experience"],
        is_professional=row["sort"] == Participant.Kind.PROFESSIONAL,
        max_walk=row["walks"],
        answer=_answer(row),
    )


def _answer(row: dict[str, Any]) -> str:
    """As a mark; "" before somebody was told, and of whom no answer is expected."""
    if not row.get("version"):
        return ""
    if any(row[f"told_{name}"] != row[name] for name in ("headquarters", "sector", "leads")):
        return TO_TELL
    if row["answer"] == Card.Answer.COMING:
        return COMES
    return SILENT if row["answer_by"] and not row["answer"] else ""


def _read(team: Team) -> None:
    """Whether it goes out (``team_states.Crew``), why not, and what it lacks of what is wished for."""
    sector, people = team.sector, team.people
    leads = next((person.offers or person.is_pinned for person in people if person.leads), None)
    crew = Crew(sector, len(people), leads, frozenset().union(*(person.tags for person in people)))
    team.goes = crew.goes_out
    if leads is None:
        team.missing.append(_("no leader"))
    elif not leads:
        team.missing.append(_("its leader did not offer to lead"))
    if (short := sector.least - len(people)) > 0:
        team.missing.append(ngettext("%(count)d person", "%(count)d people", short) % {"count": short})
    if (over := len(people) - sector.most) > 0:
        said = ngettext("%(count)d person too many", "%(count)d people too many", over)
        team.missing.append(said % {"count": over})
    team.missing += [str(tag) for tag in crew.lacking]
    team.wanting += [str(tag) for tag in crew.wanting]
    if people and not any(person.experienced for person in people):
        team.wanting.append(_("experience"))
