"""Review at the desk: open and close rounds, advise on and decide amendments, choose one of several texts."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from consultations.models import OutgoingMail
from ncm_portal.workflow import now
from positions import workflow
from positions.models import PositionPaper
from positions.views.amendments import Load
from tests.factories import make_head, make_member, make_ministry
from tests.pages import confirmed, words
from tests.positions.drafting import make_draft
from tests.positions.reviewing import TEXT, make_reviewable
from tests.positions.views.reviewed import OTHER, close, contend, listed, open_review, pane, propose, state_of
from tests.positions.views.test_drafting import at, problems, text_of
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return make_reviewable()


@pytest.fixture
def review(draft):
    return open_review(draft)


@pytest.fixture
def desk(client, draft):
    return sign_in(client, draft.drafter)


def open_round(desk, draft, hour):
    return confirmed(desk, at("desk_review", draft), {"closes_at": hour})


def test_round_is_opened_until_nairobi_date_and_time(desk, draft):
    day = timezone.localdate() + timedelta(days=3)
    assert open_round(desk, draft, f"{day.isoformat()}T17:00").url == at("desk_review", draft)
    review = draft.paper.rounds.get()
    assert review.closes_at.astimezone(timezone.get_default_timezone()).strftime("%H:%M") == "17:00"
    assert "Round 1" in desk.get(at("desk_review", draft)).text


def test_round_that_would_end_at_once_is_refused_and_time_kept(desk, draft):
    response = open_round(desk, draft, "2017-10-17T17:00")
    assert (response.status_code, problems(response)) == (
        422, ["The review round must close after it opens. Choose a later time."],
    )  # fmt: skip
    assert 'value="2017-10-17T17:00"' in response.text


@pytest.mark.parametrize("hour", ["", "soon"])
def test_invalid_time_is_refused_at_its_field(desk, draft, hour):
    response = open_round(desk, draft, hour)
    assert problems(response) == ["The round closes on: Enter a date and time"]


def test_all_missing_conditions_of_round_are_listed(desk):
    bare = make_draft()
    day = timezone.localdate() + timedelta(days=3)
    response = open_round(desk, bare, f"{day.isoformat()}T17:00")
    assert problems(response) == ["2 points have no answer yet"]
    assert "2 points have no answer yet" in desk.get(at("desk_review", bare)).text


def test_head_extends_round_and_officers_cannot(client, desk, review):
    address = at("desk_paper_move", review, "extend_review")
    assert f'href="{address}"' not in desk.get(at("desk_review", review)).text
    head = sign_in(Client(), make_head())
    assert f'href="{address}"' in head.get(at("desk_review", review)).text
    day = timezone.localdate() + timedelta(days=9)
    kept = confirmed(head, address, {"closes_at": f"{day.isoformat()}T17:00", "reason": " "})
    assert (problems(kept), f'value="{day.isoformat()}T17:00"' in kept.text) == (["Reason: Enter the reason"], True)
    done = confirmed(head, address, {"closes_at": f"{day.isoformat()}T17:00", "reason": "Two ministries asked."})
    assert done.url == at("desk_review", review)
    assert timezone.localtime(review.paper.rounds.get().closes_at).date() == day


def test_round_is_closed_by_button_after_deadline(desk, review):
    assert f'href="{at("desk_paper_move", review, "close_review")}"' not in desk.get(at("desk_review", review)).text
    review.paper.rounds.update(opens_at=now() - timedelta(days=2), closes_at=now() - timedelta(days=1))
    assert f'href="{at("desk_paper_move", review, "close_review")}"' in desk.get(at("desk_review", review)).text
    response = confirmed(desk, at("desk_paper_move", review, "close_review"))
    assert response.url == at("desk_review", review)
    assert PositionPaper.objects.get(pk=review.paper.pk).state == "consolidation"


def test_closed_round_is_opened_again_while_nothing_is_decided(desk, review):
    amendment = propose(review)
    close(review)
    address = at("desk_paper_move", review, "reopen_review")
    head = sign_in(Client(), make_head())
    assert f'href="{address}"' in head.get(at("desk_review", review)).text
    past = confirmed(head, address, {"closes_at": "2017-10-17T17:00", "reason": "A slip."})
    assert problems(past) == ["The review round must close after it opens. Choose a later time."]
    assert 'value="2017-10-17T17:00"' in past.text
    later = f"{timezone.localdate() + timedelta(days=9):%Y-%m-%d}T17:00"
    assert confirmed(head, address, {"closes_at": later, "reason": "A slip."}).url == at("desk_review", review)
    assert PositionPaper.objects.get(pk=review.paper.pk).state == "review"
    assert review.paper.rounds.get().is_open
    assert state_of(amendment) == "proposed"


def test_round_with_a_decision_is_not_opened_again(desk, review):
    amendment = propose(review)
    close(review)
    workflow.decline_amendment(amendment, by=review.drafter, reason="No.")
    page = sign_in(Client(), make_head()).get(at("desk_paper_move", review, "reopen_review"))
    assert [need.text for need in page.context["in_the_way"]] == ["An amendment of the round is decided"]


def test_page_says_how_many_get_a_mail_and_asks_where_they_are_many(desk, draft):
    for turn in range(20):
        make_member(make_ministry(f"Ministry {turn}"))
    page = desk.get(at("desk_review", draft))
    assert "21 people get an e-mail." in words(page)
    hour = f"{timezone.localdate() + timedelta(days=3):%Y-%m-%d}T17:00"
    answer = open_round(desk, draft, hour)
    assert problems(answer) == [
        f"Type “{draft.paper.short_title}” to confirm: Type “{draft.paper.short_title}” to confirm"
    ]
    before = OutgoingMail.objects.count()
    confirmed(desk, at("desk_review", draft), {"closes_at": hour, "typed": draft.paper.short_title})
    assert OutgoingMail.objects.count() == before + 21


@pytest.mark.parametrize("days", [91, 3650])
def test_deadline_far_away_is_asked_about_before_it_is_set(desk, draft, days):
    far = f"{timezone.localdate() + timedelta(days=days):%Y-%m-%d}T17:00"
    answer = open_round(desk, draft, far)
    assert (answer.status_code, draft.paper.rounds.count()) == (422, 0)
    assert "Yes, set it that late" in answer.text
    assert f'value="{far}"' in answer.text
    assert f"This is {days}" in problems(answer)[0] or f"This is {days - 1}" in problems(answer)[0]
    assert confirmed(desk, at("desk_review", draft), {"closes_at": far, "is_sure": "on"}).status_code == 302
    assert f"{timezone.localtime(draft.paper.rounds.get().closes_at):%Y-%m-%dT%H:%M}" == far


@pytest.mark.parametrize("hour", ["1936-12-02T17:00", "0001-01-01T00:00", "9999-12-31T23:59", "2036-13-02T17:00"])
def test_impossible_deadline_is_refused(desk, draft, hour):
    assert open_round(desk, draft, hour).status_code == 422
    assert draft.paper.rounds.count() == 0


# --- The desk: amendments -------------------------------------------------------------------------------------------


def test_round_invites_chosen_audience(desk, draft):
    day = timezone.localdate() + timedelta(days=3)
    choice = {"closes_at": f"{day.isoformat()}T17:00", "audience": "public"}
    answer = confirmed(desk, at("desk_review", draft), choice)  # the page spoke of the members
    assert problems(answer) == ["Nothing has been done yet. Read what this does, and confirm it."]
    assert (answer.status_code, draft.paper.rounds.count()) == (422, 0)
    assert "This invites: everyone may read, verified organisations may propose" in words(answer)
    desk.post(at("desk_review", draft), choice | {"effects": answer.context["effects"].fingerprint})
    assert draft.paper.rounds.get().audience == "public"
    assert "everyone may read, verified organisations may propose" in desk.get(at("desk_review", draft)).text


def test_amendments_are_counted_per_section_and_listed_per_paragraph(desk, review):
    amendment, rival = propose(review), contend(review)
    page = desk.get(at("desk_review", review))
    assert [(each.pk, each.load) for each in page.context["sections"]] == [(review.first.pk, Load(2, 2, 1))]
    assert listed(desk, review) == [(1, "“and safe”", "same words"), (1, "“and seasons”", "same words")]
    page = pane(desk, amendment, review)
    assert [(each.pk, each.number, each.letter) for each in page.context["group"].contending] == [
        (amendment.pk, 1, "A"),
        (rival.pk, 1, "B"),
    ]
    assert '<ins><span class="sr">Added: </span>and safe</ins>' in page.text
    assert words(page).count("[ A and safe] routes [ B and seasons]") == 1


def test_amendments_are_next_step_after_closing(desk, review):
    amendment = propose(review)
    close(review)
    assert desk.get(at("desk_paper", review)).context["next"]["url"] == at("desk_amendments", review)
    workflow.decline_amendment(amendment, by=review.drafter, reason="No.")
    assert desk.get(at("desk_paper", review)).context["next"] is None


def test_amendment_is_accepted(desk, review):
    amendment = propose(review)
    assert "once the round is closed" in pane(desk, amendment, review).text
    close(review)
    refused = desk.post(at("desk_amendment_accept", review, amendment.pk), {"reason": ""})
    assert (refused.status_code, problems(refused), state_of(amendment)) == (
        422, ["Reason: Enter why you accept the amendment: the sponsor will read it."], "proposed",
    )  # fmt: skip
    response = desk.post(at("desk_amendment_accept", review, amendment.pk), {"reason": "Well said."})
    assert response.url == f"{at('desk_amendments', review)}?done={amendment.pk}"
    assert (state_of(amendment), text_of(review.paragraph)) == ("accepted", OTHER)
    assert "Ministry of Roads: accepted. The sponsor gets an e-mail." in words(desk.get(response.url))
    assert (listed(desk, review), listed(desk, review, show="decided")) == ([], [(1, "“and safe”", "accepted")])
    assert "Well said." in pane(desk, amendment, review).text


def test_amendment_is_declined_with_reason(desk, review):
    amendment = propose(review)
    response = desk.post(at("desk_amendment_decline", review, amendment.pk), {"reason": " "})
    assert (response.status_code, problems(response)) == (
        422, ["Reason: Enter why you do not accept the amendment: the sponsor will read it."],
    )  # fmt: skip
    desk.post(at("desk_amendment_decline", review, amendment.pk), {"reason": "Safe is understood."})
    assert state_of(amendment) == "not_accepted"


def test_refused_decision_keeps_typed_text(desk, review):
    amendment = propose(review)
    response = desk.post(at("desk_amendment_accept", review, amendment.pk), {"reason": "Typed reason."})
    assert (response.status_code, problems(response)) == (
        422, ["The text can change only while the paper is drafted or consolidated. Now it is in review."],
    )  # fmt: skip
    workflow.withdraw_amendment(amendment, by=review.member)
    response = desk.post(at("desk_amendment_decline", review, amendment.pk), {"reason": "Typed reason."})
    assert problems(response) == ["You cannot use “Do not accept” while this is withdrawn."]
    assert response.context["decline"]["reason"].value() == "Typed reason."


def test_outdated_amendment_is_accepted_in_part_with_adapted_wording(desk, review):
    amendment = propose(review)
    close(review)
    moved = "Kenya calls for agreed routes and seasons."
    workflow.reword(review.paragraph, by=review.colleague, text=moved, why="Seasons count.")
    page = pane(desk, amendment, review)
    assert "Accept it as proposed" not in page.text
    form, fitted = page.context["in_part"], "Kenya calls for agreed and safe routes and seasons."
    sent = {"text": form["text"].value(), "base": form["base"].value()}
    assert sent["text"] == fitted
    response = desk.post(at("desk_amendment_in_part", review, amendment.pk), sent)
    assert problems(response) == [
        "Reason: Enter why you accept only a part, or how you adapted it: the sponsor will read it."
    ]
    sent["reason"] = "Both go together."
    desk.post(at("desk_amendment_in_part", review, amendment.pk), sent)
    assert (state_of(amendment), text_of(review.paragraph)) == ("in_part", fitted)


def test_concurrent_rewording_is_shown_and_typed_text_kept(desk, review):
    amendment = propose(review)
    close(review)
    sent = {"text": "Typed words.", "reason": "Typed reason.", "base": review.paragraph.wording_id}
    workflow.reword(review.paragraph, by=review.colleague, text="Kenya urges agreed routes.", why="Stronger.")
    response = desk.post(at("desk_amendment_in_part", review, amendment.pk), sent)
    assert response.status_code == 409
    assert problems(response) == ["Someone changed this since you opened it. Both texts are shown and nothing is lost."]
    assert "Kenya urges agreed routes." in response.text
    form = response.context["in_part"]
    assert [form[name].value() for name in ("text", "reason")] == ["Typed words.", "Typed reason."]
    assert state_of(amendment) == "stale"


def test_recommendation_is_sent_and_answered(desk, review):
    amendment = propose(review)
    address = at("desk_amendment_recommend", review, amendment.pk)
    assert problems(desk.post(address, {"reason": "So."})) == ["The drafters recommend to: Choose what you recommend."]
    assert problems(desk.post(address, {"advice": "in_part", "reason": "So."})) == [
        "Enter the text that you would accept."
    ]
    desk.post(address, {"advice": "decline", "reason": "Safe is understood."})
    advised = amendment.recommendations.get(replaced_at=None)
    workflow.answer_recommendation(advised, by=review.member, consent="insists", reason="It is not.")
    page = words(pane(desk, amendment, review))
    assert "Ministry of Roads insists." in page
    assert "It is not." in page


def test_amendment_lists_missing_conditions(desk, client, review):
    amendment = propose(review)
    told = lambda: [tuple(each[:2]) for each in pane(desk, amendment, review).context["needs"]]  # noqa: E731
    assert told() == [
        ("The text can change only while the paper is drafted or consolidated. Now it is in review.", False),
        ("The paragraph is part of the text", True),
        ("Next: Accept, Accept in part, Do not accept. Who: the secretariat", False),
        ("Next: Withdraw. Who: the sponsor", False),
    ]
    close(review)
    assert told()[0] == ("The round is closed", True)
    workflow.decline_amendment(amendment, by=review.drafter, reason="No.")
    assert told() == []


def test_one_of_two_accepted_texts_is_chosen(desk, review):
    one, two = propose(review), contend(review)
    assert desk.get(at("desk_choose_text", review, review.paragraph.key)).status_code == 404
    close(review)
    for each in (one, two):
        desk.post(at("desk_amendment_accept", review, each.pk), {"reason": "Taken."})
    assert text_of(review.paragraph) == TEXT
    address = at("desk_choose_text", review, review.paragraph.key)
    assert listed(desk, review) == [(1, "“and safe”", "text to choose"), (1, "“and seasons”", "text to choose")]
    assert address in pane(desk, one, review).text
    needs = [need.text for need in desk.get(at("desk_review", review)).context["needs"] if not need.met]
    assert needs[0].endswith("were all accepted. Choose one text")
    form = desk.get(address).context["form"]
    sent = {"text": "Kenya calls for agreed, safe routes.", "base": form["base"].value()}
    assert problems(desk.post(address, sent)) == [
        "Reason: Enter a reason for this wording: it is kept with the wording."
    ]
    long = desk.post(address, sent | {"why": "w" * 501})
    assert problems(long) == [
        "Reason: The reason is 501 characters long. It must be 500 characters or fewer: shorten it by 1."
    ]
    assert long.context["form"]["text"].value() == sent["text"]
    assert desk.post(address, sent | {"why": "Both."}).url == (
        f"{at('desk_amendments', review)}?show=all&section={review.first.pk}"
    )
    assert text_of(review.paragraph) == sent["text"]
    assert problems(desk.post(address, sent | {"why": "Both."})) == [
        "This paragraph has no accepted amendment without a decided text."
    ]


def test_amendment_of_removed_paragraph_cannot_be_accepted(desk, review):
    amendment = propose(review)
    close(review)
    workflow.remove_paragraph(review.paragraph, by=review.drafter, reason="Said twice.")
    page = pane(desk, amendment, review)
    assert page.context["may_accept"] is False
    assert "A paragraph that was removed" in page.text
    response = desk.post(
        at("desk_amendment_in_part", review, amendment.pk), {"text": "So.", "reason": "So.", "base": amendment.base_id}
    )
    assert problems(response) == ["This paragraph was removed from the text."]


def test_other_papers_amendments_are_404(desk, review):
    amendment = propose(review)
    other = make_draft()
    names = [f"desk_amendment{name}" for name in ("_accept", "_in_part", "_decline", "_recommend")]
    for name in ("desk_amendment", *names):
        assert desk.get(at(name, other, amendment.pk)).status_code == 404
    for name in names:
        assert desk.post(at(name, other, amendment.pk), {"reason": "So."}).status_code == 404
        assert desk.get(at(name, review, amendment.pk)).url == at("desk_amendment", review, amendment.pk)
    assert desk.get(at("desk_review_section", review, other.first.pk)).status_code == 404
    assert desk.get(at("desk_review_section", review, review.first.pk)).url == (
        f"{at('desk_amendments', review)}?show=all&section={review.first.pk}"
    )
    assert "§ 1" not in desk.get(at("desk_amendments", other), {"open": amendment.pk, "show": "all"}).text
