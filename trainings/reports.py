"""What somebody has taken part in: dates, hours, qualifications, certificates."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone

from events import occasions
from events.models import Registration, Slot
from trainings.models import Certificate, Grant, in_hours
from volunteers.models import Volunteer


def minutes_of(slot: Slot) -> int:
    """How long a date lasts, as it was planned: all its meetings."""
    return occasions.minutes_of(slot)


@dataclass(frozen=True)
class Attended:
    """A session at which the person was to the end. ``certificate`` is the latest, revoked or not."""

    registration: Registration
    grant: Grant | None
    certificate: Certificate | None

    @property
    def minutes(self) -> int:
        return minutes_of(self.registration.slot)

    @property
    def hours(self) -> str:
        return in_hours(self.minutes)


def attended(volunteer: Volunteer) -> list[Attended]:
    """The sessions that are over at which the person was, the latest first. Two queries, and one where people met more
    than once."""
    rows = Registration.objects.filter(
        volunteer=volunteer,
        state=Registration.State.CONFIRMED,
        attendance=Registration.Attendance.PRESENT,
        slot__ends_at__lte=timezone.now(),
        slot__session__isnull=False,
    )
    rows = rows.select_related("slot__network", "slot__session__training", "grant__qualification")
    certificates = Prefetch("certificates", Certificate.objects.order_by("-pk"))
    found = list(rows.prefetch_related(certificates).order_by("-slot__starts_at", "-pk"))
    occasions.read(row.slot for row in found)
    return [Attended(row, getattr(row, "grant", None), next(iter(row.certificates.all()), None)) for row in found]


def total(rows: list[Attended]) -> str:
    """The hours of all of them, in words; "" for none."""
    return in_hours(sum(row.minutes for row in rows))
