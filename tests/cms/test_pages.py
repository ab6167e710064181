import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from wagtail.models import Locale

from cms.models import HomePage, ProgrammeIndexPage, ProgrammePage, StandardPage
from tests.factories.events import SlotFactory
from tests.factories.trainings import SessionFactory, ThemeFactory
from tests.factories.volunteers import UserFactory

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def home(language="fr"):
    return HomePage.objects.get(locale__language_code=language)


def programmes(language="fr"):
    return ProgrammeIndexPage.objects.get(locale__language_code=language)


def programme(**facts):
    return programmes().add_child(instance=ProgrammePage(**{"title": "Automne", "year": 2026, "quarter": 4} | facts))


def page_of(client, path):
    return client.get(path).content.decode()


@pytest.mark.parametrize(("path", "words"), [("/", "Une soirée pour la ville"), ("/en/", "One evening for the city")])
def test_a_new_installation_has_a_home_page_in_each_language(client, path, words):
    page = page_of(client, path)

    assert words in page
    assert f'<html lang="{"en" if "en" in path else "fr"}"' in page


def test_home_page_lists_the_next_sessions(client):
    session = SessionFactory()

    assert f"/trainings/sessions/{session.slot_id}/" in page_of(client, "/")


def test_programme_shows_its_quarters_themes_and_sessions_by_itself(client):
    programme()
    ThemeFactory(title_fr="Bien manger", year=2026, quarter=4)
    ThemeFactory(title_fr="Une autre fois", year=2026, quarter=3)
    mine = SessionFactory()
    other = SessionFactory(slot=SlotFactory(starts_at=dt.datetime(2027, 1, 2, tzinfo=dt.UTC)))

    page = page_of(client, "/programme/automne/")

    assert "Bien manger" in page
    assert f"/trainings/sessions/{mine.slot_id}/" in page
    assert f"/trainings/sessions/{other.slot_id}/" not in page


def test_the_list_of_programmes_shows_the_present_one(client, november):
    programme()
    programme(title="Hiver", year=2027, quarter=1)
    session = SessionFactory()

    autumn = page_of(client, "/programme/")
    november.move_to(dt.datetime(2027, 1, 15, tzinfo=dt.UTC))
    winter = page_of(client, "/programme/?winter")

    assert "<h1>Automne</h1>" in autumn and f"/trainings/sessions/{session.slot_id}/" in autumn
    assert "<h1>Hiver</h1>" in winter and "/programme/automne/" in winter


def test_an_unpublished_programme_is_seen_by_nobody(client):
    programme(live=False)

    assert client.get("/programme/automne/").status_code == 404
    assert "Automne" not in page_of(client, "/programme/")


def test_one_programme_a_quarter_and_language():
    programme()
    twin = ProgrammePage(
        title="Encore", slug="encore", year=2026, quarter=4, locale=Locale.objects.get(language_code="fr")
    )
    other = ProgrammePage(
        title="Other", slug="other", year=2026, quarter=4, locale=Locale.objects.get(language_code="en")
    )

    with pytest.raises(ValidationError, match="quarter"):
        twin.clean()
    other.clean()


def test_language_links_lead_to_the_translation_or_else_to_that_languages_home(client):
    page = home().add_child(instance=StandardPage(title="Charte", slug="charte"))

    before = page_of(client, "/charte/")
    page.copy_for_translation(Locale.objects.get(language_code="en"), copy_parents=True).save_revision().publish()
    after = page_of(client, "/charte/?again")

    assert '<link rel="alternate" hreflang="en" href="/en/">' in before
    assert '<link rel="alternate" hreflang="en" href="/en/charte/">' in after


def test_menu_follows_the_tree_within_a_second(client, november):
    before = page_of(client, "/")
    home().add_child(instance=StandardPage(title="Les kits", slug="kits", show_in_menus=True))
    november.shift(1.1)

    after, english = page_of(client, "/?again"), page_of(client, "/en/")

    assert ("Les kits" in before, "Les kits" in after, "Les kits" in english) == (False, True, False)


def test_page_below_is_listed_unless_a_card_leads_to_it(client):
    kits = home().add_child(instance=StandardPage(title="Les kits", slug="kits"))
    heat = kits.add_child(instance=StandardPage(title="La canicule en kit", slug="canicule"))
    kits.add_child(instance=StandardPage(title="Les déchets en kit", slug="dechets"))
    kits.body = [("cards", {"title": "", "cards": [{"label": "Il fait chaud", "page": heat}]})]
    kits.save()

    page = page_of(client, "/kits/")

    assert [page.count(words) for words in ("Il fait chaud", "La canicule en kit", "Les déchets en kit")] == [1, 0, 1]


def test_pages_may_be_shared_and_set_no_cookie(client):
    for path in ("/", "/en/", "/programme/"):
        response = client.get(path)
        assert (response.microcache, len(response.cookies)) == (True, 0)


def test_draft_of_a_page_is_previewed_with_live_sessions(client):
    page = programme()
    page.title = "Brouillon"
    session = SessionFactory()

    response = page.make_preview_request(preview_mode=page.default_preview_mode)
    response.render()
    content = response.content.decode()

    assert "<h1>Brouillon</h1>" in content
    assert f"/trainings/sessions/{session.slot_id}/" in content
    assert "<h1>Automne</h1>" in page_of(client, "/programme/automne/")


def test_editors_may_publish_the_whole_site():
    editor = UserFactory()
    editor.groups.add(Group.objects.get(name="Editors"))

    for page in (home("fr"), home("en"), programmes()):
        tester = page.permissions_for_user(editor)
        assert (tester.can_edit(), tester.can_publish_subpage(), tester.can_add_subpage()) == (True, True, True)
    assert editor.has_perms(["wagtailadmin.access_admin", "cms.change_sitesettings"])
    assert not editor.has_perm("auth.change_group")


@pytest.mark.parametrize("count", [1, 30])
def test_programme_queries_do_not_grow(client, count, django_assert_max_num_queries):
    programme()
    client.get("/programme/automne/")
    SessionFactory.create_batch(count)

    with django_assert_max_num_queries(14):
        client.get("/programme/automne/?page=1")


@pytest.mark.parametrize(("language", "prefix"), [("fr", ""), ("en", "/en")])
def test_programme_leads_to_its_paper(client, language, prefix):
    page = programmes(language).add_child(instance=ProgrammePage(title="Automne", year=2026, quarter=4))
    SessionFactory()
    address = f"{prefix}{programmes(language).get_url().removeprefix(prefix)}automne/pdf/"

    shown = client.get(page.get_url())
    assert (f'href="{address}"' in shown.text, shown.microcache) == (True, True)
    paper = client.get(address)

    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert paper["Content-Disposition"] == 'attachment; filename="programme-2026-4.pdf"'
    again = client.get(address, headers={"if-none-match": paper["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_paper_of_a_page_that_is_not_public_is_not_either(client):
    page = programme()
    page.view_restrictions.create(restriction_type="login")
    assert client.get("/programme/automne/pdf/").status_code == 302
    page.view_restrictions.all().delete()
    assert client.get("/programme/automne/pdf/").status_code == 200
    page.unpublish()

    assert client.get("/programme/automne/pdf/").status_code == 404
