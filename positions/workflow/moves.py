"""The table of the paper's moves: who, from where to where, and what must hold first."""

from datetime import datetime

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import ForumState, Mandate, Membership, MembershipRole, Point, PointState, User
from ncm_portal.workflow import Condition, Move, deadline_passed, either, make, table, verb
from positions.models import (
    BEFORE_ADOPTION,
    AmendmentState,
    ArtefactFormat,
    ClearanceState,
    Edition,
    EditionKind,
    PaperState,
    Paragraph,
    PositionPaper,
    Stance,
    StanceValue,
)
from positions.permissions import may_break_silence, may_chair, may_clear, may_publish, may_run
from positions.queries import paragraph_numbers

S = PaperState
SECRETARIAT = gettext_lazy("the secretariat")
HEAD = gettext_lazy("the head of the secretariat")
CHAIR = gettext_lazy("the chair")
SECOND = gettext_lazy("an officer of the secretariat other than the one who proposed publication")
ANY_MEMBER = gettext_lazy("a member of the NCM, or the secretariat on a member's word")


def standing(paper: PositionPaper) -> QuerySet[Paragraph]:
    """The paragraphs that make up the text today, in reading order."""
    return Paragraph.objects.filter(section__paper=paper).standing()


def open_points(paper: PositionPaper) -> QuerySet[Point]:
    """The points of the consultation that count and have no disposition yet."""
    points = Point.objects.filter(consultation=paper.consultation).standing()
    return points.exclude(dispositions__paper=paper)


def ungrounded(paper: PositionPaper) -> QuerySet[Paragraph]:
    """Paragraphs that neither rest on a point nor are marked as secretariat text."""
    return standing(paper).filter(is_secretariat_text=False).exclude(wording__groundings__isnull=False)


def live_stances(paper: PositionPaper) -> QuerySet[Stance]:
    """Stances on the words as they stand today."""
    return Stance.objects.filter(clearance__paper=paper, replaced_at=None, paragraph__removed_at=None)


def _hour(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.day} {local:%B %Y, %H:%M} EAT (UTC+3)"


def _none_left(count: int, met: str, unmet: str) -> Condition:
    return Condition(unmet % {"count": count} if count else met, not count)


def text_is_complete(paper: PositionPaper) -> list[Condition]:
    """The text stands on what was said, and everything that was said has an answer."""
    written = standing(paper).count()
    return [
        either(
            written > 0,
            _("The paper has paragraphs (%(count)s)") % {"count": written},
            _("The paper has no paragraph yet"),
        ),
        _none_left(
            ungrounded(paper).count(),
            _("Every paragraph rests on a point or is marked as secretariat text"),
            _("%(count)s paragraphs rest on no point and are not marked as secretariat text"),
        ),
        _none_left(
            open_points(paper).count(),
            _("Every point has a provisional disposition"),
            _("%(count)s points have no disposition yet"),
        ),
        *points_stand(paper),
    ]


def points_stand(paper: PositionPaper) -> list[Condition]:
    """No paragraph rests on a point that was taken back: nobody's words carry it any more."""
    gone = standing(paper).filter(wording__groundings__point__state=PointState.WITHDRAWN)
    rows = dict(gone.order_by().values_list("pk", "wording__groundings__point__reference"))
    if not rows:
        return []
    numbers = paragraph_numbers(paper)
    words = _("Paragraph %(number)s rests on a point that was taken back (%(point)s)")
    broken = sorted((numbers[pk], reference) for pk, reference in rows.items())
    return [Condition(words % {"number": number, "point": reference}, False) for number, reference in broken]


def review_has_closed(paper: PositionPaper) -> list[Condition]:
    """The window of the review round is over."""
    last = paper.rounds.order_by("-number").first()
    if last is None:
        return []
    closed, closes = _("The review round closed on %(day)s"), _("The review round closes on %(day)s")
    day = {"day": _hour(last.closes_at)}
    return [either(not last.is_open, closed % day, closes % day)]


def amendments_are_decided(paper: PositionPaper) -> list[Condition]:
    """No amendment waits for a decision."""
    waiting = paper.rounds.filter(amendments__state=AmendmentState.PROPOSED).count()
    met, unmet = _("Every amendment is decided"), _("%(count)s amendments wait for a decision")
    return [_none_left(waiting, met, unmet)]


