"""The best roster of a tiny instance by trying them all, judged by the referee alone."""

import itertools
import json

from events.night.roster import formats
from events.night.roster.referee import check


def best_score(instance):
    """The best legal score: every person in every team or at home, every choice of leaders that matters."""
    plain = json.loads(formats.write_instance(instance))
    teams = [team["id"] for team in plain["teams"]]
    people = [person["id"] for person in plain["people"]]
    offers = {person["id"] for person in plain["people"] if person["leader"]}
    lead_pins = {pin["team"]: pin["person"] for pin in plain["pins"] if pin["lead"]}
    best = None
    for places in itertools.product([None, *teams], repeat=len(people)):
        assignments = {person: team for person, team in zip(people, places, strict=True) if team}
        leaders = {}
        for team in teams:
            members = [person for person in people if assignments.get(person) == team]
            able = [lead_pins[team]] if lead_pins.get(team) in members else [one for one in members if one in offers]
            if able:
                leaders[team] = able[0]
        roster = {"instance": instance.name, "assignments": assignments, "leaders": leaders}
        verdict = check(plain, roster)
        if not verdict.breaches and (best is None or verdict.score.key > best.key):
            best = verdict.score
    return best
