import datetime as dt

import pytest
from django.utils import timezone

from events.models import Registration, Slot
from events.scheduling import ChangeRefused
from mail.models import Message
from mail.rendering import render
from tests.events import seats
from tests.factories.events import RegistrationFactory, SlotFactory, WalkInFactory
from tests.factories.trainings import CertificateFactory, HeldFactory, SessionFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory
from tests.racing import at_once
from trainings import awarding
from trainings.models import Certificate, Grant
from volunteers import erasing
from volunteers.models import QualificationHeld

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return UserFactory()


@pytest.fixture
def session():
    return HeldFactory()


def was_there(session, **facts):
    return RegistrationFactory(slot=session.slot, attendance="present", **facts)


def held(row):
    return list(QualificationHeld.objects.filter(volunteer=row.volunteer).values_list("granted_on", "expires_on"))


def day_of(session):
    return timezone.localdate(session.slot.starts_at)


def keys():
    return list(Message.objects.order_by("pk").values_list("key", flat=True))


@pytest.mark.both
def test_all_present_hold_it_from_the_sessions_day_and_are_told_once(session, by):
    rows = [was_there(session) for _ in range(3)]

    assert [awarding.grant(session, by=by) for _ in range(3)] == [3, 0, 0]

    assert [held(row) for row in rows] == [[(day_of(session), None)]] * 3
    assert sorted(keys()) == sorted(f"granted:{row.uid}:1" for row in rows)
    assert set(Grant.objects.values_list("granted_by", flat=True)) == {by.pk}


@pytest.mark.parametrize("mark", ["left_early", "excused", "absent", ""])
def test_only_whoever_was_there_to_the_end_gets_it(session, by, mark):
    RegistrationFactory(slot=session.slot, attendance=mark)
    RegistrationFactory(slot=session.slot, cancelled=True, attendance="present")
    RegistrationFactory(slot=session.slot, volunteer=None, attendance="present")
    RegistrationFactory(slot=SlotFactory(), attendance="present")
    WalkInFactory(slot=session.slot)

    assert awarding.grant(session, by=by) == 0
    assert (QualificationHeld.objects.count(), Message.objects.count()) == (0, 0)


def test_who_comes_later_to_the_list_gets_it_later(session, by):
    was_there(session)
    awarding.grant(session, by=by)
    late = was_there(session)

    assert awarding.grant(session, by=by) == 1
    assert held(late) == [(day_of(session), None)]


def test_months_are_those_of_the_training_and_an_existing_one_is_prolonged(session, by):
    session.training.grants_months = 12
    session.training.save()
    row, day = was_there(session), day_of(session)
    since = day - dt.timedelta(days=200)
    QualificationHeld.objects.create(
        volunteer=row.volunteer, qualification=session.training.grants, granted_on=since, expires_on=day
    )

    awarding.grant(session, by=by)

    assert held(row) == [(since, Grant.objects.get().expires_on)]
    assert (Grant.objects.get().held_since, Grant.objects.get().held_until) == (since, day)


