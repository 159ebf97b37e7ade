"""The journal commits to all texts that a verb writes: later changes are detected."""

import pgtrigger
import pytest
from django.db import connection, models, transaction

from consultations.models import Event, committing_models
from consultations.models.commitments import is_silent, key_of
from consultations.queries.journal import altered_records

COMMITTING = committing_models()


def test_sample_records_match_the_journal(played):
    """Every verb of the sample (about a hundred kinds) wrote its texts as its journal entry commits to them."""
    assert list(altered_records()) == []


@pytest.fixture(scope="module")
def kinds(at_the_played):
    with at_the_played():
        return {model._meta.label_lower for model in COMMITTING if row_of(model) is not None}


def row_of(model):
    """Return the newest row of the model that has a text."""
    rows = model._base_manager.order_by("-pk")
    names = model.COMMITTED
    return next((row for row in rows[:50] if not is_silent(model, {name: getattr(row, name) for name in names})), None)


# Types of records that the sample has none of: the tests of their verbs cover them, watched by tests/committed.py.
NOT_IN_SAMPLE = {
    "consultations.attachment",
    "consultations.enquiry",
    "consultations.forumfile",
    "consultations.hiding",
    "consultations.misreading",
    "consultations.publicdocument",
    "positions.answerbyletter",
    "positions.correction",
    "positions.corrigendum",
    "positions.explanation",
    "positions.floordecision",
    "positions.letterline",
    "positions.restrictedannex",
    "positions.rollcall",
    "positions.stepanswer",
}


def test_every_record_type_is_in_the_sample_or_named(kinds):
    assert {model._meta.label_lower for model in COMMITTING} - kinds == NOT_IN_SAMPLE


@pytest.mark.usefixtures("by_owner")
@pytest.mark.parametrize("model", COMMITTING, ids=lambda model: model._meta.label_lower)
def test_text_changed_without_verbs_is_detected(played, model):
    row = row_of(model)
    if row is None:
        pytest.skip("not in the sample")
    label, column = model._meta.label_lower, word_of(model)
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{model._meta.db_table}" SET {column} WHERE id = {row.pk}')
    [finding] = altered_records()
    commits = Event.objects.filter(commitments__has_key=key_of(row)).order_by("number")
    number = commits.last().number
    assert finding == (
        f"{label}:{row.pk}",
        f"{label} {row.pk} does not say what entry {number} of the journal commits to",
        number,
    )


def word_of(model):
    """Return the SQL of a change of the first committed free-text field, otherwise of a date or Boolean."""
    fields = [model._meta.get_field(name) for name in model.COMMITTED]
    for field in fields:
        if isinstance(field, models.TextField) or (isinstance(field, models.CharField) and not field.choices):
            return f"{field.column} = left('x' || {field.column}, {field.max_length or 1000})"
    field = next(field for field in fields if isinstance(field, models.BooleanField | models.DateTimeField))
    is_moment = isinstance(field, models.DateTimeField)
    return (
        f"{field.column} = {field.column} + interval '1 second'"
        if is_moment
        else f"{field.column} = NOT {field.column}"
    )


@pytest.mark.usefixtures("by_owner")
def test_rows_added_or_removed_without_verbs_are_detected(played):
    from positions.models import Reservation

    row = Reservation.objects.latest("pk")
    with pgtrigger.ignore(), transaction.atomic():
        row.pk, row.withdrawn_at = None, row.recorded_at
        row.save(force_insert=True)
        gone = Reservation.objects.exclude(pk=row.pk).earliest("pk")
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM positions_reservation WHERE id = %s", [gone.pk])
        found = {finding.record: finding.what for finding in altered_records()}
    assert (
        found[f"positions.reservation:{row.pk}"] == f"positions.reservation {row.pk} stands in no entry of the journal"
    )
    assert found[f"positions.reservation:{gone.pk}"].startswith(f"positions.reservation {gone.pk} is gone; entry ")
