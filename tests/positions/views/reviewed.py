"""Create a review round for the tests of its pages."""

from datetime import timedelta

from ncm_portal.workflow import now, replayed_at
from positions import workflow
from positions.models import Amendment
from tests.factories import make_member, make_ministry
from tests.positions.views.test_drafting import at

OTHER = "Kenya calls for agreed and safe routes."


def open_review(draft, **given):
    """Open a round of two days."""
    draft.paper = workflow.open_review(draft.paper, by=draft.drafter, closes_at=now() + timedelta(days=2), **given)
    draft.round = draft.paper.rounds.get()
    return draft


def propose(review, text=OTHER, **given):
    given = {"by": review.member, "sponsor": review.body, "reason": "Safety first.", **given}
    return workflow.propose_amendment(review.round, review.paragraph, text=text, **given)


def contend(review, text="Kenya calls for agreed routes and seasons."):
    """Create a second member and its competing amendment to the same paragraph."""
    review.ports = make_ministry("Ministry of Ports")
    review.other_member = make_member(review.ports)
    return propose(review, text, by=review.other_member, sponsor=review.ports, reason="Seasons differ.")


def close(review):
    with replayed_at(now() + timedelta(days=3)):
        review.paper = workflow.close_review(review.paper, by=review.drafter)


def state_of(amendment):
    return Amendment.objects.values_list("state", flat=True).get(pk=amendment.pk)


def pane(desk, amendment, review):
    """Get the list with an amendment in its pane."""
    return desk.get(at("desk_amendment", review, amendment.pk), follow=True)


def listed(desk, review, **query):
    """Get the rows of the list: number, words and sign of each."""
    page = desk.get(at("desk_amendments", review), query)
    return [(row.number, row.gist, row.sign[1]) for row in page.context["rows"]]
