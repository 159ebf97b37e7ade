"""The list of amendments at the desk: tabs, pages, what opens next, and what a refusal keeps."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from positions import workflow
from positions.queries.amendments import TABS
from positions.views import review_desk
from tests.paper_factories import make_paragraph
from tests.positions.review_races import propose_many
from tests.positions.reviewing import make_reviewable
from tests.positions.views.reviewed import close, listed, open_review, pane, propose
from tests.positions.views.test_drafting import at, problems
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def review():
    return open_review(make_reviewable())


@pytest.fixture
def desk(client, review):
    return sign_in(client, review.drafter)


def sent(amendment, **query):
    """Return a form of the pane, with the query string of the list that it stands in."""
    return {"reason": "So.", "list": urlencode(query)}


@pytest.fixture
def queue(review):
    """Four amendments to four paragraphs in two sections, in the order of the text, after the round."""
    written = [make_paragraph(section, f"Kenya builds {place} piers.", is_secretariat_text=True)
               for section in (review.first, review.second) for place in ("two", "three")]  # fmt: skip
    review.queue = [
        workflow.propose_amendment(
            review.round, each, by=review.member, sponsor=review.body, reason="Longer.",
            text=each.wording.text.replace("piers", "long piers"),
        )
        for each in written
    ]  # fmt: skip
    close(review)
    return review


def test_tabs_hold_amendments_by_what_waits(desk, queue):
    _first, second, third, fourth = queue.queue
    workflow.recommend(second, by=queue.drafter, advice="decline", reason="No.")
    workflow.reword(third.paragraph, by=queue.colleague, text="Kenya builds two jetties.", why="Words.")
    workflow.decline_amendment(fourth, by=queue.drafter, reason="No.")
    page = desk.get(at("desk_amendments", queue), {"section": ""})
    assert page.context["tabs"][1]["url"] == f"{at('desk_amendments', queue)}?show=recommended"
    numbers = {tab["label"]: tab["number"] for tab in page.context["tabs"]}
    assert numbers == {"To decide": 2, "Recommended": 1, "To confirm": 1, "Decided": 1, "All": 4}
    shown = {show: [sign for _n, _g, sign in listed(desk, queue, show=show)] for show in TABS}
    assert shown == {
        "to-decide": ["proposed", "recommended"], "recommended": ["recommended"], "to-confirm": ["to confirm"],
        "decided": ["not accepted"], "all": ["proposed", "recommended", "to confirm", "not accepted"],
    }  # fmt: skip
    assert [gist for _n, gist, _s in listed(desk, queue, show="all", section=queue.second.pk)] == ["“long”"] * 2


def test_next_amendment_of_the_list_opens_after_a_decision(desk, queue):
    first, second, third, fourth = queue.queue
    address = at("desk_amendment_decline", queue, third.pk)
    assert desk.get(at("desk_amendments", queue)).context["amendment"] == first
    answer = desk.post(address, sent(third, show="to-decide", open=third.pk))
    assert QueryDict(answer.url.partition("?")[2]).dict() == {
        "show": "to-decide", "done": str(third.pk), "open": str(fourth.pk)
    }  # fmt: skip
    answer = desk.post(at("desk_amendment_decline", queue, fourth.pk), sent(fourth), headers={"X-Fragment": "desk"})
    assert (answer.status_code, "<html" in answer.text) == (200, False)
    assert f'data-address="{at("desk_amendments", queue)}?open={first.pk}"' in answer.text
    answer = desk.post(at("desk_amendment_decline", queue, second.pk), sent(second, section=queue.second.pk))
    assert "open" not in QueryDict(answer.url.partition("?")[2])


def test_refusal_stays_in_the_list_with_what_was_typed(desk, queue):
    first, *_others = queue.queue
    workflow.decline_amendment(first, by=queue.colleague, reason="No.")
    answer = desk.post(at("desk_amendment_accept", queue, first.pk), sent(first, show="all"))
    assert (answer.status_code, answer.context["amendment"]) == (422, first)
    assert problems(answer) == ["You cannot use “Accept” while this is not accepted."]
    assert [tab["here"] for tab in answer.context["tabs"]] == [False] * 4 + [True]


@pytest.mark.parametrize(
    "query", [{"open": "x"}, {"open": "9" * 40}, {"show": "<b>"}, {"page": "-1"}, {"section": "0x"}]
)
def test_list_reads_any_query_string(desk, queue, query):
    page = desk.get(at("desk_amendments", queue), query)
    assert (page.status_code, len(page.context["rows"])) == (200, 4)


def test_recommended_decision_is_filled_in(desk, queue):
    first, *_others = queue.queue
    workflow.recommend(first, by=queue.drafter, advice="accept", reason="It says it better.")
    page = pane(desk, first, queue)
    filled = [page.context[name]["reason"].value() for name in ("accept", "in_part", "decline")]
    assert filled == ["It says it better.", None, None]
    advice = {"advice": "in_part", "text": "Kenya builds two longer piers.", "reason": "Longer."}
    workflow.recommend(first, by=queue.drafter, **advice)
    form = pane(desk, first, queue).context["in_part"]
    assert [form[name].value() for name in ("text", "reason")] == ["Kenya builds two longer piers.", "Longer."]


def test_list_has_pages_and_opens_that_of_the_amendment(desk, review, monkeypatch):
    monkeypatch.setattr(review_desk, "ROWS", 2)
    made = [propose(review, f"Kenya calls for {place} routes.") for place in ("three", "four", "five")]
    page = desk.get(at("desk_amendments", review))
    assert ([row.pk for row in page.context["rows"]], page.context["newer"]) == ([made[0].pk, made[1].pk], "")
    page = desk.get(page.context["older"])
    assert ([row.pk for row in page.context["rows"]], page.context["older"]) == ([made[2].pk], "")
    page = desk.get(at("desk_amendments", review), {"open": made[2].pk})
    assert [row.pk for row in page.context["rows"]] == [made[2].pk]
    assert desk.get(at("desk_amendments", review), {"page": 99}).context["rows"][0].pk == made[2].pk


def test_queries_of_the_list_are_constant(desk, queue, django_assert_max_num_queries):
    with CaptureQueriesContext(connection) as few:
        desk.get(at("desk_amendments", queue))
    propose_many(queue, queue.round, [each.paragraph for each in queue.queue], 20)
    with django_assert_max_num_queries(len(few)):
        assert len(desk.get(at("desk_amendments", queue)).context["rows"]) == 24