def ready_for_review(paper: PositionPaper) -> list[Condition]:
    """What a text needs before members read it."""
    return [*text_is_complete(paper), *amendments_are_decided(paper)]


def ready_to_fix(paper: PositionPaper) -> list[Condition]:
    """What a text needs before it is fixed for clearance."""
    doubtful = standing(paper).filter(wording__groundings__is_confirmed=False).distinct().count()
    met = _("Every source was confirmed after the last edit")
    unmet = _("%(count)s paragraphs have sources that were not confirmed after an edit")
    return [*text_is_complete(paper), *amendments_are_decided(paper), _none_left(doubtful, met, unmet)]


def mandates_are_complete(paper: PositionPaper) -> list[Condition]:
    """Every theme of the text has a ministry that leads on it, and that ministry has a clearing officer today."""
    themes = set(standing(paper).exclude(section__theme=None).values_list("section__theme", flat=True))
    mandates = Mandate.objects.filter(theme__in=themes, is_confirmed=True).select_related("ministry", "theme")
    led = {mandate.theme_id for mandate in mandates if mandate.is_lead}
    ministries = {mandate.ministry_id for mandate in mandates}
    officers = Membership.objects.live().filter(role=MembershipRole.CLEARING_OFFICER)
    staffed = set(officers.filter(stakeholder__in=ministries).values_list("stakeholder", flat=True))
    return [
        _none_left(
            len(themes - led),
            _("Every theme has a lead ministry"),
            _("%(count)s themes have no confirmed lead ministry"),
        ),
        _none_left(
            len(ministries - staffed),
            _("Every mandated ministry has a clearing officer (%(count)s)") % {"count": len(ministries)},
            _("%(count)s mandated ministries have no clearing officer"),
        ),
    ]


def objections_are_settled(paper: PositionPaper) -> list[Condition]:
    """No ministry objects to the words as they stand."""
    objecting = live_stances(paper).filter(value=StanceValue.OBJECT).select_related("clearance__ministry")
    names = sorted({stance.clearance.ministry.label for stance in objecting})
    if not names:
        return [Condition(_("No objection is open"), True)]
    return [Condition(_("%(name)s objects to a paragraph") % {"name": name}, False) for name in names]


def answers_are_in(paper: PositionPaper) -> list[Condition]:
    """Every ministry has answered, or was recorded as silent after its due hour."""
    waiting = paper.clearances.filter(state=ClearanceState.REQUESTED).select_related("ministry")
    rows = [Condition(_waiting_for(clearance), False) for clearance in waiting]
    return rows or [Condition(_("Every ministry has answered or was recorded as silent"), True)]


def _waiting_for(clearance) -> str:
    return _("%(name)s has until %(day)s") % {"name": clearance.ministry.label, "day": _hour(clearance.due_at)}


def ready_to_clear(paper: PositionPaper) -> list[Condition]:
    """What the head needs to clear the text."""
    return [*objections_are_settled(paper), *answers_are_in(paper), *points_stand(paper)]


def text_is_as_cleared(paper: PositionPaper) -> list[Condition]:
    """Each stance was taken on the very words that stand now."""
    moved = live_stances(paper).exclude(wording=F("paragraph__wording")).count()
    met = _("The text is the one that was cleared")
    return [_none_left(moved, met, _("%(count)s stances were taken on other words than those that stand now"))]


def ready_for_forum(paper: PositionPaper) -> list[Condition]:
    """What the text needs to be laid before the forum."""
    forum = paper.forum
    announced = forum is not None and forum.state not in {ForumState.DRAFT, ForumState.CANCELLED}
    programme = forum is not None and forum.sessions.exists()
    return [
        either(announced, _("A forum is chosen that was announced"), _("No forum is chosen that was announced")),
        either(programme, _("The forum has a programme"), _("The forum has no programme")),
        *objections_are_settled(paper),
        *text_is_as_cleared(paper),
        *points_stand(paper),
    ]


