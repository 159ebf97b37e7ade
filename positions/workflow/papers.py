"""Table of moves of the paper: roles, source and target states, and conditions."""

from django.utils.translation import gettext_lazy

from consultations.models import User
from ncm_portal.workflow import Move, all_of, make, table, verb
from positions.models import BEFORE_ADOPTION, PaperState, PositionPaper
from positions.permissions import (
    ANY_MEMBER,
    CHAIR,
    CLEARERS,
    PUBLISHERS,
    RUNNERS,
)

from .clearance_steps import steps_are_done
from .conditions import (
    files_are_sound,
    is_restricted,
    mandates_are_complete,
    nothing_is_decided,
    quorum_is_met,
    ready_for_forum,
    ready_for_review,
    ready_for_session,
    ready_to_adopt,
    ready_to_clear,
    ready_to_fix,
    ready_to_publish,
    review_has_closed,
    silence_is_over,
)
from .consequences import (
    of_adopting,
    of_beginning,
    of_breaking_silence,
    of_clearing,
    of_closing_review,
    of_ending_silence,
    of_extending_review,
    of_fixing,
    of_laying,
    of_not_adopting,
    of_opening_silence,
    of_opening_to_all,
    of_proposing,
    of_publishing,
    of_reopening,
    of_reopening_review,
    of_requesting,
    of_restricting,
    of_resuming,
    of_superseding,
    of_suspending,
    of_taking_back_supersession,
    of_withdrawing,
)
from .meeting import meeting_is_through

S = PaperState

PAPER_MOVES = table(
    Move(
        "open_review",
        gettext_lazy("Open a review round"),
        (S.DRAFTING, S.CONSOLIDATION),
        S.REVIEW,
        RUNNERS,
        ready_for_review,
    ),
    Move(
        "close_review",
        gettext_lazy("Close the review round"),
        (S.REVIEW,),
        S.CONSOLIDATION,
        RUNNERS,
        review_has_closed,
        consequences=of_closing_review,
    ),
    Move(
        "extend_review",
        gettext_lazy("Extend the review round"),
        (S.REVIEW,),
        None,
        CLEARERS,
        needs_reason=True,
        undoes=True,
        consequences=of_extending_review,
    ),
    Move(
        "reopen_review",
        gettext_lazy("Open the review round again"),
        (S.CONSOLIDATION,),
        S.REVIEW,
        CLEARERS,
        nothing_is_decided,
        needs_reason=True,
        undoes=True,
        consequences=of_reopening_review,
    ),
    Move(
        "fix_clearance_text",
        gettext_lazy("Fix the text for clearance"),
        (S.CONSOLIDATION,),
        S.CLEARANCE_TEXT,
        RUNNERS,
        ready_to_fix,
        consequences=of_fixing,
    ),
    Move(
        "request_clearance",
        gettext_lazy("Ask the ministries to clear"),
        (S.CLEARANCE_TEXT,),
        S.IN_CLEARANCE,
        RUNNERS,
        mandates_are_complete,
        consequences=of_requesting,
    ),
    Move(
        "reopen_text",
        gettext_lazy("Reopen the text"),
        (S.CLEARANCE_TEXT, S.IN_CLEARANCE),
        S.CONSOLIDATION,
        RUNNERS,
        needs_reason=True,
        consequences=of_reopening,
    ),
    Move(
        "clear_paper",
        gettext_lazy("Clear the text"),
        (S.IN_CLEARANCE,),
        S.CLEARED,
        CLEARERS,
        all_of(ready_to_clear, steps_are_done),
        needs_reason=True,
        consequences=of_clearing,
    ),
    Move(
        "open_silence",
        gettext_lazy("Start the silence procedure"),
        (S.CLEARED,),
        S.SILENCE,
        RUNNERS,
        consequences=of_opening_silence,
    ),
    Move(
        "end_silence",
        gettext_lazy("End the silence procedure"),
        (S.SILENCE,),
        S.CLEARED,
        RUNNERS,
        silence_is_over,
        consequences=of_ending_silence,
    ),
    Move(
        "break_silence",
        gettext_lazy("Break the silence"),
        (S.SILENCE,),
        S.CONSOLIDATION,
        ANY_MEMBER,
        needs_reason=True,
        grave=True,
        consequences=of_breaking_silence,
    ),
    Move(
        "lay_before_forum",
        gettext_lazy("Submit the text to the forum"),
        (S.CLEARED,),
        S.FORUM_TEXT,
        CLEARERS,
        ready_for_forum,
        consequences=of_laying,
    ),
    Move(
        "begin_session",
        gettext_lazy("Start discussing the text"),
        (S.FORUM_TEXT,),
        S.IN_SESSION,
        CHAIR,
        ready_for_session,
        consequences=of_beginning,
    ),
    Move(
        "adopt",
        gettext_lazy("Declare adopted"),
        (S.IN_SESSION,),
        S.ADOPTED,
        CHAIR,
        all_of(ready_to_adopt, meeting_is_through),
        consequences=of_adopting,
    ),
    Move(
        "not_adopt",
        gettext_lazy("Declare not adopted"),
        (S.IN_SESSION,),
        S.CONSOLIDATION,
        CHAIR,
        quorum_is_met,
        needs_reason=True,
        grave=True,
        consequences=of_not_adopting,
    ),
    Move(
        "propose_publication",
        gettext_lazy("Propose publication"),
        (S.ADOPTED,),
        None,
        RUNNERS,
        files_are_sound,
        consequences=of_proposing,
    ),
    Move(
        "publish",
        gettext_lazy("Publish"),
        (S.ADOPTED,),
        S.PUBLISHED,
        PUBLISHERS,
        ready_to_publish,
        consequences=of_publishing,
    ),
    Move(
        "supersede",
        gettext_lazy("Mark as superseded"),
        (S.PUBLISHED,),
        S.SUPERSEDED,
        CLEARERS,
        needs_reason=True,
        consequences=of_superseding,
    ),
    Move(
        "take_back_supersession",
        gettext_lazy("Put the paper in force again"),
        (S.SUPERSEDED,),
        S.PUBLISHED,
        CLEARERS,
        needs_reason=True,
        undoes=True,
        consequences=of_taking_back_supersession,
    ),
    Move(
        "suspend",
        gettext_lazy("Suspend"),
        BEFORE_ADOPTION,
        S.SUSPENDED,
        CLEARERS,
        needs_reason=True,
        grave=True,
        consequences=of_suspending,
    ),
    Move(
        "restrict",
        gettext_lazy("Restrict to officials"),
        (*BEFORE_ADOPTION, S.ADOPTED),
        None,
        CLEARERS,
        needs_reason=True,
        undoes=True,
        consequences=of_restricting,
    ),
    Move(
        "open_to_all",
        gettext_lazy("Lift the restriction"),
        (*BEFORE_ADOPTION, S.ADOPTED),
        None,
        CLEARERS,
        is_restricted,
        needs_reason=True,
        grave=True,
        undoes=True,
        consequences=of_opening_to_all,
    ),
    Move("resume", gettext_lazy("Resume"), (S.SUSPENDED,), None, CLEARERS, consequences=of_resuming),
    Move(
        "withdraw_paper",
        gettext_lazy("Withdraw the paper"),
        (*BEFORE_ADOPTION, S.SUSPENDED),
        S.WITHDRAWN,
        CLEARERS,
        needs_reason=True,
        grave=True,
        consequences=of_withdrawing,
    ),
)


