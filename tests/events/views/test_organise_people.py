"""The people of one date in the back office: found, approved, refused, added, ticked off, exported."""

import datetime as dt
import io
import re

import pytest
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook

from events.models import Registration, Slot
from mail.models import Message
from tests.events.views.organising import person, url
from tests.factories.events import RegistrationFactory, WalkInFactory
from tests.office import inside, still

pytestmark = pytest.mark.django_db


# --- Lists ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(("page", "queries"), [("slot", "SLOT_QUERIES"), ("attendance", "ATTENDANCE_QUERIES")])
def test_slot_pages_queries(slot, organiser, django_assert_num_queries, page, queries, count):
    Slot.objects.update(capacity=50)
    slot.refresh_from_db()
    for _ in range(count):
        RegistrationFactory(slot=slot)
    with still():
        organiser.get(url(page, slot))
        with django_assert_num_queries(globals()[queries]):
            answer = organiser.get(url(page, slot))
    assert answer.content.decode().count('id="r') == count


SLOT_QUERIES = 15
ATTENDANCE_QUERIES = 13


def test_slot_tabs_and_search(slot, organiser):
    coming = RegistrationFactory(slot=slot, volunteer__user__last_name="Durand")
    RegistrationFactory(slot=slot, volunteer__user__last_name="Kone")
    waiting = RegistrationFactory(slot=slot, waiting=True)
    ended = RegistrationFactory(slot=slot, cancelled=True)
    asked = RegistrationFactory(slot=slot, state="pending", pending_for="approval", confirmed_at=None)

    def rows(**query):
        return list(organiser.get(url("slot", slot), query).context["page_obj"])

    assert rows(q="durand") == [coming]
    assert rows(q=coming.volunteer.user.email) == [coming]
    assert len(rows()) == 2
    assert (rows(tab="waiting"), rows(tab="ended"), rows(tab="approve")) == ([waiting], [ended], [asked])


# --- Acts -------------------------------------------------------------------------------------------------------------
def test_approve_refuse_cancel(slot, organiser):
    asked = [
        RegistrationFactory(slot=slot, state="pending", pending_for="approval", confirmed_at=None) for _ in range(3)
    ]
    for row, name in zip(asked, ["approve", "refuse", "registration-cancel"], strict=True):
        assert organiser.post(url(name, slot, uid=row.uid), {"note": "Trop tard."}).status_code == 302

    states = [(row.state, row.end_reason) for row in (Registration.objects.get(pk=row.pk) for row in asked)]
    assert states == [("confirmed", ""), ("refused", "organiser"), ("cancelled", "organiser")]
    notes = [message.context.get("note") for message in Message.objects.order_by("pk")]
    assert notes == [None, "Trop tard.", "Trop tard."]
    assert [Registration.objects.get(pk=row.pk).end_note for row in asked] == ["", "Trop tard.", "Trop tard."]


@pytest.mark.parametrize(("note", "refused"), [("", True), ("x" * 300, True), ("x" * 301, False)])
def test_refusing_asks_for_a_sentence_that_may_stay_empty(slot, organiser, note, refused):
    row = RegistrationFactory(slot=slot, state="pending", pending_for="approval", confirmed_at=None)
    address = url("refuse", slot, uid=row.uid)

    page = organiser.get(address)
    assert (page.status_code, Registration.objects.get().state) == (200, "pending")
    assert f'href="{address}"' in organiser.get(url("slot", slot), {"tab": "approve"}).text

    answer = organiser.post(address, {"note": note})

    row.refresh_from_db()
    assert (row.state, row.end_note) == (("refused", note) if refused else ("pending", ""))
    assert answer.status_code == (302 if refused else 200)


def test_cancel_registration_asks_first(slot, organiser):
    row = RegistrationFactory(slot=slot)

    page = organiser.get(url("registration-cancel", slot, uid=row.uid))

    assert row.volunteer.user.last_name in page.content.decode()
    assert Registration.objects.get().state == "confirmed"


HOUR = dt.timedelta(hours=1)
NOTED = "La présence de cette personne est notée : si c’est une erreur, retirez d’abord cette note."
IS_OVER = "Cette date est passée : notez plutôt qui était là."


