"""The text of a mail that left is deleted: it may hold a link that lets its reader in."""

from django.db import migrations, models


def delete_texts(apps, schema_editor):
    """Empty the texts of what was sent before this version."""
    apps.get_model("consultations", "OutgoingMail").objects.filter(state="sent").exclude(body="").update(body="")


class Migration(migrations.Migration):
    dependencies = [("consultations", "0003_normal_addresses")]

    operations = [
        migrations.RunPython(delete_texts, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="outgoingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "sent"), _negated=True) | models.Q(("body", "")),
                name="outgoingmail_no_text",
            ),
        ),
    ]
