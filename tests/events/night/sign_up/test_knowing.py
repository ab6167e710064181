"""What is not asked, since we know it."""

import datetime as dt

import pytest
from django.utils import timezone

from events.night.models import Choice
from events.night.sign_up import knowing
from events.night.sign_up.placing import place_for, places_of
from tests.factories.events import RegistrationFactory
from tests.factories.night import EditionFactory, HeadquartersFactory
from tests.factories.night_people import ParticipantFactory, open_night
from tests.factories.volunteers import VolunteerFactory
from volunteers.models import SpokenLanguage

pytestmark = pytest.mark.django_db


def past_night(volunteer, *, state="results", part="active", **seat):
    edition = EditionFactory(state=state, starts_at=timezone.now() - dt.timedelta(days=300))
    slot = HeadquartersFactory(edition=edition, slot__state="open").slot
    registration = RegistrationFactory(slot=slot, volunteer=volunteer, **seat)
    withdrawn = {"withdrawn_at": timezone.now()} if part == "withdrawn" else {}
    ParticipantFactory(edition=edition, volunteer=volunteer, registration=registration, state=part, **withdrawn)


@pytest.mark.parametrize(
    ("facts", "been"),
    [
        ({"attendance": "present"}, True),
        ({"attendance": ""}, True),
        ({"attendance": "absent"}, False),
        ({"waiting": True}, False),
        ({"part": "withdrawn"}, False),
        ({"state": "open"}, False),
    ],
)
def test_been_before_is_known_from_earlier_teams(facts, been):
    volunteer = VolunteerFactory()
    past_night(volunteer, **facts)

    assert knowing.been_before(volunteer, open_night(1)) is been
    assert not knowing.been_before(VolunteerFactory(), open_night(1))


def test_likely_wishes_come_from_the_profile():
    night = open_night(1, 1)
    a, b = night.headquarters.all()
    volunteer = VolunteerFactory(mobility="short")
    volunteer.districts.add(b.district)
    volunteer.languages.add(SpokenLanguage.objects.create(code="ar", name_fr="arabe"))

    found = knowing.likely_wishes(volunteer, places_of(night))

    assert (found.choices, found.home, found.max_walk) == ((b.pk,), b.pk, 0)
    assert list(found.languages) == list(volunteer.languages.values_list("pk", flat=True))

    camille = ParticipantFactory(edition=night, reach="any")
    Choice.objects.create(participant=camille, headquarters=a, rank=0)
    found = knowing.likely_wishes(volunteer, places_of(night), with_friend=camille)
    assert (found.choices, found.home, found.reach) == ((a.pk,), b.pk, "any")


def test_of_whom_we_know_nothing_what_is_proposed_can_be_sent_as_it_is():
    places = places_of(open_night(1, 1))

    found = knowing.likely_wishes(VolunteerFactory(), places)

    assert (found.choices, found.home, found.reach) == ((), None, "any")
    assert place_for(found, places) in places
