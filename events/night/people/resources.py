"""What leaves the list of an edition's people as a table."""

from __future__ import annotations

from django.utils.translation import gettext as _
from import_export import fields, resources

from events.night.models import Participant
from events.night.people import shown

COLUMNS = (
    "last_name", "first_name", "email", "phone", "kind", "organisation", "headquarters", "team", "seat", "leader",
    "experienced", "max_walk", "languages", "choices", "reach", "with_friends", "state",
)  # fmt: skip


class PeopleResource(resources.ModelResource):
    """The people of an edition, for its organisers. Export only. Of somebody whom they do not know, what was said."""

    email = fields.Field(attribute="volunteer__user__email")
    kind = fields.Field(attribute="get_kind_display")
    max_walk = fields.Field(attribute="get_max_walk_display")
    reach = fields.Field(attribute="get_reach_display")
    state = fields.Field(attribute="get_state_display")
    first_name = fields.Field()
    last_name = fields.Field()
    phone = fields.Field()
    organisation = fields.Field()
    headquarters = fields.Field()
    team = fields.Field()
    seat = fields.Field()
    leader = fields.Field()
    experienced = fields.Field()
    languages = fields.Field()
    choices = fields.Field()
    with_friends = fields.Field()

    class Meta:
        model = Participant
        fields = export_order = COLUMNS

    def get_export_headers(self, *args: object, **kwargs: object) -> list[str]:
        return [
            _("Last name"),
            _("First name"),
            _("E-mail address"),
            _("Telephone"),
            _("Who"),
            _("Organisation"),
            _("Headquarters"),
            _("Team"),
            _("Seat"),
            _("May lead a team"),
            _("Has done a Night before"),
            _("Walking"),
            _("Languages"),
            _("Headquarters chosen"),
            _("How far"),
            _("With friends"),
            _("State"),
        ]

    def dehydrate_first_name(self, row: Participant) -> str:
        return self._name(row, "first_name")

    def dehydrate_last_name(self, row: Participant) -> str:
        return self._name(row, "last_name")

    @staticmethod
    def _name(row: Participant, part: str) -> str:
        known_as = row.registration.known_as if row.registration else None
        return str(known_as[part] if known_as else getattr(row.volunteer.user, part))

    def dehydrate_phone(self, row: Participant) -> str:
        return shown.phone_of(row)

    def dehydrate_organisation(self, row: Participant) -> str:
        return shown.by_whom(row)

    def dehydrate_headquarters(self, row: Participant) -> str:
        return str(shown.place_of(row) or "")

    def dehydrate_team(self, row: Participant) -> str:
        return shown.team_of(row)

    def dehydrate_seat(self, row: Participant) -> str:
        return _("waiting list") if shown.waits(row) else _("seat") if row.registration else ""

    def dehydrate_leader(self, row: Participant) -> str:
        return _("yes") if row.leader else _("no")

    def dehydrate_experienced(self, row: Participant) -> str:
        return _("yes") if row.experienced else _("no")

    def dehydrate_languages(self, row: Participant) -> str:
        return ", ".join(str(language) for language in row.languages.all())

    def dehydrate_choices(self, row: Participant) -> str:
        return ", ".join(str(choice.headquarters) for choice in row.choices.all())

    def dehydrate_with_friends(self, row: Participant) -> str:
        return _("yes") if row.group_id else _("no")
