"""What must be right in a deployment; `manage.py check` tells, and `check --deploy` tells more.

What the settings could not even be made from, config/environment.py has refused before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from email.utils import parseaddr
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

SECOND_FACTOR = "volunteers.middleware"
HOST = re.compile(r"\.?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\]", re.IGNORECASE)  # with a dot: all below it
HEADER = re.compile(r"[A-Za-z0-9-]+")
is_secure_url = URLValidator(schemes=["https"])


@register(Tags.database)
def isolation(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Seats are counted by conditional updates, which need READ COMMITTED: a stricter level oversells in silence."""
    options = settings.DATABASES["default"].get("OPTIONS", {})
    if "isolation_level" in options or "isolation" in str(options.get("options", "")):
        return [Error("The database's isolation level must be left at READ COMMITTED.", id="maillage.E001")]
    return []


@register(Tags.security, deploy=True)
def demonstration(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A demonstration shows its mailbox, and so everybody's codes, to all."""
    if settings.DEMO:
        return [Error("DEMO is on: anybody can read the mailbox and sign in as anybody.", id="maillage.E002")]
    return []


@register(Tags.compatibility)
def idle_accounts(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A month goes by between the warning and the end; a shorter time would warn whoever has just signed in."""
    if settings.IDLE_MONTHS < 3:
        return [Error("IDLE_MONTHS must be 3 or more: accounts would be erased too soon.", id="maillage.E006")]
    return []


@register(Tags.security, deploy=True)
def addresses(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Links in mail are made from SITE_URL."""
    if not settings.SITE_URL.startswith("https://"):
        return [Error("SITE_URL must be the site's public address, with https.", id="maillage.E003")]
    return []


def is_valid(value: str, validator: Callable[[str], None]) -> bool:
    """Whether one of Django's validators takes it."""
    try:
        validator(value)
    except ValidationError:
        return False
    return True


@register(Tags.security, deploy=True)
def words(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What starts, and then leaves people before a refusal, without a sender, or with somebody else's address."""
    found: list[CheckMessage] = []
    if not all(HOST.fullmatch(host) for host in settings.ALLOWED_HOSTS):
        found.append(Error("ALLOWED_HOSTS must be host names, without * scheme, port or path.", id="maillage.E007"))
    if settings.SECURITY_CONTACT and not re.match(r"(mailto:|https://)\S+$", settings.SECURITY_CONTACT):
        found.append(Error("SECURITY_CONTACT must begin with mailto: or https://", id="maillage.E008"))
    if settings.OIDC_SERVER_URL and not is_valid(settings.OIDC_SERVER_URL, is_secure_url):
        found.append(Error("OIDC_SERVER_URL must be an address that begins with https://", id="maillage.E009"))
    if not is_valid(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], validate_email):
        found.append(Error("DEFAULT_FROM_EMAIL holds no mail address.", id="maillage.E010"))
    header = settings.ALLAUTH_TRUSTED_CLIENT_IP_HEADER
    if header and not HEADER.fullmatch(header):
        found.append(Error("TRUSTED_CLIENT_IP_HEADER must be one header's name.", id="maillage.E011"))
    return found


@register(Tags.security, deploy=True)
def second_factor(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The back office is behind a second factor."""
    if not any(name.startswith(SECOND_FACTOR) for name in settings.MIDDLEWARE):
        return [Error("The middleware that asks staff for a second factor is missing.", id="maillage.E004")]
    return []


@register(Tags.security, deploy=True)
def services(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What suits a development machine loses mail, or seats, under a city's load."""
    found: list[CheckMessage] = []
    if settings.EMAIL_BACKEND != "django.core.mail.backends.smtp.EmailBackend":
        found.append(Error("EMAIL_URL is not set: no mail leaves.", id="maillage.E005"))
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        found.append(Warning("SQLite suits a trial; use PostgreSQL (DATABASE_URL).", id="maillage.W001"))
    if not settings.REDIS_URL:
        hint = "Several machines cannot share a folder: set REDIS_URL."
        found.append(Warning("Queue and cache are folders.", hint=hint, id="maillage.W002"))
    if not settings.SECURITY_CONTACT:
        found.append(Warning("SECURITY_CONTACT is not set: there is no security.txt.", id="maillage.W003"))
    return found
