"""What we know of somebody without asking: whether they did a Night before, and what their profile says of them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from events.models import Registration
from events.night.models import Edition, Participant
from events.night.sign_up.placing import Place, Wishes
from volunteers.models import Volunteer

WALKS = {
    Volunteer.Mobility.SHORT: Participant.Walk.EASY,
    Volunteer.Mobility.WHEELCHAIR: Participant.Walk.EASY,
}


def been_before(volunteer: Volunteer, edition: Edition) -> bool:
    """Were they in the teams of an earlier Night, and not noted absent? One query."""
    return volunteer.pk in veterans([volunteer.pk], edition)


def veterans(volunteers: Iterable[int], edition: Edition) -> set[int]:
    """Those of these volunteers (keys) of whom ``been_before`` is true. One query."""
    there = Q(registration__attendance__in=("", *Registration.THERE), registration__state=Registration.State.CONFIRMED)
    earlier = Participant.objects.active().filter(there, volunteer__in=volunteers, edition__state__in=Edition.TOLD)
    earlier = earlier.filter(edition__ends_at__lt=min(edition.starts_at, timezone.now()))
    return set(earlier.order_by().values_list("volunteer", flat=True))


def wishes_of(participant: Participant) -> Wishes:
    """What they wish now. Two queries."""
    return Wishes(
        choices=tuple(participant.choices.order_by("rank").values_list("headquarters", flat=True)),
        home=participant.home_id,
        reach=participant.reach,
        leader=participant.leader,
        experienced=participant.experienced,
        max_walk=participant.max_walk,
        languages=tuple(participant.languages.values_list("pk", flat=True)),
    )


def likely_wishes(volunteer: Volunteer, places: list[Place], *, with_friend: Participant | None = None) -> Wishes:
    """What to propose to somebody who begins: their districts, languages and way of walking, from the profile.

    Of whom we know no district, "anywhere": what is proposed can be sent as it is. Who comes by a friend's link is
    proposed the friend's choices: in one team they are only if they agree on a place.
    Three queries.
    """
    of_district = {place.headquarters.district_id: place.key for place in places}
    districts = volunteer.districts.order_by("code").values_list("pk", flat=True)
    mine = [of_district[key] for key in districts if key in of_district]
    choices, reach = mine[:3], Participant.Reach.NEAR if mine else Participant.Reach.ANY
    if with_friend:
        reach = Participant.Reach(with_friend.reach)
        choices = list(with_friend.choices.order_by("rank").values_list("headquarters", flat=True))
    return Wishes(
        choices=tuple(choices),
        home=mine[0] if mine else None,
        reach=reach,
        max_walk=WALKS.get(Volunteer.Mobility(volunteer.mobility), Participant.Walk.USUAL)
        if volunteer.mobility
        else Participant.Walk.USUAL,
        languages=tuple(volunteer.languages.values_list("pk", flat=True)),
    )
