"""The papers of a large night: 360 teams' packs in one PDF, and what else is printed."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import resource
import time
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from bench.measuring import Figure
from cms.demo.night import cut
from events.models import Registration, Slot
from events.night.models import Assignment, Edition, Headquarters, PaperFile, Participant, PlaceKind, Sector
from events.night.papers import making
from volunteers.models import District, Network, User, Volunteer

SECTORS = 18  # for each of 20 headquarters: 360 teams
TEAM = 5
RESERVE = 10  # people for each headquarters
SECONDS = 30.0
MEGABYTES = 1_000  # of the process that typesets
ROUGH = 8  # points on each side of a sector: streets are not straight


def papers() -> Iterator[Figure]:
    """Packs against the 30 s that were asked for, and their memory; what else is printed, with its seconds.

    In processor time, that of both processes: on a busy machine the clock runs ahead of it, on a free one behind.
    """
    edition, asker = night(), User.objects.filter(is_superuser=True).first()
    assert asker is not None
    others = {what: made(edition, what, asker)[0] for what in PaperFile.What.values if what != PaperFile.What.PACKS}
    wall, cpu, row = made(edition, PaperFile.What.PACKS, asker)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    facts: dict[str, Any] = {
        "teams": edition.sectors.count(),
        "people": Assignment.objects.filter(participant__edition=edition).count(),
        "wall": round(wall, 2),
        "file_mb": round(row.size / 1024**2, 1),
        "others": {what: round(seconds, 2) for what, seconds in others.items()},
    }
    yield Figure(
        bench="packs",
        value=cpu,
        unit="s of processor time",
        against=f"{SECONDS:g} s",
        ratio=cpu / SECONDS,
        goal="at most 1",
        holds=row.state == PaperFile.State.DONE and cpu <= SECONDS,
        more=facts,
    )
    yield Figure(
        bench="packs-memory",
        value=memory,
        unit="MB",
        against=f"{MEGABYTES} MB, in a process that ends with the paper",
        ratio=memory / MEGABYTES,
        goal="at most 1",
        holds=memory <= MEGABYTES,
    )


def made(edition: Edition, what: str, asker: User) -> tuple[float, float, PaperFile]:
    """Seconds by the clock and of processor (its process included), and the row, as the worker leaves it."""
    row = making.ask(edition, what=what, headquarters=None, language="fr", by=asker)
    began, spent = time.monotonic(), processor()
    making.make(row.pk)
    wall, cpu = time.monotonic() - began, processor() - spent
    row.refresh_from_db()
    return wall, cpu, row


def processor() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def night() -> Edition:
    """An edition of 360 sectors, whose teams are laid out."""
    chance = random.Random("packs")
    starts_at = timezone.now() + dt.timedelta(days=20)
    edition = Edition.objects.create(
        network=Network.objects.get(slug="solidarity"),
        name_fr="Nuit de la Solidarité",
        name_en="Night of Solidarity",
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(hours=3),
        opens_at=starts_at - dt.timedelta(days=60),
        closes_at=starts_at - dt.timedelta(days=10),
        state=Edition.State.ROSTERING,
    )
    kinds = list(PlaceKind.objects.all())
    rows: list[tuple[Headquarters, Sector | None, bool]] = []
    for district in District.objects.order_by("code"):
        slot = Slot.objects.create(
            kind="night", network=edition.network, title_fr=f"QG {district}", starts_at=starts_at,
            ends_at=edition.ends_at, capacity=200, closes_at=starts_at,
        )  # fmt: skip
        place = Headquarters.objects.create(edition=edition, district=district, slot=slot, contact="01 23 45 67 89")
        sectors = Sector.objects.bulk_create(
            Sector(
                edition=edition, headquarters=place, code=f"{district.code}-{number}", kind=chance.choice(kinds),
                boundary=roughened(boundary, chance), least=3, target=4, most=6,
                rally_points="Devant la sortie 2 du métro, à l’abri.", dangers="Quais glissants par temps de pluie.",
            )
            for number, boundary in enumerate(cut(district, SECTORS, chance), start=1)
        )  # fmt: skip
        rows += [(place, sector, number == 0) for sector in sectors for number in range(TEAM)]
        rows += [(place, None, False) for _number in range(RESERVE)]
    lay_out(edition, rows)
    return edition


def lay_out(edition: Edition, rows: list[tuple[Headquarters, Sector | None, bool]]) -> None:
    """Somebody for each place."""
    users = User.objects.bulk_create(
        User(email=f"packs-{n}@example.org", first_name=f"Prénom{n % 300}", last_name=f"Nom{n}")
        for n in range(len(rows))
    )
    volunteers = Volunteer.objects.bulk_create(Volunteer(user=user) for user in users)
    seats = Registration.objects.bulk_create(
        Registration(volunteer=one, slot=place.slot, state="confirmed", confirmed_at=timezone.now())
        for one, (place, _sector, _leads) in zip(volunteers, rows, strict=True)
    )
    people = Participant.objects.bulk_create(
        Participant(edition=edition, volunteer=one, registration=seat, signed_up_at=timezone.now(), leader=leads)
        for one, seat, (_place, _sector, leads) in zip(volunteers, seats, rows, strict=True)
    )
    Assignment.objects.bulk_create(
        Assignment(participant=one, headquarters=place, sector=sector, leads=leads)
        for one, (place, sector, leads) in zip(people, rows, strict=True)
    )


def roughened(boundary: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The same shape with more points on each side, a few metres off."""
    (ring,) = boundary["coordinates"]
    points = []
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        points.append([x1, y1])
        for step in range(1, ROUGH):
            share = step / ROUGH
            off = chance.uniform(-2e-5, 2e-5)
            points.append([x1 + (x2 - x1) * share + off, y1 + (y2 - y1) * share - off])
    return {"type": "Polygon", "coordinates": [[*points, points[0]]]}
