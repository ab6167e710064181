"""Who signed up for the Nights: last winter's people, who were there, and this winter's, who wait for their teams."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Case, When
from django.utils import translation
from wagtail.models import Locale, Page

from cms.demo.city import content
from cms.demo.pages import LANGUAGES, add, blocks, in_language, publish
from cms.models import HomePage, NightPage
from events.models import Registration, Slot
from events.night.models import Briefing, Choice, Edition, FriendGroup, Headquarters, Participant
from events.night.sign_up.placing import metres
from volunteers.models import QualificationHeld, Volunteer

BATCH = 1000
State = Registration.State
PROFESSIONALS = 5  # one in five
LEADERS = 0.28
GROUPED = 0.25
BRIEFINGS = 3
TRAINING = "preparer-la-nuit"


def build(
    count: int, *, edition: Edition, volunteers: Sequence[Volunteer], rng: random.Random, now: dt.datetime
) -> None:
    """Signs ``count`` people up for the edition, the first volunteer among them, and four in five for the last one.

    There are as many places as people, by the sectors of each headquarters; but more of the people would like the
    middle of the city, and some wait there while places are left elsewhere.
    """
    people = [volunteers[0], *rng.sample(volunteers[1:], min(count, len(volunteers)) - 1)]
    if edition.copied_from:
        veterans = rng.sample(volunteers, max(1, min(count, len(volunteers)) * 4 // 5))
        sign_up(edition.copied_from, veterans, set(), rng, now=now)
        were_there = _present(edition.copied_from)
    else:
        were_there = set()
    edition.charter_url = f"{settings.SITE_URL}/charter/"
    edition.save(update_fields=["charter_url"])
    set_quotas(edition, len(people))
    add_briefings(edition)
    add_clearances(people, edition, rng)
    sign_up(edition, people, were_there, rng, now=now)


def set_quotas(edition: Edition, people: int) -> None:
    """In all as many as people, shared out by how many each headquarters' teams want."""
    rows: list[Any] = list(edition.headquarters.with_sizes().select_related("slot"))
    total = sum(row.wanted for row in rows)
    for row in rows:
        row.quota = min(row.slot.capacity, max(1, math.ceil(people * row.wanted / total)))
    Headquarters.objects.bulk_update(rows, ["quota"])


def _present(edition: Edition) -> set[int]:
    rows = Participant.objects.filter(edition=edition, registration__attendance="present")
    return set(rows.values_list("volunteer", flat=True))


def sign_up(
    edition: Edition, people: Sequence[Volunteer], were_there: set[int], rng: random.Random, *, now: dt.datetime
) -> None:
    """Writes their seats, wishes and groups, in bulk, in the order of a sign-up that began when it opened."""
    rows = edition.headquarters.with_sizes().select_related("district", "slot__venue")
    headquarters: list[Any] = list(rows.order_by("district__code"))
    # The first half of the districts is the middle, as in a spiral.
    weights = [row.wanted * (2 if 2 * number < len(headquarters) else 1) for number, row in enumerate(headquarters)]
    nearest = {one.pk: sorted(headquarters, key=lambda other, one=one: metres(one, other)) for one in headquarters}  # type: ignore[misc]
    opened = edition.opens_at or now
    until = min(now, edition.closes_at or now)
    moments = sorted(opened + (until - opened) * rng.random() for _one in people)
    is_over = edition.ends_at < now
    seats = Seats(headquarters)
    participants, registrations, choices = [], [], []
    for number, (volunteer, moment) in enumerate(zip(people, moments, strict=True)):
        home = rng.choices(headquarters, weights)[0]
        reach = rng.choices(Participant.Reach.values, (25, 45, 30))[0]
        wished = [] if reach == "any" and rng.random() < 0.3 else nearest[home.pk][: rng.choice((1, 1, 2, 3))]
        registration = seats.take(volunteer, wished[0] if wished else home, moment)
        if is_over:
            registration.attendance = "present" if rng.random() < 0.85 else "absent"
        registrations.append(registration)
        participant = Participant(
            edition=edition,
            volunteer=volunteer,
            kind="professional" if number % PROFESSIONALS == 3 else "citizen",
            leader=rng.random() < LEADERS,
            experienced=volunteer.pk in were_there or rng.random() < 0.15,
            reach=reach,
            home=home,
            max_walk=0 if volunteer.mobility in ("short", "wheelchair") else rng.choices((0, 1, 2), (8, 62, 30))[0],
            registration=registration,
            charter_version=edition.charter_version,
            charter_signed_at=moment,
            signed_up_at=moment,
        )
        participants.append(participant)
        choices += [Choice(participant=participant, headquarters=one, rank=rank) for rank, one in enumerate(wished)]
    Registration.objects.bulk_create(registrations, batch_size=BATCH)
    seats.count()
    befriend(edition, participants, rng)
    Participant.objects.bulk_create(participants, batch_size=BATCH)
    Choice.objects.bulk_create(choices, batch_size=BATCH)
    add_languages(participants)


