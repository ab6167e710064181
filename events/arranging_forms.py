"""The form of a date's meetings: its place, and a line for each. Shape and messages; events.arranging does it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import arranging
from events.arranging import Planned
from events.freshness import FreshFormMixin
from events.models import Room, Slot, Venue
from events.organise_forms import MomentField
from events.scheduling import ChangeRefused, Place

BLANK = 2  # lines offered for more meetings


class PlaceForm(forms.Form):
    """A venue, perhaps a room of it, or an address online."""

    venue = forms.ModelChoiceField(label=_("Venue"), queryset=Venue.objects.all(), required=False)
    room = forms.ModelChoiceField(
        label=_("Room"),
        queryset=Room.objects.select_related("venue"),
        required=False,
        empty_label=_("No room in particular"),
    )
    online_url = forms.URLField(label=_("Online address"), required=False, assume_scheme="https")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        venue, room = cleaned.get("venue"), cleaned.get("room")
        if room and venue and room.venue_id != venue.pk:
            self.add_error("room", _("This room is at another venue."))
        elif room and not venue:
            self.add_error("venue", _("Choose the room's venue."))
        return cleaned

    def place(self) -> Place:
        return Place(self.cleaned_data["venue"], self.cleaned_data["room"], self.cleaned_data["online_url"])

    def offer(self, venues: list[tuple[Any, str]], rooms: list[tuple[Any, str]], *, no_venue: Any) -> None:
        """Shows these to choose from, read once for all the lines of a page."""
        self.fields["venue"].choices = [("", no_venue), *venues]  # type: ignore[attr-defined]
        self.fields["room"].choices = [("", _("No room in particular")), *rooms]  # type: ignore[attr-defined]


class MeetingForm(PlaceForm):
    """One meeting; an empty line is none. One that has begun is shown and stays."""

    field_order = ["number", "starts_at", "ends_at", "venue", "room", "online_url", "gone"]

    number = forms.IntegerField(widget=forms.HiddenInput, required=False)
    starts_at = MomentField(label=_("Starts"), required=False)
    ends_at = MomentField(label=_("Ends"), required=False)
    gone = forms.BooleanField(label=_("Take this meeting out"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        starts_at = self.initial.get("starts_at")
        self.has_begun = starts_at is not None and starts_at <= timezone.now()
        self.is_new = not self.initial
        if self.is_new:
            del self.fields["gone"]
        else:
            self.fields["starts_at"].required = self.fields["ends_at"].required = True
        if self.has_begun:
            for field in self.fields.values():
                field.disabled = True

    @property
    def is_elsewhere(self) -> bool:
        return any(self[name].value() for name in ("venue", "room", "online_url"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("gone") or self.has_begun:
            return cleaned
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        empty = not starts_at and not ends_at and not {"starts_at", "ends_at"} & self.errors.keys()
        if empty and self.is_new and not self.is_elsewhere:
            return cleaned
        for name, moment in (("starts_at", starts_at), ("ends_at", ends_at)):
            if not moment and name not in self.errors:
                self.add_error(name, _("Give the beginning and the end."))
        if starts_at and starts_at <= timezone.now():
            self.add_error("starts_at", _("This date is in the past."))
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The end must come after the beginning."))
        elif starts_at and ends_at and ends_at - starts_at > dt.timedelta(days=1):
            self.add_error("ends_at", _("This is more than a day later: make another meeting of it."))
        return cleaned

    def planned(self) -> Planned | None:
        """None for an empty line, and for a meeting that is taken out."""
        values = self.cleaned_data
        if values.get("gone") or not values.get("starts_at"):
            return None
        place = self.place()
        own = place if place != Place(None) else None
        return Planned(values.get("number"), values["starts_at"], values["ends_at"], own)


class ArrangeForm(FreshFormMixin, PlaceForm):
    """The slot's place and its meetings, each in its line (``lines``)."""

    watched = ["starts_at", "ends_at", "venue", "room", "online_url", "state"]

    is_done = False  # somebody, mostly the same double click, has just made all what is asked here

    def __init__(self, data: Any = None, *, slot: Slot, more: bool = False) -> None:
        super().__init__(data, initial={"venue": slot.venue_id, "room": slot.room_id, "online_url": slot.online_url})
        self.slot = slot
        self.now = arranging.arranged(slot)
        if more and data is not None:
            data = data.copy()
            data["line-TOTAL_FORMS"] = str(min(_count(data) + BLANK, arranging.MOST + BLANK))
            self.data = data
        self.venues = [(venue.pk, str(venue)) for venue in Venue.objects.all()]
        self.rooms = [(room.pk, str(room)) for room in Room.objects.select_related("venue")]
        self.offer(self.venues, self.rooms, no_venue=_("Online"))
        self.lines = self._lines(data)
        self.watch(slot, [[one.number, one.starts_at, one.ends_at, _keys(one.place)] for one in self.now])

    def _lines(self, data: Any) -> Any:
        extra = BLANK if data is None else 0
        formset = forms.formset_factory(
            MeetingForm, extra=extra, max_num=arranging.MOST + BLANK, absolute_max=2 * arranging.MOST
        )
        lines = formset(data, initial=[_initial(one) for one in self.now], prefix="line")
        for line in lines:
            line.offer(self.venues, self.rooms, no_venue=_("Where the others are"))
        return lines

    def clean(self) -> dict[str, Any]:
        try:
            cleaned = super().clean()
        except forms.ValidationError as stale:
            cancelled = self.slot.state == Slot.State.CANCELLED
            if stale.code != "stale" or self.errors or cancelled or not self.lines.is_valid() or not self.stays():
                self.data = _with_lines(self.data, self.now)
                self.lines = self._lines(self.data)
                raise
            self.is_done = True
            return self.cleaned_data
        nowhere = not cleaned.get("venue") and not cleaned.get("online_url")
        if nowhere and not {"venue", "online_url"} & self.errors.keys():
            self.add_error("online_url", _("Give a venue, or the address where to meet online."))
        if not self.lines.is_valid():
            raise forms.ValidationError(_("Look at the lines of the meetings: something is missing there."))
        if self.errors:
            return cleaned
        try:
            arranging.check_order(self.planned())
        except ChangeRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        if self.stays():
            raise forms.ValidationError(_("Nothing changes: these are its meetings already."))
        return cleaned

    def planned(self) -> list[Planned]:
        return [one for line in self.lines if (one := line.planned()) is not None]

    def stays(self) -> bool:
        """Is all as it was? Seconds, which the form does not show, are no change; nor is a number."""
        shown = {_to_the_minute(one) for one in self.now}
        planned, place = arranging.settled(self.planned(), self.place())
        return {replace(one, number=None) for one in planned} == shown and place == Place.of(self.slot)


