"""The programme on paper."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from tests.factories.trainings import SessionFactory, ThemeFactory, TrainingFactory
from trainings import printing
from trainings.quarters import Quarter
from volunteers import papermaking

pytestmark = pytest.mark.django_db
QUARTER = Quarter(2027, 1)
HEADING = printing.Heading(
    site="Maillage",
    title="Programme",
    intro="Toutes les dates.",
    address="https://maillage.example/programme/2027-1/",
    colours={"solidarity": "#27378f", "climate": "#1c6a3c", "city": "#7c2f63"},
)


def at(month, day, hour=18):
    return dt.datetime(2027, month, day, hour, 30, tzinfo=ZoneInfo("Europe/Paris"))


def pages_of(paper):
    return int(re.search(rb"/Type\s*/Pages[^>]*?/Count\s+(\d+)", paper)[1])


def paper(heading=HEADING):
    return papermaking.pdf(printing.TEMPLATE, printing.content(QUARTER, heading), standard=papermaking.PDF_UA)


@pytest.fixture
def training():
    theme = ThemeFactory(year=2027, quarter=1, title_fr="Avant l’hiver", network__tint="solidarity")
    return TrainingFactory(theme=theme, title_fr="Aller vers", title_en="Going towards")


@pytest.mark.parametrize(
    ("language", "month", "weekday", "seats", "online"),
    [("fr", "Février 2027", "mar", "12 places", "En ligne"), ("en", "February 2027", "Tue", "12 seats", "Online")],
)
def test_paper_says_what_when_where_and_how_many(training, language, month, weekday, seats, online):
    SessionFactory(training=training, slot__starts_at=at(2, 9), slot__capacity=12, slot__online=True)
    SessionFactory(training=training, slot__starts_at=at(3, 2), slot__capacity=1, slot__venue__name="La Fabrique")
    SessionFactory(training=training, slot__starts_at=at(4, 1))
    SessionFactory(training=training, slot__starts_at=at(3, 1), slot__draft=True)
    SessionFactory(training=training, slot__starts_at=at(3, 1), slot__cancelled=True)

    with override(language):
        content = printing.content(QUARTER, HEADING)
        network, theme = training.network.name, training.theme.title

    first, second = content["months"]
    assert (content["language"], first["name"]) == (language, month)
    (row,) = first["sessions"]
    assert row == {
        "title": {"fr": "Aller vers", "en": "Going towards"}[language],
        "weekday": weekday,
        "day": "9",
        "hours": "18:30 – 20:30",
        "place": online,
        "network": network,
        "tint": "solidarity",
        "seats": seats,
    }
    assert [row["place"].startswith("La Fabrique (") for row in second["sessions"]] == [True]
    assert [shown["title"] for shown in content["themes"]] == [theme]


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (13, 1), (60, 3)])
def test_thirteen_dates_stand_on_one_page_and_more_flow_on(training, count, pages):
    for number in range(count):
        slot = SessionFactory(training=training, slot__starts_at=at(1 + number % 3, 2 + number % 25)).slot
        slot.venue.name = "Maison de la vie associative et citoyenne du 18e"
        slot.venue.save()

    assert pages_of(paper()) == pages


@pytest.mark.parametrize(
    "written", ['#panic("run")', '#image("/etc/passwd")', "*bold* $x$ @preview", '"]; #eval("1")', "= \\"]
)
def test_title_is_shown_and_never_run(training, written):
    training.title_fr = training.network.name_fr = training.theme.summary_fr = written
    for row in (training, training.network, training.theme):
        row.save()
    SessionFactory(training=training, slot__starts_at=at(1, 9), slot__venue__name=written)
    heading = printing.Heading(site=written, title=written, intro=written, address=HEADING.address, colours={})

    assert pages_of(paper(heading)) == 1


def test_paper_is_made_once_for_each_content(training, monkeypatch, django_assert_num_queries):
    made = []
    monkeypatch.setattr(papermaking, "_fonts", lambda fonts=papermaking._fonts: made.append(1) or fonts())
    SessionFactory(training=training, slot__starts_at=at(1, 9))

    with django_assert_num_queries(2):
        first = printing.programme(QUARTER, HEADING)
    SessionFactory.create_batch(29, training=training, slot__starts_at=at(5, 9))
    with django_assert_num_queries(2):
        again = printing.programme(QUARTER, HEADING)
    assert (again == first, len(made)) == (True, 1)
    SessionFactory.create_batch(29, training=training, slot__starts_at=at(2, 9))
    with django_assert_num_queries(2):
        other = printing.programme(QUARTER, HEADING)

    assert (other == first, len(made)) == (False, 2)
