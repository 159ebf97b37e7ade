"""Drafting a paper: every verb, its refusals, and its journal entries."""

from uuid import uuid4

import pytest
from django.db import transaction

from consultations.models import Event, OutlinePart
from ncm_portal.workflow import Blocked, Conflict, NotAllowed, now
from positions import workflow
from positions.models import Disposition, Grounding, Paragraph
from positions.workflow.drafting import STEP
from tests.access_log import last_refusal
from tests.factories import (
    change,
    make_consultation,
    make_forum,
    make_member,
    make_point,
    make_provision,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
    make_user,
)
from tests.paper_factories import bring_paper, make_paper, make_paragraph, make_reservation, make_section
from tests.positions.drafting import last_entry, make_draft

pytestmark = pytest.mark.django_db
CLOSED = "The text can change only while the paper is drafted or consolidated. Now it is in review."


@pytest.fixture
def draft():
    return make_draft()


def refused(act, *args, **kwargs):
    """Return the reasons of a verb's refusal."""
    with pytest.raises(Blocked) as refusal:
        act(*args, **kwargs)
    return refusal.value.reasons


def texts(section):
    found = section.paragraphs.standing().select_related("wording")
    return [paragraph.wording.text for paragraph in found]


def sources(paragraph):
    paragraph.refresh_from_db()
    rows = paragraph.wording.groundings.order_by("point__reference")
    return [(row.point.reference, row.relation, row.is_confirmed) for row in rows]


# --- The paper and its sections -------------------------------------------------------------------------------------


def begin(consultation, by, **fields):
    fields = {"slug": "gcm", "title": "The position", "short_title": "GCM", **fields}
    return workflow.create_paper(consultation, by=by, **fields)


def test_new_paper_has_standard_outline_and_section_per_theme():
    OutlinePart.objects.bulk_create(
        OutlinePart(order=order, part=part, heading=heading)
        for order, (part, heading) in enumerate(
            [("front", "Cover"), ("body", "1. Introduction"), ("body", "6. Position by theme (sections)"),
             ("body", "7. Conclusion"), ("annex", "Annex A. Matrix")]
        )
    )  # fmt: skip
    consultation, by = make_consultation(themes=("T1", "T2")), make_secretariat()
    paper = begin(consultation, by)
    t1, t2 = make_theme("T1"), make_theme("T2")
    assert list(paper.sections.values_list("order", "part", "heading", "theme")) == [
        (1, "body", "Introduction", None), (2, "theme", "Theme 1", t1.pk), (3, "theme", "Theme 2", t2.pk),
        (4, "body", "Conclusion", None),
    ]  # fmt: skip
    assert (paper.state, paper.created_by) == ("drafting", by)
    assert last_entry(paper) == ("create", "", {})


def test_duplicate_address_or_purpose_is_refused_with_all_reasons():
    consultation, by = make_consultation(), make_secretariat()
    begin(consultation, by)
    assert refused(begin, consultation, by, forum=make_forum()) == [
        "Another paper has the address “gcm”. Enter a different one.",
        "This consultation already has a paper for this purpose.",
        "The forum belongs to another consultation.",
    ]
    assert consultation.papers.count() == 1
    assert begin(consultation, by, slug="gcm-2", purpose="Addis Ababa").slug == "gcm-2"


