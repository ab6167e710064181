from events.night.composing import choosing
from events.night.models import Assignment, Headquarters, Sector
from tests.factories.night import SectorFactory
from tests.factories.night_people import composed, tiny
from tests.factories.volunteers import UserFactory, square

NAMES = [("Awa", "Dupont"), ("Bo", "Étienne"), ("Chloé", "=cmd"), ("Dana", "")]


def shape(west):
    return {"type": "Polygon", "coordinates": [square(west, 48.85, 0.01)]}


def night_with_teams():
    """A headquarters with two sectors. The team of 11-1 is Awa, who leads, Bo and Chloé; Dana waits in reserve, and
    11-2 has nobody."""
    night = tiny(people=4)
    choosing.choose(composed(night), by=UserFactory())
    rows = [*Assignment.objects.in_teams().order_by("-leads", "pk"), *Assignment.objects.in_reserve()]
    for row, (first, last) in zip(rows, NAMES, strict=True):
        user = row.participant.volunteer.user
        user.first_name, user.last_name = first, last
        user.save()
    Headquarters.objects.update(contact="Fatou, 01 23 45 67 89")
    Sector.objects.update(boundary=shape(2.30), dangers="Quais glissants")
    SectorFactory(headquarters=night.headquarters.get(), code="11-2", boundary=shape(2.315))
    night.refresh_from_db()
    return night
