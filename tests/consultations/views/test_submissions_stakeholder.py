"""Writing and sending an input: kept and refused values, double clicks and concurrent edits."""

import html
import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.bidi import isolated
from consultations.models import AccessEntry, Event, OutgoingMail, Submission
from ncm_portal.workflow import now
from tests.factories import (
    change,
    make_consultation,
    make_member,
    make_provision,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
    make_user,
)
from tests.pages import tidy, without_tokens, words
from tests.sign_in import sign_in
from tests.threads import at_once

pytestmark = pytest.mark.django_db
SUBMIT = "/submit/"
WORDS = {
    "theme": "T1",
    "title": "A seasonal pass",
    "body": "Herders should carry one.\n\nIt should cost nothing. ",
    "proposed_wording": "",
    "language": "en",
    "audience": "public",
}
HOSTILE = {
    "markup": "<script>alert(1)</script><b>bold</b> & <img src=x onerror=y>",
    "template": "{{ 7 * 7 }} {% now 'Y' %} {# gone #} ${7*7} #{x}",
    "long word": "w" * 10_000,
    "many letters": "Ng'ang'a حبيب አማርኛ 🧭 e\u0301 \u202eabc",
}


def post(client, address=SUBMIT, do="send", **changed):
    return client.post(address, {"key": str(uuid.uuid4()), "do": do, **WORDS, **changed})


def shown(page, name):
    """Return the value of a form field on a page."""
    text = page.content.decode()
    found = re.search(rf'<textarea name="{name}"[^>]*>\n?(.*?)</textarea>', text, re.DOTALL)
    found = (
        found
        or re.search(rf'<input [^>]*name="{name}"[^>]*value="([^"]*)"', text)
        or re.search(rf'<input [^>]*value="([^"]*)"[^>]*name="{name}"', text)
    )
    return html.unescape(found[1]) if found else ""


def problems(page):
    """Return the entries of the error summary."""
    summary = re.search(r'<div class="summary".*?</div>', page.content.decode(), re.DOTALL)
    return (
        [html.unescape(re.sub(r"<[^>]+>", "", line)) for line in re.findall(r"<li>(.*?)</li>", summary[0])]
        if summary
        else []
    )


# --- The way in -----------------------------------------------------------------------------------------------------


def test_form_is_on_one_page(client, author, consultation):
    page = client.get(SUBMIT)
    assert page.status_code == 200
    assert "Inputs close on" in words(page)
    assert not Submission.objects.exists()
    assert page.content.decode().count("<h1>") == 1


def test_form_opened_twice_has_two_keys(client, author, consultation):
    assert shown(client.get(SUBMIT), "key") != shown(client.get(SUBMIT), "key")


def test_person_without_organisation_gets_instructions(client, consultation):
    sign_in(client, make_user())
    assert reverse("register_organisation") in client.get(SUBMIT).content.decode()


def test_user_chooses_between_two_open_consultations(client, author):
    first, second = make_consultation(title="First round"), make_consultation(title="Second round")
    page = client.get(SUBMIT)
    assert [each.title for each in page.context["rounds"]] == ["Second round", "First round"]
    assert f"?consultation={first.slug}" in page.content.decode()
    post(client, f"{SUBMIT}?consultation={second.slug}")
    assert Submission.objects.get().consultation == second


def test_unannounced_consultation_is_404(client, author, consultation):
    hidden = make_consultation(state="draft")
    for slug in (hidden.slug, "no-such-round"):
        assert client.get(SUBMIT, {"consultation": slug}).status_code == 404


def test_closed_consultation_shows_closing_date(client, author):
    closed = make_consultation(state="closed", title="The old round")
    page = words(client.get(SUBMIT, {"consultation": closed.slug}))
    assert "The old round is closed for inputs." in page


# --- Saving and sending ---------------------------------------------------------------------------------------------


def test_saved_draft_is_visible_to_organisation_only(client, author, consultation):
    answer = post(client, do="save", title="", body="")
    draft = Submission.objects.get()
    assert (draft.state, draft.author) == ("draft", author)
    assert answer["Location"] == reverse("draft", args=[draft.key])
    page = client.get(answer["Location"])
    assert "Saved. Only your organisation can see it until you send it." in words(page)
    assert not OutgoingMail.objects.exists()


