import re

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from cms.appearance import digest, stylesheet
from cms.colours import contrast, validate_readable
from cms.models import SiteSettings


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_is_wcags(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("colour", ["#27378f", "#1c6a3c", "#7c2f63", "#000000"])
def test_a_readable_colour_is_accepted(colour):
    validate_readable(colour)


@pytest.mark.parametrize("colour", ["#ffc72e", "#ffffff", "red", "#fff", "#27378f;}", "#27378g", "#27378f\n"])
def test_an_unreadable_or_malformed_colour_is_refused(colour):
    with pytest.raises(ValidationError):
        validate_readable(colour)


def test_default_colours_need_no_stylesheet():
    assert stylesheet(SiteSettings()) == ""


@pytest.mark.django_db
def test_own_colours_are_a_stylesheet_named_by_its_content(client):
    SiteSettings.objects.update(climate_colour="#00553a")
    css = "@layer tokens{:root{--climate:#00553a}}"
    address = f"/colours-{digest(css)}.css"

    page = client.get("/").content.decode()
    sheet = client.get(address)

    assert f'href="{address}"' in page
    assert (sheet.content.decode(), sheet["Content-Type"]) == (css, "text/css; charset=utf-8")
    assert "immutable" in sheet["Cache-Control"]
    assert client.get("/colours-000000000000.css").status_code == 404


@pytest.mark.parametrize(
    ("language", "numbers"),
    [("fr", "de 1,3, et doit être d’au moins 4,5."), ("en", "is 1.3, and must be at least 4.5.")],
)
def test_contrast_is_told_in_the_readers_figures(language, numbers):
    with override(language), pytest.raises(ValidationError, match=re.escape(numbers)):
        validate_readable("#ffc72e")
