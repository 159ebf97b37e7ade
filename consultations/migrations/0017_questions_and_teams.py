"""Add questions about themes, teams, and what a consultation is a copy of."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import consultations.db.fields


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0016_reopened_steps_and_discarded_letters"),
    ]

    operations = [
        migrations.AddField(
            model_name="consultation",
            name="copied_from",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="copies",
                to="consultations.consultation",
                verbose_name="copied from",
            ),
        ),
        migrations.AddField(
            model_name="consultation",
            name="team",
            field=models.ManyToManyField(
                blank=True,
                help_text="Officers who work on it. If nobody is chosen, all officers of the secretariat do.",
                related_name="team_of",
                to=settings.AUTH_USER_MODEL,
                verbose_name="team",
            ),
        ),
        migrations.CreateModel(
            name="ThemeQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveSmallIntegerField(verbose_name="order")),
                ("text", consultations.db.fields.CleanCharField(max_length=300, verbose_name="question")),
                (
                    "text_sw",
                    consultations.db.fields.CleanCharField(
                        blank=True, max_length=300, verbose_name="question in Kiswahili"
                    ),
                ),
                (
                    "consultation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="theme_questions",
                        to="consultations.consultation",
                        verbose_name="consultation",
                    ),
                ),
                (
                    "theme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="consultations.theme",
                        verbose_name="theme",
                    ),
                ),
            ],
            options={
                "verbose_name": "question about a theme",
                "verbose_name_plural": "questions about themes",
                "ordering": ["consultation", "theme", "order"],
                "constraints": [
                    models.UniqueConstraint(fields=("consultation", "theme", "order"), name="themequestion_order"),
                    models.CheckConstraint(
                        condition=models.Q(("order__gte", 1), ("order__lte", 4)), name="themequestion_few"
                    ),
                    models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="themequestion_text"),
                ],
            },
        ),
    ]
