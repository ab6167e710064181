import datetime as dt
import subprocess
import sys

import pytest
import time_machine
from django.core.files.storage import storages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies

from mail import rendering
from mail.models import Message
from tests.conftest import ROOT
from tests.factories.volunteers import (
    DistrictFactory,
    MembershipFactory,
    NetworkFactory,
    NetworkOrganiserFactory,
    VolunteerFactory,
)
from tests.volunteers.spreadsheets import HEAD, csv, xlsx
from volunteers import importing
from volunteers.importing import ImportRefused
from volunteers.models import Consent, District, ImportPage, Interest, Membership, User, Volunteer, VolunteerImport

State = VolunteerImport.State
AWA = ["Awa", "Diallo", "awa@example.org", "06 12 34 56 78", "75011"]


@pytest.fixture
def organiser(db):
    for number in range(1, 21):
        DistrictFactory(code=f"{number:02}", name=f"Quartier {number}")
    return NetworkOrganiserFactory(network__name_fr="Volontaires du Climat", network__name_en="Climate Volunteers").user


@pytest.fixture
def network(organiser):
    return organiser.organiser_roles.get().network


def send(content, organiser):
    network = organiser.organiser_roles.get().network
    return importing.submit(content, name="liste.xlsx", network=network, source="Forum", by=organiser)


def prepared(content, organiser):
    sent = send(content, organiser)
    importing.prepare(sent.pk)
    sent.refresh_from_db()
    return sent


def written(content, organiser):
    sent = prepared(content, organiser)
    importing.confirm(sent, by=organiser)
    importing.write(sent.pk)
    sent.refresh_from_db()
    return sent


def rows(sent, kind):
    return [row for page in sent.pages.filter(kind=kind).order_by("number") for row in page.rows]


def people():
    return User.objects.count(), Volunteer.objects.count(), Membership.objects.count()


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


def test_write_makes_accounts_without_password_consent_or_mail(organiser, network):
    sent = written(xlsx(["  awa ", "DIALLO", " Awa@Example.org ", 612345678, "11ème arrondissement"]), organiser)

    user = User.objects.get(email="awa@example.org")
    stay = user.volunteer.memberships.get()
    assert sent.state == State.DONE
    assert (user.get_full_name(), str(user.volunteer.phone)) == ("awa Diallo", "+33612345678")
    assert [district.code for district in user.volunteer.districts.all()] == ["11"]
    assert (stay.network, stay.brought_by) == (network, sent)
    assert not user.has_usable_password() and not user.emailaddress_set.filter(verified=True).exists()
    assert (Consent.objects.count(), Message.objects.count()) == (0, 0)


def test_write_changes_what_the_list_says_and_keeps_the_rest(organiser, network):
    written(xlsx(["Awa", "Martin", "awa@example.org", "0611111111", "11"]), organiser)

    written(xlsx(["Aïssa", "", "awa@example.org", "", "Paris 3, 4e"]), organiser)

    volunteer = Volunteer.objects.get()
    assert (volunteer.user.first_name, volunteer.user.last_name, str(volunteer.phone)) == (
        "Aïssa",
        "Martin",
        "+33611111111",
    )
    assert sorted(district.code for district in volunteer.districts.all()) == ["03", "04"]


def test_the_same_file_twice_changes_nothing(organiser):
    written(xlsx(AWA), organiser)
    before = people()

    again = prepared(xlsx(AWA), organiser)

    assert (again.created, again.changed, again.unchanged) == (0, 0, 1)
    with pytest.raises(ImportRefused):
        importing.confirm(again, by=organiser)
    assert people() == before


def test_one_refused_row_means_nothing_is_written(organiser):
    before = people()

    sent = prepared(xlsx(AWA, ["Zoé", "", "not an address", "", ""]), organiser)

    with pytest.raises(ImportRefused):
        importing.confirm(sent, by=organiser)
    importing.write(sent.pk)
    assert people() == before


def test_the_last_row_about_a_person_wins_and_the_preview_says_so(organiser):
    sent = prepared(xlsx(AWA, ["Awa", "Ba", "AWA@example.org", "", ""]), organiser)
    importing.confirm(sent, by=organiser)
    importing.write(sent.pk)

    (double,) = rows(sent, "unchanged")
    assert (double["row"], double["double"], len(double["notes"])) == (2, True, 1)
    assert User.objects.get(email="awa@example.org").last_name == "Ba"


def test_somebody_of_another_network_joins_and_nothing_of_theirs_is_shown_or_changed(organiser, network):
    stranger = VolunteerFactory(user__email="awa@example.org", user__first_name="Secret", user__last_name="Nom")

    sent = written(xlsx(AWA), organiser)

    stranger.user.refresh_from_db()
    assert stranger.user.get_full_name() == "Secret Nom"
    assert stranger.memberships.get().network == network
    assert sent.created == 1 and "Secret" not in str(rows(sent, "created"))


OTHER = ["Autre", "Nom", "awa@example.org", "0699001288", "11"]


