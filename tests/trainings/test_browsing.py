import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from tests.factories.events import RegistrationFactory, SlotFactory, VenueFactory
from tests.factories.trainings import SessionFactory, ThemeFactory, TrainingFactory
from tests.factories.volunteers import AssociationFactory, DistrictFactory, NetworkFactory
from trainings.browsing import PER_PAGE, browse
from trainings.quarters import Quarter

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)  # a Monday
PARIS = ZoneInfo("Europe/Paris")
Q4 = Quarter(2026, 4)

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(NOW, tick=False):
        yield


def look(query="", quarter=None):
    request = RequestFactory().get(f"/trainings/?{query}")
    request.user = AnonymousUser()
    return browse(request, quarter=quarter)


def found(query="", quarter=None):
    return [row.slot_id for row in look(query, quarter).rows]


def session(day=25, hour=14, training=None, **facts):
    starts_at = dt.datetime(2026, 11, day, hour, tzinfo=PARIS)
    slot = SlotFactory(starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=2), **facts)
    return SessionFactory(slot=slot, **({"training": training} if training else {}))


def test_without_filter_all_that_is_not_over():
    session(20)
    coming = session(25)

    assert found() == [coming.slot_id]


def test_by_network_theme_and_district():
    one, other = session(24), session(25)

    for query in (
        f"network={one.training.network.slug}",
        f"theme={one.training.theme_id}",
        f"district={one.slot.venue.district.code}",
    ):
        assert found(query) == [one.slot_id]
    assert found() == [one.slot_id, other.slot_id]


def test_by_place():
    onsite, online = session(24), session(25, online=True)

    assert found("place=onsite") == [onsite.slot_id]
    assert found("place=online") == [online.slot_id]


def test_by_moment_in_the_citys_time():
    # 23 November is a Monday. 17:00 in Paris is 16:00 UTC: an evening all the same.
    noon, evening, saturday_night, sunday = session(24, 12), session(25, 17), session(28, 20), session(29, 10)

    assert found("moment=evening") == [evening.slot_id]
    assert found("moment=weekend") == [saturday_night.slot_id, sunday.slot_id]
    assert found("moment=either") == [evening.slot_id, saturday_night.slot_id, sunday.slot_id]
    assert found()[0] == noon.slot_id


def test_with_places_left():
    free, full = session(24, capacity=1), session(25, capacity=1)
    session(26, cancelled=True)
    RegistrationFactory(slot=full.slot)

    assert found("free=on") == [free.slot_id]


@pytest.mark.parametrize("words", ["energie", "ÉNERGIE", "factu energ", "entourage", "ademe energie", "fabrique"])
def test_search_ignores_accents_and_looks_everywhere(words):
    association = AssociationFactory(name="Ademe Entourage")
    training = TrainingFactory(title_fr="Lire sa facture d'énergie", given_by=association)
    wanted = session(25, training=training, venue=VenueFactory(name="La Fabrique"))
    session(26)

    assert found(f"q={words}") == [wanted.slot_id]


def test_search_needs_every_word():
    session(25, training=TrainingFactory(title_fr="Énergie"))

    assert found("q=energie+velo") == []


def test_search_takes_wildcards_as_they_are_written():
    session(25, training=TrainingFactory(title_fr="Énergie"))
    wanted = session(26, training=TrainingFactory(title_fr="Moins 50% de déchets"))

    assert found("q=%25") == [wanted.slot_id]
    assert found("q=_") == []


def test_filters_combine():
    wanted = session(25, 18, capacity=2)
    session(25, 18, training=wanted.training, capacity=0)

    assert found(f"network={wanted.training.network.slug}&moment=evening&free=on") == [wanted.slot_id]


@pytest.mark.parametrize(
    "query",
    ["network=nowhere", "theme=999999", "district=../x", "moment=night", "quarter=1999-1", "theme=%00", "page=x"],
)
def test_an_unknown_value_filters_nothing_and_breaks_nothing(query):
    known = session(25)

    assert found(query) == [known.slot_id]


def test_a_past_quarter_is_readable():
    ThemeFactory(year=2026, quarter=4)
    past, coming = session(2), session(25)

    assert found("quarter=2026-4") == [past.slot_id, coming.slot_id]


def test_a_programme_of_the_running_quarter_begins_today_unless_asked():
    past, coming = session(2), session(25)

    assert found(quarter=Q4) == [coming.slot_id]
    assert found("past=on", quarter=Q4) == [past.slot_id, coming.slot_id]


def test_a_programme_of_another_quarter_shows_all_of_it():
    past = session(2)

    with time_machine.travel(dt.datetime(2027, 2, 1, tzinfo=dt.UTC), tick=False):
        assert found(quarter=Q4) == [past.slot_id]


def test_rows_are_grouped_by_month():
    session(25)
    later = SlotFactory(starts_at=dt.datetime(2026, 12, 1, 0, 30, tzinfo=PARIS))
    SessionFactory(slot=later)

    months = look().months

    assert [(month.slug, len(month.rows)) for month in months] == [("m2026-11", 1), ("m2026-12", 1)]


def test_pages_share_the_list_out():
    network, district = NetworkFactory(), DistrictFactory()
    training = TrainingFactory(theme=None, network=network)
    for hour in range(PER_PAGE + 1):
        session(25 + hour // 12, 8 + hour % 12, training=training, venue=VenueFactory(district=district))
    first, second = look("network=" + network.slug), look(f"network={network.slug}&page=2")

    assert (len(first.rows), len(second.rows)) == (PER_PAGE, 1)
    assert not {row.slot_id for row in first.rows} & {row.slot_id for row in second.rows}
    assert (first.next_url, first.previous_url) == (f"?network={network.slug}&page=2", "")
    assert (second.next_url, second.previous_url) == ("", f"?network={network.slug}&page=1")
    assert look("page=99").rows == look().rows  # past the last page: the first again


def test_nothing_found_says_what_to_loosen():
    only = session(25, 14)

    result = look(f"network={only.training.network.slug}&moment=weekend")

    assert [(chip.url, chip.count) for chip in result.chips] == [
        ("?moment=weekend", 0),
        (f"?network={only.training.network.slug}", 1),
    ]


@pytest.mark.parametrize("count", [1, 30])
def test_browse_queries_do_not_grow(count, django_assert_num_queries):
    for number in range(count):
        session(25, training=TrainingFactory(theme=None, network=NetworkFactory()), capacity=number % 2)

    with django_assert_num_queries(2):  # the sessions, and what the filters offer
        look()
    with django_assert_num_queries(1):  # the seats
        look()


def test_what_filters_offer_is_right_a_second_later():
    session(25)
    with time_machine.travel(NOW, tick=False) as clock:
        look()
        added = NetworkFactory(slug="brand-new")
        clock.shift(1.1)

        assert f'value="{added.slug}"' in look().bar
