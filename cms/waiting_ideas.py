"""Ideas that wait for an answer, on the trainings' board of the quarter: the two rooms do not know one another."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import ngettext

from ideas import waiting
from trainings.board_figures import Figure
from trainings.quarters import Quarter
from volunteers.models import Network


def figure(networks: Sequence[Network], quarter: Quarter) -> Figure | None:
    """How many ideas wait at this moment in these networks' calls, whatever the quarter; nothing when none does."""
    count = waiting.count_in(networks)
    if not count:
        return None
    words = ngettext("idea waits for an answer", "ideas wait for an answer", count)
    return Figure(words, count, url=reverse("organise-ideas:list"))
