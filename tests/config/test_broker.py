"""The folder that serves as broker: what a killed process leaves in it does not stop the others."""

import pytest
from celery import Celery
from kombu.transport.virtual import BrokerState

from config import settings as product
from config.broker import Transport


@pytest.fixture
def folder_app(tmp_path, monkeypatch):
    monkeypatch.setattr(Transport, "global_state", BrokerState())  # kombu binds a queue once a process
    for name in ("queue", "control"):
        (tmp_path / name).mkdir()
    app = Celery(broker=product.CELERY_BROKER_URL, set_as_current=False)
    app.conf.broker_transport = product.CELERY_BROKER_TRANSPORT
    app.conf.broker_transport_options = {
        "data_folder_in": str(tmp_path / "queue"),
        "data_folder_out": str(tmp_path / "queue"),
        "control_folder": str(tmp_path / "control"),
    }
    return app


def test_an_empty_message_is_left_out_and_the_next_one_arrives(folder_app, tmp_path):
    (tmp_path / "queue" / "0_killed.celery.msg").touch()
    (tmp_path / "queue" / "0_killed_too.celery.msg").write_text('{"body": "half')
    with folder_app.connection_for_write() as connection, connection.SimpleQueue("celery") as queue:
        queue.put({"whole": True})
        assert queue.get_nowait().payload == {"whole": True}
        with pytest.raises(queue.Empty):
            queue.get_nowait()


def test_an_empty_list_of_queues_is_made_again(folder_app, tmp_path):
    (tmp_path / "control" / "celery.exchange").touch()
    with folder_app.connection_for_write() as connection, connection.SimpleQueue("celery") as queue:
        queue.put("heard")
        assert queue.get_nowait().payload == "heard"
    assert (tmp_path / "control" / "celery.exchange").read_text().startswith("[[")
