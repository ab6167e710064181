"""What the papers of a Night say, and what they keep to themselves."""

import json
import re
from io import BytesIO

import pytest
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook

from events.night.board.team_states import TeamState, teams_of
from events.night.models import Assignment, Headquarters, Participant, Sector, SectorTag
from events.night.papers import desk, links, packs, workbook
from events.night.papers.gathering import fingerprints, gather
from events.night.papers.making import PAPERS
from tests.factories.night import HeadquartersFactory
from tests.factories.night_papers import night_with_teams
from tests.factories.volunteers import DistrictFactory
from volunteers import papermaking
from volunteers.models import SpokenLanguage, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def night():
    return night_with_teams()


def silent(_step, _steps):
    pass


def pages_of(paper):
    return int(re.search(rb"/Type\s*/Pages[^>]*?/Count\s+(\d+)", paper)[1])


def content_of(what, night, **scope):
    return PAPERS[what][1](night, gather(night, **scope), beat=silent)


def test_a_pack_has_its_team_by_first_names_and_whom_to_call(night):
    arabic = SpokenLanguage.objects.create(code="ar", name_fr="arabe", name_en="Arabic")
    Participant.objects.filter(volunteer__user__first_name="Bo").get().languages.add(arabic)

    told = content_of("packs", night)

    one, other = told["teams"]
    assert [(who["name"], who["leads"], who["languages"]) for who in one["crew"]] == [
        ("Awa D.", True, ""),
        ("Bo É.", False, "arabe"),
        ("Chloé =.", False, ""),
    ]
    assert (one["code"], one["contact"], one["dangers"], one["blanks"]) == (
        "11-1", "Fatou, 01 23 45 67 89", "Quais glissants", 2
    )  # fmt: skip
    assert (other["code"], other["crew"]) == ("11-2", [])
    assert "11-2" in one["map"]  # the neighbour
    said = json.dumps(told, ensure_ascii=False)
    hidden = [*User.objects.values_list("email", flat=True), "Dupont", "Étienne", "Dana"]
    assert [word for word in hidden if word in said] == []


def test_a_pack_is_two_sides_and_one_with_long_notes_begins_on_a_front_all_the_same(night):
    notes = {"rally_points": "Devant la sortie 2 du métro, à l’abri.\nPuis au café.", "difficulties": "Un campement."}
    Sector.objects.update(**notes)
    assert pages_of(papermaking.pdf(packs.TEMPLATE, content_of("packs", night))) == 4

    Sector.objects.filter(code="11-1").update(dangers="Attention aux quais. " * 90)
    assert pages_of(papermaking.pdf(packs.TEMPLATE, content_of("packs", night))) == 6


def test_the_way_to_a_sector_is_told_from_its_headquarters(night):
    venue = night.headquarters.get().slot.venue
    venue.latitude, venue.longitude = 48.8550, 2.2915
    venue.save()

    one, other = content_of("packs", night)["teams"]

    assert one["way"].replace("\xa0", " ") == "Depuis le QG : 990 m vers l’est"
    assert other["way"].replace("\xa0", " ") == "Depuis le QG : 2,1 km vers l’est"
    venue.latitude, venue.longitude = 48.8551, 2.3049
    venue.save()
    assert content_of("packs", night)["teams"][0]["way"] == "Autour du QG"


def test_lists_are_in_the_order_of_names_and_badges_of_teams(night):
    (site,) = content_of("sign-in", night)["sites"]
    badges = content_of("badges", night)["badges"]

    assert [(who["name"], who["team"], who["leads"]) for who in site["people"]] == [
        ("=CMD Chloé", "11-1", False),
        ("Dana", "", False),
        ("DUPONT Awa", "11-1", True),
        ("ÉTIENNE Bo", "11-1", False),
    ]
    assert [(team["code"], team["leader"], team["count"]) for team in site["teams"]] == [
        ("11-1", "Awa D.", "3 / 3"),
        ("11-2", "", "0 / 4"),
    ]
    assert [(one["name"], one["role"], one["team"]) for one in badges] == [
        ("Awa", "Responsable d’équipe", "11-1"),
        ("Bo", "Membre de l’équipe", "11-1"),
        ("Chloé", "Membre de l’équipe", "11-1"),
        ("Dana", "En réserve", ""),
    ]
    assert all("<svg" in one["square"] and one["door_code"] for one in badges)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("what", PAPERS)
