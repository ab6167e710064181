"""The times that people meet for a slot: one, or each of its meetings, with the place where that one is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, prefetch_related_objects
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Meeting, MeetingMark, Room, Slot, Venue
from events.models.meetings import MeetingQuerySet
from events.models.slots import SlotQuerySet

WITH_MEETINGS = Prefetch("slot__meetings", Meeting.objects.select_related("venue", "room"))  # of registrations
READ = "occasions_read"  # where the meetings that were read with a slot are kept


@dataclass(frozen=True)
class Occasion:
    """One time that people meet. ``number`` is the meeting's own; ``elsewhere``: not where the slot is."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    venue: Venue | None
    room: Room | None
    online_url: str
    number: int = 1
    elsewhere: bool = False

    @property
    def is_online(self) -> bool:
        return self.venue is None

    @property
    def is_future(self) -> bool:
        return self.starts_at > timezone.now()


def of(slot: Slot) -> list[Occasion]:
    """The slot's occasions in order of time. One query for a slot of several that ``read`` has not seen; else none."""
    if slot.dates == 1:
        return [Occasion(slot.starts_at, slot.ends_at, slot.venue, slot.room, slot.online_url)]
    if not hasattr(slot, READ):
        read([slot])
    return [occasion(meeting, slot) for meeting in getattr(slot, READ)]


def next_of(slot: Slot, now: dt.datetime | None = None, *, besides: Collection[int] = ()) -> Occasion:
    """The one that is on, or comes next; the last one once all are over.

    ``besides``: the numbers of those to which somebody does not come, passed over as long as another is to come.
    """
    now, times = now or timezone.now(), of(slot)
    left = [one for one in times if one.ends_at > now]
    return next((one for one in left if one.number not in besides), (left or times[-1:])[0])


def read(slots: Iterable[Slot]) -> None:
    """Reads the meetings of those slots that have several: one query, or none where no slot has."""
    several = [slot for slot in slots if slot.dates > 1]
    rows = Meeting.objects.held().select_related("venue__district", "room")
    if several:
        prefetch_related_objects(several, Prefetch("meetings", rows, to_attr=READ))


def occasion(meeting: Meeting, slot: Slot) -> Occasion:
    """The meeting where it is: its own place, or else the slot's."""
    place = meeting if meeting.is_elsewhere else slot
    return Occasion(
        meeting.starts_at,
        meeting.ends_at,
        place.venue,
        place.room,
        place.online_url,
        number=meeting.number,
        elsewhere=meeting.is_elsewhere,
    )


def minutes_of(slot: Slot) -> int:
    """How long people meet, all occasions together."""
    if slot.dates == 1:
        return round((slot.ends_at - slot.starts_at).total_seconds() / 60)
    return round(sum((one.ends_at - one.starts_at).total_seconds() for one in of(slot)) / 60)


def taking(occasions: Iterable[Occasion]) -> Q:
    """Whose time overlaps one of these, meeting by meeting, without those missed: a condition on registrations."""
    found = Q(pk__in=[])
    missed = MeetingMark.objects.said().filter(meeting=OuterRef("pk"), registration=OuterRef(OuterRef("pk")))
    for one in occasions:
        found |= Q(slot__dates=1, **_overlapping(one, "slot__"))
        found |= Q(Exists(_meetings("slot__").filter(~Exists(missed), **_overlapping(one))))
    return found


def clashing(occasions: Iterable[Occasion], *, besides: Slot) -> SlotQuerySet:
    """Slots not called off in the same room at the same time as one of these, or, when it is in none, in no room of its
    venue."""
    found = Q(pk__in=[])
    for one in occasions:
        if one.venue is None:
            continue
        found |= Q(**_at(one), **_overlapping(one), dates=1)
        own = Q(**_at(one))
        shared = Q(venue=None, online_url="") & Q(**_at(one, "slot__"))
        found |= Q(Exists(_meetings("").filter(own | shared, **_overlapping(one))))
    return Slot.objects.filter(found).exclude(pk=besides.pk).exclude(state=Slot.State.CANCELLED)


def span(dates: int, starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """How many times from which day to which, on the city's calendar: "3 dates, from 5 to 19 December"."""
    first, last = (timezone.localdate(moment) for moment in (starts_at, ends_at))
    count = ngettext("%(count)d date", "%(count)d dates", dates) % {"count": dates}
    if first == last:
        return _("%(dates)s on %(day)s") % {"dates": count, "day": date_format(first, "j F")}
    same_month, same_year = (first.year, first.month) == (last.year, last.month), first.year == last.year
    begins = date_format(first, "j" if same_month else "j F" if same_year else "j F Y")
    ends = date_format(last, "j F" if same_year else "j F Y")
    return _("%(dates)s, from %(first)s to %(last)s") % {"dates": count, "first": begins, "last": ends}


def _meetings(prefix: str) -> MeetingQuerySet:
    outer = OuterRef(prefix.removesuffix("__") or "pk")
    return Meeting.objects.held().filter(slot=outer, slot__dates__gt=1)


def _overlapping(one: Occasion, prefix: str = "") -> dict[str, dt.datetime]:
    return {f"{prefix}starts_at__lt": one.ends_at, f"{prefix}ends_at__gt": one.starts_at}


def _at(one: Occasion, prefix: str = "") -> dict[str, object]:
    return {f"{prefix}room": one.room} if one.room else {f"{prefix}venue": one.venue, f"{prefix}room": None}
