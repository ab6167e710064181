"""The referee: each rule of a legal roster broken once, each level of the score counted by hand."""

import json
import subprocess
import sys
from copy import deepcopy

import pytest

from events.night.roster import formats
from events.night.roster.problem import Headquarters, Instance, Person, Pin, Rules, Team
from events.night.roster.referee import NightScore, Score, check, check_night


def person(name, prefs=("A",), reach="prefs", **fields):
    given = {"leader": False, "experienced": False, "max_walk": 2, "tags": frozenset(), "group": None}
    return Person(name, 1, "citizen", "A", tuple(prefs), reach, **given | fields)


CITY = Instance(
    name="by hand",
    rules=Rules(),
    hqs=(Headquarters("A", 0, 0), Headquarters("B", 0, 2600), Headquarters("C", 3000, 4001)),
    teams=(
        Team("a", "A", 2, 3, 4, needs=frozenset({"metro"}), wants=frozenset({"ar"}), walk=1),
        Team("b", "B", 2, 2, 3),
        Team("c", "C", 2, 2, 3),
    ),
    people=(
        person("ana", leader=True, tags=frozenset({"metro"})),
        person("bob", reach="near", group="g"),
        person("cid", ("B", "A"), leader=True, experienced=True, group="g"),
        person("dan", (), "any", leader=True),
        person("eve", max_walk=0),
        person("fay", reach="any"),
        person("gus", ("B",), tags=frozenset({"ar"})),
    ),
    apart=(("ana", "gus"),),
    pins=(Pin("gus", "a"),),
)
ROSTER = {
    "instance": "by hand",
    "assignments": {"ana": "a", "gus": "a", "bob": "b", "cid": "b", "dan": "c", "fay": "c"},
    "leaders": {"a": "ana", "b": "cid", "c": "dan"},
}


def judged(roster, **changes):
    instance = json.loads(formats.write_instance(CITY)) | {"apart": []} | changes
    return check(instance, roster)


def changed(assignments=(), leaders=(), **fields):
    roster = deepcopy(ROSTER) | fields
    for key, changes in (("assignments", assignments), ("leaders", leaders)):
        for name, value in dict(changes).items():
            roster[key].pop(name, None) if value is None else roster[key].update({name: value})
    return roster


def test_a_legal_roster_is_counted_level_by_level():
    # bob walks over to B for 6, fay goes far for 6 (4 of distance: 6 with a choice), dan pays the distance: 5.
    # a: nobody experienced 3, one under target 1; c: nobody experienced 3.
    verdict = judged(ROSTER)
    assert verdict.breaches == ()
    assert verdict.score == Score(viable=3, placed=6, split=0, cost=6 + 6 + 5, balance=3 + 1 + 3)


@pytest.mark.parametrize(
    ("roster", "breaches"),
    [
        (changed({"eve": "c"}), ["eve may not go to C, and is in c"]),
        (changed({"eve": "a"}), ["eve cannot walk a"]),
        (changed({"gus": None}), [
            "gus is pinned to a, and is in None", "a does not go out and holds ana",
        ]),
        (changed({"bob": "a", "cid": "a", "fay": "a"}, {"b": None, "c": None}), [
            "a has 5 people, 4 at most", "a does not go out and holds ana, bob, cid, fay",
            "c does not go out and holds dan",
        ]),
        (changed(leaders={"c": "fay"}), ["fay leads c and may not lead", "c does not go out and holds dan, fay"]),
        (changed(leaders={"c": "cid"}), [
            "'cid' leads 'c' without being in it", "c does not go out and holds dan, fay",
        ]),
        (changed({"zoe": "a"}), ["assignments: 'zoe' in 'a' is not known"]),
        (changed(instance="another"), ["the roster is of 'another', not of 'by hand'"]),
        (changed(reserve={"eve": "B", "dan": "A"}), [
            "dan is in c and in the reserve", "eve may not go to B, and is in its reserve",
        ]),
        (changed(assignments={"ana": 3}), ["assignments must be an object of texts"]),
    ],
)  # fmt: skip
def test_each_breach_is_said(roster, breaches):
    assert set(breaches) <= set(judged(roster).breaches)


def test_people_apart_are_not_in_one_team():
    breaches = judged(ROSTER, apart=[["ana", "gus"]]).breaches
    assert breaches == ("ana and gus must be apart, and are both in a",)


def test_a_team_without_what_it_needs_does_not_go_out():
    instance = json.loads(formats.write_instance(CITY)) | {"apart": []}
    instance["people"][0]["tags"] = []
    verdict = check(instance, ROSTER)
    assert verdict.breaches == ("a does not go out and holds ana",)
    assert verdict.score.viable == 2


def test_who_is_pinned_as_leader_leads():
    pins = [{"person": "gus", "team": "a", "lead": True}]
    assert judged(ROSTER, pins=pins).breaches == ("gus is pinned as leader of a, which ana leads",)
    assert judged(changed(leaders={"a": "gus"}), pins=pins).breaches == ()


def test_a_group_of_which_one_stays_at_home_is_split():
    pairs = changed({"bob": None, "eve": None, "cid": "b", "dan": "b", "fay": None}, {"c": None})
    assert judged(pairs).score.split == 1
    assert judged(changed({"bob": None, "cid": None}, {"b": None})).score.split == 0


def test_a_night_keeps_people_where_they_are_and_counts_who_moves():
    instance = json.loads(formats.write_instance(CITY)) | {"apart": []}
    newcomer = instance["people"][3] | {"id": "hal", "at": "B"}
    night = {"absent": ["bob"], "walkins": [newcomer], "departed": ["c"]}
    after = changed({"bob": None, "hal": "b"})
    verdict = check_night(instance, ROSTER, night, after)
    assert verdict.breaches == ()
    assert verdict.score == NightScore(viable=3, moved=0, placed=6, split=0, balance=7)
    lost = check_night(instance, ROSTER, night, changed({"bob": None, "cid": None}, {"b": None}))
    assert (lost.breaches, lost.score.viable, lost.score.moved) == ((), 2, 1)


@pytest.mark.parametrize(
    ("after", "breach"),
    [
        (changed({"bob": "b"}), "bob is not there, and is in b"),
        (changed({"bob": None, "eve": "a"}), "eve is not there, and is in a"),
        (changed({"bob": None, "fay": None}), "c has left with fay, who is in None now"),
        (changed({"bob": None, "cid": "c"}), "cid is at B, and c leaves from C"),
        (changed({"bob": None, "cid": "c"}), "c has left, and cid is in it now"),
    ],
)
def test_each_breach_of_a_night_is_said(after, breach):
    instance = json.loads(formats.write_instance(CITY)) | {"apart": []}
    night = {"absent": ["bob"], "walkins": [], "departed": ["c"]}
    assert breach in check_night(instance, ROSTER, night, after).breaches


def loaded(module):
    code = f"import sys, {module}; print(*sorted(sys.modules), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ours = ("events", "volunteers", "mail", "cms", "config", "ideas", "trainings", "django", "highspy")
    return {name for name in done.stdout.split() if name.split(".")[0] in ours}


def test_the_referee_shares_nothing_with_the_solver():
    assert loaded("events.night.roster.referee") == {
        "events", "events.night", "events.night.roster", "events.night.roster.referee",
    }  # fmt: skip


def test_the_formats_know_nothing_of_django():
    assert loaded("events.night.roster.formats") == {
        "events", "events.night", "events.night.roster", "events.night.roster.contradicting",
        "events.night.roster.finding", "events.night.roster.formats", "events.night.roster.problem",
    }  # fmt: skip
