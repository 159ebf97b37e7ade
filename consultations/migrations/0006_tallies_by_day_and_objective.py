"""Count inputs by day and by objective, so that pages with figures need not read every input."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

ADDED = """
CREATE FUNCTION consultations_objectives_added() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
INSERT INTO consultations_objectivetally (consultation_id, provision_id, stakeholder_id, inputs)
SELECT input.consultation_id, link.provision_id, input.stakeholder_id, count(*) AS inputs
FROM written AS link JOIN consultations_submission AS input ON input.id = link.submission_id
WHERE (input.submitted_at IS NOT NULL AND input.state <> 'withdrawn') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
ON CONFLICT (consultation_id, provision_id, stakeholder_id) DO UPDATE SET inputs = consultations_objectivetally.inputs + EXCLUDED.inputs;
RETURN NULL; END;
$body$;
CREATE TRIGGER consultations_objectives_added AFTER INSERT ON consultations_submission_provisions
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION consultations_objectives_added();
"""
REMOVED = """
CREATE FUNCTION consultations_objectives_removed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
UPDATE consultations_objectivetally AS tally SET inputs = tally.inputs - gone.inputs
FROM (
SELECT input.consultation_id, link.provision_id, input.stakeholder_id, count(*) AS inputs
FROM written AS link JOIN consultations_submission AS input ON input.id = link.submission_id
WHERE (input.submitted_at IS NOT NULL AND input.state <> 'withdrawn') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
) AS gone WHERE tally.consultation_id = gone.consultation_id AND tally.provision_id = gone.provision_id AND tally.stakeholder_id = gone.stakeholder_id;
RETURN NULL; END;
$body$;
CREATE TRIGGER consultations_objectives_removed AFTER DELETE ON consultations_submission_provisions
REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION consultations_objectives_removed();
"""
DAYS = """
INSERT INTO consultations_daytally (consultation_id, day, channel, slot, inputs)
SELECT input.consultation_id, (input.submitted_at AT TIME ZONE 'Africa/Nairobi')::date, input.channel, input.stakeholder_id % 16, count(*) FROM consultations_submission AS input
WHERE (input.submitted_at IS NOT NULL AND input.state <> 'withdrawn') GROUP BY 1, 2, 3, 4
"""
OBJECTIVES = """
INSERT INTO consultations_objectivetally (consultation_id, provision_id, stakeholder_id, inputs)
SELECT input.consultation_id, provision_id, input.stakeholder_id, count(*)
FROM consultations_submission_provisions JOIN consultations_submission AS input ON input.id = submission_id
WHERE (input.submitted_at IS NOT NULL AND input.state <> 'withdrawn') GROUP BY 1, 2, 3
"""
UNDO = """
DROP FUNCTION consultations_objectives_added() CASCADE;
DROP FUNCTION consultations_objectives_removed() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0005_points_handed_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("channel", models.CharField(max_length=20, verbose_name="channel")),
                ("slot", models.SmallIntegerField(verbose_name="slot")),
                ("inputs", models.IntegerField(default=0, verbose_name="inputs")),
            ],
            options={
                "verbose_name": "tally of a day",
                "verbose_name_plural": "tallies of days",
            },
        ),
        migrations.CreateModel(
            name="ObjectiveTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("inputs", models.IntegerField(default=0, verbose_name="inputs")),
            ],
            options={
                "verbose_name": "tally of an objective",
                "verbose_name_plural": "tallies of objectives",
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="submission",
            trigger=pgtrigger.compiler.Trigger(
                name="day_tally_new",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        INSERT INTO consultations_daytally (consultation_id, day, channel, slot, inputs) SELECT written.consultation_id, (written.submitted_at AT TIME ZONE 'Africa/Nairobi')::date, written.channel, written.stakeholder_id % 16, count(*) FROM written WHERE (written.submitted_at IS NOT NULL AND written.state <> 'withdrawn') GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4\n        ON CONFLICT (consultation_id, day, channel, slot) DO UPDATE SET inputs = consultations_daytally.inputs + EXCLUDED.inputs;\n     RETURN NULL;",
                    hash="832a46b8e1a410e04fdcd86a9a0d3b9f48c28437",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_day_tally_new_61568",
                    referencing="REFERENCING NEW TABLE AS written ",
                    table="consultations_submission",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="submission",
            trigger=pgtrigger.compiler.Trigger(
                name="day_tally",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        IF TG_OP = 'UPDATE' AND OLD.state IS NOT DISTINCT FROM NEW.state AND OLD.submitted_at IS NOT DISTINCT FROM NEW.submitted_at AND OLD.channel IS NOT DISTINCT FROM NEW.channel AND OLD.consultation_id IS NOT DISTINCT FROM NEW.consultation_id AND OLD.stakeholder_id IS NOT DISTINCT FROM NEW.stakeholder_id THEN RETURN NULL; END IF;\n        IF (OLD.submitted_at IS NOT NULL AND OLD.state <> 'withdrawn') = (NEW.submitted_at IS NOT NULL AND NEW.state <> 'withdrawn') AND (OLD.consultation_id, (OLD.submitted_at AT TIME ZONE 'Africa/Nairobi')::date, OLD.channel, OLD.stakeholder_id % 16) IS NOT DISTINCT FROM (NEW.consultation_id, (NEW.submitted_at AT TIME ZONE 'Africa/Nairobi')::date, NEW.channel, NEW.stakeholder_id % 16) THEN RETURN NULL; END IF;\n        IF (OLD.submitted_at IS NOT NULL AND OLD.state <> 'withdrawn') THEN \n        INSERT INTO consultations_daytally (consultation_id, day, channel, slot, inputs) VALUES (OLD.consultation_id, (OLD.submitted_at AT TIME ZONE 'Africa/Nairobi')::date, OLD.channel, OLD.stakeholder_id % 16, 0)\n        ON CONFLICT (consultation_id, day, channel, slot) DO UPDATE SET inputs = consultations_daytally.inputs + -1;\n     END IF;\n        IF (NEW.submitted_at IS NOT NULL AND NEW.state <> 'withdrawn') THEN \n        INSERT INTO consultations_daytally (consultation_id, day, channel, slot, inputs) VALUES (NEW.consultation_id, (NEW.submitted_at AT TIME ZONE 'Africa/Nairobi')::date, NEW.channel, NEW.stakeholder_id % 16, 1)\n        ON CONFLICT (consultation_id, day, channel, slot) DO UPDATE SET inputs = consultations_daytally.inputs + 1;\n     END IF;\n        RETURN NULL;\n    ",
                    hash="35afb86ef563bfc517f30ace71b98523a4dc3666",
                    operation="UPDATE",
                    pgid="pgtrigger_day_tally_e8c61",
                    table="consultations_submission",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="submission",
            trigger=pgtrigger.compiler.Trigger(
                name="objective_tally",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        IF TG_OP = 'UPDATE' AND OLD.state IS NOT DISTINCT FROM NEW.state AND OLD.submitted_at IS NOT DISTINCT FROM NEW.submitted_at AND OLD.channel IS NOT DISTINCT FROM NEW.channel AND OLD.consultation_id IS NOT DISTINCT FROM NEW.consultation_id AND OLD.stakeholder_id IS NOT DISTINCT FROM NEW.stakeholder_id THEN RETURN NULL; END IF;\n        IF (OLD.submitted_at IS NOT NULL AND OLD.state <> 'withdrawn') = (NEW.submitted_at IS NOT NULL AND NEW.state <> 'withdrawn') AND (OLD.consultation_id, OLD.stakeholder_id) IS NOT DISTINCT FROM (NEW.consultation_id, NEW.stakeholder_id) THEN RETURN NULL; END IF;\n        IF (OLD.submitted_at IS NOT NULL AND OLD.state <> 'withdrawn') THEN \n        INSERT INTO consultations_objectivetally (consultation_id, provision_id, stakeholder_id, inputs) SELECT OLD.consultation_id, provision_id, OLD.stakeholder_id, 0 FROM consultations_submission_provisions WHERE submission_id = OLD.id ORDER BY provision_id\n        ON CONFLICT (consultation_id, provision_id, stakeholder_id) DO UPDATE SET inputs = consultations_objectivetally.inputs + -1;\n     END IF;\n        IF (NEW.submitted_at IS NOT NULL AND NEW.state <> 'withdrawn') THEN \n        INSERT INTO consultations_objectivetally (consultation_id, provision_id, stakeholder_id, inputs) SELECT NEW.consultation_id, provision_id, NEW.stakeholder_id, 1 FROM consultations_submission_provisions WHERE submission_id = NEW.id ORDER BY provision_id\n        ON CONFLICT (consultation_id, provision_id, stakeholder_id) DO UPDATE SET inputs = consultations_objectivetally.inputs + 1;\n     END IF;\n        RETURN NULL;\n    ",
                    hash="e4697ba1139e5ffeaf0c24325e2d344deb636666",
                    operation="UPDATE",
                    pgid="pgtrigger_objective_tally_1ed3c",
                    table="consultations_submission",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="daytally",
            name="consultation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="day_tallies", to="consultations.consultation"
            ),
        ),
        migrations.AddField(
            model_name="objectivetally",
            name="consultation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="objective_tallies",
                to="consultations.consultation",
            ),
        ),
        migrations.AddField(
            model_name="objectivetally",
            name="provision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="consultations.provision"
            ),
        ),
        migrations.AddField(
            model_name="objectivetally",
            name="stakeholder",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="consultations.stakeholder"
            ),
        ),
        migrations.AddConstraint(
            model_name="daytally",
            constraint=models.UniqueConstraint(fields=("consultation", "day", "channel", "slot"), name="daytally_once"),
        ),
        migrations.AddConstraint(
            model_name="daytally",
            constraint=models.CheckConstraint(condition=models.Q(("inputs__gte", 0)), name="daytally_not_negative"),
        ),
        migrations.AddConstraint(
            model_name="objectivetally",
            constraint=models.UniqueConstraint(
                fields=("consultation", "provision", "stakeholder"), name="objectivetally_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="objectivetally",
            constraint=models.CheckConstraint(
                condition=models.Q(("inputs__gte", 0)), name="objectivetally_not_negative"
            ),
        ),
        migrations.RunSQL(ADDED + REMOVED, UNDO),
        migrations.RunSQL(DAYS + ";" + OBJECTIVES, migrations.RunSQL.noop),
    ]
