"""The one way to change who is in which team: each change is an entry of the board's journal, and can be taken back.

Each locks the edition's row, then the board's (events.night.board.journal), and refuses in the states in which nobody
is moved. Seats and registrations are not touched here, and nobody is told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Slot
from events.night.board.journal import BoardRefused, Held, Spot, Spots, holding, locked, shown_name
from events.night.models import Assignment, Board, BoardChange, Edition, Headquarters, Participant, Roster, Sector
from volunteers.models import User

Kind = BoardChange.Kind
State = Edition.State
KEPT = dt.timedelta(days=90)  # after the night


def move(
    participant: Participant,
    *,
    to: Sector | Headquarters,
    seen: int | None,
    by: User,
    leads: bool = False,
    is_pinned: bool = True,
) -> BoardChange | None:
    """Brings somebody into the team of a sector, or into the reserve of a headquarters, and pins them there, since an
    organiser decided it; returns the journal's entry, None when they are there already.

    ``leads``: as its leader, in the place of the one who leads it. Otherwise whoever comes into a team leads it only if
    nobody does and they offered to. ``seen``: the journal's number that the page showed; None from where nobody looked.
    Refuses what ``write`` does, a headquarters that is called off, and somewhere outside of the person's edition.
    """
    with holding(participant.edition, kind=Kind.MOVED, by=by) as board:
        sector = to if isinstance(to, Sector) else None
        headquarters = to.headquarters if isinstance(to, Sector) else to
        if headquarters.edition_id != participant.edition_id:
            raise BoardRefused(_("This team is of another edition."))
        if Slot.objects.filter(pk=headquarters.slot_id, state=Slot.State.CANCELLED).exists():
            raise BoardRefused(_("This headquarters is called off: nobody can be sent there."))
        person = board.person(participant.pk)
        board.check_seen(seen, people=[person.pk], sectors=[sector.pk] if sector else [])
        now = board.spot(person.pk)
        if sector is None:
            stays = now is not None and (now.headquarters, now.sector) == (headquarters.pk, None)
            return board.write({} if stays else {person.pk: Spot(headquarters.pk, is_pinned=is_pinned)})
        leader = board.leader(sector.pk)
        leader_now = (leader.participant_id, Spot.at(leader)) if leader else None
        offers = person.leader
        return board.write(
            into_team(person.pk, now, sector, leader_now, offers=offers, leads=leads, is_pinned=is_pinned)
        )


def into_team(
    person: int,
    now: Spot | None,
    sector: Sector,
    leader: tuple[int, Spot] | None,
    *,
    offers: bool,
    leads: bool = False,
    is_pinned: bool = True,
) -> dict[int, Spot | None]:
    """Where ``move`` brings whom, when ``leader`` leads that team and the person ``offers`` to lead. Reads nothing."""
    there = now is not None and now.sector == sector.pk
    leading = leads or (there and now is not None and now.leads) or (leader is None and offers)
    if there and now is not None and now.leads == leading:
        return {}
    spots: dict[int, Spot | None] = {person: Spot(sector.headquarters_id, sector.pk, leading, is_pinned)}
    if leading and leader and leader[0] != person:
        spots[leader[0]] = leader[1]._replace(leads=False)
    return spots


def lead(participant: Participant, *, seen: int | None, by: User) -> BoardChange | None:
    """Makes somebody the leader of the team that they are in, pinned; who led it stays in it. None when they lead it.

    Refuses what ``write`` does, and somebody without a team.
    """
    with holding(participant.edition, kind=Kind.LED, by=by) as board:
        now = board.spot(participant.pk)
        board.check_seen(seen, people=[participant.pk], sectors=[now.sector] if now and now.sector else [])
        if now is None or now.sector is None:
            raise BoardRefused(_("%(who)s has no team to lead.") % {"who": shown_name(board.person(participant.pk))})
        leader = board.leader(now.sector)
        spots: dict[int, Spot | None] = {participant.pk: now._replace(leads=True, is_pinned=True)}
        if leader and leader.participant_id != participant.pk:
            spots[leader.participant_id] = Spot(now.headquarters, now.sector, is_pinned=leader.is_pinned)
        return board.write({} if now.leads else spots)


def pin(participant: Participant, *, seen: int | None, by: User) -> BoardChange | None:
    """Keeps somebody where they are when teams are composed again: as leader if they lead, in reserve if they wait."""
    return _pin(participant, is_pinned=True, seen=seen, by=by)


def unpin(participant: Participant, *, seen: int | None, by: User) -> BoardChange | None:
    """Lets the next roster decide where they are."""
    return _pin(participant, is_pinned=False, seen=seen, by=by)


def pin_team(sector: Sector, *, seen: int | None, by: User) -> BoardChange | None:
    """Keeps a whole team as it is when teams are composed again, its leader as leader. One entry."""
    return _pin(sector, is_pinned=True, seen=seen, by=by)


def unpin_team(sector: Sector, *, seen: int | None, by: User) -> BoardChange | None:
    """Lets the next roster decide who is in this team."""
    return _pin(sector, is_pinned=False, seen=seen, by=by)


def write(
    edition: Edition,
    *,
    spots: Spots,
    kind: str,
    by: User | None,
    seen: int | None = None,
    roster: Roster | None = None,
    roster_before: Roster | None = None,
) -> BoardChange | None:
    """Brings all these people where ``spots`` says, as one entry of the journal, which one click takes back; returns
    it, None when nothing changes.

    Refuses an edition whose assignments do not change now, people who have withdrawn or are of another edition, teams
    that are no longer there, a second leader, and, given ``seen``, when somebody else has moved one of these people or
    changed one of these teams since. Locks the edition's row, then the board's.
    """
    with holding(edition, kind=kind, by=by) as board:
        sectors = {spot.sector for spot in spots.values() if spot and spot.sector}
        board.check_seen(seen, people=list(spots), sectors=sectors)
        return board.write(spots, roster=roster, roster_before=roster_before)


def let_go(participant: Participant) -> Spot | None:
    """Takes somebody who no longer comes out of the roster, in any state of the edition; returns where they were.
    Harmless twice.

    Call it with the participant's own row held or changed already; locks the board's row, and no edition.
    """
    with transaction.atomic():
        board = Held(participant.edition, locked(participant.edition_id), kind=Kind.LEFT, by=None)
        entry = board.write({participant.pk: None})
    return Spot(*entry.rows[0][1]) if entry else None


def follow_sectors(edition: Edition, *, gone: Collection[int] = (), by: User) -> None:
    """Whoever is in the team of a sector in ``gone`` waits at its headquarters; of a sector that has another
    headquarters now, goes along. One entry, in any state of the edition; none when nobody is concerned.

    Call it while holding the edition's row, before those sectors are deleted, and after others were saved.
    """
    rows = Assignment.objects.filter(participant__edition=edition).select_related("sector")
    rows = rows.filter(Q(sector__in=gone) | ~Q(headquarters=F("sector__headquarters"))).exclude(sector=None)
    spots: dict[int, Spot | None] = {}
    for row in rows:
        if row.sector_id in gone:
            spots[row.participant_id] = Spot(row.headquarters_id)
        elif row.sector:
            spots[row.participant_id] = Spot.at(row)._replace(headquarters=row.sector.headquarters_id)
    if spots:
        Held(edition, locked(edition.pk), kind=Kind.ZONED, by=by).write(spots)


def undo(change: BoardChange, *, by: User) -> BoardChange:
    """Brings everybody of an entry back where they were before it, as another entry. Harmless twice.

    Whoever has withdrawn since is left out. A roster that was chosen gives way to the one before it. Refuses when
    somebody has been moved again since, and what ``write`` does.
    """
    return _reverse(change, Kind.UNDONE, by=by)


def redo(change: BoardChange, *, by: User) -> BoardChange:
    """Does again what was taken back. As ``undo``, the other way round."""
    return _reverse(change, Kind.REDONE, by=by)


def last_done(edition: Edition, *, by: User) -> BoardChange | None:
    """What this person did last, which "undo" takes back: each has their own, so that nobody undoes another's work by
    mistake. One query."""
    return BoardChange.objects.filter(board=edition.pk, by=by).done().order_by("-number").first()


def next_undone(edition: Edition, *, by: User) -> BoardChange | None:
    """What this person took back and has not done anything since, which "redo" does again. Two queries."""
    last = last_done(edition, by=by)
    mine = BoardChange.objects.filter(board=edition.pk, by=by, number__gt=last.number if last else 0)
    return mine.undone().order_by("number").first()


def number_of(edition: Edition) -> int:
    """The number of the journal's last entry: what a page shows as ``seen``. One query."""
    return Board.objects.filter(pk=edition.pk).values_list("number", flat=True).first() or 0


