"""Forms of the back office's pages on volunteers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from volunteers.models import User, VolunteerImport
from volunteers.permissions import organised_networks
from volunteers.spreadsheets import MAX_FILE_BYTES


class ImportForm(forms.ModelForm):
    """A file, the network it is for, and where it comes from."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "XLSX, ODS or CSV, at most 20 MB. The first row names the columns; one of them holds e-mail addresses."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.ods,.csv,.txt"}),
        allow_empty_file=True,
    )

    class Meta:
        model = VolunteerImport
        fields = ("network", "file", "source")
        help_texts = {
            "source": _(
                "For example: sign-up sheet of the neighbourhood meeting of 4 May. "
                "Only send people who agreed to be on this list; what you write here is kept."
            )
        }

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["network"] = forms.ModelChoiceField(
            organised_networks(by), label=_("Network"), empty_label=None, help_text=_("That these people join.")
        )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size == 0:
            raise forms.ValidationError(_("This file is empty."))
        if upload.size > MAX_FILE_BYTES:
            raise forms.ValidationError(_("This file is larger than 20 MB. Split it."))
        return upload
