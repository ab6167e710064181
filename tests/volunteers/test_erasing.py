"""A person leaves: nothing of them stays, the counts do."""

import datetime as dt
import io
import json
import re
import threading
import time

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import serializers
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from mail import queuing
from mail.models import Message, Suppression
from tests.factories.mail import MessageFactory
from tests.factories.volunteers import (
    DistrictFactory,
    MembershipFactory,
    NetworkFactory,
    NetworkOrganiserFactory,
    UserFactory,
    VolunteerFactory,
)
from tests.racing import at_once
from tests.volunteers import spreadsheets
from volunteers import consenting, describing, erasing, exporting, importing, joining, signing_up, tasks
from volunteers.enlisting import VolunteerList
from volunteers.models import Consent, Erasure, ImportPage, Membership, User, Volunteer, VolunteerImport

pytestmark = pytest.mark.django_db
CANARY = "zanzibarette"


def everything_stored():
    """The text of every row of every table of the database."""
    tables = [model for model in apps.get_models() if model._meta.managed]
    return "".join(serializers.serialize("json", table._base_manager.all()) for table in tables)


@pytest.fixture
def known(client):
    """Somebody who left traces everywhere this room and the mail know of."""
    volunteer = VolunteerFactory(
        user__email=f"{CANARY}@example.org", user__first_name=CANARY, user__last_name=CANARY, phone="+33612345678"
    )
    user = volunteer.user
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    volunteer.districts.add(DistrictFactory())
    MembershipFactory(volunteer=volunteer)
    consenting.give(user, purpose="charter", form=CANARY)
    queuing.queue("account/notice", key=CANARY, user=user, context={"notice": CANARY})
    queuing.queue("account/unknown_account", key="to the address alone", to=user.email)
    Suppression.objects.create(email=user.email)
    client.force_login(user)
    client.get(reverse("volunteers:security"), headers={"user-agent": CANARY})
    return user


def test_deleting_ones_account_leaves_only_its_number(client, known):
    assert CANARY in everything_stored()
    session = client.session.session_key

    answer = client.post(reverse("volunteers:delete"), {"email": known.email.upper()})

    assert (answer.status_code, answer.url) == (302, "/")
    assert CANARY not in everything_stored()
    assert list(Erasure.objects.values_list("account", flat=True)) == [known.pk]
    assert (User.objects.count(), Session.objects.filter(pk=session).count()) == (0, 0)
    assert client.get(reverse("volunteers:data")).status_code == 302


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
    assert bool(sent.problem) == (state != State.DONE)
    importing.let_go(known)


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
    open_accounts, let_go = VolunteerList._open_accounts, importing.let_go

    def stand_still(*arguments):
        open_accounts(*arguments)
        half_written.set()
        leaving.wait(5)

    def wait_for_the_writer(user):
        leaving.set()
        time.sleep(0.3)  # until the writer waits for this person's row
        let_go(user)

    monkeypatch.setattr(VolunteerList, "_open_accounts", stand_still)
    monkeypatch.setattr(importing, "let_go", wait_for_the_writer)

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

    assert importing.forget_strays() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=61)):
        tasks.sweep_imports()

    assert ("stray.list" in files_kept(), len(files_kept())) == (False, 2)


def test_deleting_asks_for_the_right_address_and_otherwise_keeps_everything(client, known):
    answer = client.post(reverse("volunteers:delete"), {"email": "else@example.org"})

    assert list(answer.context["form"].errors) == ["email"]
    assert User.objects.filter(pk=known.pk).exists()


def test_deleting_asks_first_for_the_password_of_who_has_one(client, known):
    known.set_password("a long enough sentence")
    known.save()
    client.force_login(known)

    answer = client.get(reverse("volunteers:delete"))

    assert answer.url.split("?")[0] == reverse("account_reauthenticate")


def test_erasing_signs_out_every_device(client, known):
    other = client.__class__()
    other.force_login(known)
    other.get(reverse("volunteers:security"))
    assert UserSession.objects.filter(user=known).count() == 2

    erasing.erase(known)

    assert Session.objects.count() == 0
    assert other.get(reverse("volunteers:security")).status_code == 302


