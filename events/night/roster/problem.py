"""What a roster is made from and what it says. Distances are whole metres on a local plane, costs are whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isqrt

LEVELS = ("viable", "placed", "split", "cost", "balance")
NIGHT_LEVELS = ("viable", "moved", "placed", "split", "balance")


class Contradiction(ValueError):
    """What was given cannot be read or cannot all be true; `problems` says everything that is wrong, in words."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Rules:
    """What distance, missing experience, missing wishes of a team and odd sizes cost."""

    rank_cost: tuple[int, ...] = (0, 2, 4)
    near_cost: int = 6
    near_m: int = 2600
    any_cap: int = 8
    no_experience: int = 3
    missing_want: int = 2
    off_target: int = 1


@dataclass(frozen=True, slots=True)
class Headquarters:
    id: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Team:
    """One sector's team. Sizes count the leader."""

    id: str
    hq: str
    min: int
    target: int
    max: int
    needs: frozenset[str] = frozenset()
    wants: frozenset[str] = frozenset()
    walk: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    seq: int
    kind: str
    home: str
    prefs: tuple[str, ...]
    reach: str
    leader: bool
    experienced: bool
    max_walk: int
    tags: frozenset[str] = frozenset()
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """An organiser's decision: binding, even where the person would not go, could not walk or did not offer to lead."""

    person: str
    team: str
    lead: bool = False


@dataclass(frozen=True, slots=True)
class Instance:
    name: str
    rules: Rules
    hqs: tuple[Headquarters, ...]
    teams: tuple[Team, ...]
    people: tuple[Person, ...]
    apart: tuple[tuple[str, str], ...] = ()
    pins: tuple[Pin, ...] = ()


@dataclass(frozen=True, slots=True)
class Bounds:
    """What no roster can better, each given that the levels before it are as good; None where nothing is proven."""

    viable: int | None = None
    placed: int | None = None
    split: int | None = None
    cost: int | None = None
    balance: int | None = None


@dataclass(frozen=True, slots=True)
class NightBounds:
    """As `Bounds`, for the levels of the night."""

    viable: int | None = None
    moved: int | None = None
    placed: int | None = None
    split: int | None = None
    balance: int | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    instance: str
    assignments: dict[str, str]
    leaders: dict[str, str]
    reserve: dict[str, str] = field(default_factory=dict)
    bounds: Bounds | NightBounds = Bounds()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class WalkIn:
    person: Person
    at: str


@dataclass(frozen=True, slots=True)
class Night:
    """What happened at the doors: who did not come, who came unannounced, which teams have left."""

    absent: tuple[str, ...] = ()
    walkins: tuple[WalkIn, ...] = ()
    departed: tuple[str, ...] = ()


def travel(rules: Rules, person: Person, places: dict[str, Headquarters]) -> dict[str, int]:
    """The headquarters where this person may go, with what each costs. `places` has every headquarters by id."""
    found = {hq: rules.rank_cost[rank] for rank, hq in enumerate(person.prefs)}
    if person.reach == "prefs":
        return found
    home = places[person.home]
    least = rules.near_cost if person.prefs else 0
    for place in places.values():
        if place.id in found:
            continue
        square = (place.x - home.x) ** 2 + (place.y - home.y) ** 2
        if person.reach == "any":
            found[place.id] = max(least, min(rules.any_cap, isqrt(square) // 1000))
        elif square <= rules.near_m**2:
            found[place.id] = rules.near_cost
    return found
