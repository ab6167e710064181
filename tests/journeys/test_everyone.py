"""Every page of the journeys, for everyone: axe-core, narrow screens, large text, one stylesheet, little weight."""

import datetime as dt
import gzip
from base64 import b64encode

import pytest
from django.test import Client
from django.utils import timezone

from cms.models import CallNotePage
from events import declining, door_codes, excusing
from events.models import Registration
from ideas import answering, organise_forms, sorting, voting
from mail.rendering import render
from tests.cms.test_pages import programmes
from tests.factories.events import RegistrationFactory, SlotFactory, VenueFactory, meet
from tests.factories.ideas import CallFactory, CommentFactory, IdeaFactory
from tests.factories.mail import MessageFactory
from tests.factories.trainings import (
    AttendedFactory,
    CertificateFactory,
    EvaluationAnswerFactory,
    EvaluationFactory,
    HeldFactory,
    MaterialFactory,
    SessionFactory,
    TrainingFactory,
)
from tests.factories.volunteers import (
    DistrictFactory,
    MembershipFactory,
    NetworkFactory,
    NetworkOrganiserFactory,
    SquareDistrictFactory,
    UserFactory,
    VolunteerFactory,
)
from tests.office import inside
from trainings import awarding, evaluation_links

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
    course = SlotFactory(network=network, venue=venue, title_fr="Réparer son vélo, en deux fois")
    for slot in (*slots, course):
        SessionFactory(training=training, slot=slot)
    meet(course, starts + dt.timedelta(days=7), starts + dt.timedelta(days=14), room=None, venue=VenueFactory())
    RegistrationFactory(slot=slots[0])
    RegistrationFactory(slot=course)
    awa = VolunteerFactory(user=UserFactory(email="awa@example.org", first_name="Awa", last_name="Vandenbroucke"))
    waiting = RegistrationFactory(slot=slots[0], volunteer=awa, waiting=True)
    long = UserFactory(email="marie-antoinette.de-la-tour@association.example", first_name="Marie-Antoinette")
    RegistrationFactory(slot=slots[1], volunteer=VolunteerFactory(user=long), held=True, pending_for="offer")
    confirmed = RegistrationFactory(slot=slots[1], volunteer=awa)
    in_course = RegistrationFactory(slot=course, volunteer=awa)
    organiser = NetworkOrganiserFactory(network=network, user=UserFactory(email="paul@example.org")).user
    call = CallFactory(
        network=network,
        slug="learn",
        title_fr="Qu’aimeriez-vous apprendre ?",
        place="Place de la République",
        latitude=48.86,
        longitude=2.31,
        district=SquareDistrictFactory(code="10", name="Entrepôt", west=2.30),
    )
    idea, own, other = (
        IdeaFactory(call=call, author=author) for author in (VolunteerFactory(), awa, VolunteerFactory())
    )
    CommentFactory(idea=idea, author=awa)
    sorting.merge(other, into=idea, reason="Les deux demandent un atelier.", by=organiser)
    answered = IdeaFactory(call=call, title="Composter en immeuble")
    answering.answer(answered, state="adopted", reason="Oui, en mars.", by=organiser)
    return (
        held_world(training, organiser, awa)
        | voted_world(network, awa)
        | {
            "call": call,
            "idea": idea,
            "own_idea": own,
            "answered": answered,
            "merged": other,
            "slots": slots,
            "course": course,
            "training": training,
            "confirmed": confirmed,
            "in_course": in_course,
            "waiting": waiting,
            "awa": awa.user,
            "stay": MembershipFactory(volunteer=awa, network=network),
            "organiser": organiser,
        }
    )


