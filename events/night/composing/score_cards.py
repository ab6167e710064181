"""What a roster is worth, in words, and what it gives each headquarters."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.night.composing.instances import not_composed
from events.night.models import Headquarters, Participant, Roster

NAMED = 40  # people that a page names of one headquarters


@dataclass(frozen=True)
class Named:
    """Somebody as the board shows them: a first name, and the district that they would leave from."""

    name: str
    district: str


@dataclass
class Part:
    """What one headquarters has of a roster. ``staying``: codes of the teams that cannot go out."""

    headquarters: Headquarters
    teams: int = 0
    people: int = 0
    leaders: int = 0
    staying: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)

    @property
    def going(self) -> int:
        return self.teams - len(self.staying)

    @property
    def leaders_short(self) -> int:
        """Teams for which nobody who may lead was sent there, nor waits there for a team."""
        return max(0, self.teams - self.leaders)

    @property
    def more_left(self) -> int:
        return len(self.left) - len(self.named)


class Reading:
    """A roster as its two texts say it."""

    def __init__(self, roster: Roster) -> None:
        self.instance: dict[str, Any] = json.loads(roster.instance)
        self.result: dict[str, Any] = json.loads(roster.result)

    @cached_property
    def team_of(self) -> dict[str, str]:
        """The team of everybody who goes out."""
        out = self.result["leaders"]
        return {person: team for person, team in self.result["assignments"].items() if team in out}

    @cached_property
    def at(self) -> dict[str, str]:
        """The headquarters of each team."""
        return {team["id"]: team["hq"] for team in self.instance["teams"]}

    @cached_property
    def place_of(self) -> dict[str, str]:
        """The headquarters of everybody: where they are sent, or where they would rather have been."""
        return {
            one["id"]: self.at[self.team_of[one["id"]]]
            if one["id"] in self.team_of
            else (one["prefs"] or [one["home"]])[0]
            for one in self.instance["people"]
        }


def parts_of(reading: Reading, headquarters: Iterable[Headquarters]) -> list[Part]:
    """What each of these headquarters has; those that the roster does not know have nothing. One query for names."""
    parts = {str(one.pk): Part(one) for one in headquarters}
    for team in reading.instance["teams"]:
        if part := parts.get(team["hq"]):
            part.teams += 1
            if team["id"] not in reading.result["leaders"]:
                part.staying.append(team["id"])
    for one in reading.instance["people"]:
        part = parts.get(reading.place_of[one["id"]])
        if part is None:
            continue
        part.leaders += one["leader"]
        if one["id"] in reading.team_of:
            part.people += 1
        else:
            part.left.append(one["id"])
    known = named(key for part in parts.values() for key in part.left[:NAMED])
    for part in parts.values():
        part.named = [known[key] for key in part.left[:NAMED] if key in known]
    return list(parts.values())


def named(keys: Iterable[str]) -> dict[str, Named]:
    """Those of these participants who are still there. One query."""
    rows = Participant.objects.filter(pk__in=list(keys)).select_related("volunteer__user", "home__district")
    rows = rows.select_related("volunteer__user", "home__district", "registration__slot__venue__district")
    found = {}
    for row in rows:
        slot = row.registration.slot if row.registration else None
        there = slot.venue.district if slot and slot.venue else None
        district = row.home.district if row.home else there
        found[str(row.pk)] = Named(row.volunteer.user.first_name or _("No name given"), str(district or ""))
    return found


@dataclass(frozen=True)
class Shift:
    """How one headquarters differs between two rosters. ``come``, ``go``: from and to elsewhere, or without a team."""

    headquarters: Headquarters
    stay: int
    change: int
    come: int
    go: int


@dataclass(frozen=True)
class Move:
    """One person whose team is another; "" where they have none."""

    who: Named | None
    before: str
    after: str


def shifts(one: Reading, other: Reading, headquarters: Iterable[Headquarters]) -> list[Shift]:
    """Who stays, changes teams, comes and goes, headquarters by headquarters."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for person in {*one.team_of, *other.team_of}:
        before, after = one.team_of.get(person, ""), other.team_of.get(person, "")
        was, now = one.at.get(before, ""), other.at.get(after, "")
        if was == now:
            counted[was]["stay" if before == after else "change"] += 1
        else:
            counted[was]["go"] += 1
            counted[now]["come"] += 1
    return [
        Shift(row, *(counted[str(row.pk)][what] for what in ("stay", "change", "come", "go"))) for row in headquarters
    ]


