"""Paragraph pages: edit text, edit conflicts, marks, position, deletion and sources."""

import re

import pytest
from django.urls import reverse

from consultations.models import Framework, Provision
from positions import workflow
from positions.models import Paragraph
from tests.factories import make_point, make_provision, make_session, make_stakeholder, make_submission
from tests.paper_factories import bring_paper, make_paragraph
from tests.positions.drafting import make_draft
from tests.positions.views.test_drafting import at, problems, text_of
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
TEXT = "Kenya calls for agreed routes."


@pytest.fixture
def draft():
    return make_draft()


@pytest.fixture
def desk(client, draft):
    return sign_in(client, draft.drafter)


def page_of(draft):
    return at("desk_paragraph", draft, draft.paragraph.key)


def opened(draft, **query):
    """Return the address of the room with the paragraph open, beside the points of a search."""
    at_section = reverse("desk_section", args=[draft.paper.slug, draft.first.pk], query={**query, "open": "1"})
    return f"{at_section}#p1"


def reword(desk, draft, text, why="Better.", base=None):
    words = {"text": text, "why": why, "base": base or draft.paragraph.wording_id}
    return desk.post(page_of(draft), words)


# --- Words ----------------------------------------------------------------------------------------------------------


def test_reworded_paragraph_is_saved_and_history_shows_changes(desk, draft):
    response = reword(desk, draft, "Kenya calls for agreed and safe routes.", "Safety first.")
    assert response.url == opened(draft)
    assert text_of(draft.paragraph) == "Kenya calls for agreed and safe routes."
    page = desk.get(page_of(draft))
    assert [row["wording"].number for row in page.context["history"]] == [2, 1]
    assert '<ins><span class="sr">Added: </span>and safe</ins>' in page.text
    assert "Safety first." in page.text
    assert draft.drafter.name in page.text


def test_removed_words_are_marked_as_removed(desk, draft):
    reword(desk, draft, "Kenya calls for routes.")
    assert '<del><span class="sr">Removed: </span>agreed</del>' in desk.get(page_of(draft)).text


def test_small_edit_needs_no_reason(desk, draft):
    assert reword(desk, draft, "Kenya calls for agreed routs.", why="").url == opened(draft)
    draft.paragraph.refresh_from_db()
    assert (draft.paragraph.wording.text, draft.paragraph.wording.why) == (
        "Kenya calls for agreed routs.", "A small edit.",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Kenya urges agreed routes.",
        "Kenya calls for all agreed routes.",
        "Kenya calls for one two three four five six.",
    ],
    ids=["another verb", "a word that carries the meaning", "many words"],
)
def test_edit_that_is_not_small_needs_a_reason(desk, draft, text):
    assert reword(desk, draft, text, why=" ").status_code == 422
    assert text_of(draft.paragraph) == TEXT


def test_unchanged_text_adds_no_wording(desk, draft):
    assert reword(desk, draft, TEXT, why="").url == opened(draft)
    assert draft.paragraph.wordings.count() == 1


def test_change_without_reason_is_refused_and_text_kept(desk, draft):
    response = reword(desk, draft, "Typed words.", why="")
    assert response.status_code == 422
    assert problems(response) == ["Why: Enter a reason for the change: it is kept with the wording."]
    assert "Typed words.</textarea>" in response.text
    assert text_of(draft.paragraph) == TEXT


def test_text_sent_after_closing_is_refused_with_reason(desk, draft):
    bring_paper(draft.paper, "review")
    response = reword(desk, draft, "Typed words.")
    assert response.status_code == 422
    assert problems(response) == [
        "The text can change only while the paper is drafted or consolidated. Now it is in review."
    ]
    assert '<p class="said whole" lang="en">Typed words.</p>' in response.text
    assert 'name="text"' not in desk.get(page_of(draft)).text


@pytest.mark.parametrize("base", ["", "x", "-1", str(2**70)])
def test_form_without_base_is_not_saved(desk, draft, base):
    response = desk.post(page_of(draft), {"text": "Typed words.", "why": "So.", "base": base})
    assert response.status_code == 422
    assert text_of(draft.paragraph) == TEXT


def test_base_of_other_paragraph_is_conflict_and_text_is_kept(desk, draft):
    other = make_paragraph(draft.first, "Other.")
    response = reword(desk, draft, "Mine.", base=other.wording_id)
    assert response.status_code == 409
    assert "Mine." in response.text
    assert text_of(draft.paragraph) == TEXT


# --- Marks, place, end ----------------------------------------------------------------------------------------------


