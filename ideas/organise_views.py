"""The sorting desk of a call: its ideas in a list, and what is done with several of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, QuerySet, When
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from events.organise_views import OrganiserRequest, office_page
from ideas import calling, reports, resembling, sorting, sorting_several, telling, waiting
from ideas.calling import IdeaRefused
from ideas.models import Call, Idea
from ideas.organise_forms import GroupForm, IdeaFilter, MergeForm, ToldForm
from ideas.permissions import can_organise
from volunteers.addresses import keys_in
from volunteers.methods import require_form
from volunteers.words import fold

PAGE = 50
DESK = (*IdeaFilter.Meta.fields, "page")
FOUND = 10  # ideas that a search offers to merge into


def call_for(request: OrganiserRequest, pk: int, *, published: bool = True) -> Call:
    """The call, if this person organises it (404); once published, if its ideas are asked for (403)."""
    calls = Call.objects.organised_by(request.user).select_related("network", "responsible")
    call = get_object_or_404(calls.prefetch_related("phases"), pk=pk)
    if published and (call.state != Call.State.PUBLISHED or not can_organise(request.user, call)):
        raise PermissionDenied
    return call


def to_desk(request: OrganiserRequest, call: Call, *, at: Idea | None = None) -> HttpResponseRedirect:
    """Back to the desk as it was filtered: at that idea, or at the list's first one."""
    query = desk_query(request)
    anchor = f"i{at.pk}" if at else "ideas"
    return redirect(f"{reverse('organise-ideas:desk', args=[call.pk])}{'?' * bool(query)}{query}#{anchor}")


def desk_query(request: OrganiserRequest) -> str:
    """How the desk that one came from was filtered, as part of an address."""
    return urlencode([(name, request.GET[name]) for name in DESK if request.GET.get(name)])


def with_told(said: str, count: int) -> str:
    """What was done, and how many people are told of it."""
    told = ngettext(
        "%(count)d person is told in the evening's mail.", "%(count)d people are told in the evening's mail.", count
    )
    return f"{said} {told % {'count': count}}" if count else said


@office_page
@require_safe
def desk(request: OrganiserRequest, pk: int) -> HttpResponse:
    """A call's ideas, those that wait longest first. Of a draft, what is missing before it can be published."""
    call = call_for(request, pk, published=False)
    counted = waiting.with_waiting(Call.objects.filter(pk=call.pk)).get()
    filtered = IdeaFilter(request.GET, queryset=call.ideas.select_related("group", "head"), call=call)
    found = filtered.qs if filtered.is_valid() else filtered.qs.none()
    page = Paginator(found.select_related(*AUTHOR), PAGE).get_page(request.GET.get("page"))
    asked = {name: value for name, value in request.GET.items() if value and name != "page"}
    context = {
        "call": call,
        "standing": reports.standing(call),
        "steps": reports.steps_of(call),
        "missing": calling.missing(call) if call.state == Call.State.DRAFT else [],
        "counted": counted,
        "words": waiting.words_for(counted),
        "words_reported": waiting.words_reported(counted.reported) if counted.reported else "",  # type: ignore[attr-defined]
        "days_left": waiting.days_left(call),
        "filter": filtered,
        "groups": filtered.filters["group"].queryset,
        "rows": waiting.rows_of(call, page),
        "page_obj": page,
        "count": page.paginator.count,
        "asked": asked,
        "voted": call.vote_has_begun(),
        "query": desk_query(request),
    }
    return render(request, "organise/ideas/desk.html", context)


AUTHOR = ("author__user", "association", "district")


@office_page
@require_POST
def several(request: OrganiserRequest, pk: int) -> HttpResponse:
    """What is done with the ideas ticked: under study, into a group, or on to the page that merges them."""
    call = call_for(request, pk)
    ideas = _chosen(call, request.POST.getlist("idea"))
    act = request.POST.get("act")
    if not ideas:
        messages.error(request, _("Tick at least one idea."))
    elif act == "merge":
        return redirect(_with_ideas(request, "organise-ideas:merge", call, ideas))
    elif act == "group":
        _group(request, call, ideas)
    elif act == "study":
        told = telling.count_told(ideas, by=request.user)
        form = ToldForm(request.POST if "sure" in request.POST or "asked" in request.POST else None, told=told)
        if "sure" in form.fields and not form.is_valid():
            context = {"call": call, "ideas": ideas, "form": form, "told": told, "query": desk_query(request)}
            return render(request, "organise/ideas/study.html", context | {"page": request.POST.get("page", "")})
        _study(request, ideas, told=told)
    if request.POST.get("page") == "idea" and ideas:
        return redirect("organise-ideas:idea", pk=ideas[0].pk)
    return to_desk(request, call, at=ideas[0] if ideas else None)


def _study(request: OrganiserRequest, ideas: list[Idea], *, told: int) -> None:
    try:
        sorting_several.study(ideas, by=request.user)
    except IdeaRefused as refusal:
        messages.error(request, str(refusal))
        return
    said = ngettext("%(count)d idea is under study.", "%(count)d ideas are under study.", len(ideas))
    messages.success(request, with_told(said % {"count": len(ideas)}, told))


