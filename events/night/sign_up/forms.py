"""What somebody who signs up for a Night wishes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events.models import Slot
from events.night.models import Edition, Participant
from events.night.sign_up import briefing
from events.night.sign_up.placing import Place, Wishes, ways
from events.occasions import next_of
from volunteers.forms import AgreementForm, RowsField
from volunteers.models import SpokenLanguage

RANKS = ("first", "second", "third")
MEMBER, LEAD = "member", "lead"


class NightCharterField(forms.BooleanField):
    """The box of the edition's own charter; components/field.html shows where to read it."""

    read_url = ""


class WishesForm(AgreementForm):
    """Everything has a sensible answer beforehand: whoever agrees with it sends it as it is.

    ``needed``: what the person has never agreed to (AgreementForm). What we know by ourselves is not asked.
    """

    role = forms.ChoiceField(
        label=_("In your team, you would be"),
        choices=[
            (MEMBER, _("A member of the team")),
            (LEAD, _("Willing to lead it: you keep the route and the time. You are briefed for it, and never alone.")),
        ],
        widget=forms.RadioSelect,
    )
    first = forms.ChoiceField(label=_("First choice"), required=False)
    second = forms.ChoiceField(label=_("Second choice"), required=False)
    third = forms.ChoiceField(label=_("Third choice"), required=False)
    reach = forms.ChoiceField(
        label=_("If these are full, or teams are short elsewhere"),
        choices=Participant.Reach.choices,
        widget=forms.RadioSelect,
    )
    home = forms.ChoiceField(
        label=_("The headquarters nearest to your home"),
        required=False,
        help_text=_("So that we know what is near. Only the organisers see it."),
    )
    max_walk = forms.TypedChoiceField(
        label=_("How you walk"), choices=Participant.Walk.choices, coerce=int, widget=forms.RadioSelect
    )
    languages = RowsField(
        SpokenLanguage.objects.all(),
        label=_("Languages you speak"),
        required=False,
        help_text=_("Somebody met in the street may speak one of them."),
    )
    experienced = forms.BooleanField(label=_("I have taken part in a Night of Solidarity before"), required=False)
    briefing = forms.ChoiceField(
        label=_("Your briefing session"),
        required=False,
        help_text=_("Before the night, two hours to get ready. You can choose later."),
        widget=forms.RadioSelect,
    )
    night_charter = NightCharterField(
        label=_("I have read the charter of the Night and I agree with it"),
        error_messages={"required": _("To take part, you need to agree with the charter of the Night.")},
    )
    field_order = (
        "role", *RANKS, "reach", "home", "max_walk", "languages", "experienced", "briefing", "night_charter", "charter",
        "adult",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        edition: Edition,
        places: Sequence[Place],
        wishes: Wishes,
        briefings: Iterable[Slot] = (),
        asks_charter: bool = False,
        knows_experience: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.places = places
        self._offer_places(places)
        self._offer_briefings(list(briefings))
        cast("RowsField", self.fields["languages"]).queryset = SpokenLanguage.objects.order_by("name")
        if knows_experience:
            del self.fields["experienced"]
        if asks_charter:
            cast("NightCharterField", self.fields["night_charter"]).read_url = edition.charter_url
        else:
            del self.fields["night_charter"]
        answers: dict[str, Any] = {
            "role": LEAD if wishes.leader else MEMBER,
            "reach": wishes.reach,
            "home": wishes.home or "",
            "max_walk": wishes.max_walk,
            "languages": wishes.languages,
            "experienced": wishes.experienced,
            **dict(zip(RANKS, wishes.choices, strict=False)),
        }
        self.initial.update(answers)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen: set[str] = set()
        for name in RANKS:
            value = cleaned.get(name)
            if value and value in chosen:
                self.add_error(name, _("Each headquarters once: choose another one, or none."))
            chosen.add(value or "")
        if not self.errors and not ways(self.wishes(), self.places):
            self.add_error("first", _("Choose a headquarters, or say that you go anywhere you are useful."))
        return cleaned

    @cached_property
    def spoken(self) -> str:
        """The languages ticked, in words; "" when none is."""
        keys = {str(key) for key in self["languages"].value() or ()}
        return ", ".join(row.name for row in SpokenLanguage.objects.order_by("name") if str(row.pk) in keys)

    def wishes(self) -> Wishes:
        """What was sent, once it is valid."""
        cleaned = self.cleaned_data
        return Wishes(
            choices=tuple(int(cleaned[name]) for name in RANKS if cleaned.get(name)),
            home=int(cleaned["home"]) if cleaned.get("home") else None,
            reach=cleaned["reach"],
            leader=cleaned["role"] == LEAD,
            experienced=cleaned.get("experienced", False),
            max_walk=cleaned["max_walk"],
            languages=tuple(language.pk for language in cleaned["languages"]),
        )

    def _offer_places(self, places: Sequence[Place]) -> None:
        with_seats = [(place.key, f"{place.headquarters} · {seats_in_words(place)}") for place in places]
        for name in RANKS:
            none = _("No matter where") if name == "first" else _("None")
            cast("forms.ChoiceField", self.fields[name]).choices = [("", none), *with_seats]
        plain = [(place.key, str(place.headquarters)) for place in places]
        cast("forms.ChoiceField", self.fields["home"]).choices = [("", _("The first one that I choose")), *plain]

    def _offer_briefings(self, briefings: list[Slot]) -> None:
        if briefings:
            rows = [(slot.pk, briefing_in_words(slot)) for slot in briefings]
            cast("forms.ChoiceField", self.fields["briefing"]).choices = [("", _("I choose later")), *rows]
        else:
            del self.fields["briefing"]


class WayForm(forms.Form):
    """The first choice is full: a place elsewhere, or the waiting list. Asked only then."""

    way = forms.ChoiceField(
        label=_("What would you rather do?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )

    def __init__(self, *args: Any, full: Place, free: Sequence[Place], **options: Any) -> None:
        super().__init__(*args, **options)
        self.places = {f"seat-{place.key}": place for place in free[:3]} | {f"wait-{full.key}": full}
        rank = full.waiting + 1
        cast("forms.ChoiceField", self.fields["way"]).choices = [
            *(
                (key, _("A place now: %(place)s") % {"place": f"{place.headquarters} ({seats_in_words(place)})"})
                for key, place in self.places.items()
                if place != full
            ),
            (
                f"wait-{full.key}",
                _("Wait for %(place)s: you would be number %(rank)d") % {"place": full.headquarters, "rank": rank},
            ),
        ]

    @property
    def chosen(self) -> Place:
        """Once it is valid."""
        return self.places[self.cleaned_data["way"]]


class SessionsField(RowsField):
    """Dates, each with its title, time and place."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.title} · {briefing_in_words(obj)}"


class BriefingsForm(forms.Form):
    """Which dates are an edition's briefing sessions; ``sent`` says that none ticked means none."""

    slots = SessionsField(Slot.objects.none(), label=_("Sessions to choose from"), required=False)
    sent = forms.CharField(widget=forms.HiddenInput, initial="1")

    def __init__(self, *args: Any, edition: Edition, **options: Any) -> None:
        super().__init__(*args, **options)
        field = cast("SessionsField", self.fields["slots"])
        field.queryset = briefing.choosable(edition).select_related("venue", "room")
        self.initial["slots"] = list(edition.briefings.values_list("slot", flat=True))


def seats_in_words(place: Place) -> str:
    """ "12 places left", "full, nobody waits", "full, 3 people wait"."""
    if place.left:
        return ngettext("%(count)d place left", "%(count)d places left", place.left) % {"count": place.left}
    if not place.waiting:
        return str(_("full, nobody waits yet"))
    return ngettext("full, %(count)d person waits", "full, %(count)d people wait", place.waiting) % {
        "count": place.waiting
    }


def briefing_in_words(slot: Slot) -> str:
    """ "Monday 11 January at 18:30, Mairie du 18e: 12 places left"."""
    starts_at = timezone.localtime(next_of(slot).starts_at)
    where = slot.venue or _("online")
    left = (
        ngettext("%(count)d place left", "%(count)d places left", slot.seats_left) % {"count": slot.seats_left}
        if slot.seats_left
        else _("full: waiting list")
    )
    return _("%(day)s at %(time)s, %(where)s (%(left)s)") % {
        "day": date_format(starts_at, "l j F"),
        "time": date_format(starts_at, "TIME_FORMAT"),
        "where": where,
        "left": left,
    }
