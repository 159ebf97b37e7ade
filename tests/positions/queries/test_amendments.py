"""The list of amendments: order, tabs, and which ones change the same words."""

import pytest

from positions import workflow
from positions.models import Amendment, rivals
from positions.queries.amendments import amendment_words, amendments_at_a_glance, tab_numbers
from tests.positions.reviewing import another, closed, make_reviewable, opened, propose

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    made = make_reviewable()
    opened(made)
    return made


def test_contention_is_that_of_the_verbs(draft):
    other = another(draft)
    for operation in ("replace", "insert", "delete", "split", "move"):
        text = {"split": "One.\n\nTwo."}.get(operation, "Kenya calls for fair routes.")
        place = {"section": draft.second} if operation == "move" else {}
        propose(draft, text, operation=operation, **place)
    withdrawn = propose(draft, "Kenya calls for short routes.", **other)
    workflow.withdraw_amendment(withdrawn, by=other["by"])
    everything = list(Amendment.objects.all())
    contending = {each.pk for each in everything if (each.is_open or each.is_untaken) and rivals(each, everything)}
    assert {each.pk for each in amendments_at_a_glance(draft.paper) if each.contends} == contending
    assert len(contending) == 4


def test_accepted_amendment_waits_until_the_text_is_chosen(draft):
    one, two = propose(draft), propose(draft, "Kenya calls for fair routes.", **another(draft))
    closed(draft)
    for each in (one, two):
        workflow.accept_amendment(each, by=draft.drafter, reason="Both.")
    rows = amendments_at_a_glance(draft.paper)
    assert [each.tabs for each in rows] == [{"all", "to-decide"}] * 2
    assert tab_numbers(rows) == {"to-decide": 2, "recommended": 0, "to-confirm": 0, "decided": 0, "all": 2}


def test_words_are_read_in_one_query(draft, django_assert_num_queries):
    made = propose(draft)
    with django_assert_num_queries(1):
        (row,) = amendment_words([made.pk])
        shown = row.base.text, row.text, row.sponsor.label, row.paragraph.section.heading, row.operation
    assert shown[:3] == ("Kenya calls for agreed routes.", made.text, "Ministry of Roads")
