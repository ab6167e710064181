"""What every test stands on: a real database, a real mail server, a real queue, and a network that is refused.

One PostgreSQL server serves the whole run, started by the process that gives out the tests and shared by its workers.
With `DATABASE_URL=sqlite:///...` the same tests run on SQLite (`make test` does so for those marked `both`).
"""

import datetime as dt
import gc
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.missing import left_out

ROOT = Path(__file__).resolve().parent.parent


def is_controller(config: pytest.Config) -> bool:
    """Whether this process gives out the tests (or runs them alone), rather than being one of its workers."""
    return not hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    """Prepares folder and database before anything reads the settings; worker processes inherit both."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    if is_controller(config):
        folder = Path(tempfile.mkdtemp(prefix="maillage-tests-"))
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        os.environ |= {"TESTS_FOLDER": str(folder), "TESTS_TEMPLATE": "maillage"}
        if not config.option.collectonly:
            prepare_database(config, folder)
    # Each worker's SQLite file is a copy of what has been migrated (below): not to be made anew.
    config.option.reuse_db |= os.environ.get("DATABASE_URL", "").startswith("sqlite")
    if is_controller(config) and config.option.tx and not config.option.collectonly:
        return  # it runs no test itself
    import django

    django.setup()


def prepare_database(config: pytest.Config, folder: Path) -> None:
    """Gives this run its migrated database (tests/migrated.py), which each worker's own is then copied from."""
    from tests import migrated

    if os.environ.get("DATABASE_URL", "").startswith("sqlite"):
        shutil.copy(migrated.sqlite(), folder / "migrated.sqlite3")
        os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'migrated.sqlite3'}"
        return
    from tests.postgres import Server

    server = Server(migrated.postgresql())
    config.add_cleanup(server.stop)
    os.environ["DATABASE_URL"] = server.url


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Gives each worker its own copy of the migrated SQLite file; PostgreSQL copies by itself (TEMPLATE)."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        shutil.copy(database["NAME"], database["TEST"]["NAME"])


@pytest.fixture
def process_environment(transactional_db: None) -> dict[str, str]:
    """The environment for a process of the product (a worker, a command) on this test's own database and folder."""
    return environment_for_processes()


def environment_for_processes() -> dict[str, str]:
    """The same for processes that outlive a test. The database must have been set up."""
    from django.conf import settings
    from django.db import connection

    host, name = connection.settings_dict["HOST"], connection.settings_dict["NAME"]
    url = f"sqlite:///{name}" if connection.vendor == "sqlite" else f"postgres://postgres@/{host}/{name}"
    return os.environ | {"DATABASE_URL": url, "VAR_DIR": str(settings.VAR_DIR), "TESTS_TEMPLATE": ""}


@pytest.fixture(scope="session")
def nursery(django_db_setup: None) -> None:
    """The process that others are forked from (tests/forking.py)."""
    from tests import forking

    forking.begin(environment_for_processes())


@pytest.fixture
def fork(transactional_db: None, nursery: None) -> Iterator[Callable[..., Any]]:
    """`fork(function, *args, **options)`: a process on this test's own database; all are killed with the test.

    For what only another process can show: killing it, or two of them at once.
    """
    from tests.forking import Fork

    forks = []

    def start(function: Callable[..., None], *args: Any, **options: Any) -> Fork:
        forks.append(Fork(function, *args, **options))
        return forks[-1]

    yield start
    for started in forks:
        started.kill()


# --- Tests that commit ------------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Has every test that commits leave what migrations wrote (tests/putting_back.py)."""
    from django.test import TransactionTestCase

    from tests.putting_back import keep_rows, put_back

    with django_db_blocker.unblock():
        keep_rows()
    TransactionTestCase._fixture_teardown = lambda _case: put_back()


# --- What is left out -------------------------------------------------------------------------------------------------
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a browser, none is driven. The longest tests come first, so that no worker ends alone with one."""
    if markers := left_out():
        without = {item for item in items if any(map(item.get_closest_marker, markers))}
        config.hook.pytest_deselected(items=[item for item in items if item in without])
        items[:] = [item for item in items if item not in without]
    give_out_the_longest_first(items)


def give_out_the_longest_first(items: list[pytest.Item]) -> None:
    """Puts them where the workers begin: each of the two is given half of the list."""
    long = [item for item in items if item.get_closest_marker("long")]
    others = [item for item in items if not item.get_closest_marker("long")]
    half = len(items) // 2 - len(long[::2])
    items[:] = [*long[::2], *others[:half], *long[1::2], *others[half:]]


def pytest_collection_finish() -> None:
    """Sets aside what has been loaded from Python's collector, which would look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says loudly what was left out."""
    for words in left_out().values():
        terminalreporter.write_line(words, red=True, bold=True)


# --- What is shared by all --------------------------------------------------------------------------------------------
@pytest.fixture(autouse=True)
def fresh_surroundings(settings: Any) -> Iterator[None]:
    """No cache, upload, language or queued task left by another test."""
    from django.core.cache import caches
    from django.utils import translation

    from config.celery import app

    for name in settings.CACHES:
        caches[name].clear()
    app.control.purge()
    translation.activate(settings.LANGUAGE_CODE)
    yield
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


@pytest.fixture
def run_queued_tasks() -> Callable[[], list[str]]:
    """Runs what was given to Celery, in order, from the messages themselves; returns the names of the tasks.

    What was put off runs no sooner than that: whoever put it off counts on it to see what came meanwhile.

    Messages sent from `transaction.on_commit` need the commit: use it inside or after
    `django_capture_on_commit_callbacks(execute=True)`, or in a test that commits.
    """
    from django.utils import timezone

    from config.celery import app

    app.loader.import_default_modules()  # as a worker does when it starts, so that every task has its name

    def run() -> list[str]:
        names = []
        with app.connection_for_read() as connection, connection.SimpleQueue("celery") as queue:
            while True:
                try:
                    message = queue.get_nowait()
                except queue.Empty:
                    return names
                args, kwargs, _ = message.payload
                if eta := message.headers["eta"]:
                    until = dt.datetime.fromisoformat(eta) - timezone.now()
                    time.sleep(max(until.total_seconds(), 0))
                names.append(message.headers["task"])
                message.ack()
                app.tasks[names[-1]].apply(args, kwargs, throw=True)

    return run


@pytest.fixture
def smtp_server(settings: Any) -> Iterator[Any]:
    """A mail server of the tests' own (tests/smtp.py), to which the product's mail goes by SMTP."""
    from tests.smtp import Server

    with Server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield server


@pytest.fixture
def installation(process_environment: dict[str, str], smtp_server: Any, tmp_path: Path) -> Iterator[Any]:
    """Starts the Procfile's processes, on this test's database and mail server (tests/procfile.py)."""
    from tests.procfile import Installation

    installed = Installation(process_environment["DATABASE_URL"], tmp_path, smtp_server.port)
    yield installed
    installed.end()


@pytest.fixture
def at_once(transactional_db: None) -> Callable[..., list[Any]]:
    """Calls a function many times at the same instant, each with a connection of its own; see tests/racing.py."""
    from tests.racing import at_once

    return at_once
