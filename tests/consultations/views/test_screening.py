"""Inputs at the desk: the list with its pane, decisions, extraction of points; 404 for others."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from consultations import workflow
from consultations.models import Event, OutgoingMail
from ncm_portal.workflow import now, replayed_at
from tests.factories import (
    make_consultation,
    make_head,
    make_member,
    make_ministry,
    make_point,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
    make_user,
)
from tests.office_factories import make_double
from tests.pages import without_tokens, words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
BODY = "We ask for a seasonal pass for herders. It should cost nothing at all.\nThank you for reading this."


@pytest.fixture
def officer(client):
    officer = make_secretariat()
    sign_in(client, officer)
    return officer


@pytest.fixture
def received():
    return make_submission(make_consultation(), state="submitted", body=BODY)


@pytest.fixture
def accepted():
    return make_submission(make_consultation(), body=BODY)


def at(submission, *more):
    return "/".join([f"/desk/inputs/{submission.key}", *more, ""])


# --- Whose desk it is -----------------------------------------------------------------------------------------------

STRANGERS = {
    "a person": make_user,
    "a focal point": make_member,
    "a clearing officer": lambda: make_member(make_ministry(), "clearing_officer"),
    "an official": lambda: make_user("official"),
    "a system administrator": lambda: make_user("sysadmin"),
}


LISTS = ("desk_inputs", "desk_points", "late_inputs", "non_responses", "desk_replies", "likenesses", "intake")
ACTS = ("accept", "points", "notes", "assign", "reopen")


def desk_pages():
    """Every page of the desk in this app, with existing records."""
    submission, point, body = make_submission(), make_point(), make_stakeholder()
    slug = submission.consultation.slug
    return submission, [
        *(reverse(name, args=[slug]) for name in LISTS),
        at(submission), f"/desk/points/{point.reference}/", "/desk/organisations/", f"/desk/organisations/{body.pk}/",
    ]  # fmt: skip


def desk_addresses():
    """Every page of the desk in this app, and addresses that only take forms."""
    submission, pages = desk_pages()
    acts = [at(submission, act) for act in ACTS]
    return [*pages, *acts, "/desk/inputs/together/", "/desk/replies/1/", f"/desk/late/{submission.key}/admit_late/"]


@pytest.mark.parametrize("stranger", STRANGERS)
def test_desk_is_404_for_everybody_else(client, stranger):
    addresses = desk_addresses()
    sign_in(client, STRANGERS[stranger]())
    found = {address: (client.get(address).status_code, client.post(address).status_code) for address in addresses}
    assert found == dict.fromkeys(addresses, (404, 404))


def test_hidden_page_equals_unknown_page(client):
    submission = make_submission()
    sign_in(client, make_member())
    pages = [client.get(f"/desk/inputs/{key}/") for key in (submission.key, uuid.UUID(int=1))]
    texts = [without_tokens(page).replace(str(submission.key), str(uuid.UUID(int=1))) for page in pages]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("office", [make_secretariat, make_head])
def test_the_secretariat_finds_every_page(client, office):
    submission, pages = desk_pages()
    sign_in(client, office())
    assert {address: client.get(address).status_code for address in pages} == dict.fromkeys(pages, 200)
    forms = {act: client.get(at(submission, act)).status_code for act in ACTS}
    assert forms == dict.fromkeys(ACTS, 302)


def test_drafts_are_404_at_desk(client, officer):
    assert client.get(at(make_submission(state="draft"))).status_code == 404


@pytest.fixture
def consultation():
    return make_consultation(themes=("T1", "T2"))


def inputs_of(consultation, **asked):
    return reverse("desk_inputs", args=[consultation.slug], query=asked)


# --- Screening ------------------------------------------------------------------------------------------------------


def test_a_received_input_shows_its_text_and_the_three_moves(client, officer, received):
    page = client.get(at(received))
    assert [open_move.move.verb for open_move in page.context["moves"]] == ["accept"]
    assert [move.verb for move, _form in page.context["worded"]] == ["return_for_completion", "set_aside"]
    assert page.context["undo"] == []
    assert "You can add points once the input is on file." in words(page)
    assert "Next: Put on file, Ask the sender, Set aside." in words(page)


def test_accepting_redirects_with_message(client, officer, received):
    answer = client.post(at(received, "accept"))
    assert answer["Location"] == inputs_of(received.consultation, done=received.reference)
    received.refresh_from_db()
    assert (received.state, received.decided_by) == ("accepted", officer)
    page = client.get(answer["Location"])
    assert f"{received.reference} is on file." in words(page)
    assert "Nothing is left here." in words(page)
    assert OutgoingMail.objects.count() == 1


def test_decision_leads_to_next_input_and_keeps_the_filter(client, officer, consultation):
    made = [make_submission(consultation, state="submitted", theme=make_theme(code)) for code in ("T1", "T2", "T1")]
    first, other, last = made
    answer = client.post(at(first, "accept"), {"list": "saved=to-read&theme=T1&open=x&done=y"})
    following = {"saved": "to-read", "theme": "T1", "done": first.reference, "open": last.reference}
    assert answer["Location"] == inputs_of(consultation, **following)
    page = client.get(answer["Location"])
    assert (page.context["submission"], page.context["done"]) == (last, first)
    answer = client.post(at(last, "accept"), {"list": "saved=to-read"})
    assert answer["Location"] == inputs_of(consultation, saved="to-read", done=last.reference, open=other.reference)


def test_decision_by_script_is_one_request(client, officer, consultation):
    first, second = (make_submission(consultation, state="submitted") for _turn in range(2))
    page = client.post(at(first, "accept"), {"list": ""}, headers={"X-Fragment": "desk"})
    assert page.status_code == 200
    assert f'data-address="{inputs_of(consultation, open=second.reference)}"' in page.content.decode()
    assert f"{first.reference} is on file." in words(page)
    assert page.content.strip().startswith(b'<div id="desk"')
    page = client.post(at(first, "set_aside"), {"list": "", "reason": ""}, headers={"X-Fragment": "desk"})
    assert page.status_code == 422
    assert page.context["submission"] == first


def test_input_put_on_file_is_split_at_once(client, officer, received):
    assert client.post(at(received, "accept"), {"then": "split", "list": "order=newest"})["Location"] == (
        at(received) + "?list=order%3Dnewest"
    )


def test_refused_decision_keeps_list_and_typed_text(client, officer, consultation):
    first, _second = (make_submission(consultation, state="submitted") for _turn in range(2))
    page = client.post(at(first, "set_aside"), {"list": "order=newest", "reason": "Too short."})
    assert page.status_code == 422
    assert (page.context["submission"], page.context["list"]) == (first, "order=newest")
    assert "Choose a reason from the list." in words(page)
    assert "Too short." in page.content.decode()


@pytest.mark.parametrize("kept", [{}, {"list": "order=newest"}], ids=["page", "list"])
def test_what_was_typed_is_shown_when_a_colleague_decided_first(client, officer, received, kept):
    workflow.accept(received, by=make_secretariat(name="Baraka Otieno"))
    page = client.post(at(received, "return_for_completion"), kept | {"reason": "Which?", "question_1": "Of <b>1</b>?"})
    assert page.status_code == 409
    assert page.context["unsent"] == ["Which?", "Of <b>1</b>?"]
    shown = words(page)
    assert "Baraka Otieno decided on" in shown
    assert "You typed this. It was not sent: Which? Of &lt;b&gt;1&lt;/b&gt;?" in shown or "Of <b>1</b>?" in shown
    assert "You typed this" not in words(client.get(at(received)))


def test_assigning_keeps_the_list(client, officer, received):
    answer = client.post(at(received, "assign"), {"list": "saved=all", "to": officer.pk})
    assert answer["Location"] == inputs_of(received.consultation, saved="all", open=received.reference)
    received.refresh_from_db()
    assert received.assigned_to == officer


@pytest.mark.parametrize("kept", [{}, {"list": "saved=all"}], ids=["page", "list"])
def test_unknown_officer_is_refused_and_the_assignment_stays(client, officer, received, kept):
    workflow.assign(received, by=officer, to=officer)
    page = client.post(at(received, "assign"), kept | {"to": make_member().pk})
    received.refresh_from_db()
    assert (page.status_code, received.assigned_to) == (422, officer)
    assert page.context["reasons"] == ["Choose an officer from the list."]


@pytest.mark.parametrize(("verb", "state"), [("return_for_completion", "returned"), ("set_aside", "set_aside")])
def test_move_records_reason(client, officer, received, verb, state):
    client.post(at(received, verb), {"reason": "Which {{ county }}?", "set_aside_for": "off_topic"})
    received.refresh_from_db()
    assert (received.state, received.state_reason) == (state, "Which {{ county }}?")
    assert "Which {{ county }}?" in words(client.get(at(received)))


def test_missing_reason_shows_refusal(client, officer, received):
    page = client.post(at(received, "set_aside"), {"reason": " "})
    assert page.status_code == 422
    assert page.context["form"].errors == {
        "set_aside_for": ["Choose a reason from the list."],
        "reason": ["Enter a reason. The author will read it."],
    }
    received.refresh_from_db()
    assert received.state == "submitted"


@pytest.mark.parametrize("reason", ["a\0b", "r" * 2_001, "r" * 2_000_000])
def test_invalid_reason_is_refused_and_kept(client, officer, received, reason):
    page = client.post(at(received, "set_aside"), {"set_aside_for": "other", "reason": reason})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["reason"]
    assert reason[:2_001] in page.content.decode()
    assert not Event.objects.about(received).exists()


def test_second_click_reports_state(client, officer, received):
    for _turn in range(2):
        page = client.post(at(received, "accept"))
    assert page.status_code == 409
    assert page.context["reasons"] == ["You cannot use “Put on file” while this is on file."]
    assert OutgoingMail.objects.count() == 1


def test_officer_cannot_screen_for_own_organisation(client, officer, received):
    make_double(received.stakeholder, officer)
    sign_in(client, officer)
    with replayed_at(now() - timedelta(days=1)):
        page = client.get(at(received))
        assert page.context["moves"] == []
        assert "You act for this organisation, so a colleague must read its inputs." in words(page)
        assert client.post(at(received, "accept")).status_code == 409


@pytest.mark.parametrize("verb", ["submit", "withdraw", "take_in", "delete", "accept-all"])
def test_desk_page_offers_no_other_moves(client, officer, received, verb):
    assert client.post(at(received, verb)).status_code == 404
    received.refresh_from_db()
    assert received.state == "submitted"
