import pytest

from ideas import answering, sorting, supporting
from ideas.calling import IdeaRefused
from ideas.models import Idea, Support
from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers import erasing

pytestmark = pytest.mark.django_db


def test_support_is_one_a_person_and_can_be_taken_back():
    idea, one, other = IdeaFactory(), VolunteerFactory(), VolunteerFactory()

    counts = [
        verb(volunteer, idea=idea).supporters
        for verb, volunteer in (
            (supporting.support, one),
            (supporting.support, one),
            (supporting.support, other),
            (supporting.unsupport, one),
            (supporting.unsupport, one),
        )
    ]

    assert counts[::2] == [1, 2, 1]
    assert (Support.objects.count(), Idea.objects.get().supporters) == (1, 1)


@pytest.mark.parametrize("why", ["one's own", "answered"])
def test_support_refuses(why):
    idea, volunteer = IdeaFactory(), VolunteerFactory()
    if why == "answered":
        answering.answer(idea, state="declined", reason="Trop cher.", by=UserFactory())

    with pytest.raises(IdeaRefused):
        supporting.support(idea.author if why == "one's own" else volunteer, idea=idea)

    assert Support.objects.count() == 0


def test_taking_back_takes_it_back_from_all_that_is_merged():
    call, by, volunteer = CallFactory(), UserFactory(), VolunteerFactory()
    first, second = IdeaFactory.create_batch(2, call=call)
    for idea in (first, second):
        supporting.support(volunteer, idea=idea)
    sorting.merge(first, into=second, reason="Pareil.", by=by)

    supporting.unsupport(volunteer, idea=first)

    assert (Support.objects.count(), Idea.objects.get(pk=second.pk).supporters) == (0, 0)


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_a_crowd_supports_while_an_organiser_merges(at_once):
    call, by = CallFactory(), UserFactory()
    ideas = IdeaFactory.create_batch(3, call=call)
    people = VolunteerFactory.create_batch(12)

    def act(number):
        if number % 8 == 7:
            sorting.merge(ideas[0], into=ideas[1], reason="Pareil.", by=by)
        elif number % 8 == 3:
            sorting.unmerge(ideas[0], by=by)
        else:
            supporting.support(people[number % 12], idea=ideas[number % 2])

    outcomes = at_once(act, range(36))

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    for idea in Idea.objects.filter(head=None):
        assert idea.supporters == supporting.supporters_of(idea)
    assert Support.objects.values("idea", "volunteer").distinct().count() == Support.objects.count()


def test_who_leaves_stays_counted_once():
    call, by, leaves = CallFactory(), UserFactory(), VolunteerFactory()
    first, second, third = IdeaFactory.create_batch(3, call=call)
    for idea in (first, second, third):
        supporting.support(leaves, idea=idea)
    sorting.merge(first, into=second, reason="Pareil.", by=by)
    sorting.merge(third, into=second, reason="Pareil.", by=by)

    erasing.erase(leaves.user)

    head = Idea.objects.get(pk=second.pk)
    assert (head.supporters, supporting.supporters_of(head)) == (1, 1)
    assert list(Support.objects.values_list("volunteer", flat=True)) == [None] * 3


def test_a_merge_undone_gives_back_the_support_of_who_has_left():
    call, by, leaves, stays = CallFactory(), UserFactory(), VolunteerFactory(), VolunteerFactory()
    ideas = IdeaFactory.create_batch(4, call=call)
    for idea in ideas:
        supporting.support(leaves, idea=idea)
    supporting.support(stays, idea=ideas[0])
    for idea in ideas[:2]:
        sorting.merge(idea, into=ideas[2], reason="Pareil.", by=by)
    erasing.erase(leaves.user)
    counts = [list(Idea.objects.order_by("pk").values_list("supporters", flat=True))]

    for idea in ideas[:2]:
        sorting.unmerge(idea, by=by)
        counts.append(list(Idea.objects.order_by("pk").values_list("supporters", flat=True)))

    assert [found[-2:] for found in counts] == [[2, 1], [1, 1], [1, 1]]
    assert counts[-1] == [2, 1, 1, 1]
    tied = [{support.left_as for support in idea.supports.filter(volunteer=None)} for idea in ideas]
    assert (tied[0] == tied[1] == tied[2], tied[3]) == (True, {None})


def test_an_author_leaves_and_the_idea_stays():
    idea = IdeaFactory()

    erasing.erase(idea.author.user)

    row = Idea.objects.get()
    assert (row.author, row.title, row.steps.get().by) == (None, idea.title, None)