def quorum_is_met(paper: PositionPaper) -> list[Condition]:
    """The last count at this forum shows a quorum."""
    count = paper.quorum_counts.filter(forum=paper.forum).first()
    if count is None:
        return [Condition(_("The quorum was not counted at the forum yet"), False)]
    words = {
        "members": count.members_present,
        "needed": count.members_needed,
        "groups": count.groups_present,
        "groups_needed": count.groups_needed,
    }
    text = _(
        "Quorum: %(members)s member institutions present, %(needed)s needed; %(groups)s groups present, "
        "%(groups_needed)s needed"
    )
    return [Condition(text % words, count.is_met)]


def ready_for_session(paper: PositionPaper) -> list[Condition]:
    """What the meeting needs to take up the text."""
    in_session = paper.forum is not None and paper.forum.state == ForumState.IN_SESSION
    return [either(in_session, _("The forum is in session"), _("The forum is not in session")), *quorum_is_met(paper)]


def ready_to_adopt(paper: PositionPaper) -> list[Condition]:
    """What the meeting needs to adopt: a quorum, no objection, and every reservation on record."""
    announced = live_stances(paper).filter(value=StanceValue.RESERVATION)
    recorded = set(paper.reservations.values_list("stakeholder", "paragraph"))
    missing = [pair for pair in announced.values_list("clearance__ministry", "paragraph") if pair not in recorded]
    met, unmet = _("Every reservation is on record"), _("%(count)s announced reservations are not on record yet")
    recorded_all = _none_left(len(missing), met, unmet)
    return [*quorum_is_met(paper), *objections_are_settled(paper), recorded_all, *points_stand(paper)]


def final_edition(paper: PositionPaper) -> Edition | None:
    """The newest adopted or corrected edition, or None."""
    return paper.editions.filter(kind__in=[EditionKind.ADOPTED, EditionKind.CORRECTED]).first()


def files_are_sound(paper: PositionPaper) -> list[Condition]:
    """The PDF of the final edition was made (one that fails its checks is not kept), and every point has an answer."""
    edition = final_edition(paper)
    made = edition is not None and edition.artefacts.filter(format=ArtefactFormat.PDF).exists()
    return [
        either(
            made,
            _("The PDF of the adopted edition was made and passed its checks"),
            _("The PDF of the adopted edition was not made yet"),
        ),
        _none_left(
            open_points(paper).count(),
            _("Every point has a disposition"),
            _("%(count)s points have no disposition yet"),
        ),
    ]


def ready_to_publish(paper: PositionPaper) -> list[Condition]:
    """What publication needs: sound files, answers for all points and the word of a first officer."""
    proposed = paper.publication_proposed_by_id is not None
    yes, no = _("A first officer has proposed publication"), _("No first officer has proposed publication yet")
    return [*files_are_sound(paper), either(proposed, yes, no)]


def silence_is_over(paper: PositionPaper) -> list[Condition]:
    """The hour until which silence could be broken has passed."""
    until = paper.silence_until
    lasted, lasts = _("Silence lasted until %(day)s"), _("Silence lasts until %(day)s")
    day = {"day": _hour(until) if until else "-"}
    return [either(deadline_passed(until), lasted % day, lasts % day)]


