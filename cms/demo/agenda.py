"""Sessions around today, and who is registered: open, nearly full, full with people waiting, cancelled, past.

Rows are written in bulk rather than through ``events.registering``, so this module keeps that verb's promises by
itself: ``seats_taken`` counts the registrations that hold a seat, waiting numbers run without gap.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Callable, Iterable
from typing import Any, cast

from django.db.models import F
from django.utils import timezone

from cms.demo.city import City, Course
from events import by_date
from events.models import Meeting, MeetingMark, Registration, Slot, WalkIn
from events.registering import offer_deadline
from trainings import awarding
from trainings.models import Certificate, Grant, Session, Training
from trainings.quarters import Quarter
from volunteers import qualifying
from volunteers.models import QualificationHeld, User, Volunteer

BATCH = 1000
DAYS_AROUND = 63  # sessions lie within nine weeks of today
CITIZENS_NUMBER = "CCMGH-3467C-DFGHJ-KMNPQ"  # of Camille's certificate, in every demonstration
SATURDAY = 5
State = Registration.State

# What becomes of the next sessions, again and again: (share of the seats taken, people waiting).
FILLINGS = (
    (0.4, 0), (1.0, 6), (0.95, 0), (0.15, 0), (0.6, 0), (1.0, 0), (0.3, 0), (0.98, 0), (0.75, 0), (0.0, 0), (1.0, 11),
    (0.5, 0),
)  # fmt: skip


def build(count: int, *, city: City, volunteers: list[Volunteer], rng: random.Random, now: dt.datetime) -> list[Slot]:
    """Writes ``count`` sessions around today and a quarter as many again in the last quarter, with their registrations.

    The first volunteer gets one of each kind.
    """
    today = timezone.localdate(now)
    options: Any = {"city": city, "people": len(volunteers), "rng": rng, "small": count < 250, "taken": set()}
    pairs = dated(count // 4, day_of=last_quarter(today, rng), **options)
    pairs = sorted(pairs + dated(count, day_of=around(today, rng), **options), key=lambda pair: pair[0].starts_at)
    slots = [slot for slot, _ in pairs]
    next_days = sorted((slot for slot in slots if slot.starts_at > now), key=lambda slot: slot.starts_at)
    next_days[3].state = Slot.State.CANCELLED
    if len(next_days) > 20:
        next_days[-1].state = Slot.State.DRAFT
        next_days[-2].opens_at = next_days[-2].starts_at - dt.timedelta(days=7)
        next_days[12].approval = True
    meetings = in_three([pair for pair in pairs if pair[0] in next_days[4:-2]])
    begun = under_way(pairs, now)
    citizen, others = volunteers[0], volunteers[1:]
    registrations: list[Registration] = []
    walk_ins: list[WalkIn] = []
    Slot.objects.bulk_create(slots, batch_size=BATCH)
    Session.objects.bulk_create(
        (Session(training=course.training, slot=slot) for slot, course in pairs), batch_size=BATCH
    )
    Meeting.objects.bulk_create(meetings + begun)
    ask(pairs)
    for slot in slots:
        if slot.starts_at <= now:
            rows = past(slot, others, rng, now=now)
            registrations += rows
            walk_ins += without_account(
                slot, slot.capacity - sum(row.state in Registration.HOLDING for row in rows), rng
            )
    coming = [slot for slot in next_days if slot.is_open(now) or slot.state == Slot.State.CANCELLED]
    for number, slot in enumerate(coming):
        share, waiting = FILLINGS[number % len(FILLINGS)]
        registrations += upcoming(slot, others, rng, now=now, share=share, waiting=waiting)
    qualify(registrations, city, rng)
    registrations += of_citizen(citizen, [slot for slot in slots if not slot.asks], registrations, now)
    Registration.objects.bulk_create(registrations, batch_size=BATCH)
    # Written "now" by the model.
    Registration.objects.exclude(confirmed_at=None).update(created_at=F("confirmed_at"))
    mark_each([meeting for meeting in begun if meeting.ends_at < now])
    say_no([meeting for meeting in (*meetings, *begun) if meeting.starts_at > now and meeting.number > 1], now)
    for walk_in in walk_ins:
        walk_in.meeting = next((meeting for meeting in begun if meeting.slot == walk_in.slot), None)
    WalkIn.objects.bulk_create(walk_ins, batch_size=BATCH)
    for walk_in in walk_ins:
        walk_in.added_at = walk_in.slot.starts_at
    WalkIn.objects.bulk_update(walk_ins, ["added_at"], batch_size=BATCH)
    count_seats(slots, registrations, walk_ins)
    give_trainers(slots, others, rng, now)
    return slots


def under_way(pairs: list[tuple[Slot, Course]], now: dt.datetime) -> list[Meeting]:
    """A course of three of which two are gone: every week, or more seldom where none began at the right time."""
    for weeks in (1, 2, 3, 4):
        least, most = dt.timedelta(weeks=weeks), dt.timedelta(weeks=2 * weeks, days=-1)
        if found := in_three([pair for pair in pairs if least < now - pair[0].ends_at < most], weeks=weeks):
            return found
    return []


def in_three(pairs: list[tuple[Slot, Course]], weeks: int = 1) -> list[Meeting]:
    """Makes a course of three meetings, so many weeks apart, of one of these trainings, on Saturdays if there is one;
    the last is an hour longer. Its rows, not saved."""
    found = [slot for slot, course in pairs if course.venue and course.training.kind == Training.Kind.TRAINING]
    if not found:
        return []
    slot = min(found, key=lambda slot: timezone.localtime(slot.starts_at).weekday() != SATURDAY)
    first, length = timezone.localtime(slot.starts_at), slot.ends_at - slot.starts_at
    apart = dt.timedelta(weeks=weeks)
    starts = [(first + n * apart).astimezone(dt.UTC) for n in range(3)]  # the same hour on the clocks
    rows = [Meeting(slot=slot, number=n, starts_at=at, ends_at=at + length) for n, at in enumerate(starts, start=1)]
    rows[-1].ends_at += dt.timedelta(hours=1)
    slot.dates, slot.ends_at = len(rows), rows[-1].ends_at
    return rows


def mark_each(meetings: list[Meeting]) -> None:
    """The course under way: what was drawn for each person is their mark of each meeting gone by, but some missed the
    second, and a few are still to be marked there."""
    rows = Registration.objects.filter(slot__in={meeting.slot_id for meeting in meetings}, state=State.CONFIRMED)
    found = []
    for number, row in enumerate(rows.exclude(attendance="").order_by("pk")):
        second = "excused" if number % 7 == 3 else "" if number % 7 == 5 else row.attendance
        for meeting in meetings:
            mark = second if meeting.number == 2 else row.attendance
            found.append(MeetingMark(registration=row, meeting=meeting, attendance=mark))
    MeetingMark.objects.bulk_create(mark for mark in found if mark.attendance)
    for slot in {meeting.slot for meeting in meetings}:
        by_date.derive(slot)


def say_no(meetings: list[Meeting], now: dt.datetime) -> None:
    """A few of those who come to a course have said that they cannot come to one of its dates."""
    rows = list(
        Registration.objects.filter(slot__in={one.slot_id for one in meetings}, state=State.CONFIRMED).order_by("pk")
    )
    found = []
    for number, row in enumerate(rows[::6]):
        theirs = [one for one in meetings if one.slot_id == row.slot_id]
        meeting, said_at = theirs[number % len(theirs)], now - dt.timedelta(hours=5 + 7 * number)
        found.append(MeetingMark(registration=row, meeting=meeting, attendance="excused", said_at=said_at))
    MeetingMark.objects.bulk_create(found)
    keys = [mark.registration_id for mark in found]
    Registration.objects.filter(pk__in=keys).update(dates_sequence=1)
    for slot in {meeting.slot for meeting in meetings}:
        by_date.derive(slot, only=keys)


def ask(pairs: list[tuple[Slot, Course]]) -> None:
    """What each training asks for, its sessions ask for (``events.requiring``)."""
    links: Any = Slot.requires.through
    rows = [links(slot_id=slot.pk, qualification_id=one.pk) for slot, course in pairs for one in course.asked]
    links.objects.bulk_create(rows, batch_size=BATCH)
    for slot, course in pairs:
        slot.asks = " ".join(str(key) for key in sorted(one.pk for one in course.asked))
    Slot.objects.bulk_update((slot for slot, course in pairs if course.asked), ["asks"], batch_size=BATCH)


def qualify(registrations: list[Registration], city: City, rng: random.Random) -> None:
    """Whoever is registered where something is asked for holds it: they took that training some months before."""
    months = {course.training.grants_id: course.training.grants_months for course in city.courses}
    known = set(QualificationHeld.objects.values_list("volunteer", "qualification"))
    rows = []
    for row in registrations:
        for key in row.slot.asked:
            if row.volunteer_id and (row.volunteer_id, key) not in known:
                known.add((row.volunteer_id, key))
                day = timezone.localdate(row.slot.starts_at) - dt.timedelta(days=rng.randrange(120, 400))
                until = qualifying.expiry(day, months=months.get(key))
                rows.append(
                    QualificationHeld(
                        volunteer_id=row.volunteer_id, qualification_id=key, granted_on=day, expires_on=until
                    )
                )
    QualificationHeld.objects.bulk_create(rows, batch_size=BATCH)


def around(today: dt.date, rng: random.Random) -> Callable[[int], dt.date]:
    """A day within nine weeks of today, for the session of that number: two in five are past."""

    def day_of(number: int) -> dt.date:
        days = -rng.randrange(1, DAYS_AROUND) if number % 5 < 2 else rng.randrange(1, DAYS_AROUND)
        return today + dt.timedelta(days=days)

    return day_of


def last_quarter(today: dt.date, rng: random.Random) -> Callable[[int], dt.date]:
    """A day of the quarter before this one, whatever the session's number."""
    last = Quarter.of(Quarter.of(today).begins_on - dt.timedelta(days=1))
    length = (last.ends_on - last.begins_on).days + 1
    return lambda number: last.begins_on + dt.timedelta(days=rng.randrange(length))


