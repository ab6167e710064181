"""A Night whose teams stand on the organisers' board, without the engine."""

from django.utils import timezone

from events.night.board import moving
from events.night.board.moving import Spot
from events.night.models import Assignment, Board, BoardChange, Choice, Edition, Participant, Sector, SectorTag
from tests.factories.night import PlaceKindFactory, SectorFactory
from tests.factories.night_people import enrol, open_night
from tests.factories.volunteers import UserFactory, VolunteerFactory
from volunteers.models import SpokenLanguage, User, Volunteer


def board_night(*, headquarters=2, sectors=2, team=3, reserve=1, by=None):
    """An edition whose teams are being composed: headquarters with a reserve, and a team in each sector.

    People are called after where they are: "11-1 a" leads 11-1, "11-1 b" is in it, "11 r a" waits.
    """
    night = open_night(*[60] * headquarters)
    spots = {}
    for place in night.headquarters.all():
        district = place.district.code
        for number in range(1, sectors + 1):
            sector = SectorFactory(headquarters=place, code=f"{district}-{number}", least=2, target=3, most=4)
            for letter in "abcdefgh"[:team]:
                person = _signed_up(place, f"{sector.code} {letter}", leader=letter == "a")
                spots[person.pk] = Spot(place.pk, sector.pk, leads=letter == "a")
        for letter in "abcdefgh"[:reserve]:
            person = _signed_up(place, f"{district} r {letter}", leader=True)
            spots[person.pk] = Spot(place.pk)
    Edition.objects.filter(pk=night.pk).update(state=Edition.State.ROSTERING)
    night.refresh_from_db()
    moving.write(night, spots=spots, kind=BoardChange.Kind.CHOSEN, by=by or UserFactory())
    return night


def _signed_up(place, name, *, leader):
    volunteer = VolunteerFactory(user__first_name=name, user__last_name="Zola")
    return enrol(volunteer, place, reach="prefs", leader=leader)


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


def city_board(*, headquarters=20, teams=18, people=2000, waiting=200):
    """A whole city's board, written straight to the tables: so many teams at each headquarters, so many people in all,
    of whom ``waiting`` in reserve."""
    night = open_night(*[200] * headquarters, state=Edition.State.ROSTERING)
    places = list(night.headquarters.select_related("district", "slot").order_by("pk"))
    kind, speaks = PlaceKindFactory(), SpokenLanguage.objects.get_or_create(code="ar", defaults={"name": "arabe"})[0]
    sectors = Sector.objects.bulk_create(
        SectorFactory.build(edition=night, headquarters=place, kind=kind, code=f"{place.district.code}-{number}")
        for place in places
        for number in range(1, teams + 1)
    )
    SectorTag.objects.bulk_create(SectorTag(sector=sector, language=speaks) for sector in sectors[::3])
    users = User.objects.bulk_create(
        User(email=f"board{number}@example.org", first_name=f"Prénom{number}", last_name="Zola")
        for number in range(people)
    )
    volunteers = Volunteer.objects.bulk_create(Volunteer(user=user) for user in users)
    now, participants, rows = timezone.now(), [], []
    for number, volunteer in enumerate(volunteers):
        sector = sectors[number % len(sectors)]
        participants.append(
            Participant(
                edition=night,
                volunteer=volunteer,
                home=sector.headquarters,
                leader=number < 2 * len(sectors),
                experienced=number % 3 == 0,
                signed_up_at=now,
            )
        )
    Participant.objects.bulk_create(participants)
    Choice.objects.bulk_create(Choice(participant=one, headquarters=one.home, rank=0) for one in participants)
    through = Participant.languages.through
    through.objects.bulk_create(through(participant=one, spokenlanguage=speaks) for one in participants[::2])
    for number, one in enumerate(participants):
        sector = sectors[number % len(sectors)] if number < people - waiting else None
        leads = number < len(sectors)
        rows.append(Assignment(participant=one, headquarters=one.home, sector=sector, leads=leads))
    Assignment.objects.bulk_create(rows)
    Board.objects.create(edition=night)
    return night
