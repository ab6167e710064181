"""Signing up for a date, what became of it, and one's own agenda."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from events import (
    asking,
    door_codes,
    eligibility,
    excusing,
    handouts,
    kinds,
    missed,
    occasions,
    offers,
    registering,
    renewing,
    reports,
)
from events.models import Registration, Slot
from events.permissions import can_answer_for, can_see_registration
from events.registering import NotQualified, RegistrationRefused
from volunteers import consenting, signing_up, squares
from volunteers.forms import AgreementForm, SignUpForm
from volunteers.methods import require_form
from volunteers.models import User, Volunteer
from volunteers.pacing import evenly_paced

State = Registration.State
PendingFor = Registration.PendingFor

SAID = {
    State.CONFIRMED: gettext_lazy("Your seat is confirmed. A message is on its way to you."),
    State.PENDING: gettext_lazy("Your request is in. An organiser will answer, and we will write to you."),
    State.WAITING: gettext_lazy("You are on the waiting list. We will write to you as soon as a seat comes free."),
}


@never_cache
@evenly_paced
@require_form
def register(request: HttpRequest, slot_id: int) -> HttpResponse:
    """The page to sign up on, and signing up: one click when signed in, else two fields and a code by mail."""
    slot = get_object_or_404(_slots().published(), pk=slot_id)
    if own_page := kinds.own_page_of(slot):
        return redirect(own_page)
    if request.user.is_authenticated:
        return _register_signed_in(request, slot, _person(request))
    form = SignUpForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _register_page(request, slot, form=form)
    try:
        volunteer, wish = asking.ask(form.cleaned_data["email"], slot=slot, language=get_language() or "fr")
    except RegistrationRefused as refusal:
        return _register_page(request, slot, form=form, refusal=refusal)
    request.session["signing_up"] = wish.as_dict()
    signing_up.remember(request, volunteer.user, first_name=form.cleaned_data["first_name"], form="registration")
    next_url = reverse("events:my-registration", args=[slot.pk])
    response = signing_up.prove_address(request, volunteer.user, next_url=next_url)
    if response.status_code == 429:
        asking.let_go(wish)
    return response


def _register_signed_in(request: HttpRequest, slot: Slot, user: User) -> HttpResponse:
    volunteer = _volunteer_of(user)
    mine = volunteer.registrations.active().filter(slot=slot).first()
    if mine and not (request.method == "POST" and mine.pending_for == PendingFor.CODE):
        return redirect("events:registration-detail", uid=mine.uid)
    clashes = reports.clashes(volunteer, slot)
    agreement = _agreement(request, user)
    agreed = agreement is None or agreement.is_valid()
    if request.method != "POST" or not agreed or (clashes and "despite_clash" not in request.POST):
        return _register_page(request, slot, clashes=clashes, agreement=agreement)
    _agree(user, agreement, form="registration")
    try:
        registration = registering.register(volunteer, slot=slot, by=user)
    except NotQualified:  # the page says what is missing, and the way to it
        return _register_page(request, slot, status=409)
    except RegistrationRefused as refusal:
        return _register_page(request, slot, refusal=refusal)
    messages.success(request, SAID[State(registration.state)])
    return redirect("events:registration-detail", uid=registration.uid)


def _register_page(
    request: HttpRequest,
    slot: Slot,
    *,
    refusal: RegistrationRefused | None = None,
    status: int | None = None,
    **context: Any,
) -> HttpResponse:
    """Shows the page; 409 when what was asked cannot be had, 422 when the form must be put right.

    To whoever lacks what the date asks for it shows the way to it in place of a button.
    """
    form = context.get("form") or context.get("agreement")
    status = status or (409 if refusal else 422 if form is not None and form.errors else 200)
    asked = eligibility.asked_of(slot, request.user)
    waiting = slot.registrations.filter(state=State.WAITING).count() if slot.seats_left == 0 else 0
    context |= _links(slot) | {
        "slot": slot,
        "is_open": slot.is_open(),
        "refusal": refusal,
        "asked": asked,
        "lacking": eligibility.is_lacking(asked),
        "waiting": waiting,
        "hold_minutes": settings.HOLD_MINUTES,
    }
    return render(request, "events/register.html", context, status=status)


@never_cache
@require_GET
@login_required
def my_registration(request: HttpRequest, slot_id: int) -> HttpResponse:
    """Where the code page leads: to what one's request has become."""
    mine = Registration.objects.filter(volunteer__user=_person(request), slot=slot_id).order_by("-pk").first()
    if mine is None:
        return redirect("events:register", slot_id=slot_id)
    return redirect("events:registration-detail", uid=mine.uid)


