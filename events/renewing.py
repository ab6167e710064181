"""A new secret address for a calendar feed."""

from volunteers.models import Volunteer
from volunteers.models.accounts import new_calendar_token


def renew_feed(volunteer: Volunteer) -> None:
    """The old address stops working at once."""
    volunteer.calendar_token = new_calendar_token()
    volunteer.save(update_fields=["calendar_token"])
