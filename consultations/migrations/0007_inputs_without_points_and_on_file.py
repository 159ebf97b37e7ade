"""List the inputs on file without points, and count those that everyone and members may read."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

ON_FILE = """
UPDATE consultations_tally AS tally SET public = counted.public, members = counted.members FROM (
SELECT consultation_id, theme_id, stakeholder_id, count(*) FILTER (WHERE audience = 'public') AS public,
count(*) FILTER (WHERE audience = 'members') AS members
FROM consultations_submission WHERE state = 'accepted' GROUP BY 1, 2, 3
) AS counted WHERE tally.consultation_id = counted.consultation_id AND tally.theme_id = counted.theme_id
AND tally.stakeholder_id = counted.stakeholder_id
"""
UNSPLIT = """
INSERT INTO consultations_unsplitinput (submission_id, submitted_at)
SELECT id, submitted_at FROM consultations_submission AS input
WHERE state = 'accepted' AND NOT EXISTS (SELECT FROM consultations_point WHERE submission_id = input.id)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0006_tallies_by_day_and_objective"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnsplitInput",
            fields=[
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="unsplit",
                        serialize=False,
                        to="consultations.submission",
                    ),
                ),
                ("submitted_at", models.DateTimeField(verbose_name="sent")),
            ],
            options={
                "verbose_name": "input without points",
                "verbose_name_plural": "inputs without points",
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="point",
            name="tally_new",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="point",
            name="tally",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="submission",
            name="tally_new",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="submission",
            name="tally",
        ),
        migrations.AddField(
            model_name="tally",
            name="members",
            field=models.IntegerField(default=0, verbose_name="inputs on file for members"),
        ),
        migrations.AddField(
            model_name="tally",
            name="public",
            field=models.IntegerField(default=0, verbose_name="inputs on file for everyone"),
        ),
        migrations.AddIndex(
            model_name="likeness",
            index=models.Index(condition=models.Q(("state", "open")), fields=["-score", "id"], name="likeness_open"),
        ),
        migrations.AddIndex(
            model_name="point",
            index=models.Index(
                condition=models.Q(("compared_at", None), ("state__in", ("validated", "merged", "disposed"))),
                fields=["consultation"],
                name="point_to_compare",
            ),
        ),
        migrations.AddIndex(
            model_name="point",
            index=models.Index(
                condition=models.Q(("state", "validated")), fields=["consultation", "-id"], name="point_validated"
            ),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                condition=models.Q(("state", "submitted")),
                fields=["submitted_at", "id"],
                include=("theme",),
                name="submission_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                condition=models.Q(
                    ("state__in", ("submitted", "accepted")),
                    models.Q(("compared_at", None), ("compared_at__lt", models.F("edited_at")), _connector="OR"),
                ),
                fields=["consultation"],
                name="submission_to_compare",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="point",
            trigger=pgtrigger.compiler.Trigger(
                name="tally_new",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        INSERT INTO consultations_tally (consultation_id, theme_id, stakeholder_id, inputs, points, public, members) SELECT consultation_id, theme_id, stakeholder_id, 0, count(*) FILTER (WHERE (written.state IN ('validated', 'merged', 'disposed'))), 0, 0 FROM written WHERE (written.state IN ('validated', 'merged', 'disposed')) GROUP BY consultation_id, theme_id, stakeholder_id ORDER BY consultation_id, theme_id, stakeholder_id\n        ON CONFLICT (consultation_id, theme_id, stakeholder_id) DO UPDATE SET points = consultations_tally.points + EXCLUDED.points;\n     RETURN NULL;",
                    hash="65143118ff58aeb138db35a4888464e743de243d",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_tally_new_942cd",
                    referencing="REFERENCING NEW TABLE AS written ",
                    table="consultations_point",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="point",
            trigger=pgtrigger.compiler.Trigger(
                name="tally",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                IF TG_OP = 'UPDATE' AND OLD.state IS NOT DISTINCT FROM NEW.state AND OLD.consultation_id IS NOT DISTINCT FROM NEW.consultation_id AND OLD.theme_id IS NOT DISTINCT FROM NEW.theme_id AND OLD.stakeholder_id IS NOT DISTINCT FROM NEW.stakeholder_id THEN RETURN NULL; END IF;\n                IF ((OLD.state IN ('validated', 'merged', 'disposed')), OLD.consultation_id, OLD.theme_id, OLD.stakeholder_id) IS NOT DISTINCT FROM ((NEW.state IN ('validated', 'merged', 'disposed')), NEW.consultation_id, NEW.theme_id, NEW.stakeholder_id) THEN RETURN NULL; END IF;\n                IF (OLD.state IN ('validated', 'merged', 'disposed')) THEN \n        INSERT INTO consultations_tally (consultation_id, theme_id, stakeholder_id, inputs, points, public, members) VALUES (OLD.consultation_id, OLD.theme_id, OLD.stakeholder_id, 0, 0, 0, 0)\n        ON CONFLICT (consultation_id, theme_id, stakeholder_id) DO UPDATE SET points = consultations_tally.points + -1 * (OLD.state IN ('validated', 'merged', 'disposed'))::int;\n     END IF;\n                IF (NEW.state IN ('validated', 'merged', 'disposed')) THEN \n        INSERT INTO consultations_tally (consultation_id, theme_id, stakeholder_id, inputs, points, public, members) VALUES (NEW.consultation_id, NEW.theme_id, NEW.stakeholder_id, 0, (NEW.state IN ('validated', 'merged', 'disposed'))::int, 0, 0)\n        ON CONFLICT (consultation_id, theme_id, stakeholder_id) DO UPDATE SET points = consultations_tally.points + 1 * (NEW.state IN ('validated', 'merged', 'disposed'))::int;\n     END IF;\n                RETURN NULL;\n            ",
                    hash="500f9970acd5a49d6ac73de2bea2ca8480f634c9",
                    operation="UPDATE",
                    pgid="pgtrigger_tally_0441a",
                    table="consultations_point",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="point",
            trigger=pgtrigger.compiler.Trigger(
                name="split_new",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="DELETE FROM consultations_unsplitinput WHERE submission_id IN (SELECT submission_id FROM written); RETURN NULL;",
                    hash="afa4f8cab052fabb67f8c1f7e690b8ca627b243d",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_split_new_8a53e",
                    referencing="REFERENCING NEW TABLE AS written ",
                    table="consultations_point",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="submission",
            trigger=pgtrigger.compiler.Trigger(
                name="tally_new",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        INSERT INTO consultations_tally (consultation_id, theme_id, stakeholder_id, inputs, points, public, members) SELECT consultation_id, theme_id, stakeholder_id, count(*) FILTER (WHERE (written.submitted_at IS NOT NULL AND written.state <> 'withdrawn')), 0, count(*) FILTER (WHERE (written.state = 'accepted' AND written.audience = 'public')), count(*) FILTER (WHERE (written.state = 'accepted' AND written.audience = 'members')) FROM written WHERE (written.submitted_at IS NOT NULL AND written.state <> 'withdrawn') GROUP BY consultation_id, theme_id, stakeholder_id ORDER BY consultation_id, theme_id, stakeholder_id\n        ON CONFLICT (consultation_id, theme_id, stakeholder_id) DO UPDATE SET inputs = consultations_tally.inputs + EXCLUDED.inputs, public = consultations_tally.public + EXCLUDED.public, members = consultations_tally.members + EXCLUDED.members;\n     RETURN NULL;",
                    hash="0ccca7e385988c278c7673c7185a9f9a19ba01c1",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_tally_new_39fff",
                    referencing="REFERENCING NEW TABLE AS written ",
                    table="consultations_submission",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="submission",
            trigger=pgtrigger.compiler.Trigger(
                name="tally",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                IF TG_OP = 'UPDATE' AND OLD.state IS NOT DISTINCT FROM NEW.state AND OLD.submitted_at IS NOT DISTINCT FROM NEW.submitted_at AND OLD.audience IS NOT DISTINCT FROM NEW.audience AND OLD.consultation_id IS NOT DISTINCT FROM NEW.consultation_id AND OLD.theme_id IS NOT DISTINCT FROM NEW.theme_id AND OLD.stakeholder_id IS NOT DISTINCT FROM NEW.stakeholder_id THEN RETURN NULL; END IF;\n                IF ((OLD.submitted_at IS NOT NULL AND OLD.state <> 'withdrawn'), (OLD.state = 'accepted' AND OLD.audience = 'public'), (OLD.state = 'accepted' AND OLD.audience = 'members'), OLD.consultation_id, OLD.theme_id, OLD.stakeholder_id) IS NOT DISTINCT FROM ((NEW.submitted_at IS NOT NULL AND NEW.state <> 'withdrawn'), (NEW.state = 'accepted' AND NEW.audience = 'public'), (NEW.state = 'accepted' AND NEW.audience = 'members'), NEW.consultation_id, NEW.theme_id, NEW.stakeholder_id) THEN RETURN NULL; END IF;\n                IF (OLD.submitted_at IS NOT NULL AND OLD.state <> 'withdrawn') THEN \n        INSERT INTO consultations_tally (consultation_id, theme_id, stakeholder_id, inputs, points, public, members) VALUES (OLD.consultation_id, OLD.theme_id, OLD.stakeholder_id, 0, 0, 0, 0)\n        ON CONFLICT (consultation_id, theme_id, stakeholder_id) DO UPDATE SET inputs = consultations_tally.inputs + -1 * (OLD.submitted_at IS NOT NULL AND OLD.state <> 'withdrawn')::int, public = consultations_tally.public + -1 * (OLD.state = 'accepted' AND OLD.audience = 'public')::int, members = consultations_tally.members + -1 * (OLD.state = 'accepted' AND OLD.audience = 'members')::int;\n     END IF;\n                IF (NEW.submitted_at IS NOT NULL AND NEW.state <> 'withdrawn') THEN \n        INSERT INTO consultations_tally (consultation_id, theme_id, stakeholder_id, inputs, points, public, members) VALUES (NEW.consultation_id, NEW.theme_id, NEW.stakeholder_id, (NEW.submitted_at IS NOT NULL AND NEW.state <> 'withdrawn')::int, 0, (NEW.state = 'accepted' AND NEW.audience = 'public')::int, (NEW.state = 'accepted' AND NEW.audience = 'members')::int)\n        ON CONFLICT (consultation_id, theme_id, stakeholder_id) DO UPDATE SET inputs = consultations_tally.inputs + 1 * (NEW.submitted_at IS NOT NULL AND NEW.state <> 'withdrawn')::int, public = consultations_tally.public + 1 * (NEW.state = 'accepted' AND NEW.audience = 'public')::int, members = consultations_tally.members + 1 * (NEW.state = 'accepted' AND NEW.audience = 'members')::int;\n     END IF;\n                RETURN NULL;\n            ",
                    hash="2d095e8fc4d9c45116a08d09fc21ddd86246aeb7",
                    operation="UPDATE",
                    pgid="pgtrigger_tally_c470e",
                    table="consultations_submission",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="submission",
            trigger=pgtrigger.compiler.Trigger(
                name="unsplit_new",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO consultations_unsplitinput (submission_id, submitted_at)  SELECT id, submitted_at FROM written WHERE (written.state = 'accepted' AND NOT EXISTS (SELECT FROM consultations_point WHERE submission_id = written.id)); RETURN NULL;",
                    hash="08d66ce996add3854d0eb1d510635b89229f18c8",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_unsplit_new_cab71",
                    referencing="REFERENCING NEW TABLE AS written ",
                    table="consultations_submission",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="submission",
            trigger=pgtrigger.compiler.Trigger(
                name="unsplit",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                IF TG_OP = 'UPDATE' AND OLD.state IS NOT DISTINCT FROM NEW.state AND OLD.submitted_at IS NOT DISTINCT FROM NEW.submitted_at THEN RETURN NULL; END IF;\n                IF (NEW.state = 'accepted' AND NOT EXISTS (SELECT FROM consultations_point WHERE submission_id = NEW.id)) THEN\n                    INSERT INTO consultations_unsplitinput (submission_id, submitted_at)  VALUES (NEW.id, NEW.submitted_at)\n                    ON CONFLICT (submission_id) DO UPDATE SET submitted_at = EXCLUDED.submitted_at;\n                ELSIF OLD.state = 'accepted' THEN\n                    DELETE FROM consultations_unsplitinput WHERE submission_id = NEW.id;\n                END IF;\n                RETURN NULL;\n            ",
                    hash="bb8683f6e9d669724422a15082ba202bb815b749",
                    operation="UPDATE",
                    pgid="pgtrigger_unsplit_ce0f8",
                    table="consultations_submission",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.CheckConstraint(
                condition=models.Q(("members__gte", 0), ("public__gte", 0)), name="tally_on_file_not_negative"
            ),
        ),
        migrations.AddIndex(
            model_name="unsplitinput",
            index=models.Index(fields=["submitted_at", "submission"], name="unsplitinput_oldest"),
        ),
        migrations.RunSQL(ON_FILE + ";" + UNSPLIT, migrations.RunSQL.noop),
    ]
