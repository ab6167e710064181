"""The board's one way to change a roster: moves, leaders, pins, each an entry that can be taken back."""

import datetime as dt

import pytest
import time_machine

from events.models import Slot
from events.night import personal
from events.night.board import moving
from events.night.board.moving import BoardRefused, Spot
from events.night.composing import choosing
from events.night.models import Assignment, BoardChange, Edition, Participant, Roster, Sector
from events.night.sectors import zoning
from events.night.sign_up import withdrawing
from tests.factories.night import SectorFactory
from tests.factories.night_board import board_night, person, replayed, spots_now, where
from tests.factories.night_people import composed
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return UserFactory(first_name="Ben")


@pytest.fixture
def night(by):
    return board_night()


def team(code):
    return Sector.objects.select_related("headquarters").get(code=code)


def reserve(code):
    return team(f"{code}-1").headquarters


def move(name, to, by, **more):
    return moving.move(person(name), to=to, by=by, **{"seen": None, **more})


@pytest.mark.both
def test_a_move_pins_is_written_down_and_is_taken_back(night, by):
    before = spots_now(night)

    entry = move("11-1 b", team("12-1"), by)

    assert where("11-1 b") == "12-1!"
    assert (entry.kind, entry.number, entry.by) == ("moved", 2, by)
    assert entry.people() == {person("11-1 b").pk}
    assert move("11-1 b", team("12-1"), by) is None

    moving.undo(entry, by=by)
    moving.undo(entry, by=by)
    assert spots_now(night) == before
    moving.redo(entry, by=by)
    assert where("11-1 b") == "12-1!"
    assert [row.kind for row in BoardChange.objects.order_by("number")] == ["chosen", "moved", "undone", "redone"]
    assert replayed(night) == spots_now(night)


def test_a_move_to_the_reserve_and_one_that_is_nobodys_decision(night, by):
    move("11-1 b", reserve("12"), by)
    move("11-1 c", team("11-2"), by, is_pinned=False)

    assert (where("11-1 b"), where("11-1 c")) == ("12!", "11-2")


def test_a_team_has_one_leader_whoever_comes_and_goes(night, by):
    move("11 r a", team("11-1"), by)
    assert (where("11 r a"), where("11-1 a")) == ("11-1!", "11-1*")

    swap = moving.lead(person("11 r a"), seen=None, by=by)
    assert (where("11 r a"), where("11-1 a")) == ("11-1*!", "11-1")
    assert moving.lead(person("11 r a"), seen=None, by=by) is None
    moving.undo(swap, by=by)
    assert (where("11 r a"), where("11-1 a")) == ("11-1!", "11-1*")

    move("12-1 a", team("11-1"), by, leads=True)
    assert (where("12-1 a"), where("11-1 a")) == ("11-1*!", "11-1")
    move("12-1 b", team("12-2"), by)  # did not offer to lead
    move("12 r a", team("12-1"), by)  # did, and nobody leads it
    assert (where("12-1 b"), where("12 r a")) == ("12-2!", "12-1*!")


def test_people_and_whole_teams_are_pinned(night, by):
    moving.pin(person("11-1 b"), seen=None, by=by)
    assert moving.pin(person("11-1 b"), seen=None, by=by) is None
    whole = moving.pin_team(team("11-1"), seen=None, by=by)
    assert [where(f"11-1 {letter}") for letter in "abc"] == ["11-1*!", "11-1!", "11-1!"]

    moving.undo(whole, by=by)
    assert [where(f"11-1 {letter}") for letter in "abc"] == ["11-1*", "11-1!", "11-1"]
    moving.unpin(person("11-1 b"), seen=None, by=by)
    moving.pin_team(team("11-2"), seen=None, by=by)
    moving.unpin_team(team("11-2"), seen=None, by=by)
    assert not Assignment.objects.filter(is_pinned=True).exists()


@pytest.mark.parametrize("state", ["preparing", "open", "closed", "results"])
def test_nobody_is_moved_before_there_are_teams_nor_after_the_night(night, by, state):
    first = move("11-1 b", team("11-2"), by)
    Edition.objects.update(state=state)

    for act in (
        lambda: move("11-1 c", team("11-2"), by),
        lambda: moving.lead(person("11-1 b"), seen=None, by=by),
        lambda: moving.pin(person("11-1 c"), seen=None, by=by),
        lambda: moving.undo(first, by=by),
    ):
        with pytest.raises(BoardRefused):
            act()
    assert BoardChange.objects.count() == 2