def forget(now: dt.datetime | None = None) -> int:
    """Deletes the journals of nights gone by, 90 days after; returns how many entries."""
    over = (now or timezone.now()) - KEPT
    count, _by_table = BoardChange.objects.filter(board__edition__ends_at__lt=over).delete()
    return count


def _pin(people: Participant | Sector, *, is_pinned: bool, seen: int | None, by: User) -> BoardChange | None:
    """Pins or unpins one person or a whole team; None when they are so already."""
    with holding(people.edition, kind=Kind.PINNED if is_pinned else Kind.UNPINNED, by=by) as board:
        if isinstance(people, Participant):
            board.check_seen(seen, people=[people.pk])
            rows = Assignment.objects.filter(participant=board.person(people.pk))
            if not rows:
                raise BoardRefused(_("%(who)s is nowhere yet.") % {"who": shown_name(board.person(people.pk))})
        else:
            board.check_seen(seen, sectors=[people.pk])
            rows = Assignment.objects.filter(sector=people.pk, participant__edition=people.edition_id)
        return board.write({row.participant_id: Spot.at(row)._replace(is_pinned=is_pinned) for row in rows})


def _reverse(change: BoardChange, kind: str, *, by: User) -> BoardChange:
    is_undoing = kind == Kind.UNDONE
    with holding(change.board.edition, kind=kind, by=by) as board:
        held = BoardChange.objects.select_related("roster", "roster_before").get(pk=change.pk)
        if held.of_id:
            raise BoardRefused(_("What is taken back is done again, and the other way round: choose that entry."))
        if held.is_undone == is_undoing:
            return held.reversals.order_by("-number").first() or held
        if held.kind == Kind.LEFT:
            raise BoardRefused(_("Who has withdrawn is brought back by nobody else."))
        is_choice = held.kind == Kind.CHOSEN
        published = board.edition.state_changed_at
        if is_choice and board.edition.state != State.ROSTERING and (published is None or held.at < published):
            raise BoardRefused(_("The teams are published: another roster is no longer chosen."))
        if is_choice and not is_undoing and held.roster is None:
            raise BoardRefused(_("This roster has been deleted: choose another one."))
        entry = board.record(board.changed(board.reversed(held, is_undoing=is_undoing)), of=held)
        BoardChange.objects.filter(pk=held.pk).update(undone_at=timezone.now() if is_undoing else None)
        if is_choice:
            Roster.objects.filter(edition=held.board_id, is_chosen=True).update(is_chosen=False)
            chosen = held.roster_before if is_undoing else held.roster
            again = {"is_chosen": True, "chosen_at": timezone.now(), "chosen_by": by}
            if chosen:
                Roster.objects.filter(pk=chosen.pk).update(**again)
    return entry
