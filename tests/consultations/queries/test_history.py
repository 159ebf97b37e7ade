"""The history of a record: order, filters and pages."""

import pytest

from consultations.models import AccessEntry, Event
from consultations.queries.history import NEWEST, PAGE, history, history_context, history_page
from tests.factories import make_old_entries, make_secretariat, make_submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_secretariat()


@pytest.fixture
def sent():
    return make_submission()


def enter(record, *verbs, by):
    for verb in verbs:
        Event.objects.record(verb, record, by=by)


def verbs(rows):
    return [row.verb for row in rows]


def test_history_is_newest_first_with_refusals_between(officer, sent):
    enter(sent, "submit", by=officer)
    AccessEntry.objects.add("refusal", by=officer, about=sent, details={"verb": "accept", "reasons": ["No."]})
    enter(sent, "accept", by=officer)
    assert verbs(history(sent)) == ["accept", "accept:refused", "submit"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("", ["invite", "note", "accept:refused", "accept", "assign"]),
        ("decisions", ["accept:refused", "accept"]),
        ("words", ["note"]),
        ("mail", ["invite"]),
        ("people", ["assign"]),
        ("x' OR 1=1", ["invite", "note", "accept:refused", "accept", "assign"]),
    ],
)
def test_history_is_filtered_by_kind_of_change(officer, sent, change, expected):
    enter(sent, "assign", "accept", by=officer)
    AccessEntry.objects.add("refusal", by=officer, about=sent, details={"verb": "accept", "reasons": ["No."]})
    enter(sent, "note", "invite", by=officer)
    assert verbs(history_page(sent, change, "").rows) == expected


def test_pages_follow_each_other_without_gap(officer, sent):
    enter(sent, *["note"] * (2 * PAGE + 3), by=officer)
    seen, before = [], ""
    for _page in range(3):
        page = history_page(sent, "", before)
        seen += page.rows
        before = page.older
    assert before == ""
    assert [row.number for row in seen] == [row.number for row in Event.objects.about(sent).reverse()]


@pytest.mark.parametrize("before", ["x", "20260101", "9" * 10_000, "-1", "20261399000000000000"])
def test_page_that_begins_nowhere_is_the_first(officer, sent, before):
    enter(sent, "accept", by=officer)
    assert verbs(history_page(sent, "", before).rows) == ["accept"]


def test_page_of_a_record_shows_the_newest_in_two_queries(officer, sent, django_assert_num_queries):
    make_old_entries(sent, NEWEST + 5)
    with django_assert_num_queries(2):
        assert len(history(sent)) == NEWEST


def test_context_marks_the_chosen_filter(officer, sent):
    context = history_context(sent, {"show": "mail"})
    assert (context["chosen"], context["older"], context["events"]) == ("mail", "", [])
    assert history_context(sent, {"show": "nothing"})["chosen"] == ""
