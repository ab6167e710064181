"""The message of an appeal, made at the moment it leaves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from events.night.models import Asked
from events.night.readiness import appealing
from events.night.readiness.counting import LEADERS
from mail.kinds import Kind, Letter


def compose(context: dict[str, Any]) -> Letter | None:
    """Nothing to say to whoever has answered, has withdrawn, or is told their team by now."""
    rows = Asked.objects.select_related(
        "appeal__headquarters__edition", "appeal__headquarters__district", "participant__volunteer__user"
    )
    asked = rows.filter(pk=context["asked"], answer=Asked.Answer.NONE).first()
    if asked is None or not asked.participant.is_active or not appealing.decides(asked.appeal):
        return None
    headquarters = asked.appeal.headquarters
    return Letter(
        {
            "first_name": asked.participant.volunteer.user.first_name,
            "word_subject": asked.appeal.subject,
            "word_body": asked.appeal.body,
            "to_lead": asked.appeal.what == LEADERS,
            "place": str(headquarters.district),
            "night": headquarters.edition.name,
            "starts_at": headquarters.edition.starts_at,
            "answer_url": settings.SITE_URL + reverse("night:appeal", args=[appealing.token_of(asked)]),
            "mine_url": settings.SITE_URL + reverse("night-sign-up:mine", args=[headquarters.edition_id]),
        }
    )


KIND = Kind(appealing.KIND, _("a headquarters of a Night asks for help"), compose)
