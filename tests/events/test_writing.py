import pytest

from events import writing
from events.scheduling import ChangeRefused
from mail.models import Message
from tests.factories.events import RegistrationFactory, SlotFactory
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db

WORD = {"subject": "Apportez des gants", "body": "Il fera froid.", "key": "a1"}


@pytest.fixture
def by():
    return UserFactory()


def told():
    return sorted(Message.objects.values_list("to", flat=True))


def test_write_reaches_the_chosen_states_once(by):
    slot = SlotFactory()
    coming, waiting = RegistrationFactory(slot=slot), RegistrationFactory(slot=slot, waiting=True)
    RegistrationFactory(slot=slot, cancelled=True)
    RegistrationFactory()

    assert writing.write(slot, states=["confirmed", "waiting"], **WORD, by=by) == 2
    writing.write(slot, states=["confirmed", "waiting"], **WORD, by=by)  # a double click

    assert told() == sorted([coming.volunteer.user.email, waiting.volunteer.user.email])
    writing.write(slot, states=["confirmed"], **WORD | {"key": "another opening of the form"}, by=by)
    assert len(told()) == 3


def test_write_refuses_another_text_under_the_same_key(by):
    slot = SlotFactory()
    RegistrationFactory.create_batch(2, slot=slot)
    writing.write(slot, states=["confirmed"], **WORD, by=by)
    RegistrationFactory(slot=slot)

    for changed in ({"body": "Il fera chaud."}, {"subject": "Apportez des lunettes"}):
        with pytest.raises(writing.AnotherWordLeft):
            writing.write(slot, states=["confirmed"], **WORD | changed, by=by)
    assert len(told()) == 2

    assert writing.write(slot, states=["confirmed"], **WORD, by=by) == 3
    assert len(told()) == 3


def test_write_to_the_cancelled_leaves_out_who_came_back_and_who_never_was(by):
    slot = SlotFactory()
    gone = RegistrationFactory(slot=slot, cancelled=True)
    RegistrationFactory(slot=slot, cancelled=True, volunteer=gone.volunteer)
    back = RegistrationFactory(slot=slot, cancelled=True)
    RegistrationFactory(slot=slot, volunteer=back.volunteer)
    RegistrationFactory(slot=slot, state="cancelled", end_reason="expired", confirmed_at=None)  # no code came
    RegistrationFactory(slot=slot, cancelled=True, volunteer=None)
    RegistrationFactory(slot=slot, held=True)

    writing.write(slot, states=["cancelled", "pending"], **WORD, by=by)

    assert told() == [gone.volunteer.user.email]


@pytest.mark.parametrize(
    "wrong", [{"subject": " "}, {"body": "\n"}, {"subject": "a\nBcc: x@example.org"}, {"states": ["waiting"]}]
)
def test_write_refused_sends_nothing(by, wrong):
    slot = RegistrationFactory().slot
    with pytest.raises(ChangeRefused):
        writing.write(slot, **{"states": ["confirmed"]} | WORD | wrong, by=by)
    assert told() == []
