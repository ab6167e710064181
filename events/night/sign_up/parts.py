"""What the pages of a Night's sign-up have in common: which edition, whose part in it, the words of what was done."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from events.models import Registration
from events.night.models import Edition, FriendGroup, Participant
from events.night.sign_up import public_pages
from volunteers.models import User


def edition_of(key: int) -> Edition:
    """404 while it is being prepared."""
    return get_object_or_404(public_editions(), pk=key)


def public_editions() -> Any:
    return Edition.objects.exclude(state=Edition.State.PREPARING).select_related("network")


def participation_of(request: HttpRequest, edition: Edition) -> Participant:
    rows = Participant.objects.select_related("volunteer__user", "edition__network", "home__district", "group")
    return get_object_or_404(rows, volunteer__user=person_of(request), edition=edition)


def person_of(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def about(edition: Edition) -> dict[str, Any]:
    return {"edition": edition, "page_url": public_pages.page_of(edition)}


def name_of(participant: Participant) -> str:
    return participant.volunteer.user.first_name or _("A friend")


def form_address(edition: Edition, friends: FriendGroup | None) -> str:
    address = reverse("night-sign-up:form", args=[edition.pk])
    return f"{address}?{urlencode({'friends': friends.token})}" if friends else address


def said(participant: Participant) -> str:
    waits = participant.registration is not None and participant.registration.state == Registration.State.WAITING
    if waits:
        return _("You are signed up, on the waiting list. We write to you as soon as a place comes free.")
    return _("You are signed up. A message is on its way to you.")
