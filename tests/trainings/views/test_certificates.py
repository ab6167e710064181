"""Certificates in my space, and the public page that checks one."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from tests.factories.trainings import AttendedFactory, CertificateFactory, GrantFactory
from tests.office import still
from trainings.models import Certificate
from volunteers import erasing

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(client):
    row = AttendedFactory(
        volunteer__user__first_name="Zéphyrine",
        volunteer__user__last_name="Quenouille",
        volunteer__user__email="zephyrine@secret.example",
    )
    client.force_login(row.volunteer.user)
    return row


def url(name, *args):
    with override("en"):
        return reverse(f"certificates:{name}", args=args)


# --- My space ---------------------------------------------------------------------------------------------------------
def test_bearer_gives_the_name_and_downloads_the_paper(client, row):
    page = client.get(url("certificate", row.uid)).text
    assert 'value="Zéphyrine Quenouille"' in page
    assert Certificate.objects.count() == 0  # a visit makes nothing

    answer = client.post(url("certificate", row.uid), {"name": "Zéphyrine Q."}, follow=True)
    made = Certificate.objects.get()
    paper = client.get(url("pdf", row.uid))

    assert (made.name, made.number in answer.text) == ("Zéphyrine Q.", True)
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert paper["Content-Disposition"] == f'attachment; filename="certificate-{made.number[:5].lower()}.pdf"'
    assert "no-store" in paper["Cache-Control"]


@pytest.mark.parametrize("name", ["", "x" * 161, "Awa\u202eKone"])
def test_name_is_one_line_that_can_be_read(client, row, name):
    answer = client.post(url("certificate", row.uid), {"name": name})
    assert (answer.status_code, Certificate.objects.count()) == (422, 0)


def test_whoever_left_early_reads_why_there_is_none(client, row):
    row.attendance = "left_early"
    row.save()
    assert "There is no certificate for this date" in client.get(url("certificate", row.uid)).text
    assert client.post(url("certificate", row.uid), {"name": "Z."}).status_code == 422
    assert client.get(url("pdf", row.uid)).status_code == 404


def test_withdrawn_is_unknown_and_asks_for_a_name_again(client, row):
    made = CertificateFactory(registration=row)

    client.post(url("withdraw", row.uid))

    assert client.get(url("verify", made.number)).status_code == 404
    assert 'name="name"' in client.get(url("certificate", row.uid)).text


def test_revoked_says_why_to_its_bearer_and_gives_no_paper(client, row):
    CertificateFactory(registration=row, revoked=True)
    with override("en"):
        answer = client.post(url("withdraw", row.uid), follow=True)
    assert "Une erreur de liste." in answer.text and "it cannot be withdrawn" in answer.text
    assert client.get(url("pdf", row.uid)).status_code == 404
    assert Certificate.objects.count() == 1


def test_space_counts_the_hours(client, row):
    AttendedFactory(volunteer=row.volunteer)
    page = client.get(url("mine")).text
    assert "<strong>4 hours</strong>, at 2 dates." in page
    assert url("certificate", row.uid) in page


def test_space_of_somebody_who_was_nowhere(client, row):
    row.attendance = ""
    row.save()
    assert "Nothing here yet" in client.get(url("mine")).text


@pytest.mark.parametrize("count", [1, 30])
def test_space_queries(client, row, django_assert_num_queries, count):
    rows = [row, *(AttendedFactory(volunteer=row.volunteer) for _ in range(count - 1))]
    for each in rows:
        GrantFactory(registration=each)
        CertificateFactory(registration=each)
    with still():
        client.get(url("mine"))
        with django_assert_num_queries(QUERIES):
            page = client.get(url("mine")).text
    assert page.count("certificate.pdf") == count


QUERIES = 5


# --- Checked by anybody -----------------------------------------------------------------------------------------------
def test_page_shows_what_the_bearer_gave_and_nothing_else(client, row):
    made = CertificateFactory(registration=row, name="Z. Q.")
    GrantFactory(registration=row, expires_on=dt.date(2099, 11, 14))
    client.logout()

    answer = client.get(url("verify", made.number))

    for shown in ("This certificate is valid", "Z. Q.", "2 hours", "Going towards", "14 November 2099", made.number):
        assert shown in answer.text
    for hidden in ("Quenouille", "secret.example", str(row.uid)):
        assert hidden not in answer.text
    assert 'content="noindex"' in answer.text and "no-store" in answer["Cache-Control"]


STANDINGS = {
    "valid": ({}, {}, "This certificate is valid"),
    "expired": ({}, {"expires_on": dt.date(2020, 1, 1)}, "its qualification has expired"),
    "taken back": ({}, {"revoked_at": timezone.now(), "reason": "Non."}, "This certificate is valid"),
    "revoked": ({"revoked": True}, {}, "This certificate is no longer valid"),
}


@pytest.mark.parametrize("case", STANDINGS)
def test_page_says_in_words_what_a_certificate_is_worth(client, row, case):
    facts, grant, words = STANDINGS[case]
    made = CertificateFactory(registration=row, name="Z. Q.", **facts)
    GrantFactory(registration=row, **grant)

    page = client.get(url("verify", made.number)).text

    assert words in page
    assert ("Z. Q." in page) == (case != "revoked")
    assert ("Going towards</dd>" in page) == (case in ("valid", "expired"))
    assert "Une erreur de liste." not in page and "Non." not in page  # the reason is its bearer's


@pytest.mark.parametrize("number", ["CCCCC-CCCCC-CCCCC-CCCCC", "x", "%00" * 20, "é" * 20])
def test_unknown_number_is_said_in_words(client, number):
    answer = client.get(f"/en/certificates/{number}/")
    assert (answer.status_code, "This certificate is not known" in answer.text) == (404, True)


def test_after_the_account_is_gone_the_number_is_unknown(client, row):
    made = CertificateFactory(registration=row)
    assert client.get(url("verify", made.number)).status_code == 200
    erasing.erase(row.volunteer.user)
    client.logout()
    answer = client.get(url("verify", made.number))
    assert (answer.status_code, "Awa Kone" in answer.text) == (404, False)
