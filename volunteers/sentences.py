"""Sentences that are kept, and read later, by somebody of another language perhaps.

What is kept is English, with what fills it: ``gettext_noop`` where it is written, ``in_words`` where it is read.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

Sentence = str | list[Any]  # alone, or with what fills it: a dictionary of texts and numbers


def filled(sentence: str, **values: Any) -> Sentence:
    """A sentence of which parts depend on the case."""
    return [sentence, values]


def of(refusal: Exception) -> Sentence:
    """What an exception says: its arguments are a sentence and, perhaps, what fills it."""
    sentence, *values = refusal.args
    return filled(sentence, **values[0]) if values else str(sentence)


def in_words(sentence: Sentence) -> str:
    """The sentence in the reader's language."""
    if isinstance(sentence, str):
        return gettext(sentence) if sentence else ""
    return gettext(sentence[0]) % sentence[1]
