"""The organisers' list of an edition's people, and its file."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from events.night.models import Assignment
from events.night.sign_up import befriending
from tests.factories.night import SectorFactory
from tests.factories.night_partners import PartnerFactory, name_somebody
from tests.factories.night_people import enrol, open_night
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory, VolunteerFactory
from tests.office import inside, still
from volunteers.models import SpokenLanguage

pytestmark = pytest.mark.django_db


@pytest.fixture
def night():
    return open_night(2, 20)


@pytest.fixture
def organiser(night):
    return inside(NetworkOrganiserFactory(network=night.network, user__language="fr").user)


@pytest.fixture
def coordinator(night):
    user = UserFactory(language="fr")
    night.headquarters.last().slot.people_in_charge.add(user)
    return inside(user)


def url(night, name="people", **asked):
    query = "&".join(f"{key}={value}" for key, value in asked.items())
    return f"{reverse(f'organise-night:{name}', args=[night.pk])}?{query}"


def names(answer):
    return [row["name"] for row in answer.context["rows"]]


def somebody(name, headquarters, **facts):
    volunteer = VolunteerFactory(user__first_name=name, user__last_name=f"Z{name}", user__email=f"{name}@example.org")
    return enrol(volunteer, headquarters, may_wait=True, **facts)


def test_each_filter_finds_its_people(night, organiser):
    one, other = night.headquarters.all()
    arabic = SpokenLanguage.objects.create(code="ar", name_fr="arabe")
    ana = somebody("Ana", one, leader=True, languages=(arabic.pk,))
    somebody("Bo", one)
    somebody("Cy", one)  # waits
    befriending.open_group(ana)
    partner = PartnerFactory(edition=night, name="Maraude")
    VolunteerFactory(user__email="ines@example.org", user__first_name="Secrète")
    ines = name_somebody(partner, headquarters=other.pk, leader=True)
    gone = somebody("Gone", other)
    gone.__class__.objects.filter(pk=gone.pk).update(state="withdrawn", withdrawn_at=gone.signed_up_at)

    page = organiser.get(url(night))
    assert set(names(page)) == {"Inès Moreau", "Ana ZAna", "Bo ZBo", "Cy ZCy"}
    assert page.context["counts"] == {"people": 4, "leaders": 2, "professionals": 1, "waiting": 1}
    found = {
        key: set(names(organiser.get(url(night, **{key[0]: key[1]}))))
        for key in (
            ("q", "bo"), ("q", "ines@example"), ("q", "secr"), ("headquarters", other.pk), ("kind", "professional"),
            ("partner", partner.pk), ("leader", "yes"), ("seat", "waiting"), ("seat", "gone"), ("language", arabic.pk),
        )
    }  # fmt: skip
    assert found == {
        ("q", "bo"): {"Bo ZBo"},
        ("q", "ines@example"): {"Inès Moreau"},
        ("q", "secr"): set(),
        ("headquarters", other.pk): {"Inès Moreau"},
        ("kind", "professional"): {"Inès Moreau"},
        ("partner", partner.pk): {"Inès Moreau"},
        ("leader", "yes"): {"Ana ZAna", "Inès Moreau"},
        ("seat", "waiting"): {"Cy ZCy"},
        ("seat", "gone"): {"Gone ZGone"},
        ("language", arabic.pk): {"Ana ZAna"},
    }
    assert ines.participant.registration.known_as


def test_a_coordinator_sees_their_own_without_addresses(night, organiser, coordinator):
    one, other = night.headquarters.all()
    somebody("Ana", one)
    bo = somebody("Bo", other)
    somebody("Cy", other)

    page = coordinator.get(url(night))
    assert set(names(page)) == {"Bo ZBo", "Cy ZCy"}
    assert "@example.org" not in page.content.decode().split("<main", 1)[1]
    assert names(coordinator.get(url(night, q="bo@example"))) == []
    assert names(coordinator.get(url(night, q="zbo"))) == ["Bo ZBo"]
    assert coordinator.get(url(night, "people-export")).status_code == 403

    Assignment.objects.create(participant=bo, headquarters=one)
    assert set(names(coordinator.get(url(night)))) == {"Cy ZCy"}
    assert coordinator.get(url(night, headquarters=one.pk)).context["counts"]["people"] == 1  # no such choice for them


def test_the_file_holds_the_same_people_and_runs_nothing(night, organiser):
    one, other = night.headquarters.all()
    ana = somebody("Ana", one, leader=True)
    ana.volunteer.user.last_name = "=HYPERLINK(1)"
    ana.volunteer.user.save()
    VolunteerFactory(user__email="ines@example.org", user__first_name="Secrète", phone="+33612345678")
    name_somebody(PartnerFactory(edition=night, name="Maraude"), headquarters=other.pk)
    sector = SectorFactory(headquarters=one, code="11-1")
    Assignment.objects.create(participant=ana, headquarters=one, sector=sector)

    answer = organiser.get(url(night, "people-export"))
    head, *rows = load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)

    assert len(rows) == 2 and len(head) == len(rows[0]) == 17
    by_address = {row[2]: row for row in rows}
    assert by_address["Ana@example.org"][:2] == ("'=HYPERLINK(1)", "Ana")
    assert by_address["Ana@example.org"][6:8] == (str(one), "11-1")
    assert by_address["ines@example.org"][:4] == ("Moreau", "Inès", "ines@example.org", None)
    assert by_address["ines@example.org"][5] == "Maraude"
    assert "Secrète" not in str(rows) and "06 12 34 56 78" not in str(rows)
    only = organiser.get(url(night, "people-export", kind="professional"))
    assert len(list(load_workbook(io.BytesIO(only.content)).worksheets[0].iter_rows())) == 2


def test_queries_do_not_grow(night, organiser):
    def fill(start, count):
        partner = PartnerFactory(edition=night)
        for n in range(start, start + count):
            somebody(f"P{n}", night.headquarters.last())
            name_somebody(partner, email=f"n{n}@example.org")

    counts = []
    for start, count in ((0, 1), (1, 15)):
        fill(start, count)
        with still():
            organiser.get(url(night))
            with CaptureQueriesContext(connection) as counted:
                assert organiser.get(url(night)).status_code == 200
        counts.append(len(counted))

    assert counts[0] == counts[1]
