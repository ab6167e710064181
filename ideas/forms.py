"""What people type about ideas."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from events.freshness import FreshFormMixin
from ideas import pictures
from ideas.calling import IdeaRefused
from ideas.models import Call, Idea
from ideas.talking import LONGEST
from volunteers.lines import LineField, LinesField
from volunteers.models import Association

MANY_LINES = {"rows": 8}
FEW_LINES = {"rows": 3}


class IdeaForm(FreshFormMixin, forms.ModelForm[Idea]):
    """An idea, new or rewritten. What the call does not ask for, or the person cannot give, is not in it."""

    title = LineField(
        label=_("Your idea in one line"),
        max_length=120,
        help_text=_("Everybody reads it, in the list of ideas. For example: Learn to mend a bicycle."),
    )
    picture = forms.FileField(
        label=_("A picture"),
        required=False,
        help_text=_("Up to 10 MB. Where and when it was taken is removed from it."),
        widget=forms.FileInput(attrs={"accept": pictures.ACCEPT}),
    )
    picture_text = LineField(
        label=_("What the picture shows"),
        required=False,
        max_length=160,
        help_text=_("For those who cannot see it."),
    )
    without_picture = forms.BooleanField(label=_("Take the picture away"), required=False)

    watched = ["title", "text", "district", "place", "picture_text", "association", "offer"]

    class Meta:
        model = Idea
        fields = ["title", "text", "district", "place", "association", "offer", "picture", "picture_text"]
        field_classes = {"text": LinesField, "place": LineField}
        widgets = {
            "text": forms.Textarea(attrs=MANY_LINES),
            "offer": forms.RadioSelect,
        }
        help_texts = {
            "text": _("What would one do, for whom, and why? Leave out names and addresses of other people."),
            "district": _("If it is about one. It is shown beside your first name."),
        }

    def __init__(self, *args: Any, call: Call, associations: Any = (), signed_in: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.call = call
        self.watch(self.instance)
        for name in self._useless(list(associations), signed_in):
            del self.fields[name]
        self.fields["district"].empty_label = _("None in particular")  # type: ignore[attr-defined]
        if "association" in self.fields:
            self._offer_associations(list(associations))

    def _useless(self, associations: list[Association], signed_in: bool) -> list[str]:
        useless = [] if self.call.asks_place else ["place"]
        if not associations:
            useless += ["association", "offer"]
        elif self.call.kind != Call.Kind.TRAINING:
            useless.append("offer")
        if not signed_in:
            useless += ["picture", "picture_text"]
        return useless if self.instance.picture else [*useless, "without_picture"]

    def _offer_associations(self, associations: list[Association]) -> None:
        only = self.call.audience == Call.Audience.ASSOCIATIONS
        field = self.fields["association"]
        own = Association.objects.filter(pk__in=[association.pk for association in associations])
        field.queryset = own  # type: ignore[attr-defined]
        field.required = only
        field.empty_label = None if only and len(associations) == 1 else _("For myself")  # type: ignore[attr-defined]
        field.help_text = _("The idea then carries its name instead of yours.")

    def clean_picture(self) -> Any:
        """What is kept of it, drawn anew; the present one when none was sent."""
        sent = self.cleaned_data["picture"]
        if not isinstance(sent, UploadedFile):
            return self.instance.picture
        try:
            return pictures.redraw(sent)
        except IdeaRefused as refusal:
            raise forms.ValidationError(str(refusal), code="picture") from refusal

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("without_picture"):
            cleaned["picture"], cleaned["picture_text"] = "", ""
        elif cleaned.get("picture") and not cleaned.get("picture_text"):
            self.add_error("picture_text", _("Say what the picture shows, for those who cannot see it."))
        elif "picture_text" in cleaned and not cleaned.get("picture"):
            cleaned["picture_text"] = ""
        if cleaned.get("offer") and not cleaned.get("association"):
            self.add_error("offer", _("Say for which association."))
        return cleaned


class CommentForm(forms.Form):
    """Something said under an idea."""

    text = LinesField(
        label=_("Your comment"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs=FEW_LINES),
        help_text=_("Everybody reads it, with your first name."),
    )


class WithdrawalForm(forms.Form):
    """Why an idea is taken back."""

    reason = LinesField(
        label=_("Why do you take it back?"),
        max_length=500,
        widget=forms.Textarea(attrs=FEW_LINES),
        help_text=_("One sentence, which everybody may read."),
    )


class ReportForm(forms.Form):
    """What is wrong with a text."""

    reason = LinesField(
        label=_("What is wrong with it?"),
        max_length=300,
        widget=forms.Textarea(attrs=FEW_LINES),
        help_text=_("Only the organisers read it."),
    )
