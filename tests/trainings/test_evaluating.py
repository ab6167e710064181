import datetime as dt
import itertools

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction

from mail.delivering import deliver_due
from mail.models import Message
from tests.factories.events import RegistrationFactory, SlotFactory
from tests.factories.trainings import EvaluationAnswerFactory, EvaluationFactory, SessionFactory
from tests.factories.volunteers import UserFactory
from tests.racing import at_once
from trainings import evaluating, evaluation_personal
from trainings.evaluating import EvaluationRefused, Standing
from trainings.models import Evaluation, EvaluationAnswer, EvaluationReceipt
from volunteers import erasing
from volunteers.exporting import export
from volunteers.small_numbers import FEWEST

pytestmark = pytest.mark.django_db

# A session that ended on Tuesday evening, in the week after the clocks changed.
BEGAN = dt.datetime(2026, 10, 27, 18, 0, tzinfo=dt.UTC)
DAY_AFTER = dt.datetime(2026, 10, 28, 8, 0, tzinfo=dt.UTC)  # nine o'clock in Paris


@pytest.fixture
def session():
    with time_machine.travel(BEGAN - dt.timedelta(days=9)):
        return SessionFactory(slot__starts_at=BEGAN, slot__capacity=40)


def seat(session, attendance="", **fields):
    return RegistrationFactory(slot=session.slot, attendance=attendance, **fields)


def asked():
    return sorted(Message.objects.filter(kind=evaluating.KIND).values_list("context__registration", flat=True))


def open_to(count, **fields):
    """An evaluation that people are answering, and the registrations of so many of them."""
    evaluation = EvaluationFactory(session__slot__capacity=count, **fields)
    return evaluation, [seat(evaluation.session) for _ in range(count)]


# --- Asking -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        (["", "", ""], [0, 1, 2]),
        (["present", "absent", ""], [0]),
        (["absent", "absent", ""], []),
        (["left_early", "excused", "absent"], [0]),
        (["present", "present", "present"], [0, 1, 2]),
    ],
)
def test_ask_writes_to_those_present_or_to_all_where_nobody_was_marked(session, marks, expected):
    people = [seat(session, mark) for mark in marks]
    seat(session, cancelled=True)
    seat(session, waiting=True)

    assert evaluating.ask_due(DAY_AFTER) == len(expected)

    assert asked() == [people[number].pk for number in expected]


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        (dt.datetime(2026, 10, 27, 21, 0, tzinfo=dt.UTC), 0),  # the same evening
        (DAY_AFTER - dt.timedelta(seconds=1), 0),
        (DAY_AFTER, 1),
        (DAY_AFTER + dt.timedelta(days=2, hours=10), 1),
        (DAY_AFTER + dt.timedelta(days=3), 0),
        (DAY_AFTER + dt.timedelta(days=14), 0),
    ],
)
def test_ask_the_day_after_and_not_when_the_worker_comes_back_much_later(session, moment, count):
    seat(session)
    assert evaluating.ask_due(moment) == count
    assert Evaluation.objects.count() == count


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_ask_nothing_about_a_date_that_did_not_take_place(session, state):
    seat(session)
    type(session.slot).objects.update(state=state)
    assert evaluating.ask_due(DAY_AFTER) == 0
    type(session.slot).objects.update(state="open")
    assert evaluating.ask_due(DAY_AFTER) == 1


def test_ask_nothing_about_a_slot_that_is_no_session():
    RegistrationFactory(slot=SlotFactory(starts_at=BEGAN))
    assert evaluating.ask_due(DAY_AFTER) == 0


def test_ask_each_person_once_and_whoever_is_marked_later_too(session):
    first, late = seat(session, "present"), seat(session)

    assert [evaluating.ask_due(DAY_AFTER + dt.timedelta(hours=hour)) for hour in range(3)] == [1, 0, 0]
    late.attendance = "present"
    late.save()
    assert evaluating.ask_due(DAY_AFTER + dt.timedelta(days=1)) == 1

    assert asked() == [first.pk, late.pk]
    evaluation = Evaluation.objects.get()
    assert (evaluation.asked_on, evaluation.closes_on) == (dt.date(2026, 10, 28), dt.date(2026, 11, 11))


