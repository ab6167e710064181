"""A list of people that is read: what its preview shows and refuses, given up, kept 30 days."""

import datetime as dt

import pytest
import time_machine
from django.core.files.storage import storages
from django.utils import timezone

from tests.factories.volunteers import MembershipFactory, NetworkFactory, VolunteerFactory
from tests.volunteers.lists import AWA, OTHER, people, prepared, rows, send, written
from tests.volunteers.spreadsheets import HEAD, csv, xlsx
from volunteers import forgetting_lists, importing, leasing
from volunteers.models import ImportPage, Interest, Volunteer, VolunteerImport

State = VolunteerImport.State


def test_prepare_shows_each_row_and_writes_nobody(organiser, network):
    written(xlsx(["Paul", "Roux", "paul@example.org", "", ""]), organiser)
    before = people()

    sent = prepared(xlsx(AWA, ["Paul", "Rousse", "PAUL@example.org", "", ""], ["", "", "zoe@", "12", "31"]), organiser)

    assert people() == before
    assert (sent.state, sent.created, sent.changed, sent.unchanged, sent.refused) == (State.READY, 1, 1, 0, 1)
    (changed,) = rows(sent, "changed")
    assert (changed["row"], [change[1:] for change in changed["changes"]]) == (3, [["Paul Roux", "Paul Rousse"]])
    (refused,) = rows(sent, "refused")
    assert [refused["row"], [(column, value) for column, value, _why in refused["faults"]]] == [
        4,
        [("E-mail", "zoe@"), ("Téléphone", "12"), ("Arrondissement", "31")],
    ]


def test_the_preview_does_not_tell_who_has_an_account(organiser):
    VolunteerFactory(user__email="awa@example.org", user__last_login=timezone.now())
    sent = prepared(xlsx(OTHER, [*OTHER[:2], "zoe@example.org", *OTHER[3:]]), organiser)

    first, second = rows(sent, "created")
    assert [{**row, "row": 0, "who": ""} for row in (first, second)] == [{**first, "row": 0, "who": ""}] * 2


def test_somebody_who_left_is_not_brought_back(organiser, network):
    MembershipFactory(network=network, volunteer__user__email="awa@example.org", left_at=timezone.now())

    sent = prepared(xlsx(AWA), organiser)

    assert (sent.created, sent.changed, sent.unchanged) == (0, 0, 1)


def test_networks_of_others_are_refused(organiser):
    NetworkFactory(name_fr="Bénévoles de la Solidarité")

    sent = prepared(
        xlsx(
            [*AWA, "Bénévoles de la Solidarité"],
            [*AWA[:2], "z@example.org", "", "", "climate volunteers"],
            head=[*HEAD, "Réseau"],
        ),
        organiser,
    )

    assert (sent.refused, sent.created) == (1, 1)


def test_names_that_hold_a_separator_are_understood(organiser):
    for slug, name in [("waste", "Déchets et réemploi"), ("bike", "Vélo"), ("food", "Cuisine")]:
        Interest.objects.create(slug=slug, name_fr=name, name_en=slug)

    written(xlsx([*AWA, "dechets et  REEMPLOI; vélo et cuisine"], head=[*HEAD, "Centres d’intérêt"]), organiser)

    volunteer = Volunteer.objects.get(user__email="awa@example.org")
    assert sorted(interest.slug for interest in volunteer.interests.all()) == ["bike", "food", "waste"]


def test_a_formula_is_refused_with_its_place(organiser):
    sent = prepared(xlsx(['=HYPERLINK("https://x.example")', *AWA[1:]]), organiser)

    (refused,) = rows(sent, "refused")
    assert (refused["row"], refused["faults"][0][0]) == (2, "Prénom")


@pytest.mark.parametrize("make", [xlsx, csv])
@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#NAME?"])
def test_an_error_of_the_spreadsheet_is_refused_with_its_place(organiser, make, error):
    sent = prepared(make([*AWA[:3], error, AWA[4]]), organiser)

    (refused,) = rows(sent, "refused")
    ((column, value, why),) = refused["faults"]
    assert (refused["row"], column, value) == (2, "Téléphone", error)
    assert why == "This cell holds an error of the spreadsheet. Correct it."


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\x00\x00", csv(["x"], head=["Nom"]), csv(AWA, head=[*HEAD[:3], "Mail", "CP"])]
)
def test_what_is_no_list_fails_with_a_sentence(organiser, content):
    sent = prepared(content, organiser)

    assert sent.state == State.FAILED and sent.problem.endswith(".")


def test_cancel_deletes_the_file_and_the_preview(organiser):
    sent = prepared(xlsx(AWA), organiser)
    names = [sent.file.name, sent.people.name]

    importing.cancel(sent, by=organiser)

    sent.refresh_from_db()
    assert (sent.state, ImportPage.objects.count()) == (State.CANCELLED, 0)
    assert not any(storages["private"].exists(name) for name in names)
    importing.prepare(sent.pk)
    sent.refresh_from_db()
    assert sent.state == State.CANCELLED


def test_uploads_are_deleted_after_30_days(organiser):
    sent = prepared(xlsx(AWA), organiser)
    name = sent.file.name

    with time_machine.travel(timezone.now() + dt.timedelta(days=29)):
        assert forgetting_lists.forget_old() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=31)):
        assert forgetting_lists.forget_old() == 1

    sent.refresh_from_db()
    assert (sent.state, sent.file.name, ImportPage.objects.count()) == (State.CANCELLED, "", 0)
    assert not storages["private"].exists(name)


def test_a_list_left_by_a_killed_worker_is_taken_up_again_then_given_up(organiser):
    sent = send(xlsx(AWA), organiser)
    left = {"state": State.READING, "lease_until": timezone.now() - dt.timedelta(seconds=1)}
    VolunteerImport.objects.filter(pk=sent.pk).update(attempts=1, **left)

    assert importing.sweep() == 1
    importing.prepare(sent.pk)
    sent.refresh_from_db()
    assert sent.state == State.READY

    VolunteerImport.objects.filter(pk=sent.pk).update(attempts=leasing.ATTEMPTS, **left)
    importing.prepare(sent.pk)
    sent.refresh_from_db()
    assert sent.state == State.FAILED


def test_a_list_under_work_is_left_alone(organiser):
    sent = send(xlsx(AWA), organiser)
    VolunteerImport.objects.filter(pk=sent.pk).update(
        state=State.READING, attempts=1, lease_until=timezone.now() + dt.timedelta(minutes=1)
    )

    importing.prepare(sent.pk)

    sent.refresh_from_db()
    assert (sent.state, importing.sweep()) == (State.READING, 0)
