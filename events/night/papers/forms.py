"""Which papers are wanted."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events.night.models import Headquarters, PaperFile


class PaperForm(forms.Form):
    """What, for which headquarters, in which language. Only whoever organises may ask for all headquarters at once."""

    what = forms.ChoiceField(label=_("Which papers"), choices=PaperFile.What.choices)
    headquarters = forms.ModelChoiceField(
        Headquarters.objects.none(), label=_("Headquarters"), required=False, empty_label=_("All headquarters")
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, headquarters: QuerySet[Headquarters], organises: bool, **kwargs: Any) -> None:
        kwargs["initial"] = {"language": get_language()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        field = cast(forms.ModelChoiceField, self.fields["headquarters"])
        field.queryset = headquarters
        if not organises:
            field.required, field.empty_label = True, None
