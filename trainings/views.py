"""The public pages of trainings."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events import eligibility, occasions
from events.models import Registration
from trainings import browsing, listing, matching, origins, permissions, structured
from trainings.evaluation_results import published_of
from trainings.files import KINDS
from trainings.models import Session, in_hours
from volunteers import backoffice, framing
from volunteers.forms import SignUpForm
from volunteers.models import Volunteer


@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """Every session that is not over, of all networks, with the same filters as the programme."""
    browse = browsing.browse(request)
    response = HttpResponse(framing.page(request, "trainings/session_list.html", browse=browse))
    response.microcache = True  # type: ignore[attr-defined]
    return response


@never_cache
@require_safe
@login_required
def for_me(request: HttpRequest) -> HttpResponse:
    """What of the next sessions suits the reader, and why."""
    volunteer = get_object_or_404(Volunteer.objects.select_related("user"), user=request.user)
    context = {"for_me": matching.for_me(volunteer), "space_here": "for-me"}
    return render(request, "trainings/for_me.html", context)


@require_safe
def session_detail(request: HttpRequest, slot_id: int) -> HttpResponse:
    """One session and the way to sign up for it; its address is the slot's, as for every kind of date."""
    related = ("slot__network", "slot__venue__district", "slot__room", "training__theme", "training__network",
               "training__given_by", "training__grants")  # fmt: skip
    session = get_object_or_404(Session.objects.select_related(*related), slot=slot_id)
    if not permissions.can_see_session(backoffice.acting_user(request), session):
        raise Http404
    rows = listing.rows_of_training(session.training_id, request.user)
    asked = eligibility.asked_of(session.slot, request.user)
    context = {
        "session": session,
        "training": session.training,
        "slot": session.slot,
        "occasions": occasions.of(session.slot) if session.slot.dates > 1 else [],
        "total": in_hours(occasions.minutes_of(session.slot)) if session.slot.dates > 1 else "",
        "row": listing.row_of(session.slot_id),
        "origins": origins.of_training(session.training),
        "others": [row for row in rows if row.slot_id != slot_id],
        "asked": asked,
        "lacking": eligibility.is_lacking(asked),
        "registration": _own_registration(request, session),
        "form": None if request.user.is_authenticated else SignUpForm(),
        "structured": structured.event(session),
    }
    return render(request, "trainings/session_detail.html", context)


@never_cache
@require_safe
@login_required
def material(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file of a training, to be saved and never shown in the page: to whoever may have it, else it does not exist."""
    files = permissions.readable_material(request.user, acting=backoffice.acting_user(request))
    row = get_object_or_404(files, pk=pk)
    try:
        content = row.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"{slugify(row.title) or 'material'}.{row.kind}"
    return FileResponse(content, as_attachment=True, filename=name, content_type=KINDS[row.kind].content_type)


def _own_registration(request: HttpRequest, session: Session) -> Registration | None:
    if not request.user.is_authenticated:
        return None
    own = Registration.objects.active().filter(volunteer__user=request.user, slot=session.slot_id)
    return own.with_rank().select_related("slot").first()


@require_safe
def training_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """A training and its coming dates."""
    trainings = permissions.visible_trainings(backoffice.acting_user(request))
    training = get_object_or_404(trainings.select_related("theme", "network", "given_by", "grants"), slug=slug)
    keys = [one.pk for one in training.prerequisites.all()]
    context = {
        "training": training,
        "evaluations": published_of(training),
        "rows": listing.rows_of_training(training.pk, request.user),
        "asked": eligibility.asked(keys, request.user, on=timezone.localdate()),
        "origins": origins.of_training(training),
    }
    response = render(request, "trainings/training_detail.html", context)
    response.microcache = True  # type: ignore[attr-defined]
    return response
