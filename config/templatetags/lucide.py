"""Lucide's icons, each drawn once: the package's own tag reads and writes its XML anew wherever one is shown."""

from __future__ import annotations

import functools

from django import template
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

register = template.Library()


@register.simple_tag(name="lucide")
@functools.lru_cache(maxsize=512)
def kept(name: str, *, size: int = 24, **attributes: object) -> SafeString:
    """The icon as an SVG element of ``size`` CSS pixels. Raises ``lucide.IconDoesNotExist``."""
    return SafeString(lucide(name, size=size, **attributes))
