"""The back office of volunteers: who sees whom, and a list from its file to its confirmation."""

import html
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.factories.volunteers import (
    DistrictFactory,
    MembershipFactory,
    NetworkOrganiserFactory,
    UserFactory,
)
from tests.office import inside
from tests.volunteers.spreadsheets import HEAD, csv, xlsx
from volunteers import importing
from volunteers.models import User, VolunteerImport

pytestmark = pytest.mark.django_db
LIST = "/organise/volunteers/"


@pytest.fixture
def role():
    DistrictFactory(code="11")
    return NetworkOrganiserFactory()


@pytest.fixture
def organiser(role):
    return role.user


@pytest.fixture
def client(organiser):
    return inside(organiser)


def member(network, **fields):
    return MembershipFactory(network=network, **{f"volunteer__user__{name}": value for name, value in fields.items()})


def test_list_shows_the_people_of_my_networks_only(client, organiser, role):
    mine = member(role.network, email="mine@example.org")
    MembershipFactory(volunteer__user__email="other@example.org")
    MembershipFactory(network=role.network, volunteer__user__email="gone@example.org", left_at=timezone.now())

    answer = client.get(LIST)

    assert [person.pk for person in answer.context["page_obj"]] == [mine.volunteer_id]
    page = answer.content.decode()
    assert "mine@example.org" in page and "other@example.org" not in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?q=awa", ["Awa"]),
        ("?q=PAUL+ro", ["Paul"]),
        ("?district=11", ["Paul"]),
        ("?q=nobody", []),
        ("?network=another", ["Awa", "Paul"]),
        ("?page=999", ["Awa", "Paul"]),
    ],
)
def test_list_filters(client, organiser, role, query, names):
    member(role.network, email="awa@example.org", first_name="Awa", last_name="Ba")
    paul = member(role.network, email="paul@example.org", first_name="Paul", last_name="Roux")
    paul.volunteer.districts.add(DistrictFactory(code="11"))

    answer = client.get(LIST + query)

    assert [person.user.first_name for person in answer.context["page_obj"]] == names


def test_list_makes_the_same_queries_whatever_its_length(client, organiser, role, settings):
    settings.KEPT_SECONDS = 60  # a slow machine looks the menus up again in between
    counts = []
    for people in (1, 29):
        for _ in range(people):
            member(role.network).volunteer.districts.add(DistrictFactory(code="11"))
        client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16


def test_export_escapes_formulas(client, organiser, role):
    member(role.network, email="awa@example.org", first_name="=1+1", last_name="Ba")
    MembershipFactory()

    answer = client.get(f"{LIST}export.xlsx")

    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert [row[:3] for row in rows[1:]] == [("'=1+1", "Ba", "awa@example.org")]


def upload(content, name="liste.xlsx"):
    return SimpleUploadedFile(name, content)


def post(client, role, content, **more):
    fields = {"network": role.network.pk, "source": "Forum des associations", "file": upload(content)}
    return client.post(f"{LIST}imports/new/", fields | more)


def test_a_list_goes_from_its_file_to_the_people(client, organiser, role):
    answer = post(client, role, xlsx(["Awa", "Ba", "awa@example.org", "", "11"]))
    sent = VolunteerImport.objects.get()
    waiting = client.get(answer.url)
    importing.prepare(sent.pk)
    preview = client.get(answer.url)
    confirmed = client.post(f"{LIST}imports/{sent.pk}/confirm/")
    importing.write(sent.pk)
    done = client.get(answer.url)

    assert answer.url == f"{LIST}imports/{sent.pk}/"
    assert (sent.created_by, sent.source) == (organiser, "Forum des associations")
    assert (
        'hx-trigger="every 2s"' in waiting.content.decode() and f"/{sent.pk}/confirm/" not in waiting.content.decode()
    )
    assert "awa@example.org" in preview.content.decode() and f"/{sent.pk}/confirm/" in preview.content.decode()
    assert confirmed.url == answer.url
    assert "hx-trigger" not in done.content.decode()
    assert User.objects.filter(email="awa@example.org").exists()


def test_refused_rows_are_shown_and_can_be_downloaded(client, organiser, role):
    sent = prepared(role, xlsx(["<b>Zoé</b>", "", "zoe@", "", "31"]))

    page = client.get(f"{LIST}imports/{sent.pk}/").content.decode()
    table = client.get(f"{LIST}imports/{sent.pk}/refused.xlsx")

    assert "/confirm/" not in page and "zoe@" in page and "<b>Zo" not in page
    rows = list(openpyxl.load_workbook(io.BytesIO(table.content)).active.values)
    cells = [tuple(map(str, row[:3])) for row in rows[1:]]
    assert cells == [("2", "E-mail", "zoe@"), ("2", "Arrondissement", "31")]


