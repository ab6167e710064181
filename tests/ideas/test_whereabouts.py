"""Where a call is about: its point, in the city or refused, on its page, in the form and in the data."""

import json

import pytest
from django.db import IntegrityError, transaction

from ideas import calling
from ideas.calling import IdeaRefused, phases_of_quarter
from ideas.models import Call
from tests.factories.ideas import CallFactory
from tests.factories.volunteers import DistrictFactory, NetworkOrganiserFactory, SquareDistrictFactory, UserFactory
from tests.ideas.views.organising import url
from tests.office import inside, still
from volunteers.models import District

pytestmark = pytest.mark.django_db

DATES = phases_of_quarter(2028, 1, vote=False)


@pytest.fixture
def west():
    return SquareDistrictFactory(code="10", name="Entrepôt", west=2.30)


@pytest.fixture
def east(west):
    return SquareDistrictFactory(code="11", name="Popincourt", west=2.32)


@pytest.fixture
def role():
    return NetworkOrganiserFactory()


@pytest.fixture
def call(east, role):
    return CallFactory(
        slug="where", place="Place de la République", latitude=48.86, longitude=2.33, district=east,
        network=role.network, responsible=role.user,
    )  # fmt: skip


@pytest.fixture
def organiser(role):
    return inside(role.user)


def sent(client, call, **changes):
    """What the form of that call sends, but for the changes."""
    form = client.get(url("call-edit", call.pk)).context["form"]
    shown = {name: form[name].field.widget.format_value(form[name].value()) for name in form.fields}
    return {name: value for name, value in (shown | changes).items() if value not in (None, False)}


def change(client, call, **changes):
    """The errors that sending it gives, by field."""
    answer = client.post(url("call-edit", call.pk), sent(client, call, **changes))
    call.refresh_from_db()
    return answer.context["form"].errors if answer.status_code == 200 else {}


# --- What is stored ---------------------------------------------------------------------------------------------------
@pytest.mark.both
@pytest.mark.parametrize(
    ("point", "kept"),
    [
        ((None, None), True),
        ((48.86, 2.33), True),
        ((-90, 180), True),
        ((48.86, None), False),
        ((None, 2.33), False),
        ((90.1, 2.33), False),
        ((48.86, -180.1), False),
    ],
)
def test_a_point_is_whole_or_not_there(point, kept):
    call = CallFactory()

    changing = Call.objects.filter(pk=call.pk)
    if kept:
        assert changing.update(latitude=point[0], longitude=point[1]) == 1
    else:
        with pytest.raises(IntegrityError), transaction.atomic():
            changing.update(latitude=point[0], longitude=point[1])


def test_prepare_finds_the_district_and_lets_go_of_it_with_the_point(east):
    call = Call(title_fr="Où ?", latitude=48.86, longitude=2.33)

    calling.prepare(call, phases=DATES, by=UserFactory())
    assert Call.objects.get().district == east

    call.latitude = call.longitude = None
    calling.prepare(call, phases=DATES, by=UserFactory())
    assert Call.objects.get().district is None


def test_prepare_refuses_a_point_outside_of_the_city_and_writes_nothing(east):
    with pytest.raises(IdeaRefused, match="en dehors des arrondissements"):
        calling.prepare(Call(title_fr="Où ?", latitude=2.33, longitude=48.86), phases=DATES, by=UserFactory())

    assert not Call.objects.exists()


def test_a_city_of_which_a_boundary_is_unknown_refuses_no_point(east):
    DistrictFactory(code="12", boundary={})

    call = calling.prepare(Call(title_fr="Où ?", latitude=48.9, longitude=2.4), phases=DATES, by=UserFactory())

    assert (call.point, call.district) == ((48.9, 2.4), None)


# --- The form ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "typed", ["48.865, 2.31", "geo:48.865,2.31", "https://www.openstreetmap.org/?mlat=48.865&mlon=2.31#map=15/48.8/2.3"]
)
def test_organiser_types_or_pastes_a_point(organiser, call, west, typed):
    assert change(organiser, call, point=typed, place="  Quai de  Valmy ") == {}

    assert (call.point, call.district, call.place) == ((48.865, 2.31), west, "Quai de Valmy")


def test_organiser_takes_the_point_away(organiser, call):
    assert change(organiser, call, point="") == {}

    assert (call.point, call.district) == (None, None)


@pytest.mark.parametrize("typed", ["2.33, 48.86", "48.9, 2.33", "République", "https://www.openstreetmap.org/"])
def test_a_point_that_is_none_is_refused_beside_its_field(organiser, call, typed):
    errors = change(organiser, call, point=typed)

    assert list(errors) == ["point"]
    assert call.point == (48.86, 2.33)


