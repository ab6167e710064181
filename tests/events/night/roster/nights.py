"""Small nights for the tests, what the referee says of one, and the best of a tiny one by trying all."""

import itertools
import json
from dataclasses import replace

from hypothesis import strategies as st

from events.night.roster import formats, greedy
from events.night.roster.city import City
from events.night.roster.contradicting import contradictions
from events.night.roster.problem import Bounds, Headquarters, Instance, Night, Person, Pin, Rules, Team, WalkIn
from events.night.roster.referee import check_night

HQS = (Headquarters("A", 0, 0), Headquarters("B", 0, 2600))
TAGS = st.frozensets(st.sampled_from(["x", "y"]), max_size=1)


def person(name, prefs=("A",), **fields):
    given = {"leader": False, "experienced": False, "max_walk": 2, "tags": frozenset(), "group": None}
    return Person(name, int(name[1:]), "citizen", "A", tuple(prefs), "prefs", **given | fields)


def plain(instance, roster, night):
    written = formats.write_instance(instance), formats.write_roster(roster), formats.write_night(night)
    return [json.loads(text) for text in written]


def judged(instance, roster, night, after):
    """The referee's score of a legal night."""
    verdict = check_night(*plain(instance, roster, night), json.loads(formats.write_roster(after)))
    assert verdict.breaches == ()
    return verdict.score


@st.composite
def nights(draw, people, teams=3):
    """An instance, a legal roster of it, and a night."""
    sectors = []
    for index in range(draw(st.integers(1, teams))):
        least, target, most = sorted(draw(st.lists(st.integers(1, 4), min_size=3, max_size=3)))
        hq, walk = draw(st.sampled_from("AAB")), draw(st.integers(0, 1))
        sectors.append(Team(f"T{index}", hq, least, target, most, draw(TAGS), draw(TAGS), walk))

    def somebody(index):
        return person(
            f"P{index}",
            draw(st.sampled_from(["A", "AB", "BA"])),
            leader=draw(st.booleans()),
            experienced=draw(st.booleans()),
            max_walk=draw(st.integers(0, 2)),
            tags=draw(TAGS),
            group=draw(st.sampled_from([None, None, "G", "H"])),
        )

    crowd = [somebody(index) for index in range(draw(st.integers(1, people)))]
    names, ids = [one.id for one in crowd], [team.id for team in sectors]
    pinned = draw(st.lists(st.sampled_from(names), unique=True, max_size=1))
    pins = tuple(Pin(one, draw(st.sampled_from(ids)), draw(st.booleans())) for one in pinned)
    apart = tuple(draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=1)))
    instance = Instance("small", Rules(), HQS, tuple(sectors), tuple(crowd), apart, pins)
    if contradictions(instance):
        instance = replace(instance, pins=(), apart=())
    roster = greedy.compose(City(instance)).roster(Bounds(), 0)
    waiting = [one for one in crowd if one.id not in roster.assignments and draw(st.booleans())]
    roster = replace(roster, reserve={one.id: draw(st.sampled_from(one.prefs)) for one in waiting})
    night = Night(
        tuple(draw(st.lists(st.sampled_from(names), unique=True, max_size=3))),
        tuple(WalkIn(somebody(90 + index), draw(st.sampled_from("AB"))) for index in range(draw(st.integers(0, 2)))),
        tuple(draw(st.lists(st.sampled_from(ids), unique=True, max_size=1))),
    )
    return instance, roster, night


def best_night(instance, roster, night):
    """The best legal score: everybody who is there in every team of their headquarters, or in none."""
    files = plain(instance, roster, night)
    hq_of = {team.id: team.hq for team in instance.teams}
    there = {one: hq_of[team] for one, team in roster.assignments.items()} | roster.reserve
    there = {one: hq for one, hq in there.items() if one not in night.absent}
    there |= {walkin.person.id: walkin.at for walkin in night.walkins}
    people = {one.id: one for one in [*instance.people, *(walkin.person for walkin in night.walkins)]}
    lead_pins = {pin.team: pin.person for pin in instance.pins if pin.lead}
    choices = []
    for one, hq in there.items():
        before = roster.assignments.get(one)
        open_teams = [team.id for team in instance.teams if team.hq == hq and team.id not in night.departed]
        choices.append([before] if before in night.departed else [None, *open_teams])
    best = None
    for places in itertools.product(*choices):
        assignments = {one: team for one, team in zip(there, places, strict=True) if team}
        leaders = {}
        for team in hq_of:
            members = [one for one in assignments if assignments[one] == team]
            able = [one for one in members if people[one].leader]
            able = [lead_pins[team]] if lead_pins.get(team) in members else able
            if able:
                leaders[team] = able[0]
        after = {"instance": instance.name, "assignments": assignments, "leaders": leaders}
        verdict = check_night(*files, after)
        if not verdict.breaches and (best is None or verdict.score.key > best.key):
            best = verdict.score
    return best