@pytest.mark.parametrize("who", [make_user, make_member])
def test_only_secretariat_edits_paper(who, draft):
    by = who()
    calls = [
        lambda: begin(draft.consultation, by, purpose="another"),
        lambda: workflow.rename_paper(draft.paper, by=by, title="New", short_title="New"),
        lambda: workflow.add_section(draft.paper, by=by, heading="New"),
        lambda: workflow.edit_section(draft.first, by=by, heading="New"),
        lambda: workflow.move_section(draft.first, by=by, after=None),
        lambda: workflow.remove_section(draft.second, by=by),
        lambda: workflow.add_paragraph(draft.first, by=by, text="New."),
        lambda: workflow.reword(draft.paragraph, by=by, text="New.", why="So."),
        lambda: workflow.mark_paragraph(draft.paragraph, by=by, strength="notes"),
        lambda: workflow.move_paragraph(draft.paragraph, by=by, section=draft.second),
        lambda: workflow.remove_paragraph(draft.paragraph, by=by, reason="So."),
        lambda: workflow.ground(draft.paragraph, draft.other, by=by),
        lambda: workflow.unground(draft.paragraph.wording.groundings.get(), by=by),
        lambda: workflow.confirm_grounding(draft.paragraph.wording.groundings.get(), by=by),
        lambda: workflow.decide(draft.paper, draft.point, by=by, outcome="noted", reason="So."),
    ]
    for call in calls:
        with pytest.raises(NotAllowed):
            call()
    assert texts(draft.first) == ["Kenya calls for agreed routes."]
    assert sources(draft.paragraph) == [(draft.point.reference, "rests_on", True)]
    assert not Disposition.objects.exists()


def test_renamed_paper_keeps_its_address(draft):
    paper, by = draft.paper, draft.drafter
    begin(draft.consultation, by, slug="other", purpose="Addis Ababa")
    was = {"title": paper.title, "short_title": paper.short_title, "purpose": paper.purpose}
    now = was | {"title": "Kenya on the move"}
    workflow.rename_paper(paper, by=by, **now)
    workflow.rename_paper(paper, by=by, **now)
    changed = {"title": [was["title"], "Kenya on the move"]}
    assert last_entry(paper) == ("rename_paper", "", {"changed": changed})
    assert Event.objects.filter(verb="rename_paper").count() == 1
    assert refused(workflow.rename_paper, paper, by=by, **now | {"purpose": "Addis Ababa"}) == [
        "This consultation already has a paper for this purpose."
    ]
    renamed = draft.consultation.papers.get(pk=paper.pk)
    assert (renamed.slug, renamed.title, renamed.short_title, renamed.purpose) == (paper.slug, *now.values())


# --- Paragraphs -----------------------------------------------------------------------------------------------------


def test_paragraph_is_added_with_first_wording(draft):
    objective = make_provision("GCM-09")
    made = workflow.add_paragraph(
        draft.first, by=draft.drafter, text="  Kenya notes it. ", strength="notes", is_secretariat_text=True,
        provisions=[objective], why="Opens the section.",
    )  # fmt: skip
    wording = made.wording
    assert (wording.number, wording.text, wording.by, wording.why) == (
        1,
        "Kenya notes it.",
        draft.drafter,
        "Opens the section.",
    )
    assert (made.strength, made.is_secretariat_text, list(made.provisions.all())) == ("notes", True, [objective])
    assert texts(draft.first) == ["Kenya calls for agreed routes.", "Kenya notes it."]
    assert last_entry(made)[0] == "write"


def test_resubmitted_form_adds_one_paragraph(draft):
    key = uuid4()
    made = [workflow.add_paragraph(draft.first, by=draft.drafter, text="Once.", key=key) for _turn in range(2)]
    assert made[0] == made[1]
    assert texts(draft.first) == ["Kenya calls for agreed routes.", "Once."]


def test_key_of_paragraph_in_other_paper_is_ignored(draft):
    foreign = make_paragraph(make_section(make_paper()), "Elsewhere.")
    made = workflow.add_paragraph(draft.first, by=draft.drafter, text="Here.", key=foreign.key)
    assert made.key != foreign.key
    assert texts(draft.first)[-1] == "Here."


def test_empty_paragraph_is_refused_and_not_stored(draft):
    assert refused(workflow.add_paragraph, draft.first, by=draft.drafter, text=" \n ") == [
        "Enter the text of the paragraph."
    ]
    assert Paragraph.objects.count() == 1
    assert last_refusal(draft.first) == (draft.drafter, "add_paragraph", "", ["Enter the text of the paragraph."])