@pytest.mark.parametrize("case", ["still", "absent", "called off", "answered", "too late", "erased"])
def test_letter_leaves_only_while_there_is_something_to_answer(session, case):
    row = seat(session)
    others = [seat(session) for _ in range(2)]
    with time_machine.travel(DAY_AFTER, tick=False) as clock:
        evaluating.ask_due()
        Message.objects.exclude(context__registration=row.pk).delete()
        if case == "absent":
            type(row).objects.filter(pk=row.pk).update(attendance="absent")
            others[0].save()
        if case == "called off":
            type(session.slot).objects.update(state="cancelled")
        if case == "answered":
            evaluating.answer(row, score=5)
        if case == "too late":
            clock.move_to(DAY_AFTER + dt.timedelta(days=14))
        if case == "erased":
            erasing.erase(row.volunteer.user)
        deliver_due()

    assert len(mail.outbox) == (1 if case == "still" else 0)


@pytest.mark.parametrize(("language", "words"), [("fr", "Trois questions"), ("en", "Three questions")])
def test_letter_holds_the_link_in_the_language_of_the_person(session, language, words):
    seat(session, volunteer__user__language=language)
    with time_machine.travel(DAY_AFTER):
        evaluating.ask_due()
        deliver_due()

    (sent,) = mail.outbox
    html = sent.alternatives[0][0]
    assert words in sent.subject and words in html
    assert sent.body.count("/trainings/evaluations/") == html.count("/trainings/evaluations/") == 1


# --- Answering --------------------------------------------------------------------------------------------------------
def test_answer_is_kept_apart_from_who_answered():
    evaluation, (row, other) = open_to(2)

    evaluating.answer(row, score=2, useful=" Le plan ", missing="Du temps")

    assert list(evaluation.answers.values_list("score", "useful", "missing")) == [(2, "Le plan", "Du temps")]
    assert evaluating.standing_of(row) == Standing.ANSWERED
    assert evaluating.standing_of(other) == Standing.OPEN
    # Neither table has a column that could tie them together again: a moment, an order, the other's key.
    columns = [{field.name for field in model._meta.concrete_fields} for model in (EvaluationAnswer, EvaluationReceipt)]
    assert columns == [{"id", "evaluation", "score", "useful", "missing"}, {"id", "evaluation", "registration"}]


def test_a_second_answer_changes_nothing_and_says_so():
    evaluation, (row,) = open_to(1)
    evaluating.answer(row, score=2)

    with pytest.raises(EvaluationRefused):
        evaluating.answer(row, score=5)

    assert list(evaluation.answers.values_list("score", flat=True)) == [2]


@pytest.mark.parametrize("case", ["closed", "last day", "absent", "not asked"])
def test_answer_refused(case):
    evaluation, (row, _other) = open_to(2)
    today = {"closed": evaluation.closes_on, "last day": evaluation.closes_on - dt.timedelta(days=1)}
    if case == "absent":
        row.attendance = "absent"
        row.save()
    if case == "not asked":
        evaluation.delete()
    with time_machine.travel(dt.datetime.combine(today.get(case, evaluation.asked_on), dt.time(12), dt.UTC)):
        if case == "last day":
            evaluating.answer(row, score=1)
        else:
            with pytest.raises(EvaluationRefused):
                evaluating.answer(row, score=1)

    assert EvaluationAnswer.objects.count() == EvaluationReceipt.objects.count() == (case == "last day")


def test_each_answer_writes_all_of_them_anew_in_another_order():
    """Keys, the order on disk and the transaction that wrote a row say nothing about who came when."""
    _evaluation, people = open_to(12)
    seen, latest_is_last = [], []
    for number, row in enumerate(people):
        evaluating.answer(row, score=1 + number % 5, useful=str(number))
        on_disk = list(EvaluationAnswer.objects.order_by())
        seen.append({answer.pk for answer in on_disk})
        latest_is_last.append(on_disk[-1].useful == str(number))

    assert [len(keys) for keys in seen] == list(range(1, 13))
    assert all(not before & after for before, after in itertools.pairwise(seen))
    assert {answer.useful for answer in on_disk} == {str(number) for number in range(12)}
    assert not all(latest_is_last)


