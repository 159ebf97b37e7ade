"""Adoption and publication in the browser: quorum, reservations, files, two officers."""

import pytest
from django.test import Client
from django.urls import reverse

from consultations.models import Event
from ncm_portal.workflow import Blocked, NotAllowed, now
from positions import workflow
from positions.models import QuorumCount
from tests.factories import (
    change,
    make_check_in,
    make_consultation,
    make_delegate,
    make_forum,
    make_member,
    make_ministry,
    make_stakeholder,
    make_user,
)
from tests.office_factories import change_rules
from tests.pages import without_tokens, words
from tests.paper_factories import bring_paper, make_decision, make_edition, make_files, make_paper, make_reservation
from tests.positions.clearing import make_text
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script> {{ 7|add:7 }}"
PAGES = ["desk_adoption", "desk_paper_forum", "desk_reservation", "desk_publication"]
FORMS = ["desk_quorum", "desk_files"]


@pytest.fixture
def text():
    """Create a text in session at a forum with two delegates of ministries present."""
    made = make_text("in_session")
    for state in ("registration_closed", "in_session"):
        change(made.forum, state=state)
    for ministry in (made.one, made.two):
        make_check_in(make_delegate(made.forum, ministry))
    change_rules(made.paper.consultation, quorum_groups=1)
    return made


@pytest.fixture
def as_secretariat(text):
    return sign_in(Client(), text.secretariat)


@pytest.fixture
def as_head(text):
    return sign_in(Client(), text.head)


def page_of(name, text, *more):
    return reverse(name, args=[text.paper.slug, *more])


def messages_on(answer):
    return [str(message) for message in answer.context["messages"]]


# --- Who ------------------------------------------------------------------------------------------------------------


def test_pages_are_for_secretariat_only(text):
    for person in (make_user(), make_user("official"), make_user("sysadmin"), text.officer_one, make_member(text.one)):
        client = sign_in(Client(), person)
        for name in PAGES + FORMS:
            ask = client.post if name in FORMS else client.get
            answer, nothing = ask(page_of(name, text)), ask(reverse(name, args=["nowhere"]))
            assert (answer.status_code, nothing.status_code) == (404, 404)
            assert without_tokens(answer).replace(text.paper.slug, "nowhere") == without_tokens(nothing)
    for name in PAGES:
        assert Client().get(page_of(name, text)).url == f"{reverse('account_login')}?next={page_of(name, text)}"


def test_get_request_changes_nothing(text, as_head):
    reservation = make_reservation(text.paper, text.first, text.one, "It costs.")
    before = Event.objects.count()
    for address in [page_of(name, text) for name in PAGES] + [
        page_of("desk_reservation_withdraw", text, reservation.pk)
    ]:
        assert as_head.get(address).status_code == 200
        as_head.head(address)
    assert [as_head.get(page_of(name, text)).status_code for name in FORMS] == [405, 405]
    assert Event.objects.count() == before


# --- The quorum ---------------------------------------------------------------------------------------------------


def test_page_links_to_text_with_numbered_lines(text, as_secretariat):
    make_edition(text.paper, "0.7", "forum")
    lines = reverse("edition_lines", args=[text.paper.slug, "0.7"])
    assert f'href="{lines}?all"' in as_secretariat.get(page_of("desk_adoption", text)).content.decode()


def test_chair_counts_quorum_and_page_shows_it(text, as_head):
    assert "Not counted yet." in words(as_head.get(page_of("desk_adoption", text)))
    answer = as_head.post(page_of("desk_quorum", text), follow=True)
    assert answer.redirect_chain == [(page_of("desk_adoption", text), 302)]
    assert messages_on(answer) == ["The quorum is counted, and who may vote is fixed."]
    count = QuorumCount.objects.get()
    assert (count.members_present, count.members_total, count.by) == (2, 2, text.head)
    assert "Quorum met 2 of 2 member institutions present (2 needed), 1 groups (1 needed)." in words(answer)
    assert [opened.move.verb for opened in answer.context["moves"] if opened.ready] == ["adopt", "not_adopt"]


def test_officer_cannot_count_quorum(text, as_secretariat):
    page = as_secretariat.get(page_of("desk_adoption", text))
    assert page.context["may_count"] is False
    assert "Count the quorum now" not in words(page)
    refused = as_secretariat.post(page_of("desk_quorum", text))
    assert refused.status_code == 409
    assert refused.context["reasons"] == ["Only the chair can do this: Count the quorum."]
    assert not QuorumCount.objects.exists()


def test_page_explains_missing_quorum(text, as_head):
    for _turn in range(4):
        make_ministry()
    as_head.post(page_of("desk_quorum", text))
    page = as_head.get(page_of("desk_adoption", text))
    assert "No quorum 2 of 6 member institutions present (5 needed)" in words(page)
    blocked = {opened.move.verb: opened.reasons for opened in page.context["moves"]}
    why = "Quorum: 2 member institutions present, 5 needed; 1 groups present, 1 needed"
    assert blocked == {"adopt": [why], "not_adopt": [why]}
    assert f"Needed before “Declare adopted” {why}" in words(page)


