"""Between headquarters: who lacks people, who waits elsewhere, asked by mail, and sent there once they agree."""

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.night.board import balancing, moving, recomposing
from events.night.board.standing import Standing
from events.night.cards import leaving
from events.night.composing import choosing, running
from events.night.models import Asked, Choice, Roster, Sector
from events.night.readiness import appealing
from events.night.sign_up import withdrawing
from mail.models import Message
from tests.factories.night_board import board_night, person, where
from tests.factories.night_cards import publish, told
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory
from tests.office import inside, still

pytestmark = pytest.mark.django_db


def team(code):
    return Sector.objects.select_related("headquarters__slot", "headquarters__district").get(code=code)


@pytest.fixture
def night():
    """At 11 a team of one, and nobody waits; at 12 four wait, one of them pinned, who all go to 12 alone."""
    night = board_night(reserve=4)
    for name in ("11-1 b", "11-1 c", "11 r a", "11 r b", "11 r c", "11 r d"):
        withdrawing.let_go(person(name))
    moving.pin(person("12 r d"), seen=None, by=UserFactory())
    return night


def shortages(night):
    rows = night.headquarters.select_related("district", "slot__venue").order_by("district__code")
    return balancing.shortages(night, Standing(night, rows).parts)


def test_a_shortage_names_the_nearest_who_wait_and_can_be_asked(night):
    (short,) = shortages(night)

    assert (short.headquarters.district.code, short.people, short.staying, short.leaders) == ("11", 2, 1, 0)
    (source,) = short.sources
    assert (source.headquarters.district.code, source.waiting, source.willing, source.to_ask) == ("12", 3, 0, 3)
    assert 1400 < source.metres < 1600
    Choice.objects.create(participant=person("12 r a"), headquarters=short.headquarters, rank=1)
    (source,) = shortages(night)[0].sources
    assert (source.willing, source.to_ask) == (1, 2)


def test_people_are_asked_and_whoever_agrees_is_sent_there_by_composing_anew(night):
    client = inside(NetworkOrganiserFactory(network=night.network).user)
    short, full = team("11-1").headquarters, team("12-1").headquarters
    url = f"{reverse('organise-night:appeal', args=[short.pk, 'people'])}?from={full.pk}"
    Message.objects.all().delete()

    assert url in client.get(reverse("organise-night:board-balance", args=[night.pk])).content.decode()
    page = client.get(url)
    assert page.context["count"] == 3
    texts = balancing.drafts(short, source=full) | {"key": str(uuid.uuid4())}
    assert client.post(url, texts).status_code == 200
    assert not Asked.objects.exists()
    sent = client.post(url, texts | {"confirmed": "1"})
    client.post(url, texts | {"confirmed": "1"})

    assert sent["Location"] == reverse("organise-night:board-balance", args=[night.pk])
    assert (Asked.objects.count(), Message.objects.count()) == (3, 3)
    agreed = Asked.objects.get(participant=person("12 r b"))
    answer = reverse("night:appeal", args=[appealing.token_of(agreed)])
    client.get(answer)
    assert not Choice.objects.filter(participant=agreed.participant, headquarters=short).exists()
    client.post(answer, {"answer": "yes"})
    assert shortages(night)[0].sources[0].willing == 1

    by = UserFactory()
    run = recomposing.recompose(night, only=None, keeps_told=False, fewest_moves=True, by=by)
    running.compose(run.pk)
    choosing.choose(Roster.objects.get(pk=run.pk), by=by)
    assert where("12 r b") == "11-1"


def test_once_teams_are_published_whoever_agrees_comes_over_and_is_told_once(night):
    before = appealing.appeal(
        team("11-1").headquarters, what="people", texts={"subject_fr": "?", "body_fr": "?"}, key=uuid.uuid4(),
        by=UserFactory(), waiting={person("12 r c").pk},
    )  # fmt: skip
    Sector.objects.filter(code="11-1").update(least=1)
    publish(night)
    client = inside(NetworkOrganiserFactory(network=night.network).user)
    short, full = team("11-1").headquarters, team("12-1").headquarters
    url = f"{reverse('organise-night:appeal', args=[short.pk, 'people'])}?from={full.pk}"
    assert url in client.get(reverse("organise-night:board-balance", args=[night.pk])).content.decode()
    client.post(url, balancing.drafts(short, source=full) | {"key": str(uuid.uuid4()), "confirmed": "1"})
    Message.objects.all().delete()
    leaving.open_vacancy(None, sector=team("11-1").pk, reason="gone", led=False)

    def say_yes(asked):
        return Client().post(reverse("night:appeal", args=[appealing.token_of(asked)]), {"answer": "yes"}, follow=True)

    for name in ("12 r a", "12 r b", "12 r a"):
        answered = say_yes(Asked.objects.exclude(appeal=before).get(participant=person(name)))
        assert "carte" in answered.content.decode()
    assert (where("12 r a"), where("12 r b")) == ("11-1", "11")
    assert told() == [("12 r a", "placed"), ("12 r b", "reserve")]
    assert person("12 r b").registration.slot == short.slot

    late = say_yes(before.asked.get())  # asked before: teams are published by now
    assert (bool(late.context["refusal"]), where("12 r c")) == (True, "12")


def test_only_organisers_ask_those_who_wait_elsewhere(night):
    short, full = team("11-1").headquarters, team("12-1").headquarters
    user = UserFactory()
    short.slot.people_in_charge.add(user)
    full.slot.people_in_charge.add(user)
    url = reverse("organise-night:appeal", args=[short.pk, "people"])
    coordinator, organiser = inside(user), inside(NetworkOrganiserFactory(network=night.network).user)

    assert coordinator.get(f"{url}?from={full.pk}").status_code == 403
    assert coordinator.get(url).status_code == 200
    for key in ("0", "x", "9" * 30):
        assert organiser.get(f"{url}?from={key}").status_code == 404


@pytest.mark.parametrize("size", [2, 5])
def test_the_balance_asks_as_much_for_many_as_for_few(size):
    night = board_night(headquarters=size, sectors=size, reserve=size)
    client = inside(NetworkOrganiserFactory(network=night.network).user)
    withdrawing.let_go(person("11-1 b"))
    with still():
        client.get(reverse("organise-night:board-balance", args=[night.pk]))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("organise-night:board-balance", args=[night.pk]))
    assert len(queries) == 33
