"""Themes, trainings and sessions in Django's administration."""

import pytest
from django.urls import reverse

from events.models import Slot
from tests.factories.trainings import SessionFactory, ThemeFactory, TrainingFactory
from tests.factories.volunteers import NetworkFactory, UserFactory
from tests.office import inside
from trainings.models import Session, Theme, Training

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return inside(UserFactory(administrator=True))


def url(model, page, *args):
    return reverse(f"admin:trainings_{model}_{page}", args=args)


def answers(training, **more):
    names = ["title", "summary", "aims", "audience"]
    texts = {f"{name}_{code}": getattr(training, f"{name}_{code}") or "" for name in names for code in ("fr", "en")}
    return {"kind": training.kind, "theme": training.theme_id or "", "given_by": "", "grants": "", **texts, **more}


def test_title_given_here_goes_to_the_dates_that_are_not_over(administrator):
    training = TrainingFactory(theme=None, network=NetworkFactory())
    SessionFactory(training=training, slot__title_fr=training.title_fr, slot__title_en=training.title_en)
    SessionFactory(training=training, slot__title_fr="À part")

    answer = administrator.post(
        url("training", "change", training.pk), answers(training, title_fr="Un autre titre"), follow=True
    )

    assert sorted(Slot.objects.values_list("title_fr", flat=True)) == ["Un autre titre", "À part"]
    assert Training.objects.get().slug == training.slug
    assert any("1 date" in str(message) for message in answer.context["messages"])


def test_new_training_gets_its_address(administrator):
    network = NetworkFactory()
    texts = answers(Training(kind="visit"), title_fr="La ville à pied", network=network.pk)

    administrator.post(url("training", "add"), texts)

    assert Training.objects.values_list("slug", "network", "kind").get() == ("la-ville-a-pied", network.pk, "visit")


@pytest.mark.parametrize("model", ["training", "theme"])
def test_network_of_what_exists_stays(administrator, model):
    training = TrainingFactory()
    row, before = (training, training.network) if model == "training" else (training.theme, training.network)

    administrator.post(
        url(model, "change", row.pk), answers(training, network=NetworkFactory().pk, year=2027, quarter=1)
    )

    row.refresh_from_db()
    assert row.network == before


def test_theme_of_another_network_is_refused(administrator):
    training, other = TrainingFactory(theme=None, network=NetworkFactory()), ThemeFactory(network=NetworkFactory())

    answer = administrator.post(url("training", "change", training.pk), answers(training, theme=other.pk))

    assert list(answer.context["adminform"].form.errors) == ["theme"]
    training.refresh_from_db()
    assert training.theme is None


def test_title_that_cannot_be_seen_is_refused(administrator):
    training = TrainingFactory(theme=None, network=NetworkFactory())

    answer = administrator.post(url("training", "change", training.pk), answers(training, title_fr="A\u202eB"))

    assert list(answer.context["adminform"].form.errors) == ["title_fr"]


@pytest.mark.parametrize(("model", "rows"), [("theme", Theme), ("training", Training), ("session", Session)])
def test_each_is_listed_searched_read_and_taken_away(administrator, model, rows):
    SessionFactory()
    row = rows.objects.get()

    pages = [
        administrator.get(url(model, "changelist"), {"q": "a"}),
        administrator.get(url(model, "change", row.pk)),
        administrator.post(url(model, "export"), {"format": 0, "resource": ""}),
    ]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert str(row.pk) in pages[0].content.decode()


def test_sessions_are_only_read_here(administrator):
    session = SessionFactory()

    asked = [
        administrator.get(url("session", "add")).status_code,
        administrator.post(url("session", "change", session.pk), {"training": TrainingFactory().pk}).status_code,
        administrator.post(url("session", "delete", session.pk), {"post": "yes"}).status_code,
    ]

    assert asked == [403, 403, 403]
    assert Session.objects.get().training == session.training
