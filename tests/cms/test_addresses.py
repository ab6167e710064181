"""Pages take an address of their own, and links say where they lead."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from wagtail.blocks import StructBlockValidationError

from cms.blocks import FooterLinkBlock, LinkBlock
from cms.models import HomePage, StandardPage
from tests.factories.volunteers import UserFactory
from tests.office import inside

pytestmark = pytest.mark.django_db

TAKEN = ["trainings", "en", "healthz", "my-space", "organise", "admin", "cms", "mailbox", "static", "media"]


def home(language="fr"):
    return HomePage.objects.get(locale__language_code=language)


@pytest.fixture
def editor():
    return inside(UserFactory(administrator=True))


def answers(slug, **more):
    body = {"body-count": "0"}
    return {"title": "Une page", "slug": slug, "intro": "", "action-publish": "1", **body, **more}


@pytest.mark.parametrize("slug", TAKEN)
def test_page_cannot_take_what_something_else_answers(slug):
    with pytest.raises(ValidationError) as refused:
        home().add_child(instance=StandardPage(title="x", slug=slug))

    assert list(refused.value.message_dict) == ["slug"]
    assert f"/{slug}/" in str(refused.value)


@pytest.mark.parametrize("slug", ["privacy", "associations", "fr", "homes"])
def test_page_takes_what_nothing_else_answers(client, slug):
    page = home().add_child(instance=StandardPage(title="Une page à soi", slug=slug))

    assert "Une page à soi" in client.get(page.get_url()).content.decode()


def test_address_is_looked_at_in_the_page_s_language_and_place():
    english = home("en")
    parent = home().add_child(instance=StandardPage(title="x", slug="x"))

    with pytest.raises(ValidationError):
        english.add_child(instance=StandardPage(title="x", slug="trainings"))
    assert english.add_child(instance=StandardPage(title="x", slug="en")).get_url() == "/en/en/"
    assert parent.add_child(instance=StandardPage(title="x", slug="trainings")).get_url() == "/x/trainings/"


@pytest.mark.parametrize(("slug", "kept"), [("ours", True), ("trainings", False)])
def test_editor_is_told_why_when_the_page_is_made(editor, slug, kept):
    add = reverse("wagtailadmin_pages:add", args=["cms", "standardpage", home().pk])

    answer = editor.post(add, answers(slug))

    assert StandardPage.objects.filter(slug=slug, live=True).exists() is kept
    assert (answer.status_code == 302) is kept
    assert kept or "/trainings/" in str(answer.context["form"].errors["slug"])


@pytest.mark.parametrize(("slug", "kept"), [("ours", True), ("trainings", False)])
def test_editor_is_told_why_when_the_page_is_renamed(editor, slug, kept):
    page = home().add_child(instance=StandardPage(title="x", slug="before"))

    answer = editor.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), answers(slug))

    assert StandardPage.objects.get(pk=page.pk).slug == (slug if kept else "before")
    assert kept or "/trainings/" in str(answer.context["form"].errors["slug"])


@pytest.mark.parametrize(("slug", "kept"), [("ours", True), ("trainings", False)])
def test_editor_is_told_why_when_the_page_is_copied(editor, slug, kept):
    page = home().add_child(instance=StandardPage(title="x", slug="before"))
    form = {"new_title": "y", "new_slug": slug, "new_parent_page": home().pk, "publish_copies": "on"}

    answer = editor.post(reverse("wagtailadmin_pages:copy", args=[page.pk]), form)

    assert StandardPage.objects.filter(slug=slug).exists() is kept
    assert kept or "/trainings/" in str(answer.context["form"].errors["new_slug"])


@pytest.mark.parametrize(("slug", "moved"), [("ours", True), ("trainings", False)])
@pytest.mark.parametrize("together", [False, True])
def test_page_is_not_moved_to_what_something_else_answers(editor, slug, moved, together):
    parent = home().add_child(instance=StandardPage(title="x", slug="x"))
    page = parent.add_child(instance=StandardPage(title="y", slug=slug))

    if together:
        address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "move"])
        answer = editor.post(f"{address}?id={page.pk}&next=/cms/", {"chooser": home().pk}, follow=True)
    else:
        answer = editor.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, home().pk]), follow=True)

    page.refresh_from_db()
    assert page.get_url() == (f"/{slug}/" if moved else f"/x/{slug}/")
    assert moved or "/trainings/" in " ".join(str(message) for message in answer.context["messages"])


@pytest.fixture(params=[LinkBlock, FooterLinkBlock])
def cleaned(request):
    block = request.param()
    words = dict.fromkeys(["label", "label_fr", "label_en"], "Words")
    return lambda url: block.clean(block.to_python(words | {"page": None, "url": url}))["url"]


@pytest.mark.parametrize(
    "url",
    [
        "/",
        "/trainings/?q=a#b",
        "https://ville.example/x",
        "http://ville.example",
        "mailto:a@b.example",
        "tel:+33140506070",
    ],
)
def test_link_leads_to_a_path_or_says_where_it_leads(cleaned, url):
    assert cleaned(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "javascript:alert(1)",
        "java\nscript:alert(1)", "data:text/html,x", "https:///x", "https:evil.example", "mailto:", "trainings/",
        "http://[", "ftp://ville.example/",
    ],
)  # fmt: skip
def test_link_that_leads_elsewhere_than_it_says_is_refused(cleaned, url):
    with pytest.raises(StructBlockValidationError) as refused:
        cleaned(url)

    assert list(refused.value.block_errors) == ["url"]
