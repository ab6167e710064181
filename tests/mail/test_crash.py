"""What a killed or paused worker leaves behind, tried with real processes, a real database and a real mail server."""

import os
import random
import signal
import time
from collections import Counter

import pytest

from mail.delivering import BATCH
from mail.models import Message
from tests.factories.mail import MessageFactory
from tests.waiting import wait_until

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("hello")]


def queue_confirmations(number):
    Message.objects.bulk_create(MessageFactory.build_batch(number))


def all_sent():
    return not Message.objects.exclude(state=Message.State.SENT).exists()


def copies(smtp_server):
    """How many times each message arrived, by its Message-ID, which a copy shares."""
    return Counter(message["Message-ID"] for message in smtp_server.messages)


def test_workers_side_by_side_send_each_message_once(start_worker, smtp_server):
    queue_confirmations(120)

    for _ in range(3):
        start_worker()
    wait_until(all_sent)

    assert Counter(copies(smtp_server).values()) == {1: 120}


@pytest.mark.long
def test_killed_worker_loses_nothing(start_worker, smtp_server):
    """Eight workers killed at random moments; five hundred confirmations of Celery's: test_killed_worker.py."""
    moments = random.Random(2026)
    queue_confirmations(200)
    smtp_server.seconds = 0.02  # fifty a second at most: the eight are killed before all have left
    kills = 0
    while kills < 8:
        before = smtp_server.received
        worker = start_worker(lease=1)
        wait_until(lambda before=before: smtp_server.received > before)
        time.sleep(moments.uniform(0, 0.3))
        assert not all_sent()
        os.kill(worker, signal.SIGKILL)
        kills += 1
    smtp_server.seconds = 0
    start_worker(lease=1)
    wait_until(all_sent)

    received = copies(smtp_server)
    twice = sum(received.values()) - len(received)
    assert len(received) == 200, "a message was lost"
    assert twice <= kills, "more than the message in flight left twice"
    assert max(received.values()) <= 2


def test_killed_in_flight_sends_that_message_again_under_its_message_id(start_worker, smtp_server):
    queue_confirmations(BATCH)
    smtp_server.seconds = 0.5
    worker = start_worker(lease=1)
    wait_until(lambda: smtp_server.received)
    os.kill(worker, signal.SIGKILL)  # the mail server has the message, its answer is not there yet
    smtp_server.seconds = 0

    start_worker(lease=1)
    wait_until(all_sent)

    assert Counter(copies(smtp_server).values()) == {1: BATCH - 1, 2: 1}


@pytest.mark.parametrize(("fence", "copies_at_most"), [(True, 1), (False, BATCH)])
def test_paused_worker_sends_at_most_the_one_in_flight_again(start_worker, smtp_server, fence, copies_at_most):
    """Without the fence it repeats its whole batch, which shows that this test can fail."""
    queue_confirmations(BATCH)
    smtp_server.seconds = 0.5
    paused = start_worker(lease=1, fence=fence)
    wait_until(lambda: smtp_server.received)
    os.kill(paused, signal.SIGSTOP)
    smtp_server.seconds = 0

    start_worker(lease=1)
    wait_until(all_sent)
    os.kill(paused, signal.SIGCONT)
    time.sleep(1.5)  # it goes on with its batch, or finds that its claims are gone

    received = copies(smtp_server)
    twice = sum(received.values()) - len(received)
    assert len(received) == BATCH
    assert twice <= copies_at_most
    assert fence or twice > 1


def test_server_that_refuses_for_a_while_gets_each_message_once(start_worker, smtp_server):
    queue_confirmations(60)
    smtp_server.refuse_with = "451 Try later"
    start_worker()
    wait_until(lambda: Message.objects.filter(attempts__gte=2).exists())
    smtp_server.refuse_with = ""
    wait_until(all_sent)

    assert Counter(copies(smtp_server).values()) == {1: 60}