def test_a_point_left_as_it_is_shown_keeps_all_its_digits(organiser, call):
    Call.objects.update(latitude=48.861234567)

    assert change(organiser, call, place="Ailleurs") == {}

    assert (call.latitude, call.place) == (48.861234567, "Ailleurs")


def test_a_point_that_somebody_else_has_moved_is_not_overwritten(organiser, call):
    data = sent(organiser, call, point="48.855, 2.31")
    Call.objects.update(latitude=48.8601)

    answer = organiser.post(url("call-edit", call.pk), data)

    assert answer.context["form"].non_field_errors().as_data()[0].code == "stale"
    call.refresh_from_db()
    assert call.point == (48.8601, 2.33)


def test_the_quarter_s_dates_are_filled_in_beside_what_was_typed(organiser, call):
    data = sent(organiser, call, point="geo:48.865,2.31", fill="1")

    answer = organiser.post(url("call-edit", call.pk), data)

    assert answer.context["form"]["point"].value() == "geo:48.865,2.31"


@pytest.mark.parametrize(
    ("typed", "spot", "lit"),
    [
        ("48.86, 2.33", (740, 385), ["11"]),
        ("geo:48.86,2.31", (260, 385), []),  # typed, not yet found in a district
        ("République", None, []),
        ("10, 10", None, []),
        ("", None, []),
    ],
)
def test_form_draws_what_is_saved_or_typed(organiser, call, typed, spot, lit):
    data = sent(organiser, call, point=typed, fill="1")

    where = organiser.post(url("call-edit", call.pk), data).context["form"].where

    assert (where.spot, [cell.code for cell in where.cells if cell.lit]) == (spot, lit)


def test_form_gives_its_script_numbers_that_it_can_read_in_every_language(organiser, call):
    page = organiser.get(url("call-edit", call.pk)).content.decode()

    assert 'data-west="2.3"' in page and 'data-margin="20"' in page
    assert 'data-spot="id_point"' in page


def test_form_of_a_city_without_districts_has_no_map(organiser, call):
    District.objects.all().delete()

    page = organiser.get(url("call-edit", call.pk)).content.decode()

    assert "data-spot" not in page and 'id="id_point"' in page


# --- The page and the data --------------------------------------------------------------------------------------------
def test_page_shows_the_district_lit_and_says_the_same_in_words(client, call):
    answer = client.get("/en/ideas/calls/where/")

    where, page = answer.context["where"], answer.content.decode()
    assert [(cell.code, cell.lit) for cell in where.cells] == [("10", False), ("11", True)]
    assert where.spot == (740, where.drawing.height // 2)
    assert 'aria-label="Map of the city’s districts: the point is in 11 · Popincourt."' in page
    assert "<b>Place de la République</b><span>11 · Popincourt</span>" in page
    assert '<a class="with-icon" href="geo:48.86,2.33">' in page
    assert 'transform="translate(740 ' in page


def test_page_shows_the_point_where_no_district_is_known(client, call):
    District.objects.all().delete()

    page = client.get("/en/ideas/calls/where/").content.decode()

    assert "Place de la République" in page and "geo:48.86,2.33" in page
    assert "<svg viewBox" not in page


def test_page_draws_no_point_far_from_the_city(client, call):
    DistrictFactory(code="12", boundary={}, latitude=48.87, longitude=2.35)
    Call.objects.update(latitude=10, longitude=10, district=None)

    page = client.get("/en/ideas/calls/where/").content.decode()

    assert "geo:10.0,10.0" in page
    assert "<svg viewBox" not in page


def test_page_shows_words_alone_and_nothing_for_no_place(client, call):
    Call.objects.update(latitude=None, longitude=None, district=None)
    page = client.get("/en/ideas/calls/where/").content.decode()
    assert "<b>Place de la République</b></p>" in page and "geo:" not in page

    Call.objects.update(place="")
    answer = client.get("/en/ideas/calls/where/?order=newest")
    assert answer.context["where"] is None
    assert 'id="where"' not in answer.content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_page_takes_the_same_queries_whatever_the_city_and_reads_outlines_once(
    client, call, django_assert_num_queries, count
):
    for number in range(count):
        SquareDistrictFactory(code=f"{number + 20}", west=2.34 + number / 50)
    with still():
        client.get("/ideas/calls/where/")
        with django_assert_num_queries(7):
            client.get("/ideas/calls/where/?order=newest")


def test_data_carries_the_place(client, call):
    about = json.loads(client.get("/ideas/calls/where/ideas.json").getvalue())["call"]
    names = ("place", "district", "latitude", "longitude")
    assert [about[name] for name in names] == ["Place de la République", "11", 48.86, 2.33]

    Call.objects.update(place="", latitude=None, longitude=None, district=None)
    about = json.loads(client.get("/ideas/calls/where/ideas.json?again").getvalue())["call"]
    assert [about[name] for name in names] == ["", "", None, None]