def moved(one: Reading, other: Reading) -> list[tuple[str, str, str]]:
    """Who has another team: the team that they had, by which they are sorted, the one that they have, and their id."""
    both = {*one.team_of, *other.team_of}
    pairs = [(one.team_of.get(key, ""), other.team_of.get(key, ""), key) for key in both]
    return sorted((pair for pair in pairs if pair[0] != pair[1]), key=lambda pair: (pair[0] == "", pair))


def moves(page: Sequence[tuple[str, str, str]]) -> list[Move]:
    """A page of those, with their names. One query."""
    known = named(key for _before, _after, key in page)
    return [Move(known.get(key), before, after) for before, after, key in page]


def headline(roster: Roster) -> str:
    """The first thing to know: "356 of 360 teams can go out"."""
    return ngettext(
        "%(viable)s team of %(teams)s can go out", "%(viable)s of %(teams)s teams can go out", roster.viable or 0
    ) % {"viable": _number(roster.viable), "teams": _number(roster.teams)}


def lines_of(roster: Roster) -> list[str]:
    """The rest of the score card: who is placed, which groups are split, what is proven."""
    placed = ngettext(
        "%(placed)s person of %(people)s has a team", "%(placed)s of %(people)s people have a team", roster.placed or 0
    ) % {"placed": _number(roster.placed), "people": _number(roster.people)}
    if roster.placed and not roster.headquarters_id:  # else they could go nowhere else
        share = (roster.first_choices or 0) * 100 // roster.placed
        placed += _(", %(share)d %% of them at the headquarters that they chose first") % {"share": share}
    split = (
        ngettext("%(count)s group of friends is split", "%(count)s groups of friends are split", roster.split)
        % {"count": _number(roster.split)}
        if roster.split
        else _("No group of friends is split")
    )
    around = []
    if roster.kept:
        around = [
            ngettext(
                "Composed around %(count)s person kept in their team: what is proven is so with them.",
                "Composed around %(count)s people kept in their teams: what is proven is so with them.",
                roster.kept,
            )
            % {"count": _number(roster.kept)}
        ]
    return [f"{placed}.", f"{split}.", *around, *_proven(roster)]


def apart(roster: Roster) -> list[str]:
    """Which sectors the headline does not count, if any. One query."""
    count = not_composed(roster.edition, roster.headquarters_id)
    if not count:
        return []
    text = ngettext(
        "%(count)s sector is not counted here, for professionals only or an organisation’s own: the board shows "
        "whether its team is complete.",
        "%(count)s sectors are not counted here, for professionals only or an organisation’s own: the board shows "
        "whether their teams are complete.",
        count,
    )
    return [text % {"count": _number(count)}]


def _proven(roster: Roster) -> list[str]:
    """What no roster can better. A bound speaks of rosters as good at the levels before: so it ends at the first that
    this one does not reach."""
    best = {
        "viable": _("sends out more teams"),
        "placed": _("gives more people a team"),
        "split": _("splits fewer groups"),
        "cost": _("sends people nearer to what they wish"),
        "balance": _("spreads experience and sizes better"),
    }
    reached = []
    beyond = ""
    for level, bound in roster.bounds().items():
        if bound is None:
            break
        if bound != getattr(roster, level):
            beyond = _beyond(level, bound, getattr(roster, level))
            break
        reached.append(best[level])
    said = []
    if reached:
        what = (
            reached[0]
            if len(reached) == 1
            else _("%(these)s or %(last)s")
            % {
                "these": ", ".join(reached[:-1]),
                "last": reached[-1],
            }
        )
        said.append(_("Proven: no roster %(what)s.") % {"what": what})
    return [*said, *([beyond] if beyond else [])]


def _beyond(level: str, bound: int, value: int) -> str:
    if level == "viable":
        return _("Proven: no roster sends out more than %(count)s teams.") % {"count": _number(bound)}
    if level == "placed":
        return _("Proven: with as many teams, no roster gives more than %(count)s people a team.") % {
            "count": _number(bound)
        }
    if level == "split":
        return _("Proven: as good before that, no roster splits fewer than %(count)s groups.") % {
            "count": _number(bound)
        }
    gap = number_format(max(0.1, 100 * (value - bound) / max(value, 1)), 1)
    return _("In what is left, distances and balance, the best there is is at most %(gap)s %% better.") % {"gap": gap}


def _number(value: int | None) -> str:
    return str(number_format(value or 0, use_l10n=True, force_grouping=True))
