"""One's own card: by the link in a mail, without signing in, and in one's space. Opening it changes nothing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from events import door_codes
from events.night.cards import answering, links, showing
from events.night.models import Card, Edition, Participant
from events.night.sign_up import public_pages
from events.night.sign_up.parts import edition_of, participation_of, person_of
from events.registering import RegistrationRefused
from volunteers import squares
from volunteers.methods import require_form
from volunteers.models import User

COMING, CANNOT = "coming", "cannot"


@never_cache
@require_form
def card(request: HttpRequest, token: str) -> HttpResponse:
    """Shows the card (GET), and takes the answer (POST). The page does not name its person; of the team it has first
    names, as their own mail does. A forged link is told so in plain words (404)."""
    found = links.card_of(token)
    if found is None:
        return render(request, "night/card_unknown.html", status=404)
    if request.method == "POST":
        _answer(request, found, found.participant.volunteer.user)
        return redirect("night-sign-up:card", token=token)
    context = {"is_for_another": request.user.is_authenticated and request.user != found.participant.volunteer.user}
    return card_page(request, found, action=request.path, **context)


@never_cache
@require_POST
@login_required
def answer(request: HttpRequest, edition: int) -> HttpResponse:
    """The same answer, from one's own space."""
    night = edition_of(edition)
    found = told_card_of(participation_of(request, night))
    if found is None:
        raise Http404
    _answer(request, found, person_of(request))
    return redirect("night-sign-up:mine", edition=night.pk)


def told_card_of(participant: Participant) -> Card | None:
    """What this person was told, if anything yet."""
    if participant.edition.state not in Edition.TOLD:
        return None
    return Card.objects.told().select_related(*links.RELATED).filter(participant=participant).first()


def card_page(request: HttpRequest, found: Card, *, action: str, **context: Any) -> HttpResponse:
    """``action``: where the answer is posted."""
    facts = showing.shown(found)
    registration = found.participant.registration
    if registration and "door_code" in facts:
        facts["door_square"] = squares.svg(door_codes.address_of(door_codes.code_of(registration)))
    facts |= {
        "action": action,
        "page_url": public_pages.page_of(facts["edition"]),
        "is_signed_in": request.user == found.participant.volunteer.user,
        "calendar_url": reverse("events:registration-calendar", args=[registration.uid])
        if registration and registration.is_active
        else "",
    }
    return render(request, "night/card.html", facts | context)


def _answer(request: HttpRequest, found: Card, by: User) -> None:
    """Notes the answer, and says what became of it."""
    said = request.POST.get("answer", "")
    try:
        if said == COMING:
            after = answering.say_coming(found, by=by)
            words = _("Thank you: you are expected.") if after.sector_id else _("Thank you: we may call on you.")
        elif said == CANNOT:
            answering.say_cannot(found, by=by)
            words = _("Thank you for telling us. Somebody else takes your place.")
        else:
            return
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, words)
