"""What the mail with a session's questions says, made at the moment it leaves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from events import calendars
from mail.kinds import Letter
from trainings import evaluating
from trainings.evaluation_links import token_of
from trainings.models import Evaluation


def compose(context: dict[str, Any]) -> Letter | None:
    """Nothing to say to whoever is gone, was marked absent since, has answered, or comes too late to answer."""
    rows = evaluating.participants().select_related("volunteer__user", "slot__network", "slot__venue", "slot__room")
    row = rows.filter(pk=context["registration"]).first()
    if row is None or row.volunteer is None or evaluating.standing_of(row) != evaluating.Standing.OPEN:
        return None
    return Letter(
        {
            "first_name": row.volunteer.user.first_name,
            "slot": row.slot,
            "place": calendars.place_of(row.slot),
            "closes_on": Evaluation.objects.get(session__slot=row.slot_id).closes_on,
            "answer_url": settings.SITE_URL + reverse("trainings:evaluate", args=[token_of(row)]),
        }
    )
