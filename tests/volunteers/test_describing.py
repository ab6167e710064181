"""What a person says of themselves."""

import pytest

from tests.factories.volunteers import DistrictFactory, VolunteerFactory
from volunteers import describing
from volunteers.models import Volunteer

pytestmark = pytest.mark.django_db


def test_describing_replaces_the_profile():
    volunteer, district = VolunteerFactory(), DistrictFactory()
    describing.describe(volunteer, answers={"first_name": "Noé", "districts": [district], "availability": ["night"]})
    describing.describe(volunteer, answers={"phone": "+33612345678"})

    volunteer = Volunteer.objects.get()
    assert (volunteer.user.first_name, list(volunteer.districts.all())) == ("Noé", [district])
    assert (volunteer.availability, str(volunteer.phone)) == (["night"], "+33612345678")
