"""The participants of an edition as the roster's files say people (events.night.roster)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import F

from events.night.models import Choice, Edition, NamedPerson, Participant, SectorTag
from events.night.roster.problem import Person
from volunteers import qualifying
from volunteers.models import QualificationHeld


def language_tag(code: str) -> str:
    """How the roster's files say a language: of a person, and of a team that asks for it."""
    return f"lang:{code}"


def clearance_tag(slug: str) -> str:
    """The same of a qualification."""
    return f"clear:{slug}"


def tag_of(asked: SectorTag) -> str:
    """The same of what a sector's team should have. Reads its language and qualification."""
    if asked.qualification:
        return clearance_tag(asked.qualification.slug)
    return language_tag(asked.language.code if asked.language else "")  # a constraint holds that it is one of the two


def people_of(edition: Edition, *, among: Collection[int] | None = None) -> list[Person]:
    """Everybody signed up, whoever waits included, in the order of sign-up; or those of these keys alone. The same
    number of queries for any number.

    Ids are keys as text, tags the languages spoken and the qualifications held on the night, or that their organisation
    vouches for. Whoever has neither home nor choice is at home where they are registered.
    """
    # Plain columns: rows made into objects would take most of the time of a page that asks for all of a city.
    rows = Participant.objects.active().filter(edition=edition).in_order()
    of_them: dict[str, Any] = {"participant__edition": edition}
    if among is not None:
        rows = rows.filter(pk__in=among)
        of_them["participant__in"] = among
    columns = ("pk", "kind", "reach", "leader", "experienced", "max_walk", "home", "group", "volunteer")
    wished, spoken = _choices(of_them), _languages(of_them)
    held = clearances_of(edition)
    of_slot = dict(edition.headquarters.order_by().values_list("slot", "pk"))
    people = []
    for seq, row in enumerate(rows.values(*columns, slot=F("registration__slot")), start=1):
        key = row["pk"]
        prefs = tuple(str(headquarters) for headquarters in wished[key])
        seated_at = of_slot.get(row["slot"])
        home = str(row["home"] or "") or next(iter(prefs), "") or str(seated_at or next(iter(of_slot.values()), ""))
        people.append(
            Person(
                id=str(key),
                seq=seq,
                kind=row["kind"],
                home=home,
                prefs=prefs,
                reach=row["reach"],
                leader=row["leader"],
                experienced=row["experienced"],
                max_walk=row["max_walk"],
                tags=frozenset(spoken[key]) | held[row["volunteer"]],
                group=str(row["group"]) if row["group"] else None,
            )
        )
    return people


def _choices(of_them: dict[str, Any]) -> defaultdict[int, list[int]]:
    """The headquarters that each participant chose, in order."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    rows = Choice.objects.filter(**of_them).order_by("rank")
    for participant, headquarters in rows.values_list("participant", "headquarters"):
        found[participant].append(headquarters)
    return found


def _languages(of_them: dict[str, Any]) -> defaultdict[int, set[str]]:
    """The tags of the languages that each participant speaks."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    rows = Participant.languages.through.objects.filter(**of_them)
    for participant, code in rows.values_list("participant", "spokenlanguage__code"):
        found[participant].add(language_tag(code))
    return found


def clearances_of(edition: Edition) -> defaultdict[int, frozenset[str]]:
    """The tags of what each volunteer is qualified for on the night, or their organisation vouches for. Two queries."""
    valid = qualifying.valid_on(edition.night_on)
    rows = QualificationHeld.objects.filter(valid, volunteer__nights__edition=edition)
    found: defaultdict[int, frozenset[str]] = defaultdict(frozenset)
    for volunteer, slug in rows.values_list("volunteer", "qualification__slug"):
        found[volunteer] |= {clearance_tag(slug)}
    named = NamedPerson.objects.coming().filter(edition=edition, clearances__isnull=False)
    for volunteer, slug in named.values_list("participant__volunteer", "clearances__slug"):
        found[volunteer] |= {clearance_tag(slug)}
    return found
