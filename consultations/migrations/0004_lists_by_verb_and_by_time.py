"""Index the journal by verb, and the access log by time, so that the admin finds both among millions of entries."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consultations", "0003_references_by_sequence")]

    operations = [
        migrations.AddIndex("accessentry", models.Index(fields=["-at", "-id"], name="accessentry_newest")),
        migrations.AddIndex("event", models.Index(fields=["verb", "-number"], name="event_verb")),
    ]
