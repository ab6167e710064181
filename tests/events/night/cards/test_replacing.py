"""Who comes instead: what keeps the team going out, and least disturbance."""

import datetime as dt

import pytest
import time_machine
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from events.models import Slot
from events.night.cards import answering, deadlines, replacing
from events.night.cards.mending import Plan, plan
from events.night.models import (
    Assignment,
    BoardChange,
    Card,
    Choice,
    Edition,
    NamedPerson,
    Participant,
    Sector,
    Vacancy,
)
from events.night.roster.problem import Headquarters, Instance, Person, Rules, Team
from mail.models import Message
from tests.factories.night_board import person, replayed, spots_now, where
from tests.factories.night_cards import card, move, published_night, told
from tests.factories.night_partners import PartnerFactory

pytestmark = pytest.mark.django_db
HQS = (Headquarters("A", 0, 0), Headquarters("B", 2000, 0))


def one(name, **facts):
    facts = {"seq": ord(name[-1]), "prefs": ("A",), "reach": "any", "leader": False, "experienced": True} | facts
    return Person(name, kind="citizen", home="A", max_walk=facts.pop("max_walk", 1), **facts)


def choose(people, *, members="xy", leader="x", needs="", target=3, walk=1, most=4):
    team = Team("A-1", "A", 2, target, most, frozenset(needs.split()), walk=walk)
    crew = [one(name, leader=True) if name == leader else one(name) for name in members]
    instance = Instance("", Rules(), HQS, (), (*crew, *(person for person, _at in people)))
    reserve = {person.id: at for person, at in people}
    return plan(instance, team, members=list(members), leader=leader if leader in members else None, reserve=reserve)


@pytest.mark.parametrize(
    ("people", "facts", "found"),
    [
        ([(one("a"), "B"), (one("b"), "A")], {}, Plan("b")),  # the team's own headquarters first
        ([(one("a", prefs=("B",)), "A"), (one("b"), "A")], {}, Plan("b")),  # then who wished for it
        ([(one("a", group="g"), "A"), (one("b"), "A")], {}, Plan("b")),  # a group of friends is left together
        ([(one("a"), "A"), (one("b"), "A")], {}, Plan("a")),  # then who signed up first
        ([(one("a", prefs=("B",), reach="prefs"), "A")], {}, Plan(why="people")),
        ([(one("a", max_walk=0), "A")], {}, Plan(why="people")),
        ([(one("a"), "A")], {"target": 2}, Plan()),  # enough without
        ([(one("a"), "A")], {"members": "wxyz"}, Plan()),
        ([(one("a"), "A"), (one("b", tags=frozenset({"t"})), "B")], {"needs": "t"}, Plan("b")),
        ([(one("a"), "A")], {"needs": "t"}, Plan(why="tags")),
        ([(one("a"), "A"), (one("b", leader=True), "B")], {"leader": "-"}, Plan("b", "b")),
        ([(one("a"), "A")], {"leader": "-"}, Plan(why="leader")),
        ([], {"leader": "-"}, Plan(why="people")),
    ],
)
def test_who_is_chosen(people, facts, found):
    assert choose(people, **facts) == found


def test_a_member_who_may_lead_does_so_and_somebody_else_comes():
    crew = [one("x", leader=True, experienced=False), one("y", leader=True)]
    instance = Instance("", Rules(), HQS, (), (*crew, one("a")))
    team = Team("A-1", "A", 2, 3, 4)

    assert plan(instance, team, members=["x", "y"], leader=None, reserve={"a": "A"}) == Plan("a", "y")
    assert plan(instance, team, members=["x", "y"], leader=None, reserve={}) == Plan(None, "y", "people")


def decline(name):
    mine = card(name)
    answering.say_cannot(mine, by=mine.participant.volunteer.user)
    Message.objects.all().delete()


def test_another_leader_is_told_and_so_are_those_who_were_told_of_the_first():
    published_night(reserve=0)
    Participant.objects.filter(pk=person("11-1 b").pk).update(leader=True)
    decline("11-1 a")

    assert (replacing.fill_open(), replacing.fill_open()) == (0, 0)

    assert (where("11-1 b"), where("11-1 c")) == ("11-1*", "11-1")
    assert told() == [("11-1 b", "lead"), ("11-1 c", "leader")]
    (vacancy,) = Vacancy.objects.open()
    assert (vacancy.why, card("11-1 c").leader) == ("people", person("11-1 b"))


