"""Review by invitation: invited bodies read, propose, support, confirm, answer and withdraw; some rounds are public to
read.
"""

from datetime import timedelta

import pytest
from django.urls import reverse

from consultations.models import OutgoingMail
from ncm_portal.workflow import now
from positions import workflow
from positions.models import Amendment
from tests.factories import make_member, make_ministry, make_stakeholder, make_user
from tests.pages import words
from tests.paper_factories import make_paragraph
from tests.positions.drafting import make_draft
from tests.positions.reviewing import TEXT, make_reviewable
from tests.positions.views.reviewed import OTHER, close, contend, open_review, propose, state_of
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
def member(client, review):
    return sign_in(client, review.member)


def page_of(review):
    return reverse("review_paragraph", args=[review.paper.slug, review.paragraph.key])


def send(browser, review, **fields):
    words = {"text": OTHER, "reason": "Safety first.", "round": review.round.number, **fields}
    return browser.post(page_of(review), words)


def test_member_reads_frozen_text_and_can_propose(member, review):
    assert at("review_section", review, 1) in member.get(at("review", review)).text
    page = member.get(at("review_section", review, 1))
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
def test_review_is_404_for_others(client, review, who):
    amendment = propose(review)
    sign_in(client, who())
    assert client.get(at("review", review)).status_code == 404
    assert client.get(page_of(review)).status_code == 404
    assert send(client, review).status_code == 404
    assert client.post(at("review_withdraw", review, amendment.pk)).status_code == 404
    assert Amendment.objects.count() == 1


def test_desk_sees_review_but_cannot_propose(client, review):
    desk = sign_in(client, review.drafter)
    page = desk.get(at("review", review))
    assert page.status_code == 200
    assert page.context["may_propose"] is False
    assert send(desk, review).status_code == 404


def test_review_is_404_without_round(client, draft):
    sign_in(client, draft.member)
    assert client.get(at("review", draft)).status_code == 404


def test_member_proposes_wording_and_reads_outcome(member, review):
    assert send(member, review).url == at("review_section", review, 1) + "#p1"
    made = Amendment.objects.get()
    assert (made.text, made.sponsor, made.by) == (OTHER, review.body, review.member)
    page = member.get(at("review", review))
    assert [each.pk for each in page.context["own"]] == [made.pk]
    workflow.decline_amendment(made, by=review.drafter, reason="Safe is understood.")
    assert "Safe is understood." in member.get(at("review_amendment", review, made.pk)).text


def test_missing_values_are_reported_and_text_kept(member, review):
    response = send(member, review, text="Typed words.", reason="")
    assert (response.status_code, problems(response)) == (
        422, ["Reason: Enter a reason: the drafters and the other members will read it."],
    )  # fmt: skip
    assert "Typed words.</textarea>" in response.text
    assert TEXT not in response.text
    assert "agreed routes." in response.text
    response = send(member, review, text=TEXT)
    assert problems(response) == ["Enter what the paragraph should say instead."]


def test_member_of_several_organisations_chooses_one(client, review):
    other = make_ministry("Ministry of Ports")
    make_member(other, user=review.member)
    sign_in(client, review.member)
    assert problems(send(client, review)) == ["On behalf of: This field is required."]
    assert problems(send(client, review, sponsor=make_ministry().pk))[0].startswith("On behalf of: ")
    send(client, review, sponsor=other.pk)
    assert Amendment.objects.get().sponsor == other


def test_resubmitted_text_is_one_amendment(member, review):
    send(member, review)
    response = send(member, review)
    assert problems(response) == ["Your organisation has already proposed this text."]
    assert Amendment.objects.count() == 1


def test_amendment_after_deadline_is_refused_and_text_kept(member, review):
    review.paper.rounds.update(opens_at=now() - timedelta(days=2), closes_at=now() - timedelta(days=1))
    assert member.get(page_of(review)).url == at("review_section", review, 1)
    response = send(member, review, text="Typed words.")
    assert (response.status_code, problems(response)) == (422, ["The review round is not open."])
    assert "Typed words.</textarea>" in response.text
    assert "Propose a change" not in member.get(at("review_section", review, 1)).text


