"""Forms of the back office about a slot: shape and messages; the verbs do the rest."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, cast

import django_filters
from django import forms
from django.core.validators import validate_email
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import kinds, scheduling
from events.freshness import FreshFormMixin
from events.models import Registration, Room, Slot, Venue
from events.models.slots import SlotQuerySet
from events.occasions import Occasion
from events.scheduling import ChangeRefused, Place
from volunteers import naming
from volunteers.lines import LineField, LinesField
from volunteers.models import Network, User
from volunteers.permissions import organised_networks

State = Registration.State


class MomentInput(forms.DateTimeInput):
    """The browser's own date and time; typed as 2026-12-31 18:30 where it has none."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class MomentField(forms.DateTimeField):
    """A moment on the city's clocks. Refuses the hour that they skip in spring, and the one they show twice."""

    widget = MomentInput

    def to_python(self, value: Any) -> dt.datetime | None:
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            if error.code != "ambiguous_timezone" or not error.params:
                raise
            raise _no_moment(error.params["datetime"]) from error


def _no_moment(shown: dt.datetime) -> forms.ValidationError:
    moment = timezone.make_aware(shown).astimezone(dt.UTC)
    if timezone.localtime(moment).replace(tzinfo=None) == shown:
        return forms.ValidationError(_("This hour comes twice that day: the clocks go back. Choose another one."))
    return forms.ValidationError(_("This hour does not exist that day: the clocks go forward."))


def _networks_of(request: HttpRequest | None) -> QuerySet[Network]:
    return organised_networks(request.user) if request else Network.objects.none()


class SlotFilter(django_filters.FilterSet):
    """The table of dates: by words, network, kind and state; those to come unless asked otherwise."""

    q = django_filters.CharFilter(
        label=_("Search"), method="search", widget=forms.TextInput(attrs={"type": "search", "data-search": True})
    )
    when = django_filters.ChoiceFilter(
        label=_("When"),
        choices=[("all", _("All dates")), ("past", _("Past dates"))],
        empty_label=_("Dates to come"),
        method="keep_all",
    )
    network = django_filters.ModelChoiceFilter(queryset=_networks_of, empty_label=_("All networks"))
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=kinds.choices, empty_label=_("All kinds"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=Slot.State.choices, empty_label=_("All states"))

    class Meta:
        model = Slot
        fields = ["q", "when", "network", "kind", "state"]

    def search(self, slots: SlotQuerySet, name: str, words: str) -> SlotQuerySet:
        for word in words.split()[:5]:
            slots = slots.filter(
                Q(title_fr__icontains=word) | Q(title_en__icontains=word) | Q(venue__name__icontains=word)
            )
        return slots

    def keep_all(self, slots: SlotQuerySet, name: str, when: str) -> SlotQuerySet:
        return slots  # filter_queryset does it, so that "to come" needs no choice made

    def filter_queryset(self, queryset: SlotQuerySet) -> SlotQuerySet:
        slots, now = super().filter_queryset(queryset), timezone.now()
        when = self.form.cleaned_data.get("when")
        if when == "past":
            return slots.filter(ends_at__lte=now).order_by("-starts_at", "-pk")
        return slots if when == "all" else slots.filter(ends_at__gt=now)


class PersonForm(forms.Form):
    """Somebody added by hand."""

    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )
    first_name = LineField(label=_("First name"), max_length=80, required=False)
    last_name = LineField(label=_("Last name"), max_length=80, required=False)