def test_nothing_to_count_without_forum(text, as_head):
    change(text.paper, forum=None)
    assert "No forum is chosen." in words(as_head.get(page_of("desk_adoption", text)))
    refused = as_head.post(page_of("desk_quorum", text))
    assert (refused.status_code, refused.context["reasons"]) == (409, ["Choose the forum that adopts the paper."])


def test_forum_can_be_chosen_until_meeting_starts(text, as_secretariat):
    address, other = page_of("desk_paper_forum", text), make_forum(text.paper.consultation)
    refused = as_secretariat.post(address, {"forum": other.slug})
    assert (refused.status_code, refused.context["reasons"]) == (
        409, ["You can choose the forum only before the meeting discusses the text. Now it is in session."],
    )  # fmt: skip
    paper = make_paper(make_consultation(), slug="no-forum")
    address = reverse("desk_paper_forum", args=[paper.slug])
    assert address in as_secretariat.get(reverse("desk_adoption", args=[paper.slug])).content.decode()
    elsewhere = as_secretariat.post(address, {"forum": text.forum.slug})
    assert (elsewhere.status_code, elsewhere.context["form"].errors) == (422, {"forum": ["Choose the forum"]})
    forum = make_forum(paper.consultation)
    assert messages_on(as_secretariat.post(address, {"forum": forum.slug}, follow=True)) == ["The forum is chosen."]
    paper.refresh_from_db()
    assert paper.forum == forum
    entry = Event.objects.about(paper).last()
    assert (entry.verb, entry.data) == ("choose_forum", {"from": "", "to": forum.slug})
    cancelled = change(make_forum(paper.consultation), state="cancelled")
    with pytest.raises(Blocked) as told:
        workflow.choose_forum(paper, by=text.secretariat, forum=cancelled)
    assert told.value.reasons == ["This forum was cancelled."]
    with pytest.raises(Blocked) as told:
        workflow.choose_forum(paper, by=text.secretariat, forum=text.forum)
    assert told.value.reasons == ["The forum belongs to another consultation."]
    with pytest.raises(NotAllowed):
        workflow.choose_forum(paper, by=make_user(), forum=forum)
    workflow.choose_forum(paper, by=text.secretariat, forum=forum)
    assert Event.objects.about(paper).filter(verb="choose_forum").count() == 1


# --- Reservations -------------------------------------------------------------------------------------------------


def record(client, made, **changed):
    data = {"stakeholder": made.one.pk, "paragraph": str(made.first.key), "text": "It costs money.", **changed}
    return client.post(page_of("desk_reservation", made), data, follow=True)


def test_recorded_reservation_is_shown_with_paragraph(text, as_secretariat):
    answer = record(as_secretariat, text)
    assert messages_on(answer) == ["The reservation is on record."]
    kept = text.paper.reservations.get()
    assert (kept.stakeholder, kept.paragraph, kept.text) == (text.one, text.first, "It costs money.")
    assert "Ministry of One, paragraph 2. It costs money." in words(answer)


def test_form_offers_paragraphs_and_verified_organisations(text, as_secretariat):
    waiting = make_stakeholder("Waiting", state="registered")
    form = as_secretariat.get(page_of("desk_reservation", text)).context["form"]
    assert [label.split(".")[0] for _key, label in form.fields["paragraph"].choices] == ["Choose", "1", "2", "3"]
    assert waiting not in form.fields["stakeholder"].queryset


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"stakeholder": ""}, {"stakeholder": ["Choose the organisation"]}),
        ({"paragraph": ""}, {"paragraph": ["Choose the paragraph"]}),
        ({"text": " \n"}, {"text": ["Enter the text of the reservation"]}),
        ({"stakeholder": "", "paragraph": "", "text": ""}, None),
    ],
)
def test_missing_values_are_reported_and_others_kept(text, as_secretariat, changed, errors):
    page = record(as_secretariat, text, **changed)
    assert page.status_code == 422
    form = page.context["form"]
    assert form.errors == errors if errors else list(form.errors) == ["stakeholder", "paragraph", "text"]
    content = page.content.decode()
    for field in form.errors:
        assert f'id="id_{field}_error"' in content
    if "text" not in changed:
        assert "It costs money.</textarea>" in content
    assert not text.paper.reservations.exists()


@pytest.mark.parametrize("odd", ["x" * 2_001, "Before\x00after", "\ufffe"], ids=["long", "NUL", "non-character"])
def test_invalid_text_is_refused_at_field(text, as_secretariat, odd):
    page = record(as_secretariat, text, text=odd)
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["text"])


def test_paragraph_of_other_text_is_refused(text, as_secretariat):
    change(text.first, removed_at=now())
    page = record(as_secretariat, text)
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["paragraph"])


