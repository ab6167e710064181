"""What the frame of the back office's pages needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from volunteers import office_menu


def back_office(request: HttpRequest) -> dict[str, Any]:
    """``organise_menu``, worked out only by a page that shows it."""
    user = getattr(request, "user", None)
    if user is None:
        return {}
    return {
        "organise_menu": SimpleLazyObject(
            lambda: office_menu.menu_for(user, path=request.path) if user.is_authenticated else []
        )
    }
