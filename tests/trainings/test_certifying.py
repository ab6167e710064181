import datetime as dt

import pytest
import time_machine
from django.utils import timezone
from django.utils.translation import override

from events.models import Registration
from events.scheduling import ChangeRefused
from mail.models import Message
from mail.rendering import render
from tests.events import seats
from tests.factories.events import RegistrationFactory
from tests.factories.trainings import AttendedFactory, CertificateFactory, GrantFactory, HeldFactory
from tests.factories.volunteers import AssociationFactory, UserFactory
from tests.racing import at_once
from trainings import certificate_paper, certifying, letters, reports
from trainings.certifying import Standing
from trainings.models import Certificate, Revocation
from volunteers import erasing, exporting, papermaking

pytestmark = pytest.mark.django_db


def issue(row, name="Awa Kone"):
    return certifying.issue(row, name=name, by=row.volunteer.user)


def test_certificate_bears_the_name_that_was_given_and_a_number_nobody_guesses():
    row = AttendedFactory()

    first, again = issue(row, " Awa Kone "), issue(row, "Somebody Else")

    assert (first.name, again, Certificate.objects.count()) == ("Awa Kone", first, 1)
    bare = first.number.replace("-", "")
    assert (len(bare), len(first.number), set(bare) <= set(certifying.LETTERS)) == (20, 23, True)
    assert issue(AttendedFactory()).number != first.number


NOT_FOR = {
    "absent": {"attendance": "absent"},
    "left early": {"attendance": "left_early"},
    "not marked": {"attendance": ""},
    "cancelled": {"state": "cancelled"},
}


@pytest.mark.parametrize("case", NOT_FOR)
def test_certificate_is_for_whoever_was_there_to_the_end(case):
    row = AttendedFactory(**NOT_FOR[case])
    with pytest.raises(ChangeRefused):
        issue(row)
    assert Certificate.objects.count() == 0


def test_certificate_waits_for_the_end_of_the_date():
    row = AttendedFactory()
    with time_machine.travel(row.slot.ends_at - dt.timedelta(seconds=1), tick=False), pytest.raises(ChangeRefused):
        issue(row)
    with time_machine.travel(row.slot.ends_at, tick=False):
        assert issue(row).registration == row


@pytest.mark.parametrize("name", ["", "   "])
def test_certificate_needs_a_name(name):
    with pytest.raises(ChangeRefused):
        issue(AttendedFactory(), name)


def test_bearer_withdraws_and_makes_another():
    made = issue(AttendedFactory())

    for _ in range(2):
        certifying.withdraw(made, by=made.registration.volunteer.user)
    other = issue(made.registration, "Awa K.")

    assert certifying.found(made.number) is None
    assert (certifying.found(other.number), other.name) == (other, "Awa K.")


def test_revoked_says_so_stays_and_tells_its_bearer_once_why():
    made, by = issue(AttendedFactory(volunteer__user__language="en")), UserFactory()

    for reason in (" Listed by mistake. ", "Again"):
        certifying.revoke(made, reason=reason, by=by)
    with pytest.raises(ChangeRefused):
        certifying.withdraw(made, by=made.registration.volunteer.user)
    with pytest.raises(ChangeRefused):
        issue(made.registration)

    found = certifying.found(made.number)
    assert (certifying.standing(found), found.reason, found.revoked_by) == ("revoked", "Listed by mistake.", by)
    letter = render(Message.objects.get())
    assert "Listed by mistake." in letter.body and letter.subject.startswith("Your certificate is no longer valid: ")


def test_a_revocation_is_undone_once_kept_and_told():
    made, by, undoing = issue(AttendedFactory(volunteer__user__language="en")), UserFactory(), UserFactory()
    certifying.revoke(made, reason="Listed by mistake.", by=by)
    at = Certificate.objects.get().revoked_at

    for _ in range(2):
        certifying.restore(made, by=undoing)

    found = certifying.found(made.number)
    assert (certifying.standing(found), found.reason, found.revoked_by) == ("valid", "", None)
    (past,) = Revocation.objects.all()
    assert (past.reason, past.revoked_at, past.revoked_by, past.undone_by) == ("Listed by mistake.", at, by, undoing)
    letter = render(Message.objects.get(kind="trainings/certificate-restored"))
    assert letter.subject.startswith("Your certificate is valid again: ") and "valid again" in letter.body
    assert letters.compose_revoked({"certificate": made.pk}) is None


def test_a_certificate_revoked_anew_is_told_anew():
    made, by = issue(AttendedFactory()), UserFactory()
    certifying.revoke(made, reason="Une erreur.", by=by)
    certifying.restore(made, by=by)

    certifying.revoke(made, reason="Vraiment.", by=by)

    kinds = Message.objects.order_by("pk").values_list("kind", flat=True)
    assert [kind.removeprefix("trainings/certificate-") for kind in kinds] == ["revoked", "restored", "revoked"]
    assert letters.compose_restored({"certificate": made.pk}) is None
    assert (Certificate.objects.get().reason, Revocation.objects.get().reason) == ("Vraiment.", "Une erreur.")


def test_what_went_with_the_qualification_or_was_made_anew_stays_revoked():
    at = timezone.now()
    row = AttendedFactory()
    GrantFactory(registration=row, revoked_at=at, reason="Une erreur.")
    gone = CertificateFactory(registration=row, revoked_at=at, reason="Une erreur.")
    with pytest.raises(ChangeRefused, match="qualification"):
        certifying.restore(gone, by=UserFactory())

    Certificate.objects.filter(pk=gone.pk).update(revoked_at=at - dt.timedelta(hours=1))
    gone.refresh_from_db()
    other = CertificateFactory(registration=row)
    with pytest.raises(ChangeRefused):
        certifying.restore(gone, by=UserFactory())
    other.delete()

    assert certifying.restore(gone, by=UserFactory()).revoked_at is None


