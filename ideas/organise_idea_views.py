"""One idea on the desk: looked at, answered, asked about, sent elsewhere, hidden; what was reported of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events.organise_views import OrganiserRequest, office_page
from ideas import answering, resembling, sorting, stories, talking, telling, waiting
from ideas.calling import IdeaRefused
from ideas.models import Call, Comment, Idea, Report, Step
from ideas.organise_forms import AnswerForm, HideForm, QuestionForm, ReopenForm, SendForm
from ideas.organise_views import AUTHOR, desk_query, to_desk, with_told
from ideas.permissions import can_moderate, can_sort
from ideas.reports import author_of
from volunteers.methods import require_form


def idea_for(request: OrganiserRequest, pk: int) -> Idea:
    """The idea, if this person organises its call (404) and the call is published (403)."""
    ideas = Idea.objects.filter(call__in=Call.objects.organised_by(request.user))
    idea = get_object_or_404(ideas.select_related(*AUTHOR, "call__network", "head", "group"), pk=pk)
    if not can_sort(request.user, idea):
        raise PermissionDenied
    return idea


def comment_for(request: OrganiserRequest, pk: int) -> Comment:
    """The comment, if this person organises its call (404) and the call is published (403)."""
    comments = Comment.objects.filter(idea__call__in=Call.objects.organised_by(request.user))
    comment = get_object_or_404(comments.select_related("idea__call__network", "author__user"), pk=pk)
    if not can_moderate(request.user, comment):
        raise PermissionDenied
    return comment


@office_page
@require_safe
def idea_detail(request: OrganiserRequest, pk: int) -> HttpResponse:
    """All of one idea: what it says, what resembles it, what was said and reported, and its story."""
    idea = idea_for(request, pk)
    reports = Report.objects.filter(idea__in=Idea.objects.within(idea), settled_at=None)
    alike = []
    if idea.is_unanswered:
        alike = resembling.alike(idea.title, idea.text, call=idea.call, but=idea.pk)
    context = {
        "idea": idea,
        "call": idea.call,
        "story": stories.story_of(idea),
        "clock": waiting.clock_of(idea.call, idea.waiting_since) if idea.is_unanswered else None,
        "alike": [other for other in alike if other.pk != idea.pk],
        "reports": reports.select_related("comment").order_by("comment", "reported_at", "pk"),
        "groups": idea.call.groups.all(),
        "voted": idea.call.vote_has_begun(),
        "query": desk_query(request),
    }
    return render(request, "organise/ideas/idea.html", context)


# --- Decisions --------------------------------------------------------------------------------------------------------
@office_page
@require_form
def answer(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Adopted, declined or out of scope, and why; refused when the idea has changed since it was read."""
    idea = idea_for(request, pk)
    told = telling.count_told([idea], by=request.user)
    form = AnswerForm(request.POST or None, idea=idea, told=told)
    if _done(form, lambda data: answering.answer(idea, state=data["state"], reason=data["reason"], by=request.user)):
        messages.success(request, with_told(_("Answered."), told))
        return to_desk(request, idea.call)
    return _page(request, idea, form, told, heading=_("Answer"), submit=_("Answer"))


