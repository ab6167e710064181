"""The site's pages in French and English, from ``content/pages.toml``: two trees whose pages are translations."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.utils import formats, timezone, translation
from wagtail.log_actions import log
from wagtail.models import Locale, Page, Revision, Site

from cms.demo.city import content, quarters_around
from cms.models import HomePage, ProgrammeIndexPage, ProgrammePage, StandardPage
from cms.models.settings import SiteSettings

LANGUAGES = ("fr", "en")


def build() -> None:
    """Writes the pages of both languages, the default site and the site's settings."""
    facts, trees, keys = content("pages"), dict[str, dict[str, Page]](), dict[str, uuid.UUID]()
    root = Page.get_first_root_node()
    for child in root.get_children():  # the page that Wagtail's own migrations write
        child.delete()
    for position, language in enumerate(LANGUAGES):
        locale, _made = Locale.objects.get_or_create(language_code=language)
        trees[language] = tree = {}
        with translation.override(language):
            facts_here = in_language(facts, position)
            tree["home"] = home(root, facts_here["home"], locale, keys)
            programmes(tree["home"], facts_here, locale, keys)
            for fact in facts_here["pages"]:
                parent = tree[fact.get("parent", "home")]
                tree[fact["key"]] = standard(parent, fact, locale, keys)
            for fact in [*facts_here["pages"], facts_here["home"] | {"key": "home"}]:
                page = tree[fact["key"]]
                if "later" in fact:
                    page.body = blocks(with_pages(fact["later"], tree))
                    page.save()
                publish(page)
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={"hostname": "localhost", "root_page": trees["fr"]["home"], "site_name": "Maillage"},
    )
    set_up(facts, trees["fr"])


def in_language(value: Any, position: int) -> Any:
    """The data with each pair of texts replaced by the one of this language."""
    if isinstance(value, dict):
        return {key: in_language(item, position) for key, item in value.items()}
    if isinstance(value, list):
        if len(value) == len(LANGUAGES) and all(isinstance(item, str) for item in value):
            return value[position]
        return [in_language(item, position) for item in value]
    return value


def add(parent: Page, page: Page, key: str, locale: Locale, keys: dict[str, uuid.UUID]) -> Page:
    """Writes a page below another, as a translation of the page of the same key."""
    page.locale, page.translation_key = locale, keys.setdefault(key, page.translation_key)
    return parent.add_child(instance=page)


def home(root: Page, fact: dict[str, Any], locale: Locale, keys: dict[str, uuid.UUID]) -> Page:
    slug = "home" if locale.language_code == settings.LANGUAGE_CODE else f"home-{locale.language_code}"
    texts = {name: fact[name] for name in ("title", "hero_title", "hero_text", "seo_title", "search_description")}
    return add(root, HomePage(slug=slug, body=blocks(fact["body"]), **texts), "home", locale, keys)


def programmes(parent: Page, facts: dict[str, Any], locale: Locale, keys: dict[str, uuid.UUID]) -> None:
    index = ProgrammeIndexPage(slug="programme", show_in_menus=True, **facts["programme"])
    index = add(parent, index, "programme", locale, keys)
    for year, quarter in quarters_around():
        ordinal = "1er" if quarter == 1 else f"{quarter}e"
        title = facts["quarter"]["title"].format(year=year, quarter=quarter, ordinal=ordinal)
        page = ProgrammePage(
            slug=f"{year}-{quarter}", title=title, intro=facts["quarter"]["intro"], year=year, quarter=quarter
        )
        add(index, page, f"programme-{year}-{quarter}", locale, keys)


def standard(parent: Page, fact: dict[str, Any], locale: Locale, keys: dict[str, uuid.UUID]) -> Page:
    page = StandardPage(
        slug=fact["slug"],
        title=fact["title"],
        intro=fact["intro"],
        search_description=fact["intro"],
        show_in_menus=fact.get("menu", False),
        body=blocks(fact.get("body", [])),
    )
    return add(parent, page, fact["key"], locale, keys)


def blocks(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A page's content, with today for the day of its texts."""
    date = formats.date_format(timezone.localdate(), "DATE_FORMAT")
    made = []
    for fact in facts:
        value = fact["value"].replace("{date}", date) if isinstance(fact["value"], str) else fact["value"]
        made.append({"type": fact["type"], "value": value, "id": str(uuid.uuid4())})
    return made


def publish(page: Page) -> None:
    """Gives a page, as it was just written, the revision that it is live with.

    ``save_revision().publish()`` does so too, but writes, checks and indexes the page twice more.
    """
    revision = Revision.objects.create(
        content_object=page,
        base_content_type=page.get_base_content_type(),
        content=page.serializable_data(),
        object_str=str(page),
    )
    now = revision.created_at
    Page.objects.filter(pk=page.pk).update(
        latest_revision=revision,
        latest_revision_created_at=now,
        live_revision=revision,
        first_published_at=now,
        last_published_at=now,
    )
    log(page, "wagtail.publish", revision=revision, content_changed=True)


def with_pages(value: Any, tree: dict[str, Page]) -> Any:
    """The value with each page's key replaced by its number."""
    if isinstance(value, list):
        return [with_pages(item, tree) for item in value]
    if isinstance(value, dict):
        return {
            name: tree[item].pk if name == "page" and item else with_pages(item, tree) for name, item in value.items()
        }
    return value


def set_up(facts: dict[str, Any], tree: dict[str, Page]) -> None:
    """Name, sentence, texts to read and footer of the site."""
    site = SiteSettings.load()
    site.site_name = "Maillage"
    site.tagline_fr = "Les réseaux de volontaires de la ville"
    site.tagline_en = "The city's volunteer networks"
    site.footer_text_fr = "Ville de démonstration : les personnes et les inscriptions sont inventées."
    site.footer_text_en = "Demonstration city: people and registrations are made up."
    site.contact_email = "bonjour@maillage.example"
    site.charter_page, site.privacy_page = tree["charter"], tree["privacy"]
    links = [fact for fact in facts["pages"] if fact.get("footer")]
    site.footer_links = site.footer_links.stream_block.to_python(
        [
            {
                "type": "link",
                "id": str(uuid.uuid4()),
                "value": {
                    "label_fr": fact["title"][0],
                    "label_en": fact["title"][1],
                    "page": tree[fact["key"]].pk,
                    "url": "",
                },
            }
            for fact in links
        ]
    )
    site.save()
