"""A call is prepared, published, and its dates changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy as _

from ideas.models import Call, Phase
from volunteers.models import District, User
from volunteers.points import Outside, Point, district_of

Kind = Phase.Kind
Times = Mapping[str, tuple[dt.datetime, dt.datetime]]  # by kind of phase: from, to

# A quarter's call, in weeks counted from its first Monday (the City's own rule of 2017): the first and the last week.
WEEKS = {Kind.CALL: (1, 2), Kind.SORTING: (3, 4), Kind.VOTE: (4, 4), Kind.WORK: (5, 9), Kind.NOTE: (10, 12)}


class IdeaRefused(Exception):
    """Why something could not be done, in a sentence fit for the person."""


def phases_of_quarter(year: int, quarter: int, *, vote: bool) -> dict[str, tuple[dt.datetime, dt.datetime]]:
    """The dates that a quarter's call has by default: whole weeks, from Monday to Monday at midnight in the city.

    Weeks 1 and 2 call, 3 and 4 sorting (with a vote in week 4, if there is one), 5 to 9 work and first publication,
    10 to 12 the note on what came of it.
    """
    first = dt.date(year, 3 * quarter - 2, 1)
    monday = first + dt.timedelta(days=-first.weekday() % 7)

    def moment(weeks: int) -> dt.datetime:
        return dt.datetime.combine(monday + dt.timedelta(weeks=weeks), dt.time(), get_current_timezone())

    kinds = [kind for kind in WEEKS if vote or kind != Kind.VOTE]
    return {kind.value: (moment(WEEKS[kind][0] - 1), moment(WEEKS[kind][1])) for kind in kinds}


def name_call(call: Call) -> Call:
    """Gives a new call the slug made of its question, with a number when another one has it. Saves nothing.

    Addresses are promises: the slug of an existing call stays, whatever its question becomes.
    """
    if call.slug:
        return call
    stem = slugify(call.title_fr)[:150] or "call"  # type: ignore[attr-defined]
    taken = set(Call.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    numbers = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    call.slug = stem if stem not in taken else next(slug for slug in numbers if slug not in taken)
    return call


def prepare(call: Call, *, phases: Times, by: User) -> Call:
    """Saves a call, new or not, with its dates and the district of its point.

    Refuses what ``check_phases`` refuses, a point outside of the city, and what is too late to change.

    Once published: how it is decided stays as it was read, and so does the vote once it has begun. Locks the call's
    row.
    """
    check_phases(phases, vote=bool(call.vote))
    district = district_of_point(call.point)
    with transaction.atomic():
        if call.pk:
            before = Call.objects.select_for_update(no_key=True).get(pk=call.pk)
            _check_change(before, call, phases)
            for name in _not_asked():
                setattr(call, name, getattr(before, name))
        else:
            call.created_by = by
        call.district = district
        name_call(call).save()
        call.phases.exclude(kind__in=phases).delete()
        for kind, (starts_at, ends_at) in phases.items():
            Phase.objects.update_or_create(call=call, kind=kind, defaults={"starts_at": starts_at, "ends_at": ends_at})
    return call


def district_of_point(point: Point | None) -> District | None:
    """The district that a call's point is in; refuses one that is in none, where boundaries are known."""
    if point is None:
        return None
    try:
        return district_of(point, District.objects.all())
    except Outside as outside:
        raise IdeaRefused(
            _("This point is outside of the city's districts. The latitude comes first, then the longitude.")
        ) from outside


def check_phases(phases: Times, *, vote: bool) -> None:
    """Refuses dates that no call can have: each phase ends after it begins, none begins before the call does.

    A vote begins when no more ideas can be sent, so that everybody chooses between the same ones.
    """
    if Kind.CALL not in phases:
        raise IdeaRefused(_("A call needs the dates between which ideas are sent."))
    if vote != (Kind.VOTE in phases):
        raise IdeaRefused(_("A vote needs its dates, and only a vote has them."))
    opens, closes = phases[Kind.CALL]
    if vote and phases[Kind.VOTE][0] < closes:
        raise IdeaRefused(_("The vote begins when ideas are no longer sent: people choose between the same ones."))
    for starts_at, ends_at in phases.values():
        if ends_at <= starts_at:
            raise IdeaRefused(_("Each phase ends after it begins."))
        if starts_at < opens:
            raise IdeaRefused(_("Nothing begins before the call itself does."))


def publish(call: Call, *, by: User) -> Call:
    """Shows the call to everybody; it opens at its first phase. Harmless twice. Locks the call's row.

    Refuses as long as it does not say how it will be decided, by whom and by when, and once its dates are past.
    """
    with transaction.atomic():
        row = Call.objects.select_for_update(no_key=True).get(pk=call.pk)
        if row.state == Call.State.PUBLISHED:
            return row
        if lacks := missing(row):
            raise IdeaRefused(lacks[0])
        row.state, row.published_at = Call.State.PUBLISHED, timezone.now()
        row.save()
    return row


def _not_asked() -> list[str]:
    """What no form says of a call: it may have been published or counted since the form was opened."""
    return ["state", *(field.attname for field in Call._meta.concrete_fields if not field.editable)]


def missing(call: Call) -> list[str]:
    """What keeps a draft from being published, each in a sentence."""
    phase = call.phase(Kind.CALL)
    lacks = {
        _("Say first how it will be decided: people read it before they propose."): not call.how_decided.strip(),
        _("Say first who must answer, and by when."): call.responsible_id is None or call.answer_by is None,
        _("The dates of this call are past: change them first."): phase is None or phase.ends_at <= timezone.now(),
    }
    return [str(words) for words, is_so in lacks.items() if is_so]


def _check_change(before: Call, call: Call, phases: Times) -> None:
    now = timezone.now()
    if before.state != Call.State.PUBLISHED:
        return
    if not call.how_decided.strip() or call.responsible is None or call.answer_by is None:
        raise IdeaRefused(_("A published call says how it is decided, who must answer, and by when."))
    said = [(was.how_decided_fr, was.how_decided_en) for was in (before, call)]  # type: ignore[attr-defined]
    if said[0] != said[1] and not before.is_announced(now):
        raise IdeaRefused(_("How it is decided was published, and people rely on it: it stays."))
    vote = before.phase(Kind.VOTE)
    asked = (before.vote, before.points)
    if vote and vote.starts_at <= now and (asked != (call.vote, call.points) or phases[Kind.VOTE][0] != vote.starts_at):
        raise IdeaRefused(_("The vote has begun: its rule and its beginning stay."))
    if before.sealed_at and phases.get(Kind.VOTE) != (vote and (vote.starts_at, vote.ends_at)):
        raise IdeaRefused(_("The ballots have been counted: the dates of the vote stay."))
