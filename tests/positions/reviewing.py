"""Create a reviewable draft and what its rounds need."""

from datetime import timedelta

import pytest

from ncm_portal.workflow import Blocked, now, replayed_at
from positions import workflow
from positions.models import Amendment
from positions.workflow import PAPER_MOVES
from tests.factories import make_member, make_ministry
from tests.paper_factories import make_disposition
from tests.positions.drafting import make_draft

TEXT = "Kenya calls for agreed routes."


def make_reviewable():
    """Create a draft whose points all have an outcome, and a member of the NCM."""
    found = make_draft()
    make_disposition(found.paper, found.point, "accepted", found.paragraph)
    make_disposition(found.paper, found.other, "noted")
    found.body = make_ministry("Ministry of Roads")
    found.member = make_member(found.body)
    return found


def refused(act, *args, **kwargs):
    with pytest.raises(Blocked) as refusal:
        act(*args, **kwargs)
    return refusal.value.reasons


def opened(draft, days=2, **given):
    draft.paper = workflow.open_review(draft.paper, by=draft.drafter, closes_at=now() + timedelta(days=days), **given)
    draft.round = draft.paper.rounds.last()
    return draft.round


def propose(draft, text="Kenya calls for agreed and safe routes.", **given):
    given = {"by": draft.member, "sponsor": draft.body, "reason": "Safety first.", **given}
    return workflow.propose_amendment(draft.round, given.pop("paragraph", draft.paragraph), text=text, **given)


def closed(draft):
    with replayed_at(now() + timedelta(days=3)):
        draft.paper = workflow.close_review(draft.paper, by=draft.drafter)


def another(draft):
    """Create a second member as a sponsor."""
    body = make_ministry("Ministry of Ports")
    return {"sponsor": body, "by": make_member(body)}


def unmet(paper):
    """Return the conditions not met for fixing the text for clearance."""
    return [condition.text for condition in PAPER_MOVES["fix_clearance_text"].conditions(paper) if not condition.met]


def state_of(amendment):
    row = Amendment.objects.get(pk=amendment.pk)
    return row.state, row.taken_at is not None


def standing(draft):
    draft.paragraph.refresh_from_db()
    return draft.paragraph.wording.text
