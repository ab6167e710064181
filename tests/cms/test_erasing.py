import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.urls import reverse
from wagtail.models import ModelLogEntry

from tests.factories.volunteers import UserFactory, VolunteerFactory
from tests.office import inside
from tests.volunteers.canary import CANARY, everything_stored
from volunteers import erasing

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return UserFactory(administrator=True)


def test_what_administrations_noted_of_an_account_no_longer_says_whose_it_was(administrator):
    user = VolunteerFactory(user__email=f"{CANARY}@example.org", user__last_name=CANARY).user
    office = inside(administrator)
    form = office.get(reverse("wagtailusers_users:edit", args=[user.pk])).context["form"]
    typed = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    office.post(reverse("wagtailusers_users:edit", args=[user.pk]), typed | {"last_name": f"{CANARY}s"})
    LogEntry.objects.log_actions(administrator.pk, [user, user.volunteer], CHANGE, change_message=f"Was {CANARY}.")
    assert [CANARY in entry.label for entry in ModelLogEntry.objects.all()] == [True]

    erasing.erase(user)

    assert CANARY not in everything_stored()
    assert (ModelLogEntry.objects.count(), LogEntry.objects.count()) == (1, 2)


def test_what_was_noted_of_others_stays(administrator):
    other = UserFactory(email="other@example.org")
    LogEntry.objects.log_actions(administrator.pk, [other], CHANGE, change_message="Renamed.")

    erasing.erase(UserFactory())

    assert list(LogEntry.objects.values_list("object_repr", "change_message")) == [("other@example.org", "Renamed.")]
