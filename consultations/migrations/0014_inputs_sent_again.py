"""When an input was sent again after questions: from then on its hash covers the answers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consultations", "0013_given_up_addresses")]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="resent_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="sent again"),
        ),
    ]
