"""Looking through the people of an edition, and saying what a list holds: shape and messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from events.night.models import Edition, Headquarters, Participant, Partner
from events.night.models.headquarters import HeadquartersQuerySet
from events.night.models.participants import ParticipantQuerySet
from events.night.people.shown import WAITING
from volunteers.lines import LineField
from volunteers.models import SpokenLanguage
from volunteers.spreadsheets import MAX_FILE_BYTES


class PeopleFilter(forms.Form):
    """By words, headquarters, kind, organisation, leading, waiting, language."""

    q = forms.CharField(
        label=_("Name or address"), required=False, widget=forms.TextInput(attrs={"type": "search", "data-search": ""})
    )
    headquarters = forms.ModelChoiceField(
        Headquarters.objects.none(), label=_("Headquarters"), required=False, empty_label=_("All headquarters")
    )
    kind = forms.ChoiceField(label=_("Who"), required=False, choices=[("", _("Everybody")), *Participant.Kind.choices])
    partner = forms.ModelChoiceField(
        Partner.objects.none(), label=_("Organisation"), required=False, empty_label=_("All")
    )
    leader = forms.ChoiceField(
        label=_("Leading"),
        required=False,
        choices=[("", _("All")), ("yes", _("may lead")), ("no", _("may not lead"))],
    )
    seat = forms.ChoiceField(
        label=_("Seat"),
        required=False,
        choices=[("", _("All")), ("seated", _("have one")), ("waiting", _("wait")), ("gone", _("withdrawn"))],
    )
    language: forms.ModelChoiceField[SpokenLanguage] = forms.ModelChoiceField(
        SpokenLanguage.objects.none(), label=_("Language"), required=False, empty_label=_("All")
    )

    def __init__(self, *args: Any, edition: Edition, places: HeadquartersQuerySet, organises: bool, **options: Any):
        super().__init__(*args, **options)
        self.organises = organises
        offered = {
            "headquarters": places.filter(edition=edition).select_related("district").defer("district__boundary"),
            "language": SpokenLanguage.objects.order_by("name"),
            "partner": edition.partners.order_by("name"),
        }
        for name, rows in offered.items():
            cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = rows
        if not organises:
            del self.fields["partner"]
            self.fields["q"].label = _("Name")

    def apply(self, people: ParticipantQuerySet) -> ParticipantQuerySet:
        """Those asked for; whoever has withdrawn only when they are."""
        asked = self.cleaned_data if self.is_valid() else {}
        gone = asked.get("seat") == "gone"
        people = people.filter(state=Participant.State.WITHDRAWN) if gone else people.active()
        for word in asked.get("q", "").split()[:5]:
            people = people.filter(self._named(word))
        if place := asked.get("headquarters"):
            people = people.filter(at(place))
        if asked.get("kind"):
            people = people.filter(kind=asked["kind"])
        if asked.get("partner"):
            people = people.filter(named_by__partner=asked["partner"])
        if asked.get("leader"):
            people = people.filter(leader=asked["leader"] == "yes")
        if asked.get("seat") in ("seated", "waiting"):
            people = people.filter(WAITING) if asked["seat"] == "waiting" else people.exclude(WAITING)
        if asked.get("language"):
            people = people.filter(languages=asked["language"])
        return people.distinct()

    def _named(self, word: str) -> Q:
        said = Q(registration__known_as__first_name__icontains=word) | Q(
            registration__known_as__last_name__icontains=word
        )
        own = Q(volunteer__user__first_name__icontains=word) | Q(volunteer__user__last_name__icontains=word)
        found = said | (own & Q(registration__known_as__isnull=True))
        return found | Q(volunteer__user__email__icontains=word) if self.organises else found


def at(place: Headquarters) -> Q:
    """Whose team or reserve is there, or whose seat while they have neither."""
    return Q(assignment__headquarters=place) | Q(assignment=None, registration__slot=place.slot_id)


class ListForm(forms.Form):
    """A list of people for an edition, of any shape."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("XLSX, ODS or CSV; at most 20 MB and 15,000 rows. You say next which column holds what."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.ods"}),
        allow_empty_file=True,
    )
    source = LineField(
        label=_("Where this list comes from"),
        max_length=240,
        help_text=_("Such as “Professionals of the city, mail of 3 November”. It is kept beside each person."),
    )
    kind = forms.ChoiceField(
        label=_("Who they are"),
        choices=[
            (Participant.Kind.PROFESSIONAL, _("Professionals")),
            (Participant.Kind.CITIZEN, _("Citizens who have asked to be signed up")),
        ],
        widget=forms.RadioSelect,
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MAX_FILE_BYTES:
            raise forms.ValidationError(_("This file is larger than 20 MB. Split it."))
        return upload


FIELDS = [
    ("", _("Not used")),
    ("first_name", _("First name")),
    ("last_name", _("Last name")),
    ("name", _("First and last name")),
    ("email", _("E-mail address")),
    ("phone", _("Telephone")),
    ("leader", _("May lead a team")),
    ("max_walk", _("Walking")),
    ("languages", _("Languages")),
    ("clearances", _("Clearances")),
    ("headquarters", _("Headquarters")),
]


class ColumnsForm(forms.Form):
    """Which column of a list holds what, each with its head and its first cells."""

    def __init__(self, *args: Any, headers: Sequence[str], rows: Sequence[Any], columns: dict[str, str], **rest: Any):
        super().__init__(*args, **rest)
        for index, head in enumerate(headers):
            cells = [str(row[1][index]) for row in rows[:4] if index < len(row[1]) and str(row[1][index]).strip()]
            self.fields[f"column-{index}"] = forms.ChoiceField(
                label=head or _("Column %(number)d") % {"number": index + 1},
                choices=FIELDS,
                required=False,
                initial=columns.get(str(index), ""),
                help_text=escape(", ".join(cells)[:90]),  # shown as it is by components/field.html
            )

    def columns(self) -> dict[int, str]:
        """What was said, once it is valid."""
        return {int(name.split("-")[1]): value for name, value in self.cleaned_data.items() if value}
