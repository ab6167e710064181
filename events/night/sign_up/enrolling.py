"""A volunteer signs up for a Night, and changes what they wish until teams are composed.

Signing up is taking a seat on the slot of a headquarters (events.registering): confirmed while places last, else a
number in that headquarters' waiting list. The roster moves people later. Slots are held first, in the order of their
keys, then people: as everywhere in the agenda.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import registering
from events.models import Registration, Slot
from events.night.editions.opening import SignUpRefused, check_may_change, check_may_enrol
from events.night.models import Choice, Edition, Headquarters, Participant
from events.night.sign_up import knowing
from events.night.sign_up.placing import Place, Wishes
from volunteers.models import User, Volunteer


class PlacesGone(SignUpRefused):
    """The last place of that headquarters went while the person was filling in the form."""


def enrol(
    volunteer: Volunteer,
    *,
    edition: Edition,
    wishes: Wishes,
    place: Place,
    may_wait: bool,
    by: User | None,
    signs_charter: bool = False,
) -> Participant:
    """Signs the volunteer up with these wishes, or gives whoever is signed up these wishes instead.

    The seat is taken at ``place``; an earlier one elsewhere is given back, after the new one is had. The agenda's
    messages say what was taken and given back. Harmless twice. What we know of earlier Nights counts as experience.

    Refuses before and after sign-up, what was not wished, and (PlacesGone, with nothing changed) a number in the
    waiting list unless the person ``may_wait``. Holds the slots' rows, the volunteer's, the participant's.
    """
    headquarters = place.headquarters
    known = knowing.been_before(volunteer, edition)
    before = Participant.objects.filter(volunteer=volunteer, edition=edition).select_related("registration").first()
    with transaction.atomic():
        _hold_slots(headquarters, before)
        Volunteer.objects.select_for_update(no_key=True).get(pk=volunteer.pk)
        edition.refresh_from_db(fields=["state", "opens_at", "closes_at"])
        rows = Participant.objects.select_for_update(no_key=True, of=("self",)).select_related("registration__slot")
        participant = rows.filter(volunteer=volunteer, edition=edition).first()
        if participant and participant.is_active:
            check_may_change(edition)
        else:
            check_may_enrol(edition)
            participant = participant or Participant(volunteer=volunteer, edition=edition)
            participant.state, participant.withdrawn_at = Participant.State.ACTIVE, None
            participant.registration, participant.signed_up_at = None, timezone.now()
        _write(participant, edition, wishes, known=known, signs_charter=signs_charter)
        _take_seat(participant, headquarters, may_wait=may_wait, by=by)
    return participant


def _hold_slots(headquarters: Headquarters, before: Participant | None) -> None:
    """In the order of their keys."""
    keys = {headquarters.slot_id}
    if before and before.registration:
        keys.add(before.registration.slot_id)
    list(Slot.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))


def _write(participant: Participant, edition: Edition, wishes: Wishes, *, known: bool, signs_charter: bool) -> None:
    keys = {*wishes.choices, *([wishes.home] if wishes.home else [])}
    if len(set(wishes.choices)) < len(wishes.choices) or edition.headquarters.filter(pk__in=keys).count() < len(keys):
        raise SignUpRefused(_("One of these headquarters is not there any more: choose again."))
    participant.reach, participant.home_id = wishes.reach, wishes.home
    participant.leader, participant.max_walk = wishes.leader, wishes.max_walk
    participant.experienced = wishes.experienced or known
    if signs_charter and participant.charter_version != edition.charter_version:
        participant.charter_version, participant.charter_signed_at = edition.charter_version, timezone.now()
    participant.save()
    participant.languages.set(wishes.languages)
    if wishes.choices != tuple(participant.choices.order_by("rank").values_list("headquarters", flat=True)):
        participant.choices.all().delete()
        Choice.objects.bulk_create(
            Choice(participant=participant, headquarters_id=key, rank=rank) for rank, key in enumerate(wishes.choices)
        )


def _take_seat(participant: Participant, headquarters: Headquarters, *, may_wait: bool, by: User | None) -> None:
    old = participant.registration
    if old and old.is_active and old.slot_id == headquarters.slot_id:
        return
    slot = Slot.objects.get(pk=headquarters.slot_id)
    new = registering.register(participant.volunteer, slot=slot, by=by)
    if new.state == Registration.State.WAITING and not may_wait:
        raise PlacesGone(_("The last place of this headquarters has just been taken: choose again."))
    participant.registration = new
    participant.save(update_fields=["registration"])
    if old and old.is_active:
        registering.cancel(old, by=by)
