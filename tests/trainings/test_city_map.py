import datetime as dt

import pytest
import time_machine

from tests.factories.events import RegistrationFactory, SlotFactory, VenueFactory
from tests.factories.trainings import SessionFactory
from tests.factories.volunteers import SquareDistrictFactory
from trainings.city_map import city_map

pytestmark = pytest.mark.django_db


def test_a_city_without_districts_has_no_map():
    assert city_map().cells == []


def test_lit_are_the_districts_with_an_open_session_soon():
    lit, far, full_one, dark = (
        SquareDistrictFactory(code=code, west=2.3 + n / 50) for n, code in enumerate(("01", "02", "03", "04"))
    )
    now = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
    with time_machine.travel(now, tick=False):
        SessionFactory(slot=SlotFactory(venue=VenueFactory(district=lit)))
        SessionFactory(slot=SlotFactory(venue=VenueFactory(district=far), starts_at=now + dt.timedelta(days=60)))
        SessionFactory(slot=SlotFactory(venue=VenueFactory(district=dark), cancelled=True))
        full = SessionFactory(slot=SlotFactory(venue=VenueFactory(district=full_one), capacity=1))
        RegistrationFactory(slot=full.slot)

        found = city_map()

    assert [(cell.code, cell.count, cell.url) for cell in found.lit] == [("1", 1, "/trainings/?district=01")]
    assert [cell.url for cell in found.cells if not cell.lit] == ["", "", ""]
