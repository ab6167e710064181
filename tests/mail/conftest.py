"""Two kinds of message of the tests' own, with templates beside this file, and worker processes that may be killed."""

import subprocess
import sys
from pathlib import Path

import pytest

from mail import kinds
from tests.conftest import ROOT

TEMPLATES = Path(__file__).parent / "templates"


@pytest.fixture
def hello(settings, monkeypatch):
    """The kinds tests/hello and tests/code (a secret one), for the time of one test."""
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [engine | {"DIRS": [*engine["DIRS"], TEMPLATES]}]
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    kinds.register(kinds.Kind("tests/hello"))
    kinds.register(kinds.Kind("tests/code", secret=True))


@pytest.fixture
def start_worker(process_environment, smtp_server):
    """Starts processes that deliver without end (tests/mail/worker.py); they are killed after the test."""
    started = []

    def start(**options):
        arguments = [f"--{name}={value}" for name, value in ({"port": smtp_server.port} | options).items()]
        command = [sys.executable, "-m", "tests.mail.worker", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=process_environment, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
