"""What the organisers' pages of rosters ask."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from volunteers.lines import LineField


class RosterNameForm(forms.Form):
    """What a roster is called."""

    name = LineField(
        label=_("Name"),
        max_length=80,
        required=False,
        help_text=_("Such as “With the hospitals”. Empty: its number."),
    )
