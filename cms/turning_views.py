"""The back office where rooms meet: an idea becomes a training, in one screen."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms import turning
from cms.turning_forms import TurningForm, TyingForm
from events.organise_views import OrganiserRequest, office_page
from ideas import answering, permissions, telling
from ideas.calling import IdeaRefused
from ideas.models import Call, Idea
from ideas.proposing import hold
from trainings.models import Training
from volunteers.methods import require_form
from volunteers.permissions import is_organiser


@office_page
@require_form
def training(request: OrganiserRequest, pk: int) -> HttpResponse:
    """The new training, filled in with the idea's words, and the idea's answer: sent once, both are done."""
    idea = _idea(request, pk)
    if idea.head:
        messages.info(request, _("This idea was merged: here is the one that it is answered at."))
        return redirect("organise-turning:training", pk=idea.head.pk)
    with transaction.atomic():
        if request.method == "POST":
            idea = hold(idea)
            if made := turning.trainings_of(idea):  # the second click, or another tab
                return _made_before(request, made[0].pk)
        form = TurningForm(
            request.POST or None, instance=Training(), idea=idea, user=request.user, initial=_first(idea)
        )
        if request.method == "POST" and form.is_valid():
            try:
                new = turning.turn(
                    idea, training=form.save(commit=False), reason=form.cleaned_data["reason"], by=request.user
                )
            except IdeaRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                form.save_m2m()
                return _said(request, _("The training is made and the idea has its answer. Add a date."), new)
    return _page(request, idea, turn=form)


@office_page
@require_POST
def existing(request: OrganiserRequest, pk: int) -> HttpResponse:
    """A training that there is already answers the idea."""
    idea = _idea(request, pk)
    with transaction.atomic():
        idea = hold(idea)
        form = TyingForm(request.POST, idea=idea, user=request.user, prefix="tie")
        if _told_already(form, idea):
            return _made_before(request, form["training"].data)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                answers = turning.tie(idea, training=form.cleaned_data["training"], reason=reason, by=request.user)
            except IdeaRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                return _said(request, _("The idea has its answer, and leads to this training."), answers)
    return _page(request, idea, tie=form)


def _idea(request: OrganiserRequest, pk: int) -> Idea:
    if not is_organiser(request.user):
        raise PermissionDenied
    ideas = Idea.objects.filter(call__in=Call.objects.organised_by(request.user))
    idea = get_object_or_404(ideas.select_related("call__network", "association", "head"), pk=pk)
    if not permissions.can_sort(request.user, idea):
        raise PermissionDenied
    return idea


def _first(idea: Idea) -> dict[str, object]:
    """What the form shows before anybody types; the answer that stands, where there is one."""
    return turning.draft_of(idea) | {"reason": _reason(idea)}


def _reason(idea: Idea) -> str:
    answer = answering.answer_of(idea)
    return answer.reason if answer and idea.state == Idea.State.ADOPTED else ""


def _told_already(form: TyingForm, idea: Idea) -> bool:
    """The second click: this very training is what became of the idea, and nobody has another reason."""
    chosen, reason = form["training"].data, (form["reason"].data or "").strip()
    return reason == _reason(idea) and str(chosen) in {str(made.pk) for made in turning.trainings_of(idea)}


def _made_before(request: OrganiserRequest, training: int | str) -> HttpResponse:
    messages.info(request, _("This idea has become this training already: nothing was written a second time."))
    return redirect("organise-trainings:training", pk=training)


def _said(request: OrganiserRequest, words: str, made: Training) -> HttpResponse:
    messages.success(request, words)
    return redirect("organise-trainings:training", pk=made.pk)


def _page(
    request: OrganiserRequest, idea: Idea, *, turn: TurningForm | None = None, tie: TyingForm | None = None
) -> HttpResponse:
    made = turning.trainings_of(idea)
    context = {
        "idea": idea,
        "made": made,
        "told": telling.count_told([idea], by=request.user),
        "over": idea.state == Idea.State.WITHDRAWN,
        "turn": turn or TurningForm(instance=Training(), idea=idea, user=request.user, initial=_first(idea)),
        "tie": tie or TyingForm(idea=idea, user=request.user, prefix="tie", initial={"reason": _reason(idea)}),
    }
    return render(request, "organise/turning/training.html", context)
