"""The pages behind an organisation's link, those of the organisers, and the one behind "take me off"."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.night.models import Edition, NamedPerson, Partner
from events.night.partners import inviting, objecting
from mail.models import Message
from tests.factories.night import SectorFactory
from tests.factories.night_partners import PartnerFactory, name_somebody
from tests.factories.night_people import open_night
from tests.factories.volunteers import NetworkOrganiserFactory, QualificationFactory
from tests.office import inside, still

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    return PartnerFactory(edition=open_night(9, 9), linked=True, expected=3)


@pytest.fixture
def organiser(partner):
    user = NetworkOrganiserFactory(network=partner.edition.network).user
    return inside(user)


def behind(partner, name="people", *args):
    return reverse(f"night-partners:{name}", args=[inviting.token_of(partner), *args])


def office(name, *args):
    return reverse(f"organise-night:{name}", args=args)


def filled(**more):
    return {
        "first_name": "Inès",
        "last_name": "Moreau",
        "email": "Ines@Example.org",
        "max_walk": "1",
        "knows": "on",
    } | more


def said(answer):
    return " ".join(answer.content.decode().replace("\xa0", " ").replace("\u202f", " ").split())


def test_an_organiser_makes_a_partner_and_its_contact_names_somebody(client, organiser, partner):
    edition = partner.edition
    metro = QualificationFactory(slug="metro")
    sector = SectorFactory(headquarters=edition.headquarters.last(), code="12-3")
    form = {
        "name": "Croix-Rouge",
        "contact_name": "Ida Keller",
        "contact_email": "Ida@Example.org",
        "language": "fr",
        "expected": "4",
        "qualifications": [metro.pk],
        "sectors": "12-03",
    }
    made = organiser.post(office("partner-add", edition.pk), form)
    new = Partner.objects.get(name="Croix-Rouge")
    assert made.url == office("partner", new.pk)
    assert (new.contact_email, list(new.sectors.all()), list(new.qualifications.all())) == (
        "ida@example.org", [sector], [metro],
    )  # fmt: skip
    organiser.post(office("partner-send", new.pk))
    assert Message.objects.get().to == "ida@example.org"

    new.refresh_from_db()
    again = client.post(behind(new, "person-add"), filled(knows=""))
    assert (again.status_code, NamedPerson.objects.count()) == (422, 0)
    url = behind(new)  # each signing has its second
    answer = client.post(f"{url}add/", filled(sector=sector.pk, clearances=[metro.pk], leader="on"))
    assert answer.url == url
    person = NamedPerson.objects.get()
    assert (person.email, person.sector, person.headquarters) == ("ines@example.org", sector, sector.headquarters)
    page = said(client.get(behind(new)))
    assert "Inès Moreau" in page and "12-3" in page and "1 personne sur les 4 attendues" in page

    seen = said(organiser.get(office("partner", new.pk)))
    assert "ines@example.org" in seen
    client.post(behind(new, "person", person.pk), filled(first_name="Ines"))
    person.refresh_from_db()
    assert (person.first_name, person.sector) == ("Ines", None)
    client.post(behind(new, "take-off", person.pk))
    client.post(behind(new, "take-off", person.pk))
    assert not new.people.exists()


def test_a_contact_reaches_nobody_elses_people(client, partner):
    other = PartnerFactory(edition=partner.edition, linked=True)
    person = name_somebody(other)
    metro = QualificationFactory(slug="metro")
    sector = SectorFactory(headquarters=partner.edition.headquarters.first(), partner=other)

    assert "Inès" not in said(client.get(behind(partner)))
    assert client.get(behind(partner, "person", person.pk)).status_code == 404
    client.post(behind(partner, "take-off", person.pk))
    client.post(behind(partner, "person-add"), filled(email="a@example.org", sector=sector.pk, clearances=[metro.pk]))

    assert list(other.people.all()) == [person]
    mine = partner.people.get()
    assert (mine.sector, list(mine.clearances.all())) == (None, [])


def test_links_that_have_ended_say_so(client, partner):
    url = behind(partner)
    assert client.get(url).status_code == 200
    inviting.withdraw_link(partner, by=None)

    for address in (url, f"{url[:-1]}x/", behind(PartnerFactory(edition=partner.edition))):
        answer = client.get(address)
        assert (answer.status_code, "Ce lien ne fonctionne pas" in said(answer)) == (404, True)
        assert "Ida Keller" not in said(answer)


def test_another_address_of_the_contact_ends_the_link(organiser, partner):
    page = organiser.get(office("partner-edit", partner.pk))
    values = {name: value for name, value in page.context["form"].initial.items() if value not in (None, [])}

    organiser.post(office("partner-edit", partner.pk), values | {"contact_email": "new@example.org"})

    partner.refresh_from_db()
    assert (partner.contact_email, partner.link_expires_at) == ("new@example.org", None)


def test_a_form_is_refused_beside_its_fields(organiser, partner):
    values = {"name": partner.name.upper(), "contact_name": "I", "contact_email": "i@example.org", "language": "fr"}
    answer = organiser.post(office("partner-add", partner.edition_id), values | {"sectors": "99-9", "expected": "0"})

    assert set(answer.context["form"].errors) == {"name", "sectors", "expected"}


def test_who_is_named_says_no_without_signing_in(client, partner):
    person = name_somebody(partner)
    url = reverse("night-partners:object", args=[objecting.token_of(person)])

    client.get(url)
    person.refresh_from_db()
    assert person.objected_at is None
    assert "vous a inscrit" in said(client.get(url)) or partner.name in said(client.get(url))
    client.post(url)
    client.post(url)

    person.refresh_from_db()
    assert (person.objected_at is not None, person.participant.is_active) == (True, False)
    assert "ne souhaite pas venir" in said(client.get(behind(partner)))


def test_queries_do_not_grow_with_people(client, organiser, partner):
    SectorFactory(headquarters=partner.edition.headquarters.first(), partner=partner)
    pages = [(client, behind(partner)), (organiser, office("partner", partner.pk))]
    pages.append((organiser, office("partners", partner.edition_id)))
    counts = []
    for size in (1, 30):
        for n in range(size):
            name_somebody(partner, email=f"{size}-{n}@example.org") if size == 1 or n else None
        PartnerFactory.create_batch(size, edition=partner.edition)
        for browser, url in pages:
            browser.get(url)  # what a site keeps is kept
        with still():
            for browser, url in pages:
                browser.get(url)
                with CaptureQueriesContext(
                    connection,
                ) as counted:
                    assert browser.get(url).status_code == 200
                counts.append(len(counted))

    assert counts[:3] == counts[3:]


# --- Another link, asked for by the contact ---------------------------------------------------------------------------
NEW_LINK = "night-partners:new-link"


@pytest.fixture
def contacts():
    """Organisations whose contacts have a link, an ended one, one withdrawn, none yet, and one of a published night."""
    facts = {"contact_email": "ida@example.org", "linked": True}
    edition = PartnerFactory(**facts).edition
    ended = PartnerFactory(edition=edition, **facts)
    gone = PartnerFactory(edition=edition, **facts)
    PartnerFactory(edition=edition, contact_email="ida@example.org")
    published = PartnerFactory(**facts)
    Partner.objects.filter(pk=ended.pk).update(link_expires_at=timezone.now() - dt.timedelta(days=1))
    inviting.withdraw_link(gone, by=None)
    Edition.objects.filter(pk=published.edition_id).update(state="published")
    return Partner.objects.order_by("pk")


def test_a_contact_gets_a_new_link_and_the_old_one_dies(client, contacts):
    before = {partner.pk: inviting.token_of(partner) for partner in contacts}

    answer = client.post(reverse(NEW_LINK), {"email": " Ida@Example.org "}, follow=True)

    linked, ended = contacts.all()[:2]
    assert {(message.to, message.context["partner"]) for message in Message.objects.all()} == {
        ("ida@example.org", linked.pk), ("ida@example.org", ended.pk),
    }  # fmt: skip
    for partner in (linked, ended):
        old = reverse("night-partners:people", args=[before[partner.pk]])
        assert (client.get(old).status_code, reverse(NEW_LINK) in client.get(old).content.decode()) == (404, True)
        assert client.get(behind(partner)).status_code == 200
    assert answer.context["asked"]


def test_a_stranger_gets_the_same_answer(client, contacts):
    pages = [
        client.post(reverse(NEW_LINK), {"email": email}, follow=True)
        for email in ("ida@example.org", "stranger@example.org")
    ]

    assert pages[0].redirect_chain == pages[1].redirect_chain
    assert len({len(page.content) for page in pages}) == 1
    assert Message.objects.count() == 2
    assert client.post(reverse(NEW_LINK), {"email": "nobody"}).status_code == 422


def test_asking_again_and_again_is_refused_whoever_asks(client, contacts, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"partner_link": "1/m/key"}

    for email in ("ida@example.org", "stranger@example.org"):
        codes = [client.post(reverse(NEW_LINK), {"email": email}).status_code for _time in range(2)]
        assert codes == [302, 429]
    assert Message.objects.count() == 2
