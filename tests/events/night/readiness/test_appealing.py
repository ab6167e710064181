"""Asking those who could help, once a week at most; a yes changes what they wish."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.utils import timezone

from events.night.models import Appeal, Asked, Edition, Participant, SectorTag
from events.night.readiness import appealing
from events.night.readiness.appealing import AppealRefused
from mail.models import Message
from mail.rendering import render
from tests.factories.night import SectorFactory
from tests.factories.night_people import enrol, open_night
from tests.factories.volunteers import UserFactory, VolunteerFactory
from tests.racing import at_once
from volunteers.models import SpokenLanguage

pytestmark = pytest.mark.django_db
TEXTS = {"subject_fr": "Besoin de vous", "body_fr": "Venez.", "subject_en": "We need you", "body_en": "Come."}


@pytest.fixture
def night():
    """Two headquarters, 1.5 km apart, a team of one each."""
    night = open_night(60, 60)
    for one in night.headquarters.all():
        SectorFactory(headquarters=one, code=f"{one.district.code}-1", least=1, target=1, most=3)
    Message.objects.all().delete()
    return night


def somebody(place, *more, **facts):
    return enrol(VolunteerFactory(), place, *more, **{"reach": "prefs", "home": place.pk} | facts)


def ask(place, what="leaders", **more):
    facts = {"texts": TEXTS, "key": uuid.uuid4(), "by": UserFactory()} | more
    return appealing.appeal(place, what=what, **facts)


def asked_of(participant):
    return Asked.objects.get(participant=participant)


def test_leaders_are_looked_for_among_the_experienced_who_accept_or_live_near(night):
    one, two = night.headquarters.all()
    near = somebody(two, experienced=True)
    there = somebody(one, experienced=True)
    somebody(one, experienced=True, leader=True)  # leads already
    somebody(one)  # has done none
    gone = somebody(one, experienced=True)
    Participant.objects.filter(pk=gone.pk).update(state="withdrawn", withdrawn_at=timezone.now())

    assert appealing.audience(one, "leaders") == [near.pk, there.pk]


def test_people_are_looked_for_near_where_there_are_enough(night):
    one, two = night.headquarters.all()
    first = somebody(two)
    assert appealing.audience(one, "people") == []  # the other headquarters needs its one person
    second = somebody(two)
    somebody(two, one)  # accepts it already
    somebody(two, reach="any")
    assert appealing.audience(one, "people") == [first.pk, second.pk]
    arabic = SpokenLanguage.objects.create(code="ar", name_fr="arabe", name_en="Arabic")
    SectorTag.objects.create(sector=one.sectors.get(), language=arabic, is_needed=True)
    second.languages.add(arabic)
    assert appealing.audience(one, "lang:ar") == [second.pk]


def test_each_person_gets_one_message_in_their_language_and_is_not_asked_again_for_a_week(night):
    one, _two = night.headquarters.all()
    participant = somebody(one, experienced=True)
    user = participant.volunteer.user
    user.language = "en"
    user.save()
    Message.objects.all().delete()
    key = uuid.uuid4()

    sent = ask(one, key=key)
    again = ask(one, key=key)

    assert (again, Asked.objects.count(), Message.objects.count()) == (sent, 1, 1)
    mail = render(Message.objects.get())
    assert (mail.to, mail.subject, "Come." in mail.body) == ([user.email], "We need you", True)
    assert appealing.token_of(asked_of(participant)) in mail.body
    with pytest.raises(AppealRefused):
        ask(one)
    with time_machine.travel(timezone.now() + dt.timedelta(days=7, minutes=1)):
        assert appealing.audience(one, "leaders") == [participant.pk]


@pytest.mark.parametrize("state", ["preparing", "published"])
def test_nobody_is_asked_when_wishes_decide_nothing(night, state):
    one, _two = night.headquarters.all()
    somebody(one, experienced=True)
    Edition.objects.update(state=state)

    with pytest.raises(AppealRefused):
        ask(one)
    assert not Appeal.objects.exists()


def test_a_yes_changes_the_wishes_once_and_a_no_does_not(night):
    one, two = night.headquarters.all()
    leads, comes, stays = (
        somebody(two, experienced=True),
        somebody(two, experienced=True),
        somebody(one, experienced=True),
    )
    ask(one)

    for _twice in range(2):
        appealing.answer(asked_of(leads), yes=True)
        appealing.answer(asked_of(stays), yes=False)
    leads.refresh_from_db()
    stays.refresh_from_db()

    assert (leads.leader, list(leads.choices.values_list("headquarters", "rank"))) == (True, [(two.pk, 0), (one.pk, 1)])
    assert (stays.leader, asked_of(stays).answer) == (False, "no")
    with pytest.raises(AppealRefused):
        appealing.answer(asked_of(leads), yes=False)
    appealing.answer(asked_of(stays), yes=True)
    assert (Participant.objects.get(pk=stays.pk).leader, stays.choices.count()) == (True, 1)
    Edition.objects.update(state="published")
    with pytest.raises(AppealRefused):
        appealing.answer(asked_of(comes), yes=True)
    assert not Participant.objects.get(pk=comes.pk).leader


def test_the_message_is_dropped_once_it_says_nothing_any_more(night):
    one, _two = night.headquarters.all()
    participant = somebody(one, experienced=True)
    Message.objects.all().delete()
    ask(one)
    assert render(Message.objects.get())
    appealing.answer(asked_of(participant), yes=False)

    assert render(Message.objects.get()) is None


def test_what_was_asked_is_forgotten_after_the_night(night):
    one, _two = night.headquarters.all()
    somebody(one, experienced=True)
    ask(one)
    assert appealing.forget() == 0

    with time_machine.travel(night.ends_at + dt.timedelta(days=91)):
        appealing.forget()
    assert not Asked.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_organisers_at_once_ask_the_same_people_once(night):
    one, _two = night.headquarters.all()
    somebody(one, experienced=True)
    by = UserFactory()

    results = at_once(lambda _number: ask(one, by=by), range(2))

    assert [type(result) for result in results if isinstance(result, Exception)] == [AppealRefused]
    assert (Appeal.objects.count(), Asked.objects.count()) == (1, 1)
