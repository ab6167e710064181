"""Addresses: the keys of rows that they and forms bring, and the same one in another language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.urls import Resolver404, register_converter, resolve, translate_url
from django.urls.converters import IntConverter
from django.utils.translation import get_language_from_path, override

KEY = "[0-9]{1,18}"  # below 2**63, so that no database is asked for a number that it cannot hold


class KeyConverter(IntConverter):
    """``<key:...>`` in a route: a row's number. Longer ones are nobody's, and so 404."""

    regex = KEY


def keys_in(values: Iterable[str]) -> list[int]:
    """The keys among what a form sent; anything else, of which nothing can be found, is left out."""
    return [int(value) for value in values if re.fullmatch(KEY, value)]


def in_language(address: str, language: str) -> str:
    """The same page in another language; as it was for pages that editors write, whose names differ by language."""
    path = urlsplit(address).path
    with override(get_language_from_path(path) or settings.LANGUAGE_CODE):  # addresses are only known in their own
        try:
            match = resolve(unquote(path))
        except Resolver404:
            return address
        return address if match.url_name == "wagtail_serve" else translate_url(address, language)


def register() -> None:
    """Makes ``<key:...>`` known, before any route is read (volunteers.apps)."""
    register_converter(KeyConverter, "key")
