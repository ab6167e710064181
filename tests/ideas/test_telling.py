"""The evening's mail: each step once, to whom it concerns, whatever happens around six o'clock."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine

from ideas import answering, proposing, sorting, supporting, talking, telling
from ideas.models import Step
from mail.models import Message
from tests.factories.ideas import CallFactory, CommentFactory, IdeaFactory
from tests.factories.volunteers import AssociationFactory, UserFactory, VolunteerFactory
from volunteers.models import AssociationMember

pytestmark = [pytest.mark.django_db, pytest.mark.both]

PARIS = ZoneInfo("Europe/Paris")
NOON = dt.datetime(2026, 11, 26, 12, tzinfo=PARIS)
SIX = NOON.replace(hour=18)
WHY = "C'est la même idée."


@pytest.fixture(autouse=True)
def day():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def by():
    return UserFactory()


@pytest.fixture
def call():
    return CallFactory()


def news(*users):
    """What each of them would read in the mail that waits for them: the steps, by kind."""
    read = []
    for user in users:
        message = Message.objects.get(kind=telling.KIND, user=user)
        letter = telling.compose(message.context)
        steps = [step for one in letter.context["news"] for step in one["steps"]] if letter else []
        read.append([step.kind for step in steps])
    return read


def test_a_merge_is_told_on_both_sides(call, by):
    first, second, third = IdeaFactory.create_batch(3, call=call)
    supporter = VolunteerFactory()
    supporting.support(supporter, idea=second)
    sorting.merge(third, into=second, reason=WHY, by=by)
    Step.objects.filter(kind="merged").update(at=NOON - dt.timedelta(days=2))

    sorting.merge(first, into=second, reason=WHY, by=by)

    people = [idea.author.user for idea in (first, second, third)] + [supporter.user]
    assert news(*people) == [["merged"]] * 4


def test_a_merge_undone_on_another_day_is_told_on_both_sides(call, by, day):
    first, second = IdeaFactory.create_batch(2, call=call)
    sorting.merge(first, into=second, reason=WHY, by=by)
    day.move_to(NOON + dt.timedelta(days=1))
    Message.objects.all().delete()

    sorting.unmerge(first, by=by)

    assert news(first.author.user, second.author.user) == [["unmerged"]] * 2


def test_a_merge_undone_the_same_day_is_nobody_s_news(call, by):
    first, second, third = IdeaFactory.create_batch(3, call=call)
    sorting.merge(first, into=second, reason=WHY, by=by)
    sorting.unmerge(first, by=by)
    assert news(first.author.user, second.author.user) == [[], []]

    sorting.merge(first, into=third, reason=WHY, by=by)

    assert news(first.author.user, second.author.user, third.author.user) == [["merged"], [], ["merged"]]


def test_who_took_the_support_back_or_was_closed_is_told_nothing(call, by):
    idea, gone, closed, stays = IdeaFactory(call=call), *VolunteerFactory.create_batch(3)
    for volunteer in (gone, closed, stays):
        supporting.support(volunteer, idea=idea)
    sorting.study(idea, by=by)

    supporting.unsupport(gone, idea=idea)
    closed.user.is_active = False
    closed.user.save()

    assert news(gone.user, closed.user, stays.user) == [[], [], ["studying"]]


@pytest.mark.parametrize(("seconds", "evening"), [(-1, SIX), (0, SIX + dt.timedelta(days=1))])
def test_a_day_of_news_ends_at_six_and_its_mail_waits_for_what_is_being_written(call, by, day, seconds, evening):
    idea = IdeaFactory(call=call)
    day.move_to(SIX + dt.timedelta(seconds=seconds))

    sorting.study(idea, by=by)

    message = Message.objects.get(user=idea.author.user)
    assert message.not_before == evening + dt.timedelta(minutes=5)
    assert news(idea.author.user) == [["studying"]]


def test_what_is_committed_after_six_is_in_the_mail_of_its_day(call, by, day):
    """The mail of that day waits already, and a second one of the same day would be the first one's twin."""
    idea = IdeaFactory(call=call)
    sorting.study(idea, by=by)
    day.move_to(SIX - dt.timedelta(seconds=1))
    answering.answer(idea, state="adopted", reason="En avril.", by=by)  # committed some seconds later

    day.move_to(SIX + dt.timedelta(minutes=1))
    assert not Message.objects.any_due(SIX + dt.timedelta(minutes=1))
    assert news(idea.author.user) == [["studying", "answered"]]


def test_steps_on_both_sides_of_six_are_each_told(call, by, day):
    idea, other = IdeaFactory.create_batch(2, call=call)
    steps = []
    for moment, one in ((SIX - dt.timedelta(microseconds=1), idea), (SIX, other)):
        day.move_to(moment)
        steps.append(telling.step(one, "studying", before="open", by=by))

    telling.tell(steps)

    assert news(idea.author.user, other.author.user) == [["studying"]] * 2


