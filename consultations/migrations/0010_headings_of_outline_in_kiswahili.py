"""Give each part of the usual outline its heading in Kiswahili."""

from django.db import migrations

import consultations.db.fields


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0009_points_in_order"),
    ]

    operations = [
        migrations.AddField(
            model_name="outlinepart",
            name="heading_sw",
            field=consultations.db.fields.CleanCharField(
                blank=True, db_default="", max_length=200, verbose_name="heading in Kiswahili (unedited)"
            ),
        ),
    ]
