"""Reads the environment for the settings; a value that will not do is refused in one sentence, with its variable.

An empty variable is one that is not set.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured
from environ import Env
from phonenumbers import SUPPORTED_REGIONS

TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
SECRET = re.compile(r"^([a-z][a-z0-9+.-]*://)?.*@", re.DOTALL | re.IGNORECASE)  # what stands before a host
POSTGRESQL = ("postgres", "postgresql", "psql", "pgsql")
RELAYS = ("smtp", "smtps", "smtp+tls", "smtp+ssl")


def read(name: str, default: Any, wanted: str, made: Callable[[str], Any]) -> Any:
    """What ``made`` makes of a variable, or the default. Raises ImproperlyConfigured, without the password in it."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        return made(value)
    except (ValueError, LookupError, OSError, ImproperlyConfigured):
        shown = SECRET.sub(lambda found: f"{found[1] or ''}…@", value)
        raise ImproperlyConfigured(f"{name}: {wanted} is needed here, not {shown!r}.") from None


def text(name: str, default: str = "") -> str:
    return str(read(name, default, "text", str))


def needed(name: str, wanted: str) -> str:
    """Text without which there is no start."""
    if value := text(name):
        return value
    raise ImproperlyConfigured(f"{name}: {wanted} is needed, and it is not set.")


def names(name: str, default: list[str]) -> list[str]:
    """Several, separated by commas."""
    return list(read(name, default, "a list", lambda value: [one.strip() for one in value.split(",") if one.strip()]))


def folder(name: str, default: Path) -> Path:
    """A folder, which is made if it is not there."""
    path = Path(text(name, str(default)))
    path.mkdir(parents=True, exist_ok=True)
    return path


def switch(name: str, default: bool) -> bool:
    def made(value: str) -> bool:
        return (FALSE + TRUE).index(value.lower()) >= len(FALSE)

    return bool(read(name, default, "1 or 0", made))


def number(name: str, default: float, *, least: int) -> Any:
    """A number of the default's kind, whole or not."""

    def made(value: str) -> float:
        given = type(default)(value)
        if not least <= given or math.isinf(given):
            raise ValueError
        return given

    return read(name, default, f"a {'whole ' if isinstance(default, int) else ''}number, {least} or more,", made)


def one_of(name: str, default: str, choices: Collection[str], wanted: str = "") -> str:
    def made(value: str) -> str:
        if value not in choices:
            raise ValueError
        return value

    return str(read(name, default, wanted or f"one of {', '.join(choices)}", made))


def time_zone(name: str, default: str) -> str:
    return str(read(name, default, "a time zone such as Europe/Paris", lambda value: ZoneInfo(value).key))


def country(name: str, default: str) -> str:
    return one_of(name, default, SUPPORTED_REGIONS, "a country's two letters, such as FR,")


def of_scheme(address: str, schemes: Collection[str]) -> str:
    """The scheme of an address. Raises ValueError when it is none of these."""
    scheme, separator, _ = address.partition("://")
    if not separator or scheme not in schemes:
        raise ValueError
    return scheme


def tiles(name: str) -> str:
    """The address of a server of map tiles, with {z}, {x} and {y} in it; "" when there is none."""

    def made(value: str) -> str:
        of_scheme(value, ("https", "http"))
        if not urlsplit(value).hostname or "{" in urlsplit(value).netloc:
            raise ValueError
        if not all(part in value for part in ("{z}", "{x}", "{y}")):
            raise ValueError
        if set(value) & set(" ;,'\"<>"):  # it becomes part of the content security policy
            raise ValueError
        return value

    return str(read(name, "", "an address such as https://tiles.example/{z}/{x}/{y}.png", made))


def database(name: str, default: str) -> dict[str, Any]:
    """Django's DATABASES["default"]."""

    def made(value: str) -> Any:
        scheme = of_scheme(value, (*POSTGRESQL, "sqlite"))
        found = Env.db_url_config(value)
        if scheme in POSTGRESQL and not found["NAME"]:
            raise ValueError
        return found

    wanted = "postgres://user:password@host:port/name (PostgreSQL) or sqlite:////folder/file (SQLite)"
    return dict(read(name, None, wanted, made) or made(default))


def redis(name: str) -> str:
    def made(value: str) -> str:
        of_scheme(value, ("redis", "rediss"))
        split = urlsplit(value)
        if not split.hostname or split.port == 0 or not re.fullmatch(r"/?\d*", split.path):
            raise ValueError
        return value

    return str(read(name, "", "redis://host:port/number", made))


def relay(name: str) -> dict[str, Any]:
    """Django's EMAIL_... settings; none when there is no relay."""

    def made(value: str) -> Any:
        of_scheme(value, RELAYS)
        found = Env.email_url_config(value)
        if not found["EMAIL_HOST"]:
            raise ValueError
        return found

    return dict(read(name, {}, "smtp://, smtp+tls:// or smtp+ssl://, then user:password@host:port,", made))
