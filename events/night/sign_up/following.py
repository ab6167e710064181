"""A registration on a headquarters' slot becomes active, or ends, by whichever way: its participant goes along."""

from __future__ import annotations

from django.utils import timezone

from events.models import Registration
from events.night.models import Choice, Headquarters, Participant
from events.night.sign_up import withdrawing
from volunteers.models import Volunteer


def follow(registration: Registration) -> None:
    """Whoever gives back their seat, in the agenda or by a link in a mail, has withdrawn from the Night.

    Whoever comes back that way, or is added by an organiser, is a participant, with the wishes that they had or else
    for that headquarters alone. Called under the slot's lock (``events.kinds.Care``).
    """
    headquarters = Headquarters.objects.select_related("edition").filter(slot=registration.slot_id).first()
    volunteer = registration.volunteer
    if headquarters is None or volunteer is None:
        return
    if registration.is_active:
        _come(registration, volunteer, headquarters)
    elif participant := Participant.objects.active().filter(registration=registration).first():
        withdrawing.let_go(participant)


def _come(registration: Registration, volunteer: Volunteer, headquarters: Headquarters) -> None:
    theirs = Participant.objects.filter(volunteer=volunteer, edition=headquarters.edition_id)
    now = timezone.now()
    seat = {"registration": registration, "updated_at": now}
    if theirs.active().update(**seat):
        return
    if theirs.update(**seat, state=Participant.State.ACTIVE, withdrawn_at=None, signed_up_at=now):
        return
    participant = Participant.objects.create(
        volunteer=volunteer,
        edition=headquarters.edition,
        reach=Participant.Reach.PREFS,
        home=headquarters,
        registration=registration,
        signed_up_at=now,
    )
    Choice.objects.create(participant=participant, headquarters=headquarters, rank=0)
