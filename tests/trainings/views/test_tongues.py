"""What organisers wrote in French alone says so to readers of English (WCAG 2.2, 3.1.2)."""

import re

import pytest

from tests.factories.events import RegistrationFactory
from tests.factories.trainings import SessionFactory
from tests.factories.volunteers import VolunteerFactory

pytestmark = pytest.mark.django_db
FRENCH = {
    "slot__title_fr": "Réparer son vélo",
    "slot__title_en": "",
    "training__title_fr": "Réparer son vélo",
    "training__title_en": "",
    "training__summary_fr": "En une matinée",
    "training__aims_fr": "Changer une chaîne",
    "training__audience_fr": "Tout le monde",
    "training__theme__title_fr": "À vélo",
    "training__theme__title_en": "",
}


@pytest.fixture
def session():
    return SessionFactory(**FRENCH)


@pytest.fixture
def own(session, client):
    """Somebody's seat in it, and something else of theirs at that time."""
    user = VolunteerFactory().user
    client.force_login(user)
    RegistrationFactory(slot=SessionFactory(**FRENCH).slot, volunteer=user.volunteer)
    return RegistrationFactory(slot=session.slot, volunteer=user.volunteer)


def spoken(client, address):
    """What stands in elements that are marked as French, without their tags."""
    page = client.get(address).content.decode()
    body = page[page.index("<main") : page.index("</main>")]
    marked = re.findall(r'<(\w+)[^>]* lang="fr"[^>]*>(.*?)</\1>', body, re.DOTALL)
    return sorted({" ".join(re.sub(r"<.*?>", "", text).split()) for _tag, text in marked})


def test_page_of_a_session(client, session):
    address = f"/trainings/sessions/{session.slot_id}/"

    assert spoken(client, f"/en{address}") == [
        "Changer une chaîne", "En une matinée", "Réparer son vélo", "Tout le monde", "À vélo",
    ]  # fmt: skip
    assert spoken(client, address) == []


def test_list_of_sessions(client, session):
    assert spoken(client, "/en/trainings/") == ["Réparer son vélo", "À vélo"]
    assert spoken(client, "/trainings/") == []


def test_my_space_and_what_one_is_registered_for(client, own):
    for address in ("/my-space/", f"/registrations/{own.uid}/"):
        assert spoken(client, f"/en{address}") == ["Réparer son vélo"]
        assert spoken(client, address) == []


def test_what_has_its_english_is_not_marked(client):
    session = SessionFactory()

    for address in ("/en/trainings/", f"/en/trainings/sessions/{session.slot_id}/"):
        assert spoken(client, address) == []
