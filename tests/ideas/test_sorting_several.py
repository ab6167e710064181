import pytest

from ideas import answering, sorting_several, supporting
from ideas.calling import IdeaRefused
from ideas.models import Idea, Step
from mail.models import Message
from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both]

WHY = "C'est la même idée."


@pytest.fixture
def by():
    return UserFactory()


@pytest.fixture
def five():
    return IdeaFactory.create_batch(5, call=CallFactory())


def states():
    return list(Idea.objects.order_by("pk").values_list("state", "head"))


def test_five_are_merged_into_one_of_them_and_each_person_told_once(five, by):
    supporter = VolunteerFactory()
    for idea in five:
        supporting.support(supporter, idea=idea)
    standing = five[2]

    merged = sorting_several.merge(five, into=standing, reason=WHY, by=by)
    again = sorting_several.merge(five, into=standing, reason=WHY, by=by)

    others = [idea for idea in five if idea != standing]
    assert (merged, again) == (others, [])
    assert states() == [("open", None) if idea == standing else ("merged", standing.pk) for idea in five]
    assert Idea.objects.get(pk=standing.pk).supporters == 1
    told = sorted(Message.objects.values_list("user", flat=True))
    assert told == sorted([supporter.user_id, *(idea.author.user_id for idea in five)])


def test_undoing_gives_all_five_back(five, by):
    merged = sorting_several.merge(five, into=five[0], reason=WHY, by=by)

    sorting_several.unmerge(merged, by=by)
    sorting_several.unmerge(merged, by=by)

    assert states() == [("open", None)] * 5
    assert Step.objects.filter(kind="unmerged").count() == 4


@pytest.mark.parametrize("act", ["merge", "study"])
def test_one_that_cannot_be_keeps_all_of_them_as_they_are(five, by, act):
    answering.answer(five[3], state="declined", reason="Non.", by=by)
    before = states()

    def do(ideas):
        if act == "merge":
            return sorting_several.merge(ideas, into=five[0], reason=WHY, by=by)
        return sorting_several.study(ideas, by=by)

    with pytest.raises(IdeaRefused, match=five[3].title):
        do(five)
    assert states() == before

    do([idea for idea in five if idea != five[3]])
    assert states() != before


def test_one_alone_is_not_merged_into_itself(five, by):
    with pytest.raises(IdeaRefused):
        sorting_several.merge(five[:1], into=five[0], reason=WHY, by=by)

    assert len(sorting_several.merge(five[:2], into=five[0], reason=WHY, by=by)) == 1