def test_required_fields_are_not_called_optional(client, author, consultation):
    page = post(client, do="save", title="", theme="")
    assert problems(page) == ["Main theme: Choose the main theme of your input."]
    for shown_page in (client.get(SUBMIT), page):
        labels = re.findall(r"<(?:label|summary)[^>]*>([^<]+) <small>\(optional\b", tidy(shown_page.text))
        assert labels == ["Objectives of the Compact", "Proposed wording"]


def test_sending_redirects_to_receipt(client, author, consultation):
    provision = make_provision("GCM-02")
    answer = post(client, objectives="GCM-02", audience="members")
    sent = Submission.objects.get()
    assert (sent.state, sent.audience, list(sent.provisions.all())) == ("submitted", "members", [provision])
    assert sent.body == "Herders should carry one.\n\nIt should cost nothing. "
    assert answer["Location"] == reverse("receipt", args=[sent.reference])
    page = client.get(answer["Location"])
    assert sent.reference in words(page)
    assert " ".join(re.findall(".{4}", sent.content_sha256)) in words(page)
    assert "EAT (UTC+3)" in words(page)


def test_a_draft_is_completed_and_sent(client, author, consultation):
    post(client, do="save")
    draft = Submission.objects.get()
    address = reverse("draft", args=[draft.key])
    page = client.get(address)
    seen_at = shown(page, "seen_at")
    assert (shown(page, "title"), shown(page, "body")) == (draft.title, draft.body)
    post(client, address, title="Better", seen_at=seen_at)
    draft.refresh_from_db()
    assert (draft.state, draft.title) == ("submitted", "Better")


def test_sent_input_redirects_to_its_page(client, author, consultation):
    post(client)
    key = Submission.objects.get().key
    assert client.get(reverse("draft", args=[key]))["Location"] == reverse("my_input", args=[key])


def test_member_of_two_organisations_sends_for_chosen_one(client, author, consultation):
    other = make_stakeholder()
    make_member(other, user=author)
    assert post(client).status_code == 422
    post(client, organisation=str(other.pk))
    assert Submission.objects.get().stakeholder == other


# --- What is refused ------------------------------------------------------------------------------------------------


def test_missing_values_are_listed_on_top_and_at_fields(client, author, consultation):
    page = post(client, theme="", title="", body=" ", proposed_wording="Kept.")
    assert page.status_code == 422
    assert problems(page) == [
        "Main theme: Choose the main theme of your input.",
        "Title: Enter a title.",
        "Text: Enter what you ask for.",
    ]
    assert (shown(page, "body"), shown(page, "proposed_wording")) == (" ", "Kept.")
    assert not Submission.objects.exists()


def test_text_is_kept_and_deadline_stated_after_deadline(client, author, consultation):
    change(consultation, opens_at=now() - timedelta(days=3), closes_at=now() - timedelta(minutes=1))
    address = f"{SUBMIT}?consultation={consultation.slug}"
    page = post(client, address)
    assert page.status_code == 409
    assert [problem[:16] for problem in problems(page)] == ["Inputs closed on"]
    assert shown(page, "body") == WORDS["body"]
    draft = Submission.objects.get()
    assert (draft.state, draft.body) == ("draft", WORDS["body"])
    again = post(client, reverse("draft", args=[draft.key]), do="save", body="Longer", seen_at=shown(page, "seen_at"))
    assert again.status_code == 302
    draft.refresh_from_db()
    assert draft.body == "Longer"


def test_unverified_organisation_can_save_and_reads_why_it_cannot_send(client, consultation):
    waiting = make_stakeholder("Newcomers (sample)", state="registered")
    sign_in(client, make_member(waiting))
    assert "The secretariat has not verified Newcomers (sample) yet." in words(client.get(SUBMIT))
    page = post(client)
    assert page.status_code == 409
    assert AccessEntry.objects.filter(what="refusal").count() == 1
    assert problems(page) == ["The secretariat has not verified Newcomers (sample)"]
    assert Submission.objects.get().state == "draft"


@pytest.mark.parametrize("field", ["title", "body", "proposed_wording"])
def test_two_megabyte_text_is_refused_with_message_and_kept(client, author, consultation, field):
    page = post(client, **{field: "é" * 1_000_000})
    assert page.status_code == 422
    assert "1,000,000 characters long" in problems(page)[0]
    assert shown(page, field) == "é" * 1_000_000
    assert not Submission.objects.exists()


