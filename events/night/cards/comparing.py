"""Who must be told: the roster as it is now, compared with what each person was told last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from events.models import Registration
from events.night.models import Assignment, Card, Edition, Participant


class News(TextChoices):
    """What a card tells. The first that is true is told; the card holds all the rest."""

    TEAM = "team", _("a team")
    RESERVE = "reserve", _("in reserve")
    PLACED = "placed", _("from the reserve into a team")
    FREED = "freed", _("from a team into the reserve")
    ELSEWHERE = "elsewhere", _("another headquarters")
    MOVED = "moved", _("another team")
    LEAD = "lead", _("leads the team now")
    FOLLOW = "follow", _("no longer leads the team")
    LEADER = "leader", _("another leader")
    LAPSED = "lapsed", _("place given on, for want of an answer")
    BACK = "back", _("comes after all")


# After these the person is asked anew whether they come: place or evening are not what they said yes to.
ASKED_ANEW = (News.TEAM, News.PLACED, News.ELSEWHERE)


class Place(NamedTuple):
    """What a card says of the team; keys. ``sector`` None: in reserve. ``leader``: of the team, as a participant."""

    headquarters: int
    sector: int | None
    leads: bool
    leader: int | None


@dataclass(frozen=True)
class Standing:
    """Where somebody is in the roster, what they were told, and where their seat is (``seated_at``, a slot).

    ``slot``: that of the headquarters where the roster has them.
    """

    participant: int
    volunteer: int
    registration: int | None
    now: Place | None
    told: Place | None
    card: int | None = None
    is_due: bool = False
    seated_at: int | None = None
    has_seat: bool = False
    slot: int | None = None

    @property
    def is_seated(self) -> bool:
        """Is the seat, or the number in the waiting list, where the roster has them?"""
        return self.now is not None and (self.seated_at, self.has_seat) == (self.slot, self.now.sector is not None)

    @property
    def news(self) -> News | None:
        return news_of(self.told, self.now)


def news_of(told: Place | None, now: Place | None) -> News | None:
    """What there is to tell to somebody; None when they know it.

    A teammate who changes is told to nobody, since the card's page names the team as it is; another leader is, once
    there is one.
    """
    if now is None:
        return None
    if told is None:
        return News.RESERVE if now.sector is None else News.TEAM
    if now.headquarters != told.headquarters:
        if now.sector is None:
            return News.FREED if told.sector else News.RESERVE
        return News.ELSEWHERE if told.sector else News.PLACED
    if now.sector != told.sector:
        return News.FREED if now.sector is None else News.MOVED if told.sector else News.PLACED
    if now.leads != told.leads:
        return News.LEAD if now.leads else News.FOLLOW
    if now.leader is not None and now.leader != told.leader:
        return News.LEADER
    return None


def standings(edition: Edition, *, among: Collection[int] | None = None) -> list[Standing]:
    """Everybody signed up for the edition, or those participants alone. Five queries for any number."""
    people = Participant.objects.active().filter(edition=edition).in_order()
    rows = Assignment.objects.filter(participant__edition=edition)
    cards = Card.objects.filter(participant__edition=edition)
    leaders = dict(rows.filter(leads=True).values_list("sector", "participant"))
    if among is not None:
        people, rows = people.filter(pk__in=among), rows.filter(participant__in=among)
        cards = cards.filter(participant__in=among)
    now = {
        key: Place(headquarters, sector, leads, leaders.get(sector) if sector else None)
        for key, headquarters, sector, leads in rows.values_list("participant", "headquarters", "sector", "leads")
    }
    known = {card.participant_id: card for card in cards}
    slots = dict(edition.headquarters.order_by().values_list("pk", "slot"))
    seats = people.values_list("pk", "volunteer", "registration", "registration__slot", "registration__state")
    return [
        Standing(
            participant=key,
            volunteer=volunteer,
            registration=registration,
            now=now.get(key),
            told=told_by(known[key]) if key in known else None,
            card=known[key].pk if key in known else None,
            is_due=key in known and known[key].due_at is not None,
            seated_at=slot,
            has_seat=state == Registration.State.CONFIRMED,
            slot=slots[now[key].headquarters] if key in now else None,
        )
        for key, volunteer, registration, slot, state in seats
    ]


def told_by(card: Card) -> Place | None:
    """What the card told; None while it has told nothing."""
    if card.version == 0:
        return None
    return Place(card.headquarters_id, card.sector_id, card.leads, card.leader_id)


def concerned(edition: Edition) -> list[Standing]:
    """Those to whom there is something to tell, and who are not about to be told."""
    return [one for one in standings(edition) if one.news and not one.is_due]
