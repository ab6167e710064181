"""The database goes away under a real web server, and comes back: no page hangs, nothing needs a restart."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import migrated
from tests.conftest import ROOT
from tests.postgres import Server

PAGES = ("/readyz", "/account/login/")


@pytest.fixture
def database():
    """A PostgreSQL server for this test alone, with the tables in it."""
    server = Server(migrated.postgresql())
    yield server
    server.stop()


@pytest.fixture
def site(database, tmp_path):
    """The web server of production, with its pool of connections; returns its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": database.url,
        "TESTS_POOL_SIZE": "4",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TESTS_FOLDER": str(tmp_path),
        "TESTS_TEMPLATE": "",
    }
    command = [
        str(Path(sys.executable).with_name("granian")),
        *["--interface", "wsgi", "--host", "127.0.0.1", "--workers", "1", "--blocking-threads", "4", "--no-ws"],
        f"--port={port}",
        "config.wsgi:application",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(20)


def ask(address):
    """Status and seconds."""
    started = time.monotonic()
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    except OSError:
        status = 0
    return status, time.monotonic() - started


def wait_for(address, status, seconds):
    ends = time.monotonic() + seconds
    while ask(address)[0] != status:
        assert time.monotonic() < ends, f"{address} does not answer {status}"
        time.sleep(0.2)


@pytest.mark.long
def test_pages_say_so_at_once_and_come_back_by_themselves(site, database):
    wait_for(site + "/healthz", 200, 120)
    assert [ask(site + page)[0] for page in PAGES] == [200, 200]

    database._server.stop()
    with ThreadPoolExecutor() as people:
        answers = list(people.map(lambda page: ask(site + page), PAGES * 2))

    assert [status for status, _ in answers] == [503] * 4
    assert max(seconds for _, seconds in answers) < 5
    assert ask(site + "/healthz")[0] == 200

    database._server.start()
    for page in PAGES:
        wait_for(site + page, 200, 10)
