"""Order points by theme, kind and state, and list inputs let in late, so that no page reads all of them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0008_search_entries_in_bulk"),
    ]

    operations = [
        migrations.AlterField(
            model_name="point",
            name="consultation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="points",
                to="consultations.consultation",
                verbose_name="consultation",
            ),
        ),
        migrations.AddIndex(
            model_name="point",
            index=models.Index(fields=["kind", "-id"], name="point_kind"),
        ),
        migrations.AddIndex(
            model_name="point",
            index=models.Index(fields=["state", "-id"], name="point_state"),
        ),
        migrations.AddIndex(
            model_name="point",
            index=models.Index(fields=["consultation", "theme", "reference"], name="point_in_order"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                condition=models.Q(("late_at__isnull", False)), fields=["late_at", "id"], name="submission_late_ones"
            ),
        ),
    ]
