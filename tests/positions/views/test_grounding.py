"""Coverage of points and their outcomes: pages, filters and refusals."""

import pytest
from django.urls import reverse

from positions import workflow
from positions.models import Disposition
from tests.factories import make_point, make_session, make_submission
from tests.paper_factories import bring_paper, make_disposition, make_paragraph
from tests.positions.drafting import make_draft
from tests.positions.views.test_drafting import at, problems
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return make_draft()


@pytest.fixture
def desk(client, draft):
    return sign_in(client, draft.colleague)


# --- Coverage -------------------------------------------------------------------------------------------------------


def test_coverage_lists_open_points_and_paragraphs(desk, draft):
    bare = make_paragraph(draft.second, "It rests on nothing.")
    make_paragraph(draft.opening, "Who speaks.", is_secretariat_text=True)
    workflow.reword(draft.paragraph, by=draft.drafter, text="Other words.", why="So.")
    page = desk.get(at("desk_coverage", draft))
    assert [(row["theme"], row["points"]) for row in page.context["themes"]] == [(draft.t2, [draft.other])]
    assert [each.pk for each in page.context["coverage"].paragraphs_without_point] == [bare.pk]
    assert [(each.pk, len(sources)) for each, sources in page.context["unconfirmed"]] == [(draft.paragraph.pk, 1)]
    assert at("desk_disposition", draft, draft.other.reference) in page.text
    assert at("desk_sources", draft, bare.key) in page.text


def test_table_has_row_and_column_headings(desk, draft):
    text = desk.get(at("desk_coverage", draft)).text
    assert '<th scope="col" class="n">Civil society</th>' in text
    assert '<th scope="row"><a href="' in text
    assert 'role="region" aria-label="Points by theme and group"' in text


def test_covered_paper_is_reported(desk, draft):
    workflow.ground(draft.paragraph, draft.other, by=draft.drafter)
    text = desk.get(at("desk_coverage", draft)).text
    for words in (
        "Every point has a paragraph or an answer",
        "Every paragraph has a source",
        "Every source is confirmed",
    ):
        assert words in text


def test_answered_point_needs_no_paragraph(desk, draft):
    make_disposition(draft.paper, draft.other, "noted")
    page = desk.get(at("desk_coverage", draft))
    assert (page.context["coverage"].unplaced, page.context["coverage"].answered) == (0, 1)
    assert "1 more with an answer and no paragraph" in page.text


def test_page_shows_some_points_of_theme_and_list_shows_all(desk, draft):
    for _turn in range(16):
        make_point(draft.other.submission)
    page = desk.get(at("desk_coverage", draft))
    (row,) = page.context["themes"]
    assert (len(row["points"]), row["number"], row["more"]) == (15, 17, True)
    listed = desk.get(f"{at('desk_dispositions', draft)}?theme=T2&rests=free&outcome=open")
    assert listed.context["number"] == (17, False)


def test_coverage_works_without_points(desk, draft):
    empty = make_draft()
    empty.consultation.points.exclude(pk=empty.point.pk).update(consultation=draft.consultation)
    assert desk.get(at("desk_coverage", empty)).status_code == 200


def test_coverage_takes_few_queries(desk, draft, django_assert_max_num_queries):
    for number in range(30):
        point = make_point(make_submission(draft.consultation))
        make_paragraph(draft.second, f"Paragraph {number}.", points=(point,) if number % 2 else ())
    desk.get(at("desk_coverage", draft))
    with django_assert_max_num_queries(23):
        desk.get(at("desk_coverage", draft))


# --- The list -------------------------------------------------------------------------------------------------------


def listed(desk, draft, **query):
    page = desk.get(reverse("desk_dispositions", args=[draft.paper.slug], query=query or None))
    return [row["point"].reference for row in page.context["rows"]]


def test_points_are_listed_with_their_answers(desk, draft):
    make_disposition(draft.paper, draft.point, "accepted", draft.paragraph)
    page = desk.get(at("desk_dispositions", draft))
    rows = {row["point"].reference: row for row in page.context["rows"]}
    assert (rows[draft.point.reference]["numbers"], rows[draft.point.reference]["resting"]) == ([1], [1])
    assert (rows[draft.other.reference]["answer"], rows[draft.other.reference]["numbers"]) == (None, [])
    assert (page.context["unanswered"], page.context["next"]) == (1, draft.other)


