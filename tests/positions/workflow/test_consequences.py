"""What the pages of a paper's moves say: they announce as many mails as the moves send."""

from datetime import timedelta

import pytest

from consultations.models import OutgoingMail
from ncm_portal.workflow import now
from positions import workflow
from positions.notifications import answers_by_author
from positions.workflow import PAPER_MOVES
from tests.factories import change, make_head, make_member, make_point, make_stakeholder, make_submission
from tests.paper_factories import make_disposition
from tests.positions.clearing import make_text
from tests.positions.reviewing import make_reviewable, opened

pytestmark = pytest.mark.django_db


def announced(paper, verb):
    OutgoingMail.objects.all().delete()
    return PAPER_MOVES[verb].effects_on(paper).mails


def test_request_for_clearance_announces_its_mails():
    text = make_text()
    assert announced(text.paper, "request_clearance") == 2
    workflow.request_clearance(text.paper, by=text.secretariat, due_at=now() + timedelta(days=30))
    assert OutgoingMail.objects.count() == 2


def test_silence_procedure_announces_its_mails_and_a_restricted_paper_sends_none():
    text = make_text("cleared")
    make_member(make_stakeholder(is_ncm_member=True))
    number = announced(text.paper, "open_silence")
    assert number >= 1
    workflow.open_silence(text.paper, by=text.secretariat, until=now() + timedelta(hours=73))
    assert OutgoingMail.objects.count() == number
    change(text.paper, is_restricted=True)
    assert announced(text.paper, "open_silence") == 0


def test_extended_round_announces_its_mails():
    draft = make_reviewable()
    make_member(make_stakeholder(is_ncm_member=True))
    opened(draft)
    number = announced(draft.paper, "extend_review")
    assert number >= 1
    later = now() + timedelta(days=9)
    workflow.extend_review(draft.paper, by=make_head(), closes_at=later, reason="Two ministries asked.")
    assert OutgoingMail.objects.count() == number


def test_publication_announces_one_mail_for_each_author():
    text = make_text("adopted")
    body = make_stakeholder()
    author = make_member(body)
    for _one in range(2):
        point = make_point(make_submission(text.paper.consultation, body, author=author), state="validated")
        make_disposition(text.paper, point)
    assert announced(text.paper, "publish") == len(answers_by_author(text.paper)) == 1