PAPER_MOVES = table(
    Move(
        "open_review",
        gettext_lazy("Open a review round"),
        (S.DRAFTING, S.CONSOLIDATION),
        S.REVIEW,
        may_run,
        SECRETARIAT,
        ready_for_review,
    ),
    Move(
        "close_review",
        gettext_lazy("Close the review round"),
        (S.REVIEW,),
        S.CONSOLIDATION,
        may_run,
        SECRETARIAT,
        review_has_closed,
    ),
    Move(
        "fix_clearance_text",
        gettext_lazy("Fix the text for clearance"),
        (S.CONSOLIDATION,),
        S.CLEARANCE_TEXT,
        may_run,
        SECRETARIAT,
        ready_to_fix,
    ),
    Move(
        "request_clearance",
        gettext_lazy("Ask the ministries to clear"),
        (S.CLEARANCE_TEXT,),
        S.IN_CLEARANCE,
        may_run,
        SECRETARIAT,
        mandates_are_complete,
    ),
    Move(
        "reopen_text",
        gettext_lazy("Open the text again"),
        (S.CLEARANCE_TEXT, S.IN_CLEARANCE),
        S.CONSOLIDATION,
        may_run,
        SECRETARIAT,
        needs_reason=True,
    ),
    Move(
        "clear_paper",
        gettext_lazy("Clear the text"),
        (S.IN_CLEARANCE,),
        S.CLEARED,
        may_clear,
        HEAD,
        ready_to_clear,
        needs_reason=True,
    ),
    Move("open_silence", gettext_lazy("Put the text under silence"), (S.CLEARED,), S.SILENCE, may_run, SECRETARIAT),
    Move(
        "end_silence", gettext_lazy("End the silence"), (S.SILENCE,), S.CLEARED, may_run, SECRETARIAT, silence_is_over
    ),
    Move(
        "break_silence",
        gettext_lazy("Break the silence"),
        (S.SILENCE,),
        S.CONSOLIDATION,
        may_break_silence,
        ANY_MEMBER,
        needs_reason=True,
        grave=True,
    ),
    Move(
        "lay_before_forum",
        gettext_lazy("Lay the text before the forum"),
        (S.CLEARED,),
        S.FORUM_TEXT,
        may_clear,
        HEAD,
        ready_for_forum,
    ),
    Move(
        "begin_session",
        gettext_lazy("Take up the text in session"),
        (S.FORUM_TEXT,),
        S.IN_SESSION,
        may_chair,
        CHAIR,
        ready_for_session,
    ),
    Move("adopt", gettext_lazy("Declare adopted"), (S.IN_SESSION,), S.ADOPTED, may_chair, CHAIR, ready_to_adopt),
    Move(
        "not_adopt",
        gettext_lazy("Declare not adopted"),
        (S.IN_SESSION,),
        S.CONSOLIDATION,
        may_chair,
        CHAIR,
        quorum_is_met,
        needs_reason=True,
        grave=True,
    ),
    Move(
        "propose_publication",
        gettext_lazy("Propose publication"),
        (S.ADOPTED,),
        None,
        may_run,
        SECRETARIAT,
        files_are_sound,
    ),
    Move("publish", gettext_lazy("Publish"), (S.ADOPTED,), S.PUBLISHED, may_publish, SECOND, ready_to_publish),
    Move(
        "supersede",
        gettext_lazy("Mark as superseded"),
        (S.PUBLISHED,),
        S.SUPERSEDED,
        may_clear,
        HEAD,
        needs_reason=True,
    ),
    Move(
        "suspend", gettext_lazy("Suspend"), BEFORE_ADOPTION, S.SUSPENDED, may_clear, HEAD, needs_reason=True, grave=True
    ),
    Move("resume", gettext_lazy("Resume"), (S.SUSPENDED,), None, may_clear, HEAD),
    Move(
        "withdraw_paper",
        gettext_lazy("Withdraw the paper"),
        (*BEFORE_ADOPTION, S.SUSPENDED),
        S.WITHDRAWN,
        may_clear,
        HEAD,
        needs_reason=True,
        grave=True,
    ),
)


@verb
def suspend(paper: PositionPaper, *, by: User, reason: str) -> PositionPaper:
    """Halt the paper where it is."""

    def keep_place(row: PositionPaper) -> None:
        row.suspended_from = row.state

    return make(PAPER_MOVES["suspend"], paper, by=by, reason=reason, change=keep_place)


@verb
def resume(paper: PositionPaper, *, by: User, reason: str = "") -> PositionPaper:
    """Let a suspended paper go on where it was halted."""

    def take_place(row: PositionPaper) -> None:
        row.state, row.suspended_from = row.suspended_from, ""

    return make(PAPER_MOVES["resume"], paper, by=by, reason=reason, change=take_place)


@verb
def withdraw_paper(paper: PositionPaper, *, by: User, reason: str) -> PositionPaper:
    """Give the paper up before adoption; everything stays on file."""

    def leave_place(row: PositionPaper) -> None:
        row.suspended_from = ""

    return make(PAPER_MOVES["withdraw_paper"], paper, by=by, reason=reason, change=leave_place)
