"""The filters of the board and of a call's ideas. They live in the address; what does not exist filters nothing."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ideas.models import Call, Idea, Phase
from volunteers.models import District, Network, Volunteer
from volunteers.words import fold

NEWEST, SUPPORTED, WAITING = "newest", "supported", "waiting"
MOST_WORDS = 8


class NarrowingFilter(django_filters.FilterSet):
    """A filter that tells the reader what it does."""

    def active(self) -> list[tuple[str, str]]:
        """The filters that narrow the list now, and what each says."""
        found = []
        for name, value in getattr(self.form, "cleaned_data", {}).items():
            field = self.form.fields[name]
            if not value or name == "order":
                continue
            words = dict(field.choices)[value] if isinstance(field, forms.ChoiceField) else value  # type: ignore[arg-type]
            found.append((name, str(words)))
        return found


class CallFilter(NarrowingFilter):
    """Narrows the calls of the board."""

    network = django_filters.ChoiceFilter(label=_("Network"), field_name="network__slug", empty_label=_("All"))
    kind = django_filters.ChoiceFilter(
        label=_("What may be proposed"), choices=Call.Kind.choices, empty_label=_("Anything")
    )
    phase = django_filters.ChoiceFilter(
        label=_("Where it stands"),
        method="by_phase",
        empty_label=_("Anywhere"),
        choices=[
            ("announced", _("Opens soon")),
            (Phase.Kind.CALL, _("Ideas are welcome")),
            (Phase.Kind.SORTING, _("Ideas are being studied")),
            (Phase.Kind.VOTE, _("Vote open")),
            (Phase.Kind.WORK, _("Being prepared")),
            (Phase.Kind.NOTE, _("What came of it")),
            ("over", _("Finished")),
        ],
    )

    class Meta:
        model = Call
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        networks = Network.objects.filter(calls__state=Call.State.PUBLISHED).distinct()
        self.filters["network"].extra["choices"] = [(network.slug, network.name) for network in networks]

    def by_phase(self, calls: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        if value == "announced":
            return calls.filter(pk__in=Call.objects.announced().values("pk"))
        if value == "over":
            return calls.filter(pk__in=Call.objects.over().values("pk"))
        return calls.filter(pk__in=Call.objects.in_phase(value).values("pk"))


class IdeaFilter(NarrowingFilter):
    """Narrows and orders the ideas of one call. ``first`` is the order of whoever chose none."""

    q = django_filters.CharFilter(
        label=_("Search"), method="search", max_length=80, widget=forms.TextInput(attrs={"type": "search"})
    )
    state = django_filters.ChoiceFilter(
        label=pgettext_lazy("idea", "State"), choices=Idea.State.choices, empty_label=pgettext_lazy("states", "All")
    )
    district = django_filters.ChoiceFilter(
        label=_("District"), field_name="district__code", empty_label=pgettext_lazy("districts", "All")
    )
    group = django_filters.ChoiceFilter(label=_("Group"), field_name="group", empty_label=_("All"))
    mine = django_filters.ChoiceFilter(
        label=_("Mine"),
        method="by_reader",
        empty_label=_("Everybody's"),
        choices=[("proposed", _("Proposed by me")), ("supported", _("Supported by me"))],
    )
    order = django_filters.ChoiceFilter(label=_("Order"), method="by_order", empty_label=None)

    class Meta:
        model = Idea
        fields: list[str] = []

    ORDERS = {
        NEWEST: _("Newest first"),
        SUPPORTED: _("Most supported first"),
        WAITING: _("Longest waiting for an answer first"),
    }

    def __init__(self, *args: Any, call: Call, reader: Volunteer | None, first: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reader, self.first = reader, first
        rest = [name for name in self.ORDERS if name != first]
        districts = District.objects.filter(pk__in=call.ideas.order_by().values("district"))
        groups = call.groups.all()
        self.filters["order"].extra["choices"] = [(name, self.ORDERS[name]) for name in (first, *rest)]
        self.filters["district"].extra["choices"] = [(district.code, str(district)) for district in districts]
        self.filters["group"].extra["choices"] = [(str(group.pk), group.name) for group in groups]
        for name, wanted in (("district", districts), ("group", groups), ("mine", reader)):
            if not wanted:
                del self.filters[name]

    def filter_queryset(self, queryset: QuerySet[Idea]) -> QuerySet[Idea]:
        """Ideas that stand for themselves, unless the merged ones are asked for; in some order in any case."""
        chosen = self.form.cleaned_data
        if chosen.get("state") != Idea.State.MERGED:
            queryset = queryset.filter(head=None)
        return super().filter_queryset(in_order(queryset, chosen.get("order") or self.first))

    def search(self, ideas: QuerySet[Idea], name: str, value: str) -> QuerySet[Idea]:
        """Every word must be in the idea or in one that was merged into it; accents do not matter."""
        for word in fold(value).split()[:MOST_WORDS]:
            found = Idea.objects.filter(words__contains=word, hidden_at=None)
            merged = found.exclude(head=None).values("head")
            ideas = ideas.filter(Q(pk__in=merged) | Q(words__contains=word, hidden_at=None))
        return ideas

    def by_reader(self, ideas: QuerySet[Idea], name: str, value: str) -> QuerySet[Idea]:
        if self.reader is None:
            return ideas
        own = Idea.objects.filter(supports__volunteer=self.reader)
        if value == "proposed":
            own = Idea.objects.proposed_by(self.reader)
        return ideas.filter(Q(pk__in=own.values("pk")) | Q(pk__in=own.exclude(head=None).values("head")))

    def by_order(self, ideas: QuerySet[Idea], name: str, value: str) -> QuerySet[Idea]:
        """Nothing more to do: ``filter_queryset`` has put them in order."""
        return ideas


def in_order(ideas: QuerySet[Idea], order: str) -> QuerySet[Idea]:
    """The ideas in one of ``IdeaFilter.ORDERS``; those that wait come before those that do not."""
    if order == SUPPORTED:
        return ideas.order_by("-supporters", "-proposed_at", "-pk")
    if order == WAITING:
        waits = When(state__in=Idea.UNANSWERED, then=Value(0))
        return ideas.order_by(Case(waits, default=Value(1), output_field=IntegerField()), "waiting_since", "pk")
    return ideas.order_by("-proposed_at", "-pk")