@pytest.mark.parametrize("state", ["rostering", "published", "live"])
def test_people_are_moved_until_the_night_is_over(night, by, state):
    Edition.objects.update(state=state)
    assert move("11-1 b", team("11-2"), by)


@pytest.mark.both
def test_what_somebody_else_changed_meanwhile_is_not_overwritten(night, by):
    seen = moving.number_of(night)
    move("11-1 b", team("11-2"), by)

    with pytest.raises(BoardRefused, match=r"11-1 b Z\..*Ben"):
        move("11-1 b", team("12-1"), UserFactory(), seen=seen)
    with pytest.raises(BoardRefused, match=r"11-2 .*Ben"):
        move("12-1 b", team("11-2"), UserFactory(), seen=seen)
    with pytest.raises(BoardRefused):
        moving.pin_team(team("11-2"), seen=seen, by=by)
    with pytest.raises(BoardRefused):
        moving.write(night, spots={person("11-1 b").pk: None}, kind="replaced", by=by, seen=seen)
    with pytest.raises(BoardRefused):
        move("12-1 b", team("12-2"), by, seen=seen + 100)

    assert move("12-1 b", team("12-2"), UserFactory(), seen=seen)
    assert move("12-1 c", team("11-2"), by, seen=moving.number_of(night))


def test_what_cannot_be_is_refused_with_nothing_written(night, by):
    SectorFactory(code="99-1")  # of another edition
    gone = person("12-1 c")
    withdrawing.withdraw(gone, by=by)
    Slot.objects.filter(pk=reserve("12").slot_id).update(state="cancelled")
    before, number = spots_now(night), moving.number_of(night)
    key, home, far = person("11-1 b").pk, team("11-1"), team("11-2")

    for act in (
        lambda: move("11-1 b", team("99-1"), by),
        lambda: move("11-1 b", team("12-1"), by),
        lambda: moving.move(gone, to=home, seen=None, by=by),
        lambda: moving.lead(person("11 r a"), seen=None, by=by),
        lambda: moving.write(night, spots={key: Spot(home.headquarters_id, 987654)}, kind="replaced", by=by),
        lambda: moving.write(night, spots={key: Spot(reserve("12").pk, far.pk)}, kind="replaced", by=by),
        lambda: moving.write(night, spots={key: Spot(far.headquarters_id, far.pk, True)}, kind="replaced", by=by),
        lambda: moving.write(night, spots={987654: Spot(home.headquarters_id)}, kind="replaced", by=by),
    ):
        with pytest.raises(BoardRefused):
            act()
    assert (spots_now(night), moving.number_of(night)) == (before, number)


def test_each_takes_back_their_own_and_never_what_was_changed_since(night, by):
    other = UserFactory()
    mine = move("11-1 b", team("11-2"), by)
    theirs = move("12-1 b", team("12-2"), other)
    assert (moving.last_done(night, by=by), moving.last_done(night, by=other)) == (mine, theirs)

    again = move("11-1 b", team("12-1"), other)
    with pytest.raises(BoardRefused, match=r"11-1 b Z\."):
        moving.undo(mine, by=by)
    moving.undo(again, by=other)
    with pytest.raises(BoardRefused):
        moving.undo(BoardChange.objects.latest("number"), by=other)
    moving.undo(mine, by=by)
    assert where("11-1 b") == "11-1"

    assert moving.next_undone(night, by=by) == mine
    assert moving.last_done(night, by=by) is None
    assert (moving.last_done(night, by=other), moving.next_undone(night, by=other)) == (theirs, again)
    move("12-2 b", team("12-1"), other)
    assert moving.next_undone(night, by=other) is None


def test_a_leader_taken_back_does_not_oust_the_one_who_came_since(night, by):
    away = move("11-1 a", reserve("11"), by)
    moving.lead(person("11-1 b"), seen=None, by=by)

    with pytest.raises(BoardRefused, match="11-1"):
        moving.undo(away, by=by)
    assert (where("11-1 a"), where("11-1 b")) == ("11!", "11-1*!")


def test_several_changes_are_one_entry(night, by):
    before = spots_now(night)
    one, other, at = person("11-1 b"), person("12-1 b"), team("11-2")

    entry = moving.write(
        night, spots={one.pk: Spot(at.headquarters_id, at.pk), other.pk: None}, kind="replaced", by=None
    )

    assert (where("11-1 b"), where("12-1 b"), len(entry.rows)) == ("11-2", None, 2)
    assert moving.write(night, spots={other.pk: None}, kind="replaced", by=None) is None
    moving.undo(entry, by=by)
    assert spots_now(night) == before


