"""The people of an edition as organisers and coordinators look through them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Prefetch, Q

from events.models import Registration
from events.night.models import Choice, NamedPerson, Participant
from events.night.models.participants import ParticipantQuerySet

WAITING = Q(registration__state=Registration.State.WAITING)


def with_wishes(people: ParticipantQuerySet) -> ParticipantQuerySet:
    """What a row shows: who, where, what they wish. The same number of queries for any number of people."""
    choices = Choice.objects.select_related("headquarters__district").order_by("rank")
    named = NamedPerson.objects.select_related("partner").order_by("-brought", "pk")
    related = (
        "volunteer__user", "registration__slot__headquarters__district", "assignment__sector",
        "assignment__headquarters__district",
    )  # fmt: skip
    rows = people.select_related(*related).prefetch_related(
        Prefetch("choices", choices), Prefetch("named_by", named), "languages"
    )
    return rows.order_by("volunteer__user__last_name", "volunteer__user__first_name", "pk")


def name_of(row: Participant) -> str:
    """As organisers may know them: of somebody whom they do not know, what was said of them; "" for no name."""
    if row.registration is not None and row.registration.volunteer_id:
        row.registration.volunteer = row.volunteer
        return row.registration.person_name
    return row.volunteer.user.get_full_name()


def phone_of(row: Participant) -> str:
    """As people of the country write it. Of somebody whom the organisers do not know, the one that was said alone."""
    said = next((one.phone for one in row.named_by.all() if one.phone), None)
    known = row.registration is None or row.registration.known_as is None
    phone = said or (row.volunteer.phone if known else None)
    return str(phone.as_national) if phone else ""


def place_of(row: Participant) -> Any:
    """The headquarters that they go to: of their team or reserve, else of their seat; None for none."""
    if hasattr(row, "assignment"):
        return row.assignment.headquarters
    return row.registration.slot.headquarters if row.registration else None


def team_of(row: Participant) -> str:
    """The code of their team's sector; "" in reserve, and before a roster is chosen."""
    return row.assignment.sector.code if hasattr(row, "assignment") and row.assignment.sector else ""


def waits(row: Participant) -> bool:
    return row.registration is not None and row.registration.state == Registration.State.WAITING


def by_whom(row: Participant) -> str:
    """The organisation that names them; "" for none."""
    return next((one.partner.name for one in row.named_by.all() if one.partner), "")


def counts(people: ParticipantQuerySet) -> dict[str, int]:
    """How many, and of them who may lead, who is a professional, who waits. One query."""
    found: dict[str, int] = people.order_by().aggregate(
        people=Count("pk", distinct=True),
        leaders=Count("pk", filter=Q(leader=True), distinct=True),
        professionals=Count("pk", filter=Q(kind=Participant.Kind.PROFESSIONAL), distinct=True),
        waiting=Count("pk", filter=WAITING, distinct=True),
    )
    return found
