"""What happens in allauth that concerns the agenda."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import user_logged_in
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest

from events import asking, registering
from volunteers.models import User


@receiver(user_logged_in)
def finish_registration(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Does what this very session asked for before signing in, and nothing else."""
    wish = asking.Wish.read(request.session.pop("signing_up", None))
    if wish is None:
        return
    try:
        asking.fulfil(user, wish)
    except registering.NotQualified:
        pass  # the page that comes next says what is missing, and the way to it
    except registering.RegistrationRefused as refusal:
        messages.error(request, str(refusal))