def test_amendment_for_earlier_round_is_refused(member, review):
    close(review)
    review.paper.rounds.update(opens_at=now() - timedelta(days=2), closes_at=now() - timedelta(days=1))
    workflow.open_review(review.paper, by=review.drafter, closes_at=now() + timedelta(days=5))
    response = send(member, review)
    assert problems(response) == ["The review round is not open."]
    assert send(member, review, round=9).status_code == 404
    assert send(member, review, round=2).status_code == 302


def test_members_see_amendments_of_others_except_withdrawn(client, review):
    propose(review)
    gone = propose(review, "Withdrawn words.")
    workflow.withdraw_amendment(gone, by=review.member)
    sign_in(client, make_member(make_ministry("Ministry of Airports")))
    assert client.get(at("review", review)).context["own"] == []
    page = client.get(at("review_section", review, 1))
    assert "Safety first." in page.text
    assert "1 amendment" in page.text
    assert "Withdrawn words." not in page.text
    assert client.get(at("review_amendment", review, gone.pk)).status_code == 404


def test_author_is_named_to_own_organisation_and_desk_only(client, review):
    """Everybody else who may read the amendment, also a co-sponsor, reads the organisation."""
    author = make_member(review.body, user=make_user(name="Zawadi Kiprono"))
    amendment = propose(review, by=author)
    airports = make_ministry("Ministry of Airports")
    other = make_member(airports)
    workflow.join_amendment(amendment, by=other, body=airports)
    pages = [at("review_amendment", review, amendment.pk), at("review", review), at("review_print", review)]
    pages.append(at("review_section", review, 1))

    def named(person):
        reader = sign_in(client, person)
        responses = [reader.get(page) for page in pages]
        assert all("Ministry of Roads" in each.text for each in [responses[0], *responses[2:]])
        return ["Zawadi" in each.text for each in responses]

    assert named(other) == [False] * 4
    assert [named(each)[0] for each in (review.member, author, review.drafter)] == [True] * 3


def test_forms_say_who_sees_the_name(client, review):
    amendment = propose(review)
    sign_in(client, make_member(make_ministry("Ministry of Airports")))
    note = "Other organisations see the name of your organisation, not yours."
    for page in (page_of(review), at("review_amendment", review, amendment.pk)):
        assert note in words(client.get(page))
    assert "Others see the organisation, not the person" in words(client.get(reverse("privacy")))


def test_round_says_that_it_closes_or_that_it_closed(client, review):
    desk = sign_in(client, review.drafter)
    assert "Round 1 closes on" in words(desk.get(at("review", review)))
    close(review)
    review.paper.rounds.update(opens_at=now() - timedelta(days=2), closes_at=now() - timedelta(days=1))
    assert "Round 1 closed on" in words(desk.get(at("review", review)))


def test_conflicting_amendments_are_shown_side_by_side_and_bracketed(member, review):
    propose(review)
    contend(review)
    page = words(member.get(at("review_section", review, 1)))
    assert "2 amendments change the same words of paragraph 1" in page
    assert "Kenya calls for agreed [ A and safe] routes [ B and seasons] ." in page
    printed = words(member.get(at("review_print", review)))
    assert "Kenya calls for agreed [ A and safe] routes [ B and seasons] ." in printed
    assert "A Ministry of Roads: change the text. Safety first." in printed


def test_each_operation_has_own_form(member, review):
    other = make_paragraph(review.second, "It came after the text was frozen.", is_secretariat_text=True)
    moving = member.get(page_of(review) + "?operation=move")
    assert "place" in moving.context["form"].fields
    assert "text" not in moving.context["form"].fields
    assert member.get(page_of(review) + "?operation=insert").context["form"]["text"].value() == ""
    assert member.get(page_of(review) + "?operation=split").context["form"]["text"].value() == TEXT
    assert member.get(page_of(review) + "?operation=nonsense").context["operation"] == "replace"
    send(member, review, operation="delete")
    send(member, review, operation="insert", text="Routes change.")
    assert problems(send(member, review, operation="split")) == ["Add an empty line where the new paragraph begins."]
    assert problems(send(member, review, operation="move")) == ["Where to put it: This field is required."]
    bad = send(member, review, operation="move", place=f"behind-{other.key}")
    assert problems(bad)[0].startswith("Where to put it: Select a valid choice.")
    send(member, review, operation="move", place=f"first-{review.paragraph.key}")
    made = Amendment.objects.order_by("pk").values_list("operation", "text", "section", "after")
    assert list(made) == [
        ("delete", "", None, None),
        ("insert", "Routes change.", None, None),
        ("move", "", review.first.pk, None),
    ]


