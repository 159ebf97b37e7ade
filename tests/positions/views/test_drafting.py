"""Drafting pages: access, actions, and kept text when something is refused."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from consultations.models import OutlinePart
from positions import workflow
from positions.models import Paragraph, PositionPaper
from tests.factories import (
    make_consultation,
    make_forum,
    make_head,
    make_member,
    make_ministry,
    make_point,
    make_provision,
    make_secretariat,
    make_submission,
    make_user,
)
from tests.pages import tidy
from tests.paper_factories import bring_paper, make_edition, make_paragraph
from tests.positions.drafting import make_draft
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return make_draft()


@pytest.fixture
def desk(client, draft):
    """Return the drafter's client."""
    return sign_in(client, draft.drafter)


def at(name, draft, *args):
    return reverse(name, args=[draft.paper.slug, *args])


def problems(response):
    """Return the error summary of a page."""
    summary = re.search(r'id="problem".*?<ul>(.*?)</ul>', response.text, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", item).strip() for item in re.findall(r"<li>(.*?)</li>", summary[1], re.DOTALL)]


def text_of(paragraph):
    paragraph.refresh_from_db()
    return paragraph.wording.text


# --- Who sees them --------------------------------------------------------------------------------------------------


def desk_pages(draft):
    key, reference = draft.paragraph.key, draft.point.reference
    grounding = draft.paragraph.wording.groundings.get().pk
    return [
        reverse("desk_paper_new"),
        at("desk_paper", draft),
        at("desk_paper_name", draft),
        at("desk_section", draft, draft.first.pk),
        at("desk_section_new", draft),
        at("desk_section_edit", draft, draft.first.pk),
        at("desk_outline", draft),
        at("desk_section_place", draft, draft.first.pk),
        at("desk_section_remove", draft, draft.first.pk),
        at("desk_paragraph", draft, key),
        at("desk_paragraph_place", draft, key),
        at("desk_paragraph_remove", draft, key),
        at("desk_paragraph_history", draft, key),
        at("desk_paragraph_split", draft, key),
        at("desk_paragraph_merge", draft, key),
        at("desk_comment", draft, key),
        at("desk_comment_resolve", draft, key, 1),
        at("desk_sources", draft, key),
        at("desk_sources_confirm", draft, key),
        at("desk_source_confirm", draft, key, grounding),
        at("desk_source_remove", draft, key, grounding),
        at("desk_coverage", draft),
        at("desk_dispositions", draft),
        at("desk_disposition", draft, reference),
        at("desk_disposition_ground", draft, reference),
        at("desk_review", draft),
    ]


@pytest.mark.parametrize(
    "who", [make_user, make_member, lambda: make_member(make_ministry()), lambda: make_user("official")]
)
def test_desk_is_404_for_everybody_else(client, draft, who):
    sign_in(client, who())
    for address in desk_pages(draft):
        assert client.get(address).status_code == 404
        assert client.post(address, {"reason": "So."}).status_code == 404
    assert text_of(draft.paragraph) == "Kenya calls for agreed routes."


@pytest.mark.parametrize("who", [make_secretariat, make_head])
def test_secretariat_sees_all_pages(client, draft, who):
    sign_in(client, who())
    for address in desk_pages(draft):
        assert client.get(address).status_code in (200, 302)


def test_every_page_shows_or_links_to_missing_conditions(desk, draft):
    panel, link = 'aria-label="Needed before the next step"', f'href="{at("desk_paper", draft)}#needs"'
    pages = {address: desk.get(address) for address in desk_pages(draft)[1:]}
    texts = {address: page.text for address, page in pages.items() if page.status_code == 200}
    assert [address for address, text in texts.items() if (panel in text) == (link in text)] == []
    homes = [at(name, draft) for name in ("desk_paper", "desk_coverage", "desk_dispositions")]
    assert ["2 points have no answer yet" in texts[address] for address in homes] == [True] * 3
    assert 'id="needs"' in texts[homes[0]]


def test_visitor_is_redirected_to_sign_in(client, draft):
    for address in desk_pages(draft):
        assert client.get(address).url == f"/account/login/?next={address}"


def test_unknown_papers_sections_paragraphs_and_points_are_404(desk, draft):
    other = make_draft()
    for address in [
        reverse("desk_paper", args=["unknown"]),
        at("desk_section", draft, other.first.pk),
        at("desk_section_edit", draft, other.first.pk),
        at("desk_paragraph", draft, other.paragraph.key),
        at("desk_paragraph", draft, uuid4()),
        at("desk_sources", draft, other.paragraph.key),
        at("desk_disposition", draft, other.point.reference),
        at("desk_disposition", draft, "a/b"),
        at("desk_amendment", draft, 1),
    ]:
        assert desk.get(address).status_code == 404


# --- A new paper ----------------------------------------------------------------------------------------------------


def begin(desk, **fields):
    consultation = fields.pop("consultation", None) or make_consultation()
    fields = {"consultation": consultation.slug, "title": "The position", "short_title": "GCM 2017", **fields}
    return desk.post(reverse("desk_paper_new"), fields)


def test_paper_is_created_with_outline(desk, draft):
    OutlinePart.objects.create(order=4, part="body", heading="1. Introduction")
    response = begin(desk, purpose="For Addis Ababa")
    assert response.url == reverse("desk_paper", args=["gcm-2017"])
    paper = PositionPaper.objects.get(slug="gcm-2017")
    assert (paper.purpose, paper.created_by) == ("For Addis Ababa", draft.drafter)
    assert "Introduction" in desk.get(response.url).text


def test_new_paper_errors_are_shown_at_fields(desk):
    response = begin(desk, title="", slug="Not an address", forum=make_forum().slug, short_title="Kept")
    assert response.status_code == 422
    assert problems(response) == [
        "Title: Enter the title.",
        "Forum that decides on the paper: This forum belongs to another consultation.",
        "Address: Use only lower-case letters, digits and hyphens, for example gcm-2017.",
    ]
    assert 'value="Kept"' in response.text


@pytest.mark.parametrize("slug", ["new", "---", "GCM"])
def test_invalid_address_is_refused(desk, slug):
    assert begin(desk, slug=slug).status_code == 422


def test_second_paper_for_same_purpose_is_refused_with_reason(desk, draft):
    response = begin(desk, consultation=draft.consultation, purpose=draft.paper.purpose)
    assert response.status_code == 422
    assert problems(response) == ["This consultation already has a paper for this purpose."]
    assert problems(begin(desk, slug=draft.paper.slug)) == [
        "Address: Another paper has this address. Enter a different one."
    ]


# --- The paper's home -----------------------------------------------------------------------------------------------


def test_paper_page_shows_progress_and_missing_items(desk, draft):
    make_paragraph(draft.second, "It rests on nothing.")
    workflow.reword(draft.paragraph, by=draft.colleague, text="Kenya calls for routes.", why="Shorter.")
    page = desk.get(at("desk_paper", draft))
    assert [(each.heading, each.written, each.bare, each.doubtful) for each in page.context["sections"]] == [
        ("Introduction", 0, 0, 0), ("Theme 1", 1, 0, 1), ("Theme 2", 1, 1, 0),
    ]  # fmt: skip
    assert [number for number, _label in page.context["figures"]] == [2, 1, 1, 2]
    assert page.context["next"]["url"] == at("desk_coverage", draft)
    assert "1 without a source" in page.text


def test_contrary_point_does_not_support_paragraph(desk, draft):
    made = make_paragraph(draft.second, "It rests on nothing.")
    workflow.ground(made, draft.other, by=draft.colleague, relation="contrary")
    assert [each.bare for each in desk.get(at("desk_paper", draft)).context["sections"]] == [0, 0, 1]
    assert desk.get(at("desk_coverage", draft)).context["coverage"].paragraphs_without_point == [made]
    pages = [
        desk.get(f"/desk/papers/{draft.paper.slug}/sections/{draft.second.pk}/"),
        desk.get(at("desk_paragraph", draft, made.key)),
        desk.get(f"/desk/papers/{draft.paper.slug}/sections/{draft.second.pk}/?open=2"),
    ]
    assert [page.text.lower().count("no source yet") for page in pages] == [1, 1, 1]
    workflow.ground(made, draft.point, by=draft.colleague)
    assert [each.bare for each in desk.get(at("desk_paper", draft)).context["sections"]] == [0, 0, 0]
    assert desk.get(desk.get(at("desk_sources", draft, made.key)).url).text.lower().count("no source yet") == 0


def test_next_step_is_first_paragraph_then_gaps_then_answers(desk, draft):
    workflow.remove_paragraph(draft.paragraph, by=draft.drafter, reason="Anew.")
    assert desk.get(at("desk_paper", draft)).context["next"]["url"] == at("desk_section", draft, draft.opening.pk)
    made = make_paragraph(draft.first, "Anew.", points=(draft.point, draft.other))
    assert desk.get(at("desk_paper", draft)).context["next"]["url"] == at("desk_dispositions", draft)
    for point in (draft.point, draft.other):
        workflow.decide(draft.paper, point, by=draft.colleague, outcome="accepted", paragraphs=[made])
    page = desk.get(at("desk_paper", draft))
    assert page.context["next"] is None
    assert [way["url"] for way in page.context["ways"]] == [at("desk_review", draft)]


def test_head_can_suspend_and_each_move_links_to_its_page(client, draft):
    sign_in(client, make_head())
    page = client.get(at("desk_paper", draft))
    assert [way["url"] for way in page.context["grave"]] == [
        at("desk_paper_move", draft, "suspend"), at("desk_paper_move", draft, "withdraw_paper"),
    ]  # fmt: skip
    bring_paper(draft.paper, "in_clearance")
    page = client.get(at("desk_paper", draft))
    assert [way["url"] for way in page.context["ways"]] == [at("desk_clearance", draft)]


def test_paper_page_lists_frozen_editions_and_journal(desk, draft):
    frozen = make_edition(draft.paper, "0.1", kind="review")
    workflow.add_section(draft.paper, by=draft.drafter, heading="Method")
    page = desk.get(at("desk_paper", draft))
    assert frozen.sha256[:4] in page.text
    assert "Edition 0.1" in page.text
    assert [event.verb for event in page.context["events"]] == ["add_section"]


# --- Sections -------------------------------------------------------------------------------------------------------


def test_section_is_shown_as_printed_with_paper_wide_numbers(desk, draft):
    make_paragraph(draft.opening, "Who speaks.", is_secretariat_text=True)
    page = desk.get(at("desk_section", draft, draft.first.pk))
    assert [row["paragraph"].number for row in page.context["rows"]] == [2]
    assert 'Kenya <span class="verb">calls for</span> agreed routes.' in page.text
    assert "asked for by 1" in page.text


def test_added_paragraph_is_open_beside_its_points(desk, draft):
    make_provision("GCM-09")
    words = {
        "text": "Kenya notes it.",
        "strength": "notes",
        "why": "Opens.",
        "key": str(uuid4()),
        "objectives": ["GCM-09"],
    }
    response = desk.post(at("desk_section", draft, draft.second.pk), words)
    made = Paragraph.objects.get(key=words["key"])
    assert response.url == f"{at('desk_section', draft, draft.second.pk)}?open=2#p2"
    assert (made.wording.text, made.strength, made.wording.why) == ("Kenya notes it.", "notes", "Opens.")
    assert list(made.provisions.values_list("code", flat=True)) == ["GCM-09"]
    assert desk.post(at("desk_section", draft, draft.second.pk), words).url == response.url
    assert draft.second.paragraphs.count() == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (" \n", "Text: Enter the text of the paragraph."),
        (
            "x" * 3_001,
            "Text: The paragraph is 3,001 characters long. It must be 3,000 characters or fewer: shorten it by 1.",
        ),
        ("a\x07b", "Text: The text contains characters that cannot be shown (U+0007). Remove them and send it again."),
    ],
)
def test_invalid_text_is_refused_at_field_and_everything_is_kept(desk, draft, text, problem):
    response = desk.post(
        at("desk_section", draft, draft.second.pk), {"text": text, "why": "Kept words", "strength": "urges"}
    )
    assert response.status_code == 422
    assert problems(response) == [problem]
    assert 'value="Kept words"' in response.text
    assert '<option value="urges" selected>' in tidy(response.text)
    assert draft.second.paragraphs.count() == 0


