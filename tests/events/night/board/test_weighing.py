"""What a move would do, before it is done: the referee's own figures, and the rules that it would break."""

import json

import pytest
from django.utils import translation

from events.night.board import moving
from events.night.board.moving import Spot
from events.night.board.standing import Standing
from events.night.board.weighing import Scales
from events.night.composing.instances import instance_of
from events.night.models import Assignment, FriendGroup, Participant, Sector, SectorTag
from events.night.models.rosters import LEVELS
from events.night.roster import formats, referee
from tests.factories.night_board import board_night, person
from tests.factories.volunteers import UserFactory
from volunteers.models import SpokenLanguage

pytestmark = pytest.mark.django_db


@pytest.fixture
def night():
    return board_night()


@pytest.fixture
def en():
    with translation.override("en"):
        yield


def arabic():
    return SpokenLanguage.objects.get_or_create(code="ar", defaults={"name": "arabe"})[0]


def team(code):
    return Sector.objects.select_related("headquarters").get(code=code)


def whole(night):
    """The referee's verdict on all of the board, as the engine's files say it."""
    rows = Assignment.objects.filter(participant__edition=night).select_related("sector")
    plain = json.loads(formats.write_instance(instance_of(night, whole=True)))
    placed = [row for row in rows if row.sector]
    plain["pins"] = [
        {"person": str(row.participant_id), "team": row.sector.code, "lead": row.leads}
        for row in placed
        if row.is_pinned
    ]
    roster = {
        "instance": plain["name"],
        "assignments": {str(row.participant_id): row.sector.code for row in placed},
        "leaders": {row.sector.code: str(row.participant_id) for row in placed if row.leads},
    }
    return referee.check(plain, roster).score


def friends(*names):
    group = FriendGroup.objects.create(edition=person(names[0]).edition)
    for place, name in enumerate(names, start=1):
        Participant.objects.filter(pk=person(name).pk).update(group=group, group_place=place)


MOVES = [
    ("11-1 b", "11-2", []),
    ("11-1 a", "11-2", ["nobody who leads"]),
    ("11-1 b", "12-1", ["not willing"]),
    ("11 r a", "11-1", []),
    ("11-2 b", "11-1", ["parted"]),
    ("12 r a", "11-2", ["not willing"]),
    ("11-2 c", "12", ["not willing", "parted"]),
]


@pytest.mark.parametrize(("who", "to", "breaks"), MOVES)
def test_the_effect_is_what_the_referee_finds_afterwards(night, who, to, breaks, en):
    friends("11-2 b", "11-2 c", "12 r a")
    moving.move(person("12-2 c"), to=team("12-1").headquarters, seen=None, by=UserFactory())
    moving.move(person("12-2 b"), to=team("12-1").headquarters, seen=None, by=UserFactory())
    place = team(to) if "-" in to else team(f"{to}-1").headquarters
    scales, before = Scales(night), whole(night)
    one = person(who)
    changes = scales.move(one.pk, place) if "-" in to else {one.pk: Spot(place.pk, is_pinned=True)}

    effect = scales.weigh(changes)
    moving.move(one, to=place, seen=None, by=UserFactory())

    after = whole(night)
    assert effect.levels == {level: getattr(after, level) - getattr(before, level) for level in LEVELS}
    assert len(effect.breaks) == len(breaks)
    for text, word in zip(effect.breaks, breaks, strict=True):
        assert word in text
    assert Scales(night).spots == {**scales.spots, **changes}


def test_each_rule_that_a_move_breaks_is_named(night, en):
    speaks = arabic()
    SectorTag.objects.create(sector=team("11-1"), language=speaks, is_needed=True)
    person("11-1 b").languages.add(speaks)
    Sector.objects.filter(code="11-2").update(walk=2, professionals_only=True, most=3)
    Participant.objects.update(max_walk=0)
    friends("11-1 b", "11-1 c")
    moving.move(person("11-1 c"), to=team("12-1"), seen=None, by=UserFactory())
    moving.move(person("11-1 c"), to=team("11-1"), seen=None, by=UserFactory())
    moving.move(person("11-1 a"), to=team("12-1"), seen=None, by=UserFactory())

    scales = Scales(night)
    breaks = scales.weigh(scales.move(person("11-1 b").pk, team("11-2"))).breaks

    assert breaks == (
        "11-1 b Z. cannot walk as 11-2 asks",
        "11-2 is for professionals only, which 11-1 b Z. is not",
        "Friends would be parted: 11-1 b Z. from 11-1 c Z.",
        "11-1 would have 1 person, at least 2",
        f"11-1 would be without what it needs: {speaks}",
        "11-2 would have 4 people, at most 3",
    )
    led = scales.weigh(scales.move(person("11-1 b").pk, team("12-2"), leads=True)).breaks
    assert "11-1 b Z. did not offer to lead" in led


def test_several_changes_are_weighed_at_once(night):
    at = team("11-2")
    both = {person(name).pk: Spot(at.headquarters_id, at.pk, is_pinned=True) for name in ("11-1 a", "11-1 b")}
    both[person("11-1 c").pk] = Spot(at.headquarters_id, None)

    effect = Scales(night).weigh(both)

    assert effect.levels["viable"] == -2  # one has nobody left, the other one too many
    assert (effect.is_worse, effect.is_better) == (True, False)
    assert len(effect.lines()) == len([change for change in effect.levels.values() if change])


def test_the_board_says_of_teams_what_the_referee_says(night):
    speaks = arabic()
    SectorTag.objects.create(sector=team("12-1"), language=speaks, is_needed=True)
    by = UserFactory()
    moving.move(person("11-1 a"), to=team("11-2"), seen=None, by=by)
    Participant.objects.filter(pk=person("12-2 a").pk).update(leader=False)

    def going():
        parts = Standing(night, night.headquarters.select_related("district").order_by("district__code")).parts
        return sum(part.going for part in parts)

    assert going() == whole(night).viable == 1
    moving.pin(person("12-2 a"), seen=None, by=by)
    assert going() == whole(night).viable == 2
    person("12-1 c").languages.add(speaks)
    assert going() == whole(night).viable == 3
    moving.move(person("11 r a"), to=team("11-2"), seen=None, by=by)
    assert going() == whole(night).viable == 2  # one too many
    moving.lead(person("11-1 b"), seen=None, by=by)
    assert going() == whole(night).viable == 3
