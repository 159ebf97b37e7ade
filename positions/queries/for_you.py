"""What can wait for a person among consultations, papers, clearances and briefs; see `consultations.queries.inbox`."""

from collections.abc import Callable
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consultations.models import Consultation, ConsultationState, Forum, ForumSession, ForumState, PointState
from consultations.permissions import (
    is_head,
    is_secretariat,
)
from consultations.queries.for_you import ANSWER_WITHIN, DECIDE_WITHIN
from consultations.queries.inbox import NEWS, NOW, PAPERS, PORTAL, Facts, Kind, or_else, page
from positions.models import (
    Amendment,
    AmendmentState,
    AnswerByLetter,
    ChainStep,
    Clearance,
    ClearanceState,
    Comment,
    Corrigendum,
    CorrigendumState,
    Decision,
    Edition,
    EditionKind,
    Grounding,
    LetterState,
    PaperState,
    PositionPaper,
    Reflection,
    Release,
    ReviewRound,
    Stance,
    StanceValue,
    StepAnswer,
)

from .consultation_settings import STEPS

LABELS_OF_STEPS = {step.code: step.label for step in STEPS}
OF_PAPER = {"what": "paper__short_title", "slug": "paper__slug"}
PAPER = {"what": "short_title", "slug": "slug"}
ROUND = "paper__consultation__short_title"
PENDING = Exists(Stance.objects.filter(clearance=OuterRef("pk"), replaced_at=None, value=StanceValue.PENDING))


# --- Papers: what the secretariat does next ---------------------------------------------------------------------------


def _comments(user: Any) -> QuerySet[Comment]:
    rows = Comment.objects.filter(resolved_at=None, paragraph__removed_at=None)
    return rows.exclude(paragraph__section__paper__state__in=CLOSED_TO_COMMENTS)


CLOSED_TO_COMMENTS = (PaperState.ADOPTED, PaperState.PUBLISHED, PaperState.SUPERSEDED, PaperState.WITHDRAWN)


def _amendments(user: Any) -> QuerySet[Amendment]:
    return Amendment.objects.filter(state=AmendmentState.PROPOSED, round__paper__state=PaperState.CONSOLIDATION)


LAST_ROUND = ReviewRound.objects.filter(paper=OuterRef("pk")).order_by("-number").values("closes_at")[:1]


def _review_over(user: Any) -> QuerySet[PositionPaper]:
    rows = PositionPaper.objects.filter(state=PaperState.REVIEW).annotate(closed_at=Subquery(LAST_ROUND))
    return rows.filter(closed_at__lt=NOW)


CLEARANCE_TEXT = Edition.objects.filter(paper=OuterRef("pk"), kind=EditionKind.CLEARANCE).order_by("-frozen_at", "-pk")


def _fixed(user: Any) -> QuerySet[PositionPaper]:
    frozen = Subquery(CLEARANCE_TEXT.values("frozen_at")[:1])
    return PositionPaper.objects.filter(state=PaperState.CLEARANCE_TEXT).annotate(fixed_at=frozen)


def _silence_over(user: Any) -> QuerySet[PositionPaper]:
    return PositionPaper.objects.filter(state=PaperState.SILENCE, silence_until__lt=NOW)


WITH_FORUM = Q(forum__isnull=False) & ~Q(forum__state__in=[ForumState.DRAFT, ForumState.CANCELLED])


def _without_forum(user: Any) -> QuerySet[PositionPaper]:
    return PositionPaper.objects.filter(state=PaperState.CLEARED).exclude(WITH_FORUM)


ADOPTED_AT = Subquery(Decision.objects.filter(paper=OuterRef("pk")).order_by("-at").values("at")[:1])


def _to_propose(user: Any) -> QuerySet[PositionPaper]:
    rows = PositionPaper.objects.filter(state=PaperState.ADOPTED, publication_proposed_by=None)
    return rows.annotate(adopted_at=ADOPTED_AT)


def _to_publish(user: Any) -> QuerySet[PositionPaper]:
    proposed = PositionPaper.objects.filter(state=PaperState.ADOPTED, publication_proposed_by__isnull=False)
    return proposed.exclude(publication_proposed_by=user)


def _corrigenda(user: Any) -> QuerySet[Corrigendum]:
    return Corrigendum.objects.filter(state=CorrigendumState.PROPOSED).exclude(proposed_by=user)