def test_own_amendment_is_withdrawn(member, review):
    amendment = propose(review)
    address, page = at("review_withdraw", review, amendment.pk), at("review_amendment", review, amendment.pk)
    assert member.get(address).url == page
    assert state_of(amendment) == "proposed"
    assert member.post(address).url == page
    assert state_of(amendment) == "withdrawn"
    response = member.post(address)
    assert (response.status_code, problems(response)) == (422, ["You cannot use “Withdraw” while this is withdrawn."])


def test_actions_of_sponsor_are_404_for_others(client, review):
    amendment = propose(review)
    sign_in(client, make_member(make_ministry("Ministry of Ports")))
    for name in ("review_withdraw", "review_confirm", "review_answer"):
        assert client.post(at(name, review, amendment.pk)).status_code == 404
    assert state_of(amendment) == "proposed"


def moved(review):
    """Create an amendment whose paragraph changed after the round."""
    amendment = propose(review, "Kenya calls for safe routes.")
    close(review)
    review.paragraph.refresh_from_db()
    workflow.reword(review.paragraph, by=review.colleague, text="Kenya calls for legal routes.", why="Law first.")
    return amendment


def test_outdated_amendment_is_offered_with_current_wording_and_confirmed(member, review):
    amendment = moved(review)
    assert [each.pk for each in member.get(reverse("my_organisation")).context["asked_about"]] == [amendment.pk]
    page = member.get(at("review_amendment", review, amendment.pk))
    form, address = page.context["confirm"], at("review_confirm", review, amendment.pk)
    sent = {name: form[name].value() for name in ("text", "base")}
    assert sent["text"] == "Kenya calls for [legal] [safe] routes."
    assert problems(member.post(address, sent)) == ["Keep the text that you want and delete the square brackets."]
    sent["text"] = "Kenya calls for legal and safe routes."
    workflow.reword(review.paragraph, by=review.colleague, text="Kenya calls for lawful routes.", why="Clearer.")
    response = member.post(address, sent)
    assert (response.status_code, response.context["confirm"]["text"].value()) == (409, sent["text"])
    assert "Kenya calls for lawful routes." in response.text
    sent["base"] = response.context["confirm"]["base"].value()
    assert member.post(address, sent).url == at("review_amendment", review, amendment.pk)
    row = Amendment.objects.get(pk=amendment.pk)
    assert (row.state, row.text, text_of(review.paragraph)) == (
        "proposed", sent["text"], "Kenya calls for lawful routes.",
    )  # fmt: skip


def test_amendment_of_removed_paragraph_can_only_be_withdrawn(member, review):
    amendment = propose(review)
    close(review)
    workflow.remove_paragraph(review.paragraph, by=review.drafter, reason="Said twice.")
    page = member.get(at("review_amendment", review, amendment.pk))
    assert "You can no longer change your amendment." in page.text
    sent = {"text": "Safe.", "base": review.paragraph.wording_id}
    response = member.post(at("review_confirm", review, amendment.pk), sent)
    assert problems(response) == ["This paragraph was removed from the text."]
    assert response.context["confirm"]["text"].value() == "Safe."


def test_sponsor_answers_recommendation(member, review):
    amendment = propose(review)
    address = at("review_answer", review, amendment.pk)
    assert member.post(address).url == at("review_amendment", review, amendment.pk)
    workflow.recommend(amendment, by=review.drafter, advice="decline", reason="Safe is understood.")
    assert "Safe is understood." in member.get(at("review_amendment", review, amendment.pk)).text
    assert problems(member.post(address, {})) == ["Your organisation: Choose one of the two options."]
    assert problems(member.post(address, {"consent": "insists"})) == [
        "Enter why your organisation insists: the drafters will read it."
    ]
    member.post(address, {"consent": "insists", "reason": "It is not."})
    assert amendment.recommendations.get().consent == "insists"


