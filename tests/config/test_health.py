import datetime as dt

import pytest
from celery import Celery
from django.db import OperationalError, connection
from django.utils import timezone

from config import health
from mail.models import Message
from tests.factories.mail import MessageFactory


def test_healthz_asks_nobody(client):
    """Not even the database, which this test may not use."""
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-cache" in response["Cache-Control"]


@pytest.mark.both
@pytest.mark.django_db
def test_readyz_tells_what_waits(client):
    now = timezone.now()
    MessageFactory(not_before=now - dt.timedelta(seconds=90))
    MessageFactory(not_before=now + dt.timedelta(hours=1))
    MessageFactory(state=Message.State.SENT)

    response = client.get("/readyz")

    state = response.json()
    assert (response.status_code, state["database"], state["broker"]) == (200, "ok", "ok")
    assert state["outbox"]["due"] == 1
    assert 90 <= state["outbox"]["oldest_seconds"] < 120


@pytest.mark.django_db
def test_readyz_names_the_broker_that_is_away(client, monkeypatch):
    monkeypatch.setattr(health, "app", Celery(broker="redis://127.0.0.1:1/0", set_as_current=False))

    response = client.get("/readyz")

    assert (response.status_code, response.json()["database"]) == (503, "ok")
    assert response.json()["broker"] == "OperationalError"


@pytest.mark.django_db
def test_readyz_names_the_broker_s_folder(client, settings, tmp_path):
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_out": str(tmp_path / "gone")}

    response = client.get("/readyz")

    assert (response.status_code, response.json()["broker"]) == (503, "folder not writable")


@pytest.mark.django_db
def test_readyz_names_the_database_that_is_away(client, monkeypatch):
    def refuse(*args):
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    monkeypatch.setattr(connection, "cursor", refuse)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert (response.json()["database"], response.json()["broker"], response.json()["outbox"]) == (
        "OperationalError",
        "ok",
        None,
    )
