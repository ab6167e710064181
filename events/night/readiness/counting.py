"""People, leaders, languages and clearances against what the teams of each headquarters need.

Counted from what the engine would be given (events.night.composing.instances), so that the board and the roster agree.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from events.night.composing.instances import instance_of
from events.night.composing.peopling import clearance_tag, language_tag
from events.night.models import Edition, Headquarters
from events.night.roster.problem import Instance, Person
from volunteers.models import Qualification, SpokenLanguage

PEOPLE, LEADERS = "people", "leaders"
NEAR = 2  # times the distance that the roster calls near


class Level(models.TextChoices):
    ENOUGH = "enough", gettext_lazy("enough")
    ELSEWHERE = "elsewhere", gettext_lazy("others could come")
    SHORT = "short", pgettext_lazy("headquarters", "short")


@dataclass(frozen=True)
class Cell:
    """One need of one headquarters: how many are needed, would go there first, and accept to go there at all."""

    what: str
    label: str
    need: int
    here: int
    could: int

    @property
    def missing(self) -> int:
        return max(0, self.need - self.here)

    @property
    def level(self) -> Level:
        if not self.missing:
            return Level.ENOUGH
        return Level.ELSEWHERE if self.could >= self.need else Level.SHORT


@dataclass(frozen=True)
class Row:
    headquarters: Headquarters
    cells: list[Cell] = field(default_factory=list)

    @property
    def short(self) -> list[Cell]:
        """What it lacks, worst first: what nobody could bring, then how many."""
        lacking = [cell for cell in self.cells if cell.missing]
        return sorted(lacking, key=lambda cell: (cell.level != Level.SHORT, -cell.missing))


class City:
    """An edition as the engine sees it, with where everybody accepts to go."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.instance: Instance = instance_of(edition)
        self.places = {place.id: place for place in self.instance.hqs}

    @cached_property
    def around(self) -> dict[str, dict[str, float]]:
        """Metres between headquarters."""
        return {
            one.id: {other.id: math.dist((one.x, one.y), (other.x, other.y)) for other in self.places.values()}
            for one in self.places.values()
        }

    def first(self, person: Person) -> str:
        """Where somebody would go first."""
        return person.prefs[0] if person.prefs else person.home

    def accepts(self, person: Person, place: str) -> bool:
        """As the roster's rules have it."""
        if place in person.prefs or person.reach == "any":
            return True
        return person.reach == "near" and self.around[person.home][place] <= self.instance.rules.near_m

    def is_near(self, person: Person, place: str) -> bool:
        """Near enough to be asked."""
        return self.around[person.home][place] <= NEAR * self.instance.rules.near_m

    @cached_property
    def needs(self) -> dict[str, Counter[str]]:
        """By headquarters: people at the teams' targets, a leader each, and a tag for each team that needs it."""
        needs: dict[str, Counter[str]] = {key: Counter() for key in self.places}
        for team in self.instance.teams:
            needs[team.hq].update({PEOPLE: team.target, LEADERS: 1, **dict.fromkeys(team.needs, 1)})
        return needs

    @cached_property
    def here(self) -> defaultdict[str, Counter[str]]:
        """By headquarters: what those bring who would go there first."""
        here: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for person in self.instance.people:
            here[self.first(person)].update(brings(person))
        return here

    def could(self, place: str) -> Counter[str]:
        """What everybody brings who accepts to go there."""
        found: Counter[str] = Counter()
        for person in self.instance.people:
            if self.accepts(person, place):
                found.update(brings(person))
        return found


def brings(person: Person) -> list[str]:
    return [PEOPLE, *([LEADERS] if person.leader else []), *person.tags]


def readiness(edition: Edition, headquarters: Iterable[Headquarters]) -> list[Row]:
    """What each of these headquarters needs, has and could have. The same number of queries for any number.

    What none of them needs is left out. Those called off have no cells.
    """
    city = City(edition)
    shown = [one for one in headquarters if str(one.pk) in city.places]
    asked = {what for one in shown for what in city.needs[str(one.pk)]}
    labels = {what: label for what, label in labels_of(asked).items() if what in asked}
    rows = []
    for one in shown:
        key = str(one.pk)
        need, here, could = city.needs[key], city.here[key], city.could(key)
        cells = [Cell(what, label, need[what], here[what], could[what]) for what, label in labels.items()]
        rows.append(Row(one, cells))
    return rows


def labels_of(asked: Iterable[str]) -> dict[str, str]:
    """What is counted, in words and in the order of columns: people, leaders, languages, clearances. Two queries."""
    asked = set(asked)
    languages = {language_tag(one.code): str(one) for one in SpokenLanguage.objects.all()}
    clearances = {clearance_tag(one.slug): str(one) for one in Qualification.objects.all()}
    tags = [(tag, word) for words in (languages, clearances) for tag, word in words.items() if tag in asked]
    return {PEOPLE: _("People"), LEADERS: _("Leaders"), **dict(tags)}