def test_certificate_of_whoever_is_no_longer_marked_present_stays_revoked():
    row, by = AttendedFactory(), UserFactory()
    made = certifying.revoke(issue(row), reason="Absente.", by=by)
    Registration.objects.filter(pk=row.pk).update(attendance=Registration.Attendance.ABSENT)
    with pytest.raises(ChangeRefused):
        certifying.restore(made, by=by)
    assert certifying.standing(Certificate.objects.get()) == "revoked"


def test_revoking_needs_a_reason():
    made = CertificateFactory()
    with pytest.raises(ChangeRefused):
        certifying.revoke(made, reason=" ", by=UserFactory())
    assert Certificate.objects.get().revoked_at is None


def test_certificate_revoked_with_its_qualification_can_be_made_anew():
    at = timezone.now()
    row = AttendedFactory()
    grant = GrantFactory(registration=row, revoked_at=at, reason="Une erreur.")
    CertificateFactory(registration=row, revoked_at=at, reason="Une erreur.")
    assert issue(row).revoked_at is None

    Certificate.objects.all().delete()
    CertificateFactory(registration=row, revoked_at=at + dt.timedelta(hours=1), reason="Une autre.")
    with pytest.raises(ChangeRefused):
        issue(row)
    grant.revoked_at, grant.reason, grant.granted_at = None, "", at + dt.timedelta(hours=2)
    grant.save()
    assert issue(row).revoked_at is None


@pytest.mark.parametrize(("days", "standing"), [(-1, "expired"), (0, "valid"), (1, "valid"), (None, "valid")])
def test_qualification_on_it_may_have_expired(days, standing):
    row = AttendedFactory()
    expires_on = None if days is None else timezone.localdate() + dt.timedelta(days=days)
    GrantFactory(registration=row, expires_on=expires_on)
    assert certifying.standing(certifying.found(issue(row).number)) == Standing(standing)


def test_whoever_is_marked_absent_afterwards_was_not_there():
    made = issue(AttendedFactory())
    Registration.objects.update(attendance="absent")
    assert certifying.standing(certifying.found(made.number)) == Standing.REVOKED


def test_number_is_found_as_people_type_it():
    made = issue(AttendedFactory())
    typed = [made.number, made.number.lower(), made.number.replace("-", ""), f" {made.number.replace('-', ' ')} "]
    assert [certifying.found(text) for text in typed] == [made] * 4
    wrong = ["", "x", made.number[:-1], made.number + "C", "é" * 20, "\x00" * 20]
    assert [certifying.found(text) for text in wrong] == [None] * 6


def test_who_leaves_leaves_no_certificate_that_anybody_can_check():
    made = issue(AttendedFactory())

    erasing.erase(made.registration.volunteer.user)

    assert (certifying.found(made.number), Certificate.objects.count()) == (None, 0)
    assert Registration.objects.get().attendance == "present"


def test_what_is_kept_is_in_the_export():
    made = issue(AttendedFactory())
    (row,) = exporting.export(made.registration.volunteer.user)["certificates"]
    assert (row["number"], row["name"], row["reason"]) == (made.number, "Awa Kone", "")


def test_two_clicks_at_once_make_one(transactional_db):
    row = AttendedFactory()

    def click(_):
        seats.be_patient()
        return issue(Registration.objects.select_related("volunteer__user").get(pk=row.pk))

    assert {made.pk for made in at_once(click, range(6))} == {Certificate.objects.get().pk}


# --- Hours ------------------------------------------------------------------------------------------------------------
def test_hours_are_those_of_the_sessions_at_which_one_was_to_the_end():
    mine = AttendedFactory().volunteer
    AttendedFactory(volunteer=mine)
    AttendedFactory(volunteer=mine, attendance="left_early")
    AttendedFactory()
    begun = HeldFactory(slot__starts_at=timezone.now() - dt.timedelta(minutes=5)).slot
    RegistrationFactory(volunteer=mine, slot=begun, attendance="present")

    rows = reports.attended(mine)

    with override("en"):
        assert ([row.hours for row in rows], reports.total(rows)) == (["2 hours", "2 hours"], "4 hours")


# --- On paper ---------------------------------------------------------------------------------------------------------
HOSTILE = '#panic("x") $x$ <script> Zoé ' + "W" * 120


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", ["Awa Kone", HOSTILE])
def test_paper_is_readable_by_everybody_whatever_the_name(language, name):
    row = AttendedFactory()
    training = row.slot.session.training
    training.given_by = AssociationFactory(name="Entourage & #co")
    training.save()
    GrantFactory(registration=row, expires_on=dt.date(2028, 11, 14))
    made = certifying.readable().get(pk=issue(row, name).pk)

    with override(language):
        content = certificate_paper.content(made)
        pdf = papermaking.pdf(certificate_paper.TEMPLATE, content, standard=papermaking.PDF_UA)

    assert pdf.startswith(b"%PDF-")
    assert content["address"].endswith(f"/certificates/{made.number}/")
    facts = dict(content["facts"])
    assert "Entourage & #co" in facts.values() and len(facts) == 6


def test_paper_holds_neither_address_nor_the_accounts_own_name():
    row = AttendedFactory(volunteer__user__last_name="Quenouille", volunteer__user__email="q@secret.example")
    content = str(certificate_paper.content(certifying.readable().get(pk=issue(row, "A. K.").pk)))
    assert "A. K." in content and "Quenouille" not in content and "secret" not in content
