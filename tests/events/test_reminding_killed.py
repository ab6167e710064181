"""Reminders across killed workers, a moved date and cancelled seats: one each, none wrong, with everything real."""

import datetime as dt
import random
import time
from collections import defaultdict
from zoneinfo import ZoneInfo

import pytest
import time_machine

from events import registering, reminding, scheduling
from events.models import Registration, Slot
from mail.models import Message
from tests.events import seats
from tests.events.reminder import remind_and_deliver
from tests.factories.events import SlotFactory
from tests.factories.volunteers import UserFactory
from tests.waiting import wait_until

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]
BEGINS = dt.datetime(2027, 3, 31, 18, 30, tzinfo=ZoneInfo("Europe/Paris"))  # the clocks change within its last week
LATER = BEGINS + dt.timedelta(days=10)
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
PEOPLE = 12  # on each of three dates


@pytest.fixture
def dates(transactional_db):
    """Three dates at one time, all seats taken long ago: one that stays, one to be moved, one whose people cancel."""
    with time_machine.travel(BEGINS - 30 * DAY):
        made = [SlotFactory(starts_at=BEGINS, capacity=PEOPLE, title_fr=title) for title in ("Reste", "Bouge", "Perd")]
        for slot in made:
            for volunteer in seats.people(PEOPLE):
                registering.register(volunteer, slot=Slot.objects.get(pk=slot.pk), by=None)
    Message.objects.all().delete()
    return made


@pytest.fixture
def run(fork, smtp_server):
    """`run(at)`: until nothing is left to send at that time. `run(at, kills=n)`: killed so often, in the midst."""

    def start(at, **options):
        return fork(remind_and_deliver, at=at.isoformat(), port=smtp_server.port, batch=5, **options)

    def at_work(at, kills=0):
        moments = random.Random(2027)
        for _ in range(kills):
            before = smtp_server.received
            worker = start(at, for_ever=True)
            wait_until(lambda before=before: smtp_server.received > before)
            time.sleep(moments.uniform(0, 0.1))
            worker.kill()
        if not kills:
            assert start(at, for_ever=False).rest() == []

    return at_work


def unsent():
    return Message.objects.filter(state__in=Message.UNSENT).exists()


def told(smtp_server):
    """By person, what they were sent: each message once, whatever copies its Message-ID has."""
    words = defaultdict(dict)
    for message in smtp_server.messages:
        words[message["To"]][message["Message-ID"]] = message["Subject"].strip()
    return words


@pytest.mark.long
def test_one_each_and_none_wrong(dates, run, smtp_server):
    stays, moves, loses = dates
    addresses = {slot: list(slot.registrations.values_list("volunteer__user__email", flat=True)) for slot in dates}
    smtp_server.seconds = 0.02
    week = BEGINS - 7 * DAY + MINUTE
    run(week, kills=3)
    wait_until(lambda: len(smtp_server.messages) == smtp_server.received)  # what was in flight has arrived
    assert unsent(), "all had left before the date moved: nothing is shown"
    left = {address: set(words) for address, words in told(smtp_server).items()}
    with time_machine.travel(week + MINUTE):
        moves.refresh_from_db()
        place = scheduling.Place.of(moves)
        scheduling.move(moves, starts_at=LATER, ends_at=LATER + DAY / 12, place=place, by=UserFactory())
        for registration in Registration.objects.filter(slot=loses).select_related("slot"):
            registering.give_back(registration, by=None)
    smtp_server.seconds = 0
    for at in (week + 2 * MINUTE, BEGINS - DAY + MINUTE, LATER - 7 * DAY + MINUTE, LATER - DAY + MINUTE, LATER + DAY):
        run(at)

    sent = told(smtp_server)
    assert Message.objects.filter(kind=reminding.KIND, state="dropped").exists()
    for address in addresses[stays]:
        assert sorted(sent[address].values()) == ["Dans 7 jours : Reste, 31/03/2027", "Demain à 18:30 : Reste"]
    for address in addresses[moves]:
        before, after = split(sent[address], left.get(address, set()))
        assert before in ([], ["Dans 7 jours : Bouge, 31/03/2027"])
        assert after == [
            "Changement : Bouge, désormais le 10/04/2027 à 18:30",
            "Dans 7 jours : Bouge, 10/04/2027",
            "Demain à 18:30 : Bouge",
        ]
    for address in addresses[loses]:
        before, after = split(sent[address], left.get(address, set()))
        assert before in ([], ["Dans 7 jours : Perd, 31/03/2027"])
        assert after == ["Votre inscription est annulée : Perd"]


def split(words, left):
    """What a person was sent before and after."""
    before = [subject for uid, subject in words.items() if uid in left]
    return before, sorted(subject for uid, subject in words.items() if uid not in left)
