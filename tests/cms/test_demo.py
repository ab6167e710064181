"""The demonstration city."""

import datetime as dt
import io
import itertools
import random

import pytest
import time_machine
from django.core.management import CommandError, call_command

from cms.demo import building, cobuilding
from cms.demo.boundaries import boundaries
from cms.demo.city import content
from tests.cms.city import check_calls, check_counters
from volunteers.models import District, User

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def demo(settings):
    settings.DEMO = True

    def build(*arguments):
        output = io.StringIO()
        call_command("demo", "--size=small", *arguments, stdout=output)
        return output.getvalue()

    return build


@pytest.mark.parametrize("today", [NOW.replace(month=1, day=1), NOW.replace(month=7, day=31)])
def test_city_is_as_true_on_other_days(demo, today):
    with time_machine.travel(today, tick=False):
        demo()

        check_counters()
        check_calls()


@pytest.mark.parametrize("arguments", [(), ("--fresh",)])
def test_a_city_with_real_people_is_refused(demo, arguments):
    User.objects.create_user("somebody@paris.fr")

    with pytest.raises(CommandError):
        demo(*arguments)

    assert User.objects.count() == 1


def test_boundaries_touch_and_do_not_overlap():
    centres = {code: (lat, lon) for code, _name, lat, lon, _area in content("city")["districts"]}

    cells = boundaries(centres)

    rings = {code: [tuple(point) for point in cell["coordinates"][0]] for code, cell in cells.items()}
    edges = [edge for ring in rings.values() for edge in itertools.pairwise(ring)]
    assert all(ring[0] == ring[-1] and area(ring) > 0 for ring in rings.values())
    assert len(set(edges)) == len(edges)
    # An edge is shared with exactly one neighbour, which runs it backwards, or is the city's own edge.
    inner = {edge for edge in edges if edge[::-1] in set(edges)}
    own = [edge for edge in edges if edge not in inner]
    assert {start for start, _end in own} == {end for _start, end in own}
    whole = [own[0]]
    while len(whole) < len(own):
        whole.append(next(edge for edge in own if edge[0] == whole[-1][1]))
    assert area([start for start, _end in whole] + [whole[0][0]]) == pytest.approx(
        sum(area(ring) for ring in rings.values()), rel=1e-4
    )


def area(ring):
    """Twice the signed area: positive when the ring turns counter-clockwise."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring))


def test_sizes_are_what_they_say():
    assert (building.SIZES["default"].volunteers, building.SIZES["paris"]) == (
        1_000,
        building.Size(15_000, 400, 2_000, 360, 2_000),
    )


def test_a_crowd_has_2000_ideas_that_differ_and_50000_supports():
    districts = [District(code=f"{number:02}", name=f"D{number}") for number in range(1, 21)]

    crowd = list(
        cobuilding.crowd_of(2_000, content("ideas")["crowd"], districts=districts, rng=random.Random("1:ideas"), days=6)
    )

    assert len({idea["title"] for idea in crowd}) == 2_000
    assert sum(idea["support"] for idea in crowd) == 50_000
    assert (min(idea["support"] for idea in crowd) >= 0, max(idea["support"] for idea in crowd) > 100) == (True, True)
