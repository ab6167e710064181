"""What people type about their password and their address: allauth's own fields, in the site's words.

allauth writes every label a second time as a placeholder, pale and gone at the first letter: here the label is enough.
"""

from __future__ import annotations

from typing import Any

from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
)
from django.utils.translation import gettext_lazy as _


class LabelsOnly:
    """Fields without placeholders."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)
            if name == "email":
                field.label = _("Your e-mail address")


class NewAddressForm(LabelsOnly, AddEmailForm):
    """Another address for the account."""


class ChangeForm(LabelsOnly, ChangePasswordForm):
    """Another password."""


class FirstForm(LabelsOnly, SetPasswordForm):
    """A password, where there was none."""


class ForgottenForm(LabelsOnly, ResetPasswordForm):
    """The address of somebody who forgot the password."""


class AfterCodeForm(LabelsOnly, ResetPasswordKeyForm):
    """The new password, once the code has come back."""


class AgainForm(LabelsOnly, ReauthenticateForm):
    """The password, asked again before something serious."""
