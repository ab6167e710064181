"""What all who are not signed in see alike, rendered once: the header and footer of a page, or a whole page.

For them it depends on a few facts only: settings, menus, languages. What was rendered from equal facts is kept.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template import Engine
from django.template.context import Context
from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from cms.context_processors import site

register = template.Library()

HEADER = ("site_settings", "site_menu", "language_links", "home_url", "login_url")
FOOTER = ("site_settings", "site_menu")


@register.simple_tag(takes_context=True)
def site_header(context: Context) -> SafeString:
    """templates/components/site_header.html; it may use the names in HEADER, and ``user``."""
    user = context.get("user")
    if user is not None and user.is_authenticated:
        return Engine.get_default().get_template("components/site_header.html").render(context)
    return _kept("components/site_header.html", HEADER, context)


@register.simple_tag(takes_context=True)
def site_footer(context: Context) -> SafeString:
    """templates/components/site_footer.html; it may use the names in FOOTER."""
    return _kept("components/site_footer.html", FOOTER, context)


@register.simple_tag(takes_context=True)
def kept_page(context: Context, name: str, **uses: Any) -> SafeString:
    """The whole page ``name``, which extends base.html and may use, besides the names in HEADER, the values given here.

    They say all that the page shows: equal values, equal page. For who is signed in it is rendered anew. Of the context
    around it only ``request`` is used, so that a view may leave its context processors out.
    """
    request: HttpRequest = context["request"]
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        return mark_safe(get_template(name).render(uses, request))  # noqa: S308  rendered with escaping
    frame = tuple(_fact(value) for value in site(request).values())
    origin = Origin(request.scheme or "", request.get_host())
    facts = (*frame, *uses.values(), origin)
    names = (*site(request), *uses, "request")
    year = timezone.localdate().year  # a date of another year says so
    return mark_safe(_render(name, get_language() or "", names, facts, year))  # noqa: S308  rendered with escaping


class Origin(NamedTuple):
    """As much of the request as base.html looks at."""

    scheme: str
    get_host: str


def _kept(name: str, uses: tuple[str, ...], context: Context) -> SafeString:
    facts = tuple(_fact(context.get(use)) for use in uses)
    return mark_safe(_render(name, get_language() or "", uses, facts))  # noqa: S308  rendered with escaping


def _fact(value: Any) -> Any:
    """The value itself, as something that can be compared (cms.context_processors gives functions)."""
    value = value() if callable(value) else value
    return tuple(value) if isinstance(value, list) else value


@functools.lru_cache(maxsize=512)
def _render(name: str, language: str, uses: tuple[str, ...], facts: tuple[Any, ...], year: int = 0) -> str:
    return get_template(name).render(dict(zip(uses, facts, strict=True)))
