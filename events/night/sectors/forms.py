"""Forms of the back office about sectors: shape and messages."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from events.freshness import FreshFormMixin
from events.night.models import Edition, Headquarters, PlaceKind, Sector, SectorImport
from events.night.models.sectors import SectorQuerySet
from events.night.sectors import boundaries
from events.night.sectors.boundaries import BoundaryRefused
from events.night.sectors.zoning import Asked
from volunteers import points, sentences
from volunteers.lines import LineField
from volunteers.models import Qualification, SpokenLanguage
from volunteers.points import Point
from volunteers.spreadsheets import MAX_FILE_BYTES


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
