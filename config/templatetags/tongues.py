"""In which language a text is: what was written in one language only is shown to readers of the others as well."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def tongue(thing: Model, field: str) -> SafeString:
    """Within a tag: ``lang="fr"`` where a translated field is shown in another language than the reader's, or nothing.

    By it a screen reader changes its voice (WCAG 2.2, 3.1.2).
    """
    here = get_language()
    for code in (here, *settings.MODELTRANSLATION_LANGUAGES):
        if getattr(thing, f"{field}_{code}", ""):
            return SafeString("") if code == here else format_html(' lang="{}"', code)
    return SafeString("")


@register.simple_tag
def tongue_of(code: str) -> SafeString:
    """The same for a text that was written in one language, ``code`` ("" where none is known), and is shown so."""
    return SafeString("") if code in ("", get_language()) else format_html(' lang="{}"', code)
