import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from events import by_date
from events.models import MeetingMark
from tests.factories.events import RegistrationFactory, VenueFactory, meet
from tests.factories.trainings import EvaluationAnswerFactory, EvaluationFactory, SessionFactory, TrainingFactory
from tests.factories.volunteers import DistrictFactory, NetworkFactory, NetworkOrganiserFactory, UserFactory
from tests.office import inside
from trainings import board_figures
from trainings.board import Figure
from trainings.quarters import Quarter

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
BOARD, WISHES = (reverse(f"organise-trainings:{name}") for name in ("quarter", "wishes"))


@pytest.fixture(autouse=True)
def still():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def training():
    return TrainingFactory(theme=None, network=NetworkFactory(slug="climate"))


@pytest.fixture
def organiser(training):
    return inside(NetworkOrganiserFactory(network=training.network).user)


def dated(training, days, *, district=None, trainer=True, **fields):
    """A date so many days from now."""
    place = {"slot__venue": VenueFactory(district=district)} if district else {"slot__online": True}
    fields = {f"slot__{name}": value for name, value in fields.items()}
    slot = SessionFactory(training=training, slot__starts_at=NOW + dt.timedelta(days=days), **place, **fields).slot
    if trainer:
        slot.people_in_charge.add(UserFactory())
    return slot


def board(client, **query):
    return client.get(BOARD, query).context["board"]


def bars(charts):
    return {chart.caption: [(bar.label, bar.value) for bar in chart.bars] for chart in charts}


def test_what_needs_somebody(training, organiser):
    fine = dated(training, 3, capacity=10)
    RegistrationFactory.create_batch(4, slot=fine)
    nobody = dated(training, 30, trainer=False)
    empty = dated(training, 13, capacity=9)
    RegistrationFactory.create_batch(2, slot=empty)
    later = dated(training, 15, capacity=9)
    crowded = dated(training, 20, capacity=3)
    for slot, waiting in ((crowded, 6), (later, 5)):
        RegistrationFactory.create_batch(waiting, slot=slot, waiting=True)
    unmarked = dated(training, -4, trainer=False)
    RegistrationFactory(slot=unmarked)
    dated(training, 2, trainer=False, state="cancelled")

    to_do = board(organiser).to_do

    found = {name: [date.slot for date in dates] for name, dates in vars(to_do).items()}
    assert found == {"no_trainer": [nobody], "crowded": [crowded], "few": [empty], "unmarked": [unmarked]}
    page = organiser.get(BOARD).text
    for name, slot, more in (
        ("terms", nobody, ""),
        ("slot", crowded, "?tab=waiting"),
        ("slot", empty, ""),
        ("attendance", unmarked, ""),
    ):
        assert f'href="{reverse(f"organise:{name}", args=[slot.pk])}{more}"' in page


def test_one_meeting_of_a_course_that_nobody_marked_is_to_mark_once_it_is_over(training, organiser):
    days = (-10, -3, 0, 4)  # the third goes on
    course = meet(dated(training, -10), *(NOW + dt.timedelta(days=day) for day in days))
    people = RegistrationFactory.create_batch(2, slot=course)
    first, second, *_later = course.meetings.all()
    marks = [(people[0], first), (people[1], first), (people[0], second)]
    for registration, meeting in marks:
        MeetingMark.objects.create(registration=registration, meeting=meeting, attendance="present")
    by_date.derive(course)

    [found] = board(organiser).to_do.unmarked

    assert (found.slot, found.to_mark, found.unmarked) == (course, second, 1)
    assert f'{reverse("organise:attendance", args=[course.pk])}?date=2"' in organiser.get(BOARD).text
    MeetingMark.objects.create(registration=people[1], meeting=second, attendance="absent")
    assert board(organiser).to_do.unmarked == []


def test_figures_by_month_and_district(training, organiser):
    fourth, eleventh = DistrictFactory(code="04", name="Hôtel-de-Ville"), DistrictFactory(code="11", name="Popincourt")
    october, november = dated(training, -40, district=eleventh), dated(training, -10, district=fourth)
    for slot, marks in (
        (october, ("present", "absent", "excused")),
        (november, ("present", "left_early", "absent", "")),
    ):
        for mark in marks:
            RegistrationFactory(slot=slot, attendance=mark)
    december = dated(training, 20)
    RegistrationFactory(slot=december, waiting=True)

    shown = board(organiser)

    assert bars(shown.by_month) == {
        "Dates": [("octobre", 1), ("novembre", 1), ("décembre", 1)],
        "Présences": [("octobre", 50), ("novembre", 67)],
        "Absences sans prévenir": [("octobre", 1), ("novembre", 1)],
        "En liste d’attente": [("décembre", 1)],
    }
    assert bars(shown.by_district)["Présences"] == [("4 · Hôtel-de-Ville", 67), ("11 · Popincourt", 50)]
    assert bars(shown.by_district)["Dates"] == [("4 · Hôtel-de-Ville", 1), ("11 · Popincourt", 1), ("En ligne", 1)]
    assert [figure.value for figure in shown.figures] == [3, 23, 60, 2, 1]
    assert '<th scope="col">Mois</th><td></td><th scope="col">Chiffre</th>' in organiser.get(BOARD).text


