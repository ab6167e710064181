"""Rows of sessions, each rendered once: equal rows look the same, so their HTML is kept by what they say."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from django import template
from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from trainings.browsing import Browse
from trainings.session_rows import SessionRow

register = template.Library()

INDENTS = re.compile(r"\s*\n\s*")  # a tenth of a list's bytes, which leave uncompressed


@register.simple_tag
def session_rows(rows: Iterable[SessionRow], level: int = 3) -> SafeString:
    """The rows through templates/components/session_row.html, headings at ``level``.

    What a row looks like depends on the row, the language, the level and the year (a date of another year says so):
    nothing else may be used there. A seat taken makes another row.
    """
    language, year = get_language() or "", timezone.localdate().year
    return mark_safe("".join(_html(row, language, level, year) for row in rows))  # noqa: S308  rendered with escaping


@register.simple_tag
def sessions_by_month(browse: Browse) -> SafeString:
    """A page of the list (templates/trainings/_browse.html), kept as rows are."""
    return mark_safe(_list(browse, get_language() or "", timezone.localdate().year))  # noqa: S308  rendered with escaping


@functools.lru_cache(maxsize=256)
def _list(browse: Browse, language: str, year: int) -> str:
    return INDENTS.sub("\n", get_template("trainings/_browse.html").render({"browse": browse}))


@functools.lru_cache(maxsize=4096)
def _html(row: SessionRow, language: str, level: int, year: int) -> str:
    return INDENTS.sub("\n", get_template("components/session_row.html").render({"row": row, "level": level}))
