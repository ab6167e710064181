"""The accounts with which one tries the demonstration. They exist only where ``settings.DEMO`` says so.

Their passwords and second-factor secrets are known to everyone who reads this file; that is why ``demo`` makes them in
no other installation.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cms.demo.city import City
from mail.mailbox import Note
from volunteers.models import NetworkOrganiser, User, Volunteer

PASSWORD = "une lanterne au bord du canal"  # noqa: S105 (shown to everyone)


@dataclass(frozen=True)
class Account:
    """``networks`` are those that the person runs; ``staff`` accounts have a second factor."""

    email: str
    first_name: str
    last_name: str
    role: str | Promise
    staff: bool = True
    networks: tuple[str, ...] = ()


CITIZEN = Account("camille@maillage.example", "Camille", "Moreau", _("citizen"), staff=False)
ORGANISER = Account(
    "nadia@maillage.example", "Nadia", "Benali", _("organiser of Solidarity Volunteers"), networks=("solidarity",)
)
CLIMATE_ORGANISER = Account(
    "paul@maillage.example", "Paul", "Lemaire", _("organiser of Climate Volunteers"), networks=("climate",)
)
TRAINER = Account("moussa@maillage.example", "Moussa", "Traoré", _("trainer"))
COORDINATOR = Account("jeanne@maillage.example", "Jeanne", "Robin", _("coordinator of a headquarters of the Night"))
EDITOR = Account("lin@maillage.example", "Lin", "Chen", _("editor of the site"))
ADMINISTRATOR = Account("simone@maillage.example", "Simone", "Fontaine", _("administrator"))
ACCOUNTS = (CITIZEN, ORGANISER, CLIMATE_ORGANISER, TRAINER, COORDINATOR, EDITOR, ADMINISTRATOR)


@dataclass(frozen=True)
class Access:
    """What one types to sign in; ``code`` is empty for those without a second factor, and changes every 30 s."""

    account: Account
    password: str
    code: str


def build(city: City) -> dict[str, User]:
    """Gives Camille a password and makes the other accounts, with their roles and second factors."""
    users, password = {}, make_password(PASSWORD)  # hashed once: it is slow on purpose
    for account in ACCOUNTS:
        user, _made = User.objects.get_or_create(email=account.email)
        user.first_name, user.last_name = account.first_name, account.last_name
        user.is_staff = user.is_superuser = account is ADMINISTRATOR
        user.password = password
        user.save()
        Volunteer.objects.get_or_create(user=user)
        EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
        if account.staff:
            Authenticator.objects.create(
                user=user, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt(secret_of(account))}
            )
        for slug in account.networks:
            NetworkOrganiser.objects.create(network=city.networks[slug], user=user)
        users[account.email] = user
    users[EDITOR.email].groups.add(Group.objects.get_or_create(name="Editors")[0])
    return users


def secret_of(account: Account) -> str:
    """The account's TOTP secret (RFC 6238), in base 32; always the same, so that an authenticator app may keep it."""
    return base64.b32encode(hashlib.sha1(f"demo:{account.email}".encode()).digest()).decode()  # noqa: S324


def accesses() -> list[Access]:
    """How to sign in as each of the demo accounts that exist, with the code of this half-minute."""
    emails = [account.email for account in ACCOUNTS]
    existing = set(User.objects.filter(email__in=emails).values_list("email", flat=True))
    counters = list(yield_hotp_counters_from_time())
    counter = counters[len(counters) // 2]
    return [
        Access(account, PASSWORD, format_hotp_value(hotp_value(secret_of(account), counter)) if account.staff else "")
        for account in ACCOUNTS
        if account.email in existing
    ]


def notes() -> list[Note]:
    """The accounts for the demonstration's mailbox: who, the password, and the code of this half-minute."""
    return [
        Note(
            f"{access.account.email} ({access.account.role})",
            " · ".join(part for part in (access.password, access.code) if part),
        )
        for access in accesses()
    ]
