"""The organisers' pages of rosters: composed, read, compared, chosen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.night.models import Edition, Participant, Roster
from tests.factories.night import SectorFactory
from tests.factories.night_people import composed, enrol, open_night
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory, VolunteerFactory
from tests.office import inside, still

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"organise-night:{name}", args=args)


def people(headquarters, count, *, leaders=0):
    for number in range(count):
        volunteer = VolunteerFactory(user__first_name=f"{headquarters.district.code}-{number}")
        enrol(volunteer, headquarters, reach="prefs", leader=number < leaders)


@pytest.fixture
def night():
    """Two headquarters with a team of two or three each, and three people each; at the second nobody may lead."""
    night = open_night(60, 60)
    one, other = night.headquarters.all()
    for headquarters in (one, other):
        code = f"{headquarters.district.code}-1"
        SectorFactory(headquarters=headquarters, code=code, least=2, target=3, most=3)
    people(one, 3, leaders=1)
    people(other, 3)
    Edition.objects.update(state=Edition.State.ROSTERING)
    night.refresh_from_db()
    return night


@pytest.fixture
def organiser(night):
    user = NetworkOrganiserFactory(network=night.network).user
    user.language = "fr"
    user.save()
    return inside(user)


@pytest.fixture
def coordinator(night):
    user = UserFactory()
    night.headquarters.last().slot.people_in_charge.add(user)
    return inside(user)


def said(answer):
    return " ".join(answer.content.decode().replace("\xa0", " ").replace("\u202f", " ").split())


def test_a_roster_is_told_in_words(night, organiser):
    roster = composed(night)

    page = organiser.get(url("roster", roster.pk))

    assert page.context["heading"] == "Composition 1"
    assert page.context["headline"] == "1 équipe sur 2 peut partir"
    assert [line.replace("\xa0", " ") for line in page.context["lines"]] == [
        "3 personnes sur 6 ont une équipe, dont 100 % au QG choisi en premier.",
        "Aucun groupe d’amis n’est séparé.",
        (
            "Prouvé : aucune composition ne fait partir plus d’équipes, ne donne une équipe à plus de personnes, "
            "ne sépare moins de groupes, n’envoie les gens plus près de leurs souhaits ni ne répartit mieux "
            "l’expérience et les effectifs."
        ),
    ]
    one, other = page.context["parts"]
    assert (one.going, one.people, one.leaders_short, one.staying, one.named) == (1, 3, 0, [], [])
    assert (other.going, other.people, other.leaders_short, other.staying) == (0, 0, 1, ["12-1"])
    assert sorted((who.name, who.district) for who in other.named) == [
        (f"12-{number}", "12 · Quartier 12") for number in range(3)
    ]
    english = said(organiser.get(url("roster", roster.pk).replace("/organise/", "/en/organise/", 1)))
    assert "1 team of 2 can go out" in english
    assert "Proven: no roster sends out more teams, gives more people a team" in english


def test_a_coordinator_sees_their_headquarters_alone(night, organiser, coordinator):
    roster = composed(night)
    waiting = Roster.objects.create(edition=night, number=2)

    page = coordinator.get(url("roster", roster.pk))

    assert [part.headquarters for part in page.context["parts"]] == [night.headquarters.last()]
    assert "headline" not in page.context
    assert "11-0" not in said(page)
    assert [row["roster"] for row in coordinator.get(url("rosters", night.pk)).context["rows"]] == [roster]
    assert [row["roster"] for row in organiser.get(url("rosters", night.pk)).context["rows"]] == [waiting, roster]


def test_a_run_is_asked_for_seen_under_way_and_stopped(night, organiser):
    asked = organiser.post(url("roster-compose", night.pk))
    run = Roster.objects.get()
    assert asked["Location"] == url("roster", run.pk)

    for step, value in (("", 0), ("dealt", 4)):
        Roster.objects.update(state="running", step=step)
        page = organiser.get(url("roster", run.pk))
        assert page.context["progress"]["value"] == value
        assert 'hx-trigger="every 2s"' in said(page)
    assert 'hx-trigger="every 2s"' in said(organiser.get(url("rosters", night.pk)))

    organiser.post(url("roster-cancel", run.pk))
    page = said(organiser.get(url("roster", run.pk)))
    assert ("Rien n’en est gardé" in page, "hx-trigger" in page) == (True, False)


def test_a_roster_is_named_chosen_compared_and_deleted(night, organiser):
    one = composed(night)
    Participant.objects.filter(volunteer__user__first_name="12-0").update(leader=True)
    other = composed(night)

    organiser.post(url("roster-rename", one.pk), {"name": "Avec les hôpitaux"})
    assert "Avec les hôpitaux" in said(organiser.get(url("roster-choose", one.pk)))
    assert not Roster.objects.get(pk=one.pk).is_chosen
    organiser.post(url("roster-choose", one.pk))
    assert Roster.objects.get(is_chosen=True) == one

    page = organiser.get(url("roster-compare", one.pk, other.pk))
    assert [(row.stay, row.change, row.come, row.go) for row in page.context["shifts"]] == [(3, 0, 0, 0), (0, 0, 3, 0)]
    assert [(move.who.name, move.before, move.after) for move in page.context["moves"]] == [
        (f"12-{number}", "", "12-1") for number in range(3)
    ]

    organiser.post(url("roster-delete", one.pk))
    organiser.get(url("roster-delete", other.pk))
    assert set(Roster.objects.all()) == {one, other}
    organiser.post(url("roster-delete", other.pk))
    assert list(Roster.objects.all()) == [one]


def test_whoever_has_left_for_good_is_named_no_more(night, organiser):
    roster = composed(night)
    Participant.objects.filter(volunteer__user__first_name="12-0").delete()

    (_one, other) = organiser.get(url("roster", roster.pk)).context["parts"]

    assert (len(other.left), sorted(who.name for who in other.named)) == (3, ["12-1", "12-2"])


def test_sectors_that_are_not_composed_are_said_beside_those_that_are(night, organiser):
    roster = composed(night)
    assert not any("secteur" in line for line in organiser.get(url("roster", roster.pk)).context["lines"])

    SectorFactory(headquarters=night.headquarters.first(), code="11-9", professionals_only=True)

    assert organiser.get(url("roster", roster.pk)).context["lines"][0].startswith("1 secteur n’est pas compté ici")


QUERIES = {"rosters": 11, "roster": 13, "roster-compare": 11}


@pytest.mark.parametrize("count", [1, 10])
def test_pages_ask_as_much_for_many_as_for_one(night, organiser, count):
    Edition.objects.update(state=Edition.State.OPEN)
    people(night.headquarters.last(), 3 * count)
    Edition.objects.update(state=Edition.State.ROSTERING)
    one, other = composed(night), composed(night)
    for number in range(3, count + 3):
        Roster.objects.create(
            edition=night, number=number, state="cancelled", ended_at=one.ended_at, asked_by=UserFactory()
        )
    about = {"rosters": [night.pk], "roster": [one.pk], "roster-compare": [one.pk, other.pk]}

    asked = {}
    with still():
        for name, args in about.items():
            organiser.get(url(name, *args))
            with CaptureQueriesContext(connection) as queries:
                organiser.get(url(name, *args))
            asked[name] = len(queries)

    assert asked == QUERIES
