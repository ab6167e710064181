import pytest

from events.night.editions.preparing import EditionRefused
from events.night.models import Sector, SectorTag
from events.night.sectors import boundaries, reshaping
from events.night.sectors.boundaries import BoundaryRefused
from tests.factories.night import HeadquartersFactory, SectorFactory
from tests.factories.volunteers import QualificationFactory, SquareDistrictFactory, UserFactory, square
from tests.office import inside
from volunteers.points import Point

pytestmark = pytest.mark.django_db
SIDE = 0.01
UPRIGHT = [Point(48.852, 2.304), Point(48.858, 2.304)]  # two fifths from the west; its ends are inside


@pytest.fixture
def sector():
    headquarters = HeadquartersFactory(district=SquareDistrictFactory(code="07", name="Palais-Bourbon"))
    ground = boundaries.read({"type": "Polygon", "coordinates": [square(2.30, 48.85, SIDE)]})
    made = SectorFactory(headquarters=headquarters, code="07-1", dangers="Quais", boundary=ground)
    SectorTag.objects.create(sector=made, qualification=QualificationFactory(), is_needed=True)
    return made


def test_a_sector_is_cut_and_the_smaller_part_is_a_new_one_like_it(sector):
    before = boundaries.square_kilometres(sector.boundary)

    new = reshaping.cut(sector, line=UPRIGHT, code="07-2", by=UserFactory())

    sector.refresh_from_db()
    sizes = [boundaries.square_kilometres(one.boundary) for one in (sector, new)]
    assert sizes == pytest.approx([before * 0.6, before * 0.4], rel=1e-3)
    assert (new.code, new.dangers, new.headquarters, new.edition) == (
        "07-2", "Quais", sector.headquarters, sector.edition
    )  # fmt: skip
    assert [tag.qualification for tag in new.tags.all()] == [tag.qualification for tag in sector.tags.all()]
    ground = {one.code: ("07", one.boundary) for one in Sector.objects.all()}
    assert boundaries.faults_of(ground, {}) == []


@pytest.mark.parametrize(
    "line",
    [
        [],
        UPRIGHT[:1],
        UPRIGHT[:1] * 2,
        [Point(48.85, 2.32), Point(48.86, 2.32)],
        [Point(48.84, 2.302), Point(48.87, 2.302), Point(48.87, 2.306), Point(48.84, 2.306)],
    ],
)
def test_a_line_that_does_not_make_two_parts_is_refused(sector, line):
    with pytest.raises(BoundaryRefused):
        boundaries.cut(sector.boundary, line)
    with pytest.raises(EditionRefused):
        reshaping.cut(sector, line=line, code="07-2", by=UserFactory())

    assert Sector.objects.count() == 1


def test_a_line_may_bend(sector):
    corner = [Point(48.84, 2.305), Point(48.855, 2.305), Point(48.855, 2.32)]

    larger, smaller = boundaries.cut(sector.boundary, corner)

    assert boundaries.square_kilometres(larger) == pytest.approx(3 * boundaries.square_kilometres(smaller), rel=1e-3)


def test_a_boundary_in_several_pieces_is_not_cut(sector):
    pieces = {"type": "MultiPolygon", "coordinates": [[square(2.30, 48.85, SIDE)], [square(2.35, 48.85, SIDE)]]}

    for ground in (boundaries.read(pieces), {}):
        with pytest.raises(BoundaryRefused):
            boundaries.cut(ground, UPRIGHT)


def test_ground_stays_once_people_were_told_and_a_code_is_one_sector_s(sector):
    SectorFactory(headquarters=sector.headquarters, code="07-2")
    with pytest.raises(EditionRefused):
        reshaping.cut(sector, line=UPRIGHT, code="07-2", by=UserFactory())
    sector.edition.state = "published"
    sector.edition.save()

    with pytest.raises(EditionRefused):
        reshaping.cut(sector, line=UPRIGHT, code="07-3", by=UserFactory())
    with pytest.raises(EditionRefused):
        reshaping.redraw(sector, boundary={}, by=UserFactory())

    sector.refresh_from_db()
    assert (Sector.objects.count(), sector.boundary != {}) == (2, True)


def test_an_outline_is_walked_round():
    corners = [Point(48.85, 2.30), Point(48.85, 2.31), Point(48.86, 2.31)]

    assert boundaries.around(corners)["coordinates"] == [[[2.3, 48.85], [2.31, 48.85], [2.31, 48.86], [2.3, 48.85]]]
    for wrong in (corners[:2], [Point(0, 0), Point(1, 1), Point(1, 0), Point(0, 1)]):
        with pytest.raises(BoundaryRefused):
            boundaries.around(wrong)


@pytest.fixture
def organiser(sector):
    return inside(UserFactory(administrator=True))


def test_a_cut_is_looked_at_before_it_is_made(organiser, sector):
    url = f"/organise/night/sectors/{sector.pk}/cut/"
    asked = {"path": "48.852, 2.304\n48.858, 2.304", "code": organiser.get(url).context["form"].initial["code"]}

    looked = organiser.post(url, asked)
    assert (Sector.objects.count(), [area.mark for area in looked.context["chart"].areas]) == (1, ["here", "here"])
    organiser.post(url, asked | {"back": "1", "confirmed": "1"})
    wrong = organiser.post(url, asked | {"path": "48.85, 2.5\n48.86, 2.5", "confirmed": "1"})
    assert (list(wrong.context["form"].errors), Sector.objects.count()) == (["path"], 1)
    organiser.post(url, asked | {"confirmed": "1"})

    assert sorted(Sector.objects.values_list("code", flat=True)) == ["07-1", "07-2"]


def test_an_outline_says_what_it_shares_before_it_is_kept(organiser, sector):
    other = SectorFactory(headquarters=sector.headquarters, code="07-2")
    url = f"/organise/night/sectors/{other.pk}/draw/"
    asked = {"path": "48.85, 2.305\n48.85, 2.315\n48.86, 2.315\n48.86, 2.305"}

    looked = organiser.post(url, asked)
    other.refresh_from_db()
    assert (len(looked.context["faults"]), other.boundary) == (1, {})
    organiser.post(url, asked | {"confirmed": "1"})

    other.refresh_from_db()
    assert boundaries.square_kilometres(other.boundary) == pytest.approx(0.815, rel=0.01)