def dated(
    count: int,
    *,
    day_of: Callable[[int], dt.date],
    city: City,
    people: int,
    rng: random.Random,
    small: bool,
    taken: set[tuple[int, dt.date]],
) -> list[tuple[Slot, Course]]:
    """Slots without anybody in them, on such days and at times when people come; ``taken`` grows."""
    pairs: list[tuple[Slot, Course]] = []
    rounds: dict[int, list[Course]] = {}
    while len(pairs) < count:
        day = day_of(len(pairs))
        course = next_course(city, day, rounds, rng)
        if course is None:
            continue
        if course.venue is not None and small:
            # A large city gives more sessions than its places have evenings.
            if (course.venue.pk, day) in taken:
                continue
            taken.add((course.venue.pk, day))
        starts_at = hour_of(day, course, rng)
        if starts_at is None:
            continue
        training, capacity = course.training, min(course.seats, max(people // 3, 8))
        slot = Slot(
            kind="training",
            title_fr=training.title_fr,  # type: ignore[attr-defined]
            title_en=training.title_en,  # type: ignore[attr-defined]
            network=training.network,
            state=Slot.State.OPEN,
            starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(hours=course.hours),
            venue=course.venue,
            room=city.room_for(course.venue, capacity),
            online_url="" if course.venue else "https://visio.maillage.example/salle",
            capacity=capacity,
        )
        pairs.append((slot, course))
    return pairs


def next_course(city: City, day: dt.date, rounds: dict[int, list[Course]], rng: random.Random) -> Course | None:
    """Each training of the season in turn, in an order that changes from round to round."""
    quarter = (day.month - 1) // 3 + 1
    if not rounds.get(quarter):
        rounds[quarter] = [course for course in city.courses if course.quarter in (None, quarter)]
        rng.shuffle(rounds[quarter])
    return rounds[quarter].pop() if rounds[quarter] else None


def hour_of(day: dt.date, course: Course, rng: random.Random) -> dt.datetime | None:
    """Evenings and Saturdays, some lunch breaks online; nothing on Sundays."""
    if day.weekday() == 6:
        return None
    if day.weekday() == 5:
        hour, minute = rng.choice([(10, 0), (14, 0), (14, 30)])
    elif course.venue is None:
        hour, minute = rng.choice([(12, 30), (19, 0), (20, 0)])
    else:
        hour, minute = rng.choice([(18, 0), (18, 30), (19, 0)])
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))


