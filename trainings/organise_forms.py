"""Forms of the back office about themes, trainings and sessions."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from events.freshness import FreshFormMixin
from events.models import Slot
from events.organise_forms import SeatsForm, TimeAndPlaceForm
from trainings.files import ACCEPTED, FileRefused, kind_of
from trainings.models import Material, Session, Theme, Training
from volunteers import naming
from volunteers.lines import LineField
from volunteers.models import User
from volunteers.permissions import organised_networks

QUARTERS = [
    (1, _("1: January to March")),
    (2, _("2: April to June")),
    (3, _("3: July to September")),
    (4, _("4: October to December")),
]


class ThemeForm(FreshFormMixin, forms.ModelForm):
    """What a network works on during a quarter, in both languages. The network of an existing one stays."""

    quarter = forms.TypedChoiceField(label=_("Quarter"), coerce=int, choices=QUARTERS)

    class Meta:
        model = Theme
        fields = ["network", "year", "quarter", "title_fr", "title_en", "summary_fr", "summary_en"]
        labels = {
            "title_fr": _("Title in French"),
            "title_en": _("Title in English"),
            "summary_fr": _("Summary in French"),
            "summary_en": _("Summary in English"),
        }
        help_texts = {"title_fr": naming.ENOUGH}
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in ("summary_fr", "summary_en")}
        field_classes = {"title_fr": LineField, "title_en": LineField}

    watched = Meta.fields

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        only_own_networks(self, user)
        self.watch(self.instance)

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        this_year = timezone.localdate().year
        if not self.instance.pk and not this_year - 1 <= year <= this_year + 5:
            raise forms.ValidationError(_("Check the year."))
        return year

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        asked = {name: cleaned[name] for name in ("network", "year", "quarter") if cleaned.get(name)}
        if len(asked) == 3 and Theme.objects.filter(**asked).exclude(pk=self.instance.pk).exists():
            self.add_error("quarter", _("This network has a theme for this quarter already."))
        return cleaned

    def validate_constraints(self) -> None:
        """Said by ``clean``, beside its field and in plain words; the database still holds it."""


class TrainingForm(FreshFormMixin, forms.ModelForm):
    """A training in both languages. The network of an existing one stays."""

    class Meta:
        model = Training
        fields = [
            "network", "theme", "kind", "title_fr", "title_en", "summary_fr", "summary_en", "aims_fr", "aims_en",
            "audience_fr", "audience_en", "length", "given_by", "prerequisites", "grants", "grants_months", "interests",
        ]  # fmt: skip
        labels = {
            "title_fr": _("Title in French"),
            "title_en": _("Title in English"),
            "summary_fr": _("In one sentence, in French"),
            "summary_en": _("In one sentence, in English"),
            "aims_fr": _("What one learns, in French"),
            "aims_en": _("What one learns, in English"),
            "audience_fr": _("For whom, in French"),
            "audience_en": _("For whom, in English"),
        }
        help_texts = {"title_fr": naming.ENOUGH}
        widgets = {
            **{name: forms.Textarea(attrs={"rows": 5}) for name in ("aims_fr", "aims_en")},
            **dict.fromkeys(("prerequisites", "interests"), forms.CheckboxSelectMultiple),
        }
        field_classes = dict.fromkeys(["title_fr", "title_en", "summary_fr", "summary_en"], LineField)

    watched = Meta.fields

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        only_own_networks(self, user)
        theme = cast(forms.ModelChoiceField, self.fields["theme"])
        themes = Theme.objects.filter(network__in=organised_networks(user)).select_related("network")
        theme.queryset = themes.filter(network=self.instance.network_id) if self.instance.pk else themes
        theme.empty_label = _("No theme of a quarter")
        theme.label_from_instance = _theme_words  # type: ignore[method-assign, assignment]
        self.watch(self.instance)


class MaterialForm(forms.Form):
    """A file for the people registered, with what it is called."""

    title_fr = LineField(label=_("Title in French"), max_length=120, required=False, help_text=naming.ENOUGH)
    title_en = LineField(label=_("Title in English"), max_length=120, required=False)
    moment = forms.ChoiceField(
        label=_("Given"), choices=Material.Moment.choices, widget=forms.RadioSelect, initial=Material.Moment.BEFORE
    )
    session = forms.ModelChoiceField(
        label=_("For"), queryset=Session.objects.none(), required=False, empty_label=_("All dates of this training")
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF, LibreOffice, Office (without macros), PNG, JPEG or plain text, at most 20 MB."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, training: Training, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        session = cast(forms.ModelChoiceField, self.fields["session"])
        dates = training.sessions.exclude(slot__state=Slot.State.CANCELLED).select_related("slot")
        session.queryset = dates.order_by("-slot__starts_at")
        session.label_from_instance = _date_words  # type: ignore[method-assign, assignment]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        try:
            kind_of(upload)
        except FileRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not {"title_fr", "title_en"} & self.errors.keys():
            naming.check_named(cleaned, "title")
        return cleaned

    def titles(self) -> dict[str, str]:
        return naming.names_of(self.cleaned_data, "title")


class SessionForm(TimeAndPlaceForm, SeatsForm):
    """A new date of a training. It is a draft until it is published."""

    field_order = ["starts_at", "ends_at", "venue", "room", "online_url", "capacity"]

    def __init__(self, *args: Any, training: Training, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.training = training

    def clean_starts_at(self) -> dt.datetime:
        starts_at: dt.datetime = self.cleaned_data["starts_at"]
        theme = self.training.theme
        if theme:
            day = timezone.localtime(starts_at).date()
            if (day.year, (day.month + 2) // 3) != (theme.year, theme.quarter):
                raise forms.ValidationError(
                    _("This is outside the quarter of the theme “%(theme)s”, which begins on %(day)s."),
                    params={"theme": theme.title, "day": date_format(theme.begins_on)},
                )
        return starts_at


def only_own_networks(form: forms.ModelForm, user: User) -> None:
    """The networks that this person runs; none to choose from for an existing row."""
    network = cast(forms.ModelChoiceField, form.fields["network"])
    network.queryset = organised_networks(user)
    network.disabled = bool(form.instance.pk)
    if not form.instance.pk and network.queryset.count() == 1:
        form.initial["network"] = network.queryset.get().pk  # what a new row holds would pass before the field's own


def _date_words(session: Session) -> str:
    return date_format(timezone.localtime(session.slot.starts_at), "SHORT_DATETIME_FORMAT")


def _theme_words(theme: Theme) -> str:
    return f"{theme.year}/{theme.quarter} · {theme.network.name} · {theme.title}"
