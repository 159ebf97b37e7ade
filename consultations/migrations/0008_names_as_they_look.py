"""What remains of the name of each organisation for the eye, by which look-alikes are found."""

from django.db import migrations, models

import consultations.db.fields
from consultations.lookalikes import skeleton


def fill(apps, schema_editor):
    """Compute it for the organisations that are there."""
    rows = apps.get_model("consultations", "Stakeholder")._base_manager
    for pk, name in rows.values_list("pk", "name").iterator():
        rows.filter(pk=pk).update(name_skeleton=skeleton(name))


class Migration(migrations.Migration):
    dependencies = [("consultations", "0007_checks_of_everything_stored")]

    operations = [
        migrations.AddField(
            model_name="stakeholder",
            name="name_skeleton",
            field=consultations.db.fields.SkeletonField(
                default="", editable=False, max_length=500, of="name", verbose_name="name as displayed"
            ),
        ),
        migrations.AddIndex(
            model_name="stakeholder",
            index=models.Index(fields=["name_skeleton"], name="stakeholder_skeleton"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
