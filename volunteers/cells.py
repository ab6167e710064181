"""What the cells of a list of volunteers may hold, as widgets of django-import-export: each cleans one kind of value.

``clean`` returns the value as it is stored, and raises ValueError with a sentence fit for the person
(volunteers.sentences). Lists that people keep are messy: a cell is read generously where its meaning is certain, and
refused where it is not.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from import_export.widgets import Widget

from volunteers import lines

# Separators inside a cell that holds several things; "/" only between spaces, for it is also part of names.
SEVERAL = re.compile(r"[;,|\n]| / ")
AND = re.compile(r" et | and ", re.IGNORECASE)
# "75011", "75 011", "11e", "11ème arrondissement", "Paris 11", "11".
DISTRICT = re.compile(
    r"(?:(?P<postal>\d\s?\d\s?\d\s?\d\s?\d)|(?:paris\s*)?(?P<number>\d{1,2})\s*(?:e|er|eme|nd|nde|st|rd|th)?)"
    r"(?:\s*(?:arr\w*|district|paris))*\.?"
)
# What spreadsheets show of a formula that went wrong, in English and in French: "#REF!", "#N/A", "#NOM?", "Err:502".
ERROR = re.compile(r"#(?:[A-Z/0]+[!?]|N/[AD])|Err:\d{3}")
OLDEST_JOIN = dt.date(1990, 1, 1)


def plain(text: str) -> str:
    """Lower case without accents or punctuation, single spaces: for comparing words people typed."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+", " ", bare.replace("_", " ")).split())


def text_of(value: Any) -> str:
    """A cell as text: single spaces, numbers without the ".0" that spreadsheets add, no invisible characters."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return lines.tidy(str(value))


def is_error(value: Any) -> bool:
    """Whether the spreadsheet shows an error in place of a value."""
    return isinstance(value, str) and ERROR.fullmatch(value.strip()) is not None


class NameWidget(Widget):
    """A name: up to 80 characters; what a spreadsheet would run as a formula is refused."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        name = text_of(value)
        if len(name) > 80:
            raise ValueError(_("A name has at most 80 characters."))
        if name[:1] in "=+-@" and name:
            raise ValueError(_("A name cannot start with this sign: it looks like a formula."))
        if not lines.can_be_shown(name):
            raise ValueError(lines.IN_ENGLISH)
        if name.isupper() and len(name) > 2:
            name = name.title()
        return name


class EmailWidget(Widget):
    """An address in lower case, without the spaces and the "mailto:" that copying brings."""

    validator = EmailValidator()

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        email = text_of(value).lower().removeprefix("mailto:").strip(" <>;,")
        if not email:
            raise ValueError(_("The e-mail address is missing: it is how we know people apart."))
        try:
            self.validator(email)
        except ValidationError as error:
            raise ValueError(_("This is not an e-mail address.")) from error
        if len(email) > 254:
            raise ValueError(_("This is not an e-mail address."))
        return email


class PhoneWidget(Widget):
    """A telephone number in any usual form, as E.164."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        text = text_of(value).replace("(0)", "")
        return e164(text) if text else ""


@lru_cache(maxsize=4096)
def e164(text: str) -> str:
    """The number as +33612345678; a number without a country is of PHONENUMBER_DEFAULT_REGION."""
    try:
        number = phonenumbers.parse(text, settings.PHONENUMBER_DEFAULT_REGION)
    except phonenumbers.NumberParseException as error:
        raise ValueError(_("This is not a telephone number.")) from error
    if not phonenumbers.is_valid_number(number):
        raise ValueError(_("No such telephone number exists."))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


class ManyWidget(Widget):
    """Several rows of a vocabulary, by any of the names they go by: the sorted list of their primary keys."""

    def __init__(self, choices: Mapping[str, int], unknown: str) -> None:
        """``choices``: names as ``plain`` writes them; ``unknown``: the sentence, in which %(value)s is filled."""
        super().__init__()
        self.choices, self.unknown = choices, unknown
        self._seen: dict[str, list[int]] = {}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[int]:
        text = text_of(value) if not isinstance(value, str) else value
        if text not in self._seen:
            if len(self._seen) > 4096:
                self._seen.clear()
            self._seen[text] = sorted({self.one(part) for part in self.parts(text)})
        return self._seen[text]

    def parts(self, text: str) -> Iterator[str]:
        """What the cell enumerates; a word "and" separates, unless the name itself has it."""
        for part in SEVERAL.split(text):
            if part.strip():
                yield from [part] if plain(part) in self.choices else AND.split(part)

    def one(self, part: str) -> int:
        found = self.choices.get(plain(part))
        if found is None:
            raise ValueError(self.unknown, {"value": " ".join(part.split())[:60]})
        return found


class DistrictsWidget(ManyWidget):
    """Districts by code, name, number or postal code (whose last two digits are the code)."""

    def one(self, part: str) -> int:
        found = DISTRICT.fullmatch(plain(part))
        if found:
            number = (found["postal"] or found["number"]).replace(" ", "")
            code = number[-2:].zfill(2)
            if code in self.choices:
                return self.choices[code]
        return super().one(part)


class DayWidget(Widget):
    """A day past: a date cell, 31/12/2025 (day first) or 2025-12-31."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> dt.date | None:
        if value in ("", None):
            return None
        day = self.day_of(value)
        if day is None:
            raise ValueError(_("This is not a date. Write it like 31/12/2025."))
        if not OLDEST_JOIN <= day <= timezone.localdate():
            raise ValueError(_("This date is in the future, or too far back."))
        return day

    def day_of(self, value: Any) -> dt.date | None:
        if isinstance(value, dt.datetime):
            return value.date()
        if isinstance(value, dt.date):
            return value
        text = text_of(value)
        for form in ("%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%Y-%m-%d %H:%M:%S"):
            try:
                return dt.datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no time zone)
            except ValueError:
                continue
        return None
