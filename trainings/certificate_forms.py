"""Forms about certificates and qualifications: shape and messages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from volunteers.lines import LineField


class NameForm(forms.Form):
    """The name that a certificate bears."""

    name = LineField(
        label=_("Name on the certificate"),
        max_length=160,
        help_text=_("Whoever checks the certificate reads this name, and no other."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class ReasonForm(forms.Form):
    """Why an organiser takes something back."""

    reason = LineField(label=_("Why"), max_length=300, help_text=_("The person reads this sentence."))
