import datetime as dt

import pytest
from django.utils import timezone
from django.utils.translation import override

from events import attending, checking_in, door_codes
from events.models import Registration, Slot
from events.scheduling import ChangeRefused
from tests.events import seats
from tests.factories.events import RegistrationFactory, SlotFactory
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory
from tests.racing import at_once

SOON = dt.timedelta(minutes=30)


def today(**facts):
    return SlotFactory(starts_at=timezone.now() + SOON, **facts)


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


def check_in(slot, row, by=None):
    return checking_in.check_in(slot, code=door_codes.code_of(row), by=by or UserFactory())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "was_marked"),
    [("", False), ("absent", False), ("excused", False), ("left_early", False), ("present", True)],
)
def test_code_marks_present_and_says_who(before, was_marked):
    row = RegistrationFactory(slot=today(), attendance=before)

    found = check_in(row.slot, row)

    assert (found.registration, found.was_marked) == (row, was_marked)
    assert Registration.objects.get().attendance == "present"


REFUSED = {
    "waiting": ({"waiting": True}, "Awa Kone is on the waiting list and has no seat: add them if one is free."),
    "held": ({"held": True}, "Awa Kone has not confirmed, or waits for an answer: add them if you agree."),
    "cancelled": ({"cancelled": True}, "The registration of Awa Kone was cancelled."),
    "refused": ({"state": "refused"}, "The request of Awa Kone was refused."),
    "erased": ({"volunteer": None}, "Nobody has this code. Type it again, or look for the name in the list."),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", REFUSED)
def test_code_of_somebody_without_a_seat_is_refused_in_words(case):
    facts, words = REFUSED[case]
    name = {} if case == "erased" else {"volunteer__user__last_name": "Kone"}
    row = RegistrationFactory(slot=today(), **facts, **name)

    with pytest.raises(ChangeRefused, match=words):
        check_in(row.slot, row)

    assert Registration.objects.get().attendance == ""


@pytest.mark.django_db
def test_code_of_another_date_names_it_to_those_who_may_see_it_alone():
    slot, other = today(), today(title_en="Night walk")
    row = RegistrationFactory(slot=other)
    organiser = NetworkOrganiserFactory(network=other.network).user

    for by, words in ((organiser, "This code is for another date: Night walk, "), (UserFactory(), "another date.$")):
        with pytest.raises(ChangeRefused, match=words):
            check_in(slot, row, by)

    assert Registration.objects.get().attendance == ""


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "K7M3QP", "nonsense"])
def test_unknown_code_is_said(code):
    with pytest.raises(ChangeRefused, match="Nobody has this code"):
        checking_in.check_in(today(), code=code, by=UserFactory())


@pytest.mark.django_db
def test_code_before_the_door_opens_marks_nobody():
    row = RegistrationFactory(
        slot=SlotFactory(starts_at=timezone.now() + attending.OPENS_BEFORE + dt.timedelta(minutes=1))
    )

    with pytest.raises(ChangeRefused, match="hour before"):
        check_in(row.slot, row)

    Slot.objects.update(starts_at=timezone.now() + SOON)
    assert check_in(Slot.objects.get(), row).registration.attendance == "present"


def test_two_phones_at_once_mark_once(transactional_db):
    slot, by = today(), UserFactory()
    row = RegistrationFactory(slot=slot)

    def scan(_):
        seats.be_patient()
        return checking_in.check_in(slot, code=door_codes.code_of(row), by=by)

    found = at_once(scan, range(8))

    assert sorted(each.was_marked for each in found) == [False] + [True] * 7
    assert Registration.objects.get().attendance == "present"
