"""Ideas that look like the one being typed, so that one supports rather than repeats.

Words are compared, not meanings: folded (no accents, no capitals), in any order, small faults allowed, by rapidfuzz's
token set ratio of the titles and of the first words of the texts. What is said in other words is not found: "planter
des arbres" does not find "végétaliser la cour".
"""

from __future__ import annotations

from django.db.models.functions import Left
from rapidfuzz import fuzz, process, utils

from ideas.models import Call, Idea
from volunteers.words import fold

LIKENESS = 72  # of 100
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
    words = _essence(fold(f"{title} {text}"))
    if len(words) < FEWEST:
        return []
    rows = Idea.objects.filter(call=call, hidden_at=None, head__hidden_at=None).exclude(state=Idea.State.WITHDRAWN)
    heads: dict[int, int] = {}
    known: dict[int, str] = {}
    for pk, head, found in rows.values_list("pk", "head", Left("words", READ)):
        heads[pk], known[pk] = head or pk, _essence(found)
    likest = process.extract(
        words, known, scorer=fuzz.token_set_ratio, processor=utils.default_process, limit=None, score_cutoff=LIKENESS
    )
    order = dict.fromkeys(heads[pk] for _words, _likeness, pk in likest)  # each once, in that order
    if but:
        order.pop(but, None)
    keys = list(order)[:limit]
    ideas = Idea.objects.select_related("call").in_bulk(keys)
    return [ideas[pk] for pk in keys if pk in ideas]


def _essence(folded: str) -> str:
    return " ".join(word for word in folded.replace("'", " ").replace("’", " ").split() if word not in SMALL)
