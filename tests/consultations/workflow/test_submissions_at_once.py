"""References of inputs, and inputs that are sent or saved at the same moment."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from consultations import workflow
from consultations.models import Event, OutgoingMail, Submission
from consultations.workflow.submissions import next_references
from ncm_portal.workflow import Conflict
from tests.access_log import refused_verbs
from tests.factories import (
    change,
    make_consultation,
    make_member,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
WORDS = {"title": "A seasonal pass", "body": "Herders should carry one."}


@pytest.fixture
def consultation():
    return make_consultation(themes=("T1",))


@pytest.fixture
def author():
    return make_member(make_stakeholder("Herders (sample)"))


def begin(consultation, author, **fields):
    organisation = author.live_memberships[0].stakeholder
    fields = {"theme": make_theme("T1"), **WORDS, **fields}
    return workflow.start_draft(consultation, organisation, by=author, **fields)


def verbs(record):
    """Return the journal's verbs about a record, oldest first."""
    return [event.verb for event in Event.objects.about(record)]


def test_references_are_numbered_within_year_of_consultation(consultation, author):
    year = consultation.opens_at.year
    references = [workflow.submit(begin(consultation, author), by=author).reference for _turn in range(3)]
    assert references == [f"NCM-{year}-0001", f"NCM-{year}-0002", f"NCM-{year}-0003"]


def test_references_exceed_four_digits(consultation, author):
    year = consultation.opens_at.year
    change(make_submission(consultation), reference=f"NCM-{year}-9999")
    assert workflow.submit(begin(consultation, author), by=author).reference == f"NCM-{year}-10000"
    assert workflow.submit(begin(consultation, author), by=author).reference == f"NCM-{year}-10001"


@pytest.mark.django_db(transaction=True)
def test_inputs_sent_concurrently_have_different_references(consultation, author):
    drafts = [begin(consultation, author) for _turn in range(4)]
    sent = at_once(*(lambda draft=draft: workflow.submit(draft, by=author) for draft in drafts))
    year = consultation.opens_at.year
    assert sorted(row.reference for row in sent) == [f"NCM-{year}-000{turn}" for turn in (1, 2, 3, 4)]


@pytest.mark.django_db(transaction=True)
def test_sending_does_not_wait_for_another_and_leaves_out_its_reference_if_that_fails(consultation, author):
    first, later = (begin(consultation, author) for _turn in range(2))
    year = consultation.opens_at.year
    assert workflow.submit(first, by=author).reference == f"NCM-{year}-0001"
    with transaction.atomic():
        assert next_references(consultation, 2) == [f"NCM-{year}-0002", f"NCM-{year}-0003"]
        (sent,) = at_once(lambda: workflow.submit(later, by=author))
        transaction.set_rollback(True)
    assert sent.reference == f"NCM-{year}-0004"


@pytest.mark.parametrize(("year", "number"), [(1, 1), (2026, 0), (2026, -1), (2026, 1_000_001)])
def test_reference_numbers_are_refused_for_impossible_years_and_amounts(year, number):
    with pytest.raises(DatabaseError, match="no reference numbers"), connection.cursor() as cursor:
        cursor.execute("SELECT next_reference_numbers(%s, %s)", [year, number])


@pytest.mark.django_db(transaction=True)
def test_draft_sent_twice_concurrently_is_sent_once(consultation, author):
    draft = begin(consultation, author)
    results = at_once(*[lambda: workflow.submit(draft, by=author)] * 2)
    assert sorted(type(result).__name__ for result in results) == ["Blocked", "Submission"]
    assert OutgoingMail.objects.count() == 1
    assert (verbs(draft), refused_verbs(draft)) == (["draft", "submit"], ["submit"])


@pytest.mark.django_db(transaction=True)
def test_key_used_twice_concurrently_creates_one_draft(consultation, author):
    key = uuid.uuid4()
    drafts = at_once(*[lambda: begin(consultation, author, key=key)] * 3)
    assert {draft.pk for draft in drafts} == {Submission.objects.get().pk}
    assert verbs(drafts[0]) == ["draft"]


@pytest.mark.django_db(transaction=True)
def test_letter_registered_twice_concurrently_is_one_input():
    consultation, body, by, key = make_consultation(), make_stakeholder(), make_secretariat(), uuid.uuid4()
    letter = {"theme": make_theme("T1"), "channel": "letter", "received_on": timezone.localdate(), **WORDS}
    taken = at_once(*[lambda: workflow.take_in(consultation, body, by=by, key=key, **letter)] * 3)
    only = Submission.objects.get()
    assert sorted(taken, key=lambda each: each[1]) == [(only, False), (only, False), (only, True)]


@pytest.mark.django_db(transaction=True)
def test_concurrent_edits_show_text_of_the_other(consultation, author):
    draft = begin(consultation, author)
    words = ["Mine", "Theirs"]
    results = at_once(
        *(lambda w=w: workflow.edit_draft(draft, by=author, seen_at=draft.edited_at, body=w) for w in words)
    )
    saved = next(result for result in results if isinstance(result, Submission))
    refusal = next(result for result in results if isinstance(result, Conflict))
    assert refusal.theirs.body == saved.body
