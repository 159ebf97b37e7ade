"""Screening desk: to-do list, decisions, extraction of points; 404 for others."""

import html
import re
import uuid
from datetime import timedelta

import pytest

from consultations import queries
from consultations.bidi import isolated
from consultations.models import Event, Note, OutgoingMail, Point
from consultations.queries import submissions
from consultations.views import screening
from ncm_portal.workflow import now, replayed_at
from tests.factories import (
    change,
    make_consultation,
    make_head,
    make_likeness,
    make_member,
    make_ministry,
    make_point,
    make_provision,
    make_secretariat,
    make_session,
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


def desk_addresses():
    """Every desk page of this app with existing records."""
    submission, point, body = make_submission(), make_point(), make_stakeholder()
    return [
        "/desk/", "/desk/inputs/", at(submission), at(submission, "accept"), at(submission, "points"),
        at(submission, "notes"), at(submission, "assign"), "/desk/inputs/together/", "/desk/late/",
        at(submission, "reopen"), "/desk/non-responses/", f"/desk/non-responses/{submission.consultation.slug}/",
        "/desk/replies/", "/desk/replies/1/", f"/desk/late/{submission.key}/admit_late/", "/desk/points/", f"/desk/points/{point.reference}/",
        f"/desk/points/{point.reference}/merge/", f"/desk/points/{point.reference}/unmerge/",
        "/desk/organisations/", f"/desk/organisations/{body.pk}/", f"/desk/organisations/{body.pk}/verify/",
    ]  # fmt: skip


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
    addresses = desk_addresses()
    sign_in(client, office())
    found = {address: client.get(address).status_code for address in addresses}
    acts = ("accept/", "points/", "notes/", "merge/", "unmerge/", "verify/", "assign/", "reopen/", "admit_late/")
    is_act = {address: address.count("/") == 5 and address.endswith(acts) for address in addresses}
    is_act |= {address: True for address in addresses if re.search(r"together/|replies/1/|responses/.", address)}
    expected = {address: 302 if is_act[address] else 200 for address in addresses}
    assert found == expected


def test_drafts_are_404_at_desk(client, officer):
    assert client.get(at(make_submission(state="draft"))).status_code == 404


# --- What waits -----------------------------------------------------------------------------------------------------


def test_front_page_shows_to_do_list(client, officer):
    consultation = make_consultation(themes=("T1", "T2"))
    old, new = (make_submission(consultation, state="submitted", title=title) for title in ("Old", "New"))
    change(old, submitted_at=now() - timedelta(days=9))
    unsplit = make_submission(consultation)
    make_point(make_submission(consultation))
    make_member(make_stakeholder("Newcomers (sample)", state="registered"))
    make_stakeholder("From the register", state="registered")
    session = make_session(title="A breakout")
    make_point(session=session, state="submitted")
    assert client.get("/desk/").context["alike"] == (0, False)
    make_likeness(make_point(make_submission(consultation)), make_point(make_submission(consultation)))
    page = client.get("/desk/")
    assert page.context["alike"] == (1, False)
    assert "Possible duplicates 1" in words(page)
    assert [found.title for found in page.context["queue"]] == ["Old", "New"]
    assert (page.context["waiting"], page.context["unsplit"]) == (2, (1, False))
    assert list(page.context["to_split"]) == [unsplit]
    assert [body.name for body in page.context["organisations"]] == ["Newcomers (sample)"]
    assert [(row["session__title"], row["number"]) for row in page.context["sessions"]] == [("A breakout", 1)]
    assert [(theme.code, theme.waiting) for theme in page.context["themes"]] == [("T1", 2)]
    assert "9 days" in words(page)
    assert new.title in words(page)


def test_front_page_counts_items_beyond_list(client, officer, monkeypatch):
    monkeypatch.setattr(screening, "QUEUE", 1)
    body = make_stakeholder(state="registered")
    for other in (body, body, make_stakeholder(state="registered")):
        make_member(other)
    page = client.get("/desk/")
    assert (list(page.context["organisations"]), page.context["to_verify"]) == ([body], 2)


def test_front_page_counts_inputs_without_points_up_to_a_limit(client, officer, monkeypatch):
    monkeypatch.setattr(submissions, "MOST_COUNTED", 1)
    consultation = make_consultation()
    first, second = (make_submission(consultation) for _turn in range(2))
    page = client.get("/desk/")
    assert "On file, no points yet more than 1" in words(page)
    assert list(page.context["to_split"]) == [first, second]
    make_point(first)
    page = client.get("/desk/")
    assert "On file, no points yet 1" in words(page)
    assert list(page.context["to_split"]) == [second]


def test_front_page_query_count_is_low(client, officer, django_assert_max_num_queries):
    consultation = make_consultation()
    for _turn in range(4):
        make_submission(consultation, state="submitted")
        make_point(session=make_session(), state="submitted")
    client.get("/desk/")
    with django_assert_max_num_queries(19):
        client.get("/desk/")


# --- All inputs -----------------------------------------------------------------------------------------------------


def titles(client, **asked):
    return sorted(found.title for found in client.get("/desk/inputs/", asked).context["inputs"])


def test_inputs_are_found_by_words_theme_and_state(client, officer):
    consultation = make_consultation(themes=("T1", "T2"))
    body = make_stakeholder("Herders (sample)")
    make_submission(consultation, body, title="One", body="a seasonal pass")
    make_submission(consultation, body, title="Two", body="nothing", theme=make_theme("T2"))
    make_submission(consultation, title="Three", state="withdrawn")
    make_submission(consultation, title="Draft", state="draft")
    assert titles(client) == ["One", "Three", "Two"]
    assert titles(client, words="SEASONAL herders") == ["One"]
    assert titles(client, theme="T2") == ["Two"]
    assert titles(client, state="withdrawn") == ["Three"]
    assert titles(client, state="draft") == ["One", "Three", "Two"]


def test_inputs_are_found_by_prefix_name_reference_and_withheld_words(client, officer, monkeypatch):
    body = make_stakeholder("Network of O'Brien's herders")
    sent = make_submission(make_consultation(), body, title="One", body="Seasonal passes [[seen by Atieno]]")
    make_point(sent, text="Issue biometric cards.")
    other = make_submission(make_consultation(), title="Two", body="Passes for all")
    reference, number = other.reference.lower(), other.reference.rpartition("-")[2].lstrip("0")
    for words_, found in (
        ("pass", ["One", "Two"]), ("SEASON pass", ["One"]), ("biomet", ["One"]), ("brien", ["One"]),
        ("tieno", ["One"]), ("assess", []), ("nowhere", []), ("' \\ :* & !", []), (reference, ["Two"]),
        (number, ["Two"]), ("pass herders", ["One"]), ("pass o'brien's", ["One"]),
    ):  # fmt: skip
        assert (words_, titles(client, words=words_)) == (words_, found)
        with monkeypatch.context() as patched:  # as where a word is in many inputs, or in many names
            patched.setattr(queries.search, "FEW", 0)
            if words_ not in ("tieno", reference, number):
                assert (words_, titles(client, words=words_)) == (words_, found)


@pytest.mark.parametrize(
    "asked", [{"words": "a\x1bb"}, {"theme": "T9"}, {"state": "'"}, {"after": "x"}, {"before": "'; --"}]
)
def test_unknown_query_string_shows_the_list(client, officer, asked):
    make_submission(title="One")
    assert titles(client, **asked) == ["One"]


def test_inputs_are_paginated_by_key(client, officer):
    consultation, body = make_consultation(), make_stakeholder()
    author = make_member(body)
    for turn in range(30):
        make_submission(consultation, body, author=author, title=f"{turn:02}")
    first = client.get("/desk/inputs/")
    second = client.get(first.context["older"])
    seen = [found.title for page in (first, second) for found in page.context["inputs"]]
    assert seen == [f"{turn:02}" for turn in range(29, -1, -1)]
    assert (first.context["newer"], second.context["older"]) == ("", "")
    back = client.get(second.context["newer"])
    assert [found.title for found in back.context["inputs"]] == seen[:25]


def test_list_count_stops_at_limit(client, officer, monkeypatch):
    consultation, body = make_consultation(), make_stakeholder()
    for _turn in range(3):
        make_submission(consultation, body)
    assert "3 inputs, newest first." in words(client.get("/desk/inputs/"))
    monkeypatch.setattr(queries.submissions, "MOST_COUNTED", 2)
    assert "More than 2 inputs, newest first." in words(client.get("/desk/inputs/"))


def test_page_ending_with_withdrawn_input_links_to_next(client, officer, monkeypatch):
    monkeypatch.setattr(queries.submissions, "PAGE", 1)
    consultation = make_consultation()
    for title, state in (("Old", "submitted"), ("New", "withdrawn")):
        make_submission(consultation, title=title, state=state)
    first = client.get("/desk/inputs/")
    second = client.get(first.context["older"])
    assert [found.title for page in (first, second) for found in page.context["inputs"]] == ["New", "Old"]


# --- Screening ------------------------------------------------------------------------------------------------------


def test_a_received_input_shows_its_text_and_the_three_moves(client, officer, received):
    page = client.get(at(received))
    assert [open_move.move.verb for open_move in page.context["moves"]] == ["accept"]
    assert [move.verb for move, _form in page.context["worded"]] == ["return_for_completion", "set_aside"]
    assert page.context["undo"] == []
    assert "You can add points once the input is on file." in words(page)
    assert "Next: Put on file, Ask the sender, Set aside." in words(page)


def test_accepting_redirects_with_message(client, officer, received):
    answer = client.post(at(received, "accept"), {"move": "accept"})
    assert answer["Location"] == at(received)
    received.refresh_from_db()
    assert (received.state, received.decided_by) == ("accepted", officer)
    assert "Done: Put on file. The author gets an e-mail." in words(client.get(at(received)))
    assert OutgoingMail.objects.count() == 1


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


# --- Taking points out ----------------------------------------------------------------------------------------------


def split(client, submission, **fields):
    data = {"kind": "recommendation", "theme": "T1", **fields}
    return client.post(at(submission, "points"), {f"point-{name}": value for name, value in data.items()})


def test_every_sentence_can_be_marked(client, officer, accepted):
    page = client.get(at(accepted))
    assert [[(p.number, p.text) for p in line] for line in page.context["lines"]] == [
        [(0, "We ask for a seasonal pass for herders."), (1, "It should cost nothing at all.")],
        [(2, "Thank you for reading this.")],
    ]


def test_point_is_extracted_from_marked_sentences(client, officer, accepted):
    make_provision("GCM-05")
    answer = split(client, accepted, passages=["0", "1"], kind="challenge", objectives=["GCM-05"])
    assert answer["Location"] == at(accepted) + "#points"
    point = Point.objects.get()
    assert point.text == "We ask for a seasonal pass for herders. It should cost nothing at all."
    assert (point.kind, point.state, point.created_by) == ("challenge", "validated", officer)
    assert [provision.code for provision in point.provisions.all()] == ["GCM-05"]
    assert point.text in words(client.get(at(accepted)))


def test_second_click_extracts_no_second_point(client, officer, accepted):
    answers = [split(client, accepted, passages=["0"]) for _turn in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Point.objects.count() == 1


def test_marks_and_typed_text_are_kept_on_error(client, officer, accepted):
    page = split(client, accepted, passages=["1"], text="x" * 2_001, theme="T2", kind="wish")
    assert page.status_code == 422
    assert sorted(page.context["split_form"].errors) == ["kind", "text"]
    assert [p.number for line in page.context["lines"] for p in line if p.is_marked] == [1]
    assert "x" * 2_001 in page.content.decode()
    assert "2,001 characters long" in words(page)
    assert not Point.objects.exists()


def test_no_point_from_input_that_is_not_on_file(client, officer, received):
    page = split(client, received, text="A pass.")
    assert page.status_code == 409
    assert page.context["reasons"] == ["Put the input on file before splitting it into points."]
    assert page.context["split_form"]["text"].value() == "A pass."
    assert "A pass." in page.content.decode()


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "w" * 2_000, "Ng'ang'a \u202e حبيب አማርኛ"])
def test_point_keeps_typed_text_literally(client, officer, accepted, text):
    split(client, accepted, text=text)
    assert isolated(html.escape(Point.objects.get().text)) in client.get(at(accepted)).content.decode()


