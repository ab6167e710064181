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

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("hello")]


def wait_until(condition, seconds=60):
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)


def queue_confirmations(number):
    Message.objects.bulk_create(MessageFactory.build_batch(number))


def all_sent():
    return not Message.objects.exclude(state=Message.State.SENT).exists()


def copies(smtp_server):
    """How many times each message arrived, by its Message-ID, which a copy shares."""
    return Counter(message["Message-ID"] for message in smtp_server.messages)


def test_workers_side_by_side_send_each_message_once(start_worker, smtp_server):
    queue_confirmations(200)

    workers = [start_worker() for _ in range(3)]
    wait_until(all_sent)
    for worker in workers:
        worker.kill()

    assert Counter(copies(smtp_server).values()) == {1: 200}


def test_killed_worker_loses_nothing(start_worker, smtp_server):
    """500 confirmations, two workers, one of them killed at random moments, eight times."""
    moments = random.Random(2026)
    queue_confirmations(500)
    smtp_server.seconds = 0.004
    start_worker(lease=1)
    killed = 0
    while killed < 8 and not all_sent():
        victim = start_worker(lease=1)
        time.sleep(moments.uniform(0.05, 0.5))
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
        killed += 1
    wait_until(all_sent)

    received = copies(smtp_server)
    twice = sum(received.values()) - len(received)
    print(f"{killed} kills, {twice} copies")
    assert killed == 8
    assert len(received) == 500  # none lost
    assert twice <= killed  # at most the one in flight
    assert max(received.values()) <= 2


def test_killed_in_flight_sends_the_one_message_again_with_its_message_id(start_worker, smtp_server):
    queue_confirmations(BATCH)
    smtp_server.seconds = 0.3
    worker = start_worker(lease=1)
    wait_until(lambda: Message.objects.filter(attempts=1).exists())
    time.sleep(0.1)  # the mail server has the message, its answer is not there yet
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    smtp_server.seconds = 0

    start_worker(lease=1)
    wait_until(all_sent)

    assert Counter(copies(smtp_server).values()) == {1: BATCH - 1, 2: 1}


def test_paused_worker_sends_at_most_the_one_in_flight_again(start_worker, smtp_server):
    queue_confirmations(BATCH)
    smtp_server.seconds = 0.3
    paused = start_worker(lease=1)
    wait_until(lambda: Message.objects.filter(attempts=1).exists())
    time.sleep(0.1)
    os.kill(paused.pid, signal.SIGSTOP)
    smtp_server.seconds = 0

    start_worker(lease=1)
    wait_until(all_sent)
    os.kill(paused.pid, signal.SIGCONT)
    time.sleep(1)  # it finds that its claims are gone

    received = copies(smtp_server)
    assert (len(received), all_sent()) == (BATCH, True)
    assert sum(received.values()) <= BATCH + 1


def test_server_that_goes_away_and_comes_back_gets_each_message_once(start_worker, smtp_server):
    queue_confirmations(60)
    smtp_server.seconds = 0.005
    smtp_server.refuse_with = "451 Try later"
    start_worker(lease=5)
    wait_until(lambda: Message.objects.filter(attempts__gte=2).exists())
    smtp_server.refuse_with = ""
    wait_until(all_sent)

    assert Counter(copies(smtp_server).values()) == {1: 60}


def test_without_the_fence_a_paused_worker_sends_twice(start_worker, smtp_server):
    """The tests above can fail: with the fence taken out, a paused worker repeats its whole batch."""
    queue_confirmations(BATCH)
    smtp_server.seconds = 0.1
    paused = start_worker(lease=1, fence=0)
    wait_until(lambda: smtp_server.messages)
    os.kill(paused.pid, signal.SIGSTOP)
    smtp_server.seconds = 0
    start_worker(lease=1)
    wait_until(all_sent)
    os.kill(paused.pid, signal.SIGCONT)
    wait_until(lambda: sum(copies(smtp_server).values()) > BATCH + 5)
