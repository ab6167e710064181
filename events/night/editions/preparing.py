"""What an organiser does with an edition as a whole: its dates, and how far it has come."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events import scheduling
from events.models import Slot
from events.night.editions import opening
from events.night.models import Edition
from events.scheduling import ChangeRefused, Place
from volunteers.models import User

State = Edition.State

# From each state, where it may go: on, or one step back when that was a mistake.
TRANSITIONS: dict[str, tuple[str, ...]] = {
    State.PREPARING: (State.OPEN,),
    State.OPEN: (State.ROSTERING, State.PREPARING),
    State.ROSTERING: (State.PUBLISHED, State.OPEN),
    State.PUBLISHED: (State.LIVE,),
    State.LIVE: (State.CLOSED, State.PUBLISHED),
    State.CLOSED: (State.RESULTS, State.LIVE),
    State.RESULTS: (State.CLOSED,),
}
# What each state means for people, said before an edition is brought there.
MEANINGS: dict[str, str | Promise] = {
    State.PREPARING: _("Only organisers and coordinators see it. Nobody can sign up."),
    State.OPEN: _("People can sign up between the two dates of sign-up."),
    State.ROSTERING: _("Nobody can sign up any more. Teams are composed."),
    State.PUBLISHED: _("Teams are settled: hours, headquarters and sectors no longer change here."),
    State.LIVE: _("The night is under way."),
    State.CLOSED: _("The night is over: its figures can be worked out."),
    State.RESULTS: _("What was counted is public."),
}
BEFORE_LIVE = dt.timedelta(hours=12)  # an edition is under way on its day, not weeks before


class EditionRefused(ChangeRefused):
    """Why something cannot be done with an edition, in a sentence fit for the organiser. The agenda's refusals of its
    slots are among those that a caller may meet."""


class Hours(NamedTuple):
    """When the teams of an edition are out."""

    starts_at: dt.datetime
    ends_at: dt.datetime

    @classmethod
    def of(cls, edition: Edition) -> Hours:
        return cls(edition.starts_at, edition.ends_at)


def check_move(edition: Edition, to: str) -> None:
    """Raises EditionRefused when the edition, as it is now, may not come to that state. Reads its headquarters."""
    if to not in TRANSITIONS[edition.state]:
        raise EditionRefused(
            _("An edition that is “%(now)s” does not become “%(then)s”.")
            % {"now": edition.get_state_display(), "then": State(to).label}
        )
    forward = list(State).index(State(to)) > list(State).index(State(edition.state))
    now = timezone.now()
    if to == State.OPEN and forward:
        if edition.starts_at <= now:
            raise EditionRefused(_("This night is in the past: change its date first."))
        if edition.opens_at is None or edition.closes_at is None:
            raise EditionRefused(_("Say first when sign-up opens and closes."))
        if edition.closes_at <= now:
            raise EditionRefused(_("Sign-up has closed already: change its dates first."))
        if not edition.headquarters.exists():
            raise EditionRefused(_("There is no headquarters yet: people would have nowhere to come to."))
    if to == State.ROSTERING and not edition.sectors.exists():
        raise EditionRefused(_("There is no sector yet: teams would have nowhere to go."))
    if to == State.LIVE and forward and edition.starts_at - now > BEFORE_LIVE:
        raise EditionRefused(_("This night is not before %(day)s.") % {"day": f"{edition.night_on:%d/%m/%Y}"})
    if to == State.CLOSED and forward and edition.starts_at > now:
        raise EditionRefused(_("The teams have not gone out yet."))


def change_state(edition: Edition, *, to: str, seen: str, by: User) -> Edition:
    """Brings the edition to another state, and keeps who did it and when. Nobody is told.

    The headquarters' slots are open to sign-up with the edition, and closed after (``opening.open_slots``).

    ``seen``: the state that the person was shown. Harmless twice. Refuses what ``check_move`` does, and when somebody
    else has changed the state meanwhile. Locks the edition's row, then the slots'.
    """
    with transaction.atomic():
        held = hold(edition)
        if held.state == to:
            return held
        if held.state != seen:
            raise EditionRefused(_("Somebody else has changed the state in the meantime: look again."))
        check_move(held, to)
        held.state, held.state_changed_at, held.state_changed_by = to, timezone.now(), by
        held.save(update_fields=["state", "state_changed_at", "state_changed_by", "updated_at"])
        opening.open_slots(held)
    return held


def follow(edition: Edition, *, was: Hours, by: User) -> int:
    """After an edition's name or hours were changed: its headquarters come along; returns how many were moved.

    Arrivals and briefings keep their distance to the teams' leaving, in hours on the city's clocks; the slots end when
    the teams are back, and are called after the edition. Call it in the transaction that holds the edition's row.
    Refuses another date once people were told where to go.
    """
    moved = Hours.of(edition) != was
    if moved and not edition.is_changing:
        raise EditionRefused(_("People have been told when to come: the hours no longer change here."))
    count = 0
    for headquarters in edition.headquarters.select_related("slot__venue", "slot__room", "district"):
        slot = headquarters.slot
        if moved:
            arrival = shifted(slot.starts_at, was.starts_at, edition.starts_at)
            scheduling.move(slot, starts_at=arrival, ends_at=edition.ends_at, place=Place.of(slot), by=by)
            if headquarters.briefing_at:
                headquarters.briefing_at = shifted(headquarters.briefing_at, was.starts_at, edition.starts_at)
                headquarters.save(update_fields=["briefing_at"])
            count += 1
        entitle(slot, edition, str(headquarters.district))
        slot.save()
    return count


def shifted(moment: dt.datetime, was: dt.datetime, now: dt.datetime) -> dt.datetime:
    """A moment as far from ``now`` as it was from ``was``, on the city's clocks (which change between two years)."""
    wall = [timezone.localtime(one).replace(tzinfo=None) for one in (moment, was, now)]
    return timezone.make_aware(wall[0] - wall[1] + wall[2])


def entitle(slot: Slot, edition: Edition, place: str) -> None:
    """Calls the slot after its edition and its place, in each language that the edition is named in; saves nothing."""
    longest = Slot._meta.get_field("title").max_length
    for language, _label in settings.LANGUAGES:
        name = getattr(edition, f"name_{language}")
        setattr(slot, f"title_{language}", f"{name} · {place}"[:longest] if name else "")


def hold(edition: Edition) -> Edition:
    """The edition's row, held until the end of the transaction, as it is now."""
    return Edition.objects.select_for_update(no_key=True, of=("self",)).select_related("network").get(pk=edition.pk)
