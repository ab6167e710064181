import json
import logging
import sys

import pytest
from celery import Celery
from django.http import HttpResponse
from django.test import RequestFactory

from config import settings as product
from config.logs import Formatter, HidePaths, RequestLog

rf = RequestFactory()


def line_of(record):
    return json.loads(Formatter().format(record))


def record(message="hello", *args, exc_info=None, **extra):
    made = logging.getLogger("maillage").makeRecord(
        "maillage", logging.INFO, __file__, 1, message, args, exc_info, extra=extra
    )
    return made


@pytest.fixture
def lines(caplog):
    """The lines of the requests' log, as they would be written."""
    caplog.set_level(logging.INFO, logger="maillage.requests")
    return lambda: [line_of(one) for one in caplog.records if one.name == "maillage.requests"]


def test_line_is_json_with_level_and_moment():
    line = line_of(record("sent %d", 3, kind="events/registration"))

    assert (line["level"], line["logger"], line["message"]) == ("INFO", "maillage", "sent 3")
    assert line["kind"] == "events/registration"
    assert line["at"].endswith("+00:00")


def test_addresses_are_left_out():
    line = line_of(record("Key (email)=(ana@example.org) already exists, <bob@example.org>"))

    assert "example.org" not in line["message"]
    assert "already exists" in line["message"]


def test_error_tells_type_and_place_but_not_its_words():
    try:
        try:
            int("Ana Martin")
        except ValueError as error:
            raise RuntimeError("about Ana Martin") from error
    except RuntimeError:
        line = line_of(record("failed", exc_info=sys.exc_info()))

    assert "Ana" not in json.dumps(line)
    assert "builtins.RuntimeError" in line["exc_info"]
    assert "builtins.ValueError" in line["exc_info"]
    assert "test_logs.py" in line["exc_info"]


def test_django_s_request_is_not_quoted():
    request = rf.get("/calendar/a-secret.ics?code=1234")
    request.resolver_match = None
    told = record("%s: %s", "Internal Server Error", "/calendar/a-secret.ics", request=request, status_code=500)
    HidePaths().filter(told)

    line = line_of(told)
    assert line["message"] == "Internal Server Error: (none)"
    assert "secret" not in json.dumps(line)


def test_one_line_for_each_request(lines):
    response = RequestLog(lambda request: HttpResponse(status=404))(rf.get("/ana@example.org/?token=secret"))

    (line,) = lines()
    assert (line["method"], line["route"], line["status"]) == ("GET", "(none)", 404)
    assert line["ms"] >= 0
    assert line["request_id"] == response["X-Request-ID"]
    assert "example.org" not in json.dumps(line)
    assert "secret" not in json.dumps(line)


@pytest.mark.parametrize(("given", "kept"), [("a1b2c3d4e5", True), ("x", False), ('a" b\n', False)])
def test_proxy_s_request_id_is_kept_when_it_looks_like_one(given, kept):
    response = RequestLog(lambda request: HttpResponse())(rf.get("/", HTTP_X_REQUEST_ID=given))

    assert (response["X-Request-ID"] == given) is kept


@pytest.mark.django_db
def test_route_is_logged_instead_of_the_path(client, lines):
    client.get("/account/login/?next=/secret/")
    client.get("/mailbox/1234/")

    assert [line["route"] for line in lines()] == ["account/login/", "mailbox/<str:name>/"]


def test_telling_the_folder_s_worker_is_worth_no_line(caplog, tmp_path):
    folders = dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), str(tmp_path))
    app = Celery(broker=product.CELERY_BROKER_URL, set_as_current=False)
    app.conf.broker_transport_options = folders
    with app:
        app.send_task("mail.tasks.deliver")

    assert len(list(tmp_path.glob("*.msg"))) == 1
    assert caplog.messages == []
