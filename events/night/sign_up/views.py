"""Signing up for a Night: two fields and a code, then one screen of wishes; and what one has afterwards."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from events import reports
from events.night.editions import opening
from events.night.editions.opening import SignUpRefused
from events.night.models import Edition, FriendGroup, Headquarters, Participant
from events.night.sign_up import befriending, briefing, enrolling, knowing, showing
from events.night.sign_up.enrolling import PlacesGone
from events.night.sign_up.forms import WayForm, WishesForm
from events.night.sign_up.parts import about, edition_of, form_address, person_of, said
from events.night.sign_up.placing import Fork, Place, Wishes, place_for, places_of
from events.registering import RegistrationRefused
from volunteers import consenting, signing_up
from volunteers.forms import SignUpForm
from volunteers.methods import require_form
from volunteers.models import User, Volunteer
from volunteers.pacing import evenly_paced


@never_cache
@evenly_paced
@require_form
def sign_up(request: HttpRequest, edition: int) -> HttpResponse:
    """Without an account an address, a first name and a code; signed in, the screen of wishes."""
    found = edition_of(edition)
    friends = _friends_asked(request, found)
    if request.user.is_authenticated:
        return _wishes(request, found, person_of(request), friends)
    if not found.is_open():
        return _closed(request, found)
    form = SignUpForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = about(found) | {"form": form, "friends": friends, "inviter": _inviter(friends)}
        return render(request, "night/sign_up.html", context, status=422 if form.errors else 200)
    volunteer = signing_up.person_for(form.cleaned_data["email"], language=get_language() or "fr")
    signing_up.remember(request, volunteer.user, first_name=form.cleaned_data["first_name"], form="registration")
    return signing_up.prove_address(request, volunteer.user, next_url=form_address(found, friends))


def _wishes(request: HttpRequest, edition: Edition, user: User, friends: FriendGroup | None) -> HttpResponse:
    volunteer = volunteer_of(user)
    participant = (
        Participant.objects.filter(volunteer=volunteer, edition=edition).select_related("registration").first()
    )
    is_in = participant is not None and participant.is_active
    try:
        (opening.check_may_change if is_in else opening.check_may_enrol)(edition)
    except SignUpRefused as refusal:
        return _closed(request, edition, refusal=refusal)
    places = places_of(edition)
    form = _form(request, edition, volunteer, participant, places, friends)
    if request.method != "POST" or not form.is_valid():
        return _wishes_page(request, edition, form, friends, is_in=is_in)
    wishes = form.wishes()
    where, may_wait, way = _where(request, wishes, places, participant)
    if where is None:
        return _wishes_page(request, edition, form, friends, is_in=is_in, way=way, status=409)
    clashes = reports.clashes(volunteer, where.headquarters.slot).exclude(slot__headquarters__edition=edition)
    if "despite_clash" not in request.POST and clashes:
        return _wishes_page(request, edition, form, friends, is_in=is_in, way=way, clashes=clashes, status=409)
    for purpose in set(consenting.NEEDED) & set(form.fields):
        consenting.give(user, purpose=purpose, form="registration")
    signs = "night_charter" in form.fields
    try:
        participant = enrolling.enrol(
            volunteer, edition=edition, wishes=wishes, place=where, may_wait=may_wait, by=user, signs_charter=signs
        )
    except PlacesGone as refusal:
        messages.error(request, str(refusal))
        _place, _may, way = _where(request, wishes, places_of(edition), participant)
        return _wishes_page(request, edition, form, friends, is_in=is_in, way=way, status=409)
    except RegistrationRefused as refusal:
        return _closed(request, edition, refusal=refusal)
    messages.success(request, _("Your wishes are saved.") if is_in else said(participant))
    _go_along(request, participant, friends, form.cleaned_data.get("briefing"), user)
    return redirect("night-sign-up:mine", edition=edition.pk)


def _form(
    request: HttpRequest,
    edition: Edition,
    volunteer: Volunteer,
    participant: Participant | None,
    places: list[Place],
    friends: FriendGroup | None,
) -> WishesForm:
    with_friend = _inviter(friends)
    wishes = (
        knowing.wishes_of(participant)
        if participant
        else knowing.likely_wishes(volunteer, places, with_friend=with_friend)
    )
    has_signed = participant is not None and participant.charter_version == edition.charter_version
    chosen = briefing.registration_of(volunteer, edition)
    return WishesForm(
        request.POST or None,
        needed=consenting.missing(volunteer.user),
        edition=edition,
        places=places,
        wishes=wishes,
        briefings=() if chosen else briefing.sessions_of(edition),
        asks_charter=bool(edition.charter_url) and not has_signed,
        knows_experience=knowing.been_before(volunteer, edition),
    )


def _where(
    request: HttpRequest, wishes: Wishes, places: list[Place], participant: Participant | None
) -> tuple[Place | None, bool, WayForm | None]:
    """Where the seat is taken, whether a number in the waiting list will do, and what there is to ask first, if so."""
    found = place_for(wishes, places, now_at=_now_at(participant))
    if isinstance(found, Fork):
        way = WayForm(request.POST if "way" in request.POST else None, full=found.full, free=found.free)
        if way.is_valid():
            return way.chosen, way.chosen == found.full, way
        return None, False, way
    return found, found is not None and not found.left, None


def _now_at(participant: Participant | None) -> int | None:
    if participant is None or participant.registration is None or not participant.registration.is_active:
        return None
    slot = participant.registration.slot_id
    return Headquarters.objects.filter(slot=slot).values_list("pk", flat=True).first()


def _go_along(
    request: HttpRequest, participant: Participant, friends: FriendGroup | None, session: str | None, user: User
) -> None:
    """Into the friends' group that one came for, and to the briefing that was chosen; a refusal of either is said."""
    try:
        if friends and not participant.group_id:
            befriending.join(participant, group=friends)
        if session:
            slot = briefing.sessions_of(participant.edition).get(pk=session)
            briefing.attend(participant.volunteer, edition=participant.edition, slot=slot, by=user)
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))


def _wishes_page(
    request: HttpRequest,
    edition: Edition,
    form: WishesForm,
    friends: FriendGroup | None,
    *,
    is_in: bool,
    way: WayForm | None = None,
    clashes: Any = (),
    status: int = 200,
) -> HttpResponse:
    """422 when the form must be put right, 409 when there is something to decide first."""
    context = about(edition) | {
        "form": form,
        "way": way,
        "clashes": clashes,
        "is_in": is_in,
        "friends": friends,
        "inviter": _inviter(friends),
    }
    return render(request, "night/wishes.html", context, status=422 if form.errors else status)


def _closed(request: HttpRequest, edition: Edition, *, refusal: RegistrationRefused | None = None) -> HttpResponse:
    """Why one cannot sign up now; 409 for what was sent."""
    context = about(edition) | {"refusal": refusal, "stage": showing.show(edition).stage}
    return render(request, "night/closed.html", context, status=409 if request.method == "POST" else 200)


def volunteer_of(user: User) -> Volunteer:
    return get_object_or_404(Volunteer.objects.select_related("user"), user=user)


def _friends_asked(request: HttpRequest, edition: Edition) -> FriendGroup | None:
    """The group by whose link somebody came."""
    token = request.GET.get("friends", "")
    return FriendGroup.objects.filter(token=token, edition=edition).first() if token else None


def _inviter(friends: FriendGroup | None) -> Participant | None:
    return befriending.inviter_of(friends) if friends else None
