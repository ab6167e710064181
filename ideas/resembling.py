"""Ideas that look like the one being typed, so that one supports rather than repeats.

Words are compared, not meanings: folded (no accents, no capitals), in any order, small faults allowed, by rapidfuzz's
token set ratio of the titles and of the first words of the texts; titles also by themselves, by its token sort ratio,
since two people say the same in one line and then tell it each in their own words. What is said in other words is not
found: "planter des arbres" does not find "végétaliser la cour".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db.models.functions import Left
from rapidfuzz import fuzz, process, utils

from ideas.models import Call, Idea
from volunteers.words import fold

LIKENESS = 72  # of 100
LIKENESS_OF_TITLES = 85
FEWEST = 6  # characters typed, from which it is worth asking
READ = 300  # characters of each idea
SMALL = frozenset({
    "a", "au", "aux", "avec", "ce", "ces", "d", "dans", "de", "des", "du", "en", "et", "l", "la", "le", "les", "ou",
    "par", "pour", "qu", "que", "qui", "sa", "se", "ses", "son", "sur", "un", "une", "an", "and", "at", "by", "for",
    "in", "of", "on", "or", "the", "to", "with",
})  # fmt: skip


def alike(title: str, text: str = "", *, call: Call, but: int | None = None, limit: int = 5) -> list[Idea]:
    """At most ``limit`` ideas of the call that resemble these words, the likest first. Two queries.

    What was merged leads to the idea that it is read at. Nothing hidden is shown, nor the idea ``but`` itself.
    """
    words, line = _essence(fold(f"{title} {text}")), _essence(fold(title))
    if len(words) < FEWEST:
        return []
    rows = Idea.objects.filter(call=call, hidden_at=None, head__hidden_at=None).exclude(state=Idea.State.WITHDRAWN)
    heads: dict[int, int] = {}
    known: dict[int, str] = {}
    lines: dict[int, str] = {}
    for pk, head, found, titled in rows.values_list("pk", "head", Left("words", READ), "title"):
        heads[pk], known[pk], lines[pk] = head or pk, _essence(found), _essence(fold(titled))
    likeness = _likeness(words, known, by=fuzz.token_set_ratio, least=LIKENESS)
    if len(line) >= FEWEST:
        for pk, of_titles in _likeness(line, lines, by=fuzz.token_sort_ratio, least=LIKENESS_OF_TITLES).items():
            likeness[pk] = max(of_titles, likeness.get(pk, 0))
    likest = sorted(likeness, key=lambda pk: -likeness[pk])
    order = dict.fromkeys(heads[pk] for pk in likest)  # each once, in that order
    if but:
        order.pop(but, None)
    keys = list(order)[:limit]
    ideas = Idea.objects.select_related("call").in_bulk(keys)
    return [ideas[pk] for pk in keys if pk in ideas]


def _likeness(typed: str, known: Mapping[int, str], *, by: Callable[..., float], least: float) -> dict[int, float]:
    """How like each is, of those that are as like as ``least``, the likest first."""
    found = process.extract(typed, known, scorer=by, processor=utils.default_process, limit=None, score_cutoff=least)
    return {pk: likeness for _words, likeness, pk in found}


def _essence(folded: str) -> str:
    return " ".join(word for word in folded.replace("'", " ").replace("’", " ").split() if word not in SMALL)