def test_text_cannot_change_in_review(draft):
    bring_paper(draft.paper, "review")
    by, paragraph = draft.drafter, draft.paragraph
    grounding = paragraph.wording.groundings.get()
    for act, args, given in [
        (workflow.rename_paper, (draft.paper,), {"title": "New", "short_title": "New"}),
        (workflow.add_section, (draft.paper,), {"heading": "New"}),
        (workflow.edit_section, (draft.first,), {"heading": "New"}),
        (workflow.move_section, (draft.first,), {"after": None}),
        (workflow.remove_section, (draft.second,), {}),
        (workflow.add_paragraph, (draft.first,), {"text": "New."}),
        (workflow.reword, (paragraph,), {"text": "New.", "why": "So."}),
        (workflow.mark_paragraph, (paragraph,), {"strength": "notes"}),
        (workflow.move_paragraph, (paragraph,), {"section": draft.second}),
        (workflow.remove_paragraph, (paragraph,), {"reason": "So."}),
        (workflow.ground, (paragraph, draft.other), {}),
        (workflow.unground, (grounding,), {}),
        (workflow.confirm_grounding, (grounding,), {}),
    ]:
        assert refused(act, *args, by=by, **given) == [CLOSED]
    bring_paper(draft.paper, "consolidation")
    assert workflow.reword(paragraph, by=by, text="New.", why="So.").wording.text == "New."


def test_new_wording_copies_sources_as_unconfirmed(draft):
    before = draft.paragraph.wording
    row = workflow.reword(
        draft.paragraph,
        by=draft.colleague,
        text="Kenya calls for agreed routes and seasons.",
        why="Seasons too.",
        base=before,
    )
    assert (row.wording.number, row.wording.by, row.wording.why) == (2, draft.colleague, "Seasons too.")
    assert sources(row) == [(draft.point.reference, "rests_on", False)]
    assert list(before.groundings.values_list("is_confirmed", flat=True)) == [True]
    assert last_entry(row) == ("reword", "Seasons too.", {"from": before.sha256, "to": row.wording.sha256})


def test_relation_of_source_is_copied_too(draft):
    workflow.ground(draft.paragraph, draft.other, by=draft.drafter, relation="contrary")
    row = workflow.reword(draft.paragraph, by=draft.drafter, text="Other words.", why="So.")
    assert {relation for _reference, relation, _confirmed in sources(row)} == {"rests_on", "contrary"}


def test_unchanged_text_creates_no_wording(draft):
    row = workflow.reword(draft.paragraph, by=draft.drafter, text=" Kenya calls for agreed routes.\n", why="")
    assert row.wordings.count() == 1
    assert Event.objects.about(row).count() == 0


def test_rewording_requires_reason(draft):
    assert refused(workflow.reword, draft.paragraph, by=draft.drafter, text="New.", why=" ") == [
        "Enter a reason for the change: it is kept with the wording."
    ]


def test_concurrent_drafters_lose_no_text(draft):
    base = draft.paragraph.wording_id
    workflow.reword(draft.paragraph, by=draft.colleague, text="Theirs.", why="First.", base=base)
    with pytest.raises(Conflict) as conflict:
        workflow.reword(draft.paragraph, by=draft.drafter, text="Mine.", why="Second.", base=base)
    assert conflict.value.theirs.wording.text == "Theirs."
    assert texts(draft.first) == ["Theirs."]
    current = conflict.value.theirs.wording
    workflow.reword(draft.paragraph, by=draft.drafter, text="Theirs and mine.", why="Both.", base=current)
    assert list(draft.paragraph.wordings.values_list("text", flat=True)) == [
        "Kenya calls for agreed routes.", "Theirs.", "Theirs and mine.",
    ]  # fmt: skip


