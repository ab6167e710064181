"""What a change of the board would do before it is done: to the score, and which rules it would break, in words.

The score is the referee's (events.night.roster.referee), of the teams that a change can touch alone: those that
somebody leaves or joins, and those of the friends of whoever is in them. All else is the same before and after.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.night.board.journal import Spot, Spots, short_name
from events.night.board.moving import into_team
from events.night.composing.instances import instance_of
from events.night.composing.peopling import tag_of
from events.night.models import Assignment, Edition, Headquarters, Participant, Sector
from events.night.models.rosters import LEVELS
from events.night.roster import formats, referee
from events.night.roster.problem import travel

HIGHER_IS_BETTER = ("viable", "placed")


@dataclass(frozen=True)
class Effect:
    """``levels``: how the score changes, level by level, as the referee counts; ``breaks``: rules, as sentences."""

    levels: dict[str, int]
    breaks: tuple[str, ...]

    @property
    def key(self) -> tuple[int, ...]:
        """The lower, the better for the roster."""
        return tuple(-change if level in HIGHER_IS_BETTER else change for level, change in self.levels.items())

    @property
    def is_better(self) -> bool:
        return self.key < (0,) * len(self.key)

    @property
    def is_worse(self) -> bool:
        return self.key > (0,) * len(self.key)

    def lines(self) -> list[str]:
        """What changes in the score, the level that decides first."""
        return [_said(level, change) for level, change in self.levels.items() if change]


class Scales:
    """An edition's roster, on which changes are weighed. The same number of queries for any number of people."""

    def __init__(self, edition: Edition) -> None:
        instance = instance_of(edition, whole=True)
        plain = json.loads(formats.write_instance(instance))
        self.rules, self.hqs = plain["rules"], plain["hqs"]
        self.people = {int(row["id"]): row for row in plain["people"]}
        self.teams = {row["id"]: row for row in plain["teams"]}
        places = {place.id: place for place in instance.hqs}
        self._rules, self._places = instance.rules, places
        self._costs: dict[int, dict[int, int]] = {}
        self._persons = {int(person.id): person for person in instance.people}
        self.sectors = {sector.pk: sector for sector in edition.sectors.order_by().defer("boundary")}
        rows = Assignment.objects.filter(participant__edition=edition, participant__state=Participant.State.ACTIVE)
        self.spots: dict[int, Spot | None] = {row.participant_id: Spot.of(row) for row in rows}
        self.friends: dict[str, set[int]] = defaultdict(set)
        for key, row in self.people.items():
            if row["group"] is not None:
                self.friends[row["group"]].add(key)
        self.edition = edition

    @cached_property
    def members(self) -> dict[int, set[int]]:
        """Who is in the team of each sector."""
        found: dict[int, set[int]] = defaultdict(set)
        for key, spot in self.spots.items():
            if spot and spot.sector:
                found[spot.sector].add(key)
        return found

    @cached_property
    def headquarters(self) -> dict[int, Headquarters]:
        return {row.pk: row for row in self.edition.headquarters.select_related("district").order_by()}

    @cached_property
    def names(self) -> dict[int, str]:
        rows = Participant.objects.active().filter(edition=self.edition)
        user = "volunteer__user"
        names = rows.order_by().values_list("pk", f"{user}__first_name", f"{user}__last_name")
        return {key: short_name(first, last) for key, first, last in names}

    @cached_property
    def words(self) -> dict[str, str]:
        """What a tag of a team is called: a language, a qualification."""
        found = {}
        for sector in Sector.objects.filter(edition=self.edition).prefetch_related(
            "tags__language", "tags__qualification"
        ):
            for tag in sector.tags.all():
                found[tag_of(tag)] = str(tag)
        return found

    def costs(self, person: int) -> dict[int, int]:
        """The headquarters where this person goes, and how far each is from what they wish."""
        if person not in self._costs:
            found = travel(self._rules, self._persons[person], self._places)
            self._costs[person] = {int(hq): cost for hq, cost in found.items()}
        return self._costs[person]

    def weigh(self, changes: Spots) -> Effect:
        """What these changes would do, made all at once."""
        changes = {key: spot for key, spot in changes.items() if key in self.people and self.spots.get(key) != spot}
        after = {**self.spots, **changes}
        touched = {spot.sector for key in changes for spot in (self.spots.get(key), after[key]) if spot and spot.sector}
        then = {
            sector: {key for key in self.members[sector] if key not in changes}
            | {key for key, spot in changes.items() if spot and spot.sector == sector}
            for sector in touched
        }
        around = self._around(set(changes), touched, then)
        before, later = (self._score(spots, around) for spots in (self.spots, after))
        levels = {level: getattr(later, level) - getattr(before, level) for level in LEVELS}
        return Effect(levels, tuple(self._breaks(changes, after, then)))

    def move(self, person: int, to: Sector, *, leads: bool = False) -> dict[int, Spot | None]:
        """What ``moving.move`` would change."""
        leader = next(((key, spot) for key in self.members[to.pk] if (spot := self.spots[key]) and spot.leads), None)
        offers = self._persons[person].leader
        return into_team(person, self.spots.get(person), to, leader, offers=offers, leads=leads)

    def _around(self, people: set[int], sectors: set[int], then: dict[int, set[int]]) -> tuple[set[int], set[int]]:
        """The teams and the people whose part of the score can change: with friends, and those friends' teams."""
        people = people.union(*(self.members[sector] | then[sector] for sector in sectors))
        groups = {self.people[key]["group"] for key in people if key in self.people} - {None}
        mates = set().union(*(self.friends[group] for group in groups)) - people
        sectors = sectors | {spot.sector for key in mates if (spot := self.spots.get(key)) and spot.sector}
        return sectors, people.union(mates, *(self.members[sector] for sector in sectors))

    def _score(self, spots: Mapping[int, Spot | None], around: tuple[set[int], set[int]]) -> referee.Score:
        """What the referee gives these teams and people, whoever is pinned being where an organiser wants them."""
        sectors, people = around
        teams = [self.teams[self.sectors[key].code] for key in sectors if self.sectors[key].code in self.teams]
        known = {team["id"] for team in teams}
        assignments, leaders, pins = {}, {}, []
        for key in people & self.people.keys():
            spot = spots.get(key)
            code = self.sectors[spot.sector].code if spot and spot.sector else ""
            if spot is None or code not in known:
                continue
            assignments[str(key)] = code
            if spot.leads:
                leaders[code] = str(key)
            if spot.is_pinned:
                pins.append({"person": str(key), "team": code, "lead": spot.leads})
        instance = {
            "name": "",
            "rules": self.rules,
            "hqs": self.hqs,
            "teams": teams,
            "people": [self.people[key] for key in people & self.people.keys()],
            "apart": [],
            "pins": pins,
        }
        return referee.check(instance, {"instance": "", "assignments": assignments, "leaders": leaders}).score

    def _breaks(self, changes: Spots, after: Mapping[int, Spot | None], then: dict[int, set[int]]) -> Iterator[str]:
        for key, spot in changes.items():
            before = self.spots.get(key)
            if spot and (before is None or (before.headquarters, before.sector) != (spot.headquarters, spot.sector)):
                yield from self._breaks_for(key, spot)
                yield from self._parted(key, after)
            if spot and spot.leads and not (before and before.leads) and not self.people[key]["leader"]:
                yield _("%(who)s did not offer to lead") % {"who": self.names[key]}
        for sector in sorted(then, key=lambda key: self.sectors[key].code):
            yield from self._breaks_in(self.sectors[sector], then[sector], after)

    def _breaks_for(self, key: int, spot: Spot) -> Iterator[str]:
        """What this person did not wish, or cannot do, there."""
        named = {"who": self.names[key]}
        if spot.headquarters not in self.costs(key):
            named["headquarters"] = str(self.headquarters[spot.headquarters].district)
            yield _("%(who)s is not willing to go to %(headquarters)s") % named
        sector = self.sectors[spot.sector] if spot.sector else None
        if sector is None:
            return
        named["team"] = sector.code
        if sector.walk > self.people[key]["max_walk"]:
            yield _("%(who)s cannot walk as %(team)s asks") % named
        if (sector.professionals_only or sector.partner_id) and self.people[key][
            "kind"
        ] != Participant.Kind.PROFESSIONAL:
            yield _("%(team)s is for professionals only, which %(who)s is not") % named

    def _parted(self, key: int, after: Mapping[int, Spot | None]) -> Iterator[str]:
        """Friends who are together now and would not be then."""
        before, later = self.spots.get(key), after[key]
        group = self.people[key]["group"]
        if before is None or before.sector is None or group is None:
            return
        together = {one for one in self.friends[group] - {key} if one in self.members[before.sector]}
        team = later.sector if later else None
        left = [one for one in sorted(together) if (spot := after.get(one)) is None or spot.sector != team]
        if left:
            friends = ", ".join(self.names[one] for one in left)
            yield _("Friends would be parted: %(who)s from %(friends)s") % {"who": self.names[key], "friends": friends}

    def _breaks_in(self, sector: Sector, then: set[int], after: Mapping[int, Spot | None]) -> Iterator[str]:
        """What the team would no longer have, or have too much of."""
        now = self.members[sector.pk]
        named = {"team": sector.code, "count": len(then), "least": sector.least, "most": sector.most}
        if len(then) > sector.most and len(then) > len(now):
            yield _("%(team)s would have %(count)s people, at most %(most)s") % named
        if len(then) < sector.least <= len(now):
            yield (
                ngettext(
                    "%(team)s would have %(count)s person, at least %(least)s",
                    "%(team)s would have %(count)s people, at least %(least)s",
                    len(then),
                )
                % named
            )
        if not then:
            return
        if self._led(now, self.spots) and not self._led(then, after):
            yield _("%(team)s would have nobody who leads it") % named
        needs = set(self.teams.get(sector.code, {}).get("needs", ()))
        for tag in sorted(needs & self._tags(now) - self._tags(then)):
            yield _("%(team)s would be without what it needs: %(what)s") % {**named, "what": self.words[tag]}

    def _led(self, members: set[int], spots: Mapping[int, Spot | None]) -> bool:
        return any((spot := spots.get(key)) and spot.leads for key in members)

    def _tags(self, members: set[int]) -> set[str]:
        return {tag for key in members if key in self.people for tag in self.people[key]["tags"]}


def _said(level: str, change: int) -> str:
    count = abs(change)
    number = {"count": number_format(count)}
    if level == "viable":
        if change > 0:
            return ngettext("%(count)s more team can go out", "%(count)s more teams can go out", count) % number
        return ngettext("%(count)s team fewer can go out", "%(count)s teams fewer can go out", count) % number
    if level == "placed":
        if change > 0:
            return ngettext("%(count)s more person goes out", "%(count)s more people go out", count) % number
        return ngettext("%(count)s person fewer goes out", "%(count)s people fewer go out", count) % number
    if level == "split":
        if change > 0:
            return ngettext("%(count)s more group split", "%(count)s more groups split", count) % number
        return ngettext("%(count)s group fewer split", "%(count)s groups fewer split", count) % number
    if level == "cost":
        return _("further from what people wish") if change > 0 else _("nearer to what people wish")
    return _("teams less balanced") if change > 0 else _("teams better balanced")
