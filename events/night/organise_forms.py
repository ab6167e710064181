"""Forms of the back office about an edition, its headquarters and its sectors: shape and messages."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from events.freshness import FreshFormMixin
from events.models import Venue
from events.night import boundaries
from events.night.boundaries import BoundaryRefused
from events.night.models import Edition, Headquarters, PlaceKind, Sector, SectorImport
from events.night.models.sectors import SectorQuerySet
from events.night.preparing import Hours
from events.night.siting import Site
from events.night.zoning import Asked
from events.organise_forms import InChargeField, MomentField
from volunteers import naming, points, sentences
from volunteers.lines import LineField
from volunteers.models import District, Qualification, SpokenLanguage, User
from volunteers.permissions import organised_networks
from volunteers.points import Point
from volunteers.spreadsheets import MAX_FILE_BYTES

NAMES = {"name_fr": _("Name in French"), "name_en": _("Name in English")}


class EditionForm(FreshFormMixin, forms.ModelForm):
    """An edition's name, hours, sign-up and charter. The network of an existing one stays."""

    starts_at = MomentField(label=_("The teams go out"))
    ends_at = MomentField(label=_("The teams are back"))
    opens_at = MomentField(label=_("Sign-up opens"), required=False)
    closes_at = MomentField(label=_("Sign-up closes"), required=False)
    charter_url = forms.URLField(label=_("Where the charter can be read"), required=False, assume_scheme="https")

    class Meta:
        model = Edition
        fields = [
            "network", "name_fr", "name_en", "starts_at", "ends_at", "opens_at", "closes_at",
            "charter_url", "charter_version", "bring_fr", "bring_en",
        ]  # fmt: skip
        labels = {
            **NAMES,
            "charter_version": _("Version of the charter"),
            "bring_fr": _("What to bring, in French"),
            "bring_en": _("What to bring, in English"),
        }
        help_texts = {"name_fr": naming.ENOUGH}
        field_classes = dict.fromkeys(["name_fr", "name_en", "charter_version", "bring_fr", "bring_en"], LineField)

    watched = Meta.fields

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        network = cast(forms.ModelChoiceField, self.fields["network"])
        network.queryset = organised_networks(user)
        network.disabled = bool(self.instance.pk)
        if not self.instance.pk and network.queryset.count() == 1:
            self.initial["network"] = network.queryset.get().pk
        self.hours = Hours.of(self.instance)
        self.watch(self.instance)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        opens_at, closes_at = cleaned.get("opens_at"), cleaned.get("closes_at")
        if starts_at and ends_at and not starts_at < ends_at <= starts_at + dt.timedelta(hours=12):
            self.add_error("ends_at", _("The teams are back within twelve hours after they go out."))
        if opens_at and closes_at and closes_at <= opens_at:
            self.add_error("closes_at", _("Sign-up must close after it opens."))
        if starts_at and closes_at and closes_at > starts_at:
            self.add_error("closes_at", _("Sign-up closes before the teams go out."))
        if self.instance.state != Edition.State.PREPARING:
            for name in ("opens_at", "closes_at"):
                if name in cleaned and not cleaned[name]:
                    self.add_error(name, _("Sign-up has been opened: it needs both dates."))
        network = cleaned.get("network")
        if network and starts_at:
            others = Edition.objects.filter(network=network, starts_at=starts_at).exclude(pk=self.instance.pk)
            if others.exists():
                self.add_error("starts_at", _("This network has an edition on that night already."))
        return cleaned

    def validate_constraints(self) -> None:
        """Said by ``clean``, beside its field and in plain words; the database still holds it."""


