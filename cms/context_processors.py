"""What the frame of every page needs (templates/base.html); worked out only when a template asks for it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from cms.appearance import appearance
from cms.languages import links_of_path
from cms.menus import main_menu, menus


def site(request: HttpRequest) -> dict[str, Any]:
    """Settings, menus and languages. A page that knows its own translations overrides ``language_links``."""
    look = SimpleLazyObject(appearance)
    return {
        "site_settings": look,
        "site_colours_url": SimpleLazyObject(lambda: look.colours_url),
        "site_menu": SimpleLazyObject(lambda: main_menu(request.path)),
        "footer_menu": SimpleLazyObject(lambda: look.footer_menu),
        "language_links": SimpleLazyObject(lambda: links_of_path(request.get_full_path())),
        "home_url": SimpleLazyObject(lambda: menus().homes.get(get_language() or "", "/")),
    }
