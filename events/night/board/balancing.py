"""Surplus here, shortage there: which headquarters lack people, and who waits elsewhere and could be asked to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext, override

from events.night.board.standing import Part
from events.night.composing.instances import instance_of
from events.night.models import Assignment, Edition, Headquarters, Participant
from events.night.models.participants import CHOICES
from events.night.roster.problem import travel
from events.night.sign_up.placing import metres

NEAREST = 4  # headquarters proposed to one that is short


@dataclass(frozen=True)
class Source:
    """Where people wait: of ``waiting``, so many would come (``willing``), and so many can be asked (``to_ask``)."""

    headquarters: Headquarters
    metres: int
    waiting: int
    willing: int
    to_ask: int

    @property
    def kilometres(self) -> str:
        return str(number_format(self.metres / 1000, 1))


@dataclass(frozen=True)
class Shortage:
    """A headquarters whose teams want ``people`` more up to the size aimed at, with the nearest that could help."""

    headquarters: Headquarters
    people: int
    staying: int
    leaders: int
    sources: list[Source]


def shortages(edition: Edition, parts: Sequence[Part]) -> list[Shortage]:
    """Those of these parts of the board that lack more people than wait there, those with most teams at home first.

    The number of queries does not grow with people and teams. Distances are as the crow flies.
    """
    instance = instance_of(edition)
    places = {place.id: place for place in instance.hqs}
    people = {int(person.id): person for person in instance.people}
    goes = {key: travel(instance.rules, person, places) for key, person in people.items()}
    found = []
    for part in parts:
        lacking = part.free - part.waiting
        if lacking <= 0 and part.leaders_short == 0:
            continue
        here, sources = str(part.headquarters.pk), []
        for other in parts:
            waiting = [one.key for one in [*other.reserve, *other.nowhere] if not one.is_pinned and one.key in people]
            spare = len(waiting) - other.free
            if other is part or spare <= 0:
                continue
            willing = sum(here in goes[key] for key in waiting)
            to_ask = sum(here not in goes[key] and len(people[key].prefs) < CHOICES for key in waiting)
            distance = metres(part.headquarters, other.headquarters)
            sources.append(Source(other.headquarters, distance, len(waiting), willing, to_ask))
        nearest = sorted(sources, key=lambda source: source.metres)[:NEAREST]
        staying = len(part.teams) - part.going
        found.append(Shortage(part.headquarters, max(0, lacking), staying, part.leaders_short, nearest))
    return sorted(found, key=lambda short: (-short.staying, -short.people))


def waiting_at(headquarters: Headquarters) -> set[int]:
    """Who waits there for a team, in reserve or nowhere yet, and is not pinned; keys. Two queries."""
    reserve = Assignment.objects.in_reserve().filter(headquarters=headquarters, is_pinned=False)
    nowhere = Participant.objects.active().filter(registration__slot=headquarters.slot_id, assignment=None)
    return {*reserve.values_list("participant", flat=True), *nowhere.values_list("pk", flat=True)}


def drafts(to: Headquarters, *, source: Headquarters) -> dict[str, str]:
    """A subject and a text in each language, for the organiser to change."""
    texts: dict[str, str] = {}
    for language, _label in settings.LANGUAGES:
        with override(language):
            facts = {
                "place": str(to.district),
                "source": str(source.district),
                "night": to.edition.name,
                "distance": number_format(metres(to, source) / 1000, 1),
            }
            subject = gettext("Could you go to %(place)s?")
            body = gettext(
                "For %(night)s, more people signed up at %(source)s than its teams can take, and you have no team "
                "yet. At %(place)s, %(distance)s km away, people are missing. Your other choices stay: this one is "
                "added after them."
            )
            if to.edition.state in Edition.TOLD:
                body = gettext(
                    "For %(night)s you are in reserve at %(source)s. At %(place)s, %(distance)s km away, people are "
                    "missing. If you say yes you go there: into a team where a place is free, else into its reserve."
                )
            texts |= {f"subject_{language}": subject % facts, f"body_{language}": body % facts}
    return texts
