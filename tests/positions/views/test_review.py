"""Review: the desk opens, closes and decides; members read, propose and withdraw."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from consultations.models import OutgoingMail
from ncm_portal.workflow import now, replayed_at
from positions import workflow
from positions.models import Amendment, PositionPaper
from tests.factories import make_member, make_ministry, make_stakeholder, make_user
from tests.paper_factories import make_disposition
from tests.positions.drafting import make_draft
from tests.positions.views.test_drafting import at, problems, text_of
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
TEXT = "Kenya calls for agreed routes."
OTHER = "Kenya calls for agreed and safe routes."


@pytest.fixture
def draft():
    """A draft that could be reviewed, and a member of the NCM."""
    found = make_draft()
    make_disposition(found.paper, found.point, "accepted", found.paragraph)
    make_disposition(found.paper, found.other, "noted")
    found.body = make_ministry("Ministry of Roads")
    found.member = make_member(found.body)
    return found


@pytest.fixture
def review(draft):
    """The same in an open round."""
    draft.paper = workflow.open_review(draft.paper, by=draft.drafter, closes_at=now() + timedelta(days=2))
    draft.round = draft.paper.rounds.get()
    return draft


@pytest.fixture
def desk(client, draft):
    return sign_in(client, draft.drafter)


def propose(review, text=OTHER, **given):
    given = {"by": review.member, "sponsor": review.body, "reason": "Safety first.", **given}
    return workflow.propose_amendment(review.round, review.paragraph, text=text, **given)


def close(review):
    with replayed_at(now() + timedelta(days=3)):
        review.paper = workflow.close_review(review.paper, by=review.drafter)


def state_of(amendment):
    amendment.refresh_from_db()
    return amendment.state


# --- The desk: rounds -----------------------------------------------------------------------------------------------


def open_round(desk, draft, hour):
    return desk.post(at("desk_review", draft), {"closes_at": hour})


def test_a_round_is_opened_until_a_day_and_hour_in_nairobi(desk, draft):
    day = timezone.localdate() + timedelta(days=3)
    assert open_round(desk, draft, f"{day.isoformat()}T17:00").url == at("desk_review", draft)
    review = draft.paper.rounds.get()
    assert review.closes_at.astimezone(timezone.get_default_timezone()).strftime("%H:%M") == "17:00"
    assert "Round 1" in desk.get(at("desk_review", draft)).text


def test_a_round_that_would_be_over_at_once_is_refused_and_the_hour_kept(desk, draft):
    response = open_round(desk, draft, "2017-10-17T17:00")
    assert (response.status_code, problems(response)) == (
        422, ["The review round must close after it opens: choose a later moment."],
    )  # fmt: skip
    assert 'value="2017-10-17T17:00"' in response.text


@pytest.mark.parametrize("hour", ["", "soon"])
def test_an_hour_that_is_none_is_refused_beside_the_field(desk, draft, hour):
    response = open_round(desk, draft, hour)
    assert problems(response) == ["The round closes on: Enter a day and an hour"]


def test_everything_a_round_needs_is_listed(desk):
    bare = make_draft()
    day = timezone.localdate() + timedelta(days=3)
    response = open_round(desk, bare, f"{day.isoformat()}T17:00")
    assert problems(response) == ["2 points have no disposition yet"]
    assert "2 points have no disposition yet" in desk.get(at("desk_review", bare)).text


def test_the_round_is_closed_by_a_button_once_its_window_is_over(desk, review):
    assert "Close the review round</button>" not in desk.get(at("desk_review", review)).text
    review.paper.rounds.update(opens_at=now() - timedelta(days=2), closes_at=now() - timedelta(days=1))
    assert "Close the review round</button>" in desk.get(at("desk_review", review)).text
    response = desk.post(at("desk_paper_move", review, "close_review"))
    assert response.url == at("desk_review", review)
    assert PositionPaper.objects.get(pk=review.paper.pk).state == "consolidation"


# --- The desk: amendments -------------------------------------------------------------------------------------------


def test_amendments_are_listed_by_paragraph_with_what_they_change(desk, review):
    amendment = propose(review)
    page = desk.get(at("desk_review", review))
    assert [(each.pk, each.number) for each in page.context["waiting"]] == [(amendment.pk, 1)]
    assert '<ins><span class="sr">Added: </span>and safe</ins>' in page.text
    assert "Ministry of Roads" in page.text


def test_amendments_are_the_next_step_once_the_round_is_closed(desk, review):
    amendment = propose(review)
    close(review)
    assert desk.get(at("desk_paper", review)).context["next"]["url"] == at("desk_review", review)
    workflow.decline_amendment(amendment, by=review.drafter, reason="No.")
    assert desk.get(at("desk_paper", review)).context["next"] is None


def test_an_amendment_is_accepted(desk, review):
    amendment = propose(review)
    assert "once the round is closed" in desk.get(at("desk_amendment", review, amendment.pk)).text
    close(review)
    assert OTHER not in text_of(review.paragraph)
    response = desk.post(at("desk_amendment_accept", review, amendment.pk), {"reason": "Well said."})
    assert response.url == at("desk_review", review)
    assert (state_of(amendment), amendment.decision_reason, text_of(review.paragraph)) == (
        "accepted",
        "Well said.",
        OTHER,
    )
    page = desk.get(at("desk_review", review))
    assert [each.pk for each in page.context["decided"]] == [amendment.pk]
    assert "Well said." in desk.get(at("desk_amendment", review, amendment.pk)).text


def test_an_amendment_is_not_accepted_with_a_reason(desk, review):
    amendment = propose(review)
    response = desk.post(at("desk_amendment_decline", review, amendment.pk), {"reason": " "})
    assert (response.status_code, problems(response)) == (
        422, ["Reason: Say why the words are not taken: the sponsor will read it."],
    )  # fmt: skip
    response = desk.post(at("desk_amendment_decline", review, amendment.pk), {"reason": "Safe is understood."})
    assert response.url == at("desk_review", review)
    assert state_of(amendment) == "not_accepted"


def test_a_refused_decision_keeps_what_was_typed(desk, review):
    amendment = propose(review)
    response = desk.post(at("desk_amendment_accept", review, amendment.pk), {"reason": "Typed reason."})
    assert (response.status_code, problems(response)) == (
        422, ["The words may change while the paper is drafted or consolidated; now it is in review."],
    )  # fmt: skip
    workflow.withdraw_amendment(amendment, by=review.member)
    response = desk.post(at("desk_amendment_decline", review, amendment.pk), {"reason": "Typed reason."})
    assert problems(response) == ["“Do not accept” is not open while this is withdrawn."]


def test_an_amendment_whose_paragraph_moved_is_fitted_in(desk, review):
    amendment = propose(review)
    rival = propose(review, "Kenya calls for agreed routes and times.", sponsor=review.body)
    close(review)
    moved = "Kenya calls for agreed routes and seasons."
    workflow.reword(review.paragraph, by=review.colleague, text=moved, why="Seasons count.")
    workflow.decline_amendment(rival, by=review.drafter, reason="It is said.")
    page = desk.get(at("desk_amendment", review, amendment.pk))
    fitted = "Kenya calls for agreed and safe routes and seasons."
    assert page.context["accept"]["text"].value() == fitted
    assert [each.pk for each in page.context["others"]] == [rival.pk]
    form = page.context["accept"]
    words = {"text": form["text"].value(), "base": form["base"].value()}
    response = desk.post(at("desk_amendment_accept", review, amendment.pk), words)
    assert problems(response) == ["Reason: Say how the proposed words were fitted in: the sponsor will read it."]
    words["reason"] = "Both go together."
    assert desk.post(at("desk_amendment_accept", review, amendment.pk), words).url == at("desk_review", review)
    assert text_of(review.paragraph) == fitted


def test_a_paragraph_that_moves_while_the_officer_decides_is_shown_anew(desk, review):
    amendment = propose(review)
    close(review)
    workflow.reword(review.paragraph, by=review.colleague, text="Kenya urges agreed routes.", why="Stronger.")
    response = desk.post(at("desk_amendment_accept", review, amendment.pk), {"reason": "Typed reason."})
    assert response.status_code == 422
    assert problems(response) == ["“Accept” is not open while this is to be confirmed: the words have moved."]
    assert response.context["accept"]["text"].value() == "Kenya urges agreed and safe routes."
    assert response.context["accept"]["reason"].value() == "Typed reason."
    assert state_of(amendment) == "stale"


def test_an_amendment_of_a_removed_paragraph_can_only_be_left(desk, review):
    amendment = propose(review)
    close(review)
    workflow.remove_paragraph(review.paragraph, by=review.drafter, reason="Said twice.")
    page = desk.get(at("desk_amendment", review, amendment.pk))
    assert page.context["may_accept"] is False
    assert "A paragraph that was removed" in desk.get(at("desk_review", review)).text


def test_amendments_of_another_paper_are_not_there(desk, review):
    amendment = propose(review)
    other = make_draft()
    for name in ("desk_amendment", "desk_amendment_accept", "desk_amendment_decline"):
        assert desk.get(at(name, other, amendment.pk)).status_code == 404
    for name in ("desk_amendment_accept", "desk_amendment_decline"):
        assert desk.post(at(name, other, amendment.pk), {"reason": "So."}).status_code == 404
        assert desk.get(at(name, review, amendment.pk)).url == at("desk_amendment", review, amendment.pk)


# --- Members --------------------------------------------------------------------------------------------------------


@pytest.fixture
def member(client, review):
    return sign_in(client, review.member)


def page_of(review):
    return reverse("review_paragraph", args=[review.paper.slug, review.paragraph.key])


def send(browser, review, **fields):
    words = {"text": OTHER, "reason": "Safety first.", "round": review.round.number, **fields}
    return browser.post(page_of(review), words)


def test_a_member_reads_the_frozen_text_and_where_to_propose(member, review):
    page = member.get(at("review", review))
    assert 'Kenya <span class="verb">calls for</span> agreed routes.' in page.text
    assert page_of(review) in page.text
    assert TEXT in member.get(page_of(review)).text


@pytest.mark.parametrize(
    "who",
    [
        make_user,
        make_member,
        lambda: make_member(make_stakeholder("Not a member")),
        lambda: make_member(make_ministry("Suspended", state="suspended")),
        lambda: make_user("official"),
    ],
)
def test_for_everybody_else_the_review_is_not_there(client, review, who):
    amendment = propose(review)
    sign_in(client, who())
    assert client.get(at("review", review)).status_code == 404
    assert client.get(page_of(review)).status_code == 404
    assert send(client, review).status_code == 404
    assert client.post(at("review_withdraw", review, amendment.pk)).status_code == 404
    assert Amendment.objects.count() == 1


def test_the_desk_sees_what_members_see_and_proposes_nothing(desk, review):
    page = desk.get(at("review", review))
    assert page.status_code == 200
    assert page.context["may_propose"] is False
    assert send(desk, review).status_code == 404


def test_without_a_round_there_is_no_review(client, draft):
    sign_in(client, draft.member)
    assert client.get(at("review", draft)).status_code == 404


def test_a_member_proposes_other_words_and_reads_what_became_of_them(member, review):
    assert send(member, review).url == at("review", review)
    made = Amendment.objects.get()
    assert (made.text, made.sponsor, made.by) == (OTHER, review.body, review.member)
    page = member.get(at("review", review))
    assert [each.pk for each in page.context["own"]] == [made.pk]
    workflow.decline_amendment(made, by=review.drafter, reason="Safe is understood.")
    assert "Safe is understood." in member.get(at("review", review)).text


def test_what_is_missing_is_said_beside_the_fields_and_the_text_kept(member, review):
    response = send(member, review, text="Typed words.", reason="")
    assert (response.status_code, problems(response)) == (
        422, ["Reason: Say why: the drafters and the other members will read it."],
    )  # fmt: skip
    assert "Typed words.</textarea>" in response.text
    assert TEXT not in response.text
    assert "agreed routes." in response.text
    response = send(member, review, text=TEXT)
    assert problems(response) == ["Write what the paragraph should say instead."]


def test_a_member_of_several_bodies_says_for_which(client, review):
    other = make_ministry("Ministry of Ports")
    make_member(other, user=review.member)
    sign_in(client, review.member)
    assert problems(send(client, review)) == ["In the name of: This field is required."]
    assert problems(send(client, review, sponsor=make_ministry().pk))[0].startswith("In the name of: ")
    send(client, review, sponsor=other.pk)
    assert Amendment.objects.get().sponsor == other


def test_the_same_words_sent_twice_are_one_amendment(member, review):
    send(member, review)
    response = send(member, review)
    assert problems(response) == ["Your organisation has proposed these words already."]
    assert Amendment.objects.count() == 1


def test_after_the_hour_nothing_is_proposed_and_the_text_is_kept(member, review):
    review.paper.rounds.update(opens_at=now() - timedelta(days=2), closes_at=now() - timedelta(days=1))
    assert member.get(page_of(review)).url == at("review", review)
    response = send(member, review, text="Typed words.")
    assert (response.status_code, problems(response)) == (422, ["The review round is not open."])
    assert "Typed words.</textarea>" in response.text
    assert "Propose a change" not in member.get(at("review", review)).text


def test_words_written_for_an_earlier_round_are_not_taken_into_the_next(member, review):
    close(review)
    review.paper.rounds.update(opens_at=now() - timedelta(days=2), closes_at=now() - timedelta(days=1))
    workflow.open_review(review.paper, by=review.drafter, closes_at=now() + timedelta(days=5))
    response = send(member, review)
    assert problems(response) == ["The review round is not open."]
    assert send(member, review, round=9).status_code == 404
    assert send(member, review, round=2).url == at("review", review)


def test_members_read_each_others_amendments_but_not_withdrawn_ones(client, review):
    propose(review)
    gone = propose(review, "Withdrawn words.")
    workflow.withdraw_amendment(gone, by=review.member)
    sign_in(client, make_member(make_ministry("Ministry of Ports")))
    page = client.get(at("review", review))
    assert page.context["own"] == []
    assert "Safety first." in page.text
    assert "1 amendment" in page.text
    assert "Withdrawn words." not in page.text


def test_an_own_amendment_is_withdrawn(member, review):
    amendment = propose(review)
    address = at("review_withdraw", review, amendment.pk)
    assert member.get(address).url == at("review", review)
    assert state_of(amendment) == "proposed"
    assert member.post(address).url == at("review", review)
    assert state_of(amendment) == "withdrawn"
    response = member.post(address)
    assert (response.status_code, problems(response)) == (422, ["“Withdraw” is not open while this is withdrawn."])


def test_anothers_amendment_cannot_be_withdrawn(client, review):
    amendment = propose(review)
    sign_in(client, make_member(make_ministry("Ministry of Ports")))
    assert client.post(at("review_withdraw", review, amendment.pk)).status_code == 404
    assert state_of(amendment) == "proposed"


def test_unknown_paragraphs_are_not_there(member, review):
    key = make_draft().paragraph.key
    assert member.get(reverse("review_paragraph", args=[review.paper.slug, key])).status_code == 404


def test_the_review_takes_few_queries(member, review, django_assert_max_num_queries):
    for number in range(12):
        propose(review, f"Other words {number}.")
    member.get(at("review", review))
    with django_assert_max_num_queries(15):
        member.get(at("review", review))


def test_my_organisation_and_the_mails_lead_to_the_review(member, review):
    page = member.get(reverse("my_organisation"))
    assert [each.pk for each in page.context["reviews"]] == [review.round.pk]
    assert at("review", review) in page.text
    workflow.decline_amendment(propose(review), by=review.drafter, reason="Safe is understood.")
    assert [at("review", review) in mail.body for mail in OutgoingMail.objects.all()] == [True, True]
    review.paper.rounds.update(opens_at=now() - timedelta(days=2), closes_at=now() - timedelta(days=1))
    assert member.get(reverse("my_organisation")).context["reviews"] == []


def test_who_is_no_member_is_not_asked_to_review(client, review):
    sign_in(client, make_member(make_stakeholder("Not a member")))
    assert client.get(reverse("my_organisation")).context["reviews"] == []
