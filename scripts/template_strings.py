"""Babel's way into Django's templates: Django writes a template's sentences as gettext calls, which Babel reads."""

import re
from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from typing import Any, BinaryIO

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize


def extract(
    source: BinaryIO, keywords: Mapping[str, Any], comment_tags: Collection[str], options: Any
) -> Iterator[Any]:
    """Yields (line, function, arguments, comments) for each {% translate %}, {% blocktranslate %} and _("...").

    `templatize` keeps the layout of the template and writes a letter over everything else; without the indentation,
    the result is read as Python.
    """
    calls = re.sub(r"(?m)^[ \t]+", "", templatize(source.read().decode("utf-8")))
    yield from extract_python(BytesIO(calls.encode()), keywords, list(comment_tags), {"encoding": "utf-8"})