def past(slot: Slot, people: list[Volunteer], rng: random.Random, *, now: dt.datetime) -> list[Registration]:
    """A date gone by: most came, some did not, a few had cancelled. Of the last days some are not marked yet."""
    unmarked = 5 if now - slot.ends_at < dt.timedelta(days=10) else 0
    seats = int(slot.capacity * rng.uniform(0.5, 1))
    chosen = rng.sample(people, min(seats + 2, len(people)))
    rows = [confirmed(slot, person, rng, before=slot.starts_at) for person in chosen[:seats]]
    for row in rows:
        row.attendance = rng.choices(("present", "left_early", "excused", "absent", ""), (76, 4, 5, 10, unmarked))[0]
    return rows + [cancelled(slot, person, rng, before=slot.starts_at) for person in chosen[seats:]]


def without_account(slot: Slot, seats: int, rng: random.Random) -> list[WalkIn]:
    """Who came to a date gone by, gave a first name and wanted no account. Camille's seat is left free."""
    names = rng.sample(("Zoé", "Ousmane", "Lin", "Marguerite", "Tomasz", "Inès"), rng.choice((0, 0, 1, 2)))
    keys = [uuid.UUID(int=rng.getrandbits(128)) for _ in names]
    return [
        WalkIn(slot=slot, first_name=name, key=key) for name, key in zip(names[: max(seats - 1, 0)], keys, strict=False)
    ]


