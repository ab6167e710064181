"""The filters of the list of sessions. They live in the address; a value that does not exist filters nothing."""

from __future__ import annotations

import functools
import operator
from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.core.cache import caches
from django.db.models import CharField, Exists, F, IntegerField, Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from events.models import Meeting, Venue
from trainings import session_rows
from trainings.models import Session, Theme
from trainings.quarters import Quarter
from volunteers.models import Association, District, Network
from volunteers.words import fold

EVENING = 17  # the hour, in the city, from which a weekday's session is an evening one
WEEKEND = (1, 7)  # Sunday and Saturday, as Django's week_day counts

Choices = tuple[tuple[str, str], ...]
Vocabulary = tuple[tuple[str, Choices], ...]


def vocabulary() -> Vocabulary:
    """What may be chosen: networks, districts, quarters, themes not over yet. One query, kept for a moment."""
    key = f"trainings.vocabulary.{get_language()}"
    found: Vocabulary | None = caches["process"].get(key)
    if found is None:
        found = _read_vocabulary()
        caches["process"].set(key, found, timeout=settings.KEPT_SECONDS)
    return found


def _read_vocabulary() -> Vocabulary:
    words: dict[str, dict[str, str]] = {"network": {}, "district": {}, "theme": {}, "quarter": {}}
    this = Quarter.of(timezone.localdate())
    for kind, key, label, year, number in _vocabulary_rows():
        if kind != "theme":
            words[kind][key] = f"{key.lstrip('0')} · {label}" if kind == "district" else label
            continue
        quarter = Quarter(year, number)
        words["quarter"][str(quarter)] = quarter.words
        if quarter >= this:
            words["theme"][key] = label
    return tuple((kind, tuple(choices.items())) for kind, choices in words.items())


def _vocabulary_rows() -> list[tuple[str, str, str, int, int]]:
    def choices(model: type[Model], kind: str, key: Any, label: Any, year: Any, quarter: Any) -> QuerySet[Any, Any]:
        columns = {"kind_": Value(kind), "key_": key, "label_": label, "year_": year, "quarter_": quarter}
        # A plain QuerySet: modeltranslation's own loses the order of columns, which a union goes by.
        return QuerySet(model).order_by().annotate(**columns).values_list(*columns)

    none = Value(0, IntegerField())
    networks = choices(Network, "network", F("slug"), session_rows.translated("name"), none, none)
    districts = choices(District, "district", F("code"), F("name"), none, none)
    theme_key = Cast("pk", CharField())
    themes = choices(Theme, "theme", theme_key, session_rows.translated("title"), F("year"), F("quarter"))
    return sorted(networks.union(districts, themes, all=True), key=lambda row: (row[3], row[4], row[1]))


class SessionFilter(django_filters.FilterSet):
    """Narrows a list of sessions."""

    q = django_filters.CharFilter(
        label=_("Search"), method="search", max_length=80, widget=forms.TextInput(attrs={"type": "search"})
    )
    network = django_filters.ChoiceFilter(
        label=_("Network"), field_name="training__network__slug", empty_label=_("All")
    )
    theme = django_filters.ChoiceFilter(label=_("Theme"), field_name="training__theme", empty_label=_("All"))
    district = django_filters.ChoiceFilter(
        label=_("District"), field_name="slot__venue__district__code", empty_label=pgettext_lazy("districts", "All")
    )
    place = django_filters.ChoiceFilter(
        label=_("Where"),
        method="by_place",
        empty_label=_("Anywhere"),
        choices=[("onsite", _("On site")), ("online", _("Online"))],
    )
    moment = django_filters.ChoiceFilter(
        label=_("When"),
        method="by_moment",
        empty_label=_("Any time"),
        choices=[
            ("evening", _("Weekday evenings")),
            ("weekend", _("Weekends")),
            ("either", _("Evenings and weekends")),
        ],
    )
    quarter = django_filters.ChoiceFilter(label=_("Quarter"), method="by_quarter", empty_label=_("From today on"))
    free = django_filters.BooleanFilter(label=_("With places left"), method="with_places", widget=forms.CheckboxInput)
    past = django_filters.BooleanFilter(label=_("Past dates too"), method="by_quarter", widget=forms.CheckboxInput)

    class Meta:
        model = Session
        fields: list[str] = []

    def __init__(self, *args: Any, choices: Vocabulary, without: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, options in choices:
            self.filters[name].extra["choices"] = options
        for name in without:
            del self.filters[name]

    def search(self, sessions: QuerySet[Session], name: str, value: str) -> QuerySet[Session]:
        """Every word must be somewhere in the training, its association or its place; accents do not matter.

        Associations and venues are few: their names are compared here, so that no copy of them can grow stale.
        """
        associations = [(pk, fold(words)) for pk, words in Association.objects.values_list("pk", "name")]
        venues = [(pk, fold(words)) for pk, words in Venue.objects.values_list("pk", "name")]
        for word in fold(value).split()[:8]:
            sessions = sessions.filter(
                Q(training__words__contains=word)
                | Q(training__given_by__in=[pk for pk, words in associations if word in words])
                | Q(slot__venue__in=[pk for pk, words in venues if word in words])
            )
        return sessions

    def by_place(self, sessions: QuerySet[Session], name: str, value: str) -> QuerySet[Session]:
        return sessions.filter(slot__venue__isnull=value == "online")

    def by_moment(self, sessions: QuerySet[Session], name: str, value: str) -> QuerySet[Session]:
        """Of several meetings all are then."""
        others = Meeting.objects.held().filter(slot=OuterRef("slot")).exclude(_moment(value))
        return sessions.filter(_moment(value, "slot__"), Q(slot__dates=1) | ~Exists(others))

    def by_quarter(self, sessions: QuerySet[Session], name: str, value: Any) -> QuerySet[Session]:
        """Nothing more to do: from when to when is decided before any filter (trainings.browsing)."""
        return sessions

    def with_places(self, sessions: QuerySet[Session], name: str, value: bool) -> QuerySet[Session]:
        return sessions.filter(slot__seats_taken__lt=F("slot__capacity"), slot__state="open") if value else sessions

    def active(self) -> list[tuple[str, str]]:
        """The filters that narrow the list now, and what each says to the reader."""
        found = []
        for name, value in getattr(self.form, "cleaned_data", {}).items():
            if not value:
                continue
            field = self.form.fields[name]
            words = dict(field.choices)[value] if isinstance(field, forms.ChoiceField) else field.label  # type: ignore[arg-type]
            found.append((name, str(value if name == "q" else words)))
        return found


def _moment(value: str, prefix: str = "") -> Q:
    weekend = Q(**{f"{prefix}starts_at__week_day__in": WEEKEND})
    evening = Q(**{f"{prefix}starts_at__hour__gte": EVENING}) & ~weekend
    return {"evening": evening, "weekend": weekend}.get(value, evening | weekend)


FILTERS: frozenset[str] = frozenset(SessionFilter.base_filters)


def is_filtered(parameters: Any) -> bool:
    """Whether the address asks for less than the whole list."""
    return functools.reduce(operator.or_, (bool(parameters.get(name)) for name in FILTERS))
