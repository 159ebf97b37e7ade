"""Clearance steps besides the ministries: legal vetting and concurrence, bound to the cleared text."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from consultations.models import OutgoingMail
from ncm_portal.workflow import Blocked, NotAllowed, now
from positions import workflow
from positions.models import Edition, StepAnswer
from positions.workflow.clearance_steps import steps_are_done
from tests.factories import change, make_member, make_secretariat, make_stakeholder, make_user
from tests.paper_factories import make_step, reword
from tests.positions.clearing import make_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def text():
    """Create a text in clearance whose consultation requires legal vetting by the Attorney General."""
    made = make_text()
    made.office = make_stakeholder(name="Office of the Attorney General", state="verified")
    made.counsel = make_member(made.office)
    made.step = make_step(made.paper.consultation, "legal", made.office)
    made.paper = workflow.request_clearance(made.paper, by=made.secretariat, due_at=now() + timedelta(days=60))
    return made


def conditions(text):
    return [(each.text, each.met) for each in steps_are_done(text.paper)]


def refusal(act):
    with pytest.raises(Blocked) as raised:
        act()
    return raised.value.reasons


def test_head_cannot_clear_before_step_is_done(text):
    for ministry, officer in ((text.one, text.officer_one), (text.two, text.officer_two)):
        workflow.agree_to_rest(text.paper.clearances.get(ministry=ministry), by=officer)
    clear = lambda: workflow.clear_paper(text.paper, by=text.head, note="Cleared.")  # noqa: E731
    assert refusal(clear) == ["Legal vetting, Office of the Attorney General: not done yet"]
    answer = {"by": text.counsel, "concurs": False, "text": "Article 12 stands against it."}
    workflow.answer_step(text.paper, text.step, **answer)
    assert refusal(clear) == ["Legal vetting, Office of the Attorney General: does not concur"]
    workflow.answer_step(text.paper, text.step, by=text.counsel, concurs=True)
    assert conditions(text) == [("Legal vetting, Office of the Attorney General: done", True)]
    assert clear().state == "cleared"


def test_office_gets_mail(text):
    sent = OutgoingMail.objects.get(to=text.counsel.email)
    assert sent.subject == "Your office must answer: legal vetting"
    assert f"/steps/{text.paper.slug}/{text.step.pk}/" in sent.body


def test_office_reads_only_text_it_is_asked_about(text):
    cleared = text.paper.editions.get(kind="clearance")
    assert list(Edition.objects.visible_to(text.counsel)) == [cleared]
    assert list(Edition.objects.visible_to(make_member(make_stakeholder()))) == []
    text.step = make_step(text.paper.consultation, "legal", text.office, is_asked=False)
    assert list(Edition.objects.visible_to(text.counsel)) == []


def test_answer_by_letter_counts_after_countersigning(text):
    recorded = {"by": text.secretariat, "concurs": True}
    assert refusal(lambda: workflow.answer_step(text.paper, text.step, **recorded)) == [
        "Enter the reference of the letter with this answer."
    ]
    answer = workflow.answer_step(text.paper, text.step, letter_reference="AG/1/26", **recorded)
    assert conditions(text)[0][1] is False
    with pytest.raises(NotAllowed):
        workflow.countersign_step(answer, by=text.secretariat)
    second = make_secretariat()
    workflow.countersign_step(answer, by=second)
    assert conditions(text)[0][1] is True
    assert refusal(lambda: workflow.countersign_step(answer, by=second)) == ["There is no answer to countersign."]


def test_answer_applies_to_its_text_only(text):
    workflow.answer_step(text.paper, text.step, by=text.counsel, concurs=True)
    workflow.reopen_text(text.paper, by=text.secretariat, reason="The words move.")
    reword(text.first, "Kenya calls for two things.")
    workflow.fix_clearance_text(text.paper, by=text.secretariat)
    assert conditions(text) == [("Legal vetting, Office of the Attorney General: not done yet", False)]


def test_all_reasons_are_reported_and_others_refused(text):
    with pytest.raises(NotAllowed):
        workflow.answer_step(text.paper, text.step, by=make_user(), concurs=True)
    text.step = make_step(text.paper.consultation, "legal", text.office, is_asked=False)
    change(text.paper, state="cleared")
    assert refusal(lambda: workflow.answer_step(text.paper, text.step, by=text.counsel, concurs=False)) == [
        "The text is not in clearance.",
        "This step is not required for the text.",
        "Enter what the office objects to: the drafters need the reason.",
    ]
    assert conditions(text) == []


def test_database_requires_two_officers(text):
    answer = workflow.answer_step(text.paper, text.step, by=text.secretariat, concurs=True, letter_reference="AG/1")
    with pytest.raises(IntegrityError, match="stepanswer_two_officers"), transaction.atomic():
        StepAnswer.objects.filter(pk=answer.pk).update(countersigned_by=text.secretariat, countersigned_at=now())
