"""The kinds of message. Each room registers its own from its AppConfig.ready(); mail knows none of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message. ``mimetype`` may carry parameters, such as ``text/calendar; method=REQUEST``.

    A picture with a ``shown_as`` stands in the text, as ``<img src="cid:...">``: no program asks anybody for it.
    """

    filename: str
    content: bytes
    mimetype: str
    shown_as: str = ""


@dataclass(frozen=True)
class Letter:
    """What a message says: the context of its templates, and its attachments."""

    context: dict[str, Any]
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Kind:
    """``name`` is also the templates' path: mail/<name>.{subject.txt,txt,html}; ``label`` says in words what it is.

    ``compose`` turns the stored context into a Letter; it returns None when there is nothing left to say (the
    registration is gone, say), and the message is dropped. The context of a ``secret`` kind (a code) is blanked as
    soon as the message is sent, refused or dropped.
    """

    name: str
    label: str | Promise
    compose: Callable[[dict[str, Any]], Letter | None] = field(default=Letter)
    secret: bool = False


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.name] = kind


def get(name: str) -> Kind:
    """The kind of that name; KeyError when no room registered it."""
    return _kinds[name]


def label(name: str) -> str:
    """In words, for people; the name itself once no room registers it any more."""
    return str(_kinds[name].label) if name in _kinds else name


def names() -> frozenset[str]:
    return frozenset(_kinds)