@never_cache
@require_GET
@login_required
def registration_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What became of one registration, and what one can do now."""
    registration = my_own(request, uid)
    if own_page := kinds.own_page_of(registration.slot):
        return redirect(own_page)
    return _registration_page(request, registration, agreement=_agreement_for(request, registration))


def _registration_page(
    request: HttpRequest, registration: Registration, *, agreement: AgreementForm | None
) -> HttpResponse:
    """Shows the page; 422 when a box is missing."""
    slot = registration.slot
    again = not registration.is_active and slot.is_open() and not _has_active(registration)
    asked = eligibility.asked_of(slot, request.user) if again else []
    lacking = eligibility.is_lacking(asked)
    context = (
        _standing(registration)
        | _links(slot)
        | {
            "may_register_again": again and not lacking,
            "asked": asked if lacking else [],
            "agreement": agreement,
            "handouts": handouts.given_to([registration]).get(slot.pk, []),
            "clashes": reports.clashes_of(registration),
            "has_begun": _has_begun(registration),
            "is_over": slot.ends_at <= timezone.now(),
            "dates": _dates(registration),
            "if_missed": kinds.get(slot.kind).if_missed,
        }
    )
    if door_codes.is_shown(registration):
        code = door_codes.code_of(registration)
        context |= {"door_code": door_codes.shown(code), "door_square": squares.svg(door_codes.address_of(code))}
    status = 422 if agreement is not None and agreement.errors else 200
    return render(request, "events/registration.html", context, status=status)


def _dates(registration: Registration) -> list[dict[str, Any]]:
    """Of several meetings those still to come, and what one can say about each; none without a seat."""
    now = timezone.now()
    times = [one for one in occasions.of(registration.slot) if excusing.may_say(registration, one, now)]
    not_there = missed.numbers_of(registration) if times else frozenset()
    return [
        {
            "one": one,
            "is_missed": one.number in not_there,
            "is_last": excusing.is_last(registration, one, now),
        }
        for one in times
    ]


@never_cache
@require_POST
@login_required
def confirm(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Takes the seat that is offered or held; says first what else is at that time, and what is not agreed to yet."""
    registration, user = my_own(request, uid), _person(request)
    agreement = _agreement_for(request, registration)
    agreed = agreement is None or agreement.is_valid()
    if not agreed or _is_unsaid_clash(request, registration):
        return _registration_page(request, registration, agreement=agreement)
    _agree(user, agreement, form="offer")
    try:
        registration = registering.confirm(registration, by=user)
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, SAID[State(registration.state)])
    return redirect("events:registration-detail", uid=uid)


@never_cache
@login_required
@require_form
def cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Asks whether one really gives the seat back (GET), and does it (POST)."""
    registration = my_own(request, uid)
    if request.method != "POST" and registration.is_active and not _has_begun(registration):
        return render(request, "events/cancel.html", _standing(registration))
    if request.method == "POST" and registration.is_active:
        try:
            registering.give_back(registration, by=_person(request))
        except RegistrationRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("events:registration-detail", uid=uid)
        undo_url = reverse("events:register", args=[registration.slot_id])
        messages.success(request, _("You are no longer registered. Thank you for telling us."), extra_tags=undo_url)
    return redirect("events:registration-detail", uid=uid)


@never_cache
@require_form
def answer_offer(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link of an offer's mail: its two buttons answer, opening it does nothing.

    The link names the person to nobody: the page shows the date only. Saying yes asks for what the person has not
    agreed to yet, as at sign-up: an organiser or a list may have put them on the waiting list.
    """
    found = offers.registration_of(token)
    if found is None:
        raise Http404
    registration, stands = found
    context: dict[str, Any] = _links(registration.slot) | {"slot": registration.slot, "registration": registration}
    agreement = _agreement_for(request, registration) if stands else None
    declined = "decline" in request.POST
    agreed = agreement is None or agreement.is_valid()
    if request.method == "POST" and stands and (declined or (agreed and not _is_unsaid_clash(request, registration))):
        try:
            if declined:
                registration = registering.give_back(registration, by=None)
            else:
                _agree(_user_of(registration), agreement, form="offer")
                registration = registering.confirm(registration, by=None)
        except RegistrationRefused:
            registration.refresh_from_db()
        context |= {"registration": registration, "answered": True}
        stands = False
    context |= {"stands": stands, "agreement": agreement} | badge_of(registration)
    if stands:
        context["clashes"] = reports.clashes_of(registration)
        context["is_for_another"] = request.user.is_authenticated and request.user != _user_of(registration)
    status = 422 if stands and agreement is not None and agreement.errors else 200
    return render(request, "events/offer.html", context, status=status)