def upcoming(
    slot: Slot, people: list[Volunteer], rng: random.Random, *, now: dt.datetime, share: float, waiting: int
) -> list[Registration]:
    seats = round(slot.capacity * share)
    if 0.9 < share < 1:
        seats = slot.capacity - rng.randrange(1, 3)
    chosen = rng.sample(people, min(seats + waiting + 1, len(people)))
    rows = [confirmed(slot, person, rng, before=now) for person in chosen[:seats]]
    if slot.state == Slot.State.CANCELLED:
        for row in rows:
            row.state, row.end_reason, row.ended_at, row.sequence = State.CANCELLED, "slot", now, 1
        return rows
    if slot.approval:
        for row in rows[::2]:
            row.state, row.pending_for, row.confirmed_at = State.PENDING, "approval", None
    rows += [
        Registration(
            volunteer=person, created_by_id=person.user_id, slot=slot, state=State.WAITING, queue_number=number
        )
        for number, person in enumerate(chosen[seats : seats + waiting], start=1)
    ]
    return rows + [cancelled(slot, person, rng, before=now) for person in chosen[seats + waiting :]]


def confirmed(slot: Slot, person: Volunteer, rng: random.Random, *, before: dt.datetime) -> Registration:
    return Registration(
        volunteer=person,
        created_by_id=person.user_id,
        slot=slot,
        state=State.CONFIRMED,
        confirmed_at=before - dt.timedelta(minutes=rng.randrange(30, 21 * 24 * 60)),
    )


def cancelled(slot: Slot, person: Volunteer, rng: random.Random, *, before: dt.datetime) -> Registration:
    row = confirmed(slot, person, rng, before=before)
    row.state, row.end_reason, row.sequence = State.CANCELLED, "person", 1
    row.ended_at, row.ended_by_id = before - dt.timedelta(minutes=20), person.user_id
    return row


def of_citizen(citizen: Volunteer, slots: list[Slot], rows: list[Registration], now: dt.datetime) -> list[Registration]:
    """One registration of each kind for Camille; moves back by one number those who wait behind her.

    ``rows`` is what the others have; the person whose seat is offered to Camille loses theirs.
    """
    by_slot: dict[int, list[Registration]] = {}
    for row in rows:
        by_slot.setdefault(row.slot.pk, []).append(row)
    mine = dict[int, Registration]()

    def take(slot: Slot | None, state: str, **fields: Any) -> None:
        if slot is not None:
            mine[slot.pk] = Registration(
                volunteer=citizen, created_by_id=citizen.user_id, slot=slot, state=state, **fields
            )

    def first(wanted: Iterable[Slot]) -> Slot | None:
        return next((slot for slot in wanted if slot.pk not in mine), None)

    def waiting_in(slot: Slot) -> list[Registration]:
        return [row for row in by_slot.get(slot.pk, []) if row.state == State.WAITING]

    def held_in(slot: Slot) -> list[Registration]:
        return [row for row in by_slot.get(slot.pk, []) if row.state in Registration.HOLDING]

    gone = [slot for slot in reversed(slots) if slot.ends_at < now and len(held_in(slot)) < slot.capacity]
    coming = [slot for slot in slots if slot.is_open(now) and not slot.approval]
    for slot in gone[:3]:
        long_before = slot.starts_at - dt.timedelta(days=9)
        take(slot, State.CONFIRMED, confirmed_at=long_before, attendance="present")
    course = first(slot for slot in coming if slot.dates > 1 and len(held_in(slot)) < slot.capacity)
    take(course, State.CONFIRMED, confirmed_at=now - dt.timedelta(days=4))
    for _ in range(2):
        free = first(slot for slot in coming if 0 < len(held_in(slot)) < slot.capacity)
        take(free, State.CONFIRMED, confirmed_at=now - dt.timedelta(days=3))
    full = first(slot for slot in coming if len(waiting_in(slot)) >= 3)
    for row in waiting_in(full) if full else []:
        if row.queue_number and row.queue_number >= 3:
            row.queue_number += 1
    take(full, State.WAITING, queue_number=3)
    offered = first(slot for slot in coming if waiting_in(slot) and len(held_in(slot)) == slot.capacity)
    if offered:
        leaver = held_in(offered)[0]
        leaver.state, leaver.end_reason, leaver.ended_at, leaver.sequence = State.CANCELLED, "person", now, 1
        deadline = offer_deadline(now=now, starts_at=offered.starts_at)
        take(offered, State.PENDING, pending_for="offer", expires_at=deadline, queue_number=0, sequence=1)
    return list(mine.values())


