"""Two kinds of message of the tests' own, with templates beside this file, and worker processes that may be killed."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mail import kinds
from tests.conftest import ROOT, environment_for_processes

TEMPLATES = Path(__file__).parent / "templates"


@pytest.fixture
def hello(settings, monkeypatch):
    """The kinds tests/hello and tests/code (a secret one), for the time of one test."""
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [engine | {"DIRS": [*engine["DIRS"], TEMPLATES]}]
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    kinds.register(kinds.Kind("tests/hello", "a test"))
    kinds.register(kinds.Kind("tests/code", "a test", secret=True))


@pytest.fixture(scope="module")
def nursery(django_db_setup):
    """A process that has loaded everything and forks workers (tests/mail/worker.py)."""
    command = [sys.executable, "-m", "tests.mail.worker"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment_for_processes(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as nursery:
        assert nursery.stdout.readline() == "ready\n"
        yield nursery
        nursery.kill()


@pytest.fixture
def start_worker(transactional_db, nursery, smtp_server):
    """Starts processes that deliver without end and returns their ids; all die with the test."""
    started = []

    def start(**options):
        nursery.stdin.write(json.dumps({"port": smtp_server.port} | options) + "\n")
        nursery.stdin.flush()
        started.append(int(nursery.stdout.readline()))
        return started[-1]

    yield start
    for worker in started:
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
