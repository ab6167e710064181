"""What organisers do with the rosters that were composed: name them, choose one, let go of others."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.night.board import moving
from events.night.composing.assigning import spots_of
from events.night.composing.running import check_may_compose, is_around_published
from events.night.editions.preparing import EditionRefused, hold
from events.night.models import BoardChange, Roster
from volunteers.models import User


def rename(roster: Roster, *, name: str, by: User) -> Roster:
    """Calls it otherwise; without a name it goes by its number again. Harmless twice."""
    Roster.objects.filter(pk=roster.pk).update(name=name)
    roster.name = name
    return roster


def choose(roster: Roster, *, by: User, seen: int | None = None) -> Roster:
    """Makes it the edition's roster, in the place of the one that was, and lays it out as assignments, in one entry of
    the board's journal, which can be taken back. Nobody is told. Harmless twice: what was changed by hand since stays.

    ``seen``: the number of the board's journal that the page showed. Refuses a run without a roster, one of a single
    headquarters (``taking_in.take_in`` lays it out), a board that has changed since, and an edition that is not
    composing its teams, unless the roster was made around published ones. Locks the edition's row, then the board's.
    """
    with transaction.atomic():
        edition = hold(roster.edition)
        held = Roster.objects.filter(pk=roster.pk).select_related("edition").first()
        if held is None:
            raise EditionRefused(_("This roster has just been deleted: choose another one."))
        if held.is_chosen:
            return held
        if not is_around_published(held, edition):
            check_may_compose(edition)
        if seen is not None and seen != moving.number_of(edition):
            raise EditionRefused(_("The board has changed since you looked: look again before choosing."))
        if not held.is_done or held.headquarters_id:
            raise EditionRefused(_("This run made no roster."))
        before = edition.rosters.without_texts().filter(is_chosen=True).first()
        edition.rosters.filter(is_chosen=True).update(is_chosen=False)
        held.is_chosen, held.chosen_at, held.chosen_by = True, timezone.now(), by
        held.save(update_fields=["is_chosen", "chosen_at", "chosen_by"])
        with moving.holding(edition, kind=BoardChange.Kind.CHOSEN, by=by) as board:
            board.write(spots_of(held), roster=held, roster_before=before)
    return held


def changed_since(roster: Roster) -> int:
    """How many changes of the board that stand were made after the roster was asked for, of its headquarters if it is
    of one alone. One query."""
    changes = BoardChange.objects.filter(board=roster.edition_id, at__gt=roster.asked_at).done()
    changes = changes.exclude(kind=BoardChange.Kind.CHOSEN)
    if only := roster.headquarters_id:
        return sum(only in change.headquarters() for change in changes.exclude(roster=roster))
    return changes.count()


def delete(roster: Roster, *, by: User) -> None:
    """Lets go of it for good. Harmless twice. Refuses the one chosen, and a run under way. Locks the edition's row."""
    with transaction.atomic():
        hold(roster.edition)
        held = Roster.objects.without_texts().filter(pk=roster.pk).first()
        if held is None:
            return
        if held.is_chosen:
            raise EditionRefused(_("This is the roster chosen: choose another one first."))
        if held.is_under_way:
            raise EditionRefused(_("This run is under way: stop it first."))
        Roster.objects.filter(pk=held.pk).delete()
