"""What components say, in words and to machines."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django import forms
from django.template.loader import render_to_string
from django.utils import translation

STATES = [
    "pending",
    "offered",
    "requested",
    "waiting",
    "reserve",
    "confirmed",
    "cancelled",
    "refused",
    "attended",
    "absent",
    "open",
    "full",
    "draft",
    "closed",
]


def render(name, **context):
    with translation.override("en"):
        return render_to_string(f"components/{name}.html", context)


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize(
    ("capacity", "left", "waiting", "said"),
    [
        (20, 5, 0, "5 places left of 20"),
        (20, 1, 0, "1 place left of 20"),
        (20, 0, 3, "Full · 3 people waiting"),
        (20, 0, 1, "Full · 1 person waiting"),
        (20, 0, 0, "Full · nobody waiting yet"),
        (0, 0, 0, "Open to all, no limit of places"),
    ],
)
def test_seat_meter_says_it_in_words(capacity, left, waiting, said):
    assert words(render("seat_meter", capacity=capacity, seats_left=left, waiting=waiting)) == said


def test_seat_meter_draws_the_seats_taken():
    html = render("seat_meter", capacity=20, seats_left=5)

    # The second row is seen through a window moved by the free seats: what stays in sight is what is taken.
    assert re.findall(r'viewBox="([^"]+)"', html) == ["0 0 20 1", "5 0 20 1"]


def test_bar_chart_draws_in_plain_numbers_and_writes_in_the_readers():
    with translation.override("fr"):
        html = render_to_string("components/bar_chart.html", {"max": 40.5, "rows": [{"label": "Rue", "value": 12.5}]})

    assert re.findall(r'(?:viewBox|rect width)="([^"]+)"', html) == ["0 0 40.5 1", "12.5"]
    assert words(html).endswith("Rue 12,5")


def test_no_two_states_share_their_words_or_their_icon():
    badges = [render("state_badge", state=state) for state in STATES]

    assert len({words(badge) for badge in badges}) == len(STATES)
    assert len({re.search(r"<svg.*</svg>", badge, re.S)[0] for badge in badges}) == len(STATES)


PHASES = ["announced", "call", "sorting", "vote", "work", "note", "paused", "over", "draft"]
IDEA_STATES = ["open", "studying", "merged", "adopted", "declined", "out_of_scope", "withdrawn"]


@pytest.mark.parametrize(("component", "states"), [("phase_badge", PHASES), ("idea_badge", IDEA_STATES)])
def test_badges_of_calls_and_ideas_differ_in_word_icon_and_outline(component, states):
    badges = [render(component, state=state) for state in states]

    for part in (words, lambda badge: re.search(r"<svg.*</svg>", badge, re.S)[0], lambda badge: badge.split('"')[1]):
        assert len({part(badge) for badge in badges}) == len(states)


def test_waiting_badge_says_the_rank():
    assert words(render("state_badge", state="waiting", rank=4)) == "Waiting list, number 4"


@time_machine.travel(datetime(2026, 11, 21, 12, tzinfo=UTC))
@pytest.mark.parametrize(("year", "said"), [(2026, "Wed 25 Nov."), (2027, "Thu 25 Nov. 2027")])
def test_date_block_says_the_year_only_when_it_is_another(year, said):
    html = render("date_block", starts_at=datetime(year, 11, 25, 17, 30, tzinfo=UTC))

    assert words(html) == said
    assert f'datetime="{year}-11-25"' in html


def test_toast_undoes_only_at_a_local_address():
    assert 'action="/undo/7/"' in render("toast", text="Done", undo_url="/undo/7/")
    assert "<form" not in render("toast", text="Done", undo_url="https://elsewhere.example/")
    assert "<form" not in render("toast", text="Done", undo_url="//elsewhere.example/")


class AskForm(forms.Form):
    email = forms.EmailField(label="Address", help_text="We send a code.")
    charter = forms.BooleanField(label="I agree")
    mobility = forms.ChoiceField(label="How", widget=forms.RadioSelect, choices=[("foot", "On foot")])
    note = forms.CharField(label="Note", required=False)


def test_field_ties_help_and_error_to_its_control():
    with translation.override("en"):
        html = str(AskForm({"email": "camille@"}))

    control = re.search(r'<input type="email"[^>]*>', html)[0]
    assert 'aria-invalid="true"' in control
    tied = re.search(r'aria-describedby="([^"]+)"', control)[1].split()
    assert [f'id="{name}"' in html for name in tied] == [True, True]


def test_error_summary_leads_to_controls_that_exist():
    with translation.override("en"):
        html = str(AskForm({"email": "camille@"}))

    targets = re.findall(r'href="#([^"]+)"', html)
    assert targets == ["id_email", "id_charter", "id_mobility"]
    assert [f'id="{target}"' in html for target in targets] == [True, True, True]


def test_only_what_may_be_left_out_is_marked():
    with translation.override("en"):
        html = str(AskForm())

    assert html.count("(optional)") == 1


@pytest.mark.parametrize("name", ["403", "403_csrf", "404", "429", "500"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_error_page_stands_without_any_context(name, language):
    """Django renders the page of a failure with nothing at hand: no request, no database."""
    with translation.override(language):
        html = render_to_string(f"{name}.html")

    assert html.startswith("<!doctype html>")
    assert html.count("<h1>") == 1
