"""The menus, and the home pages of each language: kept for a moment in each process, for every page needs them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, gettext, override
from wagtail.models import Page, Site
from wagtail.query import PageQuerySet

from ideas.models import Call


class MenuItem(NamedTuple):
    """One line of a menu. ``url`` is a path."""

    title: str
    url: str
    active: bool = False


class Menus(NamedTuple):
    """All that is asked for at each page: its main menu by language, and where each language's home page is."""

    main: Mapping[str, tuple[MenuItem, ...]]
    homes: Mapping[str, str]


def menus() -> Menus:
    """The live pages just below each home page that are "shown in menus", in the order of their tree.

    Then the board of ideas, once a call has been published: it is no page that an editor could put there.
    """
    found: Menus | None = caches["process"].get("cms.menus")
    if found is None:
        found = _read()
        caches["process"].set("cms.menus", found, timeout=settings.KEPT_SECONDS)
    return found


def addressed(pages: PageQuerySet) -> PageQuerySet:
    """These pages with what their title, place and address are made of, and none of the thirty other columns."""
    columns = ("title", "path", "depth", "url_path", "live", "translation_key", "locale__language_code")
    return pages.select_related("locale").only(*columns)


def _read() -> Menus:
    pages = addressed(Page.objects.live()).order_by("path")
    roots = Site.objects.filter(is_default_site=True).values("root_page__translation_key")
    homes: dict[str, str] = {}
    main: dict[str, list[MenuItem]] = {}
    for page in pages.filter(Q(translation_key__in=roots) | Q(show_in_menus=True, depth=3)):
        language = page.locale.language_code
        if page.depth == 2:
            homes[language] = _path(page, language)
            main[language] = []
        elif language in homes:
            main[language].append(MenuItem(page.title, _path(page, language)))
    if Call.objects.published().exists():
        for language, items in main.items():
            items.append(_ideas(language))
    return Menus({language: tuple(items) for language, items in main.items()}, homes)


def _ideas(language: str) -> MenuItem:
    with override(language):
        return MenuItem(gettext("Ideas"), reverse("ideas:board"))


def _path(page: Page, language: str) -> str:
    with override(language):
        return page.get_url() or "/"


def home() -> str:
    """The home page in the active language."""
    return menus().homes.get(get_language() or "", "/")


def main_menu(path: str) -> tuple[MenuItem, ...]:
    """The main menu in the active language; the line that leads to this path, or above it, is active."""
    return _marked(menus().main.get(get_language() or "", ()), path)


@functools.lru_cache(maxsize=1024)
def _marked(items: tuple[MenuItem, ...], path: str) -> tuple[MenuItem, ...]:
    return tuple(item._replace(active=path.startswith(item.url)) for item in items)
