"""A site to begin with: a home page and the programmes, in French and English, in place of Wagtail's welcome page."""

import json
import uuid

from django.db import migrations

WORDS = {
    "fr": {
        "home": ("Accueil", "home", "Une soirée pour la ville", "Se former, agir près de chez soi, décider ensemble. Un mail suffit pour prendre une place."),
        "programme": ("Programme", "programme", "Les formations, visites et ateliers de chaque trimestre."),
        "sessions": "Les prochaines dates",
        "networks": ("Ce que font les bénévoles", "Chaque réseau a ses formations, ses rendez-vous et ses missions."),
        "themes": "Les thèmes du trimestre",
        "steps": ("Commencer en trois temps", [
            ("Choisissez une date", "Près de chez vous ou en ligne, le soir, en semaine ou le week-end."),
            ("Prenez une place", "Votre mail et votre prénom. Un code arrive, vous le recopiez : c’est fait."),
            ("Venez, puis continuez", "Votre agenda se remplit. Les missions ouvertes aux personnes formées vous attendent."),
        ]),
    },
    "en": {
        "home": ("Home", "home-en", "One evening for the city", "Learn, act near home, decide together. A mail address is enough to take a place."),
        "programme": ("Programme", "programme", "The trainings, visits and workshops of each quarter."),
        "sessions": "The next dates",
        "networks": ("What volunteers do", "Each network has its trainings, its meetings and its missions."),
        "themes": "This quarter’s themes",
        "steps": ("Begin in three steps", [
            ("Choose a date", "Near home or online, in the evening, on weekdays or at the weekend."),
            ("Take a place", "Your mail address and first name. A code arrives, you copy it: done."),
            ("Come, then go on", "Your agenda fills up. Missions open to people who are trained wait for you."),
        ]),
    },
}  # fmt: skip


def block(kind, value):
    return {"type": kind, "value": value, "id": str(uuid.uuid4())}


def items(values):
    return [{"type": "item", "value": value, "id": str(uuid.uuid4())} for value in values]


def body(words):
    title, steps = words["steps"]
    return json.dumps(
        [
            block("sessions", {"title": words["sessions"], "network": "", "count": 4}),
            block("themes", {"title": words["themes"]}),
            block("steps", {"title": title, "steps": items({"title": t, "text": x} for t, x in steps)}),
            block("networks", {"title": words["networks"][0], "text": words["networks"][1]}),
        ]
    )


def create(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Locale = apps.get_model("wagtailcore", "Locale")
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    HomePage = apps.get_model("cms", "HomePage")
    ProgrammeIndexPage = apps.get_model("cms", "ProgrammeIndexPage")

    root = Page.objects.get(depth=1)
    Page.objects.filter(depth=2, content_type__model="page").delete()
    keys = {"home": uuid.uuid4(), "programme": uuid.uuid4()}
    types = {
        name: ContentType.objects.get_or_create(app_label="cms", model=name)[0]
        for name in ("homepage", "programmeindexpage")
    }
    homes = {}
    for number, (code, words) in enumerate(WORDS.items(), start=1):
        locale, _ = Locale.objects.get_or_create(language_code=code)
        title, slug, hero_title, hero_text = words["home"]
        path = f"{root.path}{number:04}"
        homes[code] = HomePage.objects.create(
            title=title, draft_title=title, slug=slug, url_path=f"/{slug}/", path=path, depth=2, numchild=1,
            locale=locale, translation_key=keys["home"], content_type=types["homepage"],
            hero_title=hero_title, hero_text=hero_text, body=body(words),
        )  # fmt: skip
        title, child, intro = words["programme"]
        ProgrammeIndexPage.objects.create(
            title=title, draft_title=title, slug=child, url_path=f"/{slug}/{child}/", path=f"{path}0001", depth=3,
            numchild=0, locale=locale, translation_key=keys["programme"], content_type=types["programmeindexpage"],
            intro=intro, show_in_menus=True,
        )  # fmt: skip
    Page.objects.filter(pk=root.pk).update(numchild=len(WORDS))
    # Deleting the welcome page took its site along.
    Site.objects.create(hostname="localhost", root_page_id=homes["fr"].pk, is_default_site=True)
    apps.get_model("cms", "SiteSettings").objects.create(
        tagline_fr="Se former, agir et décider avec sa ville.", tagline_en="Learn, act and decide with your city."
    )


def remove(apps, schema_editor):
    """Back to one empty page, as Wagtail's own migrations leave it."""
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    ContentType = apps.get_model("contenttypes", "ContentType")
    apps.get_model("cms", "SiteSettings").objects.all().delete()
    Page.objects.filter(depth__gte=2).delete()
    root = Page.objects.get(depth=1)
    welcome = Page.objects.create(
        title="Welcome", draft_title="Welcome", slug="home", url_path="/home/", path=f"{root.path}0001", depth=2,
        numchild=0, locale=root.locale, translation_key=uuid.uuid4(),
        content_type=ContentType.objects.get(app_label="wagtailcore", model="page"),
    )  # fmt: skip
    Page.objects.filter(pk=root.pk).update(numchild=1)
    Site.objects.create(hostname="localhost", root_page_id=welcome.pk, is_default_site=True)


class Migration(migrations.Migration):
    dependencies = [("cms", "0001_initial"), ("wagtailcore", "0098_apitoken")]
    operations = [migrations.RunPython(create, remove)]
