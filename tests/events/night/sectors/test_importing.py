import io
import json
import random
from pathlib import Path

import pytest
from django.utils import timezone
from openpyxl import Workbook

from cms.demo.boundaries import boundaries as generated
from cms.demo.city import content
from events.night.editions.preparing import EditionRefused
from events.night.editions.surveying import with_tags
from events.night.models import Headquarters, Sector, SectorImport
from events.night.sectors import importing
from events.night.sectors.feeds import features_of
from events.night.sectors.importing import PlanChanged
from events.night.sectors.reading_files import FileRefused
from tests.factories.night import EditionFactory, HeadquartersFactory, PlaceKindFactory, SectorFactory
from tests.factories.volunteers import DistrictFactory, QualificationFactory, SquareDistrictFactory, UserFactory, square
from volunteers.models import District, SpokenLanguage

pytestmark = pytest.mark.django_db
PARIS = Path(__file__).resolve().parents[5] / "shared" / "data" / "paris-arrondissements.geojson"
HALF = 0.01


@pytest.fixture
def edition():
    """With a headquarters in the 7th, a square of two hundredths of a degree, and a kind of place."""
    made = EditionFactory()
    HeadquartersFactory(edition=made, district=SquareDistrictFactory(code="07", name="Palais-Bourbon"))
    PlaceKindFactory(slug="street", position=0)
    PlaceKindFactory(slug="station", name_fr="Gare", name_en="Railway station", position=1)
    SpokenLanguage.objects.create(code="ar", name_fr="arabe", name_en="Arabic")
    QualificationFactory(slug="metro", name_fr="Habilitation métro", name_en="Metro clearance")
    return made


def geojson(*features):
    rows = [
        {"type": "Feature", "properties": properties, "geometry": ring and {"type": "Polygon", "coordinates": [ring]}}
        for properties, ring in features
    ]
    return json.dumps({"type": "FeatureCollection", "features": rows}).encode()


