"""Amendments: conflicts, stale ones, confirmation, partial acceptance, other operations, co-sponsors and advice."""

import pytest

from consultations.models import OutgoingMail
from ncm_portal.workflow import Conflict, NotAllowed
from positions import workflow
from positions.models import Amendment, Lineage, Paragraph
from tests.access_log import refused_verbs
from tests.paper_factories import make_paper, make_paragraph, make_section
from tests.positions.reviewing import (
    TEXT,
    another,
    closed,
    make_reviewable,
    opened,
    propose,
    refused,
    standing,
    state_of,
    unmet,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return make_reviewable()


def test_conflicting_amendments_are_decided_and_accepted_one_changes_text(draft):
    opened(draft)
    one, two = propose(draft), propose(draft, "Kenya calls for agreed routes and seasons.", **another(draft))
    closed(draft)
    assert unmet(draft.paper) == ["2 amendments wait for a decision", "Amendments change the same words of 1 paragraph"]
    assert (workflow.accept_amendment(one, by=draft.drafter, reason="Taken.").taken_at, standing(draft)) == (None, TEXT)
    assert unmet(draft.paper) == [
        "1 amendment waits for a decision",
        "Paragraph 1: the amendment of Ministry of Roads was accepted and is not in the text yet",
    ]
    workflow.decline_amendment(two, by=draft.drafter, reason="Seasons vary.")
    assert standing(draft) == one.text
    assert unmet(draft.paper) == ["1 paragraph has sources to confirm after an edit"]
    assert state_of(one) == ("accepted", True)


def test_two_accepted_amendments_block_until_one_text_is_chosen(draft):
    opened(draft)
    one, two = propose(draft), propose(draft, "Kenya calls for agreed routes and seasons.", **another(draft))
    closed(draft)
    workflow.accept_amendment(one, by=draft.drafter, reason="Taken.")
    given = {"by": draft.drafter, "text": "Kenya calls for agreed, safe routes and seasons.", "why": "Both are meant."}
    assert refused(workflow.choose_text, draft.paragraph, **given) == [
        "Decide on the other amendments of this paragraph first."
    ]
    workflow.accept_amendment(two, by=draft.drafter, reason="Taken.")
    assert standing(draft) == TEXT
    assert unmet(draft.paper) == [
        "Paragraph 1: the amendments of Ministry of Roads, Ministry of Ports were all accepted. Choose one text"
    ]
    with pytest.raises(NotAllowed):
        workflow.choose_text(draft.paragraph, **{**given, "by": draft.member})
    base = draft.paragraph.wording
    workflow.reword(draft.paragraph, by=draft.colleague, text="Kenya calls for routes.", why="Shorter.")
    with pytest.raises(Conflict):
        workflow.choose_text(draft.paragraph, base=base, **given)
    assert workflow.choose_text(draft.paragraph, **given).wording.text == given["text"]
    assert [state_of(each) for each in (one, two)] == [("accepted", True)] * 2
    assert refused(workflow.choose_text, draft.paragraph, **given) == [
        "This paragraph has no accepted amendment without a decided text."
    ]


def test_amendment_is_outdated_by_new_wording_until_sponsor_confirms(draft):
    opened(draft)
    amendment, rival = propose(draft), propose(draft, operation="insert", text="Routes change with the seasons.")
    closed(draft)
    workflow.reword(draft.paragraph, by=draft.colleague, text="Kenya urges agreed routes.", why="Stronger.")
    assert [state_of(each)[0] for each in (amendment, rival)] == ["stale", "proposed"]
    assert "Confirm it" in OutgoingMail.objects.get(subject__startswith="Confirm your amendment").body
    assert refused(workflow.accept_amendment, amendment, by=draft.drafter, reason="Taken.") == [
        "You cannot use “Accept” while this is to be confirmed: the paragraph has changed."
    ]
    amendment.refresh_from_db()
    draft.paragraph.refresh_from_db()
    offered = workflow.merged(Amendment.objects.get(pk=amendment.pk))
    assert offered == ("Kenya urges agreed and safe routes.", 0)
    given = {"text": offered.text, "base": draft.paragraph.wording}
    with pytest.raises(NotAllowed):
        workflow.confirm_amendment(amendment, by=draft.drafter, **given)
    row = workflow.confirm_amendment(amendment, by=draft.member, **given)
    assert (row.state, row.text, row.base) == ("proposed", offered.text, draft.paragraph.wording)
    workflow.accept_amendment(row, by=draft.drafter, reason="Taken.")
    assert standing(draft) == offered.text


def test_confirmed_amendment_must_fit_current_wording_without_conflicts(draft):
    opened(draft)
    amendment = propose(draft, "Kenya calls for safe routes.")
    closed(draft)
    base = draft.paragraph.wording
    workflow.reword(draft.paragraph, by=draft.colleague, text="Kenya calls for legal routes.", why="Law first.")
    with pytest.raises(Conflict):
        workflow.confirm_amendment(amendment, by=draft.member, text="Kenya calls for safe routes.", base=base)
    offered = workflow.merged(Amendment.objects.get(pk=amendment.pk))
    assert offered == ("Kenya calls for [legal] [safe] routes.", 1)
    assert refused(workflow.confirm_amendment, amendment, by=draft.member, text=offered.text) == [
        "Keep the text that you want and delete the square brackets."
    ]
    assert refused(workflow.confirm_amendment, amendment, by=draft.member, text="Kenya calls for legal routes.") == [
        "Enter what the paragraph should say instead."
    ]
    confirmed = workflow.confirm_amendment(amendment, by=draft.member, text="Kenya calls for legal and safe routes.")
    assert confirmed.state == "proposed"


def test_amendment_is_accepted_in_part_with_other_wording_and_reason(draft):
    opened(draft)
    amendment = propose(draft)
    closed(draft)
    base = draft.paragraph.wording
    given = {"by": draft.drafter, "text": "Kenya calls for agreed, safe routes.", "base": base}
    assert refused(workflow.accept_in_part, amendment, reason="", **given) == [
        "Enter a reason. It is kept in the journal."
    ]
    assert refused(workflow.accept_in_part, amendment, reason="So.", **{**given, "text": " "}) == [
        "Enter the text that you accept."
    ]
    row = workflow.accept_in_part(amendment, reason="Shorter.", **given)
    assert (row.state, row.decided_text, standing(draft)) == ("in_part", given["text"], given["text"])
    assert given["text"] in OutgoingMail.objects.get(subject="Your amendment: accepted in part").body


def test_wording_adapted_to_outdated_text_is_refused(draft):
    opened(draft)
    amendment = propose(draft)
    closed(draft)
    base = draft.paragraph.wording
    workflow.reword(draft.paragraph, by=draft.colleague, text="Kenya calls for routes.", why="Shorter.")
    with pytest.raises(Conflict):
        workflow.accept_in_part(
            amendment, by=draft.drafter, reason="So.", text="Kenya calls for safe routes.", base=base
        )
    assert standing(draft) == "Kenya calls for routes."


def test_amendment_of_removed_paragraph_can_only_be_declined(draft):
    opened(draft)
    amendment, behind = propose(draft), propose(draft, operation="insert", text="More.")
    closed(draft)
    workflow.remove_paragraph(draft.paragraph, by=draft.drafter, reason="Said twice.")
    assert [state_of(each)[0] for each in (amendment, behind)] == ["stale", "stale"]
    for act, given in [(workflow.accept_in_part, {"reason": "So."}), (workflow.confirm_amendment, {})]:
        by = draft.member if act is workflow.confirm_amendment else draft.drafter
        reasons = refused(act, amendment, by=by, text="Safe.", **given)
        assert reasons[-1] == "This paragraph was removed from the text."
    assert workflow.decline_amendment(amendment, by=draft.drafter, reason="It was removed.").state == "not_accepted"


# --- Other operations -----------------------------------------------------------------------------------------------


def texts(paper):
    return list(paragraphs(paper).values_list("wording__text", flat=True))


def paragraphs(paper):
    return Paragraph.objects.filter(section__paper=paper).standing()


def accepted(draft, *proposals):
    opened(draft)
    made = [propose(draft, given.pop("text", ""), **given) for given in proposals]
    closed(draft)
    return [workflow.accept_amendment(each, by=draft.drafter, reason="Taken.") for each in made]


def test_inserted_paragraph_follows_its_target(draft):
    accepted(
        draft, {"operation": "insert", "text": "Routes change."}, {"operation": "insert", "text": "Seasons differ."}
    )
    assert texts(draft.paper) == [TEXT, "Seasons differ.", "Routes change."]
    assert "Paragraph" not in "".join(unmet(draft.paper))


def test_accepted_deletion_removes_paragraph(draft):
    (made,) = accepted(draft, {"operation": "delete"})
    assert (texts(draft.paper), state_of(made)) == ([], ("accepted", True))


def test_accepted_move_can_also_reword_paragraph(draft):
    extra = make_paragraph(draft.second, "Rights come first.", points=(draft.other,))
    accepted(draft, {"operation": "move", "section": draft.second, "after": extra}, {"text": "Kenya calls for routes."})
    assert texts(draft.paper) == ["Rights come first.", "Kenya calls for routes."]


def test_split_paragraph_keeps_sources_in_both_parts(draft):
    accepted(draft, {"operation": "split", "text": "Kenya calls for routes.\n\nThey are agreed."})
    assert texts(draft.paper) == ["Kenya calls for routes.", "They are agreed."]
    sources = [list(each.wording.groundings.values_list("point", "is_confirmed")) for each in paragraphs(draft.paper)]
    assert sources == [[(draft.point.pk, False)]] * 2
    assert [each.strength for each in paragraphs(draft.paper)] == ["calls_for"] * 2
    first, second = paragraphs(draft.paper)
    assert list(Lineage.objects.values_list("predecessor", "successor", "kind")) == [(first.pk, second.pk, "split")]
    answers = draft.paper.dispositions.filter(paragraphs=first)
    assert answers.exists()
    assert set(answers) == set(draft.paper.dispositions.filter(paragraphs=second))


def test_required_fields_per_operation(draft):
    foreign = make_section(make_paper())
    opened(draft)
    assert refused(propose, draft, "", operation="insert") == ["Enter what the new paragraph should say."]
    assert refused(propose, draft, "All in one.", operation="split") == [
        "Add an empty line where the new paragraph begins."
    ]
    for place in ({}, {"section": draft.first, "after": draft.paragraph}):
        assert refused(propose, draft, operation="move", **place) == ["Choose where to put the paragraph."]
    assert refused(propose, draft, operation="move", section=foreign) == ["Choose a place in the same paper."]
    assert propose(draft, "Left over.", operation="delete").text == ""


# --- Who stands behind it, and what is advised ----------------------------------------------------------------------


def test_others_support_amendment_and_withdraw_support(draft):
    opened(draft)
    amendment, ports = propose(draft), another(draft)
    joined = workflow.join_amendment(amendment, by=ports["by"], body=ports["sponsor"])
    again = refused(workflow.join_amendment, amendment, by=ports["by"], body=ports["sponsor"])
    assert again == ["Your organisation is already a co-sponsor."]
    own = refused(workflow.join_amendment, amendment, by=draft.member, body=draft.body)
    assert own == ["Your organisation is the sponsor."]
    for by in (draft.drafter, draft.member):
        with pytest.raises(NotAllowed):
            workflow.leave_amendment(joined, by=by)
    workflow.leave_amendment(joined, by=ports["by"])
    assert not amendment.cosponsors.live().exists()
    assert refused(workflow.leave_amendment, joined, by=ports["by"]) == [
        "Your organisation has already stopped co-sponsoring."
    ]
    workflow.withdraw_amendment(amendment, by=draft.member)
    late = refused(workflow.join_amendment, amendment, by=ports["by"], body=ports["sponsor"])
    assert late == ["The amendment is withdrawn."]
    assert refused_verbs(amendment)[-1] == "join_amendment"


def test_drafters_recommend_and_sponsor_agrees_or_insists(draft):
    opened(draft)
    amendment = propose(draft)
    assert refused(workflow.recommend, amendment, by=draft.drafter, advice="in_part", reason=" ") == [
        "Enter a reason: the sponsor will read it.",
        "Enter the text that you would accept.",
    ]
    first = workflow.recommend(amendment, by=draft.drafter, advice="decline", reason="Safe is understood.")
    assert "Safe is understood." in OutgoingMail.objects.get(subject__startswith="What the drafters").body
    assert refused(workflow.answer_recommendation, first, by=draft.member, consent="insists") == [
        "Enter why your organisation insists: the drafters will read it."
    ]
    with pytest.raises(NotAllowed):
        workflow.answer_recommendation(first, by=draft.drafter, consent="consents")
    second = workflow.recommend(amendment, by=draft.colleague, advice="in_part", reason="A part.", text="Safe routes.")
    assert refused(workflow.answer_recommendation, first, by=draft.member, consent="consents") == [
        "The drafters have changed their recommendation. Read the new one first."
    ]
    answered = workflow.answer_recommendation(second, by=draft.member, consent="consents")
    assert (answered.consent, answered.consent_by) == ("consents", draft.member)
    workflow.withdraw_amendment(amendment, by=draft.member)
    assert refused(workflow.recommend, amendment, by=draft.drafter, advice="accept", reason="Well.") == [
        "The amendment is withdrawn."
    ]
