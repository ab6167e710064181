"""What the organisers' pages of cards ask."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from events.organise_forms import MomentField


class PublishForm(forms.Form):
    """Until when people answer; ``seen``: the board's last change that the organiser was shown."""

    answers_by = MomentField(
        label=_("People say until then whether they come"),
        help_text=_("After that somebody in reserve is looked for in the place of whoever has not answered."),
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
