import datetime as dt
from contextlib import nullcontext

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ideas import answering, proposing, sorting, talking, voting
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


@pytest.mark.parametrize("seconds", [-1, 0])
def test_one_votes_on_what_was_not_refused_when_the_vote_opened(call, ideas, seconds):
    with time_machine.travel(opening(call, seconds), tick=False):
        answering.answer(ideas[0], state="out_of_scope", reason="La Région s'en occupe.", by=UserFactory())

    stands = seconds == 0
    assert voting.candidates(call) == (ideas if stands else ideas[1:])
    with nullcontext() if stands else pytest.raises(IdeaRefused):
        voting.vote(VolunteerFactory(), call=call, points={ideas[0].pk: 1})
    close(call)
    assert (result(call)[0] == (ideas[0].pk, 1, 1, 1), len(result(call))) == (stands, 4 if stands else 3)


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


def opening(call, seconds):
    return call.phase("vote").starts_at + dt.timedelta(seconds=seconds)


ACTS = {
    "send away": lambda ideas, there: sorting.send_to(ideas[0], call=there.call, reason="Là.", by=UserFactory()),
    "send here": lambda ideas, there: sorting.send_to(there, call=ideas[0].call, reason="Ici.", by=UserFactory()),
    "merge": lambda ideas, there: sorting.merge(ideas[0], into=ideas[1], reason="Pareil.", by=UserFactory()),
    "unmerge": lambda ideas, there: sorting.unmerge(ideas[4], by=UserFactory()),
    "withdraw": lambda ideas, there: proposing.withdraw(ideas[1], by=ideas[1].author.user, reason="Non."),
    "reopen": lambda ideas, there: answering.reopen(ideas[5], reason="Si.", by=UserFactory()),
    "adopt": lambda ideas, there: answering.answer(ideas[5], state="adopted", reason="Si.", by=UserFactory()),
    "refuse anew": lambda ideas, there: answering.answer(ideas[5], state="declined", reason="Ni.", by=UserFactory()),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("seconds", [-1, 0])
def test_from_its_opening_on_people_choose_between_the_same_ideas(call, ideas, act, seconds):
    """Whether anybody chose the idea is secret, and so it is not asked."""
    there, by = IdeaFactory(), UserFactory()
    ideas += IdeaFactory.create_batch(2, call=call)
    with time_machine.travel(opening(call, -60), tick=False):
        sorting.merge(ideas[4], into=ideas[1], reason="Pareil.", by=by)
        answering.answer(ideas[5], state="declined", reason="Non.", by=by)
    if seconds == 0:
        voting.vote(VolunteerFactory(), call=call, points={ideas[0].pk: 6, ideas[1].pk: 4})
    before = voting.candidates(call)

    with time_machine.travel(opening(call, seconds), tick=False):
        if seconds == 0:
            with pytest.raises(IdeaRefused, match="vot"):
                ACTS[act](ideas, there)
        else:
            ACTS[act](ideas, there)

    changed = act != "refuse anew" and seconds < 0
    assert (voting.candidates(call) != before) is changed
    close(call)
    if seconds == 0:
        assert result(call) == [
            (ideas[0].pk, 6, 1, 1), (ideas[1].pk, 4, 1, 2), (ideas[2].pk, 0, 0, 3), (ideas[3].pk, 0, 0, 3),
        ]  # fmt: skip


def test_an_answer_and_its_being_taken_back_leave_the_ballot_as_it_was(call, ideas):
    by = UserFactory()
    voting.vote(VolunteerFactory(), call=call, points={ideas[0].pk: 10})

    for act in (
        lambda: answering.answer(ideas[0], state="declined", reason="Non.", by=by),
        lambda: answering.answer(ideas[0], state="adopted", reason="Si.", by=by),
        lambda: answering.reopen(ideas[0], reason="", by=by),
        lambda: sorting.study(ideas[0], by=by),
    ):
        act()
        assert voting.candidates(call) == ideas

    close(call)
    assert result(call)[0] == (ideas[0].pk, 10, 1, 1)


def test_a_hidden_idea_keeps_its_points_and_is_back_once_it_can_be_read(call, ideas):
    by, volunteer = UserFactory(), VolunteerFactory()
    voting.vote(volunteer, call=call, points={ideas[0].pk: 6})
    talking.hide(ideas[0], reason="Une adresse.", by=by)
    assert voting.candidates(call) == ideas[1:]
    with pytest.raises(IdeaRefused):
        voting.vote(VolunteerFactory(), call=call, points={ideas[0].pk: 1})

    talking.show(ideas[0], by=by)
    voting.vote(VolunteerFactory(), call=call, points={ideas[0].pk: 1})

    talking.hide(ideas[0], reason="Une adresse.", by=by)
    close(call)
    assert result(call)[0] == (ideas[0].pk, 7, 2, 1)


def test_once_counted_ideas_are_neither_merged_nor_sent_there_but_answered_and_withdrawn(call, ideas):
    by = UserFactory()
    with time_machine.travel(opening(call, -60), tick=False):
        answering.answer(ideas[3], state="declined", reason="Non.", by=by)
    close(call)

    with time_machine.travel(call.phase("vote").ends_at, tick=False):
        for act in ("send away", "send here", "merge"):
            with pytest.raises(IdeaRefused):
                ACTS[act](ideas, IdeaFactory())
        proposing.withdraw(ideas[1], by=ideas[1].author.user)
        answering.answer(ideas[3], state="adopted", reason="Si.", by=by)

    assert list(call.ideas.order_by("pk").values_list("state", flat=True)) == ["open", "withdrawn", "open", "adopted"]


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
