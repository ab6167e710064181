"""The back office's form of a call, with its dates and its place: shape and messages; the verbs do the rest."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.freshness import FreshFormMixin
from events.organise_forms import MomentField
from ideas import whereabouts
from ideas.calling import IdeaRefused, Times, district_of_point, phases_of_quarter
from ideas.models import Call, Phase
from volunteers import points
from volunteers.lines import LineField
from volunteers.models import User
from volunteers.permissions import can_organise, organised_networks, organisers_of
from volunteers.points import Point

Kind = Phase.Kind
QUARTERS = [
    ("", _("No quarter in particular")),
    (1, _("1: January to March")),
    (2, _("2: April to June")),
    (3, _("3: July to September")),
    (4, _("4: October to December")),
]


class PointField(forms.CharField):
    """A place on a map, as typed or pasted (volunteers.points); None when left empty."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})

    def clean(self, value: Any) -> Point | None:
        text = super().clean(value)
        return points.read(text) if text else None


class CallForm(FreshFormMixin, forms.ModelForm):
    """A call in both languages, with the dates of its phases. The network of an existing one stays."""

    title_fr = LineField(label=_("Question in French"), max_length=160)
    title_en = LineField(label=_("Question in English"), max_length=160, required=False)
    place = LineField(
        label=_("Where, in words"), max_length=160, required=False, help_text=_("A square, a street, a building.")
    )
    point = PointField(
        max_length=500,
        required=False,
        label=_("Place on a map"),
        help_text=_(
            "Its latitude, then its longitude: 48.8566, 2.3522. Or paste a geo: link, or an OpenStreetMap address."
        ),
    )
    quarter = forms.TypedChoiceField(
        label=_("Quarter"),
        coerce=int,
        empty_value=None,
        choices=QUARTERS,
        required=False,
        help_text=_("Its dates follow from the quarter: “Fill in the dates”, below."),
    )

    class Meta:
        model = Call
        fields = [
            "network", "kind", "audience", "title_fr", "title_en", "text_fr", "text_en", "language", "asks_place",
            "place", "how_decided_fr", "how_decided_en", "responsible", "answer_by", "year", "quarter",
            "vote", "points",
        ]  # fmt: skip
        labels = {
            "text_fr": _("What it is about, in French"),
            "text_en": _("What it is about, in English"),
            "how_decided_fr": _("How it will be decided, in French"),
            "how_decided_en": _("How it will be decided, in English"),
        }
        help_texts = {
            "how_decided_fr": _("Who decides, by what, and when. People read it before they propose; then it stays."),
            "how_decided_en": "",
            "answer_by": _("Needed before it is published, as how it is decided, and who answers."),
        }
        widgets = {
            "text_fr": forms.Textarea(attrs={"rows": 4}),
            "text_en": forms.Textarea(attrs={"rows": 4}),
            "how_decided_fr": forms.Textarea(attrs={"rows": 3}),
            "how_decided_en": forms.Textarea(attrs={"rows": 3}),
            "answer_by": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    watched = [*Meta.fields, "latitude", "longitude"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        call = self.instance
        self.initial.setdefault("point", str(call.point or ""))
        self.kept = {phase.kind: phase for phase in call.phases.all()} if call.pk else {}
        for kind in Kind:
            self._add_phase(kind)
        self._offer(user)
        dates = [[kind, p.starts_at.isoformat(), p.ends_at.isoformat()] for kind, p in sorted(self.kept.items())]
        self.watch(call, dates)

    def _add_phase(self, kind: Kind) -> None:
        phase = self.kept.get(kind.value)
        for name, label in (("from", pgettext_lazy("phase", "From")), ("to", pgettext_lazy("phase", "To"))):
            self.fields[f"{kind}_{name}"] = MomentField(label=label, required=kind == Kind.CALL)
        if phase:
            self.initial.setdefault(f"{kind}_from", phase.starts_at)
            self.initial.setdefault(f"{kind}_to", phase.ends_at)

    def _offer(self, user: User) -> None:
        """The networks and the people to choose from; nothing to choose where it stays."""
        call, networks = self.instance, organised_networks(user)
        network = cast(forms.ModelChoiceField, self.fields["network"])
        network.queryset, network.disabled = networks, bool(call.pk)
        network.required, network.empty_label = not user.is_superuser, _("The whole city")
        if not user.is_superuser:
            network.help_text = ""
            network.empty_label = "—"
            if len(networks) == 1 and not self.initial.get("network"):
                self.initial["network"], network.empty_label = networks[0].pk, None
        language = cast(forms.ChoiceField, self.fields["language"])
        language.choices, language.help_text = [("", _("Any language")), *settings.LANGUAGES], ""
        people = organisers_of(networks) | (User.objects.filter(is_superuser=True, is_active=True))
        responsible = cast(forms.ModelChoiceField, self.fields["responsible"])
        responsible.queryset = people.distinct().order_by("last_name", "first_name", "pk")
        responsible.empty_label = _("Nobody yet")
        responsible.label_from_instance = _name_of  # type: ignore[method-assign, assignment]
        if call.state == Call.State.PUBLISHED:
            begun = not call.is_announced()
            for name in ("responsible", "answer_by", "how_decided_fr"):
                self.fields[name].required = True
            for name in ("how_decided_fr", "how_decided_en"):
                self.fields[name].disabled = begun
            vote = self.kept.get(Kind.VOTE)
            for name in ("vote", "points"):
                self.fields[name].disabled = bool(vote and vote.starts_at <= timezone.now())

    @property
    def phase_rows(self) -> list[tuple[str, str, BoundField, BoundField]]:
        """Each phase as a row: its kind, its name, from when, until when."""
        return [(kind.value, str(kind.label), self[f"{kind}_from"], self[f"{kind}_to"]) for kind in Kind]

    @property
    def parts(self) -> dict[str, list[BoundField]]:
        """The other fields, in the parts that the page shows."""
        names = {
            "question": ["network", "title_fr", "title_en", "text_fr", "text_en"],
            "ideas": ["kind", "audience", "language", "asks_place"],
            "where": ["place", "point"],
            "decision": ["how_decided_fr", "how_decided_en", "responsible", "answer_by"],
            "quarter": ["year", "quarter"],
            "vote": ["vote", "points"],
        }
        return {part: [self[name] for name in found] for part, found in names.items()}

    @property
    def where(self) -> whereabouts.Where:
        """The map with the point as typed, when that can be read, and its district when that is known."""
        call = self.instance
        try:
            point = points.read(self["point"].value() or "")
        except forms.ValidationError:
            point = None
        kept = call.point if call.pk else None
        return whereabouts.on_map(point, district=call.district if point and str(point) == str(kept) else None)

    def clean_point(self) -> Point | None:
        """Becomes the call's; what was left as it is shown stays to the last digit."""
        point, before = self.cleaned_data["point"], self.instance.point
        if point is None or before is None or str(point) != str(before):
            try:
                district_of_point(point)
            except IdeaRefused as refusal:
                raise forms.ValidationError(str(refusal), code="outside") from refusal
            self.instance.latitude, self.instance.longitude = point or (None, None)
        return point

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if bool(cleaned.get("year")) != bool(cleaned.get("quarter")) and not {"year", "quarter"} & self.errors.keys():
            self.add_error("quarter", _("Give the year and the quarter, or neither."))
        if cleaned.get("audience") == Call.Audience.MEMBERS and not cleaned.get("network"):
            self.add_error("audience", _("A call of the whole city has no members: choose somebody else."))
        if cleaned.get("vote") == Call.Vote.POINTS and not cleaned.get("points"):
            self.add_error("points", _("Say how many points each person has."))
        elif cleaned.get("vote") != Call.Vote.POINTS:
            cleaned["points"] = 0
        responsible = cleaned.get("responsible")
        if responsible and not can_organise(responsible, cleaned.get("network")):
            self.add_error("responsible", _("This person does not run that network: choose one who does."))
        self._clean_dates(cleaned)
        return cleaned

    def _clean_dates(self, cleaned: dict[str, Any]) -> None:
        opens = cleaned.get("call_from")
        for kind in Kind:
            begins, ends = cleaned.get(f"{kind}_from"), cleaned.get(f"{kind}_to")
            if kind == Kind.VOTE and not cleaned.get("vote"):
                continue
            if kind == Kind.VOTE and not begins and not ends and not self._is_wrong(kind):
                self.add_error("vote_from", _("A vote needs its dates."))
            elif bool(begins) != bool(ends) and not self._is_wrong(kind):
                self.add_error(f"{kind}_from" if ends else f"{kind}_to", _("Give both dates, or neither."))
            elif begins and ends and ends <= begins:
                self.add_error(f"{kind}_to", _("Each phase ends after it begins."))
            elif kind == Kind.VOTE and begins and cleaned.get("call_to") and begins < cleaned["call_to"]:
                self.add_error("vote_from", _("The vote begins when ideas are no longer sent."))
            elif begins and opens and begins < opens:
                self.add_error(f"{kind}_from", _("Nothing begins before the call itself does."))
        due = cleaned.get("answer_by")
        if due and opens and due < timezone.localdate(opens):
            self.add_error("answer_by", _("This is before the call opens."))

    def _is_wrong(self, kind: str) -> bool:
        return bool({f"{kind}_from", f"{kind}_to"} & self.errors.keys())

    def phases(self) -> Times:
        """The dates as asked. What was left as it is shown keeps its seconds, which the form does not show."""
        found = {}
        for kind in Kind:
            begins, ends = self.cleaned_data[f"{kind}_from"], self.cleaned_data[f"{kind}_to"]
            if begins and ends and (kind != Kind.VOTE or self.cleaned_data["vote"]):
                phase = self.kept.get(kind.value)
                before = (phase.starts_at, phase.ends_at) if phase else (begins, ends)
                found[kind.value] = (_unless_moved(before[0], begins), _unless_moved(before[1], ends))
        return found

    def filled(self, year: int, quarter: int) -> None:
        """Shows the dates that the quarter's rule gives; nothing is saved."""
        for kind, (begins, ends) in phases_of_quarter(year, quarter, vote=True).items():
            self.initial[f"{kind}_from"], self.initial[f"{kind}_to"] = begins, ends


def _unless_moved(before: dt.datetime, typed: dt.datetime) -> dt.datetime:
    return before if before.replace(second=0, microsecond=0) == typed else typed


def _name_of(user: User) -> str:
    return user.get_full_name() or user.email
