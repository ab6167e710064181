import pytest

from ideas import answering, proposing, sorting, supporting
from ideas.calling import IdeaRefused
from ideas.models import Group, Idea, Step, Support
from mail.models import Message
from tests.factories.ideas import CallFactory, CommentFactory, IdeaFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both]

WHY = "C'est la même idée."


@pytest.fixture
def by():
    return UserFactory()


@pytest.fixture
def call():
    return CallFactory()


def state(*ideas):
    """Of each idea: its state, where it is read, how many people support it."""
    fresh = Idea.objects.in_bulk([idea.pk for idea in ideas])
    return [(fresh[idea.pk].state, fresh[idea.pk].head_id, fresh[idea.pk].supporters) for idea in ideas]


def told():
    return set(Message.objects.filter(kind="ideas/news").values_list("user", flat=True))


def test_merge_counts_each_person_once_and_tells_everybody(call, by):
    first, second = IdeaFactory.create_batch(2, call=call)
    both, one = VolunteerFactory.create_batch(2)
    for volunteer, idea in ((both, first), (both, second), (one, first)):
        supporting.support(volunteer, idea=idea)

    sorting.merge(first, into=second, reason=WHY, by=by)
    sorting.merge(first, into=second, reason="Encore.", by=by)

    assert state(first, second) == [("merged", second.pk, 2), ("open", None, 2)]
    assert Support.objects.count() == 3
    assert told() == {first.author.user_id, second.author.user_id, both.user_id, one.user_id}
    assert [(s.reason, s.into_id) for s in Step.objects.filter(kind="merged")] == [(WHY, second.pk)]


def test_unmerge_gives_everything_back(call, by):
    first, second, third = IdeaFactory.create_batch(3, call=call)
    supporting.support(VolunteerFactory(), idea=first)
    sorting.study(first, by=by)
    sorting.merge(third, into=first, reason=WHY, by=by)
    sorting.merge(first, into=second, reason=WHY, by=by)
    later = VolunteerFactory()
    supporting.support(later, idea=third)
    assert state(first, second, third) == [("merged", second.pk, 1), ("open", None, 2), ("merged", second.pk, 0)]

    sorting.unmerge(first, by=by)
    sorting.unmerge(first, by=by)

    assert state(first, second, third) == [("studying", None, 1), ("open", None, 1), ("merged", first.pk, 0)]
    assert Support.objects.get(volunteer=later).idea_id == second.pk


def test_merging_into_a_merged_idea_is_merging_into_its_head(call, by):
    first, second, third = IdeaFactory.create_batch(3, call=call)
    sorting.merge(first, into=second, reason=WHY, by=by)

    sorting.merge(third, into=first, reason=WHY, by=by)

    assert state(third) == [("merged", second.pk, 0)]


def test_no_ring_of_merges(call, by):
    first, second = IdeaFactory.create_batch(2, call=call)
    sorting.merge(first, into=second, reason=WHY, by=by)

    for idea, into in ((second, first), (second, second)):
        with pytest.raises(IdeaRefused):
            sorting.merge(idea, into=into, reason=WHY, by=by)

    assert state(first, second) == [("merged", second.pk, 0), ("open", None, 0)]


@pytest.mark.parametrize("why", ["no reason", "another call", "answered", "withdrawn target"])
def test_merge_refuses(call, by, why):
    idea, into = IdeaFactory(call=call), IdeaFactory(call=CallFactory() if why == "another call" else call)
    if why == "answered":
        answering.answer(idea, state="declined", reason="Trop cher.", by=by)
    if why == "withdrawn target":
        proposing.withdraw(into, by=into.author.user)
    before = Idea.objects.get(pk=idea.pk).state

    with pytest.raises(IdeaRefused):
        sorting.merge(idea, into=into, reason=" " if why == "no reason" else WHY, by=by)

    assert state(idea) == [(before, None, 0)]


def test_an_answer_is_read_at_the_head_and_tells_those_merged(call, by):
    first, second = IdeaFactory.create_batch(2, call=call)
    sorting.merge(first, into=second, reason=WHY, by=by)
    Message.objects.all().delete()

    answering.answer(second, state="adopted", reason="En avril.", by=by)

    assert told() == {first.author.user_id, second.author.user_id}
    assert state(first, second) == [("merged", second.pk, 0), ("adopted", None, 0)]


def test_withdrawing_lets_go_of_what_was_merged(call, by):
    first, second = IdeaFactory.create_batch(2, call=call)
    supporter = VolunteerFactory()
    supporting.support(supporter, idea=first)
    sorting.merge(first, into=second, reason=WHY, by=by)

    proposing.withdraw(second, by=second.author.user)

    assert state(first, second) == [("open", None, 1), ("withdrawn", None, 0)]


def test_send_to_takes_along_what_was_merged(call, by):
    first, second = IdeaFactory.create_batch(2, call=call)
    sorting.put_together([first, second], call=call, name="Vélo")
    sorting.merge(first, into=second, reason=WHY, by=by)
    there = CallFactory()

    sorting.send_to(second, call=there, reason="Elle y sera mieux.", by=by)
    sorting.send_to(second, call=there, reason="Encore.", by=by)

    assert list(Idea.objects.order_by("pk").values_list("call", "group")) == [(there.pk, None)] * 2
    assert [step.from_call_id for step in Step.objects.filter(kind="moved")] == [call.pk]


@pytest.mark.parametrize("why", ["no reason", "over", "draft", "merged"])
def test_send_to_refuses(call, by, why):
    idea = IdeaFactory(call=call)
    there = CallFactory(draft=why == "draft", phase="note")
    if why == "over":
        there.phases.all().update(ends_at=call.phases.first().starts_at, starts_at=call.published_at)
    if why == "merged":
        sorting.merge(idea, into=IdeaFactory(call=call), reason=WHY, by=by)

    with pytest.raises(IdeaRefused):
        sorting.send_to(idea, call=there, reason="" if why == "no reason" else WHY, by=by)

    assert Idea.objects.get(pk=idea.pk).call_id == call.pk


def test_put_together_and_out_again(call):
    ideas = IdeaFactory.create_batch(2, call=call)

    group = sorting.put_together(ideas, call=call, name=" Vélo ")
    assert list(group.ideas.order_by("pk")) == ideas
    assert sorting.put_together(ideas, call=call, name="") is None

    assert Group.objects.count() == 0


def test_ask_is_said_once_in_public_and_tells_the_author(call, by):
    idea = IdeaFactory(call=call)

    comments = {sorting.ask(idea, question="Pour combien de personnes ?", by=by).pk for _ in range(2)}

    assert len(comments) == 1
    assert told() == {idea.author.user_id}
    with pytest.raises(IdeaRefused):
        sorting.ask(idea, question=" ", by=by)


def test_comments_stay_with_their_idea(call, by):
    first, second = IdeaFactory.create_batch(2, call=call)
    comment = CommentFactory(idea=first)
    sorting.merge(first, into=second, reason=WHY, by=by)

    sorting.unmerge(first, by=by)

    assert list(first.comments.all()) == [comment]
