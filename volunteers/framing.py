"""Pages that all who are not signed in see alike: rendered once, and kept for as long as what they show is the same.

For them a page depends on a few facts only: what its view gives it, and what its frame shows (settings, menus,
languages), which a room above tells from its AppConfig.ready().
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import get_template
from django.utils import timezone
from django.utils.translation import get_language

# The names that templates/base.html may use, and functions that give what each stands for.
FrameOf = Callable[[HttpRequest], Mapping[str, Callable[[], Any]]]
_frames: list[FrameOf] = []


def register(frame_of: FrameOf) -> None:
    """Sets the room that knows the frame. Twice is once."""
    _frames[:] = [frame_of]


class Origin(NamedTuple):
    """As much of the request as base.html looks at."""

    scheme: str
    get_host: str


def page(request: HttpRequest, name: str, **uses: Any) -> str:
    """The template ``name``, which extends base.html and may use, besides the frame's names, the values given here.

    They say all that the page shows: equal values, equal page. For who is signed in it is rendered anew.
    """
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        return get_template(name).render(uses, request)
    frame = {key: fact(value) for frame_of in _frames for key, value in frame_of(request).items()}
    names = (*frame, *uses, "request")
    facts = (*frame.values(), *uses.values(), Origin(request.scheme or "", request.get_host()))
    year = timezone.localdate().year  # a date of another year says so
    return rendered(name, get_language() or "", names, facts, year)


def fact(value: Any) -> Any:
    """The value itself, as something that can be compared; of a function what it gives."""
    value = value() if callable(value) else value
    return tuple(value) if isinstance(value, list) else value


@functools.lru_cache(maxsize=512)
def rendered(name: str, language: str, names: tuple[str, ...], facts: tuple[Any, ...], year: int = 0) -> str:
    """The template with these facts under these names, in the active language, which is ``language``."""
    return get_template(name).render(dict(zip(names, facts, strict=True)))
