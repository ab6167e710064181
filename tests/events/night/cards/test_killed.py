"""A worker is killed while it tells people their teams: the next one goes on, and nobody is told twice."""

import pytest

from events.night.board import moving
from events.night.board.journal import Spot
from events.night.cards import publishing
from events.night.models import BoardChange, Card
from mail.models import Message
from tests.events.night.cards.working import tell
from tests.factories.night_board import board_night
from tests.factories.night_people import ParticipantFactory
from tests.factories.volunteers import UserFactory
from tests.waiting import wait_until

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]
PEOPLE = 60


def told():
    return Card.objects.told().count()


def test_nobody_is_left_out_and_nobody_is_told_twice(fork):
    night = board_night(headquarters=1, sectors=1, team=1, reserve=0)
    headquarters = night.headquarters.get()
    crowd = ParticipantFactory.create_batch(PEOPLE - 1, edition=night)
    spots = {one.pk: Spot(headquarters.pk) for one in crowd}
    moving.write(night, spots=spots, kind=BoardChange.Kind.MOVED, by=UserFactory())
    facts = {"answers_by": publishing.usual_answers_by(night), "seen": moving.number_of(night), "by": UserFactory()}
    publishing.publish(night, **facts)
    Message.objects.exclude(kind="night/card").delete()

    for _twice in range(2):
        before = told()
        worker = fork(tell, batch=2, for_ever=True)
        wait_until(lambda before=before: told() > before)
        worker.kill()
    assert told() < PEOPLE, "all had been told before the worker was killed: nothing is shown"
    rest = [fork(tell, batch=2, for_ever=False) for _two in range(2)]  # side by side
    for one in rest:
        one.rest()

    assert list(Card.objects.values_list("version", "due_at").distinct()) == [(1, None)]
    assert Message.objects.count() == PEOPLE
    assert Message.objects.values("user").distinct().count() == PEOPLE
