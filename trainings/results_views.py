"""The back office of what a session has led to: the qualification granted to all present, and certificates."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from events.models import Registration, Slot
from events.organise_views import OrganiserRequest, office_page, page_context
from events.scheduling import ChangeRefused
from trainings import awarding, certifying
from trainings.certificate_forms import ReasonForm
from trainings.models import Certificate, Grant, Session
from volunteers.addresses import keys_in
from volunteers.methods import require_form


@office_page
@require_form
def results(request: OrganiserRequest, slot_id: int) -> HttpResponse:
    """Who was there, what they were given; one button grants the qualification to all of them, or to one again."""
    session = _session(request, slot_id)
    if request.method == "POST":
        only = keys_in(request.POST.getlist("registration")) or None
        try:
            granted = awarding.grant(session, only=only, by=request.user)
        except ChangeRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _said_granted(granted))
        return redirect("organise-trainings:results", slot_id=slot_id)
    rows = _rows(session.slot)
    confirmed = session.slot.registrations.filter(state=Registration.State.CONFIRMED)
    context = page_context(
        request,
        session.slot,
        training=session.training,
        rows=rows,
        to_grant=[row for row in rows if not hasattr(row, "grant")] if session.training.grants else [],
        shows_grants=session.training.grants is not None or any(hasattr(row, "grant") for row in rows),
        others=confirmed.exclude(volunteer=None).filter(attendance=Registration.Attendance.LEFT_EARLY).count(),
        is_running=session.slot.dates > 1 and session.slot.ends_at > timezone.now(),
        gone=confirmed.filter(volunteer=None, attendance=Registration.Attendance.PRESENT).count(),
    )
    return render(request, "organise/trainings/results.html", context)


@office_page
@require_form
def take_back(request: OrganiserRequest, slot_id: int, uid: UUID) -> HttpResponse:
    """Asks why, and takes the qualification back from one person."""
    session = _session(request, slot_id)
    row = get_object_or_404(_rows(session.slot), uid=uid, grant__isnull=False)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            awarding.take_back(row.grant, reason=form.cleaned_data["reason"], by=request.user)
        except ChangeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Taken back. The person gets a message."))
            return redirect("organise-trainings:results", slot_id=slot_id)
    return _ask_why(request, session, row, form, what="grant")


@office_page
@require_form
def revoke(request: OrganiserRequest, slot_id: int, uid: UUID) -> HttpResponse:
    """Asks why, and revokes one person's certificate."""
    session = _session(request, slot_id)
    row = get_object_or_404(_rows(session.slot), uid=uid)
    made = next(iter(row.certificates.all()), None)
    if made is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        certifying.revoke(made, reason=form.cleaned_data["reason"], by=request.user)
        undo = reverse("organise-trainings:certificate-restore", args=[slot_id, uid])
        messages.success(request, _("Revoked. The person gets a message."), extra_tags=undo)
        return redirect("organise-trainings:results", slot_id=slot_id)
    return _ask_why(request, session, row, form, what="certificate")


@office_page
@require_POST
def restore(request: OrganiserRequest, slot_id: int, uid: UUID) -> HttpResponse:
    """Undoes the revocation of one person's certificate."""
    session = _session(request, slot_id)
    row = get_object_or_404(_rows(session.slot), uid=uid)
    made = next(iter(row.certificates.all()), None)
    if made is None:
        raise Http404
    try:
        certifying.restore(made, by=request.user)
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The certificate is valid again. The person gets a message."))
    return redirect("organise-trainings:results", slot_id=slot_id)


def _ask_why(
    request: OrganiserRequest, session: Session, row: Registration, form: ReasonForm, *, what: str
) -> HttpResponse:
    context: dict[str, Any] = {"registration": row, "form": form, "what": what, "training": session.training}
    return render(request, "organise/trainings/take_back.html", page_context(request, session.slot, **context))


def _session(request: OrganiserRequest, slot_id: int) -> Session:
    """A session of the networks that this person runs; any other does not exist (404)."""
    sessions = Session.objects.filter(slot__in=Slot.objects.organised_by(request.user))
    related = ("training__grants", "slot__network", "slot__venue", "slot__room__venue")
    return get_object_or_404(sessions.select_related(*related), slot=slot_id)


def _rows(slot: Slot) -> Any:
    """Those present with an account, and whoever was given something that they are to lose."""
    given = Exists(Grant.objects.filter(registration=OuterRef("pk")))
    certified = Exists(Certificate.objects.filter(registration=OuterRef("pk")))
    rows = slot.registrations.filter(Q(pk__in=awarding.present(slot).values("pk")) | given | certified)
    certificates = Prefetch("certificates", Certificate.objects.order_by("-pk").prefetch_related("revocations"))
    names = ("volunteer__user__last_name", "volunteer__user__first_name", "pk")
    found = rows.select_related("volunteer__user", "grant__qualification").prefetch_related(certificates)
    return found.exclude(volunteer=None).order_by(*names)


def _said_granted(count: int) -> str:
    if not count:
        return _("Everybody present had it already: nothing has changed.")
    return ngettext(
        "Granted to %(count)d person, who gets a message.", "Granted to %(count)d people, who get a message.", count
    ) % {"count": count}
