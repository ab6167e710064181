"""Invented instances of the roster: seeded, of any size, of four kinds, and ones that hide a perfect roster."""

from __future__ import annotations

import random
from dataclasses import replace

from events.night.roster.problem import Headquarters, Instance, Person, Pin, Rules, Team

KINDS = ("plenty", "just enough", "leaders scarce", "people scarce")
# People for each place at the target size, and how many of them may lead.
SHAPES = {
    "plenty": (1.35, 0.24),
    "just enough": (1.0, 0.23),
    "leaders scarce": (1.1, 0.155),
    "people scarce": (0.72, 0.26),
}
LANGUAGES = ("en", "es", "ar", "ru", "ro", "ps", "pt", "uk")
FREQUENT = (0.45, 0.1, 0.09, 0.04, 0.03, 0.015, 0.05, 0.02)
CLEARANCES = ("metro", "carpark", "hospital")


def invent(kind: str, people: int, *, seed: int = 0, headquarters: int | None = None) -> Instance:
    """An instance of `people` people, with as many teams as the kind asks for."""
    chance = random.Random(f"{kind} {people} {seed}")
    hqs = _places(chance, headquarters or max(1, min(200, round((people / 9) ** 0.5))))
    size, leading = SHAPES[kind]
    seats = round(people / size)
    teams: list[Team] = []
    while sum(team.target for team in teams) + 3 <= max(seats, 4):
        teams.append(_team(chance, len(teams), hqs))
    crowd = [_person(chance, index, hqs, leading) for index in range(people)]
    crowd = _befriend(chance, crowd)
    singles = [person for person in crowd if person.group is None]
    apart = [
        (one.id, other.id) for one, other in (chance.sample(singles, 2) for _pair in range(people // 300)) if one.id
    ]
    return Instance(f"{kind} {people} {seed}", Rules(), hqs, tuple(teams), tuple(crowd), tuple(apart))


def invent_perfect(people: int, *, seed: int = 0, headquarters: int | None = None) -> Instance:
    """An instance with a roster that sends every team out at its target size, places all, splits none, at no cost."""
    chance = random.Random(f"perfect {people} {seed}")
    hqs = _places(chance, headquarters or max(1, min(200, round((people / 9) ** 0.5))))
    teams: list[Team] = []
    crowd: list[Person] = []
    while len(crowd) + 3 <= people:
        team = _team(chance, len(teams), hqs)
        crew = [_person(chance, len(crowd) + index, hqs, 0.1) for index in range(team.target)]
        others = [hq.id for hq in hqs if hq.id != team.hq]
        for index, one in enumerate(crew):
            prefs = (team.hq, *one.prefs[1:]) if team.hq not in one.prefs[1:] else (team.hq,)
            crew[index] = replace(one, prefs=prefs, max_walk=max(one.max_walk, team.walk))
            if others and chance.random() < 0.1:
                crew[index] = replace(crew[index], home=chance.choice(others))
        crew[0] = replace(crew[0], leader=True)
        crew[-1] = replace(crew[-1], experienced=True)
        for tag in sorted(team.needs | team.wants):
            index = chance.randrange(len(crew))
            crew[index] = replace(crew[index], tags=crew[index].tags | {tag})
        if chance.random() < 0.35:
            group = f"G{len(teams):05}"
            together = chance.randint(2, min(4, len(crew)))
            crew[:together] = [replace(one, group=group) for one in crew[:together]]
        teams.append(team)
        crowd += crew
    chance.shuffle(crowd)
    crowd = [replace(one, id=f"P{index:06}", seq=index) for index, one in enumerate(crowd, start=1)]
    return Instance(f"perfect {people} {seed}", Rules(), hqs, tuple(teams), tuple(crowd))


def _places(chance: random.Random, number: int) -> tuple[Headquarters, ...]:
    side = round(2300 * number**0.5)
    return tuple(
        Headquarters(f"H{index:03}", chance.randint(0, side), chance.randint(0, side)) for index in range(1, number + 1)
    )


def _team(chance: random.Random, index: int, hqs: tuple[Headquarters, ...]) -> Team:
    target = chance.choice((4, 5, 5, 5, 5, 6))
    draw = chance.random()
    needs, wants = set(), set()
    if draw < 0.08:
        needs.add("clear:" + chance.choice(CLEARANCES))
    elif draw < 0.12:
        needs.add("lang:" + chance.choices(LANGUAGES, FREQUENT)[0])
    if chance.random() < 0.15:
        wants.add("lang:" + chance.choice(LANGUAGES))
    return Team(
        id=f"T{index + 1:05}",
        hq=chance.choice(hqs).id,
        min=target - 1,
        target=target,
        max=target + 1,
        needs=frozenset(needs),
        wants=frozenset(wants - needs),
        walk=chance.choices((0, 1, 2), (4, 5, 1))[0],
    )


def _person(chance: random.Random, index: int, hqs: tuple[Headquarters, ...], leading: float) -> Person:
    home = chance.choice(hqs)
    near = sorted(hqs, key=lambda hq: (hq.x - home.x) ** 2 + (hq.y - home.y) ** 2)
    prefs = list(dict.fromkeys(chance.choice(near[:5]).id for _choice in range(chance.choice((1, 1, 2, 2, 3)))))
    if chance.random() < 0.6:
        prefs = list(dict.fromkeys([home.id, *prefs]))[:3]
    reach = chance.choices(("prefs", "near", "any"), (5, 3, 2))[0]
    if reach == "any" and chance.random() < 0.4:
        prefs = []
    is_professional = chance.random() < 0.2
    tags = {"lang:" + one for one, share in zip(LANGUAGES, FREQUENT, strict=True) if chance.random() < share}
    if chance.random() < (0.2 if is_professional else 0.03):
        tags.add("clear:" + chance.choice(CLEARANCES))
    return Person(
        id=f"P{index + 1:06}",
        seq=index + 1,
        kind="professional" if is_professional else "citizen",
        home=home.id,
        prefs=tuple(prefs),
        reach=reach,
        leader=chance.random() < leading * (2.2 if is_professional else 0.7),
        experienced=chance.random() < 0.4,
        max_walk=chance.choices((0, 1, 2), (4, 4, 92))[0],
        tags=frozenset(tags),
    )


def _befriend(chance: random.Random, crowd: list[Person], *, share: float = 0.2) -> list[Person]:
    """About one person in five (`share`) comes with friends, two to four of them, most of whom wish the same."""
    order = list(range(len(crowd)))
    chance.shuffle(order)
    start = 0
    for number in range(int(len(crowd) * share / 3 + 1e-9)):
        size = chance.choice((2, 2, 2, 3, 3, 4))
        members = order[start : start + size]
        start += size
        if len(members) < 2:
            break
        first = crowd[members[0]]
        for index in members:
            one = replace(crowd[index], group=f"G{number + 1:05}")
            if chance.random() < 0.9:
                one = replace(one, home=first.home, prefs=first.prefs, reach=first.reach)
            crowd[index] = one
    return crowd


def vary(kind: str, people: int, *, seed: int = 0, headquarters: int | None = None) -> Instance:
    """As `invent`, but no two cities are alike in sizes of teams, tags, friends, walking, pins, leaders, who is apart.

    Between 360 and 970 teams for 3,500 people, at 8 to 40 headquarters, unless told.
    """
    chance = random.Random(f"varied {kind} {people} {seed} {headquarters}")
    number = headquarters or max(1, round(chance.choice((8, 12, 16, 20, 30, 40)) * (people / 3500) ** 0.5))
    hqs = _places(chance, number)
    share, leading = SHAPES[kind]
    middle = chance.choice((3.7, 4.5, 5, 6, 7.5, 9.5))  # people for each team
    weight = [chance.choice((1, 1, 2, 3)) for _hq in hqs]
    needy, wanting = chance.choice((0.05, 0.12, 0.3)), chance.choice((0.1, 0.25, 0.5))
    teams: list[Team] = []
    while sum(team.target for team in teams) + middle / 2 <= max(people / share, 4):
        target = max(2, round(chance.gauss(middle * max(1.0, 1 / share) if share < 1 else middle, 0.9)))
        team = _team(chance, len(teams), hqs)
        needs = {_tag(chance) for _need in range(chance.choice((1, 1, 1, 2)))} if chance.random() < needy else set()
        wants = {_tag(chance) for _want in range(chance.choice((1, 1, 2)))} if chance.random() < wanting else set()
        teams.append(
            replace(
                team,
                hq=chance.choices(hqs, weight)[0].id,
                min=max(1, target - chance.choice((0, 1, 1, 2))),
                target=target,
                max=target + chance.choice((0, 1, 1, 2)),
                needs=frozenset(needs),
                wants=frozenset(wants - needs),
            )
        )
    # As many who may lead for a team as `invent` has, whatever the size of teams.
    leading *= 5 / middle
    weak = chance.choice((0.08, 0.2, 0.4))
    crowd = []
    for index in range(people):
        one = _person(chance, index, hqs, leading)
        walk = chance.choice((0, 1)) if chance.random() < weak else 2
        crowd.append(replace(one, max_walk=walk, experienced=chance.random() < 0.5))
    crowd = _befriend(chance, crowd, share=chance.choice((0.2, 0.35, 0.6)))
    apart = [
        (one.id, other.id)
        for one, other in (chance.sample(crowd, 2) for _pair in range(round(people * chance.choice((0.003, 0.03)))))
    ]
    ids = {one.id: one.group for one in crowd}
    apart = [(one, other) for one, other in apart if ids[one] is None or ids[one] != ids[other]]
    kept = {one for pair in apart for one in pair}
    pins: list[Pin] = []
    led: set[str] = set()
    for one in chance.sample(crowd, round(people * chance.choice((0, 0.01, 0.03)))):
        some = chance.sample(teams, min(40, len(teams)))
        team = next((team for team in some if team.hq in one.prefs), some[0])
        if one.id not in kept and sum(pin.team == team.id for pin in pins) < team.max - 1:
            lead = one.leader and team.id not in led and chance.random() < 0.5
            led |= {team.id} if lead else set()
            pins.append(Pin(one.id, team.id, lead))
    return Instance(
        f"varied {kind} {people} {seed} {number}", Rules(), hqs, tuple(teams), tuple(crowd), tuple(apart), tuple(pins)
    )


def _tag(chance: random.Random) -> str:
    if chance.random() < 0.4:
        return "clear:" + chance.choice(CLEARANCES)
    return "lang:" + chance.choices(LANGUAGES, FREQUENT)[0]
