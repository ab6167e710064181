import pytest

from tests.factories.trainings import SessionFactory

pytestmark = pytest.mark.django_db


def test_robots_leave_what_is_personal_alone(client):
    text = client.get("/robots.txt").content.decode()

    assert "Disallow: /my-space/\n" in text and "Disallow: /en/my-space/\n" in text
    assert text.endswith("Sitemap: http://testserver/sitemap.xml\n")


def test_sitemap_has_pages_and_public_trainings_in_both_languages(client):
    shown = SessionFactory().training
    hidden = SessionFactory(slot__draft=True).training

    text = client.get("/sitemap.xml").content.decode()

    assert f"/trainings/{shown.slug}/</loc>" in text and f"/en/trainings/{shown.slug}/</loc>" in text
    assert hidden.slug not in text
    assert "/programme/</loc>" in text
