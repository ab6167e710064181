"""A roster of one headquarters alone, laid out on the board: its people change, and nobody else."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.night.board.journal import Row, Spot, holding
from events.night.composing.assigning import spots_of
from events.night.composing.running import check_may_compose, is_around_published
from events.night.editions.preparing import EditionRefused, hold
from events.night.models import Assignment, BoardChange, Roster
from volunteers.models import User


def moves(roster: Roster) -> list[Row]:
    """Who would be moved from where to where, were it taken in now."""
    present = {row.participant_id: row for row in Assignment.objects.filter(headquarters=roster.headquarters_id)}
    spots = {key: (Spot.of(present.get(key)), after) for key, after in spots_of(roster).items()}
    return [(key, before, after) for key, (before, after) in sorted(spots.items()) if before != after]


def take_in(roster: Roster, *, by: User, seen: int | None = None) -> BoardChange | None:
    """Brings the people of the roster's headquarters where it has them, in one entry of the board's journal, which can
    be taken back; returns it, None when they are there already. Nobody is told. Harmless twice.

    Whoever went to another headquarters since it was asked for stays there; whoever came waits for a team. ``seen``:
    the number of the board's journal that the page showed. Refuses a run without a roster, a headquarters of which
    somebody or a team was changed since, and an edition that is not composing its teams, unless the roster was made
    around published ones. Locks the edition's row, then the board's.
    """
    with transaction.atomic():
        edition = hold(roster.edition)
        held = Roster.objects.filter(pk=roster.pk).select_related("edition").first()
        if held is None:
            raise EditionRefused(_("This roster has just been deleted: choose another one."))
        if not is_around_published(held, edition):
            check_may_compose(edition)
        if not held.is_done:
            raise EditionRefused(_("This run made no roster."))
        with holding(edition, kind=BoardChange.Kind.COMPOSED, by=by) as board:
            rows = board.changed(spots_of(held))
            sectors = edition.sectors.filter(headquarters=held.headquarters_id).order_by()
            board.check_seen(seen, people=[row[0] for row in rows], sectors=sectors.values_list("pk", flat=True))
            return board.record(rows, roster=held) if rows else None