class PublishForm(forms.Form):
    """Until when people answer; ``seen``: the board's last change that the organiser was shown."""

    answers_by = MomentField(
        label=_("People say until then whether they come"),
        help_text=_("After that somebody in reserve is looked for in the place of whoever has not answered."),
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class CopyForm(forms.Form):
    """The next edition, made of another one."""

    name_fr = LineField(label=NAMES["name_fr"], max_length=120, required=False, help_text=naming.ENOUGH)
    name_en = LineField(label=NAMES["name_en"], max_length=120, required=False)
    starts_at = MomentField(
        label=_("The teams go out"), help_text=_("All other hours keep their distance to this one.")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not {"name_fr", "name_en"} & self.errors.keys():
            naming.check_named(cleaned, "name")
        return cleaned

    def names(self) -> dict[str, str]:
        return naming.names_of(self.cleaned_data, "name")


class HeadquartersForm(FreshFormMixin, forms.Form):
    """A headquarters. A coordinator, who does not organise, says when the briefing is, what is eaten, whom to call."""

    district = forms.ModelChoiceField(label=_("District"), queryset=District.objects.none())
    venue = forms.ModelChoiceField(
        label=_("Venue"), queryset=Venue.objects.all(), required=False, empty_label=_("To be decided")
    )
    capacity = forms.IntegerField(label=_("Seats"), min_value=1, max_value=10_000)
    quota = forms.IntegerField(
        label=_("At most so many people"),
        min_value=1,
        max_value=10_000,
        required=False,
        help_text=_("Empty: as many as there are seats."),
    )
    arrival_at = MomentField(label=_("People arrive"))
    briefing_at = MomentField(label=_("Briefing"), required=False)
    meal = LineField(label=_("Meal"), max_length=160, required=False, help_text=_("What is eaten, and when."))
    contact = LineField(
        label=_("Technical contact"),
        max_length=160,
        required=False,
        help_text=_("A name and a number, for the night. They are on people's cards and on teams' papers."),
    )
    coordinators = InChargeField(
        label=_("Coordinators"),
        help_text=_("One e-mail address a line. They see and fill in this headquarters and its sectors only."),
    )

    watched = ["briefing_at", "meal", "contact", "quota"]

    def __init__(
        self, *args: Any, edition: Edition, headquarters: Headquarters | None, organises: bool, **kwargs: Any
    ) -> None:
        beside = None
        if headquarters:
            slot = headquarters.slot
            shown = {
                "district": headquarters.district_id,
                "venue": slot.venue_id,
                "capacity": slot.capacity,
                "quota": headquarters.quota,
                "arrival_at": slot.starts_at,
                "briefing_at": headquarters.briefing_at,
                "meal": headquarters.meal,
                "contact": headquarters.contact,
                "coordinators": list(slot.people_in_charge.order_by("email")),
            }
            beside = [slot.venue_id, slot.capacity, slot.starts_at, [user.pk for user in shown["coordinators"]]]  # type: ignore[union-attr]
        else:
            shown = {"arrival_at": edition.starts_at - dt.timedelta(hours=4), "capacity": 100}
        kwargs["initial"] = shown | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.edition, self.headquarters, self.organises = edition, headquarters, organises
        district = cast(forms.ModelChoiceField, self.fields["district"])
        if headquarters:
            del self.fields["district"]
        else:
            district.queryset = District.objects.exclude(headquarters__edition=edition).defer("boundary")
        if not organises:
            for name in ("venue", "capacity", "quota", "arrival_at", "coordinators"):
                del self.fields[name]
        self.watch(headquarters or Headquarters(), beside if organises else None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        arrival = cleaned.get("arrival_at") or (self.headquarters and self.headquarters.slot.starts_at)
        briefing, out = cleaned.get("briefing_at"), self.edition.starts_at
        if cleaned.get("arrival_at") and not out - dt.timedelta(hours=24) <= cleaned["arrival_at"] <= out:
            self.add_error("arrival_at", _("People arrive in the day before the teams go out."))
        elif briefing and arrival and not arrival <= briefing <= out:
            self.add_error("briefing_at", _("The briefing comes after the arrival, and before the teams go out."))
        if (cleaned.get("quota") or 0) > cleaned.get("capacity", 10_000):
            self.add_error("quota", _("The quota is larger than the number of seats."))
        return cleaned

    def site(self) -> Site:
        """What was decided, for whoever organises."""
        cleaned = self.cleaned_data
        names = ("venue", "capacity", "arrival_at", "briefing_at", "meal", "contact", "quota", "coordinators")
        return Site(**{name: cleaned[name] for name in names})


class SectorForm(FreshFormMixin, forms.ModelForm):
    """A sector, with what its team must have, or had better have."""

    needs_languages: forms.ModelMultipleChoiceField[SpokenLanguage] = forms.ModelMultipleChoiceField(
        SpokenLanguage.objects.all(),
        label=_("Languages needed"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Without them the team does not go out."),
    )
    needs_qualifications: forms.ModelMultipleChoiceField[Qualification] = forms.ModelMultipleChoiceField(
        Qualification.objects.all(), label=_("Clearances needed"), required=False, widget=forms.CheckboxSelectMultiple
    )
    wants_languages: forms.ModelMultipleChoiceField[SpokenLanguage] = forms.ModelMultipleChoiceField(
        SpokenLanguage.objects.all(),
        label=_("Languages wished for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    wants_qualifications: forms.ModelMultipleChoiceField[Qualification] = forms.ModelMultipleChoiceField(
        Qualification.objects.all(),
        label=_("Clearances wished for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Sector
        fields = [
            "headquarters", "code", "kind", "walk", "professionals_only", "least", "target", "most",
            "rally_points", "dangers", "difficulties",
        ]  # fmt: skip
        field_classes = {"code": LineField}
        widgets = {
            "walk": forms.RadioSelect,
            **dict.fromkeys(("rally_points", "dangers", "difficulties"), forms.Textarea(attrs={"rows": 3})),
        }

    watched = Meta.fields

    def __init__(self, *args: Any, edition: Edition, allowed: QuerySet[Headquarters], **kwargs: Any) -> None:
        """``allowed``: the headquarters that this person may give the sector to."""
        super().__init__(*args, **kwargs)
        self.edition = edition
        headquarters = cast(forms.ModelChoiceField, self.fields["headquarters"])
        headquarters.queryset = allowed.filter(edition=edition).select_related("district").defer("district__boundary")
        self.fields["code"].disabled = bool(self.instance.pk)
        tags = list(self.instance.tags.all()) if self.instance.pk else []
        for asked, is_needed in (("needs", True), ("wants", False)):
            for what in ("language", "qualification"):
                keys = [getattr(tag, f"{what}_id") for tag in tags if tag.is_needed is is_needed]
                self.initial[f"{asked}_{what}s"] = [key for key in keys if key]
        self.watch(
            self.instance, sorted([tag.language_id or 0, tag.qualification_id or 0, tag.is_needed] for tag in tags)
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        sizes = [cleaned.get(name) for name in ("least", "target", "most")]
        if all(sizes) and sizes != sorted(cast(list[int], sizes)):
            self.add_error("target", _("Sizes go up: the smallest team, the one aimed at, the largest."))
        code = cleaned.get("code")
        if code and self.edition.sectors.filter(code=code).exclude(pk=self.instance.pk).exists():
            self.add_error("code", _("Another sector of this edition is called %(code)s.") % {"code": code})
        return cleaned

    def validate_constraints(self) -> None:
        """Said by ``clean``, beside its field and in plain words; the database still holds it."""

    def asked(self) -> Asked:
        cleaned = self.cleaned_data
        return Asked(
            [*cleaned["needs_languages"], *cleaned["needs_qualifications"]],
            [*cleaned["wants_languages"], *cleaned["wants_qualifications"]],
        )


class PathField(forms.CharField):
    """Points on the ground, one a line."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})

    def clean(self, value: Any) -> list[Point]:
        lines = [line for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > 200:
            raise forms.ValidationError(_("Two hundred points at most."))
        return [points.read(line) for line in lines]


class CutForm(forms.Form):
    """The line by which a sector is cut in two, and what the smaller part is called."""

    path = PathField(
        label=_("Points of the line"),
        help_text=_("From one side of the sector to the other, a point a line: 48.8566, 2.3522."),
    )
    code = LineField(label=_("Code of the smaller part"), max_length=12)

    def __init__(self, *args: Any, sector: Sector, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sector = sector
        self.parts: tuple[dict[str, Any], ...] = ()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "path" in cleaned:
            try:
                self.parts = boundaries.cut(self.sector.boundary, cleaned["path"])
            except BoundaryRefused as refusal:
                self.add_error("path", sentences.in_words(sentences.of(refusal)))
        code = cleaned.get("code")
        if code and Sector.objects.filter(edition=self.sector.edition_id, code=code).exists():
            self.add_error("code", _("Another sector of this edition is called %(code)s.") % {"code": code})
        return cleaned


class DrawForm(forms.Form):
    """A sector's outline, corner by corner."""

    path = PathField(
        label=_("Corners"),
        help_text=_("In the order in which one walks round the sector, a point a line: 48.8566, 2.3522."),
    )

    def __init__(self, *args: Any, sector: Sector, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts: tuple[dict[str, Any], ...] = ()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "path" in cleaned:
            try:
                self.parts = (boundaries.around(cleaned["path"]),)
            except BoundaryRefused as refusal:
                self.add_error("path", sentences.in_words(sentences.of(refusal)))
        return cleaned


class SectorFilter(forms.Form):
    """The table of sectors: by words, headquarters, kind of place, and who may go; and what the map's colours say."""

    q = forms.CharField(
        label=_("Search"), required=False, widget=forms.TextInput(attrs={"type": "search", "data-search": True})
    )
    headquarters = forms.ModelChoiceField(
        Headquarters.objects.none(), label=_("Headquarters"), required=False, empty_label=_("All headquarters")
    )
    kind: forms.ModelChoiceField[PlaceKind] = forms.ModelChoiceField(
        PlaceKind.objects.none(), label=_("Kind of place"), required=False, empty_label=_("All kinds")
    )
    only = forms.ChoiceField(
        label=_("Which"),
        required=False,
        choices=[
            ("", _("All sectors")),
            ("professionals", _("For professionals only")),
            ("needs", _("With something needed")),
            ("unbounded", _("Without a boundary")),
        ],
    )
    by = forms.ChoiceField(
        label=_("Colours"),
        required=False,
        choices=[("", _("Kind of place")), ("state", _("State of the team")), ("staffing", _("How full the team is"))],
    )

    def __init__(self, *args: Any, headquarters: QuerySet[Headquarters], kinds: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("headquarters", headquarters), ("kind", kinds)):
            cast(forms.ModelChoiceField, self.fields[name]).queryset = rows

    def apply(self, sectors: SectorQuerySet) -> SectorQuerySet:
        if not self.is_valid():
            return sectors
        asked = self.cleaned_data
        for word in asked["q"].split()[:5]:
            sectors = sectors.filter(code__icontains=word)
        if asked["headquarters"]:
            sectors = sectors.filter(headquarters=asked["headquarters"])
        if asked["kind"]:
            sectors = sectors.filter(kind=asked["kind"])
        if asked["only"] == "professionals":
            sectors = sectors.filter(professionals_only=True)
        elif asked["only"] == "needs":
            sectors = sectors.filter(tags__is_needed=True).distinct()
        elif asked["only"] == "unbounded":
            sectors = sectors.filter(boundary={})
        return sectors


class ImportForm(forms.Form):
    """A file of sectors or of headquarters."""

    what = forms.ChoiceField(
        label=_("What it holds"),
        choices=SectorImport.What.choices,
        widget=forms.RadioSelect,
        initial=SectorImport.What.SECTORS,
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("GeoJSON, or a table in CSV, XLSX or ODS; at most 20 MB and 5,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".geojson,.json,.csv,.txt,.xlsx,.ods"}),
        allow_empty_file=True,
    )
    replaces = forms.BooleanField(
        label=_("The file holds all sectors: those that are not in it are removed"), required=False
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MAX_FILE_BYTES:
            raise forms.ValidationError(_("This file is larger than 20 MB. Split it."))
        return upload


class RosterNameForm(forms.Form):
    """What a roster is called."""

    name = LineField(
        label=_("Name"),
        max_length=80,
        required=False,
        help_text=_("Such as “With the hospitals”. Empty: its number."),
    )
