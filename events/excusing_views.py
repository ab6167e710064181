""" "I cannot come that day": from a mail without signing in, where opening changes nothing, and from one's own page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from events import by_date, declining, excusing, kinds, missed, occasions, reports
from events.models import Registration, Slot
from events.occasions import Occasion
from events.registering import RegistrationRefused
from events.views import badge_of, my_own
from volunteers.methods import require_form
from volunteers.models import User


@never_cache
@require_form
def miss(request: HttpRequest, token: str) -> HttpResponse:
    """Asks (GET), notes that the person does not come to that meeting (POST), and takes it back (POST with ``again``).

    The page names the person to nobody. A forged link is told so in plain words (404); one to a date that is left
    alone of several leads to where its seat is given back.
    """
    meant = excusing.meant_by(token)
    if meant is None:
        return render(request, "events/decline_unknown.html", status=404)
    registration, number = meant
    if registration.slot.dates == 1:
        return redirect("events:decline", token=declining.token_of(registration))
    if request.method == "POST":
        verb = excusing.can_come if "again" in request.POST else excusing.cannot_come
        try:
            verb(registration, number=number, by=_person(registration))
        except RegistrationRefused as refusal:
            messages.error(request, str(refusal))
        else:
            if verb is excusing.can_come:
                _warn_of_clash(request, registration, number)
        return redirect("events:miss", token=token)
    return render(request, "events/miss.html", _about(request, registration, number))


def _about(request: HttpRequest, registration: Registration, number: int) -> dict[str, Any]:
    slot, now = registration.slot, timezone.now()
    one = next((one for one in occasions.of(slot) if one.number == number), None)
    may_say = excusing.may_say(registration, one, now)
    return badge_of(registration) | {
        "registration": registration,
        "slot": slot,
        "slot_url": kinds.page_of(slot),
        "others_url": kinds.others_of(slot),
        "one": one,
        "may_say": may_say,
        "is_missed": number in missed.numbers_of(registration),
        "is_last": may_say and one is not None and excusing.is_last(registration, one, now),
        "if_missed": kinds.get(slot.kind).if_missed,
        "decline_url": _decline_url(registration),
        "is_for_another": request.user.is_authenticated and request.user != _person(registration),
    }


def _decline_url(registration: Registration) -> str:
    """Where the whole seat is given back, as long as it can be."""
    if not declining.may_decline(registration):
        return ""
    return reverse("events:decline", args=[declining.token_of(registration)])


@never_cache
@require_POST
@login_required
def cannot_come(request: HttpRequest, uid: UUID, number: int) -> HttpResponse:
    """From one's own page; the message that says it offers to undo it."""
    registration = my_own(request, uid)
    try:
        row = excusing.cannot_come(registration, number=number, by=_person(registration))
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("events:registration-detail", uid=uid)
    said = _("Noted: you do not come on %(day)s. Your seat is kept for the other dates.")
    undo_url = reverse("events:date-can", args=[uid, number])
    messages.success(request, said % {"day": _day_of(row.slot, number)}, extra_tags=undo_url)
    return redirect("events:registration-detail", uid=uid)


@never_cache
@require_POST
@login_required
def can_come(request: HttpRequest, uid: UUID, number: int) -> HttpResponse:
    """Taken back."""
    registration = my_own(request, uid)
    try:
        row = excusing.can_come(registration, number=number, by=_person(registration))
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Noted: you come on %(day)s.") % {"day": _day_of(row.slot, number)})
        _warn_of_clash(request, row, number)
    return redirect("events:registration-detail", uid=uid)


def _warn_of_clash(request: HttpRequest, registration: Registration, number: int) -> None:
    """What the person has taken for that time since they said no to it is told, and not named: a mail led here, too."""
    person = registration.volunteer
    if person is not None and reports.clashes(person, registration.slot, number=number).exists():
        messages.warning(request, _("You have something else at that time: see it under “My dates”."))


def _day_of(slot: Slot, number: int) -> str:
    found: list[Occasion] = [one for one in occasions.of(slot) if one.number == number]
    return by_date.day_of(found[0])


def _person(registration: Registration) -> User | None:
    return registration.volunteer.user if registration.volunteer else None
