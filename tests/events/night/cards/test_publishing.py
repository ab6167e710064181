"""The teams are published: everybody's seat is where their team is, and everybody is told once."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from events.models import Registration, Slot
from events.night.board import moving
from events.night.cards import publishing, telling
from events.night.editions.preparing import EditionRefused
from events.night.models import Card, Edition, Participant
from mail.models import Message, Suppression
from tests.factories.night_board import board_night, person, where
from tests.factories.night_cards import card, move, publish, told
from tests.factories.night_people import ParticipantFactory
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db


def seats(night):
    return [slot.seats_taken for slot in Slot.objects.filter(headquarters__edition=night).order_by("pk")]


def test_everybody_has_a_seat_with_their_team_and_one_message():
    night = board_night()
    move("11-1 b", "12-1")
    move("12 r a", "11-1")
    before = dict(Participant.objects.values_list("pk", "registration"))
    Message.objects.all().delete()

    publish(night)
    publish(night)

    assert (night.state, seats(night)) == ("published", [6, 7])
    assert dict(Participant.objects.values_list("pk", "registration")) == before
    assert Message.objects.count() == 14
    assert set(told()) == {
        *((f"{sector} {letter}", "team") for sector in ("11-1", "11-2", "12-1", "12-2") for letter in "abc"),
        ("11 r a", "reserve"),
        ("12 r a", "team"),
    }
    gone, came, waits = (person(name).registration for name in ("11-1 b", "12 r a", "11 r a"))
    assert (gone.slot.headquarters.district.code, gone.state) == ("12", "confirmed")
    assert (came.slot.headquarters.district.code, came.state) == ("11", "confirmed")
    assert (waits.slot.headquarters.district.code, waits.state) == ("11", "waiting")
    theirs = card("11-1 b")
    assert (theirs.version, theirs.sector.code, theirs.leads, theirs.answer_by) == (1, "12-1", False, night.answers_by)
    assert theirs.leader == person("12-1 a")
    assert card("11 r a").answer_by is None


@pytest.mark.parametrize("lacking", ["state", "seats", "teams", "time", "board", "deadline"])
def test_nothing_is_written_when_it_cannot_be_published(lacking):
    night = board_night()
    by, seen, answers_by = UserFactory(), moving.number_of(night), publishing.usual_answers_by(night)
    if lacking == "state":
        Edition.objects.update(state="open")
    elif lacking == "seats":
        slot = night.headquarters.first().slot
        move("12-1 a", "11-1")
        move("12-1 b", "11-1")
        Slot.objects.filter(pk=slot.pk).update(capacity=7)
    elif lacking == "teams":
        night.sectors.all().delete()
    elif lacking == "time":
        Slot.objects.update(starts_at=timezone.now())
    elif lacking == "board":
        move("11-1 b", "12-1")
    else:
        answers_by = night.starts_at
    if lacking != "board":
        seen = moving.number_of(night)
    states = list(Registration.objects.order_by("pk").values_list("slot", "state", "sequence"))
    Message.objects.all().delete()

    with pytest.raises(EditionRefused):
        publishing.publish(Edition.objects.get(), answers_by=answers_by, seen=seen, by=by)

    assert Edition.objects.get().state != "published"
    assert (Card.objects.count(), Message.objects.count()) == (0, 0)
    assert list(Registration.objects.order_by("pk").values_list("slot", "state", "sequence")) == states


def test_a_quota_is_for_signing_up_and_a_roster_may_send_more():
    night = board_night()
    night.headquarters.filter(district__code="11").update(quota=5)

    (warning,) = [text for text in publishing.preview(night).warnings if "quota" in text]
    assert (" 6 " in warning, " 5" in warning) == (True, True)
    publishing.publish(
        night, answers_by=publishing.usual_answers_by(night), seen=moving.number_of(night), by=UserFactory()
    )

    assert card("11-1 a").participant.registration.state == "confirmed"


def test_what_is_sent_is_said_before():
    night = board_night()
    move("11-1 b", "12-1")
    move("11-2 a", "11")
    ParticipantFactory(edition=night)
    Suppression.objects.create(email=person("11-1 a").volunteer.user.email)

    preview = publishing.preview(night)

    assert (preview.in_teams, preview.in_reserve, preview.teams) == (11, 4, 4)
    assert (preview.changing, preview.unreachable, preview.problems) == (1, 1, [])
    said = " ".join(preview.warnings)
    assert "11-2" in said
    assert [word for word in ("11-1", "12-1") if word in said] == []
    assert len(preview.warnings) == 3  # leader, contact, somebody who came since


def test_a_preview_takes_as_many_queries_for_a_crowd(django_assert_max_num_queries):
    night = board_night(team=2, reserve=0, sectors=1)
    with django_assert_max_num_queries(16):
        publishing.preview(night)
    ParticipantFactory.create_batch(20, edition=night)
    with django_assert_max_num_queries(16):
        publishing.preview(night)


def test_whoever_came_since_joins_the_reserve_and_is_told_so():
    night = board_night()
    late = ParticipantFactory(edition=night, volunteer__user__first_name="Tard")

    publish(night)

    assert (where("Tard"), card("Tard").sector) == ("11", None)
    late.refresh_from_db()
    assert late.registration.state == "waiting"
    assert ("Tard", "reserve") in told()


def test_whoever_is_moved_before_the_worker_comes_is_told_the_last_place_or_asked_for_anew():
    night = board_night()
    publishing.publish(
        night, answers_by=publishing.usual_answers_by(night), seen=moving.number_of(night), by=UserFactory()
    )
    move("11-1 b", "11-2")  # the same headquarters
    move("11-1 c", "12-1")  # another one, where they have no seat yet

    telling.tell_due()

    assert card("11-1 b").sector.code == "11-2"
    assert (card("11-1 c").version, card("11-1 c").due_at) == (0, None)
    assert "11-1 c" not in dict(told())
    telling.tell_changes(Edition.objects.get(), expected=[person("11-1 c").pk], by=UserFactory())
    telling.tell_due()
    assert (card("11-1 c").sector.code, dict(told())["11-1 c"]) == ("12-1", "team")
    assert seats(night) == [5, 7]


@pytest.mark.parametrize(("days", "hours_left"), [(60, 57 * 24), (4, 48), (1, 12)])
def test_people_have_until_three_days_before_to_answer_or_a_while(days, hours_left):
    night = board_night()
    with time_machine.travel(night.starts_at - dt.timedelta(days=days), tick=False):
        left = publishing.usual_answers_by(night) - timezone.now()
        assert left == dt.timedelta(hours=hours_left)


def test_the_deadline_that_an_organiser_chose_is_the_one_on_the_cards():
    night = board_night()
    soon = timezone.now() + dt.timedelta(hours=5)

    publish(night, answers_by=soon)
    assert card("11-1 b").answer_by == soon

    move("11 r a", "11-1")
    with time_machine.travel(soon + dt.timedelta(hours=1), tick=False):
        telling.tell_changes(night, expected=[person("11 r a").pk], by=UserFactory())
        telling.tell_due()
        assert card("11 r a").answer_by == timezone.now() + dt.timedelta(hours=48)
