"""What organisers say of an organisation, and what its contact says of each of its people: shape and messages."""

from __future__ import annotations

import re
from typing import Any, cast

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField
from phonenumber_field.widgets import RegionalPhoneNumberWidget

from events.freshness import FreshFormMixin
from events.night.models import Edition, Headquarters, NamedPerson, Participant, Partner, Sector
from events.night.people.bringing import Named
from events.night.sectors.reading_files import CodeWidget
from volunteers import sentences
from volunteers.forms import AddressField, RowsField
from volunteers.lines import LineField
from volunteers.models import Qualification, SpokenLanguage
from volunteers.spreadsheets import MAX_FILE_BYTES


class CodesField(LineField):
    """Sectors by their codes, with commas or spaces between. ``sectors``: those that may be named, set by the form."""

    sectors: Any = None

    def clean(self, value: Any) -> list[Sector]:
        text = super().clean(value) or ""
        codes = []
        for word in filter(None, re.split(r"[,;\s]+", text)):
            try:
                codes.append(CodeWidget().clean(word))
            except ValueError as error:
                raise forms.ValidationError(sentences.in_words(sentences.of(error))) from error
        found = {sector.code: sector for sector in self.sectors.filter(code__in=codes)}
        if unknown := [code for code in codes if code not in found]:
            words = _("No sector here is called %(codes)s, or another organisation has it.")
            raise forms.ValidationError(words, params={"codes": ", ".join(unknown[:5])})
        return list(found.values())


class PartnerForm(FreshFormMixin, forms.ModelForm):
    """An organisation: whom to write to, and what it brings."""

    contact_email = AddressField(
        label=_("E-mail address of its contact"),
        max_length=254,
        help_text=_("The link goes there. Whoever has it names people and sees those named."),
        widget=forms.EmailInput(attrs={"inputmode": "email", "autocomplete": "off"}),
    )
    qualifications = RowsField(
        Qualification.objects.all(),
        label=_("Clearances that it brings"),
        required=False,
        help_text=_("What it may say of its people. Its word counts for this night only."),
    )
    sectors = CodesField(
        label=_("Its sectors"),
        required=False,
        help_text=_("Codes such as 07-6, 07-9. It says who makes their teams, and nobody else is sent there."),
    )

    class Meta:
        model = Partner
        fields = ["name", "contact_name", "contact_email", "language", "expected", "headquarters", "qualifications"]
        field_classes = dict.fromkeys(["name", "contact_name"], LineField)
        labels = {
            "name": _("Organisation"),
            "contact_name": _("Its contact"),
            "language": _("Language of our messages"),
            "expected": _("People expected"),
            "headquarters": _("Headquarters of its people"),
        }
        help_texts = {"headquarters": _("Unless it says otherwise of somebody. None: wherever they are useful.")}
        widgets = {"language": forms.RadioSelect}

    watched = Meta.fields

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edition = edition
        offer_headquarters(self, edition, none=_("Wherever they are useful"))
        cast("RowsField", self.fields["qualifications"]).queryset = Qualification.objects.order_by("name")
        mine = self.instance.pk or 0
        sectors = edition.sectors.filter(Q(partner=None) | Q(partner=mine))
        cast("CodesField", self.fields["sectors"]).sectors = sectors
        codes = list(edition.sectors.filter(partner=mine).in_order().values_list("code", flat=True)) if mine else []
        self.initial["sectors"] = ", ".join(codes)
        self.watch(self.instance, codes)

    def clean_contact_email(self) -> str:
        return str(self.cleaned_data["contact_email"]).lower()

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if self.edition.partners.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This edition has an organisation of that name already."))
        return name

    def clean_expected(self) -> int | None:
        expected: int | None = self.cleaned_data["expected"]
        if expected == 0:
            raise forms.ValidationError(_("Leave it empty when you do not know."))
        return expected

    def validate_constraints(self) -> None:
        """Said above, beside each field and in plain words; the database still holds it."""


class AddressForm(forms.Form):
    """Where a contact asks for another link."""

    email = AddressField(label=_("Your e-mail address"), max_length=254)