def test_each_paper_can_be_read_by_a_reader_of_screens(night, what, language):
    Headquarters.objects.filter(pk=HeadquartersFactory(edition=night, district__code="12").pk).update(meal="Soupe")
    with override(language):
        paper = papermaking.pdf(PAPERS[what][0], content_of(what, night), standard=papermaking.PDF_UA)

    assert paper.startswith(b"%PDF-")
    assert f"/Lang({language})".encode() in paper.replace(b" ", b"")


def test_the_workbook_has_everything_and_runs_nothing(night):
    book = load_workbook(BytesIO(workbook.content(night, gather(night))))

    teams, people, headquarters = (list(sheet.values) for sheet in book)
    assert [row[0] for row in teams] == ["Équipe", "11-1", "11-2"]
    assert [tuple(cell or "" for cell in row[:3]) for row in people[1:]] == [
        ("'=cmd", "Chloé", "11-1"),
        ("", "Dana", "réserve"),
        ("Dupont", "Awa", "11-1"),
        ("Étienne", "Bo", "11-1"),
    ]
    assert headquarters[1][6] == "Fatou, 01 23 45 67 89"
    assert headquarters[1][3] == timezone.localtime(night.headquarters.get().slot.starts_at).replace(tzinfo=None)


def test_a_teams_state_is_the_worst_of_what_it_lacks(night):
    sector = Sector.objects.get(code="11-1")

    def state():
        return {team.sector.code: team.state for team in teams_of(night, night.sectors.all())}["11-1"]

    assert state() == TeamState.GOES
    need = SectorTag.objects.create(
        sector=sector, language=SpokenLanguage.objects.create(code="ar", name_fr="arabe"), is_needed=True
    )
    assert state() == TeamState.SHORT
    Assignment.objects.in_teams().first().participant.languages.add(need.language)
    assert state() == TeamState.GOES
    Sector.objects.filter(pk=sector.pk).update(least=4, target=4, most=5)
    assert state() == TeamState.SHORT
    Assignment.objects.update(leads=False)
    assert state() == TeamState.LEADERLESS
    Participant.objects.update(state="withdrawn", withdrawn_at=timezone.now())
    assert state() == TeamState.EMPTY


def test_a_change_makes_old_what_shows_it_and_nothing_else(night):
    other = HeadquartersFactory(edition=night, district=DistrictFactory(code="12"))
    here = night.headquarters.exclude(pk=other.pk).get()
    before = fingerprints(night)
    with override("en"):
        assert fingerprints(night) == before

    user = Assignment.objects.in_teams().first().participant.volunteer.user
    user.last_name = "Martin"
    user.save()
    renamed = fingerprints(night)
    Assignment.objects.in_reserve().update(headquarters=other)
    moved = fingerprints(night)

    assert (renamed[here.pk] != before[here.pk], renamed[other.pk] == before[other.pk]) == (True, True)
    assert renamed[None] != before[None]
    assert (moved[here.pk] != renamed[here.pk], moved[other.pk] != renamed[other.pk]) == (True, True)


def test_the_address_of_a_pack_opens_its_sector_until_the_night_is_over(night, client, settings):
    sector = Sector.objects.get(code="11-1")
    address = links.address_of(sector).removeprefix(settings.SITE_URL)

    page = client.get(address)

    said = page.content.decode()
    assert ("Quais glissants" in said, "Fatou, 01 23 45 67 89" in said, "geo:48.855,2.305" in said) == (
        True,
        True,
        True,
    )
    assert [name for name in ("Awa", "Étienne", "Chloé", "Dana") if name in said] == []
    assert client.get(address.replace("team/", "team/9")).status_code == 404
    night.ends_at = night.starts_at
    type(night).objects.update(
        starts_at=timezone.now() - links.LASTS * 3,
        ends_at=timezone.now() - links.LASTS * 2,
        opens_at=None,
        closes_at=None,
        state="preparing",
    )
    gone = client.get(address)
    assert (gone.status_code, "plus valable" in gone.content.decode()) == (404, True)


def test_a_sheet_without_boundary_or_with_hostile_words_is_still_made(night):
    Sector.objects.filter(code="11-1").update(boundary={}, rally_points="#panic() ]; <b>", code="<g>&-1")

    data = packs.content(night, gather(night), beat=silent)

    assert papermaking.pdf(packs.TEMPLATE, data, standard=papermaking.PDF_UA).startswith(b"%PDF-")
    assert papermaking.pdf(desk.SIGNS, content_of("signs", night)).startswith(b"%PDF-")
    assert [(team["code"], bool(team["map"])) for team in data["teams"]] == [("11-2", True), ("<g>&-1", False)]
