"""Pages and feeds against a bare Django view on the same web server, both with two workers."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from bench.loading import Load, load
from bench.measuring import Figure, alternate, median
from bench.serving import WebServer
from events import feeds
from events.models import Registration, Slot
from ideas.models import Call, Idea, Support
from trainings.models import Session, Training
from volunteers.models import User, Volunteer

ROUNDS = 5
IDEAS, SUPPORTS = 2_000, 25  # ideas in a call, people behind each


def _against_hello(name: str, path: str, goal: float, *, headers: str = "", fresh: str = "") -> Figure:
    """``fresh`` names the environment's switch that keeps no answer, for what must be measured live."""
    with WebServer("bench.hello") as hello, WebServer(fresh or "config.settings") as ours:
        weight = len(ours.get(path))
        mine, theirs = alternate(lambda: load(ours, path, headers=headers), lambda: load(hello, "/"), rounds=ROUNDS)
    return _compare(name, mine, theirs, goal, weight)


def _compare(name: str, mine: list[Load], theirs: list[Load], goal: float, weight: int) -> Figure:
    rate, yardstick = median([one.rate for one in mine]), median([one.rate for one in theirs])
    return Figure(
        bench=name,
        value=rate,
        unit="answers/s",
        against=f"bare Django view, {yardstick:.0f} answers/s",
        ratio=rate / yardstick,
        goal=f">= {goal:.0%}",
        holds=rate >= goal * yardstick,
        more={
            "cpu_ms": round(median([one.cpu_ms for one in mine]), 3),
            "against_cpu_ms": round(median([one.cpu_ms for one in theirs]), 3),
            "p99_ms": round(median([one.p99 for one in mine]), 1),
            "bytes": weight,
        },
    )


def programme() -> Iterator[Figure]:
    """The programme for someone not signed in, and how soon it tells a seat taken."""
    yield _against_hello("programme", "/programme/", 0.60)
    yield _freshness()


def _freshness() -> Figure:
    """Seconds from the commit of a change to a page that says so: of the seats, then of a title, in turn."""
    slot = (
        Slot.objects.open().filter(kind="training", capacity__gt=5, seats_taken=0).first()
        or Slot.objects.open().first()
    )
    assert slot is not None
    delays = []
    with WebServer("config.settings") as ours:
        path = f"/trainings/sessions/{slot.pk}/"
        for number in range(20):
            before = ours.get("/trainings/")
            with transaction.atomic():
                if number % 2:
                    Training.objects.filter(sessions__slot=slot).update(title_fr=f"Une autre fois {number}")
                else:
                    Slot.objects.filter(pk=slot.pk).update(capacity=slot.capacity + 1 + number)
            begun = time.perf_counter()
            while ours.get("/trainings/") == before and time.perf_counter() - begun < 5:
                time.sleep(0.02)
            delays.append(time.perf_counter() - begun)
            assert ours.get(path)
    worst = max(delays)
    return Figure("programme-freshness", worst, "s", "one second", worst, "<= 1 s", worst <= 1.0)


def live() -> Iterator[Figure]:
    """A page of 13 sessions with the places left, made anew at each request."""
    for session in Session.objects.order_by("slot__starts_at").filter(slot__starts_at__gt=timezone.now())[13:]:
        Slot.objects.filter(pk=session.slot_id).update(state=Slot.State.DRAFT)
    yield _against_hello("live-page", "/trainings/", 0.10, fresh="bench.fresh")


def feed() -> Iterator[Figure]:
    """A calendar feed of 1,000 entries that has not changed since it was last asked."""
    volunteer = Volunteer.objects.create(user=User.objects.create_user("feed@bench.example"))
    training = Training.objects.first()
    assert training is not None
    begin = timezone.now() + dt.timedelta(days=1)
    slots = Slot.objects.bulk_create(
        Slot(
            kind="training",
            title_fr=f"Entrée {number}",
            network=training.network,
            state=Slot.State.OPEN,
            starts_at=begin + dt.timedelta(hours=3 * number),
            ends_at=begin + dt.timedelta(hours=3 * number + 2),
            capacity=20,
            seats_taken=1,
        )
        for number in range(1000)
    )
    Session.objects.bulk_create(Session(training=training, slot=slot) for slot in slots)
    Registration.objects.bulk_create(
        Registration(volunteer=volunteer, slot=slot, state="confirmed", confirmed_at=begin) for slot in slots
    )
    # As calendars ask: with what they got the last time.
    known = f"If-None-Match: {feeds.write(volunteer, 'fr').etag}\r\n"
    yield _against_hello("calendar-feed-1000", f"/calendar/{volunteer.calendar_token}.ics", 0.60, headers=known)


def ideas() -> Iterator[Figure]:
    """A call with 2,000 ideas and 50,000 supports, for someone not signed in: as kept, made anew, and its queries."""
    call = Call.objects.published().filter(vote="", sealed_at=None).order_by("-pk").first()
    assert call is not None
    path = f"/ideas/calls/{call.slug}/"
    few = _queries(path)
    _crowd(call)
    many = _queries(path)
    yield Figure(
        "ideas-queries", many, "queries", f"{few} before the 2,000 ideas came", many / few, "<= 100%", many <= few
    )
    yield _against_hello("ideas-call-2000", path, 0.40)
    small = Call.objects.exclude(sealed_at=None).get()
    with WebServer("bench.fresh") as ours:
        mine, theirs = alternate(
            lambda: load(ours, path), lambda: load(ours, f"/ideas/calls/{small.slug}/"), rounds=ROUNDS
        )
    rate, yardstick = median([one.rate for one in mine]), median([one.rate for one in theirs])
    yield Figure(
        bench="ideas-call-2000-live",
        value=rate,
        unit="answers/s",
        against=f"a call of {small.ideas.count()} ideas, {yardstick:.0f} answers/s",
        ratio=rate / yardstick,
        goal=">= 70%",
        holds=rate >= 0.70 * yardstick,
        more={"cpu_ms": round(median([one.cpu_ms for one in mine]), 3)},
    )


def _crowd(call: Call) -> None:
    """Fills the call up to that many ideas, every seventh about bicycles, and gives each its supports."""
    people = list(Volunteer.objects.order_by("pk").values_list("pk", flat=True)[:1_000])
    added = Idea.objects.bulk_create(
        (
            Idea(
                call=call,
                title=f"Réparer un vélo, {number}" if number % 7 == 0 else f"Visiter un accueil de jour, {number}",
                text="Une heure ou deux suffisent, avec quelqu'un qui y travaille.",
                author_id=people[number % len(people)],
                supporters=SUPPORTS,
            )
            for number in range(IDEAS - call.ideas.count())
        ),
        batch_size=500,
    )
    Support.objects.bulk_create(
        (
            Support(idea=idea, volunteer_id=people[(idea.pk + 7 * step) % len(people)])
            for idea in added
            for step in range(SUPPORTS)
        ),
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _queries(path: str) -> int:
    """How many queries a visit asks once menus and settings, read once a second, are known."""
    client, count = Client(headers={"host": "localhost"}), 0

    def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        return execute(sql, params, many, context)

    fewest = None
    for number in range(5):  # addresses that differ, so that no answer is a kept one
        count = 0
        with connection.execute_wrapper(counted):
            assert client.get(f"{path}?visit={number}").status_code == 200
        fewest = count if fewest is None else min(fewest, count)
    assert fewest is not None
    return fewest
