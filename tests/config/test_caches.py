import pytest
import time_machine
from django.core.cache import caches
from django.test import Client

from mail.models import Message
from tests.factories.volunteers import VolunteerFactory

AWAY = {
    "default": {
        "BACKEND": "config.caches.SoftRedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
        "OPTIONS": {"IGNORE_EXCEPTIONS": True, "SOCKET_CONNECT_TIMEOUT": 1, "SOCKET_TIMEOUT": 1},
    },
    "process": {"BACKEND": "config.caches.ProcessMemory"},
}


@pytest.fixture
def redis_away(settings):
    """Nobody listens on port 1."""
    settings.CACHES = AWAY
    settings.DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = False


def test_cache_away_grants_the_lock_that_limits_ask_for(redis_away):
    assert caches["default"].add("lock", 1, timeout=5) is True
    assert caches["default"].get("lock") is None


@pytest.mark.django_db
def test_sign_in_goes_on_without_redis(redis_away):
    person = VolunteerFactory(user__email="awa@example.org").user
    answer = Client().post("/account/login/code/", {"email": person.email})
    assert (answer.status_code, answer.url) == (302, "/account/login/code/confirm/")
    assert Message.objects.filter(to=person.email).count() == 1


def test_process_memory_gives_the_object_itself_until_its_time_is_over():
    memory, kept = caches["process"], ("a", "tuple")
    with time_machine.travel(0, tick=False) as clock:
        memory.set("key", kept, timeout=1)
        memory.set("for good", kept, timeout=None)
        assert memory.get("key") is kept

        clock.shift(1)
        assert memory.get("key") is None
        assert memory.get("key", "nothing") == "nothing"
        assert memory.get("for good") is kept
        assert memory.delete("for good") and memory.get("for good") is None


def test_process_memory_lets_the_oldest_go_when_it_is_full():
    memory = caches["process"]
    for number in range(memory._max_entries):
        memory.set(str(number), number)
    memory.set("0", "set again")
    memory.set("one more", 1)

    assert (memory.get("0"), memory.get("1"), memory.get("2")) == ("set again", None, 2)
