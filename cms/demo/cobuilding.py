"""Calls for ideas: a whole past quarter, one that is open, a vote that runs; in a large city a crowd of ideas.

Rows are written in bulk rather than through the verbs of ``ideas``, so this module keeps their promises by itself: an
idea has a line of its story for each change, merged ideas point to the one that stands for them, and ``supporters``
counts each person once.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone, translation
from django.utils.timezone import get_current_timezone
from wagtail.models import Locale

from cms.demo import agenda, pages
from cms.demo.city import City, both, content, quarters_around
from cms.models import CallNotePage, ProgrammePage
from events.models import Registration, Slot
from ideas.calling import Kind, Times, name_call, phases_of_quarter
from ideas.models import Ballot, Call, Choice, Comment, Idea, Outcome, Phase, Score, Step, Support
from trainings.models import Session, Theme, Training
from volunteers.models import District, User, Volunteer
from volunteers.points import Point, district_of

BATCH = 2000
DAY = dt.timedelta(days=1)
State = Idea.State
# Days of a call that runs, from its opening.
LENGTHS = {Kind.CALL: (0, 14), Kind.SORTING: (14, 28), Kind.WORK: (28, 63), Kind.NOTE: (63, 84)}
POINTERS = ["merged_into", "head"]  # of an idea that was merged
SUPPORTS = 25  # of an idea of the crowd, on average


def build(
    crowd: int, *, city: City, volunteers: list[Volunteer], users: dict[str, User], rng: random.Random, now: dt.datetime
) -> None:
    """Writes the calls with all that people did there. ``users`` answer for networks (cms.demo.accounts), if any do."""
    facts = content("ideas")
    today = timezone.localdate(now)
    past, present = quarters_around()[:2]
    call = add_call(facts["past"], phases_of_quarter(*past, vote=True), past, city=city, users=users)
    teller = Teller(call, city, volunteers, rng)
    teller.add(facts["past"]["ideas"])
    training = add_training(facts["past"]["training"], call, past, city=city, people=volunteers[1:], rng=rng, now=now)
    teller.link("bike", training)
    teller.write()
    count_votes(call, facts["past"], teller.ideas)
    for name in ("open", "voting"):
        fact = facts[name]
        opened, lengths = today - fact["opened"] * DAY, LENGTHS | ({Kind.VOTE: (21, 28)} if fact["vote"] else {})
        days = {kind.value: (opened + first * DAY, opened + after * DAY) for kind, (first, after) in lengths.items()}
        phases = {kind: (morning(first), morning(after)) for kind, (first, after) in days.items()}
        running = Teller(add_call(fact, phases, present, city=city, users=users), city, volunteers, rng)
        running.add(fact["ideas"])
        if name == "open":
            running.add(list(crowd_of(crowd, facts["crowd"], districts=city.districts, rng=rng, days=fact["opened"])))
        running.write()
        if name == "voting":
            cast_ballots(running, fact["ballots"], volunteers[1:], rng)


def morning(day: dt.date) -> dt.datetime:
    """Midnight in the city, when phases change."""
    return dt.datetime.combine(day, dt.time(), get_current_timezone())


def add_call(
    fact: dict[str, Any], phases: Times, quarter: tuple[int, int], *, city: City, users: dict[str, User]
) -> Call:
    network = city.networks[fact["network"]]
    point = Point(*fact["point"]) if "point" in fact else None
    texts = {name: both(name, fact[name]) for name in ("title", "text", "how_decided")}
    call = Call(
        network=network,
        year=quarter[0],
        quarter=quarter[1],
        vote=fact["vote"],
        points=fact.get("points", 0),
        responsible=next(
            (user for user in users.values() if user.organiser_roles.filter(network=network).exists()), None
        ),
        answer_by=timezone.localdate(phases[Kind.SORTING][1]),
        place=fact.get("place", ""),
        latitude=point.latitude if point else None,
        longitude=point.longitude if point else None,
        district=district_of(point, city.districts) if point else None,
        state=Call.State.PUBLISHED,
        published_at=phases[Kind.CALL][0] - 3 * DAY,
        **texts["title"],
        **texts["text"],
        **texts["how_decided"],
    )
    name_call(call).save()
    Phase.objects.bulk_create(
        Phase(call=call, kind=kind, starts_at=first, ends_at=after) for kind, (first, after) in phases.items()
    )
    return call


class Teller:
    """The ideas of one call and what is told of them, gathered first and written in a few statements."""

    def __init__(self, call: Call, city: City, volunteers: list[Volunteer], rng: random.Random) -> None:
        self.call, self.city, self.rng = call, city, rng
        self.citizen, self.people = volunteers[0], volunteers[1:]
        self.opened = call.phases.get(kind=Kind.CALL).starts_at
        self.districts = {district.code: district for district in city.districts}
        self.ideas: dict[str, Idea] = {}
        self.moments: dict[str, dt.datetime] = {}
        self.steps: list[Step] = []
        self.said: list[tuple[Comment, dt.datetime]] = []
        self.supporters: dict[str, list[Volunteer]] = {}
        self.merges: list[tuple[str, str]] = []
        self.outcomes: list[tuple[str, Training]] = []

    def add(self, facts: list[dict[str, Any]]) -> None:
        """Ideas with their story; those that one is merged into stand before it."""
        for fact in facts:
            self.add_idea(fact)

    def add_idea(self, fact: dict[str, Any]) -> None:
        key, rng = fact["key"], self.rng
        author = self.citizen if fact.get("by") == "citizen" else rng.choice(self.people)
        at = self.at(fact["day"], spread=10 * 60)
        merged = fact.get("merged")
        idea = self.ideas[key] = Idea(
            call=self.call,
            title=fact["title"],
            text=fact["text"],
            language=fact.get("language", "fr"),
            district=self.districts.get(fact.get("district", "")),
            association=self.city.associations.get(fact.get("association", "")),
            offer=fact.get("offer", ""),
            author=author,
            state=fact.get("state", State.OPEN),
        )
        self.moments[key] = at
        self.step(idea, "proposed", at, to_state=State.OPEN, by=author.user)
        for number, text in enumerate(fact.get("comments", []), start=1):
            speaker = rng.choice(self.people)
            self.said.append(
                (
                    Comment(idea=idea, author=speaker, text=text, language=idea.language),
                    at + number * dt.timedelta(hours=7),
                )
            )
        chosen = rng.sample(self.people, min(fact["support"] + 1, len(self.people) // 2))
        self.supporters[key] = [person for person in chosen if person != author][: fact["support"]]
        if merged:
            self.merges.append((key, merged))
            at = self.at(15)
            self.step(
                idea,
                "merged",
                at,
                from_state=State.OPEN,
                to_state=State.MERGED,
                reason=fact["reason"],
                into=self.ideas[merged],
            )
        elif idea.state == State.WITHDRAWN:
            at = max(at + DAY, self.at(12))
            self.step(idea, "withdrawn", at, from_state=State.OPEN, to_state=State.WITHDRAWN, by=author.user,
                      reason=fact["reason"])  # fmt: skip
        elif idea.state in Idea.DECIDED:
            self.answer(idea, fact)

    def answer(self, idea: Idea, fact: dict[str, Any]) -> None:
        """Out of scope is said while ideas are sorted; the other answers wait for the vote."""
        before = State.OPEN
        if idea.state == State.OUT_OF_SCOPE:
            at = self.at(16)
        else:
            self.step(idea, "studying", self.at(15), from_state=before, to_state=State.STUDYING)
            before, at = State.STUDYING, self.at(29 + self.rng.randrange(5))
        if question := fact.get("question"):
            asked = self.at(16)
            self.step(idea, "asked", asked, from_state=before, to_state=before, reason=question)
            self.said.append((Comment(idea=idea, by_organisers=True, text=question, language=idea.language), asked))
            reply = Comment(idea=idea, author=idea.author, text=fact["reply"], language=idea.language)
            self.said.append((reply, asked + DAY))
        idea.answered_at = at
        self.step(idea, "answered", at, from_state=before, to_state=idea.state, reason=fact["reason"])

    def link(self, key: str, training: Training) -> None:
        self.outcomes.append((key, training))
        state = self.ideas[key].state
        self.step(self.ideas[key], "outcome", self.at(36), from_state=state, to_state=state)

    def at(self, day: int, *, spread: int = 8 * 60) -> dt.datetime:
        """A moment of that day of the call, by daylight."""
        return self.opened + day * DAY + dt.timedelta(hours=9, minutes=self.rng.randrange(spread))

    def step(self, idea: Idea, kind: str, at: dt.datetime, **facts: Any) -> None:
        """A line of the story, in the idea's language: by the person named, or else by the organisers."""
        organisers = "by" not in facts
        facts.setdefault("by", self.call.responsible)
        self.steps.append(Step(idea=idea, kind=kind, at=at, by_organisers=organisers, language=idea.language, **facts))

    def write(self) -> None:
        """Ideas first, then what points to them; then the moments that models write as "now"."""
        for key, idea in self.ideas.items():
            together = {person.pk for other, head in self.merges if head == key for person in self.supporters[other]}
            idea.supporters = len(together | {person.pk for person in self.supporters[key]})
        ideas = list(self.ideas.values())
        Idea.objects.bulk_create(ideas, batch_size=BATCH)
        for other, head in self.merges:
            self.ideas[other].merged_into = self.ideas[other].head = self.ideas[head]
            self.ideas[other].state = State.MERGED
        for key, idea in self.ideas.items():
            idea.proposed_at = idea.waiting_since = self.moments[key]
        Idea.objects.bulk_update(ideas, ["state", *POINTERS, "proposed_at", "waiting_since"], batch_size=BATCH)
        Step.objects.bulk_create(self.steps, batch_size=BATCH)
        comments = Comment.objects.bulk_create(comment for comment, _at in self.said)
        for comment, (_comment, at) in zip(comments, self.said, strict=True):
            comment.written_at = at
        Comment.objects.bulk_update(comments, ["written_at"])
        Support.objects.bulk_create(
            (Support(idea=self.ideas[key], volunteer=who) for key, all_ in self.supporters.items() for who in all_),
            batch_size=BATCH,
        )
        if self.call.sealed_at or self.merges:  # the others were given in these days
            proposed = Subquery(Idea.objects.filter(pk=OuterRef("idea")).values("proposed_at"))
            Support.objects.filter(idea__call=self.call).update(given_at=proposed)
        kind = ContentType.objects.get_for_model(Training)
        Outcome.objects.bulk_create(
            Outcome(idea=self.ideas[key], content_type=kind, object_id=training.pk, by=self.call.responsible)
            for key, training in self.outcomes
        )


