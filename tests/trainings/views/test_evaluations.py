import datetime as dt
import io
import re

import openpyxl
import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories.events import RegistrationFactory
from tests.factories.trainings import EvaluationAnswerFactory, EvaluationFactory, SessionFactory, TrainingFactory
from tests.factories.volunteers import NetworkFactory, NetworkOrganiserFactory, UserFactory
from tests.office import inside, still
from trainings import evaluating
from trainings.evaluation_links import token_of
from trainings.models import EvaluationAnswer, EvaluationReceipt

pytestmark = pytest.mark.django_db


@pytest.fixture
def evaluation():
    return EvaluationFactory()


@pytest.fixture
def registration(evaluation):
    return RegistrationFactory(slot=evaluation.session.slot, volunteer__user__first_name="Zoé")


@pytest.fixture
def address(registration):
    return reverse("trainings:evaluate", args=[token_of(registration)])


def closed(session=None, scores=(5, 5, 4, 4, 1), **texts):
    """An evaluation with these scores, whose results can be read."""
    evaluation = EvaluationFactory(closed=True, **({"session": session} if session else {}))
    for number, score in enumerate(scores):
        said = {name: of_all[number] for name, of_all in texts.items()}
        EvaluationAnswerFactory(evaluation=evaluation, score=score, **said)
    return evaluation


def page_of(evaluation, name="evaluation"):
    return reverse(f"organise-trainings:{name}", args=[evaluation.session.slot_id])


def organiser_of(evaluation):
    return inside(NetworkOrganiserFactory(network=evaluation.session.training.network).user)


# --- The participant's page -------------------------------------------------------------------------------------------
def test_opening_the_link_shows_and_changes_nothing(client, address):
    for _ in range(2):
        answer = client.get(address)
        assert (answer.status_code, "Trois questions sur cette session" in answer.text) == (200, True)
        assert "Zoé" not in answer.text
    client.head(address)
    assert (EvaluationAnswer.objects.count(), EvaluationReceipt.objects.count()) == (0, 0)


def test_answering_without_signing_in(client, address, evaluation):
    data = {"score": "2", "useful": "Le plan", "missing": "Du temps"}

    said = [client.post(address, data | {"useful": useful}).text for useful in ("Le plan", "Autre chose")]

    assert ["Merci</h1>" in said[0], "Vous avez déjà répondu" in said[1]] == [True, True]
    assert "Vous avez déjà répondu" in client.get(address).text
    assert list(evaluation.answers.values_list("score", "useful", "missing")) == [(2, "Le plan", "Du temps")]


@pytest.mark.parametrize("data", [{}, {"score": "6"}, {"score": "x"}, {"score": "5", "missing": "a" * 1001}])
def test_answer_that_is_none_is_shown_again(client, address, data):
    answer = client.post(address, data | {"useful": "<b>Le plan</b>"})

    assert answer.status_code == 422
    assert "&lt;b&gt;Le plan&lt;/b&gt;" in answer.text
    assert EvaluationAnswer.objects.count() == 0


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("closed", "Il n’est plus temps de répondre"),
        ("absent", "Ces questions s’adressent aux personnes qui étaient là"),
    ],
)
def test_link_that_no_longer_answers_says_why(client, address, evaluation, registration, case, words):
    if case == "closed":
        type(evaluation).objects.update(asked_on="2020-01-01", closes_on="2020-01-15")
    else:
        type(registration).objects.update(attendance="absent")

    for answer in (client.get(address), client.post(address, {"score": "5"})):
        assert (answer.status_code, words in answer.text) == (200, True)
    assert EvaluationAnswer.objects.count() == 0


def test_forged_link_and_one_of_somebody_who_left(client, address, registration):
    assert client.get(address[:-2] + "x/").status_code == 404
    registration.volunteer.user.delete()
    assert client.get(address).status_code == 404


# --- The back office --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("count", "shown"), [(4, False), (5, True)])
def test_results_are_hidden_below_five_texts_included(count, shown):
    evaluation = EvaluationFactory()
    EvaluationAnswerFactory.create_batch(count, evaluation=evaluation, useful="Le plan", missing="Du temps")
    client = organiser_of(evaluation)

    open_page = client.get(page_of(evaluation))
    evaluating.close_due(timezone.now() + dt.timedelta(days=20))
    closed_page = client.get(page_of(evaluation))

    assert open_page.context["results"] is None
    assert "Le plan" not in open_page.text
    assert f"{count} réponse" not in open_page.text
    assert [word in closed_page.text for word in ("Le plan", "Du temps", "5 réponses")] == [shown] * 3
    assert ("Moins de 5 personnes ont répondu" in closed_page.text) is not shown