@pytest.mark.parametrize("field", ["title", "body", "proposed_wording"])
def test_unreadable_text_is_refused_at_field(client, author, consultation, field):
    page = post(client, **{field: "a\0b\x1bc"})
    assert page.status_code == 422
    assert problems(page) == [
        f"{page.context['form'][field].label}: The text contains characters that cannot be shown (U+0000, U+001B). "
        "Remove them and send it again."
    ]
    assert [shown(page, name) for name in ("title", "body") if name != field] == [
        WORDS[name] for name in ("title", "body") if name != field
    ]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_round_trips_literally(client, author, consultation, hostile):
    text = HOSTILE[hostile]
    post(client, title=text[:200], body=text, proposed_wording=text[:5_000])
    sent = Submission.objects.get()
    page = client.get(reverse("my_input", args=[sent.key]))
    for typed in (sent.title, sent.body, sent.proposed_wording):
        assert isolated(html.escape(typed)) in page.content.decode()
    assert "<script>alert" not in page.content.decode()


@pytest.mark.parametrize("field", ["theme", "language", "audience", "objectives"])
def test_unknown_choice_is_refused(client, author, consultation, field):
    page = post(client, **{field: "<b>none</b>"})
    assert page.status_code == 422
    assert len(problems(page)) == 1
    assert not Submission.objects.exists()


# --- Two clicks, two people -----------------------------------------------------------------------------------------


def test_resending_same_form_sends_once(client, author, consultation):
    key = str(uuid.uuid4())
    answers = [post(client, key=key) for _turn in range(3)]
    reference = Submission.objects.get().reference
    assert [answer["Location"] for answer in answers] == [reverse("receipt", args=[reference])] * 3
    assert OutgoingMail.objects.count() == 1


def test_text_changed_after_sending_is_refused_and_kept(client, author, consultation):
    key = str(uuid.uuid4())
    post(client, key=key)
    page = post(client, key=key, body="A second thought.")
    assert page.status_code == 409
    assert problems(page) == ["This input has already been sent, so its text cannot be changed."]
    assert shown(page, "body") == "A second thought."
    assert Submission.objects.get().body == WORDS["body"]


def test_resaving_form_of_draft_causes_no_conflict(client, author, consultation):
    post(client, do="save")
    draft = Submission.objects.get()
    address = reverse("draft", args=[draft.key])
    seen_at = draft.edited_at.isoformat()
    answers = [post(client, address, do="save", title="New", seen_at=seen_at) for _turn in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]


@pytest.mark.django_db(transaction=True)
def test_double_click_creates_one_input(consultation):
    author, key = make_member(), str(uuid.uuid4())
    clients = [sign_in(Client(), author) for _turn in range(2)]
    answers = at_once(*(lambda browser=browser: post(browser, key=key) for browser in clients))
    reference = Submission.objects.get().reference
    assert [answer["Location"] for answer in answers] == [reverse("receipt", args=[reference])] * 2
    assert OutgoingMail.objects.count() == 1


def test_concurrent_editors_see_both_texts(client, author, organisation, consultation):
    post(client, do="save")
    draft = Submission.objects.get()
    address, seen_at = reverse("draft", args=[draft.key]), draft.edited_at.isoformat()
    colleague = sign_in(Client(), make_member(organisation, "alternate"))
    post(colleague, address, do="save", body="What my colleague wrote.", seen_at=seen_at)
    page = post(client, address, do="save", body="What I wrote.", seen_at=seen_at)
    assert page.status_code == 409
    assert problems(page) == ["Someone changed this since you opened it. Both texts are shown and nothing is lost."]
    assert "What my colleague wrote." in words(page)
    assert shown(page, "body") == "What I wrote."
    draft.refresh_from_db()
    assert draft.body == "What my colleague wrote."
    again = post(client, address, do="save", body="Both.", seen_at=shown(page, "seen_at"))
    assert again.status_code == 302
    draft.refresh_from_db()
    assert draft.body == "Both."


def test_other_choices_of_colleague_are_shown_even_if_texts_are_equal(client, author, organisation, consultation):
    make_provision("GCM-02", theme=make_theme("T1"))
    post(client, do="save")
    draft = Submission.objects.get()
    address, seen_at = reverse("draft", args=[draft.key]), draft.edited_at.isoformat()
    colleague = sign_in(Client(), make_member(organisation, "alternate"))
    post(colleague, address, do="save", objectives="GCM-02", audience="members", seen_at=seen_at)
    page = post(client, address, do="save", language="sw", seen_at=seen_at)
    assert page.context["both"] == [
        [str(draft.theme), "English", "Members of the NCM only", "Objectives of the Compact: GCM-02"],
        [str(draft.theme), "Kiswahili", "Everyone", "Objectives of the Compact: none"],
    ]
    assert "English · Members of the NCM only · Objectives of the Compact: GCM-02" in words(page)


