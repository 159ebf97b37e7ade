"""Let the database refuse a wrong step of a job or of a message in the outbox, as it does for every other record."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0014_inputs_sent_again"),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="job",
            trigger=pgtrigger.compiler.Trigger(
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
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="job",
            trigger=pgtrigger.compiler.Trigger(
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
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="outgoingmail",
            trigger=pgtrigger.compiler.Trigger(
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
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="outgoingmail",
            trigger=pgtrigger.compiler.Trigger(
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
        ),
    ]
