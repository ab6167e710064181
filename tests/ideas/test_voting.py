import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ideas import answering, sorting, voting
from ideas.calling import IdeaRefused
from ideas.models import Ballot, Call, Choice, Score
from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers import erasing

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def call():
    return CallFactory(by_points=True, phase="vote")


@pytest.fixture
def ideas(call):
    return IdeaFactory.create_batch(4, call=call)


def close(call):
    with time_machine.travel(call.phase("vote").ends_at, tick=False):
        return voting.close_due()


def result(call):
    return list(Score.objects.filter(call=call).values_list("idea", "points", "ballots", "rank"))


def test_a_ballot_is_replaced_until_the_vote_closes(call, ideas):
    volunteer = VolunteerFactory()

    voting.vote(volunteer, call=call, points={ideas[0].pk: 10})
    voting.vote(volunteer, call=call, points={ideas[1].pk: 4, ideas[2].pk: 6, ideas[3].pk: 0})
    assert voting.chosen_by(volunteer, call=call) == {ideas[1].pk: 4, ideas[2].pk: 6}
    voting.vote(volunteer, call=call, points={})

    assert (Ballot.objects.count(), Choice.objects.count()) == (0, 0)


@pytest.mark.parametrize("points", [{0: 11}, {0: 6, 1: 5}, {0: -1, 1: 2}, {99: 1}])
def test_a_ballot_that_cannot_be_changes_nothing(call, ideas, points):
    volunteer = VolunteerFactory()
    voting.vote(volunteer, call=call, points={ideas[0].pk: 10})

    with pytest.raises(IdeaRefused):
        voting.vote(
            volunteer, call=call, points={ideas[n].pk if n < 4 else 10**6: given for n, given in points.items()}
        )

    assert voting.chosen_by(volunteer, call=call) == {ideas[0].pk: 10}


@pytest.mark.parametrize(("edge", "second", "open_"), [
    ("starts_at", -1, False), ("starts_at", 0, True), ("ends_at", -1, True), ("ends_at", 0, False),
])  # fmt: skip
def test_the_vote_opens_and_closes_on_the_second(call, ideas, edge, second, open_):
    moment = getattr(call.phase("vote"), edge) + dt.timedelta(seconds=second)
    with time_machine.travel(moment, tick=False):
        if open_:
            voting.vote(VolunteerFactory(), call=call, points={ideas[0].pk: 1})
        else:
            with pytest.raises(IdeaRefused):
                voting.vote(VolunteerFactory(), call=call, points={ideas[0].pk: 1})

    assert Ballot.objects.count() == open_


def test_equal_points_share_a_rank_and_ballots_are_let_go_of(call, ideas):
    for points in ((5, 5, 0), (1, 1, 2)):
        given = {idea.pk: n for idea, n in zip(ideas, points, strict=False)}
        voting.vote(VolunteerFactory(), call=call, points=given)

    assert [close(call), close(call)] == [1, 0]

    first, second, third, fourth = (idea.pk for idea in ideas)
    assert result(call) == [(first, 6, 2, 1), (second, 6, 2, 1), (third, 2, 1, 3), (fourth, 0, 0, 4)]
    assert (Ballot.objects.count(), Choice.objects.count()) == (0, 0)
    assert Call.objects.get().sealed_at == call.phase("vote").ends_at


def test_nothing_is_counted_before_the_end(call, ideas):
    voting.vote(VolunteerFactory(), call=call, points={ideas[0].pk: 1})

    with time_machine.travel(call.phase("vote").ends_at - dt.timedelta(seconds=1), tick=False):
        assert voting.close_due() == 0

    assert (Ballot.objects.count(), result(call)) == (1, [])


@pytest.mark.parametrize(("rule", "points"), [("by_points", 5), ("approval", 1)])
def test_what_was_merged_meanwhile_is_counted_at_its_head(rule, points):
    call = CallFactory(phase="vote", **{rule: True})
    first, second = IdeaFactory.create_batch(2, call=call)
    each = {first.pk: 2, second.pk: 3} if rule == "by_points" else {first.pk: 1, second.pk: 1}
    voting.vote(VolunteerFactory(), call=call, points=each)
    sorting.merge(first, into=second, reason="Pareil.", by=UserFactory())

    close(call)

    assert result(call) == [(second.pk, points, 1, 1)]


def test_one_does_not_vote_on_what_is_refused(call, ideas):
    answering.answer(ideas[0], state="out_of_scope", reason="La Région s'en occupe.", by=UserFactory())

    assert voting.candidates(call) == ideas[1:]
    with pytest.raises(IdeaRefused):
        voting.vote(VolunteerFactory(), call=call, points={ideas[0].pk: 1})


def test_who_leaves_during_the_vote_takes_the_ballot_along(call, ideas):
    volunteer = VolunteerFactory()
    voting.vote(volunteer, call=call, points={ideas[0].pk: 1})

    erasing.erase(volunteer.user)
    close(call)

    assert {points for _idea, points, _ballots, _rank in result(call)} == {0}


@pytest.mark.django_db(transaction=True)
def test_one_person_votes_many_times_at_once(call, ideas, at_once):
    volunteer = VolunteerFactory()

    at_once(lambda n: voting.vote(volunteer, call=call, points={ideas[n % 4].pk: 10}), range(12))

    assert (Ballot.objects.count(), Choice.objects.count()) == (1, 1)


@pytest.mark.parametrize("seconds", [-1, 0])
def test_from_the_opening_on_no_idea_leaves_and_nobody_learns_whether_it_was_chosen(call, ideas, seconds):
    """What was voted on before it was merged would be counted here, for an idea that is elsewhere."""
    there = CallFactory()
    with time_machine.travel(call.phase("vote").starts_at + dt.timedelta(seconds=seconds), tick=False):
        if seconds < 0:
            assert sorting.send_to(ideas[0], call=there, reason="Plutôt là.", by=UserFactory()).call == there
            return
        voting.vote(VolunteerFactory(), call=call, points={ideas[0].pk: 10})
        sorting.merge(ideas[0], into=ideas[1], reason="Pareil.", by=UserFactory())
        for idea in (ideas[1], ideas[2]):
            with pytest.raises(IdeaRefused):
                sorting.send_to(idea, call=there, reason="Plutôt là.", by=UserFactory())

    close(call)
    assert result(call)[0] == (ideas[1].pk, 10, 1, 1)


def test_casting_a_ballot_reads_no_other_idea(call, ideas):
    def cast():
        voting.vote(VolunteerFactory(), call=call, points={ideas[0].pk: 1})

    cast()
    with CaptureQueriesContext(connection) as few:
        cast()
    IdeaFactory.create_batch(30, call=call)
    with CaptureQueriesContext(connection) as many:
        cast()

    assert len(few) == len(many)
    assert not [query for query in many if "ideas_idea" in query["sql"] and '"text"' in query["sql"]]
