"""The questions after a session, and their answers: the participant's page, and the back office's."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events.models import Slot
from events.organise_views import OrganiserRequest, office_page
from events.permissions import can_organise, has_agenda
from trainings import evaluating, evaluation_results
from trainings.evaluating import EvaluationRefused, Standing
from trainings.evaluation_forms import AnswerForm, PublishForm
from trainings.evaluation_links import registration_of
from trainings.models import Evaluation
from volunteers.methods import require_form
from volunteers.permissions import is_organiser
from volunteers.small_numbers import FEWEST

PAGE = 50


@never_cache
@require_form
def evaluate(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link of the mail: opening it changes nothing, its button answers. It names nobody."""
    registration = registration_of(token)
    if registration is None:
        raise Http404
    standing = evaluating.standing_of(registration)
    context: dict[str, Any] = {"slot": registration.slot, "standing": standing, "fewest": FEWEST}
    form = AnswerForm(request.POST if request.method == "POST" and standing == Standing.OPEN else None)
    if form.is_valid():
        try:
            evaluating.answer(registration, **form.cleaned_data)
        except EvaluationRefused:
            context["standing"] = evaluating.standing_of(registration)
        else:
            context["thanks"] = True
    status = 422 if form.errors else 200
    return render(request, "trainings/evaluate.html", context | {"form": form}, status=status)


@office_page
@require_safe
def evaluation_list(request: OrganiserRequest) -> HttpResponse:
    """The evaluations of the sessions that this person organises or gives."""
    if not has_agenda(request.user):
        raise PermissionDenied
    found = evaluation_results.evaluations_of(Slot.objects.visible_to(request.user))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "organises": is_organiser(request.user), "fewest": FEWEST}
    return render(request, "organise/trainings/evaluations.html", context)


@office_page
@require_form
def evaluation_detail(request: OrganiserRequest, slot_id: int) -> HttpResponse:
    """What participants of a session answered; an organiser publishes it (POST), with a few words."""
    evaluation = _evaluation(request, slot_id)
    slot = evaluation.session.slot
    organises = can_organise(request.user, slot)
    if request.method == "POST" and not organises:
        raise PermissionDenied
    results = evaluation_results.results_of(evaluation)
    written = {name: getattr(evaluation, name) for name in PublishForm.base_fields}
    form = PublishForm(request.POST or None, initial=written)
    if request.method == "POST" and form.is_valid():
        summaries = {name.removeprefix("summary_"): text for name, text in form.cleaned_data.items()}
        try:
            evaluating.publish(evaluation, summaries=summaries, by=request.user)
        except EvaluationRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Published on the training's page."))
        return redirect("organise-trainings:evaluation", slot_id=slot.pk)
    context = {
        "evaluation": evaluation,
        "slot": slot,
        "training": evaluation.session.training,
        "results": results,
        "form": form,
        "organises": organises,
        "fewest": FEWEST,
    }
    status = 422 if form.errors else 200
    return render(request, "organise/trainings/evaluation.html", context, status=status)


@office_page
@require_POST
def evaluation_withdraw(request: OrganiserRequest, slot_id: int) -> HttpResponse:
    """Takes the results off the training's page."""
    evaluation = _evaluation(request, slot_id)
    if not can_organise(request.user, evaluation.session.slot):
        raise PermissionDenied
    evaluating.withdraw(evaluation, by=request.user)
    messages.success(request, _("No longer public."))
    return redirect("organise-trainings:evaluation", slot_id=slot_id)


def _evaluation(request: OrganiserRequest, slot_id: int) -> Evaluation:
    found = evaluation_results.evaluations_of(Slot.objects.visible_to(request.user))
    return get_object_or_404(found, session__slot=slot_id)
