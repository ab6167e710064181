"""Where a seat is taken: the first wish while it has places, and a question when it has none."""

import pytest

from events.night.sign_up.placing import Fork, metres, most, place_for, places_of, ways
from tests.factories.events import RegistrationFactory
from tests.factories.night_people import open_night, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def night():
    """Four headquarters in a row; a district is 1.46 km wide, so that one is near its neighbour alone."""
    return open_night(2, 2, 2, 2)


def fill(headquarters):
    for _ in range(2):
        RegistrationFactory(slot=headquarters.slot)


def keys(places):
    return [place.key for place in places]


def test_ways_are_the_choices_and_then_as_far_as_one_goes(night):
    places, (a, b, c, d) = places_of(night), night.headquarters.all()

    assert keys(ways(wish(b, a, reach="prefs"), places)) == [b.pk, a.pk]
    assert keys(ways(wish(b, reach="near", home=c.pk), places)) == [b.pk, c.pk, d.pk]
    assert keys(ways(wish(a, reach="any"), places)) == [a.pk, b.pk, c.pk, d.pk]
    assert keys(ways(wish(reach="near"), places)) == keys(ways(wish(reach="prefs"), places)) == []
    assert 1400 < metres(a, b) < 1500


def test_anywhere_without_home_begins_where_most_places_are_left(night):
    a, _b, _c, _d = night.headquarters.all()
    fill(a)

    assert keys(ways(wish(reach="any"), places_of(night)))[-1] == a.pk


def test_full_first_wish_is_a_question_only_when_another_has_places(night):
    a, b, c, d = night.headquarters.all()
    fill(a)

    fork = place_for(wish(a, b, reach="prefs"), places_of(night))
    assert isinstance(fork, Fork)
    assert (fork.full.key, keys(fork.free)) == (a.pk, [b.pk])
    assert place_for(wish(a, reach="prefs"), places_of(night)).key == a.pk
    assert place_for(wish(reach="any", home=a.pk), places_of(night)).key == b.pk
    for one in (b, c, d):
        fill(one)
    assert place_for(wish(a, b, reach="any"), places_of(night)).key == a.pk


def test_what_one_has_is_kept_while_nothing_better_is_free(night):
    a, b, _c, _d = night.headquarters.all()
    fill(a)
    places = places_of(night)

    assert place_for(wish(a, b), places, now_at=a.pk).key == a.pk
    assert place_for(wish(a, b), places, now_at=b.pk).key == b.pk
    assert place_for(wish(b, a), places, now_at=a.pk).key == b.pk


def test_quota_counts_below_the_seats_and_never_above(night):
    for quota, expected in ((1, 1), (5, 2), (None, 2)):
        night.headquarters.update(quota=quota)
        assert {place.most for place in places_of(night)} == {expected}
        assert most(night.headquarters.first().slot) == expected


def test_places_are_read_in_one_query(night, django_assert_num_queries):
    a, *_ = night.headquarters.all()
    fill(a)
    RegistrationFactory(slot=a.slot, waiting=True)
    with django_assert_num_queries(1):
        found = [(place.left, place.waiting, str(place.headquarters)) for place in places_of(night)]
    assert found[0] == (0, 1, "11 · Quartier 11")
