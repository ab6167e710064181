"""Two organisers and somebody who declines, at the same instant; and any order of moves, undone and done again."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.night.board import moving
from events.night.board.moving import BoardRefused, Spot
from events.night.composing import choosing
from events.night.models import Assignment, BoardChange, Sector
from events.night.sign_up import withdrawing
from tests.factories.night_board import board_night, person, replayed, spots_now, where
from tests.factories.night_people import composed
from tests.factories.volunteers import UserFactory
from tests.racing import at_once


def team(code):
    return Sector.objects.select_related("headquarters").get(code=code)


def test_two_organisers_and_whoever_declines_lose_nothing_and_put_nobody_in_two_teams(transactional_db):
    night = board_night()
    ana, ben = UserFactory(first_name="Ana"), UserFactory(first_name="Ben")
    roster = composed(night)
    awa, bo, cy = person("11-1 b"), person("11-1 c"), person("12 r a")

    for _round in range(3):
        seen = moving.number_of(night)
        before = moving.move(person("12-2 b"), to=team("12-1"), seen=None, by=ana)
        before = before or moving.move(person("12-2 b"), to=team("12-2"), seen=None, by=ana)
        seen = moving.number_of(night)
        goals = [team("11-2"), team("12-1")] if where("11-1 b") == "11-1" else [team("11-1"), team("12-2")]
        acts = [
            lambda seen=seen, to=goals[0]: moving.move(awa, to=to, seen=seen, by=ana),
            lambda seen=seen, to=goals[1]: moving.move(awa, to=to, seen=seen, by=ben),
            lambda seen=seen, to=goals[0]: moving.move(bo, to=to, seen=seen, by=ben),
            lambda: withdrawing.withdraw(cy, by=cy.volunteer.user),
            lambda seen=seen: moving.move(cy, to=team("11-1"), seen=seen, by=ana, leads=True),
            lambda change=before: moving.undo(change, by=ben),
            lambda: choosing.choose(roster, by=ana),
        ]
        results = at_once(lambda act: act(), acts)

        unforeseen = [
            found for found in results if isinstance(found, Exception) and not isinstance(found, BoardRefused)
        ]
        assert unforeseen == []
        assert sum(isinstance(found, BoardChange) for found in results[:2]) <= 1  # of two who saw the same, one moves
        assert replayed(night) == spots_now(night)
        assert where("12 r a") is None
        numbers = list(BoardChange.objects.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, moving.number_of(night) + 1))
        leaders = list(Assignment.objects.filter(leads=True).values_list("sector", flat=True))
        assert len(leaders) == len(set(leaders))


NAMES = ["11-1 a", "11-1 b", "11-2 a", "11 r a", "12-1 a", "12-1 b"]
PLACES = ["11-1", "11-2", "12-1", "11", "12"]
step = st.one_of(
    st.tuples(st.just("move"), st.sampled_from(NAMES), st.sampled_from(PLACES), st.booleans()),
    st.tuples(st.sampled_from(["lead", "pin", "unpin"]), st.sampled_from(NAMES)),
    st.tuples(st.sampled_from(["pin_team", "unpin_team"]), st.sampled_from(PLACES[:3])),
    st.tuples(st.sampled_from(["undo", "redo"])),
)


class Plain:
    """The same board in a few lines: where everybody is, and what was done, to be taken back from its end."""

    def __init__(self, spots, places, offers):
        self.spots, self.places, self.offers = dict(spots), places, offers
        self.done, self.undone = [], []

    def act(self, what, *args):
        if what in ("undo", "redo"):
            return self.back(what)
        changes = getattr(self, what)(*args)
        if changes is None:
            return "refused"
        changes = {key: spot for key, spot in changes.items() if self.spots[key] != spot}
        if changes:
            self.done.append({key: (self.spots[key], spot) for key, spot in changes.items()})
            self.undone = []
            self.spots |= changes
        return "done"

    def back(self, what):
        source, target = (self.done, self.undone) if what == "undo" else (self.undone, self.done)
        if source:
            entry = source.pop()
            target.append(entry)
            self.spots |= {key: both[what == "redo"] for key, both in entry.items()}
        return "done"

    def leader(self, sector):
        return next((key for key, spot in self.spots.items() if spot.sector == sector and spot.leads), None)

    def move(self, key, place, leads):
        hq, sector = self.places[place]
        now = self.spots[key]
        if now[:2] == (hq, sector) and not (leads and sector and not now.leads):
            return {} if now.leads or sector is None or self.leader(sector) or not self.offers[key] else self.lead(key)
        if sector is None:
            return {key: Spot(hq, None, False, True)}
        leader = self.leader(sector)
        leading = leads or (leader is None and self.offers[key])
        old = {leader: self.spots[leader]._replace(leads=False)} if leading and leader and leader != key else {}
        return old | {key: Spot(hq, sector, leading, True)}

    def lead(self, key):
        now = self.spots[key]
        if now.sector is None:
            return None
        leader = self.leader(now.sector)
        if leader == key:
            return {}
        old = {leader: self.spots[leader]._replace(leads=False)} if leader else {}
        return old | {key: now._replace(leads=True, is_pinned=True)}

    def pin(self, key, is_pinned=True):
        return {key: self.spots[key]._replace(is_pinned=is_pinned)}

    def unpin(self, key):
        return self.pin(key, is_pinned=False)

    def pin_team(self, place, is_pinned=True):
        sector = self.places[place][1]
        inside = {key: spot for key, spot in self.spots.items() if spot.sector == sector}
        return {key: spot._replace(is_pinned=is_pinned) for key, spot in inside.items()}

    def unpin_team(self, place):
        return self.pin_team(place, is_pinned=False)


@pytest.mark.django_db
def test_any_moves_undone_and_done_again_end_as_in_a_plain_model():
    night, by = board_night(), UserFactory()
    people = {name: person(name) for name in NAMES}
    teams = {code: team(code) for code in PLACES[:3]} | {code: team(f"{code}-1").headquarters for code in PLACES[3:]}
    places = {code: (one.headquarters_id, one.pk) if "-" in code else (one.pk, None) for code, one in teams.items()}
    begun = spots_now(night)
    offers = dict(night.participants.values_list("pk", "leader"))

    def really(what, *args):
        if what in ("undo", "redo"):
            change = (moving.last_done if what == "undo" else moving.next_undone)(night, by=by)
            return change and getattr(moving, what)(change, by=by)
        if what == "move":
            name, place, leads = args
            return moving.move(people[name], to=teams[place], seen=moving.number_of(night), by=by, leads=leads)
        subject = people.get(args[0]) or teams[args[0]]
        return getattr(moving, what)(subject, seen=moving.number_of(night), by=by)

    def named(step):
        return [people[word].pk if word in people else word for word in step]

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(step, min_size=1, max_size=12))
    def check(steps):
        with transaction.atomic():
            plain = Plain(begun, places, offers)
            for step in steps:
                try:
                    really(*step)
                    outcome = "done"
                except BoardRefused:
                    outcome = "refused"
                assert (step, plain.act(*named(step))) == (step, outcome)
                assert spots_now(night) == plain.spots
            assert replayed(night) == spots_now(night)
            transaction.set_rollback(True)

    check()
