"""A city of twenty districts, somebody who organises a network in it, and somebody who left traces everywhere.

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


@pytest.fixture
def known(client):
    """Somebody who left traces everywhere this room and the mail know of."""
    from allauth.account.models import EmailAddress
    from django.urls import reverse

    from mail import queuing
    from mail.models import Suppression
    from tests.factories.volunteers import DistrictFactory, MembershipFactory, VolunteerFactory
    from tests.volunteers.canary import CANARY
    from volunteers import consenting

    volunteer = VolunteerFactory(
        user__email=f"{CANARY}@example.org", user__first_name=CANARY, user__last_name=CANARY, phone="+33612345678"
    )
    user = volunteer.user
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    volunteer.districts.add(DistrictFactory())
    MembershipFactory(volunteer=volunteer)
    consenting.give(user, purpose="charter", form=CANARY)
    queuing.queue("account/notice", key=CANARY, user=user, context={"notice": CANARY})
    queuing.queue("account/unknown_account", key="to the address alone", to=user.email)
    Suppression.objects.create(email=user.email)
    client.force_login(user)
    client.get(reverse("volunteers:security"), headers={"user-agent": CANARY})
    return user
