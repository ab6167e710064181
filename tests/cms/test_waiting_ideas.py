"""Ideas that wait, on the trainings' board of the quarter."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.trainings import SessionFactory, TrainingFactory
from tests.factories.volunteers import NetworkFactory, NetworkOrganiserFactory
from tests.office import inside

pytestmark = pytest.mark.django_db


def test_board_of_the_quarter_says_how_many_ideas_wait():
    network = NetworkFactory()
    organiser = inside(NetworkOrganiserFactory(network=network).user)
    SessionFactory(training=TrainingFactory(network=network, theme=None), slot__starts_at=timezone.now())
    board = reverse("organise-trainings:quarter")
    IdeaFactory(call=CallFactory())
    before = organiser.get(board).context["board"].figures
    IdeaFactory.create_batch(2, call=CallFactory(network=network))

    page = organiser.get(board)

    *others, ours = page.context["board"].figures
    assert (len(others), ours.value, ours.url) == (len(before), 2, reverse("organise-ideas:list"))
    assert "idées attendent une réponse" in page.text