@pytest.mark.parametrize(
    ("began", "mark", "said"),
    [
        (HOUR, "present", NOTED),
        (HOUR, "left_early", NOTED),
        (HOUR, "", ""),
        (3 * HOUR, "present", NOTED),
        (3 * HOUR, "absent", IS_OVER),
    ],
)
def test_whoever_was_there_stays_in_the_counts(slot, organiser, began, mark, said):
    slot.starts_at = timezone.now() - began
    slot.ends_at = slot.starts_at + 2 * HOUR
    slot.save()
    row = RegistrationFactory(slot=slot, attendance=mark)
    address = url("registration-cancel", slot, uid=row.uid)
    page = organiser.get(url("slot", slot)).text

    answer = organiser.post(address, {"note": ""}, follow=True)

    row.refresh_from_db()
    assert (row.state, row.attendance) == ("confirmed" if said else "cancelled", mark)
    assert (f'href="{address}"' in page) == (not said)
    assert Message.objects.count() == (0 if said else 1)
    assert [str(one) for one in answer.context["messages"] if one.level_tag == "error"] == ([said] if said else [])


def test_add_person_by_hand(slot, organiser):
    organiser.post(url("person-add", slot), {"email": "Ana@example.org", "first_name": "Ana"})

    row = Registration.objects.get()
    assert (row.volunteer.user.email, row.volunteer.user.first_name, row.state) == (
        "ana@example.org",
        "Ana",
        "confirmed",
    )
    assert Message.objects.get().to == "ana@example.org"


THERE = {
    "confirmed": ({}, "Nothing has changed: this person is registered already."),
    "waiting": ({"waiting": True}, "Nothing has changed: this person is on the waiting list already."),
    "offered": (
        {"held": True, "pending_for": "offer"},
        "Nothing has changed: a seat was offered to this person, who still has to answer.",
    ),
    "requested": (
        {"held": True, "pending_for": "approval"},
        "Nothing has changed: this person is there already, and waits for your approval.",
    ),
}


@pytest.mark.parametrize("state", THERE)
def test_who_is_there_already_is_not_said_to_be_added(slot, organiser, state):
    facts, sentence = THERE[state]
    row = RegistrationFactory(slot=slot, volunteer__user__email="ana@example.org", **facts)
    with override("en"):
        answer = organiser.post(url("person-add", slot), {"email": "Ana@example.org"}, follow=True)

    assert [str(said) for said in answer.context["messages"]] == [sentence]
    before = (row.state, row.pending_for)
    row.refresh_from_db()
    assert (row.state, row.pending_for) == before
    assert not Message.objects.exists()


def test_who_waits_for_a_code_is_added(slot, organiser):
    row = RegistrationFactory(slot=slot, held=True, volunteer__user__email="ana@example.org")
    with override("en"):
        answer = organiser.post(url("person-add", slot), {"email": "ana@example.org"}, follow=True)

    row.refresh_from_db()
    assert row.state == "confirmed"
    assert [str(said) for said in answer.context["messages"]] == ["Added. The person gets a message."]


# --- Attendance -------------------------------------------------------------------------------------------------------
@pytest.fixture
def tonight(slot):
    Slot.objects.update(starts_at=timezone.now(), ends_at=timezone.now() + dt.timedelta(hours=2))
    return slot


def test_attendance_without_and_with_htmx(tonight):
    row = RegistrationFactory(slot=Slot.objects.get())
    client, mark = inside(person("in_charge", tonight)), {"registration": row.pk, "attendance": "present"}

    plain = client.post(url("attendance-mark", tonight), mark)
    in_place = client.post(
        url("attendance-mark", tonight), mark | {"attendance": "absent"}, headers={"HX-Request": "true"}
    )

    assert plain.url == url("attendance", tonight) + f"#r{row.pk}"
    assert in_place.content.decode().startswith(f'<li id="r{row.pk}">')
    assert 'hx-swap-oob="true"' in in_place.content.decode()
    assert Registration.objects.get().attendance == "absent"


def test_attendance_of_all_others(tonight, organiser):
    slot = Slot.objects.get()
    one, two = RegistrationFactory(slot=slot), RegistrationFactory(slot=slot, attendance="absent")
    organiser.post(url("attendance-mark", slot), {"all": "1", "attendance": "present"})
    assert [Registration.objects.get(pk=row.pk).attendance for row in (one, two)] == ["present", "absent"]


