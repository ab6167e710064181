"""Whether a team goes out is worked out once: the board, the map and the papers say the same."""

import pytest

from events.night.board.standing import Standing
from events.night.board.team_states import TeamState, teams_of
from events.night.models import NamedPerson, Participant, Sector, SectorTag
from tests.factories.night_board import board_night, person
from tests.factories.night_cards import move
from tests.factories.night_partners import PartnerFactory
from tests.factories.volunteers import QualificationFactory

pytestmark = pytest.mark.django_db


def states(night):
    """By team, as the map and the papers have them, once the board says the same."""
    teams = {team.sector.code: team for team in teams_of(night, night.sectors.all())}
    for part in Standing(night, night.headquarters.select_related("district")).parts:
        for team in part.teams:
            same = teams[team.sector.code]
            assert (team.goes, team.goes) == (same.goes_out, not team.missing)
            assert [str(tag) for tag in same.missing] == [
                said for said in team.missing if said in {str(tag) for tag in team.sector.tags.all()}
            ]
    return {code: team.state for code, team in teams.items()}


def test_the_board_and_the_map_say_the_same_of_each_team():
    night = board_night()
    assert set(states(night).values()) == {TeamState.GOES}

    move("11-1 a", "11")
    Sector.objects.filter(code="11-2").update(target=2, most=2)
    Participant.objects.filter(pk=person("12-1 a").pk).update(leader=False)
    for letter in "abc":
        move(f"12-2 {letter}", "12")
    assert states(night) == {
        "11-1": TeamState.LEADERLESS,
        "11-2": TeamState.CROWDED,
        "12-1": TeamState.LEADERLESS,  # whoever leads it did not offer to, and nobody decided it
        "12-2": TeamState.EMPTY,
    }


def test_what_an_organisation_vouches_for_counts_everywhere():
    night = board_night()
    metro = QualificationFactory()
    SectorTag.objects.create(sector=Sector.objects.get(code="11-1"), qualification=metro, is_needed=True)
    assert states(night)["11-1"] == TeamState.SHORT

    vouched = NamedPerson.objects.create(
        edition=night,
        partner=PartnerFactory(edition=night),
        participant=person("11-1 b"),
        email="own@example.org",
        first_name="O",
    )
    vouched.clearances.add(metro)
    assert states(night)["11-1"] == TeamState.GOES
