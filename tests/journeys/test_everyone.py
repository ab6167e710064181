"""Every page of the journeys, for everyone: axe-core, narrow screens, large text, one stylesheet, little weight."""

import datetime as dt
import gzip

import pytest
from django.test import Client
from django.utils import timezone

from events import declining
from events.models import Registration
from ideas import answering, sorting
from mail.rendering import render
from tests.factories.events import RegistrationFactory, SlotFactory, VenueFactory
from tests.factories.ideas import CallFactory, CommentFactory, IdeaFactory
from tests.factories.mail import MessageFactory
from tests.factories.trainings import SessionFactory, TrainingFactory
from tests.factories.volunteers import (
    DistrictFactory,
    MembershipFactory,
    NetworkFactory,
    NetworkOrganiserFactory,
    UserFactory,
    VolunteerFactory,
)
from tests.office import inside

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_BYTES = 60_000
LOOKS = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]  # not in the markup


@pytest.fixture
def world():
    """One network; a date open, one full, one clashing; a volunteer in each of the states; an organiser."""
    network = NetworkFactory(slug="climate", name_fr="Volontaires du climat", tint="climate")
    venue = VenueFactory(district=DistrictFactory(code="11", latitude=48.86))
    starts = timezone.now() + dt.timedelta(days=7)
    training = TrainingFactory(network=network, theme=None, title_fr="Réparer son vélo")
    slots = [
        SlotFactory(network=network, venue=venue, title_fr=f"Réparer son vélo {n}", starts_at=starts, capacity=1 + n)
        for n in range(3)
    ]
    for slot in slots:
        SessionFactory(training=training, slot=slot)
    RegistrationFactory(slot=slots[0])
    awa = VolunteerFactory(user=UserFactory(email="awa@example.org", first_name="Awa"))
    waiting = RegistrationFactory(slot=slots[0], volunteer=awa, waiting=True)
    long = UserFactory(email="marie-antoinette.de-la-tour@association.example", first_name="Marie-Antoinette")
    RegistrationFactory(slot=slots[1], volunteer=VolunteerFactory(user=long), held=True, pending_for="offer")
    confirmed = RegistrationFactory(slot=slots[1], volunteer=awa)
    organiser = NetworkOrganiserFactory(network=network, user=UserFactory(email="paul@example.org")).user
    call = CallFactory(network=network, slug="learn", title_fr="Qu’aimeriez-vous apprendre ?")
    idea, own, other = (
        IdeaFactory(call=call, author=author) for author in (VolunteerFactory(), awa, VolunteerFactory())
    )
    CommentFactory(idea=idea, author=awa)
    sorting.merge(other, into=idea, reason="Les deux demandent un atelier.", by=organiser)
    answered = IdeaFactory(call=call, title="Composter en immeuble")
    answering.answer(answered, state="adopted", reason="Oui, en mars.", by=organiser)
    return {
        "idea": idea,
        "own_idea": own,
        "answered": answered,
        "merged": other,
        "slots": slots,
        "training": training,
        "confirmed": confirmed,
        "waiting": waiting,
        "awa": awa.user,
        "stay": MembershipFactory(volunteer=awa, network=network),
        "organiser": organiser,
    }


def public_pages(world):
    open_, full = world["slots"][2].pk, world["slots"][0].pk
    return [
        "/",
        "/trainings/",
        "/trainings/?q=rien",
        f"/trainings/sessions/{open_}/",
        f"/agenda/{open_}/register/",
        f"/en/agenda/{full}/register/",
        "/ideas/",
        "/ideas/calls/learn/",
        "/ideas/calls/learn/propose/",
        f"/ideas/{world['answered'].pk}/",
        f"/ideas/{world['merged'].pk}/",
        "/account/login/",
        "/account/login/password/",
        "/account/signup/",
        "/account/password/reset/",
        "/privacy/retention/",
        "/nulle-part/",
        f"/registrations/cannot-come/{declining.token_of(world['confirmed'])}/",
    ]


def own_pages(world):
    return [
        "/my-space/",
        "/my-space/profile/",
        "/my-space/networks/",
        "/my-space/consents/",
        "/my-space/security/",
        "/my-space/data/",
        "/my-space/delete/",
        "/my-space/security/second-factor/",
        "/account/2fa/webauthn/add/",
        "/account/2fa/totp/activate/",
        "/account/email/",
        "/account/password/set/",
        "/account/logout/",
        "/ideas/mine/",
        f"/ideas/{world['idea'].pk}/",
        f"/ideas/{world['idea'].pk}/report/",
        f"/ideas/{world['own_idea'].pk}/edit/",
        f"/ideas/{world['own_idea'].pk}/withdraw/",
        "/ideas/calls/learn/propose/",
        f"/registrations/{world['confirmed'].uid}/",
        f"/registrations/{world['confirmed'].uid}/cancel/",
        f"/registrations/{world['waiting'].uid}/",
        f"/agenda/{world['slots'][2].pk}/register/",
    ]


