"""Who comes instead of somebody in a team: by the engine's own rules of who may go where, least disturbance first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from events.night.models import Vacancy
from events.night.roster.problem import Instance, Person, Team, travel


@dataclass(frozen=True)
class Plan:
    """``newcomer``: who comes out of the reserve; ``leader``: who leads from now on, one of the team or the newcomer;
    ids of people. ``why``: what was lacking, when the team needs somebody and nobody will do."""

    newcomer: str | None = None
    leader: str | None = None
    why: str = ""

    @property
    def is_complete(self) -> bool:
        """Is nothing to be done?"""
        return self == Plan()


def plan(
    instance: Instance, team: Team, *, members: Sequence[str], leader: str | None, reserve: Mapping[str, str]
) -> Plan:
    """How to mend a team that has these members left, led by ``leader`` if by anybody.

    A member who may lead does so when nobody does: nobody else has to move. Somebody is taken out of the reserve
    (``reserve``: people's ids with the headquarters that they wait at) while the team is under the size aimed at or
    lacks something that it needs; who comes in must bring what is lacking. First whoever lets the team go out, then
    those who wait at its own headquarters, then those who would go there most gladly; then what it wishes for; whoever
    has no friends to leave; and the order of sign-up.
    """
    people = {person.id: person for person in instance.people}
    crew = [people[one] for one in members]
    lead = leader or _best_leader(crew)
    promoted = lead if lead != leader else None
    missing = team.needs - _tags(crew)
    if lead and not missing and len(crew) >= min(team.target, team.max):
        return Plan(leader=promoted)
    if len(crew) >= team.max:
        return Plan(leader=promoted, why=Vacancy.Why.TAGS if lead else Vacancy.Why.LEADER)
    hqs = {hq.id: hq for hq in instance.hqs}
    costs = {one: travel(instance.rules, people[one], hqs).get(team.hq) for one in reserve if one in people}
    candidates = [people[one] for one, cost in costs.items() if cost is not None and people[one].max_walk >= team.walk]
    if not candidates:
        return Plan(leader=promoted, why=Vacancy.Why.PEOPLE)
    able = [person for person in candidates if _lacks(person, lead, missing) < (lead is None) + len(missing)]
    if lead and not missing:
        able = candidates
    if not able:
        return Plan(leader=promoted, why=Vacancy.Why.TAGS if lead else Vacancy.Why.LEADER)
    crew_tags, seasoned = _tags(crew), any(person.experienced for person in crew)

    def order(person: Person) -> tuple[int, ...]:
        return (
            _lacks(person, lead, missing),
            reserve[person.id] != team.hq,
            costs[person.id] or 0,
            not (seasoned or person.experienced),
            -len((team.wants - crew_tags) & person.tags),
            person.group is not None and not any(one.group == person.group for one in crew),
            person.seq,
        )

    newcomer = min(able, key=order)
    return Plan(newcomer.id, promoted or (newcomer.id if lead is None and newcomer.leader else None))


def _lacks(person: Person, lead: str | None, missing: frozenset[str]) -> int:
    """How many things the team still lacks with this person in it."""
    return int(lead is None and not person.leader) + len(missing - person.tags)


def _tags(crew: Sequence[Person]) -> frozenset[str]:
    return frozenset().union(*(person.tags for person in crew))


def _best_leader(crew: Sequence[Person]) -> str | None:
    able = [person for person in crew if person.leader]
    return min(able, key=lambda person: (not person.experienced, person.seq)).id if able else None
