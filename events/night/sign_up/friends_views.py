"""Friends who come together: opening a group, its link, joining and leaving."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from events.night.models import Edition, FriendGroup, Participant
from events.night.sign_up import befriending
from events.night.sign_up.parts import (
    about,
    edition_of,
    form_address,
    name_of,
    participation_of,
)
from events.registering import RegistrationRefused
from volunteers.methods import require_form


@never_cache
@require_POST
@login_required
def change_group(request: HttpRequest, edition: int) -> HttpResponse:
    """Opens a group of friends, or leaves it (``leave``)."""
    found = edition_of(edition)
    participant = participation_of(request, found)
    try:
        if "leave" in request.POST:
            befriending.leave(participant)
            messages.success(request, _("You are no longer in the group."))
        else:
            befriending.open_group(participant)
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(reverse("night-sign-up:mine", args=[found.pk]) + "#friends")


@never_cache
@require_form
def friends(request: HttpRequest, token: str) -> HttpResponse:
    """Behind a friend's link: who invites, by first name only; joining, or signing up to join.

    404, in words, once it is gone.
    """
    rows = FriendGroup.objects.exclude(edition__state=Edition.State.PREPARING).select_related("edition__network")
    group = rows.filter(token=token).first()
    inviter = befriending.inviter_of(group) if group else None
    if group is None or inviter is None:
        return render(request, "night/friends_gone.html", status=404)
    participant = None
    if request.user.is_authenticated:
        mine = Participant.objects.active().select_related("group", "volunteer__user", "edition")
        participant = mine.filter(volunteer__user=request.user, edition=group.edition).first()
    if request.method == "POST":
        if participant is None:
            return redirect(form_address(group.edition, group))
        try:
            befriending.join(participant, group=group)
        except RegistrationRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("night-sign-up:friends", token=token)
        messages.success(request, _("You are in %(name)s's group.") % {"name": name_of(inviter)})
        return redirect(reverse("night-sign-up:mine", args=[group.edition_id]) + "#friends")
    members = group.members.count()
    context = about(group.edition) | {
        "inviter": name_of(inviter),
        "is_mine": participant is not None and participant.group_id == group.pk,
        "is_elsewhere": participant is not None and participant.group_id not in (None, group.pk),
        "is_full": members >= befriending.GROUP_SIZE,
        "places_left": befriending.GROUP_SIZE - members,
        "can_change": group.edition.state == Edition.State.OPEN,
        "is_open": group.edition.is_open(),
        "participant": participant,
        "form_url": form_address(group.edition, group),
        "link": link_of(group),
    }
    return render(request, "night/friends.html", context)


def of_participant(participant: Participant, group: FriendGroup) -> dict[str, Any]:
    members = group.members.select_related("volunteer__user").order_by("group_place")
    others = [member for member in members if member.pk != participant.pk]
    return {
        "group": group,
        "others": [name_of(member) for member in others],
        "places_left": befriending.GROUP_SIZE - len(others) - 1,
        "link": link_of(group),
    }


def link_of(group: FriendGroup) -> str:
    """What friends are sent: the whole address, in the language of whoever sends it."""
    return settings.SITE_URL + reverse("night-sign-up:friends", args=[group.token])
