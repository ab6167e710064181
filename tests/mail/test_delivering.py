import datetime as dt
import smtplib

import pytest
import time_machine
from django.db import InterfaceError, NotSupportedError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mail import kinds, queuing
from mail.delivering import (
    BATCH,
    FIRST_WAIT,
    LEASE,
    LONGEST_WAIT,
    MOST_ATTEMPTS,
    Refusal,
    claim,
    deliver_due,
    refusal_of,
    send_again,
    still_mine,
    wait_before_next,
)
from mail.models import Message, Suppression
from tests.factories.mail import MessageFactory, SuppressionFactory
from tests.factories.volunteers import UserFactory

pytestmark = [pytest.mark.both, pytest.mark.django_db]
NOON = dt.datetime(2040, 3, 2, 12, tzinfo=dt.UTC)  # far away: rows made before the clock is stopped are due


@pytest.fixture(autouse=True)
def ground(hello, smtp_server):
    pass


def state_of(message):
    message.refresh_from_db()
    return message.state


def test_message_leaves_once(smtp_server):
    message = MessageFactory(to="ana@example.org", context={"name": "Ana"})

    deliver_due()
    deliver_due()

    (received,) = smtp_server.messages
    assert smtp_server.recipients == [["ana@example.org"]]
    assert received["Subject"] == "Bonjour Ana"
    assert state_of(message) == Message.State.SENT
    assert (message.attempts, message.claimed_by, message.lease_until) == (1, "", None)
    assert message.sent_at is not None


def test_rolled_back_transaction_sends_nothing(smtp_server):
    with transaction.atomic():
        queuing.queue("tests/hello", key="never", to="ana@example.org")
        transaction.set_rollback(True)

    deliver_due()

    assert smtp_server.messages == []


def test_same_key_is_said_once(smtp_server):
    for _ in range(2):
        queuing.queue("tests/hello", key="once", to="ana@example.org")

    deliver_due()

    assert len(smtp_server.messages) == 1


def test_urgent_leaves_first_then_the_oldest(smtp_server):
    with time_machine.travel(NOON, tick=False) as clock:
        for to, priority in [
            ("bulk@example.org", Message.Priority.BULK),
            ("early@example.org", Message.Priority.NORMAL),
            ("late@example.org", Message.Priority.NORMAL),
            ("code@example.org", Message.Priority.URGENT),
        ]:
            MessageFactory(to=to, priority=priority)
            clock.shift(1)

        deliver_due()

    assert [to for (to,) in smtp_server.recipients] == [
        "code@example.org",
        "early@example.org",
        "late@example.org",
        "bulk@example.org",
    ]


def test_not_before_is_respected(smtp_server):
    with time_machine.travel(NOON, tick=False) as clock:
        MessageFactory(not_before=NOON + dt.timedelta(hours=1))
        deliver_due()
        assert smtp_server.messages == []

        clock.shift(3600)
        deliver_due()
        assert len(smtp_server.messages) == 1


def test_more_than_one_batch_goes_over_one_connection(smtp_server, monkeypatch):
    connections = []
    connect = smtplib.SMTP.connect
    monkeypatch.setattr(
        smtplib.SMTP, "connect", lambda self, *args, **kw: connections.append(1) or connect(self, *args, **kw)
    )
    MessageFactory.create_batch(BATCH * 2 + 1)

    deliver_due()

    assert (len(smtp_server.messages), len(connections)) == (BATCH * 2 + 1, 1)


def test_server_down_loses_nothing_and_costs_no_attempt(smtp_server, settings):
    message = MessageFactory()
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1

    deliver_due()
    assert (state_of(message), message.attempts) == (Message.State.QUEUED, 0)

    settings.EMAIL_PORT = port
    deliver_due()
    assert (state_of(message), len(smtp_server.messages)) == (Message.State.SENT, 1)


def test_temporary_refusal_is_tried_again_later_and_later(smtp_server):
    message = MessageFactory()
    smtp_server.refuse_with = "451 4.7.1 Try later"
    waits = []
    with time_machine.travel(NOON, tick=False) as clock:
        for attempt in range(1, 9):
            deliver_due()
            assert (state_of(message), message.attempts) == (Message.State.QUEUED, attempt)
            assert "Try later" in message.error
            waits.append(message.not_before - timezone.now())
            clock.move_to(message.not_before - dt.timedelta(seconds=1))
            deliver_due()
            assert Message.objects.get().attempts == attempt
            clock.move_to(message.not_before)

        smtp_server.refuse_with = ""
        deliver_due()

    assert waits[:3] == [FIRST_WAIT, FIRST_WAIT * 3, FIRST_WAIT * 9]
    assert waits[-1] == LONGEST_WAIT
    assert (state_of(message), message.error, len(smtp_server.messages)) == (Message.State.SENT, "", 1)