def held_world(training, organiser, awa):
    """What is over: a date whose participants answer, one whose answers are read, one that granted and certified."""
    asked, said = (
        EvaluationFactory(session__training=training),
        EvaluationFactory(session__training=training, closed=True),
    )
    for score in (5, 5, 4, 3, 1):
        EvaluationAnswerFactory(
            evaluation=said, score=score, useful="Les outils.", missing=f"Un atelier le soir, {score}."
        )
    held = HeldFactory(
        training__network=training.network, training__theme=None, training__title_fr="Premiers secours"
    ).slot
    here, other, wrong = (
        AttendedFactory(slot=held, volunteer=one) for one in (awa, VolunteerFactory(), VolunteerFactory())
    )
    awarding.grant(held.session, by=organiser)
    return {
        "asked": RegistrationFactory(slot=asked.session.slot, attendance="present"),
        "said": said.session.slot,
        "held": held,
        "here": here,
        "certificate": CertificateFactory(registration=other),
        "revoked": CertificateFactory(registration=wrong, revoked=True),
        "to_certify": AttendedFactory(slot=HeldFactory(training=held.session.training).slot, volunteer=awa),
        "own_certificate": CertificateFactory(registration=here),
        "material": MaterialFactory(training=training),
    }


def voted_world(network, awa):
    """A vote that runs, one that has been counted with its note, an idea in each."""
    running = CallFactory(network=network, slug="running", by_points=True, phase="vote")
    counted = CallFactory(network=network, slug="counted", approval=True, phase="vote")
    for call in (running, counted):
        ideas = IdeaFactory.create_batch(2, call=call)
    for voter in (awa, *VolunteerFactory.create_batch(5)):
        voting.vote(voter, call=counted, points={ideas[0].pk: 1})
    counted.phases.filter(kind="vote").update(ends_at=timezone.now())
    voting.close_due()
    answers = {"type": "answers", "value": {"title": "Ce que nous faisons", "state": "adopted"}}
    facts = {"title": "Ce qui en est sorti", "slug": "note", "call": counted, "intro": "Tout.", "body": [answers]}
    answering.answer(ideas[0], state="adopted", reason="Oui, en mars.", by=counted.responsible)
    return {"counted": counted, "note": programmes("fr").add_child(instance=CallNotePage(**facts)).get_url()}


def public_pages(world):
    open_, full = world["slots"][2].pk, world["slots"][0].pk
    return [
        "/",
        "/trainings/",
        "/trainings/?q=rien",
        f"/trainings/sessions/{open_}/",
        f"/trainings/sessions/{world['course'].pk}/",
        f"/trainings/{world['training'].slug}/",
        f"/trainings/evaluations/{evaluation_links.token_of(world['asked'])}/",
        f"/certificates/{world['certificate'].number}/",
        f"/certificates/{world['revoked'].number}/",
        "/certificates/K7MQP-K7MQP-K7MQP-K7MQP/",
        f"/agenda/{open_}/register/",
        f"/en/agenda/{full}/register/",
        "/ideas/",
        "/ideas/calls/learn/",
        "/ideas/calls/learn/propose/",
        "/ideas/calls/counted/",
        world["note"],
        f"/ideas/{world['answered'].pk}/",
        f"/ideas/{world['merged'].pk}/",
        "/account/login/",
        "/account/login/password/",
        "/account/signup/",
        "/account/password/reset/",
        "/privacy/retention/",
        "/nulle-part/",
        f"/registrations/cannot-come/{declining.token_of(world['confirmed'])}/",
        "/registrations/cannot-come/forged/",
        f"/registrations/cannot-come-that-day/{excusing.token_of(world['in_course'], 1)}/",
        f"/door/{door_codes.code_of(world['confirmed'])}/",
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
        "/my-space/certificates/",
        f"/my-space/certificates/{world['to_certify'].uid}/",
        f"/my-space/certificates/{world['here'].uid}/",
        "/trainings/for-me/",
        "/ideas/mine/",
        "/ideas/calls/running/vote/",
        f"/ideas/{world['idea'].pk}/",
        f"/ideas/{world['idea'].pk}/report/",
        f"/ideas/{world['own_idea'].pk}/edit/",
        f"/ideas/{world['own_idea'].pk}/withdraw/",
        "/ideas/calls/learn/propose/",
        f"/registrations/{world['confirmed'].uid}/",
        f"/registrations/{world['in_course'].uid}/",
        f"/registrations/{world['confirmed'].uid}/cancel/",
        f"/registrations/{world['waiting'].uid}/",
        f"/agenda/{world['slots'][2].pk}/register/",
    ]


