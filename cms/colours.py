"""Colours that editors choose: refused when text in them could not be read.

Contrast ratio and thresholds: WCAG 2.2, success criterion 1.4.3 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
"""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

PAPER = "#f3efe4"  # the darkest ground that the site writes on by day (--sunken in the stylesheet)
READABLE = 4.5


def _luminance(colour: str) -> float:
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours written ``#rrggbb``: from 1 (none) to 21 (black on white)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def validate_readable(colour: str) -> None:
    """Refuses what is not ``#rrggbb``, and what cannot be read on the site's paper."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise ValidationError(_("Write a colour as #rrggbb, for example #27378f."))
    if (ratio := contrast(colour, PAPER)) < READABLE:
        raise ValidationError(
            _(
                "This colour would be hard to read: its contrast with the page is %(ratio)s, "
                "and must be at least %(least)s."
            ),
            params={"ratio": number_format(ratio, 1), "least": number_format(READABLE, 1)},
        )
