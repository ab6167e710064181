"""The style guide shows every component, and none carries a style or a script of its own."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import RequestFactory
from django.utils import translation

from config.styleguide import PAGES, styleguide

COMPONENTS = Path(settings.BASE_DIR / "templates/components")
pytestmark = pytest.mark.django_db


def page(name: str, language: str = "fr") -> str:
    with translation.override(language):
        return styleguide(RequestFactory().get("/styleguide/"), name).content.decode()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", ["components", *PAGES])
def test_page_has_no_inline_style_nor_script(name, language):
    html = page(name, language)

    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", html) == []
    assert f'<html lang="{language}"' in html


def test_every_component_is_shown():
    tags = settings.BASE_DIR.glob("*/templatetags/*.py")
    shown = "".join(path.read_text() for path in [*(settings.BASE_DIR / "templates").rglob("*.html"), *tags])

    unused = [
        path.name
        for path in COMPONENTS.rglob("*.html")
        if f"components/{path.relative_to(COMPONENTS)}" not in shown and path.name != "form_fields.html"
    ]

    assert unused == []


def test_every_component_says_what_it_takes():
    silent = [path.name for path in COMPONENTS.glob("[!_]*.html") if "{% comment %}" not in path.read_text()[:20]]

    assert silent == []


def test_ids_are_unique():
    ids = re.findall(r'\sid="([^"]+)"', page("components"))

    assert sorted(ids) == sorted(set(ids))
