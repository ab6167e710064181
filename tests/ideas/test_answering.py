import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from ideas import answering, proposing, sorting
from ideas.calling import IdeaRefused
from ideas.models import Idea, Step
from mail.models import Message
from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.volunteers import NetworkFactory, NetworkOrganiserFactory, UserFactory
from volunteers import erasing
from volunteers.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return UserFactory(first_name="Nadia")


def test_an_answer_has_its_reason_its_author_and_its_day(by):
    idea = IdeaFactory()

    for _ in range(2):
        answering.answer(idea, state="declined", reason=" Une autre ville le fait déjà. ", by=by)

    step = answering.answer_of(Idea.objects.get())
    assert (step.reason, step.by, step.from_state, step.to_state) == (
        "Une autre ville le fait déjà.", by, "open", "declined",
    )  # fmt: skip
    assert Step.objects.filter(kind="answered").count() == 1
    assert list(Message.objects.values_list("user", flat=True)) == [idea.author.user_id]


def test_another_answer_replaces_it_and_both_stay_in_the_story(by):
    idea = IdeaFactory()
    answering.answer(idea, state="declined", reason="Trop cher.", by=by)

    answering.answer(idea, state="adopted", reason="Une association paie.", by=by)

    assert answering.answer_of(Idea.objects.get()).reason == "Une association paie."
    assert Step.objects.filter(kind="answered").count() == 2
    assert Message.objects.count() == 1  # of one evening


@pytest.mark.parametrize("why", ["no reason", "no answer", "merged", "withdrawn"])
def test_answer_refuses(by, why):
    idea = IdeaFactory()
    if why == "merged":
        sorting.merge(idea, into=IdeaFactory(call=idea.call), reason="Pareil.", by=by)
    if why == "withdrawn":
        proposing.withdraw(idea, by=idea.author.user)
    before = Idea.objects.get(pk=idea.pk).state

    with pytest.raises(IdeaRefused):
        answering.answer(
            idea, state="open" if why == "no answer" else "adopted", reason="" if why == "no reason" else "Oui.", by=by
        )

    assert Idea.objects.get(pk=idea.pk).state == before


@pytest.mark.both
def test_the_database_refuses_an_answer_without_a_reason(by):
    idea = IdeaFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        Step.objects.create(idea=idea, kind="answered", to_state="adopted", reason="", by=by, at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Idea.objects.filter(pk=idea.pk).update(state="adopted")


def test_opened_again_it_waits_from_now_on(by):
    idea = IdeaFactory()
    answering.answer(idea, state="declined", reason="Trop cher.", by=by)

    with time_machine.travel(timezone.now() + dt.timedelta(days=3), tick=False):
        for _ in range(2):
            answering.reopen(idea, reason="Une subvention est venue.", by=by)
        row = Idea.objects.get()
        assert (row.state, row.answered_at, row.waiting_since) == ("open", None, timezone.now())
    assert answering.answer_of(row) is None


@pytest.mark.parametrize(("days", "told"), [(13, 0), (14, 1), (20, 1), (21, 2), (28, 3)])
def test_whoever_must_answer_is_reminded_once_a_week(by, days, told):
    monday = dt.datetime(2027, 1, 4, 8, tzinfo=dt.UTC)
    with time_machine.travel(monday, tick=False):
        IdeaFactory.create_batch(2, call=CallFactory(responsible=by))

    for day in range(days + 1):
        with time_machine.travel(monday + dt.timedelta(days=day), tick=False):
            answering.remind()

    assert Message.objects.filter(kind="ideas/waiting", user=by).count() == told


def test_nobody_is_reminded_of_what_is_answered(by):
    call = CallFactory(responsible=by)
    with time_machine.travel(timezone.now() - dt.timedelta(days=20)):
        idea = IdeaFactory(call=call)
    answering.answer(idea, state="declined", reason="Trop cher.", by=by)

    assert answering.remind() == 0
    assert answering.compose_reminder({"user": by.pk}) is None


@pytest.mark.parametrize(("late", "told"), [(0, 0), (1, 1)])
def test_past_the_day_of_answers_a_young_idea_is_late_too(by, late, told):
    due = timezone.localdate() - dt.timedelta(days=late)
    IdeaFactory(call=CallFactory(responsible=by, answer_by=due))

    assert answering.remind() == told
    letter = answering.compose_reminder({"user": by.pk})
    assert (letter is not None) == bool(told)


def test_from_sunday_to_monday_is_no_week(by):
    sunday = dt.datetime(2027, 1, 24, 8, tzinfo=dt.UTC)
    with time_machine.travel(sunday - answering.WAITED, tick=False):
        IdeaFactory(call=CallFactory(responsible=by))

    told = []
    for day in range(8):
        with time_machine.travel(sunday + dt.timedelta(days=day), tick=False):
            told.append(answering.remind())

    assert told == [1, 0, 0, 0, 0, 0, 0, 1]
    assert Message.objects.filter(kind="ideas/waiting", user=by).count() == 2


@pytest.mark.parametrize("why", ["left", "closed"])
@pytest.mark.parametrize("city", [False, True])
def test_when_whoever_must_answer_has_gone_the_organisers_are_reminded(by, why, city):
    network = NetworkFactory()
    organiser, other = NetworkOrganiserFactory(network=network).user, NetworkOrganiserFactory().user
    administrator = UserFactory(administrator=True)
    with time_machine.travel(timezone.now() - dt.timedelta(days=20)):
        idea = IdeaFactory(call=CallFactory(responsible=by, network=None if city else network))
    if why == "left":
        erasing.erase(by)
    else:
        User.objects.filter(pk=by.pk).update(is_active=False)

    answering.remind()

    told = [message.user for message in Message.objects.filter(kind="ideas/waiting")]
    assert told == [administrator if city else organiser]
    assert [one["idea"] for one in answering.compose_reminder({"user": told[0].pk}).context["ideas"]] == [idea]
    assert answering.compose_reminder({"user": other.pk}) is None
