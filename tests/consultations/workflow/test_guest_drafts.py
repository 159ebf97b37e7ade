"""What visitors write before they have an account: kept, erased, and handed over."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from consultations.models import Event, GuestDraft, Submission
from consultations.workflow import erase_guest_drafts, hand_over_guest_draft, keep_guest_draft
from ncm_portal.workflow import Blocked, NotAllowed, now
from tests.factories import bring, make_consultation, make_member, make_stakeholder, make_theme, make_user

pytestmark = pytest.mark.django_db
WORDS = {"title": "Pay less for a job abroad", "answers": [["What did it cost?", "A year's pay."]], "body": "Cap it."}


@pytest.fixture
def round_():
    return make_consultation()


@pytest.fixture
def draft(round_):
    return keep_guest_draft(None, round_, theme=make_theme("T1"), language="en", **WORDS)


def test_words_are_kept_without_a_journal(draft, round_):
    again = keep_guest_draft(draft, round_, **{**WORDS, "body": "Cap it at a month's pay."})
    assert GuestDraft.objects.get() == again
    assert again.text == "What did it cost?\nA year's pay.\n\nCap it at a month's pay."
    assert not Event.objects.about(draft).exists()


def test_a_draft_that_is_gone_is_kept_anew(draft, round_):
    draft.delete()
    draft.pk = 0
    assert keep_guest_draft(draft, round_, theme=draft.theme, **WORDS).title == WORDS["title"]


def test_none_is_begun_in_a_closed_consultation_but_one_can_still_be_changed(draft, round_):
    bring(round_, "closed")
    assert keep_guest_draft(draft, round_, body="Changed.").body == "Changed."
    with pytest.raises(Blocked, match="Inputs are closed"):
        keep_guest_draft(None, round_, theme=draft.theme, **WORDS)


def test_it_becomes_a_draft_of_the_organisation_and_is_erased(draft):
    body = make_stakeholder(state="registered")
    author = make_member(body)
    made = hand_over_guest_draft(draft, body, by=author)
    assert (made.state, made.stakeholder, made.author, made.key) == ("draft", body, author, draft.key)
    assert (made.title, made.body) == (WORDS["title"], "What did it cost?\nA year's pay.\n\nCap it.")
    assert not GuestDraft.objects.exists()
    assert not Submission.objects.visible_to(make_user()).exists()
    assert hand_over_guest_draft(draft, body, by=author) == made
    with pytest.raises(NotAllowed):
        hand_over_guest_draft(draft, body, by=make_member(make_stakeholder()))


def test_only_an_own_organisation_gets_it(draft):
    with pytest.raises(NotAllowed):
        hand_over_guest_draft(draft, make_stakeholder(), by=make_user())
    assert GuestDraft.objects.exists()


def test_it_is_erased_two_weeks_after_it_was_last_saved(draft, round_):
    begun = now()
    with time_machine.travel(begun + timedelta(days=13), tick=False):
        assert erase_guest_drafts() == 0
        keep_guest_draft(draft, round_, body="Changed.")
    with time_machine.travel(begun + timedelta(days=20), tick=False):
        assert erase_guest_drafts() == 0
    with time_machine.travel(begun + timedelta(days=27, minutes=1), tick=False):
        assert erase_guest_drafts() == 1
        body = make_stakeholder()
        with pytest.raises(Blocked, match="was erased"):
            hand_over_guest_draft(draft, body, by=make_member(body))


@pytest.mark.parametrize(
    "fields",
    [
        {"body": "x" * 20_001},
        {"answers": [["What?", "x" * 60_000]]},
        {"language": "fr"},
        {"begun_at": now() + timedelta(days=1)},
    ],
    ids=["long text", "long answers", "language", "times"],
)
def test_the_database_refuses_what_is_too_long_or_wrong(draft, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        GuestDraft.objects.filter(pk=draft.pk).update(**fields)
