"""What people type, one line (names, titles) or several. What cannot be seen in it is taken out, or refused."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy, gettext_noop

IN_ENGLISH = gettext_noop("This holds characters that cannot be shown. Type it by hand rather than pasting it.")
UNSHOWN = gettext_lazy(IN_ENGLISH)

# What copying brings along: zero-width spaces and the mark at the beginning of files.
DROPPED = {ord("\u200b"): None, ord("\ufeff"): None}
# Between letters of Persian or of Indian scripts, and inside some emoji, a joiner is part of the spelling.
JOINERS = re.compile("(?<=[^\u0000-\u024f])[\u200c\u200d]")
# Letters and signs by their category, and yet blank: Hangul fillers, the empty Braille cell.
BLANKS = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")

# Control characters but tabs, ends of lines and NUL (refused by every field), and what turns the direction of all that
# follows; the marks and isolates of scripts that are read from right to left stay.
UNSEEN = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e]")


def tidy(text: str) -> str:
    """The text on one line: composed letters (NFC), single spaces, none at the ends, without what copying brings."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(DROPPED)
    return " ".join(text.split())


def can_be_shown(text: str) -> bool:
    """No control character, none that turns the direction of what follows, nothing invisible (Unicode's Cc, Cf...)."""
    if text.isascii():
        return text.isprintable()
    return JOINERS.sub("", text).isprintable() and not BLANKS.search(text)


class LineField(forms.CharField):
    """A field of one line: tidied, and refused when it holds what cannot be shown."""

    def to_python(self, value: Any) -> str | None:
        text: str | None = super().to_python(value)
        return tidy(text) or self.empty_value if text else text

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not can_be_shown(value):
            raise ValidationError(UNSHOWN, code="unshown")


class LinesField(forms.CharField):
    """A field of several lines, without what cannot be seen in it; empty where nothing can be."""

    def to_python(self, value: Any) -> str | None:
        text: str | None = super().to_python(value)
        if not text:
            return text
        text = UNSEEN.sub("", unicodedata.normalize("NFC", text)).translate(DROPPED).strip()
        seen = any(char.isprintable() and not char.isspace() for char in BLANKS.sub("", text))
        return text if seen else self.empty_value