def test_temporary_refusals_are_given_up_at_last_and_not_before_three_days(smtp_server):
    message = MessageFactory(attempts=MOST_ATTEMPTS - 2)
    smtp_server.refuse_with = "451 4.7.1 Try later"
    with time_machine.travel(NOON, tick=False) as clock:
        deliver_due()
        assert state_of(message) == Message.State.QUEUED
        clock.move_to(message.not_before)
        deliver_due()

    assert (state_of(message), message.attempts) == (Message.State.FAILED, MOST_ATTEMPTS)
    waited = sum((wait_before_next(attempt) for attempt in range(1, MOST_ATTEMPTS)), dt.timedelta())
    assert dt.timedelta(days=3) < waited < dt.timedelta(days=4)


def test_refused_message_lets_the_others_pass(smtp_server):
    messages = MessageFactory.create_batch(3)
    smtp_server.refuse_with = "451 4.7.1 Try later"
    deliver_due()
    smtp_server.refuse_with = ""
    other = MessageFactory()

    deliver_due()

    assert state_of(other) == Message.State.SENT
    assert {state_of(message) for message in messages} == {Message.State.QUEUED}


def test_message_refused_for_good_fails_without_suppression(smtp_server):
    message = MessageFactory()
    smtp_server.refuse_with = "554 5.7.1 Looks like spam"

    deliver_due()

    assert state_of(message) == Message.State.FAILED
    assert "Looks like spam" in message.error
    assert Suppression.objects.count() == 0


def refused(code, words):
    return smtplib.SMTPRecipientsRefused({"ana@example.org": (code, words.encode())})


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (refused(550, "5.1.1 User unknown"), Refusal.NOBODY),
        (refused(550, "5.2.1 Mailbox disabled"), Refusal.NOBODY),
        (refused(550, "No such user here"), Refusal.NOBODY),
        (refused(550, "5.7.1 Relaying denied"), Refusal.NEVER),
        (refused(552, "5.2.2 Mailbox full"), Refusal.NEVER),
        (refused(450, "4.2.0 Greylisted"), Refusal.LATER),
        (refused(421, "4.3.2 Shutting down"), Refusal.AWAY),
        (smtplib.SMTPSenderRefused(550, b"5.7.1 Who are you", "us@example.org"), Refusal.LATER),
        (smtplib.SMTPSenderRefused(421, b"Too many messages", "us@example.org"), Refusal.AWAY),
        (smtplib.SMTPDataError(554, b"5.6.0 Content refused"), Refusal.NEVER),
        (smtplib.SMTPDataError(451, b"4.3.0 Try later"), Refusal.LATER),
        (smtplib.SMTPDataError(421, b"4.3.2 Shutting down"), Refusal.AWAY),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), Refusal.AWAY),
        (smtplib.SMTPNotSupportedError("SMTPUTF8 not supported"), Refusal.NEVER),
        (TimeoutError("timed out"), Refusal.AWAY),
        (ConnectionResetError(), Refusal.AWAY),
        (RuntimeError("a backend's own trouble"), Refusal.LATER),
    ],
)
def test_refusal_is_understood(error, refusal):
    assert refusal_of(error) is refusal


def test_unknown_address_is_suppressed_and_gets_nothing_more(smtp_server):
    smtp_server.unknown.add("gone@example.org")
    first = MessageFactory(to="Gone@example.org")
    deliver_due()
    second = MessageFactory(to="gone@EXAMPLE.org")
    deliver_due()

    assert state_of(first) == Message.State.FAILED
    assert state_of(second) == Message.State.DROPPED
    assert list(Suppression.objects.values_list("email", "source")) == [("gone@example.org", "bounce")]


def test_code_goes_to_a_suppressed_address_and_clears_it(smtp_server):
    SuppressionFactory(email="back@example.org")
    SuppressionFactory(email="angry@example.org", source=Suppression.Source.COMPLAINT)
    for to in ("back@example.org", "angry@example.org"):
        MessageFactory(kind="tests/code", to=to)

    deliver_due()

    assert len(smtp_server.messages) == 2
    assert list(Suppression.objects.values_list("email", flat=True)) == ["angry@example.org"]


def test_secret_is_forgotten_once_sent_and_not_before(smtp_server):
    message = MessageFactory(kind="tests/code", context={"name": "1234"})
    smtp_server.refuse_with = "451 Try later"
    with time_machine.travel(NOON, tick=False) as clock:
        Message.objects.update(not_before=NOON)
        deliver_due()
        message.refresh_from_db()
        assert message.context == {"name": "1234"}

        smtp_server.refuse_with = ""
        clock.move_to(message.not_before)
        deliver_due()

    message.refresh_from_db()
    assert (message.state, message.context) == (Message.State.SENT, {})


