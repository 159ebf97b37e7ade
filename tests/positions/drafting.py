"""Create a draft paper: two theme sections after an introduction, and points to base paragraphs on."""

from types import SimpleNamespace

from consultations.models import Event
from tests.factories import make_consultation, make_point, make_secretariat, make_submission, make_theme
from tests.paper_factories import make_paper, make_paragraph, make_section


def make_draft(**fields):
    """Create a draft with one paragraph on T1 based on a point of T1, and an open point of T2."""
    consultation = make_consultation(themes=("T1", "T2"))
    paper = make_paper(consultation, **fields)
    t1, t2 = make_theme("T1"), make_theme("T2")
    opening = make_section(paper, heading="Introduction")
    first, second = make_section(paper, t1), make_section(paper, t2)
    point = make_point(make_submission(consultation, theme=t1), text="Routes should be agreed.")
    other = make_point(make_submission(consultation, theme=t2), text="Rights come first.")
    drafter, colleague = make_secretariat(), make_secretariat()
    paragraph = make_paragraph(
        first, "Kenya calls for agreed routes.", points=(point,), by=drafter, strength="calls_for"
    )
    return SimpleNamespace(
        paper=paper, consultation=consultation, opening=opening, first=first, second=second, t1=t1, t2=t2,
        point=point, other=other, paragraph=paragraph, drafter=drafter, colleague=colleague,
    )  # fmt: skip


def last_entry(record):
    """Return verb, reason and details of the newest journal entry about `record`."""
    entry = Event.objects.about(record).last()
    return entry.verb, entry.reason, entry.data