def test_attendance_before_time_is_said(slot, organiser):
    row = RegistrationFactory(slot=slot)
    organiser.post(url("attendance-mark", slot), {"registration": row.pk, "attendance": "present"})
    assert Registration.objects.get().attendance == ""
    assert "organise" in organiser.get(url("attendance", slot)).content.decode()


def test_attendance_row_offers_to_note_who_left_early_only_of_whoever_was_there(tonight):
    row = RegistrationFactory(slot=Slot.objects.get())
    client, mark = inside(person("in_charge", tonight)), {"registration": row.pk}

    def offered(attendance):
        answer = client.post(
            url("attendance-mark", tonight), mark | {"attendance": attendance}, headers={"HX-Request": "true"}
        )
        return re.findall(r'id="[pao]\d+" value="(\w*)" aria-pressed="(\w+)"', answer.text)

    assert offered("present") == [("", "true"), ("absent", "false"), ("left_early", "false")]
    assert offered("left_early") == [("present", "false"), ("absent", "false"), ("present", "true")]
    assert offered("excused") == [("present", "false"), ("absent", "false"), ("", "true")]


def test_walk_in_is_present(tonight, organiser):
    organiser.post(url("walk-in", tonight), {"email": "ana@example.org", "first_name": "Ana"})
    assert (Registration.objects.get().attendance, Message.objects.count()) == ("present", 0)


def test_search_takes_whatever_an_address_can_hold(slot, organiser):
    RegistrationFactory(slot=slot, volunteer__user__first_name="Awa")

    answer = organiser.get(f"{url('slot', slot)}?q=a%00wa")

    assert (answer.status_code, [row.volunteer.user.first_name for row in answer.context["page_obj"]]) == (200, ["Awa"])


# --- Files ------------------------------------------------------------------------------------------------------------
def test_export_runs_no_formula_and_names_nobody(slot, organiser):
    hostile = '=HYPERLINK("http://x.example","Awa")'
    RegistrationFactory(slot=slot, volunteer__user__first_name=hostile, volunteer__user__last_name="+33")
    RegistrationFactory(slot=slot, volunteer__user__first_name="@Li", volunteer__phone="+33612345678", waiting=True)
    RegistrationFactory(slot=slot, held=True)
    RegistrationFactory(slot=slot, volunteer=None, cancelled=True)
    WalkInFactory(slot=slot, first_name="=Zoé")

    answer = organiser.get(url("export", slot))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]

    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n", "d"}
    values = [cell.value for cell in cells]
    assert f"'{hostile}" in values and "'+33" in values and "'@Li" in values and "06 12 34 56 78" in values
    assert "'=Zoé" in values and sheet.max_row == 5
    name = answer["Content-Disposition"]
    assert name.endswith('.xlsx"') and name.isascii() and "example" not in name
    assert "no-store" in answer["Cache-Control"]


def test_export_has_moments_and_numbers_as_such_and_says_who_has_left(slot, organiser):
    registered_at = dt.datetime(2026, 10, 25, 0, 45, 12, 345678, tzinfo=dt.UTC)
    for facts in ({"volunteer__user__first_name": "Awa", "waiting": True}, {"volunteer": None, "cancelled": True}):
        row = RegistrationFactory(slot=slot, **facts)
        Registration.objects.filter(pk=row.pk).update(created_at=registered_at)

    with override("en"):
        sheet = load_workbook(io.BytesIO(organiser.get(url("export", slot)).content)).active

    assert sheet.title == "Registrations"
    gone, waiting = sheet.iter_rows(min_row=2)
    assert [gone[0].value, waiting[0].value] == ["Account deleted", "Awa"]
    assert (waiting[5].value, waiting[5].data_type) == (1, "n")
    moment = waiting[7]
    assert moment.is_date and moment.number_format == "dd/mm/yyyy hh:mm"
    assert moment.value.isoformat() == "2026-10-25T02:45:00"


def test_sign_sheet_has_confirmed_only(slot, organiser):
    row = RegistrationFactory(slot=slot)
    waiting = RegistrationFactory(slot=slot, waiting=True)
    page = organiser.get(url("sign-sheet", slot)).content.decode()
    assert row.volunteer.user.last_name in page and waiting.volunteer.user.last_name not in page
