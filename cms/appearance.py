"""The site's settings as pages read them, and its colours as a stylesheet."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from wagtail.models import Page

from cms.menus import MenuItem, addressed
from cms.models import SiteSettings
from volunteers.papers import Paper

TOKENS = {"--solidarity": "solidarity_colour", "--climate": "climate_colour", "--accent": "accent_colour"}


class Appearance(NamedTuple):
    """What every page shows of the settings, in one language."""

    site_name: str
    tagline: str
    footer_text: str
    logo_url: str
    colours_url: str
    charter_url: str
    privacy_url: str
    footer_menu: tuple[MenuItem, ...]


def appearance() -> Appearance:
    """The settings in the active language, kept for a moment in each process."""
    key = f"cms.appearance.{get_language()}"
    found: Appearance | None = caches["process"].get(key)
    if found is None:
        found = _read()
        caches["process"].set(key, found, timeout=settings.KEPT_SECONDS)
    return found


def site_settings() -> SiteSettings:
    """The one row of settings, or its defaults: showing a page never writes."""
    return SiteSettings.objects.first() or SiteSettings()


def _read() -> Appearance:
    settings = site_settings()
    css = stylesheet(settings)
    links = [link["value"] for link in settings.footer_links.raw_data]
    papers = settings.charter_page_id, settings.privacy_page_id
    addresses = _addresses({*papers, *(link.get("page") for link in links)})
    return Appearance(
        site_name=settings.site_name,
        tagline=settings.tagline,
        footer_text=settings.footer_text or settings.tagline,
        logo_url=settings.logo.get_rendition("height-76").url if settings.logo else "",
        colours_url=reverse("cms-colours", args=[digest(css)]) if css else "",
        charter_url=addresses.get(papers[0], ""),
        privacy_url=addresses.get(papers[1], ""),
        footer_menu=tuple(_footer_menu(links, addresses, settings.contact_email)),
    )


def address_of(paper: Paper) -> str:
    """Where volunteers.papers finds what the settings chose, in the active language; "" when nothing is."""
    papers = {Paper.CHARTER: appearance().charter_url, Paper.PRIVACY: appearance().privacy_url}
    return papers.get(paper, "")


def _addresses(pages: set[int | None]) -> dict[int | None, str]:
    """Where each of these pages is read in the active language, or in its own where it is not translated. One query.

    Those that are not published have no address.
    """
    language = get_language()
    asked = Page.objects.filter(pk__in=pages - {None})
    translated = Q(translation_key__in=asked.values("translation_key"), locale__language_code=language)
    found = list(addressed(Page.objects.filter(Q(pk__in=asked) | translated)))
    in_language = {row.translation_key: row for row in found if row.live and row.locale.language_code == language}
    shown = {row.pk: in_language.get(row.translation_key, row) for row in found}
    return {pk: str(row.url or "") for pk, row in shown.items() if row.live}


def _footer_menu(links: list[dict[str, Any]], addresses: dict[int | None, str], email: str) -> list[MenuItem]:
    """The links of the footer in the active language, then the contact address. A page not published has no link."""
    label = f"label_{get_language()}"
    items = [
        MenuItem(link.get(label) or link["label_fr"], url)
        for link in links
        if (url := addresses.get(link.get("page")) or link.get("url"))
    ]
    return [*items, MenuItem(email, f"mailto:{email}")] if email else items


def stylesheet(settings: SiteSettings) -> str:
    """The colours that differ from the product's own, as custom properties; empty when none does."""
    own = SiteSettings()
    changed = [
        f"{token}:{getattr(settings, column)}" for token, column in TOKENS.items()
        if getattr(settings, column) != getattr(own, column)
    ]  # fmt: skip
    return f"@layer tokens{{:root{{{';'.join(changed)}}}}}" if changed else ""


def digest(css: str) -> str:
    """Names a stylesheet by what it says, so that browsers may keep it for good."""
    return hashlib.sha256(css.encode()).hexdigest()[:12]