def test_marks_are_set_individually(draft):
    objective = make_provision("GCM-09")
    workflow.mark_paragraph(draft.paragraph, by=draft.drafter, provisions=[objective])
    row = workflow.mark_paragraph(draft.paragraph, by=draft.drafter, strength="urges")
    row = workflow.mark_paragraph(draft.paragraph, by=draft.drafter, is_secretariat_text=True)
    assert (row.strength, row.is_secretariat_text, list(row.provisions.all())) == ("urges", True, [objective])
    assert last_entry(row) == ("mark", "", {"strength": "urges", "secretariat_text": True, "language": "en"})


def test_moved_paragraph_keeps_key(draft):
    two = workflow.add_paragraph(draft.first, by=draft.drafter, text="Two.")
    three = workflow.add_paragraph(draft.first, by=draft.drafter, text="Three.")
    key = three.key
    workflow.move_paragraph(three, by=draft.drafter, after=draft.paragraph)
    assert texts(draft.first) == ["Kenya calls for agreed routes.", "Three.", "Two."]
    workflow.move_paragraph(two, by=draft.drafter, first=True)
    assert texts(draft.first) == ["Two.", "Kenya calls for agreed routes.", "Three."]
    workflow.move_paragraph(two, by=draft.drafter)
    assert texts(draft.first) == ["Kenya calls for agreed routes.", "Three.", "Two."]
    moved = workflow.move_paragraph(three, by=draft.drafter, section=draft.second)
    assert (moved.key, texts(draft.second)) == (key, ["Three."])
    assert last_entry(moved) == ("move", "", {"section": "Theme 2"})


def test_paragraph_moved_after_itself_stays(draft):
    workflow.add_paragraph(draft.first, by=draft.drafter, text="Two.")
    workflow.move_paragraph(draft.paragraph, by=draft.drafter, after=draft.paragraph)
    assert texts(draft.first) == ["Kenya calls for agreed routes.", "Two."]


def test_full_gap_is_renumbered(draft):
    two = make_paragraph(draft.first, "Two.", order=2)
    three = make_paragraph(draft.first, "Three.", order=3)
    workflow.move_paragraph(three, by=draft.drafter, after=draft.paragraph)
    workflow.add_paragraph(draft.first, by=draft.drafter, text="Between.", after=draft.paragraph)
    workflow.move_paragraph(two, by=draft.drafter, first=True)
    assert texts(draft.first) == ["Two.", "Kenya calls for agreed routes.", "Between.", "Three."]


def test_inserting_at_start_works_repeatedly(draft):
    for number in range(15):
        made = workflow.add_paragraph(draft.first, by=draft.drafter, text=f"{number}.")
        workflow.move_paragraph(made, by=draft.drafter, first=True)
    assert texts(draft.first)[:3] == ["14.", "13.", "12."]
    assert draft.first.paragraphs.filter(order__gte=20 * STEP).count() == 0


def test_paragraph_cannot_move_to_other_paper(draft):
    foreign = make_section(make_paper())
    assert refused(workflow.move_paragraph, draft.paragraph, by=draft.drafter, section=foreign) == [
        "Choose a place in the same paper."
    ]


def test_paragraph_is_removed_with_reason_and_kept_in_database(draft):
    assert refused(workflow.remove_paragraph, draft.paragraph, by=draft.drafter, reason="") == [
        "Enter a reason. It is kept in the journal."
    ]
    remark = workflow.comment(draft.paragraph, by=draft.colleague, text="Is this not said above?")
    row = workflow.remove_paragraph(draft.paragraph, by=draft.drafter, reason="Said twice.")
    assert (texts(draft.first), row.wordings.count()) == ([], 1)
    assert Event.objects.about(row).get(verb="remove").reason == "Said twice."
    remark.refresh_from_db()
    assert (remark.resolved_by, remark.resolution) == (draft.drafter, "The paragraph was removed: Said twice.")
    assert refused(workflow.reword, row, by=draft.drafter, text="Back.", why="So.") == [
        "This paragraph was removed from the text."
    ]