def test_texts_stand_in_an_order_of_their_own():
    evaluation = closed(useful=["b", "", "a", "d", "c"], missing=["x", "w", "", "y", "z"])
    results = organiser_of(evaluation).get(page_of(evaluation)).context["results"]
    assert (results.useful, results.missing) == (["a", "b", "c", "d"], ["w", "x", "y", "z"])
    assert [(bar.label, bar.value) for bar in results.bars] == [
        ("très bien", 2), ("bien", 2), ("moyen", 0), ("décevant", 0), ("très décevant", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "expected"),
    [("organiser", (200, 302, 302)), ("trainer", (200, 403, 403)), ("other", (404, 404, 404))],
)
def test_trainers_read_and_organisers_publish(role, expected):
    evaluation = closed()
    user = UserFactory()
    if role == "organiser":
        NetworkOrganiserFactory(user=user, network=evaluation.session.training.network)
    if role == "other":
        NetworkOrganiserFactory(user=user)
    if role == "trainer":
        evaluation.session.slot.people_in_charge.add(user)
    client = inside(user)

    got = (
        client.get(page_of(evaluation)).status_code,
        client.post(page_of(evaluation), {"summary_fr": "Bien."}).status_code,
        client.post(page_of(evaluation, "evaluation-withdraw")).status_code,
    )

    assert got == expected
    evaluation.refresh_from_db()
    assert (evaluation.summary_fr or "") == ("Bien." if role == "organiser" else "")


def test_published_summary_protects_small_numbers_and_shows_no_text(client):
    evaluation = closed(scores=[5] * 12 + [4] * 6 + [1], useful=["Le plan"] * 19)
    office = organiser_of(evaluation)
    page = reverse("trainings:training-detail", args=[evaluation.session.training.slug])
    before = client.get(page).text

    office.post(page_of(evaluation), {"summary_fr": "On en <i>redemande</i>."})
    after = Client().get(page, headers={"Cache-Control": "no-cache"}).text

    assert "redemande" not in before
    assert "On en &lt;i&gt;redemande&lt;/i&gt;." in after
    assert "Le plan" not in after
    (published,) = Client().get(page).context["evaluations"]
    assert [bar.shown.replace("\xa0", " ") for bar in published.bars] == ["12", "6", "< 5", "< 5", "< 5"]
    assert str(published.total) == "19"

    office.post(page_of(evaluation, "evaluation-withdraw"))
    assert "redemande" not in Client().get(page).text


def test_publishing_needs_french_and_results():
    evaluation, open_one = closed(), EvaluationFactory()
    missing = organiser_of(evaluation).post(page_of(evaluation), {"summary_en": "Good."})
    too_early = organiser_of(open_one).post(page_of(open_one), {"summary_fr": "Bien."}, follow=True)
    assert (missing.status_code, list(missing.context["form"].errors)) == (422, ["summary_fr"])
    assert "Il n’y a pas de résultats à publier." in too_early.text


@pytest.mark.parametrize("count", [1, 30])
def test_list_queries(django_assert_num_queries, count):
    network = NetworkFactory()
    training = TrainingFactory(theme=None, network=network)
    EvaluationFactory.create_batch(count, session__training=training)
    client = inside(NetworkOrganiserFactory(network=network).user)
    page = reverse("organise-trainings:evaluations")
    with still():
        client.get(page)
        with django_assert_num_queries(LIST_QUERIES):
            assert len(client.get(page).context["page_obj"]) == count


LIST_QUERIES = 11


def test_list_says_no_number_before_closing():
    evaluation = EvaluationFactory()
    EvaluationAnswerFactory.create_batch(7, evaluation=evaluation)
    page = organiser_of(evaluation).get(reverse("organise-trainings:evaluations"))
    assert "résultats le" in page.text
    assert '<span class="number">7</span>' not in page.text


def test_one_answer_more_changes_no_page_and_no_file_before_closing():
    """Whoever looks before and after somebody answers learns nothing, wherever they look."""
    evaluation = EvaluationFactory()
    slot, training = evaluation.session.slot, evaluation.session.training
    closed(session=SessionFactory(training=training, slot__network=slot.network))  # figures that are there to move
    rows = RegistrationFactory.create_batch(7, slot=slot, attendance="present")
    for row in rows[:5]:
        evaluating.answer(row, score=4, useful="Tout.", missing="Une suite.")
    trainer = UserFactory()
    slot.people_in_charge.add(trainer)
    readers = {"public": Client(), "trainer": inside(trainer), "organiser": organiser_of(evaluation)}
    pages = [page_of(evaluation, name) for name in ("evaluation", "people", "results")]
    pages += [reverse(f"organise-trainings:{name}") for name in ("evaluations", "quarter", "wishes")]
    pages += [reverse(f"organise:{name}", args=[slot.pk]) for name in ("slot", "attendance", "export")]
    pages += [reverse("trainings:training-detail", args=[training.slug])]
    pages += [reverse("trainings:session-detail", args=[slot.pk])]

    def look():
        caches["default"].clear()
        return {(who, page): said(client.get(page)) for who, client in readers.items() for page in pages}

    with still():
        before = look()
        evaluating.answer(rows[5], score=1, useful="Rien.", missing="Des chaises.")
        after = look()

    assert [key for key in before if before[key] != after[key]] == []
    assert len({text for _status, text in before.values()}) > len(pages)  # they were not all refused


def said(answer):
    """The answer but for what each answer has of its own; of a workbook, its cells."""
    if answer.get("Content-Type", "").endswith("sheet"):
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        return answer.status_code, str(list(sheet.values))
    own = r'name="(csrfmiddlewaretoken|key)" value="[\w-]+"'  # the key is of one opening of a form
    return answer.status_code, re.sub(own, "", answer.text)
