"""Behind the link in the message to somebody whom others have named: nobody signs in, opening it changes nothing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from events.night.partners import objecting
from events.registering import RegistrationRefused
from volunteers.methods import require_form


@never_cache
@require_form
def object_to(request: HttpRequest, token: str) -> HttpResponse:
    """Asks (GET), then takes them out of the Night and forgets what was said of them (POST). A forged link is 404."""
    person = objecting.person_of(token)
    if person is None:
        return render(request, "night/partners/link_ended.html", {"refusal": "", "is_named": True}, status=404)
    if request.method == "POST":
        try:
            objecting.object_to(person)
        except RegistrationRefused as refusal:
            messages.error(request, str(refusal))
        return redirect("night-partners:object", token=token)
    participant = person.participant
    context = {
        "person": person,
        "edition": person.edition,
        "partner": person.partner,
        "is_in": participant is not None and participant.is_active,
    }
    return render(request, "night/partners/object.html", context)
