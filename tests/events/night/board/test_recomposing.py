"""Teams composed anew around what was decided: pins, one headquarters, whoever was told, as few moves as can be."""

import pytest
from django.urls import reverse
from django.utils import timezone

from events.night.board import moving, recomposing
from events.night.board.moving import BoardRefused, Spot
from events.night.composing import choosing, running, taking_in
from events.night.editions.preparing import EditionRefused
from events.night.models import Assignment, BoardChange, Card, Edition, Participant, Roster, Sector
from tests.factories.night_board import board_night, person, spots_now, where
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory
from tests.office import inside

pytestmark = pytest.mark.django_db


def team(code):
    return Sector.objects.select_related("headquarters").get(code=code)


@pytest.fixture
def by():
    return UserFactory()


@pytest.fixture
def night(by):
    """At 11 a team without a leader, who waits pinned in reserve; another who may lead waits there, too."""
    night = board_night()
    Participant.objects.update(experienced=True)
    moving.move(person("11-1 a"), to=team("11-1").headquarters, seen=None, by=by)
    moving.move(person("12-1 b"), to=team("12-2"), seen=None, by=by)
    return night


def recompose(night, by, *, only=None, keeps_told=False, fewest_moves=True):
    run = recomposing.recompose(night, only=only, keeps_told=keeps_told, fewest_moves=fewest_moves, by=by)
    running.compose(run.pk)
    return Roster.objects.get(pk=run.pk)


@pytest.mark.parametrize("fewest_moves", [True, False])
def test_teams_are_composed_around_the_pins_in_one_entry(night, by, fewest_moves):
    before = spots_now(night)

    run = recompose(night, by, fewest_moves=fewest_moves)

    assert (run.state, run.problem) == ("done", "")
    assert (run.kept, run.viable, spots_now(night) == before) == (1, 4, True)
    choosing.choose(run, by=by, seen=moving.number_of(night))
    assert (where("11-1 a"), where("12-1 b"), where("11 r a")[-1]) == ("11!", "12-2!", "*")
    entry = BoardChange.objects.latest("number")
    if fewest_moves:
        assert entry.people() == {person("11 r a").pk, person("12 r a").pk}  # who waits comes in, and nobody moves
    moving.undo(entry, by=by)
    assert spots_now(night) == before


def test_one_headquarters_alone_is_composed_anew(night, by):
    moving.move(person("12-1 a"), to=team("12-1").headquarters, seen=None, by=by, is_pinned=False)
    beyond = {key: spot for key, spot in spots_now(night).items() if spot.headquarters == team("12-1").headquarters_id}
    Participant.objects.update(reach="any")

    run = recompose(night, by, only=team("11-1").headquarters, fewest_moves=False)
    moving.move(person("11-2 c"), to=team("12-1"), seen=None, by=by)
    beyond[person("11-2 c").pk] = spots_now(night)[person("11-2 c").pk]
    entry = taking_in.take_in(run, by=by)

    after = spots_now(night)
    assert {key: after[key] for key in beyond} == beyond
    assert (len(after), where("11 r a")[-1]) == (len(Participant.objects.all()), "*")
    assert (run.teams, entry.headquarters(), taking_in.moves(run)) == (2, {team("11-1").headquarters_id}, [])
    assert (taking_in.take_in(run, by=by), Roster.objects.filter(is_chosen=True).count()) == (None, 0)
    with pytest.raises(EditionRefused):
        choosing.choose(run, by=by)


def test_a_coordinator_composes_their_own_headquarters_and_sees_nothing_of_the_others(night, by):
    mine, other = team("12-1").headquarters, team("11-1").headquarters
    mine.slot.people_in_charge.add(coordinator := UserFactory())
    client = inside(coordinator)
    url = reverse("organise-night:board-recompose", args=[night.pk])
    for only in ("", other.pk):
        refused = client.post(url, {"fewest_moves": "few", "only": only})
        assert (refused.status_code, Roster.objects.count(), bool(refused.context["form"].errors)) == (200, 0, True)
    theirs = recompose(night, by, only=other)

    asked = client.post(url, {"fewest_moves": "few", "only": mine.pk})
    run = Roster.objects.get(headquarters=mine)
    running.compose(run.pk)
    page = client.get(asked["Location"])

    said = page.content.decode()
    assert ("12 r a Z." in said, "11-" in said, len(page.context["moves"])) == (True, False, 1)
    assert [part.headquarters for part in page.context["parts"]] == [mine]
    listed = client.get(reverse("organise-night:rosters", args=[night.pk])).context["rows"]
    assert [row["roster"] for row in listed] == [run]
    for act in ("roster", "roster-choose", "roster-cancel", "roster-delete"):
        assert client.post(reverse(f"organise-night:{act}", args=[theirs.pk])).status_code in (404, 405)

    choose = reverse("organise-night:roster-choose", args=[run.pk])
    seen = client.get(choose).context["seen"]
    moving.pin(person("12-1 c"), seen=None, by=by)
    client.post(choose, {"seen": seen})
    assert where("12 r a") == "12"
    moving.unpin(person("12-1 c"), seen=None, by=by)
    seen = moving.number_of(night)
    moving.pin(person("11-2 c"), seen=None, by=by)  # elsewhere: nothing of this headquarters
    before = spots_now(night)
    done = client.post(choose, {"seen": seen})
    assert (done["Location"], where("12 r a")) == (reverse("organise-night:board-of", args=[mine.pk]), "12-1")
    entry = BoardChange.objects.latest("number")
    assert entry.people() == {person("12 r a").pk}
    client.post(reverse("organise-night:board-take-back", args=[entry.pk, "undo"]))
    assert spots_now(night) == before