class AddedForm(PersonForm):
    """Somebody added to a date before it takes place. Where it asks for a qualification, the organiser answers for it.

    Asked of everybody alike: a form that spoke only of those who lack it would tell of any address what its owner
    holds.
    """

    vouched = forms.BooleanField()

    def __init__(self, *args: Any, asked: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asked:
            self.fields["vouched"].label = _("I add them even if they do not hold: %(names)s") % {
                "names": ", ".join(asked)
            }
        else:
            del self.fields["vouched"]


class WalkInForm(forms.Form):
    """Somebody at the door who wants no account. ``key`` is this opening of the page's."""

    first_name = LineField(
        label=_("First name"),
        max_length=80,
        error_messages={"required": _("Write a first name, so that you know whom you have counted.")},
    )
    key = forms.UUIDField()


class TimeAndPlaceForm(forms.Form):
    """When and where. ``capacity``: the seats that the room must hold, when the form does not ask for them."""

    starts_at = MomentField(label=_("Starts"))
    ends_at = MomentField(label=_("Ends"))
    venue = forms.ModelChoiceField(
        label=_("Venue"), queryset=Venue.objects.all(), required=False, empty_label=_("Online")
    )
    room = forms.ModelChoiceField(
        label=_("Room"),
        queryset=Room.objects.select_related("venue"),
        required=False,
        empty_label=_("No room in particular"),
    )
    online_url = forms.URLField(
        label=_("Online address"),
        required=False,
        assume_scheme="https",
        help_text=_("Shown to the people registered only."),
    )

    capacity_kept: int | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and starts_at <= timezone.now():
            self.add_error("starts_at", _("This date is in the past."))
        elif starts_at:
            try:
                scheduling.check_moment(starts_at)
            except ChangeRefused as refusal:
                self.add_error("starts_at", str(refusal))
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The end must come after the beginning."))
        elif starts_at and ends_at and ends_at - starts_at > dt.timedelta(days=7):
            self.add_error("ends_at", _("This is more than a week later: check the date."))
        venue, room = cleaned.get("venue"), cleaned.get("room")
        if room and venue and room.venue_id != venue.pk:
            self.add_error("room", _("This room is at another venue."))
        elif room and not venue:
            self.add_error("venue", _("Choose the room's venue."))
        if not venue and not {"venue", "online_url"} & self.errors.keys() and not cleaned.get("online_url"):
            self.add_error("online_url", _("Give a venue, or the address where to meet online."))
        capacity = cleaned.get("capacity", self.capacity_kept)
        if room and capacity:
            try:
                scheduling.check_room(room, capacity=capacity)
            except ChangeRefused as refusal:
                self.add_error("room", str(refusal))
        return cleaned

    def place(self) -> Place:
        return Place(self.cleaned_data["venue"], self.cleaned_data["room"], self.cleaned_data["online_url"])


class MoveForm(FreshFormMixin, TimeAndPlaceForm):
    """Another time or place for a slot."""

    watched = ["starts_at", "ends_at", "venue", "room", "online_url", "state"]

    is_done = False  # somebody, mostly the same double click, has just made the slot what is asked here

    def __init__(self, *args: Any, slot: Slot, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "starts_at": slot.starts_at,
            "ends_at": slot.ends_at,
            "venue": slot.venue_id,
            "room": slot.room_id,
            "online_url": slot.online_url,
        } | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.slot, self.capacity_kept = slot, slot.capacity
        self.watch(slot)

    def clean(self) -> dict[str, Any]:
        try:
            cleaned = super().clean()
        except forms.ValidationError as stale:
            cancelled = self.slot.state == Slot.State.CANCELLED
            if stale.code != "stale" or self.errors or cancelled or not self.slot_stays():
                raise
            self.is_done = True
            return self.cleaned_data
        if not self.errors and self.slot_stays():
            raise forms.ValidationError(_("Nothing changes: this is its time and place already."))
        return cleaned

    def slot_stays(self) -> bool:
        """Are time and place what they were? Seconds, which the form does not show, are no change."""
        shown = [moment.replace(second=0, microsecond=0) for moment in (self.slot.starts_at, self.slot.ends_at)]
        asked = [self.cleaned_data["starts_at"], self.cleaned_data["ends_at"]]
        return asked == shown and self.place() == Place.of(self.slot)

    def moved(self) -> list[Occasion]:
        """When and where people would meet."""
        place = self.place()
        times = self.cleaned_data["starts_at"], self.cleaned_data["ends_at"]
        return [Occasion(*times, place.venue, place.room, place.online_url)]


class InChargeField(forms.CharField):
    """People in charge, by the e-mail addresses of their accounts: a list of thousands is no choice."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}))
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(user.email for user in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[User]:
        emails = [line.strip().lower() for line in super().clean(value).replace(",", "\n").splitlines() if line.strip()]
        for email in emails:
            validate_email(email)
        found = {user.email: user for user in User.objects.filter(email__in=emails, is_active=True)}
        unknown = [email for email in emails if email not in found]
        if unknown:
            raise forms.ValidationError(
                _("Nobody has an account with this address yet: %(emails)s"), params={"emails": ", ".join(unknown)}
            )
        return list(found.values())


class SeatsForm(forms.Form):
    """Seats, and how one registers for them."""

    capacity = forms.IntegerField(label=_("Seats"), min_value=1, max_value=100_000)
    opens_at = MomentField(label=_("Registration opens"), required=False, help_text=_("Empty: at once."))
    closes_at = MomentField(label=_("Registration closes"), required=False, help_text=_("Empty: when it starts."))
    approval = forms.BooleanField(
        label=_("An organiser approves each registration"),
        required=False,
        help_text=_("The seat is held until you answer."),
    )
    in_charge = InChargeField(
        label=_("People in charge"),
        help_text=_("One e-mail address a line. They see who comes and mark attendance."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        opens_at, closes_at = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens_at and closes_at and closes_at <= opens_at:
            self.add_error("closes_at", _("Registration must close after it opens."))
        starts_at = cleaned.get("starts_at") or getattr(self, "slot_starts_at", None)
        for name in ("opens_at", "closes_at"):
            if starts_at and cleaned.get(name) and cleaned[name] > starts_at:
                self.add_error(name, _("This is after the beginning."))
            elif starts_at and cleaned.get(name) and starts_at - cleaned[name] > scheduling.FURTHEST:
                self.add_error(name, _("This is more than three years before the beginning: check the date."))
        return cleaned


class TermsForm(FreshFormMixin, SeatsForm):
    """What registering for an existing slot asks for."""

    watched = ["title_fr", "title_en", "capacity", "opens_at", "closes_at", "approval", "people_in_charge"]
    field_order = ["title_fr", "title_en"]

    title_fr = LineField(label=_("Title in French"), max_length=160, required=False, help_text=naming.ENOUGH)
    title_en = LineField(label=_("Title in English"), max_length=160, required=False)

    def __init__(self, *args: Any, slot: Slot, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "title_fr": slot.title_fr,  # type: ignore[attr-defined]
            "title_en": slot.title_en,  # type: ignore[attr-defined]
            "capacity": slot.capacity,
            "opens_at": slot.opens_at,
            "closes_at": slot.closes_at,
            "approval": slot.approval,
            "in_charge": list(slot.people_in_charge.order_by("email")),
        }
        super().__init__(*args, **kwargs)
        self.slot, self.slot_starts_at = slot, slot.starts_at
        self.watch(slot)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not {"title_fr", "title_en"} & self.errors.keys():
            naming.check_named(cleaned, "title")
        return cleaned

    def clean_capacity(self) -> int:
        capacity: int = self.cleaned_data["capacity"]
        try:
            scheduling.check_capacity(self.slot, capacity=capacity)
        except ChangeRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return capacity


class EndForm(forms.Form):
    """Why an organiser ends somebody's registration."""

    note = LinesField(
        label=_("Why, in a sentence"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The person reads it in the message."),
    )


class CallOffForm(forms.Form):
    reason = LinesField(
        label=_("Why, in a sentence"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Everybody registered reads it in the message."),
    )
    sure = forms.BooleanField(
        label=_("Yes, cancel this date for everybody. I know that it cannot be undone."),
        error_messages={"required": _("Tick this box, or leave the date as it is.")},
    )


class WordForm(forms.Form):
    """A message to the registered. ``key`` is new each time the form opens: the same one is sent once."""

    states = forms.MultipleChoiceField(
        label=_("To whom"),
        widget=forms.CheckboxSelectMultiple,
        choices=[
            (State.CONFIRMED, _("Those who come")),
            (State.PENDING, _("Those who have to confirm, or wait for an answer")),
            (State.WAITING, _("Those on the waiting list")),
            (State.CANCELLED, _("Those who cancelled")),
        ],
    )
    subject = LineField(label=_("Subject"), max_length=150)
    body = LinesField(
        label=_("Your message"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Plain text. Date, place and a link to their registration are added below it."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, chooses: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not chooses:
            del self.fields["states"]

    def clean(self) -> dict[str, Any]:
        """To those who come, where there is nothing to choose."""
        return {"states": [State.CONFIRMED]} | (super().clean() or {})

    def renew(self) -> None:
        """Shown again, what was typed is a message of its own."""
        typed = cast(QueryDict, self.data).copy()
        typed[self.add_prefix("key")] = str(uuid.uuid4())
        self.data = typed
