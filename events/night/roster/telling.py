"""The facts of an explanation in plain English, for the command line. The site words them in its own languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .explaining import Place, Placed, Unplaced
from .helping import NONE, Help
from .lacking import ACCEPTS, LEAD, SIZE, WALKS, Goes, Reason, Stays
from .situation import Change, Price

SAID = 12  # answers, the most helpful first
WISHES = {
    "pinned": "an organiser pinned them to it",
    "first": "it leaves from their first choice",
    "second": "it leaves from their second choice",
    "third": "it leaves from their third choice",
    "later": "it leaves from one of their choices",
    "near": "it leaves from near their home headquarters, which they accept",
    "far": "they go wherever they are useful",
}
GAINS = {
    "viable": ("{} more {} would go out", "{} fewer {} would go out", "team", "teams"),
    "placed": ("{} more {} would have a team", "{} fewer {} would have a team", "person", "people"),
    "split": ("{} more {} of friends would be split", "{} fewer {} of friends would be split", "group", "groups"),
    "cost": ("people would be sent {} {} further from their wishes",) * 2 + ("point", "points"),
    "balance": (
        "the teams would be {} {} less balanced",
        "the teams would be {} {} better balanced",
        "point",
        "points",
    ),
}


def tell(fact: Placed | Unplaced | Goes | Stays) -> list[str]:
    """Sentences about a person or a team."""
    if isinstance(fact, Placed):
        return _placed(fact)
    if isinstance(fact, Unplaced):
        return _unplaced(fact)
    return _goes(fact) if isinstance(fact, Goes) else _stays(fact)


def tell_help(helps: Sequence[Help], staying: int) -> list[str]:
    """Sentences about what would help most, where so many teams stay."""
    if not staying:
        return ["Every team goes out."]
    if not helps:
        return ["No dozen newcomers of one kind at one headquarters would staff another team."]
    return [_help(one) for one in helps[:SAID]]


def _placed(fact: Placed) -> list[str]:
    role = "leads" if fact.leads else "is in"
    told = [f"{fact.person} {role} {fact.team}, from {fact.hq}: {WISHES[fact.wish]}."]
    if fact.friends_here:
        told.append(f"With friends: {_list(fact.friends_here)}.")
    if fact.friends_elsewhere:
        told.append(f"Friends who are elsewhere: {_list(fact.friends_elsewhere)}.")
    if fact.needed_for:
        told.append(f"Without them the team could not go out: it would lack {_list(map(_needed, fact.needed_for))}.")
    if fact.wish != "pinned" and not fact.cost:
        told.append("No headquarters suits them better.")
    for choice in fact.choices:
        if choice.price is None:
            told.append(f"{choice.hq} would suit them better: no way was found to take them there.")
        else:
            told.append(f"{choice.hq} would suit them better: {_price(choice.price, fact.person)}")
    return told


def _unplaced(fact: Unplaced) -> list[str]:
    if fact.pinned is not None:
        return [f"{fact.person} is pinned to {fact.pinned}, which does not go out."]
    if not fact.places:
        return [f"{fact.person} has no team: no team leaves from where they may go."]
    told = [f"{fact.person} has no team."]
    told += [_place(place, fact.person) for place in fact.places]
    if fact.more_places:
        told.append(f"They may go to {_count(fact.more_places, 'more headquarters')}, which cost more.")
    return told


def _place(place: Place, person: str) -> str:
    said = f"At {place.hq}, {place.out} teams go out and {place.home} do not. "
    if not place.walkable:
        said += "They can walk none of those that go out. " if place.out else ""
    else:
        said += f"They can walk {place.walkable} of them, where {_seats(place.free)} free. "
    if place.price is None:
        return said + "No way was found to take them there."
    return said + f"To take them: {_price(place.price, person)}"


def _goes(fact: Goes) -> list[str]:
    told = [
        f"{fact.team} goes out from {fact.hq}, led by {fact.leader}.",
        f"It has {_count(len(fact.members), 'person', 'people')}, and {fact.target} are wished for.",
        f"In it: {_list(fact.members)}; {fact.seasoned} with experience.",
    ]
    told += [f"{tag} is held by {_list(people)}." for tag, people in fact.holders]
    return told + [f"Nobody in it holds {tag}, which it would like." for tag in fact.missing]


def _stays(fact: Stays) -> list[str]:
    if fact.alone:
        return [f"{fact.team} cannot go out from {fact.hq}, whoever else stays at home: {_alone(fact)}."]
    if not fact.is_sure:
        told = [f"{fact.team} does not go out from {fact.hq}; there was no time to tell why."]
    elif not fact.reasons:
        told = [f"{fact.team} does not go out from {fact.hq}, and it could, beside all that do."]
    else:
        beside = "team that does" if fact.beside == 1 else "teams that do"
        where = f"{fact.team} cannot go out from {fact.hq} beside the {fact.beside} {beside}"
        told = [f"{where}, even with everybody who has no team: {_list(map(_scarce, fact.reasons))}."]
        if len(fact.reasons) > 1:
            told.append("Each of these could be had without the others.")
    if fact.price is not None:
        told.append(f"To send it out: {_price(fact.price, '', levels=('viable', 'placed'))}")
    return told


def _alone(fact: Stays) -> str:
    """What nobody can satisfy even for this team alone."""
    what = {reason.what: reason for reason in fact.reasons}
    filters = [said for one, said in ((ACCEPTS, f"accept {fact.hq}"), (WALKS, "can walk it")) if one in what]
    asked = [one for one in what if one not in (ACCEPTS, WALKS, SIZE)]
    if not asked:
        there = f"{what[SIZE].there} people {_list(filters) if filters else 'are there'}"
        return f"it takes {what[SIZE].asked} people, and {there}"
    abilities = _list("may lead" if one == LEAD else f"hold {one}" for one in asked)
    people = f"people who {_list(filters)}" if filters else "people"
    within = "within its size, " if SIZE in what else ""
    return f"{within}there are no {people} who {abilities}{' between them' if len(asked) > 1 else ''}"


def _scarce(reason: Reason) -> str:
    if reason.what == LEAD:
        return f"{reason.asked} teams ask for {reason.asked} people who may lead, of {reason.there} to choose from"
    if reason.what == SIZE:
        return f"the least sizes add up to {reason.asked} people, of {reason.there} to choose from"
    return f"{_count(reason.asked, 'team')} need {reason.what}, of {_count(reason.there, 'holder')} to choose from"


def _help(fact: Help) -> str:
    teams = _count(fact.teams, "more team")
    if fact.what == NONE:
        return f"{_list(hq for hq, _number in fact.hqs)} could send out {teams} if composed anew."
    one, many = {LEAD: ("leader", "leaders"), SIZE: ("person", "people")}.get(
        fact.what, (f"holder of {fact.what}", f"holders of {fact.what}")
    )
    people = _count(fact.newcomers, f"more {one}", f"more {many}")
    where = _list((hq for hq, _number in fact.hqs), "or")
    shares = "" if len(fact.hqs) == 1 else " (" + ", ".join(f"{hq}: {number}" for hq, number in fact.hqs) + ")"
    return f"{people} willing to go to {where}{shares} would staff {teams}."


def _price(price: Price, person: str, levels: Iterable[str] = tuple(GAINS)) -> str:
    """The consequences of another roster, then who else would change."""
    effects = []
    for level in levels:
        now, then = price.levels[level]
        if now != then:
            more, fewer, one, many = GAINS[level]
            number = abs(then - now)
            if level == "cost" and then < now:
                more = fewer = "people would be sent {} {} closer to their wishes"
            effects.append((more if then > now else fewer).format(number, one if number == 1 else many))
    others = [_change(change) for change in price.changes if change.person != person]
    said = _list(effects) if effects else "nothing would be lost"
    moves = f" ({'; '.join(others)})" if 0 < len(others) <= 8 else f" ({len(others)} others change)" if others else ""
    return f"{said}{moves}{'' if price.is_least else ', at most'}."


def _change(change: Change) -> str:
    if change.after is None:
        return f"{change.person} would have no team instead of {change.before}"
    if change.before is None:
        return f"{change.person}, who has no team, would be in {change.after}"
    return f"{change.person} would be in {change.after} instead of {change.before}"


def _needed(what: str) -> str:
    return {LEAD: "a leader", "leader": "a leader", SIZE: "people"}.get(what, what)


def _seats(number: int) -> str:
    return "no seat is" if not number else "one seat is" if number == 1 else f"{number} seats are"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 or one.endswith('headquarters') else many or one + 's'}"


def _list(words: Iterable[str], last: str = "and") -> str:
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else "nobody"
