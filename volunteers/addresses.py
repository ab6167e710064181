"""Keys of rows, as addresses and forms bring them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.urls import register_converter
from django.urls.converters import IntConverter

KEY = "[0-9]{1,18}"  # below 2**63, so that no database is asked for a number that it cannot hold


class KeyConverter(IntConverter):
    """``<key:...>`` in a route: a row's number. Longer ones are nobody's, and so 404."""

    regex = KEY


def keys_in(values: Iterable[str]) -> list[int]:
    """The keys among what a form sent; anything else, of which nothing can be found, is left out."""
    return [int(value) for value in values if re.fullmatch(KEY, value)]


def register() -> None:
    """Makes ``<key:...>`` known, before any route is read (volunteers.apps)."""
    register_converter(KeyConverter, "key")
