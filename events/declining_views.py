"""Behind "I cannot come" in a mail: nobody signs in, opening it changes nothing, its button gives the seat back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from events import declining, kinds, reports
from events.models import Registration
from events.registering import RegistrationRefused
from events.views import SAID, badge_of
from volunteers.methods import require_form


@never_cache
@require_form
def decline(request: HttpRequest, token: str) -> HttpResponse:
    """Asks (GET), gives the seat back (POST), and takes that back (POST with ``again``) as long as one may sign up.

    The page names the person to nobody: it shows the date only. A forged link is told so in plain words (404).
    """
    registration = declining.registration_of(token)
    if registration is None:
        return render(request, "events/decline_unknown.html", status=404)
    if request.method == "POST":
        try:
            registration = _answer(request, registration)
        except RegistrationRefused as refusal:
            messages.error(request, str(refusal))
        return redirect("events:decline", token=declining.token_of(registration))
    return _page(request, registration)


def _answer(request: HttpRequest, registration: Registration) -> Registration:
    """The registration that the next page is about: another one for whoever comes back."""
    if "again" not in request.POST:
        return declining.decline(registration)
    if not declining.may_come_back(registration) or (_clashes(registration) and "despite_clash" not in request.POST):
        return registration
    registration = declining.come_back(registration)
    messages.success(request, SAID[Registration.State(registration.state)])
    return registration


def _page(request: HttpRequest, registration: Registration) -> HttpResponse:
    slot, now = registration.slot, timezone.now()
    person = registration.volunteer and registration.volunteer.user
    may_come_back = declining.may_come_back(registration)
    context = badge_of(registration) | {
        "registration": registration,
        "slot": slot,
        "slot_url": kinds.page_of(slot),
        "others_url": kinds.others_of(slot),
        "may_decline": declining.may_decline(registration),
        "may_come_back": may_come_back,
        "clashes": may_come_back and _clashes(registration),
        "is_back": not registration.is_active and declining.is_back(registration),
        "is_open": slot.is_open(now),
        "is_over": slot.ends_at <= now,
        "is_for_another": request.user.is_authenticated and request.user != person,
    }
    return render(request, "events/decline.html", context)


def _clashes(registration: Registration) -> bool:
    return registration.volunteer is not None and reports.clashes(registration.volunteer, registration.slot).exists()
