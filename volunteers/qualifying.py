"""What a volunteer is qualified for on a day: what they hold, what is missing, and a qualification granted."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from volunteers.models import Qualification, QualificationHeld, User, Volunteer


def valid_on(day: dt.date) -> Q:
    """Of ``QualificationHeld``: it counts from the day granted to the day that it expires on, both included."""
    return Q(granted_on__lte=day) & (Q(expires_on=None) | Q(expires_on__gte=day))


def is_valid(held: QualificationHeld, day: dt.date) -> bool:
    """The row's side of ``valid_on``."""
    return held.granted_on <= day and (held.expires_on is None or held.expires_on >= day)


def held_on(volunteer: Volunteer, day: dt.date) -> QuerySet[Qualification]:
    """The qualifications that the person holds on that day."""
    return Qualification.objects.filter(_held(volunteer, day))


def missing(volunteer: Volunteer, *, asked: Collection[int], on: dt.date) -> list[Qualification]:
    """Those of the qualifications asked (their keys) that the person does not hold on that day. One query."""
    return list(Qualification.objects.filter(~_held(volunteer, on), pk__in=asked))


def expiry(granted_on: dt.date, *, months: int | None) -> dt.date | None:
    """The last day of a qualification granted for so many months; None, for good, when there is no such number.

    It has the number of the day on which it was granted, or is the month's last where that has fewer days.
    """
    if months is None:
        return None
    year, month = divmod(granted_on.year * 12 + granted_on.month - 1 + months, 12)
    return dt.date(year, month + 1, min(granted_on.day, calendar.monthrange(year, month + 1)[1]))


def grant(
    volunteers: Iterable[Volunteer], qualification: Qualification, *, on: dt.date, months: int | None, by: User
) -> int:
    """Grants the qualification to each person from that day, for so many months or for good (None).

    Who holds it already keeps the longer of the two, and the day since when it holds without a break. Harmless twice.
    Returns how many people hold it from another day or until another than before. Sends nothing. Locks what these
    people hold of it.
    """
    until = expiry(on, months=months)
    with transaction.atomic():
        wanted = {volunteer.pk for volunteer in volunteers}
        rows = QualificationHeld.objects.select_for_update(no_key=True).order_by("pk")
        held = list(rows.filter(qualification=qualification, volunteer__in=wanted))
        new = wanted - {row.volunteer_id for row in held}
        QualificationHeld.objects.bulk_create(
            QualificationHeld(volunteer_id=pk, qualification=qualification, granted_on=on, expires_on=until)
            for pk in sorted(new)
        )
        changed = [row for row in held if _prolong(row, on, until)]
        QualificationHeld.objects.bulk_update(changed, ["granted_on", "expires_on"])
    return len(new) + len(changed)


Period = tuple[dt.date, dt.date | None]  # from a day until another, or for good


def joined(periods: Iterable[Period]) -> Period | None:
    """What somebody holds to whom a qualification was granted for these periods, one after the other; None for none."""
    row: QualificationHeld | None = None
    for since, until in periods:
        if row is None:
            row = QualificationHeld(granted_on=since, expires_on=until)
        else:
            _prolong(row, since, until)
    return (row.granted_on, row.expires_on) if row else None


def hold_instead(
    volunteer: Volunteer, qualification: Qualification, *, before: Iterable[Period], after: Iterable[Period]
) -> bool:
    """What the person holds by these grants becomes what they hold by those: nothing any more, when there are none.

    False, and nothing changes, when it is not what the grants of ``before`` make: somebody else has changed it. Sends
    nothing. Locks the row held.
    """
    with transaction.atomic():
        rows = QualificationHeld.objects.select_for_update(no_key=True)
        row = rows.filter(volunteer=volunteer, qualification=qualification).first()
        if (row and (row.granted_on, row.expires_on)) != joined(before):
            return False
        held = joined(after)
        if row and held:
            row.granted_on, row.expires_on = held
            row.save(update_fields=["granted_on", "expires_on"])
        elif row:
            row.delete()
        return True


def _prolong(row: QualificationHeld, granted_on: dt.date, expires_on: dt.date | None) -> bool:
    """Joins another grant to what is held, or keeps the later when a day lies between; says whether it changed."""
    before = (row.granted_on, row.expires_on)
    (since, until), (again_on, again_until) = sorted([before, (granted_on, expires_on)], key=lambda grant: grant[0])
    if until is not None and until + dt.timedelta(days=1) < again_on:
        since, until = again_on, again_until
    else:
        until = None if until is None or again_until is None else max(until, again_until)
    row.granted_on, row.expires_on = since, until
    return (since, until) != before


def _held(volunteer: Volunteer, day: dt.date) -> Exists:
    return Exists(QualificationHeld.objects.filter(valid_on(day), volunteer=volunteer.pk, qualification=OuterRef("pk")))