def add_training(
    fact: dict[str, Any],
    call: Call,
    quarter: tuple[int, int],
    *,
    city: City,
    people: list[Volunteer],
    rng: random.Random,
    now: dt.datetime,
) -> Training:
    """The training that came of an idea: given twice within the quarter, and once more soon."""
    network = city.networks[fact["network"]]
    theme = Theme.objects.filter(network=network, year=quarter[0], quarter=quarter[1]).first()
    training = Training.objects.create(
        slug=fact["slug"],
        network=network,
        theme=theme,
        kind=fact["kind"],
        given_by=city.associations[fact["given_by"]],
        **both("title", fact["title"]),
        **both("summary", fact["summary"]),
        **both("aims", fact["aims"]),
        **both("audience", fact["audience"]),
    )
    opened, venue = call.phases.get(kind=Kind.CALL).starts_at, city.venues[fact["place"]]
    days = [timezone.localdate(opened) + dt.timedelta(weeks=week - 1, days=5) for week in fact["weeks"]]
    soon = timezone.localdate(now) + fact["ahead"] * DAY
    days.append(soon + (5 - soon.weekday()) % 7 * DAY)
    slots = [
        Slot(
            kind="training",
            network=training.network,
            state=Slot.State.OPEN,
            starts_at=morning(day) + dt.timedelta(hours=14),
            ends_at=morning(day) + dt.timedelta(hours=14 + fact["hours"]),
            venue=venue,
            room=city.room_for(venue, fact["seats"]),
            capacity=fact["seats"],
            **both("title", fact["title"]),
        )
        for day in days
    ]
    Slot.objects.bulk_create(slots)
    Session.objects.bulk_create(Session(training=training, slot=slot) for slot in slots)
    rows = [row for slot in slots if slot.ends_at <= now for row in agenda.past(slot, people, rng, now=now)]
    for slot in slots:
        if slot.ends_at > now:
            rows += agenda.upcoming(slot, people, rng, now=now, share=0.6, waiting=0)
    Registration.objects.bulk_create(rows)
    own = Registration.objects.filter(slot__in=slots).exclude(confirmed_at=None)
    own.update(created_at=F("confirmed_at"))  # written "now" by the model
    agenda.count_seats(slots, rows, [])
    agenda.give_trainers(slots, people, rng, now)
    return training


