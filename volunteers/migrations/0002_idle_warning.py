from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("volunteers", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="idle_warned_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When the person was told that the account, which nobody uses, will be erased.",
                null=True,
            ),
        ),
    ]