def test_marks_are_set_and_objectives_of_other_frameworks_kept(desk, draft):
    make_provision("GCM-09")
    principle = Provision.objects.create(framework=Framework.GCM_PRINCIPLE, code="P1", order=1, label="P", title="P")
    draft.paragraph.provisions.add(principle)
    words = {"text": TEXT, "base": draft.paragraph.wording_id, "is_secretariat_text": "on"}
    response = desk.post(page_of(draft), {**words, "strength": "urges", "objectives": ["GCM-09"]})
    assert response.url == opened(draft)
    row = Paragraph.objects.get(pk=draft.paragraph.pk)
    assert (row.strength, row.is_secretariat_text) == ("urges", True)
    assert sorted(row.provisions.values_list("code", flat=True)) == ["GCM-09", "P1"]


def test_marks_that_a_colleague_set_meanwhile_are_kept(desk, draft):
    make_provision("GCM-09")
    draft.paragraph.provisions.add(make_provision("GCM-10"))
    page = desk.get(opened(draft))
    opened_with = dict(re.findall(r'name="initial-(\w+)" value="([^"]*)"', page.text))
    assert opened_with == {
        "strength": "calls_for", "is_secretariat_text": "False", "language": "en", "objectives": "GCM-10",
    }  # fmt: skip
    workflow.mark_paragraph(draft.paragraph, by=draft.colleague, strength="urges", is_secretariat_text=True)
    words = {"text": TEXT, "base": draft.paragraph.wording_id, "strength": "calls_for", "language": "sw"}
    typed = {**words, "objectives": ["GCM-10"], **{f"initial-{name}": value for name, value in opened_with.items()}}
    assert desk.post(page_of(draft), typed).url == opened(draft)
    row = Paragraph.objects.get(pk=draft.paragraph.pk)
    assert (row.strength, row.is_secretariat_text, row.language) == ("urges", True, "sw")
    assert list(row.provisions.values_list("code", flat=True)) == ["GCM-10"]


def test_unknown_strength_or_objective_is_refused(desk, draft):
    words = {"text": TEXT, "base": draft.paragraph.wording_id}
    response = desk.post(page_of(draft), {**words, "strength": "shouts", "objectives": ["GCM-99"]})
    assert response.status_code == 422
    assert len(problems(response)) == 2
    assert Paragraph.objects.get(pk=draft.paragraph.pk).strength == "calls_for"


def test_paragraph_is_moved_up_and_down(desk, draft):
    two, three = make_paragraph(draft.first, "Two."), make_paragraph(draft.first, "Three.")
    rows = desk.get(at("desk_section", draft, draft.first.pk)).context["rows"]
    assert [bool(row["up"]) for row in rows] == [False, True, True]
    assert [bool(row["down"]) for row in rows] == [True, True, False]

    def press(paragraph, way):
        rows = desk.get(at("desk_section", draft, draft.first.pk)).context["rows"]
        place = next(row[way] for row in rows if row["paragraph"].pk == paragraph.pk)
        response = desk.post(at("desk_paragraph_place", draft, paragraph.key), {"after": place})
        texts = [each.wording.text for each in draft.first.paragraphs.standing()]
        return response.url.rpartition("#")[2], texts

    assert press(three, "up") == ("p2", [TEXT, "Three.", "Two."])
    assert press(three, "up") == ("p1", ["Three.", TEXT, "Two."])
    assert press(three, "down") == ("p2", [TEXT, "Three.", "Two."])
    assert press(two, "up") == ("p2", [TEXT, "Two.", "Three."])


def test_paragraph_is_moved_to_other_section(desk, draft):
    address = at("desk_paragraph_place", draft, draft.paragraph.key)
    response = desk.post(address, {"after": f"section-{draft.second.pk}"})
    assert response.url == at("desk_section", draft, draft.second.pk) + "#p1"
    response = desk.post(address, {"after": "nowhere"})
    assert (response.status_code, problems(response)) == (422, ["Move it after: Choose where to put it."])


def test_paragraph_is_removed_with_reason(desk, draft):
    address = at("desk_paragraph_remove", draft, draft.paragraph.key)
    assert TEXT in desk.get(address).text
    response = desk.post(address, {"reason": " "})
    assert (response.status_code, problems(response)) == (422, ["Reason: Enter the reason"])
    response = desk.post(address, {"reason": "Said twice."})
    assert response.url == at("desk_section", draft, draft.first.pk)
    assert desk.get(page_of(draft)).url == at("desk_paragraph_history", draft, draft.paragraph.key)
    late = desk.post(page_of(draft), {"text": "Typed <late>."})
    assert (late.status_code, problems(late)) == (422, ["This paragraph was removed from the text."])
    assert "Typed &lt;late&gt;." in late.text


# --- What it rests on -----------------------------------------------------------------------------------------------


def sources_page(draft, **query):
    return reverse("desk_sources", args=[draft.paper.slug, draft.paragraph.key], query=query or None)


def points_listed(desk, draft, **query):
    page = desk.get(desk.get(sources_page(draft, **query)).url)
    return sorted(point.reference for point in page.context["points"])


