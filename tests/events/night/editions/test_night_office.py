import datetime as dt
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Slot
from events.night.models import Edition, Headquarters, Sector, SectorImport
from tests.factories.night import EditionFactory, HeadquartersFactory, PlaceKindFactory, SectorFactory
from tests.factories.volunteers import (
    DistrictFactory,
    NetworkOrganiserFactory,
    SquareDistrictFactory,
    UserFactory,
    square,
)
from tests.office import inside, still

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"organise-night:{name}", args=args)


@pytest.fixture
def headquarters():
    district = SquareDistrictFactory(code="07", name="Palais-Bourbon")
    return HeadquartersFactory(edition=EditionFactory(), district=district)


@pytest.fixture
def edition(headquarters):
    return headquarters.edition


@pytest.fixture
def organiser(edition):
    return inside(NetworkOrganiserFactory(network=edition.network).user)


@pytest.fixture
def coordinator(headquarters):
    user = UserFactory()
    headquarters.slot.people_in_charge.add(user)
    return inside(user)


def draw(headquarters, code, number=0, **more):
    """A sector that is a quarter of the 7th."""
    boundary = {"type": "Polygon", "coordinates": [square(2.30 + 0.01 * (number % 2), 48.85, 0.01)]}
    return SectorFactory(headquarters=headquarters, code=code, boundary=boundary, **more)


# --- What one sees ----------------------------------------------------------------------------------------------------
def test_a_coordinator_sees_their_own_headquarters_only(edition, headquarters, coordinator, organiser):
    mine = draw(headquarters, "07-1")
    theirs = draw(HeadquartersFactory(edition=edition, district__code="08"), "08-1")
    EditionFactory(network=edition.network, starts_at=edition.starts_at - dt.timedelta(weeks=52))

    def seen(client):
        listed = [row["edition"] for row in client.get(url("list")).context["rows"]]
        page = client.get(url("edition", edition.pk)).context
        sectors = [row.code for row in client.get(url("sectors", edition.pk)).context["page_obj"]]
        file = json.loads(client.get(url("sectors-geojson", edition.pk)).content)
        codes = [feature["properties"]["code"] for feature in file["features"]]
        drawn = [area.code for area in page["chart"].areas]
        return len(listed), [row.headquarters for row in page["rows"]], sectors, codes, drawn

    assert seen(coordinator) == (1, [headquarters], ["07-1"], ["07-1"], ["07-1"])
    both = ["07-1", "08-1"]
    assert seen(organiser) == (2, [mine.headquarters, theirs.headquarters], both, both, both)


def test_a_page_shows_the_same_sectors_on_the_map_and_in_the_table(organiser, headquarters, edition):
    draw(headquarters, "07-10", 1, kind=PlaceKindFactory(colour="red", name_fr="Gare"))
    draw(headquarters, "07-2", 0)
    SectorFactory(headquarters=headquarters, code="07-3")

    answer = organiser.get(url("headquarters", headquarters.pk))

    assert [sector.code for sector in answer.context["sectors"]] == ["07-2", "07-3", "07-10"]
    assert [(area.code, area.colour) for area in answer.context["chart"].areas] == [("07-2", "slate"), ("07-10", "red")]
    said = answer.content.decode()
    assert said.count(f'href="{url("sector", Sector.objects.get(code="07-10").pk)}"') == 2
    assert "limites à dessiner" in said


def test_sectors_are_filtered(organiser, headquarters, edition):
    station = PlaceKindFactory()
    draw(headquarters, "07-1", kind=station, professionals_only=True)
    SectorFactory(headquarters=headquarters, code="07-22")

    def found(query):
        return [row.code for row in organiser.get(f"{url('sectors', edition.pk)}?{query}").context["page_obj"]]

    assert found("") == ["07-1", "07-22"]
    assert found(f"kind={station.pk}") == found("only=professionals") == ["07-1"]
    assert found("q=22") == found("only=unbounded") == ["07-22"]
    assert found("only=needs") == found("q=zz") == []
    assert found("kind=x") == ["07-1", "07-22"]


