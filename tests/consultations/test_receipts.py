"""What people see: coverage of receipts, refused files and held-back text."""

import hashlib
import json

import pytest
from django.urls import reverse
from zeal import zeal_ignore

from consultations import workflow
from consultations.integrity import hashes
from consultations.models import Attachment, OutgoingMail, Question
from consultations.redaction import without_brackets
from tests import factories
from tests.pages import words
from tests.paper_factories import make_disposition, make_paper, make_paragraph, make_section
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
NEW = "This SHA-256 is new and replaces the earlier one. It covers the present text and your answers"
REFUSED = "The file plan.pdf was refused and is not part of this input: The virus scanner detected Eicar."


@pytest.fixture
def author():
    return factories.make_member(factories.make_stakeholder(), is_primary=True)


def make_sent(author, state="submitted"):
    body = author.memberships.get().stakeholder
    return factories.make_submission(factories.make_consultation(), body, author=author, state=state)


def sent_again(author):
    """Input returned with a question and sent again with the answer."""
    submission, officer = make_sent(author), factories.make_secretariat()
    workflow.return_for_completion(submission, by=officer, reason="One thing.", questions=["Which county?"])
    workflow.answer_question(Question.objects.get(), by=author, answer="Turkana West.")
    submission.refresh_from_db()
    return workflow.submit(submission, by=author)


# --- The receipt --------------------------------------------------------------------------------------------------


def test_receipt_of_resent_input_covers_and_mentions_answers(client, author):
    row = sent_again(author)
    content = row.content()
    assert content["answers"] == [{"question": "Which county?", "answer": "Turkana West."}]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert row.content_sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert row.resent_at > row.submitted_at
    page = words(sign_in(client, author).get(reverse("receipt", args=[row.reference])))
    assert NEW in page
    assert "Sent again" in page
    assert "Which county? Turkana West." in page
    mail = OutgoingMail.objects.latest("pk").body
    assert (NEW in mail, "Sent again: " in mail, row.content_sha256 in mail) == (True, True, True)


def test_first_receipt_does_not_mention_answers(client, author):
    row = make_sent(author)
    page = words(sign_in(client, author).get(reverse("receipt", args=[row.reference])))
    assert (NEW in page, "Sent again" in page, "answers" in row.content()) == (False, False, False)


def test_nightly_check_detects_altered_answer(author):
    sent_again(author)
    assert list(hashes.check()) == []
    Question.objects.update(answer="Turkana East.")
    assert [found.check for found in hashes.check()] == ["words"]


def test_unsent_answer_is_not_hashed(author):
    row, officer = sent_again(author), factories.make_secretariat()
    before = row.content_sha256
    workflow.return_for_completion(row, by=officer, reason="More.", questions=["Since when?"])
    workflow.answer_question(Question.objects.latest("pk"), by=author, answer="2011.")
    row = workflow.reopen(row, by=officer, reason="We know it.")
    assert (row.content_sha256, row.computed_sha256(), list(hashes.check())) == (before, before, [])


# --- Files that were not taken --------------------------------------------------------------------------------------


def make_refused(submission):
    file = Attachment.objects.create(
        submission=submission, name="plan.pdf", size=9, stored_as="a" * 32, uploaded_by=submission.author
    )
    return factories.walk(file, "refused", state_reason="The virus scanner detected Eicar.")


def test_refused_file_is_shown_before_sending_on_receipt_and_in_mail(client, author):
    draft = make_sent(author, state="draft")
    make_refused(draft)
    sign_in(client, author)
    for page in ("draft", "draft_preview"):
        assert REFUSED in words(client.get(reverse(page, args=[draft.key])))
    row = workflow.submit(draft, by=author)
    assert "files" not in row.content()
    assert REFUSED in words(client.get(reverse("receipt", args=[row.reference])))
    assert REFUSED in OutgoingMail.objects.get().body


def test_receipt_mentions_no_refused_files_when_all_accepted(client, author):
    draft = make_sent(author, state="draft")
    factories.make_attachment(draft)
    sign_in(client, author)
    assert "was refused" not in words(client.get(reverse("draft_preview", args=[draft.key])))
    workflow.submit(draft, by=author)
    assert "was refused" not in OutgoingMail.objects.get().body


# --- Words that are held back ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selected", "text"),
    [
        ("We ask. [[We know", "We ask. We know"),
        ("know it.]] More", "know it. More"),
        ("[We know", "We know"),
        ("know it.]", "know it."),
        ("[We know it.]] More", "We know it. More"),
        ("[[We know it.]", "We know it."),
        ("See [1] and [2]", "See [1] and [2]"),
        ("[1] See", "[1] See"),
    ],
)
def test_excerpt_does_not_cut_withheld_passage(selected, text):
    assert without_brackets(selected) == text


@pytest.mark.parametrize("selected", ["ask. [[We know", "know it.]] Mo", "[We know", "We know it.]", "We know it."])
def test_point_starting_or_ending_inside_brackets_is_withheld(selected):
    sent = factories.make_submission(state="accepted", body="We ask. [[We know it.]] More.")
    point = workflow.split(sent, by=factories.make_secretariat(), kind="challenge", text=selected)
    assert (point.held_back, "[" in point.text, "]" in point.text) == (True, False, False)


@zeal_ignore()
def test_withheld_mark_is_shown_on_all_desk_pages(client):
    sent = factories.make_submission(state="accepted", body="[[We know it.]] Open.", theme=factories.make_theme("T1"))
    held = factories.make_point(sent, text="We know it.", held_back=True)
    factories.make_point(sent, text="We know more.", held_back=True)  # on which nothing rests yet
    paper = make_paper(sent.consultation)
    section = make_section(paper, sent.theme)
    paragraph = make_paragraph(section, points=(held,))
    make_disposition(paper, held, "noted", paragraph, reason="Heard.")
    sign_in(client, factories.make_secretariat())
    pages = [
        reverse("desk_section", args=[paper.slug, section.pk]), reverse("desk_paragraph", args=[paper.slug, paragraph.key]),
        f"{reverse('desk_section', args=[paper.slug, section.pk])}?open=1", reverse("desk_coverage", args=[paper.slug]),
        reverse("desk_dispositions", args=[paper.slug]), reverse("desk_disposition", args=[paper.slug, held.reference]),
        reverse("desk_point", args=[held.reference]), reverse("desk_points", args=[sent.consultation.slug]),
        reverse("desk_input", args=[sent.key]),
    ]  # fmt: skip
    for page in pages:
        shown = words(client.get(page))
        assert (page, "held back" in shown) == (page, True)
    table = client.get(reverse("inputs_export", args=["csv"]), {"consultation": sent.consultation.slug})
    assert f"{held.reference} (held back): We know it." in b"".join(table).decode()