def count_votes(call: Call, fact: dict[str, Any], ideas: dict[str, Idea]) -> None:
    """The published result, as ``ideas.voting.seal`` writes it: equal points share a rank."""
    votes = sorted(((one["votes"], one["key"]) for one in fact["ideas"] if "votes" in one), reverse=True)
    places = {points: place for place, (points, _key) in reversed(list(enumerate(votes, start=1)))}
    Score.objects.bulk_create(
        Score(call=call, idea=ideas[key], points=points, ballots=points, rank=places[points]) for points, key in votes
    )
    call.sealed_at, call.turnout = call.phases.get(kind=Kind.VOTE).ends_at, fact["turnout"]
    call.save(update_fields=["sealed_at", "turnout"])


def cast_ballots(teller: Teller, count: int, people: list[Volunteer], rng: random.Random) -> None:
    """Some people have voted already: ten points each, on a few ideas."""
    ideas = list(teller.ideas.values())
    ballots = Ballot.objects.bulk_create(
        Ballot(call=teller.call, volunteer=person) for person in rng.sample(people, min(count, len(people) // 2))
    )
    choices = []
    for ballot in ballots:
        chosen = rng.sample(ideas, rng.randrange(1, 4))
        each, rest = divmod(teller.call.points, len(chosen))
        choices += [
            Choice(ballot=ballot, idea=idea, points=each + (rest if idea is chosen[0] else 0)) for idea in chosen
        ]
    Choice.objects.bulk_create(choices)


def crowd_of(
    count: int, fact: dict[str, Any], *, districts: list[District], rng: random.Random, days: int
) -> Iterator[dict[str, Any]]:
    """So many ideas that differ, each of a place, with ``SUPPORTS`` people behind it on average."""
    combinations = list(itertools.product(fact["actions"], fact["things"], districts))
    weights = [rng.expovariate(1) for _ in range(count)]
    # Some are liked by many: shares of all supports, rounded so that they add up to exactly that many.
    total, reached, supports = count * SUPPORTS, 0.0, list[int]()
    for weight in weights:
        reached += weight * total / sum(weights)
        supports.append(round(reached) - sum(supports))
    for number, (action, thing, district) in enumerate(rng.sample(combinations, count)):
        yield {
            "key": f"crowd-{number}",
            "day": rng.randrange(days),
            "district": district.code,
            "support": supports[number],
            "title": f"{action} {thing}, {district.name}",
            "text": fact["text"].format(district=district.name, action=action[0].lower() + action[1:], thing=thing),
        }


def write_note() -> None:
    """The note of the past quarter's call, in both languages, below that quarter's programme."""
    year, quarter = quarters_around()[0]
    call = Call.objects.get(year=year, quarter=quarter)
    facts, keys = content("ideas")["note"], dict[str, Any]()
    for position, language in enumerate(pages.LANGUAGES):
        locale = Locale.objects.get(language_code=language)
        with translation.override(language):
            here = pages.in_language(facts, position)
            parent = ProgrammePage.objects.get(year=year, quarter=quarter, locale=locale)
            texts = {name: here[name] for name in ("slug", "title", "intro")}
            page = CallNotePage(call=call, search_description=here["intro"], body=pages.blocks(here["body"]), **texts)
            pages.publish(pages.add(parent, page, "note", locale, keys))


def remove() -> None:
    """Lets go of all calls, from what points to others on."""
    for rows in (Score.objects, Ballot.objects, Outcome.objects, Step.objects):
        rows.all().delete()
    Idea.objects.update(state=State.OPEN, merged_into=None, head=None)
    Idea.objects.all().delete()
    Call.objects.all().delete()