def test_secret_is_forgotten_when_dropped_or_failed(smtp_server):
    kinds.register(kinds.Kind("tests/expired", "a test", lambda context: None, secret=True))
    expired = MessageFactory(kind="tests/expired", context={"code": "1234"})
    failed = MessageFactory(kind="tests/code", to="not an address", context={"code": "1234"})

    deliver_due()

    assert (state_of(expired), expired.context) == (Message.State.DROPPED, {})
    assert (state_of(failed), failed.context) == (Message.State.FAILED, {})


def test_nothing_left_to_say_drops_the_message(smtp_server):
    kinds.register(kinds.Kind("tests/over", "a test", lambda context: None))
    message = MessageFactory(kind="tests/over")

    deliver_due()

    assert (state_of(message), smtp_server.messages) == (Message.State.DROPPED, [])


def test_poisoned_message_fails_alone(smtp_server):
    def poison(context):
        raise RuntimeError("a bug")

    kinds.register(kinds.Kind("tests/poison", "a test", poison))
    poisoned = MessageFactory(kind="tests/poison")
    without_templates = MessageFactory(kind="tests/poison2")
    kinds.register(kinds.Kind("tests/poison2", "a test"))
    healthy = MessageFactory()

    deliver_due()

    assert (state_of(poisoned), poisoned.error) == (Message.State.FAILED, "RuntimeError: a bug")
    assert (state_of(without_templates), without_templates.error) == (
        Message.State.FAILED,
        "TemplateDoesNotExist: mail/tests/poison2.subject.txt",
    )
    assert state_of(healthy) == Message.State.SENT


@pytest.mark.parametrize("trouble", [OperationalError, InterfaceError, NotSupportedError])
def test_trouble_of_the_database_is_no_fault_of_the_message(smtp_server, trouble):
    def compose(_context):
        raise trouble("cached plan must not change result type")

    kinds.register(kinds.Kind("tests/troubled", "", compose))
    message = MessageFactory(kind="tests/troubled")

    with pytest.raises(trouble):
        deliver_due()

    assert state_of(message) == Message.State.SENDING  # until its claim runs out


def test_whether_anything_is_due_is_asked_in_the_order_of_its_index():
    MessageFactory(to="ana@example.org")

    with CaptureQueriesContext(connection) as asked:
        assert Message.objects.any_due(NOON)

    assert "ORDER BY" in asked[0]["sql"]


def test_kind_of_a_newer_version_waits_for_a_newer_worker(smtp_server):
    message = MessageFactory(kind="tests/tomorrow", context={"name": "Ana"})

    deliver_due()

    assert (state_of(message), message.context) == (Message.State.QUEUED, {"name": "Ana"})


def test_message_that_kills_its_worker_waits_before_the_next_attempt():
    message = MessageFactory()
    with time_machine.travel(NOON, tick=False) as clock:
        (claimed,) = claim("killed")
        assert still_mine(claimed, "killed")
        # The worker dies here. Its claim runs out, and the message may be claimed, but the wait is written.
        message.refresh_from_db()
        assert message.not_before == timezone.now() + FIRST_WAIT
        clock.shift(LEASE)
        deliver_due()
        assert (state_of(message), message.attempts) == (Message.State.SENT, 2)


def test_claim_that_ran_out_is_not_claimed_again_by_its_own_worker():
    MessageFactory()
    with time_machine.travel(NOON, tick=False) as clock:
        assert len(claim("worker")) == 1
        clock.shift(LEASE)
        assert claim("worker") == []


def test_fence_refuses_a_claim_that_has_expired_or_changed_hands():
    MessageFactory()
    with time_machine.travel(NOON, tick=False) as clock:
        (message,) = claim("first")
        assert still_mine(message, "first")
        assert not still_mine(message, "second")
        clock.shift(LEASE)
        assert not still_mine(message, "first")


def test_erased_person_gets_nothing(smtp_server):
    user = UserFactory()
    MessageFactory(user=user, to=user.email)
    (message,) = claim("worker")
    user.delete()

    assert not still_mine(message, "worker")
    assert Message.objects.count() == 0


def test_failed_message_can_be_sent_again_but_no_code(smtp_server):
    failed = MessageFactory(state=Message.State.FAILED, attempts=3, error="a bug")
    code = MessageFactory(kind="tests/code", state=Message.State.FAILED)
    sent = MessageFactory(state=Message.State.SENT)

    assert send_again(Message.objects.all(), now=timezone.now()) == 1
    deliver_due()

    assert [state_of(one) for one in (failed, code, sent)] == [
        Message.State.SENT,
        Message.State.FAILED,
        Message.State.SENT,
    ]
    assert smtp_server.recipients == [[failed.to]]
