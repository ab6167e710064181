"""The board's pages: what each shows to whom, moves asked about and done, taken back, and seen by others."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.night.board import moving
from events.night.models import BoardChange, Edition, Sector
from events.night.sign_up import withdrawing
from tests.factories.night_board import board_night, person, where
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory
from tests.office import inside, still
from volunteers.models import Qualification, QualificationHeld, SpokenLanguage

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"organise-night:{name}", args=args)


def organiser_of(night):
    user = NetworkOrganiserFactory(network=night.network).user
    user.language = "fr"
    user.save()
    return inside(user)


@pytest.fixture
def night():
    return board_night()


@pytest.fixture
def organiser(night):
    return organiser_of(night)


@pytest.fixture
def coordinator(night):
    """Of the second headquarters."""
    user = UserFactory()
    team("12-1").headquarters.slot.people_in_charge.add(user)
    return inside(user)


def team(code):
    return Sector.objects.select_related("headquarters__slot").get(code=code)


def said(answer):
    return " ".join(answer.content.decode().replace("\xa0", " ").replace("\u202f", " ").split())


def post(client, name, to, **more):
    values = {"to": to, "seen": moving.number_of(person(name).edition), "at": "all", **more}
    return client.post(url("board-person", person(name).pk), values)


def test_the_board_shows_teams_people_and_what_is_missing(night, organiser):
    moving.move(person("11-1 a"), to=team("11-1").headquarters, seen=None, by=UserFactory())

    page = organiser.get(url("board-all", night.pk))
    first, second = page.context["parts"]

    assert [team.sector.code for team in first.teams] == ["11-1", "11-2"]
    assert [one.name for one in first.teams[1].people] == ["11-2 a Z.", "11-2 b Z.", "11-2 c Z."]
    assert (first.teams[0].goes, first.teams[0].missing, second.going) == (False, ["sans responsable"], 2)
    assert [(one.name, one.is_pinned) for one in first.reserve] == [("11-1 a Z.", True), ("11 r a Z.", False)]
    assert 'aria-label="11-2 a Z., responsable de l’équipe"' in said(page)
    one = organiser.get(url("board-of", second.headquarters.pk))
    assert [part.headquarters for part in one.context["parts"]] == [second.headquarters]
    overview = organiser.get(url("board", night.pk))
    assert [(part.going, part.people, part.waiting, part.free) for part in overview.context["parts"]] == [
        (1, 5, 2, 1),
        (2, 6, 1, 0),
    ]


def test_a_coordinator_sees_and_changes_their_own_alone(night, coordinator):
    page = coordinator.get(url("board-all", night.pk))

    assert [part.headquarters.district.code for part in page.context["parts"]] == ["12"]
    assert "11-1" not in said(page)
    assert post(coordinator, "12-1 b", f"s{team('12-2').pk}").status_code == 302
    assert where("12-1 b") == "12-2!"
    entry = BoardChange.objects.latest("number")
    for answer in (
        coordinator.get(url("board-person", person("11-1 b").pk)),
        post(coordinator, "11-1 b", f"s{team('12-2').pk}"),
        post(coordinator, "12-1 c", f"s{team('11-1').pk}"),
        post(coordinator, "12-1 c", f"h{team('11-1').headquarters_id}"),
        coordinator.post(url("board-team-act", team("11-1").pk, "pin")),
        coordinator.get(url("board-of", team("11-1").headquarters_id)),
    ):
        assert answer.status_code == 404
    assert coordinator.get(url("board-changes", night.pk)).status_code == 403
    assert coordinator.post(url("board-take-back", entry.pk, "undo")).status_code == 302
    assert where("12-1 b") == "12-1"
    chosen = BoardChange.objects.earliest("number")
    assert coordinator.post(url("board-take-back", chosen.pk, "undo")).status_code == 403
    moving.move(person("12-1 c"), to=team("11-1"), seen=None, by=UserFactory())
    assert coordinator.get(url("board-person", person("12-1 c").pk)).status_code == 404


def test_a_move_says_what_it_would_do_and_asks_before_a_rule_is_broken(night, organiser):
    page = organiser.get(url("board-person", person("11-1 a").pk) + "?at=all")
    place = page.context["offers"][0]
    assert (place.headquarters.district.code, place.is_here, place.willing) == ("11", True, True)
    assert [option.sector and option.sector.code for option in place.options] == ["11-2", None]
    assert [other.willing for other in page.context["offers"][1:]] == [False]

    asked = post(organiser, "11-1 a", f"s{team('11-2').pk}")
    assert (asked.status_code, where("11-1 a")) == (200, "11-1*")
    assert len(asked.context["effect"].breaks) == 1
    done = post(organiser, "11-1 a", f"s{team('11-2').pk}", confirmed="1")
    assert (done["Location"], where("11-1 a")) == (url("board-all", night.pk), "11-2!")

    page = organiser.get(done["Location"])
    entry = BoardChange.objects.latest("number")
    assert f'action="{url("board-take-back", entry.pk, "undo")}?at=all"' in said(page)
    assert page.context["undo"].what.startswith("11-1 a Z.")
    organiser.post(url("board-take-back", entry.pk, "undo") + "?at=all")
    assert where("11-1 a") == "11-1*"
    organiser.post(url("board-take-back", entry.pk, "redo"), {"at": "changes"})
    assert where("11-1 a") == "11-2!"
    assert [line.may_undo for line in organiser.get(url("board-changes", night.pk)).context["lines"]] == [
        False,
        False,
        True,
        True,
    ]


def test_what_somebody_speaks_and_is_qualified_for_is_said_in_words(night, organiser):
    one = person("11-1 b")
    one.languages.add(SpokenLanguage.objects.create(code="ar", name_fr="arabe"))
    metro = Qualification.objects.create(slug="metro", name_fr="Habilitation métro")
    QualificationHeld.objects.create(volunteer=one.volunteer, qualification=metro, granted_on=dt.date(2020, 1, 1))

    assert organiser.get(url("board-person", one.pk)).context["facts"][-2:] == ["arabe", "Habilitation métro"]


def test_people_and_teams_are_pinned_and_led_from_their_pages(night, organiser):
    one = person("11-1 b")
    number = {"seen": moving.number_of(night)}

    organiser.post(url("board-person-act", one.pk, "lead"), number)
    assert (where("11-1 b"), where("11-1 a")) == ("11-1*!", "11-1")
    organiser.post(url("board-team-act", team("11-1").pk, "pin"), {"seen": moving.number_of(night)})
    assert where("11-1 a") == "11-1!"
    organiser.post(url("board-person-act", person("11-1 a").pk, "unpin"), {"seen": moving.number_of(night)})
    assert where("11-1 a") == "11-1"
    assert organiser.post(url("board-person-act", one.pk, "fly"), number).status_code == 404
    assert organiser.post(url("board-team-act", team("11-1").pk, "fly"), number).status_code == 404


def test_a_page_that_others_have_overtaken_changes_nothing(night, organiser):
    seen = moving.number_of(night)
    moving.move(person("11-1 b"), to=team("11-2"), seen=None, by=UserFactory(first_name="Ben"))

    late = post(organiser, "11-1 b", f"s{team('12-1').pk}", seen=seen, confirmed="1")
    without = organiser.post(url("board-person", person("11-1 c").pk), {"to": f"s{team('11-2').pk}", "confirmed": "1"})

    assert where("11-1 b") == "11-2!"
    assert where("11-1 c") == "11-1"
    told = said(organiser.get(late["Location"]))
    assert "Ben" in told
    assert without.status_code == 302
    for to in ("", "s", "sx", "x1", "s99999999", "h0", "s" + "9" * 30):
        assert post(organiser, "11-1 c", to).status_code == 404


def test_who_has_withdrawn_meanwhile_is_said_so_on_the_board(night, organiser, coordinator):
    gone = person("12-1 b")
    withdrawing.withdraw(gone, by=gone.volunteer.user)

    for client in (organiser, coordinator):
        answers = (
            client.get(url("board-person", gone.pk) + "?at=all"),
            post(client, "12-1 b", f"s{team('12-2').pk}"),
            client.post(url("board-person-act", gone.pk, "pin"), {"at": "all"}),
        )
        assert {(answer.status_code, answer.url) for answer in answers} == {(302, url("board-all", night.pk))}
        assert said(client.get(url("board-all", night.pk))).count("12-1 b Z. ne participe plus.") == len(answers)
    assert where("12-1 b") is None


def test_others_moves_are_looked_for_and_nothing_is_sent_when_there_are_none(night, organiser):
    page = organiser.get(url("board-all", night.pk))
    seen = f"?seen={page.context['stamp']}"

    assert organiser.get(url("board-all", night.pk) + seen).status_code == 204
    moving.move(person("11-1 b"), to=team("11-2"), seen=None, by=UserFactory())
    assert organiser.get(url("board-all", night.pk) + seen).status_code == 200


@pytest.mark.parametrize("state", ["open", "closed"])
def test_a_board_that_does_not_change_is_read(night, organiser, state):
    Edition.objects.update(state=state)

    page = said(organiser.get(url("board-all", night.pk)))
    assert ("data-may-change" in page, "11-1 a Z." in page) == (False, True)
    assert 'name="to"' not in said(organiser.get(url("board-person", person("11-1 b").pk)))
    post(organiser, "11-1 b", f"s{team('11-2').pk}", confirmed="1")
    assert where("11-1 b") == "11-1"


QUERIES = {"board": 21, "board-all": 23, "board-of": 22, "board-person": 25, "board-changes": 18}


@pytest.mark.parametrize("size", [1, 3])
def test_pages_ask_as_much_for_many_as_for_one(size):
    night = board_night(headquarters=size, sectors=size, reserve=size)
    client, one = organiser_of(night), person("11-1 b")
    for number in range(size):
        code = "11-1" if number % 2 else "11 r"
        moving.move(one, to=team("11-1") if code == "11-1" else team("11-1").headquarters, seen=None, by=UserFactory())
    about = {"board": night, "board-all": night, "board-of": team("11-1").headquarters}
    about |= {"board-person": one, "board-changes": night}

    asked = {}
    with still():
        for name, row in about.items():
            client.get(url(name, row.pk))
            with CaptureQueriesContext(connection) as queries:
                client.get(url(name, row.pk))
            asked[name] = len(queries)

    assert asked == QUERIES
