"""Let registration, a forum and a session be opened again, and unsent letters of invitation be discarded."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0015_decisions_undone_at_once"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="forum",
            name="state_moves",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="forumsession",
            name="state_moves",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="invitation",
            name="state_moves",
        ),
        migrations.RemoveConstraint(
            model_name="invitation",
            name="invitation_state",
        ),
        migrations.RemoveConstraint(
            model_name="invitation",
            name="invitation_once",
        ),
        migrations.RemoveConstraint(
            model_name="invitation",
            name="invitation_sent",
        ),
        migrations.AlterField(
            model_name="invitation",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "not sent yet"),
                    ("sent", "sent, no answer yet"),
                    ("answered", "answered"),
                    ("declined", "declined"),
                    ("lapsed", "lapsed with no reply"),
                    ("discarded", "discarded, never sent"),
                ],
                default="draft",
                editable=False,
                max_length=10,
                verbose_name="state",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="forum",
            trigger=pgtrigger.compiler.Trigger(
                name="state_moves",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{announced:cancelled,announced:registration_closed,draft:announced,draft:cancelled,held:in_session,held:reported,in_session:held,in_session:registration_closed,registration_closed:announced,registration_closed:cancelled,registration_closed:in_session}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="371f9f7b0f3cc294ab9111bb5b4c6d50a17aa416",
                    operation="UPDATE",
                    pgid="pgtrigger_state_moves_04716",
                    table="consultations_forum",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="forumsession",
            trigger=pgtrigger.compiler.Trigger(
                name="state_moves",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{closed:open,open:closed,planned:cancelled,planned:open}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="1d4118140a67ad3d254e5eb17da0f39750cc3067",
                    operation="UPDATE",
                    pgid="pgtrigger_state_moves_b1f10",
                    table="consultations_forumsession",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invitation",
            trigger=pgtrigger.compiler.Trigger(
                name="state_moves",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{answered:declined,declined:answered,draft:discarded,draft:sent,lapsed:answered,lapsed:declined,sent:answered,sent:declined,sent:lapsed}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="c5fabd6abcfc50846b643337ef0816380ba10170",
                    operation="UPDATE",
                    pgid="pgtrigger_state_moves_83768",
                    table="consultations_invitation",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "sent", "answered", "declined", "lapsed", "discarded"])),
                name="invitation_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "discarded"), _negated=True),
                fields=("forum", "stakeholder"),
                name="invitation_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_at", None), ("state__in", ["draft", "discarded"]), ("token_hash", None)),
                    models.Q(
                        models.Q(("state__in", ["draft", "discarded"]), _negated=True),
                        ("sent_at__isnull", False),
                        ("token_hash__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="invitation_sent",
            ),
        ),
    ]
