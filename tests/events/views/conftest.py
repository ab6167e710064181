"""A date of a network, somebody who organises it, and signing in without the pause.

What knows the product is imported where it is used: pytest reads this file before the settings are chosen.
"""

import pytest


@pytest.fixture
def slot():
    from tests.factories.trainings import SessionFactory

    return SessionFactory(slot__capacity=3).slot


@pytest.fixture
def organiser(slot):
    from tests.events.views.organising import person
    from tests.office import inside

    return inside(person("organiser", slot))
