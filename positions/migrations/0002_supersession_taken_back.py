"""Let a superseded paper be put in force again."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0001_initial"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="positionpaper",
            name="state_moves",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="positionpaper",
            trigger=pgtrigger.compiler.Trigger(
                name="state_moves",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{adopted:published,clearance_text:consolidation,clearance_text:in_clearance,clearance_text:suspended,clearance_text:withdrawn,cleared:forum_text,cleared:silence,cleared:suspended,cleared:withdrawn,consolidation:clearance_text,consolidation:review,consolidation:suspended,consolidation:withdrawn,drafting:review,drafting:suspended,drafting:withdrawn,forum_text:in_session,forum_text:suspended,forum_text:withdrawn,in_clearance:cleared,in_clearance:consolidation,in_clearance:suspended,in_clearance:withdrawn,in_session:adopted,in_session:consolidation,in_session:suspended,in_session:withdrawn,published:superseded,review:consolidation,review:suspended,review:withdrawn,silence:cleared,silence:consolidation,silence:suspended,silence:withdrawn,superseded:published,suspended:clearance_text,suspended:cleared,suspended:consolidation,suspended:drafting,suspended:forum_text,suspended:in_clearance,suspended:in_session,suspended:review,suspended:silence,suspended:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="21c22b7a1c43a0c83fb8bd71277848e8f56c2ecb",
                    operation="UPDATE",
                    pgid="pgtrigger_state_moves_828a2",
                    table="positions_positionpaper",
                    when="BEFORE",
                ),
            ),
        ),
    ]
