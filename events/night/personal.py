"""A person leaves, or asks what is kept: what they wished for each Night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.night.cards import leaving
from events.night.models import Asked, Card, NamedPerson, Participant, Partner, Vacancy
from events.night.papers import making
from events.night.people import listing_people
from events.night.sign_up import befriending
from volunteers.exporting import Row, Section
from volunteers.models import User
from volunteers.retention import Rule

KEPT_DAYS = dt.timedelta(days=90)


def let_go(user: User) -> None:
    """Deletes what they wished, what others said of them, their place among friends and in the roster, and the papers
    that name them. The agenda gives their seat back. Harmless twice."""
    NamedPerson.objects.filter(_named(user)).delete()
    making.let_go(user)
    listing_people.let_go(user)
    for participant in Participant.objects.filter(volunteer__user=user):
        befriending.drop_out(participant)
        with transaction.atomic():
            Participant.objects.select_for_update().filter(pk=participant.pk).first()  # before the board, as all do
            leaving.leave(participant, reason=Vacancy.Reason.GONE)
            participant.delete()


def _named(user: User) -> Q:
    return Q(participant__volunteer__user=user) | Q(email=user.email)


def forget_named(now: dt.datetime | None = None) -> int:
    """Deletes what was said of people, 90 days after their night, and whom we wrote to for it; the people's part stays.
    Returns how many. Safe to run twice."""
    before = (now or timezone.now()) - KEPT_DAYS
    old = Partner.objects.filter(edition__ends_at__lt=before).exclude(contact_email="")
    old.update(contact_name="", contact_email="", link_expires_at=None)
    return NamedPerson.objects.filter(edition__ends_at__lt=before).delete()[1].get("night.NamedPerson", 0)


def _by_others(user: User) -> Iterable[Row]:
    rows = NamedPerson.objects.filter(_named(user)).select_related("edition", "partner", "headquarters__district")
    for row in rows.select_related("sector", "sent").order_by("created_at").prefetch_related("languages", "clearances"):
        yield {
            "night": row.edition.name,
            "by": row.partner.name if row.partner else "",
            "first_name": row.first_name,
            "last_name": row.last_name,
            "email": row.email,
            "phone": str(row.phone or ""),
            "leader": row.leader,
            "max_walk": row.get_max_walk_display(),
            "languages": ", ".join(str(language) for language in row.languages.all()),
            "clearances": ", ".join(str(clearance) for clearance in row.clearances.all()),
            "headquarters": str(row.headquarters) if row.headquarters else "",
            "sector": row.sector.code if row.sector else "",
            "file": f"{row.sent.name} · {row.row}" if row.sent else "",
            "origins": ", ".join(f"{name}: {at}" for name, at in row.origins.items()),
            "named_at": row.created_at,
            "objected_at": row.objected_at,
        }


def _nights(user: User) -> Iterable[Row]:
    rows = Participant.objects.filter(volunteer__user=user).select_related("edition", "home__district")
    for row in rows.order_by("signed_up_at").prefetch_related("choices__headquarters__district", "languages"):
        yield {
            "night": row.edition.name,
            "starts_at": row.edition.starts_at,
            "state": row.get_state_display(),
            "kind": row.get_kind_display(),
            "leader": row.leader,
            "choices": ", ".join(str(choice.headquarters) for choice in row.choices.all()),
            "reach": row.get_reach_display(),
            "home": str(row.home) if row.home else "",
            "max_walk": row.get_max_walk_display(),
            "languages": ", ".join(str(language) for language in row.languages.all()),
            "experienced": row.experienced,
            "with_friends": row.group_id is not None,
            "charter_version": row.charter_version,
            "charter_signed_at": row.charter_signed_at,
            "signed_up_at": row.signed_up_at,
            "withdrawn_at": row.withdrawn_at,
        }


NIGHTS = Section(
    "nights",
    _("Your Nights"),
    {
        "night": _("Night"),
        "starts_at": _("starts at"),
        "state": _("state"),
        "kind": _("kind"),
        "leader": _("willing to lead"),
        "choices": _("headquarters chosen"),
        "reach": _("how far"),
        "home": _("headquarters nearest to home"),
        "max_walk": _("walking"),
        "languages": _("languages spoken"),
        "experienced": _("has done a Night before"),
        "with_friends": _("with friends"),
        "charter_version": _("version of the charter"),
        "charter_signed_at": _("charter signed at"),
        "signed_up_at": _("signed up at"),
        "withdrawn_at": _("withdrawn at"),
    },
    _nights,
)
NAMED = Section(
    "nights_named",
    _("What organisations or organisers said of you for a Night"),
    {
        "night": _("Night"),
        "by": _("by whom (empty: the organisers)"),
        "first_name": _("first name"),
        "last_name": _("last name"),
        "email": _("e-mail address"),
        "phone": _("telephone"),
        "leader": _("may lead a team"),
        "max_walk": _("walking"),
        "languages": _("languages spoken"),
        "clearances": _("clearances"),
        "headquarters": _("headquarters"),
        "sector": _("sector"),
        "file": _("file and row that say so"),
        "origins": _("taken from another row of the file (0: from what was known)"),
        "named_at": _("named at"),
        "objected_at": _("objected at"),
    },
    _by_others,
)


def _cards(user: User) -> Iterable[Row]:
    rows = Card.objects.told().filter(participant__volunteer__user=user).order_by("participant__edition__starts_at")
    for row in rows.select_related("participant__edition", "headquarters__district", "sector"):
        yield {
            "night": row.participant.edition.name,
            "headquarters": str(row.headquarters),
            "team": row.sector.code if row.sector else "",
            "leads": row.leads,
            "told_at": row.told_at,
            "answer": row.get_answer_display(),
            "answered_at": row.answered_at,
            "answer_by": row.answer_by,
            "reminded_at": row.reminded_at,
            "lapsed_at": row.lapsed_at,
        }


CARDS = Section(
    "night_cards",
    _("What you were told of your team, and what you answered"),
    {
        "night": _("Night"),
        "headquarters": _("headquarters"),
        "team": _("team"),
        "leads": _("leads the team"),
        "told_at": _("told at"),
        "answer": _("answer"),
        "answered_at": _("answered at"),
        "answer_by": _("answer expected by"),
        "reminded_at": _("reminded at"),
        "lapsed_at": _("place given on at"),
    },
    _cards,
)
KEPT_CARDS = Rule(
    "night_card",
    _("Which team of a Night you were told of, and whether you said that you come"),
    _("To send you where you are needed, and to find somebody when you cannot come"),
    _("Until you delete your account"),
    "",
)
KEPT = Rule(
    "night_participant",
    _("What you wished for each Night: places, walking, languages, leading, friends"),
    _("To compose the teams, and to know who has done a Night before"),
    _("Until you delete your account"),
    "",
)
KEPT_ROSTERS = Rule(
    "night_roster",
    _("Teams composed for a Night: numbers instead of names"),
    _("To compare them and to choose one"),
    _("The one chosen, for good; the others, 90 days after the night"),
    "events.night.tasks.forget",
)
KEPT_LISTS = Rule(
    "night_peoplelist",
    _("Lists of people sent in for a Night, while nobody has decided on them"),
    _("To look at a list before anybody is signed up; who sent it when is kept, without what it held"),
    _("30 days, or until one of these people deletes their account"),
    "events.night.tasks.forget",
)
KEPT_BOARD = Rule(
    "night_boardchange",
    _("What organisers changed by hand in the teams of a Night: numbers instead of names, who changed it and when"),
    _("To take a change back, and to see what others changed"),
    _("Until 90 days after the night"),
    "events.night.tasks.forget",
)
KEPT_NAMED = Rule(
    "night_namedperson",
    _("What an organisation or a list of the organisers said of you for a Night, and who is its contact"),
    _("To compose the teams with its people, and to note who said no"),
    _("90 days after the night, or until you delete your account"),
    "events.night.tasks.forget",
)
KEPT_PAPERS = Rule(
    "VAR_DIR/private/papers",
    _("Papers printed for a Night: names, teams and languages"),
    _("To have them on the night, when telephones fail"),
    _("30 days after the night, or until one of these people deletes their account"),
    "events.night.tasks.forget",
)


def _asked(user: User) -> Iterable[Row]:
    rows = Asked.objects.filter(participant__volunteer__user=user).order_by("appeal__sent_at")
    for row in rows.select_related("appeal__headquarters__edition", "appeal__headquarters__district"):
        yield {
            "night": row.appeal.headquarters.edition.name,
            "headquarters": str(row.appeal.headquarters),
            "subject": row.appeal.subject,
            "asked_at": row.appeal.sent_at,
            "answer": row.get_answer_display(),
            "answered_at": row.answered_at,
        }


ASKED = Section(
    "night_asked",
    _("What you were asked before a Night, and what you answered"),
    {
        "night": _("Night"),
        "headquarters": _("headquarters"),
        "subject": _("subject"),
        "asked_at": _("asked at"),
        "answer": _("answer"),
        "answered_at": _("answered at"),
    },
    _asked,
)
KEPT_ASKED = Rule(
    "night_asked",
    _("What you were asked before a Night (to lead, to go elsewhere), and your answer"),
    _("To ask nobody too often, and to compose the teams"),
    _("90 days after the night, or until you delete your account"),
    "events.night.tasks.forget",
)
