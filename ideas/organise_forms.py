"""Forms of the back office about ideas: shape and messages; the verbs do the rest."""

from __future__ import annotations

from typing import Any, cast

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events.freshness import FreshFormMixin
from ideas.models import Call, Group, Idea, Report
from ideas.models.ideas import IdeaQuerySet
from volunteers.lines import LineField, LinesField
from volunteers.words import fold

MANY = 50  # people told of one click, from which a box asks whether that is meant


class IdeaFilter(django_filters.FilterSet):
    """The desk of a call: what waits for an answer unless asked otherwise, the longest first."""

    q = django_filters.CharFilter(
        label=_("Search"), method="search", widget=forms.TextInput(attrs={"type": "search", "data-search": True})
    )
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("all", _("All ideas")), *Idea.State.choices],
        empty_label=_("Waiting for an answer"),
        method="keep_all",
    )
    group = django_filters.ModelChoiceFilter(
        label=_("Group"), queryset=Group.objects.none(), empty_label=_("All groups")
    )
    order = django_filters.ChoiceFilter(
        label=_("Order"),
        choices=[("supporters", _("Most supported first")), ("new", _("Newest first"))],
        empty_label=_("Waiting longest first"),
        method="keep_all",
    )
    reported = django_filters.BooleanFilter(
        label=_("Reported only"), method="only_reported", widget=forms.CheckboxInput
    )

    class Meta:
        model = Idea
        fields = ["q", "state", "group", "order", "reported"]

    ORDERS = {"supporters": ("-supporters", "waiting_since", "pk"), "new": ("-proposed_at", "-pk")}

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["group"].queryset = call.groups.all()
        self.filters["group"].extra["queryset"] = call.groups.all()

    def search(self, ideas: IdeaQuerySet, name: str, words: str) -> IdeaQuerySet:
        for word in fold(words).split()[:5]:
            ideas = ideas.filter(words__contains=word)
        return ideas

    def keep_all(self, ideas: IdeaQuerySet, name: str, value: str) -> IdeaQuerySet:
        return ideas  # filter_queryset does it, so that what waits needs no choice made

    def only_reported(self, ideas: IdeaQuerySet, name: str, asked: bool) -> IdeaQuerySet:
        reports = Report.objects.filter(idea=OuterRef("pk"), settled_at=None)
        return ideas.filter(Exists(reports)) if asked else ideas

    def filter_queryset(self, queryset: IdeaQuerySet) -> IdeaQuerySet:
        ideas, asked = super().filter_queryset(queryset), self.form.cleaned_data
        state = asked.get("state") or ("all" if asked.get("reported") else "")
        if not state:
            ideas = ideas.unanswered()
        elif state != "all":
            ideas = ideas.filter(state=state)
        return ideas.order_by(*self.ORDERS.get(asked.get("order") or "", ("waiting_since", "pk")))


class ToldForm(forms.Form):
    """Something that people are told of. Where they are many, a box asks whether that is meant."""

    def __init__(self, *args: Any, told: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if told >= MANY:
            self.fields["sure"] = forms.BooleanField(
                label=ngettext("Yes, tell %(count)d person.", "Yes, tell %(count)d people.", told) % {"count": told},
                error_messages={"required": _("Tick this box: many people are told.")},
            )


class ReasonForm(ToldForm):
    """A reason that everybody may read."""

    reason = LinesField(
        label=_("Why, in a sentence or two"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Public: everybody may read it beside the idea."),
    )


class ReopenForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False


class AnswerForm(FreshFormMixin, ReasonForm):
    """The public answer. Another step of the idea's story since the form was shown makes it stale."""

    watched = ["state", "call"]
    field_order = ["state", "reason"]

    state = forms.ChoiceField(
        label=_("Your answer"),
        widget=forms.RadioSelect,
        choices=lambda: [(state, Idea.State(state).label.capitalize()) for state in Idea.DECIDED],
    )

    def __init__(self, *args: Any, idea: Idea, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.idea = idea
        self.last = idea.steps.filter(comment=None).order_by("at", "pk").last()
        self.watch(idea, self.last.pk if self.last else 0)

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except forms.ValidationError:
            if self.errors or not self._is_given():
                raise
            return self.cleaned_data  # the same click, a moment before

    def _is_given(self) -> bool:
        asked = (self.cleaned_data["state"], self.cleaned_data["reason"])
        return self.last is not None and asked == (self.idea.state, self.last.reason)


class MergeForm(ReasonForm):
    """Which idea stands. The others are read, supported and answered there."""

    field_order = ["into", "reason"]

    into = forms.ModelChoiceField(
        label=_("The idea that stands"), queryset=Idea.objects.none(), widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args: Any, candidates: QuerySet[Idea], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        into = cast(forms.ModelChoiceField, self.fields["into"])
        into.queryset = candidates
        into.label_from_instance = _idea_words  # type: ignore[method-assign, assignment]


class SendForm(ReasonForm):
    field_order = ["call", "reason"]

    call: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("To which call"), queryset=Call.objects.none(), empty_label="—"
    )

    def __init__(self, *args: Any, calls: QuerySet[Call], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["call"]).queryset = calls


class QuestionForm(ToldForm):
    question = LinesField(
        label=_("Your question"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Public, like the reply: everybody reads it under the idea. Its author is told by mail."),
    )


class HideForm(forms.Form):
    reason = LineField(
        label=_("Why, in a sentence"),
        max_length=300,
        help_text=_("Everybody reads it in place of the text. Who wrote the text is told by mail."),
    )


class GroupForm(forms.Form):
    """The group that ideas are put into; empty takes them out of theirs."""

    group = LineField(label=_("Group"), max_length=80, required=False)


def _idea_words(idea: Idea) -> str:
    said = ngettext("%(count)d supporter", "%(count)d supporters", idea.supporters) % {"count": idea.supporters}
    return f"{idea.title} ({idea.get_state_display()}, {said})"
