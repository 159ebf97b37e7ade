"""Index the points that were handed in from sessions: the desk and the administration ask for them on each visit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consultations", "0004_lists_by_verb_and_by_time")]

    operations = [
        migrations.AddIndex(
            "point",
            models.Index(fields=["session"], condition=models.Q(state="submitted"), name="point_handed_in"),
        ),
    ]