class PersonForm(forms.Form):
    """One of the organisation's people, as its contact knows them."""

    first_name = LineField(label=_("First name"), max_length=80)
    last_name = LineField(label=_("Last name"), max_length=80)
    email = AddressField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("Their own: we write to them there, and they can say no."),
        widget=forms.EmailInput(attrs={"inputmode": "email", "autocomplete": "off"}),
    )
    phone = PhoneNumberField(
        label=_("Telephone"),
        required=False,
        widget=RegionalPhoneNumberWidget(
            region=settings.PHONENUMBER_DEFAULT_REGION, attrs={"autocomplete": "off", "inputmode": "tel"}
        ),
    )
    leader = forms.BooleanField(label=_("May lead a team"), required=False)
    headquarters = forms.ModelChoiceField(Headquarters.objects.none(), label=_("Headquarters"), required=False)
    sector = forms.ModelChoiceField(
        Sector.objects.none(),
        label=_("Team"),
        required=False,
        empty_label=_("No matter which"),
        help_text=_("One of the sectors that you name the team of."),
    )
    max_walk = forms.TypedChoiceField(
        label=_("Walking"),
        choices=[
            (Participant.Walk.EASY, _("Short and flat")),
            (Participant.Walk.USUAL, _("Two or three hours, at an easy pace")),
            (Participant.Walk.HARD, _("Long, with stairs or slopes")),
        ],
        coerce=int,
        widget=forms.RadioSelect,
        initial=Participant.Walk.USUAL,
    )
    languages = RowsField(SpokenLanguage.objects.all(), label=_("Languages spoken"), required=False)
    clearances = RowsField(Qualification.objects.none(), label=_("Clearances"), required=False)
    knows = forms.BooleanField(
        label=_("This person knows that I sign them up, and is 18 or over on the night"),
        error_messages={"required": _("Tell them first: nobody takes part without knowing.")},
    )

    def __init__(self, *args: Any, partner: Partner, person: NamedPerson | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partner = partner
        where = _("%(place)s, or where you say") if partner.headquarters else _("Wherever they are useful")
        offer_headquarters(
            self, partner.edition, none=where % {"place": partner.headquarters} if partner.headquarters else where
        )
        for name, rows in (("languages", SpokenLanguage.objects.all()), ("clearances", partner.qualifications.all())):
            cast("RowsField", self.fields[name]).queryset = rows.order_by("name")
        if not partner.qualifications.exists():
            del self.fields["clearances"]
        sectors = partner.sectors.in_order()
        cast("forms.ModelChoiceField[Sector]", self.fields["sector"]).queryset = sectors
        if not sectors.exists():
            del self.fields["sector"]
        if person:
            del self.fields["knows"]
            shown = ("first_name", "last_name", "email", "phone", "leader", "headquarters", "sector", "max_walk")
            self.initial.update({name: getattr(person, name) for name in shown})
            self.initial.update({name: getattr(person, name).all() for name in ("languages", "clearances")})

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def said(self) -> Named:
        """What was sent, once it is valid. Whoever is in a team goes where that team meets."""
        asked = self.cleaned_data
        sector, headquarters = asked.get("sector"), asked["headquarters"]
        where = sector.headquarters_id if sector else headquarters.pk if headquarters else self.partner.headquarters_id
        return Named(
            email=asked["email"],
            first_name=asked["first_name"],
            last_name=asked["last_name"],
            phone=str(asked["phone"] or ""),
            leader=asked["leader"],
            max_walk=asked["max_walk"],
            languages=tuple(sorted(one.pk for one in asked["languages"])),
            clearances=tuple(sorted(one.pk for one in asked.get("clearances") or ())),
            headquarters=where,
            sector=sector.pk if sector else None,
        )


def offer_headquarters(form: forms.BaseForm, edition: Edition, *, none: Any) -> None:
    """Those of the edition, in the order of the districts, and the words for none of them."""
    field = cast("forms.ModelChoiceField[Headquarters]", form.fields["headquarters"])
    rows = edition.headquarters.select_related("district").defer("district__boundary").order_by("district__code")
    field.queryset, field.empty_label = rows, none


class UploadForm(forms.Form):
    """A list of the organisation's people."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("XLSX, ODS or CSV; at most 20 MB and 1,000 people."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.ods"}),
        allow_empty_file=True,
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MAX_FILE_BYTES:
            raise forms.ValidationError(_("This file is larger than 20 MB. Split it."))
        return upload
