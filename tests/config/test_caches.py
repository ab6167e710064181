import pytest
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
