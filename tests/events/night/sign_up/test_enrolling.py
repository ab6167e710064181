"""Signing up for a Night is taking a seat, or a number, on the slot of a headquarters."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from events import declining, enlisting, registering
from events.models import Registration, Slot
from events.night.editions import opening
from events.night.editions.opening import SignUpRefused
from events.night.models import Choice, Edition, Participant
from events.night.sign_up import withdrawing
from events.night.sign_up.enrolling import PlacesGone
from mail.models import Message
from tests.events import seats
from tests.factories.night import HeadquartersFactory
from tests.factories.night_people import ParticipantFactory, enrol, open_night
from tests.factories.volunteers import UserFactory, VolunteerFactory
from tests.racing import at_once

pytestmark = pytest.mark.django_db


def choices_of(participant):
    return list(participant.choices.order_by("rank").values_list("headquarters", flat=True))


@pytest.mark.both
def test_enrol_takes_a_seat_and_keeps_the_wishes():
    first, second = open_night(2, 2).headquarters.all()

    participant = enrol(VolunteerFactory(), first, second, leader=True, max_walk=2, home=second.pk)

    participant = Participant.objects.get(pk=participant.pk)
    assert choices_of(participant) == [first.pk, second.pk]
    assert (participant.leader, participant.max_walk, participant.home, participant.reach) == (True, 2, second, "near")
    registration = Registration.objects.get()
    assert (registration.state, registration.slot, participant.registration) == ("confirmed", first.slot, registration)
    assert Slot.objects.get(pk=first.slot_id).seats_taken == 1
    assert Message.objects.get().kind == "events/registration"


@pytest.mark.both
def test_enrol_twice_changes_nothing_but_the_wishes():
    first, second = open_night(2, 2).headquarters.all()
    volunteer = VolunteerFactory()
    enrol(volunteer, first, second)

    enrol(volunteer, first, leader=True)

    participant = Participant.objects.get()
    assert (choices_of(participant), participant.leader) == ([first.pk], True)
    assert Registration.objects.count() == Message.objects.count() == 1


@pytest.mark.both
def test_another_first_choice_takes_the_seat_there_before_it_gives_the_other_back():
    first, second = open_night(1, 1).headquarters.all()
    volunteer, next_one = VolunteerFactory(), VolunteerFactory()
    enrol(volunteer, first)
    enrol(next_one, first, may_wait=True)

    participant = enrol(volunteer, second)

    assert participant.registration.slot_id == second.slot_id
    assert sorted(Registration.objects.values_list("slot", "state", "pending_for")) == [
        (first.slot_id, "cancelled", ""),
        (first.slot_id, "pending", "offer"),
        (second.slot_id, "confirmed", ""),
    ]
    assert Participant.objects.active().count() == 2


def test_full_headquarters_gives_a_number_to_whoever_may_wait_only():
    first, _second = open_night(1, 1).headquarters.all()
    enrol(VolunteerFactory(), first)
    late = VolunteerFactory()

    with pytest.raises(PlacesGone):
        enrol(late, first)
    assert not Participant.objects.filter(volunteer=late).exists()

    participant = enrol(late, first, may_wait=True)
    assert (participant.registration.state, participant.registration.queue_number) == ("waiting", 1)


def test_quota_is_as_many_as_are_given_and_no_more_when_seats_are_added():
    edition = open_night(5)
    headquarters = edition.headquarters.get()
    edition.headquarters.update(quota=2)
    for _ in range(2):
        enrol(VolunteerFactory(), headquarters)
    waiting = enrol(VolunteerFactory(), headquarters, may_wait=True)
    assert waiting.registration.state == "waiting"

    slot = Slot.objects.get(pk=headquarters.slot_id)
    with transaction.atomic():
        assert registering.promote_waiting(slot) == 0
    leaving = Participant.objects.order_by("pk").first()
    withdrawing.withdraw(leaving, by=leaving.volunteer.user)

    waiting.registration.refresh_from_db()
    assert waiting.registration.pending_for == "offer"
    assert Slot.objects.get().seats_taken == 2


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"opens_at": timezone.now() + dt.timedelta(days=1)}, opening.NOT_YET),
        ({"closes_at": timezone.now() - dt.timedelta(minutes=1)}, opening.CLOSED),
        ({"state": "rostering"}, opening.CLOSED),
    ],
)
def test_sign_up_is_refused_in_words_outside_its_time(facts, words):
    headquarters = open_night(3).headquarters.get()
    enrol(VolunteerFactory(), headquarters)
    Edition.objects.update(**facts)

    with pytest.raises(SignUpRefused) as refusal:
        enrol(VolunteerFactory(), headquarters)
    assert (str(refusal.value), Participant.objects.count()) == (str(words), 1)


def test_wishes_change_after_the_closing_day_and_no_more_once_teams_are_composed():
    headquarters = open_night(3).headquarters.get()
    volunteer = VolunteerFactory()
    enrol(volunteer, headquarters)
    Edition.objects.update(closes_at=timezone.now() - dt.timedelta(minutes=1))
    assert enrol(volunteer, headquarters, leader=True).leader

    Edition.objects.update(state="rostering")
    with pytest.raises(SignUpRefused) as refusal:
        enrol(volunteer, headquarters, leader=False)
    assert str(refusal.value) == str(opening.COMPOSING)
    assert Participant.objects.get().leader


def test_a_choice_of_another_night_is_refused():
    headquarters, foreign = open_night(3).headquarters.get(), HeadquartersFactory()

    with pytest.raises(SignUpRefused):
        enrol(VolunteerFactory(), headquarters, foreign)
    assert not Participant.objects.exists()
    assert Slot.objects.get(pk=headquarters.slot_id).seats_taken == 0


def test_giving_the_seat_back_in_the_agenda_withdraws_and_coming_back_returns_with_the_same_wishes():
    first, second = open_night(3, 3).headquarters.all()
    participant = enrol(VolunteerFactory(), first, second, leader=True)

    declining.decline(Registration.objects.select_related("slot", "volunteer__user").get())

    participant.refresh_from_db()
    assert participant.state == "withdrawn"
    assert Slot.objects.get(pk=first.slot_id).seats_taken == 0

    again = declining.come_back(Registration.objects.select_related("slot", "volunteer__user").get())
    participant.refresh_from_db()
    assert (participant.state, participant.registration, participant.withdrawn_at) == ("active", again, None)
    assert (choices_of(participant), participant.leader) == ([first.pk, second.pk], True)


def test_somebody_added_by_an_organiser_is_a_participant_of_that_headquarters():
    headquarters = open_night(3).headquarters.get()

    enlisting.enlist(
        "nina@example.org", first_name="Nina", last_name="", slot=headquarters.slot, language="fr", by=UserFactory()
    )

    participant = Participant.objects.get()
    assert (choices_of(participant), participant.reach) == ([headquarters.pk], "prefs")
    assert participant.registration == Registration.objects.get()


def test_slots_open_and_close_with_the_edition():
    edition = open_night(3)
    Slot.objects.update(state="draft", closes_at=timezone.now())
    called_off = HeadquartersFactory(edition=edition, slot__state="cancelled").slot

    opening.open_slots(edition)
    assert [slot.is_open() for slot in Slot.objects.exclude(pk=called_off.pk)] == [True]

    edition.state = "rostering"
    opening.open_slots(edition)
    slot = Slot.objects.exclude(pk=called_off.pk).get()
    assert (slot.is_open(), slot.state) == (False, "open")
    assert Slot.objects.get(pk=called_off.pk).state == "cancelled"


def test_database_holds_one_participant_three_choices_each_once():
    participant = ParticipantFactory()
    headquarters = HeadquartersFactory.create_batch(4, edition=participant.edition)
    for rank in range(3):
        Choice.objects.create(participant=participant, headquarters=headquarters[rank], rank=rank)

    for wrong in ({"headquarters": headquarters[3], "rank": 3}, {"headquarters": headquarters[3], "rank": 2}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Choice.objects.create(participant=participant, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        participant.choices.filter(rank=2).update(headquarters=headquarters[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        ParticipantFactory(volunteer=participant.volunteer, edition=participant.edition)
    with pytest.raises(IntegrityError), transaction.atomic():
        Participant.objects.update(max_walk=3)


@pytest.mark.django_db(transaction=True)
def test_forty_people_for_ten_places_while_some_change_their_minds():
    first, second = open_night(10, 50).headquarters.all()
    people = VolunteerFactory.create_batch(40)

    def run(volunteer):
        seats.be_patient()
        participant = enrol(volunteer, first, second, may_wait=True)
        if volunteer.pk % 4 == 0:
            participant = enrol(volunteer, second, first, may_wait=True)
        if volunteer.pk % 4 == 1:
            withdrawing.withdraw(participant, by=volunteer.user)

    assert [result for result in at_once(run, people) if result is not None] == []
    slots = Slot.objects.in_bulk()
    for headquarters in (first, second):
        holding = Registration.objects.holding().filter(slot=headquarters.slot_id).count()
        assert slots[headquarters.slot_id].seats_taken == holding
        assert holding <= slots[headquarters.slot_id].capacity
    active = Participant.objects.active().select_related("registration")
    assert active.count() == Registration.objects.active().count() == 30
    assert {(row.registration.volunteer_id, row.registration.is_active) for row in active} == {
        (row.volunteer_id, True) for row in active
    }
