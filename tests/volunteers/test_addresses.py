import pytest
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from django.urls.converters import IntConverter

from tests.factories.events import RegistrationFactory
from tests.factories.volunteers import NetworkOrganiserFactory, VolunteerFactory
from tests.office import inside
from volunteers.addresses import KeyConverter, in_language, keys_in

pytestmark = pytest.mark.both

HUGE = 99999999999999999999
OURS = ("events", "trainings", "volunteers")


def routes(resolver):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield entry
        else:
            yield from routes(entry)


def test_every_number_in_our_routes_is_bounded():
    found = [
        type(converter)
        for route in routes(get_resolver())
        if route.callback.__module__.partition(".")[0] in OURS
        for converter in route.pattern.converters.values()
        if isinstance(converter, IntConverter)
    ]

    assert set(found) == {KeyConverter}
    with pytest.raises(NoReverseMatch):
        reverse("events:register", args=[HUGE])


@pytest.mark.parametrize("path", ["trainings/sessions/{}/", "agenda/{}/registration/", "agenda/{}/register/"])
@pytest.mark.parametrize("number", [HUGE, 10**18 - 1])
@pytest.mark.django_db
def test_no_row_has_a_huge_number(client, path, number):
    client.force_login(VolunteerFactory().user)
    address = "/" + path.format(number)

    answer = client.get(address, follow=True)

    assert answer.status_code == 404


@pytest.mark.django_db
def test_attendance_of_a_huge_number_marks_nobody():
    row = RegistrationFactory()
    organiser = inside(NetworkOrganiserFactory(network=row.slot.network).user)
    type(row.slot).objects.update(starts_at="2020-01-01T10:00Z", ends_at="2020-01-01T12:00Z")
    address = reverse("organise:attendance-mark", args=[row.slot_id])

    answer = organiser.post(address, {"registration": [HUGE, row.pk], "attendance": "present"})

    row.refresh_from_db()
    assert (answer.status_code, row.attendance) == (302, "present")


@pytest.mark.parametrize("value", [HUGE, -HUGE, "nonsense", 10**18 - 1])
@pytest.mark.parametrize("field", ["districts", "interests", "languages"])
@pytest.mark.django_db
def test_choice_of_a_huge_number_is_refused_beside_its_field(client, field, value):
    volunteer = VolunteerFactory()
    client.force_login(volunteer.user)
    answers = {"first_name": "Nour", "language": "fr", field: [value]}

    answer = client.post(reverse("volunteers:profile"), answers)

    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["form"].errors.as_data()[field][0].code == "invalid_choice"


def test_keys_are_ascii_digits_that_a_database_can_hold():
    assert keys_in(["7", "", "-1", "٣", "1.5", "9" * 18, "9" * 19]) == [7, 10**18 - 1]


@pytest.mark.parametrize(
    ("address", "language", "there"),
    [
        ("/agenda/7/registration/", "en", "/en/agenda/7/registration/"),
        ("/en/my-space/?history=#past", "fr", "/my-space/?history=#past"),
        ("/my-space/", "fr", "/my-space/"),
        ("/a-page-of-an-editor/", "en", "/a-page-of-an-editor/"),
        ("/cms/", "en", "/cms/"),
    ],
)
def test_address_in_another_language(address, language, there):
    assert in_language(address, language) == there
