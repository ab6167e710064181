"""What leaves the room as a table."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _
from import_export import fields, resources

from volunteers.models import Volunteer


class VolunteerResource(resources.ModelResource):
    """The people of an organiser's networks. Its columns are those that an import reads. Export only."""

    first_name = fields.Field(attribute="user__first_name")
    last_name = fields.Field(attribute="user__last_name")
    email = fields.Field(attribute="user__email")
    phone = fields.Field()
    districts = fields.Field()
    networks = fields.Field()
    joined_on = fields.Field()

    class Meta:
        model = Volunteer
        fields = export_order = ("first_name", "last_name", "email", "phone", "districts", "networks", "joined_on")

    def get_export_headers(self, *args: object, **kwargs: object) -> list[str]:
        return [
            _("First name"),
            _("Last name"),
            _("E-mail address"),
            _("Telephone"),
            _("Districts"),
            _("Networks"),
            _("Joined on"),
        ]

    def dehydrate_phone(self, row: Volunteer) -> str:
        """As people of the country write it: without the sign that a spreadsheet takes for a formula."""
        return row.phone.as_national if row.phone else ""

    def dehydrate_districts(self, row: Volunteer) -> str:
        return ", ".join(district.code for district in row.districts.all())

    def dehydrate_networks(self, row: Volunteer) -> str:
        return ", ".join(str(stay.network) for stay in row.my_stays)  # type: ignore[attr-defined]

    def dehydrate_joined_on(self, row: Volunteer) -> dt.date | None:
        """The day they joined the first of these networks."""
        days = [timezone.localtime(stay.joined_at).date() for stay in row.my_stays]  # type: ignore[attr-defined]
        return min(days, default=None)
