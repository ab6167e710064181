"""Who is there for what is needed, by headquarters."""

import pytest

from events.night.models import Participant, SectorTag
from events.night.readiness.counting import Level, readiness
from tests.factories.night import SectorFactory
from tests.factories.night_people import enrol, open_night
from tests.factories.volunteers import QualificationFactory, VolunteerFactory
from volunteers.models import QualificationHeld, SpokenLanguage

pytestmark = pytest.mark.django_db


@pytest.fixture
def night():
    """Three headquarters, 1.5 km apart; each with a team of two to three, the first's needs Arabic and a clearance."""
    night = open_night(60, 60, 60)
    for one in night.headquarters.all():
        SectorFactory(headquarters=one, code=f"{one.district.code}-1", least=2, target=3, most=3)
    return night


def rows_of(night):
    return {
        row.headquarters.district.code: {cell.what: (cell.here, cell.could, cell.need) for cell in row.cells}
        for row in readiness(night, night.headquarters.select_related("district").order_by("district__code"))
    }


def test_people_and_leaders_are_counted_where_they_go_first_and_where_they_accept(night):
    one, two, three = night.headquarters.all()
    enrol(VolunteerFactory(), one, leader=True, reach="prefs")
    enrol(VolunteerFactory(), one, two, reach="prefs")
    enrol(VolunteerFactory(), three, reach="near", home=three.pk)
    enrol(VolunteerFactory(), three, reach="any", leader=True)

    assert rows_of(night) == {
        "11": {"people": (2, 3, 3), "leaders": (1, 2, 1)},
        "12": {"people": (0, 3, 3), "leaders": (0, 1, 1)},
        "13": {"people": (2, 2, 3), "leaders": (1, 1, 1)},
    }
    (_first, second, third) = readiness(night, [one, two, three])
    assert [(cell.what, cell.missing, cell.level) for cell in second.short] == [
        ("people", 3, Level.ELSEWHERE),
        ("leaders", 1, Level.ELSEWHERE),
    ]
    assert [(cell.what, cell.level) for cell in third.short] == [("people", Level.SHORT)]


def test_languages_and_clearances_count_once_for_each_team_that_needs_them(night):
    one, two, _three = night.headquarters.all()
    arabic = SpokenLanguage.objects.create(code="ar", name_fr="arabe", name_en="Arabic")
    metro = QualificationFactory(slug="metro")
    for tag in ({"language": arabic}, {"qualification": metro}):
        SectorTag.objects.create(sector=one.sectors.get(), is_needed=True, **tag)
    wished = SpokenLanguage.objects.create(code="ru", name_fr="russe", name_en="Russian")
    SectorTag.objects.create(sector=two.sectors.get(), language=wished)
    held = VolunteerFactory()
    QualificationHeld.objects.create(volunteer=held, qualification=metro, granted_on=night.night_on)
    enrol(held, two, one, reach="prefs")
    enrol(VolunteerFactory(), one, reach="prefs", languages=(arabic.pk,))

    rows = rows_of(night)

    assert rows["11"] == {"people": (1, 2, 3), "leaders": (0, 0, 1), "lang:ar": (1, 1, 1), "clear:metro": (0, 1, 1)}
    assert rows["12"]["lang:ar"] == (0, 0, 0)
    Participant.objects.all().delete()
    assert rows_of(night)["11"]["people"] == (0, 0, 3)


def test_one_called_off_counts_for_nothing(night):
    one, *_others = night.headquarters.all()
    one.slot.state = "cancelled"
    one.slot.save()

    assert sorted(rows_of(night)) == ["12", "13"]