@pytest.mark.parametrize(
    ("content", "kind", "french", "english"),
    [
        (csv(["Zoé", "Ba", "zoe@", "", "31"]), "refused",
         ["Ce n’est pas une adresse e-mail.", "Aucun arrondissement ne s’appelle"],
         ["This is not an e-mail address.", 'No district is called "31".']),
        (csv(["Zoé", "Ba", "zoe@example.org", "", ""], ["Zoé", "Roux", "zoe@example.org", "", ""]), "unchanged",
         ["Même personne que la ligne 3, plus bas"], ["Same person as row 3, further down"]),
        (csv(["Zoé", "Ba", "zoe@example.org", "", ""], head=[*HEAD[:3], "Avis", "CP"]), "created",
         ["Colonnes non utilisées", "<strong>Nom</strong>"],
         ["Columns not used: Avis.", "<strong>Name</strong>"]),
        (csv(["x"], head=["Nom"]), "", ["Aucune colonne ne contient d’adresses e-mail."],
         ["No column holds e-mail addresses."]),
        (csv(["x"] * 4, head=["Nom", "Mail", "CP", "E-mail"]), "", ["Deux colonnes contiennent la même chose"],
         ["Two columns hold the same thing: E-mail."]),
    ],
    ids=["cells", "double", "columns", "list", "list-filled"],
)  # fmt: skip
def test_a_list_speaks_the_language_of_whoever_reads_it(client, role, content, kind, french, english):
    sent = prepared(role, content)

    in_french, in_english = (
        html.unescape(client.get(f"{language}{LIST}imports/{sent.pk}/?kind={kind}").text) for language in ("", "/en")
    )

    assert [words for words in (*french, *english) if words in in_french] == french
    assert [words for words in (*french, *english) if words in in_english] == english


def test_refused_cells_are_downloaded_in_the_language_of_the_page(client, role):
    sent = prepared(role, csv(["Zoé", "Ba", "zoe@", "", ""]))

    answer = client.get(f"/en{LIST}imports/{sent.pk}/refused.xlsx")

    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows == [("Row", "Column", "Value", "Why"), (2, "E-mail", "zoe@", "This is not an e-mail address.")]


def prepared(role, content):
    sent = importing.submit(content, name="liste.xlsx", network=role.network, source="Forum", by=role.user)
    importing.prepare(sent.pk)
    sent.refresh_from_db()
    return sent


@pytest.mark.parametrize(("content", "more"), [(b"", {}), (b"x", {"source": ""}), (b"x", {"network": 0})])
def test_a_wrong_form_sends_nothing(client, organiser, role, content, more):
    answer = post(client, role, content, **more)

    assert answer.status_code == 200 and answer.context["form"].errors
    assert not VolunteerImport.objects.exists()


def test_the_network_of_somebody_else_is_no_choice(client, organiser, role):
    answer = post(client, role, b"x", network=NetworkOrganiserFactory().network.pk)

    assert list(answer.context["form"].errors) == ["network"]


@pytest.mark.parametrize("path", ["", "confirm/", "cancel/", "refused.xlsx"])
def test_lists_of_other_networks_do_not_exist(client, organiser, path):
    sent = prepared(NetworkOrganiserFactory(), xlsx(["Awa", "Ba", "awa@example.org", "", ""]))
    method = client.post if path in ("confirm/", "cancel/") else client.get

    answer = method(f"{LIST}imports/{sent.pk}/{path}")

    sent.refresh_from_db()
    assert (answer.status_code, sent.state) == (404, VolunteerImport.State.READY)


@pytest.mark.parametrize("path", ["confirm/", "cancel/"])
def test_only_its_sender_decides_on_a_list(client, organiser, role, path):
    colleague = NetworkOrganiserFactory(network=role.network)
    sent = prepared(colleague, xlsx(["Awa", "Ba", "awa@example.org", "", ""]))

    answer = client.post(f"{LIST}imports/{sent.pk}/{path}")

    sent.refresh_from_db()
    assert (answer.status_code, sent.state) == (403, VolunteerImport.State.READY)


@pytest.mark.parametrize("path", ["", "export.xlsx", "imports/", "imports/new/"])
def test_nobody_else_comes_in(client, path):
    others = inside(UserFactory())

    assert client.get(LIST + path).status_code == 200
    assert others.get(LIST + path).status_code in (403, 404)
    assert Client().get(LIST + path).status_code == 302


def test_history_makes_the_same_queries_whatever_its_length(client, organiser, role, settings):
    settings.KEPT_SECONDS = 60  # a slow machine looks the menus up again in between
    counts = []
    for lists in (1, 29):
        for _ in range(lists):
            importing.submit(b"x", name="l.csv", network=role.network, source="Forum", by=organiser)
        client.get(f"{LIST}imports/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{LIST}imports/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14
    assert reverse("organise-volunteers:imports") == f"{LIST}imports/"


def test_a_long_preview_is_read_by_pages(client, organiser, role):
    people = [["Awa", "Ba", f"awa{n}@example.org", "", ""] for n in range(120)]
    sent = prepared(role, xlsx(*people, head=HEAD))

    last = client.get(f"{LIST}imports/{sent.pk}/?kind=created&page=3")

    assert [row["row"] for row in last.context["rows"]] == list(range(102, 122))
