"""The organisers' board with a whole city on it: 360 sectors and 2,000 people, on one page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as METHODS
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from bench.loading import load
from bench.measuring import Figure, median
from bench.serving import WebServer
from cms.demo import accounts
from events.night.composing import choosing, running
from events.night.composing.instances import instance_of
from events.night.models import Assignment, Edition, Roster
from events.night.roster import files, formats
from events.night.roster.solving import solve
from volunteers.models import User

ROUNDS = 5
SECONDS = 120  # for composing; far more than it takes


def board() -> Iterator[Figure]:
    """All teams of the edition on one page, as whoever coordinates every headquarters opens it: queries, and time."""
    organiser = User.objects.get(email=accounts.ORGANISER.email)
    edition = _composed(organiser)
    coordinator = User.objects.get(email=accounts.COORDINATOR.email)
    session = _signed_in(coordinator)
    whole = reverse("organise-night:board-all", args=[edition.pk])
    few = _queries(session, whole)
    for headquarters in edition.headquarters.select_related("slot"):
        headquarters.slot.people_in_charge.add(coordinator)
    many = _queries(session, whole)
    against = f"{few} when she coordinates one headquarters of the 20"
    yield Figure("board-queries", many, "queries", against, many / few, "<= 100%", many <= few)
    headers = f"Cookie: {settings.SESSION_COOKIE_NAME}={session}\r\n"
    with WebServer("config.settings") as ours:
        found = [load(ours, whole, headers=headers, connections=1) for _round in range(ROUNDS + 1)][1:]
    seconds = median([one.p50 for one in found]) / 1000
    people = Assignment.objects.in_teams().filter(participant__edition=edition).count()
    yield Figure(
        bench="board",
        value=seconds,
        unit="s",
        against=f"one second, {edition.sectors.count()} sectors and {edition.participants.count()} people",
        ratio=seconds,
        goal="<= 1 s",
        holds=seconds <= 1,
        more={"cpu_ms": round(median([one.cpu_ms for one in found])), "in_teams": people},
    )


def _composed(organiser: User) -> Edition:
    """This winter's edition with its teams, composed and chosen."""
    edition = Edition.objects.get(state=Edition.State.OPEN)
    Edition.objects.filter(pk=edition.pk).update(state=Edition.State.ROSTERING)
    edition.refresh_from_db()
    instance = instance_of(edition)
    with files.silence():
        made = formats.write_roster(solve(instance, time_limit=SECONDS))
    text = formats.write_instance(instance)
    run = Roster.objects.create(edition=edition, number=1, state=Roster.State.RUNNING, attempts=1, instance=text)
    running.keep(run, text, made)
    choosing.choose(run, by=organiser)
    return edition


def _signed_in(user: User) -> str:
    """The key of a session of this person, as after a password and an authenticator's code."""
    client = Client()
    client.force_login(user)
    session = client.session
    factor = Authenticator.objects.get(user=user)
    session[METHODS] = [{"method": "mfa", "at": time.time(), "id": factor.pk, "type": factor.type}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    assert session.session_key
    return session.session_key


def _queries(session: str, path: str) -> int:
    """How many queries a visit asks, once what is read once a second is known."""
    client, count = Client(headers={"host": "localhost"}), 0
    client.cookies[settings.SESSION_COOKIE_NAME] = session

    def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        return execute(sql, params, many, context)

    fewest = None
    for _visit in range(5):
        count = 0
        with connection.execute_wrapper(counted):
            assert client.get(path).status_code == 200
        fewest = count if fewest is None else min(fewest, count)
    assert fewest is not None
    return fewest
