"""The ballot's page, and the result on the call's."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ideas import answering, talking, voting
from ideas.models import Ballot, Call, Choice, Score
from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.volunteers import MembershipFactory, UserFactory, VolunteerFactory
from tests.office import still
from tests.racing import at_once
from volunteers import erasing

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return CallFactory(by_points=True, phase="vote")


@pytest.fixture
def ideas(call):
    return IdeaFactory.create_batch(3, call=call)


@pytest.fixture
def voter(client):
    volunteer = VolunteerFactory()
    client.force_login(volunteer.user)
    return volunteer


def url(call):
    return reverse("ideas:vote", args=[call.slug])


def points(**given):
    return {f"points-{key.removeprefix('i')}": str(number) for key, number in given.items()}


def given(ideas, *numbers):
    return {f"points-{idea.pk}": str(number) for idea, number in zip(ideas, numbers, strict=False)}


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def close(call):
    with time_machine.travel(call.phase("vote").ends_at, tick=False):
        return voting.close_due()


def test_points_are_given_changed_and_taken_back(client, voter, call, ideas):
    kept = client.post(url(call), given(ideas, 7, "", 3), follow=True)
    assert voting.chosen_by(voter, call=call) == {ideas[0].pk: 7, ideas[2].pk: 3}
    assert [row.points for row in kept.context["rows"]] == [7, 0, 3]
    assert said(kept)[0].startswith("Votre bulletin est enregistré.")

    client.post(url(call), given(ideas, 0, 10, 0))
    assert voting.chosen_by(voter, call=call) == {ideas[1].pk: 10}

    back = client.post(url(call), given(ideas, 0, 10, 0) | {"take_back": "1"}, follow=True)
    assert (Ballot.objects.count(), back.context["has_ballot"]) == (0, False)


def test_approval_is_a_box_for_each_idea(client, voter):
    call = CallFactory(approval=True, phase="vote")
    ideas = IdeaFactory.create_batch(3, call=call)

    client.post(url(call), {"ideas": [ideas[0].pk, ideas[2].pk]})
    page = client.get(url(call)).content.decode()

    assert voting.chosen_by(voter, call=call) == {ideas[0].pk: 1, ideas[2].pk: 1}
    assert page.count(" checked>") == 2
    assert "ballot.js" not in page


@pytest.mark.parametrize(("numbers", "words"), [
    ((6, 5), "Vous avez donné 11 points, et vous en avez 10 en tout."),
    ((11,), "Vous avez donné 11 points, et vous en avez 10 en tout."),
    (("-1", 3), "Les points sont des nombres entiers, à partir de 0."),
    (("1.5",), "Les points sont des nombres entiers, à partir de 0."),
    (("9" * 400,), "Les points sont des nombres entiers, à partir de 0."),
])  # fmt: skip
def test_a_ballot_that_cannot_be_says_why_and_keeps_what_was_typed_and_the_one_before(
    client, voter, call, ideas, numbers, words
):
    client.post(url(call), given(ideas, 1))

    answer = client.post(url(call), given(ideas, *numbers))

    assert answer.context["form"].non_field_errors() == [words]
    assert words in answer.content.decode()
    assert voting.chosen_by(voter, call=call) == {ideas[0].pk: 1}


@pytest.mark.parametrize("name", ["points-x", "points-", "points-999999999", "points-" + "9" * 400, "points-²"])
def test_an_idea_that_is_not_in_the_vote_is_refused(client, voter, call, ideas, name):
    answer = client.post(url(call), {name: "3"})

    assert "n’est plus soumise au vote" in answer.context["form"].non_field_errors()[0]
    assert Ballot.objects.count() == 0


def test_what_left_the_list_since_is_named_and_still_counted(client, voter, call, ideas):
    client.post(url(call), given(ideas, 4, 5))
    answering.answer(ideas[0], state="declined", reason="Non.", by=UserFactory())
    talking.hide(ideas[1], reason="Insultes", by=UserFactory())

    page = client.get(url(call))

    assert set(page.context["gone"]) == {ideas[1]}
    assert [(row.idea, row.points) for row in page.context["rows"]] == [(ideas[0], 4), (ideas[2], 0)]
    assert "non retenue" in page.content.decode().lower()
    assert ideas[1].title not in page.content.decode()
    close(call)
    assert dict(Score.objects.values_list("idea", "points")) == {ideas[0].pk: 4, ideas[1].pk: 5, ideas[2].pk: 0}


@pytest.mark.parametrize(
    ("edge", "words"), [("starts_at", "Le vote ouvre le"), ("ends_at", "Le vote s’est terminé le")]
)
def test_outside_the_vote_its_page_leads_to_the_call_and_says_when(client, voter, call, ideas, edge, words):
    phase = call.phase("vote")
    moment = phase.starts_at - dt.timedelta(seconds=1) if edge == "starts_at" else phase.ends_at
    with time_machine.travel(moment, tick=False):
        client.force_login(voter.user)
        answers = [client.get(url(call), follow=True), client.post(url(call), given(ideas, 3), follow=True)]

    for answer in answers:
        assert answer.redirect_chain == [(reverse("ideas:call", args=[call.slug]), 302)]
        assert said(answer)[0].startswith(words)
    assert Ballot.objects.count() == 0


@pytest.mark.parametrize(
    ("ends_at", "words"),
    [
        (dt.datetime(2026, 11, 29, 23, tzinfo=dt.UTC), "29 novembre 2026"),  # midnight in the city
        (dt.datetime(2026, 11, 29, 11, tzinfo=dt.UTC), "29 novembre 2026 12:00"),
    ],
)
def test_a_vote_that_ends_at_midnight_ends_on_the_day_before(client, voter, call, ideas, ends_at, words):
    call.phases.filter(kind="vote").update(starts_at=ends_at - dt.timedelta(days=9), ends_at=ends_at)

    with time_machine.travel(ends_at - dt.timedelta(days=1), tick=False):
        page = client.get(url(call)).content.decode()

    assert f"<strong>{words}</strong>" in page


def test_members_vote_where_the_call_is_theirs(client, voter, call, ideas):
    Call.objects.update(audience="members")
    assert client.get(url(call)).status_code == 403
    assert client.post(url(call), given(ideas, 3)).status_code == 403

    MembershipFactory(volunteer=voter, network=call.network)
    assert client.get(url(call)).status_code == 200


def test_nobody_votes_unseen_or_without_a_vote(client, voter):
    assert client.get(url(CallFactory())).status_code == 404
    assert client.get(url(CallFactory(by_points=True, draft=True))).status_code == 404
    anonymous = Client().get(url(CallFactory(by_points=True, phase="vote")))
    assert anonymous.status_code == 302 and anonymous.url.startswith("/account/login/?next=/ideas/calls/")


@pytest.mark.parametrize("count", [1, 30])
def test_the_ballot_takes_the_same_queries_whatever_its_size(client, voter, call, count, django_assert_num_queries):
    ideas = IdeaFactory.create_batch(count, call=call)
    with still():
        client.post(url(call), given(ideas, 1, 1, 1))
        client.get(url(call))
        with django_assert_num_queries(7):
            assert len(client.get(url(call)).context["rows"]) == count


# --- The result -------------------------------------------------------------------------------------------------------
def vote(call, *choices):
    """A ballot for each mapping of ideas to points."""
    for chosen in choices:
        voting.vote(VolunteerFactory(), call=call, points={idea.pk: number for idea, number in chosen.items()})


def test_the_result_shows_ranks_points_ballots_and_explains_ties(client, call, ideas):
    one, two, three = ideas
    vote(call, {one: 10}, {two: 10}, {one: 4, two: 6}, {one: 6, two: 4}, {three: 2}, {three: 1})
    with still():
        close(call)

    answer = client.get(reverse("ideas:call", args=[call.slug]))
    result, page = answer.context["result"], answer.content.decode()

    assert [(score.rank, score.points, score.ballots, score.idea) for score in result.scores] == [
        (1, 20, 3, one),
        (1, 20, 3, two),
        (3, 3, 2, three),
    ]
    assert (result.turnout, result.few, result.most) == (6, False, 20)
    assert [[score.idea for score in equals] for equals in result.ties] == [[one, two]]
    assert "6 personnes ont voté." in page
    assert "rien n’est tiré au sort" in page
    assert Choice.objects.count() == 0


def test_of_fewer_than_five_ballots_ranks_alone_are_shown(client, call, ideas):
    vote(call, {ideas[0]: 9}, {ideas[0]: 8, ideas[1]: 1}, {ideas[1]: 7}, {ideas[0]: 10})
    close(call)

    answer = client.get(reverse("ideas:call", args=[call.slug]))
    table = answer.content.decode().split('<table class="bars')[1].split("</table>")[0]

    assert answer.context["result"].few
    assert "Moins de cinq personnes ont voté" in answer.content.decode()
    for figure in (27, 8):  # the sums
        assert f">{figure}<" not in table
    assert "<rect" not in table and [f"<td>{rank}</td>" in table for rank in (1, 2, 3, 4)] == [True, True, True, False]


def test_there_is_no_result_before_the_ballots_are_counted(client, call, ideas):
    vote(call, *({ideas[0]: 1} for _ in range(6)))

    assert client.get(reverse("ideas:call", args=[call.slug])).context["result"] is None


def test_who_leaves_before_the_end_is_not_counted(client, call, ideas):
    leaver = VolunteerFactory()
    voting.vote(leaver, call=call, points={ideas[0].pk: 10})
    vote(call, *({ideas[1]: 1} for _ in range(5)))

    erasing.erase(leaver.user)
    close(call)

    call.refresh_from_db()
    assert (call.turnout, Score.objects.get(idea=ideas[0]).points) == (5, 0)


@pytest.mark.django_db(transaction=True)
def test_ballots_sent_while_the_vote_is_counted_are_counted_or_refused(call, ideas):
    voters = VolunteerFactory.create_batch(6)
    clients = []
    for volunteer in voters:
        clients.append(Client())
        clients[-1].force_login(volunteer.user)

    def act(who):
        return voting.close_due() if who is None else who.post(url(call), given(ideas, 2)).url

    call.phases.filter(kind="vote").update(ends_at=timezone.now() + dt.timedelta(milliseconds=1500))
    at_once(act, [*clients, *clients])  # double clicks

    end = timezone.now() + dt.timedelta(seconds=2)
    with time_machine.travel(end):
        for client, volunteer in zip(clients, voters, strict=True):
            client.force_login(volunteer.user)
        results = at_once(act, [*clients, None, None])

    call.refresh_from_db()
    assert sum(result for result in results if isinstance(result, int)) == 1
    assert (call.turnout, Ballot.objects.count()) == (6, 0)
    assert Score.objects.get(idea=ideas[0]).points == 12
