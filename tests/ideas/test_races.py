"""Verbs that meet: nobody waits for one another in a circle, and nobody acts on what has changed hands meanwhile."""

import threading
from collections import Counter

import pytest
from django.db import connection, transaction

from ideas import answering, sorting, sorting_several, supporting, telling
from ideas.calling import IdeaRefused
from ideas.models import Idea, Step
from mail.models import Message
from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory
from tests.racing import at_once
from volunteers import erasing
from volunteers.models import User

WHY = "C'est la même idée."


def until_somebody_waits():
    """Returns once another connection waits for a lock."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("nobody waited")


def test_an_author_leaves_while_the_idea_is_answered(transactional_db):
    """The answer holds the idea, and writes at its end to the one who leaves and wants the idea next."""
    idea, by = IdeaFactory(), UserFactory()
    answered = threading.Event()

    def answer():
        with transaction.atomic():
            answering.answer(idea, state="adopted", reason="En avril.", by=by)
            answered.set()
            until_somebody_waits()

    def leave():
        assert answered.wait(30)
        erasing.erase(idea.author.user)

    assert at_once(lambda act: act(), [answer, leave]) == [None, None]
    row = Idea.objects.get()
    assert (row.state, row.author, User.objects.filter(pk=idea.author.user_id).exists()) == ("adopted", None, False)


def test_somebody_supports_what_is_merged_twice_meanwhile(transactional_db, monkeypatch):
    """Whoever waited for the one idea lets go of it before waiting for the next."""
    call, by, volunteer = CallFactory(), UserFactory(), VolunteerFactory()
    first, second, third = IdeaFactory.create_batch(3, call=call)
    merging, waiting, merged = threading.Event(), threading.Event(), threading.Event()
    lead_to = supporting.lead_to

    def merge_first():
        with transaction.atomic():
            Idea.objects.filter(pk=first.pk).update(state="merged", merged_into=second, head=second)
            merging.set()
            assert waiting.wait(30)
            until_somebody_waits()
        merged.set()

    def lead_late(head, *, below):
        waiting.set()
        assert merged.wait(30)
        until_somebody_waits()
        lead_to(head, below=below)

    def merge_second():
        assert merging.wait(30)
        sorting.merge(second, into=third, reason=WHY, by=by)

    def support():
        assert merging.wait(30)
        supporting.support(volunteer, idea=first)

    monkeypatch.setattr(supporting, "lead_to", lead_late)

    outcomes = at_once(lambda act: act(), [merge_first, merge_second, support])

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert list(Idea.objects.order_by("pk").values_list("head", "supporters")) == [
        (third.pk, 0), (third.pk, 0), (None, 1),
    ]  # fmt: skip


def test_what_was_sent_elsewhere_meanwhile_is_not_sorted_from_here(transactional_db):
    """Whoever waited for it was asked about in the call that it has left, and may have no say in the other one."""
    idea, there, by = IdeaFactory(), CallFactory(), UserFactory()
    sent = threading.Event()

    def send():
        with transaction.atomic():
            sorting.send_to(idea, call=there, reason="Elle y sera mieux.", by=by)
            sent.set()
            until_somebody_waits()

    def answer():
        assert sent.wait(30)
        with pytest.raises(IdeaRefused):
            answering.answer(Idea.objects.get(pk=idea.pk), state="declined", reason="Trop cher.", by=by)

    assert at_once(lambda act: act(), [send, answer]) == [None, None]
    row = Idea.objects.get()
    assert (row.call_id, row.state, Step.objects.filter(kind="answered").count()) == (there.pk, "open", 0)


def told():
    """How many mails wait for each person."""
    return Counter(Message.objects.filter(kind=telling.KIND).values_list("user", flat=True))


def steps_of(kind):
    return Counter(Step.objects.filter(kind=kind).values_list("idea", flat=True))


@pytest.mark.parametrize("act", ["study", "merge"])
def test_two_organisers_sort_overlapping_ideas_at_once(transactional_db, act):
    """Each takes the rows in another order, were they not put in one. What both chose is done once, and told once."""
    ideas = IdeaFactory.create_batch(8, call=CallFactory())
    standing, people = ideas[4], UserFactory.create_batch(2)
    chosen = [ideas[:6], ideas[:1:-1]]

    def sort(who):
        if act == "study":
            return sorting_several.study(chosen[who], by=people[who])
        return sorting_several.merge(chosen[who], into=standing, reason=WHY, by=people[who])

    outcomes = at_once(sort, range(2))

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    sorted_ = ideas if act == "study" else [idea for idea in ideas if idea != standing]
    if act == "merge":
        assert sorted([*outcomes[0], *outcomes[1]], key=lambda idea: idea.pk) == sorted_
    assert steps_of("studying" if act == "study" else "merged") == dict.fromkeys([idea.pk for idea in sorted_], 1)
    assert told() == dict.fromkeys([idea.author.user_id for idea in ideas], 1)


def test_two_organisers_merge_into_one_another_and_the_second_is_refused(transactional_db):
    ideas = IdeaFactory.create_batch(4, call=CallFactory())

    def merge(standing):
        return sorting_several.merge(reversed(ideas), into=ideas[standing], reason=WHY, by=UserFactory())

    outcomes = at_once(merge, [0, 3])

    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert [type(refusal) for refusal in refused] == [IdeaRefused]
    head = ideas[0] if isinstance(outcomes[1], Exception) else ideas[3]
    others = [idea.pk for idea in ideas if idea != head]
    assert list(Idea.objects.filter(head=head).order_by("pk").values_list("pk", flat=True)) == others
    assert steps_of("merged") == dict.fromkeys(others, 1)


def test_who_merges_what_somebody_else_just_merged_has_nothing_to_undo(transactional_db):
    ideas = IdeaFactory.create_batch(3, call=CallFactory())
    by, merged = UserFactory(), threading.Event()

    def first():
        with transaction.atomic():
            done = sorting_several.merge(ideas, into=ideas[0], reason=WHY, by=by)
            merged.set()
            until_somebody_waits()
        return done

    def second():
        assert merged.wait(30)
        return sorting_several.merge(ideas, into=ideas[0], reason=WHY, by=by)

    assert at_once(lambda act: act(), [first, second]) == [ideas[1:], []]
