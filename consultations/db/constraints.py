"""Constraints enforced by the database: allowed state changes, initial states and append-only records."""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

import pgtrigger
from django.db import models

Step = tuple[str, str]


def state_guards(
    initial: str, steps: Iterable[Step], *, or_begun: pgtrigger.Q | None = None
) -> list[pgtrigger.Trigger]:
    """Return triggers that allow `state` to start as `initial`, or as in `or_begun`, and to change along
    `steps` only.
    """
    begun = pgtrigger.Q(new__state=initial)
    return [
        pgtrigger.FSM(name="state_moves", field="state", transitions=sorted(steps)),
        pgtrigger.Protect(
            name="state_starts",
            operation=pgtrigger.Insert,
            condition=~(begun | or_begun) if or_begun else ~begun,
        ),
    ]


def append_only() -> pgtrigger.Trigger:
    """Return a trigger that refuses UPDATE and DELETE on append-only rows."""
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


def no_delete() -> pgtrigger.Trigger:
    """Trigger that refuses DELETE: records are withdrawn, superseded or corrected, never removed."""
    return pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)


def no_truncate() -> pgtrigger.Trigger:
    """Return a trigger that refuses TRUNCATE, which bypasses row triggers, also when it cascades from another table."""
    return pgtrigger.Trigger(
        name="no_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
    )


# --- Offices ------------------------------------------------------------------------------------------------------

STAFF = "('secretariat', 'head', 'sysadmin')"
TODAY = "(now() AT TIME ZONE 'Africa/Nairobi')::date"


def office_guards() -> list[pgtrigger.Trigger]:
    """Return triggers on people: an office needs a confirmed proposal about the person, except for the first head; and
    members of an organisation cannot hold an office of the staff.
    """
    given = pgtrigger.Q(new__office__df=pgtrigger.F("old__office")) & ~pgtrigger.Q(new__office="")
    before: dict[str, Any] = {"when": pgtrigger.Before, "operation": pgtrigger.UpdateOf("office"), "condition": given}
    return [
        pgtrigger.Trigger(
            name="appointed_by_two",
            **before,
            func="""
                IF (
                    SELECT values ->> 'office' FROM consultations_proposal
                    WHERE act = 'appoint' AND record_id = NEW.id AND state = 'confirmed'
                    ORDER BY decided_at DESC, id DESC LIMIT 1
                ) IS DISTINCT FROM NEW.office
                AND NOT (NEW.office = 'head' AND NOT EXISTS (SELECT FROM consultations_user WHERE office = 'head')) THEN
                    RAISE EXCEPTION 'pgtrigger: Two people give an office';
                END IF;
                RETURN NEW;
            """,
        ),
        pgtrigger.Trigger(
            name="acts_for_nobody",
            **before,
            func=f"""
                IF NEW.office IN {STAFF} AND EXISTS (
                    SELECT FROM consultations_membership
                    WHERE user_id = NEW.id AND (valid_until IS NULL OR valid_until > {TODAY})
                ) THEN
                    RAISE EXCEPTION 'pgtrigger: Who acts for an organisation holds no office of the staff';
                END IF;
                RETURN NEW;
            """,
        ),
    ]


def no_office_holder() -> pgtrigger.Trigger:
    """Return a trigger on memberships: office holders cannot act for an organisation. It locks and reads the person's
    row.
    """
    return pgtrigger.Trigger(
        name="no_office_holder",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        declare=[("held", "text")],
        func=f"""
            SELECT office INTO held FROM consultations_user WHERE id = NEW.user_id FOR SHARE;
            IF held IN {STAFF} AND (NEW.valid_until IS NULL OR NEW.valid_until > {TODAY}) THEN
                RAISE EXCEPTION 'pgtrigger: Who holds an office of the staff acts for no organisation';
            END IF;
            RETURN NEW;
        """,  # noqa: S608 - constants of this file
    )


# --- Rules --------------------------------------------------------------------------------------------------------


def confirmed_by_two(act: str, record: str) -> pgtrigger.Trigger:
    """Return a trigger on rows that record a change made by two people: the record in the column `record` needs a
    proposal of `act` that they confirmed.
    """
    return pgtrigger.Trigger(
        name="confirmed_by_two",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
            IF NOT EXISTS (
                SELECT FROM consultations_proposal WHERE act = '{act}' AND record_id = NEW.{record}
                AND state = 'confirmed' AND proposed_by_id = NEW.proposed_by_id AND decided_by_id = NEW.confirmed_by_id
            ) THEN
                RAISE EXCEPTION 'pgtrigger: Two people change this';
            END IF;
            RETURN NEW;
        """,
    )


def rules_locked(*columns: str) -> pgtrigger.Trigger:
    """Return a trigger on consultations: once one has opened, `columns` must match its last change of the rules."""
    same = " AND ".join(f"{column} = NEW.{column}" for column in columns)
    changed = [pgtrigger.Q(**{f"new__{column}__df": pgtrigger.F(f"old__{column}")}) for column in columns]
    return pgtrigger.Trigger(
        name="rules_locked",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=~pgtrigger.Q(old__state="draft") & reduce(or_, changed),
        func=f"""
            IF NOT EXISTS (
                SELECT FROM consultations_rulechange WHERE {same}
                AND id = (SELECT max(id) FROM consultations_rulechange WHERE consultation_id = NEW.id)
            ) THEN
                RAISE EXCEPTION 'pgtrigger: The rules of an opened consultation change by two people';
            END IF;
            RETURN NEW;
        """,  # noqa: S608 - constants of the models
    )


def step_locked() -> pgtrigger.Trigger:
    """Return a trigger on clearance steps: once their consultation has opened, they must match its last change of the
    rules.
    """
    return pgtrigger.Trigger(
        name="step_locked",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func="""
            IF EXISTS (SELECT FROM consultations_consultation WHERE id = NEW.consultation_id AND state <> 'draft')
                AND NOT EXISTS (
                    SELECT FROM consultations_rulechange
                    WHERE id = (
                        SELECT max(id) FROM consultations_rulechange WHERE consultation_id = NEW.consultation_id
                    )
                    AND steps @> jsonb_build_array(jsonb_build_object(
                        'kind', NEW.kind, 'institution', NEW.institution_id,
                        'order', NEW."order", 'is_asked', NEW.is_asked
                    ))
                ) THEN
                RAISE EXCEPTION 'pgtrigger: The steps of an opened consultation change by two people';
            END IF;
            RETURN NEW;
        """,
    )


# --- Checks -------------------------------------------------------------------------------------------------------


def one_of(field: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """Check that `field` holds one of `choices`."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": choices.values}), name=name)


def together(*fields: str, name: str) -> models.CheckConstraint:
    """Return a check that `fields` are all NULL or all set."""
    empty = models.Q(**{f"{field}__isnull": True for field in fields})
    full = models.Q(**{f"{field}__isnull": False for field in fields})
    return models.CheckConstraint(condition=empty | full, name=name)
