import datetime as dt

import pytest
import time_machine
from django.utils import timezone
from django.utils.translation import override

from ideas import answering, talking, telling, waiting
from ideas.models import Call, Idea
from tests.factories.ideas import CallFactory, CommentFactory, IdeaFactory
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory, VolunteerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both]

NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False), override("en"):
        yield


@pytest.fixture
def call():
    return CallFactory(answer_by=timezone.localdate())


@pytest.fixture
def organiser(call):
    return NetworkOrganiserFactory(network=call.network).user


def waited(days, **more):
    idea = IdeaFactory(**more)
    Idea.objects.filter(pk=idea.pk).update(waiting_since=NOW - dt.timedelta(days=days))
    return idea


@pytest.mark.parametrize(
    ("days", "due", "words", "is_long", "late"),
    [
        (0, 0, "since today", False, 0),
        (1, 0, "for 1 day", False, 0),
        (13.99, 0, "for 13 days", False, 0),
        (14, 1, "for 14 days", True, 0),
        (14, -1, "for 14 days", True, 1),
        (2, -30, "for 2 days", False, 30),
    ],
)
def test_clock_says_how_long_and_how_late(call, days, due, words, is_long, late):
    call.answer_by = timezone.localdate() + dt.timedelta(days=due)

    clock = waiting.clock_of(call, NOW - dt.timedelta(days=days))

    assert (clock.words, clock.is_long, clock.late) == (words, is_long, late)


def test_day_of_the_answers_is_the_city_s(call):
    with time_machine.travel(dt.datetime(2027, 3, 10, 22, 59, tzinfo=dt.UTC)):  # 23:59 in Paris
        assert (waiting.days_left(call), waiting.clock_of(call, NOW).late) == (0, 0)
    with time_machine.travel(dt.datetime(2027, 3, 10, 23, 0, tzinfo=dt.UTC)):
        assert (waiting.days_left(call), waiting.clock_of(call, NOW).late) == (-1, 1)


def test_lines_say_what_waits_in_one_s_own_calls_the_longest_first(call, organiser):
    waited(16, call=call), waited(3, call=call)
    waited(2, call=(recent := CallFactory(network=call.network)))
    talking.report(IdeaFactory(call=recent), reason="Publicité.", by=UserFactory())
    answering.answer(waited(40, call=recent), state="adopted", reason="Oui.", by=organiser)
    waited(90)
    CallFactory(network=call.network), CallFactory(network=call.network, draft=True)

    assert [(line.title, line.words) for line in waiting.lines_for(organiser)] == [
        (call.title, "2 ideas wait for an answer, the oldest for 16 days"),
        (recent.title, "2 ideas wait for an answer, the oldest for 2 days"),
        (recent.title, "1 report to look at"),
    ]
    assert (waiting.count_for(organiser), waiting.count_for(UserFactory())) == (4, 0)
    assert waiting.count_in([call.network]) == 4


def test_lines_say_how_late(call, organiser):
    Call.objects.filter(pk=call.pk).update(answer_by=timezone.localdate() - dt.timedelta(days=3))
    waited(5, call=call)

    (line,) = waiting.lines_for(organiser)

    assert line.words == "1 idea waits for an answer, for 5 days, late by 3 days"


def test_lines_ask_one_query(call, organiser, django_assert_num_queries):
    for _ in range(5):
        waited(1, call=CallFactory(network=call.network))
    with django_assert_num_queries(1):
        assert len(waiting.lines_for(organiser)) == 5


def test_counts_of_a_call_are_not_multiplied(call):
    ideas = [waited(n, call=call) for n in range(3)]
    for idea in ideas[:2]:
        for _ in range(4):
            talking.report(idea, reason="Publicité.", by=UserFactory())

    row = waiting.with_waiting(Call.objects.all()).get()

    assert (row.waiting, row.oldest, row.reported) == (3, NOW - dt.timedelta(days=2), 8)


def test_rows_count_what_is_read_at_an_idea(call):
    head = waited(3, call=call)
    below = IdeaFactory(call=call, state="merged", merged_into=head, head=head)
    CommentFactory(idea=head), CommentFactory(idea=below)
    CommentFactory(idea=below, hidden_at=NOW, hidden_reason="Publicité.")
    talking.report(head, reason="Publicité.", by=UserFactory())

    (row,) = waiting.rows_of(call, [head])
    (merged,) = waiting.rows_of(call, [below])

    assert (row.comments, row.merged, row.reports, row.clock.days) == (2, 1, 1, 0)
    assert merged.clock is None


def test_told_are_counted_once_and_without_who_acts(call):
    first, second = IdeaFactory.create_batch(2, call=call)
    both, acting = VolunteerFactory.create_batch(2)
    for idea in (first, second):
        idea.supports.create(volunteer=both)
    first.supports.create(volunteer=acting)

    assert telling.count_told([first, second], by=acting.user) == 3
    assert telling.count_told([second], by=acting.user) == 2
