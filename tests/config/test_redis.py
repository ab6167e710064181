"""Queue and cache on a real Redis, under the processes that the Procfile starts; and what goes on without it."""

import re
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import pytest

from mail.models import Message
from tests.factories.volunteers import UserFactory
from tests.redis_server import Server
from tests.waiting import wait_until

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

HERE = {"healthz": 200, "trainings/": 200, "account/login/": 200}
FORM = "account/login/code/"


@pytest.fixture
def redis_server(tmp_path):
    server = Server(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def site(installation, redis_server):
    """The address of the web server, which a worker works for. Static files keep their names (DEBUG)."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    more = {"DEBUG": "1", "DEMO": "0", "PORT": port, "SIGN_IN_SECONDS": "0"}
    installation.environment["REDIS_URL"] = redis_server.url
    installation.start("worker")
    installation.start("web", **more)
    wait_until(lambda: ask(f"http://127.0.0.1:{port}/healthz") == 200)
    return f"http://127.0.0.1:{port}/"


def ask(address):
    """The status; 0 when nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def ask_for_code(site, email):
    """As somebody with a new browser does: the page, then its form. Whether it led to where the code is typed."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with browser.open(site + FORM, timeout=20) as page:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[1]
    filled = urllib.parse.urlencode({"email": email, "csrfmiddlewaretoken": token}).encode()
    with browser.open(site + FORM, filled, timeout=20) as answer:
        return answer.url == f"{site}{FORM}confirm/"


@pytest.mark.long
def test_mail_leaves_limits_count_and_neither_is_missed_while_redis_is_away(
    site, installation, redis_server, smtp_server
):
    awa, bob, cleo = (UserFactory(email=f"{name}@example.org") for name in ("awa", "bob", "cleo"))

    # --- There: the web server wakes the worker through it (there is no beat yet), and its two processes count together
    assert ask_for_code(site, awa.email)
    wait_until(lambda: smtp_server.to(awa.email))
    assert [ask_for_code(site, awa.email) for _ in range(3)] == [True, True, False]
    assert redis_server.client.keys("*request_login_code*") != []
    wait_until(lambda: len(smtp_server.to(awa.email)) == 3)

    # --- Away, while a message is just leaving and the worker holds an order for later: pages answer, mail waits
    installation.start("beat")
    installation.wake(countdown=50)
    smtp_server.seconds = 2
    assert ask_for_code(site, cleo.email)
    wait_until(lambda: smtp_server.received > 3)
    redis_server.stop()
    smtp_server.seconds = 0
    wait_until(lambda: not Message.objects.exclude(state="sent").exists())
    for page, status in HERE.items():
        began = time.monotonic()
        assert (page, ask(site + page)) == (page, status)
        assert time.monotonic() - began < 5
    assert ask(site + "readyz") == 503
    began = time.monotonic()
    assert [ask_for_code(site, bob.email) for _ in range(4)] == [True] * 4  # nothing counts them
    assert time.monotonic() - began < 6  # nor does any wait for who would be told
    assert Message.objects.filter(to=bob.email, state="queued").count() == 4

    # --- Back, empty: nobody restarts anything
    redis_server.start()
    wait_until(lambda: len(smtp_server.to(bob.email)) == 4)
    assert len(smtp_server.to(cleo.email)) == 1
    assert ask(site + "readyz") == 200
    assert [ask_for_code(site, bob.email) for _ in range(4)] == [True, True, True, False]
