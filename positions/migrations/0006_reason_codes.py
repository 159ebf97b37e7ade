from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0007_public_holidays"),
        ("positions", "0005_lineage_and_comments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="disposition",
            name="reason_code",
            field=models.CharField(
                blank=True,
                choices=[
                    ("scope", "it is not for this paper"),
                    ("elsewhere", "another office or process deals with it"),
                    ("law", "a law or agreement in force stands in the way"),
                    ("means", "it needs means that nobody has granted"),
                    ("consent", "it needs the consent of other States"),
                    ("agreement", "those at the table did not agree"),
                    ("risk", "it could weaken what it wants to protect"),
                    ("time", "it came too late to be weighed"),
                    ("other", "another reason"),
                ],
                max_length=12,
                verbose_name="kind of reason",
            ),
        ),
        # Answers that were given before had no kind: "another reason" says nothing that their officers did not say.
        migrations.RunSQL(
            """
            UPDATE positions_disposition SET reason_code = 'other'
            WHERE outcome IN ('accepted_in_part', 'noted', 'not_accepted')
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="disposition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("outcome__in", ("accepted_in_part", "noted", "not_accepted")),
                        (
                            "reason_code__in",
                            ["scope", "elsewhere", "law", "means", "consent", "agreement", "risk", "time", "other"],
                        ),
                    ),
                    models.Q(
                        models.Q(("outcome__in", ("accepted_in_part", "noted", "not_accepted")), _negated=True),
                        ("reason_code", ""),
                    ),
                    _connector="OR",
                ),
                name="disposition_reason_code",
            ),
        ),
    ]
