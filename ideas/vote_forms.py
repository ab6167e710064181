"""A ballot as a page sends it: boxes in a vote by approval, numbers in a vote by points."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ideas.models import Call

CHECKED, POINTS = "ideas", "points-"


class BallotForm(forms.Form):
    """What was typed, read into ``points`` by idea's key. Which ideas and how many points there may be: the verb."""

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.call = call
        self.points: dict[int, int] = {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.call.vote == Call.Vote.APPROVAL:
            typed = dict.fromkeys(self.data.getlist(CHECKED), "1")  # type: ignore[attr-defined]
        else:
            typed = {name.removeprefix(POINTS): self.data[name] for name in self.data if name.startswith(POINTS)}
        for key, number in typed.items():
            number = number.strip() or "0"
            # Ten digits are more than any key or budget: what is longer would only keep the machine busy.
            if not (key.isascii() and key.isdigit() and len(key) <= 10):
                raise forms.ValidationError(_("One of these ideas is no longer in the vote: look at the list again."))
            if not (number.isascii() and number.isdigit() and len(number) <= 10):
                raise forms.ValidationError(_("Points are whole numbers, from 0 on."))
            self.points[int(key)] = int(number)
        return cleaned
