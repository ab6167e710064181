"""An organiser's week: a new training, its people, a change of plan, a list sent in."""

import datetime as dt
import io

import icalendar
import openpyxl
import pytest
from django.utils import timezone

from events import door_codes, registering
from events.models import Slot
from tests.factories.events import RegistrationFactory, SlotFactory, VenueFactory
from tests.factories.trainings import SessionFactory, TrainingFactory
from tests.factories.volunteers import (
    DistrictFactory,
    NetworkFactory,
    NetworkOrganiserFactory,
    UserFactory,
    VolunteerFactory,
)
from tests.office import inside
from tests.volunteers.spreadsheets import xlsx
from trainings.models import Theme
from volunteers.models import User, Volunteer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def network():
    return NetworkFactory(slug="climate", name_fr="Volontaires du climat", tint="climate")


@pytest.fixture
def open_office(browser_page, sign_in, network):
    """Opens a page where the network's organiser is signed in, a second factor shown."""
    organiser = NetworkOrganiserFactory(network=network, user=UserFactory(email="paul@example.org", first_name="Paul"))
    client = inside(organiser.user)

    def open_page(**options):
        page = browser_page(**options)
        sign_in(page, client)
        return page

    return open_page


def submit(page):
    page.locator("main form .button--next").click()


def said(page):
    return " ".join(page.locator("#toasts .toast p").inner_text().split())


