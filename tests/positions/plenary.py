"""Create a text in session at a quorate forum, with a projector."""

from positions import workflow
from tests.factories import change, make_check_in, make_delegate
from tests.office_factories import change_rules
from tests.paper_factories import bring_paper, make_edition
from tests.positions.clearing import make_text

STATES = ("registration_closed", "in_session")


def make_session_text(**given):
    """Create a text of three paragraphs in session: both ministries are members and checked in."""
    made = make_text("in_clearance", **given)
    bring_paper(made.paper, "in_session")
    make_edition(made.paper, "0.3", kind="forum")
    change_rules(made.paper.consultation, quorum_groups=1)
    for state in STATES:
        change(made.forum, state=state)
    made.delegates = [make_delegate(made.forum, body) for body in (made.one, made.two)]
    made.check_ins = [make_check_in(each, by=made.secretariat) for each in made.delegates]
    workflow.count_quorum(made.paper, by=made.head)
    return made


def decide(text, paragraph=None, outcome="adopted", *, seen=None, by=None, **words):
    """Record the chair's decision on a paragraph, by default the first of a theme."""
    said = workflow.Ruling(outcome, **words)
    return workflow.decide_paragraph(text.paper, paragraph or text.first, by=by or text.head, ruling=said, seen=seen)
