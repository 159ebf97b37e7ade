"""Values kept in memory until an entry of the journal that they depend on."""

import pytest
from django.db import transaction
from django.utils import translation

from consultations.models import Event
from consultations.queries import changes, public_rounds
from consultations.queries.changes import EVERY_AREA, INPUTS, PAPERS, SHARED, area_of, kept
from tests.factories import change, make_consultation, make_submission

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def marker(settings, tmp_path):
    """Give each test a marker of its own, since those that run beside it write entries too."""
    settings.CHANGE_MARKER = tmp_path / "changed"


@pytest.fixture
def count():
    """Return a kept function that counts its calls, until an entry that concerns every page."""
    calls = []

    @kept(SHARED)
    def count():
        calls.append(translation.get_language())
        return len(calls)

    return count


def entry(record, verb="edit"):
    return Event.objects.record(verb, record, by=None)


@pytest.mark.parametrize(
    ("kind", "areas"),
    [
        ("consultations.submission", {INPUTS}),
        ("consultations.point", {INPUTS, PAPERS}),
        ("positions.edition", {PAPERS}),
        ("consultations.consultation", EVERY_AREA),
        ("consultations.kind_of_tomorrow", EVERY_AREA),
        ("", EVERY_AREA),  # an entry from before an archive
    ],
)
def test_areas_of_a_kind_of_record(kind, areas):
    assert area_of(kind) == areas


def test_value_is_kept_until_an_entry_of_its_area(count):
    submission = make_submission()
    entry(submission)
    assert (count(), count()) == (1, 1)
    entry(submission)
    assert count() == 1
    entry(submission.consultation)
    assert (count(), count()) == (2, 2)


def test_value_is_kept_for_each_language(count):
    assert count() == 1
    with translation.override("sw"):
        assert (count(), count()) == (2, 2)
    assert count() == 1


def test_value_is_made_anew_after_a_minute(count, monkeypatch):
    assert count() == 1
    monkeypatch.setattr(changes, "SECONDS", 0)
    assert count() == 2


def test_transaction_reads_and_keeps_its_own_value(count):
    assert count() == 1
    with transaction.atomic():
        assert (count(), count()) == (2, 3)
    assert count() == 1


def test_altered_record_of_a_kept_list_is_not_what_others_get():
    make_consultation(title="As it is")
    for item in public_rounds():
        item.title = "Altered by one reader"
    assert [item.title for item in public_rounds()] == ["As it is"]


def test_renamed_consultation_is_read_with_its_entry():
    consultation = make_consultation(title="Before")
    entry(consultation)
    assert [item.title for item in public_rounds()] == ["Before"]
    with transaction.atomic():
        change(consultation, title="After")
        entry(consultation)
    assert [item.title for item in public_rounds()] == ["After"]
