"""Let the words of many inputs enter the search index together, and look for no earlier entry of a new input."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0007_inputs_without_points_and_on_file"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="submission",
            name="search_new_inputs",
        ),
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(
                    "ALTER INDEX searchentry_words SET (fastupdate = on, gin_pending_list_limit = 256)",
                    "ALTER INDEX searchentry_words SET (fastupdate = off); "
                    "ALTER INDEX searchentry_words RESET (gin_pending_list_limit)",
                ),
            ],
            [
                migrations.RemoveIndex("searchentry", "searchentry_words"),
                migrations.AddIndex(
                    "searchentry",
                    GinIndex(fields=["words"], name="searchentry_words", fastupdate=True, gin_pending_list_limit=256),
                ),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="submission",
            trigger=pgtrigger.compiler.Trigger(
                name="search_new_inputs",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            INSERT INTO consultations_searchentry (submission_id, words)\n            SELECT input.id, setweight(to_tsvector('english', regexp_replace(input.title, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'A') || setweight(to_tsvector('portal', regexp_replace(input.title, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'A') || setweight(to_tsvector('english', regexp_replace(input.body, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'B') || setweight(to_tsvector('portal', regexp_replace(input.body, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'B') || setweight(to_tsvector('english', regexp_replace(input.proposed_wording, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'C') || setweight(to_tsvector('portal', regexp_replace(input.proposed_wording, '\\[\\[((?!\\[\\[|\\]\\]).)*\\]\\]', ' ', 'g')), 'C') FROM written AS input;\n            RETURN NULL;\n        ",
                    hash="bc663ef9494be2cee90f9d9ce752a1b7c2c77e0e",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_search_new_inputs_4f5a2",
                    referencing="REFERENCING NEW TABLE AS written ",
                    table="consultations_submission",
                    when="AFTER",
                ),
            ),
        ),
    ]
