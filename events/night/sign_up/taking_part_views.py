"""One's own part in a Night: what one has, and what one can still do."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events import door_codes
from events.models import Registration
from events.night.cards import views as card_views
from events.night.editions.opening import SignUpRefused
from events.night.models import Edition, Headquarters
from events.night.sign_up import briefing, withdrawing
from events.night.sign_up.forms import briefing_in_words
from events.night.sign_up.friends_views import of_participant
from events.night.sign_up.parts import (
    about,
    edition_of,
    participation_of,
    person_of,
    public_editions,
    said,
)
from events.registering import RegistrationRefused
from events.views import badge_of
from volunteers import squares
from volunteers.methods import require_form


@never_cache
@require_safe
@login_required
def mine(request: HttpRequest, edition: int) -> HttpResponse:
    """What one has: seat or rank, friends, briefing; and what one can still do. Once teams are published, the card."""
    found = edition_of(edition)
    participant = participation_of(request, found)
    if card := card_views.told_card_of(participant):
        return card_views.card_page(request, card, action=reverse("night-sign-up:answer", args=[found.pk]))
    rows = Registration.objects.with_rank().select_related("slot__network", "slot__venue__district", "slot__room")
    registration = rows.filter(pk=participant.registration_id or 0).first()
    session = briefing.registration_of(participant.volunteer, found)
    can_change = participant.is_active and found.state == Edition.State.OPEN
    context = about(found) | {
        "participant": participant,
        "choices": [choice.headquarters for choice in participant.choices.select_related("headquarters__district")],
        "languages": participant.languages.order_by("name"),
        "registration": registration,
        "slot": registration.slot if registration else None,
        "headquarters": Headquarters.objects.filter(slot__registrations=registration).first() if registration else None,
        "can_change": can_change,
        "may_return": not participant.is_active and found.state == Edition.State.OPEN and registration is not None,
        "briefing": session,
        "briefings": _briefings(found) if participant.is_active and not session else [],
    }
    if registration:
        context |= badge_of(registration)
        if door_codes.is_shown(registration):
            code = door_codes.code_of(registration)
            context |= {"door_code": door_codes.shown(code), "door_square": squares.svg(door_codes.address_of(code))}
    if participant.group:
        context |= of_participant(participant, participant.group)
    return render(request, "night/mine.html", context)


@never_cache
@require_POST
@login_required
def withdraw(request: HttpRequest, edition: int) -> HttpResponse:
    """One click; the next page takes it back as well."""
    found = edition_of(edition)
    participant = participation_of(request, found)
    try:
        withdrawing.withdraw(participant, by=person_of(request))
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
    else:
        undo = reverse("night-sign-up:return", args=[found.pk]) if found.state == Edition.State.OPEN else ""
        messages.success(request, _("You have withdrawn from the Night. Thank you for telling us."), extra_tags=undo)
    return redirect("night-sign-up:mine", edition=found.pk)


@never_cache
@require_POST
@login_required
def come_back(request: HttpRequest, edition: int) -> HttpResponse:
    """Takes a withdrawal back."""
    found = edition_of(edition)
    participant = participation_of(request, found)
    try:
        withdrawing.come_back(participant, by=person_of(request))
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said(participation_of(request, found)))
    return redirect("night-sign-up:mine", edition=found.pk)


@never_cache
@require_POST
@login_required
def choose_briefing(request: HttpRequest, edition: int) -> HttpResponse:
    """Registers for a briefing session."""
    found = edition_of(edition)
    participant = participation_of(request, found)
    if not participant.is_active:
        raise PermissionDenied
    key = request.POST.get("briefing", "")
    slot = briefing.sessions_of(found).filter(pk=key).first() if key.isdecimal() and len(key) < 18 else None
    try:
        if slot is None:
            raise SignUpRefused(_("This session can no longer be chosen."))
        briefing.attend(participant.volunteer, edition=found, slot=slot, by=person_of(request))
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your briefing session is noted. A message is on its way to you."))
    return redirect("night-sign-up:mine", edition=found.pk)


@never_cache
@require_form
def of_slot(request: HttpRequest, slot_id: int) -> HttpResponse:
    """Where the agenda sends whoever asks about a headquarters' date: to what they have, or to where one signs up."""
    found = get_object_or_404(public_editions().filter(headquarters__slot=slot_id))
    is_in = request.user.is_authenticated and found.participants.filter(volunteer__user=request.user).exists()
    return redirect("night-sign-up:mine" if is_in else "night-sign-up:form", edition=found.pk)


def _briefings(edition: Edition) -> list[tuple[int, str]]:
    return [(slot.pk, briefing_in_words(slot)) for slot in briefing.sessions_of(edition)]