WRITING = (
    Kind(
        "comments", PAPERS, is_secretariat, _comments,
        _("Resolve a comment on “%(section)s”"), _("Read"), page("desk_section", "slug", "pk"),
        many=_("Resolve %(n)s comments on “%(section)s”"), about=_("%(what)s; by %(by)s"), about_many="%(what)s",
        each=("paragraph__section_id",), since="at", days=ANSWER_WITHIN,
        place="paragraph__section__paper__consultation__short_title",
        facts={
            "section": "paragraph__section__heading", "pk": "paragraph__section_id", "by": "by__name",
            "what": "paragraph__section__paper__short_title", "slug": "paragraph__section__paper__slug",
        },
    ),
    Kind(
        "amendments", PAPERS, is_secretariat, _amendments,
        _("Decide an amendment to %(what)s"), _("Decide"), page("desk_amendments", "slug"),
        many=_("Decide %(n)s amendments to %(what)s"), about=_("proposed by %(who)s"),
        each=("round__paper_id",), since="round__closes_at", days=ANSWER_WITHIN,
        place="round__paper__consultation__short_title",
        facts={"what": "round__paper__short_title", "slug": "round__paper__slug", "who": "sponsor__name"},
    ),
    Kind(
        "review_over", PAPERS, is_secretariat, _review_over,
        _("Close the review round of %(what)s"), _("Open"), page("desk_paper", "slug"),
        since="closed_at", days=1, facts=PAPER,
    ),
    Kind(
        "clearance_to_ask", PAPERS, is_secretariat, _fixed,
        _("Ask the ministries to clear %(what)s"), _("Open"), page("desk_clearance", "slug"),
        since="fixed_at", days=DECIDE_WITHIN, facts=PAPER,
    ),
    Kind(
        "silence_over", PAPERS, is_secretariat, _silence_over,
        _("End the silence procedure of %(what)s"), _("Open"), page("desk_paper", "slug"),
        since="silence_until", days=1, facts=PAPER,
    ),
    Kind(
        "forum_to_choose", PAPERS, is_secretariat, _without_forum,
        _("Choose the forum that adopts %(what)s"), _("Choose"), page("desk_adoption", "slug"), facts=PAPER,
    ),
    Kind(
        "publication_to_propose", PAPERS, is_secretariat, _to_propose,
        _("Prepare the publication of %(what)s"), _("Open"), page("desk_publication", "slug"),
        since="adopted_at", days=DECIDE_WITHIN, facts=PAPER,
    ),
    Kind(
        "publish", PAPERS, is_secretariat, _to_publish,
        _("Publish %(what)s: a second officer is needed"), _("Check"), page("desk_publication", "slug"),
        about=_("proposed by %(by)s"), since="publication_proposed_at", days=1,
        facts={**PAPER, "by": "publication_proposed_by__name"},
    ),
    Kind(
        "correction", PAPERS, is_secretariat, _corrigenda,
        _("Issue a correction of %(what)s: a second officer is needed"), _("Compare"),
        page("desk_corrigendum", "slug", "pk"),
        about=_("proposed by %(by)s"), since="proposed_at", days=DECIDE_WITHIN, place=ROUND,
        facts={**OF_PAPER, "pk": "pk", "by": "proposed_by__name"},
    ),
)  # fmt: skip


# --- Clearance --------------------------------------------------------------------------------------------------------


def requested() -> QuerySet[Clearance]:
    """Return the clearances that wait for an answer on any paragraph."""
    return Clearance.objects.filter(PENDING, state=ClearanceState.REQUESTED, paper__state=PaperState.IN_CLEARANCE)


def _running(user: Any) -> QuerySet[Clearance]:
    return requested().filter(due_at__gte=NOW)


def _overdue(user: Any) -> QuerySet[Clearance]:
    return requested().filter(due_at__lt=NOW)


def _letters(user: Any) -> QuerySet[AnswerByLetter]:
    typed = AnswerByLetter.objects.filter(state=LetterState.TYPED, clearance__state=ClearanceState.REQUESTED)
    return typed.exclude(scan_sha256="").exclude(typed_by=user)


def _step_letters(user: Any) -> QuerySet[StepAnswer]:
    recorded = StepAnswer.objects.filter(countersigned_at=None, paper__state=PaperState.IN_CLEARANCE)
    return recorded.exclude(letter_reference="").exclude(by=user)


