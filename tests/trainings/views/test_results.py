"""What a session has led to, in the back office: granted in one go, taken back, revoked."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from tests.factories.events import RegistrationFactory, meet
from tests.factories.trainings import CertificateFactory, GrantFactory, HeldFactory
from tests.factories.volunteers import NetworkOrganiserFactory
from tests.office import inside, still
from trainings.models import Certificate, Grant, Training
from volunteers.models import QualificationHeld

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return HeldFactory(slot__capacity=50)


@pytest.fixture
def organiser(session):
    return inside(NetworkOrganiserFactory(network=session.slot.network).user)


def url(name, session, *args):
    return reverse(f"organise-trainings:{name}", args=[session.slot.pk, *args])


def was_there(session, **facts):
    return RegistrationFactory(slot=session.slot, attendance="present", **facts)


def said(answer):
    return [(message.level_tag, str(message)) for message in answer.context["messages"]]


def test_one_button_grants_to_all_present(session, organiser):
    for _ in range(2):
        was_there(session)
    RegistrationFactory(slot=session.slot, attendance="left_early")
    with override("en"):
        page = organiser.get(url("results", session)).text
        answers = [organiser.post(url("results", session), follow=True) for _ in range(2)]

    assert "Grant it to all 2 people present" in page and "1 person left early" in page
    assert [said(answer) for answer in answers] == [
        [("success", "Granted to 2 people, who get a message.")],
        [("success", "Everybody present had it already: nothing has changed.")],
    ]
    assert "button--next" not in answers[0].text


@pytest.mark.parametrize(
    ("weeks", "said"),
    [
        ((-2, -1, 1), "1 person was at some of the dates so far."),
        ((-3, -2, -1), "1 person was not at all dates to the end, and gets neither qualification nor certificate"),
    ],
)
def test_whoever_was_at_some_dates_of_a_course(session, organiser, weeks, said):
    slot = meet(session.slot, *(timezone.now() + dt.timedelta(weeks=week) for week in weeks))
    RegistrationFactory(slot=slot, attendance="left_early")

    with override("en"):
        page = organiser.get(url("results", session)).text

    assert said in page
    assert "Nobody was marked present yet" not in page


def test_taken_back_and_granted_again(session, organiser):
    row = was_there(session)
    organiser.post(url("results", session))

    unsaid = organiser.post(url("take-back", session, row.uid), {"reason": " "})
    assert (unsaid.status_code, Grant.objects.get().stands) == (200, True)
    organiser.post(url("take-back", session, row.uid), {"reason": "Une erreur."})
    assert (QualificationHeld.objects.count(), Grant.objects.get().reason) == (0, "Une erreur.")
    assert "Une erreur." in organiser.get(url("results", session)).text

    organiser.post(url("results", session))
    assert QualificationHeld.objects.count() == 0  # all present is not who was left out on purpose
    organiser.post(url("results", session), {"registration": row.pk})
    assert (QualificationHeld.objects.count(), Grant.objects.get().stands) == (1, True)


def test_what_was_changed_by_hand_is_said_in_the_form(session, organiser):
    row = was_there(session)
    organiser.post(url("results", session))
    QualificationHeld.objects.update(expires_on=dt.date(2099, 1, 1))
    with override("en"):
        page = organiser.post(url("take-back", session, row.uid), {"reason": "Une erreur."}).text
    assert "changed by hand since" in page and Grant.objects.get().stands


def test_certificate_is_revoked_with_a_reason(session, organiser):
    row = was_there(session)
    CertificateFactory(registration=row)
    address = url("certificate-revoke", session, row.uid)

    assert organiser.get(address).status_code == 200
    organiser.post(address, {"reason": ""})
    assert Certificate.objects.get().revoked_at is None
    organiser.post(address, {"reason": "Une erreur."})
    assert Certificate.objects.get().reason == "Une erreur."


def test_a_revocation_is_undone_from_its_toast_or_its_line_and_leaves_a_trace(client, session, organiser):
    row = was_there(session)
    made = CertificateFactory(registration=row)
    undo = url("certificate-restore", session, row.uid)
    public = f"/en/certificates/{made.number}/"

    page = organiser.post(url("certificate-revoke", session, row.uid), {"reason": "Une erreur."}, follow=True).text
    revoked = client.get(public).text
    answer = organiser.post(undo, follow=True)

    assert page.count(f'action="{undo}"') == 2
    assert "This certificate is no longer valid" in revoked and "This certificate is valid" in client.get(public).text
    assert "Une erreur." in answer.text and f'action="{undo}"' not in answer.text


def test_nothing_to_take_back_is_nowhere(session, organiser):
    row, elsewhere = was_there(session), GrantFactory().registration
    addresses = [
        url(name, session, each.uid) for name in ("take-back", "certificate-revoke") for each in (row, elsewhere)
    ]
    assert {organiser.get(address).status_code for address in addresses} == {404}


def test_page_without_a_qualification_and_without_anybody(session, organiser):
    Training.objects.update(grants=None)
    with override("en"):
        page = organiser.get(url("results", session)).text
        answer = organiser.post(url("results", session), follow=True)
    assert "This training grants no qualification." in page and "Nobody was marked present yet." in page
    assert said(answer) == [("error", "This training grants no qualification.")]


def test_date_leads_to_its_results_once_it_has_begun(session, organiser):
    page = reverse("organise:slot", args=[session.slot.pk])
    assert url("results", session) in organiser.get(page).text
    session.slot.starts_at, session.slot.ends_at = (timezone.now() + dt.timedelta(hours=n) for n in (1, 2))
    session.slot.save()
    assert url("results", session) not in organiser.get(page).text


@pytest.mark.parametrize(("grants", "granted", "told"), [(True, False, 1), (False, False, 0), (False, True, 1)])
def test_nothing_is_said_of_a_qualification_where_there_is_none(session, organiser, grants, granted, told):
    row, _other = was_there(session), was_there(session)
    if granted:
        GrantFactory(registration=row, qualification=session.training.grants)
    if not grants:
        Training.objects.update(grants=None)

    with override("en"):
        page = organiser.get(url("results", session)).text

    assert page.count('<th scope="col">Qualification</th>') == told
    assert page.count("not granted") == told * (1 if granted else 2)


@pytest.mark.parametrize("count", [1, 30])
def test_results_queries(session, organiser, django_assert_num_queries, count):
    for _ in range(count):
        row = was_there(session)
        GrantFactory(registration=row, qualification=session.training.grants)
        CertificateFactory(registration=row)
    with still():
        organiser.get(url("results", session))
        with django_assert_num_queries(QUERIES):
            answer = organiser.get(url("results", session))
    assert answer.text.count('<tr id="r') == count


QUERIES = 14
