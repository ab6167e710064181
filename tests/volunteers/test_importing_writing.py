"""A list of people that is confirmed: whom it makes, changes and leaves alone, written once and whole or not at all."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies

from mail import rendering
from mail.models import Message
from tests.factories.volunteers import MembershipFactory, VolunteerFactory
from tests.volunteers.importer import write
from tests.volunteers.lists import AWA, OTHER, people, prepared, rows, written
from tests.volunteers.spreadsheets import csv, xlsx
from volunteers import importing, leasing
from volunteers.importing import ImportRefused
from volunteers.models import Consent, District, Membership, User, Volunteer, VolunteerImport

State = VolunteerImport.State


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


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_a_list_whose_writer_is_killed_half_way_is_written_by_the_next_and_only_then(fork, organiser, network):
    sent = prepared(csv(*([f"P{n}", "Roux", f"p{n}@example.org", "", ""] for n in range(1_500))), organiser)
    importing.confirm(sent, by=organiser)
    before = people()
    writer = fork(write, sent.pk)
    assert writer.line.recv() == "inside"
    writer.kill()

    sent.refresh_from_db()
    assert (people(), sent.state) == (before, State.WRITING)
    importing.write(sent.pk)  # the dead writer's claim holds for a while
    assert (people(), importing.sweep()) == (before, 0)
    with time_machine.travel(timezone.now() + leasing.LEASE, tick=False):
        assert importing.sweep() == 1
        importing.write(sent.pk)

    sent.refresh_from_db()
    assert (sent.state, sent.created) == (State.DONE, 1_500)
    assert people() == tuple(count + 1_500 for count in before)


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
