"""Verbs that meet: nobody waits for one another in a circle, and nobody acts on what has changed hands meanwhile."""

import threading

import pytest
from django.db import connection, transaction

from ideas import answering, sorting, supporting
from ideas.calling import IdeaRefused
from ideas.models import Idea, Step
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
