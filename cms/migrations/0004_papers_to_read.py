import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0003_editors"),
        migrations.swappable_dependency(settings.WAGTAIL_PAGE_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="sitesettings",
            name="charter_page",
            field=models.ForeignKey(
                blank=True,
                help_text="What people agree with when they sign up. They are led to its translation in their language.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.WAGTAIL_PAGE_MODEL,
                verbose_name="volunteers' charter",
            ),
        ),
        migrations.AddField(
            model_name="sitesettings",
            name="privacy_page",
            field=models.ForeignKey(
                blank=True,
                help_text="Shown under the forms that ask who somebody is.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.WAGTAIL_PAGE_MODEL,
                verbose_name="what is kept about people",
            ),
        ),
    ]