def test_paragraph_with_reservation_cannot_be_removed(draft):
    body = make_stakeholder("Fishers")
    reservation = make_reservation(draft.paper, draft.paragraph, body, "We read it otherwise.")
    assert refused(workflow.remove_paragraph, draft.paragraph, by=draft.drafter, reason="") == [
        "Enter a reason. It is kept in the journal.",
        "Fishers has a reservation on this paragraph: ask it to withdraw the reservation first.",
    ]
    reservation.withdrawn_at, reservation.withdrawn_reason = now(), "Settled."
    reservation.save()
    assert workflow.remove_paragraph(draft.paragraph, by=draft.drafter, reason="Said twice.").removed_at


# --- What it rests on -----------------------------------------------------------------------------------------------


def test_paragraph_cites_points(draft):
    workflow.ground(draft.paragraph, draft.other, by=draft.drafter, relation="partly")
    assert sources(draft.paragraph) == sorted(
        [(draft.point.reference, "rests_on", True), (draft.other.reference, "partly", True)]
    )
    assert last_entry(draft.paragraph) == ("ground", "", {"point": draft.other.reference, "relation": "partly"})
    workflow.ground(draft.paragraph, draft.other, by=draft.drafter, relation="contrary")
    assert draft.paragraph.wording.groundings.get(point=draft.other).relation == "contrary"


def test_citing_merged_point_cites_its_target(draft):
    twin = make_point(draft.other.submission, state="merged", into=draft.other)
    grounding = workflow.ground(draft.paragraph, twin, by=draft.drafter)
    assert grounding.point == draft.other


def test_foreign_or_unvalidated_point_cannot_be_cited(draft):
    foreign = make_point(make_submission(), state="submitted")
    assert refused(workflow.ground, draft.paragraph, foreign, by=draft.drafter) == [
        "The point belongs to another consultation.",
        f"{foreign.reference} is not validated yet.",
    ]


def test_removed_source_is_journalled(draft):
    workflow.unground(draft.paragraph.wording.groundings.get(), by=draft.drafter)
    assert sources(draft.paragraph) == []
    assert last_entry(draft.paragraph) == ("unground", "", {"point": draft.point.reference})


def test_source_is_confirmed_after_edit(draft):
    row = workflow.reword(draft.paragraph, by=draft.drafter, text="Other words.", why="So.")
    workflow.confirm_grounding(row.wording.groundings.get(), by=draft.colleague)
    assert sources(row) == [(draft.point.reference, "rests_on", True)]
    assert row.wording.groundings.get().by == draft.colleague
    assert last_entry(row) == ("confirm_grounding", "", {"point": draft.point.reference})


def test_sources_of_earlier_wording_are_unchanged(draft):
    old = draft.paragraph.wording.groundings.get()
    workflow.reword(draft.paragraph, by=draft.drafter, text="Other words.", why="So.")
    for act in (workflow.unground, workflow.confirm_grounding):
        grounding = Grounding.objects.get(pk=old.pk)
        assert refused(act, grounding, by=draft.drafter) == ["This belongs to an earlier wording, which cannot change."]
    assert Grounding.objects.filter(pk=old.pk).exists()


# --- The paper halts ------------------------------------------------------------------------------------------------


def test_suspended_paper_cannot_be_edited_until_resumed(draft):
    head = change(make_secretariat(), office="head")
    paper = workflow.suspend(draft.paper, by=head, reason="An election.")
    assert refused(workflow.add_paragraph, draft.first, by=head, text="New.") == [
        "The text can change only while the paper is drafted or consolidated. Now it is suspended."
    ]
    assert workflow.resume(paper, by=head).state == "drafting"


def test_refusal_in_outer_transaction_rolls_back_verb_only(draft):
    with transaction.atomic():
        refused(workflow.add_paragraph, draft.first, by=draft.drafter, text="")
        workflow.add_paragraph(draft.first, by=draft.drafter, text="Kept.")
    assert texts(draft.first)[-1] == "Kept."
