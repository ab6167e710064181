"""Two tabs of a contact, two contacts, somebody who says no meanwhile: everything is done once."""

from events.models import Slot
from events.night.editions.opening import SignUpRefused
from events.night.models import NamedPerson, Participant
from events.night.partners import filling_in, inviting, objecting
from events.night.people import bringing
from mail.models import Message
from tests.factories.night_partners import PartnerFactory, name_somebody, said
from tests.factories.night_people import open_night
from tests.factories.volunteers import UserFactory
from tests.racing import at_once
from volunteers.models import User


def test_four_clicks_name_somebody_once(transactional_db):
    partner = PartnerFactory(edition=open_night(5))

    results = at_once(lambda _n: name_somebody(partner), range(4))

    assert sorted(isinstance(one, SignUpRefused) for one in results) == [False, True, True, True]
    assert (NamedPerson.objects.count(), Participant.objects.count(), Message.objects.count()) == (1, 1, 1)
    assert Slot.objects.get().seats_taken == 1


def test_two_organisations_at_once_share_their_people(transactional_db):
    edition = open_night(9, 9)
    partners = PartnerFactory.create_batch(2, edition=edition)
    people = [said(email=f"p{n}@example.org") for n in range(6)]

    def name_all(number):
        order = people if number else people[::-1]
        return bringing.bring(order, edition=edition, kind="professional", partner=partners[number], by=None)

    results = at_once(name_all, range(2))

    assert [len(rows) for rows in results] == [6, 6]
    assert (User.objects.filter(email__startswith="p").count(), Participant.objects.count()) == (6, 6)
    assert NamedPerson.objects.filter(brought=True).count() == 6
    assert sum(Slot.objects.filter(headquarters__edition=edition).values_list("seats_taken", flat=True)) == 6


def test_taking_off_and_saying_no_at_once_end_the_same(transactional_db):
    person = name_somebody(PartnerFactory(edition=open_night(5)))
    acts = [lambda: filling_in.take_off(person), lambda: objecting.object_to(person)] * 2

    results = at_once(lambda act: act(), acts)

    assert [one for one in results if isinstance(one, Exception)] == []
    assert not Participant.objects.active().exists()
    assert Slot.objects.get().seats_taken == 0


def test_a_double_click_sends_links_of_which_one_opens(transactional_db):
    partner, by = PartnerFactory(edition=open_night(5)), UserFactory()

    sent = at_once(lambda _n: inviting.send_link(partner, by=by), range(2))

    assert sorted(one.link_number for one in sent) == [1, 2]
    assert Message.objects.count() == 2
