"""Friends who want to be in one team: somebody opens a group, the others join it by its link, four in all.

The group's row is the lock; the database holds the size by itself (each member has one of four places).
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.night.editions.opening import SignUpRefused, check_may_change
from events.night.models import Edition, FriendGroup, Participant
from events.night.models.participants import GROUP_SIZE

FULL = _("This group is full: friends are four at most.")
GONE = _("This group is not there any more.")
ANOTHER = _("You are in another group of friends. Leave it first.")


def open_group(participant: Participant) -> FriendGroup:
    """A group with this participant alone. Harmless twice.

    Refuses once teams are composed, and whoever has withdrawn.
    """
    with transaction.atomic():
        row = _hold(participant)
        if row.group:
            return row.group
        group = FriendGroup.objects.create(edition=row.edition)
        _sit(row, group, 1)
    return group


def join(participant: Participant, *, group: FriendGroup) -> None:
    """Takes a place in the group. Harmless for whoever is in it. Sends nothing.

    Refuses a fifth person, somebody of another group or another Night, and everybody once teams are composed. Holds the
    group's row, then the participant's.
    """
    with transaction.atomic():
        held = FriendGroup.objects.select_for_update(no_key=True).filter(pk=group.pk).first()
        row = _hold(participant)
        if held is None or held.edition_id != row.edition_id:
            raise SignUpRefused(GONE)
        if row.group_id == held.pk:
            return
        if row.group_id:
            raise SignUpRefused(ANOTHER)
        taken = set(held.members.values_list("group_place", flat=True))
        free = [place for place in range(1, GROUP_SIZE + 1) if place not in taken]
        if not taken:
            raise SignUpRefused(GONE)
        if not free:
            raise SignUpRefused(FULL)
        _sit(row, held, free[0])


def leave(participant: Participant) -> None:
    """Out of the group, which goes with its last member. Harmless twice. Refuses once teams are composed."""
    check_may_change(Edition.objects.get(pk=participant.edition_id))
    drop_out(participant)


def drop_out(participant: Participant) -> None:
    """The same, at any time: of whoever withdraws or disappears."""
    key = Participant.objects.filter(pk=participant.pk).values_list("group", flat=True).first()
    if key is None:
        return
    with transaction.atomic():
        FriendGroup.objects.select_for_update().filter(pk=key).first()
        Participant.objects.filter(pk=participant.pk, group=key).update(group=None, group_place=None)
        if not Participant.objects.filter(group=key).exists():
            FriendGroup.objects.filter(pk=key).delete()


def inviter_of(group: FriendGroup) -> Participant | None:
    """Who has been in it longest; None when nobody is left."""
    return group.members.select_related("volunteer__user").order_by("group_place").first()


def _hold(participant: Participant) -> Participant:
    rows = Participant.objects.select_for_update(no_key=True, of=("self",)).select_related("edition", "group")
    row = rows.get(pk=participant.pk)
    check_may_change(row.edition)
    if not row.is_active:
        raise SignUpRefused(_("Sign up for the Night first."))
    return row


def _sit(participant: Participant, group: FriendGroup, place: int) -> None:
    participant.group, participant.group_place = group, place
    participant.save(update_fields=["group", "group_place", "updated_at"])