def test_others_support_amendment_and_withdraw_support(client, review):
    amendment = propose(review)
    ports = make_ministry("Ministry of Ports")
    sign_in(client, make_member(ports))
    page = at("review_amendment", review, amendment.pk)
    assert "Co-sponsor it as Ministry of Ports" in client.get(page).text
    join, leave = at("review_join", review, amendment.pk), at("review_leave", review, amendment.pk)
    assert client.post(join, {"body": review.body.pk}).status_code == 404
    assert client.post(join, {"body": ports.pk}).url == page
    assert problems(client.post(join, {"body": ports.pk})) == ["Your organisation is already a co-sponsor."]
    assert "Stop co-sponsoring it as Ministry of Ports" in client.get(page).text
    assert client.post(leave, {"body": review.body.pk}).status_code == 404
    assert client.post(leave, {"body": ports.pk}).url == page
    assert [client.get(each).url for each in (join, leave)] == [page, page]
    assert not amendment.cosponsors.live().exists()


def test_public_round_is_visible_to_everyone(client, draft):
    review = open_review(draft, audience="public")
    amendment = propose(review)
    assert at("read_review", review) in client.get(reverse("papers")).text
    page = client.get(at("read_review", review))
    assert at("read_review_section", review, 1) in page.text
    assert "You may share it, but say that it is a draft." in words(page)
    assert "pass it on" not in page.text
    assert f"{reverse('account_login')}?next={at('review', review)}" in page.text
    assert reverse("register_organisation") in page.text
    page = client.get(at("read_review_section", review, 1))
    assert "Safety first." in page.text
    assert "Propose a change" not in page.text
    assert at("review_amendment", review, amendment.pk) not in page.text
    assert review.member.name not in page.text
    assert client.get(at("read_review_print", review)).status_code == 200
    assert client.get(at("read_review_section", review, 2)).status_code == 404
    body = make_stakeholder("Not a member")
    sign_in(client, make_member(body))
    send(client, review)
    assert body.amendments.get().text == OTHER


def test_closed_public_round_offers_no_way_in(client, draft):
    review = open_review(draft, audience="public")
    review.paper.rounds.update(opens_at=now() - timedelta(days=2), closes_at=now() - timedelta(days=1))
    assert "Sign in to propose a change" not in client.get(at("read_review", review)).text


def test_draft_for_members_is_not_passed_on(member, review):
    assert "Do not quote it or pass it on." in words(member.get(at("review", review)))


def test_members_round_is_404_for_others(client, review):
    assert review.paper.title not in client.get(reverse("papers")).text
    assert client.get(at("read_review", review)).status_code == 404
    assert client.get(at("read_review_section", review, 1)).status_code == 404


def test_unknown_paragraphs_are_404(member, review):
    key = make_draft().paragraph.key
    assert member.get(reverse("review_paragraph", args=[review.paper.slug, key])).status_code == 404


def test_the_review_takes_few_queries(member, review, django_assert_max_num_queries):
    for number in range(12):
        propose(review, f"Other words {number}.")
    for address in (at("review", review), at("review_section", review, 1)):
        member.get(address)
        with django_assert_max_num_queries(15):
            member.get(address)


def test_own_organisation_page_and_mails_link_to_review(member, review):
    page = member.get(reverse("my_organisation"))
    assert [each.pk for each in page.context["reviews"]] == [review.round.pk]
    assert at("review", review) in page.text
    workflow.decline_amendment(propose(review), by=review.drafter, reason="Safe is understood.")
    assert [at("review", review) in mail.body for mail in OutgoingMail.objects.all()] == [True, True]
    review.paper.rounds.update(opens_at=now() - timedelta(days=2), closes_at=now() - timedelta(days=1))
    assert member.get(reverse("my_organisation")).context["reviews"] == []


def test_non_members_are_not_asked_to_review(client, review):
    sign_in(client, make_member(make_stakeholder("Not a member")))
    assert client.get(reverse("my_organisation")).context["reviews"] == []
