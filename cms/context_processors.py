"""What the frame of every page needs (templates/base.html); worked out only when a template asks for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest

from cms.appearance import appearance
from cms.languages import links_of_path
from cms.menus import home, main_menu


def site(request: HttpRequest) -> dict[str, Callable[[], Any]]:
    """Settings, menus and languages, as functions that templates call. A page that knows its own translations gives
    ``language_links`` itself."""
    return {
        "site_settings": appearance,
        "site_menu": partial(main_menu, request.path),
        "language_links": partial(links_of_path, request.get_full_path()),
        "home_url": home,
    }
