"""What participants answered: for those who gave and organise the session, and in public as far as it is published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from events.models import Slot
from trainings.models import Evaluation, EvaluationAnswer, Training
from trainings.quarters import Quarter
from volunteers.models import Network
from volunteers.small_numbers import Figure, protect_line

Score = EvaluationAnswer.Score
SHOWN = 3  # published evaluations on a training's page


@dataclass(frozen=True)
class Bar:
    """A row of templates/components/bar_chart.html."""

    label: str
    value: int
    shown: str = ""


@dataclass(frozen=True)
class Results:
    """Of a closed evaluation. The texts are in alphabetical order: none says which score came with it."""

    count: int
    bars: list[Bar]
    useful: list[str]
    missing: list[str]

    @property
    def longest(self) -> int:
        return max(bar.value for bar in self.bars)

    @property
    def good(self) -> int:
        """How many in a hundred said good or very good."""
        return round(100 * sum(bar.value for bar in self.bars[:2]) / self.count)


def results_of(evaluation: Evaluation) -> Results | None:
    """None before it has closed, and when too few people answered (their answers are gone)."""
    if evaluation.closed_on is None:
        return None
    rows = list(evaluation.answers.values_list("score", "useful", "missing"))
    if not rows:
        return None
    scores = Counter(score for score, _useful, _missing in rows)
    return Results(
        count=len(rows),
        bars=[Bar(str(score.label), scores[score.value]) for score in Score],
        useful=sorted((useful for _score, useful, _missing in rows if useful), key=str.casefold),
        missing=sorted((missing for _score, _useful, missing in rows if missing), key=str.casefold),
    )


@dataclass(frozen=True)
class Published:
    """One session's answers as its training's page shows them."""

    evaluation: Evaluation
    total: Figure
    bars: list[Bar]

    @property
    def longest(self) -> int:
        return max([bar.value for bar in self.bars] + [1])


def published_of(training: Training) -> list[Published]:
    """The latest that organisers chose to publish, small numbers left out. Two queries, or one when there is none."""
    rows = Evaluation.objects.filter(session__training=training, published_at__isnull=False)
    evaluations = list(rows.select_related("session__slot").order_by("-session__slot__starts_at", "-pk")[:SHOWN])
    if not evaluations:
        return []
    counted = EvaluationAnswer.objects.filter(evaluation__in=evaluations).order_by().values_list("evaluation", "score")
    counts = {(evaluation, score): n for evaluation, score, n in counted.annotate(n=Count("pk"))}
    found = []
    for evaluation in evaluations:
        line = protect_line([counts.get((evaluation.pk, score.value), 0) for score in Score])
        bars = [
            Bar(str(score.label), figure.value or 0, str(figure))
            for score, figure in zip(Score, line.figures, strict=True)
        ]
        found.append(Published(evaluation, line.total, bars))
    return found


def evaluations_of(slots: QuerySet[Slot]) -> QuerySet[Evaluation]:
    """Those of the sessions at these slots, latest first, with how many answered once that may be known (``count``)."""
    rows = Evaluation.objects.filter(session__slot__in=slots)
    rows = rows.annotate(count=Count("answers")).order_by("-session__slot__starts_at", "-pk")
    return rows.select_related("session__slot__network", "session__slot__venue", "session__training")


def wishes(networks: Iterable[Network], quarter: Quarter) -> QuerySet[EvaluationAnswer]:
    """What participants of that quarter's sessions missed or ask for next, by training; closed evaluations only."""
    first, after = quarter.bounds
    return (
        EvaluationAnswer.objects.filter(
            evaluation__closed_on__isnull=False,
            evaluation__session__training__network__in=networks,
            evaluation__session__slot__starts_at__gte=first,
            evaluation__session__slot__starts_at__lt=after,
        )
        .exclude(missing="")
        .select_related("evaluation__session__training__network")
        .order_by("evaluation__session__training__title", "evaluation__session__training_id", "pk")
    )
