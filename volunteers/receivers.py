"""What happens in allauth that concerns us."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.dispatch import receiver
from django.http import HttpRequest

from volunteers import backoffice, signing_up
from volunteers.models import User


@receiver(user_logged_in)
def finish_sign_up(request: HttpRequest, user: User, **kwargs: Any) -> None:
    signing_up.finish(request, user)


@receiver(user_logged_in)
def remember_the_way_to_the_back_office(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Decides whether pages show the link, without a query each; whether it opens is asked at the door."""
    request.session[backoffice.SHOWN] = backoffice.has_role(user)


@receiver(authenticator_added)
def count_as_shown(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Adding a second factor proves that one holds it: it is not asked again a moment later."""
    if authenticator.type in backoffice.SECOND_FACTORS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True)
