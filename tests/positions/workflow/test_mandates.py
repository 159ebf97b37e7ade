"""Who clears a paragraph, apart from the mandates for themes."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from consultations.models import Event, OutgoingMail
from ncm_portal.workflow import Blocked, NotAllowed, now, replayed_at
from positions import workflow
from positions.models import MandateChange
from positions.queries.papers import ministries_of
from positions.workflow.conditions import mandates_are_complete
from tests.factories import make_ministry
from tests.paper_factories import bring_paper
from tests.positions.clearing import make_officer, make_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def text():
    made = make_text()
    made.three = make_ministry("Ministry of Three")
    made.officer_three = make_officer(made.three)
    return made


def adjust(text, paragraph, ministry, adds, reason="It was agreed so."):
    return workflow.adjust_mandate(paragraph, ministry, by=text.secretariat, adds=adds, reason=reason)


def clears(text):
    found = ministries_of([text.opening, text.first, text.second])
    return {ministry.name: [each.wording.text for each in paragraphs] for ministry, paragraphs in found.items()}


def test_ministry_is_added_to_paragraph_and_removed_again(text):
    assert clears(text) == {
        "Ministry of One": ["Kenya calls for one thing.", "Kenya commits to another."],
        "Ministry of Two": ["Kenya commits to another."],
    }
    adjust(text, text.opening, text.three, True)
    adjust(text, text.second, text.one, False)
    assert clears(text) == {
        "Ministry of One": ["Kenya calls for one thing."],
        "Ministry of Three": ["Who speaks."],
        "Ministry of Two": ["Kenya commits to another."],
    }
    adjust(text, text.opening, text.three, False)
    adjust(text, text.second, text.one, True)
    assert clears(text)["Ministry of One"] == ["Kenya calls for one thing.", "Kenya commits to another."]
    assert "Ministry of Three" not in clears(text)
    entries = Event.objects.about(text.paper).values_list("verb", "reason")
    assert list(entries)[-2:] == [("take_mandate_out", "It was agreed so."), ("add_mandate", "It was agreed so.")]


def test_change_refusal_lists_all_reasons(text):
    with pytest.raises(Blocked) as refusal:
        adjust(text, text.first, text.one, True, reason=" ")
    assert refusal.value.reasons == [
        "Ministry of One already clears this paragraph.",
        "Enter a reason. It is kept in the journal.",
    ]
    with pytest.raises(Blocked, match="Ministry of Three does not clear this paragraph"):
        adjust(text, text.first, text.three, False)
    with pytest.raises(NotAllowed):
        workflow.adjust_mandate(text.first, text.three, by=text.officer_one, adds=True, reason="So.")
    bring_paper(text.paper, "cleared")
    with pytest.raises(Blocked, match="Mandates can change only until the text is cleared"):
        adjust(text, text.first, text.three, True)


def test_paragraph_without_ministry_blocks_request(text):
    adjust(text, text.first, text.one, False)
    assert [each.text for each in mandates_are_complete(text.paper) if not each.met] == [
        "No ministry clears 1 paragraph"
    ]


def test_ministry_added_during_clearance_is_asked_and_removed_one_no_longer_awaited(text):
    due = now() + timedelta(days=60)
    workflow.request_clearance(text.paper, by=text.secretariat, due_at=due)
    OutgoingMail.objects.all().delete()
    adjust(text, text.first, text.three, True)
    asked = text.paper.clearances.get(ministry=text.three)
    assert (asked.state, asked.due_at, asked.stances.get().wording) == ("requested", due, text.first.wording)
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == [text.officer_three.email]
    two = text.paper.clearances.get(ministry=text.two)
    adjust(text, text.second, text.two, False)
    assert list(two.stances.filter(replaced_at=None)) == []
    with pytest.raises(Blocked, match="outside your ministry's mandate"):
        workflow.take_stance(two, text.second, by=text.officer_two, value="agree")
    with replayed_at(due + timedelta(hours=1)), pytest.raises(Blocked, match="Every due time has passed"):
        adjust(text, text.second, text.two, True)


def test_mandate_changes_are_immutable(text):
    made = adjust(text, text.opening, text.three, True)
    with pytest.raises(DatabaseError, match="permission denied for table"), transaction.atomic():
        MandateChange.objects.filter(pk=made.pk).update(adds=False)
