"""The same page in the other languages."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.urls import translate_url
from django.utils.translation import get_language, get_language_info, override
from wagtail.models import Page

from cms.menus import menus


class LanguageLink(NamedTuple):
    """One language of the switch (templates/components/_languages.html)."""

    code: str
    label: str
    url: str
    active: bool


def links_of_page(page: Page) -> list[LanguageLink]:
    """The page's translations; where there is none yet, that language's home page. One query."""
    translations = {}
    for other in page.get_translations(inclusive=True).live().select_related("locale"):
        with override(other.locale.language_code):
            translations[other.locale.language_code] = other.get_url()
    return _links(lambda code: translations.get(code) or menus().homes.get(code, "/"))


def links_of_path(path: str) -> list[LanguageLink]:
    """The same address in every language, for pages that are not Wagtail's."""
    return list(_links_of_path(path, get_language() or ""))


@functools.lru_cache(maxsize=1024)
def _links_of_path(path: str, active: str) -> list[LanguageLink]:
    """Kept: to find an address's translations is to resolve it and to build it again."""
    return _links(lambda code: translate_url(path, code))


def _links(url_of: Callable[[str], str]) -> list[LanguageLink]:
    active = get_language()
    return [
        LanguageLink(code, get_language_info(code)["name_local"].capitalize(), url_of(code), code == active)
        for code, _name in settings.LANGUAGES
    ]
