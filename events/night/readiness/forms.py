"""What is written to those who could help."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from events.night.models import Appeal
from volunteers.lines import LineField

SUBJECTS = {"fr": _("Subject in French"), "en": _("Subject in English")}
BODIES = {"fr": _("Text in French"), "en": _("Text in English")}


class AppealForm(forms.Form):
    """Subject and text in each language; one language is enough, and is then read by all. ``key``: of this opening."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        longest = Appeal._meta.get_field("subject").max_length
        for language, _label in settings.LANGUAGES:
            self.fields[f"subject_{language}"] = LineField(
                label=SUBJECTS.get(language, language), max_length=longest, required=False
            )
            self.fields[f"body_{language}"] = forms.CharField(
                label=BODIES.get(language, language), max_length=4000, required=False, widget=forms.Textarea
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        whole = []
        for language, _label in settings.LANGUAGES:
            subject, body = cleaned.get(f"subject_{language}"), cleaned.get(f"body_{language}")
            whole.append(bool(subject and body))
            if bool(subject) != bool(body):
                self.add_error(
                    f"subject_{language}" if body else f"body_{language}", _("A message needs a subject and a text.")
                )
        if not any(whole) and not self.errors:
            raise forms.ValidationError(_("Write a subject and a text in one language at least."))
        return cleaned

    def texts(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}
