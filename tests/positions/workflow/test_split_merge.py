"""Splitting, merging and commenting on paragraphs: what is carried over, refused and kept in the history."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from consultations.models import MembershipRole
from ncm_portal.workflow import Blocked, Conflict, NotAllowed, now
from positions import workflow
from positions.models import Amendment, Lineage, Paragraph, ReviewRound
from positions.queries.papers import ministries_of
from tests.factories import make_mandate, make_member, make_ministry, make_provision
from tests.paper_factories import (
    bring_paper,
    freeze,
    make_disposition,
    make_edition,
    make_paragraph,
    make_reservation,
    make_section,
)
from tests.positions.drafting import last_entry, make_draft
from tests.positions.workflow.test_drafting import CLOSED, refused, sources, texts

pytestmark = pytest.mark.django_db
PARTS = ["Kenya calls for agreed routes.", "It asks for shelters."]


@pytest.fixture
def draft():
    """Create a draft whose first paragraph has two statements and answers a point, and a second paragraph."""
    found = make_draft()
    workflow.reword(found.paragraph, by=found.drafter, text=" ".join(PARTS), why="Both.")
    found.paragraph.refresh_from_db()
    workflow.confirm_grounding(found.paragraph.wording.groundings.get(), by=found.drafter)
    found.paragraph.provisions.add(make_provision("GCM-05"))
    found.behind = make_paragraph(found.first, "Kenya notes the lakes.", points=(found.other,), by=found.drafter)
    found.answer = make_disposition(found.paper, found.point, "accepted", found.paragraph)
    return found


def split(draft, **given):
    given = {"texts": PARTS, "why": "Two things.", "by": draft.colleague, **given}
    return workflow.split_paragraph(draft.paragraph, **given)


def merge(draft, **given):
    given = {"text": "Kenya calls for both.", "why": "One thing.", "by": draft.colleague, **given}
    return workflow.merge_paragraphs(draft.paragraph, draft.behind, **given)


def amended(draft, paragraph):
    """Create an open amendment to the text of a paragraph, in a closed round."""
    past = now() - timedelta(days=2)
    round_ = draft.paper.rounds.first() or ReviewRound.objects.create(
        paper=draft.paper, number=1, edition=make_edition(draft.paper), opens_at=past, closes_at=now()
    )
    return Amendment.objects.create(
        round=round_, paragraph=paragraph, base=paragraph.wording, text="Other.", reason="So.",
        sponsor=make_ministry(), by=draft.drafter, at=past,
    )  # fmt: skip


# --- Split ----------------------------------------------------------------------------------------------------------


def test_split_copies_sources_and_marks_to_both_parts(draft):
    whole = draft.paragraph.wording
    first, second = split(draft)
    assert texts(draft.first) == [*PARTS, "Kenya notes the lakes."]
    assert first.key == draft.paragraph.key
    assert (second.strength, list(second.provisions.values_list("code", flat=True))) == ("calls_for", ["GCM-05"])
    for each in (first, second):
        assert sources(each) == [(draft.point.reference, "rests_on", False)]
        assert list(each.dispositions.all()) == [draft.answer]
    assert [(row.text, row.why) for row in first.wordings.order_by("number")] == [
        (draft.paragraph.wordings.get(number=1).text, ""), (whole.text, "Both."), (PARTS[0], "Two things."),
    ]  # fmt: skip
    line = Lineage.objects.get()
    assert (line.predecessor, line.successor, line.kind, line.wording, line.by, line.why) == (
        first, second, "split", whole, draft.colleague, "Two things.",
    )  # fmt: skip
    keys = {"from": whole.sha256, "to": first.wording.sha256, "into": [str(second.key)]}
    assert last_entry(first) == ("split", "Two things.", keys)
    assert last_entry(second) == ("write", "Two things.", {"split_from": str(first.key)})


def test_first_part_may_be_unchanged_and_three_parts_are_allowed(draft):
    found = split(draft, texts=[" ".join(PARTS), "Second.", "Third."])
    assert texts(draft.first) == [" ".join(PARTS), "Second.", "Third.", "Kenya notes the lakes."]
    assert found[0].wordings.count() == 2
    assert sources(found[0]) == [(draft.point.reference, "rests_on", True)]


def test_resubmitted_form_splits_once(draft):
    key = uuid4()
    made = [split(draft, key=key, base=draft.paragraph.wording_id) for _turn in range(2)]
    assert made[0] == made[1]
    assert Paragraph.objects.get(key=key).wording.text == PARTS[1]
    assert Lineage.objects.count() == 1


def test_refused_split_lists_all_reasons_and_changes_nothing(draft):
    both = ["Enter text for both parts.", "Enter a reason: it is kept in the history of both paragraphs."]
    assert refused(split, draft, texts=["One.", " \n"], why=" ") == both
    assert refused(split, draft, texts=["One."]) == both[:1]
    old = draft.paragraph.wordings.get(number=1)
    with pytest.raises(Conflict):
        split(draft, base=old.pk)
    with pytest.raises(NotAllowed):
        split(draft, by=make_member())
    assert texts(draft.first) == [" ".join(PARTS), "Kenya notes the lakes."]
    assert not Lineage.objects.exists()


# --- Merge ----------------------------------------------------------------------------------------------------------


def test_merged_paragraph_has_sources_of_both(draft):
    remark = workflow.comment(draft.behind, by=draft.drafter, text="Which lakes?")
    settled = workflow.comment(draft.behind, by=draft.drafter, text="All of them?")
    workflow.resolve_comment(settled, by=draft.drafter)
    answer = make_disposition(draft.paper, draft.other, "accepted", draft.behind)
    words = draft.behind.wording
    kept = merge(draft, bases=(words.pk, draft.paragraph.wording_id))
    assert texts(draft.first) == ["Kenya calls for both."]
    assert sources(kept) == [
        (draft.point.reference, "rests_on", False), (draft.other.reference, "rests_on", False),
    ]  # fmt: skip
    assert set(kept.dispositions.all()) == {draft.answer, answer}
    assert (list(kept.comments.all()), list(draft.behind.comments.all())) == ([remark], [settled])
    line = Lineage.objects.get()
    assert (line.predecessor, line.successor, line.kind, line.wording) == (draft.behind, kept, "merge", words)
    draft.behind.refresh_from_db()
    assert (draft.behind.removed_at is None, draft.behind.wording) == (False, words)
    assert last_entry(draft.behind) == ("remove", "One thing.", {"into": str(kept.key)})
    assert last_entry(kept)[0] == "merge"


def test_source_of_both_paragraphs_keeps_relation_of_kept_one(draft):
    workflow.ground(draft.paragraph, draft.other, by=draft.drafter, relation="partly")
    kept = merge(draft, text=draft.paragraph.wording.text)
    assert sources(kept) == [(draft.point.reference, "rests_on", True), (draft.other.reference, "partly", True)]


def clearing(*paragraphs):
    rows = Paragraph.objects.filter(pk__in=[each.pk for each in paragraphs]).select_related("section")
    return [{body.name for body in ministries_of([each])} for each in rows.order_by("pk")]


def test_split_and_merged_paragraphs_keep_clearing_ministries(draft):
    roads, rights, water, lakes = (make_ministry(name) for name in ("Roads", "Rights", "Water", "Lakes"))
    for body, theme in ((roads, draft.t1), (lakes, draft.t1), (rights, draft.t2)):
        make_mandate(body, theme)
    make_member(water, MembershipRole.CLEARING_OFFICER)
    workflow.adjust_mandate(draft.paragraph, water, by=draft.drafter, adds=True, reason="Boats.")
    workflow.adjust_mandate(draft.paragraph, lakes, by=draft.drafter, adds=False, reason="No lake.")
    first, second = split(draft)
    assert clearing(first, second) == [{"Roads", "Water"}] * 2
    elsewhere = make_paragraph(draft.second, "Kenya notes rights.", by=draft.drafter)
    kept = workflow.merge_paragraphs(draft.behind, elsewhere, by=draft.drafter, text="Both.", why="So.")
    assert clearing(kept) == [{"Roads", "Lakes", "Rights"}]
    assert last_entry(draft.paper)[0] == "add_mandate"


def test_amendments_to_split_or_merged_text_await_their_sponsors(draft):
    waiting = [amended(draft, each) for each in (draft.paragraph, draft.paragraph)]
    split(draft)
    assert [Amendment.objects.get(pk=each.pk).state for each in waiting] == ["stale", "stale"]


def test_merging_in_cited_text_removes_secretariat_mark(draft):
    workflow.mark_paragraph(draft.paragraph, by=draft.drafter, is_secretariat_text=True)
    assert merge(draft).is_secretariat_text is False


def test_refused_merge_lists_all_reasons(draft):
    make_reservation(draft.paper, draft.behind, make_ministry(), "It costs money.")
    amended(draft, draft.behind)
    assert refused(merge, draft, why="") == [
        "An amendment to the paragraph that you remove waits for a decision. Decide on it first.",
        ("An organisation has a reservation on the paragraph that you remove. Keep that paragraph instead."),
        "Enter a reason: it is kept in the history of both paragraphs.",
    ]
    assert texts(draft.first) == [" ".join(PARTS), "Kenya notes the lakes."]


def test_only_two_current_paragraphs_of_one_paper_are_merged(draft):
    elsewhere = make_paragraph(make_section(make_draft().paper))
    for other in (draft.paragraph, elsewhere):
        assert refused(workflow.merge_paragraphs, draft.paragraph, other, by=draft.drafter, text="x", why="y") == [
            "Choose another paragraph of this paper."
        ]
    with pytest.raises(Conflict):
        merge(draft, bases=(draft.behind.wording_id, draft.paragraph.wordings.get(number=1).pk))
    workflow.remove_paragraph(draft.behind, by=draft.drafter, reason="So.")
    assert refused(merge, draft) == ["This paragraph was removed from the text."]
    bring_paper(draft.paper, "review")
    assert refused(merge, draft) == [CLOSED]
    assert refused(split, draft) == [CLOSED]


def test_edition_lists_origin_of_each_paragraph(draft):
    _first, second = split(draft)
    _second, third = workflow.split_paragraph(second, by=draft.drafter, texts=["It asks.", "For shelters."], why="So.")
    workflow.merge_paragraphs(third, draft.behind, by=draft.drafter, text="For all.", why="So.")
    found = freeze(draft.paper, "0.1", "draft").content
    named = {str(each.key): each for each in (draft.paragraph, draft.behind, second, third)}
    rows = [row for section in json.loads(found)["sections"] for row in section["paragraphs"]]
    assert [(row["text"], [named[key] for key in row.get("came_from", [])]) for row in rows] == [
        (PARTS[0], []), ("It asks.", [draft.paragraph]), ("For all.", [second, draft.behind, draft.paragraph]),
    ]  # fmt: skip


def test_database_protects_origin_of_paragraphs(draft):
    split(draft)
    line = Lineage.objects.get()
    for act in (line.delete, lambda: Lineage.objects.update(why="Other.")):
        with pytest.raises(DatabaseError, match="permission denied for table"), transaction.atomic():
            act()
    line.pk, line.successor = None, line.predecessor
    with pytest.raises(IntegrityError, match="lineage_two_paragraphs"), transaction.atomic():
        line.save()


# --- Comments -------------------------------------------------------------------------------------------------------


def test_comment_is_added_once_and_resolved_once(draft):
    made = [workflow.comment(draft.behind, by=draft.drafter, text=" Which lakes? ") for _turn in range(2)]
    assert made[0] == made[1]
    assert (made[0].text, made[0].wording, made[0].by) == ("Which lakes?", draft.behind.wording, draft.drafter)
    assert last_entry(draft.behind) == ("comment", "", {"comment": made[0].pk})
    workflow.reword(draft.behind, by=draft.drafter, text="Kenya notes Lake Victoria.", why="Asked.")
    assert list(draft.behind.comments.open()) == [made[0]]
    settled = workflow.resolve_comment(made[0], by=draft.colleague, resolution=" Victoria. ")
    again = workflow.resolve_comment(made[0], by=draft.drafter, resolution="Other.")
    assert (again.resolved_by, again.resolution, again.resolved_at) == (
        draft.colleague, "Victoria.", settled.resolved_at,
    )  # fmt: skip
    assert list(draft.behind.comments.open()) == []


def test_only_secretariat_comments_on_current_text(draft):
    assert refused(workflow.comment, draft.behind, by=draft.drafter, text=" ") == ["Enter a comment."]
    made = workflow.comment(draft.behind, by=draft.drafter, text="Which?")
    for act in (
        lambda: workflow.comment(draft.behind, by=make_member(), text="So."),
        lambda: workflow.resolve_comment(made, by=make_member()),
    ):
        with pytest.raises(NotAllowed):
            act()
    bring_paper(draft.paper, "review")
    assert workflow.comment(draft.paragraph, by=draft.drafter, text="In review too.").pk
    draft.behind.removed_at = now()
    draft.behind.save()
    with pytest.raises(Blocked, match="was removed from the text"):
        workflow.comment(draft.behind, by=draft.drafter, text="Late.")


def test_database_protects_comments(draft):
    made = workflow.comment(draft.behind, by=draft.drafter, text="Which?")
    rows = type(made).objects.filter(pk=made.pk)
    for act in (rows.delete, lambda: rows.update(text="Other."), lambda: rows.update(resolution="So.")):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert rows.get().text == "Which?"
