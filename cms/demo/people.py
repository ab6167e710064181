"""The people: profiles, memberships, interests, languages, consents. All invented; addresses end in ``.example``."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Greatest
from django.utils.text import slugify

from cms.demo.city import City, content
from volunteers.consenting import TEXT_VERSIONS
from volunteers.models import Consent, Membership, QualificationHeld, User, Volunteer

BATCH = 1000
DOMAIN = "courriel.example"
DEMO_EMAIL = "camille@maillage.example"  # the first volunteer, whom the guided tour follows

# Inhabitants by district in thousands, so that the large ones have more volunteers.
INHABITANTS = (15, 21, 33, 28, 56, 40, 48, 35, 59, 83, 142, 140, 178, 134, 229, 160, 164, 189, 182, 189)
NETWORKS = (["solidarity"], ["climate"], ["paris"], ["solidarity", "climate"], ["climate", "paris"])
NETWORK_WEIGHTS = (30, 40, 12, 11, 7)
MOBILITY = ("", Volunteer.Mobility.WALKS, Volunteer.Mobility.SHORT, Volunteer.Mobility.WHEELCHAIR)


def build(count: int, *, city: City, rng: random.Random, now: dt.datetime) -> list[Volunteer]:
    """Writes ``count`` volunteers, in bulk, and returns them in order. The first is the demo's citizen, Camille."""
    users = User.objects.bulk_create(accounts(count, rng, now), batch_size=BATCH)
    volunteers = Volunteer.objects.bulk_create((profile(user, rng) for user in users), batch_size=BATCH)
    EmailAddress.objects.bulk_create(
        (EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users), batch_size=BATCH
    )
    add_choices(volunteers, city, rng)
    describe_citizen(volunteers[0], city)
    add_memberships(volunteers, city, rng)
    add_consents(users, rng, now)
    add_qualifications(volunteers, city, rng, now.date())
    return volunteers


def accounts(count: int, rng: random.Random, now: dt.datetime) -> list[User]:
    names, seen, made = content("names"), dict[str, int](), []
    for number in range(count):
        first, last = rng.choice(names["first"]), rng.choice(names["last"])
        address = f"{slugify(first)}.{slugify(last)}"
        seen[address] = seen.get(address, 0) + 1
        if seen[address] > 1:
            address += str(seen[address])
        joined = now - dt.timedelta(minutes=rng.randrange(60, 3 * 365 * 24 * 60))
        user = User(
            email=f"{address}@{DOMAIN}",
            first_name=first,
            last_name=last,
            language="en" if rng.random() < 0.08 else "fr",
            password=f"{UNUSABLE_PASSWORD_PREFIX}{number}",
            date_joined=joined,
            # Within a year: nobody is to be written to for having an account that is not used.
            last_login=max(joined, now - dt.timedelta(days=number % 365)),
        )
        made.append(user)
    made[0].email, made[0].first_name, made[0].last_name = DEMO_EMAIL, "Camille", "Moreau"
    made[0].language = "fr"
    return made


def profile(user: User, rng: random.Random) -> Volunteer:
    times = [value for value in Volunteer.Availability.values if rng.random() < 0.4]
    # 01 99 00 is the range that the French regulator keeps for fiction.
    phone = f"+33199{rng.randrange(10_000):06}" if rng.random() < 0.5 else ""
    return Volunteer(user=user, phone=phone, mobility=rng.choices(MOBILITY, (30, 60, 8, 2))[0], availability=times)


def add_choices(volunteers: list[Volunteer], city: City, rng: random.Random) -> None:
    """Districts (mostly one), interests (up to four) and languages (French and up to two more) of each."""
    districts: Any = Volunteer.districts.through
    interests: Any = Volunteer.interests.through
    languages: Any = Volunteer.languages.through
    lives, likes, speaks = [], [], []
    for volunteer in volunteers:
        chosen = dict.fromkeys(rng.choices(city.districts, INHABITANTS, k=1 if rng.random() < 0.85 else 2))
        lives += [districts(volunteer_id=volunteer.pk, district_id=district.pk) for district in chosen]
        wishes = rng.sample(city.interests, rng.randrange(5))
        likes += [interests(volunteer_id=volunteer.pk, interest_id=interest.pk) for interest in wishes]
        others = rng.sample(city.languages[1:], rng.choices((0, 1, 2), (45, 40, 15))[0])
        tongues = [city.languages[0], *others]
        speaks += [languages(volunteer_id=volunteer.pk, spokenlanguage_id=language.pk) for language in tongues]
    districts.objects.bulk_create(lives, batch_size=BATCH)
    interests.objects.bulk_create(likes, batch_size=BATCH)
    languages.objects.bulk_create(speaks, batch_size=BATCH)


def describe_citizen(citizen: Volunteer, city: City) -> None:
    """Camille says where she is, when she has time and what she likes, so that "For me" has something to go by."""
    citizen.availability = [Volunteer.Availability.EVENING, Volunteer.Availability.WEEKEND]
    citizen.save(update_fields=["availability"])
    citizen.districts.set(district for district in city.districts if district.code in ("10", "18", "19"))
    citizen.interests.set(interest for interest in city.interests if interest.slug in ("street", "waste"))


def add_memberships(volunteers: list[Volunteer], city: City, rng: random.Random) -> None:
    stays = []
    for volunteer in volunteers:
        for slug in rng.choices(NETWORKS, NETWORK_WEIGHTS)[0]:
            stays.append(Membership(volunteer=volunteer, network=city.networks[slug]))
    Membership.objects.bulk_create(stays, batch_size=BATCH)
    # Written "now" by the model; they joined with their account.
    joined = User.objects.filter(volunteer=OuterRef("volunteer")).values("date_joined")
    Membership.objects.update(joined_at=Subquery(joined))


def add_consents(users: list[User], rng: random.Random, now: dt.datetime) -> None:
    lines = []
    for user in users:
        purposes = [Consent.Purpose.CHARTER, Consent.Purpose.ADULT]
        if rng.random() < 0.4:
            purposes.append(Consent.Purpose.NEWSLETTER)
        for purpose in purposes:
            line = Consent(user=user, purpose=purpose, action=Consent.Action.GIVEN, form="demo")
            line.text_version = TEXT_VERSIONS[purpose]
            lines.append(line)
    Consent.objects.bulk_create(lines, batch_size=BATCH)
    joined = Subquery(User.objects.filter(pk=OuterRef("user")).values("date_joined"))
    for version in set(TEXT_VERSIONS.values()):
        # Nobody agrees to words before they are written, nor in the future. A version is named after its month.
        written = min(now, dt.datetime.strptime(version, "%Y-%m").replace(hour=9, tzinfo=dt.UTC))
        Consent.objects.filter(text_version=version).update(at=Greatest(joined, Value(written)))


def add_qualifications(volunteers: list[Volunteer], city: City, rng: random.Random, today: dt.date) -> None:
    held = []
    for volunteer in volunteers:
        if rng.random() < 0.15:
            granted = today - dt.timedelta(days=rng.randrange(30, 700))
            one = rng.choice(city.qualifications)
            held.append(QualificationHeld(volunteer=volunteer, qualification=one, granted_on=granted))
    QualificationHeld.objects.bulk_create(held, batch_size=BATCH)
