from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("volunteers", "0002_idle_warning")]

    operations = [
        migrations.AddField(
            model_name="volunteerimport",
            name="problem_values",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
    ]
