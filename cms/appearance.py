"""The site's settings as pages read them, and its colours as a stylesheet."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.urls import reverse
from django.utils.translation import get_language
from wagtail.models import Page

from cms.menus import MenuItem
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
    return SiteSettings.objects.select_related("logo", "charter_page", "privacy_page").first() or SiteSettings()


def _read() -> Appearance:
    settings = site_settings()
    css = stylesheet(settings)
    return Appearance(
        site_name=settings.site_name,
        tagline=settings.tagline,
        footer_text=settings.footer_text or settings.tagline,
        logo_url=settings.logo.get_rendition("height-76").url if settings.logo else "",
        colours_url=reverse("cms-colours", args=[digest(css)]) if css else "",
        charter_url=_url_of(settings.charter_page),
        privacy_url=_url_of(settings.privacy_page),
        footer_menu=tuple(footer_menu(settings)),
    )


def address_of(paper: Paper) -> str:
    """Where volunteers.papers finds what the settings chose, in the active language; "" when nothing is."""
    papers = {Paper.CHARTER: appearance().charter_url, Paper.PRIVACY: appearance().privacy_url}
    return papers.get(paper, "")


def _url_of(page: Page | None) -> str:
    """The page's address in the active language, or in its own where it is not translated; "" unless published."""
    page = page.localized if page else None
    return str(page.url or "") if page and page.live else ""


def footer_menu(settings: SiteSettings) -> list[MenuItem]:
    """The links of the footer in the active language, then the contact address."""
    language = get_language() or ""
    items = []
    for block in settings.footer_links:
        value = block.value
        page = value["page"]
        url = page.localized.url if page else value["url"]
        items.append(MenuItem(value.get(f"label_{language}") or value["label_fr"], url or "/"))
    if settings.contact_email:
        items.append(MenuItem(settings.contact_email, f"mailto:{settings.contact_email}"))
    return items


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
