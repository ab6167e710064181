import pytest

from tests.factories.trainings import ThemeFactory, TrainingFactory
from trainings.models import Training
from volunteers.words import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Énergie", "energie"),
        ("  Cœur   de VILLE ", "coeur de ville"),
        ("Été à l'Île-Saint-Louis", "ete a l'ile-saint-louis"),
        ("NUL\0 aussi", "nul aussi"),
        ("", ""),
    ],
)
def test_fold_drops_accents_capitals_and_spaces(text, folded):
    assert fold(text) == folded


def test_words_hold_title_and_summary_in_every_language(db):
    training = TrainingFactory(title_fr="Énergie", title_en="Energy", summary_fr="Payer moins", summary_en="Pay less")

    assert training.words == "energie energy payer moins pay less"


def test_words_follow_a_change(db):
    training = TrainingFactory(title_fr="Vélo", title_en="")
    training.title_fr = "Marché"

    training.save()

    assert Training.objects.get(pk=training.pk).words == "marche"


def test_words_are_written_by_bulk_create(db):
    theme = ThemeFactory()

    Training.objects.bulk_create(
        [Training(theme=theme, network=theme.network, slug="x", title_fr="Déchets", title_en="Waste")]
    )

    assert Training.objects.get().words == "dechets waste"