QUERIES = {"list": 11, "edition": 13, "sectors": 16, "headquarters": 12, "sector": 21}


@pytest.mark.parametrize("count", [1, 30])
def test_pages_ask_as_much_for_many_as_for_one(organiser, edition, headquarters, count):
    for number in range(count):
        one = HeadquartersFactory(edition=edition, district__code=f"{number + 20}")
        one.slot.people_in_charge.add(UserFactory())
        draw(one, f"{number + 20}-1", kind=PlaceKindFactory())
        sector = draw(headquarters, f"07-{number}")
        EditionFactory(network=edition.network, starts_at=edition.starts_at - dt.timedelta(weeks=number + 1))
    about = {"edition": edition, "sectors": edition, "headquarters": headquarters, "sector": sector}

    asked = {}
    with still():
        for name in QUERIES:
            address = url(name, *([about[name].pk] if name in about else []))
            organiser.get(address)
            with CaptureQueriesContext(connection) as queries:
                organiser.get(address)
            asked[name] = len(queries)

    assert asked == QUERIES


# --- What one does ----------------------------------------------------------------------------------------------------
def typed(answer, **more):
    """What the form of a page holds, as a browser sends it back."""
    form = answer.context["form"]
    shown = {field.html_name: field.field.widget.format_value(field.value()) for field in form}
    return {name: value for name, value in shown.items() if value not in (None, False, [], [""])} | more


def test_an_edition_is_made_changed_and_brought_on(organiser, edition):
    made = organiser.post(
        url("edition-add"),
        {
            "network": edition.network_id,
            "name_fr": "Nuit 2028",
            "starts_at": "2028-01-27T22:00",
            "ends_at": "2028-01-28T01:00",
        },
    )
    new = Edition.objects.get(name_fr="Nuit 2028")
    assert made["Location"] == url("edition", new.pk)

    page = organiser.get(url("edition-edit", edition.pk))
    organiser.post(url("edition-edit", edition.pk), typed(page, name_fr="Nuit d'hiver", charter_version="2027-01"))
    edition.refresh_from_db()
    assert (edition.name_fr, edition.charter_version) == ("Nuit d'hiver", "2027-01")
    assert Slot.objects.get(headquarters__edition=edition).title_fr.startswith("Nuit d'hiver")

    asked = organiser.get(url("edition-state", edition.pk, "open"))
    edition.refresh_from_db()
    assert (asked.status_code, edition.state) == (200, "preparing")
    organiser.post(url("edition-state", edition.pk, "open"), {"seen": "preparing"})
    edition.refresh_from_db()
    assert edition.state == "open"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ends_at": "2028-01-28T12:00"}, "ends_at"),
        ({"closes_at": "2028-02-01T12:00"}, "closes_at"),
        ({"opens_at": "2028-01-10T12:00", "closes_at": "2028-01-09T12:00"}, "closes_at"),
    ],
)
def test_hours_that_contradict_one_another_are_said_beside_their_field(organiser, edition, wrong, field):
    right = {
        "network": edition.network_id,
        "name_fr": "Nuit",
        "starts_at": "2028-01-27T22:00",
        "ends_at": "2028-01-28T01:00",
    }

    answer = organiser.post(url("edition-add"), right | wrong)

    assert list(answer.context["form"].errors) == [field]
    assert Edition.objects.count() == 1
    organiser.post(url("edition-add"), right)
    assert Edition.objects.count() == 2


def test_a_form_that_somebody_else_overtook_says_so(organiser, edition, headquarters):
    page = organiser.get(url("headquarters-edit", headquarters.pk))
    Headquarters.objects.update(meal="Soupe")

    answer = organiser.post(url("headquarters-edit", headquarters.pk), typed(page, meal="Tarte"))

    assert answer.context["form"].has_error("__all__", "stale")
    assert Headquarters.objects.get().meal == "Soupe"