def test_whoever_withdraws_leaves_the_roster_and_is_left_out_of_what_is_taken_back(night, by):
    at = team("11-2")
    both = {person(name).pk: Spot(at.headquarters_id, at.pk) for name in ("11-1 b", "11-1 c")}
    entry = moving.write(night, spots=both, kind="replaced", by=by)

    withdrawing.withdraw(person("11-1 b"), by=by)
    Edition.objects.update(state="open")
    withdrawing.let_go(person("11-1 b"))
    personal.let_go(person("12-1 b").volunteer.user)
    Edition.objects.update(state="rostering")

    assert where("11-1 b") is None
    assert [row.kind for row in BoardChange.objects.order_by("number")][2:] == ["left", "left"]
    assert replayed(night) == spots_now(night)
    with pytest.raises(BoardRefused):
        moving.undo(BoardChange.objects.latest("number"), by=by)
    moving.undo(entry, by=by)
    assert (where("11-1 b"), where("11-1 c")) == (None, "11-1")


def test_a_roster_is_chosen_in_one_entry_and_gives_way_to_the_one_before(night, by):
    first, second = composed(night), composed(night)
    by_hand = spots_now(night)
    moving.pin(person("11-1 a"), seen=None, by=by)
    pinned = spots_now(night)
    choosing.choose(first, by=by)
    as_first = spots_now(night)
    entry = BoardChange.objects.latest("number")
    assert (entry.kind, entry.roster, entry.roster_before) == ("chosen", first, None)
    move("11-1 c", team("12-1"), by)
    choosing.choose(second, by=by)

    last = moving.last_done(night, by=by)
    moving.undo(last, by=by)
    assert (Roster.objects.get(is_chosen=True), where("11-1 c")) == (first, "12-1!")
    moving.redo(last, by=by)
    assert Roster.objects.get(is_chosen=True) == second
    moving.undo(last, by=by)
    moving.undo(moving.last_done(night, by=by), by=by)
    assert spots_now(night) == as_first
    Edition.objects.update(state="published")
    with pytest.raises(BoardRefused):
        moving.undo(entry, by=by)
    Edition.objects.update(state="rostering")
    moving.undo(entry, by=by)
    assert spots_now(night) == pinned != by_hand
    assert not Roster.objects.filter(is_chosen=True).exists()
    assert replayed(night) == spots_now(night)


def test_choosing_keeps_pins_where_it_keeps_people_and_whom_the_roster_does_not_know(night, by):
    roster = composed(night)
    choosing.choose(roster, by=by)
    stays, late = Assignment.objects.in_teams().first().participant, person("11 r a")
    moving.pin(stays, seen=None, by=by)
    known = [row for row in Participant.objects.all() if row != late]
    without = composed(night)
    text = without.instance.replace(f'"id": "{late.pk}"', '"id": "987654"')
    result = without.result.replace(f'"{late.pk}"', '"987654"')
    Roster.objects.filter(pk=without.pk).update(instance=text, result=result)
    moving.move(late, to=reserve("12"), seen=None, by=by)

    choosing.choose(Roster.objects.get(pk=without.pk), by=by)

    assert where("12-1 a") is not None
    assert where("11 r a") == "12!"
    assert Assignment.objects.get(participant=stays).is_pinned
    assert Assignment.objects.count() == len(known) + 1


def test_people_go_along_with_a_sector_and_wait_when_it_goes(night, by):
    sector, other = team("11-1"), team("12-1").headquarters
    sector.headquarters = other
    zoning.keep_sector(sector, asked=zoning.Asked(), by=by)
    assert Assignment.objects.get(participant=person("11-1 a")) in other.assignments.all()
    entry = move("11-1 b", team("12-2"), by)

    Edition.objects.update(state="open")
    zoning.remove_sector(team("11-1"), by=by)
    zoning.remove_sector(team("11-2"), by=by)
    Edition.objects.update(state="rostering")

    assert [where(name) for name in ("11-1 a", "11-1 b", "11-1 c", "11-2 a")] == ["12", "12-2!", "12", "11"]
    assert replayed(night) == spots_now(night)
    with pytest.raises(BoardRefused):
        moving.undo(entry, by=by)


def test_the_journal_is_forgotten_after_the_night_and_the_roster_stays(night):
    with time_machine.travel(night.ends_at + dt.timedelta(days=89), tick=False):
        assert moving.forget() == 0
    with time_machine.travel(night.ends_at + dt.timedelta(days=91), tick=False):
        assert moving.forget() == 1
    assert Assignment.objects.exists()
