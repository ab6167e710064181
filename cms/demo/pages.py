"""The site's pages in French and English."""

from __future__ import annotations


def build() -> None:
    """Writes the page trees of both languages."""
