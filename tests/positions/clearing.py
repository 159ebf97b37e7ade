"""Create a small text that two ministries are about to clear."""

from datetime import date
from types import SimpleNamespace

from consultations.models import MembershipRole
from tests.factories import (
    make_consultation,
    make_forum,
    make_head,
    make_mandate,
    make_member,
    make_ministry,
    make_secretariat,
    make_session,
    make_theme,
)
from tests.paper_factories import bring_paper, make_edition, make_paper, make_paragraph, make_section


def make_officer(ministry):
    """Create a clearing officer of `ministry`."""
    return make_member(ministry, role=MembershipRole.CLEARING_OFFICER, valid_from=date(2016, 1, 1))


def make_text(state="clearance_text", *, themes=("T1", "T2")):
    """Create a text on two themes, each led by a ministry with a clearing officer; the first clears both.

    A theme has one lead: a second text needs `themes` of its own.
    """
    consultation = make_consultation(themes=themes, clearance_working_days=10)
    forum = make_forum(consultation)
    make_session(forum)
    paper = make_paper(consultation, forum=forum)
    one, two = make_ministry("Ministry of One"), make_ministry("Ministry of Two")
    t1, t2 = (make_theme(code) for code in themes)
    make_mandate(one, t1, is_lead=True)
    make_mandate(one, t2)
    make_mandate(two, t2, is_lead=True)
    opening = make_paragraph(make_section(paper, heading="Introduction"), "Who speaks.", is_secretariat_text=True)
    first = make_paragraph(make_section(paper, t1), "Kenya calls for one thing.", is_secretariat_text=True)
    second = make_paragraph(make_section(paper, t2), "Kenya commits to another.", is_secretariat_text=True)
    bring_paper(paper, state)
    make_edition(paper, "0.2", kind="clearance")
    return SimpleNamespace(
        paper=paper, forum=forum, one=one, two=two, officer_one=make_officer(one), officer_two=make_officer(two),
        opening=opening, first=first, second=second, secretariat=make_secretariat(), head=make_head(),
    )  # fmt: skip
