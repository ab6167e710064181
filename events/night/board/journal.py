"""A board while somebody changes it: who is where now, what was changed since they looked, and the entry to come.

Locks, in this order: the edition's row, then whatever the caller's own work needs (slots, participants), then the
board's row, under which people and assignments are read. Whoever withdraws holds their slot and their own row when they
come for the board's: so they hold no edition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.night.editions.preparing import EditionRefused, hold
from events.night.models import Assignment, Board, BoardChange, Edition, Participant, Roster, Sector
from volunteers.models import User

State = Edition.State

# Before, there is no roster; after, the night is over.
CHANGING = (State.ROSTERING, State.PUBLISHED, State.LIVE)
MANY = 200  # people, from which on all of an edition are read rather than named


class BoardRefused(EditionRefused):
    """Why the board cannot be changed so, in a sentence fit for the organiser."""


class Spot(NamedTuple):
    """Where somebody is in the roster: the team of a sector, or without one the reserve of a headquarters; keys."""

    headquarters: int
    sector: int | None = None
    leads: bool = False
    is_pinned: bool = False

    @classmethod
    def at(cls, row: Assignment) -> Spot:
        return cls(row.headquarters_id, row.sector_id, row.leads, row.is_pinned)

    @classmethod
    def of(cls, row: Assignment | None) -> Spot | None:
        return cls.at(row) if row else None


Spots = Mapping[int, Spot | None]  # by participant; None: nowhere
Row = tuple[int, Spot | None, Spot | None]  # participant, before, after


def check_may_change(edition: Edition) -> None:
    """Raises BoardRefused in the states in which nobody is moved."""
    if edition.state not in CHANGING:
        raise BoardRefused(
            _("People are moved while teams are composed, once they are published, and on the night. It is “%(now)s”.")
            % {"now": edition.get_state_display()}
        )


def shown_name(participant: Participant) -> str:
    """As organisers see somebody on the board: first name and initial. Reads the account."""
    user = participant.volunteer.user
    return short_name(user.first_name, user.last_name)


def short_name(first_name: str, last_name: str) -> str:
    """The same of the names alone."""
    initial = f"{last_name[:1]}." if last_name else ""
    return " ".join(filter(None, [first_name, initial])) or str(_("No name given"))


class Held:
    """A board whose row is held: people, assignments and the journal as they are now."""

    def __init__(self, edition: Edition, row: Board, *, kind: str, by: User | None) -> None:
        self.edition, self.row, self.kind, self.by = edition, row, kind, by

    def person(self, key: int) -> Participant:
        """Whoever is still signed up; refuses in words otherwise."""
        rows = Participant.objects.filter(pk=key, edition=self.row.pk).select_related("volunteer__user")
        person = rows.first()
        if person is None:
            raise BoardRefused(_("This person is no longer signed up for this night."))
        if not person.is_active:
            raise BoardRefused(_("%(who)s has withdrawn.") % {"who": shown_name(person)})
        return person

    def spot(self, key: int) -> Spot | None:
        return Spot.of(Assignment.objects.filter(participant=key).first())

    def leader(self, sector: int) -> Assignment | None:
        return Assignment.objects.filter(sector=sector, leads=True).first()

    def check_seen(self, seen: int | None, *, people: Collection[int] = (), sectors: Collection[int] = ()) -> None:
        """Raises BoardRefused when an entry after ``seen`` moved one of these people or changed one of these teams."""
        if seen is None or seen == self.row.number:
            return
        for change in self.row.changes.filter(number__gt=seen).select_related("by").order_by("-number"):
            who = (change.by and change.by.first_name) or _("somebody else")
            if moved := change.people().intersection(people):
                named = {"by": who, "who": shown_name(self.person(min(moved)))}
                raise BoardRefused(_("%(who)s was moved in the meantime, by %(by)s: look again.") % named)
            if filled := change.sectors().intersection(sectors):
                code = Sector.objects.filter(pk=min(filled)).values_list("code", flat=True).first() or ""
                named = {"by": who, "team": code}
                raise BoardRefused(_("Team %(team)s was changed in the meantime, by %(by)s: look again.") % named)
        if seen > self.row.number:
            raise BoardRefused(_("This page is not up to date: look again."))

    def changed(self, spots: Spots) -> list[Row]:
        """What of ``spots`` differs from what is."""
        present = {row.participant_id: row for row in self._assignments(spots)}
        pairs = [(key, Spot.of(present.get(key)), after) for key, after in sorted(spots.items())]
        return [row for row in pairs if row[1] != row[2]]

    def write(
        self, spots: Spots, *, roster: Roster | None = None, roster_before: Roster | None = None
    ) -> BoardChange | None:
        """Brings these people where ``spots`` says; None when that changes nothing, and no roster is chosen."""
        rows = self.changed(spots)
        return self.record(rows, roster=roster, roster_before=roster_before) if rows or roster else None

    def record(
        self,
        rows: list[Row],
        *,
        roster: Roster | None = None,
        roster_before: Roster | None = None,
        of: BoardChange | None = None,
    ) -> BoardChange:
        """Writes the assignments, and the entry about them. Refuses places, people and leaders that cannot be."""
        self._assign(rows)
        return self._enter(rows, roster=roster, roster_before=roster_before, of=of)

    def write_each(self, steps: Sequence[Spots]) -> list[BoardChange]:
        """What ``write`` does with each of these in turn, an entry for each that changes something, with as many
        queries as for one and one more for each entry."""
        where = {row.participant_id: Spot.at(row) for row in self._assignments({key for step in steps for key in step})}
        now: dict[int, Spot | None] = dict(where)
        entries: list[list[Row]] = []
        for step in steps:
            rows = [(key, now.get(key), after) for key, after in sorted(step.items()) if now.get(key) != after]
            now |= step
            entries += [rows] if rows else []
        self._assign([(key, where.get(key), after) for key, after in sorted(now.items()) if where.get(key) != after])
        return [self._enter(rows) for rows in entries]

    def _assign(self, rows: list[Row]) -> None:
        """Writes the assignments. Refuses places, people and leaders that cannot be."""
        after = {key: spot for key, _before, spot in rows if spot}
        self._check_people(after)
        self._check_places(after.values())
        self._check_leaders(after)
        Assignment.objects.filter(participant__in=[key for key, _before, spot in rows if not spot]).delete()
        # A team has one leader at every moment: those who stop come before those who begin.
        Assignment.objects.filter(participant__in=list(after), leads=True).update(leads=False)
        Assignment.objects.bulk_create(
            [
                Assignment(
                    participant_id=key,
                    headquarters_id=spot.headquarters,
                    sector_id=spot.sector,
                    leads=spot.leads,
                    is_pinned=spot.is_pinned,
                )
                for key, spot in after.items()
            ],
            batch_size=500,
            update_conflicts=True,
            unique_fields=["participant"],
            update_fields=["headquarters", "sector", "leads", "is_pinned"],
        )

    def _enter(self, rows: list[Row], **facts: Any) -> BoardChange:
        """Writes the journal's next entry."""
        self.row.number += 1
        self.row.save(update_fields=["number"])
        return self.row.changes.create(
            number=self.row.number,
            kind=self.kind,
            by=self.by,
            rows=rows,
            **facts,
        )

    def reversed(self, change: BoardChange, *, is_undoing: bool) -> dict[int, Spot | None]:
        """Where an entry's people go when it is taken back, or done again; refuses when somebody was moved since."""
        present = {row.participant_id: row for row in self._assignments(change.people())}
        here = self._active(change.people())
        spots: dict[int, Spot | None] = {}
        for key, *both in change.rows:
            before, after = (Spot(*spot) if spot else None for spot in both)
            now, then = (after, before) if is_undoing else (before, after)
            if key not in here:
                continue  # withdrew meanwhile
            if Spot.of(present.get(key)) != now:
                named = {"who": shown_name(self.person(key))}
                raise BoardRefused(_("%(who)s was moved again since: take that back first.") % named)
            spots[key] = then
        return spots

    def _assignments(self, people: Collection[int]) -> list[Assignment]:
        """Those of these people; of many, all of the edition, which is one short query."""
        all_of_them = Assignment.objects.filter(participant__edition=self.row.pk)
        return list(all_of_them if len(people) > MANY else all_of_them.filter(participant__in=list(people)))

    def _active(self, people: Collection[int]) -> set[int]:
        """Which of these people are still signed up for this night."""
        rows = Participant.objects.active().filter(edition=self.row.pk)
        rows = rows if len(people) > MANY else rows.filter(pk__in=list(people))
        return set(people).intersection(rows.values_list("pk", flat=True))

    def _check_people(self, people: Collection[int]) -> None:
        for key in sorted(set(people) - self._active(people)):
            self.person(key)  # says why not

    def _check_places(self, spots: Collection[Spot]) -> None:
        headquarters = set(self.edition.headquarters.order_by().values_list("pk", flat=True))
        of_sector = dict(self.edition.sectors.order_by().values_list("pk", "headquarters"))
        for spot in spots:
            at = of_sector.get(spot.sector) if spot.sector else spot.headquarters
            if spot.headquarters not in headquarters or spot.headquarters != at:
                raise BoardRefused(_("This team is no longer there: look again."))

    def _check_leaders(self, after: Mapping[int, Spot]) -> None:
        led = Counter(spot.sector for spot in after.values() if spot.leads and spot.sector)
        if not led:
            return
        others = Assignment.objects.filter(leads=True, participant__edition=self.row.pk)
        led.update(row.sector_id for row in others if row.sector_id and row.participant_id not in after)
        if double := [sector for sector, count in led.items() if count > 1]:
            code = Sector.objects.filter(pk=double[0]).values_list("code", flat=True).first()
            raise BoardRefused(_("Team %(team)s has another leader now.") % {"team": code})


@contextmanager
def holding(edition: Edition, *, kind: str, by: User | None) -> Iterator[Held]:
    """A transaction that holds the edition's row, then its board's: ``with holding(edition, ...) as board``.

    Refuses an edition whose assignments do not change now.
    """
    with transaction.atomic():
        held = hold(edition)
        check_may_change(held)
        yield Held(held, locked(edition.pk), kind=kind, by=by)


def locked(edition: int) -> Board:
    """The board's row, made when there is none yet: whoever withdraws then waits for whoever makes it."""
    rows = Board.objects.select_for_update()
    if row := rows.filter(pk=edition).first():
        return row
    Board.objects.get_or_create(edition_id=edition)
    return rows.get(pk=edition)