def part(number):
    """A quarter of the 7th."""
    return square(2.30 + HALF * (number % 2), 48.85 + HALF * (number // 2), HALF)


def quarters(count=4, **more):
    return geojson(*(({"code": f"07-{number + 1}", **more}, part(number)) for number in range(count)))


def send(edition, data, what="sectors", by=None, **more):
    asked = {"name": "file", "replaces": False} | more
    return importing.submit(data, edition=edition, what=what, by=by or UserFactory(), **asked)


def planned(sent, by=None):
    return importing.plan_of(sent, edition=sent.edition, by=by or sent.created_by)[0]


def confirm(sent, plan=None, despite=False):
    digest = (plan or planned(sent)).digest
    return importing.confirm(sent, digest=digest, despite=despite, by=sent.created_by)


def why(plan):
    return {line.number: [fault[0] for fault in line.faults] for line in plan.lines if line.faults}


def test_a_file_is_written_whole_once_it_is_confirmed(edition):
    asked = {"needs": "ar, Metro clearance", "wants": "arabe", "walk": "2", "professionals_only": "oui"}
    sent = send(edition, quarters(kind="Gare", least=2, target=3, most="6", dangers="Quais", **asked))
    plan = planned(sent)
    assert (plan.created, plan.updated, plan.refused, plan.faults) == (4, 0, 0, [])
    assert not Sector.objects.exists()

    done = confirm(sent)

    assert (done.state, done.created, done.changed, done.removed, done.rows) == ("done", 4, 0, 0, [])
    sector = Sector.objects.get(code="07-4")
    assert (sector.edition, sector.headquarters, sector.kind.slug) == (edition, edition.headquarters.get(), "station")
    assert (sector.least, sector.target, sector.most, sector.walk) == (2, 3, 6, 2)
    assert (sector.professionals_only, sector.dangers) == (True, "Quais")
    assert {(str(tag), tag.is_needed) for tag in sector.tags.all()} == {("arabe", True), ("Habilitation métro", True)}


def test_the_same_file_a_second_time_changes_nothing(edition):
    confirm(send(edition, quarters(needs="ar")))

    plan = planned(send(edition, quarters(needs="ar")))

    assert (plan.created, plan.updated, plan.refused, plan.is_confirmable) == (0, 0, 0, False)
    assert {line.import_type for line in plan.lines} == {"skip"}


def test_what_leaves_as_a_file_comes_back_unchanged(edition):
    confirm(send(edition, quarters(needs="ar", wants="metro", dangers="Quais", walk=0)))
    file = json.dumps(features_of(with_tags(edition.sectors.in_order()))).encode()

    assert planned(send(edition, file)).is_confirmable is False


def test_an_empty_cell_changes_nothing_and_a_filled_one_is_shown_before_it_is_written(edition):
    sector = SectorFactory(headquarters=edition.headquarters.get(), code="07-1", dangers="Quais", walk=2)
    sent = send(edition, b"code;walk;dangers;most\n7.01;;;8\n")

    (line,) = planned(sent).lines
    assert [(column, before, after) for column, before, after in line.changes] == [("Largest team", "5", "8")]
    confirm(sent)

    sector.refresh_from_db()
    assert (sector.most, sector.dangers, sector.walk) == (8, "Quais", 2)


def test_a_workbook_is_read_as_well(edition):
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Secteur", "Arrondissement", "Type de lieu", "Taille visée", "WKT", "Autre"])
    sheet.append(["07-1", 7, "gare", 4, "POLYGON((2.30 48.85, 2.31 48.85, 2.31 48.86, 2.30 48.86, 2.30 48.85))", "x"])
    file = io.BytesIO()
    book.save(file)
    sent = send(edition, file.getvalue())

    plan, remarks = importing.plan_of(sent, edition=edition, by=sent.created_by)

    (line,) = plan.lines
    assert (line.import_type, line.faults, remarks[0][1]) == ("new", [], {"heads": "Autre"})
    assert plan.sectors[0][0].boundary["coordinates"][0][0] == [2.3, 48.85]


def test_rows_without_a_code_get_the_next_numbers_of_their_district(edition):
    SectorFactory(headquarters=edition.headquarters.get(), code="07-2")

    plan = planned(send(edition, b"district;kind\n7;gare\n75007;gare\n"))

    assert [line.who for line in plan.lines] == ["07-1", "07-3"]


def test_numbers_begin_anew_where_the_file_holds_all_sectors(edition):
    SectorFactory(headquarters=edition.headquarters.get(), code="07-1", most=9)
    SectorFactory(headquarters=edition.headquarters.get(), code="07-2")

    plan = planned(send(edition, b"district;most\n7;8\n", replaces=True))

    assert [(line.who, line.import_type) for line in plan.lines] == [("07-1", "update")]
    assert [sector.code for sector in plan.gone] == ["07-2"]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("07-9;7;canal;3;4;5;", "Kind of place"),
        ("07-9;7;gare;x;4;5;", "Smallest team"),
        ("07-9;7;gare;5;4;5;", "Team aimed at"),
        ("07-9;7;gare;3;4;21;", "Largest team"),
        ("07-9;99;gare;3;4;5;", "District"),
        ("07-9;18;gare;3;4;5;", "District"),
        ("07-9;7;gare;3;4;5;klingon", "Needed"),
        ("07 9 & 10;7;gare;3;4;5;", "Code"),
        ("=1+1;7;gare;3;4;5;", "Code"),
        ("07-1;7;gare;3;4;5;", "Code"),
    ],
)
def test_one_wrong_cell_and_nothing_is_written(edition, row, column):
    DistrictFactory(code="18", name="Buttes-Montmartre")
    head = "code;district;kind;least;target;most;needs"
    right = send(edition, f"{head}\n07-1;7;gare;3;4;5;\n07-2;7;gare;3;4;5;ar\n".encode())
    wrong = send(edition, f"{head}\n07-1;7;gare;3;4;5;\n{row}\n".encode())
    assert planned(right).is_confirmable

    assert why(planned(wrong))[3] == [column]
    with pytest.raises(EditionRefused):
        confirm(wrong)

    assert (Sector.objects.count(), SectorImport.objects.get(pk=wrong.pk).state) == (0, "ready")
    confirm(right)
    assert Sector.objects.count() == 2


def test_wrong_ground_is_named_and_only_written_when_that_is_accepted(edition):
    shifted = square(2.305, 48.85, HALF)
    sent = send(edition, geojson(({"code": "07-1"}, part(0)), ({"code": "07-2"}, shifted)))
    plan = planned(sent)
    assert sorted(fault.codes for fault in plan.faults) == [(), ("07-1", "07-2")]

    with pytest.raises(EditionRefused):
        confirm(sent)
    assert not Sector.objects.exists()
    confirm(sent, despite=True)

    assert Sector.objects.count() == 2