def test_points_of_section_theme_are_first_and_cited_ones_omitted(desk, draft):
    same = make_point(draft.point.submission)
    make_point(draft.point.submission, state="submitted")
    make_point(draft.point.submission, state="merged", into=draft.point)
    make_point(make_submission(theme=draft.t1))
    assert points_listed(desk, draft) == [same.reference]
    assert points_listed(desk, draft, theme="") == sorted([same.reference, draft.other.reference])


def test_points_are_found_by_words_theme_and_kind(desk, draft):
    body = make_stakeholder("Coast Network")
    said = make_point(
        make_submission(draft.consultation, body, theme=draft.t2), text="Boats and rafts.", kind="challenge"
    )
    assert points_listed(desk, draft, words="RAFTS boats") == [said.reference]
    assert points_listed(desk, draft, words="coast") == [said.reference]
    assert points_listed(desk, draft, words=said.reference.lower()) == [said.reference]
    assert points_listed(desk, draft, kind="challenge") == [said.reference]
    assert points_listed(desk, draft, theme="T2", words="rights") == [draft.other.reference]
    assert points_listed(desk, draft, theme="T1", kind="challenge") == []
    assert points_listed(desk, draft, words="100%_") == []


def test_uncited_points_are_filtered_on_request(desk, draft):
    make_paragraph(draft.second, "It rests on the other.", points=(draft.other,))
    free = make_point(draft.other.submission)
    assert points_listed(desk, draft, theme="T2") == sorted([draft.other.reference, free.reference])
    assert points_listed(desk, draft, theme="T2", free="on") == [free.reference]
    page = desk.get(desk.get(sources_page(draft, theme="T2")).url)
    assert {point.reference: point.resting for point in page.context["points"]} == {
        draft.other.reference: 1, free.reference: 0,
    }  # fmt: skip


def test_citations_of_earlier_wordings_do_not_count(desk, draft):
    made = make_paragraph(draft.second, "It rests on the other.", points=(draft.other,))
    row = workflow.reword(made, by=draft.drafter, text="Changed.", why="So.")
    workflow.unground(row.wording.groundings.get(), by=draft.drafter)
    assert points_listed(desk, draft, theme="T2", free="on") == [draft.other.reference]


@pytest.mark.parametrize(
    "query",
    [{"theme": "T99"}, {"kind": "song"}, {"from": "~"}, {"from": "99999"}, {"words": "x" * 300}, {"open": "x"}],
)
def test_unusual_search_is_safe(desk, draft, query):
    assert desk.get(at("desk_section", draft, draft.first.pk), {"open": "1", **query}).status_code == 200


def test_nearest_points_come_first_with_their_common_words_marked(desk, draft):
    said = [make_point(draft.point.submission, text=text) for text in ("Dry sheds.", "Routes that Kenya agreed.")]
    page = desk.get(opened(draft, theme="T1"))
    assert [point.reference for point in page.context["points"]] == [said[1].reference, said[0].reference]
    marked = [piece.text for piece in page.context["points"][0].pieces if piece.is_shared]
    assert marked == ["Routes", "Kenya", "agreed"]


def test_points_are_paginated(desk, draft):
    wanted = sorted(make_point(draft.point.submission).reference for _turn in range(23))
    page = desk.get(opened(draft, theme="T1"))
    rest = desk.get(page.context["more"])
    shown = [point.reference for point in (*page.context["points"], *rest.context["points"])]
    assert (sorted(shown), rest.context["more"]) == (wanted, "")
    assert rest.context["opened"].paragraph == draft.paragraph


def ground(desk, draft, reference, relation="rests_on", **query):
    return desk.post(sources_page(draft, **query), {"cite": f"{relation} {reference}"})


def test_point_is_cited_and_search_kept(desk, draft):
    response = ground(desk, draft, draft.other.reference, "partly", theme="T2", words="rights")
    assert response.url == opened(draft, words="rights", theme="T2")
    rows = draft.paragraph.wording.groundings.values_list("point__reference", "relation")
    assert sorted(rows) == sorted([(draft.point.reference, "rests_on"), (draft.other.reference, "partly")])
    assert "in part" in desk.get(response.url).text


def test_citing_while_typing_saves_the_text_first(desk, draft):
    words = {"text": "Kenya calls for agreed route.", "base": draft.paragraph.wording_id}
    desk.post(sources_page(draft), {**words, "cite": f"rests_on {draft.other.reference}"})
    assert text_of(draft.paragraph) == words["text"]
    rows = draft.paragraph.wording.groundings.values_list("point", "is_confirmed")
    assert sorted(rows) == sorted([(draft.point.pk, False), (draft.other.pk, True)])


