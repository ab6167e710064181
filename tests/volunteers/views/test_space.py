"""The pages of my space."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.factories.volunteers import DistrictFactory, NetworkFactory, VolunteerFactory
from volunteers.devices import forget_ended
from volunteers.models import Membership, SpokenLanguage, Volunteer

pytestmark = pytest.mark.django_db

PAGES = ["profile", "networks", "consents", "security", "second-factor", "data", "delete"]


@pytest.fixture
def volunteer(client):
    volunteer = VolunteerFactory(user__email="awa@example.org")
    client.force_login(volunteer.user)
    return volunteer


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["", "/en"])
def test_each_page_opens_to_its_person_and_to_nobody_else(client, volunteer, name, language):
    address, sign_in = (language + reverse(page) for page in (f"volunteers:{name}", "account_login"))

    opened = client.get(address)
    refused = client.__class__().get(address)

    assert opened.status_code == 200
    assert "no-store" in opened["Cache-Control"]
    assert 'aria-current="page"' in opened.content.decode()
    assert (refused.status_code, refused.url.split("?")[0]) == (302, sign_in)


@pytest.mark.parametrize(("language", "names"), [("", ["allemand", "peul"]), ("/en", ["Fula", "German"])])
def test_languages_are_in_the_order_of_the_readers_words(client, volunteer, language, names):
    SpokenLanguage.objects.all().delete()
    SpokenLanguage.objects.create(code="de", name_fr="allemand", name_en="German")
    SpokenLanguage.objects.create(code="ff", name_fr="peul", name_en="Fula")

    form = client.get(language + reverse("volunteers:profile")).context["form"]

    assert [label for _key, label in form.fields["languages"].choices] == names


def test_profile_saves_what_was_said(client, volunteer):
    district = DistrictFactory()
    answers = {
        "first_name": " Noé ",
        "last_name": "N'Diaye",
        "phone": "06 12 34 56 78",
        "language": "en",
        "districts": [district.pk],
        "availability": ["night", "weekend"],
        "mobility": "short",
    }

    answer = client.post(reverse("volunteers:profile"), answers)

    assert answer.status_code == 302
    saved = Volunteer.objects.select_related("user").get(pk=volunteer.pk)
    assert (saved.user.first_name, saved.user.last_name, saved.user.language) == ("Noé", "N'Diaye", "en")
    assert (str(saved.phone), saved.mobility, saved.availability) == ("+33612345678", "short", ["night", "weekend"])
    assert list(saved.districts.all()) == [district]


@pytest.mark.parametrize(
    ("field", "value"),
    [("first_name", ""), ("phone", "12"), ("language", "xx"), ("districts", ["999999"]), ("availability", ["never"])],
)
def test_profile_refuses_and_changes_nothing(client, volunteer, field, value):
    answers = {"first_name": "Noé", "language": "fr", "last_name": "Changed", field: value}

    answer = client.post(reverse("volunteers:profile"), answers)

    assert list(answer.context["form"].errors) == [field]
    volunteer.user.refresh_from_db()
    assert volunteer.user.last_name != "Changed"


def test_networks_are_joined_and_left_by_post_only(client, volunteer):
    network = NetworkFactory()
    join, leave = (reverse(f"volunteers:{verb}", args=[network.slug]) for verb in ("join", "leave"))

    assert client.get(join).status_code == 405
    assert Membership.objects.count() == 0
    client.post(join)
    assert Membership.objects.filter(volunteer=volunteer, left_at=None).count() == 1
    assert client.get(leave).status_code == 405
    client.post(leave)
    assert Membership.objects.filter(volunteer=volunteer, left_at=None).count() == 0


def test_consents_are_given_and_withdrawn(client, volunteer):
    page = reverse("volunteers:consents")
    client.post(page, {"purpose": "newsletter", "action": "give"})
    client.post(page, {"purpose": "newsletter", "action": "withdraw"})
    client.post(page, {"purpose": "charter", "action": "give"})
    client.post(page, {"purpose": "charter", "action": "withdraw"})
    client.post(page, {"purpose": "nonsense", "action": "give"})

    lines = list(volunteer.user.consents.values_list("purpose", "action"))
    assert lines == [("newsletter", "given"), ("newsletter", "withdrawn"), ("charter", "given")]


@pytest.mark.parametrize("action", ["", "Withdraw", "nonsense", None])
def test_another_word_changes_no_consent(client, volunteer, action):
    page = reverse("volunteers:consents")
    client.post(page, {"purpose": "newsletter", "action": "give"})

    client.post(page, {"purpose": "newsletter"} | ({} if action is None else {"action": action}))

    assert list(volunteer.user.consents.values_list("purpose", "action")) == [("newsletter", "given")]


def test_a_device_elsewhere_is_signed_out_and_another_person_s_is_unknown(client, volunteer):
    elsewhere, stranger = client.__class__(), client.__class__()
    elsewhere.force_login(volunteer.user)
    stranger.force_login(VolunteerFactory().user)
    firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    for visitor in (client, elsewhere, stranger):
        visitor.get(reverse("volunteers:security"), headers={"user-agent": firefox})
    rows = {row.session_key: row.pk for row in UserSession.objects.all()}
    there = reverse("volunteers:sign-out-device", args=[rows[elsewhere.session.session_key]])

    assert stranger.post(there).status_code == 404
    assert client.get(there).status_code == 405
    page = client.get(reverse("volunteers:security"), headers={"user-agent": firefox})
    client.post(there)

    assert {device.label for device in page.context["devices"]} <= {"Firefox sur Windows", "Firefox on Windows"}
    assert [device.here for device in page.context["devices"]] == [True, False]
    assert elsewhere.get(reverse("volunteers:security")).status_code == 302
    assert client.get(reverse("volunteers:security")).status_code == 200


def test_page_of_devices_leaves_out_what_has_ended_and_writes_nothing(client, volunteer):
    expired, outdated, signed_out = (client.__class__() for _ in range(3))
    outdated.force_login(volunteer.user)
    outdated.get(reverse("volunteers:security"))
    volunteer.user.set_password("another, for everybody else")
    volunteer.user.save()
    for visitor in (client, expired, signed_out):
        visitor.force_login(volunteer.user)
        visitor.get(reverse("volunteers:security"))
    Session.objects.filter(session_key=expired.session.session_key).update(expire_date=timezone.now())
    signed_out.logout()
    noted = sorted(UserSession.objects.values_list("session_key"))

    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse("volunteers:security"))

    assert [device.session_key for device in page.context["devices"]] == [client.session.session_key]
    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []
    assert sorted(UserSession.objects.values_list("session_key")) == noted
    forget_ended()
    # The one that a new password ended is cleared when its browser comes back, or its two weeks are over.
    assert UserSession.objects.count() == 2


@pytest.mark.parametrize("agent", ["", "x" * 5000, "<script>alert(1)</script>", "\x00", "Mozilla/5.0 (iPhone"])
def test_any_browser_name_gets_a_short_text(agent):
    from volunteers.devices import name_of

    assert 0 < len(name_of(agent)) < 200


@pytest.mark.parametrize("count", [1, 30])
def test_networks_page_asks_the_same_queries_for_one_network_and_thirty(
    client, volunteer, count, django_assert_num_queries
):
    for _ in range(count):
        Membership.objects.create(volunteer=volunteer, network=NetworkFactory())
    client.get(reverse("volunteers:networks"))

    # session, account, profile, memberships, networks
    with django_assert_num_queries(QUERIES):
        client.get(reverse("volunteers:networks"))


QUERIES = 5


def test_how_long_we_keep_what_is_public(client):
    from volunteers import retention

    page = client.get(reverse("volunteers:retention"))

    assert page.status_code == 200
    assert [str(rule.table) for rule in page.context["rules"]] == [rule.table for rule in retention.rules()]
