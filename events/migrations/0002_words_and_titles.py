from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="registration",
            name="end_note",
            field=models.CharField(
                blank=True,
                default="",
                help_text="What the organiser who ended it wrote to the person.",
                max_length=300,
                verbose_name="the organiser's words",
            ),
        ),
        migrations.AddField(
            model_name="slot",
            name="title_sequence",
            field=models.PositiveIntegerField(
                default=0,
                editable=False,
                help_text=(
                    "Counts the changes of its titles, for calendars. Apart from sequence, by which messages know "
                    "whether the time and place they tell still hold."
                ),
            ),
        ),
    ]
