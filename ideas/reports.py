"""How calls and ideas are put before readers: the phases that run, the dates, who proposed what."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from ideas.models import Call, Comment, Idea, Phase, Step, Support
from volunteers.models import Volunteer

Kind = Phase.Kind
ORDER = (Kind.CALL, Kind.VOTE, Kind.NOTE, Kind.WORK, Kind.SORTING)  # what one can take part in comes first
ANNOUNCED, PAUSED, OVER, DRAFT = "announced", "paused", "over", "draft"
SENTENCE = re.compile(r"(?<=[.!?…])\s+")
LONGEST_SENTENCE = 220


def standing(call: Call, now: dt.datetime | None = None) -> list[str]:
    """Where the call stands: the phases that run, or the one word for none (draft, announced, paused, over)."""
    now = now or timezone.now()
    if call.state == Call.State.DRAFT:
        return [DRAFT]
    if running := [kind.value for kind in ORDER if call.is_in(kind, now)]:
        return running
    return [OVER if call.is_over(now) else ANNOUNCED if call.is_announced(now) else PAUSED]


def steps_of(call: Call, now: dt.datetime | None = None) -> list[dict[str, Any]]:
    """The call's phases for components/timeline.html."""
    now = now or timezone.now()
    return [
        {
            "title": phase.get_kind_display().capitalize(),
            "date": phase.starts_at,
            "until": phase.last_moment,
            "state": "now" if phase.runs(now) else "done" if phase.ends_at <= now else "next",
        }
        for phase in call.phases.all()
    ]


def author_of(idea: Idea) -> str:
    """Who proposed it, as everybody reads it: the association, or a first name and a district."""
    if idea.association:
        return idea.association.name
    if idea.author is None:
        return str(_("Somebody who has left"))
    name = idea.author.user.first_name or str(_("A volunteer"))
    return f"{name}, {idea.district.name}" if idea.district else name


def maker_of(step: Step) -> str:
    """Who made this step of the story: the organisers by first name and network, else the idea's author."""
    if not step.by_organisers:
        return author_of(step.idea)
    network = step.idea.call.network.name if step.idea.call.network else str(_("the city"))
    name = step.by.first_name if step.by else ""
    return f"{name}, {network}" if name else network


def first_sentence(text: str) -> str:
    """The beginning of an answer, for lists: its first sentence, cut between words when that is long."""
    sentence = SENTENCE.split(" ".join(text.split()), maxsplit=1)[0]
    if len(sentence) <= LONGEST_SENTENCE:
        return sentence
    return sentence[:LONGEST_SENTENCE].rsplit(" ", 1)[0] + " …"


def speaker_of(comment: Comment) -> str:
    """Who says so: the organisers by first name and network, or a first name."""
    name = comment.author.user.first_name if comment.author else ""
    if not comment.by_organisers:
        return (name or str(_("A volunteer"))) if comment.author else str(_("Somebody who has left"))
    network = comment.idea.call.network.name if comment.idea.call.network else str(_("the city"))
    return f"{name}, {network}" if name else network


def is_supported(idea: Idea, volunteer: Volunteer) -> bool:
    """Does this person support the idea, or one that was merged into it?"""
    return Support.objects.filter(Q(idea=idea) | Q(idea__head=idea), volunteer=volunteer).exists()
