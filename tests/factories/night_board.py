"""A Night whose teams stand on the organisers' board, without the engine."""

from events.night.board import moving
from events.night.board.moving import Spot
from events.night.models import Assignment, BoardChange, Edition, Participant
from tests.factories.night import SectorFactory
from tests.factories.night_people import open_night, sign_up
from tests.factories.volunteers import UserFactory


def board_night(*, headquarters=2, sectors=2, team=3, reserve=1, by=None):
    """An edition whose teams are being composed: headquarters with a reserve, and a team in each sector.

    People are called after where they are: "11-1 a" leads 11-1, "11-1 b" is in it, "11 r a" waits.
    """
    night = open_night(*[60] * headquarters)
    wanted = []
    for place in night.headquarters.select_related("district", "slot"):
        district = place.district.code
        for number in range(1, sectors + 1):
            sector = SectorFactory(headquarters=place, code=f"{district}-{number}", least=2, target=3, most=4)
            for letter in "abcdefgh"[:team]:
                spot = Spot(place.pk, sector.pk, leads=letter == "a")
                wanted.append((place, f"{sector.code} {letter}", letter == "a", spot))
        wanted += [(place, f"{district} r {letter}", True, Spot(place.pk)) for letter in "abcdefgh"[:reserve]]
    people = sign_up([(place, name, leader) for place, name, leader, _spot in wanted], night)
    Edition.objects.filter(pk=night.pk).update(state=Edition.State.ROSTERING)
    night.refresh_from_db()
    spots = {person.pk: spot for person, (_place, _name, _leader, spot) in zip(people, wanted, strict=True)}
    moving.write(night, spots=spots, kind=BoardChange.Kind.CHOSEN, by=by or UserFactory())
    return night


def person(name):
    return Participant.objects.select_related("edition").get(volunteer__user__first_name=name)


def where(name):
    """ "11-1", "11" in reserve, None for nowhere; with a star for who leads, and "!" when pinned."""
    row = Assignment.objects.filter(participant=person(name)).select_related("sector", "headquarters__district").first()
    if row is None:
        return None
    return f"{row.sector or row.headquarters.district.code}{'*' * row.leads}{'!' * row.is_pinned}"


def spots_now(night):
    """Where everybody is."""
    rows = Assignment.objects.filter(participant__edition=night)
    return {row.participant_id: Spot.of(row) for row in rows}


def replayed(night):
    """Where the journal says that everybody is."""
    spots = {}
    for change in BoardChange.objects.filter(board=night.pk).order_by("number"):
        for key, before, after in change.rows:
            assert spots.get(key) == (Spot(*before) if before else None)
            spots[key] = Spot(*after) if after else None
    return {key: spot for key, spot in spots.items() if spot}
