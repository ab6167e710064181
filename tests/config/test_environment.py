"""A variable that will not do is refused in one sentence, which begins with its name and tells no password."""

import re
import runpy

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment
from tests.conftest import ROOT


@pytest.fixture
def settings_with(monkeypatch, tmp_path):
    """The settings, read again with these variables and no others."""

    def read(**variables):
        monkeypatch.setattr("os.environ", {"VAR_DIR": str(tmp_path), "SECRET_KEY": "x" * 50} | variables)
        return runpy.run_path(str(ROOT / "config" / "settings.py"))

    return read


ADDRESS = "postgres://user:password@host:port/name (PostgreSQL) or sqlite:////folder/file (SQLite)"


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("DATABASE_URL", "nonsense", ADDRESS),
        ("DATABASE_URL", "postgres://", ADDRESS),
        ("DATABASE_URL", "postgres://host:port/name", ADDRESS),
        ("DATABASE_URL", "mysql://host/name", ADDRESS),
        ("DATABASE_URL", "oracle://host/name", ADDRESS),
        ("DATABASE_POOL_SIZE", "-1", "a whole number, 0 or more,"),
        ("MAP_TILES", "https://tiles.example/{z}/{x}.png", "an address such as https://tiles.example/{z}/{x}/{y}.png"),
        ("MAP_TILES", "tiles.example/{z}/{x}/{y}.png", "an address such as https://tiles.example/{z}/{x}/{y}.png"),
        ("MAP_TILES", "https://{s}.example/{z}/{x}/{y}", "an address such as https://tiles.example/{z}/{x}/{y}.png"),
        ("MAP_TILES", "https://a b/{z}/{x}/{y}.png", "an address such as https://tiles.example/{z}/{x}/{y}.png"),
        ("REDIS_URL", "nonsense", "redis://host:port/number"),
        ("REDIS_URL", "redis://127.0.0.1:abc/0", "redis://host:port/number"),
        ("REDIS_URL", "redis://127.0.0.1/first", "redis://host:port/number"),
        ("EMAIL_URL", "nonsense", "smtp://, smtp+tls:// or smtp+ssl://, then user:password@host:port,"),
        ("EMAIL_URL", "smtp://", "smtp://, smtp+tls:// or smtp+ssl://, then user:password@host:port,"),
        ("HOLD_MINUTES", "abc", "a whole number, 1 or more,"),
        ("HOLD_MINUTES", "0", "a whole number, 1 or more,"),
        ("OFFER_HOURS", "1.5", "a whole number, 1 or more,"),
        ("SIGN_IN_SECONDS", "x", "a number, 0 or more,"),
        ("SIGN_IN_SECONDS", "nan", "a number, 0 or more,"),
        ("TRUSTED_PROXY_COUNT", "-1", "a whole number, 0 or more,"),
        ("SECURE_HSTS_SECONDS", "-1", "a whole number, 0 or more,"),
        ("TRUST_PROXY", "perhaps", "1 or 0"),
        ("LOG_FORMAT", "xml", "one of json, plain"),
        ("LOG_LEVEL", "LOUD", "one of DEBUG, INFO, WARNING, ERROR, CRITICAL"),
        ("CITY_TIME_ZONE", "Mars/Phobos", "a time zone such as Europe/Paris"),
        ("CITY_TIME_ZONE", "Europe", "a time zone such as Europe/Paris"),
        ("PHONE_REGION", "ZZ", "a country's two letters, such as FR,"),
    ],
)
def test_wrong_value_is_one_sentence(settings_with, name, value, wanted):
    variables = {"DATABASE_URL": "postgres:///maillage"} | {name: value}

    with pytest.raises(
        ImproperlyConfigured, match=f"^{re.escape(f'{name}: {wanted} is needed here, not {value!r}.')}$"
    ):
        settings_with(**variables)


@pytest.mark.parametrize("value", ["postgres://ana:s3/cret@host/name", "ana:s3cret@host", "mysql://ana:s3cr@et@host/x"])
def test_password_is_not_told(settings_with, value):
    with pytest.raises(ImproperlyConfigured, match=r"not '(\w+://)?…@host") as caught:
        settings_with(DATABASE_URL=value)

    assert "s3" not in str(caught.value)


def test_right_values_are_what_was_meant(settings_with):
    made = settings_with(
        DATABASE_URL="postgres://ana:s3%23cret@db:5433/city?sslmode=require",
        REDIS_URL="rediss://:secret@queue:6380/2",
        EMAIL_URL="smtp+tls://user:secret@relay:587",
        SIGN_IN_SECONDS="0.5",
        HOLD_MINUTES="20",
        TRUST_PROXY="yes",
        ALLOWED_HOSTS="one.example, two.example",
        CITY_TIME_ZONE="America/Guadeloupe",
        PHONE_REGION="GP",
        LOG_LEVEL="ERROR",
    )

    database = made["DATABASES"]["default"]
    assert [database[one] for one in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        *("city", "ana", "s3#cret", "db", 5433)
    ]
    assert database["OPTIONS"]["sslmode"] == "require"
    assert (made["REDIS_URL"], made["EMAIL_HOST"], made["EMAIL_PORT"]) == (
        "rediss://:secret@queue:6380/2",
        "relay",
        587,
    )
    assert made["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (made["SIGN_IN_SECONDS"], made["HOLD_MINUTES"]) == (0.5, 20)
    assert made["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert made["ALLOWED_HOSTS"] == ["one.example", "two.example"]
    assert (made["TIME_ZONE"], made["PHONENUMBER_DEFAULT_REGION"]) == ("America/Guadeloupe", "GP")


def test_empty_variable_is_one_that_is_not_set(settings_with):
    made = settings_with(DATABASE_URL="", REDIS_URL="", EMAIL_URL="", HOLD_MINUTES="", DEMO="", TRUST_PROXY="")

    assert made["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert made["EMAIL_BACKEND"] == "mail.mailbox.MailboxBackend"
    assert (made["REDIS_URL"], made["HOLD_MINUTES"], made["DEMO"]) == ("", 15, False)


def test_no_key_no_start(settings_with):
    with pytest.raises(ImproperlyConfigured, match=r"^SECRET_KEY: .* is needed, and it is not set\.$"):
        settings_with(SECRET_KEY="")

    assert settings_with(SECRET_KEY="", DEBUG="1")["SECRET_KEY"].startswith("development-only-")
    assert settings_with(SECRET_KEY="$not-a-name")["SECRET_KEY"] == "$not-a-name"
    assert environment.text("NOTHING") == ""
