"""The public pages of calls and ideas."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ideas import browsing, notes, reports, stories, voting
from ideas.models import Call, Idea
from volunteers import backoffice
from volunteers.models import Volunteer

PAST_PER_PAGE = 10
PER_PAGE = 20


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Every published call: those that go on, then the past ones."""
    calls = Call.objects.published().with_counts().select_related("network").prefetch_related("phases")
    over = Call.objects.over().values("pk")
    past = Paginator(calls.filter(pk__in=over), PAST_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": browsing.call_rows(calls.exclude(pk__in=over)),
        "past": browsing.call_rows(past),
        "page_obj": past,
    }
    return _shared(render(request, "ideas/board.html", context))


@require_safe
def call_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """A call, how it will be decided, and its ideas."""
    calls = Call.objects.visible_to(backoffice.acting_user(request)).with_counts()
    call = get_object_or_404(calls.select_related("network", "responsible").prefetch_related("phases"), slug=slug)
    ideas = call.ideas.heads().select_related("author__user", "association", "district")
    page = Paginator(ideas.order_by("-supporters", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "call": call,
        "standing": reports.standing(call),
        "steps": reports.steps_of(call),
        "result": voting.result(call),
        "note": notes.note_of(call),
        "page_obj": page,
        "rows": browsing.idea_rows(page, reader=_reader(request)),
    }
    return _shared(render(request, "ideas/call.html", context))


@require_safe
def idea_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One idea, and all that became of it."""
    calls = Call.objects.visible_to(backoffice.acting_user(request))
    related = ("call__network", "author__user", "association", "district", "group", "head", "merged_into")
    ideas = Idea.objects.filter(call__in=calls).select_related(*related).prefetch_related("call__phases")
    idea = get_object_or_404(ideas, pk=pk)
    context = {
        "idea": idea,
        "call": idea.call,
        "standing": reports.standing(idea.call),
        "story": stories.story_of(idea),
    }
    return _shared(render(request, "ideas/idea.html", context))


def _shared(response: HttpResponse) -> HttpResponse:
    """The page is the same for all who are not signed in."""
    response.microcache = True  # type: ignore[attr-defined]
    return response


def _reader(request: HttpRequest) -> Volunteer | None:
    if not request.user.is_authenticated:
        return None
    return Volunteer.objects.filter(user=request.user).first()