def test_list_is_filtered_by_words_theme_answer_and_paragraphs(desk, draft):
    make_disposition(draft.paper, draft.point, "noted")
    twin = make_point(draft.other.submission, text="Rights, again.", state="merged", into=draft.other)
    assert listed(desk, draft, words="ROUTES") == [draft.point.reference]
    assert listed(desk, draft, theme="T1") == [draft.point.reference]
    assert listed(desk, draft, outcome="noted") == [draft.point.reference]
    assert listed(desk, draft, outcome="open") == sorted([draft.other.reference, twin.reference])
    assert listed(desk, draft, outcome="accepted") == []
    assert listed(desk, draft, rests="free") == [draft.other.reference]
    assert len(listed(desk, draft, theme="T9", outcome="sung", rests="x")) == 3


def test_answers_in_other_papers_are_not_counted(desk, draft):
    elsewhere = workflow.create_paper(
        draft.consultation, by=draft.drafter, slug="other", title="O", short_title="O", purpose="Another"
    )
    make_disposition(elsewhere, draft.point, "noted")
    assert listed(desk, draft, outcome="noted") == []
    assert desk.get(at("desk_dispositions", draft)).context["unanswered"] == 2


def test_list_is_paginated(desk, draft):
    for _turn in range(28):
        make_point(draft.other.submission)
    page = desk.get(at("desk_dispositions", draft))
    rest = desk.get(page.context["older"])
    assert (len(page.context["rows"]), len(rest.context["rows"]), rest.context["older"]) == (25, 5, "")
    references = [row["point"].reference for each in (page, rest) for row in each.context["rows"]]
    assert references == sorted(references)


# --- One point ------------------------------------------------------------------------------------------------------


def decide(desk, draft, point, outcome, **fields):
    """Submit the form as an officer with a reason and its kind, or with neither."""
    kind = {"reason_code": "scope"} if "reason" in fields else {}
    return desk.post(at("desk_disposition", draft, point.reference), {"outcome": outcome, **kind, **fields})


def test_point_is_shown_in_its_input_with_citing_paragraphs_suggested(desk, draft):
    body = f"Before it. {draft.point.text} After it."
    draft.point.submission.body = body
    draft.point.submission.save()
    page = desk.get(at("desk_disposition", draft, draft.point.reference))
    assert page.context["passage"] == ("Before it. ", draft.point.text, " After it.")
    assert f"<mark>{draft.point.text}</mark>" in page.text
    assert page.context["decide"]["paragraphs"].value() == [str(draft.paragraph.key)]
    assert [value for value, _label in page.context["decide"].fields["outcome"].choices] == [
        "accepted", "accepted_in_part", "noted", "not_accepted",
    ]  # fmt: skip


def test_contradicted_paragraph_is_not_suggested(desk, draft):
    workflow.ground(draft.paragraph, draft.other, by=draft.drafter, relation="contrary")
    page = desk.get(at("desk_disposition", draft, draft.other.reference))
    assert page.context["decide"]["paragraphs"].value() == []
    assert "goes against it" in page.text


def test_answering_redirects_to_next_open_point(desk, draft):
    later = make_point(draft.point.submission)
    response = decide(desk, draft, draft.point, "accepted", paragraphs=[draft.paragraph.key])
    assert response.url == at("desk_disposition", draft, later.reference)
    response = decide(desk, draft, later, "noted", reason="It stands outside the text.")
    assert response.url == at("desk_disposition", draft, draft.other.reference)
    response = decide(desk, draft, draft.other, "noted", reason="Likewise.")
    assert response.url == at("desk_dispositions", draft)
    made = Disposition.objects.get(point=draft.point)
    assert (made.outcome, list(made.paragraphs.all()), made.decided_by) == (
        "accepted", [draft.paragraph], draft.colleague,
    )  # fmt: skip


def test_changed_answer_redirects_to_list(desk, draft):
    make_disposition(draft.paper, draft.point, "accepted_in_part", draft.paragraph, reason="In part.")
    page = desk.get(at("desk_disposition", draft, draft.point.reference))
    form = page.context["decide"]
    assert (form["outcome"].value(), form["reason"].value()) == ("accepted_in_part", "In part.")
    response = decide(desk, draft, draft.point, "noted", reason="After all.")
    assert response.url == at("desk_dispositions", draft)
    assert Disposition.objects.get(point=draft.point).outcome == "noted"