@pytest.mark.django_db(transaction=True)
def test_one_person_in_two_tabs_answers_once():
    evaluation, people = open_to(3)

    outcomes = at_once(lambda row: evaluating.answer(row, score=3), [*people, *people])

    refused = [outcome for outcome in outcomes if isinstance(outcome, EvaluationRefused)]
    assert (outcomes.count(None), len(refused)) == (3, 3)
    assert evaluation.answers.count() == evaluation.receipts.count() == 3


# --- Closing ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("count", "kept"), [(FEWEST - 1, 0), (FEWEST, FEWEST), (9, 9)])
def test_close_forgets_who_answered_and_too_few_answers(count, kept):
    evaluation, people = open_to(count)
    for row in people:
        evaluating.answer(row, score=4)
    noon = dt.datetime.combine(evaluation.closes_on, dt.time(12), dt.UTC)

    assert [evaluating.close_due(noon - dt.timedelta(days=1)), EvaluationReceipt.objects.count()] == [0, count]
    assert [evaluating.close_due(noon), evaluating.close_due(noon)] == [1, 0]

    assert (evaluation.answers.count(), evaluation.receipts.count()) == (kept, 0)
    assert evaluating.standing_of(people[0]) == Standing.CLOSED


def test_a_closed_evaluation_asks_nobody_again(session):
    seat(session)
    with time_machine.travel(DAY_AFTER):
        evaluating.ask_due()
    Message.objects.all().delete()
    Evaluation.objects.update(closed_on="2026-10-28")

    assert evaluating.ask_due(DAY_AFTER) == 0


# --- Publishing -------------------------------------------------------------------------------------------------------
def test_publish_and_withdraw():
    by = UserFactory()
    evaluation = EvaluationFactory(closed=True)
    EvaluationAnswerFactory.create_batch(5, evaluation=evaluation)

    evaluating.publish(evaluation, summaries={"fr": "Bien.", "en": ""}, by=by)
    evaluation.refresh_from_db()
    assert (evaluation.summary_fr, evaluation.published_at is None, evaluation.published_by) == ("Bien.", False, by)

    evaluating.withdraw(evaluation, by=by)
    evaluation.refresh_from_db()
    assert (evaluation.summary_fr, evaluation.published_at) == ("Bien.", None)


@pytest.mark.parametrize("closed", [True, False])
def test_publish_refuses_what_has_no_results(closed):
    evaluation = EvaluationFactory(closed=closed)
    if not closed:
        EvaluationAnswerFactory.create_batch(9, evaluation=evaluation)
    with pytest.raises(EvaluationRefused):
        evaluating.publish(evaluation, summaries={"fr": "Bien."}, by=UserFactory())


@pytest.mark.parametrize("score", [0, 6])
def test_database_refuses_other_scores(score):
    with pytest.raises(IntegrityError), transaction.atomic():
        EvaluationAnswerFactory(score=score)


def test_database_refuses_to_publish_what_is_open():
    with pytest.raises(IntegrityError), transaction.atomic():
        EvaluationFactory(published_at=BEGAN)


# --- Privacy ----------------------------------------------------------------------------------------------------------
def test_person_sees_that_they_answered_and_leaves_the_answer_behind():
    evaluation, (row, other) = open_to(2)
    for each in (row, other):
        evaluating.answer(each, score=4)
    user = row.volunteer.user

    (line,) = export(user)["evaluations"]
    assert (line["title"], line["forgotten_on"]) == (row.slot.title, evaluation.closes_on.isoformat())

    evaluation_personal.let_go(user)
    evaluation_personal.let_go(user)
    assert (evaluation.receipts.get().registration, evaluation.answers.count()) == (other, 2)
    assert export(user)["evaluations"] == []


def test_erasure_takes_the_receipt():
    evaluation, (row,) = open_to(1)
    evaluating.answer(row, score=4)
    erasing.erase(row.volunteer.user)
    assert (evaluation.receipts.count(), evaluation.answers.count()) == (0, 1)