@pytest.mark.parametrize("signed_in", [None, timezone.now()])
def test_the_same_list_twice_leaves_alone_somebody_who_had_an_account(organiser, network, signed_in):
    stranger = VolunteerFactory(
        user__email="awa@example.org", user__first_name="Prévoyante", user__last_name="", user__last_login=signed_in
    )

    first = prepared(xlsx(OTHER), organiser)
    (shown,) = rows(first, "created")
    importing.confirm(first, by=organiser)
    importing.write(first.pk)
    again = prepared(xlsx(OTHER), organiser)

    stranger = Volunteer.objects.get(pk=stranger.pk)
    assert (stranger.user.get_full_name(), stranger.phone, stranger.districts.count()) == ("Prévoyante", "", 0)
    (told,) = rows(first, "created")
    assert ([change[2] for change in shown["changes"]], shown.get("notes")) == (
        ["Autre Nom", "+33699001288", "11", str(network)],
        None,
    )
    assert ([change[2] for change in told["changes"]], len(told["notes"])) == ([str(network)], 1)
    assert (again.created, again.changed, again.unchanged, again.is_confirmable) == (0, 0, 1, False)


def test_somebody_who_uses_an_account_is_told_once_that_a_list_put_them_in_a_network(organiser, network):
    stranger = VolunteerFactory(user__email="awa@example.org", user__last_login=timezone.now(), user__language="en")
    VolunteerFactory(user__email="quiet@example.org")
    content = xlsx(OTHER, *[[*OTHER[:2], email, "", ""] for email in ("quiet@example.org", "new@example.org")])

    sent = written(content, organiser)
    again = written_again(sent, content, organiser)

    message = Message.objects.get()
    delivery = rendering.render(message)
    assert (message.user, message.kind) == (stranger.user, "account/put-in-network")
    assert (sent.created, again.unchanged) == (3, 3)
    assert delivery.subject == "You are now in the network Climate Volunteers"
    assert "/en/my-space/networks/" in delivery.body
    stranger.memberships.update(left_at=timezone.now())
    assert rendering.render(message) is None


def written_again(sent, content, organiser):
    """The same list is sent once more, and the work of the first one begun anew."""
    VolunteerImport.objects.filter(pk=sent.pk).update(state=State.CONFIRMED)
    importing.write(sent.pk)
    return prepared(content, organiser)


def test_the_preview_does_not_tell_who_has_an_account(organiser):
    VolunteerFactory(user__email="awa@example.org", user__last_login=timezone.now())
    sent = prepared(xlsx(OTHER, [*OTHER[:2], "zoe@example.org", *OTHER[3:]]), organiser)

    first, second = rows(sent, "created")
    assert [{**row, "row": 0, "who": ""} for row in (first, second)] == [{**first, "row": 0, "who": ""}] * 2


@pytest.mark.parametrize("came", ["by a list, then signed in", "by themselves"])
def test_who_gave_something_of_themselves_is_filled_in_and_never_replaced(organiser, network, came):
    if came == "by themselves":
        MembershipFactory(
            network=network,
            volunteer__user__email="awa@example.org",
            volunteer__user__first_name="Awa",
            volunteer__user__last_name="",
        )
    else:
        written(xlsx(["Awa", "", "awa@example.org", "", ""]), organiser)
        User.objects.filter(email="awa@example.org").update(last_login=timezone.now())
    third = District.objects.get(code="03")
    Volunteer.objects.get().districts.add(third)

    sent = prepared(xlsx(OTHER), organiser)
    (shown,) = rows(sent, "changed")
    importing.confirm(sent, by=organiser)
    importing.write(sent.pk)
    again = prepared(xlsx(OTHER), organiser)

    volunteer = Volunteer.objects.get()
    assert [change[1:] for change in shown["changes"]] == [["Awa", "Awa Nom"], ["", "+33699001288"]]
    assert (len(shown["notes"]), rows(sent, "changed")) == (1, [shown])
    assert (volunteer.user.get_full_name(), str(volunteer.phone)) == ("Awa Nom", "+33699001288")
    assert list(volunteer.districts.all()) == [third]
    assert (again.created, again.changed, again.unchanged) == (0, 0, 1)


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


def test_a_double_confirmation_writes_once(organiser):
    sent = prepared(xlsx(AWA), organiser)

    importing.confirm(sent, by=organiser)
    importing.confirm(sent, by=organiser)
    importing.write(sent.pk)
    importing.write(sent.pk)
    importing.confirm(sent, by=organiser)

    assert Membership.objects.count() == 1
    assert VolunteerImport.objects.get().state == State.DONE


def test_what_changed_since_the_preview_is_shown_before_anything_is_written(organiser, network):
    sent = prepared(xlsx(AWA), organiser)
    importing.confirm(sent, by=organiser)
    MembershipFactory(
        network=network,
        volunteer__user__email="awa@example.org",
        volunteer__user__first_name="Aminata",
        volunteer__user__last_name="",
    )

    importing.write(sent.pk)

    sent.refresh_from_db()
    assert (sent.state, sent.created, sent.changed, len(sent.notes)) == (State.READY, 0, 1, 1)
    assert User.objects.get(email="awa@example.org").first_name == "Aminata"


