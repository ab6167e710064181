"""The worker that the Procfile starts, killed again and again while confirmations leave: none is lost.

Everything is real: Celery with its folder as broker, PostgreSQL, the mail server. Only the three minutes for which a
dead worker's claims hold are not waited for: between two workers, the table's clock is put forward.
"""

import datetime as dt
import random
import time
from collections import Counter

import pytest
from django.db import connection
from django.db.models import F, Sum

from events import registering
from mail.models import Message
from tests.events import seats
from tests.factories.events import SlotFactory
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, KILLS = 500, 3


@pytest.fixture
def confirmations(transactional_db):
    """Five hundred people have just got their seats."""
    slot = SlotFactory(capacity=PEOPLE)
    for volunteer in seats.people(PEOPLE):
        registering.register(volunteer, slot=slot, by=None)


def unsent():
    return Message.objects.exclude(state=Message.State.SENT)


def in_flight():
    """Attempts that nobody can know the end of: begun, and not marked as sent."""
    return Message.objects.aggregate(all=Sum("attempts"))["all"] - Message.objects.filter(state="sent").count()


def nobody_else_is_connected():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return cursor.fetchone() == (1,)


def three_minutes_later():
    """Claims and waits are over; not before the database has noticed that the worker is dead."""
    wait_until(nobody_else_is_connected)
    ago = dt.timedelta(minutes=3)
    unsent().update(not_before=F("not_before") - ago)
    unsent().filter(state="sending").update(lease_until=F("lease_until") - ago)


def begin(installation, smtp_server):
    """Wakes whichever worker is alive, and waits until messages leave."""
    before = smtp_server.received
    installation.wake()
    wait_until(lambda: smtp_server.received > before)


@pytest.mark.long
def test_killed_worker_loses_no_confirmation(confirmations, installation, smtp_server):
    moments, left_over = random.Random(), []
    worker = installation.start("worker")
    for _ in range(KILLS):
        begin(installation, smtp_server)
        following = installation.start("worker")  # it does nothing before it is woken
        time.sleep(moments.uniform(0, 1))
        assert unsent().exists()
        worker.kill()
        three_minutes_later()
        left_over.append(in_flight() - sum(left_over))
        worker = following
    begin(installation, smtp_server)
    wait_until(lambda: not unsent().exists())

    received = Counter(message["Message-ID"] for message in smtp_server.messages)
    twice = sum(received.values()) - len(received)
    print(f"{PEOPLE} confirmations, {KILLS} kills: {sum(left_over)} in flight, {twice} sent twice")
    assert len(received) == PEOPLE, "a confirmation was lost"
    assert max(left_over) <= 1, "a kill leaves one message unknown, the one in flight"
    assert twice <= sum(left_over), "another message left twice"
    assert '"level": "' not in installation.said("worker")