def test_where_nobody_is_found_the_team_is_to_be_mended_and_looked_at_again():
    night = published_night(reserve=0, headquarters=1)
    decline("11-1 b")
    assert replacing.fill_open() == 0
    vacancy = Vacancy.objects.get()
    assert (vacancy.is_open, vacancy.why) == (True, "people")

    move("11-2 c", "11")
    assert replacing.fill_open() == 0  # it was just looked at
    with time_machine.travel(vacancy.tried_at + replacing.AGAIN):
        assert replacing.fill_open() == 1
    assert where("11-2 c") == "11-1"
    assert Slot.objects.get(headquarters__edition=night).seats_taken == 5


def test_whoever_said_no_or_nothing_or_cannot_walk_or_will_not_go_there_is_not_asked():
    published_night(headquarters=1, reserve=3)
    sector = person("11-1 a").assignment.sector
    Participant.objects.filter(pk=person("11 r a").pk).update(max_walk=0)
    Choice.objects.filter(participant=person("11 r b")).delete()
    mine = card("11 r c")
    mine.lapsed_at = mine.told_at
    mine.save()
    decline("11-1 b")

    assert replacing.fill_open() == 0
    assert Vacancy.objects.get().why == "people"
    answering.say_coming(card("11 r c"), by=mine.participant.volunteer.user)
    assert replacing.fill(Vacancy.objects.get().pk, by=None).filled_by == person("11 r c")
    assert where("11 r c") == sector.code


def test_nobody_is_called_in_the_last_hours():
    night = published_night()
    decline("11-1 b")
    with time_machine.travel(night.headquarters.first().slot.starts_at - dt.timedelta(hours=1)):
        replacing.fill_open()
    assert Vacancy.objects.get().why == "late"
    assert where("11 r a") == "11"


def test_a_headquarters_without_a_seat_left_is_said():
    night = published_night()
    decline("11-1 b")
    Slot.objects.filter(headquarters__edition=night).update(capacity=5 + 1)
    Slot.objects.filter(headquarters__district__code="11").update(capacity=5)

    assert replacing.fill_open() == 0

    assert (Vacancy.objects.get().why, where("11 r a"), told()) == ("seats", "11", [])


# --- Deadlines --------------------------------------------------------------------------------------------------------
def late(night, hours=1):
    return night.answers_by + dt.timedelta(hours=hours)


def test_silence_gives_the_place_on_once_somebody_has_it():
    night = published_night()
    for name in ("11-1 a", "11-1 c", "11-2 a", "11-2 b", "11-2 c", *(f"12-{n} {x}" for n in (1, 2) for x in "abc")):
        answering.say_coming(card(name), by=person(name).volunteer.user)

    assert deadlines.lapse_due(late(night, -1)) == 0
    with time_machine.travel(late(night)):
        assert (deadlines.lapse_due(), deadlines.lapse_due()) == (1, 0)
        assert (replacing.fill_open(), replacing.fill_open()) == (1, 0)

    assert (where("11-1 b"), where("11 r a")) == ("11", "11-1")
    assert told() == [("11 r a", "placed"), ("11-1 b", "lapsed")]
    silent = card("11-1 b")
    assert (silent.has_lapsed, silent.participant.registration.state, silent.sector) == (True, "waiting", None)
    assert Slot.objects.filter(headquarters__district__code="11").get().seats_taken == 6


def test_silence_keeps_the_place_while_nobody_else_has_it_and_an_answer_settles_it():
    night = published_night(reserve=0)
    with time_machine.travel(late(night)):
        deadlines.lapse_due()
        assert replacing.fill_open() == 0
        assert where("11-1 b") == "11-1"
        assert Vacancy.objects.open().filter(left_by=person("11-1 b")).get().why == "people"

        answering.say_coming(card("11-1 b"), by=person("11-1 b").volunteer.user)

        assert Vacancy.objects.get(left_by=person("11-1 b")).outcome == "back"
        decline("11-1 c")
        assert Vacancy.objects.get(left_by=person("11-1 c")).reason == "declined"
    assert told() == []


