"""Mails in the words of the office: the text in force, in the recipient's language, with values as plain text."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consultations.letter_texts import FIELDS, KINDS, own_words, written
from consultations.models import LetterText, OutgoingMail, Reminder
from consultations.notifications import delegates, enquiries, invitations, recipients, submissions
from consultations.notifications.letter_texts import previewed
from consultations.notifications.outbox import message
from consultations.workflow import change_letter_text, restore_letter_text
from ncm_portal.workflow import now
from positions import notifications as paper_emails
from positions.models import ReviewRound
from tests import factories
from tests.office_factories import make_enquiry
from tests.paper_factories import make_clearance, make_disposition, make_paper

NUMBERED = "{reference} by {due}"
HOSTILE = "Herders <b>{link}</b> {{ 7|add:1 }} {deadline}"


@pytest.fixture
def officer():
    return factories.make_secretariat()


@pytest.fixture
def author():
    return factories.make_user(name="Wanjiku", email="wanjiku@example.org")


@pytest.fixture
def submission(author):
    body = factories.make_stakeholder("Herders (sample)")
    factories.make_member(body, user=author)
    return factories.make_submission(stakeholder=body, author=author, state="accepted")


def change(consultation, kind, officer, *, language="en", number=0, subject="Ours", body="{organisation}: {link}"):
    return change_letter_text(consultation, kind, language, by=officer, subject=subject, body=body, number=number)


def last_mail():
    return OutgoingMail.objects.latest("pk")


@pytest.mark.django_db
def test_changed_text_is_mailed_until_it_is_restored(submission, officer):
    submissions.accepted(submission)
    before = last_mail()
    change(submission.consultation, "accepted", officer, subject="On file: {reference}")
    submissions.accepted(submission)
    changed = last_mail()
    assert changed.subject == f"On file: {submission.reference}"
    assert changed.body.startswith("Dear Wanjiku,\n\nHerders (sample): http")
    assert changed.body.endswith(before.body[before.body.index("\nNCM Portal\n") :])
    restore_letter_text(submission.consultation, "accepted", "en", by=officer, number=1)
    submissions.accepted(submission)
    assert (last_mail().subject, last_mail().body) == (before.subject, before.body)


@pytest.mark.django_db
def test_text_of_another_consultation_or_kind_changes_nothing(submission, officer):
    change(factories.make_consultation(), "accepted", officer)
    change(submission.consultation, "set_aside", officer, body="{reason} {link}")
    submissions.accepted(submission)
    assert last_mail().subject == f"Your input {submission.reference} is on file"


@pytest.mark.django_db
def test_recipient_gets_the_text_of_own_language(submission, author, officer):
    change(submission.consultation, "accepted", officer, subject="Ours")
    factories.change(author, language="sw")
    submission.refresh_from_db()
    submission.author = author
    submissions.accepted(submission)
    assert last_mail().subject != "Ours"
    change(submission.consultation, "accepted", officer, language="sw", subject="Yetu", body="Asante. {link}")
    submissions.accepted(submission)
    assert (last_mail().subject, "\nAsante. http" in last_mail().body) == ("Yetu", True)


@pytest.mark.django_db
def test_hostile_name_stays_text_and_is_escaped_as_html(submission, officer):
    factories.change(submission.stakeholder, name=HOSTILE)
    submission.refresh_from_db()
    change(submission.consultation, "accepted", officer, body="For {organisation}.\n{link}")
    submissions.accepted(submission)
    mail = last_mail()
    assert f"For {HOSTILE}." in mail.body
    html = message(mail).alternatives[0].content
    assert "Herders &lt;b&gt;{link}&lt;/b&gt; {{ 7|add:1 }} {deadline}." in html


def every_notification():
    """Return what sends the mail of each kind, about one consultation, and that consultation."""
    round_ = factories.make_consultation()
    body = factories.make_ministry("Ministry of Herders", contact_email="office@example.org")
    author = factories.make_member(body)
    factories.make_member(body, "clearing_officer", user=author)
    sent = factories.make_submission(round_, body, author=author, state="accepted")
    forum = factories.make_forum(round_, contact="Ruth, 020 123", letter_text="Come.\n\nPlease.")
    sessions = [factories.make_session(forum)]
    letter = factories.make_invitation(forum, body, addressee="The Director")
    paper = make_paper(round_)
    make_disposition(paper, factories.make_point(sent, state="validated"))
    clearance = make_clearance(paper, body)
    review = ReviewRound.objects.create(
        paper=paper, number=1, edition=clearance.edition, opens_at=now(), closes_at=round_.closes_at
    )

    def seat(state):
        row = factories.make_delegate(forum, body, state=state, email="delegate@example.org")
        return lambda: delegates.news_of([row])[0].mail.save()

    def ask(number):
        row = Reminder(consultation=round_, stakeholder=body, number=number, at=now())
        return lambda: submissions.input_asked_for(row, recipients.people_of(body))

    tell = {
        "forum_invitation": lambda: invitations.invitation_mail(letter, sessions, []).save(),
        "forum_reminder": lambda: invitations.reminder_mail(letter).save(),
        "input_asked_for": ask(0),
        "input_reminder": ask(1),
        "deadline_extended": lambda: recipients.deadline_extended(round_),
        "review_opened": lambda: paper_emails.review_opened(review),
        "review_extended": lambda: paper_emails.review_extended(review),
        "clearance_requested": lambda: paper_emails.clearance_requested([clearance]),
        "answered": lambda: paper_emails.answered(paper),
    }
    asked = make_enquiry(round_, state="answered", answer="In Nairobi.\n\nCome early.")
    tell |= {name: partial(getattr(enquiries, name), asked) for name in ("enquiry_received", "enquiry_answered")}
    tell |= {f"seat_{state}": seat(state) for state in ("confirmed", "waitlisted", "refused", "withdrawn")}
    inputs = ("receipt", "returned", "accepted", "set_aside")
    tell |= {name: partial(getattr(submissions, name), sent) for name in inputs}
    return round_, tell


@pytest.mark.django_db
def test_words_of_the_portal_give_the_same_mail_as_fields(officer):
    round_, tell = every_notification()
    assert tell.keys() == KINDS.keys() - {"invitation_letter"}
    for kind, send in tell.items():
        send()
        before = last_mail()
        subject, body = own_words(kind)
        change(round_, kind, officer, subject=subject, body=body)
        send()
        assert last_mail() != before
        assert (kind, last_mail().subject, last_mail().body) == (kind, before.subject, before.body)
        restore_letter_text(round_, kind, "en", by=officer, number=1)


@pytest.mark.django_db
def test_own_text_of_every_kind_is_mailed(officer):
    round_, tell = every_notification()
    for kind, send in tell.items():
        _subject, body = own_words(kind)
        numbered = "".join(f" {written(name)}" for name in KINDS[kind].in_subject)
        change(round_, kind, officer, subject=f"Ours {kind}{numbered}", body=f"Karibu.\n\n{body}")
        send()
        assert last_mail().subject.startswith(f"Ours {kind}")
        assert "\n\nKaribu.\n\n" in last_mail().body


@pytest.mark.django_db
def test_preview_writes_the_mail_and_queues_nothing(submission):
    draft = LetterText(kind="accepted", language="sw", subject="Yetu", body="Asante {organisation}. {link}")
    with previewed(draft, mark=lambda value: f"[{value}]") as mails:
        submissions.accepted(submission)
        submissions.accepted(submission)
    assert [(mail.subject, mail.to, mail.pk) for mail in mails] == [("Yetu", "wanjiku@example.org", None)]
    assert "Asante [Herders (sample)]. [http" in mails[0].body
    assert not OutgoingMail.objects.exists()
    submissions.accepted(submission)
    assert last_mail().subject == f"Your input {submission.reference} is on file"


@pytest.mark.django_db
def test_many_mails_read_the_texts_once():
    round_ = factories.make_consultation()
    for _turn in range(3):
        factories.make_member(factories.make_stakeholder())
    with CaptureQueriesContext(connection) as queries:
        recipients.deadline_extended(round_)
    assert sum("lettertext" in query["sql"] for query in queries) == 1
    assert OutgoingMail.objects.count() == 3


STRANGER = {"name": "Buy {link}", "organisation": "Evil", "subject": "Cheap {answer}", "text": "http://evil.example"}


@pytest.mark.django_db
@pytest.mark.parametrize("is_own", [False, True], ids=["words of the portal", "words of the office"])
def test_receipt_of_a_question_offers_no_field_of_what_was_typed(officer, is_own):
    round_ = factories.make_consultation()
    if is_own:
        every = " ".join(map(written, KINDS["enquiry_received"].fields))
        change(round_, "enquiry_received", officer, subject="Ours {reference}", body=every)
    enquiries.enquiry_received(make_enquiry(round_, **STRANGER))
    mail = last_mail()
    assert mail.subject.startswith("Ours ENQ-") == is_own
    for typed in ("Buy", "Evil", "Cheap", "evil"):
        assert typed not in mail.subject + mail.body


@pytest.mark.django_db
def test_answer_holds_what_was_typed_as_text_and_never_in_its_subject(officer):
    round_ = factories.make_consultation()
    assert not any(FIELDS[name].in_subject for name in ("asked_on", "subject", "answer"))
    change(round_, "enquiry_answered", officer, subject="Ours {reference}", body="“{subject}”: {answer}")
    enquiries.enquiry_answered(make_enquiry(round_, state="answered", **STRANGER))
    assert "“Cheap {answer}”: " in last_mail().body
    assert "Cheap" not in last_mail().subject


@pytest.mark.django_db
def test_question_about_no_consultation_is_answered_in_the_words_of_the_portal(officer):
    change(factories.make_consultation(), "enquiry_received", officer, subject="Ours {reference}", body=NUMBERED)
    made = make_enquiry()
    enquiries.enquiry_received(made)
    assert last_mail().subject == f"We have received your question ({made.reference})"