def test_a_text_of_one_endless_word_is_shown(client, officer):
    endless = make_submission(body="w" * 10_000, title="t" * 200)
    page = client.get(at(endless))
    assert "w" * 10_000 in page.content.decode()


# --- Notes ----------------------------------------------------------------------------------------------------------


def test_note_is_visible_to_secretariat_only(client, officer, received):
    answer = client.post(at(received, "notes"), {"note-text": "Ask {{ Amina }}."})
    assert answer["Location"] == at(received) + "#notes"
    assert (Note.objects.get().text, Note.objects.get().by) == ("Ask {{ Amina }}.", officer)
    assert "Ask {{ Amina }}." in words(client.get(at(received)))


@pytest.mark.parametrize("text", ["", "  ", "a\0b", "n" * 5_001])
def test_invalid_note_is_refused_and_kept(client, officer, received, text):
    page = client.post(at(received, "notes"), {"note-text": text})
    assert page.status_code == 422
    assert page.context["note_form"]["text"].value() == text
    assert not Note.objects.exists()


def test_input_page_query_count_is_low(client, officer, accepted, django_assert_max_num_queries):
    for _turn in range(5):
        make_point(accepted)
        Note.objects.create(submission=accepted, by=make_secretariat(), text="Note")
    client.get(at(accepted))
    with django_assert_max_num_queries(23):
        client.get(at(accepted))
