"""What organisers fill in on the board."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from events.night.models import Headquarters
from events.night.models.headquarters import HeadquartersQuerySet


class RecomposeForm(forms.Form):
    """What stays when teams are composed anew. Whoever is pinned does in any case."""

    only = forms.ModelChoiceField(
        Headquarters.objects.none(),
        label=_("Which teams"),
        required=False,
        empty_label=_("All headquarters"),
        help_text=_("Of one headquarters alone: all others stay as they are, and its people go nowhere else."),
    )
    keeps_told = forms.BooleanField(
        label=_("Keep whoever was told where to go"),
        required=False,
        initial=True,
        help_text=_("Those who have had their card stay in their team, or in reserve."),
    )
    fewest_moves = forms.TypedChoiceField(
        label=_("How"),
        coerce=lambda value: value == "few",
        choices=[
            ("few", _("Change as few people as possible: nobody changes headquarters")),
            ("best", _("Look for the best roster there is")),
        ],
        initial="few",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, headquarters: HeadquartersQuerySet, organises: bool, **kwargs: Any) -> None:
        """``organises``: may choose all headquarters at once as well."""
        super().__init__(*args, **kwargs)
        only = cast(forms.ModelChoiceField, self.fields["only"])
        only.queryset = headquarters.select_related("district", "slot").order_by("district__code")
        if not organises:
            only.required, only.empty_label = True, None
