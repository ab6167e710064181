"""The newest ideas and answers as an Atom feed: of every call, or of one. No person is named in it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ideas.models import Call, Idea, Step

MOST = 40
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True)
class News:
    """An idea that was proposed, or its answer."""

    title: str
    text: str
    idea: Idea
    at: dt.datetime
    key: str
    language: str


class _InItsTongue(Atom1Feed):
    """Each text says its language; the titles are in the feed's, around the idea's title as its author wrote it."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item | {"description": None})
        handler.addQuickElement("summary", item["description"], {"type": "html", "xml:lang": item["tongue"]})


class NewsFeed(Feed[Any, Any]):
    """Newest first, forty at most. In the language of its address, but for what people wrote in another one."""

    feed_type = _InItsTongue

    def get_object(self, request: HttpRequest, slug: str = "") -> Call | None:
        return get_object_or_404(Call.objects.published(), slug=slug) if slug else None

    def title(self, call: Call | None) -> str:
        return _("Ideas: %(question)s") % {"question": call.title} if call else _("Ideas and their answers")

    def link(self, call: Call | None) -> str:
        return reverse("ideas:call", args=[call.slug]) if call else reverse("ideas:board")

    def items(self, call: Call | None) -> list[News]:
        ideas = Idea.objects.filter(call__state=Call.State.PUBLISHED, hidden_at=None).select_related("association")
        steps = Step.objects.filter(idea__call__state=Call.State.PUBLISHED, kind=Step.Kind.ANSWERED)
        steps = steps.filter(idea__hidden_at=None).select_related("idea__association")
        if call:
            ideas, steps = ideas.filter(call=call), steps.filter(idea__call=call)
        news = [_proposed(idea) for idea in ideas.order_by("-proposed_at")[:MOST]]
        news += [_answered(step) for step in steps.order_by("-at")[:MOST]]
        return sorted(news, key=lambda one: one.at, reverse=True)[:MOST]

    def item_title(self, item: News) -> str:
        return item.title

    def item_description(self, item: News) -> str:
        """Without the characters that XML cannot hold."""
        return CONTROLS.sub("", item.text)

    def item_link(self, item: News) -> str:
        return reverse("ideas:idea", args=[item.idea.pk])

    def item_guid(self, item: News) -> str:
        """The same in every language, and for ever."""
        return item.key

    item_guid_is_permalink = False

    def item_author_name(self, item: News) -> str | None:
        return item.idea.association.name if item.idea.association else None

    def item_pubdate(self, item: News) -> dt.datetime:
        return item.at

    item_updateddate = item_pubdate

    def item_extra_kwargs(self, item: News) -> dict[str, Any]:
        return {"tongue": item.language}


def _proposed(idea: Idea) -> News:
    title = _("Idea: %(title)s") % {"title": idea.title}
    return News(title, idea.text, idea, idea.proposed_at, f"maillage:idea:{idea.pk}", idea.language)


def _answered(step: Step) -> News:
    decided = {
        Idea.State.ADOPTED: pgettext("idea", "Adopted"),
        Idea.State.DECLINED: pgettext("idea", "Declined"),
        Idea.State.OUT_OF_SCOPE: pgettext("idea", "Out of scope"),
    }
    words = decided.get(Idea.State(step.to_state), step.get_to_state_display())
    title = _("%(answer)s: %(title)s") % {"answer": words, "title": step.idea.title}
    return News(title, step.reason, step.idea, step.at, f"maillage:answer:{step.pk}", step.language)