def lengthen(page):
    """Half an hour longer, and on to the page that says who will be told."""
    page.locator("main [name$=ends_at]").first.evaluate("field => field.stepUp(30)")
    page.locator("main button.button--next").click()


def study(page):
    """On to the page that asks whether that many people are to be told."""
    page.locator("main button[value=study]").click()


def office_pages(world):
    slot = f"/organise/slots/{world['slots'][1].pk}/"
    course = f"/organise/slots/{world['course'].pk}/"
    held = f"/organise/trainings/sessions/{world['held'].pk}/results/"
    idea = f"/organise/ideas/{world['idea'].pk}/"
    return [
        "/organise/",
        slot,
        f"{slot}add/",
        f"{slot}sign-sheet/",
        f"{slot}attendance/",
        f"/organise/slots/{world['held'].pk}/attendance/",
        f"/organise/slots/{world['held'].pk}/attendance/sheet/",
        f"{slot}move/",
        (f"{slot}move/", lengthen),
        course,
        f"{course}attendance/",
        f"{course}meetings/",
        (f"{course}meetings/", lengthen),
        f"{slot}terms/",
        f"{slot}write/",
        f"{slot}call-off/",
        "/organise/trainings/",
        "/organise/trainings/mine/",
        f"/organise/trainings/mine/{world['slots'][1].pk}/",
        f"/organise/trainings/{world['training'].pk}/",
        f"/organise/trainings/{world['training'].pk}/edit/",
        f"/organise/trainings/{world['training'].pk}/sessions/new/",
        f"/organise/trainings/{world['training'].pk}/material/new/",
        f"/organise/trainings/material/{world['material'].pk}/remove/",
        "/organise/trainings/themes/new/",
        "/organise/trainings/quarter/",
        "/organise/trainings/quarter/wishes/",
        "/organise/trainings/evaluations/",
        f"/organise/trainings/sessions/{world['said'].pk}/evaluation/",
        f"/organise/trainings/sessions/{world['asked'].slot_id}/evaluation/",
        held,
        f"{held}{world['here'].uid}/take-back/",
        f"{held}{world['here'].uid}/revoke/",
        "/organise/ideas/",
        "/organise/ideas/calls/new/",
        f"/organise/ideas/calls/{world['idea'].call_id}/",
        idea,
        (idea, study),
        f"{idea}answer/",
        f"{idea}ask/",
        f"{idea}send/",
        f"{idea}hide/",
        f"{idea}training/",
        f"/organise/ideas/{world['answered'].pk}/reopen/",
        f"/organise/ideas/calls/{world['call'].pk}/edit/",
        f"/organise/ideas/calls/{world['call'].pk}/merge/?idea={world['idea'].pk}",
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


EMPTY = "at => at.form.querySelectorAll('input[type=text], input[type^=date], textarea').forEach(at => at.value = '')"


def show_errors(page, address):
    """Sends the page's form emptied, if it has one. Where nothing is wrong with that, the page as it was."""
    sends = page.locator("main form.form button.button--next:visible")
    if "/my-space/" in address or not sends.count():
        return
    here = page.url
    sends.first.evaluate(EMPTY)
    sends.first.click()
    page.wait_for_load_state()  # the click has waited for no more than the answer's first bytes
    if page.url != here and not page.locator("main [aria-invalid]").count():
        page.goto(here)


class Screen:
    """The size and the looks of a page's window. Said to the browser at once: Playwright waits for each to be drawn."""

    def __init__(self, page):
        self.page = page
        self.browser = page.context.new_cdp_session(page)

    def show(self, width, scheme):
        size = {"width": width, "height": 780, "deviceScaleFactor": 1, "mobile": False}
        self.browser.send("Emulation.setDeviceMetricsOverride", size)
        looks = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": value} for name, value in looks.items()]
        self.browser.send("Emulation.setEmulatedMedia", {"features": features})

    def filled(self, width, letters):
        """How wide the page is in a window of that width, with letters of that size."""
        return self.page.evaluate(MEASURE, [width, letters])


MEASURE = """async ([asked, letters]) => {
    for (let wait = 0; innerWidth !== asked && wait < 200; wait++) await new Promise(done => setTimeout(done, 10));
    const root = document.documentElement;
    root.style.fontSize = letters;
    const width = root.scrollWidth;
    root.style.fontSize = "";
    return width;
}"""
UNFOLD = "document.querySelectorAll('details').forEach(fold => fold.open = true)"


class Scales:
    """What pages weigh, as they arrive: themselves as they are, styles and scripts compressed (WhiteNoise)."""

    def __init__(self, page):
        self.page = page
        self.files = {}

    def faults(self, address, answer):
        """Of this page, just opened: more than one stylesheet, or too heavy."""
        styles = self.addresses("link[rel=stylesheet]", "href")
        weight = len(answer.body()) + sum(map(self.file, styles + self.addresses("script[src]", "src")))
        return [] if len(styles) == 1 and weight < MOST_BYTES else [(address, styles, f"{weight} bytes")]

    def addresses(self, selector, name):
        return self.page.eval_on_selector_all(selector, "(found, name) => found.map(one => one[name])", name)

    def file(self, address):
        if address not in self.files:
            self.files[address] = len(gzip.compress(self.page.request.get(address).body()))
        return self.files[address]


@pytest.mark.long
@pytest.mark.parametrize("reader", READERS)
def test_each_page_is_for_everyone_with_menus_and_errors_shown(browser_page, sign_in, axe, world, monkeypatch, reader):
    """Axe-core finds nothing, narrow or wide, light or dark; nothing is wider than the screen, nor in large letters.

    Public pages are light, and need one stylesheet.
    """
    monkeypatch.setattr(organise_forms, "MANY", 1)  # so that each form of the desk has the box that it has for fifty
    page = browser_page()
    open_as(reader, world, page, sign_in)
    screen, scales = Screen(page), Scales(page)
    faults = []

    def examine(width, *rules):
        try:
            axe(page, *rules)
        except AssertionError as found:
            faults.append((page.url, width, str(found)))

    for n, entry in enumerate(READERS[reader](world)):
        bare, go_on = entry if isinstance(entry, tuple) else (entry, None)
        address, (first, second) = look(bare, n)
        answer = page.goto(address)
        if reader == "anybody":
            faults += scales.faults(address, answer)
        if go_on:
            go_on(page)
        show_errors(page, address)
        page.evaluate(UNFOLD)
        for width, letters in ((360, "200%"), (768, "100%"), (320, "100%")):
            screen.show(width, first)
            if (filled := screen.filled(width, letters)) > width:
                faults.append((address, width, f"{filled} pixels wide with letters of {letters}"))
        examine(320)
        screen.show(1280, second)
        examine(1280, LOOKS, "html" if n < 4 else "main")  # menu and footer have been seen in each way by then
    assert faults == []


def mails(world):
    """One of each look: with a button, with a link, with a code, with lines alone."""
    yield MessageFactory.build(kind="account/put-in-network", context={"membership": world["stay"].pk})
    soon = (timezone.now() + dt.timedelta(minutes=15)).isoformat()
    yield MessageFactory.build(kind="account/login_code", context={"code": "1234-5678", "expires_at": soon})
    for registration in Registration.objects.all():
        terms = {name: getattr(registration, name) for name in ("sequence", "state", "pending_for")}
        yield MessageFactory.build(kind="events/registration", context={"registration": str(registration.uid)} | terms)


def shown(email):
    """The html, with the pictures that the message carries where mail programs show them."""
    html = email.alternatives[0].content
    for part in email.attachments:
        if name := part.get("Content-ID", "").strip("<>"):
            picture = b64encode(part.get_payload(decode=True)).decode()
            html = html.replace(f'"cid:{name}"', f'"data:{part.get_content_type()};base64,{picture}"')
    return html


def test_mail_is_read_in_light_and_in_dark(browser_page, axe, world):
    page = browser_page()

    for message in mails(world):
        page.set_content(shown(render(message)))
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            axe(page, LOOKS)
