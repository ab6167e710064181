"""What leaves the agenda as a table."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _
from import_export import fields, resources
from tablib import Dataset

from events import by_date, occasions
from events.models import MeetingMark, Registration, Slot


class RegistrationResource(resources.ModelResource):
    """The people registered for one slot, for its organisers. Export only."""

    first_name = fields.Field()
    last_name = fields.Field()
    email = fields.Field(attribute="volunteer__user__email")
    phone = fields.Field()
    state = fields.Field(attribute="get_state_display")
    rank = fields.Field()
    attendance = fields.Field()
    registered_at = fields.Field()

    class Meta:
        model = Registration
        fields = export_order = (
            "first_name",
            "last_name",
            "email",
            "phone",
            "state",
            "rank",
            "attendance",
            "registered_at",
        )

    def get_export_headers(self, *args: object, **kwargs: object) -> list[str]:
        return [
            _("First name"),
            _("Last name"),
            _("E-mail address"),
            _("Telephone"),
            _("State"),
            _("Rank"),
            _("Attendance"),
            _("Registered at"),
        ]

    def dehydrate_first_name(self, row: Registration) -> str:
        """Of whoever has left, that they have: their line still counts."""
        return self._name(row, "first_name") if row.volunteer else _("Account deleted")

    def dehydrate_last_name(self, row: Registration) -> str:
        return self._name(row, "last_name")

    @staticmethod
    def _name(row: Registration, part: str) -> str:
        if row.known_as is not None:
            return str(row.known_as[part])
        return getattr(row.volunteer.user, part) if row.volunteer else ""

    def dehydrate_phone(self, row: Registration) -> str:
        """As people of the country write it: without the sign that a spreadsheet takes for a formula.

        Not of somebody whom the organiser knows only by what they typed.
        """
        phone = row.volunteer.phone if row.volunteer and row.known_as is None else None
        return phone.as_national if phone else ""

    def dehydrate_attendance(self, row: Registration) -> str:
        return by_date.in_words(row, row.slot)

    def dehydrate_rank(self, row: Registration) -> int | str:
        return row.rank if row.state == Registration.State.WAITING else ""  # type: ignore[attr-defined]

    def dehydrate_registered_at(self, row: Registration) -> dt.datetime:
        """In the city's time, without zone: spreadsheets know none."""
        return timezone.localtime(row.created_at).replace(tzinfo=None, second=0, microsecond=0)


def add_dates(table: Dataset, slot: Slot, keys: list[int]) -> None:
    """Adds a column for each meeting of several to the table of the registrations of these keys. One query, or none."""
    if slot.dates == 1:
        return
    found = MeetingMark.objects.filter(registration__in=keys)
    marks = {(row.registration_id, row.meeting.number): row for row in found.select_related("meeting")}
    for one in occasions.of(slot):
        noted = [marks.get((key, one.number)) for key in keys]
        column = [str(mark.get_attendance_display()) if mark else "" for mark in noted]
        table.append_col(column, header=by_date.day_of(one))


def add_walk_ins(table: Dataset, slot: Slot) -> None:
    """Adds those who came without an account to the table of a slot's registrations: they were there, too."""
    present = str(Registration.Attendance.PRESENT.label)
    numbers = [one.number for one in occasions.of(slot)] if slot.dates > 1 else []
    for row in slot.walk_ins.select_related("meeting"):
        added_at = timezone.localtime(row.added_at).replace(tzinfo=None, second=0, microsecond=0)
        came_on = [present if row.meeting and row.meeting.number == number else "" for number in numbers]
        table.append([row.first_name, "", "", "", _("Without an account"), "", present, added_at, *came_on])