def test_refused_text_is_kept_and_nothing_is_cited(desk, draft):
    words = {"text": "Typed words.", "why": "", "base": draft.paragraph.wording_id}
    response = desk.post(sources_page(draft), {**words, "cite": f"rests_on {draft.other.reference}"})
    assert (response.status_code, response.context["form"]["text"].value()) == (422, "Typed words.")
    assert draft.paragraph.wording.groundings.count() == 1


def test_source_confirmed_while_typing_is_one_of_the_new_wording(desk, draft):
    source = draft.paragraph.wording.groundings.get()
    words = {"text": "Kenya calls for agreed route.", "base": draft.paragraph.wording_id}
    desk.post(at("desk_source_confirm", draft, draft.paragraph.key, source.pk), words)
    assert text_of(draft.paragraph) == words["text"]
    assert draft.paragraph.wording.groundings.get().is_confirmed


@pytest.mark.parametrize(
    ("reference", "relation"), [("none", "rests_on"), ("", ""), ("a\0b", "partly"), (None, "likes")]
)
def test_unknown_point_is_refused(desk, draft, reference, relation):
    response = ground(desk, draft, draft.other.reference if reference is None else reference, relation)
    assert (response.status_code, problems(response)) == (422, ["There is no such point."])
    assert draft.paragraph.wording.groundings.count() == 1


def test_point_of_other_consultation_is_refused(desk, draft):
    response = ground(desk, draft, make_draft().point.reference)
    assert (response.status_code, problems(response)) == (422, ["There is no such point."])


def test_unvalidated_point_is_refused_with_reason(desk, draft):
    raw = make_point(draft.point.submission, state="submitted")
    response = ground(desk, draft, raw.reference)
    assert (response.status_code, problems(response)) == (422, [f"{raw.reference} is not validated yet."])


def test_sources_are_confirmed_singly_or_together_and_removed(desk, draft):
    workflow.ground(draft.paragraph, draft.other, by=draft.drafter)
    row = workflow.reword(draft.paragraph, by=draft.drafter, text="Other words.", why="So.")
    one, two = row.wording.groundings.order_by("pk")
    assert "To confirm" in desk.get(opened(draft)).text
    response = desk.post(at("desk_source_confirm", draft, row.key, one.pk) + "?theme=T2")
    assert response.url == opened(draft, theme="T2")
    assert sorted(row.wording.groundings.values_list("pk", "is_confirmed")) == [(one.pk, True), (two.pk, False)]
    desk.post(at("desk_source_remove", draft, row.key, one.pk))
    desk.post(at("desk_sources_confirm", draft, row.key), {"wording": row.wording_id})
    assert list(row.wording.groundings.values_list("pk", "is_confirmed")) == [(two.pk, True)]


def test_sources_of_outdated_wording_cannot_be_confirmed(desk, draft):
    seen = workflow.reword(draft.paragraph, by=draft.drafter, text="Seen words.", why="So.")
    workflow.reword(draft.paragraph, by=draft.colleague, text="Newer words.", why="So.")
    response = desk.post(at("desk_sources_confirm", draft, seen.key), {"wording": seen.wording_id})
    assert (response.status_code, problems(response)) == (
        422, ["This belongs to an earlier wording, which cannot change."],
    )  # fmt: skip
    for odd in ("", "x", "9" * 30, "²"):
        assert desk.post(at("desk_sources_confirm", draft, seen.key), {"wording": odd}).status_code == 302
    draft.paragraph.refresh_from_db()
    assert [source.is_confirmed for source in draft.paragraph.wording.groundings.all()] == [False]


def test_other_paragraphs_source_is_404(desk, draft):
    other = make_paragraph(draft.second, "Other.", points=(draft.other,))
    grounding = other.wording.groundings.get()
    for name in ("desk_source_confirm", "desk_source_remove"):
        assert desk.post(at(name, draft, draft.paragraph.key, grounding.pk)).status_code == 404


def test_session_points_and_confidential_points_are_labelled(desk, draft):
    session = make_session(title="Group 1")
    session.forum.consultation = draft.consultation
    session.forum.save()
    make_point(session=session, text="Said in the room.", theme=draft.t1)
    make_point(make_submission(draft.consultation, theme=draft.t1, audience="secretariat"), text="In confidence.")
    page = desk.get(opened(draft)).text
    assert "said at the forum" in page
    assert "The secretariat only" in page


def test_sources_of_closed_text_are_read_only(desk, draft):
    bring_paper(draft.paper, "review")
    page = desk.get(opened(draft)).text
    assert ("Cited by paragraph 1" in page, "Cite it" in page, 'id="write"' in page) == (True, False, False)
    response = ground(desk, draft, draft.other.reference)
    assert problems(response) == [
        "The text can change only while the paper is drafted or consolidated. Now it is in review."
    ]
