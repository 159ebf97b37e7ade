"""Mail: no user text in subjects, and no links from user text in bodies."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.template import engines
from django.template.base import VariableNode
from django.template.loader import get_template
from django.test import Client

from consultations import workflow
from consultations.models import Misreading, OutgoingMail, Reminder
from consultations.notifications import accounts, delegates, invitations, recipients, submissions
from consultations.notifications.recipients import typed
from ncm_portal.workflow import now
from positions import notifications as paper_emails
from tests import factories
from tests.paper_factories import make_clearance, make_paper
from tests.sign_in import sign_in

EVIL = "Win now http://evil.example.com or mail me@evil.example.com"
MARK = "evil"

# What a subject may hold: references, states, numbers, and titles that the secretariat wrote.
OFFICIAL = {"reference", "short_title", "title", "number", "taken", "step", "decision", "label", "notices", "day"}
TITLED = {"communique_circulated", "deadline_extended", "forum_answer", "forum_cancelled", "forum_changed", "forum_decision", "forum_decisions",
          "forum_invitation", "forum_reminder"}  # fmt: skip  # theirs is the title of a forum or consultation
MAILS = sorted(Path(settings.BASE_DIR, "templates").glob("*/mail/*.txt"))


def subject_of(path):
    """Return the source of the subject block."""
    found = re.search(r"{% block subject %}(.*?){% endblock %}", path.read_text(), re.DOTALL)
    return found[1] if found else ""


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_subject_contains_no_user_text(path):
    if path.stem in ("base", "forum_when"):
        return
    source = subject_of(path)
    assert source, "a mail without a subject"
    named = set(re.findall(r"{{\s*(\w+)", source))
    assert named <= OFFICIAL
    assert "title" not in named or path.stem in TITLED


@pytest.fixture
def strangers():
    """Organisation, people and input with hostile names."""
    body = factories.make_stakeholder(EVIL, contact_email="office@example.org")
    person = factories.make_user(name=EVIL)
    factories.make_member(body, user=person, is_primary=True)
    return body, person


def send_every_notification(body, person):
    """Send every mail that contains user text."""
    officer = factories.make_secretariat()
    sent = factories.make_submission(stakeholder=body, author=person, title=EVIL, state="accepted")
    for tell in (
        submissions.receipt,
        submissions.returned,
        submissions.set_aside,
        submissions.accepted,
        submissions.signed_off,
    ):
        tell(sent)
    colleague = factories.make_member(body, "alternate")
    submissions.sign_off_asked(sent, colleague)
    workflow.endorse(factories.make_submission(state="accepted"), body, by=person)
    recipients.organisation_verified(body)
    recipients.organisation_refused(body)
    workflow.invite_officer(body, email="new@example.org", role="alternate", by=person)
    recipients.inputs_taken_in(sent.consultation, {body: ["NCM-1"]})
    factories.make_head()
    submissions.late_asked(sent, "Reason")
    submissions.late_decided(sent, "Reason")
    reminder = Reminder(consultation=sent.consultation, stakeholder=body, number=1, by=officer, at=now())
    submissions.input_asked_for(reminder, recipients.people_of(body))
    point = factories.make_point(sent)
    submissions.misreading_answered(
        Misreading(point=point, stakeholder=body, text="No.", answer="Yes.", by=person, at=now())
    )
    forum = factories.make_forum()
    letter = factories.make_invitation(forum, body, email="office@example.org", addressee=EVIL, answered_by=EVIL)
    delegate = factories.make_delegate(forum, stakeholder=body, name=EVIL, email="delegate@example.org")
    by_institution = factories.make_delegate(forum, stakeholder=body, name=EVIL, title=EVIL)
    mails = [invitations.invitation_mail(letter, [], []), invitations.reminder_mail(letter)]
    mails.append(invitations.answer_mail(letter, [by_institution]))
    for state in ("confirmed", "waitlisted", "refused", "withdrawn"):
        delegate.state = by_institution.state = state
        mails += [news.mail for news in delegates.news_of([delegate, by_institution])]
    OutgoingMail.objects.bulk_create(each for each in mails if each)
    delegates.forum_cancelled(forum, "Flood")
    delegates.forum_changed(forum, workflow.announced_facts_of(forum), "Flood")
    accounts.handed_over(person, officer, officer, {"inputs": [sent], "enquiries": [], "roles": []})
    clearance = make_clearance(make_paper(), body)
    factories.make_member(body, "clearing_officer", user=person)
    paper_emails.clearance_requested([clearance])
    paper_emails.clearance_requested_again([clearance], {clearance.pk: [1, 2, 3]})


@pytest.mark.django_db
def test_untrusted_names_are_neither_subject_nor_link(strangers):
    send_every_notification(*strangers)
    rows = list(OutgoingMail.objects.all())
    assert len(rows) > 25
    assert [row.subject for row in rows if MARK in row.subject.lower()] == []
    naming = [row for row in rows if MARK in row.body]
    assert len(naming) > 20
    assert [row.subject for row in naming if re.search(r"http://evil|\bevil\.example|@evil", row.body)] == []


@pytest.mark.parametrize(
    "name", ["Ng'ang'a & Co. Ltd", "J. K. Mwangi", "Shirika la Wahamiaji", "St. Mary's, No. 4", "A/B: C"]
)
def test_ordinary_name_is_unchanged(name):
    assert typed(name) == name


@pytest.mark.parametrize(
    "name", ["evil.example.com", "HTTPS://x.co", "www.evil.co/x", "a@b.co", "ftp://x", "x.y.zw", "Win.Now", "пример.рф"]
)
def test_url_like_text_is_broken_up(name):
    parted = typed(name)
    assert parted.replace("\u2060", "") == name
    assert not re.search(r"\w\.\w{2}|:\/\/|\w@\w", parted)


# --- The account pages ----------------------------------------------------------------------------------------------

THEIRS = [
    name
    for place in ("account", "mfa", "socialaccount")
    for name in sorted(
        path.stem.removesuffix("_subject")
        for loader in engines["django"].engine.template_loaders[0].loaders
        for folder in loader.get_dirs()
        for path in Path(folder, place, "email").glob("*_subject.txt")
    )
    for name in [f"{place}/email/{name}"]
]


def test_account_mails_are_found():
    assert {"account/email/password_reset_key", "mfa/email/totp_activated"} <= set(THEIRS)


@pytest.mark.parametrize("name", THEIRS)
def test_account_mail_subject_contains_no_user_text(name):
    nodes = get_template(f"{name}_subject.txt").template.nodelist.get_nodes_by_type(VariableNode)
    assert nodes == []


@pytest.mark.django_db
def test_sign_up_mail_contains_no_user_text():
    passwords = dict.fromkeys(["password1", "password2"], "correct horse 9")
    Client().post("/account/signup/", {"name": EVIL, "email": "victim@example.org", **passwords})
    client = sign_in(Client(), factories.make_user(name=EVIL))
    client.post("/account/email/", {"action_add": "", "email": "victim2@example.org"})
    assert {sent.to[0] for sent in mail.outbox} == {"victim@example.org", "victim2@example.org"}
    assert [sent.body for sent in mail.outbox if MARK in f"{sent.subject}{sent.body}".lower()] == []
