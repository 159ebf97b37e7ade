"""Consultations as the desk works in them: the steps each has reached, its forums and papers, and what waits in it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count, F, Min, Model, OuterRef, QuerySet, Value
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from consultations.charts import Stretch
from consultations.models import (
    Consultation,
    ConsultationState,
    Delegate,
    DelegateState,
    Enquiry,
    Event,
    Forum,
    ForumState,
    Milestone,
    MilestoneState,
    Misreading,
    OutgoingMail,
    Point,
    PointState,
    Stakeholder,
    Submission,
    SubmissionState,
)
from consultations.queries import reported_done
from consultations.queries.changes import INPUTS, PAPERS, kept
from consultations.queries.forums import Step
from consultations.queries.holidays import WorkingDays
from consultations.queries.inbox import Statement, compiled_union
from ncm_portal.workflow import now
from positions.models import (
    OFFICIAL_STATES,
    Amendment,
    AmendmentState,
    Clearance,
    ClearanceState,
    Edition,
    PaperState,
    PositionPaper,
)

UNDER_WAY = (ConsultationState.OPEN, ConsultationState.CLOSED)
ENDED = (*OFFICIAL_STATES, PaperState.WITHDRAWN)


class Linked(NamedTuple):
    """Forum or paper of a consultation: its slug, title and state."""

    slug: str
    title: str
    state: str


class DeskConsultation(NamedTuple):
    """Consultation in the switcher of the desk."""

    pk: int
    slug: str
    name: str
    state: str
    opens_at: datetime
    closes_at: datetime
    days_left: int
    takes_inputs: bool
    forums: list[Linked]
    papers: list[Linked]

    @property
    def paper(self) -> Linked | None:
        """Return the paper that is worked on, or else the latest one."""
        return next((paper for paper in self.papers if paper.state not in ENDED), next(iter(self.papers), None))

    @property
    def forum(self) -> Linked | None:
        """Return the forum that is still to be reported, or else the latest one."""
        over = (ForumState.REPORTED, ForumState.CANCELLED)
        return next((forum for forum in self.forums if forum.state not in over), next(iter(self.forums), None))

    @property
    def is_under_way(self) -> bool:
        """Return whether something can still be done in it: it is open, or closed with a paper to come."""
        return self.state in UNDER_WAY and not (self.papers and all(paper.state in ENDED for paper in self.papers))

    @property
    def standing(self) -> str:
        """Return in a few words where it stands, such as "Open · 28 days left"."""
        if self.state == ConsultationState.DRAFT:
            opens = formats.date_format(timezone.localtime(self.opens_at), "j N Y")
            return _("In preparation · opens %(date)s") % {"date": opens}
        if self.takes_inputs:
            left = ngettext("Open · %(n)s day left", "Open · %(n)s days left", self.days_left)
            return left % {"n": self.days_left}
        if paper := self.paper:
            return capfirst(str(PaperState(paper.state).label))
        return capfirst(str(ConsultationState(self.state).label))


def desk_consultations() -> list[DeskConsultation]:
    """Return all consultations: those under way first, then the latest. At most one query."""
    return sorted(_all(), key=lambda each: not each.is_under_way)


def _linked(rows: QuerySet[Forum] | QuerySet[PositionPaper], order: str) -> ArraySubquery:
    facts: Any = JSONObject(**{name: name for name in Linked._fields})
    return ArraySubquery(rows.filter(consultation=OuterRef("pk")).order_by(order).values(facts=facts))


@kept(PAPERS)
def _all() -> list[DeskConsultation]:
    rows = Consultation.objects.annotate(
        linked_forums=_linked(Forum.objects.all(), "-starts_on"),
        linked_papers=_linked(PositionPaper.objects.all(), "-created_at"),
    )
    return [_read(row) for row in rows.order_by("-opens_at", "-pk")]


def _read(row: Any) -> DeskConsultation:
    forums = [Linked(**facts) for facts in row.linked_forums]
    papers = [Linked(**facts) for facts in row.linked_papers]
    facts = (row.pk, row.slug, row.short_title, row.state, row.opens_at, row.closes_at, row.days_left, row.takes_inputs)
    return DeskConsultation(*facts, forums, papers)


@kept(INPUTS, PAPERS)
def waiting_numbers() -> dict[int | None, dict[str, int]]:
    """Return what waits for the secretariat in each consultation by kind: inputs to read, points to validate, replies
    and enquiries to answer; under None the enquiries about no consultation, the organisations to verify and the action
    points reported done. At most one query.
    """
    result: dict[int | None, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(*_statement_of_numbers())
        for kind, consultation, number in cursor.fetchall():
            result[consultation or None][kind] = number
    return result


@cache
def _statement_of_numbers() -> Statement:
    inputs = Submission.objects.filter(state=SubmissionState.SUBMITTED)
    points = Point.objects.filter(state=PointState.SUBMITTED)
    replies = Misreading.objects.filter(answered_at=None)
    counted = [_counted(inputs, "inputs", "consultation"), _counted(points, "points", "consultation")]
    counted += [_counted(replies, "replies", "point__consultation"), _counted(Stakeholder.objects.waiting(), "new", "")]
    counted.append(_counted(reported_done(), "reported", ""))
    counted.append(_counted(Enquiry.objects.open(), "enquiries", "consultation"))
    return compiled_union(counted)


def _counted(rows: QuerySet[Model], kind: str, consultation: str) -> QuerySet[Model, Any]:
    """Return the kind, the consultation (0: of none) and the number of `rows`."""
    of = F(consultation) if consultation else Value(0)
    labelled = rows.order_by().values(waits=Value(kind), at_consultation=of).annotate(number=Count("pk"))
    return labelled.values_list("waits", "at_consultation", "number")


class Waiting(NamedTuple):
    """What waits in a list of the admin: the words with their number, and the filter that shows only that."""

    words: str
    query: str


# Lists of the admin by the name of their model: their rows, the state that waits, and its words with the number.
WAITING_IN_LISTS: dict[str, tuple[QuerySet[Model, Any], str, Any]] = {
    "Stakeholder": (Stakeholder.objects.waiting(), "registered", gettext_lazy("%(n)s to verify")),
    "Submission": (Submission.objects.all(), SubmissionState.SUBMITTED, gettext_lazy("%(n)s to read")),
    "Point": (Point.objects.all(), PointState.SUBMITTED, gettext_lazy("%(n)s to validate")),
    "Delegate": (Delegate.objects.all(), DelegateState.NOMINATED, gettext_lazy("%(n)s to decide")),
    "Amendment": (Amendment.objects.all(), AmendmentState.PROPOSED, gettext_lazy("%(n)s to decide")),
    "Clearance": (Clearance.objects.all(), ClearanceState.REQUESTED, gettext_lazy("%(n)s not answered")),
    "OutgoingMail": (OutgoingMail.objects.all(), OutgoingMail.State.FAILED, gettext_lazy("%(n)s not delivered")),
}


def waiting_in_lists() -> dict[str, Waiting]:
    """Return what waits in the lists of the admin by the name of their model. One query."""
    lists = WAITING_IN_LISTS
    counted = [_counted(rows.filter(state=state), name, "") for name, (rows, state, _words) in lists.items()]
    numbers = [(name, n) for name, _at, n in counted[0].union(*counted[1:], all=True).order_by() if n]
    return {name: Waiting(lists[name][2] % {"n": n}, f"?state__exact={lists[name][1]}") for name, n in numbers}


# --- The steps of a consultation --------------------------------------------------------------------------------------


HELD, HERE, AHEAD = "held", "here", "ahead"
PAPER_STEPS = (
    (gettext_lazy("Draft"), "create", (PaperState.DRAFTING,)),
    (gettext_lazy("Review"), "open_review", (PaperState.REVIEW, PaperState.CONSOLIDATION)),
    (
        gettext_lazy("Clearance"),
        "request_clearance",
        (PaperState.CLEARANCE_TEXT, PaperState.IN_CLEARANCE, PaperState.CLEARED, PaperState.SILENCE),
    ),
    (gettext_lazy("Adopted"), "adopt", (PaperState.FORUM_TEXT, PaperState.IN_SESSION)),
    (gettext_lazy("Published"), "publish", (PaperState.ADOPTED,)),
    (gettext_lazy("Followed up"), "", (PaperState.PUBLISHED, PaperState.SUPERSEDED)),
)
VERBS = [verb for _label, verb, _states in PAPER_STEPS if verb]


def steps_of(
    consultation: Consultation, forums: Iterable[Forum], papers: Iterable[PositionPaper], *, dated: bool
) -> list[Step]:
    """Return the steps of a consultation in order; exactly one is `here`. `forums` and `papers` are the latest first.

    `here` is the earliest step that is under way: "Opened" while inputs can be sent, whatever its papers do already;
    "Forum" while one is in session; and then the step of the paper. Of several papers that is the one which is least
    far, the latest of equals: one that is ahead of it hides nothing. If no step is under way, `here` is the last one
    held. Steps after `here` keep what was done: a draft finished before the inputs close stays held.

    The dates of the paper's steps (`dated`) take at most two queries.
    """
    paper = _least_far(papers) if consultation.state != ConsultationState.DRAFT else None
    of_paper = _of_paper(paper, _times(paper) if dated else {})
    if dated and of_paper[-1].state == HERE:
        of_paper[-1] = _follow_up(consultation, of_paper[-1])
    return _with_one_here([*_opening(consultation), *_meeting(forums), *of_paper])


def _least_far(papers: Iterable[PositionPaper]) -> PositionPaper | None:
    return min((paper for paper in papers if paper.state != PaperState.WITHDRAWN), key=_reached, default=None)


def _day(moment: datetime | None) -> date | None:
    return timezone.localdate(moment) if moment else None


def _opening(consultation: Consultation) -> list[Step]:
    opened = consultation.state != ConsultationState.DRAFT
    is_over = opened and not consultation.takes_inputs
    first = HERE if consultation.takes_inputs else HELD if opened else AHEAD
    hour = f"{timezone.localtime(consultation.closes_at):%H:%M}" if consultation.takes_inputs else ""
    return [
        Step(_("Opened") if opened else _("Opens"), first, _day(consultation.opens_at)),
        Step(
            _("Closed") if is_over else _("Closes"), HELD if is_over else AHEAD, _day(consultation.closes_at), note=hour
        ),
    ]


def _meeting(forums: Iterable[Forum]) -> list[Step]:
    forum = next((each for each in forums if each.state != ForumState.CANCELLED), None)
    return [_met(forum)] if forum else []


def _met(forum: Forum) -> Step:
    is_over = forum.state in (ForumState.HELD, ForumState.REPORTED)
    state = HELD if is_over else HERE if forum.state == ForumState.IN_SESSION else AHEAD
    return Step(_("Forum"), state, forum.starts_on, forum.ends_on, forum.place)


def _of_paper(paper: PositionPaper | None, times: dict[str, Any]) -> list[Step]:
    reached, steps = _reached(paper), []
    for turn, (label, verb, _states) in enumerate(PAPER_STEPS):
        state = HELD if turn < reached else HERE if turn == reached else AHEAD
        steps.append(Step(label, state, _day(times.get(verb))))
    return steps


def _reached(paper: PositionPaper | None) -> int:
    """Return the number of the step that the paper is at; -1 without a paper."""
    if paper is None:
        return -1
    state = paper.suspended_from or paper.state
    return next((turn for turn, (_label, _verb, states) in enumerate(PAPER_STEPS) if state in states), -1)


def _times(paper: PositionPaper | None) -> dict[str, Any]:
    """Return when each verb was first done to the paper."""
    if paper is None:
        return {}
    rows = Event.objects.about(paper).filter(verb__in=VERBS).order_by()
    return dict(rows.values_list("verb").annotate(at=Min("at")))


def _follow_up(consultation: Consultation, step: Step) -> Step:
    """Return the last step with the next milestone ahead, or else the last one held."""
    rows = Milestone.objects.filter(consultation=consultation, is_key=True).exclude(state=MilestoneState.CANCELLED)
    milestones = list(rows)  # in order of their dates
    ahead = (each for each in milestones if each.state in (MilestoneState.PLANNED, MilestoneState.MOVED))
    shown = next(ahead, milestones[-1] if milestones else None)
    return step._replace(note=str(shown) if shown else "")


def _with_one_here(steps: list[Step]) -> list[Step]:
    """Return the steps with only the earliest of those under way as `here`; where none is, the last one held."""
    under_way = [turn for turn, step in enumerate(steps) if step.state == HERE]
    held = [turn for turn, step in enumerate(steps) if step.state == HELD]
    here = min(under_way, default=max(held, default=0))
    return [
        step._replace(state=HERE if turn == here else AHEAD if step.state == HERE else step.state)
        for turn, step in enumerate(steps)
    ]


def public_steps(consultation: Consultation, edition: Edition | None) -> list[Step]:
    """Return the steps of a consultation that has opened, as everybody may know them; exactly one is `here`.

    `edition` is its published position. Before that nothing is said of a paper: its draft and its clearance are not
    public. The forums are those announced. One query.
    """
    forums = Forum.objects.filter(consultation=consultation).exclude(state__in=(ForumState.DRAFT, ForumState.CANCELLED))
    met = [_met(forum) for forum in forums.order_by("starts_on", "pk")]
    is_written = edition is not None
    has_met = any(step.state == HELD for step in met)
    read = HELD if has_met or is_written else AHEAD if consultation.takes_inputs else HERE
    draft = HELD if is_written else HERE if has_met else AHEAD
    result = [
        _writing(consultation),
        Step(_("We read"), read, note=_("each input gets a number and a reader")),
        *met,
        Step(_("We draft"), draft, note=_("each paragraph names the points behind it")),
        Step(
            _("You see what became of it"), HERE if is_written else AHEAD, _day(edition.frozen_at if edition else None)
        ),
    ]
    return _with_one_here(result)


def _writing(consultation: Consultation) -> Step:
    closes = timezone.localtime(consultation.closes_at)
    day = formats.date_format(closes, "j M Y")
    if not consultation.takes_inputs:
        return Step(_("Inputs closed"), HELD, note=day)
    until = _("until %(day)s, %(hour)s EAT") % {"day": day, "hour": f"{closes:%H:%M}"}
    return Step(_("Write now"), HERE, note=until)


# --- Next dates -------------------------------------------------------------------------------------------------------


class ComingDate(NamedTuple):
    """Day, or days, of a consultation that are still to come, with the page of what happens then."""

    first: date
    last: date
    words: str
    url: str = ""


def coming_dates(consultation: Consultation, forums: Iterable[Forum]) -> list[ComingDate]:
    """Return the days of a consultation from today on, in order of time: its inputs, letters, forums and milestones.
    One query.
    """
    opens, closes = timezone.localdate(consultation.opens_at), timezone.localdate(consultation.closes_at)
    result = [ComingDate(closes, closes, _("Closes for inputs"))]
    if consultation.state == ConsultationState.DRAFT:
        result.append(ComingDate(opens, opens, _("Opens for inputs")))
    for forum in forums:
        if forum.state == ForumState.ANNOUNCED and forum.respond_by:
            result.append(ComingDate(forum.respond_by, forum.respond_by, _("Replies to letters are due")))
        if forum.state != ForumState.CANCELLED:
            address = reverse("forum_home", args=[forum.slug])
            result.append(ComingDate(forum.starts_on, forum.ends_on, forum.title, address))
    for milestone in consultation.milestones.filter(state__in=[MilestoneState.PLANNED, MilestoneState.MOVED]):
        start, end = milestone.actual_start or milestone.planned_start, milestone.actual_end or milestone.planned_end
        if start:  # a constraint of the database
            result.append(ComingDate(start, max(start, end or start), str(milestone)))
    today = timezone.localdate(now())
    return sorted(each for each in result if each.last >= today)


# --- Pictures ---------------------------------------------------------------------------------------------------------


def years_of(consultation: Consultation, forums: Iterable[Forum], papers: Iterable[PositionPaper]) -> Stretch:
    """Return a consultation on the line of the years: filled while it took inputs, then up to its forums and its
    paper, with a dotted line while it is followed up.
    """
    today, known = timezone.localdate(now()), list(papers)
    opened, closed = timezone.localdate(consultation.opens_at), timezone.localdate(consultation.closes_at)
    published = [timezone.localdate(paper.published_at) for paper in known if paper.published_at]
    ended = bool(known) and all(paper.state in ENDED for paper in known)
    under_way = consultation.state in UNDER_WAY and not ended
    met = [forum.ends_on or forum.starts_on for forum in forums if forum.state != ForumState.CANCELLED]
    end = max([closed, *met, *published, *([today] if under_way and opened <= today else [])])
    follow_up = today if published and ended and today > end else None
    return Stretch(consultation.short_title, opened, min(closed, max(today, opened)), end, follow_up)


class ClearanceTime(NamedTuple):
    """How long a ministry took, or has taken, to answer a clearance, in working days."""

    clearance: Clearance
    days: int
    is_late: bool

    @property
    def stretch(self) -> Stretch:
        """Return it on the line of time: filled up to the answer or today, with its end where it is due."""
        requested, due = timezone.localdate(self.clearance.requested_at), timezone.localdate(self.clearance.due_at)
        return Stretch(self.clearance.ministry.label, requested, self.until, max(due, requested))

    @property
    def until(self) -> date:
        """Return the day of the answer, or of the recorded silence, or else today."""
        return timezone.localdate(_ended(self.clearance))


def _ended(clearance: Clearance) -> datetime:
    return clearance.due_at if clearance.state == ClearanceState.SILENT else clearance.answered_at or now()


def clearance_times(consultation: Consultation) -> list[ClearanceTime]:
    """Return the clearances of the latest paper of a consultation that was sent to ministries, by ministry. At most
    two queries; the holidays are kept.
    """
    requested = Clearance.objects.filter(paper__consultation=consultation)
    latest = requested.order_by("-paper__created_at", "-paper").values("paper")[:1]
    rows = list(requested.filter(paper=latest).select_related("ministry").order_by("ministry__name"))
    days = [(timezone.localdate(row.requested_at), timezone.localdate(_ended(row))) for row in rows]
    calendar = WorkingDays([day for pair in days for day in pair])
    return [
        ClearanceTime(row, calendar.between(*pair), _ended(row) > row.due_at)
        for row, pair in zip(rows, days, strict=True)
    ]