def _group(request: OrganiserRequest, call: Call, ideas: list[Idea]) -> None:
    form = GroupForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["group"])))
        return
    group = sorting.put_together(ideas, call=call, name=form.cleaned_data["group"])
    if group:
        said = ngettext("%(count)d idea is in “%(group)s”.", "%(count)d ideas are in “%(group)s”.", len(ideas))
        messages.success(request, said % {"count": len(ideas), "group": group.name})
    else:
        said = ngettext("%(count)d idea is in no group.", "%(count)d ideas are in no group.", len(ideas))
        messages.success(request, said % {"count": len(ideas)})


@office_page
@require_form
def merge(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Which of the ideas stands, and why. One idea alone is offered those that resemble it, and a search."""
    call = call_for(request, pk)
    ideas = _chosen(call, request.POST.getlist("idea") or request.GET.getlist("idea"))
    if not ideas:
        messages.error(request, _("Tick at least one idea."))
        return to_desk(request, call)
    if request.method != "POST" and call.vote_has_begun():
        messages.error(request, str(sorting.VOTED_ON))
        return to_desk(request, call, at=ideas[0])
    words = request.GET.get("words", "").strip()
    candidates = _candidates(request, call, ideas, words)
    told = telling.count_told(ideas, by=request.user)
    form = MergeForm(
        request.POST or None,
        candidates=candidates,
        told=told,
        initial={"into": request.GET.get("into") or (candidates.first() if len(ideas) > 1 else None)},
    )
    if form.is_bound and form.is_valid():
        into = form.cleaned_data["into"]
        try:
            merged = sorting_several.merge(ideas, into=into, reason=form.cleaned_data["reason"], by=request.user)
        except IdeaRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            _say_merged(request, call, merged, into)
            return to_desk(request, call, at=into)
    context = {"call": call, "ideas": ideas, "candidates": candidates, "form": form, "told": told, "words": words}
    context |= {"author": reports.author_of(ideas[0]), "query": desk_query(request)}
    return render(request, "organise/ideas/merge.html", context)


@office_page
@require_POST
def unmerge(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Takes merges back: the ideas named in the address (a toast's "Undo") or in the form. Harmless twice."""
    call = call_for(request, pk)
    keys = keys_in([*request.GET.getlist("idea"), *request.POST.getlist("idea")])
    ideas = list(call.ideas.filter(pk__in=keys).order_by("pk"))
    try:
        sorting_several.unmerge(ideas, by=request.user)
    except IdeaRefused as refusal:
        messages.error(request, str(refusal))
    else:
        said = ngettext(
            "%(count)d idea stands for itself again.", "%(count)d ideas stand for themselves again.", len(ideas)
        )
        messages.success(request, said % {"count": len(ideas)})
    return to_desk(request, call, at=ideas[0] if ideas else None)


def _chosen(call: Call, sent: Iterable[str]) -> list[Idea]:
    """The ideas of the call whose keys were sent, in the order of the desk."""
    ideas = call.ideas.filter(pk__in=keys_in(sent)).select_related(*AUTHOR, "call", "head", "group")
    return list(ideas.order_by("waiting_since", "pk")[:PAGE])


def _candidates(request: OrganiserRequest, call: Call, ideas: list[Idea], words: str) -> QuerySet[Idea]:
    """Those chosen, the most supported first, when they are several; else those that were asked for, that were
    searched for, and that resemble the one, the likest first."""
    heads = call.ideas.heads().exclude(state=Idea.State.WITHDRAWN).order_by("-supporters", "proposed_at", "pk")
    if len(ideas) > 1:
        return heads.filter(pk__in=[idea.pk for idea in ideas])
    (idea,) = ideas
    keys = keys_in([request.POST.get("into", ""), request.GET.get("into", "")])
    if words:
        found = heads
        for word in fold(words).split()[:5]:
            found = found.filter(words__contains=word)
        keys += found.values_list("pk", flat=True)[:FOUND]
    keys += [found.pk for found in resembling.alike(idea.title, idea.text, call=call, but=idea.pk, limit=FOUND)]
    order = Case(*(When(pk=key, then=place) for place, key in enumerate(keys)), default=len(keys))
    return heads.filter(pk__in=keys).exclude(pk=idea.pk).order_by(order, "pk")


def _say_merged(request: OrganiserRequest, call: Call, merged: list[Idea], into: Idea) -> None:
    """A toast with "Undo" for what was merged by this click."""
    if not merged:
        messages.info(request, _("Nothing has changed: they are merged already."))
        return
    undo = _with_ideas(request, "organise-ideas:unmerge", call, merged)
    said = ngettext(
        "%(count)d idea is merged into “%(title)s”.", "%(count)d ideas are merged into “%(title)s”.", len(merged)
    )
    messages.success(request, said % {"count": len(merged), "title": into.title}, extra_tags=undo)


def _with_ideas(request: OrganiserRequest, page: str, call: Call, ideas: list[Idea]) -> str:
    """The address of a page about these ideas of the call, which knows how the desk was filtered."""
    chosen = urlencode([("idea", idea.pk) for idea in ideas])
    query = "&".join(filter(None, (desk_query(request), chosen)))
    return f"{reverse(page, args=[call.pk])}?{query}"
