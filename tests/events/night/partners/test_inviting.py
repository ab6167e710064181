"""The link of an organisation: sent, renewed, withdrawn, over, forged."""

import datetime as dt
import re

import pytest
import time_machine
from django.core import signing
from django.utils import timezone

from events.night.editions.preparing import EditionRefused
from events.night.models import Edition, Partner, Sector
from events.night.partners import inviting, messages
from events.night.partners.inviting import LinkRefused
from mail.models import Message
from mail.rendering import render
from tests.factories.night import SectorFactory
from tests.factories.night_partners import PartnerFactory, name_somebody
from tests.factories.night_people import open_night
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    return PartnerFactory(edition=open_night(5), name="Maraude Nord", expected=12)


@pytest.mark.both
def test_a_link_opens_until_another_is_sent_or_it_is_withdrawn(partner):
    first = inviting.send_link(partner, by=UserFactory())
    token = inviting.token_of(first)
    assert inviting.partner_of(token) == partner

    second = inviting.send_link(partner, by=UserFactory())
    with pytest.raises(LinkRefused):
        inviting.partner_of(token)
    assert inviting.partner_of(inviting.token_of(second)) == partner

    inviting.withdraw_link(partner, by=UserFactory())
    inviting.withdraw_link(partner, by=UserFactory())
    for one in (second, Partner.objects.get()):
        with pytest.raises(LinkRefused):
            inviting.partner_of(inviting.token_of(one))


def test_a_link_is_over_after_thirty_days_and_at_the_night(partner):
    sent = inviting.send_link(partner, by=UserFactory())
    assert sent.link_expires_at - sent.told_at == dt.timedelta(days=30)

    with time_machine.travel(timezone.now() + dt.timedelta(days=30, minutes=1)), pytest.raises(LinkRefused):
        inviting.partner_of(inviting.token_of(sent))
    with time_machine.travel(partner.edition.starts_at - dt.timedelta(days=2)):
        assert inviting.send_link(partner, by=UserFactory()).link_expires_at == partner.edition.starts_at


def test_a_forged_link_is_nobodys(partner):
    token = inviting.token_of(inviting.send_link(partner, by=UserFactory()))
    unsigned = signing.dumps([partner.pk, 1], salt="events.offers", compress=False)

    for forged in ("", "x", f"{token}x", token[:-1], unsigned, signing.dumps([0, 1], salt=inviting.SALT)):
        assert inviting.partner_of(forged) is None


def test_the_contact_is_written_to_and_not_about_a_link_that_is_over(partner):
    inviting.send_link(partner, by=UserFactory())
    inviting.send_link(partner, by=UserFactory())
    old, new = Message.objects.order_by("pk")

    assert render(old) is None
    text = render(new).body
    assert (new.to, new.user) == (partner.contact_email, None)
    (token,) = re.findall(r"/night/partners/([^/]+)/", text)
    assert inviting.partner_of(token) == partner
    assert "Maraude Nord" in text and "12" in text

    inviting.withdraw_link(partner, by=UserFactory())
    assert render(new) is None


def test_somebody_named_reads_by_whom_and_how_to_say_no(partner):
    person = name_somebody(partner, headquarters=partner.edition.headquarters.get().pk)
    email = render(Message.objects.get(kind="night/named"))

    assert "Maraude Nord" in email.subject
    html = email.alternatives[0][0]
    for text in (email.body, html):
        assert "/night/named/" in text
        assert partner.edition.headquarters.get().slot.venue.name in text.replace("&#x27;", "'")
    person.delete()
    assert messages.compose_named({"person": person.pk}) is None


def test_an_organisation_that_names_somebody_stays(partner):
    name_somebody(partner)
    with pytest.raises(EditionRefused):
        inviting.remove(partner, by=UserFactory())

    partner.people.all().delete()
    inviting.remove(partner, by=UserFactory())
    inviting.remove(partner, by=UserFactory())
    assert not Partner.objects.exists()


def test_a_sector_is_one_organisations(partner):
    other = PartnerFactory(edition=partner.edition)
    one, two = SectorFactory.create_batch(2, headquarters=partner.edition.headquarters.get())
    inviting.give_sectors(partner, sectors=[one.pk, two.pk], by=UserFactory())
    person = name_somebody(partner, sector=two.pk)

    with pytest.raises(EditionRefused):
        inviting.give_sectors(other, sectors=[one.pk], by=UserFactory())
    inviting.give_sectors(partner, sectors=[one.pk], by=UserFactory())

    person.refresh_from_db()
    assert (list(Sector.objects.filter(partner=partner)), person.sector) == ([one], None)


def test_once_teams_are_published_no_link_is_sent(partner):
    Edition.objects.update(state="published")

    with pytest.raises(EditionRefused):
        inviting.send_link(partner, by=UserFactory())
    assert not Message.objects.exists()
