"""At the door: codes typed and scanned, first names, a signed sheet copied; and what a stranger sees who scans."""

import datetime as dt
import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events import door_codes
from events.models import Registration, Slot, WalkIn
from tests.events.views.organising import person, url
from tests.factories.events import RegistrationFactory, SlotFactory, WalkInFactory
from tests.office import inside, still

pytestmark = pytest.mark.django_db


@pytest.fixture
def tonight(slot):
    Slot.objects.update(starts_at=timezone.now(), ends_at=timezone.now() + dt.timedelta(hours=2), capacity=70)
    return Slot.objects.get()


@pytest.fixture
def trainer(tonight):
    return inside(person("in_charge", tonight))


def said(answer):
    return [(message.level_tag, str(message)) for message in answer.context["messages"]]


# --- The square, seen by anybody --------------------------------------------------------------------------------------
def test_a_stranger_who_scans_learns_nothing(client, tonight):
    row = RegistrationFactory(slot=tonight)
    codes = [door_codes.code_of(row), door_codes.code_of(Registration(pk=row.pk + 1000)), "nonsense"]

    pages = [client.get(reverse("events:door", args=[code])) for code in codes]

    bare = {re.sub("|".join(codes), "code", page.text) for page in pages}
    assert ({page.status_code for page in pages}, len(bare)) == ({200}, 1)
    (text,) = bare
    assert 'content="noindex"' in text and "no-store" in pages[0]["Cache-Control"]
    for hidden in (tonight.title, row.volunteer.user.last_name, row.volunteer.user.first_name):
        assert hidden not in text


def test_whoever_is_at_the_door_is_led_to_the_list(tonight, trainer):
    code = door_codes.code_of(RegistrationFactory(slot=tonight))

    answer = trainer.get(reverse("events:door", args=[code]), follow=True)

    assert answer.redirect_chain[-1][0] == url("attendance", tonight) + f"?code={code[:3]}+{code[3:]}"
    assert f'value="{code[:3]} {code[3:]}"' in answer.text
    assert Registration.objects.get().attendance == ""  # reading marks nobody


def test_code_of_a_date_that_is_not_theirs_leads_nowhere(trainer):
    elsewhere = RegistrationFactory(slot=SlotFactory(starts_at=timezone.now()))
    codes = [door_codes.code_of(elsewhere), door_codes.code_of(Registration(pk=elsewhere.pk + 1)), "nonsense"]
    assert {trainer.get(reverse("organise:door", args=[code])).status_code for code in codes} == {404}


def test_the_camera_is_for_the_list_alone(tonight, trainer):
    pages = {name: trainer.get(url(name, tonight))["Permissions-Policy"] for name in ("slot", "attendance")}
    assert ("camera=()" in pages["slot"], "camera=(self)" in pages["attendance"]) == (True, True)
    assert "microphone=()" in pages["attendance"]


# --- A code at the door -----------------------------------------------------------------------------------------------
def test_typed_code_marks_and_says_who(tonight, trainer):
    row = RegistrationFactory(slot=tonight, volunteer__user__last_name="Kone")
    typed = {"code": door_codes.shown(door_codes.code_of(row)).lower()}
    with override("en"):
        answers = [trainer.post(url("check-in", tonight), typed, follow=True) for _ in range(2)]

    assert [said(answer) for answer in answers] == [
        [("success", "Awa Kone is present.")],
        [("warning", "Awa Kone was marked present before.")],
    ]
    assert Registration.objects.get().attendance == "present"


def test_scanned_code_answers_in_place(tonight, trainer):
    row = RegistrationFactory(slot=tonight)
    scanned = {"code": door_codes.address_of(door_codes.code_of(row))}

    answer = trainer.post(url("check-in", tonight), scanned, headers={"HX-Request": "true"})
    unknown = trainer.post(url("check-in", tonight), {"code": "https://x.example/"}, headers={"HX-Request": "true"})

    assert f'<li id="r{row.pk}" hx-swap-oob="true">' in answer.text and "callout--success" in answer.text
    assert "callout--danger" in unknown.text and "<li" not in unknown.text
    assert Registration.objects.get().attendance == "present"


