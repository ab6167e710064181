"""Certificates: one's own in my space, and the public page that checks one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events.models import Registration
from events.scheduling import ChangeRefused
from trainings import certificate_paper, certifying, reports
from trainings.certificate_forms import NameForm
from trainings.models import Certificate, in_hours
from volunteers.methods import require_form
from volunteers.models import User


@never_cache
@require_safe
def verify(request: HttpRequest, number: str) -> HttpResponse:
    """What the bearer of a certificate gave, and whether it is valid; 404, in words, for a number that is unknown."""
    certificate = certifying.found(number)
    if certificate is None:
        return render(request, "trainings/certificate_verify.html", {"standing": "unknown"}, status=404)
    slot = certificate.registration.slot
    context = {
        "certificate": certificate,
        "standing": certifying.standing(certificate),
        "slot": slot,
        "when": certificate_paper.when(slot),
        "training": slot.session.training,
        "grant": getattr(certificate.registration, "grant", None),
        "hours": in_hours(reports.minutes_of(slot)),
        "given_by": certificate_paper.given_by(certificate),
    }
    return render(request, "trainings/certificate_verify.html", context)


@never_cache
@require_safe
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """The sessions at which one was, the hours of all of them, and their certificates."""
    rows = reports.attended(_person(request).volunteer)
    context = {"rows": rows, "hours": reports.total(rows), "space_here": "certificates"}
    return render(request, "trainings/certificates.html", context)


@never_cache
@require_form
@login_required
def certificate(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One's certificate of a session: asks for the name (GET), makes it (POST), then shows what to do with it."""
    registration = _mine(request, uid)
    made = certifying.readable().filter(registration=registration).order_by("-pk").first()
    form = NameForm(request.POST or None, initial={"name": _person(request).get_full_name()})
    if request.method == "POST" and form.is_valid():
        try:
            certifying.issue(registration, name=form.cleaned_data["name"], by=_person(request))
        except ChangeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("certificates:certificate", uid=uid)
    context = {
        "registration": registration,
        "slot": registration.slot,
        "when": certificate_paper.when(registration.slot),
        "form": form,
        "space_here": "certificates",
    }
    context |= {"can_have": certifying.can_have(registration), "grant": getattr(registration, "grant", None)}
    if made:
        standing = certifying.standing(made)
        context |= {"certificate": made, "standing": standing, "address": certificate_paper.address_of(made)}
        context["again"] = standing == certifying.Standing.REVOKED and certifying.may_make_again(made)
    return render(request, "trainings/certificate.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
@login_required
def download(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The paper, as PDF; its file is named after no person."""
    made = get_object_or_404(certifying.readable(), registration=_mine(request, uid), revoked_at=None)
    if certifying.standing(made) == certifying.Standing.REVOKED:
        raise Http404
    pdf = certificate_paper.pdf(made)
    name = f"{_('certificate')}-{made.number[:5].lower()}.pdf"
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@never_cache
@require_POST
@login_required
def withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One's certificate is to be read by nobody any more."""
    registration = _mine(request, uid)
    made = Certificate.objects.filter(registration=registration).order_by("-pk").first()
    try:
        if made:
            certifying.withdraw(made, by=_person(request))
            messages.success(request, _("Withdrawn: nobody can check this certificate any more."))
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("certificates:certificate", uid=uid)


def _mine(request: HttpRequest, uid: UUID) -> Registration:
    """One's own registration for a session; anybody else's does not exist (404)."""
    rows = Registration.objects.filter(volunteer__user=_person(request), slot__session__isnull=False)
    related = ("slot__network", "slot__session__training", "grant__qualification")
    return get_object_or_404(rows.select_related(*related), uid=uid)


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user
