"""Registrations as calendar entries (RFC 5545, and RFC 5546 for the ones that go by mail).

One registration is one entry for ever, or one for each meeting of its date: their UIDs never change, and SEQUENCE only
grows, with each change of the slot or of the registration. Nothing in an entry depends on the moment it is written, so
that what has not changed is the same to the byte.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from email.utils import parseaddr
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from icalendar import Calendar, Conference, Event, Timezone, vCalAddress, vDuration, vGeo, vText
from icalendar.enums import STATUS, TRANSP

from events import missed, occasions
from events.models import Registration, Slot
from events.occasions import Occasion

State = Registration.State

PRODUCT = "-//Maillage//Maillage//FR"
REFRESH = dt.timedelta(hours=1)
# The years whose rules of summer time can be told; a moment outside them is written in UTC.
ZONE_YEARS = range(1970, 2100)
STATUSES = {
    State.CONFIRMED: STATUS.CONFIRMED,
    State.PENDING: STATUS.TENTATIVE,
    State.WAITING: STATUS.TENTATIVE,
    State.CANCELLED: STATUS.CANCELLED,
    State.REFUSED: STATUS.CANCELLED,
}


class Invitation(NamedTuple):
    """A calendar object that goes with a message, and its METHOD."""

    method: str
    content: bytes


def invitations(registration: Registration) -> list[Invitation]:
    """REQUEST for what is coming, or CANCEL: one object for each entry, as RFC 5546 (3.2.2) wants.

    Of several meetings those over are left out; those taken out since the person registered, and those that they said
    they miss, are called off. Written in
    the active language; the volunteer must still be known.
    """
    now, events, found = timezone.now(), events_of(registration), []
    for event in events:
        if len(events) > 1 and event.end <= now:
            continue
        method = "CANCEL" if event.status == STATUS.CANCELLED else "REQUEST"
        if registration.volunteer is not None:
            user = registration.volunteer.user
            event.add("attendee", _attendee(user.email, user.get_full_name()))
        found.append(Invitation(method, _calendar([registration], [event], method).to_ical()))
    return found


def feed(registrations: Iterable[Registration], *, name: str, with_missed: bool = False) -> bytes:
    """A whole agenda to subscribe to, under this name, in the active language.

    Without the meetings that the person said they miss; in a file to take in once they are called off instead
    (``with_missed``), since what such a file leaves out stays in the calendar.
    """
    rows = list(registrations)
    missed.read(rows)
    events = [event for row in rows for event in events_of(row, with_missed=with_missed)]
    calendar = _calendar(rows, events, "PUBLISH")
    calendar.calendar_name = name  # NAME and X-WR-CALNAME
    calendar.add("x-wr-timezone", settings.TIME_ZONE)
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    return calendar.to_ical()


def events_of(registration: Registration, *, with_missed: bool = True) -> list[Event]:
    """The entries of one registration, in the active language: one, or one for each meeting, in order of time.

    The meetings are read with ``slot.meetings``. Those taken out since the person registered are called off, and so
    are those that they miss, unless these are left out.
    """
    slot = registration.slot
    meetings = list(slot.meetings.all())
    if not meetings:
        return [_event_of(registration, *occasions.of(slot))]
    known = [one for one in meetings if one.dropped_at is None or one.dropped_at >= registration.created_at]
    gone = {one.number for one in known if one.dropped_at} | (not_there := missed.numbers_of(registration))
    return [
        _event_of(registration, occasions.occasion(one, slot), is_off=one.number in gone)
        for one in known
        if with_missed or one.number not in not_there
    ]


def _event_of(registration: Registration, one: Occasion, *, is_off: bool = False) -> Event:
    """The entry of one occasion; times in the city's zone (``_moment``). The first meeting's UID is what the date's was
    before it had several."""
    slot = registration.slot
    changed_at = max(registration.updated_at, slot.updated_at).replace(microsecond=0)
    status = STATUS.CANCELLED if is_off else STATUSES[State(registration.state)]
    number = "" if one.number == 1 else f"-{one.number}"
    event = Event.new(
        uid=f"{registration.uid}{number}@{urlsplit(settings.SITE_URL).hostname}",
        sequence=slot.sequence + slot.title_sequence + registration.sequence + registration.dates_sequence,
        stamp=changed_at,
        created=registration.created_at.replace(microsecond=0),
        last_modified=changed_at,
        start=_moment(one.starts_at),
        end=_moment(one.ends_at),
        status=status,
        # Whoever is not sure of a seat is still free at that time.
        transparency=TRANSP.OPAQUE if status == STATUS.CONFIRMED else TRANSP.TRANSPARENT,
        summary=_summary(registration),
        location=place_of(one),
        description=_description(registration, one),
        url=page_of(registration),
    )
    if one.venue and one.venue.latitude is not None and one.venue.longitude is not None:
        event.add("geo", vGeo((one.venue.latitude, one.venue.longitude)))
    if one.online_url and registration.state == State.CONFIRMED:
        event.conferences = [Conference(one.online_url, feature="VIDEO")]
    event.add("organizer", _organiser())
    return event


def page_of(registration: Registration) -> str:
    """The absolute address of the registration's page, in the active language."""
    return settings.SITE_URL + reverse("events:registration-detail", args=[registration.uid])