def test_a_headquarters_is_added_and_given_up(organiser, edition):
    DistrictFactory(code="11", name="Popincourt")
    page = organiser.get(url("headquarters-add", edition.pk))
    district = page.context["form"].fields["district"].queryset.get()

    organiser.post(url("headquarters-add", edition.pk), typed(page, district=district.pk, capacity=80))

    made = Headquarters.objects.get(district=district)
    assert (made.slot.capacity, made.slot.starts_at) == (80, edition.starts_at - dt.timedelta(hours=4))
    organiser.post(url("headquarters-remove", made.pk))
    assert not Headquarters.objects.filter(pk=made.pk).exists()


def test_a_coordinator_changes_their_evening_and_their_sectors_and_no_seats(coordinator, headquarters, edition):
    sector = draw(headquarters, "07-1")
    other = HeadquartersFactory(edition=edition, district__code="08")
    page = coordinator.get(url("headquarters-edit", headquarters.pk))
    assert list(page.context["form"].fields) == ["seen", "briefing_at", "meal", "contact"]

    coordinator.post(url("headquarters-edit", headquarters.pk), typed(page, meal="Soupe", contact="Ali", capacity=1))
    page = coordinator.get(url("sector", sector.pk))
    coordinator.post(url("sector", sector.pk), typed(page, dangers="Quais"))
    page = coordinator.get(url("sector", sector.pk))
    given_away = coordinator.post(url("sector", sector.pk), typed(page, headquarters=other.pk))

    headquarters.refresh_from_db()
    sector.refresh_from_db()
    assert (headquarters.meal, headquarters.contact, headquarters.slot.capacity) == ("Soupe", "Ali", 100)
    assert (sector.dangers, sector.headquarters) == ("Quais", headquarters)
    assert list(given_away.context["form"].errors) == ["headquarters"]


def test_a_file_is_looked_at_then_confirmed(organiser, headquarters, edition):
    PlaceKindFactory()
    feature = {
        "type": "Feature",
        "properties": {"code": "07-1"},
        "geometry": {"type": "Polygon", "coordinates": [square(2.30, 48.85, 0.01)]},
    }
    file = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    sent = organiser.post(
        url("import-new", edition.pk), {"what": "sectors", "file": SimpleUploadedFile("s.geojson", file)}
    )
    page = organiser.get(sent["Location"])
    plan = page.context["plan"]
    assert ([row["what"] for row in page.context["rows"]], len(page.context["faults"])) == (["ajouté"], 1)

    pk = SectorImport.objects.get().pk
    organiser.post(url("import-confirm", pk), {"digest": plan.digest})
    assert not Sector.objects.exists()
    organiser.post(url("import-confirm", pk), {"digest": plan.digest, "despite": "on"})

    assert Sector.objects.get().headquarters == headquarters
    assert "Ajoutés" in organiser.get(sent["Location"]).content.decode()


def test_a_file_that_is_none_is_said_beside_its_field(organiser, edition):
    answer = organiser.post(
        url("import-new", edition.pk), {"what": "sectors", "file": SimpleUploadedFile("s.geojson", b"{")}
    )

    assert list(answer.context["form"].errors) == ["file"]
    assert not SectorImport.objects.exists()


def test_a_slot_of_the_night_is_not_published_by_itself(organiser, headquarters):
    page = organiser.get(reverse("organise:slot", args=[headquarters.slot_id]))

    organiser.post(reverse("organise:publish", args=[headquarters.slot_id]))

    assert reverse("organise:publish", args=[headquarters.slot_id]) not in page.content.decode()
    assert url("of-slot", headquarters.slot_id) in page.content.decode()
    assert Slot.objects.get(pk=headquarters.slot_id).state == "draft"
