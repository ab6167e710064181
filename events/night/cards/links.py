"""The link to one's card, from a mail, without signing in."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from events.night.models import Card

SALT = "events.night.cards"


def token_of(card: Card) -> str:
    """Proves having received a mail about this card. It stays good for all versions to come: no mail leads nowhere."""
    return signing.dumps([card.pk], salt=SALT, compress=False)


def address_of(card: Card) -> str:
    """Absolute, in the active language."""
    return settings.SITE_URL + reverse("night-sign-up:card", args=[token_of(card)])


def card_of(token: str) -> Card | None:
    """The card that the link is about; None for a forged link, and when the person is gone."""
    try:
        (pk,) = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return Card.objects.told().select_related(*RELATED).filter(pk=pk).first()


RELATED = (
    "participant__volunteer__user",
    "participant__registration",
    "participant__edition__network",
    "headquarters__district",
    "headquarters__slot__venue__district",
    "headquarters__slot__room",
    "headquarters__slot__network",
    "sector__kind",
    "leader__volunteer__user",
)  # what a card shows
