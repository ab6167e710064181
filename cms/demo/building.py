"""Building the demonstration city, and refusing to where people really live."""

from __future__ import annotations

import random
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from cms.demo import (
    accounts,
    agenda,
    city,
    cobuilding,
    evaluations,
    material,
    night,
    night_partners,
    night_people,
    night_roster,
    pages,
    people,
)
from events.models import Registration, Slot, WalkIn
from volunteers.models import District, User


class DemoRefused(Exception):
    """Why the city was not built, in one sentence."""


@dataclass(frozen=True)
class Size:
    volunteers: int
    sessions: int
    crowd: int = 0  # ideas in the open call, beside those that are written by hand
    sectors: int = 60  # of each edition of the Night of Solidarity
    participants: int = 100  # signed up for this winter's


SIZES = {
    "small": Size(120, 24),
    "default": Size(1_000, 90, 40, 90, 480),
    "paris": Size(15_000, 400, 2_000, 360, 2_000),
}


def is_built() -> bool:
    """Is there a demonstration city in this database?"""
    return User.objects.filter(email=people.DEMO_EMAIL).exists()


def is_empty() -> bool:
    """Is there nobody and no city at all? (Migrations write a root page, languages and groups, which do not count.)"""
    return not (User.objects.exists() or District.objects.exists())


def build(size: Size, *, seed: int) -> None:
    """Writes the whole city in one transaction: the same seed, on the same day, writes the same city.

    Refuses a database that holds anything already. Sends no mail. Demo accounts come only with ``settings.DEMO``.
    """
    if not is_empty():
        raise DemoRefused(_("This database is not empty: the demonstration city only goes into an empty one."))
    now = timezone.now().replace(second=0, microsecond=0)
    with transaction.atomic():
        town = city.build()
        volunteers = people.build(size.volunteers, city=town, rng=random.Random(f"{seed}:people"), now=now)
        slots = agenda.build(
            size.sessions, city=town, volunteers=volunteers, rng=random.Random(f"{seed}:agenda"), now=now
        )
        agenda.certify(volunteers[0], now=now)
        users = accounts.build(town) if settings.DEMO else {}
        if users:
            agenda.put_in_charge(users[accounts.TRAINER.email], slots)
            material.build(town, by=users[accounts.ADMINISTRATOR.email])
        cobuilding.build(
            size.crowd, city=town, volunteers=volunteers, users=users, rng=random.Random(f"{seed}:ideas"), now=now
        )
        edition = night.build(
            size.sectors,
            city=town,
            coordinator=users.get(accounts.COORDINATOR.email),
            rng=random.Random(f"{seed}:night"),
            now=now,
        )
        night_people.build(
            size.participants,
            edition=edition,
            volunteers=volunteers,
            rng=random.Random(f"{seed}:night-people"),
            now=now,
        )
        night_partners.build(
            edition, by=users.get(accounts.ORGANISER.email), rng=random.Random(f"{seed}:night-partners")
        )
        if edition.copied_from:
            night_roster.build(
                edition.copied_from,
                by=users.get(accounts.ORGANISER.email),
                rng=random.Random(f"{seed}:night-roster"),
            )
        evaluations.build(random.Random(f"{seed}:evaluations"), now)
        pages.build()
        night_people.write_pages(edition)
        cobuilding.write_note()
    if connection.vendor == "postgresql" and not connection.in_atomic_block:  # it would hold its locks until the end
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # so that the first pages are planned for this many rows


def remove() -> None:
    """Empties a demonstration city. Refuses when anybody in it has an address that could be real."""
    if not is_built():
        raise DemoRefused(_("There is no demonstration city here."))
    if User.objects.exclude(email__endswith=".example").exists():
        raise DemoRefused(_("Somebody real has signed up in this city: it is not removed."))
    with transaction.atomic():
        Page.objects.filter(depth__gt=1).delete()
        cobuilding.remove()
        material.remove()
        Registration.objects.all().delete()
        WalkIn.objects.all().delete()
        apps.get_model("trainings.Session").objects.all().delete()
        apps.get_model("night.Edition").objects.all().delete()
        apps.get_model("night.PlaceKind").objects.all().delete()
        Slot.objects.all().delete()
        User.objects.all().delete()
        for label in (
            "mail.Message",
            "trainings.Training",
            "trainings.Theme",
            "events.Venue",
            "volunteers.Association",
            "volunteers.Membership",
            "volunteers.VolunteerImport",
            "volunteers.Qualification",
            "volunteers.Interest",
            "volunteers.SpokenLanguage",
            "volunteers.Network",
            "volunteers.District",
        ):
            apps.get_model(label).objects.all().delete()