def test_form_without_timestamp_never_overwrites(client, author, consultation):
    post(client, do="save")
    draft = Submission.objects.get()
    for moment in ("", "long ago"):
        page = post(client, reverse("draft", args=[draft.key]), do="save", body="Mine", seen_at=moment)
        assert page.status_code == 409
    draft.refresh_from_db()
    assert draft.body == WORDS["body"]


# --- Whose it is ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stranger", [make_user, make_member, make_secretariat])
@pytest.mark.parametrize("state", ["draft", "submitted", "accepted", "withdrawn"])
def test_other_organisations_input_is_404(client, stranger, state):
    submission = make_submission(state=state)
    sign_in(client, stranger())
    none = without_tokens(client.get(reverse("draft", args=[uuid.UUID(int=0)])))
    for method in (client.get, client.post):
        answer = method(reverse("draft", args=[submission.key]))
        assert answer.status_code == 404
        assert without_tokens(answer).replace(str(submission.key), str(uuid.UUID(int=0))) == none


@pytest.mark.parametrize("stranger", [make_user, make_member, make_secretariat])
def test_other_organisations_receipt_is_404(client, stranger):
    submission = make_submission()
    sign_in(client, stranger())
    answers = [client.get(reverse("receipt", args=[each])) for each in (submission.reference, "NCM-2017-9999")]
    assert [answer.status_code for answer in answers] == [404, 404]
    texts = [without_tokens(answer).replace(submission.reference, "NCM-2017-9999") for answer in answers]
    assert texts[0] == texts[1]


def test_key_of_foreign_input_changes_nothing(client, author, consultation):
    foreign = make_submission(consultation, state="draft")
    page = post(client, key=str(foreign.key))
    assert page.status_code == 409
    assert shown(page, "body") == WORDS["body"]
    foreign.refresh_from_db()
    assert foreign.state == "draft"
    assert foreign.body != WORDS["body"]


def test_visitor_is_redirected_to_log_in(client, consultation):
    assert client.get(SUBMIT)["Location"] == "/account/login/?next=/submit/"


# --- A returned input -----------------------------------------------------------------------------------------------


def test_returned_input_shows_questions_and_is_resent(client, organisation, author, consultation):
    theme = make_theme("T1")
    submission = make_submission(consultation, organisation, author=author, state="returned", theme=theme)
    address = reverse("draft", args=[submission.key])
    page = client.get(address)
    assert submission.state_reason in words(page)
    assert "Send again" in words(page)
    change(consultation, opens_at=now() - timedelta(days=3), closes_at=now() - timedelta(minutes=1))
    answer = post(client, address, seen_at=shown(page, "seen_at"))
    assert answer["Location"] == reverse("receipt", args=[submission.reference])
    assert Event.objects.about(submission).last().verb == "submit"


def test_form_query_count_is_low(client, author, consultation, django_assert_max_num_queries):
    for code in ("GCM-02", "GCM-05", "GCM-10"):
        make_provision(code, theme=make_theme("T1"))
    client.get(SUBMIT)
    with django_assert_max_num_queries(12):
        client.get(SUBMIT)


# --- Sent without saving first ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_input_that_was_never_saved_is_sent_in_one_transaction(client, author, consultation):
    make_provision("GCM-02", theme=make_theme("T1"))
    with CaptureQueriesContext(connection) as asked:
        answer = post(client, objectives=["GCM-02"])
    sent = Submission.objects.get()
    assert (answer["Location"], sent.state) == (reverse("receipt", args=[sent.reference]), "submitted")
    assert list(Event.objects.about(sent).values_list("verb", flat=True)) == ["draft", "submit"]
    statements = [each["sql"] for each in asked.captured_queries]
    work = statements[statements.index("BEGIN") : statements.index("COMMIT") + 1]
    assert statements.count("BEGIN") == 1
    assert len([sql for sql in work if not sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]) <= 15
    assert "consultations_event" in work[-2]  # nothing but the commit is done while the journal is locked