def test_markup_is_shown_literally(desk, draft):
    text = "<b>{{ request.user }}</b> {% now %}"
    desk.post(at("desk_section", draft, draft.second.pk), {"text": text})
    page = desk.get(at("desk_section", draft, draft.second.pk)).text
    assert "&lt;b&gt;{{ request.user }}&lt;/b&gt; {% now %}" in page


def test_closed_text_is_read_only(desk, draft):
    bring_paper(draft.paper, "review")
    page = desk.get(at("desk_section", draft, draft.first.pk))
    assert "Now it is in review." in page.text
    assert "Add the paragraph" not in page.text
    response = desk.post(at("desk_section", draft, draft.first.pk), {"text": "Typed words."})
    assert response.status_code == 422
    assert '<p class="said whole" lang="en">Typed words.</p>' in response.text
    assert problems(response) == [
        "The text can change only while the paper is drafted or consolidated. Now it is in review."
    ]


def test_a_section_of_fifty_paragraphs_takes_few_queries(desk, draft, django_assert_max_num_queries):
    points = [make_point(make_submission(draft.consultation)) for _turn in range(5)]
    for number in range(50):
        made = make_paragraph(draft.first, f"Paragraph {number}.", points=points[:2], by=draft.drafter)
        made.provisions.add(make_provision(f"GCM-{number % 5 + 1:02}"))
    desk.get(at("desk_section", draft, draft.first.pk))
    with django_assert_max_num_queries(18):
        page = desk.get(at("desk_section", draft, draft.first.pk))
    assert (len(page.context["rows"]), len(page.context["part"].whole)) == (20, 51)


def test_a_paper_is_renamed(desk, draft):
    page = desk.get(at("desk_paper_name", draft))
    words = {
        name: field.value() for name, field in ((name, page.context["form"][name]) for name in ("title", "purpose"))
    }
    assert words == {"title": draft.paper.title, "purpose": draft.paper.purpose}
    response = desk.post(at("desk_paper_name", draft), words | {"title": "Kenya on the move", "short_title": ""})
    assert (response.status_code, problems(response)) == (422, ["Short title: Enter the short title."])
    assert response.context["form"]["title"].value() == "Kenya on the move"
    words |= {"title": "Kenya on the move", "short_title": "Move"}
    assert desk.post(at("desk_paper_name", draft), words).url == at("desk_paper", draft)
    draft.paper.refresh_from_db()
    assert (draft.paper.title, draft.paper.short_title) == ("Kenya on the move", "Move")


def test_first_section_of_empty_outline_has_no_predecessor(desk, draft):
    empty = begin(desk).url
    response = desk.post(f"{empty}sections/new/", {"heading": "Opening", "kind": "front"})
    assert response.status_code == 302
    assert "Opening" in desk.get(empty).text
