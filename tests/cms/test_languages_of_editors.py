"""Editors and administrators work in the language of their account, or in the one that they chose in Wagtail."""

import re

import pytest
from django.contrib.auth.models import Group
from django.utils.functional import Promise
from wagtail.blocks import ListBlock, StreamBlock, StructBlock
from wagtail.images.blocks import ImageBlock
from wagtail.users.models import UserProfile

from cms.blocks import BodyBlock, FooterBlock
from cms.models import HomePage, ProgrammeIndexPage, ProgrammePage, SiteSettings, StandardPage
from tests.factories.volunteers import UserFactory
from tests.office import inside

pytestmark = pytest.mark.django_db


def editor(language, **facts):
    user = UserFactory(language=language, **facts)
    user.groups.add(Group.objects.get(name="Editors"))
    return user


@pytest.mark.parametrize(("language", "words"), [("fr", "Tableau de bord"), ("en", "Dashboard")])
def test_wagtail_speaks_the_account_s_language(language, words):
    answer = inside(editor(language)).get("/cms/")

    assert f'lang="{language}"' in answer.text and words in answer.text
    assert answer["Content-Language"] == language


def test_language_chosen_in_wagtail_comes_first():
    user = editor("en")
    client = inside(user)
    profile = UserProfile.get_for_user(user)

    page = client.get("/cms/account/").text
    profile.preferred_language = "fr"
    profile.save()

    choices = page.split("preferred_language", 1)[1].split("</select>")[0]
    assert set(re.findall(r'<option value="([a-z-]*)"', choices)) == {"", "fr", "en"}
    assert "Tableau de bord" in client.get("/cms/").text


@pytest.mark.parametrize(("language", "words"), [("fr", "Site d’administration"), ("en", "Site administration")])
def test_django_s_administration_speaks_the_account_s_language(language, words):
    answer = inside(UserFactory(administrator=True, language=language)).get("/admin/")

    assert f'lang="{language}"' in answer.text and words in answer.text


def test_pages_keep_the_language_of_their_address(client):
    reader = inside(editor("en"))

    reader.get("/cms/")

    assert '<html lang="fr"' in reader.get("/").text


def below(block):
    """The blocks below, but for the one that a list repeats, which shows no name; Wagtail's own are Wagtail's."""
    if isinstance(block, ListBlock):
        return below(block.child_block)
    children = block.child_blocks.values() if isinstance(block, (StreamBlock, StructBlock)) else []
    return [] if isinstance(block, ImageBlock) else [found for child in children for found in (child, *below(child))]


@pytest.mark.parametrize("root", [BodyBlock(), FooterBlock()])
def test_every_label_of_a_block_is_translatable(root):
    found = below(root)

    assert found
    written = {
        block.name: text for block in found for text in (block.label, getattr(block.meta, "help_text", "")) if text
    }
    assert [name for name, text in written.items() if not isinstance(text, Promise)] == []


@pytest.mark.parametrize("model", [HomePage, ProgrammeIndexPage, ProgrammePage, StandardPage, SiteSettings])
def test_every_label_of_a_form_is_translatable(model):
    asked = [field for field in model._meta.local_fields if field.editable and not field.primary_key]
    words = {field.name: getattr(field, "translated_field", field).verbose_name for field in asked}
    words |= {f"help of {field.name}": field.help_text for field in asked if field.help_text}

    assert words
    assert [name for name, text in words.items() if not isinstance(text, Promise)] == []