def place_of(slot: Slot | Occasion) -> str:
    """Room, venue and address on one line; "Online" where there is no venue."""
    if slot.venue is None:
        return gettext("Online")
    return ", ".join(
        part for part in (slot.room.name if slot.room else "", slot.venue.name, slot.venue.address) if part
    )


def _summary(registration: Registration) -> str:
    """The title, and what is not certain about it: many calendars show TENTATIVE like any other entry."""
    title = one_line(registration.slot.title)
    if registration.state == State.WAITING:
        return gettext("%(title)s (waiting list)") % {"title": title}
    if registration.state == State.PENDING:
        return gettext("%(title)s (to be confirmed)") % {"title": title}
    return title


def _description(registration: Registration, one: Occasion) -> str:
    slot = registration.slot
    lines = [slot.network.name if slot.network else ""]
    if one.venue and one.venue.access:
        lines.append(one.venue.access)
    if one.online_url and registration.state == State.CONFIRMED:
        lines.append(gettext("To join online: %(address)s") % {"address": one.online_url})
    lines.append(gettext("To change or cancel: %(address)s") % {"address": page_of(registration)})
    return "\n".join(line for line in lines if line)


def one_line(text: str) -> str:
    """Without line breaks or other control characters, which some calendars choke on even escaped."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _moment(moment: dt.datetime) -> dt.datetime:
    """In the city's zone; in UTC outside ZONE_YEARS, where the zone's own arithmetic may leave the calendar."""
    if moment.year not in ZONE_YEARS:
        return moment.astimezone(dt.UTC)
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE))


def _calendar(registrations: list[Registration], events: list[Event], method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    moments = [moment for row in registrations for moment in (row.slot.starts_at, row.slot.ends_at)]
    years = [moment.year for moment in moments if moment.year in ZONE_YEARS] or [2000]
    calendar.add_component(_time_zone(settings.TIME_ZONE, min(years) - 1, max(years) + 2))
    for event in events:
        calendar.add_component(event)
    return calendar


@lru_cache(maxsize=64)
def _time_zone(name: str, first_year: int, last_year: int) -> Timezone:
    """The rules of the zone for these years; clients trust them over what they know themselves."""
    first, last = dt.date(first_year, 1, 1), dt.date(last_year, 1, 1)
    zone = Timezone.from_tzinfo(ZoneInfo(name), name, first_date=first, last_date=last)
    for rule in zone.standard + zone.daylight:
        # icalendar 7.3 gives the first hour shown after a change forward, 03:00, and RFC 5545 (3.6.5) wants the one
        # that the clocks showed as it came, 02:00. To go once from_tzinfo does so.
        skipped = rule.TZOFFSETTO - rule.TZOFFSETFROM
        if skipped > dt.timedelta():
            rule.DTSTART -= skipped
            if rule.rdates:
                others = [moment - skipped for moment, *_ in rule.rdates]
                del rule["RDATE"]
                rule.add("rdate", others)
    return zone


def _organiser() -> vCalAddress:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return _address(address, name)


def _attendee(email: str, name: str) -> vCalAddress:
    attendee = _address(email, name)
    attendee.params["CUTYPE"] = vText("INDIVIDUAL")
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["RSVP"] = vText("FALSE")
    return attendee


def _address(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    if name:
        address.params["CN"] = vText(one_line(name).replace('"', "'"))
    return address
