"""Two kinds of message of the tests' own, with templates beside this file, and worker processes that may be killed."""

from pathlib import Path

import pytest

from mail import kinds
from tests.mail.worker import deliver_for_ever

TEMPLATES = Path(__file__).parent / "templates"


@pytest.fixture
def hello(settings, monkeypatch):
    """The kinds tests/hello and tests/code (a secret one), for the time of one test."""
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [engine | {"DIRS": [*engine["DIRS"], TEMPLATES]}]
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    kinds.register(kinds.Kind("tests/hello", "a test"))
    kinds.register(kinds.Kind("tests/code", "a test", secret=True))


@pytest.fixture
def start_worker(fork, smtp_server):
    """Starts processes that deliver without end (tests/mail/worker.py) and returns their ids."""
    return lambda **options: fork(deliver_for_ever, port=smtp_server.port, **options).pid
