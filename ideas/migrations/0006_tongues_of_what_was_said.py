"""What people said is taken to be in the language of the idea it is about; what organisers wrote, in the city's."""

from django.conf import settings
from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    Comment, Idea, Step = (apps.get_model("ideas", name) for name in ("Comment", "Idea", "Step"))
    city = settings.LANGUAGE_CODE
    spoken = Subquery(Idea.objects.filter(pk=OuterRef("idea")).values("language")[:1])
    for rows in (Comment.objects, Step.objects):
        rows.filter(by_organisers=True).update(language=city)
        rows.filter(by_organisers=False).update(language=spoken)
    for rows in (Comment.objects, Idea.objects):
        rows.exclude(hidden_reason="").update(hidden_language=city)


class Migration(migrations.Migration):
    dependencies = [
        ("ideas", "0005_tongues"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