def _initial(one: Planned) -> dict[str, Any]:
    place = one.place or Place(None)
    return {
        "number": one.number,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "venue": place.venue and place.venue.pk,
        "room": place.room and place.room.pk,
        "online_url": place.online_url,
    }


def _with_lines(data: Any, now: list[Planned]) -> Any:
    """What was sent, with a line for each meeting that there is now: as typed where it was there, as it is where
    somebody else has added it. The line of one that was taken out is gone, new ones come last."""
    typed = [
        {name: data.get(f"line-{index}-{name}", "") for name in MeetingForm.base_fields}
        for index in range(min(_count(data), 2 * arranging.MOST))
    ]
    by_number = {line["number"]: line for line in typed if line["number"]}
    lines = [by_number.get(str(one.number)) or _as_typed(one) for one in now]
    added = {line["starts_at"] for line in lines if line["number"] not in by_number}
    lines += [line for line in typed if not line["number"] and line["starts_at"] not in added]
    data = data.copy()
    for name in [name for name in data if name.startswith("line-")]:
        del data[name]
    data["line-TOTAL_FORMS"], data["line-INITIAL_FORMS"] = str(len(lines)), str(len(now))
    for index, line in enumerate(lines):
        data.update({f"line-{index}-{name}": value for name, value in line.items() if value})
    return data


def _as_typed(one: Planned) -> dict[str, str]:
    """A meeting as its line would send it back untouched."""
    initial = {name: "" if value is None else str(value) for name, value in _initial(one).items()}
    times = {"starts_at": one.starts_at, "ends_at": one.ends_at}
    return initial | {name: f"{timezone.localtime(at):%Y-%m-%dT%H:%M}" for name, at in times.items()}


def _keys(place: Place | None) -> list[Any]:
    return [place.venue and place.venue.pk, place.room and place.room.pk, place.online_url] if place else []


def _to_the_minute(one: Planned) -> Planned:
    starts_at, ends_at = (moment.replace(second=0, microsecond=0) for moment in (one.starts_at, one.ends_at))
    return Planned(None, starts_at, ends_at, one.place)


def _count(data: Any) -> int:
    text = data.get("line-TOTAL_FORMS", "")
    return int(text) if text.isdecimal() and len(text) < 4 else 0
