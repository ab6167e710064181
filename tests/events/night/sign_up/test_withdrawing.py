"""Withdrawing gives back all that went with it, and is taken back in one click."""

import datetime as dt

import pytest
from django.utils import timezone

from events import scheduling
from events.models import Registration
from events.night.editions.opening import SignUpRefused
from events.night.models import Briefing, Edition, FriendGroup, Participant
from events.night.sign_up import befriending, briefing, withdrawing
from events.registering import RegistrationRefused
from mail.models import Message
from tests.factories.events import SlotFactory
from tests.factories.night import HeadquartersFactory
from tests.factories.night_people import enrol, open_night
from tests.factories.volunteers import UserFactory, VolunteerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def night():
    return open_night(1)


@pytest.fixture
def participant(night):
    return enrol(VolunteerFactory(), night.headquarters.get())


def session(night):
    return Briefing.objects.create(edition=night, slot=SlotFactory()).slot


@pytest.mark.both
def test_withdraw_gives_back_seat_group_and_briefing_and_offers_the_seat(night, participant):
    slot, user = session(night), participant.volunteer.user
    briefing.attend(participant.volunteer, edition=night, slot=slot, by=user)
    befriending.open_group(participant)
    waiting = enrol(VolunteerFactory(), night.headquarters.get(), may_wait=True)

    withdrawing.withdraw(participant, by=user)
    withdrawing.withdraw(Participant.objects.get(pk=participant.pk), by=user)

    participant.refresh_from_db()
    assert (participant.state, participant.group) == ("withdrawn", None)
    assert not Registration.objects.active().filter(volunteer=participant.volunteer).exists()
    assert not FriendGroup.objects.exists()
    waiting.registration.refresh_from_db()
    assert waiting.registration.pending_for == "offer"
    assert Message.objects.filter(user=user).count() == 4  # twice had, twice given back


def test_come_back_returns_at_the_end_of_the_list_and_not_once_teams_are_composed(night, participant):
    enrol(VolunteerFactory(), night.headquarters.get(), may_wait=True)
    user = participant.volunteer.user
    withdrawing.withdraw(participant, by=user)

    again = withdrawing.come_back(participant, by=user)
    assert withdrawing.come_back(participant, by=user) == again
    participant.refresh_from_db()
    assert (again.state, participant.state, participant.registration) == ("waiting", "active", again)

    withdrawing.withdraw(participant, by=user)
    Edition.objects.update(state="rostering")
    with pytest.raises(SignUpRefused):
        withdrawing.come_back(participant, by=user)
    participant.refresh_from_db()
    assert participant.state == "withdrawn"


def test_withdrawing_is_refused_once_people_are_there(night, participant):
    slot = night.headquarters.get().slot
    slot.starts_at = timezone.now() - dt.timedelta(minutes=1)
    slot.save()

    with pytest.raises(RegistrationRefused):
        withdrawing.withdraw(participant, by=participant.volunteer.user)
    participant.refresh_from_db()
    assert participant.is_active


def test_who_was_to_come_to_a_headquarters_called_off_may_choose_another_or_withdraw(night, participant):
    scheduling.call_off(night.headquarters.get().slot, by=UserFactory())
    other = HeadquartersFactory(edition=night, slot__state="open")

    found = enrol(participant.volunteer, other)
    assert (found.pk, found.registration.slot_id) == (participant.pk, other.slot_id)

    scheduling.call_off(other.slot, by=UserFactory())
    withdrawing.withdraw(Participant.objects.get(), by=participant.volunteer.user)
    assert Participant.objects.get().state == "withdrawn"


@pytest.mark.both
def test_one_briefing_session_for_each_person(night, participant):
    first, second = session(night), session(night)
    user = participant.volunteer.user
    briefing.attend(participant.volunteer, edition=night, slot=first, by=user)

    briefing.attend(participant.volunteer, edition=night, slot=second, by=user)

    assert briefing.registration_of(participant.volunteer, night).slot == second
    assert sorted(Registration.objects.filter(slot__in=[first, second]).values_list("slot", "state")) == [
        (first.pk, "cancelled"),
        (second.pk, "confirmed"),
    ]
    assert [slot.pk for slot in briefing.sessions_of(night)] == [first.pk, second.pk]


@pytest.mark.parametrize(("state", "offered"), [("rostering", "offer"), ("published", "")])
def test_the_waiting_list_moves_by_itself_until_people_are_told_their_teams(night, participant, state, offered):
    waiting = enrol(VolunteerFactory(), night.headquarters.get(), may_wait=True)
    Edition.objects.update(state=state)

    withdrawing.withdraw(participant, by=participant.volunteer.user)

    waiting.registration.refresh_from_db()
    assert (waiting.registration.pending_for, night.headquarters.get().slot.seats_taken) == (offered, len(offered) // 5)