@never_cache
@require_GET
@login_required
def space(request: HttpRequest) -> HttpResponse:
    """My space: what to answer first, what comes, where I wait, what has been, and my calendar's address."""
    volunteer = _volunteer_of(_person(request))
    everything = "history" in request.GET
    agenda = reports.agenda_of(volunteer, past=1000 if everything else 10)
    address = feed_url(volunteer)
    context = {
        "agenda": agenda,
        "material": _material(agenda),
        "next": agenda.coming[0] if agenda.coming else None,
        "next_dates": _dates(agenda.coming[0]) if agenda.coming else [],
        "feed_url": address,
        "webcal_url": "webcal:" + address.partition(":")[2],
        "others_url": kinds.browse(),
        "space_here": "agenda",
        "memberships": volunteer.memberships.filter(left_at=None).select_related("network").order_by("network"),
    }
    return render(request, "events/space.html", context)


@never_cache
@require_POST
@login_required
def renew_feed(request: HttpRequest) -> HttpResponse:
    """Gives the calendar feed a new address."""
    renewing.renew_feed(_volunteer_of(_person(request)))
    messages.success(request, _("Your calendar has a new address. The old one no longer works."))
    return redirect(reverse("events:space") + "#calendar")


def feed_url(volunteer: Volunteer) -> str:
    """The feed's address is the same in all languages, so that it can be given out once for ever."""
    with override(settings.LANGUAGE_CODE):
        return settings.SITE_URL + reverse("events:calendar-feed", args=[volunteer.calendar_token])


def badge_of(registration: Registration) -> dict[str, str]:
    """The ``state`` that components/state_badge.html shows."""
    of_pending: dict[str, str] = {PendingFor.OFFER: "offered", PendingFor.APPROVAL: "requested"}
    state = "reserve" if kinds.in_reserve(registration) else registration.state
    return {"state": of_pending.get(registration.pending_for, state)}


def _standing(registration: Registration) -> dict[str, Any]:
    return {"registration": registration, "slot": registration.slot} | badge_of(registration)


def _has_begun(registration: Registration) -> bool:
    return registration.slot.starts_at <= timezone.now()


def _material(agenda: reports.Agenda) -> list[dict[str, Any]]:
    """The dates of this person that have something to download: those to come, then those just gone."""
    rows = [row for row in (*agenda.coming, *agenda.past) if row.state == State.CONFIRMED]
    found = handouts.given_to(rows)
    return [{"registration": row, "handouts": found[row.slot_id]} for row in rows if row.slot_id in found]


def _links(slot: Slot) -> dict[str, Any]:
    return {"slot_url": kinds.page_of(slot), "others_url": kinds.others_of(slot)}


def _agreement(request: HttpRequest, user: User) -> AgreementForm | None:
    """The boxes that this person has never ticked, filled if they were just sent; None when nothing is missing.

    It is missing of people whom an organiser, a list or another service brought here.
    """
    needed = consenting.missing(user)
    return AgreementForm(request.POST if "agreeing" in request.POST else None, needed=needed) if needed else None


def _agreement_for(request: HttpRequest, registration: Registration) -> AgreementForm | None:
    """The same, where saying yes is what the person can do now."""
    may_answer = registration.pending_for in (PendingFor.OFFER, PendingFor.CODE)
    return _agreement(request, _user_of(registration)) if may_answer else None


def _is_unsaid_clash(request: HttpRequest, registration: Registration) -> bool:
    """Whether something else is at that time, and the form that was sent did not say so."""
    return "despite_clash" not in request.POST and reports.clashes_of(registration).exists()


def _agree(user: User, agreement: AgreementForm | None, *, form: str) -> None:
    for purpose in agreement.fields if agreement else ():
        consenting.give(user, purpose=purpose, form=form)


def _user_of(registration: Registration) -> User:
    if registration.volunteer is None:  # only what has ended loses its person
        raise Http404
    return registration.volunteer.user


def _slots() -> Any:
    return Slot.objects.select_related("network", "venue__district", "room")


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _volunteer_of(user: User) -> Volunteer:
    """Everybody who signs in has a profile (volunteers.receivers)."""
    return get_object_or_404(Volunteer, user=user)


def my_own(request: HttpRequest, uid: UUID) -> Registration:
    """One's own registration; anybody else's does not exist (404)."""
    rows = Registration.objects.with_rank().select_related(
        "volunteer", "slot__network", "slot__venue__district", "slot__room"
    )
    registration = get_object_or_404(rows, uid=uid)
    if not (can_see_registration(request.user, registration) and can_answer_for(request.user, registration)):
        raise Http404
    return registration


def _has_active(registration: Registration) -> bool:
    others = Registration.objects.active().filter(volunteer=registration.volunteer, slot=registration.slot)
    return others.exists()
