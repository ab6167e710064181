"""Somebody in reserve comes to another headquarters, where people are missing, because they were asked to."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.night.board import moving
from events.night.cards import replacing, telling
from events.night.editions.preparing import EditionRefused
from events.night.models import Assignment, Headquarters, Participant
from volunteers.models import User


def come_over(participant: Participant, *, to: Headquarters, by: User) -> None:
    """Brings them into the reserve there, from which a place that came free is filled at once; by them, perhaps. They
    are told once where they are then. Harmless twice.

    Call it while holding the edition's row and the slots'; locks the board's. Refuses whoever has a team by now, and a
    headquarters that is called off.
    """
    if Assignment.objects.in_teams().filter(participant=participant).exclude(headquarters=to).exists():
        raise EditionRefused(_("Thank you, but you have a team by now: your card says which."))
    moving.move(participant, to=to, seen=None, by=by, is_pinned=False)
    replacing.fill_at(to)
    telling.tell_now(participant.edition, [participant.pk], by=by)
