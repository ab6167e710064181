"""The messages about cards, made at the moment they leave: with the card as it is then, or not at all."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from events import messages, occasions
from events.models import Registration
from events.night.cards import links, showing
from events.night.cards.comparing import News, standings
from events.night.models import Card, Edition, Participant, Sector
from mail import kinds
from mail.kinds import Letter


def compose_card(context: dict[str, Any]) -> Letter | None:
    """What is new to the person, and the whole card. None when a later version has been told since, and to whoever
    has withdrawn."""
    card = _card(context)
    if card is None or not card.participant.is_active:
        return None
    return _letter(card, {"news": context["news"]})


def compose_reminder(context: dict[str, Any]) -> Letter | None:
    """Asks once more whether the person comes. None once they have answered, or were told something else since."""
    card = _card(context)
    if card is None or card.answer or not card.sector_id or not showing.may_answer(card):
        return None
    return _letter(card, {"news": "reminder"})


def _card(context: dict[str, Any]) -> Card | None:
    rows = Card.objects.told().select_related(*links.RELATED)
    return rows.filter(pk=context["card"], version=context["version"]).first()


def _letter(card: Card, more: dict[str, Any]) -> Letter:
    registration = Registration.objects.filter(participant=card.participant_id).select_related(*messages.RELATED)
    row = registration.prefetch_related(occasions.WITH_MEETINGS).first()
    letter = showing.shown(card) | {
        "card_url": links.address_of(card),
        "mine_url": settings.SITE_URL + reverse("night-sign-up:mine", args=[card.participant.edition_id]),
    }
    calendar = messages.invitations(row) if row and row.is_active else ()
    return Letter(letter | more, calendar)


KINDS = (
    kinds.Kind("night/card", _("your team for the Night"), compose_card),
    kinds.Kind("night/card-reminder", _("do you come to the Night?"), compose_reminder),
)


def sample(edition: Edition, participant: int) -> dict[str, str] | None:
    """What that participant would be sent if teams were published now: subject and text, in the active language."""
    found = {one.participant: one.now for one in standings(edition, among=[participant])}.get(participant)
    person = Participant.objects.select_related("volunteer__user", "registration__slot", "edition__network").get(
        pk=participant
    )
    if found is None:
        return None
    places = edition.headquarters.select_related("district", "slot__venue__district", "slot__room", "slot__network")
    leader = Participant.objects.select_related("volunteer__user").filter(pk=found.leader or 0).first()
    card = Card(
        participant=person,
        headquarters=places.get(pk=found.headquarters),
        sector=Sector.objects.select_related("kind").filter(pk=found.sector or 0).first(),
        leads=found.leads,
        leader=leader,
        version=1,
    )
    context = showing.shown(card) | {"news": News.TEAM.value, "card_url": settings.SITE_URL + "/…", "language": ""}
    context["door_code"] = ""
    text = get_template("mail/night/card.txt").template.render(Context(context, autoescape=False))  # type: ignore[attr-defined]
    subject = get_template("mail/night/card.subject.txt").template.render(Context(context, autoescape=False))  # type: ignore[attr-defined]
    return {"subject": " ".join(subject.split()), "text": text.strip()}
