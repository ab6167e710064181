"""The participants of an edition as the roster's files say people (events.night.roster)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from events.night.models import Edition, NamedPerson, Participant
from events.night.roster.problem import Person
from volunteers import qualifying
from volunteers.models import QualificationHeld


def language_tag(code: str) -> str:
    """How the roster's files say a language: of a person, and of a team that asks for it."""
    return f"lang:{code}"


def clearance_tag(slug: str) -> str:
    """The same of a qualification."""
    return f"clear:{slug}"


def people_of(edition: Edition, *, among: Collection[int] | None = None) -> list[Person]:
    """Everybody signed up, whoever waits included, in the order of sign-up; or those of these keys alone. The same
    number of queries for any number.

    Ids are keys as text, tags the languages spoken and the qualifications held on the night, or that their organisation
    vouches for. Whoever has neither home
    nor choice is at home where they are registered.
    """
    rows = Participant.objects.active().filter(edition=edition).in_order().select_related("registration")
    rows = rows.prefetch_related("choices", "languages")
    if among is not None:
        rows = rows.filter(pk__in=among)
    held = _clearances(edition)
    of_slot = dict(edition.headquarters.order_by().values_list("slot", "pk"))
    people = []
    for seq, row in enumerate(rows, start=1):
        prefs = tuple(str(choice.headquarters_id) for choice in row.choices.all())
        seated_at = of_slot.get(row.registration.slot_id) if row.registration else None
        home = str(row.home_id or "") or next(iter(prefs), "") or str(seated_at or next(iter(of_slot.values()), ""))
        people.append(
            Person(
                id=str(row.pk),
                seq=seq,
                kind=row.kind,
                home=home,
                prefs=prefs,
                reach=row.reach,
                leader=row.leader,
                experienced=row.experienced,
                max_walk=row.max_walk,
                tags=frozenset(language_tag(language.code) for language in row.languages.all())
                | held[row.volunteer_id],
                group=str(row.group_id) if row.group_id else None,
            )
        )
    return people


def _clearances(edition: Edition) -> defaultdict[int, frozenset[str]]:
    valid = qualifying.valid_on(edition.night_on)
    rows = QualificationHeld.objects.filter(valid, volunteer__nights__edition=edition)
    found: defaultdict[int, frozenset[str]] = defaultdict(frozenset)
    for volunteer, slug in rows.values_list("volunteer", "qualification__slug"):
        found[volunteer] |= {clearance_tag(slug)}
    named = NamedPerson.objects.coming().filter(edition=edition, clearances__isnull=False)
    for volunteer, slug in named.values_list("participant__volunteer", "clearances__slug"):
        found[volunteer] |= {clearance_tag(slug)}
    return found