def test_all_refusal_reasons_are_shown_and_text_is_kept(text, as_secretariat):
    record(as_secretariat, text)
    bring_paper(text.paper, "adopted")
    page = record(as_secretariat, text, text=HOSTILE)
    assert page.status_code == 409
    assert page.context["reasons"] == [
        "Reservations are recorded from clearance until the decision.",
        "This organisation already has a reservation on this paragraph.",
    ]
    content = page.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7|add:7 }}</textarea>" in content
    assert "<script>alert" not in content
    assert "Record a reservation" not in words(as_secretariat.get(page_of("desk_adoption", text)))


def test_chair_records_withdrawal_of_reservation(text, as_head, as_secretariat):
    reservation = make_reservation(text.paper, text.first, text.one, "It costs.")
    address = page_of("desk_reservation_withdraw", text, reservation.pk)
    assert "It costs." in words(as_head.get(address))
    missing = as_head.post(address, {"reason": " "})
    assert (missing.status_code, missing.context["form"].errors) == (422, {"reason": ["Enter the reason"]})
    refused = as_secretariat.post(address, {"reason": "By letter."})
    assert refused.status_code == 409
    assert refused.context["reasons"] == ["Only the chair can do this: Withdraw a reservation."]
    answer = as_head.post(address, {"reason": "By letter."}, follow=True)
    assert messages_on(answer) == ["The reservation is withdrawn."]
    assert "None on record." in words(answer)
    reservation.refresh_from_db()
    assert reservation.withdrawn_reason == "By letter."
    again = as_head.post(address, {"reason": "By letter."})
    assert again.context["reasons"] == ["This reservation can no longer be withdrawn."]


def test_other_papers_reservation_is_404(text, as_head):
    reservation = make_reservation(make_paper(text.paper.consultation), text.first, text.one, "It costs.")
    assert as_head.get(page_of("desk_reservation_withdraw", text, reservation.pk)).status_code == 404


# --- The decision and publication -----------------------------------------------------------------------------------


def test_page_shows_decision(text, as_secretariat):
    make_decision(bring_paper(text.paper, "adopted"), "consensus_with_reservations", chair=text.head)
    content = words(as_secretariat.get(page_of("desk_adoption", text)))
    for expected in ("consensus with reservations", text.head.name, "Two ministries reserve their position."):
        assert expected in content


def test_publication_page_is_empty_before_adoption(text, as_secretariat):
    page = as_secretariat.get(page_of("desk_publication", text))
    assert "No edition is adopted yet." in words(page)
    assert page.context["moves"] == []
    assert as_secretariat.post(page_of("desk_files", text)).status_code == 404


@pytest.fixture
def adopted(text):
    text.paper = bring_paper(text.paper, "adopted")
    text.edition = make_edition(text.paper, "1.0", "adopted")
    return text


def test_files_are_made_and_all_problems_shown(adopted, as_secretariat, monkeypatch):
    page = as_secretariat.get(page_of("desk_publication", adopted))
    assert "Make the files" in words(page)
    assert [opened.reasons for opened in page.context["moves"]] == [
        ["The PDF of the adopted edition has not been made yet"],
        ["The PDF of the adopted edition has not been made yet", "No first officer has proposed publication yet"],
    ]

    def fail(edition):
        raise Blocked(["The PDF has no title.", "A font is missing."])

    monkeypatch.setattr("positions.edition.render_artefacts", fail)
    refused = as_secretariat.post(page_of("desk_files", adopted))
    assert (refused.status_code, refused.context["reasons"]) == (409, ["The PDF has no title.", "A font is missing."])
    monkeypatch.setattr("positions.edition.render_artefacts", lambda edition: make_files(edition))
    answer = as_secretariat.post(page_of("desk_files", adopted), follow=True)
    assert messages_on(answer) == ["The files are ready and passed their checks."]
    content = answer.content.decode()
    assert reverse("edition_file", args=[adopted.paper.slug, "1.0", "pdf"]) in content
    assert reverse("edition_file", args=[adopted.paper.slug, "1.0", "json"]) in content
    assert "Make the files" not in words(answer)


def test_page_offers_publication_to_second_officer(adopted, as_secretariat, as_head):
    make_files(adopted.edition)
    before = as_secretariat.get(page_of("desk_publication", adopted))
    assert [opened.move.verb for opened in before.context["moves"] if opened.ready] == ["propose_publication"]
    workflow.propose_publication(adopted.paper, by=adopted.secretariat)
    own = as_secretariat.get(page_of("desk_publication", adopted))
    assert own.context["moves"] == []
    assert adopted.secretariat.name in words(own)
    other = as_head.get(page_of("desk_publication", adopted))
    assert [(opened.move.verb, opened.ready) for opened in other.context["moves"]] == [("publish", True)]


def test_query_count_does_not_depend_on_reservations_and_counts(text, as_head, django_assert_max_num_queries):
    for _turn in range(6):
        make_reservation(text.paper, text.first, make_stakeholder(), "It costs.")
        as_head.post(page_of("desk_quorum", text))
    for name, limit in (("desk_adoption", 28), ("desk_reservation", 17), ("desk_publication", 21)):
        with django_assert_max_num_queries(limit):
            assert as_head.get(page_of(name, text)).status_code == 200