def _answers(*values: str) -> QuerySet[Stance]:
    """Return the standing answers of ministries with these values to texts in clearance."""
    return Stance.objects.filter(replaced_at=None, value__in=values, clearance__paper__state=PaperState.IN_CLEARANCE)


def _objections(user: Any) -> QuerySet[Stance]:
    return _answers(StanceValue.OBJECT)


def _remarks(user: Any) -> QuerySet[Stance]:
    return _answers(StanceValue.RESERVATION, StanceValue.COMMENT).filter(at__gte=NOW - NEWS)


def _refused_steps(user: Any) -> QuerySet[StepAnswer]:
    """Return the last answers of offices to the present text that do not concur."""
    text = Subquery(Edition.objects.filter(paper=OuterRef("paper"), kind=EditionKind.CLEARANCE).values("pk")[:1])
    counting = StepAnswer.objects.counting()
    later = counting.filter(paper=OuterRef("paper"), step=OuterRef("step"), edition=OuterRef("edition"))
    later = later.filter(Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")))
    refused = counting.filter(~Exists(later), concurs=False, step__is_asked=True, edition=text)
    return refused.filter(paper__state=PaperState.IN_CLEARANCE)


OF_ANSWER = {
    "what": "clearance__paper__short_title", "slug": "clearance__paper__slug", "who": "clearance__ministry__name",
}  # fmt: skip
CLEARING = (
    Kind(
        "objections", PAPERS, is_secretariat, _objections,
        _("Settle an objection to %(what)s"), _("Read"), page("desk_clearance", "slug"),
        many=_("Settle %(n)s objections to %(what)s"), about="%(who)s", about_many=_("%(who)s has waited longest"),
        each=("clearance__paper_id",), since="at", days=ANSWER_WITHIN,
        place="clearance__paper__consultation__short_title", facts=OF_ANSWER,
    ),
    Kind(
        "step_refused", PAPERS, is_secretariat, _refused_steps,
        _("Settle what stops %(what)s: %(who)s does not concur"), _("Read"), page("step", "slug", "step"),
        since="at", days=ANSWER_WITHIN, place=ROUND,
        facts={**OF_PAPER, "who": "step__institution__name", "step": "step_id"},
    ),
    Kind(
        "remarks", PAPERS, is_secretariat, _remarks,
        _("%(who)s answered on %(what)s with a comment or a reservation"), _("Read"), page("desk_clearance", "slug"),
        many=_("Ministries answered on %(what)s with %(n)s comments and reservations"),
        about_many=_("%(who)s was the first"), each=("clearance__paper_id",), since="at", is_news=True,
        place="clearance__paper__consultation__short_title", facts=OF_ANSWER,
    ),
    Kind(
        "clearances", PAPERS, is_secretariat, _running,
        _("Clearance of %(what)s: %(who)s has not answered"), _("See who"), page("desk_clearance", "slug"),
        many=_("Clearance of %(what)s: %(n)s ministries have not answered"),
        each=("paper_id",), since="requested_at", due_at="due_at", place=ROUND,
        facts={**OF_PAPER, "who": "ministry__name"},
    ),
    Kind(
        "silent", PAPERS, is_secretariat, _overdue,
        _("Clearance of %(what)s: %(who)s let its time pass"), _("Record silence"), page("desk_clearance", "slug"),
        many=_("Clearance of %(what)s: %(n)s ministries let their time pass"),
        about=_("call once more, or record silence"), about_many=_("call once more, or record silence"),
        each=("paper_id",), since="requested_at", due_at="due_at", place=ROUND,
        facts={**OF_PAPER, "who": "ministry__name"},
    ),
    Kind(
        "letter", PAPERS, is_secretariat, _letters,
        _("Countersign the answer by letter: %(who)s"), _("Compare"), page("letter", "key"),
        about=_("%(what)s; typed by %(by)s"), since="typed_at", days=1,
        place="clearance__paper__consultation__short_title",
        facts={
            "what": "clearance__paper__short_title", "who": "clearance__ministry__name", "by": "typed_by__name",
            "key": Cast("key", CharField()),
        },
    ),
    Kind(
        "step_letter", PAPERS, is_secretariat, _step_letters,
        _("Countersign the answer by letter: %(who)s"), _("Compare"), page("step", "slug", "step"),
        about=_("%(what)s; recorded by %(by)s"), since="at", days=1, place=ROUND,
        facts={**OF_PAPER, "who": "step__institution__name", "by": "by__name", "step": "step_id"},
    ),
)  # fmt: skip


# --- What only the head does ------------------------------------------------------------------------------------------

LIVE = Stance.objects.filter(clearance__paper=OuterRef("pk"), replaced_at=None)
OBJECTED = Exists(LIVE.filter(value=StanceValue.OBJECT))
MOVED = Exists(LIVE.exclude(wording=F("paragraph__wording")))
CITES_WITHDRAWN = Exists(
    Grounding.objects.filter(
        wording__paragraph__section__paper=OuterRef("pk"), wording__paragraph__removed_at=None,
        wording=F("wording__paragraph__wording"), point__state=PointState.WITHDRAWN,
    )
)  # fmt: skip


ANSWERS = Clearance.objects.filter(paper=OuterRef("pk")).order_by(F("answered_at").desc(nulls_last=True))


def _to_clear(user: Any) -> QuerySet[PositionPaper]:
    """Return the papers that can be cleared, as the conditions `ready_to_clear` and `steps_are_done` say."""
    unanswered = Clearance.objects.filter(PENDING, paper=OuterRef("pk"), state=ClearanceState.REQUESTED)
    answers = StepAnswer.objects.counting().filter(paper=OuterRef(OuterRef("pk")), edition=OuterRef(OuterRef("text")))
    last = Subquery(answers.filter(step=OuterRef("pk")).order_by("-at", "-pk").values("concurs")[:1])
    steps = ChainStep.objects.filter(consultation=OuterRef("consultation"), is_asked=True)
    undone = steps.annotate(concurs=Coalesce(last, False)).filter(concurs=False)
    text, last_answer = CLEARANCE_TEXT.values("pk")[:1], ANSWERS.values("answered_at")[:1]
    rows = PositionPaper.objects.annotate(text=Subquery(text), answered_at=Subquery(last_answer))
    rows = rows.filter(~OBJECTED, ~CITES_WITHDRAWN, ~Exists(unanswered), ~Exists(undone))
    return rows.filter(state=PaperState.IN_CLEARANCE)


def _to_lay(user: Any) -> QuerySet[PositionPaper]:
    """Return the papers that can be submitted to their forum, as the conditions `ready_for_forum` say."""
    programme = ForumSession.objects.filter(forum=OuterRef("forum"))
    cleared = PositionPaper.objects.filter(WITH_FORUM, state=PaperState.CLEARED)
    return cleared.filter(Exists(programme), ~OBJECTED, ~MOVED, ~CITES_WITHDRAWN)


def _before_forum(user: Any) -> QuerySet[PositionPaper]:
    states = [PaperState.FORUM_TEXT, PaperState.IN_SESSION]
    return PositionPaper.objects.filter(state__in=states, forum__state=ForumState.IN_SESSION)


def _to_release(user: Any) -> QuerySet[Reflection]:
    released = Release.objects.filter(paper=OuterRef("edition__paper"), milestone=OuterRef("milestone"))
    return Reflection.objects.standing().filter(~Exists(released), edition__paper__state=PaperState.PUBLISHED)


def _to_supersede(user: Any) -> QuerySet[PositionPaper]:
    published = PositionPaper.objects.filter(state=PaperState.PUBLISHED)
    return published.filter(successors__state=PaperState.PUBLISHED)


def _suspended(user: Any) -> QuerySet[PositionPaper]:
    return PositionPaper.objects.filter(state=PaperState.SUSPENDED)


LEADING = (
    Kind(
        "clear_paper", PAPERS, is_head, _to_clear,
        _("Clear %(what)s: every ministry has answered"), _("Look and clear"), page("desk_paper", "slug"),
        since="answered_at", days=DECIDE_WITHIN, facts=PAPER, reads_inputs=True,
    ),
    Kind(
        "lay_before_forum", PAPERS, is_head, _to_lay,
        _("Submit %(what)s to the forum"), _("Look and submit"), page("desk_adoption", "slug"),
        about="%(forum)s", due_on="forum__starts_on", facts={**PAPER, "forum": "forum__title"},
        reads_inputs=True,
    ),
    Kind(
        "adopt", PAPERS, is_head, _before_forum,
        _("Lead the discussion of %(what)s and declare the decision"), _("Open"), page("desk_adoption", "slug"),
        about="%(forum)s", due_on="forum__ends_on", facts={**PAPER, "forum": "forum__title"},
    ),
    Kind(
        "release", PAPERS, is_head, _to_release,
        _("Release what became of %(what)s"), _("Read"), page("desk_findings", "slug", "milestone"),
        about=_("a finding after %(event)s"), many=_("Release what became of %(what)s"),
        about_many=_("%(n)s findings after %(event)s"),
        each=("edition__paper_id", "milestone_id"), since="at", days=ANSWER_WITHIN,
        place="edition__paper__consultation__short_title",
        facts={
            "what": "edition__paper__short_title", "slug": "edition__paper__slug", "milestone": "milestone_id",
            "event": or_else("milestone__short_title", "milestone__title"),
        },
    ),
    Kind(
        "supersede", PAPERS, is_head, _to_supersede,
        _("Mark %(what)s as superseded by %(newer)s"), _("Open"), page("desk_paper", "slug"),
        since="successors__published_at", days=ANSWER_WITHIN, facts={**PAPER, "newer": "successors__short_title"},
    ),
    Kind(
        "suspended", PAPERS, is_head, _suspended,
        _("Resume %(what)s, or withdraw it"), _("Open"), page("desk_paper", "slug"), facts=PAPER,
    ),
)  # fmt: skip

# --- Consultations: prepared, opened and closed -----------------------------------------------------------------------

ASKED_ABOUT = Consultation.themes.through.objects.filter(consultation=OuterRef("pk"))
CAN_OPEN = Q(Exists(ASKED_ABOUT), opens_at__date__lte=TruncDate(NOW), closes_at__gt=NOW)  # its day has come


def _to_open(user: Any) -> QuerySet[Consultation]:
    return Consultation.objects.filter(CAN_OPEN, state=ConsultationState.DRAFT)


def _to_close(user: Any) -> QuerySet[Consultation]:
    return Consultation.objects.filter(state=ConsultationState.OPEN, closes_at__lt=NOW)


def _move(verb: str) -> Callable[[Facts], str]:
    return lambda facts: reverse("consultation_move", args=[facts["slug"], verb])


OF_ROUND = {"slug": "slug", "what": "title"}


def _to_prepare(user: Any) -> QuerySet[Consultation]:
    """Return the consultations that are prepared by `user`: of the team, or else any officer. Those that can be opened
    today wait to be opened.
    """
    drafts = Consultation.objects.filter(state=ConsultationState.DRAFT)
    on_team = Consultation.team.through.objects.filter(consultation=OuterRef("pk"))
    return drafts.exclude(CAN_OPEN).filter(Exists(on_team.filter(user=user)) | ~Exists(on_team))


FORUM = Forum.objects.filter(consultation=OuterRef("pk")).exclude(state=ForumState.CANCELLED)
NEXT_STEP = Case(  # of the guided steps, the first in which something is missing
    When(closes_at__lte=NOW, then=Value("facts")),
    When(~Exists(ASKED_ABOUT), then=Value("themes")),
    When(~Exists(FORUM), then=Value("forum")),
    When(~Exists(PositionPaper.objects.filter(consultation=OuterRef("pk"))), then=Value("outline")),
    default=Value("test"),
    output_field=CharField(),
)
ROUNDS = (
    Kind(
        "prepare_round", PORTAL, is_secretariat, _to_prepare,
        _("Prepare the consultation; next: %(label)s"), _("Go on"), page("desk_new_step", "slug", "step"),
        about="%(what)s", due_at="opens_at", place="short_title",
        facts={"what": "title", "slug": "slug", "step": NEXT_STEP, "label": NEXT_STEP},
        labels={"label": lambda code: LABELS_OF_STEPS[code]},
    ),
    Kind(
        "round_to_open", PORTAL, is_secretariat, _to_open,
        _("Open the consultation for inputs: its day has come"), _("Open"),
        _move("open_consultation"), about="%(what)s", due_at="opens_at", place="short_title", facts=OF_ROUND,
    ),
    Kind(
        "round_to_close", PORTAL, is_secretariat, _to_close,
        _("Close the consultation for inputs: its deadline has passed"), _("Close"),
        _move("close_consultation"), about="%(what)s", since="closes_at", days=1, place="short_title", facts=OF_ROUND,
    ),
)  # fmt: skip

KINDS = (*WRITING, *CLEARING, *LEADING, *ROUNDS)
