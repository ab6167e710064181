"""The roster's three files: what is written is read again, and whatever is wrong is said, all at once."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.rosters import KINDS, invent, invent_perfect
from events.night.roster import formats
from events.night.roster.contradicting import contradictions
from events.night.roster.problem import Bounds, Contradiction, Night, Roster, WalkIn

SMALL = invent("plenty", 12, headquarters=2)


def plain(instance=SMALL):
    return json.loads(formats.write_instance(instance))


def refused(data, read=formats.read_instance):
    with pytest.raises(Contradiction) as caught:
        read(data if isinstance(data, str | bytes) else json.dumps(data))
    return list(caught.value.problems)


@pytest.mark.parametrize("kind", KINDS)
def test_an_instance_written_is_read_again(kind):
    instance = invent(kind, 60)
    assert formats.read_instance(formats.write_instance(instance)) == instance


def test_a_hidden_perfect_instance_is_free_of_contradictions():
    assert contradictions(invent_perfect(200)) == []


def test_a_roster_written_is_read_again():
    person, team = SMALL.people[0].id, SMALL.teams[0].id
    roster = Roster(SMALL.name, {person: team}, {team: person}, {}, Bounds(viable=1), 0.5)
    assert formats.read_roster(formats.write_roster(roster), SMALL) == roster


def test_a_night_written_is_read_again():
    newcomer = invent("plenty", 13, headquarters=2).people[12]
    night = Night((SMALL.people[0].id,), (WalkIn(newcomer, "H001"),), (SMALL.teams[0].id,))
    assert formats.read_night(formats.write_night(night), SMALL) == night


def test_everything_wrong_with_an_instance_is_said_at_once():
    data = plain()
    team, one, other, third = data["teams"][0], *data["people"][:3]
    team |= {"min": 5, "target": 4, "max": 1}
    data["teams"].append(dict(team, id="T9", hq="H9", min=1, target=1, max=1))
    data["people"].append(dict(third))
    one["group"] = other["group"] = "G"
    third["prefs"] = ["H001", "H001", "H002", "H7"]
    data["apart"] = [[one["id"], other["id"]], [one["id"], one["id"]], [one["id"], "P9"]]
    data["pins"] = [
        {"person": one["id"], "team": "T9", "lead": True},
        {"person": other["id"], "team": "T9", "lead": True},
        {"person": one["id"], "team": "T8", "lead": False},
    ]
    where = f"person {third['id']!r}"
    assert sorted(refused(data)) == sorted(
        [
            f"people: {third['id']!r} is there 2 times",
            f"team {team['id']!r}: sizes are out of order (least 5, target 4, most 1)",
            "team 'T9': no headquarters 'H9'",
            f"{where}: no headquarters 'H7'",
            f"{where}, prefs: 'H001' is there 2 times",
            f"{where} has 4 choices, the rules price 3",
            f"apart: {one['id']!r} and {other['id']!r} are in one group, 'G'",
            f"apart: {one['id']!r} cannot be kept apart from themselves",
            "apart: no person 'P9'",
            "pins: no team 'T8'",
            f"pins: {one['id']!r} has 2 pins",
            "pins: 2 people for 'T9', which holds 1",
            "pins: 2 people must lead 'T9'",
        ]
    )


def test_two_people_apart_cannot_be_pinned_to_one_team():
    data = plain()
    one, other, team = data["people"][0]["id"], data["people"][1]["id"], data["teams"][0]["id"]
    data["people"][0]["group"] = None
    data["apart"] = [[one, other]]
    data["pins"] = [{"person": person, "team": team, "lead": False} for person in (one, other)]
    assert refused(data) == [f"pins: {one!r} and {other!r} are apart and both in {team!r}"]


@pytest.mark.parametrize(
    ("where", "value", "problem"),
    [
        (("name",), None, "the instance: 'name' must be a text, not None"),
        (("rules",), 3, "the instance: 'rules' must be an object, not 3"),
        (("rules", "near_m"), 2.5, "rules: 'near_m' must be a whole number from 0 to 1000000000, not 2.5"),
        (("rules", "rank_cost"), [0, True], "rules: 'rank_cost' must be a list of whole numbers, not [0, True]"),
        (("rules", "balance", "off_target"), -1,
         "balance: 'off_target' must be a whole number from 0 to 1000000000, not -1"),
        (("hqs", 0, "x"), 10**4000,
         "headquarters 'H001': 'x' must be a whole number from -1000000000 to 1000000000, not "),
        (("teams", 0), "T", "teams[0] must be an object, not 'T'"),
        (("people", 0, "reach"), ["any"], "person 'P000001': 'reach' must be one of prefs, near, any, not ['any']"),
        (("people", 0, "tags"), [["x"]], "person 'P000001': 'tags' must be a list of texts, not [['x']]"),
        (("people", 0, "leader"), 1, "person 'P000001': 'leader' must be true or false, not 1"),
        (("apart",), [["P000001"]], "apart[0] must be two people, not ['P000001']"),
        (("pins",), [{}], "pin number 1: 'person' is missing"),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_said_where_it_is(where, value, problem):
    data = plain()
    inside = data
    for step in where[:-1]:
        inside = inside[step]
    inside[where[-1]] = value
    assert refused(data)[0].startswith(problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "this is not JSON"),
        (b"\xff\xfe\x00", "this is not JSON"),
        ("[" * 200_000, "this is not JSON"),
        ("[]", "the file must hold one JSON object"),
        ('{"format": "roster/1"}', "the format is 'roster/1', 'roster-instance/1' was expected"),
        ('{"format": [1]}', "the format is [1], 'roster-instance/1' was expected"),
    ],
)
def test_a_file_of_another_kind_is_refused_at_once(text, problem):
    (found,) = refused(text)
    assert found.startswith(problem)


def test_an_empty_object_is_told_what_it_lacks():
    assert refused({"format": "roster-instance/1"}) == [
        f"the instance: {key!r} is missing" for key in ("name", "rules", "hqs", "teams", "people", "apart", "pins")
    ]


def test_a_roster_of_strangers_is_refused():
    data = {"format": "roster/1", "instance": SMALL.name, "assignments": {"P9": "T9"}, "leaders": {}, "seconds": -1}
    assert refused(data, lambda text: formats.read_roster(text, SMALL)) == [
        "assignments: no person 'P9'",
        "assignments of 'P9': no team 'T9'",
        "the roster: 'seconds' must be a number from 0, not -1",
    ]


def test_a_night_of_strangers_is_refused():
    walkin = dict(plain()["people"][0], at="H9")
    data = {"format": "roster-night/1", "absent": ["P9", "P9"], "walkins": [walkin], "departed": ["T9"]}
    assert refused(data, lambda text: formats.read_night(text, SMALL)) == [
        "absent: 'P9' is there 2 times",
        "absent: no person 'P9'",
        "departed: no team 'T9'",
        f"walk-in {walkin['id']!r} has the id of somebody who signed up",
        f"walk-in {walkin['id']!r}: no headquarters 'H9'",
    ]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=3), inside, max_size=3),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_damage_to_an_instance_makes_the_reader_fail(data):
    instance = plain()
    for _damage in range(data.draw(st.integers(1, 4))):
        inside = instance
        while True:
            keys = sorted(inside) if isinstance(inside, dict) else list(range(len(inside)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if isinstance(inside[key], dict | list) and inside[key] and data.draw(st.booleans()):
                inside = inside[key]
                continue
            inside[key] = data.draw(ANYTHING)
            break
    try:
        formats.read_instance(json.dumps(instance))
    except Contradiction as contradiction:
        assert contradiction.problems
