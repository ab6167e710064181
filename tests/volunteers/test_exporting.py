"""What is stored of a person, shown to them and given to take away."""

import json
import re

import pytest
from django.conf import settings
from django.urls import reverse

from tests.factories.mail import MessageFactory
from tests.volunteers.canary import CANARY
from volunteers import consenting, exporting
from volunteers.models import Consent

pytestmark = pytest.mark.django_db


def test_the_download_holds_what_the_page_shows(client, known):
    answer = client.get(reverse("volunteers:download"))
    page = client.get(reverse("volunteers:data")).content.decode()
    data = json.loads(answer.content)

    assert answer["Content-Disposition"] == 'attachment; filename="maillage-my-data.json"'
    assert set(data) == {"made_at", "format", *(section.name for section in exporting.sections())}
    assert data["account"][0]["email"] == known.email
    assert data["profile"][0]["phone"] == "+33612345678"
    assert [row["purpose"] for row in data["consents"]] == [str(Consent.Purpose.CHARTER.label)]
    for section in exporting.sections():
        for row in data[section.name]:
            assert set(row) == set(section.columns)
    assert known.email in page
    assert known.password not in answer.content.decode()


@pytest.mark.parametrize(
    ("number", "written"),
    [("+33612345678", "06 12 34 56 78"), ("+33199000042", "01 99 00 00 42"), ("+4930123456", "+49 30 123456")],
)
def test_the_page_says_in_words_what_the_download_keeps_as_codes(client, known, number, written):
    consenting.give(known, purpose="newsletter", form="my space")
    known.volunteer.phone = number
    known.volunteer.save()
    MessageFactory(kind="account/login_code", to=known.email)

    page = client.get("/en/my-space/data/").text
    data = client.get(reverse("volunteers:download")).json()

    assert f">{written}</td>" in page
    assert ">French</td>" in page
    assert ">your space</td>" in page
    assert ">a code to sign in</td>" in page
    assert "account/login_code" in [row["kind"] for row in data["messages"]]
    assert data["profile"][0]["phone"] == number
    assert data["account"][0]["language"] == "fr"
    assert [row["form"] for row in data["consents"]] == [CANARY, "my space"]


def test_every_form_of_consent_has_its_words():
    """What the code says of where a consent was given: the page shows it to the person."""
    sources = [
        path.read_text()
        for room in ("volunteers", "events", "cms")
        for path in (settings.BASE_DIR / room).rglob("*.py")
    ]
    given = {form for source in sources for form in re.findall(r"""\bform="([^"]+)"[,)]""", source)}

    assert given == set(exporting.FORMS)
