"""Review rounds: opening, closing, who may propose, and the drafters' decisions."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from consultations.models import OutgoingMail
from ncm_portal.workflow import Blocked, NotAllowed, now, replayed_at
from positions import workflow
from positions.models import Amendment, ReviewRound
from positions.permissions import sponsors
from tests.factories import (
    change,
    make_head,
    make_member,
    make_ministry,
    make_point,
    make_secretariat,
    make_stakeholder,
    make_user,
)
from tests.paper_factories import bring_paper, make_paper, make_paragraph, make_section
from tests.positions.drafting import last_entry, make_draft
from tests.positions.reviewing import TEXT, closed, make_reviewable, opened, propose, refused, standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return make_reviewable()


# --- Rounds ---------------------------------------------------------------------------------------------------------


def test_opening_round_freezes_text_and_notifies_members(draft):
    review = opened(draft)
    assert (draft.paper.state, review.number, review.is_open) == ("review", 1, True)
    assert (review.edition.number, review.edition.kind) == ("0.1", "review")
    content = json.loads(review.edition.content)
    said = [paragraph["text"] for section in content["sections"] for paragraph in section["paragraphs"]]
    assert said == [TEXT]
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == [draft.member.email]
    assert last_entry(draft.paper) == (
        "open_review", "", {"closes": review.closes_at.isoformat(), "audience": "members"},
    )  # fmt: skip


def test_refused_round_lists_all_missing_conditions():
    draft = make_draft()
    made = make_paragraph(draft.second, "It rests on nothing.")
    workflow.ground(made, draft.other, by=draft.drafter, relation="contrary")  # which does not carry it
    closes = now() + timedelta(days=2)
    assert refused(workflow.open_review, draft.paper, by=draft.drafter, closes_at=closes) == [
        "1 paragraph has no source and is not marked as secretariat text",
        "2 points have no answer yet",
    ]
    assert not draft.paper.editions.exists()
    empty = make_paper()
    assert refused(workflow.open_review, empty, by=draft.drafter, closes_at=closes) == [
        "The paper has no paragraphs yet"
    ]


def test_closing_time_must_be_after_opening(draft):
    reasons = ["The review round must close after it opens. Choose a later time."]
    past = now() - timedelta(minutes=1)
    assert refused(workflow.open_review, draft.paper, by=draft.drafter, closes_at=past) == reasons
    assert draft.paper.rounds.count() == 0


def test_round_is_closed_after_its_deadline(draft):
    opened(draft)
    with pytest.raises(Blocked):
        workflow.close_review(draft.paper, by=draft.drafter)
    closed(draft)
    assert draft.paper.state == "consolidation"
    assert [last_entry(draft.paper)[0]] == ["close_review"]


def test_second_round_requires_decided_amendments_and_has_next_number(draft):
    opened(draft)
    amendment = propose(draft)
    closed(draft)
    closes = now() + timedelta(days=2)
    assert refused(workflow.open_review, draft.paper, by=draft.drafter, closes_at=closes) == [
        "1 amendment waits for a decision"
    ]
    workflow.decline_amendment(amendment, by=draft.drafter, reason="Safe is understood.")
    assert (opened(draft).number, draft.round.edition.number) == (2, "0.2")


@pytest.mark.parametrize("who", [make_user, make_member])
def test_only_secretariat_opens_closes_and_decides(draft, who):
    by = who()
    with pytest.raises(NotAllowed):
        workflow.open_review(draft.paper, by=by, closes_at=now() + timedelta(days=2))
    opened(draft)
    amendment = propose(draft)
    for act in (
        lambda: workflow.close_review(draft.paper, by=by),
        lambda: workflow.accept_amendment(amendment, by=by, reason="Taken."),
        lambda: workflow.decline_amendment(amendment, by=by, reason="No."),
    ):
        with pytest.raises(NotAllowed):
            act()


# --- Amendments -----------------------------------------------------------------------------------------------------


def test_member_proposes_other_wording(draft):
    opened(draft)
    made = propose(draft, "  Kenya calls for safe routes. ")
    assert (made.text, made.base, made.sponsor, made.state) == (
        "Kenya calls for safe routes.", draft.paragraph.wording, draft.body, "proposed",
    )  # fmt: skip
    assert standing(draft) == TEXT
    assert last_entry(made)[0] == "propose_amendment"


def test_non_members_and_other_organisations_cannot_propose(draft):
    opened(draft)
    outsider = make_stakeholder("Not a member")
    unverified = make_ministry("Not verified", state="registered")
    other = make_ministry("Another member")
    for by, sponsor in [
        (make_member(outsider), outsider),
        (make_member(unverified), unverified),
        (draft.member, other),
        (make_secretariat(), draft.body),
        (make_user(), draft.body),
    ]:
        with pytest.raises(NotAllowed):
            propose(draft, by=by, sponsor=sponsor)
    assert not Amendment.objects.exists()


def test_refused_amendment_lists_all_missing_values(draft):
    opened(draft)
    foreign = make_paragraph(make_section(make_paper()), "Elsewhere.")
    assert refused(propose, draft, " ", paragraph=foreign, reason=" ") == [
        "The paragraph is not part of this text.",
        "Enter what the paragraph should say instead.",
        "Enter a reason: the drafters and the other members will read it.",
    ]
    assert refused(propose, draft, TEXT) == ["Enter what the paragraph should say instead."]


def test_same_text_of_same_organisation_is_proposed_once(draft):
    opened(draft)
    propose(draft)
    assert refused(propose, draft) == ["Your organisation has already proposed this text."]
    workflow.withdraw_amendment(Amendment.objects.get(), by=draft.member)
    assert propose(draft).state == "proposed"


def test_amendments_after_deadline_or_closing_are_refused(draft):
    opened(draft)
    with replayed_at(draft.round.closes_at):
        assert propose(draft, "In the last instant.").state == "proposed"
    with replayed_at(draft.round.closes_at + timedelta(seconds=1)):
        assert refused(propose, draft) == ["The review round is not open."]
    bring_paper(draft.paper, "consolidation")
    assert refused(propose, draft) == ["The review round is not open."]


def test_accepted_amendment_becomes_wording_and_sponsor_is_mailed(draft):
    opened(draft)
    amendment = propose(draft)
    closed(draft)
    row = workflow.accept_amendment(amendment, by=draft.colleague, reason="Taken.")
    assert (row.state, row.decided_by) == ("accepted", draft.colleague)
    assert standing(draft) == "Kenya calls for agreed and safe routes."
    assert draft.paragraph.wording.why == "Amendment of Ministry of Roads: Safety first."
    assert [source.is_confirmed for source in draft.paragraph.wording.groundings.all()] == [False]
    assert OutgoingMail.objects.filter(to=draft.member.email, subject="Your amendment: accepted").count() == 1


def test_amendments_are_not_accepted_while_round_is_open(draft):
    opened(draft)
    amendment = propose(draft)
    assert refused(workflow.accept_amendment, amendment, by=draft.drafter, reason="Taken.") == [
        "The text can change only while the paper is drafted or consolidated. Now it is in review."
    ]
    amendment.refresh_from_db()
    assert (amendment.state, amendment.decided_by) == ("proposed", None)
    assert OutgoingMail.objects.filter(subject__startswith="Your amendment").count() == 0


def test_declining_requires_reason_for_sponsor(draft):
    opened(draft)
    amendment = propose(draft)
    assert refused(workflow.decline_amendment, amendment, by=draft.drafter, reason="") == [
        "Enter a reason. It is kept in the journal."
    ]
    row = workflow.decline_amendment(amendment, by=draft.drafter, reason="Safe is understood.")
    assert (row.state, row.decision_reason, standing(draft)) == ("not_accepted", "Safe is understood.", TEXT)
    mail = OutgoingMail.objects.get(subject="Your amendment: not accepted")
    assert "Safe is understood." in mail.body
    assert last_entry(row) == ("decline_amendment", "Safe is understood.", {})


def test_amendment_is_decided_once(draft):
    opened(draft)
    amendment = propose(draft)
    workflow.decline_amendment(amendment, by=draft.drafter, reason="No.")
    assert refused(workflow.decline_amendment, amendment, by=draft.drafter, reason="Again.") == [
        "You cannot use “Do not accept” while this is not accepted."
    ]
    with pytest.raises(Blocked):
        workflow.withdraw_amendment(amendment, by=draft.member)


def test_only_sponsor_withdraws_amendment(draft):
    opened(draft)
    amendment = propose(draft)
    for by in (make_member(make_ministry()), draft.drafter):
        with pytest.raises(NotAllowed):
            workflow.withdraw_amendment(amendment, by=by)
    assert workflow.withdraw_amendment(amendment, by=make_member(draft.body)).state == "withdrawn"


# --- Who is invited -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("audience", "readers", "proposers"), [
    ("members", {"member"}, {"member"}),
    ("stakeholders", {"member", "verified"}, {"member", "verified"}),
    ("public", {"member", "verified", "unverified", "visitor"}, {"member", "verified"}),
])  # fmt: skip
def test_audience_of_round_is_members_verified_or_public(draft, audience, readers, proposers):
    bodies = {"member": draft.body, "verified": make_stakeholder("Verified")}
    bodies["unverified"] = make_stakeholder("Unverified", state="registered")
    people = {name: make_member(body) for name, body in bodies.items()}
    opened(draft, audience=audience)
    everyone = people | {"visitor": AnonymousUser()}
    assert {name for name, who in everyone.items() if ReviewRound.objects.visible_to(who).exists()} == readers
    assert {name for name, who in people.items() if bodies[name] in sponsors(who, draft.round)} == proposers
    type(draft.paper).objects.filter(pk=draft.paper.pk).update(is_restricted=True)
    assert not any(ReviewRound.objects.visible_to(who).exists() for who in everyone.values())
    assert ReviewRound.objects.visible_to(draft.drafter).exists()
    mailed = set(OutgoingMail.objects.values_list("to", flat=True))
    assert {name for name, who in people.items() if who.email in mailed} == proposers


def test_open_points_are_counted_when_round_opens(draft):
    make_point(draft.other.submission, text="Came late.")
    assert refused(workflow.open_review, draft.paper, by=draft.drafter, closes_at=now() + timedelta(days=1)) == [
        "1 point has no answer yet"
    ]


# --- More time ------------------------------------------------------------------------------------------------------


def test_extension_by_head_is_mailed_to_invited(draft):
    review, head = opened(draft), make_head()
    change(review, reminded_at=now())
    old, new = review.closes_at, review.closes_at + timedelta(days=3)
    OutgoingMail.objects.all().delete()
    draft.paper = workflow.extend_review(draft.paper, by=head, closes_at=new, reason="Two ministries asked.")
    review.refresh_from_db()
    assert (draft.paper.state, review.closes_at, review.reminded_at) == ("review", new, None)
    assert last_entry(draft.paper) == (
        "extend_review", "Two ministries asked.", {"round": 1, "from": old.isoformat(), "to": new.isoformat()},
    )  # fmt: skip
    assert list(OutgoingMail.objects.values_list("to", "subject")) == [
        (draft.member.email, "More time to review a text")
    ]
    with replayed_at(old + timedelta(hours=1)):
        assert propose(draft).state == "proposed"


def test_extension_of_a_restricted_text_is_mailed_to_nobody(draft):
    review, head = opened(draft), make_head()
    OutgoingMail.objects.all().delete()
    change(draft.paper, is_restricted=True)
    new = review.closes_at + timedelta(days=3)
    workflow.extend_review(draft.paper, by=head, closes_at=new, reason="Two ministries asked.")
    assert not OutgoingMail.objects.exists()


def test_extension_requires_head_later_time_and_reason(draft):
    review, head = opened(draft), make_head()
    for closes_at in (review.closes_at, now() - timedelta(hours=1)):
        assert refused(workflow.extend_review, draft.paper, by=head, closes_at=closes_at, reason="More time.") == [
            "The new time must be in the future and later than the old one."
        ]
    later = review.closes_at + timedelta(days=1)
    assert refused(workflow.extend_review, draft.paper, by=head, closes_at=later, reason=" ") == [
        "Enter a reason. It is kept in the journal."
    ]
    with pytest.raises(NotAllowed):
        workflow.extend_review(draft.paper, by=draft.drafter, closes_at=later, reason="More time.")
    assert ReviewRound.objects.get().closes_at == review.closes_at


# --- Reminders ------------------------------------------------------------------------------------------------------


def reminded():
    return sorted(OutgoingMail.objects.filter(subject="A review round closes soon").values_list("to", flat=True))


def test_members_without_amendments_are_reminded_once_before_closing(draft):
    silent = make_member(make_ministry("Ministry of Ports"))
    review = opened(draft, days=10)
    propose(draft)
    with replayed_at(review.closes_at - timedelta(days=2, seconds=1)):
        assert workflow.remind_reviews() == 0
    with replayed_at(review.closes_at - timedelta(days=2)):
        assert [workflow.remind_reviews(), workflow.remind_reviews()] == [1, 0]
    assert reminded() == [silent.email]
    assert last_entry(draft.paper) == ("remind", "", {"round": 1})


def test_short_round_reminds_halfway_and_closed_round_never(draft):
    review = opened(draft, days=2)
    with replayed_at(review.opens_at + timedelta(hours=23)):
        assert workflow.remind_reviews() == 0
    with replayed_at(review.closes_at + timedelta(seconds=1)):
        assert workflow.remind_reviews() == 0
    with replayed_at(review.opens_at + timedelta(hours=25)):
        assert workflow.remind_reviews() == 1