def test_a_boundary_that_crosses_itself_refuses_its_row(edition):
    crossed = [[2.30, 48.85], [2.31, 48.86], [2.30, 48.86], [2.31, 48.85], [2.30, 48.85]]
    sent = send(edition, geojson(({"code": "07-1"}, part(0)), ({"code": "07-2"}, crossed)))

    assert why(planned(sent)) == {2: ["geometry"]}


def test_a_sector_against_those_that_are_there(edition):
    there = SectorFactory(headquarters=edition.headquarters.get(), code="07-1")
    there.boundary = {"type": "Polygon", "coordinates": [part(0)]}
    there.save()

    plan = planned(send(edition, geojson(({"code": "07-2"}, part(0)), ({"code": "07-3"}, part(1)))))

    assert ("07-1", "07-2") in {fault.codes for fault in plan.faults}


def test_what_is_not_in_a_file_of_all_sectors_goes_when_that_was_asked(edition):
    SectorFactory(headquarters=edition.headquarters.get(), code="07-99")
    kept, replaced = send(edition, quarters()), send(edition, quarters(), replaces=True)
    assert planned(kept).gone == []

    assert [sector.code for sector in planned(replaced).gone] == ["07-99"]
    done = confirm(replaced)

    assert (done.removed, sorted(edition.sectors.values_list("code", flat=True))) == (
        1, ["07-1", "07-2", "07-3", "07-4"]
    )  # fmt: skip


def test_a_preview_that_is_no_longer_true_is_not_confirmed(edition):
    sent = send(edition, quarters())
    plan = planned(sent)
    SectorFactory(headquarters=edition.headquarters.get(), code="07-1", dangers="Quais")

    with pytest.raises(PlanChanged):
        confirm(sent, plan)

    assert Sector.objects.count() == 1
    confirm(sent)
    assert Sector.objects.count() == 4


def test_confirming_twice_writes_once_and_what_was_given_up_stays_so(edition):
    sent, other = send(edition, quarters()), send(edition, quarters())
    plan = planned(sent)
    confirm(sent, plan)
    confirm(sent, plan)
    importing.give_up(other, by=other.created_by)
    importing.give_up(other, by=other.created_by)

    with pytest.raises(EditionRefused):
        importing.confirm(other, digest=plan.digest, despite=False, by=other.created_by)
    with pytest.raises(EditionRefused):
        importing.give_up(sent, by=sent.created_by)
    assert Sector.objects.count() == 4
    assert SectorImport.objects.get(pk=other.pk).rows == []


def test_nothing_is_imported_once_people_were_told(edition):
    sent = send(edition, quarters())
    plan = planned(sent)
    edition.state = "published"
    edition.save()

    with pytest.raises(EditionRefused):
        confirm(sent, plan)

    assert not Sector.objects.exists()


def test_what_nobody_decides_on_is_forgotten(edition):
    sent = send(edition, quarters())
    SectorImport.objects.update(created_at=timezone.now() - importing.KEPT * 1.1)

    send(edition, quarters())

    sent.refresh_from_db()
    assert (sent.state, sent.rows, SectorImport.objects.filter(state="ready").count()) == ("cancelled", [], 1)


HEADQUARTERS = "arrondissement;lieu;adresse;code postal;places;arrivée;consignes;repas;quota\n"


def test_headquarters_are_opened_and_changed_with_their_places(edition):
    DistrictFactory(code="11", name="Popincourt")
    text = HEADQUARTERS + "11e;Mairie du 11e;12 place Léon-Blum;75011;120;18h30;20:00;Soupe;110\n7;;;;200;;;;\n"
    sent = send(edition, text.encode(), what="headquarters")
    plan = planned(sent)
    assert (plan.created, plan.updated, plan.refused) == (1, 1, 0)
    assert Headquarters.objects.count() == 1

    confirm(sent)

    made = Headquarters.objects.get(district__code="11")
    hours = [timezone.localtime(moment).strftime("%H:%M") for moment in (made.slot.starts_at, made.briefing_at)]
    assert (hours, made.slot.capacity, made.quota, made.meal) == (["18:30", "20:00"], 120, 110, "Soupe")
    assert (made.slot.venue.name, made.slot.venue.street) == ("Mairie du 11e", "12 place Léon-Blum")
    assert edition.headquarters.get(district__code="07").slot.capacity == 200


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("11;;;;0;18:30;;;", "Seats"),
        ("11;;;;100;25:00;;;", "Arrival"),
        ("11;;;;100;23:30;;;", "Headquarters"),
        ("11;;;;100;18:30;18:00;;", "Headquarters"),
        ("11;;;;100;18:30;;;101", "Headquarters"),
        (";;;;100;18:30;;;", "District"),
    ],
)
def test_one_wrong_headquarters_and_nothing_is_written(edition, row, column):
    DistrictFactory(code="11", name="Popincourt")
    sent = send(edition, (HEADQUARTERS + row + "\n").encode(), what="headquarters")

    assert why(planned(sent)) == {2: [column]}


