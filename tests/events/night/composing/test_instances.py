"""An edition as the roster's files say it: read back, composed, and found legal."""

import json

import pytest
from django.core.management import CommandError, call_command

from events.models import Slot
from events.night.composing.instances import instance_of
from events.night.roster import formats, referee, solving
from tests.factories.night import SectorFactory
from tests.factories.night_people import enrol, open_night
from tests.factories.volunteers import QualificationFactory, VolunteerFactory
from volunteers.models import SpokenLanguage

pytestmark = pytest.mark.django_db


@pytest.fixture
def night():
    """Two headquarters a kilometre and a half apart, each with a sector."""
    night = open_night(9, 9)
    for index, headquarters in enumerate(night.headquarters.all()):
        venue = headquarters.slot.venue
        venue.latitude, venue.longitude = 48.85, 2.30 + index * 0.02
        venue.save()
        SectorFactory(headquarters=headquarters, code=f"{headquarters.district.code}-1", least=2, target=3, most=4)
    return night


def test_headquarters_are_whole_metres_apart(night):
    one, other = instance_of(night).hqs

    assert (one.y, other.y) == (0, 0)
    assert other.x - one.x == pytest.approx(1463, abs=2)  # 0.02 degrees of longitude at 48.85 degrees north


def test_a_team_asks_what_its_sector_does(night):
    sector = night.sectors.first()
    sector.walk = 2
    sector.save()
    sector.tags.create(language=SpokenLanguage.objects.create(code="ar", name_fr="arabe"), is_needed=True)
    sector.tags.create(qualification=QualificationFactory(slug="metro"))

    team = instance_of(night).teams[0]

    assert (team.id, team.hq) == (sector.code, str(sector.headquarters_id))
    assert (team.min, team.target, team.max, team.walk) == (2, 3, 4, 2)
    assert (team.needs, team.wants) == ({"lang:ar"}, {"clear:metro"})


def test_sectors_for_professionals_are_left_to_their_organisations(night):
    night.sectors.update(professionals_only=True)

    assert instance_of(night).teams == ()


def test_headquarters_called_off_are_gone_with_every_wish_for_them(night):
    gone, held = night.headquarters.all()
    enrol(VolunteerFactory(), gone, held, home=gone.pk)
    enrol(VolunteerFactory(), gone, reach="any")
    Slot.objects.filter(pk=gone.slot_id).update(state=Slot.State.CANCELLED)

    instance = instance_of(night)

    assert [hq.id for hq in instance.hqs] == [str(held.pk)]
    assert [team.hq for team in instance.teams] == [str(held.pk)]
    assert [(person.prefs, person.home) for person in instance.people] == [
        ((str(held.pk),), str(held.pk)),
        ((), str(held.pk)),
    ]
    formats.read_instance(formats.write_instance(instance))  # nothing in it contradicts the rest


def test_an_edition_without_headquarters_is_empty():
    night = open_night(5)
    Slot.objects.update(state=Slot.State.CANCELLED)

    instance = instance_of(night)

    assert (instance.hqs, instance.teams, instance.people) == ((), (), ())


def test_it_is_read_back_composed_and_legal(night, django_assert_num_queries):
    first, second = night.headquarters.all()
    for index in range(6):
        enrol(VolunteerFactory(), first if index % 2 else second, leader=index < 2)

    with django_assert_num_queries(10):
        instance = instance_of(night)

    text = formats.write_instance(instance)
    assert formats.read_instance(text) == instance
    roster = solving.solve(instance, time_limit=10)
    verdict = referee.check(json.loads(text), json.loads(formats.write_roster(roster)))
    assert not verdict.breaches
    assert (verdict.score.viable, verdict.score.placed, verdict.score.cost) == (2, 6, 0)


def test_command_writes_the_instance(night, tmp_path):
    enrol(VolunteerFactory(), night.headquarters.first(), leader=True)
    written = tmp_path / "instance.json"

    call_command("roster", "export", str(night.pk), "-o", str(written))

    assert formats.read_instance(written.read_bytes()) == instance_of(night)


def test_command_says_which_editions_there_are(night, tmp_path):
    written = tmp_path / "instance.json"
    with pytest.raises(CommandError, match=rf"{night.pk}  .*{night.name}"):
        call_command("roster", "export", str(night.pk + 1), "-o", str(written))
    assert not written.exists()
