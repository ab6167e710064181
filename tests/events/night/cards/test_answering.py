"""What people answer to their card, and what comes of it."""

import datetime as dt

import pytest
import time_machine

from events import registering
from events.models import Registration, Slot
from events.night.cards import answering, replacing, telling
from events.night.cards.answering import AnswerRefused
from events.night.cards.comparing import concerned
from events.night.models import BoardChange, Edition, Sector, Vacancy
from events.night.sign_up import withdrawing
from mail.models import Message
from tests.factories.night_board import board_night, person, where
from tests.factories.night_cards import card, move, published_night, told
from tests.factories.volunteers import UserFactory
from volunteers import erasing

pytestmark = pytest.mark.django_db


def say(what, name):
    mine = card(name)
    return getattr(answering, f"say_{what}")(mine, by=mine.participant.volunteer.user)


def seats(night):
    return [slot.seats_taken for slot in Slot.objects.filter(headquarters__edition=night).order_by("pk")]


def test_coming_is_noted_once():
    published_night()

    say("coming", "11-1 b")
    first = card("11-1 b")
    say("coming", "11-1 b")

    assert (first.answer, card("11-1 b").answered_at) == ("coming", first.answered_at)
    assert not Message.objects.exists()


@pytest.mark.both
def test_who_cannot_gives_the_seat_back_and_somebody_in_reserve_comes():
    night = published_night()

    say("cannot", "11-1 b")
    say("cannot", "11-1 b")

    gone = card("11-1 b")
    assert (gone.answer, gone.participant.state, where("11-1 b")) == ("declined", "withdrawn", None)
    assert (seats(night), Message.objects.get().kind) == ([5, 6], "events/registration")
    (vacancy,) = Vacancy.objects.open()
    assert (vacancy.sector.code, vacancy.reason, vacancy.led) == ("11-1", "declined", False)

    assert (replacing.fill_open(), replacing.fill_open()) == (1, 0)

    assert (where("11 r a"), seats(night)) == ("11-1", [6, 6])
    assert told() == [("11 r a", "placed")]
    new = card("11 r a")
    assert (new.version, new.answer, new.answer_by is not None) == (2, "", True)
    assert new.participant.registration.state == "confirmed"
    vacancy.refresh_from_db()
    assert (vacancy.outcome, vacancy.filled_by, vacancy.is_open) == ("filled", new.participant, False)
    assert BoardChange.objects.latest("number").kind == "replaced"


@pytest.mark.parametrize("way", ["agenda", "space", "erased", "struck off"])
def test_by_whichever_way_somebody_leaves_their_place_is_to_be_filled(way):
    published_night()
    who = person("11-1 b")
    seat = Registration.objects.select_related("slot", "volunteer").get(participant=who)
    if way == "agenda":
        registering.give_back(seat, by=None)
    elif way == "space":
        withdrawing.withdraw(who, by=who.volunteer.user)
    elif way == "erased":
        erasing.erase(who.volunteer.user)
    else:
        registering.strike_off(seat, by=UserFactory())

    (vacancy,) = Vacancy.objects.open()
    assert vacancy.sector.code == "11-1"
    assert vacancy.left_by == (None if way == "erased" else who)
    assert replacing.fill_open() == 1


def test_before_people_are_told_leaving_leaves_no_vacancy():

    board_night()
    who = person("11-1 b")

    withdrawing.withdraw(who, by=who.volunteer.user)

    assert (where("11-1 b"), Vacancy.objects.count()) == (None, 0)


def test_whoever_comes_back_has_their_place_while_it_is_free():
    night = published_night(reserve=0)
    say("cannot", "11-1 a")
    Message.objects.all().delete()

    say("coming", "11-1 a")
    say("coming", "11-1 a")

    back = card("11-1 a")
    assert (where("11-1 a"), seats(night)) == ("11-1*", [6, 6])
    assert (back.answer, back.sector.code, back.leads, back.version) == ("coming", "11-1", True, 2)
    assert told() == [("11-1 a", "back")]
    assert Vacancy.objects.get().outcome == "back"
    assert replacing.fill_open() == 0


def test_whoever_comes_back_to_a_team_that_goes_out_without_them_has_their_place():
    night = published_night(reserve=0)
    Sector.objects.filter(edition=night).update(target=2)  # of three: nobody is looked for
    for _again in range(2):
        say("cannot", "11-1 b")
        assert replacing.fill_open() == 0
        assert Vacancy.objects.latest("pk").outcome == "complete"

        say("coming", "11-1 b")

        assert (where("11-1 b"), seats(night)) == ("11-1", [6, 6])
    assert card("11-1 b").sector.code == "11-1"


def test_whoever_comes_back_too_late_for_their_place_is_in_reserve():
    night = published_night()
    say("cannot", "11-1 b")
    replacing.fill_open()
    Message.objects.all().delete()

    say("coming", "11-1 b")

    assert (where("11-1 b"), seats(night)) == ("11", [6, 6])
    assert (card("11-1 b").sector, card("11-1 b").answer, told()) == (None, "coming", [("11-1 b", "back")])


@pytest.mark.parametrize("what", ["coming", "cannot"])
def test_nothing_is_answered_once_people_arrive(what):
    night = published_night()
    with time_machine.travel(night.starts_at - dt.timedelta(hours=4), tick=False), pytest.raises(AnswerRefused):
        say(what, "11-1 b")

    Edition.objects.update(state="closed")
    with pytest.raises(AnswerRefused):
        say(what, "11-1 b")
    assert (card("11-1 b").answer, where("11-1 b")) == ("", "11-1")


def test_an_answer_stands_when_the_headquarters_stays_and_is_asked_anew_when_it_does_not():

    night = published_night()
    for name in ("11-1 b", "11-1 c"):
        say("coming", name)
    move("11-1 b", "11-2")
    move("11-1 c", "12-1")

    telling.tell_changes(night, expected=[one.participant for one in concerned(night)], by=UserFactory())
    telling.tell_due()

    assert told() == [("11-1 b", "moved"), ("11-1 c", "elsewhere")]
    assert [card(name).answer for name in ("11-1 b", "11-1 c")] == ["coming", ""]