def office_pages(world):
    slot = f"/organise/slots/{world['slots'][1].pk}/"
    return [
        "/organise/",
        slot,
        f"{slot}add/",
        f"{slot}sign-sheet/",
        f"{slot}attendance/",
        f"{slot}move/",
        f"{slot}terms/",
        f"{slot}write/",
        f"{slot}call-off/",
        "/organise/trainings/",
        "/organise/trainings/mine/",
        f"/organise/trainings/mine/{world['slots'][1].pk}/",
        f"/organise/trainings/{world['training'].pk}/",
        f"/organise/trainings/{world['training'].pk}/edit/",
        f"/organise/trainings/{world['training'].pk}/sessions/new/",
        "/organise/trainings/themes/new/",
        "/organise/ideas/",
        "/organise/ideas/calls/new/",
        f"/organise/ideas/calls/{world['idea'].call_id}/",
        f"/organise/ideas/{world['idea'].pk}/",
        f"/organise/ideas/{world['idea'].pk}/answer/",
        "/organise/volunteers/",
        "/organise/volunteers/imports/",
        "/organise/volunteers/imports/new/",
    ]


READERS = {"anybody": public_pages, "volunteer": own_pages, "organiser": office_pages}


def open_as(reader, world, page, sign_in):
    if reader == "volunteer":
        client = Client()
        client.force_login(world["awa"])
        sign_in(page, client)
    elif reader == "organiser":
        sign_in(page, inside(world["organiser"]))


def look(address, n):
    """In which language a page is opened, and its two looks: narrow and wide, one in light and one in dark.

    Neighbours differ, so that what all pages share (menu, footer) is seen in all ways.
    """
    schemes = ("light", "dark") if n // 2 % 2 else ("dark", "light")
    english = n % 2 and not address.startswith("/en/")
    return f"/en{address}" if english else address, schemes


def show_errors_and_menus(page, address):
    """Sends the page's form empty, if it has one, and opens what is folded."""
    if page.locator("main form.form button.button--next:visible").count() and "/my-space/" not in address:
        page.locator("main form.form button.button--next:visible").first.click()
        page.wait_for_load_state()
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")


@pytest.mark.long
@pytest.mark.parametrize("reader", READERS)
def test_each_page_is_for_everyone_with_menus_and_errors_shown(browser_page, sign_in, axe, world, reader):
    """Axe-core finds nothing, narrow or wide, light or dark; nothing is wider than the screen, nor in large letters."""
    page = browser_page()
    open_as(reader, world, page, sign_in)
    faults = []

    def set_look(width, scheme, letters="100%"):  # two hundred in a hundred: WCAG 1.4.4
        page.set_viewport_size({"width": width, "height": 780})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate(f"document.documentElement.style.fontSize = '{letters}'")

    def examine(*rules):
        try:
            axe(page, *rules)
        except AssertionError as found:
            faults.append((page.url, page.viewport_size, str(found)))

    for n, bare in enumerate(READERS[reader](world)):
        address, (first, second) = look(bare, n)
        page.goto(address)
        show_errors_and_menus(page, address)
        for width, letters in ((360, "200%"), (768, "100%"), (320, "100%")):
            set_look(width, first, letters)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults.append((address, width, f"too wide with letters of {letters}"))
        examine()
        set_look(1280, second)
        examine(LOOKS, "html" if n < 4 else "main")  # menu and footer have been seen in each way by then
    assert faults == []


def mails(world):
    """One of each look: with a button, with a link, with a code, with lines alone."""
    yield MessageFactory.build(kind="account/put-in-network", context={"membership": world["stay"].pk})
    soon = (timezone.now() + dt.timedelta(minutes=15)).isoformat()
    yield MessageFactory.build(kind="account/login_code", context={"code": "1234-5678", "expires_at": soon})
    for registration in Registration.objects.all():
        terms = {name: getattr(registration, name) for name in ("sequence", "state", "pending_for")}
        yield MessageFactory.build(kind="events/registration", context={"registration": str(registration.uid)} | terms)


def test_mail_is_read_in_light_and_in_dark(browser_page, axe, world):
    page = browser_page()

    for message in mails(world):
        page.set_content(render(message).alternatives[0].content)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            axe(page, LOOKS)


def test_public_pages_are_light_and_need_one_stylesheet(browser_page, world):
    page = browser_page(js=False)
    weights = {}
    for address in public_pages(world)[:-1]:
        markup = page.goto(address).body()
        styles = page.eval_on_selector_all("link[rel=stylesheet]", "links => links.map(link => link.href)")
        scripts = page.eval_on_selector_all("script[src]", "scripts => scripts.map(script => script.src)")
        assert len(styles) == 1
        # Pages leave as they are; styles and scripts leave compressed (WhiteNoise).
        files = [gzip.compress(page.request.get(file).body()) for file in styles + scripts]
        weights[address] = len(markup) + sum(map(len, files))
    assert {address: weight for address, weight in weights.items() if weight >= MOST_BYTES} == {}