# --- First names ------------------------------------------------------------------------------------------------------
def test_first_name_is_counted_once_and_taken_back(tonight, trainer):
    posted = {"first_name": "  Zoé ", "key": uuid.uuid4()}
    for _ in range(2):
        trainer.post(url("let-in", tonight), posted)

    row = WalkIn.objects.get()
    page = trainer.get(url("attendance", tonight)).text
    assert (row.first_name, f'id="w{row.pk}"' in page) == ("Zoé", True)

    trainer.post(url("take-back", tonight, walk_in=row.pk))
    assert (WalkIn.objects.count(), Slot.objects.get().seats_taken) == (0, 0)


@pytest.mark.parametrize(
    "posted", [{}, {"first_name": ""}, {"first_name": "Zoé", "key": "x"}, {"first_name": "x" * 81}]
)
def test_first_name_is_needed(tonight, trainer, posted):
    answer = trainer.post(url("let-in", tonight), posted, follow=True)
    assert ([level for level, _ in said(answer)], WalkIn.objects.count()) == (["error"], 0)


def test_first_name_when_full_is_said(tonight, trainer):
    Slot.objects.update(capacity=0)
    with override("en"):
        answer = trainer.post(url("let-in", tonight), {"first_name": "Zoé", "key": uuid.uuid4()}, follow=True)
    assert said(answer) == [("error", "All seats are taken. Add seats to this date first.")]


def test_who_came_without_an_account_is_told_on_the_dates_page(tonight, organiser):
    WalkInFactory(slot=tonight)
    with override("en"):
        assert "1 person came without an account." in organiser.get(url("slot", tonight)).text


# --- A signed sheet ---------------------------------------------------------------------------------------------------
def test_sheet_is_copied_in_one_go(tonight, trainer):
    came, missing, excused = (RegistrationFactory(slot=tonight, attendance=mark) for mark in ("", "", "excused"))
    page = trainer.get(url("attendance-sheet", tonight)).text
    seen = re.findall(r'name="seen" value="([^"]*)"', page)
    ticked = re.findall(r'name="missing" value="(\d+)" checked', page)

    answer = trainer.post(url("attendance-sheet", tonight), {"seen": seen, "missing": [*ticked, missing.pk]})

    marks = [Registration.objects.get(pk=row.pk).attendance for row in (came, missing, excused)]
    assert (ticked, marks, answer.url) == (
        [str(excused.pk)], ["present", "absent", "excused"], url("attendance", tonight),
    )  # fmt: skip


def test_sheet_says_whom_somebody_else_marked_meanwhile(tonight, trainer):
    row = RegistrationFactory(slot=tonight, attendance="excused")
    with override("en"):
        answer = trainer.post(url("attendance-sheet", tonight), {"seen": [f"{row.pk}:"]}, follow=True)

    assert said(answer) == [
        ("success", "0 people marked."),
        ("warning", "1 person was marked by somebody else meanwhile, and keeps that mark: look again."),
    ]
    assert Registration.objects.get().attendance == "excused"


@pytest.mark.parametrize("seen", ["", "x:present", "9999999999999999999:", "1:late", ":", "1"])
def test_sheet_of_no_page_of_ours_marks_nobody(tonight, trainer, seen):
    RegistrationFactory(slot=tonight)
    assert trainer.post(url("attendance-sheet", tonight), {"seen": [seen]}).status_code == 302
    assert Registration.objects.get().attendance == ""


@pytest.mark.parametrize("count", [1, 30])
def test_sheet_and_door_queries(tonight, trainer, django_assert_num_queries, count):
    for _ in range(count):
        RegistrationFactory(slot=tonight)
        WalkInFactory(slot=tonight)
    with still():
        for page, queries in (("attendance-sheet", 11), ("attendance", 14)):
            trainer.get(url(page, tonight))
            with django_assert_num_queries(queries):
                trainer.get(url(page, tonight))