def test_a_role_taken_away_meanwhile_stops_the_list(organiser):
    sent = prepared(xlsx(AWA), organiser)
    importing.confirm(sent, by=organiser)
    organiser.organiser_roles.all().delete()

    importing.write(sent.pk)

    sent.refresh_from_db()
    assert (sent.state, Membership.objects.count()) == (State.FAILED, 0)


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
        assert importing.forget_old() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=31)):
        assert importing.forget_old() == 1

    sent.refresh_from_db()
    assert (sent.state, sent.file.name, ImportPage.objects.count()) == (State.CANCELLED, "", 0)
    assert not storages["private"].exists(name)


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_a_list_whose_writer_is_killed_half_way_is_written_by_the_next_and_only_then(
    process_environment, organiser, network
):
    sent = prepared(csv(*([f"P{n}", "Roux", f"p{n}@example.org", "", ""] for n in range(1_500))), organiser)
    importing.confirm(sent, by=organiser)
    before = people()
    command = [sys.executable, "-m", "tests.volunteers.importer", str(sent.pk)]
    with subprocess.Popen(
        command, cwd=ROOT, env=process_environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout.readline() == "inside\n"
        writer.kill()

    sent.refresh_from_db()
    assert (people(), sent.state) == (before, State.WRITING)
    importing.write(sent.pk)  # the dead writer's claim holds for a while
    assert (people(), importing.sweep()) == (before, 0)
    with time_machine.travel(timezone.now() + importing.LEASE, tick=False):
        assert importing.sweep() == 1
        importing.write(sent.pk)

    sent.refresh_from_db()
    assert (sent.state, sent.created) == (State.DONE, 1_500)
    assert people() == tuple(count + 1_500 for count in before)


def test_a_list_left_by_a_killed_worker_is_taken_up_again_then_given_up(organiser):
    sent = send(xlsx(AWA), organiser)
    left = {"state": State.READING, "lease_until": timezone.now() - dt.timedelta(seconds=1)}
    VolunteerImport.objects.filter(pk=sent.pk).update(attempts=1, **left)

    assert importing.sweep() == 1
    importing.prepare(sent.pk)
    sent.refresh_from_db()
    assert sent.state == State.READY

    VolunteerImport.objects.filter(pk=sent.pk).update(attempts=importing.ATTEMPTS, **left)
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


def test_a_failure_in_the_middle_leaves_nothing_half_written(organiser, monkeypatch):
    sent = prepared(xlsx(AWA, ["Zoé", "Roux", "zoe@example.org", "", "3"]), organiser)
    importing.confirm(sent, by=organiser)
    before = people()

    def fail(*args, **kwargs):
        raise MemoryError

    monkeypatch.setattr("volunteers.enlisting.link", fail)
    with pytest.raises(MemoryError):
        importing.write(sent.pk)
    assert people() == before

    monkeypatch.undo()
    VolunteerImport.objects.filter(pk=sent.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    importing.write(sent.pk)
    sent.refresh_from_db()
    assert (sent.state, Membership.objects.count()) == (State.DONE, 2)


def test_queries_follow_the_thousands_of_rows_not_the_rows(organiser):
    def list_of(count):
        return csv(*[[f"Awa{n}", "Ba", f"awa{n}@example.org", "", n % 20 + 1] for n in range(count)])

    counts = []
    for count in (2, 900):
        with CaptureQueriesContext(connection) as queries:
            written(list_of(count), organiser)
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 10


CELL = strategies.one_of(
    # A small alphabet: hypothesis takes seconds to learn all of Unicode, in an open transaction.
    strategies.text("aZé09@.=+-;,\"'\n\t \u200b\ufeff", max_size=12),
    strategies.sampled_from(["awa@example.org", "=1+1", "11", "0612345678", "@x", "", "\x00", "é" * 200]),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(strategies.lists(strategies.lists(CELL, min_size=5, max_size=5), min_size=1, max_size=4))
def test_a_hostile_list_is_refused_whole_or_written_whole(organiser, table):
    before = people()
    sent = prepared(csv(*table, encoding="utf-16"), organiser)

    if not sent.is_confirmable:
        assert people() == before
        return
    importing.confirm(sent, by=organiser)
    importing.write(sent.pk)
    sent.refresh_from_db()
    assert sent.state == State.DONE
    assert Membership.objects.count() == before[2] + sent.created


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_a_list_once(organiser, at_once):
    sent = prepared(xlsx(AWA), organiser)
    importing.confirm(sent, by=organiser)

    at_once(importing.write, [sent.pk] * 4)

    assert (Membership.objects.count(), VolunteerImport.objects.get().state) == (1, State.DONE)
