"""Create all tables of the first release, each with its constraints, indexes and triggers."""

import uuid
from typing import Any

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.core.management import call_command
from django.db import migrations, models

import consultations.db.email_addresses
import consultations.db.fields
from ncm_portal.migration_operations import CreateTables


def make_cache_table(apps: Any, schema_editor: Any) -> None:
    """Make the table of the cache, so that `migrate` is all that a new database needs."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        # Trusted extensions: the owner of the database may create them (PostgreSQL 13 and later).
        TrigramExtension(),
        UnaccentExtension(),
        # There is no stemmer for Kiswahili: words as they stand, without accents.
        migrations.RunSQL(
            "CREATE TEXT SEARCH CONFIGURATION portal (COPY = simple);"
            "ALTER TEXT SEARCH CONFIGURATION portal ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;",
            "DROP TEXT SEARCH CONFIGURATION portal;",
        ),
        CreateTables(
            [
                migrations.CreateModel(
                    name="County",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "code",
                            consultations.db.fields.CleanCharField(max_length=3, unique=True, verbose_name="code"),
                        ),
                        (
                            "name",
                            consultations.db.fields.CleanCharField(max_length=60, unique=True, verbose_name="name"),
                        ),
                        ("slug", models.SlugField(unique=True, verbose_name="slug")),
                        (
                            "alternative_spellings",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=200, verbose_name="other spellings"
                            ),
                        ),
                        (
                            "headquarters",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=60, verbose_name="headquarters"
                            ),
                        ),
                        (
                            "former_province",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=40, verbose_name="former province"
                            ),
                        ),
                        (
                            "iso_code",
                            consultations.db.fields.CleanCharField(blank=True, max_length=6, verbose_name="ISO 3166-2"),
                        ),
                        (
                            "migration_note",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=200, verbose_name="note on migration"
                            ),
                        ),
                        (
                            "evidence",
                            models.CharField(
                                choices=[
                                    ("S", "the IOM Kenya article of 19 October 2017"),
                                    ("R", "read on a page"),
                                    ("R2", "read in a secondary source"),
                                    ("I", "our inference"),
                                    ("G", "general knowledge, to be confirmed by the secretariat"),
                                    ("N", "entered by the secretariat"),
                                ],
                                default="N",
                                max_length=4,
                                verbose_name="evidence",
                            ),
                        ),
                        ("source", consultations.db.fields.CleanTextField(blank=True, verbose_name="source")),
                    ],
                    options={
                        "verbose_name": "county",
                        "verbose_name_plural": "counties",
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="OutlinePart",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("order", models.PositiveSmallIntegerField(unique=True, verbose_name="order")),
                        ("part", consultations.db.fields.CleanCharField(max_length=8, verbose_name="part")),
                        ("heading", consultations.db.fields.CleanCharField(max_length=200, verbose_name="heading")),
                        (
                            "length",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=40, verbose_name="usual length"
                            ),
                        ),
                        ("content", consultations.db.fields.CleanTextField(blank=True, verbose_name="content")),
                        (
                            "evidence",
                            models.CharField(
                                choices=[
                                    ("S", "the IOM Kenya article of 19 October 2017"),
                                    ("R", "read on a page"),
                                    ("R2", "read in a secondary source"),
                                    ("I", "our inference"),
                                    ("G", "general knowledge, to be confirmed by the secretariat"),
                                    ("N", "entered by the secretariat"),
                                ],
                                default="N",
                                max_length=4,
                                verbose_name="evidence",
                            ),
                        ),
                        ("source", consultations.db.fields.CleanTextField(blank=True, verbose_name="source")),
                    ],
                    options={
                        "verbose_name": "part of the outline",
                        "verbose_name_plural": "outline of a position paper",
                        "ordering": ["order"],
                    },
                ),
                migrations.CreateModel(
                    name="Provision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "framework",
                            models.CharField(
                                choices=[
                                    ("GCM", "Objective of the Global Compact for Migration"),
                                    ("GCM-P", "Guiding principle of the Global Compact for Migration"),
                                    ("SDG", "Target of the Sustainable Development Goals"),
                                ],
                                max_length=8,
                                verbose_name="framework",
                            ),
                        ),
                        (
                            "code",
                            consultations.db.fields.CleanCharField(max_length=12, unique=True, verbose_name="code"),
                        ),
                        ("order", models.PositiveSmallIntegerField(verbose_name="order")),
                        ("label", consultations.db.fields.CleanCharField(max_length=120, verbose_name="short label")),
                        ("title", consultations.db.fields.CleanCharField(max_length=300, verbose_name="title")),
                        (
                            "reference",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=40, verbose_name="paragraph of the resolution"
                            ),
                        ),
                        (
                            "evidence",
                            models.CharField(
                                choices=[
                                    ("S", "the IOM Kenya article of 19 October 2017"),
                                    ("R", "read on a page"),
                                    ("R2", "read in a secondary source"),
                                    ("I", "our inference"),
                                    ("G", "general knowledge, to be confirmed by the secretariat"),
                                    ("N", "entered by the secretariat"),
                                ],
                                default="N",
                                max_length=4,
                                verbose_name="evidence",
                            ),
                        ),
                        ("source", consultations.db.fields.CleanTextField(blank=True, verbose_name="source")),
                        (
                            "targets",
                            models.ManyToManyField(
                                blank=True,
                                related_name="served_by",
                                to="consultations.provision",
                                verbose_name="SDG targets",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "provision",
                        "verbose_name_plural": "provisions",
                        "ordering": ["framework", "order"],
                        "constraints": [models.UniqueConstraint(fields=("framework", "order"), name="provision_order")],
                    },
                ),
                migrations.CreateModel(
                    name="PublicHoliday",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                blank=True, editable=False, max_length=40, null=True, unique=True, verbose_name="code"
                            ),
                        ),
                        ("name", consultations.db.fields.CleanCharField(max_length=80, verbose_name="name")),
                        (
                            "rule",
                            models.CharField(
                                choices=[
                                    ("every_year", "on the same date every year"),
                                    ("easter", "counted from Easter Sunday"),
                                    ("once", "on one day, by notice in the Gazette"),
                                ],
                                default="once",
                                max_length=10,
                                verbose_name="when",
                            ),
                        ),
                        ("on", models.DateField(blank=True, null=True, verbose_name="day by notice")),
                        ("month", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="month")),
                        (
                            "day",
                            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="day of the month"),
                        ),
                        (
                            "days_from_easter",
                            models.SmallIntegerField(blank=True, null=True, verbose_name="days from Easter Sunday"),
                        ),
                        (
                            "first_year",
                            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="from the year"),
                        ),
                        (
                            "last_year",
                            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="until the year"),
                        ),
                        (
                            "counts",
                            models.BooleanField(
                                default=True,
                                help_text="Untick this if the day was entered or declared in error.",
                                verbose_name="in force",
                            ),
                        ),
                        (
                            "evidence",
                            models.CharField(
                                choices=[
                                    ("S", "the IOM Kenya article of 19 October 2017"),
                                    ("R", "read on a page"),
                                    ("R2", "read in a secondary source"),
                                    ("I", "our inference"),
                                    ("G", "general knowledge, to be confirmed by the secretariat"),
                                    ("N", "entered by the secretariat"),
                                ],
                                default="N",
                                max_length=4,
                                verbose_name="evidence",
                            ),
                        ),
                        (
                            "source",
                            consultations.db.fields.CleanTextField(
                                blank=True, help_text="The Gazette notice, with number and date.", verbose_name="source"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "public holiday",
                        "verbose_name_plural": "public holidays",
                        "ordering": ["rule", "month", "day", "days_from_easter", "on"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("rule__in", ["every_year", "easter", "once"])),
                                name="publicholiday_rule",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("day", None),
                                        ("days_from_easter", None),
                                        ("month", None),
                                        ("on__isnull", False),
                                        ("rule", "once"),
                                    ),
                                    models.Q(
                                        ("day__isnull", False),
                                        ("days_from_easter", None),
                                        ("month__isnull", False),
                                        ("on", None),
                                        ("rule", "every_year"),
                                    ),
                                    models.Q(
                                        ("day", None),
                                        ("days_from_easter__isnull", False),
                                        ("month", None),
                                        ("on", None),
                                        ("rule", "easter"),
                                    ),
                                    _connector="OR",
                                ),
                                name="publicholiday_when",
                                violation_error_message="Fill in only what the rule needs: the day by notice, or the month and day, or the days from Easter Sunday.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("month", None),
                                    models.Q(
                                        ("day__gte", 1),
                                        ("day__lte", 31),
                                        models.Q(
                                            ("month__in", [1, 3, 5, 7, 8, 10, 12]),
                                            models.Q(("day__lte", 30), ("month__in", [4, 6, 9, 11])),
                                            models.Q(("day__lte", 28), ("month", 2)),
                                            _connector="OR",
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="publicholiday_month",
                                violation_error_message="This date does not exist in every year.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("days_from_easter", None),
                                    models.Q(("days_from_easter__gte", -60), ("days_from_easter__lte", 60)),
                                    _connector="OR",
                                ),
                                name="publicholiday_easter",
                                violation_error_message="Enter 60 days or fewer from Easter Sunday.",
                            ),
                            models.UniqueConstraint(fields=("name", "on"), name="publicholiday_once"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Stakeholder",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "code",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=20, null=True, unique=True, verbose_name="registry code"
                            ),
                        ),
                        ("name", consultations.db.fields.CleanCharField(max_length=250, verbose_name="name")),
                        (
                            "short_name",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=60, verbose_name="short name"
                            ),
                        ),
                        (
                            "group",
                            models.CharField(
                                choices=[
                                    ("ministry", "Ministry"),
                                    ("state_agency", "State department or agency"),
                                    ("county_government", "County government"),
                                    ("independent_commission", "Independent commission"),
                                    ("un_agency", "UN agency"),
                                    ("development_partner", "Development partner"),
                                    ("civil_society", "Civil society"),
                                    ("faith_based", "Faith-based"),
                                    ("academia", "Academia"),
                                    ("research", "Research"),
                                    ("private_sector", "Private sector"),
                                    ("employers", "Employers"),
                                    ("workers", "Workers"),
                                    ("diaspora", "Diaspora"),
                                    ("migrants", "Migrants"),
                                    ("media", "Media"),
                                ],
                                max_length=24,
                                verbose_name="group",
                            ),
                        ),
                        (
                            "county",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                to="consultations.county",
                                verbose_name="county",
                            ),
                        ),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="parts",
                                to="consultations.stakeholder",
                                verbose_name="part of",
                            ),
                        ),
                        ("is_ncm_member", models.BooleanField(default=False, verbose_name="member of the NCM")),
                        (
                            "contact_email",
                            consultations.db.email_addresses.NormalEmailField(
                                blank=True, max_length=254, verbose_name="contact e-mail"
                            ),
                        ),
                        (
                            "about",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=2000, verbose_name="what the organisation does"
                            ),
                        ),
                        (
                            "signs_off",
                            models.BooleanField(
                                default=False,
                                help_text="The primary focal point must sign off each input before it is sent.",
                                verbose_name="inputs need a sign-off",
                            ),
                        ),
                        (
                            "legal_basis",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=250, verbose_name="legal basis"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("registered", "not verified yet"),
                                    ("verified", "verified"),
                                    ("refused", "refused"),
                                    ("suspended", "suspended"),
                                ],
                                default="registered",
                                editable=False,
                                max_length=12,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "state_reason",
                            consultations.db.fields.CleanTextField(blank=True, editable=False, verbose_name="reason"),
                        ),
                        (
                            "is_sample",
                            models.BooleanField(default=False, editable=False, verbose_name="invented for the demo"),
                        ),
                        (
                            "evidence",
                            models.CharField(
                                choices=[
                                    ("S", "the IOM Kenya article of 19 October 2017"),
                                    ("R", "read on a page"),
                                    ("R2", "read in a secondary source"),
                                    ("I", "our inference"),
                                    ("G", "general knowledge, to be confirmed by the secretariat"),
                                    ("N", "entered by the secretariat"),
                                ],
                                default="N",
                                max_length=4,
                                verbose_name="evidence",
                            ),
                        ),
                        ("source", consultations.db.fields.CleanTextField(blank=True, verbose_name="source")),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="entered"
                            ),
                        ),
                        (
                            "name_skeleton",
                            consultations.db.fields.SkeletonField(
                                default="", editable=False, max_length=500, of="name", verbose_name="name as displayed"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "stakeholder",
                        "verbose_name_plural": "stakeholders",
                        "ordering": ["name", "pk"],
                        "indexes": [
                            django.contrib.postgres.indexes.GinIndex(
                                fields=["name"], name="stakeholder_misspelt", opclasses=["gin_trgm_ops"]
                            ),
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.indexes.OpClass(
                                    django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"
                                ),
                                name="stakeholder_part_of_name",
                            ),
                            models.Index(
                                django.db.models.functions.text.Upper("short_name"), name="stakeholder_short_name"
                            ),
                            models.Index(fields=["name_skeleton"], name="stakeholder_skeleton"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["registered", "verified", "refused", "suspended"])),
                                name="stakeholder_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "group__in",
                                        [
                                            "ministry",
                                            "state_agency",
                                            "county_government",
                                            "independent_commission",
                                            "un_agency",
                                            "development_partner",
                                            "civil_society",
                                            "faith_based",
                                            "academia",
                                            "research",
                                            "private_sector",
                                            "employers",
                                            "workers",
                                            "diaspora",
                                            "migrants",
                                            "media",
                                        ],
                                    )
                                ),
                                name="stakeholder_group",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{registered:refused,registered:verified,suspended:verified,verified:suspended}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="d319d3a023e6f2be8fad4e163b4530467e3df715",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_63212",
                                    table="consultations_stakeholder",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'registered'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="6b0e612366b150eba3eebbb58a4e5e57f5a48f90",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_35cbd",
                                    table="consultations_stakeholder",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="200f979375c4951051b61f5d9b2cea67a0bd45d0",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_f2bd7",
                                    table="consultations_stakeholder",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Ministry",
                    fields=[],
                    options={
                        "verbose_name": "ministry",
                        "verbose_name_plural": "ministries",
                        "proxy": True,
                    },
                    bases=("consultations.stakeholder",),
                ),
                migrations.CreateModel(
                    name="StakeholderName",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "stakeholder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="names",
                                to="consultations.stakeholder",
                                verbose_name="stakeholder",
                            ),
                        ),
                        ("name", consultations.db.fields.CleanCharField(max_length=250, verbose_name="name")),
                        ("valid_from", models.DateField(verbose_name="from")),
                        (
                            "from_precision",
                            consultations.db.fields.CleanCharField(
                                default="day", max_length=8, verbose_name="precision"
                            ),
                        ),
                        ("valid_to", models.DateField(blank=True, null=True, verbose_name="until")),
                        (
                            "to_precision",
                            consultations.db.fields.CleanCharField(blank=True, max_length=8, verbose_name="precision"),
                        ),
                        (
                            "basis",
                            consultations.db.fields.CleanCharField(blank=True, max_length=250, verbose_name="basis"),
                        ),
                        (
                            "evidence",
                            models.CharField(
                                choices=[
                                    ("S", "the IOM Kenya article of 19 October 2017"),
                                    ("R", "read on a page"),
                                    ("R2", "read in a secondary source"),
                                    ("I", "our inference"),
                                    ("G", "general knowledge, to be confirmed by the secretariat"),
                                    ("N", "entered by the secretariat"),
                                ],
                                default="N",
                                max_length=4,
                                verbose_name="evidence",
                            ),
                        ),
                        ("source", consultations.db.fields.CleanTextField(blank=True, verbose_name="source")),
                    ],
                    options={
                        "verbose_name": "dated name",
                        "verbose_name_plural": "dated names",
                        "ordering": ["stakeholder", "valid_from"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("stakeholder", "name", "valid_from"), name="stakeholdername_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Term",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "term",
                            consultations.db.fields.CleanCharField(max_length=120, unique=True, verbose_name="term"),
                        ),
                        (
                            "term_sw",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=160, verbose_name="Kiswahili (unedited)"
                            ),
                        ),
                        ("kind", consultations.db.fields.CleanCharField(max_length=20, verbose_name="kind")),
                        ("definition", consultations.db.fields.CleanTextField(verbose_name="definition")),
                        ("note", consultations.db.fields.CleanTextField(blank=True, verbose_name="note")),
                        (
                            "evidence",
                            models.CharField(
                                choices=[
                                    ("S", "the IOM Kenya article of 19 October 2017"),
                                    ("R", "read on a page"),
                                    ("R2", "read in a secondary source"),
                                    ("I", "our inference"),
                                    ("G", "general knowledge, to be confirmed by the secretariat"),
                                    ("N", "entered by the secretariat"),
                                ],
                                default="N",
                                max_length=4,
                                verbose_name="evidence",
                            ),
                        ),
                        ("source", consultations.db.fields.CleanTextField(blank=True, verbose_name="source")),
                    ],
                    options={
                        "verbose_name": "term",
                        "verbose_name_plural": "terms",
                        "ordering": ["term"],
                    },
                ),
                migrations.CreateModel(
                    name="Theme",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.SlugField(max_length=8, unique=True, verbose_name="code")),
                        ("order", models.PositiveSmallIntegerField(unique=True, verbose_name="order")),
                        ("title", consultations.db.fields.CleanCharField(max_length=200, verbose_name="title")),
                        (
                            "title_sw",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=200, verbose_name="title in Kiswahili (unedited)"
                            ),
                        ),
                        (
                            "introduction",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=2000, verbose_name="introduction"
                            ),
                        ),
                        (
                            "gcm_session",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=300, verbose_name="thematic session of the Compact"
                            ),
                        ),
                        (
                            "lead_bodies",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=300, verbose_name="Kenyan lead bodies (to be confirmed)"
                            ),
                        ),
                        (
                            "evidence",
                            models.CharField(
                                choices=[
                                    ("S", "the IOM Kenya article of 19 October 2017"),
                                    ("R", "read on a page"),
                                    ("R2", "read in a secondary source"),
                                    ("I", "our inference"),
                                    ("G", "general knowledge, to be confirmed by the secretariat"),
                                    ("N", "entered by the secretariat"),
                                ],
                                default="N",
                                max_length=4,
                                verbose_name="evidence",
                            ),
                        ),
                        ("source", consultations.db.fields.CleanTextField(blank=True, verbose_name="source")),
                        (
                            "provisions",
                            models.ManyToManyField(
                                related_name="themes",
                                through="consultations.ThemeProvision",
                                to="consultations.provision",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "theme",
                        "verbose_name_plural": "themes",
                        "ordering": ["order"],
                    },
                ),
                migrations.CreateModel(
                    name="Consultation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("slug", models.SlugField(unique=True, verbose_name="address")),
                        ("title", consultations.db.fields.CleanCharField(max_length=200, verbose_name="title")),
                        (
                            "short_title",
                            consultations.db.fields.CleanCharField(max_length=40, verbose_name="short title"),
                        ),
                        ("purpose", consultations.db.fields.CleanTextField(max_length=2000, verbose_name="purpose")),
                        ("opens_at", models.DateTimeField(verbose_name="opens")),
                        ("closes_at", models.DateTimeField(verbose_name="closes")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "in preparation"),
                                    ("open", "open"),
                                    ("closed", "closed"),
                                    ("archived", "archived"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "quorum_member_share",
                            models.DecimalField(
                                decimal_places=3,
                                default="0.667",
                                max_digits=4,
                                verbose_name="share of member institutions for a quorum",
                            ),
                        ),
                        (
                            "quorum_groups",
                            models.PositiveSmallIntegerField(default=5, verbose_name="groups for a quorum"),
                        ),
                        (
                            "clearance_working_days",
                            models.PositiveSmallIntegerField(default=10, verbose_name="working days for clearance"),
                        ),
                        (
                            "needs_roll_call",
                            models.BooleanField(
                                default=False,
                                help_text="Each member institution present answers yes, no or abstain.",
                                verbose_name="adoption by roll call",
                            ),
                        ),
                        (
                            "is_sample",
                            models.BooleanField(default=False, editable=False, verbose_name="invented for the demo"),
                        ),
                        (
                            "themes",
                            models.ManyToManyField(
                                related_name="consultations", to="consultations.theme", verbose_name="themes"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "consultation",
                        "verbose_name_plural": "consultations",
                        "ordering": ["-opens_at"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["draft", "open", "closed", "archived"])),
                                name="consultation_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("closes_at__gt", models.F("opens_at"))),
                                name="consultation_dates",
                                violation_error_message="The consultation must close after it opens.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("quorum_member_share__gt", 0), ("quorum_member_share__lte", 1)),
                                name="consultation_quorum",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{closed:archived,closed:open,draft:open,open:closed}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="f611f56610e0c379c7b9f6b086240871b328be70",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_90ace",
                                    table="consultations_consultation",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'draft'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="5ebade92e2ec72c7ff8288c6ee09dfcddfc012a5",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_2498e",
                                    table="consultations_consultation",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="2eacbb1ec4f140b5224b8004034e07697bc1e51f",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_3b9a6",
                                    table="consultations_consultation",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="rules_locked",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition='WHEN (NOT (OLD."state" = \'draft\') AND (NEW."quorum_member_share" IS DISTINCT FROM (OLD."quorum_member_share") OR NEW."quorum_groups" IS DISTINCT FROM (OLD."quorum_groups") OR NEW."clearance_working_days" IS DISTINCT FROM (OLD."clearance_working_days") OR NEW."needs_roll_call" IS DISTINCT FROM (OLD."needs_roll_call")))',
                                    func="\n            IF NOT EXISTS (\n                SELECT FROM consultations_rulechange WHERE quorum_member_share = NEW.quorum_member_share AND quorum_groups = NEW.quorum_groups AND clearance_working_days = NEW.clearance_working_days AND needs_roll_call = NEW.needs_roll_call\n                AND id = (SELECT max(id) FROM consultations_rulechange WHERE consultation_id = NEW.id)\n            ) THEN\n                RAISE EXCEPTION 'pgtrigger: The rules of an opened consultation change by two people';\n            END IF;\n            RETURN NEW;\n        ",
                                    hash="7ccaa5ef1861a23b00f157d494e27f3c8f833d00",
                                    operation="UPDATE",
                                    pgid="pgtrigger_rules_locked_0cfc2",
                                    table="consultations_consultation",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Forum",
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
                                related_name="forums",
                                to="consultations.consultation",
                                verbose_name="consultation",
                            ),
                        ),
                        (
                            "code",
                            consultations.db.fields.CleanCharField(max_length=20, unique=True, verbose_name="code"),
                        ),
                        ("slug", models.SlugField(unique=True, verbose_name="address")),
                        ("title", consultations.db.fields.CleanCharField(max_length=200, verbose_name="title")),
                        ("place", consultations.db.fields.CleanCharField(max_length=120, verbose_name="place")),
                        (
                            "venue",
                            consultations.db.fields.CleanCharField(blank=True, max_length=200, verbose_name="venue"),
                        ),
                        ("starts_on", models.DateField(verbose_name="from")),
                        ("ends_on", models.DateField(verbose_name="to")),
                        (
                            "convenors",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=300, verbose_name="convened by"
                            ),
                        ),
                        (
                            "concept",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=5000, verbose_name="concept note"
                            ),
                        ),
                        ("seats", models.PositiveSmallIntegerField(default=50, verbose_name="seats")),
                        ("respond_by", models.DateField(blank=True, null=True, verbose_name="answers to letters by")),
                        (
                            "letter_text",
                            consultations.db.fields.CleanTextField(
                                blank=True,
                                help_text="The text between the salutation and the programme. Leave a blank line between paragraphs.",
                                max_length=4000,
                                verbose_name="text of the letter of invitation",
                            ),
                        ),
                        (
                            "contact",
                            consultations.db.fields.CleanCharField(blank=True, max_length=200, verbose_name="contact"),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "in preparation"),
                                    ("announced", "announced"),
                                    ("registration_closed", "registration closed"),
                                    ("in_session", "in session"),
                                    ("held", "held"),
                                    ("reported", "reported"),
                                    ("cancelled", "cancelled"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=20,
                                verbose_name="state",
                            ),
                        ),
                        ("source", consultations.db.fields.CleanTextField(blank=True, verbose_name="source")),
                    ],
                    options={
                        "verbose_name": "forum",
                        "verbose_name_plural": "forums",
                        "ordering": ["-starts_on"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        [
                                            "draft",
                                            "announced",
                                            "registration_closed",
                                            "in_session",
                                            "held",
                                            "reported",
                                            "cancelled",
                                        ],
                                    )
                                ),
                                name="forum_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="forum_dates"
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{announced:cancelled,announced:registration_closed,draft:announced,draft:cancelled,held:reported,in_session:held,registration_closed:cancelled,registration_closed:in_session}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="c118fdc67828d690c223ffe2a8fb0deffdc2e7a7",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_04716",
                                    table="consultations_forum",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'draft'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="456f9de51a2662b6475f00f9e7492163d513953b",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_ae49b",
                                    table="consultations_forum",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="9f2915fb7fac44956e238432c179f1b7c2be3bd7",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_f6def",
                                    table="consultations_forum",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ForumSession",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "forum",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sessions",
                                to="consultations.forum",
                                verbose_name="forum",
                            ),
                        ),
                        ("order", models.PositiveSmallIntegerField(verbose_name="order")),
                        ("title", consultations.db.fields.CleanCharField(max_length=200, verbose_name="title")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("plenary", "plenary"), ("breakout", "breakout"), ("break", "break")],
                                default="plenary",
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "theme",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                to="consultations.theme",
                                verbose_name="theme",
                            ),
                        ),
                        (
                            "room",
                            consultations.db.fields.CleanCharField(blank=True, max_length=80, verbose_name="room"),
                        ),
                        ("starts_at", models.DateTimeField(verbose_name="starts")),
                        ("ends_at", models.DateTimeField(verbose_name="ends")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("planned", "planned"),
                                    ("open", "open"),
                                    ("closed", "closed"),
                                    ("cancelled", "cancelled"),
                                ],
                                default="planned",
                                editable=False,
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "session",
                        "verbose_name_plural": "sessions",
                        "ordering": ["forum", "starts_at", "order"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["planned", "open", "closed", "cancelled"])),
                                name="forumsession_state",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "cancelled"), _negated=True),
                                fields=("forum", "order"),
                                name="forumsession_order",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                                name="forumsession_times",
                                violation_error_message="The session must end after it starts.",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{open:closed,planned:cancelled,planned:open}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="3e15569e6616df21e96106395f79d6576da3f8e8",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_b1f10",
                                    table="consultations_forumsession",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'planned'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="d731a513f4d7c017e6921bc28476038dc8c66d81",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_1c176",
                                    table="consultations_forumsession",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="265e3648b14ef7505e9e67f18f8c3ed34a35b4c2",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_557ff",
                                    table="consultations_forumsession",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Instrument",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "code",
                            consultations.db.fields.CleanCharField(max_length=24, unique=True, verbose_name="code"),
                        ),
                        ("title", consultations.db.fields.CleanCharField(max_length=300, verbose_name="title")),
                        (
                            "short_title",
                            consultations.db.fields.CleanCharField(max_length=120, verbose_name="short title"),
                        ),
                        ("level", consultations.db.fields.CleanCharField(max_length=20, verbose_name="level")),
                        ("kind", consultations.db.fields.CleanCharField(max_length=30, verbose_name="kind")),
                        (
                            "number",
                            consultations.db.fields.CleanCharField(blank=True, max_length=120, verbose_name="number"),
                        ),
                        ("adopted_on", models.DateField(blank=True, null=True, verbose_name="adopted or assented to")),
                        (
                            "adopted_precision",
                            consultations.db.fields.CleanCharField(blank=True, max_length=20, verbose_name="precision"),
                        ),
                        (
                            "status",
                            consultations.db.fields.CleanCharField(blank=True, max_length=200, verbose_name="status"),
                        ),
                        (
                            "notes",
                            consultations.db.fields.CleanCharField(blank=True, max_length=300, verbose_name="notes"),
                        ),
                        (
                            "evidence",
                            models.CharField(
                                choices=[
                                    ("S", "the IOM Kenya article of 19 October 2017"),
                                    ("R", "read on a page"),
                                    ("R2", "read in a secondary source"),
                                    ("I", "our inference"),
                                    ("G", "general knowledge, to be confirmed by the secretariat"),
                                    ("N", "entered by the secretariat"),
                                ],
                                default="N",
                                max_length=4,
                                verbose_name="evidence",
                            ),
                        ),
                        ("source", consultations.db.fields.CleanTextField(blank=True, verbose_name="source")),
                        (
                            "themes",
                            models.ManyToManyField(
                                blank=True, related_name="instruments", to="consultations.theme", verbose_name="themes"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "instrument",
                        "verbose_name_plural": "instruments",
                        "ordering": ["level", "short_title"],
                    },
                ),
                migrations.CreateModel(
                    name="Invitation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="key")),
                        (
                            "forum",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="invitations",
                                to="consultations.forum",
                                verbose_name="forum",
                            ),
                        ),
                        (
                            "stakeholder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="forum_invitations",
                                to="consultations.stakeholder",
                                verbose_name="organisation",
                            ),
                        ),
                        ("seats", models.PositiveSmallIntegerField(default=1, verbose_name="seats")),
                        (
                            "reference",
                            consultations.db.fields.CleanCharField(
                                max_length=60, unique=True, verbose_name="reference of the letter"
                            ),
                        ),
                        (
                            "addressee",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=200, verbose_name="addressee of the letter"
                            ),
                        ),
                        (
                            "email",
                            consultations.db.email_addresses.NormalEmailField(
                                blank=True, max_length=254, verbose_name="e-mail address"
                            ),
                        ),
                        ("respond_by", models.DateField(verbose_name="answer by")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "not sent yet"),
                                    ("sent", "sent, no answer yet"),
                                    ("answered", "answered"),
                                    ("declined", "declined"),
                                    ("lapsed", "lapsed with no reply"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "token_round",
                            models.PositiveSmallIntegerField(
                                default=1, editable=False, verbose_name="issue number of the link"
                            ),
                        ),
                        (
                            "token_hash",
                            models.CharField(
                                editable=False, max_length=64, null=True, unique=True, verbose_name="hash of the link"
                            ),
                        ),
                        (
                            "text",
                            consultations.db.fields.CleanTextField(
                                blank=True, editable=False, max_length=4000, verbose_name="text as sent"
                            ),
                        ),
                        ("sent_at", models.DateTimeField(editable=False, null=True, verbose_name="sent")),
                        ("reminded_at", models.DateTimeField(editable=False, null=True, verbose_name="last reminded")),
                        (
                            "reminders",
                            models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="reminders"),
                        ),
                        ("answered_at", models.DateTimeField(editable=False, null=True, verbose_name="answered")),
                        (
                            "answered_by",
                            consultations.db.fields.CleanCharField(
                                blank=True, editable=False, max_length=200, verbose_name="who answered"
                            ),
                        ),
                        (
                            "answer_reference",
                            consultations.db.fields.CleanCharField(
                                blank=True, editable=False, max_length=80, verbose_name="reference of the reply letter"
                            ),
                        ),
                        (
                            "message",
                            consultations.db.fields.CleanTextField(
                                blank=True, editable=False, max_length=2000, verbose_name="their message"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "invitation to a forum",
                        "verbose_name_plural": "invitations to forums",
                        "ordering": ["forum", "stakeholder__name", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["draft", "sent", "answered", "declined", "lapsed"])),
                                name="invitation_state",
                            ),
                            models.UniqueConstraint(fields=("forum", "stakeholder"), name="invitation_once"),
                            models.CheckConstraint(condition=models.Q(("seats__gt", 0)), name="invitation_seats"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("sent_at", None), ("state", "draft"), ("token_hash", None)),
                                    models.Q(
                                        models.Q(("state", "draft"), _negated=True),
                                        ("sent_at__isnull", False),
                                        ("token_hash__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="invitation_sent",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["answered", "declined"]), _negated=True),
                                    ("answered_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="invitation_answered",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{answered:declined,declined:answered,draft:sent,lapsed:answered,lapsed:declined,sent:answered,sent:declined,sent:lapsed}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="3aed65034fb9e0400767fa5f80d7f2d80b70d770",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_83768",
                                    table="consultations_invitation",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'draft'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="9ec85281a52a9f5a1686625b28cb68e03bfec5e8",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_aa821",
                                    table="consultations_invitation",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="aea3e65c99c492a0da486031c9da2260ffabe2ab",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_f368c",
                                    table="consultations_invitation",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Mandate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "ministry",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mandates",
                                to="consultations.stakeholder",
                                verbose_name="ministry",
                            ),
                        ),
                        (
                            "theme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mandates",
                                to="consultations.theme",
                                verbose_name="theme",
                            ),
                        ),
                        ("is_lead", models.BooleanField(default=False, verbose_name="lead")),
                        (
                            "is_confirmed",
                            models.BooleanField(default=False, verbose_name="confirmed by the secretariat"),
                        ),
                        (
                            "basis",
                            consultations.db.fields.CleanCharField(blank=True, max_length=250, verbose_name="basis"),
                        ),
                        (
                            "evidence",
                            models.CharField(
                                choices=[
                                    ("S", "the IOM Kenya article of 19 October 2017"),
                                    ("R", "read on a page"),
                                    ("R2", "read in a secondary source"),
                                    ("I", "our inference"),
                                    ("G", "general knowledge, to be confirmed by the secretariat"),
                                    ("N", "entered by the secretariat"),
                                ],
                                default="N",
                                max_length=4,
                                verbose_name="evidence",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "mandate",
                        "verbose_name_plural": "mandates",
                        "ordering": ["theme", "-is_lead", "ministry"],
                        "constraints": [
                            models.UniqueConstraint(fields=("ministry", "theme"), name="mandate_once"),
                            models.UniqueConstraint(
                                condition=models.Q(("is_confirmed", True), ("is_lead", True)),
                                fields=("theme",),
                                name="mandate_one_lead",
                                violation_error_message="This theme already has a confirmed lead ministry.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Milestone",
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
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="milestones",
                                to="consultations.consultation",
                                verbose_name="consultation",
                            ),
                        ),
                        ("title", consultations.db.fields.CleanCharField(max_length=250, verbose_name="title")),
                        (
                            "short_title",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=80, verbose_name="short title"
                            ),
                        ),
                        ("kind", consultations.db.fields.CleanCharField(max_length=40, verbose_name="kind")),
                        ("level", consultations.db.fields.CleanCharField(max_length=20, verbose_name="level")),
                        (
                            "place",
                            consultations.db.fields.CleanCharField(blank=True, max_length=120, verbose_name="place"),
                        ),
                        ("planned_start", models.DateField(blank=True, null=True, verbose_name="planned from")),
                        ("planned_end", models.DateField(blank=True, null=True, verbose_name="planned to")),
                        (
                            "planned_precision",
                            consultations.db.fields.CleanCharField(
                                blank=True, default="day", max_length=20, verbose_name="precision"
                            ),
                        ),
                        ("actual_start", models.DateField(blank=True, null=True, verbose_name="took place from")),
                        ("actual_end", models.DateField(blank=True, null=True, verbose_name="took place to")),
                        (
                            "actual_precision",
                            consultations.db.fields.CleanCharField(
                                blank=True, default="day", max_length=20, verbose_name="precision"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("planned", "planned"),
                                    ("held", "held"),
                                    ("moved", "moved"),
                                    ("cancelled", "cancelled"),
                                ],
                                default="planned",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "is_key",
                            models.BooleanField(default=False, verbose_name="shown in the timeline on the home page"),
                        ),
                        (
                            "reference",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=250, verbose_name="reference or note"
                            ),
                        ),
                        (
                            "evidence",
                            models.CharField(
                                choices=[
                                    ("S", "the IOM Kenya article of 19 October 2017"),
                                    ("R", "read on a page"),
                                    ("R2", "read in a secondary source"),
                                    ("I", "our inference"),
                                    ("G", "general knowledge, to be confirmed by the secretariat"),
                                    ("N", "entered by the secretariat"),
                                ],
                                default="N",
                                max_length=4,
                                verbose_name="evidence",
                            ),
                        ),
                        ("source", consultations.db.fields.CleanTextField(blank=True, verbose_name="source")),
                    ],
                    options={
                        "verbose_name": "milestone",
                        "verbose_name_plural": "milestones",
                        "ordering": [
                            django.db.models.functions.comparison.Coalesce("actual_start", "planned_start"),
                            "pk",
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["planned", "held", "moved", "cancelled"])),
                                name="milestone_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("planned_start__isnull", False), ("actual_start__isnull", False), _connector="OR"
                                ),
                                name="milestone_dated",
                            ),
                            models.UniqueConstraint(
                                fields=("title", "planned_start", "actual_start"),
                                name="milestone_once",
                                nulls_distinct=False,
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SeatQuota",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "forum",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="quotas",
                                to="consultations.forum",
                                verbose_name="forum",
                            ),
                        ),
                        (
                            "group",
                            models.CharField(
                                choices=[
                                    ("ministry", "Ministry"),
                                    ("state_agency", "State department or agency"),
                                    ("county_government", "County government"),
                                    ("independent_commission", "Independent commission"),
                                    ("un_agency", "UN agency"),
                                    ("development_partner", "Development partner"),
                                    ("civil_society", "Civil society"),
                                    ("faith_based", "Faith-based"),
                                    ("academia", "Academia"),
                                    ("research", "Research"),
                                    ("private_sector", "Private sector"),
                                    ("employers", "Employers"),
                                    ("workers", "Workers"),
                                    ("diaspora", "Diaspora"),
                                    ("migrants", "Migrants"),
                                    ("media", "Media"),
                                ],
                                max_length=24,
                                verbose_name="group",
                            ),
                        ),
                        ("seats", models.PositiveSmallIntegerField(verbose_name="seats")),
                        ("reserve", models.PositiveSmallIntegerField(default=0, verbose_name="reserve places")),
                    ],
                    options={
                        "verbose_name": "seats of a group",
                        "verbose_name_plural": "seats by group",
                        "ordering": ["forum", "group"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "group__in",
                                        [
                                            "ministry",
                                            "state_agency",
                                            "county_government",
                                            "independent_commission",
                                            "un_agency",
                                            "development_partner",
                                            "civil_society",
                                            "faith_based",
                                            "academia",
                                            "research",
                                            "private_sector",
                                            "employers",
                                            "workers",
                                            "diaspora",
                                            "migrants",
                                            "media",
                                        ],
                                    )
                                ),
                                name="seatquota_group",
                            ),
                            models.UniqueConstraint(fields=("forum", "group"), name="seatquota_once"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Tally",
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
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="tallies",
                                to="consultations.consultation",
                            ),
                        ),
                        (
                            "theme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="consultations.theme"
                            ),
                        ),
                        (
                            "stakeholder",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="consultations.stakeholder",
                            ),
                        ),
                        ("inputs", models.IntegerField(default=0, verbose_name="inputs")),
                        ("points", models.IntegerField(default=0, verbose_name="points")),
                    ],
                    options={
                        "verbose_name": "tally",
                        "verbose_name_plural": "tallies",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("consultation", "theme", "stakeholder"), name="tally_once", nulls_distinct=False
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("inputs__gte", 0), ("points__gte", 0)), name="tally_not_negative"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ThemeProvision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "theme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="links",
                                to="consultations.theme",
                                verbose_name="theme",
                            ),
                        ),
                        (
                            "provision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="links",
                                to="consultations.provision",
                                verbose_name="provision",
                            ),
                        ),
                        (
                            "relation",
                            models.CharField(
                                choices=[("lead", "lead"), ("related", "related")],
                                max_length=8,
                                verbose_name="relation",
                            ),
                        ),
                        (
                            "evidence",
                            models.CharField(
                                choices=[
                                    ("S", "the IOM Kenya article of 19 October 2017"),
                                    ("R", "read on a page"),
                                    ("R2", "read in a secondary source"),
                                    ("I", "our inference"),
                                    ("G", "general knowledge, to be confirmed by the secretariat"),
                                    ("N", "entered by the secretariat"),
                                ],
                                default="N",
                                max_length=4,
                                verbose_name="evidence",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "provision of a theme",
                        "verbose_name_plural": "provisions of themes",
                        "ordering": ["theme", "relation", "provision"],
                        "constraints": [
                            models.UniqueConstraint(fields=("theme", "provision"), name="themeprovision_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="User",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                        (
                            "email",
                            consultations.db.email_addresses.NormalEmailField(
                                error_messages={"unique": "This e-mail address is already in use."},
                                max_length=254,
                                unique=True,
                                verbose_name="e-mail address",
                            ),
                        ),
                        ("name", consultations.db.fields.CleanCharField(max_length=200, verbose_name="name")),
                        (
                            "phone",
                            consultations.db.fields.CleanCharField(blank=True, max_length=40, verbose_name="phone"),
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
                            "office",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "none"),
                                    ("secretariat", "secretariat"),
                                    ("head", "head of the secretariat"),
                                    ("official", "official"),
                                    ("sysadmin", "system administrator"),
                                ],
                                default="",
                                max_length=12,
                                verbose_name="office",
                            ),
                        ),
                        (
                            "notices",
                            models.CharField(
                                choices=[
                                    ("at_once", "at once"),
                                    ("daily", "together, once a day"),
                                    ("none", "none, except receipts"),
                                ],
                                default="at_once",
                                max_length=8,
                                verbose_name="notices by mail",
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="can sign in")),
                        (
                            "is_sample",
                            models.BooleanField(default=False, editable=False, verbose_name="invented for the demo"),
                        ),
                        (
                            "date_joined",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="joined"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "person",
                        "verbose_name_plural": "people",
                        "ordering": ["name", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("office__in", ["", "secretariat", "head", "official", "sysadmin"])),
                                name="user_office",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("notices__in", ["at_once", "daily", "none"])), name="user_notices"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "email__regex",
                                        "^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$",
                                    ),
                                    ("is_active", False),
                                    _connector="OR",
                                ),
                                name="user_email_normal",
                                violation_error_message="The address is not in its normalised form.",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="appointed_by_two",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition='WHEN (NEW."office" IS DISTINCT FROM (OLD."office") AND NOT (NEW."office" = \'\'))',
                                    func="\n                IF (\n                    SELECT values ->> 'office' FROM consultations_proposal\n                    WHERE act = 'appoint' AND record_id = NEW.id AND state = 'confirmed'\n                    ORDER BY decided_at DESC, id DESC LIMIT 1\n                ) IS DISTINCT FROM NEW.office\n                AND NOT (NEW.office = 'head' AND NOT EXISTS (SELECT FROM consultations_user WHERE office = 'head')) THEN\n                    RAISE EXCEPTION 'pgtrigger: Two people give an office';\n                END IF;\n                RETURN NEW;\n            ",
                                    hash="5794ffacb038d6ceb71ed73ff47f1fe05aa28ebb",
                                    operation='UPDATE OF "office"',
                                    pgid="pgtrigger_appointed_by_two_ce037",
                                    table="consultations_user",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="acts_for_nobody",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition='WHEN (NEW."office" IS DISTINCT FROM (OLD."office") AND NOT (NEW."office" = \'\'))',
                                    func="\n                IF NEW.office IN ('secretariat', 'head', 'sysadmin') AND EXISTS (\n                    SELECT FROM consultations_membership\n                    WHERE user_id = NEW.id AND (valid_until IS NULL OR valid_until > (now() AT TIME ZONE 'Africa/Nairobi')::date)\n                ) THEN\n                    RAISE EXCEPTION 'pgtrigger: Who acts for an organisation holds no office of the staff';\n                END IF;\n                RETURN NEW;\n            ",
                                    hash="2d3952bc48d4fbe4e198c944410e9a4b4abfef03",
                                    operation='UPDATE OF "office"',
                                    pgid="pgtrigger_acts_for_nobody_5cf11",
                                    table="consultations_user",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Communique",
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
                                related_name="communique",
                                to="consultations.forum",
                                verbose_name="forum",
                            ),
                        ),
                        ("body", consultations.db.fields.CleanTextField(max_length=20000, verbose_name="text")),
                        (
                            "version",
                            models.PositiveSmallIntegerField(default=1, editable=False, verbose_name="version"),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "in preparation"),
                                    ("circulated", "circulated for comment"),
                                    ("cleared", "cleared"),
                                    ("published", "published"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "written_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="last written by",
                            ),
                        ),
                        ("written_at", models.DateTimeField(verbose_name="last written")),
                        (
                            "cleared_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="cleared by",
                            ),
                        ),
                        ("published_at", models.DateTimeField(editable=False, null=True, verbose_name="published")),
                        (
                            "sha256",
                            models.CharField(
                                blank=True, editable=False, max_length=64, verbose_name="SHA-256 of the text"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "communiqué",
                        "verbose_name_plural": "communiqués",
                        "ordering": ["forum"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["draft", "circulated", "cleared", "published"])),
                                name="communique_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("cleared_by__isnull", False),
                                        ("published_at__isnull", False),
                                        ("state", "published"),
                                        models.Q(("sha256", ""), _negated=True),
                                    ),
                                    models.Q(models.Q(("state", "published"), _negated=True), ("published_at", None)),
                                    _connector="OR",
                                ),
                                name="communique_published",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{circulated:cleared,circulated:draft,cleared:draft,cleared:published,draft:circulated}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="f6efe53103ace15839c744d4cd01ab20177f8e77",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_93ecc",
                                    table="consultations_communique",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'draft'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="978ffe23639e0fb208bace38c2c4eb4af09e0fe9",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_23694",
                                    table="consultations_communique",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="published_stays",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (OLD.\"state\" = 'published')",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                                    hash="5b33166b4d66d3d15dc507172eb87597ca7d4d1d",
                                    operation="UPDATE",
                                    pgid="pgtrigger_published_stays_8c0d2",
                                    table="consultations_communique",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="95f1ba780c448affe50d54a2446d8090b4664a85",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_38f31",
                                    table="consultations_communique",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Delegate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "forum",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="delegates",
                                to="consultations.forum",
                                verbose_name="forum",
                            ),
                        ),
                        (
                            "stakeholder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="delegates",
                                to="consultations.stakeholder",
                                verbose_name="organisation",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="account",
                            ),
                        ),
                        ("name", consultations.db.fields.CleanCharField(max_length=200, verbose_name="name")),
                        (
                            "title",
                            consultations.db.fields.CleanCharField(blank=True, max_length=200, verbose_name="title"),
                        ),
                        (
                            "email",
                            consultations.db.email_addresses.NormalEmailField(
                                blank=True, max_length=254, verbose_name="e-mail"
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("delegate", "delegate"),
                                    ("observer", "observer"),
                                    ("resource_person", "resource person"),
                                    ("rapporteur", "rapporteur"),
                                ],
                                default="delegate",
                                max_length=16,
                                verbose_name="role",
                            ),
                        ),
                        (
                            "group",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("ministry", "Ministry"),
                                    ("state_agency", "State department or agency"),
                                    ("county_government", "County government"),
                                    ("independent_commission", "Independent commission"),
                                    ("un_agency", "UN agency"),
                                    ("development_partner", "Development partner"),
                                    ("civil_society", "Civil society"),
                                    ("faith_based", "Faith-based"),
                                    ("academia", "Academia"),
                                    ("research", "Research"),
                                    ("private_sector", "Private sector"),
                                    ("employers", "Employers"),
                                    ("workers", "Workers"),
                                    ("diaspora", "Diaspora"),
                                    ("migrants", "Migrants"),
                                    ("media", "Media"),
                                ],
                                max_length=24,
                                verbose_name="group",
                            ),
                        ),
                        (
                            "county",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                to="consultations.county",
                                verbose_name="county",
                            ),
                        ),
                        (
                            "sex",
                            models.CharField(
                                blank=True,
                                choices=[("f", "female"), ("m", "male"), ("x", "other")],
                                help_text="Only if the person stated it.",
                                max_length=1,
                                verbose_name="sex",
                            ),
                        ),
                        (
                            "access_needs",
                            consultations.db.fields.CleanCharField(
                                blank=True,
                                help_text="A ramp, a sign language interpreter, large print.",
                                max_length=300,
                                verbose_name="access needs",
                            ),
                        ),
                        (
                            "invitation",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="delegates",
                                to="consultations.invitation",
                                verbose_name="invitation",
                            ),
                        ),
                        (
                            "sits_in_for",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="substitutes",
                                to="consultations.delegate",
                                verbose_name="sits in for",
                            ),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged",
                                to="consultations.delegate",
                                verbose_name="same person as",
                            ),
                        ),
                        (
                            "ticket",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="code on the badge"
                            ),
                        ),
                        (
                            "badge_printed_at",
                            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="badge printed"),
                        ),
                        (
                            "badge_number",
                            models.PositiveSmallIntegerField(
                                blank=True, editable=False, null=True, verbose_name="badge"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("nominated", "nominated"),
                                    ("confirmed", "confirmed"),
                                    ("waitlisted", "on the reserve list"),
                                    ("refused", "refused"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                default="nominated",
                                editable=False,
                                max_length=12,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "told",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("nominated", "nominated"),
                                    ("confirmed", "confirmed"),
                                    ("waitlisted", "on the reserve list"),
                                    ("refused", "refused"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                editable=False,
                                max_length=12,
                                verbose_name="last state notified",
                            ),
                        ),
                        (
                            "told_at",
                            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="notified"),
                        ),
                    ],
                    options={
                        "verbose_name": "delegate",
                        "verbose_name_plural": "delegates",
                        "ordering": ["forum", "name", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["nominated", "confirmed", "waitlisted", "refused", "withdrawn"])
                                ),
                                name="delegate_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("sex__in", ["", "f", "m", "x"])), name="delegate_sex"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("told", ""), ("told_at", None)),
                                    models.Q(
                                        ("told__in", ["confirmed", "waitlisted", "refused", "withdrawn"]),
                                        ("told_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="delegate_told",
                            ),
                            models.UniqueConstraint(fields=("forum", "badge_number"), name="delegate_badge"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("merged_into", None),
                                    models.Q(
                                        ("state", "withdrawn"), models.Q(("merged_into", models.F("pk")), _negated=True)
                                    ),
                                    _connector="OR",
                                ),
                                name="delegate_merged",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("sits_in_for", None),
                                    models.Q(("sits_in_for", models.F("pk")), _negated=True),
                                    _connector="OR",
                                ),
                                name="delegate_sits_in_for_another",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{confirmed:withdrawn,nominated:confirmed,nominated:refused,nominated:waitlisted,nominated:withdrawn,waitlisted:confirmed,waitlisted:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="64371b23ece61380d44829f3cd32f7180791476e",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_1bc04",
                                    table="consultations_delegate",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'nominated'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="c55c59b82509eed0d4fc2ca411b3be0f80f8edbb",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_f7d3b",
                                    table="consultations_delegate",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="1773ae50c8a58f6c90b984381fbb01f34ff61d50",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_be56a",
                                    table="consultations_delegate",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CheckIn",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        (
                            "delegate",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="check_ins",
                                to="consultations.delegate",
                                verbose_name="delegate",
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("qr", "QR code"),
                                    ("manual", "at the desk"),
                                    ("self", "by the delegate"),
                                    ("paper", "paper register"),
                                ],
                                max_length=8,
                                verbose_name="how",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="check-in time")),
                        (
                            "received_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="received"),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="entered by",
                            ),
                        ),
                        (
                            "device",
                            consultations.db.fields.CleanCharField(blank=True, max_length=60, verbose_name="device"),
                        ),
                        (
                            "device_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="time on the device's clock"),
                        ),
                        (
                            "reason",
                            consultations.db.fields.CleanCharField(blank=True, max_length=200, verbose_name="reason"),
                        ),
                        (
                            "voids",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="voided_by",
                                to="consultations.checkin",
                                verbose_name="voids",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "check-in",
                        "verbose_name_plural": "check-ins",
                        "ordering": ["at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("channel__in", ["qr", "manual", "self", "paper"])),
                                name="checkin_channel",
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="b0ec9199c9da98d710bd91ab959c389cb33a30b8",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_60132",
                                    table="consultations_checkin",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveBigIntegerField(unique=True, verbose_name="number")),
                        ("kind", models.CharField(max_length=60, verbose_name="kind of record")),
                        ("object_id", models.CharField(max_length=64, verbose_name="record")),
                        ("object_label", models.CharField(max_length=200, verbose_name="record's name")),
                        ("verb", models.CharField(max_length=80, verbose_name="what was done")),
                        ("before", models.CharField(blank=True, max_length=40, verbose_name="state before")),
                        ("after", models.CharField(blank=True, max_length=40, verbose_name="state after")),
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
                        ("by_name", models.CharField(max_length=200, verbose_name="name at the time")),
                        ("at", models.DateTimeField(verbose_name="when")),
                        ("recorded_at", models.DateTimeField(verbose_name="written at")),
                        ("reason", consultations.db.fields.CleanTextField(blank=True, verbose_name="reason")),
                        ("data", models.JSONField(default=dict, verbose_name="details")),
                        ("previous_hash", models.CharField(max_length=64)),
                        ("hash", models.CharField(max_length=64, unique=True)),
                        ("commitments", models.JSONField(default=dict, verbose_name="commitments")),
                        ("digest", models.CharField(max_length=64, null=True, verbose_name="SHA-256 of the content")),
                        ("format", models.PositiveSmallIntegerField(default=1, verbose_name="format")),
                    ],
                    options={
                        "verbose_name": "journal entry",
                        "verbose_name_plural": "journal",
                        "ordering": ["-number"],
                        "indexes": [models.Index(fields=["kind", "object_id", "number"], name="event_about")],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
                                    hash="0d84bd5f03f52299abdca236e6a31666a51612ed",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_d54b2",
                                    table="consultations_event",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="\n            IF TG_OP = 'UPDATE' THEN\n                IF OLD.format = 2 AND (NEW.object_label = OLD.object_label OR NEW.object_label = '' AND NOT EXISTS (\n            SELECT FROM consultations_salt WHERE id = (OLD.commitments -> 'object_label' ->> 0)::bigint)) AND (NEW.by_name = OLD.by_name OR NEW.by_name = '' AND NOT EXISTS (\n            SELECT FROM consultations_salt WHERE id = (OLD.commitments -> 'by_name' ->> 0)::bigint)) AND (NEW.reason = OLD.reason OR NEW.reason = '' AND NOT EXISTS (\n            SELECT FROM consultations_salt WHERE id = (OLD.commitments -> 'reason' ->> 0)::bigint)) AND (NEW.data = OLD.data OR NEW.data = '{}'::jsonb AND NOT EXISTS (\n            SELECT FROM consultations_salt WHERE id = (OLD.commitments -> 'data' ->> 0)::bigint))\n                    AND to_jsonb(NEW) - ARRAY['object_label', 'by_name', 'reason', 'data'] = to_jsonb(OLD) - ARRAY['object_label', 'by_name', 'reason', 'data']\n                THEN RETURN NEW; END IF;\n            END IF;\n            RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;\n        ",
                                    hash="22d437fbd163c827473a1b027e048225fe3d03ae",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_fce72",
                                    table="consultations_event",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("digest", None), ("format", 1)),
                                    models.Q(("digest__isnull", False), ("format", 2)),
                                    _connector="OR",
                                ),
                                name="event_digest",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ForumFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="key")),
                        (
                            "forum",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="files",
                                to="consultations.forum",
                                verbose_name="forum",
                            ),
                        ),
                        (
                            "invitation",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="files",
                                to="consultations.invitation",
                                verbose_name="invitation",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("document", "document of the forum"),
                                    ("answer", "answer by letter, scanned"),
                                    ("register", "signed register, scanned"),
                                ],
                                default="document",
                                max_length=8,
                                verbose_name="kind",
                            ),
                        ),
                        ("title", consultations.db.fields.CleanCharField(max_length=200, verbose_name="title")),
                        ("for_everybody", models.BooleanField(default=False, verbose_name="everyone can read it")),
                        (
                            "name",
                            consultations.db.fields.CleanCharField(
                                editable=False, max_length=200, verbose_name="file name"
                            ),
                        ),
                        ("media_type", models.CharField(editable=False, max_length=100, verbose_name="type")),
                        ("size", models.PositiveBigIntegerField(editable=False, verbose_name="size in bytes")),
                        ("sha256", models.CharField(editable=False, max_length=64, verbose_name="SHA-256")),
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
                        ("at", models.DateTimeField(editable=False, verbose_name="added")),
                        ("removed_at", models.DateTimeField(editable=False, null=True, verbose_name="removed")),
                    ],
                    options={
                        "verbose_name": "file of a forum",
                        "verbose_name_plural": "files of forums",
                        "ordering": ["forum", "at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["document", "answer", "register"])),
                                name="forumfile_kind",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("invitation__isnull", False), ("kind", "answer")),
                                    models.Q(models.Q(("kind", "answer"), _negated=True), ("invitation", None)),
                                    _connector="OR",
                                ),
                                name="forumfile_of_invitation",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("for_everybody", False), ("kind", "document"), _connector="OR"),
                                name="forumfile_scans_stay_inside",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="fed86c6c6f743c35a6c0553f9d4960cab93802f4",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_db34f",
                                    table="consultations_forumfile",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Job",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="key")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("import_inputs", "import of inputs"), ("compare", "search for duplicates")],
                                max_length=20,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "consultation",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="jobs",
                                to="consultations.consultation",
                                verbose_name="consultation",
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
                        ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked for")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("prepared", "to be confirmed"),
                                    ("waiting", "waiting"),
                                    ("running", "running"),
                                    ("done", "done"),
                                    ("failed", "failed"),
                                ],
                                default="prepared",
                                editable=False,
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("asked", models.JSONField(default=dict, verbose_name="what was requested")),
                        ("done", models.PositiveIntegerField(default=0, verbose_name="done")),
                        ("total", models.PositiveIntegerField(default=0, verbose_name="of")),
                        ("result", models.JSONField(default=dict, verbose_name="result")),
                        ("error", models.TextField(blank=True, verbose_name="error")),
                        ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="begun")),
                        ("beat_at", models.DateTimeField(blank=True, null=True, verbose_name="last heartbeat")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                    ],
                    options={
                        "verbose_name": "job",
                        "verbose_name_plural": "jobs",
                        "ordering": ["-at", "-pk"],
                        "indexes": [models.Index(fields=["state", "at"], name="job_queue")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["prepared", "waiting", "running", "done", "failed"])),
                                name="job_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["import_inputs", "compare"])), name="job_kind"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("ended_at__isnull", False), ("state__in", ["done", "failed"])),
                                    models.Q(
                                        models.Q(("state__in", ["done", "failed"]), _negated=True), ("ended_at", None)
                                    ),
                                    _connector="OR",
                                ),
                                name="job_ended",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{prepared:waiting,running:done,running:failed,waiting:running}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="5833b17a8e8e39372430ff3febcc9602d3fdeb57",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_bc14d",
                                    table="consultations_job",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'prepared' OR NEW.\"state\" = 'waiting'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="8c9a8f1685ea78388d1e4be037bd2c59999c75b5",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_8369f",
                                    table="consultations_job",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Membership",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="memberships",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        (
                            "stakeholder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="memberships",
                                to="consultations.stakeholder",
                                verbose_name="organisation",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("focal_point", "focal point"),
                                    ("alternate", "alternate"),
                                    ("clearing_officer", "clearing officer"),
                                ],
                                max_length=18,
                                verbose_name="role",
                            ),
                        ),
                        ("is_primary", models.BooleanField(default=False, verbose_name="primary focal point")),
                        ("valid_from", models.DateField(default=django.utils.timezone.localdate, verbose_name="from")),
                        ("valid_until", models.DateField(blank=True, null=True, verbose_name="no longer from")),
                        (
                            "mandate_letter",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=120, verbose_name="reference of the mandate letter"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "membership",
                        "verbose_name_plural": "memberships",
                        "ordering": ["stakeholder", "role", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("role__in", ["focal_point", "alternate", "clearing_officer"])),
                                name="membership_role",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("is_primary", True), ("valid_until", None)),
                                fields=("stakeholder",),
                                name="membership_one_primary",
                                violation_error_message="This organisation already has a primary focal point.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("valid_until", None)),
                                fields=("user", "stakeholder", "role"),
                                name="membership_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("is_primary", False), ("role", "focal_point"), _connector="OR"),
                                name="membership_primary_is_focal_point",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                                ),
                                name="membership_dates",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="b2f0e9821727cd34b7d7fb4bb46c96028ea3397a",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_7927f",
                                    table="consultations_membership",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_office_holder",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE held text;",
                                    func="\n            SELECT office INTO held FROM consultations_user WHERE id = NEW.user_id FOR SHARE;\n            IF held IN ('secretariat', 'head', 'sysadmin') AND (NEW.valid_until IS NULL OR NEW.valid_until > (now() AT TIME ZONE 'Africa/Nairobi')::date) THEN\n                RAISE EXCEPTION 'pgtrigger: Who holds an office of the staff acts for no organisation';\n            END IF;\n            RETURN NEW;\n        ",
                                    hash="c7eaef9dd0c628492b30d2f4f332e93a8eb2f252",
                                    operation="INSERT OR UPDATE",
                                    pgid="pgtrigger_no_office_holder_2d77d",
                                    table="consultations_membership",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MembershipInvitation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "stakeholder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="invitations",
                                to="consultations.stakeholder",
                                verbose_name="organisation",
                            ),
                        ),
                        (
                            "email",
                            consultations.db.email_addresses.NormalEmailField(
                                max_length=254, verbose_name="e-mail address"
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("focal_point", "focal point"),
                                    ("alternate", "alternate"),
                                    ("clearing_officer", "clearing officer"),
                                ],
                                max_length=18,
                                verbose_name="role",
                            ),
                        ),
                        ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                        (
                            "invited_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="invited by",
                            ),
                        ),
                        ("invited_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="invited")),
                        ("expires_at", models.DateTimeField(verbose_name="valid until")),
                        (
                            "accepted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="accepted by",
                            ),
                        ),
                        ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="accepted")),
                    ],
                    options={
                        "verbose_name": "invitation to an organisation",
                        "verbose_name_plural": "invitations to organisations",
                        "ordering": ["-invited_at"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("role__in", ["focal_point", "alternate", "clearing_officer"])),
                                name="membershipinvitation_role",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("accepted_at__isnull", True), ("accepted_by__isnull", True)),
                                    models.Q(("accepted_at__isnull", False), ("accepted_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="membershipinvitation_accepted",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OutgoingMail",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "medium",
                            models.CharField(
                                choices=[("mail", "e-mail"), ("sms", "text message")],
                                default="mail",
                                max_length=4,
                                verbose_name="by",
                            ),
                        ),
                        ("to", models.CharField(max_length=254, verbose_name="to")),
                        (
                            "user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        ("in_digest", models.BooleanField(default=False, verbose_name="part of the daily mail")),
                        ("subject", models.CharField(max_length=200, verbose_name="subject")),
                        ("body", models.TextField(verbose_name="text")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "waiting"),
                                    ("sent", "sent"),
                                    ("failed", "failed"),
                                    ("stopped", "not sent: mail to this address is stopped"),
                                ],
                                default="waiting",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="written at"),
                        ),
                        (
                            "due_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="to be sent from"),
                        ),
                        ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                        ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                        ("error", models.TextField(blank=True, verbose_name="last error")),
                        ("is_optional", models.BooleanField(default=False, verbose_name="recipient can stop it")),
                    ],
                    options={
                        "verbose_name": "outgoing mail",
                        "verbose_name_plural": "outgoing mail",
                        "ordering": ["-created_at", "-pk"],
                        "indexes": [models.Index(fields=["state", "due_at"], name="outgoingmail_queue")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("medium__in", ["mail", "sms"])), name="outgoingmail_medium"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("in_digest", False), ("user__isnull", False), _connector="OR"),
                                name="outgoingmail_digest",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("sent_at__isnull", False), ("state", "sent")),
                                    models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at", None)),
                                    _connector="OR",
                                ),
                                name="outgoingmail_sent_at",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["waiting", "sent", "failed", "stopped"])),
                                name="outgoingmail_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["sent", "stopped"]), _negated=True),
                                    ("body", ""),
                                    _connector="OR",
                                ),
                                name="outgoingmail_no_text",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "stopped"), _negated=True),
                                    ("is_optional", True),
                                    _connector="OR",
                                ),
                                name="outgoingmail_stopped",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{failed:waiting,waiting:failed,waiting:sent,waiting:stopped}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="248ea52dc830289cb82ddce3de285f0b2cdf8ac9",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_81a3d",
                                    table="consultations_outgoingmail",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'waiting'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="230b73ea3769b903859a9deeb43188d4e512bf4e",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_f1930",
                                    table="consultations_outgoingmail",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="QueuedRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.UUIDField(unique=True, verbose_name="key created by the device")),
                        (
                            "forum",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="queued_rows",
                                to="consultations.forum",
                                verbose_name="forum",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("check_in", "check-in"), ("point", "point of a session")],
                                max_length=8,
                                verbose_name="kind",
                            ),
                        ),
                        ("device", consultations.db.fields.CleanCharField(max_length=60, verbose_name="device")),
                        ("payload", models.JSONField(verbose_name="as received")),
                        ("device_at", models.DateTimeField(verbose_name="time on the device's clock")),
                        (
                            "received_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="received"),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="sent by",
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("taken", "imported"),
                                    ("conflict", "imported, in conflict with another row"),
                                    ("refused", "not imported"),
                                ],
                                max_length=8,
                                verbose_name="outcome",
                            ),
                        ),
                        (
                            "reason",
                            consultations.db.fields.CleanTextField(blank=True, max_length=2000, verbose_name="why"),
                        ),
                        (
                            "delegate",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="queued_rows",
                                to="consultations.delegate",
                                verbose_name="delegate",
                            ),
                        ),
                        (
                            "settled_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="resolved by",
                            ),
                        ),
                        ("settled_at", models.DateTimeField(editable=False, null=True, verbose_name="resolved")),
                        (
                            "settled_how",
                            consultations.db.fields.CleanCharField(
                                blank=True, editable=False, max_length=300, verbose_name="how it was resolved"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "row of a device",
                        "verbose_name_plural": "rows of devices",
                        "ordering": ["forum", "received_at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["check_in", "point"])), name="queuedrow_kind"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("outcome__in", ["taken", "conflict", "refused"])),
                                name="queuedrow_outcome",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("settled_at__isnull", True), ("settled_by__isnull", True)),
                                    models.Q(("settled_at__isnull", False), ("settled_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="queuedrow_settled",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("outcome", "taken"), models.Q(("reason", ""), _negated=True), _connector="OR"
                                ),
                                name="queuedrow_says_why",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="16157ab1a6cc2e8263302e13b48dcc51ac78ce93",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_3ed42",
                                    table="consultations_queuedrow",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reminder",
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
                                related_name="reminders",
                                to="consultations.consultation",
                                verbose_name="consultation",
                            ),
                        ),
                        (
                            "stakeholder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reminders",
                                to="consultations.stakeholder",
                                verbose_name="organisation",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                        ("to_principal", models.BooleanField(default=False, verbose_name="to the principal")),
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
                        (
                            "at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="when"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "reminder",
                        "verbose_name_plural": "reminders",
                        "ordering": ["consultation", "stakeholder", "number"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("consultation", "stakeholder", "number"), name="reminder_once"
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="7e280f3bd5b874d962b0536bb9af9c9762f64604",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_98611",
                                    table="consultations_reminder",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SessionRole",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="roles",
                                to="consultations.forumsession",
                                verbose_name="session",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="session_roles",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        (
                            "name",
                            consultations.db.fields.CleanCharField(blank=True, max_length=200, verbose_name="name"),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("chair", "chair"),
                                    ("moderator", "moderator"),
                                    ("rapporteur", "rapporteur"),
                                    ("speaker", "speaker"),
                                ],
                                max_length=12,
                                verbose_name="role",
                            ),
                        ),
                        ("order", models.PositiveSmallIntegerField(default=1, verbose_name="order")),
                    ],
                    options={
                        "verbose_name": "role in a session",
                        "verbose_name_plural": "roles in sessions",
                        "ordering": ["session", "order", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["chair", "moderator", "rapporteur", "speaker"])),
                                name="sessionrole_kind",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Speech",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="key")),
                        (
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="speeches",
                                to="consultations.forumsession",
                                verbose_name="session",
                            ),
                        ),
                        (
                            "stakeholder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="speeches",
                                to="consultations.stakeholder",
                                verbose_name="organisation",
                            ),
                        ),
                        (
                            "delegate",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="speeches",
                                to="consultations.delegate",
                                verbose_name="delegate",
                            ),
                        ),
                        (
                            "group",
                            models.CharField(
                                choices=[
                                    ("ministry", "Ministry"),
                                    ("state_agency", "State department or agency"),
                                    ("county_government", "County government"),
                                    ("independent_commission", "Independent commission"),
                                    ("un_agency", "UN agency"),
                                    ("development_partner", "Development partner"),
                                    ("civil_society", "Civil society"),
                                    ("faith_based", "Faith-based"),
                                    ("academia", "Academia"),
                                    ("research", "Research"),
                                    ("private_sector", "Private sector"),
                                    ("employers", "Employers"),
                                    ("workers", "Workers"),
                                    ("diaspora", "Diaspora"),
                                    ("migrants", "Migrants"),
                                    ("media", "Media"),
                                ],
                                max_length=24,
                                verbose_name="group",
                            ),
                        ),
                        ("order", models.PositiveIntegerField(verbose_name="order")),
                        ("asked_at", models.DateTimeField(verbose_name="asked for the floor")),
                        ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="began")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                        (
                            "struck_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="removed from the list"),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="entered by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "speech",
                        "verbose_name_plural": "list of speakers",
                        "ordering": ["session", "order", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_at", None),
                                    models.Q(("ended_at__gte", models.F("started_at")), ("started_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="speech_times",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("struck_at", None), ("started_at", None), _connector="OR"),
                                name="speech_struck_before",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at", None), ("started_at__isnull", False)),
                                fields=("session",),
                                name="speech_one_at_a_time",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="18830a08967e7f5334aded22fffed8d6d9be7f45",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_df396",
                                    table="consultations_speech",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Submission",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="key")),
                        (
                            "reference",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=20,
                                null=True,
                                unique=True,
                                verbose_name="reference",
                            ),
                        ),
                        (
                            "consultation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="submissions",
                                to="consultations.consultation",
                                verbose_name="consultation",
                            ),
                        ),
                        (
                            "stakeholder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="submissions",
                                to="consultations.stakeholder",
                                verbose_name="organisation",
                            ),
                        ),
                        (
                            "author",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="submissions",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="author",
                            ),
                        ),
                        (
                            "theme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="submissions",
                                to="consultations.theme",
                                verbose_name="main theme",
                            ),
                        ),
                        (
                            "forum",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="submissions",
                                to="consultations.forum",
                                verbose_name="forum",
                            ),
                        ),
                        (
                            "title",
                            consultations.db.fields.CleanCharField(blank=True, max_length=200, verbose_name="title"),
                        ),
                        (
                            "body",
                            consultations.db.fields.CleanTextField(blank=True, max_length=20000, verbose_name="text"),
                        ),
                        (
                            "proposed_wording",
                            consultations.db.fields.CleanTextField(
                                blank=True, max_length=5000, verbose_name="proposed wording"
                            ),
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
                            "audience",
                            models.CharField(
                                choices=[
                                    ("public", "Everyone"),
                                    ("members", "Members of the NCM only"),
                                    ("secretariat", "The secretariat only"),
                                ],
                                default="public",
                                max_length=12,
                                verbose_name="who can read it",
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("web", "browser"),
                                    ("email", "e-mail"),
                                    ("letter", "letter"),
                                    ("forum", "forum"),
                                ],
                                default="web",
                                max_length=8,
                                verbose_name="channel",
                            ),
                        ),
                        ("received_on", models.DateField(blank=True, null=True, verbose_name="received on")),
                        (
                            "entered_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="typed by",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "draft"),
                                    ("submitted", "received"),
                                    ("accepted", "on file"),
                                    ("returned", "sent back to the author"),
                                    ("set_aside", "set aside"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=12,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "state_reason",
                            consultations.db.fields.CleanTextField(blank=True, editable=False, verbose_name="reason"),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="begun"
                            ),
                        ),
                        (
                            "edited_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="last edited"
                            ),
                        ),
                        (
                            "submitted_at",
                            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="sent"),
                        ),
                        (
                            "content_sha256",
                            models.CharField(
                                blank=True, editable=False, max_length=64, verbose_name="SHA-256 of the content"
                            ),
                        ),
                        (
                            "decided_at",
                            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="decided"),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="decided by",
                            ),
                        ),
                        (
                            "set_aside_for",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("off_topic", "it is not about the themes of the consultation"),
                                    ("duplicate", "it duplicates another input from the same organisation"),
                                    ("no_mandate", "the sender does not speak for the organisation"),
                                    ("unreadable", "it cannot be read or understood, and the sender did not answer"),
                                    ("personal", "it is about a single case and belongs to another office"),
                                    ("other", "another reason"),
                                ],
                                editable=False,
                                max_length=10,
                                verbose_name="why it was set aside",
                            ),
                        ),
                        (
                            "assigned_to",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="assigned to",
                            ),
                        ),
                        (
                            "signed_off_at",
                            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="signed off"),
                        ),
                        (
                            "signed_off_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="signed off by",
                            ),
                        ),
                        (
                            "checked_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="checked against the original"
                            ),
                        ),
                        (
                            "checked_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="checked by",
                            ),
                        ),
                        (
                            "late_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="allowed after the deadline"
                            ),
                        ),
                        (
                            "late_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="allowed by",
                            ),
                        ),
                        (
                            "late_reason",
                            consultations.db.fields.CleanTextField(
                                blank=True, editable=False, verbose_name="why it was allowed after the deadline"
                            ),
                        ),
                        (
                            "compared_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="compared with other inputs"
                            ),
                        ),
                        (
                            "provisions",
                            models.ManyToManyField(
                                blank=True,
                                related_name="submissions",
                                to="consultations.provision",
                                verbose_name="objectives",
                            ),
                        ),
                        (
                            "resent_at",
                            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="sent again"),
                        ),
                    ],
                    options={
                        "verbose_name": "input",
                        "verbose_name_plural": "inputs",
                        "ordering": ["-submitted_at", "-pk"],
                        "indexes": [
                            models.Index(fields=["consultation", "state", "theme"], name="submission_tally"),
                            models.Index(fields=["-submitted_at", "-id"], name="submission_newest"),
                            models.Index(
                                fields=["state", "audience", "-submitted_at", "-id"],
                                include=("stakeholder",),
                                name="submission_public",
                            ),
                            models.Index(fields=["theme", "-submitted_at", "-id"], name="submission_theme"),
                            models.Index(
                                condition=models.Q(("audience", "public"), ("state", "accepted")),
                                fields=["decided_at", "id"],
                                name="submission_feed",
                            ),
                            models.Index(fields=["stakeholder", "-submitted_at", "-id"], name="submission_stakeholder"),
                            models.Index(
                                condition=models.Q(
                                    ("title__contains", "[["),
                                    ("body__contains", "[["),
                                    ("proposed_wording__contains", "[["),
                                    _connector="OR",
                                ),
                                fields=["id"],
                                name="submission_holds_back",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        ["draft", "submitted", "accepted", "returned", "set_aside", "withdrawn"],
                                    )
                                ),
                                name="submission_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("audience__in", ["public", "members", "secretariat"])),
                                name="submission_audience",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("channel__in", ["web", "email", "letter", "forum"])),
                                name="submission_channel",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="submission_decided",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("signed_off_at__isnull", True), ("signed_off_by__isnull", True)),
                                    models.Q(("signed_off_at__isnull", False), ("signed_off_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="submission_signed_off",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("checked_at__isnull", True), ("checked_by__isnull", True)),
                                    models.Q(("checked_at__isnull", False), ("checked_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="submission_checked",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("late_at__isnull", True), ("late_by__isnull", True)),
                                    models.Q(("late_at__isnull", False), ("late_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="submission_late",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("late_at", None), models.Q(("late_reason", ""), _negated=True), _connector="OR"
                                ),
                                name="submission_late_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("checked_by", None),
                                    models.Q(("checked_by", models.F("entered_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="submission_checked_by_another",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("content_sha256", ""), ("reference", None), ("submitted_at", None)),
                                    models.Q(
                                        ("reference__isnull", False),
                                        ("submitted_at__isnull", False),
                                        models.Q(("content_sha256", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="submission_sent",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["draft", "withdrawn"]),
                                    ("submitted_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="submission_sent_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["returned", "set_aside"]), _negated=True),
                                    models.Q(("state_reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="submission_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("channel", "web"), ("entered_by", None)),
                                    models.Q(
                                        models.Q(("channel", "web"), _negated=True), ("entered_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="submission_entered_by",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{accepted:submitted,draft:submitted,draft:withdrawn,returned:submitted,returned:withdrawn,set_aside:submitted,submitted:accepted,submitted:returned,submitted:set_aside,submitted:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="2dd403ce28e89c3969d2b8e640d411722e913d36",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_51798",
                                    table="consultations_submission",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition='WHEN (NOT (NEW."state" = \'draft\' OR (NEW."entered_by_id" IS NOT NULL AND NEW."state" = \'submitted\')))',
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="f1c6523c3e28de18ce8632f95a02c6feadb3196e",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_987bd",
                                    table="consultations_submission",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="959c275682f14a43c613b3ac98db03ace2bc1134",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_030f7",
                                    table="consultations_submission",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="search_new_inputs",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="\n            INSERT INTO consultations_searchentry (submission_id, words)\n            SELECT input.id, setweight(to_tsvector('english', regexp_replace(input.title, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'A') || setweight(to_tsvector('portal', regexp_replace(input.title, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'A') || setweight(to_tsvector('english', regexp_replace(input.body, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'B') || setweight(to_tsvector('portal', regexp_replace(input.body, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'B') || setweight(to_tsvector('english', regexp_replace(input.proposed_wording, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'C') || setweight(to_tsvector('portal', regexp_replace(input.proposed_wording, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'C') FROM written AS input\n            ON CONFLICT (submission_id) WHERE point_id IS NULL AND attachment_id IS NULL\n            DO UPDATE SET words = EXCLUDED.words;\n            RETURN NULL;\n        ",
                                    hash="8c2c9a264b97ccad45a89df1c6f5ee1371c551ad",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_search_new_inputs_4f5a2",
                                    referencing="REFERENCING NEW TABLE AS written ",
                                    table="consultations_submission",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="search_input",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="IF TG_OP = 'UPDATE' AND OLD.title IS NOT DISTINCT FROM NEW.title AND OLD.body IS NOT DISTINCT FROM NEW.body AND OLD.proposed_wording IS NOT DISTINCT FROM NEW.proposed_wording THEN RETURN NULL; END IF;\n            INSERT INTO consultations_searchentry (submission_id, words)\n            SELECT input.id, setweight(to_tsvector('english', regexp_replace(input.title, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'A') || setweight(to_tsvector('portal', regexp_replace(input.title, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'A') || setweight(to_tsvector('english', regexp_replace(input.body, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'B') || setweight(to_tsvector('portal', regexp_replace(input.body, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'B') || setweight(to_tsvector('english', regexp_replace(input.proposed_wording, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'C') || setweight(to_tsvector('portal', regexp_replace(input.proposed_wording, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'C') FROM (SELECT NEW.*) AS input\n            ON CONFLICT (submission_id) WHERE point_id IS NULL AND attachment_id IS NULL\n            DO UPDATE SET words = EXCLUDED.words;\n            RETURN NULL;\n        ",
                                    hash="a95bdf7b4cca58f766c8b35453850b3ccec4aa23",
                                    operation="UPDATE",
                                    pgid="pgtrigger_search_input_4b2d5",
                                    table="consultations_submission",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="tally_new",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="\n        INSERT INTO consultations_tally (consultation_id, theme_id, stakeholder_id, inputs, points) SELECT consultation_id, theme_id, stakeholder_id, count(*), 0 FROM written WHERE (written.submitted_at IS NOT NULL AND written.state <> 'withdrawn') GROUP BY consultation_id, theme_id, stakeholder_id ORDER BY consultation_id, theme_id, stakeholder_id\n        ON CONFLICT (consultation_id, theme_id, stakeholder_id) DO UPDATE SET inputs = consultations_tally.inputs + EXCLUDED.inputs;\n     RETURN NULL;",
                                    hash="1b5b0b094e659ad386709dc683cfbc047bb2a1ed",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_tally_new_39fff",
                                    referencing="REFERENCING NEW TABLE AS written ",
                                    table="consultations_submission",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="tally",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="\n                IF TG_OP = 'UPDATE' AND OLD.state IS NOT DISTINCT FROM NEW.state AND OLD.consultation_id IS NOT DISTINCT FROM NEW.consultation_id AND OLD.theme_id IS NOT DISTINCT FROM NEW.theme_id AND OLD.stakeholder_id IS NOT DISTINCT FROM NEW.stakeholder_id THEN RETURN NULL; END IF;\n                IF (OLD.submitted_at IS NOT NULL AND OLD.state <> 'withdrawn') AND (NEW.submitted_at IS NOT NULL AND NEW.state <> 'withdrawn') AND NOT (OLD.consultation_id IS DISTINCT FROM NEW.consultation_id OR OLD.theme_id IS DISTINCT FROM NEW.theme_id OR OLD.stakeholder_id IS DISTINCT FROM NEW.stakeholder_id) THEN RETURN NULL; END IF;\n                IF (OLD.submitted_at IS NOT NULL AND OLD.state <> 'withdrawn') THEN \n        INSERT INTO consultations_tally (consultation_id, theme_id, stakeholder_id, inputs, points) VALUES (OLD.consultation_id, OLD.theme_id, OLD.stakeholder_id, 0, 0)\n        ON CONFLICT (consultation_id, theme_id, stakeholder_id) DO UPDATE SET inputs = consultations_tally.inputs + -1;\n     END IF;\n                IF (NEW.submitted_at IS NOT NULL AND NEW.state <> 'withdrawn') THEN \n        INSERT INTO consultations_tally (consultation_id, theme_id, stakeholder_id, inputs, points) VALUES (NEW.consultation_id, NEW.theme_id, NEW.stakeholder_id, 1, 0)\n        ON CONFLICT (consultation_id, theme_id, stakeholder_id) DO UPDATE SET inputs = consultations_tally.inputs + 1;\n     END IF;\n                RETURN NULL;\n            ",
                                    hash="eb5e4165a99d87519c363f9aa8c773baadfbff94",
                                    operation="UPDATE",
                                    pgid="pgtrigger_tally_c470e",
                                    table="consultations_submission",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Attachment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="key")),
                        (
                            "submission",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attachments",
                                to="consultations.submission",
                                verbose_name="input",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("evidence", "attachment"),
                                    ("original", "original received on paper or by mail"),
                                ],
                                default="evidence",
                                max_length=8,
                                verbose_name="kind",
                            ),
                        ),
                        ("name", consultations.db.fields.CleanCharField(max_length=200, verbose_name="file name")),
                        (
                            "media_type",
                            models.CharField(blank=True, editable=False, max_length=100, verbose_name="type"),
                        ),
                        ("size", models.PositiveBigIntegerField(verbose_name="size in bytes")),
                        (
                            "received",
                            models.PositiveBigIntegerField(default=0, editable=False, verbose_name="bytes received"),
                        ),
                        ("sha256", models.CharField(blank=True, editable=False, max_length=64, verbose_name="SHA-256")),
                        (
                            "stored_as",
                            models.CharField(editable=False, max_length=64, unique=True, verbose_name="stored as"),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("uploading", "being uploaded"),
                                    ("waiting", "waiting for the virus scanner"),
                                    ("ready", "ready"),
                                    ("refused", "refused"),
                                    ("removed", "removed"),
                                ],
                                default="uploading",
                                editable=False,
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "state_reason",
                            consultations.db.fields.CleanTextField(blank=True, editable=False, verbose_name="reason"),
                        ),
                        ("text", models.TextField(blank=True, editable=False, verbose_name="text in the file")),
                        (
                            "uploaded_by",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        (
                            "uploaded_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="when"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "attachment",
                        "verbose_name_plural": "attachments",
                        "ordering": ["uploaded_at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["uploading", "waiting", "ready", "refused", "removed"])
                                ),
                                name="attachment_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["evidence", "original"])), name="attachment_kind"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("received__lte", models.F("size"))), name="attachment_received"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["waiting", "ready"]), _negated=True),
                                    models.Q(
                                        ("received", models.F("size")),
                                        models.Q(("sha256", ""), _negated=True),
                                        models.Q(("media_type", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="attachment_complete",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{ready:removed,refused:removed,uploading:ready,uploading:refused,uploading:removed,uploading:waiting,waiting:ready,waiting:refused,waiting:removed}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="45cdfe0ad96988dbf997bfa59c96b00992ada4e2",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_80e20",
                                    table="consultations_attachment",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'uploading'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="741e1c4aece0b020370ea791fdc967c39aaee453",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_5774c",
                                    table="consultations_attachment",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="0424f24fbfa4077d0fec1baa166556cb0f0ad99b",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_b6470",
                                    table="consultations_attachment",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="search_attachment",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="\n            IF TG_OP = 'UPDATE' AND OLD.text IS NOT DISTINCT FROM NEW.text AND OLD.name IS NOT DISTINCT FROM NEW.name AND OLD.state IS NOT DISTINCT FROM NEW.state THEN RETURN NULL; END IF;\n            IF NEW.state = 'ready' AND NEW.kind = 'evidence' THEN\n                INSERT INTO consultations_searchentry (submission_id, attachment_id, words)\n                VALUES (NEW.submission_id, NEW.id, setweight(to_tsvector('english', NEW.name), 'C') || setweight(to_tsvector('portal', NEW.name), 'C') || setweight(to_tsvector('english', left(NEW.text, 200000)), 'D') || setweight(to_tsvector('portal', left(NEW.text, 200000)), 'D'))\n                ON CONFLICT (attachment_id) DO UPDATE SET words = EXCLUDED.words;\n            ELSE\n                DELETE FROM consultations_searchentry WHERE attachment_id = NEW.id;\n            END IF;\n            RETURN NULL;\n        ",
                                    hash="4a4c7eea0a224c9210148e966a33019c7642a7ca",
                                    operation="INSERT OR UPDATE",
                                    pgid="pgtrigger_search_attachment_6aac9",
                                    table="consultations_attachment",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Endorsement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "submission",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="endorsements",
                                to="consultations.submission",
                                verbose_name="input",
                            ),
                        ),
                        (
                            "stakeholder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="endorsements",
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
                        (
                            "at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="when"
                            ),
                        ),
                        (
                            "withdrawn_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="withdrawn by",
                            ),
                        ),
                        (
                            "withdrawn_at",
                            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="withdrawn"),
                        ),
                    ],
                    options={
                        "verbose_name": "endorsement",
                        "verbose_name_plural": "endorsements",
                        "ordering": ["at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                                    models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="endorsement_withdrawn",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at", None)),
                                fields=("submission", "stakeholder"),
                                name="endorsement_once",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="9286127cb3375ab84cf810d606cadf7c4e079563",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_7715e",
                                    table="consultations_endorsement",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Note",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "submission",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="notes",
                                to="consultations.submission",
                                verbose_name="input",
                            ),
                        ),
                        ("text", consultations.db.fields.CleanTextField(max_length=5000, verbose_name="note")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                    ],
                    options={
                        "verbose_name": "internal note",
                        "verbose_name_plural": "internal notes",
                        "ordering": ["at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Point",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "reference",
                            models.CharField(editable=False, max_length=30, unique=True, verbose_name="reference"),
                        ),
                        (
                            "consultation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="points",
                                to="consultations.consultation",
                                verbose_name="consultation",
                            ),
                        ),
                        (
                            "submission",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="points",
                                to="consultations.submission",
                                verbose_name="input",
                            ),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="points",
                                to="consultations.forumsession",
                                verbose_name="session",
                            ),
                        ),
                        (
                            "stakeholder",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="points",
                                to="consultations.stakeholder",
                                verbose_name="raised by",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="number in its source")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("finding", "finding"),
                                    ("good_practice", "good practice"),
                                    ("challenge", "challenge"),
                                    ("recommendation", "recommendation"),
                                    ("commitment", "commitment"),
                                    ("decision", "decision"),
                                    ("dissent", "dissent"),
                                ],
                                max_length=14,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "theme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="points",
                                to="consultations.theme",
                                verbose_name="theme",
                            ),
                        ),
                        ("text", consultations.db.fields.CleanTextField(max_length=2000, verbose_name="text")),
                        (
                            "held_back",
                            models.BooleanField(
                                default=False, editable=False, verbose_name="from a passage that is held back"
                            ),
                        ),
                        (
                            "responsible",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=200, verbose_name="who will do it"
                            ),
                        ),
                        ("due_on", models.DateField(blank=True, null=True, verbose_name="by when")),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged",
                                to="consultations.point",
                                verbose_name="joined to",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "draft"),
                                    ("submitted", "handed in"),
                                    ("validated", "validated"),
                                    ("merged", "joined to another"),
                                    ("disposed", "answered"),
                                    ("withdrawn", "taken back"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="written"
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="written by",
                            ),
                        ),
                        (
                            "compared_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="compared with other inputs"
                            ),
                        ),
                        (
                            "provisions",
                            models.ManyToManyField(
                                blank=True,
                                related_name="points",
                                to="consultations.provision",
                                verbose_name="objectives",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "point",
                        "verbose_name_plural": "points",
                        "ordering": ["reference"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        ["draft", "submitted", "validated", "merged", "disposed", "withdrawn"],
                                    )
                                ),
                                name="point_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "finding",
                                            "good_practice",
                                            "challenge",
                                            "recommendation",
                                            "commitment",
                                            "decision",
                                            "dissent",
                                        ],
                                    )
                                ),
                                name="point_kind",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("session", None), ("submission__isnull", False)),
                                    models.Q(("session__isnull", False), ("submission", None)),
                                    _connector="OR",
                                ),
                                name="point_one_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("merged_into__isnull", False), ("state", "merged")),
                                    models.Q(models.Q(("state", "merged"), _negated=True), ("merged_into", None)),
                                    _connector="OR",
                                ),
                                name="point_merged",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("merged_into", None),
                                    models.Q(("merged_into", models.F("pk")), _negated=True),
                                    _connector="OR",
                                ),
                                name="point_not_into_itself",
                            ),
                            models.UniqueConstraint(fields=("submission", "number"), name="point_number_in_input"),
                            models.UniqueConstraint(fields=("session", "number"), name="point_number_in_session"),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{draft:submitted,draft:validated,draft:withdrawn,merged:validated,submitted:draft,submitted:validated,submitted:withdrawn,validated:disposed,validated:merged,validated:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="ccf3e146fb819ebdf226cf29d10e0f0cb4e9d06e",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_30ed6",
                                    table="consultations_point",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'draft'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="5ce146482b43828bcbf084f0a0c9a4f2ae5ea43c",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_9699a",
                                    table="consultations_point",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="278a09882546be001620827336e532dc334f1550",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_2e18c",
                                    table="consultations_point",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="search_point",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="\n            IF TG_OP = 'UPDATE' AND OLD.text IS NOT DISTINCT FROM NEW.text AND OLD.held_back IS NOT DISTINCT FROM NEW.held_back AND OLD.state IS NOT DISTINCT FROM NEW.state THEN RETURN NULL; END IF;\n            IF NEW.submission_id IS NULL THEN RETURN NULL; END IF;\n            IF NEW.held_back OR NEW.state = 'withdrawn' THEN\n                DELETE FROM consultations_searchentry WHERE point_id = NEW.id;\n            ELSE\n                INSERT INTO consultations_searchentry (submission_id, point_id, words)\n                VALUES (NEW.submission_id, NEW.id, setweight(to_tsvector('english', NEW.text), 'B') || setweight(to_tsvector('portal', NEW.text), 'B'))\n                ON CONFLICT (point_id) DO UPDATE SET words = EXCLUDED.words;\n            END IF;\n            RETURN NULL;\n        ",
                                    hash="b944466867ab27280fb88c6be274cc82fcc819dd",
                                    operation="INSERT OR UPDATE",
                                    pgid="pgtrigger_search_point_1ef8b",
                                    table="consultations_point",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="tally_new",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="\n        INSERT INTO consultations_tally (consultation_id, theme_id, stakeholder_id, points, inputs) SELECT consultation_id, theme_id, stakeholder_id, count(*), 0 FROM written WHERE (written.state IN ('validated', 'merged', 'disposed')) GROUP BY consultation_id, theme_id, stakeholder_id ORDER BY consultation_id, theme_id, stakeholder_id\n        ON CONFLICT (consultation_id, theme_id, stakeholder_id) DO UPDATE SET points = consultations_tally.points + EXCLUDED.points;\n     RETURN NULL;",
                                    hash="83b6b98d0454effa2c471cc413914d60ffbaae3c",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_tally_new_942cd",
                                    referencing="REFERENCING NEW TABLE AS written ",
                                    table="consultations_point",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="tally",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="\n                IF TG_OP = 'UPDATE' AND OLD.state IS NOT DISTINCT FROM NEW.state AND OLD.consultation_id IS NOT DISTINCT FROM NEW.consultation_id AND OLD.theme_id IS NOT DISTINCT FROM NEW.theme_id AND OLD.stakeholder_id IS NOT DISTINCT FROM NEW.stakeholder_id THEN RETURN NULL; END IF;\n                IF (OLD.state IN ('validated', 'merged', 'disposed')) AND (NEW.state IN ('validated', 'merged', 'disposed')) AND NOT (OLD.consultation_id IS DISTINCT FROM NEW.consultation_id OR OLD.theme_id IS DISTINCT FROM NEW.theme_id OR OLD.stakeholder_id IS DISTINCT FROM NEW.stakeholder_id) THEN RETURN NULL; END IF;\n                IF (OLD.state IN ('validated', 'merged', 'disposed')) THEN \n        INSERT INTO consultations_tally (consultation_id, theme_id, stakeholder_id, points, inputs) VALUES (OLD.consultation_id, OLD.theme_id, OLD.stakeholder_id, 0, 0)\n        ON CONFLICT (consultation_id, theme_id, stakeholder_id) DO UPDATE SET points = consultations_tally.points + -1;\n     END IF;\n                IF (NEW.state IN ('validated', 'merged', 'disposed')) THEN \n        INSERT INTO consultations_tally (consultation_id, theme_id, stakeholder_id, points, inputs) VALUES (NEW.consultation_id, NEW.theme_id, NEW.stakeholder_id, 1, 0)\n        ON CONFLICT (consultation_id, theme_id, stakeholder_id) DO UPDATE SET points = consultations_tally.points + 1;\n     END IF;\n                RETURN NULL;\n            ",
                                    hash="64f9b59f2b31ef78d656b971b5a851c0419ab0e6",
                                    operation="UPDATE",
                                    pgid="pgtrigger_tally_0441a",
                                    table="consultations_point",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ActionPoint",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="key")),
                        (
                            "forum",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="actions",
                                to="consultations.forum",
                                verbose_name="forum",
                            ),
                        ),
                        (
                            "point",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="action",
                                to="consultations.point",
                                verbose_name="commitment",
                            ),
                        ),
                        (
                            "text",
                            consultations.db.fields.CleanTextField(
                                max_length=2000, verbose_name="what needs to be done"
                            ),
                        ),
                        (
                            "stakeholder",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="actions",
                                to="consultations.stakeholder",
                                verbose_name="organisation",
                            ),
                        ),
                        (
                            "responsible",
                            consultations.db.fields.CleanCharField(
                                blank=True, max_length=200, verbose_name="who will do it"
                            ),
                        ),
                        ("due_on", models.DateField(blank=True, null=True, verbose_name="by when")),
                        (
                            "state",
                            models.CharField(
                                choices=[("open", "open"), ("done", "done"), ("dropped", "dropped")],
                                default="open",
                                editable=False,
                                max_length=8,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "report",
                            consultations.db.fields.CleanTextField(
                                blank=True, editable=False, max_length=2000, verbose_name="what came of it"
                            ),
                        ),
                        ("ended_on", models.DateField(editable=False, null=True, verbose_name="ended")),
                        (
                            "by",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="entered by",
                            ),
                        ),
                        ("at", models.DateTimeField(editable=False, verbose_name="entered")),
                    ],
                    options={
                        "verbose_name": "action point",
                        "verbose_name_plural": "action points",
                        "ordering": ["due_on", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["open", "done", "dropped"])), name="actionpoint_state"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("stakeholder__isnull", False),
                                    models.Q(("responsible", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="actionpoint_somebody_does_it",
                                violation_error_message="Enter who will do it.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("ended_on", None), ("state", "open")),
                                    models.Q(models.Q(("state", "open"), _negated=True), ("ended_on__isnull", False)),
                                    _connector="OR",
                                ),
                                name="actionpoint_ended",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{done:open,dropped:open,open:done,open:dropped}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="9e36c848b974b8c2ebb863008a27bf390aa8e42a",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_b2f44",
                                    table="consultations_actionpoint",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'open'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="952c2ffa33f9dd6f45bb658901355ab3c07c78e7",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_a653c",
                                    table="consultations_actionpoint",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="e1b012335ea52b2589e37ca846f8544f7cb3eec1",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_a13be",
                                    table="consultations_actionpoint",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Likeness",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "first_point",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="consultations.point",
                                verbose_name="first point",
                            ),
                        ),
                        (
                            "second_point",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="consultations.point",
                                verbose_name="second point",
                            ),
                        ),
                        (
                            "first_input",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="consultations.submission",
                                verbose_name="first input",
                            ),
                        ),
                        (
                            "second_input",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="consultations.submission",
                                verbose_name="second input",
                            ),
                        ),
                        ("score", models.FloatField(verbose_name="similarity from 0 to 1")),
                        ("words", models.JSONField(default=list, verbose_name="words in common")),
                        ("method", models.CharField(max_length=40, verbose_name="method")),
                        ("found_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="found")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "to review"),
                                    ("merged", "joined to another"),
                                    ("dismissed", "not the same"),
                                ],
                                default="open",
                                editable=False,
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("reason", consultations.db.fields.CleanTextField(blank=True, verbose_name="reason")),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="decided by",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                    ],
                    options={
                        "verbose_name": "possible duplicate",
                        "verbose_name_plural": "possible duplicates",
                        "ordering": ["-score", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["open", "merged", "dismissed"])),
                                name="likeness_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("first_input", None),
                                        ("first_point__isnull", False),
                                        ("first_point__lt", models.F("second_point")),
                                        ("second_input", None),
                                        ("second_point__isnull", False),
                                    ),
                                    models.Q(
                                        ("first_input__isnull", False),
                                        ("first_input__lt", models.F("second_input")),
                                        ("first_point", None),
                                        ("second_input__isnull", False),
                                        ("second_point", None),
                                    ),
                                    _connector="OR",
                                ),
                                name="likeness_one_pair",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("score__gte", 0), ("score__lte", 1)), name="likeness_score"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at", None), ("decided_by", None), ("state", "open")),
                                    models.Q(
                                        models.Q(("state", "open"), _negated=True),
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="likeness_decided",
                            ),
                            models.UniqueConstraint(
                                fields=("first_point", "second_point"), name="likeness_points_once"
                            ),
                            models.UniqueConstraint(
                                fields=("first_input", "second_input"), name="likeness_inputs_once"
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{dismissed:open,merged:open,open:dismissed,open:merged}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="c094b6072db721773ded2f89be55dafad6884f1d",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_82483",
                                    table="consultations_likeness",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'open'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="bd04cffc0e35df2b8239eb59d1a4641ca6399e42",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_73257",
                                    table="consultations_likeness",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="044d987f25d37625049556cc0291eac98fb9e952",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_8afab",
                                    table="consultations_likeness",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Misreading",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("text", consultations.db.fields.CleanTextField(max_length=2000, verbose_name="text")),
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
                        (
                            "at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="when"
                            ),
                        ),
                        (
                            "answer",
                            consultations.db.fields.CleanTextField(blank=True, max_length=2000, verbose_name="answer"),
                        ),
                        (
                            "answered_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="answered by",
                            ),
                        ),
                        (
                            "answered_at",
                            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="answered"),
                        ),
                        (
                            "point",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="misreadings",
                                to="consultations.point",
                                verbose_name="point",
                            ),
                        ),
                        (
                            "stakeholder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="misreadings",
                                to="consultations.stakeholder",
                                verbose_name="organisation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "reply to a point",
                        "verbose_name_plural": "replies to points",
                        "ordering": ["at", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("answered_at__isnull", True), ("answered_by__isnull", True)),
                                    models.Q(("answered_at__isnull", False), ("answered_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="misreading_answered",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("answer", ""), ("answered_at", None)),
                                    models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="misreading_answer",
                            ),
                            models.UniqueConstraint(fields=("point", "stakeholder"), name="misreading_once"),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="fd900f7ccbaefb488b039c6c4eae8359e982825f",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_8b02e",
                                    table="consultations_misreading",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Presence",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "submission",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="presences",
                                to="consultations.submission",
                                verbose_name="input",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        ("seen_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="seen")),
                    ],
                    options={
                        "verbose_name": "presence",
                        "verbose_name_plural": "presences",
                        "constraints": [models.UniqueConstraint(fields=("submission", "user"), name="presence_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Question",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("text", consultations.db.fields.CleanTextField(max_length=2000, verbose_name="text")),
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
                        (
                            "at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="when"
                            ),
                        ),
                        (
                            "answer",
                            consultations.db.fields.CleanTextField(blank=True, max_length=2000, verbose_name="answer"),
                        ),
                        (
                            "answered_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="answered by",
                            ),
                        ),
                        (
                            "answered_at",
                            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="answered"),
                        ),
                        (
                            "submission",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="questions",
                                to="consultations.submission",
                                verbose_name="input",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "question",
                        "verbose_name_plural": "questions",
                        "ordering": ["at", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("answered_at__isnull", True), ("answered_by__isnull", True)),
                                    models.Q(("answered_at__isnull", False), ("answered_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="question_answered",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("answer", ""), ("answered_at", None)),
                                    models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="question_answer",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="3c6fe42ccd9e3c2d76242680fad0aa5798b41a95",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_0a705",
                                    table="consultations_question",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SearchEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "submission",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="consultations.submission",
                            ),
                        ),
                        (
                            "point",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="consultations.point",
                            ),
                        ),
                        (
                            "attachment",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="consultations.attachment",
                            ),
                        ),
                        ("words", django.contrib.postgres.search.SearchVectorField()),
                    ],
                    options={
                        "verbose_name": "search entry",
                        "verbose_name_plural": "search entries",
                        "indexes": [
                            django.contrib.postgres.indexes.GinIndex(
                                fastupdate=False, fields=["words"], name="searchentry_words"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("attachment", None), ("point", None)),
                                fields=("submission",),
                                name="searchentry_input_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("point", None), ("attachment", None), _connector="OR"),
                                name="searchentry_one_source",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Proposal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="key")),
                        ("act", models.CharField(max_length=40, verbose_name="act")),
                        ("record_kind", models.CharField(max_length=60, verbose_name="kind of record")),
                        ("record_id", models.PositiveBigIntegerField(verbose_name="record")),
                        ("record_label", models.CharField(max_length=200, verbose_name="record's name")),
                        (
                            "values",
                            models.JSONField(
                                default=dict,
                                encoder=django.core.serializers.json.DjangoJSONEncoder,
                                verbose_name="what is proposed",
                            ),
                        ),
                        ("reason", consultations.db.fields.CleanTextField(max_length=2000, verbose_name="reason")),
                        ("proposed_at", models.DateTimeField(verbose_name="proposed")),
                        ("lapses_at", models.DateTimeField(verbose_name="lapses")),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("proposed", "waiting for a second person"),
                                    ("confirmed", "confirmed"),
                                    ("refused", "not confirmed"),
                                    ("withdrawn", "withdrawn"),
                                    ("lapsed", "lapsed"),
                                ],
                                default="proposed",
                                editable=False,
                                max_length=9,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "concerns",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person concerned",
                            ),
                        ),
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
                        (
                            "proposed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="proposed by",
                            ),
                        ),
                        ("told", models.JSONField(default=list, verbose_name="consequences, as proposed")),
                    ],
                    options={
                        "verbose_name": "proposal for a second person",
                        "verbose_name_plural": "proposals for a second person",
                        "ordering": ["-proposed_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["proposed", "confirmed", "refused", "withdrawn", "lapsed"])
                                ),
                                name="proposal_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True), name="proposal_reason"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state", "proposed"), ("decided_at__isnull", False), _connector="XOR"
                                ),
                                name="proposal_decided",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("decided_by__isnull", False),
                                        ("state__in", ["confirmed", "refused"]),
                                        models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                                    ),
                                    models.Q(("decided_by", models.F("proposed_by")), ("state", "withdrawn")),
                                    models.Q(("decided_by", None), ("state__in", ["proposed", "lapsed"])),
                                    _connector="OR",
                                ),
                                name="proposal_two_people",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("concerns", None),
                                    models.Q(
                                        models.Q(("concerns", models.F("proposed_by")), _negated=True),
                                        models.Q(
                                            ("decided_by", None),
                                            models.Q(("concerns", models.F("decided_by")), _negated=True),
                                            _connector="OR",
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="proposal_not_in_ones_own_matter",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "proposed")),
                                fields=("act", "record_kind", "record_id"),
                                name="proposal_one_open",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="state_moves",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    declare="DECLARE _is_valid_transition BOOLEAN;",
                                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{proposed:confirmed,proposed:lapsed,proposed:refused,proposed:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                                    hash="6e3bb09208b1a3e01b28c2876d40d3cf3df3d7f3",
                                    operation="UPDATE",
                                    pgid="pgtrigger_state_moves_1f236",
                                    table="consultations_proposal",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="state_starts",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (NEW.\"state\" = 'proposed'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;",
                                    hash="f2872d3f7ec81451dd805547446ab72844a34e54",
                                    operation="INSERT",
                                    pgid="pgtrigger_state_starts_84133",
                                    table="consultations_proposal",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="decided_stays",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (NOT (OLD.\"state\" = 'proposed'))",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                                    hash="b55ac0596a5046696cba1552232c4e5822b611f0",
                                    operation="UPDATE",
                                    pgid="pgtrigger_decided_stays_e07de",
                                    table="consultations_proposal",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="72cd7a5614d17ad6658d94bb3ec97fe3a98c2e80",
                                    operation="DELETE",
                                    pgid="pgtrigger_no_delete_4bd60",
                                    table="consultations_proposal",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="stays_as_proposed",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."act" IS DISTINCT FROM (NEW."act") OR OLD."record_kind" IS DISTINCT FROM (NEW."record_kind") OR OLD."record_id" IS DISTINCT FROM (NEW."record_id") OR OLD."record_label" IS DISTINCT FROM (NEW."record_label") OR OLD."values" IS DISTINCT FROM (NEW."values") OR OLD."told" IS DISTINCT FROM (NEW."told") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."concerns_id" IS DISTINCT FROM (NEW."concerns_id") OR OLD."proposed_by_id" IS DISTINCT FROM (NEW."proposed_by_id") OR OLD."proposed_at" IS DISTINCT FROM (NEW."proposed_at"))',
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                                    hash="b97250f86ce1e267272450625d4ddd1e55d77032",
                                    operation="UPDATE",
                                    pgid="pgtrigger_stays_as_proposed_51424",
                                    table="consultations_proposal",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Salt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=60, verbose_name="kind of record")),
                        ("object_id", models.CharField(max_length=64, verbose_name="record")),
                        ("value", models.BinaryField(max_length=32)),
                    ],
                    options={
                        "verbose_name": "salt",
                        "verbose_name_plural": "salts",
                        "indexes": [models.Index(fields=["kind", "object_id"], name="salt_of")],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="no_change",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                                    hash="149fb09eb87693653cedefda3fc380adb9be711e",
                                    operation="UPDATE",
                                    pgid="pgtrigger_no_change_77588",
                                    table="consultations_salt",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="erased_by_entry",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="\n                    IF EXISTS (\n                        SELECT FROM consultations_event WHERE kind = OLD.kind AND object_id = OLD.object_id\n                        AND verb = 'erase' AND commitments -> 'erases' @> to_jsonb(OLD.id)\n                    ) THEN RETURN OLD; END IF;\n                    RAISE EXCEPTION 'pgtrigger: no entry of the journal erases salt %', OLD.id;\n                ",
                                    hash="b23b919a691f040bd47cdf198cc8af4a884a6504",
                                    operation="DELETE",
                                    pgid="pgtrigger_erased_by_entry_7aff6",
                                    table="consultations_salt",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
                                    hash="f9644698082b5f9cd120244ebed639cf8442f27b",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_2d7af",
                                    table="consultations_salt",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IntegrityCheck",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("begun_at", models.DateTimeField(verbose_name="begun")),
                        ("seconds", models.FloatField(verbose_name="seconds")),
                        ("number", models.PositiveIntegerField(verbose_name="number of findings")),
                        ("findings", models.JSONField(default=list, verbose_name="first findings")),
                        ("looked_at", models.JSONField(default=dict, verbose_name="checked")),
                    ],
                    options={
                        "verbose_name": "check of all stored data",
                        "verbose_name_plural": "checks of all stored data",
                        "ordering": ["-begun_at", "-pk"],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="a485091e940514b734e8a5dc34222460f4432165",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_b3138",
                                    table="consultations_integritycheck",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MailCount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "scope",
                            models.CharField(
                                choices=[
                                    ("person", "caused by a person"),
                                    ("organisation", "caused by an organisation"),
                                    ("address", "to one address"),
                                    ("account", "from the account pages, to one address"),
                                ],
                                max_length=12,
                                verbose_name="scope",
                            ),
                        ),
                        ("key", models.CharField(max_length=64, verbose_name="whose")),
                        ("since", models.DateTimeField(verbose_name="since")),
                        ("number", models.PositiveIntegerField(verbose_name="number")),
                    ],
                    options={
                        "verbose_name": "count of mails",
                        "verbose_name_plural": "counts of mails",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("scope__in", ["person", "organisation", "address", "account"])),
                                name="mailcount_scope",
                            ),
                            models.UniqueConstraint(fields=("scope", "key", "since"), name="mailcount_once"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MailStop",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "address_hash",
                            models.CharField(
                                editable=False, max_length=64, unique=True, verbose_name="SHA-256 of the address"
                            ),
                        ),
                        (
                            "stopped_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="stopped"
                            ),
                        ),
                        (
                            "resumed_at",
                            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="taken back"),
                        ),
                    ],
                    options={
                        "verbose_name": "stopped address",
                        "verbose_name_plural": "stopped addresses",
                        "ordering": ["-stopped_at"],
                    },
                ),
                migrations.CreateModel(
                    name="AccessEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                        (
                            "what",
                            models.CharField(
                                choices=[
                                    ("log_in", "signed in"),
                                    ("log_in_failed", "sign-in failed"),
                                    ("factor_failed", "second step of the sign-in failed"),
                                    ("lock_out", "locked out after too many attempts"),
                                    ("owner_warned", "owner of the account was notified"),
                                    ("refusal", "refused"),
                                    ("upload_refused", "file was refused"),
                                    ("false_copy", "copy is not authentic"),
                                    ("export", "personal data exported"),
                                    ("read", "restricted paper read"),
                                ],
                                max_length=16,
                                verbose_name="what happened",
                            ),
                        ),
                        (
                            "visitor",
                            models.CharField(blank=True, max_length=200, verbose_name="name given by a visitor"),
                        ),
                        (
                            "address",
                            models.CharField(blank=True, max_length=43, verbose_name="address of the connection"),
                        ),
                        ("kind", models.CharField(blank=True, max_length=60, verbose_name="kind of record")),
                        ("object_id", models.CharField(blank=True, max_length=64, verbose_name="record")),
                        ("object_label", models.CharField(blank=True, max_length=200, verbose_name="record's name")),
                        ("sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256")),
                        ("details", models.JSONField(default=dict, verbose_name="details")),
                        ("once", models.CharField(editable=False, max_length=120, null=True, unique=True)),
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
                    ],
                    options={
                        "verbose_name": "access log entry",
                        "verbose_name_plural": "access log",
                        "ordering": ["-pk"],
                        "indexes": [
                            models.Index(fields=["kind", "object_id", "id"], name="accessentry_about"),
                            models.Index(fields=["what", "at"], name="accessentry_what_at"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "what__in",
                                        [
                                            "log_in",
                                            "log_in_failed",
                                            "factor_failed",
                                            "lock_out",
                                            "owner_warned",
                                            "refusal",
                                            "upload_refused",
                                            "false_copy",
                                            "export",
                                            "read",
                                        ],
                                    )
                                ),
                                name="accessentry_what",
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                                    hash="df8cf5cddbf315c3336f7c374dbb441200e2942f",
                                    operation="UPDATE",
                                    pgid="pgtrigger_append_only_c671b",
                                    table="consultations_accessentry",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="kept_for_its_time",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (OLD.at > now() - interval '365 days')",
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                                    hash="40618f85a47e292b3024289d4f6846626ad17375",
                                    operation="DELETE",
                                    pgid="pgtrigger_kept_for_its_time_f089a",
                                    table="consultations_accessentry",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
                                    hash="836de6dd25e2ce971823f17b0fcc9416122366f1",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_fe029",
                                    table="consultations_accessentry",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="not_while_sealed",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="PERFORM pg_advisory_xact_lock_shared(20171023); RETURN NULL;",
                                    hash="90403f27233f4c797b1e8e14acd3d501c34091fc",
                                    level="STATEMENT",
                                    operation="INSERT",
                                    pgid="pgtrigger_not_while_sealed_4f956",
                                    table="consultations_accessentry",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AccessSeal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("first_id", models.PositiveBigIntegerField(unique=True, verbose_name="first entry")),
                        ("last_id", models.PositiveBigIntegerField(unique=True, verbose_name="last entry")),
                        ("count", models.PositiveBigIntegerField(verbose_name="entries")),
                        ("previous", models.CharField(max_length=64, verbose_name="digest of the previous seal")),
                        ("digest", models.CharField(max_length=64, verbose_name="digest")),
                        ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                    ],
                    options={
                        "verbose_name": "access log seal",
                        "verbose_name_plural": "access log seals",
                        "ordering": ["-last_id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("first_id__lte", models.F("last_id"))), name="seal_range"
                            )
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="a0330369aa41d04ae3beae4341f83456b5776ee6",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_72fc2",
                                    table="consultations_accessseal",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
                                    hash="8dfee89e62e6d703e329db4ee3e9b92a29fdc46e",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_0641e",
                                    table="consultations_accessseal",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RuleChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "quorum_member_share",
                            models.DecimalField(
                                decimal_places=3, max_digits=4, verbose_name="share of member institutions for a quorum"
                            ),
                        ),
                        ("quorum_groups", models.PositiveSmallIntegerField(verbose_name="groups for a quorum")),
                        (
                            "clearance_working_days",
                            models.PositiveSmallIntegerField(verbose_name="working days for clearance"),
                        ),
                        ("needs_roll_call", models.BooleanField(verbose_name="adoption by roll call")),
                        ("steps", models.JSONField(default=list, verbose_name="steps of the chain")),
                        (
                            "before",
                            models.JSONField(
                                default=dict,
                                encoder=django.core.serializers.json.DjangoJSONEncoder,
                                verbose_name="previous values",
                            ),
                        ),
                        ("reason", consultations.db.fields.CleanTextField(max_length=2000, verbose_name="reason")),
                        ("at", models.DateTimeField(verbose_name="when")),
                        (
                            "confirmed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="confirmed by",
                            ),
                        ),
                        (
                            "consultation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="rule_changes",
                                to="consultations.consultation",
                                verbose_name="consultation",
                            ),
                        ),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="proposed by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "change of the rules",
                        "verbose_name_plural": "changes of the rules",
                        "ordering": ["consultation", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True), name="rulechange_reason"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("proposed_by", models.F("confirmed_by")), _negated=True),
                                name="rulechange_two_officers",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="2404c3c4e3dfd640fdc38370e1a2bad46180c3c8",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_4099e",
                                    table="consultations_rulechange",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="confirmed_by_two",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="\n            IF NOT EXISTS (\n                SELECT FROM consultations_proposal WHERE act = 'change_rules' AND record_id = NEW.consultation_id\n                AND state = 'confirmed' AND proposed_by_id = NEW.proposed_by_id AND decided_by_id = NEW.confirmed_by_id\n            ) THEN\n                RAISE EXCEPTION 'pgtrigger: Two people change this';\n            END IF;\n            RETURN NEW;\n        ",
                                    hash="eccb3cc173c240ec6a0f394e44cb6ca85414c9cf",
                                    operation="INSERT",
                                    pgid="pgtrigger_confirmed_by_two_0c0c8",
                                    table="consultations_rulechange",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Checkpoint",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveBigIntegerField(unique=True, verbose_name="entry number")),
                        ("hash", models.CharField(max_length=64, verbose_name="entry hash")),
                        ("at", models.DateTimeField(verbose_name="signed at")),
                        ("address", models.CharField(max_length=200, verbose_name="address of the portal")),
                        ("key", models.CharField(max_length=64, verbose_name="key")),
                        ("signature", models.CharField(max_length=88, verbose_name="signature")),
                    ],
                    options={
                        "verbose_name": "checkpoint of the journal",
                        "verbose_name_plural": "checkpoints of the journal",
                        "ordering": ["-number"],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="7aa127a2c28a28a6d5af608f9573929153b2f19a",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_11d28",
                                    table="consultations_checkpoint",
                                    when="BEFORE",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="no_truncate",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
                                    hash="ef8be3f2a620d748a7252f275792e30a6f8d6a95",
                                    level="STATEMENT",
                                    operation="TRUNCATE",
                                    pgid="pgtrigger_no_truncate_09a8d",
                                    table="consultations_checkpoint",
                                    when="BEFORE",
                                ),
                            ),
                        ],
                    },
                ),
            ]
        ),
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
    ]
