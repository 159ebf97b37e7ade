"""Keep documents of a consultation for everybody."""

import uuid

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import consultations.db.fields


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0017_questions_and_teams"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="key")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("paper", "consultation paper"),
                            ("background", "background"),
                            ("questions", "questions and answers"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("title", consultations.db.fields.CleanCharField(max_length=200, verbose_name="title")),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("sw", "Kiswahili")], max_length=2, verbose_name="language"
                    ),
                ),
                (
                    "name",
                    consultations.db.fields.CleanCharField(editable=False, max_length=200, verbose_name="file name"),
                ),
                ("media_type", models.CharField(editable=False, max_length=100, verbose_name="type")),
                ("size", models.PositiveBigIntegerField(editable=False, verbose_name="size in bytes")),
                ("sha256", models.CharField(editable=False, max_length=64, verbose_name="SHA-256")),
                ("at", models.DateTimeField(editable=False, verbose_name="added")),
                ("removed_at", models.DateTimeField(editable=False, null=True, verbose_name="removed")),
                (
                    "by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="added by",
                    ),
                ),
                (
                    "consultation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="consultations.consultation",
                        verbose_name="consultation",
                    ),
                ),
            ],
            options={
                "verbose_name": "document for the public",
                "verbose_name_plural": "documents for the public",
                "ordering": ["consultation", "kind", "at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["paper", "background", "questions"])),
                        name="publicdocument_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["en", "sw"])), name="publicdocument_language"
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="publicdocument",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="be04af4bcb89e3b01b6b6032146caad68756440b",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_17c09",
                    table="consultations_publicdocument",
                    when="BEFORE",
                ),
            ),
        ),
    ]