@pytest.mark.parametrize(
    ("outcome", "found"),
    [
        ("", ["Answer to the point: Choose an answer to the point."]),
        ("merged", ["Answer to the point: Select a valid choice. merged is not one of the available choices."]),
        ("accepted", ["Paragraphs that take up the point: Choose at least one paragraph that takes up the point."]),
        (
            "noted",
            ["Kind of reason: Choose the kind of reason.", "Reason: Enter a reason: the author will read it."],
        ),
        (
            "accepted_in_part",
            [
                "Kind of reason: Choose the kind of reason.",
                "Reason: Enter a reason: the author will read it.",
                "Paragraphs that take up the point: Choose at least one paragraph that takes up the point.",
            ],
        ),
    ],
)
def test_missing_values_of_outcome_are_reported_at_fields(desk, draft, outcome, found):
    response = decide(desk, draft, draft.other, outcome)
    assert (response.status_code, problems(response)) == (422, found)
    assert not Disposition.objects.exists()


def test_too_long_reason_is_refused_once_and_kept(desk, draft):
    response = decide(desk, draft, draft.other, "noted", reason="x" * 2_001)
    assert problems(response) == [
        "Reason: The reason is 2,001 characters long. It must be 2,000 characters or fewer: shorten it by 1."
    ]
    assert "x" * 2_001 in response.text


def test_merged_point_has_outcome_merged(desk, draft):
    twin = make_point(draft.other.submission, state="merged", into=draft.other)
    page = desk.get(at("desk_disposition", draft, twin.reference))
    assert page.context["decide"]["outcome"].value() == "merged"
    assert draft.other.reference in page.text
    decide(desk, draft, twin, "merged", reason="It says what another says.")
    assert Disposition.objects.get().outcome == "merged"


def test_author_cannot_answer_point_against_own_text(client, draft):
    workflow.ground(draft.paragraph, draft.other, by=draft.colleague, relation="contrary")
    sign_in(client, draft.drafter)
    words = "The point goes against a paragraph that you wrote: another officer must answer it."
    assert words in client.get(at("desk_disposition", draft, draft.other.reference)).text
    response = decide(client, draft, draft.other, "not_accepted", reason="Typed reason.")
    assert (response.status_code, problems(response)) == (422, [words])
    assert "Typed reason." in response.text


def test_answers_cannot_change_after_adoption(desk, draft):
    decide(desk, draft, draft.other, "noted", reason="It was heard.")
    bring_paper(draft.paper, "adopted")
    response = decide(desk, draft, draft.other, "noted", reason="Typed reason.")
    assert problems(response) == ["The text is adopted, so the answers to points cannot change."]


def test_foreign_and_invalid_points_are_404(desk, draft):
    raw = make_point(draft.other.submission, state="submitted")
    for reference in (make_draft().point.reference, raw.reference, "nothing"):
        assert desk.get(at("desk_disposition", draft, reference)).status_code == 404


def test_session_point_names_its_session(desk, draft):
    session = make_session(title="Group 1", theme=draft.t2)
    session.forum.consultation = draft.consultation
    session.forum.save()
    point = make_point(session=session)
    page = desk.get(at("desk_disposition", draft, point.reference))
    assert "Group 1" in page.text
    assert page.context["passage"] is None


# --- Grounding from the point's side --------------------------------------------------------------------------------


def ground(desk, draft, paragraph, relation="rests_on"):
    words = {"paragraph": paragraph, "relation": relation}
    return desk.post(at("desk_disposition_ground", draft, draft.other.reference), words)


def test_paragraph_cites_point(desk, draft):
    response = ground(desk, draft, draft.paragraph.key, "partly")
    assert response.url == at("desk_disposition", draft, draft.other.reference)
    assert draft.paragraph.wording.groundings.get(point=draft.other).relation == "partly"


@pytest.mark.parametrize("paragraph", ["", "x"])
def test_paragraph_is_required(desk, draft, paragraph):
    response = ground(desk, draft, paragraph)
    assert (response.status_code, problems(response)) == (422, ["Paragraph: Choose the paragraph."])


def test_closed_text_accepts_no_sources(desk, draft):
    bring_paper(draft.paper, "review")
    response = ground(desk, draft, draft.paragraph.key)
    assert problems(response) == [
        "The text can change only while the paper is drafted or consolidated. Now it is in review."
    ]
