"""A person leaves: the lists sent in that name them go too, with their files, and no others."""

import datetime as dt
import threading
import time

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.utils import timezone

from tests.factories.volunteers import DistrictFactory, NetworkOrganiserFactory, UserFactory
from tests.racing import at_once
from tests.volunteers import spreadsheets
from tests.volunteers.canary import CANARY, everything_stored
from volunteers import erasing, forgetting_lists, importing, tasks
from volunteers.enlisting import VolunteerList
from volunteers.models import ImportPage, VolunteerImport

pytestmark = pytest.mark.django_db


def a_list_of(organiser, known, *others):
    """A list sent in that names this person in the midst of others, read."""
    rows = [[CANARY, CANARY, email, "0612345678", "11"] for email in (known.email.title(), *others)]
    network = organiser.organiser_roles.get().network
    content = spreadsheets.xlsx(*rows)
    sent = importing.submit(content, name="list.xlsx", network=network, source="Forum", by=organiser)
    importing.prepare(sent.pk)
    sent.refresh_from_db()
    return sent


def files_kept():
    return FILES.listdir("imports")[1] if FILES.exists("imports") else []


@pytest.fixture
def organiser():
    for name in files_kept():
        FILES.delete(f"imports/{name}")
    DistrictFactory(code="11")
    return NetworkOrganiserFactory().user


FILES = VolunteerImport.file.field.storage
State = VolunteerImport.State


@pytest.mark.both
@pytest.mark.parametrize("state", [State.READY, State.CONFIRMED, State.WRITING, State.DONE])
def test_deleting_ones_account_leaves_nothing_in_lists_sent_in(
    known, organiser, state, django_capture_on_commit_callbacks
):
    sent = a_list_of(organiser, known)
    if state != State.READY:
        importing.confirm(sent, by=organiser)
    if state == State.DONE:
        importing.write(sent.pk)
    if state == State.WRITING:
        VolunteerImport.objects.update(state=state, attempts=1, lease_until=timezone.now() + dt.timedelta(minutes=1))
    assert (CANARY in everything_stored(), len(files_kept())) == (True, 2)

    with django_capture_on_commit_callbacks(execute=True):
        erasing.erase(known)
    importing.write(sent.pk)

    sent.refresh_from_db()
    assert CANARY not in everything_stored()
    assert files_kept() == []
    assert (sent.rows, sent.created) == (1, 1)
    assert sent.state == (State.DONE if state == State.DONE else State.FAILED)
    assert sent.problem.startswith("Somebody") == (state != State.DONE)  # said in the language of who reads it
    forgetting_lists.let_go(known)


def test_a_list_is_found_by_the_address_somebody_had_when_it_came(known, organiser):
    sent = a_list_of(organiser, known)
    importing.confirm(sent, by=organiser)
    importing.write(sent.pk)
    EmailAddress.objects.filter(user=known).delete()
    known.email = "new@example.org"
    known.save()

    erasing.erase(known)

    sent.refresh_from_db()
    assert (sent.file.name, sent.people.name, ImportPage.objects.count()) == ("", "", 0)


def test_other_lists_stay_when_somebody_goes(known, organiser):
    kept = a_list_of(organiser, known)

    erasing.erase(UserFactory(email="else@example.org"))

    kept.refresh_from_db()
    assert (kept.state, kept.pages.count(), len(files_kept())) == (State.READY, 1, 2)


def test_a_list_that_is_read_while_somebody_goes_is_read_again(known, organiser, monkeypatch):
    plan = VolunteerList.plan

    def plan_then_leave(*arguments):
        planned = plan(*arguments)
        monkeypatch.undo()
        erasing.erase(known)
        return planned

    monkeypatch.setattr(VolunteerList, "plan", plan_then_leave)
    sent = a_list_of(organiser, known)
    assert (sent.state, sent.pages.count()) == (State.QUEUED, 0)

    importing.prepare(sent.pk)
    sent.refresh_from_db()
    assert (sent.state, sent.created) == (State.READY, 1)


@pytest.mark.django_db(transaction=True)
def test_who_goes_while_a_list_that_names_them_is_written_waits_for_nobody_who_waits(known, organiser, monkeypatch):
    sent = a_list_of(organiser, known, "new@example.org")
    importing.confirm(sent, by=organiser)
    half_written, leaving = threading.Event(), threading.Event()
    open_accounts, let_go = VolunteerList._open_accounts, forgetting_lists.let_go

    def stand_still(*arguments):
        open_accounts(*arguments)
        half_written.set()
        leaving.wait(5)

    def wait_for_the_writer(user):
        leaving.set()
        time.sleep(0.3)  # until the writer waits for this person's row
        let_go(user)

    monkeypatch.setattr(VolunteerList, "_open_accounts", stand_still)
    monkeypatch.setattr(forgetting_lists, "let_go", wait_for_the_writer)

    def erase():
        half_written.wait(5)
        erasing.erase(known)

    results = at_once(lambda act: act(), [erase, lambda: importing.write(sent.pk)])

    sent.refresh_from_db()
    assert (results, sent.state, sent.file.name) == ([None, None], State.FAILED, "")
    assert CANARY not in everything_stored()


def test_a_refused_list_keeps_no_file(organiser):
    network = organiser.organiser_roles.get().network
    content = spreadsheets.csv([f"{CANARY}@example.org"], head=["Nom"])

    sent = importing.submit(content, name="list.csv", network=network, source="Forum", by=organiser)
    importing.prepare(sent.pk)

    sent.refresh_from_db()
    assert (sent.state, sent.file.name, files_kept()) == (State.FAILED, "", [])


def test_a_file_that_no_list_has_is_deleted_after_an_hour(known, organiser):
    a_list_of(organiser, known)
    FILES.save("imports/stray.list", ContentFile(CANARY.encode()))

    assert forgetting_lists.forget_strayed_lists() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=61)):
        tasks.sweep_imports()

    assert ("stray.list" in files_kept(), len(files_kept())) == (False, 2)