@office_page
@require_form
def reopen(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Takes the answer back."""
    idea = idea_for(request, pk)
    told = telling.count_told([idea], by=request.user)
    form = ReopenForm(request.POST if request.method == "POST" else None, told=told)
    if _done(form, lambda data: answering.reopen(idea, reason=data["reason"], by=request.user)):
        messages.success(request, with_told(_("The idea is open again."), told))
        return _to_idea(request, idea)
    return _page(request, idea, form, told, heading=_("Open again"), submit=_("Open again"))


@office_page
@require_form
def ask(request: OrganiserRequest, pk: int) -> HttpResponse:
    """A question to the author, public under the idea."""
    idea = idea_for(request, pk)
    told = telling.count_told([idea], by=request.user)
    form = QuestionForm(request.POST or None, told=told)
    if _done(form, lambda data: sorting.ask(idea, question=data["question"], by=request.user)):
        messages.success(request, with_told(_("Your question is under the idea."), told))
        return _to_idea(request, idea)
    return _page(request, idea, form, told, heading=_("Ask the author"), submit=_("Ask"))


@office_page
@require_form
def send(request: OrganiserRequest, pk: int) -> HttpResponse:
    """To another call, of whatever network, that people can still take part in."""
    if request.method == "POST" and (left := _left_by(request, pk)):  # the second click, when it is no longer theirs
        messages.info(request, _("Nothing has changed: it has been sent already."))
        return to_desk(request, left)
    idea = idea_for(request, pk)
    told = telling.count_told([idea], by=request.user)
    calls = Call.objects.published().before_vote().exclude(pk__in=Call.objects.over()).exclude(pk=idea.call_id)
    form = SendForm(request.POST or None, calls=calls.order_by("title", "pk"), told=told)
    here = idea.call
    if _done(form, lambda data: sorting.send_to(idea, call=data["call"], reason=data["reason"], by=request.user)):
        said = _("Sent to “%(call)s”.") % {"call": form.cleaned_data["call"].title}
        messages.success(request, with_told(said, told))
        return to_desk(request, here)
    return _page(request, idea, form, told, heading=_("Send to another call"), submit=_("Send"))


def _left_by(request: OrganiserRequest, pk: int) -> Call | None:
    """The call, organised by this person, that they sent the idea away from to one that is not."""
    mine = Call.objects.organised_by(request.user)
    steps = Step.objects.filter(idea=pk, kind=Step.Kind.MOVED, by=request.user, from_call__in=mine)
    last = steps.exclude(idea__call__in=mine).select_related("from_call").order_by("at", "pk").last()
    return last.from_call if last else None


# --- What should not stand --------------------------------------------------------------------------------------------
@office_page
@require_form
def hide(request: OrganiserRequest, pk: int) -> HttpResponse:
    idea = idea_for(request, pk)
    return _hide(request, idea, idea, heading=_("Hide the text of this idea"))


@office_page
@require_form
def comment_hide(request: OrganiserRequest, pk: int) -> HttpResponse:
    comment = comment_for(request, pk)
    return _hide(request, comment.idea, comment, heading=_("Hide this comment"))


@office_page
@require_POST
def show(request: OrganiserRequest, pk: int) -> HttpResponse:
    idea = idea_for(request, pk)
    return _show(request, idea, idea)


@office_page
@require_POST
def comment_show(request: OrganiserRequest, pk: int) -> HttpResponse:
    comment = comment_for(request, pk)
    return _show(request, comment.idea, comment)


@office_page
@require_POST
def settle(request: OrganiserRequest, pk: int) -> HttpResponse:
    idea = idea_for(request, pk)
    return _settle(request, idea, idea)


@office_page
@require_POST
def comment_settle(request: OrganiserRequest, pk: int) -> HttpResponse:
    comment = comment_for(request, pk)
    return _settle(request, comment.idea, comment)


def _hide(request: OrganiserRequest, idea: Idea, target: Idea | Comment, *, heading: str) -> HttpResponse:
    """Asks why; everybody reads it in place of the text. What was reported of it is settled."""
    form = HideForm(request.POST or None)
    if _done(form, lambda data: talking.hide(target, reason=data["reason"], by=request.user)):
        messages.success(request, _("Hidden. Everybody reads why in its place."))
        return _to_idea(request, idea)
    comment = target if isinstance(target, Comment) else None
    return _page(request, idea, form, None, heading=heading, submit=_("Hide"), comment=comment)


def _show(request: OrganiserRequest, idea: Idea, target: Idea | Comment) -> HttpResponse:
    talking.show(target, by=request.user)
    messages.success(request, _("It can be read again."))
    return _to_idea(request, idea)


def _settle(request: OrganiserRequest, idea: Idea, target: Idea | Comment) -> HttpResponse:
    talking.settle(target)
    messages.success(request, _("It stays as it is; the report is settled."))
    return _to_idea(request, idea)


def _done(form: forms.Form, act: Callable[[dict[str, Any]], object]) -> bool:
    """Does the verb with what was typed. A refusal is said on the form."""
    if not form.is_bound or not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except IdeaRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _page(
    request: OrganiserRequest, idea: Idea, form: forms.Form, told: int | None, **more: str | Comment | None
) -> HttpResponse:
    context = {
        "idea": idea,
        "author": author_of(idea),
        "call": idea.call,
        "form": form,
        "told": told,
        "query": desk_query(request),
    }
    return render(request, "organise/ideas/act.html", context | more)


def _to_idea(request: OrganiserRequest, idea: Idea) -> HttpResponse:
    query = desk_query(request)
    return redirect(f"{redirect('organise-ideas:idea', pk=idea.pk).url}{'?' * bool(query)}{query}")