@verb
def suspend(paper: PositionPaper, *, by: User, reason: str) -> PositionPaper:
    """Suspend work on the paper."""

    def keep_place(row: PositionPaper) -> None:
        row.suspended_from = row.state

    return make(PAPER_MOVES["suspend"], paper, by=by, reason=reason, change=keep_place)


@verb
def resume(paper: PositionPaper, *, by: User, reason: str = "") -> PositionPaper:
    """Resume a suspended paper in its earlier state."""

    def take_place(row: PositionPaper) -> None:
        row.state, row.suspended_from = row.suspended_from, ""

    return make(PAPER_MOVES["resume"], paper, by=by, reason=reason, change=take_place)


@verb
def withdraw_paper(paper: PositionPaper, *, by: User, reason: str) -> PositionPaper:
    """Give up the paper before adoption; everything is kept."""

    def leave_place(row: PositionPaper) -> None:
        row.suspended_from = ""

    return make(PAPER_MOVES["withdraw_paper"], paper, by=by, reason=reason, change=leave_place)


@verb
def restrict(paper: PositionPaper, *, by: User, reason: str) -> PositionPaper:
    """Restrict the paper to officials, the secretariat and its head, also when it is published."""

    def close(row: PositionPaper) -> None:
        row.is_restricted = True

    return make(PAPER_MOVES["restrict"], paper, by=by, reason=reason, change=close)


@verb
def open_to_all(paper: PositionPaper, *, by: User, reason: str) -> PositionPaper:
    """Lift the restriction before publication: permissions follow the state again."""

    def lift(row: PositionPaper) -> None:
        row.is_restricted = False

    return make(PAPER_MOVES["open_to_all"], paper, by=by, reason=reason, change=lift)
