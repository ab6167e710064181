"""What a volunteer says about themselves."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from volunteers.models import Volunteer

ABOUT_ACCOUNT = ("first_name", "last_name", "language")
ABOUT_VOLUNTEER = ("phone", "mobility", "availability")
CHOICES = ("districts", "interests", "languages")


def describe(volunteer: Volunteer, *, answers: dict[str, Any]) -> Volunteer:
    """Replaces the profile by these answers: all of it or nothing. Sends nothing.

    ``answers`` holds the fields of ABOUT_ACCOUNT, ABOUT_VOLUNTEER and CHOICES (lists of rows); what is absent stays.
    """
    with transaction.atomic():
        for row, names in ((volunteer.user, ABOUT_ACCOUNT), (volunteer, ABOUT_VOLUNTEER)):
            given = [name for name in names if name in answers]
            for name in given:
                setattr(row, name, answers[name])
            row.save(update_fields=given)
        for name in CHOICES:
            if name in answers:
                getattr(volunteer, name).set(answers[name])
    return volunteer
