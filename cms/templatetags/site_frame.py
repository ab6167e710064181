"""The header and the footer of a page: rendered once for all who are not signed in (volunteers.framing)."""

from __future__ import annotations

from django import template
from django.template import Engine
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from volunteers import framing

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


def _kept(name: str, uses: tuple[str, ...], context: Context) -> SafeString:
    facts = tuple(framing.fact(context.get(use)) for use in uses)
    return mark_safe(framing.rendered(name, get_language() or "", uses, facts))  # noqa: S308  rendered with escaping
