"""The people of an organisation: named, corrected, taken off; what becomes of their seat, and who is told."""

import pytest

from events import registering
from events.models import Registration, Slot
from events.night.editions.opening import SignUpRefused
from events.night.models import Edition, NamedPerson, Participant
from events.night.partners import filling_in, objecting
from events.night.people import bringing
from events.night.sign_up import withdrawing
from mail.models import Message
from tests.factories.night import SectorFactory
from tests.factories.night_partners import PartnerFactory, name_somebody, said
from tests.factories.night_people import enrol, open_night
from tests.factories.volunteers import QualificationFactory, UserFactory, VolunteerFactory
from volunteers import erasing, exporting
from volunteers.models import SpokenLanguage, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    return PartnerFactory(edition=open_night(2, 5), name="Maraude Nord")


def told(email):
    rows = Message.objects.filter(to=email).order_by("pk")
    return [(row.kind, row.context.get("state", "")) for row in rows]


@pytest.mark.both
def test_whoever_is_named_takes_part_and_is_told(partner):
    headquarters = partner.edition.headquarters.first()
    arabic = SpokenLanguage.objects.create(code="ar", name_fr="arabe")
    metro = QualificationFactory(slug="metro")

    person = name_somebody(
        partner,
        phone="+33612345678",
        leader=True,
        max_walk=2,
        languages=(arabic.pk,),
        clearances=(metro.pk,),
        headquarters=headquarters.pk,
    )

    user = User.objects.get(email="ines@example.org")
    participant = user.volunteer.nights.get()
    assert (person.participant, person.brought) == (participant, True)
    assert (user.get_full_name(), user.has_usable_password(), user.unproved_since) == ("Inès Moreau", False, None)
    assert not user.consents.exists()
    assert (participant.kind, participant.leader, participant.max_walk, participant.reach) == (
        "professional", True, 2, "prefs",
    )  # fmt: skip
    assert list(participant.languages.all()) == [arabic]
    assert participant.choices.get().headquarters == headquarters
    assert (participant.registration.state, participant.registration.slot_id) == ("confirmed", headquarters.slot_id)
    assert Slot.objects.get(pk=headquarters.slot_id).seats_taken == 1
    assert told(user.email) == [("night/named", "")]
    assert bringing.said_of(person).clearances == (metro.pk,)


def test_without_a_place_they_go_where_most_are_left_and_then_wait(partner):
    few, many = partner.edition.headquarters.all()

    people = [name_somebody(partner, email=f"p{n}@example.org") for n in range(8)]

    seats = [person.participant.registration for person in people]
    assert [seat.slot_id for seat in seats[:3]] == [many.slot_id] * 3
    assert [seat.state for seat in seats] == ["confirmed"] * 7 + ["waiting"]
    assert sorted(Slot.objects.filter(headquarters__edition=partner.edition).values_list("seats_taken", flat=True)) == [
        2, 5,
    ]  # fmt: skip
    assert few.slot.registrations.count() + many.slot.registrations.count() == 8


def test_whoever_signed_up_by_themselves_keeps_their_wishes(partner):
    few, many = partner.edition.headquarters.all()
    camille = VolunteerFactory(user__email="camille@example.org", user__first_name="Camille")
    mine = enrol(camille, few, max_walk=0)

    person = name_somebody(partner, email="camille@example.org", headquarters=many.pk, leader=True, max_walk=2)

    mine.refresh_from_db()
    camille.user.refresh_from_db()
    assert (person.participant, person.brought, mine.kind) == (mine, False, "professional")
    assert (mine.max_walk, mine.leader, mine.registration.slot_id) == (0, False, few.slot_id)
    assert camille.user.first_name == "Camille"
    assert told("camille@example.org")[-1] == ("night/named", "")

    filling_in.correct(person, said(email="camille@example.org", headquarters=many.pk, max_walk=1))
    filling_in.take_off(person)
    mine.refresh_from_db()
    assert (mine.kind, mine.is_active, mine.max_walk) == ("citizen", True, 0)


def test_whoever_has_an_account_is_known_to_organisers_by_what_was_said(partner):
    VolunteerFactory(user__email="ines@example.org", user__first_name="Secrète")

    seat = name_somebody(partner).participant.registration

    assert seat.person_name == "Inès Moreau"
    assert User.objects.get(email="ines@example.org").first_name == "Secrète"


def test_whoever_has_withdrawn_stays_away(partner):
    first = partner.edition.headquarters.first()
    camille = VolunteerFactory(user__email="camille@example.org")
    withdrawing.withdraw(enrol(camille, first), by=camille.user)
    Message.objects.all().delete()

    person = name_somebody(partner, email="camille@example.org")

    assert (person.participant.state, person.brought, told("camille@example.org")) == ("withdrawn", False, [])


def test_whom_an_organiser_struck_off_comes_back(partner):
    person = name_somebody(partner)
    registering.strike_off(person.participant.registration, by=UserFactory())
    other = PartnerFactory(edition=partner.edition)

    again = name_somebody(other)

    again.participant.refresh_from_db()
    assert (again.participant_id, again.participant.is_active) == (person.participant_id, True)
    assert list(NamedPerson.objects.filter(brought=True)) == [again]


def test_corrected_they_are_elsewhere_and_otherwise(partner):
    few, many = partner.edition.headquarters.all()
    person = name_somebody(partner, headquarters=few.pk)

    filling_in.correct(person, said(first_name="Ines", headquarters=many.pk, leader=True))

    person.refresh_from_db()
    assert (person.first_name, person.leader, person.participant.leader) == ("Ines", True, True)
    assert person.participant.registration.slot_id == many.slot_id
    assert list(Slot.objects.filter(headquarters__in=[few, many]).order_by("headquarters__district__code").values_list(
        "seats_taken", flat=True
    )) == [0, 1]  # fmt: skip
    before = Message.objects.count()
    filling_in.correct(person, said(first_name="Ines", headquarters=many.pk, leader=True))
    assert Message.objects.count() == before