def certify(citizen: Volunteer, *, now: dt.datetime) -> None:
    """What past dates have given: their qualification to all who were there; to Camille a certificate, too.

    The last date that grants something still waits for it, so that there is something to do.
    """
    held = {(row.volunteer_id, row.qualification_id): row for row in QualificationHeld.objects.all()}
    grants: list[Grant] = []
    sessions = Session.objects.filter(
        slot__ends_at__lt=now, slot__state=Slot.State.OPEN, training__grants__isnull=False
    )
    for session in list(sessions.select_related("slot", "training__grants").order_by("slot__starts_at"))[:-1]:
        given, day = session.training.grants, timezone.localdate(session.slot.starts_at)
        until = qualifying.expiry(day, months=session.training.grants_months)
        for row in awarding.present(session.slot).select_related("volunteer").order_by("pk"):
            grant = Grant(registration=row, qualification=given, granted_on=day, expires_on=until)
            grant.granted_at = session.slot.ends_at
            person = cast("Volunteer", row.volunteer)  # whose account is gone are not among the present
            fresh = QualificationHeld(volunteer=person, qualification=given)
            mine = held.setdefault((person.pk, fresh.qualification_id), fresh)
            before = [(mine.granted_on, mine.expires_on)] if mine.granted_on else []
            if before:
                grant.held_since, grant.held_until = before[0]
            mine.granted_on, mine.expires_on = qualifying.joined([*before, (day, until)]) or (day, until)
            grants.append(grant)
    QualificationHeld.objects.bulk_create((row for row in held.values() if not row.pk), batch_size=BATCH)
    known = [row for row in held.values() if row.pk]
    QualificationHeld.objects.bulk_update(known, ["granted_on", "expires_on"], batch_size=BATCH)
    Grant.objects.bulk_create(grants, batch_size=BATCH)
    there = citizen.registrations.filter(state=State.CONFIRMED, attendance=Registration.Attendance.PRESENT)
    was_there = there.filter(slot__ends_at__lt=now, slot__session__isnull=False).order_by("slot__starts_at").first()
    if was_there is not None:
        name = citizen.user.get_full_name()
        Certificate.objects.create(registration=was_there, number=CITIZENS_NUMBER, name=name)


def count_seats(slots: list[Slot], rows: list[Registration], walk_ins: list[WalkIn]) -> None:
    """Brings each slot's counters in line with its registrations, and with who came without one."""
    for slot in slots:
        slot.seats_taken = slot.queue_last = 0
    for row in rows:
        row.slot.seats_taken += row.state in Registration.HOLDING
        row.slot.queue_last = max(row.slot.queue_last, row.queue_number or 0)
    for walk_in in walk_ins:
        walk_in.slot.seats_taken += 1
    Slot.objects.bulk_update(slots, ["seats_taken", "queue_last"], batch_size=BATCH)


def give_trainers(slots: list[Slot], people: list[Volunteer], rng: random.Random, now: dt.datetime) -> None:
    """A few people give the sessions; for some of those to come nobody has been found yet."""
    trainers = rng.sample(people, 8)
    links: Any = Slot.people_in_charge.through
    found = [slot for number, slot in enumerate(slots) if slot.starts_at < now or number % 7]
    links.objects.bulk_create(links(slot_id=slot.pk, user_id=rng.choice(trainers).user_id) for slot in found)


def put_in_charge(trainer: User, slots: list[Slot]) -> None:
    """Every sixth session, the next ones among them, is this person's, and so are those of several meetings."""
    links: Any = Slot.people_in_charge.through
    mine = [slot for number, slot in enumerate(slots) if number % 6 == 0 or slot.dates > 1]
    links.objects.bulk_create((links(slot_id=slot.pk, user_id=trainer.pk) for slot in mine), ignore_conflicts=True)
