"""Who types an address learns nothing of the person behind it."""

import datetime as dt
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from events import enlisting
from events.models import Registration
from tests.factories.events import SlotFactory
from tests.factories.volunteers import MembershipFactory, NetworkOrganiserFactory, VolunteerFactory
from tests.office import inside
from volunteers import erasing, exporting, signing_up

pytestmark = pytest.mark.django_db
SECRETS = ("Sébastien", "Zerrouki", "06 12 34 56 78")


@pytest.fixture
def slot():
    return SlotFactory(starts_at=timezone.now() + dt.timedelta(minutes=30), capacity=9)


@pytest.fixture
def organiser(slot):
    return NetworkOrganiserFactory(network=slot.network).user


@pytest.fixture
def stranger():
    return VolunteerFactory(
        user__email="seb@example.org",
        user__first_name="Sébastien",
        user__last_name="Zerrouki",
        phone="+33612345678",
    )


def seen(organiser, slot):
    """All that the back office says of the date's people."""
    client = inside(organiser)
    said = ""
    for name in ("slot", "attendance", "sign-sheet"):
        said += client.get(reverse(f"organise:{name}", args=[slot.pk])).text
    for row in slot.registrations.all():
        said += client.get(reverse("organise:registration-cancel", args=[slot.pk, row.uid])).text
    sheet = load_workbook(io.BytesIO(client.get(reverse("organise:export", args=[slot.pk])).content)).active
    return said + str(list(sheet.values))


@pytest.mark.parametrize("how", [enlisting.enlist, enlisting.welcome])
def test_organiser_sees_of_a_stranger_what_they_typed(slot, organiser, stranger, how):
    person = {"first_name": "Guess", "last_name": "Work", "slot": slot, "language": "fr", "by": organiser}

    row = how("seb@example.org", **person)
    how("seb@example.org", **person | {"first_name": "Again"})

    said = seen(organiser, slot)
    assert "Guess Work" in said and "seb@example.org" in said and "Again" not in said
    assert [secret for secret in SECRETS if secret in said] == []
    found = [inside(organiser).get(reverse("organise:slot", args=[slot.pk]), {"q": q}).text for q in ("Séb", "Gue")]
    assert ["seb@example.org" in page for page in found] == [False, True]
    stranger.user.refresh_from_db()
    assert (stranger.user.get_full_name(), row is not None) == ("Sébastien Zerrouki", True)


def test_name_typed_goes_into_no_stranger_s_account(slot, organiser):
    nameless = VolunteerFactory(user__email="seb@example.org", user__first_name="", user__last_name="").user

    enlisting.enlist(nameless.email, first_name="Guess", last_name="", slot=slot, language="fr", by=organiser)

    nameless.refresh_from_db()
    assert nameless.first_name == ""


@pytest.mark.parametrize("known", ["member", "new"])
def test_of_whom_they_know_organisers_see_the_account(slot, organiser, known):
    if known == "member":
        MembershipFactory(volunteer=VolunteerFactory(user__email="awa@example.org"), network=slot.network)
    else:
        signing_up.person_for("awa@example.org", language="fr")
    person = {"first_name": "Li", "last_name": "", "slot": slot, "language": "fr", "by": organiser}

    row = enlisting.enlist("awa@example.org", **person).registration

    assert (row.known_as, row.person_name) == (None, row.volunteer.user.get_full_name())
    assert row.person_name


def test_what_was_typed_is_told_to_the_person_and_goes_with_them(slot, organiser, stranger):
    enlisting.enlist("seb@example.org", first_name="Guess", last_name="", slot=slot, language="fr", by=organiser)

    assert "Guess" in str(exporting.export(stranger.user))

    erasing.erase(stranger.user)
    assert list(Registration.objects.values_list("known_as", "volunteer")) == [(None, None)]
