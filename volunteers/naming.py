"""What a thing is called in the city's languages: one of them is enough, readers of the other are shown that one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

ENOUGH = _("One language is enough: readers of the other are shown this one.")


def names_of(values: Mapping[str, Any], field: str) -> dict[str, str]:
    """The words of a translated field in each language; "" where there are none."""
    return {code: values.get(f"{field}_{code}") or "" for code, _name in settings.LANGUAGES}


def check_named(values: Mapping[str, Any], field: str) -> None:
    """Raises ValidationError, at the field of the city's own language, where there are no words in any."""
    if not any(names_of(values, field).values()):
        raise ValidationError({f"{field}_{settings.LANGUAGE_CODE}": _("Give a title in one language at least.")})
