"""Who works in the back office, and what they must show first: a role that still stands, and a second factor.

Rooms above add the roles that they know of (the person in charge of a date, say) from their AppConfig.ready().
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from volunteers.models import User
from volunteers.permissions import is_organiser

Role = Callable[[User], bool]
_roles: list[Role] = [is_organiser]

SHOWN = "back_office_shown"  # in the session: this person's pages show the way to /organise/
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def register_role(role: Role) -> None:
    """Adds a predicate that opens /organise/; twice is once."""
    if role not in _roles:
        _roles.append(role)


def has_role(user: User) -> bool:
    """Does this person, at this moment, have anything to do in /organise/?"""
    return user.is_superuser or any(role(user) for role in _roles)


def may_enter(user: User, area: str) -> bool:
    """Does a role of this person open the area ("organise", "cms" or "admin"), at this moment?"""
    if not user.is_active:
        return False
    if area == "admin":
        return user.is_staff
    if area == "cms":
        return user.has_perm("wagtailadmin.access_admin")
    return has_role(user)


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists()


def showed_second_factor(request: HttpRequest) -> bool:
    """Was a second factor shown in this very session, and does the person still own it?

    A passkey that signs in by itself is two factors in one (the device, and the finger or PIN that the server
    demands). A code by mail and a password are one factor each, and never enough.
    """
    records = get_authentication_records(request, request.user)
    shown = {record.get("id") for record in records if record.get("method") == "mfa"}
    return bool(shown) and Authenticator.objects.filter(user=request.user, pk__in=shown).exists()


def acting_user(request: HttpRequest) -> User | AnonymousUser:
    """Whose role counts on a page for everybody: the person's own after a second factor was shown, else nobody's."""
    return request.user if showed_second_factor(request) else AnonymousUser()


def page_asking_factor(user: User) -> str:
    """The URL name of the page that asks for the second factor this person has; the app's also takes other codes."""
    has_app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    return "mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn"
