"""What some verbs need beside a record that is ready for their move: see tests/test_workflow_matrix.py."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from consultations.models import Consultation, Submission, User
from ncm_portal import workflow
from positions.models import Clearance, PositionPaper, ReviewRound
from tests.factories import change, make_attachment
from tests.paper_factories import make_edition


def _ask_again(clearance: Clearance) -> None:
    """Let a paragraph wait for an answer once more."""
    clearance.stances.update(value="", by=None, at=None)


def _close(submission: Submission) -> None:
    """Move the deadline into the past."""
    change(submission.consultation, closes_at=workflow.now() - timedelta(hours=1))


def _plan_later(consultation: Consultation) -> None:
    """Move the planned days of a consultation into the future."""
    ahead = workflow.now() + timedelta(days=9)
    change(consultation, opens_at=ahead, closes_at=ahead + timedelta(days=30))


def _end_undecided_round(paper: PositionPaper) -> None:
    """Create a round that has ended, on the newest edition, without any decision."""
    now = workflow.now()
    ReviewRound.objects.create(
        paper=paper, number=2, edition=make_edition(paper, "9.1"), opens_at=now, closes_at=now + timedelta(seconds=1)
    )


# What a verb says itself, over and above its move: the hour of a silence that is still to be broken lies ahead.
PREPARED: dict[str, Callable[[Any], None]] = {
    "remind_clearance": _ask_again,
    "open_early": _plan_later,
    "reopen_review": _end_undecided_round,
    "open_to_all": lambda paper: change(paper, is_restricted=True),
    "accept": lambda submission: change(submission, checked_at=workflow.now(), checked_by=submission.author),
    "undo_at_once": lambda submission: change(
        submission,
        decided_by=User.objects.filter(office="secretariat").order_by("pk").first(),
        decided_at=workflow.now(),
    ),
    "check_against_original": lambda submission: make_attachment(submission, kind="original"),
    "ask_late": _close,
    "admit_late": _close,
    "refuse_late": _close,
    "lapse_proposal": lambda proposal: change(proposal, lapses_at=workflow.now() - timedelta(hours=1)),
    "lapse_invitation": lambda letter: change(letter, respond_by=workflow.now().date() - timedelta(days=2)),
    "break_silence": lambda paper: change(paper, silence_until=workflow.now() + timedelta(hours=1)),
}