def test_another_address_is_another_person(partner):
    person = name_somebody(partner, email="typo@example.org")

    filling_in.correct(person, said(email="right@example.org"))

    assert list(partner.people.values_list("email", flat=True)) == ["right@example.org"]
    assert Participant.objects.active().get().volunteer.user.email == "right@example.org"
    assert told("typo@example.org") == [("night/named", ""), ("events/registration", "cancelled")]


def test_taken_off_they_give_their_seat_back_and_are_told(partner):
    person = name_somebody(partner)

    filling_in.take_off(person)
    filling_in.take_off(person)

    assert not partner.people.exists()
    assert not Participant.objects.active().exists()
    seat = Registration.objects.get()
    assert (seat.state, seat.end_reason) == ("cancelled", "organiser")
    assert "Maraude Nord" in seat.end_note
    assert told("ines@example.org") == [("night/named", ""), ("events/registration", "cancelled")]

    again = name_somebody(partner)
    assert again.participant.is_active


def test_named_by_two_they_come_as_long_as_one_names_them(partner):
    first = name_somebody(partner)
    other = PartnerFactory(edition=partner.edition)
    second = name_somebody(other)

    filling_in.take_off(first)
    second.refresh_from_db()
    assert (second.brought, second.participant.is_active) == (True, True)

    filling_in.take_off(second)
    assert not Participant.objects.active().exists()


def test_who_objects_is_out_and_cannot_be_named_again(partner):
    person = name_somebody(partner, phone="+33612345678", leader=True)

    objecting.object_to(objecting.person_of(objecting.token_of(person)))
    objecting.object_to(objecting.person_of(objecting.token_of(person)))

    person.refresh_from_db()
    assert (person.phone, person.leader, person.name) == ("", False, "Inès Moreau")
    assert (person.participant.state, Slot.objects.filter(seats_taken__gt=0).count()) == ("withdrawn", 0)
    with pytest.raises(SignUpRefused, match=str(filling_in.OBJECTED)):
        name_somebody(partner)
    with pytest.raises(SignUpRefused, match=str(filling_in.OBJECTED)):
        filling_in.correct(person, said(leader=True))
    filling_in.take_off(person)
    assert partner.people.exists()
    assert objecting.person_of("forged") is None


def test_who_objects_and_had_signed_up_still_comes(partner):
    camille = VolunteerFactory(user__email="ines@example.org")
    mine = enrol(camille, partner.edition.headquarters.first())
    person = name_somebody(partner)

    objecting.object_to(person)

    mine.refresh_from_db()
    assert mine.is_active


def test_a_correction_leaves_alone_what_is_not_corrected(partner):
    person = name_somebody(partner, max_walk=2)
    Participant.objects.update(max_walk=0)  # as they have said themselves since

    bringing.change(person, said(max_walk=2, phone="+33612345678"), by=None)
    assert (Participant.objects.get().max_walk, str(NamedPerson.objects.get().phone)) == (0, "+33612345678")

    bringing.change(person, said(max_walk=1), by=None)
    assert Participant.objects.get().max_walk == 1


@pytest.mark.parametrize("state", ["preparing", "rostering", "published"])
def test_nothing_changes_while_sign_up_is_not_open(partner, state):
    person = name_somebody(partner)
    Edition.objects.update(state=state)

    for act in (
        lambda: name_somebody(partner, email="late@example.org"),
        lambda: filling_in.correct(person, said(leader=True)),
        lambda: filling_in.take_off(person),
    ):
        with pytest.raises(SignUpRefused):
            act()

    assert not User.objects.filter(email="late@example.org").exists()
    assert list(partner.people.values_list("leader", flat=True)) == [False]


def test_twice_the_same_address_and_a_full_list_are_refused(partner, monkeypatch):
    name_somebody(partner)
    with pytest.raises(SignUpRefused, match=str(filling_in.NAMED_ALREADY)):
        name_somebody(partner)
    monkeypatch.setattr(filling_in, "MOST_PEOPLE", 1)
    with pytest.raises(SignUpRefused):
        name_somebody(partner, email="one-too-many@example.org")

    assert NamedPerson.objects.count() == 1


def test_many_take_as_many_queries_as_few(partner, django_assert_max_num_queries):
    many = [said(email=f"p{n}@example.org", headquarters=partner.edition.headquarters.last().pk) for n in range(60)]
    few = many[:2]

    with django_assert_max_num_queries(50) as counted:
        bringing.bring(few, edition=partner.edition, kind="professional", partner=partner, by=None)
    with django_assert_max_num_queries(len(counted)):
        bringing.bring(many[2:], edition=partner.edition, kind="professional", partner=partner, by=None)

    assert Participant.objects.count() == 60
    assert partner.edition.headquarters.last().slot.registrations.filter(state="waiting").count() == 55
    numbers = (
        Registration.objects.filter(state="waiting").order_by("queue_number").values_list("queue_number", flat=True)
    )
    assert list(numbers) == list(range(1, 56))


def test_their_data_is_theirs_to_have_and_to_delete(partner):
    sector = SectorFactory(headquarters=partner.edition.headquarters.first(), partner=partner)
    person = name_somebody(partner, sector=sector.pk)
    user = User.objects.get(email=person.email)

    (row,) = exporting.export(user)["nights_named"]
    assert (row["by"], row["first_name"], row["sector"]) == ("Maraude Nord", "Inès", sector.code)

    erasing.erase(user)
    assert not NamedPerson.objects.exists()