@pytest.mark.parametrize(
    ("query", "days"), [({"month": "10"}, [-40]), ({"month": "12"}, None), ({"district": "11"}, [-40, -10]), ({}, None)]
)
def test_a_row_leads_to_its_dates(training, organiser, query, days):
    district = DistrictFactory(code="11")
    slots = {number: dated(training, number, district=district) for number in (-40, -10)}
    chosen = board(organiser, **query).chosen
    assert (chosen and [date.slot for date in chosen]) == (days and [slots[number] for number in days])
    (bar, _other) = board(organiser).by_month[0].bars
    assert bar.url == "?quarter=2026-4&month=10&network=climate#dates"


@pytest.mark.parametrize(
    ("query", "quarter", "count"),
    [
        ({}, "2026-4", 1),
        ({"quarter": "2026-3"}, "2026-3", 2),
        ({"quarter": "2027-1"}, "2027-1", 0),
        *(({"quarter": text}, "2026-4", 1) for text in ("", "x", "2026-5", "2026", "-", "9-9-9")),
        ({"quarter": "2026-3", "network": "theirs"}, "2026-3", 2),
    ],
)
def test_choosing_a_quarter(training, organiser, query, quarter, count):
    for days in (1, -60, -80):
        dated(training, days)
    dated(TrainingFactory(theme=None, network=NetworkFactory(slug="theirs")), 1)

    context = organiser.get(BOARD, query).context

    assert (str(context["quarter"]), len(context["board"].dates)) == (quarter, count)


def test_first_and_last_quarter_lead_no_further_than_they_can(organiser):
    for quarter in ("2000-1", "2999-4"):
        assert organiser.get(BOARD, {"quarter": quarter}).status_code == 200


def test_empty_quarter_says_what_to_do(organiser):
    assert "Aucune date ce trimestre" in organiser.get(BOARD).text


@pytest.mark.parametrize("page", [BOARD, WISHES])
def test_only_organisers_see_it(training, page):
    trainer = UserFactory()
    dated(training, 3).people_in_charge.add(trainer)
    assert inside(trainer).get(page).status_code == 403


@pytest.mark.parametrize("count", [1, 30, 400])
def test_board_queries(training, organiser, django_assert_num_queries, count):
    districts = DistrictFactory.create_batch(5)
    venues = [VenueFactory(district=district) for district in districts]
    for number in range(count):
        where = {"slot__venue": venues[number % 5]}
        SessionFactory(training=training, slot__starts_at=NOW + dt.timedelta(days=number % 40 - 20), **where)
    organiser.get(BOARD)
    with django_assert_num_queries(BOARD_QUERIES):
        assert len(board(organiser, month="11").dates) == count


BOARD_QUERIES = 12


def test_a_figure_from_elsewhere_stands_on_the_board(training, organiser):
    asked = []

    def waiting_ideas(networks, quarter):
        asked.append((list(networks), quarter))
        return Figure("ideas waiting", 7, url="/ideas/")

    board_figures.register("ideas", waiting_ideas)
    board_figures.register("nothing", lambda networks, quarter: None)
    try:
        dated(training, 1)
        page = organiser.get(BOARD)
    finally:
        board_figures.unregister("ideas")
        board_figures.unregister("nothing")

    assert asked == [([training.network], Quarter(2026, 4))]
    assert page.context["board"].figures[-1].value == 7
    assert '<a href="/ideas/">ideas waiting</a>' in page.text


def test_wishes_are_those_of_closed_evaluations_of_the_quarter(training, organiser):
    def judged(days, *, said, closed=True, of=training):
        evaluation = EvaluationFactory(session=dated(of, days).session, closed=closed)
        for text in ("", said):
            EvaluationAnswerFactory(evaluation=evaluation, missing=text, useful="Le plan")

    judged(-20, said="Une suite")
    judged(-2, said="Trop tôt", closed=False)
    judged(-90, said="L’été")
    judged(-20, said="Ailleurs", of=TrainingFactory(theme=None, network=NetworkFactory()))

    texts = [[answer.missing for answer in organiser.get(WISHES, query).context["page_obj"]]
             for query in ({}, {"quarter": "2026-3"}, {"quarter": "2027-1"})]  # fmt: skip

    assert texts == [["Une suite"], ["L’été"], []]
    assert "Le plan" not in organiser.get(WISHES).text


@pytest.mark.parametrize("count", [1, 30])
def test_wishes_queries(training, organiser, django_assert_num_queries, count):
    for number in range(count):
        of = TrainingFactory(theme=None, network=training.network)
        evaluation = EvaluationFactory(session=dated(of, -20 - number % 9).session, closed=True)
        EvaluationAnswerFactory(evaluation=evaluation, missing="Une suite")
    organiser.get(WISHES)
    with django_assert_num_queries(WISHES_QUERIES):
        assert len(organiser.get(WISHES).context["page_obj"]) == count


WISHES_QUERIES = 10
