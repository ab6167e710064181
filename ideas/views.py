"""The public pages of calls and ideas, and one's own ideas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from ideas import browsing, notes, permissions, reports, stories, tables, voting, whereabouts
from ideas.forms import CommentForm
from ideas.models import Call, Idea
from volunteers import backoffice, consenting
from volunteers.forms import AgreementForm
from volunteers.models import Volunteer

SUPPORTED_PER_PAGE = 20


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Every published call: those that go on, then the past ones."""
    return _shared(render(request, "ideas/board.html", {"board": browsing.board(request.GET)}))


@require_safe
def call_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """A call, how it will be decided, and its ideas."""
    calls = Call.objects.visible_to(backoffice.acting_user(request)).with_counts()
    call = get_object_or_404(
        calls.select_related("network", "responsible", "district").prefetch_related("phases"), slug=slug
    )
    reader = reader_of(request)
    takes_part = permissions.takes_part(request.user, call) and not consenting.missing(reader.user) if reader else False
    context = {
        "call": call,
        "standing": reports.standing(call),
        "steps": reports.steps_of(call),
        "result": voting.result(call),
        "note": notes.note_of(call),
        "where": whereabouts.where_of(call),
        "may_propose": _may_propose(request, call),
        "asks_sign_in": reader is None and not call.is_announced() and not call.is_over(),
        "next": request.get_full_path() if reader else "",
        "browse": browsing.browse(call, request.GET, reader=reader, takes_part=takes_part),
    }
    return _shared(render(request, "ideas/call.html", context))


@require_safe
def idea_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One idea, and all that became of it."""
    return idea_page(request, visible_idea(request, pk))


@require_safe
def picture(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The picture of an idea, for whoever sees the idea's text."""
    idea = visible_idea(request, pk)
    if idea.is_hidden or not idea.picture:
        raise Http404
    response = FileResponse(idea.picture.open(), content_type="image/jpeg")
    response["Cache-Control"] = "public, max-age=600"
    return response


@require_safe
def ideas_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """All ideas of a call for a spreadsheet, without their authors."""
    return _data(tables.as_csv(_published(slug)), "text/csv; charset=utf-8", f"{slug}.csv")


@require_safe
def ideas_json(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The same for a program."""
    return _data(tables.as_json(_published(slug)), "application/json", f"{slug}.json")


@never_cache
@require_GET
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """What I proposed, alone or for an association, and what I support."""
    reader = get_object_or_404(Volunteer, user=request.user)
    own = browsing.shown(Idea.objects.proposed_by(reader)).order_by("-proposed_at", "-pk")
    supported = browsing.shown(Idea.objects.filter(supports__volunteer=reader).distinct()).order_by("-pk")
    page = Paginator(supported, SUPPORTED_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "proposed": browsing.idea_rows(own, reader=reader),
        "supported": browsing.idea_rows(page, reader=reader),
        "page_obj": page,
        "space_here": "ideas",
    }
    return render(request, "ideas/mine.html", context)


def idea_page(
    request: HttpRequest,
    idea: Idea,
    *,
    comment_form: CommentForm | None = None,
    agreement: AgreementForm | None = None,
) -> HttpResponse:
    """Shows the idea with what this person can do; 422 when a form must be put right.

    ``agreement`` asks for what this person has not agreed to yet, in the first form of the page.
    """
    user, call = request.user, idea.call
    reader = reader_of(request)
    agreement = agreement or agreement_of(request, reader)
    head = idea.head or idea
    may_support = idea.head is None and not idea.is_hidden and permissions.can_support(user, idea)
    wrong = [form for form in (comment_form, agreement) if form is not None and form.errors]
    context: dict[str, Any] = {
        "idea": idea,
        "call": call,
        "standing": reports.standing(call),
        "story": stories.story_of(idea),
        "takes_part": permissions.takes_part(user, call),
        "may_support": may_support,
        "supported": reader is not None and reports.is_supported(head, reader),
        "mine": permissions.is_author(user, idea),
        "may_edit": permissions.can_edit(user, idea),
        "may_withdraw": permissions.can_withdraw(user, idea),
        "may_report": permissions.can_report(user, idea),
        "may_sort": permissions.can_sort(backoffice.acting_user(request), idea),
        "comment_form": (comment_form or CommentForm()) if permissions.can_comment(user, head) else None,
        "agreement": agreement,
        "sign_in_url": sign_in_url(idea),
    }
    response = render(request, "ideas/idea.html", context, status=422 if wrong else 200)
    return _shared(response)


def agreement_of(request: HttpRequest, reader: Volunteer | None) -> AgreementForm | None:
    """The boxes that this person has never ticked, as they were just sent; None when nothing is missing."""
    needed = consenting.missing(reader.user) if reader else []
    return AgreementForm(request.POST if request.method == "POST" else None, needed=needed) if needed else None


def visible_idea(request: HttpRequest, pk: int) -> Idea:
    """The idea with its call, where this person may see it; 404 otherwise."""
    calls = Call.objects.visible_to(backoffice.acting_user(request))
    related = (
        "call__network",
        "call__responsible",
        "author__user",
        "association",
        "district",
        "group",
        "head",
        "merged_into",
    )
    ideas = Idea.objects.filter(call__in=calls).select_related(*related).prefetch_related("call__phases")
    return get_object_or_404(ideas, pk=pk)


def reader_of(request: HttpRequest) -> Volunteer | None:
    if not request.user.is_authenticated:
        return None
    return Volunteer.objects.select_related("user").filter(user=request.user).first()


def sign_in_url(idea: Idea) -> str:
    """The way to sign in and come back to the idea."""
    back = urlencode({"next": reverse("ideas:idea", args=[idea.pk])})
    return f"{reverse('account_login')}?{back}"


def _may_propose(request: HttpRequest, call: Call) -> bool:
    """Whether to show the way to propose: whoever is not signed in does so while sending the idea."""
    if request.user.is_authenticated:
        return permissions.can_propose(request.user, call)
    return call.is_in("call") and call.audience == Call.Audience.EVERYONE


def _published(slug: str) -> Call:
    calls = Call.objects.published().select_related("network", "district").prefetch_related("phases")
    return get_object_or_404(calls, slug=slug)


def _data(lines: Iterator[str], content_type: str, name: str) -> StreamingHttpResponse:
    disposition = f'attachment; filename="{name}"'
    return StreamingHttpResponse(lines, content_type=content_type, headers={"Content-Disposition": disposition})


def _shared(response: HttpResponse) -> HttpResponse:
    """The page is the same for all who are not signed in: it may be kept for a moment."""
    response.microcache = True  # type: ignore[attr-defined]
    return response
