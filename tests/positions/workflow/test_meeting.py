"""In the meeting: decisions on paragraphs, roll call, explanations of position, and the printed record."""

import json

import pytest

from ncm_portal.workflow import Blocked, NotAllowed
from positions import workflow
from positions.models import RollCall
from positions.render import annexes
from tests.factories import change, make_check_in, make_delegate, make_stakeholder
from tests.office_factories import change_rules
from tests.paper_factories import bring_paper, make_edition
from tests.positions.clearing import make_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def text():
    """Create a text in session at a quorate forum: both ministries are members and checked in."""
    made = make_text("in_clearance")
    bring_paper(made.paper, "in_session")
    make_edition(made.paper, "0.3", kind="forum")
    change_rules(made.paper.consultation, quorum_groups=1)
    for state in ("registration_closed", "in_session"):
        change(made.forum, state=state)
    for ministry in (made.one, made.two):
        make_check_in(make_delegate(made.forum, ministry), by=made.secretariat)
    workflow.count_quorum(made.paper, by=made.head)
    return made


def refusal(act):
    with pytest.raises(Blocked) as raised:
        act()
    return raised.value.reasons


def adopt(text, rule="consensus", reasons=""):
    return workflow.adopt(text.paper, by=text.head, rule=rule, reasons=reasons)


def call(text, one="yes", two="yes", **more):
    votes = {"Ministry of One": one, "Ministry of Two": two, **more}
    return workflow.call_roll(text.paper, by=text.head, votes=votes)


def frozen(text):
    return json.loads(text.paper.editions.get(number="1.0").content)


def test_roll_call_is_required_by_rules_and_frozen_with_decision(text):
    change_rules(text.paper.consultation, needs_roll_call=True)
    text.paper.refresh_from_db()
    assert refusal(lambda: adopt(text)) == ["No roll call has been taken since the quorum was counted"]
    made = call(text, two="abstain")
    assert (made.yes, made.no, made.abstain) == (1, 0, 1)
    adopt(text)
    assert text.paper.decisions.get().roll_call == made
    record = frozen(text)
    assert record["adoption"]["roll_call"] == {
        "yes": 1, "no": 0, "abstain": 1,
        "votes": [
            {"name": "Ministry of One", "group": text.one.group, "vote": "yes"},
            {"name": "Ministry of Two", "group": text.two.group, "vote": "abstain"},
        ],
    }  # fmt: skip
    assert ("Roll call", "1 yes, 0 no, 1 abstain") in annexes.adoption_facts(record)
    assert annexes.roll_call(record) == [("Ministry of One", "Yes"), ("Ministry of Two", "Abstain")]


def test_member_voting_no_needs_reservation(text):
    call(text, two="no")
    assert refusal(lambda: adopt(text)) == ["Ministry of Two voted no and has no reservation on record"]
    workflow.record_reservation(
        text.paper, stakeholder=text.two, paragraph=text.second, text="It costs money.", by=text.secretariat
    )
    assert adopt(text, "consensus_with_reservations", "One reserves.").state == "adopted"


def test_new_quorum_count_requires_new_roll_call(text):
    change_rules(text.paper.consultation, needs_roll_call=True)
    text.paper.refresh_from_db()
    call(text)
    workflow.count_quorum(text.paper, by=text.head)
    assert refusal(lambda: adopt(text)) == ["No roll call has been taken since the quorum was counted"]


def test_roll_call_lists_present_members(text):
    votes = {"Ministry of One": "maybe", "A Stranger": "yes"}
    assert refusal(lambda: workflow.call_roll(text.paper, by=text.head, votes=votes)) == [
        "Ministry of One: choose yes, no or abstain.",
        "Ministry of Two: choose yes, no or abstain.",
        "A Stranger was not counted as present.",
    ]
    with pytest.raises(NotAllowed):
        workflow.call_roll(text.paper, by=text.secretariat, votes=votes)
    assert not RollCall.objects.exists()


def test_paragraphs_are_agreed_one_by_one(text):
    assert workflow.agree_paragraphs(text.paper, by=text.head, paragraphs=[text.first, text.second]) == 2
    assert refusal(lambda: adopt(text)) == ["Paragraph 1 is not agreed yet"]
    assert workflow.agree_paragraphs(text.paper, by=text.head, paragraphs=[text.opening, text.first]) == 1
    adopt(text)
    record = frozen(text)
    assert record["adoption"]["paragraph_by_paragraph"] is True
    assert ("Manner", "Paragraph by paragraph, then as a whole") in annexes.adoption_facts(record)
    assert refusal(lambda: workflow.agree_paragraphs(text.paper, by=text.head, paragraphs=[])) == [
        "Choose the paragraphs to which the meeting agrees.",
        "The text is not in session.",
    ]


def test_explanation_of_position_is_printed_in_record(text):
    other = make_stakeholder(name="Union of Workers", state="verified")
    said = {"stakeholder": text.one, "text": "We read it as a wish.", "by": text.secretariat}
    workflow.record_explanation(text.paper, **said)
    gone = workflow.record_explanation(text.paper, stakeholder=other, text="We do not.", by=text.secretariat)
    assert refusal(lambda: workflow.record_explanation(text.paper, **said | {"text": " "})) == [
        "Enter the explanation as it will be printed.",
        "This organisation already has an explanation on record.",
    ]
    workflow.withdraw_explanation(gone, by=text.secretariat, reason="On its word. " * 60)
    adopt(text)
    record = frozen(text)
    assert record["explanations"] == [{"organisation": "Ministry of One", "text": "We read it as a wish."}]
    assert refusal(lambda: workflow.withdraw_explanation(gone, by=text.secretariat, reason="Again.")) == [
        "This explanation can no longer be withdrawn."
    ]
    late = lambda: workflow.record_explanation(text.paper, stakeholder=other, text="Late.", by=text.secretariat)  # noqa: E731
    assert refusal(late) == ["Explanations are recorded from clearance until the decision."]


def test_record_without_explanations_and_roll_call_has_no_such_keys(text):
    adopt(text)
    record = frozen(text)
    assert {"explanations"} & set(record) == set()
    assert {"roll_call", "paragraph_by_paragraph"} & set(record["adoption"]) == set()
