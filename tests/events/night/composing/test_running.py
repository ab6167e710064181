"""The life of a run of the engine: asked for, composed in a process of its own, stopped, lost, and taken up again."""

import datetime as dt
import json
import os
import signal
import time
from pathlib import Path
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from events.night.composing import choosing, running
from events.night.editions.preparing import EditionRefused
from events.night.models import Edition, Roster
from tests.factories.night_people import composed, tiny
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db


def children():
    """The processes that this one has started and that are still there."""
    return {int(pid) for task in Path("/proc/self/task").glob("*/children") for pid in task.read_text().split()}


def test_a_run_is_asked_for_once_at_a_time(django_capture_on_commit_callbacks, run_queued_tasks):
    night, user = tiny(), UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        run = running.ask(night, by=user)
        again = running.ask(night, by=user)

    assert (again, run.number, run.seed, run.state, run.asked_by) == (run, 1, 0, "queued", user)
    assert Roster.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Roster.objects.create(edition=night, number=2)

    assert run_queued_tasks() == ["events.night.tasks.compose"]
    run.refresh_from_db()
    assert (run.state, run.teams, run.people, run.first_choices, run.attempts) == ("done", 1, 3, 3, 1)
    assert run.score() == {"viable": 1, "placed": 3, "split": 0, "cost": 0, "balance": 3}
    assert run.bounds() == run.score()
    assert (run.step, run.problem, bool(run.instance), bool(run.result)) == ("", "", True, True)
    running.compose(run.pk)  # a message that comes twice
    assert Roster.objects.get().attempts == 1
    assert running.ask(night, by=user).seed == 1


@pytest.mark.parametrize("lacking", ["state", "people", "sectors"])
def test_nothing_is_composed_without(lacking):
    night = tiny()
    if lacking == "state":
        Edition.objects.update(state=Edition.State.PUBLISHED)
    elif lacking == "people":
        night.participants.update(state="withdrawn", withdrawn_at=timezone.now())
    else:
        night.sectors.update(professionals_only=True)

    with pytest.raises(EditionRefused):
        running.ask(night, by=UserFactory())
    assert not Roster.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["stopped", "deleted", "engine killed"])
def test_a_run_that_is_ended_leaves_no_process_and_no_result(what):
    before = children()
    run = running.ask(tiny(), by=UserFactory())

    def work():
        running.compose(run.pk)
        connection.close()

    worker = Thread(target=work)
    worker.start()
    late = time.monotonic() + 30
    while not (started := children() - before) and time.monotonic() < late:
        time.sleep(0.02)
    if what == "stopped":
        running.cancel(run, by=UserFactory())
    elif what == "deleted":
        Roster.objects.all().delete()
    else:
        os.kill(started.pop(), signal.SIGKILL)
    worker.join(timeout=2.5)

    assert not worker.is_alive()
    assert children() - before == set()
    left = [(row.state, row.instance, row.result, bool(row.ended_at)) for row in Roster.objects.all()]
    became = {"stopped": "cancelled", "engine killed": "failed"}
    assert left == ([] if what == "deleted" else [(became[what], "", "", True)])


def test_a_run_whose_worker_is_lost_is_taken_up_again_three_times(run_queued_tasks):
    run = running.ask(tiny(), by=UserFactory())
    now = timezone.now()
    rows = Roster.objects.filter(pk=run.pk)

    def lost(attempts, silent):
        rows.update(state="running", attempts=attempts, heartbeat_at=now - dt.timedelta(seconds=silent))

    lost(attempts=1, silent=10)
    assert (running.sweep(now), run_queued_tasks()) == (0, [])
    running.compose(run.pk)  # somebody else has it
    assert (rows.get().state, rows.get().attempts) == ("running", 1)

    lost(attempts=3, silent=40)
    assert (running.sweep(now), run_queued_tasks()) == (1, ["events.night.tasks.compose"])
    assert (rows.get().state, rows.get().problem) == ("failed", "Its worker was lost three times.")

    rows.update(state="running", ended_at=None, problem="")
    lost(attempts=2, silent=40)
    assert (running.sweep(now), run_queued_tasks()) == (1, ["events.night.tasks.compose"])
    assert (rows.get().state, rows.get().attempts) == ("done", 3)


def test_a_worker_presumed_dead_writes_nothing_and_nothing_illegal_is_kept():
    night = tiny()
    done = composed(night)
    stale = Roster.objects.get(pk=done.pk)
    stale.attempts = 0
    Roster.objects.filter(pk=done.pk).update(state="running", ended_at=None, result="")

    with pytest.raises(running.Superseded):
        running.keep(stale, done.instance, done.result)
    stale.attempts = 1
    with pytest.raises(running.engine.Failed, match="does not go out and holds"):
        running.keep(stale, done.instance, json.dumps(json.loads(done.result) | {"leaders": {}}))
    assert Roster.objects.get().result == ""
    running.keep(stale, done.instance, done.result)
    assert Roster.objects.get().result == done.result


def test_a_run_at_its_end_is_not_stopped():
    done = composed(tiny())

    with pytest.raises(EditionRefused):
        running.cancel(done, by=UserFactory())
    assert Roster.objects.get().state == "done"


# --- What becomes of a roster -----------------------------------------------------------------------------------------
def test_one_roster_is_chosen_and_another_in_its_place():
    night, user = tiny(), UserFactory()
    one, other = composed(night), composed(night)

    choosing.choose(one, by=user)
    choosing.choose(other, by=user)
    choosing.choose(other, by=UserFactory())

    chosen = Roster.objects.get(is_chosen=True)
    assert (chosen, chosen.chosen_by) == (other, user)
    with pytest.raises(EditionRefused):
        choosing.delete(other, by=user)
    choosing.delete(one, by=user)
    choosing.delete(one, by=user)
    assert list(Roster.objects.all()) == [other]


@pytest.mark.parametrize("lacking", ["state", "result", "roster"])
def test_nothing_is_chosen_without(lacking):
    night = tiny()
    roster = composed(night)
    if lacking == "state":
        Edition.objects.update(state=Edition.State.PUBLISHED)
    elif lacking == "result":
        Roster.objects.update(state="failed")
    else:
        Roster.objects.filter(pk=roster.pk).delete()  # in another tab

    with pytest.raises(EditionRefused):
        choosing.choose(roster, by=UserFactory())
    assert not Roster.objects.filter(is_chosen=True).exists()


def test_rosters_not_chosen_are_forgotten_90_days_after_the_night():
    night = tiny()
    composed(night)
    kept = composed(night, is_chosen=True)

    assert running.forget(night.ends_at + dt.timedelta(days=89)) == 0
    assert running.forget(night.ends_at + dt.timedelta(days=91)) == 1
    assert list(Roster.objects.all()) == [kept]
