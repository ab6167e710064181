"""What is kept of a participant: for them, for the roster, and not after they have left."""

import pytest

from events.models import Slot
from events.night import personal
from events.night.composing import peopling
from events.night.models import Card, FriendGroup, Participant, Vacancy
from events.night.sign_up import befriending
from tests.factories.night_cards import card, published_night
from tests.factories.night_people import ParticipantFactory, enrol, open_night
from tests.factories.volunteers import QualificationFactory, VolunteerFactory
from volunteers import erasing, exporting
from volunteers.models import QualificationHeld, SpokenLanguage

pytestmark = pytest.mark.django_db


@pytest.mark.both
def test_erasing_leaves_the_seat_to_the_next_and_the_friends_together():
    headquarters = open_night(2).headquarters.get()
    camille, other = (enrol(VolunteerFactory(), headquarters) for _ in range(2))
    group = befriending.open_group(camille)
    befriending.join(other, group=group)

    erasing.erase(camille.volunteer.user)

    assert Participant.objects.get() == other
    assert Slot.objects.get(pk=headquarters.slot_id).seats_taken == 1
    assert group.members.get() == other

    erasing.erase(other.volunteer.user)
    assert (FriendGroup.objects.count(), Slot.objects.get(pk=headquarters.slot_id).seats_taken) == (0, 0)


def test_export_says_what_was_wished():
    headquarters = open_night(2).headquarters.get()
    participant = enrol(VolunteerFactory(), headquarters, leader=True, reach="any")

    (row,) = exporting.export(participant.volunteer.user)["nights"]

    assert (row["choices"], row["leader"], row["with_friends"]) == ("11 · Quartier 11", True, False)
    assert set(row) == set(personal.NIGHTS.columns)


def test_people_are_as_the_roster_says_them(django_assert_num_queries):
    night = open_night(3, 3)
    a, b = night.headquarters.all()
    arabic = SpokenLanguage.objects.create(code="ar", name_fr="arabe")
    camille = enrol(VolunteerFactory(), a, b, leader=True, languages=(arabic.pk,), max_walk=2, home=b.pk)
    clearance = QualificationFactory(slug="metro")
    for volunteer, expires_on in ((camille.volunteer, None), (VolunteerFactory(), None)):
        QualificationHeld.objects.create(
            volunteer=volunteer, qualification=clearance, granted_on=night.night_on, expires_on=expires_on
        )
    befriending.open_group(camille)
    enrol(VolunteerFactory(), b, reach="prefs")
    ParticipantFactory(edition=night, state="withdrawn", withdrawn_at=camille.signed_up_at)

    first, second = peopling.people_of(night)

    assert (first.id, first.seq, first.kind, first.home) == (str(camille.pk), 1, "citizen", str(b.pk))
    assert (first.prefs, first.reach, first.leader, first.max_walk) == ((str(a.pk), str(b.pk)), "near", True, 2)
    camille.refresh_from_db()
    assert (first.tags, first.group) == ({"lang:ar", "clear:metro"}, str(camille.group_id))
    assert (second.seq, second.home, second.prefs, second.reach) == (2, str(b.pk), (str(b.pk),), "prefs")
    with django_assert_num_queries(6):
        peopling.people_of(night)
    ParticipantFactory.create_batch(10, edition=night)
    with django_assert_num_queries(6):
        assert len(peopling.people_of(night)) == 12


def test_export_and_erasure_take_the_card_along():
    night = published_night()
    mine, user = card("11-1 a"), card("11-1 a").participant.volunteer.user

    (row,) = exporting.export(user)["night_cards"]
    erasing.erase(user)

    assert (row["team"], row["leads"], row["headquarters"]) == ("11-1", True, "11 · Quartier 11")
    assert set(row) == set(personal.CARDS.columns)
    assert not Card.objects.filter(pk=mine.pk).exists()
    (vacancy,) = Vacancy.objects.all()
    assert (vacancy.reason, vacancy.left_by, vacancy.led) == ("gone", None, True)
    assert Card.objects.filter(participant__edition=night, leader=None, sector__code="11-1").count() == 2
