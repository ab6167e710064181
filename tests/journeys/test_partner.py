"""An organiser sends an organisation its link; its contact sends a list with a bad row, corrects it, and confirms."""

import re

import pytest

from events.night.models import NamedPerson, Partner, PeopleList
from tests.factories.night import SectorFactory
from tests.factories.night_lists import taken_up
from tests.factories.night_people import open_night
from tests.factories.volunteers import NetworkOrganiserFactory, QualificationFactory, UserFactory
from tests.journeys.conftest import text_of
from tests.journeys.test_citizen import heading, send
from tests.office import inside

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEAD = "Prénom;Nom;E-mail;Responsable;Habilitations;Secteur\n"


@pytest.fixture
def night():
    night = open_night(40, 40)
    SectorFactory(headquarters=night.headquarters.last(), code="12-3", least=2)
    QualificationFactory(slug="metro", name_fr="Métro, la nuit")
    return night


def upload(page, rows):
    page.set_input_files("input[name=file]", {"name": "gens.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    send(page)


def link_in(message, path):
    return re.search(rf"https?://\S+({path}\S+)", text_of(message))[1]


def test_partner(browser_page, night, mailbox, axe, sign_in, settings, live_server):
    settings.SITE_URL = live_server.url
    office = browser_page(width=1280, height=800)
    user = UserFactory(email="paul@example.org", language="fr")
    sign_in(office, inside(NetworkOrganiserFactory(network=night.network, user=user).user))
    office.goto(f"/organise/night/{night.pk}/partners/new/")
    axe(office)
    office.fill("input[name=name]", "Maraude Nord")
    office.fill("input[name=contact_name]", "Ida Keller")
    office.fill("input[name=contact_email]", "ida@maraude.example")
    office.fill("input[name=expected]", "3")
    office.check("input[name=qualifications]")
    office.fill("input[name=sectors]", "12-3")
    send(office)
    assert heading(office) == "Maraude Nord"
    office.locator("form[action$='send-link/'] button").click()
    office.wait_for_load_state()

    contact = browser_page(js=False)
    contact.goto(link_in(mailbox.to("ida@maraude.example")[-1], "/night/partners/"))
    contact.locator("a[href$='/upload/']").click()
    upload(contact, HEAD + "Inès;Moreau;ines@example.org;oui;métro la nuit;12-3\nBo;;bo-example.org;;;\n")
    assert (
        "Une ligne" in contact.locator(".callout--danger").inner_text()
        or "1 ligne" in contact.locator(".callout--danger").inner_text()
    )
    assert contact.locator("button.button--next").count() == 0
    contact.locator(".callout--danger a").click()
    upload(contact, HEAD + "Inès;Moreau;ines@example.org;oui;métro la nuit;12-3\nBo;Li;bo@example.org;;;\n")
    contact.check("input[name=knows]")
    contact.locator("button.button--next").click()
    contact.wait_for_load_state()
    assert contact.locator("#people + .table-wrap tbody tr").count() == 2
    assert "1 personne" in contact.locator("#teams ~ .table-wrap").inner_text()

    phone = browser_page(dark=True)  # the same link, with scripts
    phone.goto(contact.url)
    axe(phone)
    phone.locator("a[href$='/add/']").click()
    axe(phone)
    phone.fill("input[name=first_name]", "Cléo")
    phone.fill("input[name=last_name]", "Roux")
    phone.fill("input[name=email]", "cleo@example.org")
    phone.check("input[name=knows]")
    send(phone)
    assert "3 personnes sur les 3 attendues" in phone.locator("main").inner_text()
    phone.goto(f"{contact.url}upload/")
    axe(phone)
    upload(phone, HEAD + "Inès;Moreau;ines@example.org;non;;\nX;;x;;;\n")
    axe(phone)

    office.goto(f"/organise/night/{night.pk}/people/?kind=professional")
    axe(office)
    assert office.locator("main tbody tr").count() == 3
    office.goto(f"/organise/night/partners/{Partner.objects.get().pk}/")
    axe(office)

    named = browser_page()
    named.goto(link_in(mailbox.to("bo@example.org")[-1], "/night/named/"))
    axe(named)
    named.locator("main .button--danger").click()
    assert heading(named) == "C’est noté : vous ne venez pas"
    axe(named)
    assert NamedPerson.objects.coming().count() == 2


def test_organiser_merges_a_list(browser_page, night, axe, sign_in):
    office = browser_page(width=1280, height=800)
    user = UserFactory(email="paul@example.org", language="fr")
    sign_in(office, inside(NetworkOrganiserFactory(network=night.network, user=user).user))
    office.goto(f"/organise/night/{night.pk}/people/import/")
    axe(office)
    office.fill("input[name=source]", "Courriel du 3 novembre")
    office.check("input[name=kind][value=professional]")
    upload(office, "Agent;Courriel;Truc\nDUPONT Marie;marie@a.example;1\nMarie Dupond;marie@b.example;2\n")
    axe(office)
    sent = taken_up(PeopleList.objects.get())
    office.wait_for_url("**/columns/")
    axe(office)
    assert office.locator("select[name=column-1]").input_value() == "email"
    office.select_option("select[name=column-0]", "name")
    send(office)
    taken_up(sent)
    office.locator("input[name^=pair-][value=one]").check()
    axe(office)
    office.locator("input[name$=-email][value=one]").check()
    office.locator("form[action$='answers/'] button.button--next").click()
    office.wait_for_load_state()
    taken_up(sent)
    office.locator("form[action$='confirm/'] button.button--next").click()
    office.wait_for_load_state()
    taken_up(sent)

    office.locator(".callout").get_by_text("Inscriptions").wait_for()
    assert NamedPerson.objects.get().email == "marie@b.example"