REFUSED = {
    "no qualification": lambda session: session.training.__class__.objects.update(grants=None),
    "not begun": lambda session: Slot.objects.update(
        starts_at=timezone.now() + dt.timedelta(minutes=1), ends_at=timezone.now() + dt.timedelta(hours=1)
    ),
    "called off": lambda session: Slot.objects.update(state="cancelled"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_nothing_is_granted_for_what_did_not_take_place(session, by, case):
    was_there(session)
    REFUSED[case](session)
    session = session.__class__.objects.get()

    with pytest.raises(ChangeRefused):
        awarding.grant(session, by=by)

    assert QualificationHeld.objects.count() == 0


# --- Taking back ------------------------------------------------------------------------------------------------------
def test_taken_back_is_held_no_longer_told_once_and_not_granted_again_with_the_others(session, by):
    row, other = was_there(session), was_there(session)
    awarding.grant(session, by=by)

    for reason in ("Une erreur.", "Encore."):
        awarding.take_back(row.grant, reason=reason, by=by)
    again = awarding.grant(session, by=by)

    assert (held(row), held(other), again) == ([], [(day_of(session), None)], 0)
    assert Grant.objects.get(registration=row).reason == "Une erreur."
    assert keys().count(f"taken-back:{row.uid}:1") == 1


def test_granting_after_taking_back_is_asked_for_one_by_one_and_tells_anew(session, by):
    row, other = was_there(session), was_there(session)
    awarding.grant(session, by=by)
    awarding.take_back(row.grant, reason="Une erreur.", by=by)

    granted = [awarding.grant(session, only=[row.pk, other.pk], by=by) for _ in range(2)]

    grant = Grant.objects.get(registration=row)
    assert (granted, held(row), grant.stands, grant.reason) == ([1, 0], [(day_of(session), None)], True, "")
    assert keys()[-2:] == [f"taken-back:{row.uid}:1", f"granted:{row.uid}:2"]
    awarding.take_back(grant, reason="Non.", by=by)
    assert held(row) == []


@pytest.mark.both
def test_what_is_held_from_elsewhere_stays(session, by):
    row, day = was_there(session), day_of(session)
    old = (day - dt.timedelta(days=300), day + dt.timedelta(days=10))
    QualificationHeld.objects.create(
        volunteer=row.volunteer, qualification=session.training.grants, granted_on=old[0], expires_on=old[1]
    )
    awarding.grant(session, by=by)

    awarding.take_back(row.grant, reason="Une erreur.", by=by)

    assert held(row) == [old]


@pytest.mark.parametrize("first", [True, False])
def test_of_two_sessions_either_can_be_taken_back(session, by, first):
    training, row = session.training, was_there(session)
    later = SessionFactory(training=training, slot__starts_at=timezone.now() - dt.timedelta(days=2))
    second = was_there(later, volunteer=row.volunteer)
    training.grants_months = 6
    training.save()
    for each in (session, later):
        awarding.grant(each.__class__.objects.get(pk=each.pk), by=by)
    one, two = Grant.objects.get(registration=row), Grant.objects.get(registration=second)

    awarding.take_back(one if first else two, reason="Une erreur.", by=by)
    left = two if first else one
    assert held(row) == [(left.granted_on, left.expires_on)]

    awarding.take_back(left, reason="Une erreur.", by=by)
    assert held(row) == []


def test_what_was_changed_by_hand_since_is_not_guessed_at(session, by):
    row = was_there(session)
    awarding.grant(session, by=by)
    QualificationHeld.objects.update(expires_on=dt.date(2099, 1, 1))

    with pytest.raises(ChangeRefused):
        awarding.take_back(row.grant, reason="Une erreur.", by=by)

    assert (held(row)[0][1], Grant.objects.get().stands) == (dt.date(2099, 1, 1), True)
    QualificationHeld.objects.update(expires_on=None)
    awarding.take_back(row.grant, reason="Une erreur.", by=by)
    assert held(row) == []


def test_taking_back_needs_a_reason(session, by):
    row = was_there(session)
    awarding.grant(session, by=by)
    with pytest.raises(ChangeRefused):
        awarding.take_back(row.grant, reason="  ", by=by)
    assert Grant.objects.get().stands


def test_certificate_goes_with_the_qualification_on_it(session, by):
    row = was_there(session)
    awarding.grant(session, by=by)
    CertificateFactory(registration=row)

    awarding.take_back(row.grant, reason="Une erreur.", by=by)

    made, grant = Certificate.objects.get(), Grant.objects.get()
    assert (made.revoked_at, made.revoked_by, made.reason) == (grant.revoked_at, by, "Une erreur.")


# --- Messages ---------------------------------------------------------------------------------------------------------
def written():
    return [render(message) for message in Message.objects.order_by("pk")]


def test_messages_say_what_and_lead_to_the_certificate(session, by):
    session.training.grants_months = 12
    session.training.save()
    row = was_there(session, volunteer=VolunteerFactory(user__language="en", user__first_name="Awa"))
    awarding.grant(session, by=by)
    (granted,) = written()
    awarding.take_back(row.grant, reason="Listed by mistake.", by=by)
    before, back = written()

    address = f"http://testserver/en/my-space/certificates/{row.uid}/"
    for text in (granted.body, granted.alternatives[0].content):
        assert address in text and "Hello Awa," in text and "It is valid until" in text
    assert (granted.subject, back.subject) == (
        "You hold the qualification “Going towards”",
        "The qualification “Going towards” was taken back",
    )
    assert before is None  # overtaken
    assert "Listed by mistake." in back.body and "Listed by mistake." in back.alternatives[0].content


def test_who_leaves_takes_grants_along(session, by):
    row = was_there(session)
    awarding.grant(session, by=by)

    erasing.erase(row.volunteer.user)

    assert (Grant.objects.count(), QualificationHeld.objects.count()) == (0, 0)
    assert Registration.objects.get().attendance == "present"


# --- Races ------------------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_organisers_at_once_grant_once(transactional_db):
    session, by = HeldFactory(), UserFactory()
    rows = [was_there(session) for _ in range(5)]

    def click(_):
        seats.be_patient()
        return awarding.grant(session.__class__.objects.get(), by=by)

    assert sorted(at_once(click, range(4))) == [0, 0, 0, 5]
    assert (Grant.objects.count(), QualificationHeld.objects.count(), Message.objects.count()) == (5, 5, 5)
    assert [held(row) for row in rows] == [[(day_of(session), None)]] * 5
