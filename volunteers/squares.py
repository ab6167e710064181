"""Addresses as a square that a camera reads (QR code), drawn on this machine."""

from __future__ import annotations

import io

import segno
from django.utils.safestring import SafeString, mark_safe

MARGIN = 4  # modules of white around it, which readers need (ISO/IEC 18004)


def svg(address: str) -> SafeString:
    """To be written into a page, inside an element that gives its width and says what it is."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=MARGIN, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )
    return mark_safe(drawn)  # noqa: S308  digits of segno's, nothing of the address


def png(address: str) -> bytes:
    """For a message: large enough to be read from a phone's screen."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="png", border=MARGIN, scale=8)
    return drawn.getvalue()