def test_an_eraser_that_fails_keeps_everything(known, monkeypatch):
    def fail(user):
        raise RuntimeError

    monkeypatch.setattr(erasing, "_erasers", [*erasing._erasers, fail])
    with pytest.raises(RuntimeError):
        erasing.erase(known)

    assert User.objects.filter(pk=known.pk).exists()
    assert Erasure.objects.count() == 0


def test_the_only_administrator_stays_and_the_second_may_go():
    first, second = UserFactory(administrator=True), UserFactory(administrator=True)

    erasing.erase(second)
    with pytest.raises(erasing.ErasureRefused):
        erasing.erase(first)

    assert list(User.objects.all()) == [first]


def test_unproved_addresses_go_after_seven_days_and_nobody_else():
    UserFactory(email="imported@example.org")
    signing_up.person_for("stranger@example.org", language="fr")
    with time_machine.travel(timezone.now() + dt.timedelta(days=6, hours=23)):
        assert erasing.erase_unproved() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=7, hours=1)):
        signing_up.person_for("fresh@example.org", language="fr")
        assert erasing.erase_unproved() == 1

    assert set(User.objects.values_list("email", flat=True)) == {"imported@example.org", "fresh@example.org"}


def test_a_restored_backup_is_cleaned_again(known):
    number = known.pk
    erasing.erase(known)
    User.objects.create(pk=number, email="back@example.org")
    stays = UserFactory()

    said = erase_again(number, 999_999, number)

    assert said == f"Erased: {number}.\nNot there: 999999.\n"
    assert list(User.objects.all()) == [stays]
    assert Erasure.objects.filter(account=number).exists()
    assert erase_again(number) == f"Erased: none.\nNot there: {number}.\n"


def test_the_only_administrator_does_not_stop_the_others_from_being_erased_again():
    administrator, other = UserFactory(administrator=True), UserFactory()

    with pytest.raises(CommandError, match=f"account {administrator.pk}: "):
        erase_again(administrator.pk, other.pk)

    assert list(User.objects.all()) == [administrator]


def erase_again(*numbers):
    output = io.StringIO()
    call_command("erase_again", *map(str, numbers), stdout=output)
    return output.getvalue()


def test_the_download_holds_what_the_page_shows(client, known):
    answer = client.get(reverse("volunteers:download"))
    page = client.get(reverse("volunteers:data")).content.decode()
    data = json.loads(answer.content)

    assert answer["Content-Disposition"] == 'attachment; filename="maillage-my-data.json"'
    assert set(data) == {"made_at", "format", *(section.name for section in exporting.sections())}
    assert data["account"][0]["email"] == known.email
    assert data["profile"][0]["phone"] == "+33612345678"
    assert [row["purpose"] for row in data["consents"]] == [str(Consent.Purpose.CHARTER.label)]
    for section in exporting.sections():
        for row in data[section.name]:
            assert set(row) == set(section.columns)
    assert known.email in page
    assert known.password not in answer.content.decode()


@pytest.mark.parametrize(
    ("number", "written"),
    [("+33612345678", "06 12 34 56 78"), ("+33199000042", "01 99 00 00 42"), ("+4930123456", "+49 30 123456")],
)
def test_the_page_says_in_words_what_the_download_keeps_as_codes(client, known, number, written):
    consenting.give(known, purpose="newsletter", form="my space")
    known.volunteer.phone = number
    known.volunteer.save()
    MessageFactory(kind="account/login_code", to=known.email)

    page = client.get("/en/my-space/data/").text
    data = client.get(reverse("volunteers:download")).json()

    assert f">{written}</td>" in page
    assert ">French</td>" in page
    assert ">your space</td>" in page
    assert ">a code to sign in</td>" in page
    assert "account/login_code" in [row["kind"] for row in data["messages"]]
    assert data["profile"][0]["phone"] == number
    assert data["account"][0]["language"] == "fr"
    assert [row["form"] for row in data["consents"]] == [CANARY, "my space"]