class Seats:
    """The seats of some headquarters, given as signing up gives them: while there are some, else a number."""

    def __init__(self, headquarters: Iterable[Headquarters]) -> None:
        self.headquarters = list(headquarters)
        self.taken: dict[int, int] = defaultdict(int)
        self.waiting: dict[int, int] = defaultdict(int)

    def take(self, volunteer: Volunteer, headquarters: Headquarters, moment: dt.datetime) -> Registration:
        row = Registration(volunteer=volunteer, created_by_id=volunteer.user_id)
        self.sit(row, headquarters, moment)
        return row

    def sit(self, row: Registration, headquarters: Headquarters, moment: dt.datetime) -> None:
        key, slot = headquarters.slot_id, headquarters.slot
        most = slot.capacity if headquarters.quota is None else min(headquarters.quota, slot.capacity)
        row.slot, row.confirmed_at, row.queue_number = slot, None, None
        if self.taken[key] < most:
            self.taken[key] += 1
            row.state, row.confirmed_at = State.CONFIRMED, moment
        else:
            self.waiting[key] += 1
            row.state, row.queue_number = State.WAITING, self.waiting[key]

    def count(self) -> None:
        """Brings the slots' own counters along."""
        slots = [one.slot for one in self.headquarters]
        for slot in slots:
            slot.seats_taken, slot.queue_last = self.taken[slot.pk], self.waiting[slot.pk]
        Slot.objects.bulk_update(slots, ["seats_taken", "queue_last"])


def befriend(edition: Edition, participants: Sequence[Participant], rng: random.Random) -> None:
    """Puts a quarter of them in groups of two to four; the first of all has two friends."""
    sizes, left = [3], int(len(participants) * GROUPED) - 3
    while left > 1:
        sizes.append(min(left, rng.choice((2, 2, 3, 4))))
        left -= sizes[-1]
    groups = FriendGroup.objects.bulk_create(FriendGroup(edition=edition) for _size in sizes)
    rest = iter(participants)
    for group, size in zip(groups, sizes, strict=True):
        for place, participant in zip(range(1, size + 1), rest, strict=False):
            participant.group, participant.group_place = group, place


def add_languages(participants: Sequence[Participant]) -> None:
    """Those of their profiles."""
    spoken: dict[int, list[int]] = defaultdict(list)
    volunteers = [participant.volunteer_id for participant in participants]
    through: Any = Volunteer.languages.through
    for row in through.objects.filter(volunteer__in=volunteers):
        spoken[row.volunteer_id].append(row.spokenlanguage_id)
    mine: Any = Participant.languages.through
    mine.objects.bulk_create(
        (
            mine(participant_id=participant.pk, spokenlanguage_id=key)
            for participant in participants
            for key in spoken[participant.volunteer_id]
        ),
        batch_size=BATCH,
    )


def add_clearances(people: Sequence[Volunteer], edition: Edition, rng: random.Random) -> None:
    """What professionals hold, among what the edition's sectors ask for."""
    needed = edition.sectors.filter(tags__qualification__isnull=False).values_list("tags__qualification", flat=True)
    keys = sorted(set(needed))
    held = [
        QualificationHeld(volunteer=volunteer, qualification_id=rng.choice(keys), granted_on=edition.night_on)
        for number, volunteer in enumerate(people)
        if keys and number % PROFESSIONALS == 3
    ]
    QualificationHeld.objects.bulk_create(held, batch_size=BATCH, ignore_conflicts=True)


def add_briefings(edition: Edition) -> None:
    """Sessions of the network that are still to come before the night, of the training for it where there are."""
    coming = Slot.objects.open().filter(network=edition.network, kind="training", starts_at__lt=edition.starts_at)
    first = Case(When(session__training__slug=TRAINING, then=0), default=1)
    slots = coming.filter(asks="", dates=1, venue__isnull=False).order_by(first, "starts_at")[:BRIEFINGS]
    Briefing.objects.bulk_create(Briefing(edition=edition, slot=slot) for slot in slots)


def write_pages(edition: Edition) -> None:
    """The edition's public page, in both languages, in the menu."""
    fact: dict[str, Any] = content("night_page")
    keys: dict[str, Any] = {}
    for position, language in enumerate(LANGUAGES):
        locale = Locale.objects.get(language_code=language)
        home: Page = HomePage.objects.get(locale=locale)
        with translation.override(language):
            here = in_language(fact, position)
            page = NightPage(
                edition=edition,
                slug=here["slug"],
                title=here["title"],
                intro=here["intro"],
                search_description=here["intro"],
                show_in_menus=True,
                body=blocks(here["body"]),
            )
            publish(add(home, page, "night", locale, keys))