def test_whoever_was_told_stays_in_team_or_in_reserve(night, by):
    for name in ("11 r a", "11-2 a", "12 r a"):
        spot = Assignment.objects.get(participant=person(name))
        facts = {"headquarters": spot.headquarters, "sector": spot.sector, "version": 1, "told_at": timezone.now()}
        Card.objects.create(participant=person(name), **facts)
    moving.unpin(person("11-1 a"), seen=None, by=by)

    run = recompose(night, by, keeps_told=True)
    choosing.choose(run, by=by)

    assert run.kept == 2
    assert (where("11 r a"), where("11-2 a"), where("12 r a"), where("11-1 a")) == ("11", "11-2*", "12", "11-1*")


def test_what_cannot_be_composed_is_refused_in_words(night, by):
    held, spots = team("11-2"), {}
    for name in ("11-1 b", "11-1 c", "12-1 a"):
        spots[person(name).pk] = Spot(held.headquarters_id, held.pk, is_pinned=True)
    entry = moving.write(night, spots=spots, kind="moved", by=by)
    moving.pin_team(held, seen=None, by=by)
    with pytest.raises(BoardRefused, match="11-2"):
        recomposing.recompose(night, only=None, keeps_told=False, fewest_moves=True, by=by)
    moving.unpin_team(held, seen=None, by=by)
    run = recomposing.recompose(night, only=None, keeps_told=False, fewest_moves=True, by=by)
    with pytest.raises(BoardRefused):
        recomposing.recompose(night, only=None, keeps_told=False, fewest_moves=True, by=by)
    running.cancel(run, by=by)
    Edition.objects.update(state="live")
    with pytest.raises(BoardRefused):
        recomposing.recompose(night, only=None, keeps_told=False, fewest_moves=True, by=by)
    Edition.objects.update(state="rostering")
    Assignment.objects.all().delete()
    with pytest.raises(BoardRefused):
        recomposing.recompose(night, only=None, keeps_told=False, fewest_moves=True, by=by)
    assert (Roster.objects.count(), entry.kind) == (1, "moved")


def test_published_teams_change_only_by_a_roster_made_around_them(night, by):
    old = recompose(night, by)
    changed = old.ended_at
    Edition.objects.update(state="published", state_changed_at=changed)
    with pytest.raises(EditionRefused):
        choosing.choose(old, by=by)
    with pytest.raises(EditionRefused):
        running.ask(night, by=by)

    new = recompose(night, by)
    seen = moving.number_of(night)
    moving.pin(person("12-1 a"), seen=None, by=by)
    with pytest.raises(EditionRefused):
        choosing.choose(new, by=by, seen=seen)
    assert choosing.changed_since(new) == 1
    choosing.choose(new, by=by, seen=moving.number_of(night))

    assert where("11 r a") == "11-1*"
    moving.undo(BoardChange.objects.latest("number"), by=by)
    assert where("11 r a") == "11"


def test_an_organiser_asks_on_a_page_and_sees_what_is_kept(night, run_queued_tasks, django_capture_on_commit_callbacks):
    client = inside(NetworkOrganiserFactory(network=night.network).user)
    url = reverse("organise-night:board-recompose", args=[night.pk])
    assert client.get(url).status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        asked = client.post(url, {"fewest_moves": "few", "keeps_told": "on"})
    assert run_queued_tasks() == ["events.night.tasks.compose"]
    page = client.get(asked["Location"])

    assert page.context["lines"][2].startswith("Composée autour de 1")
    number = moving.number_of(night)
    choose = reverse("organise-night:roster-choose", args=[page.context["roster"].pk])
    assert client.get(choose).context["seen"] == number
    moving.pin(person("12-1 a"), seen=None, by=UserFactory())
    client.post(choose, {"seen": number})
    assert not Roster.objects.filter(is_chosen=True).exists()
    assert "1 " in client.get(choose).context["text"]
    assert client.post(url, {"fewest_moves": "sideways"}).status_code == 200
    client.post(choose, {"seen": moving.number_of(night)})
    assert Roster.objects.filter(is_chosen=True).exists()
