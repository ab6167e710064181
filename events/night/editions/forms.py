"""Forms of the back office about an edition and its headquarters: shape and messages."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from events.freshness import FreshFormMixin
from events.models import Venue
from events.night.editions.preparing import Hours
from events.night.editions.siting import Site
from events.night.models import Edition, Headquarters
from events.organise_forms import InChargeField, MomentField
from volunteers import naming
from volunteers.lines import LineField
from volunteers.models import District, User
from volunteers.permissions import organised_networks

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