def test_every_form_of_consent_has_its_words():
    """What the code says of where a consent was given: the page shows it to the person."""
    sources = [
        path.read_text()
        for room in ("volunteers", "events", "cms")
        for path in (settings.BASE_DIR / room).rglob("*.py")
    ]
    given = {form for source in sources for form in re.findall(r"""\bform="([^"]+)"[,)]""", source)}

    assert given == set(exporting.FORMS)


def test_consents_are_a_journal_that_only_grows():
    user = UserFactory()
    consenting.give(user, purpose="newsletter", form="a")
    consenting.give(user, purpose="newsletter", form="b")
    consenting.withdraw(user, purpose="newsletter", form="c")
    consenting.withdraw(user, purpose="newsletter", form="d")
    consenting.give(user, purpose="newsletter", form="e")

    lines = list(user.consents.values_list("action", "form"))
    assert lines == [("given", "a"), ("withdrawn", "c"), ("given", "e")]
    assert consenting.is_given(user, "newsletter")


def test_a_new_text_is_agreed_to_anew(monkeypatch):
    user = UserFactory()
    consenting.give(user, purpose="charter", form="a")
    monkeypatch.setitem(consenting.TEXT_VERSIONS, Consent.Purpose.CHARTER, "2027-01")
    consenting.give(user, purpose="charter", form="b")

    assert list(user.consents.values_list("text_version", flat=True)) == ["2026-09", "2027-01"]


def test_a_needed_consent_is_not_withdrawn():
    user = UserFactory()
    consenting.give(user, purpose="charter", form="a")
    with pytest.raises(consenting.ConsentRefused):
        consenting.withdraw(user, purpose="charter", form="b")

    assert consenting.is_given(user, "charter")


def test_joining_and_leaving_are_harmless_twice_and_keep_the_history():
    volunteer, network = VolunteerFactory(), NetworkFactory()
    for verb in (joining.join, joining.join, joining.leave, joining.leave, joining.join):
        verb(volunteer, network=network)

    stays = Membership.objects.filter(volunteer=volunteer).order_by("pk")
    assert [stay.left_at is None for stay in stays] == [False, True]


def test_describing_replaces_the_profile():
    volunteer, district = VolunteerFactory(), DistrictFactory()
    describing.describe(volunteer, answers={"first_name": "Noé", "districts": [district], "availability": ["night"]})
    describing.describe(volunteer, answers={"phone": "+33612345678"})

    volunteer = Volunteer.objects.get()
    assert (volunteer.user.first_name, list(volunteer.districts.all())) == ("Noé", [district])
    assert (volunteer.availability, str(volunteer.phone)) == (["night"], "+33612345678")


def test_what_is_missing_is_the_charter_and_the_age_until_they_are_given():
    user = UserFactory()
    before = consenting.missing(user)
    consenting.give(user, purpose="charter", form="a")

    assert before == ["charter", "adult"]
    assert consenting.missing(user) == ["adult"]


def test_a_session_that_waits_for_a_code_is_forgotten_within_two_hours_and_a_signed_in_one_is_not(client):
    user = UserFactory()
    client.force_login(user)
    client.get(reverse("volunteers:security"))
    client.__class__().post(reverse("account_login"), {"email": f"{CANARY}@example.org"})
    assert Session.objects.count() == 2
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=61)):
        tasks.erase_unproved()

    assert [row.get_decoded()["_auth_user_id"] for row in Session.objects.all()] == [str(user.pk)]
    assert UserSession.objects.get().user == user


def test_coming_in_by_code_lasts_two_weeks_from_then(client, settings):
    user = UserFactory(email="awa@example.org")
    asked = client.post(reverse("account_login"), {"email": user.email})
    assert client.session.get_expiry_age() == signing_up.WAITING_SECONDS
    client.post(asked.url, {"code": Message.objects.get().context["code"]})

    assert client.session.get_expiry_age() == settings.SESSION_COOKIE_AGE


@pytest.mark.django_db(transaction=True)
def test_of_the_last_two_administrators_one_stays():
    administrators = [UserFactory(is_superuser=True), UserFactory(is_superuser=True)]

    results = at_once(erasing.erase, administrators)

    assert sorted(type(result).__name__ for result in results) == ["ErasureRefused", "NoneType"]
    assert User.objects.filter(is_superuser=True).count() == 1