def test_only_an_administrator_s_file_redraws_the_city(edition):
    file = geojson(({"code": "07"}, square(2.30, 48.85, 0.03)))
    organiser, administrator = UserFactory(), UserFactory(administrator=True)

    plain, redrawn = (planned(send(edition, file, what="headquarters", by=by)) for by in (organiser, administrator))

    assert (plain.updated, len(plain.lines[0].notes), redrawn.updated) == (0, 1, 1)
    confirm(send(edition, file, what="headquarters", by=administrator))
    ring = District.objects.get(code="07").boundary["coordinates"][0]
    assert sorted(set(map(tuple, ring))) == [(2.3, 48.85), (2.3, 48.88), (2.33, 48.85), (2.33, 48.88)]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"   ", b"{", b"{}", b"[]", b'{"type": "FeatureCollection"}',
        b'{"type": "FeatureCollection", "features": []}',
        b'{"type": "FeatureCollection", "features": 5}', b'{"type": "FeatureCollection", "features": [5]}', b"\x00\x01",
        b"PK\x03\x04broken", b"one;two\n1;2\n", b"code;secteur\n1;2\n", b"{" * 50_000, b'{"type":' + b"[" * 50_000,
        b'{"type": "FeatureCollection", "crs": {"properties": {"name": "EPSG:2154"}}, "features": [{}]}',
    ],
)  # fmt: skip
def test_files_that_are_none_are_refused_and_nothing_is_kept(edition, data):
    with pytest.raises(FileRefused):
        send(edition, data)

    assert not SectorImport.objects.exists()


def test_noise_in_a_file_never_breaks_the_preview(edition):
    chance = random.Random(7)
    noise = ["", None, 5, 4.5, True, [], {}, "=1+1", "07-1", "x" * 3000, "\u202e", {"type": "Point"}, [[[]]]]
    columns = ["code", "district", "kind", "walk", "least", "target", "most", "needs", "dangers"]

    for _round in range(150):
        properties = {column: chance.choice(noise) for column in columns if chance.random() < 0.6}
        file = {"type": "FeatureCollection", "features": [{"properties": properties, "geometry": chance.choice(noise)}]}
        plan = planned(send(edition, json.dumps(file).encode()))
        assert len(plan.lines) == 1
    assert not Sector.objects.exists()


def test_a_large_file_asks_as_much_as_a_small_one(edition, django_assert_max_num_queries):
    SectorFactory.create_batch(30, headquarters=edition.headquarters.get())
    sent = send(edition, quarters())

    with django_assert_max_num_queries(12):
        planned(sent)


def city(tmp_path):
    if PARIS.exists():
        return PARIS.read_bytes(), 20
    facts = content("city")["districts"]
    outlines = generated({code: (lat, lon) for code, _name, lat, lon, _area in facts})
    return geojson(*(({"c_ar": int(code)}, outline["coordinates"][0]) for code, outline in outlines.items())), 20


def test_the_districts_of_paris_are_headquarters_and_then_sectors(tmp_path):
    """The city's own file where it is there (it is not the project's to copy), otherwise one like it."""
    edition, administrator = EditionFactory(), UserFactory(administrator=True)
    PlaceKindFactory()
    for number in range(1, 21):
        DistrictFactory(code=f"{number:02}", name=f"N{number}")
    file, count = city(tmp_path)

    first = confirm(send(edition, file, what="headquarters", by=administrator))
    sent = send(edition, file)
    plan = planned(sent)
    confirm(sent)

    assert (first.created, plan.created, plan.faults) == (count, count, [])
    assert edition.sectors.filter(headquarters__district__code="07").get().code == "07-1"
    assert District.objects.filter(boundary={}).count() == 0
