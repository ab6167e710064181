"""Two tabs, two organisers: a form knows which version of the row it showed, and refuses to overwrite a newer one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.forms.models import model_to_dict
from django.http import QueryDict
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.db.models import Model


def version_of(instance: Model, fields: list[str], beside: Any = None) -> str:
    """A short mark that changes when one of those fields of the row does, or what stands beside it (as JSON)."""
    values = model_to_dict(instance, fields)
    for name, value in values.items():
        if isinstance(value, list):
            values[name] = sorted(item.pk for item in value)
    if beside:
        values[""] = beside
    return salted_hmac("seen", json.dumps(values, cls=DjangoJSONEncoder, sort_keys=True)).hexdigest()[:16]


class FreshFormMixin(forms.Form):
    """Adds the hidden ``seen`` to a form about an existing row; ``watched`` names the row's fields that count."""

    watched: list[str] = []

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def watch(self, instance: Model, beside: Any = None) -> None:
        """Call it from ``__init__`` with the row as it is in the database at this moment.

        ``beside``: what belongs to it in other rows, and counts as well.
        """
        self._now = version_of(instance, self.watched, beside) if instance.pk else ""
        self.initial["seen"] = self._now

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self._now and cleaned.get("seen") != self._now:
            # What is shown again is still what was typed; sending it once more is then a decision.
            typed = cast(QueryDict, self.data).copy()
            typed[self.add_prefix("seen")] = self._now
            self.data = typed
            raise forms.ValidationError(
                _(
                    "Somebody else has changed this in the meantime. Look at it in another tab; "
                    "send again to replace it."
                ),
                code="stale",
            )
        return cleaned
