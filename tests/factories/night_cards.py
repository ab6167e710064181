"""A Night whose people were told their teams."""

from events.night.board import moving
from events.night.cards import publishing, telling
from events.night.models import Card, Edition
from mail.models import Message
from tests.factories.night_board import board_night, person
from tests.factories.volunteers import UserFactory


def publish(night, **facts):
    """Publishes the teams as they are, and tells everybody."""
    facts = {
        "answers_by": publishing.usual_answers_by(night),
        "seen": moving.number_of(night),
        "by": UserFactory(),
    } | facts
    publishing.publish(night, **facts)
    telling.tell_due()
    night.refresh_from_db()
    return night


def published_night(**facts):
    """The board's night (``board_night``), published; nothing is left in the outbox."""
    night = publish(board_night(**facts))
    Message.objects.all().delete()
    return night


def card(name):
    """Of the person of that first name, as it is now."""
    related = ("participant__edition", "participant__volunteer__user", "headquarters__slot", "sector")
    return Card.objects.select_related(*related).get(participant=person(name))


def told():
    """First names of those who have a message about their card, with what it tells."""
    rows = Message.objects.filter(kind="night/card").select_related("user").order_by("user__first_name", "pk")
    return [(row.user.first_name, row.context["news"]) for row in rows]


def move(name, to, **facts):
    """``to``: the code of a sector, or that of a district for its reserve."""
    who = person(name)
    edition = Edition.objects.get(pk=who.edition_id)
    place = edition.sectors.filter(code=to).first() or edition.headquarters.get(district__code=to)
    return moving.move(who, to=place, seen=None, **{"by": UserFactory()} | facts)
