"""What a session gives to those who were there: its training's qualification; and taking it back."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Registration, Slot
from events.models.registrations import RegistrationQuerySet
from events.scheduling import ChangeRefused
from mail import queuing
from trainings import certifying
from trainings.models import Grant, Session
from volunteers import qualifying
from volunteers.models import QualificationHeld, User, Volunteer
from volunteers.qualifying import Period

State = Registration.State


def present(slot: Slot) -> RegistrationQuerySet:
    """Those who were there to the end, and still have an account: whom a session gives something to.

    Whoever left early was there too, but nobody knows how much of it they learnt.
    """
    rows = slot.registrations.filter(state=State.CONFIRMED, attendance=Registration.Attendance.PRESENT)
    return rows.exclude(volunteer=None)


def grant(session: Session, *, by: User, only: Collection[int] | None = None) -> int:
    """Grants the training's qualification to all present, from the session's day, and tells each of them once.

    Who holds it already holds it longer (``qualifying.grant``). Those from whom it was taken back are left out, unless
    their registrations are among ``only``, which grants to these alone. Returns how many got it now: twice is once.
    Refuses a training that grants nothing, and a session that has not begun. Locks the slot's row.
    """
    training, slot = session.training, session.slot
    if training.grants is None:
        raise ChangeRefused(_("This training grants no qualification."))
    now = timezone.now()
    if slot.state != Slot.State.OPEN or slot.starts_at > now:
        raise ChangeRefused(_("This date has not taken place: nothing can be granted yet."))
    day = timezone.localdate(slot.starts_at)
    until = qualifying.expiry(day, months=training.grants_months)
    with transaction.atomic():
        Slot.objects.select_for_update(no_key=True).filter(pk=slot.pk).values_list("pk").get()
        before = {row.registration_id: row for row in Grant.objects.filter(registration__slot=slot)}
        rows = [
            row
            for row in present(slot).select_related("volunteer__user").order_by("volunteer")
            if (row.pk not in before if only is None else row.pk in only)
            and (row.pk not in before or not before[row.pk].stands)
        ]
        people = [row.volunteer for row in rows if row.volunteer]
        held = _held_by(people, training.grants_id)
        qualifying.grant(people, training.grants, on=day, months=training.grants_months, by=by)
        grants = []
        for row in rows:
            since, held_until = held.get(row.volunteer_id, (None, None))
            grant = before.get(row.pk) or Grant(registration=row, held_since=since, held_until=held_until, times=0)
            grant.qualification, grant.granted_on, grant.expires_on = training.grants, day, until
            grant.granted_at, grant.granted_by, grant.times = now, by, grant.times + 1
            grant.revoked_at, grant.revoked_by, grant.reason = None, None, ""
            grant.save()
            grants.append(grant)
        _tell(grants, "granted")
    return len(rows)


def take_back(grant: Grant, *, reason: str, by: User) -> Grant:
    """The person no longer holds what this session gave; a certificate that says so is revoked with it.

    Tells them once, with the reason. What they hold from elsewhere, before or since, stays. Harmless twice: the first
    reason stays. Refuses without a reason, and when what they hold was changed by hand since: nobody knows then what
    is to be left. Locks the slot's row.
    """
    reason = reason.strip()
    if not reason:
        raise ChangeRefused(_("Say why: the person will read it."))
    with transaction.atomic():
        Slot.objects.select_for_update(no_key=True).filter(pk=grant.registration.slot_id).values_list("pk").get()
        row = Grant.objects.select_related("registration__volunteer__user", "qualification").get(pk=grant.pk)
        if not row.stands:
            return row
        volunteer = row.registration.volunteer
        if volunteer is not None:
            others = [other for other in _standing(volunteer, row) if other.pk != row.pk]
            first = _all(volunteer, row).order_by("pk")[0]
            elsewhere: list[Period] = [(first.held_since, first.held_until)] if first.held_since else []
            kept = qualifying.hold_instead(
                volunteer,
                row.qualification,
                before=elsewhere + _periods(_standing(volunteer, row)),
                after=elsewhere + _periods(others),
            )
            if not kept:
                raise ChangeRefused(_("What this person holds has been changed by hand since: change it there, too."))
        row.revoked_at, row.revoked_by, row.reason = timezone.now(), by, reason
        row.save(update_fields=["revoked_at", "revoked_by", "reason"])
        certifying.revoke_with(row)
        _tell([row], "taken-back")
    return row


def _held_by(people: Collection[Volunteer], qualification: int | None) -> dict[int | None, Period]:
    """What each holds of it now; its rows are locked until the end of the transaction."""
    rows = QualificationHeld.objects.select_for_update(no_key=True).order_by("pk")
    found = rows.filter(qualification=qualification, volunteer__in=people)
    return {row.volunteer_id: (row.granted_on, row.expires_on) for row in found}


def _all(volunteer: Volunteer, like: Grant) -> QuerySet[Grant]:
    return Grant.objects.filter(registration__volunteer=volunteer, qualification=like.qualification_id)


def _standing(volunteer: Volunteer, like: Grant) -> list[Grant]:
    """In the order in which they were granted, which is the one in which they were joined."""
    return list(_all(volunteer, like).filter(revoked_at=None).order_by("granted_at", "pk"))


def _periods(grants: list[Grant]) -> list[Period]:
    return [(grant.granted_on, grant.expires_on) for grant in grants]


def _tell(grants: list[Grant], kind: str) -> None:
    queuing.queue_many(
        queuing.draft(
            f"trainings/{kind}",
            key=f"{kind}:{grant.registration.uid}:{grant.times}",
            user=grant.registration.volunteer.user,
            context={"registration": str(grant.registration.uid), "times": grant.times},
        )
        for grant in grants
        if grant.registration.volunteer
    )
