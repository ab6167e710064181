"""The vote of a call: one secret ballot a person, theirs to change until it closes; then counted, and let go of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ideas.calling import IdeaRefused
from ideas.models import Ballot, Call, Choice, Idea, Phase, Score
from ideas.models.ideas import IdeaQuerySet
from volunteers.models import Volunteer

CLOSED = _("This vote is not open.")
FEW = 5  # ballots; of fewer, points could be read as this or that person's
SHOWN = 20  # ideas at first sight; the others unfold


@dataclass(frozen=True)
class Result:
    """What a counted vote came to. Of few ballots only ranks are shown, and not how many they were."""

    scores: list[Score]  # by rank, and in the order in which they were proposed where ranks are equal
    turnout: int
    few: bool

    @property
    def first(self) -> list[Score]:
        return self.scores[:SHOWN]

    @property
    def rest(self) -> list[Score]:
        return self.scores[SHOWN:]

    @property
    def most(self) -> int:
        """The points of the first."""
        return max((score.points for score in self.scores), default=0)

    @property
    def ties(self) -> list[list[Score]]:
        """The ideas that share a rank, unless it is the last, for those that got nothing."""
        ranks: dict[int, list[Score]] = {}
        for score in self.scores:
            if score.points:
                ranks.setdefault(score.rank, []).append(score)
        return [equals for equals in ranks.values() if len(equals) > 1]


def candidates(call: Call) -> list[Idea]:
    """What one votes on, in the order they were proposed: ideas that stood for themselves as the vote opened, and were
    not refused. An answer since then takes none away; one whose text is hidden is left out as long as it is."""
    ideas = _candidates(call).select_related("author__user", "association", "district")
    return list(ideas.order_by("proposed_at", "pk"))


def _candidates(call: Call) -> IdeaQuerySet:
    stands = Q(state__in=[*Idea.UNANSWERED, Idea.State.ADOPTED])
    if phase := call.phase(Phase.Kind.VOTE):
        stands |= Q(state__in=Idea.DECIDED, answered_at__gte=phase.starts_at)
    return Idea.objects.filter(stands, call=call, hidden_at=None)


def vote(volunteer: Volunteer, *, call: Call, points: Mapping[int, int]) -> Ballot | None:
    """Casts the person's ballot, or replaces it; an empty one takes it back. ``points`` by idea's key, zeros left out.

    In a vote by approval each idea chosen has one point. Refuses outside the vote, for an idea that is no candidate,
    and for more points than there are. Locks the call's row against its closing.
    """
    points = {idea: given for idea, given in points.items() if given}
    with transaction.atomic():
        held = Call.objects.select_for_update(no_key=True).get(pk=call.pk)
        if not held.vote or held.sealed_at or not held.is_in(Phase.Kind.VOTE):
            raise IdeaRefused(CLOSED)
        _check(held, points)
        Ballot.objects.filter(call=held, volunteer=volunteer).delete()
        if not points:
            return None
        ballot = Ballot.objects.create(call=held, volunteer=volunteer)
        Choice.objects.bulk_create(Choice(ballot=ballot, idea_id=idea, points=given) for idea, given in points.items())
    return ballot


def chosen_by(volunteer: Volunteer, *, call: Call) -> dict[int, int]:
    """The points of this person's ballot, by idea's key."""
    return dict(Choice.objects.filter(ballot__call=call, ballot__volunteer=volunteer).values_list("idea", "points"))


def result(call: Call) -> Result | None:
    """What is published of a vote once it has been counted."""
    if call.sealed_at is None:
        return None
    scores = call.scores.select_related("idea").order_by("rank", "idea__proposed_at", "idea")
    return Result(list(scores), call.turnout, few=call.turnout < FEW)


def close_due(now: dt.datetime | None = None) -> int:
    """Counts the votes that have ended and lets go of their ballots; returns how many calls. Harmless twice."""
    now = now or timezone.now()
    ended = (
        Call.objects.published()
        .exclude(vote="")
        .filter(sealed_at=None, phases__kind=Phase.Kind.VOTE, phases__ends_at__lte=now)
    )
    return sum(seal(call, now) for call in ended.order_by("pk"))


def seal(call: Call, now: dt.datetime) -> bool:
    """Publishes the result and deletes who voted what. Equal points share a rank: nothing is drawn."""
    with transaction.atomic():
        held = Call.objects.select_for_update(no_key=True).get(pk=call.pk)
        phase = held.phase(Phase.Kind.VOTE)
        if held.sealed_at or phase is None or phase.ends_at > now:
            return False
        counted = _count(held)
        order = sorted(counted.items(), key=lambda one: (-one[1][0], one[0]))
        scores, rank, before = [], 0, -1
        for place, (idea, (points, ballots)) in enumerate(order, 1):
            rank, before = (rank, before) if points == before else (place, points)
            scores.append(Score(call=held, idea_id=idea, points=points, ballots=ballots, rank=rank))
        Score.objects.bulk_create(scores)
        cast = Ballot.objects.filter(call=held)
        held.sealed_at, held.turnout = now, cast.count()
        held.save(update_fields=["sealed_at", "turnout"])
        cast.delete()
    return True


def _count(call: Call) -> dict[int, tuple[int, int]]:
    """Points and ballots of each candidate, and of what people voted on before its text was hidden."""
    counted = dict.fromkeys(_candidates(call).values_list("pk", flat=True), (0, 0))
    given = Choice.objects.filter(ballot__call=call).order_by().values_list("idea")
    return counted | {idea: (points, ballots) for idea, points, ballots in given.annotate(Sum("points"), Count("pk"))}


def _check(call: Call, points: Mapping[int, int]) -> None:
    if _candidates(call).filter(pk__in=points).count() != len(points):
        raise IdeaRefused(_("One of these ideas is no longer in the vote: look at the list again."))
    if any(given < 0 for given in points.values()):
        raise IdeaRefused(_("Points are not taken away from an idea."))
    if call.vote == Call.Vote.APPROVAL and any(given != 1 for given in points.values()):
        raise IdeaRefused(_("In this vote an idea is approved of, or not."))
    if call.vote == Call.Vote.POINTS and sum(points.values()) > call.points:
        raise IdeaRefused(
            _("You gave %(given)d points, and have %(count)d in all.")
            % {"given": sum(points.values()), "count": call.points}
        )
