"""Create all tables of the first release, each with its constraints, indexes and triggers."""

import uuid

import django.db.models.constraints
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import consultations.db.fields
from ncm_portal.migration_operations import CreateTables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("consultations", "0002_addresses_of_accounts"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="ChainStep",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "consultation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="chain_steps",
                                to="consultations.consultation",
                                verbose_name="consultation",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("legal", "legal vetting"),
                                    ("foreign", "foreign affairs concurrence"),
                                    ("other", "concurrence"),
                                ],
                                max_length=8,
                                verbose_name="step",
                            ),
                        ),
                        (
                            "institution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="chain_steps",
                                to="consultations.stakeholder",
                                verbose_name="office",
                            ),
                        ),
                        ("order", models.PositiveSmallIntegerField(default=1, verbose_name="order")),
                        ("is_asked", models.BooleanField(default=True, verbose_name="is asked")),
                    ],
                    options={
                        "verbose_name": "step of the chain",
                        "verbose_name_plural": "steps of the chain",
                        "ordering": ["consultation", "order", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["legal", "foreign", "other"])), name="chainstep_kind"
                            ),
                            models.UniqueConstraint(
                                fields=("consultation", "kind", "institution"), name="chainstep_once"
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="step_locked",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="\n            IF EXISTS (SELECT FROM consultations_consultation WHERE id = NEW.consultation_id AND state <> 'draft')\n                AND NOT EXISTS (\n                    SELECT FROM consultations_rulechange\n                    WHERE id = (\n                        SELECT max(id) FROM consultations_rulechange WHERE consultation_id = NEW.consultation_id\n                    )\n                    AND steps @> jsonb_build_array(jsonb_build_object(\n                        'kind', NEW.kind, 'institution', NEW.institution_id,\n                        'order', NEW.\"order\", 'is_asked', NEW.is_asked\n                    ))\n                ) THEN\n                RAISE EXCEPTION 'pgtrigger: The steps of an opened consultation change by two people';\n            END IF;\n            RETURN NEW;\n        ",
                                    hash="67c9342730d95ecb5f60052fb716e350fc7f0a77",
                                    operation="INSERT OR UPDATE",
                                    pgid="pgtrigger_step_locked_b1402",
                                    table="positions_chainstep",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="stays_where_it_is",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition='WHEN (OLD."consultation_id" IS DISTINCT FROM (NEW."consultation_id"))',
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                                    hash="7247d19af403a187d162bc6050944c74b7a64dca",
                                    operation="UPDATE",
                                    pgid="pgtrigger_stays_where_it_is_cf8b1",
                                    table="positions_chainstep",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="6cb56191a004722954cc3a2de356a97a54786793",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_915c0",
                                    table="positions_chainstep",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PositionPaper",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "consultation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="papers",
                                to="consultations.consultation",
                                verbose_name="consultation",
                            ),
                        ),
                        (
                            "forum",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="papers",
                                to="consultations.forum",
                                verbose_name="forum that adopts it",
                            ),
                        ),
                        ("slug", models.SlugField(unique=True, verbose_name="address")),
                        ("title", consultations.db.fields.CleanCharField(max_length=200, verbose_name="title")),
                        (
                            "short_title",
                            consultations.db.fields.CleanCharField(max_length=60, verbose_name="short title"),
                        ),
                        (
                            "purpose",
                            consultations.db.fields.CleanCharField(blank=True, max_length=300, verbose_name="purpose"),
                        ),
                        (
                            "language",
                            models.CharField(
                                choices=[("en", "English"), ("sw", "Kiswahili")],
                                default="en",
                                max_length=2,
                                verbose_name="language",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("drafting", "being drafted"),
                                    ("review", "in review"),
                                    ("consolidation", "being consolidated"),
                                    ("clearance_text", "fixed for clearance"),
                                    ("in_clearance", "in clearance"),
                                    ("cleared", "cleared"),
                                    ("silence", "under silence"),
                                    ("forum_text", "before the forum"),
                                    ("in_session", "in session"),
                                    ("adopted", "adopted"),
                                    ("published", "published"),
                                    ("superseded", "superseded"),
                                    ("suspended", "suspended"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                default="drafting",
                                editable=False,
                                max_length=16,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "is_restricted",
                            models.BooleanField(
                                default=False, editable=False, verbose_name="restricted: for officials only"
                            ),
                        ),
                        (
                            "suspended_from",
                            models.CharField(
                                blank=True, editable=False, max_length=16, verbose_name="state before suspension"
                            ),
                        ),
                        (
                            "silence_until",
                            models.DateTimeField(editable=False, null=True, verbose_name="silence until"),
                        ),
                        (
                            "clearance_note",
                            consultations.db.fields.CleanTextField(
                                blank=True, editable=False, verbose_name="clearance note"
                            ),
                        ),
                        (
                            "publication_proposed_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("publication_proposed_at", models.DateTimeField(editable=False, null=True)),
                        ("published_at", models.DateTimeField(editable=False, null=True, verbose_name="published")),
                        (
                            "published_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="begun"
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "predecessor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="successors",
                                to="positions.positionpaper",
                                verbose_name="earlier paper whose place it takes",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "position paper",
                        "verbose_name_plural": "position papers",
                        "ordering": ["-created_at"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        [
                                            "drafting",
                                            "review",
                                            "consolidation",
                                            "clearance_text",
                                            "in_clearance",
                                            "cleared",
                                            "silence",
                                            "forum_text",
                                            "in_session",
                                            "adopted",
                                            "published",
                                            "superseded",
                                            "suspended",
                                            "withdrawn",
                                        ],
                                    )
                                ),
                                name="positionpaper_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("language__in", ["en", "sw"])), name="positionpaper_language"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("publication_proposed_at__isnull", True),
                                        ("publication_proposed_by__isnull", True),
                                    ),
                                    models.Q(
                                        ("publication_proposed_at__isnull", False),
                                        ("publication_proposed_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="positionpaper_proposed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("published_at__isnull", True), ("published_by__isnull", True)),
                                    models.Q(("published_at__isnull", False), ("published_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="positionpaper_published",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("published_by", models.F("publication_proposed_by")), _negated=True
                                ),
                                name="positionpaper_two_officers",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["published", "superseded"]), _negated=True),
                                    ("published_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="positionpaper_published_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "suspended"), models.Q(("suspended_from", ""), _negated=True)),
                                    models.Q(models.Q(("state", "suspended"), _negated=True), ("suspended_from", "")),
                                    _connector="OR",
                                ),
                                name="positionpaper_suspended_from",
                            ),
                            models.UniqueConstraint(
                                fields=("consultation", "purpose"), name="positionpaper_one_per_purpose"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("predecessor", None),
                                    models.Q(("predecessor", models.F("pk")), _negated=True),
                                    _connector="OR",
                                ),
                                name="positionpaper_not_before_itself",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{adopted:published,clearance_text:consolidation,clearance_text:in_clearance,clearance_text:suspended,clearance_text:withdrawn,cleared:forum_text,cleared:silence,cleared:suspended,cleared:withdrawn,consolidation:clearance_text,consolidation:review,consolidation:suspended,consolidation:withdrawn,drafting:review,drafting:suspended,drafting:withdrawn,forum_text:in_session,forum_text:suspended,forum_text:withdrawn,in_clearance:cleared,in_clearance:consolidation,in_clearance:suspended,in_clearance:withdrawn,in_session:adopted,in_session:consolidation,in_session:suspended,in_session:withdrawn,published:superseded,review:consolidation,review:suspended,review:withdrawn,silence:cleared,silence:consolidation,silence:suspended,silence:withdrawn,suspended:clearance_text,suspended:cleared,suspended:consolidation,suspended:drafting,suspended:forum_text,suspended:in_clearance,suspended:in_session,suspended:review,suspended:silence,suspended:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="e9c05deb69c0466e776ea481c69f56082d807120",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_828a2",
                                    table="positions_positionpaper",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'drafting'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="99e7cd1107391350b8524bf8bb999499b2953a58",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_d8482",
                                    table="positions_positionpaper",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="0fa81c9cf8ea57a46a61f25f59961dcb0782e5cf",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_65c0b",
                                    table="positions_positionpaper",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="predecessor_stays",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition='WHEN (OLD."predecessor_id" IS DISTINCT FROM (NEW."predecessor_id"))',
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                                    hash="d21231511934118566a6e77b3b78a208ba3efb7d",
                                    operation="UPDATE",
                                    pgid="pgtrigger_predecessor_stays_9f068",
                                    table="positions_positionpaper",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Edition",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="editions",
                                to="positions.positionpaper",
                                verbose_name="paper",
                            ),
                        ),
                        ("number", models.CharField(max_length=12, verbose_name="number")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("draft", "draft"),
                                    ("review", "review text"),
                                    ("clearance", "clearance text"),
                                    ("forum", "forum text"),
                                    ("adopted", "adopted text"),
                                    ("corrected", "corrected text"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("status", models.CharField(max_length=120, verbose_name="status")),
                        ("content", models.TextField(verbose_name="canonical content")),
                        ("sha256", models.CharField(max_length=64, unique=True, verbose_name="SHA-256")),
                        ("frozen_at", models.DateTimeField(verbose_name="frozen")),
                        (
                            "frozen_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="frozen by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "edition",
                        "verbose_name_plural": "editions",
                        "ordering": ["paper", "-frozen_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("kind__in", ["draft", "review", "clearance", "forum", "adopted", "corrected"])
                                ),
                                name="edition_kind",
                            ),
                            models.UniqueConstraint(fields=("paper", "number"), name="edition_number"),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="b9b21a96fb616d0ab0bf7e4076073a9964da9952",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_77ad3",
                                    table="positions_edition",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Artefact",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "edition",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="artefacts",
                                to="positions.edition",
                                verbose_name="edition",
                            ),
                        ),
                        (
                            "format",
                            models.CharField(
                                choices=[
                                    ("pdf", "PDF"),
                                    ("json", "JSON"),
                                    ("clean.pdf", "PDF of the text alone"),
                                    ("summary.pdf", "PDF of the summary"),
                                    ("akn.xml", "Akoma Ntoso 3.0 (XML)"),
                                    ("docx", "Word document"),
                                    ("xlsx", "Excel workbook of all tables"),
                                    ("paragraphs.csv", "Paragraphs (CSV)"),
                                    ("points.csv", "Points (CSV)"),
                                    ("dispositions.csv", "Dispositions (CSV)"),
                                    ("clearances.csv", "Clearances (CSV)"),
                                    ("reservations.csv", "Reservations (CSV)"),
                                ],
                                max_length=20,
                                verbose_name="format",
                            ),
                        ),
                        ("file", models.FileField(max_length=200, upload_to="editions/", verbose_name="file")),
                        ("sha256", models.CharField(db_index=True, max_length=64, verbose_name="SHA-256 of the file")),
                        ("size", models.PositiveIntegerField(verbose_name="bytes")),
                        ("renderer", models.CharField(max_length=60, verbose_name="renderer")),
                        ("rendered_at", models.DateTimeField(verbose_name="rendered")),
                    ],
                    options={
                        "verbose_name": "file of an edition",
                        "verbose_name_plural": "files of editions",
                        "ordering": ["edition", "format"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "format__in",
                                        [
                                            "pdf",
                                            "json",
                                            "clean.pdf",
                                            "summary.pdf",
                                            "akn.xml",
                                            "docx",
                                            "xlsx",
                                            "paragraphs.csv",
                                            "points.csv",
                                            "dispositions.csv",
                                            "clearances.csv",
                                            "reservations.csv",
                                        ],
                                    )
                                ),
                                name="artefact_format",
                            ),
                            models.UniqueConstraint(fields=("edition", "format"), name="artefact_once"),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="eef96808c516a892fc60f30f536f22da532174b8",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_4a118",
                                    table="positions_artefact",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Brief",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "edition",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="briefs",
                                to="positions.edition",
                                verbose_name="edition",
                            ),
                        ),
                        (
                            "milestone",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="briefs",
                                to="consultations.milestone",
                                verbose_name="milestone",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="version")),
                        ("ask", consultations.db.fields.CleanTextField(max_length=700, verbose_name="what Kenya asks")),
                        (
                            "flexibility",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=700, verbose_name="flexibility"
                            ),
                        ),
                        (
                            "red_line",
                            consultations.db.fields.CleanTextField(blank=True, max_length=700, verbose_name="red line"),
                        ),
                        (
                            "speaking_points",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=1400, verbose_name="speaking points"
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                    ],
                    options={
                        "verbose_name": "brief",
                        "verbose_name_plural": "briefs",
                        "ordering": ["edition", "milestone", "-number"],
                        "constraints": [
                            models.UniqueConstraint(fields=("edition", "milestone", "number"), name="brief_version"),
                            models.CheckConstraint(condition=models.Q(("ask", ""), _negated=True), name="brief_asks"),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="9511bf98e004b1d1b68e77d68a608af7074b7bc4",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_3951e",
                                    table="positions_brief",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Clearance",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="clearances",
                                to="positions.positionpaper",
                                verbose_name="paper",
                            ),
                        ),
                        (
                            "edition",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="clearances",
                                to="positions.edition",
                                verbose_name="edition",
                            ),
                        ),
                        (
                            "ministry",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="clearances",
                                to="consultations.stakeholder",
                                verbose_name="ministry",
                            ),
                        ),
                        ("requested_at", models.DateTimeField(verbose_name="requested")),
                        ("due_at", models.DateTimeField(verbose_name="due")),
                        ("answered_at", models.DateTimeField(editable=False, null=True, verbose_name="answered")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("requested", "waiting for an answer"),
                                    ("answered", "answered"),
                                    ("silent", "silent"),
                                ],
                                default="requested",
                                editable=False,
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "clearance",
                        "verbose_name_plural": "clearances",
                        "ordering": ["paper", "ministry__name"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["requested", "answered", "silent"])),
                                name="clearance_state",
                            ),
                            models.UniqueConstraint(fields=("paper", "ministry"), name="clearance_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("answered_at__isnull", False), ("state", "answered")),
                                    models.Q(("state", "answered"), _negated=True),
                                    _connector="OR",
                                ),
                                name="clearance_answered",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{answered:requested,requested:answered,requested:silent,silent:requested}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="19cfac43a4ae27f1c181e88d5d057031451a418c",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_02487",
                                    table="positions_clearance",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'requested'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="6aad2409f849e0854a489b051a648e395756502d",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_6dad4",
                                    table="positions_clearance",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="ce537bc5c980c9406fb5ebf6b5a4c5ee1058ece8",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_a66fe",
                                    table="positions_clearance",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AnswerByLetter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        (
                            "clearance",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="letters",
                                to="positions.clearance",
                                verbose_name="clearance",
                            ),
                        ),
                        (
                            "reference",
                            consultations.db.fields.CleanCharField(
                                max_length=80, verbose_name="reference of the letter"
                            ),
                        ),
                        ("received_on", models.DateField(verbose_name="received on")),
                        ("signed_by", consultations.db.fields.CleanCharField(max_length=200, verbose_name="signed by")),
                        (
                            "scan_name",
                            consultations.db.fields.CleanCharField(
                                blank=True, editable=False, max_length=200, verbose_name="file of the scan"
                            ),
                        ),
                        (
                            "scan_type",
                            models.CharField(blank=True, editable=False, max_length=100, verbose_name="type"),
                        ),
                        (
                            "scan_sha256",
                            models.CharField(blank=True, editable=False, max_length=64, verbose_name="SHA-256"),
                        ),
                        (
                            "typed_by",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="typed by",
                            ),
                        ),
                        ("typed_at", models.DateTimeField(editable=False, verbose_name="typed")),
                        (
                            "decided_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="decided by",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(editable=False, null=True, verbose_name="decided")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("typed", "waiting for a second officer"),
                                    ("counted", "countersigned, counts"),
                                    ("struck", "struck out"),
                                ],
                                default="typed",
                                editable=False,
                                max_length=8,
                                verbose_name="state",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "answer by letter",
                        "verbose_name_plural": "answers by letter",
                        "ordering": ["clearance", "typed_at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["typed", "counted", "struck"])),
                                name="answerbyletter_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="answerbyletter_decided",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "counted"), _negated=True),
                                    models.Q(
                                        ("decided_by__isnull", False), models.Q(("scan_sha256", ""), _negated=True)
                                    ),
                                    _connector="OR",
                                ),
                                name="answerbyletter_counted",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "counted"), _negated=True),
                                    models.Q(("decided_by", models.F("typed_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="answerbyletter_two_officers",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{typed:counted,typed:struck}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="bbdfd9eb83fc606f3d188946dd1d41b8285f3311",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_fb9a0",
                                    table="positions_answerbyletter",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'typed'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="f9b5091a9222fcccccaf43cd630250d765b4056c",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_534cb",
                                    table="positions_answerbyletter",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="edc46ca43cc3a7e96ab2b04e6976e52553abf866",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_438d1",
                                    table="positions_answerbyletter",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClearanceReminder",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "clearance",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reminders",
                                to="positions.clearance",
                                verbose_name="clearance",
                            ),
                        ),
                        (
                            "step",
                            models.CharField(
                                choices=[
                                    ("before", "before the due hour"),
                                    ("due", "on the due day"),
                                    ("after", "after the due hour, also to the principal"),
                                ],
                                max_length=6,
                                verbose_name="step",
                            ),
                        ),
                        ("due_at", models.DateTimeField(verbose_name="due")),
                        ("to_principal", models.BooleanField(default=False, verbose_name="to the principal")),
                        ("at", models.DateTimeField(verbose_name="when")),
                    ],
                    options={
                        "verbose_name": "reminder of a clearance",
                        "verbose_name_plural": "reminders of clearances",
                        "ordering": ["clearance", "at"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("step__in", ["before", "due", "after"])),
                                name="clearancereminder_step",
                            ),
                            models.UniqueConstraint(
                                fields=("clearance", "step", "due_at"), name="clearancereminder_once"
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="c7bc3894122bcf879e973b3e40981a2cd00695d7",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_c2e5c",
                                    table="positions_clearancereminder",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Corrigendum",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="corrigenda",
                                to="positions.positionpaper",
                                verbose_name="paper",
                            ),
                        ),
                        (
                            "base",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="positions.edition",
                                verbose_name="edition that is corrected",
                            ),
                        ),
                        (
                            "edition",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="corrigendum",
                                to="positions.edition",
                                verbose_name="corrected edition",
                            ),
                        ),
                        ("reason", consultations.db.fields.CleanTextField(max_length=2000, verbose_name="reason")),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="proposed by",
                            ),
                        ),
                        ("proposed_at", models.DateTimeField(verbose_name="proposed")),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="decided by",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("proposed", "proposed, waiting for a second officer"),
                                    ("issued", "issued"),
                                    ("declined", "not issued"),
                                ],
                                default="proposed",
                                editable=False,
                                max_length=8,
                                verbose_name="state",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "corrigendum",
                        "verbose_name_plural": "corrigenda",
                        "ordering": ["paper", "-proposed_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["proposed", "issued", "declined"])),
                                name="corrigendum_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="corrigendum_decided",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True), name="corrigendum_reason"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "issued"), _negated=True),
                                    models.Q(
                                        ("edition__isnull", False),
                                        models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="corrigendum_two_officers",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "proposed")),
                                fields=("paper",),
                                name="corrigendum_one_open",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{proposed:declined,proposed:issued}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="dc70498c01c49a791411bd2f42131cbab9ecbc60",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_43e90",
                                    table="positions_corrigendum",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'proposed'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="597b1413bcb7589f3543a4c55f323019ccde0071",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_47115",
                                    table="positions_corrigendum",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="b66e08e21ef20d369c83ba232ac3f12ed51082a1",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_4de38",
                                    table="positions_corrigendum",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Explanation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="explanations",
                                to="positions.positionpaper",
                                verbose_name="paper",
                            ),
                        ),
                        (
                            "stakeholder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="explanations",
                                to="consultations.stakeholder",
                                verbose_name="organisation",
                            ),
                        ),
                        (
                            "text",
                            consultations.db.fields.CleanTextField(max_length=5000, verbose_name="text as printed"),
                        ),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="recorded by",
                            ),
                        ),
                        ("recorded_at", models.DateTimeField(verbose_name="recorded")),
                        ("withdrawn_at", models.DateTimeField(editable=False, null=True, verbose_name="withdrawn")),
                        (
                            "withdrawn_reason",
                            consultations.db.fields.CleanTextField(
                                blank=True, editable=False, max_length=2000, verbose_name="why withdrawn"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "explanation of position",
                        "verbose_name_plural": "explanations of position",
                        "ordering": ["paper", "stakeholder__name", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at", None)),
                                fields=("paper", "stakeholder"),
                                name="explanation_once",
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="f317c2bd0f925666ed65cb32d8d62b118eb32b0c",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_6e06c",
                                    table="positions_explanation",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="QuorumCount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="quorum_counts",
                                to="positions.positionpaper",
                                verbose_name="paper",
                            ),
                        ),
                        (
                            "forum",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="quorum_counts",
                                to="consultations.forum",
                                verbose_name="forum",
                            ),
                        ),
                        (
                            "members_present",
                            models.PositiveSmallIntegerField(verbose_name="member institutions present"),
                        ),
                        ("members_total", models.PositiveSmallIntegerField(verbose_name="member institutions")),
                        ("members_needed", models.PositiveSmallIntegerField(verbose_name="member institutions needed")),
                        ("groups_present", models.PositiveSmallIntegerField(verbose_name="groups present")),
                        ("groups_needed", models.PositiveSmallIntegerField(verbose_name="groups needed")),
                        ("electorate", models.JSONField(default=list, verbose_name="electorate")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="counted by",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                    ],
                    options={
                        "verbose_name": "quorum count",
                        "verbose_name_plural": "quorum counts",
                        "ordering": ["paper", "-at", "-pk"],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="88de94e05a31a5b5e5921d280702086c8b38813d",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_9bcb2",
                                    table="positions_quorumcount",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Release",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="releases",
                                to="positions.positionpaper",
                                verbose_name="paper",
                            ),
                        ),
                        (
                            "milestone",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="releases",
                                to="consultations.milestone",
                                verbose_name="milestone",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                    ],
                    options={
                        "verbose_name": "release of findings",
                        "verbose_name_plural": "releases of findings",
                        "ordering": ["paper", "at"],
                        "constraints": [models.UniqueConstraint(fields=("paper", "milestone"), name="release_once")],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="500f0cbb8e4547a5c72efa718c078c6e1eac66a4",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_96362",
                                    table="positions_release",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RestrictedAnnex",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="restricted_annexes",
                                to="positions.positionpaper",
                                verbose_name="paper",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                        ("title", consultations.db.fields.CleanCharField(max_length=200, verbose_name="title")),
                        ("text", consultations.db.fields.CleanTextField(max_length=20000, verbose_name="text")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                        ("replaced_at", models.DateTimeField(editable=False, null=True, verbose_name="replaced")),
                    ],
                    options={
                        "verbose_name": "restricted annex",
                        "verbose_name_plural": "restricted annexes",
                        "ordering": ["paper", "number", "-at"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("replaced_at", None)),
                                fields=("paper", "number"),
                                name="restrictedannex_one_live",
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="2426439434b90b38c5f5a3e5b059fb8d382f2da1",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_be91d",
                                    table="positions_restrictedannex",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReviewRound",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="rounds",
                                to="positions.positionpaper",
                                verbose_name="paper",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="round")),
                        (
                            "edition",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="rounds",
                                to="positions.edition",
                                verbose_name="edition under review",
                            ),
                        ),
                        (
                            "audience",
                            models.CharField(
                                choices=[
                                    ("members", "members of the NCM"),
                                    ("stakeholders", "all verified organisations"),
                                    ("public", "everyone may read, verified organisations may propose"),
                                ],
                                default="members",
                                max_length=12,
                                verbose_name="who is invited",
                            ),
                        ),
                        ("opens_at", models.DateTimeField(verbose_name="opens")),
                        ("closes_at", models.DateTimeField(verbose_name="closes")),
                        ("reminded_at", models.DateTimeField(editable=False, null=True, verbose_name="reminded")),
                    ],
                    options={
                        "verbose_name": "review round",
                        "verbose_name_plural": "review rounds",
                        "ordering": ["paper", "number"],
                        "constraints": [
                            models.UniqueConstraint(fields=("paper", "number"), name="reviewround_number"),
                            models.CheckConstraint(
                                condition=models.Q(("closes_at__gt", models.F("opens_at"))), name="reviewround_dates"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("audience__in", ["members", "stakeholders", "public"])),
                                name="reviewround_audience",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RollCall",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="roll_calls",
                                to="positions.positionpaper",
                                verbose_name="paper",
                            ),
                        ),
                        (
                            "quorum",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="roll_calls",
                                to="positions.quorumcount",
                                verbose_name="quorum",
                            ),
                        ),
                        ("votes", models.JSONField(verbose_name="votes")),
                        ("yes", models.PositiveSmallIntegerField(verbose_name="yes")),
                        ("no", models.PositiveSmallIntegerField(verbose_name="no")),
                        ("abstain", models.PositiveSmallIntegerField(verbose_name="abstain")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="taken by",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                    ],
                    options={
                        "verbose_name": "roll call",
                        "verbose_name_plural": "roll calls",
                        "ordering": ["paper", "-at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("yes__gt", 0), ("no__gt", 0), ("abstain__gt", 0), _connector="OR"),
                                name="rollcall_votes",
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="6e608bf806458aab779436acf129f9a442a095fc",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_456bb",
                                    table="positions_rollcall",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Decision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="positions.positionpaper",
                                verbose_name="paper",
                            ),
                        ),
                        (
                            "forum",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="consultations.forum",
                                verbose_name="forum",
                            ),
                        ),
                        (
                            "edition",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="positions.edition",
                                verbose_name="text decided on",
                            ),
                        ),
                        (
                            "quorum",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="positions.quorumcount",
                                verbose_name="quorum",
                            ),
                        ),
                        (
                            "roll_call",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="positions.rollcall",
                                verbose_name="roll call",
                            ),
                        ),
                        ("is_by_paragraph", models.BooleanField(default=False, verbose_name="paragraph by paragraph")),
                        (
                            "rule",
                            models.CharField(
                                choices=[
                                    ("consensus", "consensus"),
                                    ("consensus_with_reservations", "consensus with reservations"),
                                    ("not_adopted", "not adopted"),
                                ],
                                max_length=28,
                                verbose_name="rule",
                            ),
                        ),
                        (
                            "reasons",
                            consultations.db.fields.CleanTextField(blank=True, max_length=5000, verbose_name="reasons"),
                        ),
                        (
                            "chair",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="chair",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                    ],
                    options={
                        "verbose_name": "decision",
                        "verbose_name_plural": "decisions",
                        "ordering": ["paper", "-at"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("rule__in", ["consensus", "consensus_with_reservations", "not_adopted"])
                                ),
                                name="decision_rule",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("rule", "consensus"), models.Q(("reasons", ""), _negated=True), _connector="OR"
                                ),
                                name="decision_reasons",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="eeaae9bf120b71f731977009fe739baef1f8ce09",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_2aefc",
                                    table="positions_decision",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Section",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sections",
                                to="positions.positionpaper",
                                verbose_name="paper",
                            ),
                        ),
                        ("order", models.PositiveSmallIntegerField(verbose_name="order")),
                        (
                            "part",
                            models.CharField(
                                choices=[
                                    ("front", "front matter"),
                                    ("body", "body"),
                                    ("theme", "theme"),
                                    ("annex", "annex"),
                                ],
                                max_length=6,
                                verbose_name="part",
                            ),
                        ),
                        ("heading", consultations.db.fields.CleanCharField(max_length=200, verbose_name="heading")),
                        (
                            "theme",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sections",
                                to="consultations.theme",
                                verbose_name="theme",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "section",
                        "verbose_name_plural": "sections",
                        "ordering": ["paper", "order"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("part__in", ["front", "body", "theme", "annex"])),
                                name="section_part",
                            ),
                            models.UniqueConstraint(
                                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                                fields=("paper", "order"),
                                name="section_order",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("part", "theme"), ("theme__isnull", False)),
                                    models.Q(models.Q(("part", "theme"), _negated=True), ("theme", None)),
                                    _connector="OR",
                                ),
                                name="section_theme",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Paragraph",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        (
                            "section",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="paragraphs",
                                to="positions.section",
                                verbose_name="section",
                            ),
                        ),
                        ("order", models.PositiveIntegerField(verbose_name="order")),
                        (
                            "strength",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "narrative, without an operative verb"),
                                    ("notes", "notes"),
                                    ("welcomes", "welcomes"),
                                    ("supports", "supports"),
                                    ("urges", "urges"),
                                    ("calls_for", "calls for"),
                                    ("commits_to", "commits to"),
                                    ("reserves", "reserves"),
                                ],
                                default="",
                                max_length=10,
                                verbose_name="operative strength",
                            ),
                        ),
                        (
                            "is_secretariat_text",
                            models.BooleanField(default=False, verbose_name="secretariat text: rests on no point"),
                        ),
                        (
                            "language",
                            models.CharField(
                                choices=[("en", "English"), ("sw", "Kiswahili")],
                                default="en",
                                max_length=2,
                                verbose_name="language",
                            ),
                        ),
                        (
                            "wording",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="positions.wording",
                                verbose_name="words today",
                            ),
                        ),
                        ("removed_at", models.DateTimeField(editable=False, null=True, verbose_name="removed")),
                        (
                            "provisions",
                            models.ManyToManyField(
                                blank=True,
                                related_name="paragraphs",
                                to="consultations.provision",
                                verbose_name="objectives",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "paragraph",
                        "verbose_name_plural": "paragraphs",
                        "ordering": ["section", "order", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "strength__in",
                                        [
                                            "",
                                            "notes",
                                            "welcomes",
                                            "supports",
                                            "urges",
                                            "calls_for",
                                            "commits_to",
                                            "reserves",
                                        ],
                                    )
                                ),
                                name="paragraph_strength",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("language__in", ["en", "sw"])), name="paragraph_language"
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="c53c6dda6d1d9d25c2ddc911a11aa1b2941ded74",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_2fad0",
                                    table="positions_paragraph",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BriefParagraph",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "brief",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="chosen",
                                to="positions.brief",
                                verbose_name="brief",
                            ),
                        ),
                        (
                            "paragraph",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="positions.paragraph",
                                verbose_name="paragraph",
                            ),
                        ),
                        ("order", models.PositiveSmallIntegerField(verbose_name="order")),
                    ],
                    options={
                        "verbose_name": "paragraph of a brief",
                        "verbose_name_plural": "paragraphs of briefs",
                        "ordering": ["brief", "order"],
                        "constraints": [
                            models.UniqueConstraint(fields=("brief", "paragraph"), name="briefparagraph_once"),
                            models.UniqueConstraint(fields=("brief", "order"), name="briefparagraph_order"),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="0e24f74d023fefb7c0177cb2ccd41dfd1d49bca9",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_abba9",
                                    table="positions_briefparagraph",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Correction",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "corrigendum",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="corrections",
                                to="positions.corrigendum",
                                verbose_name="corrigendum",
                            ),
                        ),
                        (
                            "paragraph",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="positions.paragraph",
                                verbose_name="paragraph",
                            ),
                        ),
                        ("before", consultations.db.fields.CleanTextField(max_length=3000, verbose_name="as printed")),
                        ("after", consultations.db.fields.CleanTextField(max_length=3000, verbose_name="as corrected")),
                    ],
                    options={
                        "verbose_name": "correction",
                        "verbose_name_plural": "corrections",
                        "ordering": ["corrigendum", "paragraph__section__order", "paragraph__order", "pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("corrigendum", "paragraph"), name="correction_once"),
                            models.CheckConstraint(
                                condition=models.Q(("before", models.F("after")), _negated=True),
                                name="correction_corrects",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="81c589f4e698d7879be914b015dd58655093b643",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_f4e44",
                                    table="positions_correction",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Disposition",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="dispositions",
                                to="positions.positionpaper",
                                verbose_name="paper",
                            ),
                        ),
                        (
                            "point",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="dispositions",
                                to="consultations.point",
                                verbose_name="point",
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("accepted", "taken up"),
                                    ("accepted_in_part", "taken up in part"),
                                    ("merged", "joined to another"),
                                    ("noted", "noted"),
                                    ("not_accepted", "not taken up"),
                                ],
                                max_length=16,
                                verbose_name="outcome",
                            ),
                        ),
                        (
                            "reason_code",
                            models.CharField(
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
                        (
                            "reason",
                            consultations.db.fields.CleanTextField(blank=True, max_length=2000, verbose_name="reason"),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="decided by",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(verbose_name="decided")),
                        ("answered_at", models.DateTimeField(editable=False, null=True, verbose_name="answered")),
                        (
                            "paragraphs",
                            models.ManyToManyField(
                                blank=True,
                                related_name="dispositions",
                                to="positions.paragraph",
                                verbose_name="paragraphs",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "disposition",
                        "verbose_name_plural": "dispositions",
                        "ordering": ["point__reference"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("outcome__in", ["accepted", "accepted_in_part", "merged", "noted", "not_accepted"])
                                ),
                                name="disposition_outcome",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("outcome__in", ("accepted_in_part", "noted", "not_accepted")),
                                        (
                                            "reason_code__in",
                                            [
                                                "scope",
                                                "elsewhere",
                                                "law",
                                                "means",
                                                "consent",
                                                "agreement",
                                                "risk",
                                                "time",
                                                "other",
                                            ],
                                        ),
                                    ),
                                    models.Q(
                                        models.Q(
                                            ("outcome__in", ("accepted_in_part", "noted", "not_accepted")),
                                            _negated=True,
                                        ),
                                        ("reason_code", ""),
                                    ),
                                    _connector="OR",
                                ),
                                name="disposition_reason_code",
                            ),
                            models.UniqueConstraint(fields=("paper", "point"), name="disposition_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("outcome", "accepted"), models.Q(("reason", ""), _negated=True), _connector="OR"
                                ),
                                name="disposition_reason",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="4a9ef6ecf81ee8302cabaa511f84354d515065a8",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_dd49f",
                                    table="positions_disposition",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MandateChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mandate_changes",
                                to="positions.positionpaper",
                                verbose_name="paper",
                            ),
                        ),
                        (
                            "paragraph",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mandate_changes",
                                to="positions.paragraph",
                                verbose_name="paragraph",
                            ),
                        ),
                        (
                            "ministry",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mandate_changes",
                                to="consultations.stakeholder",
                                verbose_name="ministry",
                            ),
                        ),
                        ("adds", models.BooleanField(verbose_name="is to clear it")),
                        ("reason", consultations.db.fields.CleanTextField(max_length=2000, verbose_name="reason")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                    ],
                    options={
                        "verbose_name": "change of a mandate",
                        "verbose_name_plural": "changes of mandates",
                        "ordering": ["paper", "at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True), name="mandatechange_reason"
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="becab107b79e8e398351186eb08b6832fef660da",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_a4b84",
                                    table="positions_mandatechange",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reflection",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "edition",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reflections",
                                to="positions.edition",
                                verbose_name="edition",
                            ),
                        ),
                        (
                            "milestone",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reflections",
                                to="consultations.milestone",
                                verbose_name="milestone",
                            ),
                        ),
                        (
                            "paragraph",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reflections",
                                to="positions.paragraph",
                                verbose_name="paragraph",
                            ),
                        ),
                        (
                            "provision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reflections",
                                to="consultations.provision",
                                verbose_name="provision",
                            ),
                        ),
                        (
                            "value",
                            models.CharField(
                                choices=[
                                    ("reflected", "reflected"),
                                    ("in_part", "in part"),
                                    ("not_reflected", "not reflected"),
                                    ("contrary", "contrary"),
                                    ("struck", "struck out"),
                                ],
                                max_length=14,
                                verbose_name="finding",
                            ),
                        ),
                        (
                            "reference",
                            consultations.db.fields.CleanCharField(max_length=200, verbose_name="where it stands"),
                        ),
                        (
                            "note",
                            consultations.db.fields.CleanTextField(blank=True, max_length=1000, verbose_name="note"),
                        ),
                        (
                            "replaces",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="replaced_by",
                                to="positions.reflection",
                                verbose_name="corrects",
                            ),
                        ),
                        (
                            "reason",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=500, verbose_name="reason for the correction"
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                    ],
                    options={
                        "verbose_name": "reflection",
                        "verbose_name_plural": "reflections",
                        "ordering": ["milestone", "provision__order", "paragraph", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("value__in", ["reflected", "in_part", "not_reflected", "contrary", "struck"])
                                ),
                                name="reflection_value",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reference", ""), _negated=True), name="reflection_reference"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("value__in", ("in_part", "not_reflected", "contrary")), _negated=True),
                                    models.Q(("note", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="reflection_note",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("replaces", None), models.Q(("reason", ""), _negated=True), _connector="OR"
                                ),
                                name="reflection_correction_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("value", "struck"), _negated=True),
                                    models.Q(("replaces", None), _negated=True),
                                    _connector="OR",
                                ),
                                name="reflection_struck_before",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("replaces", None)),
                                fields=("milestone", "paragraph", "provision"),
                                name="reflection_once",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="22eaf22186b699a079c0a733fcadcbfe2fa1af7c",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_6a617",
                                    table="positions_reflection",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="of_the_compact",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="\n            IF NOT EXISTS (\n                SELECT FROM consultations_provision WHERE id = NEW.provision_id AND framework IN ('GCM', 'GCM-P')\n            ) THEN\n                RAISE EXCEPTION 'pgtrigger: a finding names an objective or a principle of the Compact';\n            END IF;\n            RETURN NEW;\n        ",
                                    hash="ff6b00aaaffff1470827b991a59132f0ccef6e1b",
                                    operation="INSERT",
                                    pgid="pgtrigger_of_the_compact_a5fae",
                                    table="positions_reflection",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reservation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reservations",
                                to="positions.positionpaper",
                                verbose_name="paper",
                            ),
                        ),
                        (
                            "stakeholder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reservations",
                                to="consultations.stakeholder",
                                verbose_name="organisation",
                            ),
                        ),
                        (
                            "paragraph",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reservations",
                                to="positions.paragraph",
                                verbose_name="paragraph",
                            ),
                        ),
                        (
                            "text",
                            consultations.db.fields.CleanTextField(max_length=2000, verbose_name="text as printed"),
                        ),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="recorded by",
                            ),
                        ),
                        ("recorded_at", models.DateTimeField(verbose_name="recorded")),
                        ("withdrawn_at", models.DateTimeField(editable=False, null=True, verbose_name="withdrawn")),
                        (
                            "withdrawn_reason",
                            consultations.db.fields.CleanTextField(
                                blank=True, editable=False, max_length=2000, verbose_name="why withdrawn"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "reservation",
                        "verbose_name_plural": "reservations",
                        "ordering": ["paper", "paragraph__section__order", "paragraph__order"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at", None)),
                                fields=("stakeholder", "paragraph"),
                                name="reservation_once",
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="fb9aa70c638839dcd5bc113c1b0661bd7405e289",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_c985d",
                                    table="positions_reservation",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Screen",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "forum",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="screen",
                                to="consultations.forum",
                                verbose_name="forum",
                            ),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="consultations.forumsession",
                                verbose_name="session",
                            ),
                        ),
                        (
                            "heading",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=200, verbose_name="item of the agenda"
                            ),
                        ),
                        (
                            "paragraph",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="positions.paragraph",
                                verbose_name="paragraph",
                            ),
                        ),
                        (
                            "amendment",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=3000, verbose_name="words proposed from the floor"
                            ),
                        ),
                        (
                            "moved_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="consultations.stakeholder",
                                verbose_name="proposed by",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                        (
                            "changed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="changed by",
                            ),
                        ),
                        ("changed_at", models.DateTimeField(verbose_name="changed")),
                    ],
                    options={
                        "verbose_name": "screen of a forum",
                        "verbose_name_plural": "screens of forums",
                    },
                ),
                migrations.CreateModel(
                    name="StepAnswer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="step_answers",
                                to="positions.positionpaper",
                                verbose_name="paper",
                            ),
                        ),
                        (
                            "step",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="answers",
                                to="positions.chainstep",
                                verbose_name="step",
                            ),
                        ),
                        (
                            "edition",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="step_answers",
                                to="positions.edition",
                                verbose_name="text",
                            ),
                        ),
                        ("concurs", models.BooleanField(verbose_name="concurs")),
                        (
                            "text",
                            consultations.db.fields.CleanTextField(blank=True, max_length=5000, verbose_name="note"),
                        ),
                        (
                            "letter_reference",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=80, verbose_name="reference of the letter"
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                        (
                            "countersigned_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="countersigned by",
                            ),
                        ),
                        (
                            "countersigned_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="countersigned"),
                        ),
                    ],
                    options={
                        "verbose_name": "answer to a step",
                        "verbose_name_plural": "answers to steps",
                        "ordering": ["step", "-at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("countersigned_at__isnull", True), ("countersigned_by__isnull", True)),
                                    models.Q(("countersigned_at__isnull", False), ("countersigned_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="stepanswer_countersigned",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("concurs", True), models.Q(("text", ""), _negated=True), _connector="OR"
                                ),
                                name="stepanswer_says_why",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("countersigned_by", None),
                                    models.Q(
                                        models.Q(("countersigned_by", models.F("by")), _negated=True),
                                        models.Q(("letter_reference", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="stepanswer_two_officers",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="4e3b65c35cc7136a72a1458743c8f9c319477452",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_5ab03",
                                    table="positions_stepanswer",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Wording",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paragraph",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="wordings",
                                to="positions.paragraph",
                                verbose_name="paragraph",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                        ("text", consultations.db.fields.CleanTextField(max_length=3000, verbose_name="text")),
                        ("sha256", models.CharField(editable=False, max_length=64)),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                        ("why", consultations.db.fields.CleanCharField(blank=True, max_length=500, verbose_name="why")),
                    ],
                    options={
                        "verbose_name": "wording",
                        "verbose_name_plural": "wordings",
                        "ordering": ["paragraph", "number"],
                        "constraints": [models.UniqueConstraint(fields=("paragraph", "number"), name="wording_number")],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="cd6180e50c467b37a372b754048ac89d61bf6753",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_b7c05",
                                    table="positions_wording",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Amendment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="amendments",
                                to="positions.reviewround",
                                verbose_name="round",
                            ),
                        ),
                        (
                            "paragraph",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="amendments",
                                to="positions.paragraph",
                                verbose_name="paragraph",
                            ),
                        ),
                        (
                            "operation",
                            models.CharField(
                                choices=[
                                    ("replace", "change the text"),
                                    ("insert", "add a paragraph after it"),
                                    ("delete", "remove the paragraph"),
                                    ("move", "move the paragraph"),
                                    ("split", "split the paragraph"),
                                ],
                                default="replace",
                                max_length=7,
                                verbose_name="operation",
                            ),
                        ),
                        (
                            "base",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="positions.wording",
                                verbose_name="wording it starts from",
                            ),
                        ),
                        (
                            "text",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=3000, verbose_name="proposed text"
                            ),
                        ),
                        (
                            "section",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="positions.section",
                                verbose_name="section it moves to",
                            ),
                        ),
                        (
                            "after",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="positions.paragraph",
                                verbose_name="paragraph it moves behind",
                            ),
                        ),
                        ("reason", consultations.db.fields.CleanTextField(max_length=2000, verbose_name="reason")),
                        (
                            "sponsor",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="amendments",
                                to="consultations.stakeholder",
                                verbose_name="sponsor",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("proposed", "proposed"),
                                    ("stale", "to be confirmed: the paragraph has changed"),
                                    ("accepted", "accepted"),
                                    ("in_part", "accepted in part"),
                                    ("not_accepted", "not accepted"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                default="proposed",
                                editable=False,
                                max_length=12,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "decision_reason",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=2000, verbose_name="reason of the decision"
                            ),
                        ),
                        (
                            "decided_text",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=3000, verbose_name="text accepted in part"
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("decided_at", models.DateTimeField(editable=False, null=True)),
                        (
                            "taken_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="taken into the text"),
                        ),
                    ],
                    options={
                        "verbose_name": "amendment",
                        "verbose_name_plural": "amendments",
                        "ordering": ["round", "paragraph", "at"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        ["proposed", "stale", "accepted", "in_part", "not_accepted", "withdrawn"],
                                    )
                                ),
                                name="amendment_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("operation__in", ["replace", "insert", "delete", "move", "split"])),
                                name="amendment_operation",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="amendment_decided",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["accepted", "not_accepted", "in_part"]), _negated=True),
                                    models.Q(("decision_reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="amendment_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "in_part"), _negated=True),
                                    models.Q(("decided_text", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="amendment_in_part",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("operation__in", ("replace", "insert", "split")),
                                        models.Q(("text", ""), _negated=True),
                                    ),
                                    models.Q(
                                        models.Q(("operation__in", ("replace", "insert", "split")), _negated=True),
                                        ("text", ""),
                                    ),
                                    _connector="OR",
                                ),
                                name="amendment_text",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("operation", "move"), ("section__isnull", False)),
                                    models.Q(
                                        models.Q(("operation", "move"), _negated=True),
                                        ("after", None),
                                        ("section", None),
                                    ),
                                    _connector="OR",
                                ),
                                name="amendment_place",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("taken_at", None), ("state__in", ("accepted", "in_part")), _connector="OR"
                                ),
                                name="amendment_taken",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{proposed:accepted,proposed:in_part,proposed:not_accepted,proposed:stale,proposed:withdrawn,stale:in_part,stale:not_accepted,stale:proposed,stale:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="e4b2cedfb795afa3f488f5c2320c3b9ee04ee114",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_42b63",
                                    table="positions_amendment",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'proposed'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="56a371a1e82f9aa10c4250c771b4a9577e39d18e",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_46249",
                                    table="positions_amendment",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="61729d88a389b394ca14dedc344b029ad9ebd5bd",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_35ee0",
                                    table="positions_amendment",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Comment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paragraph",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="comments",
                                to="positions.paragraph",
                                verbose_name="paragraph it stands at",
                            ),
                        ),
                        (
                            "wording",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="positions.wording",
                                verbose_name="words it speaks of",
                            ),
                        ),
                        ("text", consultations.db.fields.CleanTextField(max_length=2000, verbose_name="comment")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                        (
                            "resolution",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=2000, verbose_name="how it was resolved"
                            ),
                        ),
                        (
                            "resolved_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "resolved_at",
                            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="resolved"),
                        ),
                    ],
                    options={
                        "verbose_name": "comment",
                        "verbose_name_plural": "comments",
                        "ordering": ["at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("resolved_at__isnull", True), ("resolved_by__isnull", True)),
                                    models.Q(("resolved_at__isnull", False), ("resolved_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="comment_resolved",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("resolved_at", None), _negated=True), ("resolution", ""), _connector="OR"
                                ),
                                name="comment_resolution",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="a244c8c2f8409acb9843e481be9024438f31ddec",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_2139b",
                                    table="positions_comment",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="said_for_good",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition='WHEN (OLD."wording_id" IS DISTINCT FROM (NEW."wording_id") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."by_id" IS DISTINCT FROM (NEW."by_id") OR OLD."at" IS DISTINCT FROM (NEW."at"))',
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                                    hash="bd56a894c980b4f07d0aa4f6585d5dbcaf5acaf9",
                                    operation="UPDATE",
                                    pgid="pgtrigger_said_for_good_4cfb8",
                                    table="positions_comment",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CoSponsor",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "amendment",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cosponsors",
                                to="positions.amendment",
                                verbose_name="amendment",
                            ),
                        ),
                        (
                            "stakeholder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cosponsored",
                                to="consultations.stakeholder",
                                verbose_name="organisation",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        ("at", models.DateTimeField(editable=False, verbose_name="joined")),
                        (
                            "left_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("left_at", models.DateTimeField(editable=False, null=True, verbose_name="left")),
                    ],
                    options={
                        "verbose_name": "co-sponsor",
                        "verbose_name_plural": "co-sponsors",
                        "ordering": ["at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("left_at__isnull", True), ("left_by__isnull", True)),
                                    models.Q(("left_at__isnull", False), ("left_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="cosponsor_left",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("left_at", None)),
                                fields=("amendment", "stakeholder"),
                                name="cosponsor_once",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="49340fd8836fbb3272eda671258d78b4e4960e60",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_b2cca",
                                    table="positions_cosponsor",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FloorDecision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="floor_decisions",
                                to="positions.positionpaper",
                                verbose_name="paper",
                            ),
                        ),
                        (
                            "paragraph",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="floor_decisions",
                                to="positions.paragraph",
                                verbose_name="paragraph",
                            ),
                        ),
                        (
                            "wording",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="positions.wording",
                                verbose_name="words as tabled",
                            ),
                        ),
                        (
                            "decided",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="positions.wording",
                                verbose_name="words as decided",
                            ),
                        ),
                        (
                            "amendment",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=3000, verbose_name="words proposed from the floor"
                            ),
                        ),
                        (
                            "moved_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="floor_amendments",
                                to="consultations.stakeholder",
                                verbose_name="proposed by",
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("adopted", "adopted"),
                                    ("with_reservation", "adopted with a reservation"),
                                    ("sent_back", "sent back"),
                                    ("left_out", "left out"),
                                ],
                                max_length=16,
                                verbose_name="outcome",
                            ),
                        ),
                        (
                            "mode",
                            models.CharField(
                                choices=[
                                    ("consensus", "consensus"),
                                    ("show_of_hands", "show of hands"),
                                    ("roll_call", "roll call"),
                                ],
                                default="consensus",
                                max_length=14,
                                verbose_name="how",
                            ),
                        ),
                        (
                            "quorum",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="floor_decisions",
                                to="positions.quorumcount",
                                verbose_name="quorum of that moment",
                            ),
                        ),
                        ("yes", models.PositiveSmallIntegerField(null=True, verbose_name="yes")),
                        ("no", models.PositiveSmallIntegerField(null=True, verbose_name="no")),
                        ("abstain", models.PositiveSmallIntegerField(null=True, verbose_name="abstain")),
                        ("votes", models.JSONField(null=True, verbose_name="votes")),
                        (
                            "reservation",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="floor_decisions",
                                to="positions.reservation",
                                verbose_name="reservation",
                            ),
                        ),
                        (
                            "note",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=2000, verbose_name="note of the chair"
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="chair",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                    ],
                    options={
                        "verbose_name": "decision on a paragraph",
                        "verbose_name_plural": "decisions on paragraphs",
                        "ordering": ["paper", "at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("outcome__in", ["adopted", "with_reservation", "sent_back", "left_out"])
                                ),
                                name="floordecision_outcome",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("mode__in", ["consensus", "show_of_hands", "roll_call"])),
                                name="floordecision_mode",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("abstain__isnull", True), ("no__isnull", True), ("yes__isnull", True)),
                                    models.Q(("abstain__isnull", False), ("no__isnull", False), ("yes__isnull", False)),
                                    _connector="OR",
                                ),
                                name="floordecision_tally",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided", None), ("outcome__in", ("sent_back", "left_out"))),
                                    models.Q(
                                        models.Q(("outcome__in", ("sent_back", "left_out")), _negated=True),
                                        ("decided__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="floordecision_words",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("outcome", "with_reservation"), _negated=True),
                                    ("reservation__isnull", False),
                                    _connector="OR",
                                ),
                                name="floordecision_reservation",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("mode", "consensus"), ("yes", None)),
                                    models.Q(models.Q(("mode", "consensus"), _negated=True), ("yes__isnull", False)),
                                    _connector="OR",
                                ),
                                name="floordecision_counted",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("moved_by", None), models.Q(("amendment", ""), _negated=True), _connector="OR"
                                ),
                                name="floordecision_amendment",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="3677252291a78a88c00a93473b7a1c7484de90da",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_f73f0",
                                    table="positions_floordecision",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Grounding",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "wording",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="groundings",
                                to="positions.wording",
                                verbose_name="wording",
                            ),
                        ),
                        (
                            "point",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="groundings",
                                to="consultations.point",
                                verbose_name="point",
                            ),
                        ),
                        (
                            "relation",
                            models.CharField(
                                choices=[
                                    ("rests_on", "cites"),
                                    ("partly", "cites in part"),
                                    ("contrary", "goes against"),
                                ],
                                default="rests_on",
                                max_length=8,
                                verbose_name="relation",
                            ),
                        ),
                        ("is_confirmed", models.BooleanField(default=True, verbose_name="confirmed")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                    ],
                    options={
                        "verbose_name": "grounding",
                        "verbose_name_plural": "groundings",
                        "ordering": ["wording", "point__reference"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("relation__in", ["rests_on", "partly", "contrary"])),
                                name="grounding_relation",
                            ),
                            models.UniqueConstraint(fields=("wording", "point"), name="grounding_once"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LetterLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "letter",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="positions.answerbyletter",
                                verbose_name="letter",
                            ),
                        ),
                        (
                            "paragraph",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="positions.paragraph",
                                verbose_name="paragraph",
                            ),
                        ),
                        (
                            "wording",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="positions.wording",
                                verbose_name="wording",
                            ),
                        ),
                        (
                            "value",
                            models.CharField(
                                choices=[
                                    ("", "not answered yet"),
                                    ("agree", "agree"),
                                    ("agree_with_comment", "agree with comment"),
                                    ("reservation", "reservation"),
                                    ("object", "object"),
                                    ("abstain", "abstain"),
                                    ("recuse", "recuse"),
                                    ("silent", "silent"),
                                ],
                                max_length=18,
                                verbose_name="stance",
                            ),
                        ),
                        (
                            "reason",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=2000, verbose_name="reason or comment"
                            ),
                        ),
                        (
                            "proposed_text",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=3000, verbose_name="proposed wording"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "line of a letter",
                        "verbose_name_plural": "lines of letters",
                        "ordering": ["letter", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "value__in",
                                        ["agree", "agree_with_comment", "reservation", "object", "abstain", "recuse"],
                                    )
                                ),
                                name="letterline_value",
                            ),
                            models.UniqueConstraint(fields=("letter", "paragraph"), name="letterline_once"),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="c0c80b6740b58e59732e8aadc11349cb75e71434",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_995ae",
                                    table="positions_letterline",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Lineage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "predecessor",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="successions",
                                to="positions.paragraph",
                                verbose_name="earlier paragraph",
                            ),
                        ),
                        (
                            "successor",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="origins",
                                to="positions.paragraph",
                                verbose_name="later paragraph",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("split", "split from it"), ("merge", "took it up")],
                                max_length=5,
                                verbose_name="how",
                            ),
                        ),
                        (
                            "wording",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="positions.wording",
                                verbose_name="words it had until then",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="when")),
                        ("why", consultations.db.fields.CleanCharField(max_length=500, verbose_name="why")),
                    ],
                    options={
                        "verbose_name": "descent of a paragraph",
                        "verbose_name_plural": "descent of paragraphs",
                        "ordering": ["at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["split", "merge"])), name="lineage_kind"
                            ),
                            models.UniqueConstraint(fields=("predecessor", "successor"), name="lineage_once"),
                            models.CheckConstraint(
                                condition=models.Q(("predecessor", models.F("successor")), _negated=True),
                                name="lineage_two_paragraphs",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="187ae91b5b00837b01d3246ae279a060fd1aeafc",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_d4d03",
                                    table="positions_lineage",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Recommendation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "amendment",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="recommendations",
                                to="positions.amendment",
                                verbose_name="amendment",
                            ),
                        ),
                        (
                            "advice",
                            models.CharField(
                                choices=[
                                    ("accept", "accept it"),
                                    ("in_part", "accept it in part"),
                                    ("decline", "do not accept it"),
                                ],
                                max_length=7,
                                verbose_name="recommendation",
                            ),
                        ),
                        (
                            "text",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=3000, verbose_name="recommended text"
                            ),
                        ),
                        ("reason", consultations.db.fields.CleanTextField(max_length=2000, verbose_name="reason")),
                        (
                            "by",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        ("at", models.DateTimeField(editable=False, verbose_name="when")),
                        (
                            "consent",
                            models.CharField(
                                blank=True,
                                choices=[("consents", "consents"), ("insists", "insists")],
                                editable=False,
                                max_length=8,
                                verbose_name="answer of the sponsor",
                            ),
                        ),
                        (
                            "consent_reason",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=2000, verbose_name="reason of the sponsor"
                            ),
                        ),
                        (
                            "consent_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("consent_at", models.DateTimeField(editable=False, null=True)),
                        ("replaced_at", models.DateTimeField(editable=False, null=True, verbose_name="replaced")),
                    ],
                    options={
                        "verbose_name": "recommendation",
                        "verbose_name_plural": "recommendations",
                        "ordering": ["amendment", "at"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("advice__in", ["accept", "in_part", "decline"])),
                                name="recommendation_advice",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("consent__in", ["", "consents", "insists"])),
                                name="recommendation_consent",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("consent_at__isnull", True), ("consent_by__isnull", True)),
                                    models.Q(("consent_at__isnull", False), ("consent_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="recommendation_answered",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("consent", ""), ("consent_at", None)),
                                    models.Q(models.Q(("consent", ""), _negated=True), ("consent_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="recommendation_answer",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("consent", "insists"), _negated=True),
                                    models.Q(("consent_reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="recommendation_insists",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("advice", "in_part"), ("text", ""), _connector="OR"),
                                name="recommendation_text",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("replaced_at", None)),
                                fields=("amendment",),
                                name="recommendation_one_live",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="e2c24981f06855782dd6c727ea9f62b18cd2fdea",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_f6c7c",
                                    table="positions_recommendation",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Stance",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "clearance",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="stances",
                                to="positions.clearance",
                                verbose_name="clearance",
                            ),
                        ),
                        (
                            "paragraph",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="stances",
                                to="positions.paragraph",
                                verbose_name="paragraph",
                            ),
                        ),
                        (
                            "wording",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="stances",
                                to="positions.wording",
                                verbose_name="wording",
                            ),
                        ),
                        (
                            "value",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "not answered yet"),
                                    ("agree", "agree"),
                                    ("agree_with_comment", "agree with comment"),
                                    ("reservation", "reservation"),
                                    ("object", "object"),
                                    ("abstain", "abstain"),
                                    ("recuse", "recuse"),
                                    ("silent", "silent"),
                                ],
                                default="",
                                max_length=18,
                                verbose_name="stance",
                            ),
                        ),
                        (
                            "reason",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=2000, verbose_name="reason or comment"
                            ),
                        ),
                        (
                            "proposed_text",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=3000, verbose_name="proposed wording"
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        ("at", models.DateTimeField(null=True, verbose_name="when")),
                        (
                            "letter",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="stances",
                                to="positions.answerbyletter",
                                verbose_name="by letter",
                            ),
                        ),
                        ("replaced_at", models.DateTimeField(editable=False, null=True, verbose_name="text moved")),
                    ],
                    options={
                        "verbose_name": "stance",
                        "verbose_name_plural": "stances",
                        "ordering": ["clearance", "paragraph__section__order", "paragraph__order", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "value__in",
                                        [
                                            "",
                                            "agree",
                                            "agree_with_comment",
                                            "reservation",
                                            "object",
                                            "abstain",
                                            "recuse",
                                            "silent",
                                        ],
                                    )
                                ),
                                name="stance_value",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("replaced_at", None)),
                                fields=("clearance", "paragraph"),
                                name="stance_one_live",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("value__in", ["", "silent"]),
                                    models.Q(("at__isnull", False), ("by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="stance_by",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("value", "object"), _negated=True),
                                    models.Q(
                                        models.Q(("reason", ""), _negated=True),
                                        models.Q(("proposed_text", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="stance_objection_proposes",
                                violation_error_message="An objection must give a reason and propose wording.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("value__in", ["reservation", "agree_with_comment"]), _negated=True),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="stance_says_why",
                                violation_error_message="Enter the comment or the reservation.",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="8ca241611cbde0607ccd2a9af4240c97af97990e",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_d3ea5",
                                    table="positions_stance",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
            ]
        ),
    ]
