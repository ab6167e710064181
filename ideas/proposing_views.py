"""Proposing an idea, rewriting it, taking it back."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ideas import drafts, permissions, proposing, resembling
from ideas.calling import IdeaRefused
from ideas.forms import IdeaForm, WithdrawalForm
from ideas.models import Call, Idea, Phase
from ideas.views import agreement_of, reader_of, visible_idea
from volunteers import backoffice, consenting, signing_up
from volunteers.forms import SignUpForm
from volunteers.methods import require_form
from volunteers.models import Association, User, Volunteer
from volunteers.pacing import evenly_paced


@never_cache
@require_form
def propose(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The form for an idea: sent by whoever is signed in; kept for whoever is not, until the code has come."""
    call = _open_call(request, slug)
    reader = reader_of(request)
    if reader is None:
        return _propose_by_newcomer(request, call)
    if not permissions.can_propose(request.user, call):
        if call.is_in(Phase.Kind.CALL):
            return _page(request, call, not_addressed=True)
        return _page(request, call, closed=True)
    return _propose_signed_in(request, call, reader)


def _propose_signed_in(request: HttpRequest, call: Call, reader: Volunteer) -> HttpResponse:
    associations = permissions.associations_of(request.user)
    draft = drafts.kept(request.session, call, reader.user)
    new = Idea(call=call, author=reader, language=_language(call))
    typed = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = IdeaForm(*typed, instance=new, initial=draft, call=call, associations=associations)
    agreement = agreement_of(request, reader)
    agreed = agreement is None or agreement.is_valid()
    if request.method != "POST" or not form.is_valid() or not agreed:
        return _page(request, call, form=form, agreement=agreement, draft=draft)
    alike = [] if "sure" in request.POST else _alike(call, form.cleaned_data)
    if alike:
        return _page(request, call, form=form, agreement=agreement, alike=alike, own=reader.pk)
    if not ratelimit.consume(request, action="propose_idea"):
        return ratelimit.respond_429(request)
    for purpose in agreement.fields if agreement else ():
        consenting.give(reader.user, purpose=purpose, form="ideas")
    try:
        idea = proposing.propose(form.instance, by=reader.user)
    except IdeaRefused as refusal:
        return _page(request, call, refusal=refusal)
    drafts.drop(request.session)
    messages.success(request, _("Your idea is here for everybody to read. We write to you when it is answered."))
    return redirect("ideas:idea", pk=idea.pk)


@evenly_paced
def _propose_by_newcomer(request: HttpRequest, call: Call) -> HttpResponse:
    """Asks who it is with the same form, keeps what was typed, and sends the code."""
    if not call.is_in(Phase.Kind.CALL):
        return _page(request, call, closed=True)
    typed = request.POST or None
    form = IdeaForm(typed, instance=Idea(call=call), call=call, signed_in=False)
    sign_up = SignUpForm(typed)
    if typed is None or not (form.is_valid() & sign_up.is_valid()):
        return _page(request, call, form=form, sign_up=sign_up)
    alike = [] if "sure" in request.POST else _alike(call, form.cleaned_data)
    if alike:
        return _page(request, call, form=form, sign_up=sign_up, alike=alike)
    volunteer = signing_up.person_for(sign_up.cleaned_data["email"], language=get_language() or "fr")
    drafts.keep(request.session, call, volunteer.user, form.cleaned_data)
    signing_up.remember(request, volunteer.user, first_name=sign_up.cleaned_data["first_name"], form="ideas")
    return signing_up.prove_address(request, volunteer.user, next_url=reverse("ideas:propose", args=[call.slug]))


@never_cache
@require_POST
def alike(request: HttpRequest, slug: str) -> HttpResponse:
    """Ideas of the call that look like what is being typed, as a fragment. Posted, so that no log keeps the words."""
    call = _open_call(request, slug)
    if not ratelimit.consume(request, action="alike_ideas"):
        return HttpResponse(status=429)
    reader = reader_of(request)
    context = {"alike": _alike(call, request.POST), "call": call, "signed_in": _signed_in(request)}
    return render(request, "ideas/_alike.html", context | {"own": reader.pk if reader else None})


@never_cache
@login_required
@require_form
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own idea, until the call closes or it is answered."""
    idea = visible_idea(request, pk)
    if not permissions.is_author(request.user, idea):
        raise PermissionDenied
    if not permissions.can_edit(request.user, idea):
        messages.error(request, _("This idea is no longer rewritten: its call has closed, or its state has changed."))
        return redirect("ideas:idea", pk=pk)
    typed = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = IdeaForm(*typed, instance=idea, call=idea.call, associations=_associations(request, idea))
    context: dict[str, Any] = {"idea": idea, "call": idea.call, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            proposing.rewrite(form.instance, by=_person(request))
        except IdeaRefused as refusal:
            return render(request, "ideas/edit.html", context | {"refusal": refusal}, status=409)
        messages.success(request, _("Your idea is changed."))
        return redirect("ideas:idea", pk=pk)
    return render(request, "ideas/edit.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_form
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks whether one really takes one's idea back, and why (GET), and does it (POST)."""
    idea = visible_idea(request, pk)
    if not permissions.is_author(request.user, idea):
        raise PermissionDenied
    if not permissions.can_withdraw(request.user, idea):
        voted_on = idea.is_unanswered and idea.call.is_voted_on()
        said = _("This idea has been answered, merged or withdrawn: it stays as it is.")
        messages.error(request, str(proposing.VOTED_ON) if voted_on else said)
        return redirect("ideas:idea", pk=pk)
    form = WithdrawalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            proposing.withdraw(idea, by=_person(request), reason=form.cleaned_data["reason"])
        except IdeaRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your idea is withdrawn. It stays on the board, with your reason."))
        return redirect("ideas:idea", pk=pk)
    context = {"idea": idea, "call": idea.call, "form": form}
    return render(request, "ideas/withdraw.html", context, status=422 if form.errors else 200)


def _page(request: HttpRequest, call: Call, **context: Any) -> HttpResponse:
    """Shows the form, or why there is none: 403 for whom the call does not ask, 409 when it is not open."""
    wrong = [context[name] for name in ("form", "sign_up", "agreement") if context.get(name) and context[name].errors]
    status = 200
    if context.get("not_addressed"):
        status = 403
    elif context.get("closed") or context.get("refusal"):
        status = 409
    elif wrong:
        status = 422
    context |= {"call": call, "signed_in": _signed_in(request)}
    return render(request, "ideas/propose.html", context, status=status)


def _open_call(request: HttpRequest, slug: str) -> Call:
    calls = Call.objects.visible_to(backoffice.acting_user(request)).select_related("network")
    call = get_object_or_404(calls.prefetch_related("phases"), slug=slug)
    if call.state != Call.State.PUBLISHED:
        raise Http404
    return call


def _alike(call: Call, typed: Any) -> list[Idea]:
    return resembling.alike(typed.get("title") or "", typed.get("text") or "", call=call)


def _associations(request: HttpRequest, idea: Idea) -> QuerySet[Association]:
    """Those in whose name this person may propose, and the idea's own."""
    return Association.objects.filter(Q(members__user=_person(request)) | Q(pk=idea.association_id)).distinct()


def _language(call: Call) -> str:
    return call.language or get_language() or "fr"


def _signed_in(request: HttpRequest) -> bool:
    return request.user.is_authenticated


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
