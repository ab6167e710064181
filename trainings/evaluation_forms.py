"""The three questions, and what an organiser says of the answers in public."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from trainings.evaluating import LONGEST
from trainings.models import EvaluationAnswer
from volunteers.lines import LinesField


class AnswerForm(forms.Form):
    score = forms.TypedChoiceField(
        label=_("Overall, how was this session?"),
        choices=EvaluationAnswer.Score.choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the five words.")},
    )
    useful = LinesField(
        label=_("What was most useful to you?"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    missing = LinesField(
        label=_("What was missing, or what should come next?"),
        help_text=_("This feeds the next call for ideas."),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PublishForm(forms.Form):
    """What is shown beside the figures. English may be left out, as everywhere."""

    summary_fr = LinesField(
        label=_("Summary (French)"),
        help_text=_("What participants said, in a few sentences of yours. Quote nobody whom others could recognise."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    summary_en = LinesField(
        label=_("Summary (English)"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
