"""The roster chosen is laid out as rows, a person in one team at most."""

import pytest
from django.db import IntegrityError, transaction

from events.models import Slot
from events.night.composing import choosing
from events.night.composing.instances import instance_of
from events.night.models import Assignment, Edition, Participant
from tests.factories.night import SectorFactory
from tests.factories.night_partners import PartnerFactory, name_somebody
from tests.factories.night_people import composed, tiny
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db


def laid_out():
    rows = Assignment.objects.order_by("participant")
    return [(row.participant_id, row.sector and row.sector.code, row.leads) for row in rows]


def participants():
    return set(Participant.objects.values_list("pk", flat=True))


def test_choosing_a_roster_lays_out_its_teams_and_its_reserve():
    night = tiny(people=4)
    first = Participant.objects.earliest("pk")
    roster = composed(night)

    choosing.choose(roster, by=UserFactory())

    teams = [row for row in laid_out() if row[1]]
    assert len(teams) == 3
    assert [row for row in teams if row[2]] == [(first.pk, "11-1", True)]
    (reserve,) = Assignment.objects.in_reserve()
    assert reserve.headquarters.edition == night

    Assignment.objects.in_teams().filter(leads=False).update(is_pinned=True)
    choosing.choose(roster, by=UserFactory())  # again: what was changed by hand stays
    assert Assignment.objects.filter(is_pinned=True).count() == 2

    Participant.objects.filter(pk=first.pk).delete()
    night.sectors.all().delete()
    choosing.choose(composed(night), by=UserFactory())
    assert [row[:2] for row in laid_out()] == [(key, None) for key in sorted(participants() - {first.pk})]


def test_the_database_holds_one_team_a_person_and_one_leader_a_team():
    night = tiny(people=3)
    choosing.choose(composed(night), by=UserFactory())
    leader = Assignment.objects.get(leads=True)
    member = Assignment.objects.in_teams().filter(leads=False).first()

    for change in (
        lambda: Assignment.objects.create(participant=leader.participant, headquarters=leader.headquarters),
        lambda: Assignment.objects.filter(pk=member.pk).update(leads=True),
        lambda: Assignment.objects.filter(pk=leader.pk).update(sector=None),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_whom_an_organisation_names_for_its_sector_is_pinned_there_and_no_business_of_the_engine():
    night = tiny(people=4)
    headquarters = night.headquarters.get()
    sector = SectorFactory(headquarters=headquarters, code="11-2", partner=PartnerFactory(edition=night), least=2)
    Edition.objects.update(state="open")
    Slot.objects.update(closes_at=None)
    named = [name_somebody(sector.partner, email=f"p{n}@example.org", sector=sector.pk, leader=n > 0) for n in range(3)]
    free = name_somebody(sector.partner, email="free@example.org")
    Edition.objects.update(state="rostering")

    instance = instance_of(night)
    assert [team.id for team in instance.teams] == ["11-1"]
    assert {person.id for person in instance.people} == {
        str(key) for key in participants() - {one.participant_id for one in named}
    }
    assert str(free.participant_id) in {person.id for person in instance.people}

    choosing.choose(composed(night), by=UserFactory())

    rows = Assignment.objects.filter(sector=sector).order_by("participant")
    assert [(row.participant_id, row.leads, row.is_pinned) for row in rows] == [
        (person.participant_id, lead, True) for person, lead in zip(named, (False, True, False), strict=True)
    ]
    assert {person.id for person in instance_of(night).people} == {person.id for person in instance.people}
    Assignment.objects.filter(participant=named[0].participant_id).update(sector=night.sectors.get(code="11-1"))
    moved = str(named[0].participant_id)
    assert moved in {person.id for person in instance_of(night).people}  # an organiser has decided otherwise since
