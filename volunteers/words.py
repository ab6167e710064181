"""Words as they are looked for: without accents, capitals or ligatures, so that "energie" finds "Énergie"."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models


def fold(text: str) -> str:
    """The text in lower case without accents (NFKD without combining marks), its spaces made single.

    NUL, which an address may hold and PostgreSQL's texts may not, is a space.
    """
    plain = text.casefold().replace("œ", "oe").replace("æ", "ae").replace("\0", " ")
    decomposed = unicodedata.normalize("NFKD", plain)
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


class FoldedField(models.TextField):
    """Keeps the folded words of other columns of its own row, in every language that they have.

    Written whenever the row is saved or created in bulk; a ``save(update_fields=...)`` that changes one of those
    columns names this one too.
    """

    def __init__(self, *args: Any, of: tuple[str, ...] = (), **kwargs: Any) -> None:
        self.of = of
        options: dict[str, Any] = {"blank": True, "default": "", "editable": False}
        super().__init__(*args, **options | kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        values = (getattr(model_instance, column) for column in self._columns(type(model_instance)))
        words = fold(" ".join(value for value in values if value))
        setattr(model_instance, self.attname, words)
        return words

    def _columns(self, model: type[models.Model]) -> list[str]:
        """The columns of every language, or the column itself where the model has not been translated."""
        names = {field.attname for field in model._meta.concrete_fields}
        translated = [f"{of}_{code}" for of in self.of for code in settings.MODELTRANSLATION_LANGUAGES]
        return [name for name in translated if name in names] or list(self.of)