def silent_night(*names, reserve=3):
    """Published, its deadline over: all but these have said that they come. Returns the moment."""
    night = published_night(reserve=reserve)
    answered = {"answer": "coming", "answered_at": night.answers_by}
    Card.objects.exclude(participant__in=[person(name).pk for name in names]).update(**answered)
    Participant.objects.filter(volunteer__user__first_name__endswith="b").update(leader=True)
    return late(night)


def each_where():
    return sorted(Assignment.objects.values_list("participant", "headquarters", "sector", "leads"))


def test_places_settled_together_go_to_those_whom_one_by_one_they_would_go_to():
    at = silent_night("11-1 a", "11-1 b", "11-1 c", "11-2 a", "12-1 a", "12-2 c", reserve=2)
    with time_machine.travel(at):
        assert deadlines.lapse_due() == 6
        with transaction.atomic():
            for key in Vacancy.objects.values_list("pk", flat=True).order_by("sector__headquarters", "opened_at", "pk"):
                replacing.fill(key, by=None)
            one_by_one = each_where(), sorted(Vacancy.objects.values_list("left_by", "filled_by", "outcome", "why"))
            transaction.set_rollback(True)
        journal = BoardChange.objects.count()

        assert replacing.fill_open() == 4

    together = each_where(), sorted(Vacancy.objects.values_list("left_by", "filled_by", "outcome", "why"))
    assert together == one_by_one
    assert BoardChange.objects.count() == journal + 4  # each can be taken back alone
    assert replayed(Edition.objects.get()) == spots_now(Edition.objects.get())
    assert Message.objects.filter(kind="night/card").values("user").distinct().count() == len(told())


def test_places_settled_together_take_a_few_queries_more_than_one():
    with time_machine.travel(silent_night("11-1 b")):
        deadlines.lapse_due()
        with CaptureQueriesContext(connection) as one:
            assert replacing.fill_open() == 1
        Card.objects.filter(participant__assignment__sector__code__in=["11-1", "11-2"]).update(
            answer="", answered_at=None, answer_by=F("told_at")
        )
        Card.objects.filter(leads=True).update(answer="coming", answered_at=F("told_at"))
        assert deadlines.lapse_due() == 4
        with CaptureQueriesContext(connection) as four:
            assert replacing.fill_open() == 2
    assert len(four) <= len(one) + 2 * 1 + 2  # an entry of the journal is two queries


def test_where_seats_are_for_some_alone_those_are_given():
    at = silent_night()
    decline("11-1 b")
    decline("11-2 b")
    Slot.objects.filter(headquarters__district__code="11").update(capacity=5)

    with time_machine.travel(at):
        assert replacing.fill_open() == 1

    assert sorted(Vacancy.objects.values_list("sector__code", "why")) == [("11-1", ""), ("11-2", "seats")]
    assert (where("11 r a"), where("11 r b")) == ("11-1", "11")


def test_the_silent_are_asked_once_more_once():
    night = published_night()
    answering.say_coming(card("11-1 a"), by=person("11-1 a").volunteer.user)
    assert deadlines.to_remind(night) == 11
    assert deadlines.remind_due(night.answers_by - dt.timedelta(hours=25)) == 0

    assert deadlines.remind(night, by=person("11-1 a").volunteer.user) == 11
    assert deadlines.remind(night, by=person("11-1 a").volunteer.user) == 0
    assert deadlines.remind_due(night.answers_by - dt.timedelta(hours=1)) == 0

    assert set(Message.objects.values_list("kind", flat=True)) == {"night/card-reminder"}
    assert Message.objects.count() == 11


def test_the_silent_are_asked_by_themselves_a_day_before_the_deadline():
    night = published_night()
    with time_machine.travel(night.answers_by - dt.timedelta(hours=23)):
        assert (deadlines.remind_due(), deadlines.remind_due()) == (12, 0)
    Edition.objects.update(state="closed")
    assert deadlines.to_remind(night) == 0


def test_only_an_organisations_own_people_come_into_its_team():
    night = published_night(headquarters=1, reserve=2)
    partner = PartnerFactory(edition=night)
    Sector.objects.filter(code="11-1").update(partner=partner)
    decline("11-1 b")
    assert replacing.fill_open() == 0

    own = person("11 r b")
    NamedPerson.objects.create(edition=night, partner=partner, participant=own, email="own@example.org", first_name="O")
    with time_machine.travel(Vacancy.objects.get().tried_at + replacing.AGAIN):
        assert replacing.fill_open() == 1
    assert where("11 r b") == "11-1"
