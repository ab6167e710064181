"""What an organiser fills in to make a training of an idea, or to say which one answers it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cms import turning
from events.freshness import FreshFormMixin
from ideas.models import Idea
from trainings.models import Training
from trainings.organise_forms import TrainingForm
from volunteers.models import User
from volunteers.permissions import organised_networks

# What the decision is about: who changes one of these while the form is open, has it looked at again.
DECIDED_ON = ["title", "text", "state", "call", "merged_into"]
LONGEST = 2000


def reason_field() -> forms.CharField:
    return forms.CharField(
        label=_("Your answer to the idea"),
        help_text=_("Everybody may read it: why it is adopted, and what will be made of it."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TurningForm(TrainingForm):
    """The new training, and the answer that its idea gets. ``seen`` is about the idea: the training is new.

    The idea is in one language: the fields that its words would fill in the others say that they lack.
    """

    reason = reason_field()
    field_order = ["reason", *TrainingForm.Meta.fields]

    def __init__(self, *args: Any, idea: Idea, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.watched = DECIDED_ON
        self.watch(idea)
        for language in dict(settings.LANGUAGES).keys() - {idea.language}:
            for name in turning.WORDS:
                self.fields[f"{name}_{language}"].help_text = _("Missing: the idea is in the other language.")


class TyingForm(FreshFormMixin, forms.Form):
    """The training, of one's own networks, that answers the idea."""

    training: forms.ModelChoiceField = forms.ModelChoiceField(
        Training.objects.none(), label=_("Training"), empty_label=_("Choose a training")
    )
    reason = reason_field()

    def __init__(self, *args: Any, idea: Idea, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Training.objects.filter(network__in=organised_networks(user)).order_by("title", "pk")
        self.fields["training"].queryset = mine  # type: ignore[attr-defined]
        self.watched = DECIDED_ON
        self.watch(idea)
