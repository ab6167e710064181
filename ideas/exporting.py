"""What calls and ideas know about a person, for them to keep."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from ideas.models import Choice, Comment, Idea, Report, Step, Support
from volunteers.exporting import Row, Section
from volunteers.models import User


def _ideas(user: User) -> Iterable[Row]:
    ideas = Idea.objects.filter(author__user=user).select_related("call", "association", "district")
    for idea in ideas.order_by("pk"):
        yield {
            "call": idea.call.title,
            "title": idea.title,
            "text": idea.text,
            "language": idea.get_language_display(),
            "for": idea.association.name if idea.association else "",
            "district": idea.district.name if idea.district else "",
            "place": idea.place,
            "picture": f"{settings.SITE_URL}{idea.picture.url}" if idea.picture else "",
            "state": idea.get_state_display(),
            "at": idea.proposed_at,
        }


def _supports(user: User) -> Iterable[Row]:
    for support in Support.objects.filter(volunteer__user=user).select_related("idea").order_by("pk"):
        yield {"title": support.idea.title, "at": support.given_at}


def _comments(user: User) -> Iterable[Row]:
    for comment in Comment.objects.filter(author__user=user).select_related("idea").order_by("pk"):
        yield {
            "title": comment.idea.title,
            "text": comment.text,
            "language": comment.get_language_display(),
            "at": comment.written_at,
        }


def _steps(user: User) -> Iterable[Row]:
    for step in Step.objects.filter(by=user).select_related("idea").order_by("at", "pk"):
        yield {"title": step.idea.title, "step": step.get_kind_display(), "text": step.reason, "at": step.at}


def _choices(user: User) -> Iterable[Row]:
    rows = Choice.objects.filter(ballot__volunteer__user=user).select_related("idea", "ballot__call")
    for choice in rows.order_by("pk"):
        yield {"call": choice.ballot.call.title, "title": choice.idea.title, "points": choice.points}


def _reports(user: User) -> Iterable[Row]:
    for report in Report.objects.filter(by=user).select_related("idea").order_by("pk"):
        yield {"title": report.idea.title, "text": report.reason, "at": report.reported_at}


WHEN, IDEA, LANGUAGE = _("when"), _("idea"), _("language")
SECTIONS = (
    Section(
        "ideas",
        _("Your ideas"),
        {
            "call": _("call"),
            "title": _("title"),
            "text": _("text"),
            "language": LANGUAGE,
            "for": _("proposed for"),
            "district": _("district"),
            "place": _("place"),
            "picture": _("picture"),
            "state": _("state"),
            "at": WHEN,
        },
        _ideas,
    ),
    Section("supports", _("Ideas that you support"), {"title": IDEA, "at": WHEN}, _supports),
    Section(
        "comments",
        _("What you said under ideas"),
        {"title": IDEA, "text": _("comment"), "language": LANGUAGE, "at": WHEN},
        _comments,
    ),
    Section(
        "steps",
        _("What you did with ideas"),
        {"title": IDEA, "step": _("step"), "text": _("reason"), "at": WHEN},
        _steps,
    ),
    Section(
        "ballots",
        _("Your ballot in a vote that runs"),
        {"call": _("call"), "title": IDEA, "points": _("points")},
        _choices,
    ),
    Section("reports", _("What you reported"), {"title": IDEA, "text": _("reason"), "at": WHEN}, _reports),
)
