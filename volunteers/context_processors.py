"""What the frame of the back office's pages needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from volunteers import office_menu
from volunteers.backoffice import SHOWN


def back_office(request: HttpRequest) -> dict[str, Any]:
    """``organise_menu``, worked out only by a page that shows it, and ``organise_url`` for those with a role.

    Reads the session of people signed in only: a page for everybody must not vary by it.
    """
    user = getattr(request, "user", None)
    if user is None:
        return {}
    return {
        "organise_url": SimpleLazyObject(
            lambda: reverse("organise:home") if user.is_authenticated and request.session.get(SHOWN) else ""
        ),
        "organise_menu": SimpleLazyObject(
            lambda: office_menu.menu_for(user, path=request.path) if user.is_authenticated else []
        ),
    }
