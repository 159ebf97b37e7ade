from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0019_words_hidden_from_readers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", False)),
                fields=["consultation", "-decided_at"],
                name="submission_decided_last",
            ),
        ),
    ]