def calendar_of(message):
    [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    return icalendar.Calendar.from_ical(part.get_payload(decode=True))


@pytest.mark.long
@pytest.mark.parametrize(("js", "width"), [(False, 360), (True, 1280)])
def test_theme_training_and_date_are_made_then_published(browser_page, open_office, network, js, width):
    venue = VenueFactory()
    starts = (timezone.localtime() + dt.timedelta(days=5)).replace(hour=18, minute=0, second=0, microsecond=0)
    page = open_office(js=js, width=width)
    page.goto("/organise/trainings/")

    page.locator("a[href$='/themes/new/']").first.click()
    page.fill("[name=year]", str(starts.year))
    page.select_option("[name=quarter]", str((starts.month + 2) // 3))
    page.fill("[name=title_fr]", "Réparer plutôt que jeter")
    page.fill("[name=title_en]", "Repair rather than throw away")
    submit(page)
    page.wait_for_url("**/organise/trainings/")
    page.locator("main a[href$='/trainings/new/']").first.click()
    page.select_option("[name=theme]", str(Theme.objects.get().pk))
    page.fill("[name=title_fr]", "Réparer son vélo")
    page.fill("[name=title_en]", "Bicycle repair")
    submit(page)
    page.locator("main a[href$='/sessions/new/']").first.click()
    page.fill("[name=starts_at]", starts.strftime("%Y-%m-%dT%H:%M"))
    page.fill("[name=ends_at]", starts.strftime("%Y-%m-%dT17:00"))
    page.select_option("[name=venue]", str(venue.pk))
    page.fill("[name=capacity]", "12")
    submit(page)
    assert page.locator("#id_ends_at").get_attribute("aria-invalid") == "true"
    page.fill("[name=ends_at]", starts.strftime("%Y-%m-%dT20:00"))
    submit(page)
    page.wait_for_url("**/organise/slots/**")

    slot = Slot.objects.get()
    public = browser_page(js=js)
    assert public.goto(f"/trainings/sessions/{slot.pk}/").status == 404
    page.locator("form[action$='/publish/'] button").click()
    assert said(page) == "C’est publié : on peut s’inscrire."
    assert public.goto(f"/trainings/sessions/{slot.pk}/").status == 200
    assert public.locator("h1").inner_text() == "Réparer son vélo"
    assert (slot.starts_at, slot.capacity, slot.network) == (starts, 12, network)


@pytest.mark.parametrize("js", [False, True])
def test_attendance_is_marked_on_a_phone(open_office, network, js):
    slot = SlotFactory(network=network, starts_at=timezone.now() + dt.timedelta(minutes=30))
    came, missing = (RegistrationFactory(slot=slot, volunteer__user__first_name=name) for name in ("Awa", "Zoé"))
    page = open_office(js=js)
    page.goto(f"/organise/slots/{slot.pk}/")
    page.locator("main a[href$='/attendance/']").first.click()

    page.locator(f"#p{came.pk}").click()
    page.locator(f"#p{came.pk}[aria-pressed=true]").wait_for()
    page.locator(f"#a{missing.pk}").click()
    page.locator(f"#a{missing.pk}[aria-pressed=true]").wait_for()
    box = page.locator(f"#p{came.pk}").bounding_box()

    assert box["height"] >= 44
    assert page.locator(f"#a{came.pk}").get_attribute("aria-pressed") == "false"
    for registration, attendance in ((came, "present"), (missing, "absent")):
        registration.refresh_from_db()
        assert registration.attendance == attendance


@pytest.fixture
def attendance_page(open_office, network):
    slot = SlotFactory(network=network, starts_at=timezone.now() + dt.timedelta(minutes=30))
    registration = RegistrationFactory(slot=slot)
    page = open_office()
    page.goto(f"/organise/slots/{slot.pk}/attendance/")
    return page, registration


def attendance_of(registration):
    registration.refresh_from_db()
    return registration.attendance


def test_attendance_says_on_the_row_that_there_is_no_network(attendance_page, axe):
    page, registration = attendance_page
    alert = page.locator(f"#r{registration.pk} [role=alert]")
    absent = page.locator(f"#a{registration.pk}")

    page.context.set_offline(True)
    for _tap in range(2):
        absent.click()
        alert.wait_for()
    assert alert.inner_text().strip() == "Pas de réseau : rien n’est enregistré. Recommencez quand il est revenu."
    assert alert.count() == 1
    assert (absent.get_attribute("aria-pressed"), attendance_of(registration)) == ("false", "")
    axe(page)

    page.context.set_offline(False)
    absent.click()
    page.locator(f"#a{registration.pk}[aria-pressed=true]").wait_for()
    assert alert.count() == 0
    assert attendance_of(registration) == "absent"


@pytest.mark.parametrize("status", [403, 500])
def test_attendance_says_on_the_row_that_the_server_refused(attendance_page, status):
    page, registration = attendance_page
    page.route("**/attendance/mark/", lambda route: route.fulfill(status=status, body="<h1>Whole page</h1>"))

    page.locator(f"#p{registration.pk}").click()

    alert = page.locator(f"#r{registration.pk} [role=alert]")
    alert.wait_for()
    assert alert.inner_text().strip().startswith("Quelque chose n’a pas marché : rien n’est enregistré.")
    assert page.locator("h1").count() == 1


def test_attendance_after_signing_out_elsewhere_leads_to_the_entrance_and_back(attendance_page):
    page, registration = attendance_page
    page.context.clear_cookies(name="sessionid")

    page.locator(f"#p{registration.pk}").click()

    page.wait_for_url(f"**/account/login/?next=%2Forganise%2Fslots%2F{registration.slot_id}%2Fattendance%2F")
    assert attendance_of(registration) == ""


def test_attendance_that_cannot_be_marked_any_more_says_why(attendance_page):
    page, registration = attendance_page
    Slot.objects.update(state=Slot.State.CANCELLED)

    page.locator(f"#p{registration.pk}").click()

    page.locator(".toast--error").wait_for()
    assert said(page).startswith("Les présences se notent")
    assert page.locator("main").count() == 1
    assert attendance_of(registration) == ""


CAMERA = """
  window.shown = "";
  window.BarcodeDetector = class {
    static getSupportedFormats = async () => ["qr_code"];
    detect = async () => (window.shown ? [{ rawValue: window.shown }] : []);
  };
  navigator.mediaDevices.getUserMedia = async () => document.createElement("canvas").captureStream(5);
"""


def test_codes_are_scanned_one_after_the_other(open_office, network, axe):
    slot = SlotFactory(network=network, starts_at=timezone.now() + dt.timedelta(minutes=30))
    rows = [RegistrationFactory(slot=slot, volunteer__user__first_name=name) for name in ("Awa", "Zoé")]
    page = open_office()
    page.add_init_script(CAMERA)
    page.goto(f"/organise/slots/{slot.pk}/attendance/")
    page.locator("[data-scan]").click()

    for row in rows:
        page.evaluate("(address) => (window.shown = address)", door_codes.address_of(door_codes.code_of(row)))
        page.locator(f"#p{row.pk}[aria-pressed=true]").wait_for()
        page.locator("#door-said", has_text=row.volunteer.user.first_name).wait_for()
    axe(page)

    assert [attendance_of(row) for row in rows] == ["present", "present"]
    assert page.locator("#attendance-counts").inner_text() == "2 présences sur 2"
    page.locator("[data-scan]").click()
    assert page.locator("[data-view]").is_hidden()


def test_date_is_moved_written_about_and_called_off_each_told_once(open_office, network, mailbox):
    slot = SlotFactory(network=network, title_en="Bicycle repair")
    SessionFactory(training=TrainingFactory(network=network, theme=None), slot=slot)
    volunteer = VolunteerFactory(user=UserFactory(email="awa@example.org", language="en"))
    registering.register(volunteer, slot=slot, by=volunteer.user)
    [before] = calendar_of(mailbox.to("awa@example.org")[0]).events
    page = open_office(width=1280)
    page.goto(f"/organise/slots/{slot.pk}/")

    page.locator("main a[href$='/move/']").click()
    new_start = timezone.localtime(slot.starts_at).replace(hour=9, minute=30, second=0, microsecond=0)
    new_start += dt.timedelta(days=1)
    page.fill("[name=starts_at]", new_start.strftime("%Y-%m-%dT%H:%M"))
    page.fill("[name=ends_at]", new_start.strftime("%Y-%m-%dT11:00"))
    submit(page)
    assert mailbox.to("awa@example.org")[1:] == []
    page.locator("button[name=confirmed]").click()
    page.wait_for_url(f"**/organise/slots/{slot.pk}/")
    [moved] = mailbox.to("awa@example.org")[1:]
    [after] = calendar_of(moved).events
    assert (after["UID"], after.start) == (before["UID"], new_start)
    assert after["SEQUENCE"] > before["SEQUENCE"]

    page.locator("main a[href$='/write/']").click()
    page.fill("[name=subject]", "Bring your bicycle")
    page.fill("[name=body]", "And a pump.")
    page.locator("main form .button--next").dblclick()
    page.wait_for_url(f"**/organise/slots/{slot.pk}/")
    assert "Bring your bicycle" in mailbox.subjects("awa@example.org")[2]

    with page.expect_download() as download:
        page.locator("main a[href$='/export.xlsx']").click()
    sheet = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes())).active
    assert "awa@example.org" in [cell.value for row in sheet.rows for cell in row]

    page.locator("main a[href$='/call-off/']").click()
    page.fill("[name=reason]", "The room is flooded.")
    page.locator("main button.button--danger").click()
    assert page.locator("#id_sure").get_attribute("aria-invalid") == "true"
    page.check("[name=sure]")
    page.locator("main button.button--danger").click()
    page.wait_for_url(f"**/organise/slots/{slot.pk}/")
    [called_off] = mailbox.to("awa@example.org")[3:]
    assert calendar_of(called_off)["METHOD"] == "CANCEL"
    assert "The room is flooded." in called_off.get_body(("plain",)).get_content()


def send_list(page, content, name="liste.xlsx"):
    page.goto("/organise/volunteers/imports/new/")
    page.set_input_files("[name=file]", {"name": name, "mimeType": "application/octet-stream", "buffer": content})
    page.fill("[name=source]", "Forum du 4 mai")
    submit(page)
    page.wait_for_url("**/organise/volunteers/imports/*/")


def test_messy_list_is_shown_row_by_row_then_written_as_a_whole(open_office, network, run_queued_tasks):
    DistrictFactory(code="11")
    VolunteerFactory(user=UserFactory(email="awa@example.org", first_name="Awa", last_name="Diallo"))
    wrong = xlsx(
        ["Zoé", "Ça", "pas une adresse", "", ""],
        ["Léa", "Roux", "lea@example.org", "12", "11e"],
    )
    messy = xlsx(
        ["Zoé", "Ça Va", "zoe@example.org", "", ""],
        ["Awa", "Diallo", " awa@example.org", "", "11"],
        ["  Zoé ", "Ça  Va", "ZOE@Example.org", "06.12.34.56.78", "75011"],
    )
    page = open_office(width=1280)
    send_list(page, wrong)
    run_queued_tasks()
    page.locator("main a[href$='/refused.xlsx']").wait_for()
    assert page.locator("form[action$='/confirm/']").count() == 0
    refused = page.locator("main table").inner_text()
    assert "pas une adresse" in refused
    assert "12" in refused

    send_list(page, messy)
    run_queued_tasks()
    page.locator("form[action$='/confirm/'] button").click()
    assert set(User.objects.values_list("email", flat=True)) == {"paul@example.org", "awa@example.org"}
    run_queued_tasks()
    page.locator("main .callout:has-text('La liste est écrite')").wait_for()

    zoe = Volunteer.objects.get(user__email="zoe@example.org")
    assert (zoe.user.first_name, zoe.user.last_name, str(zoe.phone)) == ("Zoé", "Ça Va", "+33612345678")
    assert Volunteer.objects.filter(memberships__network=network).count() == 2
