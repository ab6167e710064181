"""A city of twenty districts and somebody who organises a network in it.

What knows the product is imported where it is used: pytest reads this file before the settings are chosen.
"""

import pytest


@pytest.fixture
def organiser(db):
    from tests.factories.volunteers import DistrictFactory, NetworkOrganiserFactory

    for number in range(1, 21):
        DistrictFactory(code=f"{number:02}", name=f"Quartier {number}")
    return NetworkOrganiserFactory(network__name_fr="Volontaires du Climat", network__name_en="Climate Volunteers").user


@pytest.fixture
def network(organiser):
    return organiser.organiser_roles.get().network
