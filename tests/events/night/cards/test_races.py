"""Organisers, volunteers, workers at one instant: nobody in two teams, a seat counted once, one message each."""

from django.db.models import Count

from events.models import Registration, Slot
from events.night.board.journal import BoardRefused
from events.night.cards import answering, deadlines, publishing, replacing, telling
from events.night.cards.comparing import concerned
from events.night.models import Assignment, Card, Participant, Vacancy
from mail.models import Message
from tests.factories.night_board import board_night, person, where
from tests.factories.night_cards import card, move, published_night, told
from tests.factories.volunteers import UserFactory
from tests.racing import at_once


def say(what, name):
    mine = card(name)
    getattr(answering, f"say_{what}")(mine, by=mine.participant.volunteer.user)


def check(night, *, since=1):
    """What must be true of a published night at every moment. ``since``: the version before which mail was cleared."""
    for slot in Slot.objects.filter(headquarters__edition=night):
        assert slot.seats_taken == slot.registrations.holding().count(), slot
    gone = Assignment.objects.exclude(participant__state=Participant.State.ACTIVE)
    assert not gone.exists()
    doubles = Registration.objects.active().values("volunteer").annotate(n=Count("pk")).filter(n__gt=1)
    assert not doubles.exists()
    for row in Card.objects.filter(participant__edition=night):
        messages = Message.objects.filter(kind="night/card", context__card=row.pk).count()
        assert messages == row.version - since, "one message each time that they were told"


def check_told(night):
    """Once everybody was told: cards, seats and the roster say the same."""
    for row in Assignment.objects.filter(participant__edition=night).select_related("participant__card"):
        mine = row.participant.card
        seat = Registration.objects.get(participant=row.participant)
        assert (mine.headquarters_id, mine.sector_id, mine.leads) == (row.headquarters_id, row.sector_id, row.leads)
        assert seat.slot_id == row.headquarters.slot_id
        assert seat.state == ("confirmed" if row.sector_id else "waiting")


def test_two_organisers_move_somebody_who_declines_while_a_worker_replaces(transactional_db):
    night = published_night(reserve=2)
    names = [f"{sector} {letter}" for sector in ("11-1", "12-1") for letter in "abc"]

    def act(what):
        kind, name = what
        if kind == "decline":
            return say("cannot", name)
        if kind == "fill":
            return replacing.fill_open()
        if kind == "tell":
            everybody = Participant.objects.values_list("pk", flat=True)
            return telling.tell_changes(night, expected=everybody, by=UserFactory()) + telling.tell_due()
        return move(name, kind)

    for name in names:
        acts = [("decline", name), ("11-2", name), ("12-2", name), ("tell", ""), ("fill", "")]
        results = at_once(act, acts)
        wrong = [one for one in results if isinstance(one, Exception) and not isinstance(one, BoardRefused)]
        assert wrong == []
        check(night)
        assert where(name) is None
    replacing.fill_open()
    telling.tell_changes(night, expected=[one.participant for one in concerned(night)], by=UserFactory())
    telling.tell_due()
    check(night)
    check_told(night)
    assert concerned(night) == []
    assert Registration.objects.filter(state="cancelled").count() == len(names)


def test_a_place_is_filled_once_by_several_workers(transactional_db):
    night = published_night(reserve=3)
    say("cannot", "11-1 b")
    Message.objects.all().delete()
    vacancy = Vacancy.objects.get()

    results = at_once(lambda _n: replacing.fill(vacancy.pk, by=None).filled_by_id, range(4))

    assert len(set(results)) == 1
    assert len(told()) == 1
    check(night)


def test_coming_and_not_coming_in_two_tabs_end_in_one_of_them(transactional_db):
    night = published_night(reserve=0)
    for _again in range(3):
        results = at_once(lambda what: say(what, "11-1 b"), ["coming", "cannot", "coming", "cannot"])
        assert [one for one in results if one is not None] == []
        mine = card("11-1 b")
        assert (mine.answer, mine.participant.state) in (("coming", "active"), ("declined", "withdrawn"))
        assert (where("11-1 b") is None) == (mine.answer == "declined")
        check(night)


def test_an_answer_at_the_deadline_keeps_the_place_or_waits_in_reserve(transactional_db):
    night = published_night(reserve=1)
    Card.objects.exclude(participant=person("11-1 b")).update(answer_by=None)
    deadlines.lapse_due(night.answers_by)
    vacancy = Vacancy.objects.get()

    at_once(lambda act: act(), [lambda: say("coming", "11-1 b"), lambda: replacing.fill(vacancy.pk, by=None)])

    mine = card("11-1 b")
    assert mine.answer == "coming"
    assert (where("11-1 b"), where("11 r a")) in (("11-1", "11"), ("11", "11-1"))
    check(night)


def test_many_answers_come_while_two_workers_give_places_on(transactional_db):
    night = published_night(reserve=3)
    deadlines.lapse_due(night.answers_by)
    Message.objects.all().delete()
    answers = [("coming", "11-1 b"), ("cannot", "11-1 c"), ("coming", "12-2 b"), ("cannot", "12-1 a")]

    acts = [*(lambda one=one: say(*one) for one in answers), replacing.fill_open, replacing.fill_open]
    results = at_once(lambda act: act(), acts)

    assert [one for one in results if isinstance(one, Exception)] == []
    check(night)
    for name, answer in (("11-1 b", "coming"), ("11-1 c", "declined"), ("12-2 b", "coming"), ("12-1 a", "declined")):
        assert (card(name).answer, where(name) is None) == (answer, answer == "declined")
    filled = list(Vacancy.objects.exclude(filled_by=None).values_list("filled_by", flat=True))
    assert len(filled) == len(set(filled))


def test_teams_are_published_once_by_two_who_click(transactional_db):
    night = board_night()
    by, until = UserFactory(), publishing.usual_answers_by(night)
    Message.objects.all().delete()

    results = at_once(lambda _n: publishing.publish(night, answers_by=until, seen=1, by=by), range(3))
    assert [one for one in results if isinstance(one, Exception)] == []
    at_once(lambda _n: telling.tell_due(batch=3), range(3))

    assert Card.objects.count() == Card.objects.filter(version=1, due_at=None).count() == 14
    assert len(told()) == 14
    check(night, since=0)
    check_told(night)