@pytest.mark.parametrize("sunday", [dt.date(2027, 3, 28), dt.date(2027, 10, 31)])
def test_a_day_of_news_has_no_gap_where_the_clocks_change(call, by, day, sunday):
    idea = IdeaFactory(call=call)
    hours = [dt.datetime.combine(sunday - dt.timedelta(days=1), dt.time(18), PARIS).astimezone(dt.UTC)]
    while len(hours) < 49:
        hours.append(hours[-1] + dt.timedelta(hours=1))
    for hour in hours:
        day.move_to(hour)
        telling.tell([telling.step(idea, "studying", before="open", by=by)])

    told = [
        step.pk
        for message in Message.objects.filter(user=idea.author.user)
        for one in telling.compose(message.context).context["news"]
        for step in one["steps"]
    ]
    assert sorted(told) == sorted(Step.objects.filter(kind="studying").values_list("pk", flat=True))


def test_writing_the_mail_asks_as_much_for_one_idea_as_for_thirty(call, by, django_assert_num_queries):
    supporter = VolunteerFactory()
    for ideas in (1, 29):
        for idea in IdeaFactory.create_batch(ideas, call=call):
            supporting.support(supporter, idea=idea)
            sorting.study(idea, by=by)
        context = Message.objects.get(user=supporter.user).context
        with django_assert_num_queries(6):
            letter = telling.compose(context)
    assert len(letter.context["news"]) == 30


def test_a_withdrawal_is_told_to_who_was_read_there(call):
    first, second = IdeaFactory.create_batch(2, call=call)
    sorting.merge(first, into=second, reason=WHY, by=None)
    Step.objects.filter(kind="merged").update(at=NOON - dt.timedelta(days=2))

    proposing.withdraw(second, by=second.author.user)

    assert news(first.author.user) == [["unmerged"]]


@pytest.mark.parametrize("author", ["stays", "has left"])
def test_what_an_association_proposed_is_told_to_its_members(call, by, author):
    association, colleague, elsewhere = AssociationFactory(), UserFactory(), UserFactory()
    AssociationMember.objects.create(association=association, user=colleague)
    AssociationMember.objects.create(association=AssociationFactory(), user=elsewhere)
    idea = IdeaFactory(call=call, association=association, author=None if author == "has left" else VolunteerFactory())
    people = [colleague] if idea.author is None else [idea.author.user, colleague]

    answering.answer(idea, state="adopted", reason="En avril.", by=by)

    assert {message.user for message in Message.objects.filter(kind=telling.KIND)} == set(people)
    assert news(*people) == [["answered"]] * len(people)
    letter = telling.compose(Message.objects.get(user=colleague).context)
    assert [one["mine"] for one in letter.context["news"]] == [True]


@pytest.mark.parametrize("what", ["idea", "comment"])
def test_a_hidden_text_is_told_to_who_wrote_it_alone_and_once(call, by, what):
    idea, supporter, other = IdeaFactory(call=call), VolunteerFactory(), CommentFactory(idea__call=call)
    supporting.support(supporter, idea=idea)
    comment = CommentFactory(idea=idea)
    CommentFactory(idea=idea)
    target = idea if what == "idea" else comment

    for _ in range(2):
        talking.hide(target, reason="Une adresse.", by=by)

    author = target.author.user
    assert list(Message.objects.values_list("user", flat=True)) == [author.pk]
    (one,) = telling.compose(Message.objects.get().context).context["news"]
    assert [(step.kind, step.reason, step.comment) for step in one["steps"]] == [
        ("hidden", "Une adresse.", comment if what == "comment" else None)
    ]
    assert (one["title"], other.author.user == author) == (idea.title, False)


@pytest.mark.parametrize("what", ["idea", "comment"])
def test_a_text_shown_again_is_told_unless_nobody_was_told_that_it_was_hidden(call, by, day, what):
    comment = CommentFactory(idea__call=call)
    target = comment.idea if what == "idea" else comment
    talking.hide(target, reason="Une adresse.", by=by)
    talking.show(target, by=by)
    assert news(target.author.user) == [[]]

    target.refresh_from_db()
    talking.hide(target, reason="Une adresse.", by=by)
    day.move_to(NOON + dt.timedelta(days=1))
    Message.objects.all().delete()
    for _ in range(2):
        talking.show(target, by=by)

    assert list(Message.objects.values_list("user", flat=True)) == [target.author.user.pk]
    assert news(target.author.user) == [["shown"]]


def test_what_others_read_in_their_mail_says_nothing_of_a_text_that_was_hidden(call, by):
    idea, supporter = IdeaFactory(call=call), VolunteerFactory()
    supporting.support(supporter, idea=idea)
    talking.hide(CommentFactory(idea=idea), reason="Une adresse.", by=by)
    talking.hide(idea, reason="Une adresse.", by=by)

    sorting.study(idea, by=by)

    assert news(supporter.user, idea.author.user) == [["studying"], ["hidden", "studying"]]


def test_a_hidden_text_of_an_association_is_told_to_its_members(call, by):
    association, colleague = AssociationFactory(), UserFactory()
    AssociationMember.objects.create(association=association, user=colleague)
    idea = IdeaFactory(call=call, association=association, author=None)

    talking.hide(idea, reason="Une adresse.", by=by)

    assert (Message.objects.get().user, news(colleague)) == (colleague, [["hidden"]])


def test_who_left_and_who_hides_their_own_words_are_told_nothing(call):
    comment = CommentFactory(idea__call=call)
    talking.hide(CommentFactory(idea=comment.idea, author=None), reason="Une adresse.", by=comment.author.user)

    talking.hide(comment, reason="Une adresse.", by=comment.author.user)

    assert not Message.objects.exists()
