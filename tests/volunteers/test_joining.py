"""Joining a network and leaving it."""

import pytest

from tests.factories.volunteers import NetworkFactory, VolunteerFactory
from volunteers import joining
from volunteers.models import Membership

pytestmark = pytest.mark.django_db


def test_joining_and_leaving_are_harmless_twice_and_keep_the_history():
    volunteer, network = VolunteerFactory(), NetworkFactory()
    for verb in (joining.join, joining.join, joining.leave, joining.leave, joining.join):
        verb(volunteer, network=network)

    stays = Membership.objects.filter(volunteer=volunteer).order_by("pk")
    assert [stay.left_at is None for stay in stays] == [False, True]
