"""Points: extracted from inputs, recorded in sessions, joined if they are duplicates."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import (
    ForumSession,
    Point,
    PointState,
    Provision,
    Stakeholder,
    Submission,
    SubmissionState,
    Theme,
    User,
)
from consultations.permissions import (
    SECRETARIAT,
    VALIDATORS,
    WRITERS,
    is_rapporteur,
    is_secretariat,
    may_write_point,
)
from consultations.redaction import comes_from_held_back, without_brackets
from ncm_portal.workflow import Blocked, Condition, Move, demand, either, journal, locked, make, now, table, verb

from .moderation import hidden_text

S = PointState


def stands_alone(point: Point) -> list[Condition]:
    """No other point is joined to it."""
    alone = point.pk is None or not point.merged.exists()
    return [either(alone, _("No other point is joined to it"), _("Other points are joined to it: separate them first"))]


POINT_MOVES = table(
    Move("hand_in", gettext_lazy("Hand in"), (S.DRAFT,), S.SUBMITTED, WRITERS),
    Move("validate", gettext_lazy("Validate"), (S.DRAFT, S.SUBMITTED), S.VALIDATED, VALIDATORS),
    Move(
        "send_back",
        gettext_lazy("Send back"),
        (S.SUBMITTED,),
        S.DRAFT,
        VALIDATORS,
        needs_reason=True,
        undoes=True,
    ),
    Move("merge", gettext_lazy("Join to another"), (S.VALIDATED,), S.MERGED, SECRETARIAT, needs_reason=True),
    Move("unmerge", gettext_lazy("Separate"), (S.MERGED,), S.VALIDATED, SECRETARIAT, needs_reason=True),
    Move(
        "take_back",
        gettext_lazy("Take back"),
        (S.DRAFT, S.SUBMITTED, S.VALIDATED),
        S.WITHDRAWN,
        SECRETARIAT,
        stands_alone,
        needs_reason=True,
        grave=True,
        undoes=True,
    ),
    Move("dispose", gettext_lazy("Answer"), (S.VALIDATED,), S.DISPOSED, SECRETARIAT),
)


@verb
def split(
    submission: Submission,
    *,
    by: User,
    kind: str,
    text: str,
    theme: Theme | None = None,
    provisions: Iterable[Provision] = (),
    responsible: str = "",
    due_on: date | None = None,
    held_back: bool = False,
) -> Point:
    """Extract one request from an input on file as a validated point.

    The same text of the same kind is the same point, unless that was taken back. A commitment has a `responsible` party
    and a date (`due_on`). Text that overlaps a held-back passage is held back too; `held_back` marks text that reveals
    it in other words.

    Raises NotAllowed, or Blocked if the input is not on file or the point is empty.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Split an input into points"))
    row = Submission.objects.select_for_update(of=("self",), no_key=True).get(pk=submission.pk)
    if row.state != SubmissionState.ACCEPTED:
        raise Blocked(_("Put the input on file before splitting it into points."))
    held_back, text = held_back or comes_from_held_back(text, hidden_text(row)), without_brackets(text)
    again = row.points.filter(kind=kind, text=text.strip()).exclude(state=S.WITHDRAWN).first()
    if again:
        return again
    number = (row.points.aggregate(last=Max("number"))["last"] or 0) + 1
    point = _write(
        by,
        text,
        provisions,
        held_back=held_back,
        reference=f"{row.reference}.{number}",
        consultation=row.consultation,
        submission=row,
        stakeholder=row.stakeholder,
        number=number,
        kind=kind,
        theme=theme or row.theme,
        responsible=responsible.strip(),
        due_on=due_on,
    )
    return validate(point, by=by)


@verb
def word_again(point: Point, *, by: User, **words: Any) -> Point:
    """Replace a point of an input by one in other words, or of another kind or theme; the first is taken back. `words`
    as in `split`. Raises NotAllowed or Blocked.
    """
    if point.submission is None:
        raise Blocked(_("A point of a session is corrected by its rapporteur."))
    take_back(point, by=by, reason=_("Worded again."))
    return split(point.submission, by=by, **words)


@verb
def write_point(
    session: ForumSession,
    *,
    by: User,
    kind: str,
    text: str,
    stakeholder: Stakeholder | None = None,
    theme: Theme | None = None,
    provisions: Iterable[Provision] = (),
    responsible: str = "",
    due_on: date | None = None,
) -> Point:
    """Record a point made in a session, as its rapporteur or the secretariat. It starts as a draft.

    The same text of the same organisation is the same point. A commitment has a `responsible` party and a date
    (`due_on`).

    Raises NotAllowed, or Blocked if it is empty or has no theme.
    """
    allowed = is_secretariat(by) or is_rapporteur(by, session.pk)
    demand(allowed, who=WRITERS, to=gettext_lazy("Record a point"))
    row = ForumSession.objects.select_for_update(of=("self",), no_key=True).get(pk=session.pk)
    theme = theme or row.theme
    if theme is None:
        raise Blocked(_("Choose the theme of the point."))
    promise = {"responsible": responsible.strip(), "due_on": due_on}
    again = row.points.filter(kind=kind, text=text.strip(), stakeholder=stakeholder, **promise).first()
    if again:
        return again
    number = (row.points.aggregate(last=Max("number"))["last"] or 0) + 1
    return _write(
        by,
        text,
        provisions,
        reference=f"{row.forum.code}.S{row.order}.{number}",
        consultation=row.forum.consultation,
        session=row,
        stakeholder=stakeholder,
        number=number,
        kind=kind,
        theme=theme,
        **promise,
    )


def _write(by: User, text: str, provisions: Iterable[Provision], **fields: object) -> Point:
    if not text.strip():
        raise Blocked(_("Enter what the point says."))
    point = Point.objects.create(text=text.strip(), created_by=by, created_at=now(), **fields)
    point.provisions.set(provisions)
    journal("write", point, by=by, after=point.state, commits=[point])
    return point


@verb
def hand_in(point: Point, *, by: User) -> Point:
    """Submit a session's point for validation by the chair."""
    return make(POINT_MOVES["hand_in"], point, by=by)


@verb
def validate(point: Point, *, by: User) -> Point:
    """Confirm that the point is correct; it counts from then on."""
    return make(POINT_MOVES["validate"], point, by=by)


@verb
def send_back(point: Point, *, by: User, reason: str) -> Point:
    """Return a point to the rapporteur with what to correct."""
    return make(POINT_MOVES["send_back"], point, by=by, reason=reason)


@verb
def correct_point(
    point: Point,
    *,
    by: User,
    text: str,
    kind: str,
    stakeholder: Stakeholder | None = None,
    theme: Theme | None = None,
    provisions: Iterable[Provision] | None = None,
    responsible: str = "",
    due_on: date | None = None,
) -> Point:
    """Correct a session's draft point; the journal keeps the earlier text.

    Raises NotAllowed, or Blocked with every reason.
    """
    demand(may_write_point(by, point), who=WRITERS, to=gettext_lazy("Correct a point"))
    row = locked(point)
    reasons = [] if text.strip() else [_("Enter what the point says.")]
    if row.session_id is None or row.state != S.DRAFT:
        reasons.append(_("Only a draft of a session can be corrected: %(point)s is %(state)s.") % _about(row))
    promise = {"responsible": responsible.strip(), "due_on": due_on}
    alike: dict[str, Any] = {"kind": kind, "text": text.strip(), "stakeholder": stakeholder, **promise}
    if row.session and row.session.points.filter(**alike).exclude(pk=row.pk):
        reasons.append(_("This session already has a point with the same text."))
    if reasons:
        raise Blocked(reasons)
    before = {"text": row.text, "kind": row.kind, "stakeholder": row.stakeholder_id, "theme": row.theme_id}
    before |= {name: getattr(row, name) for name in promise}
    for name, value in {**alike, "theme": theme or row.theme}.items():
        setattr(row, name, value)
    row.save(update_fields=list(before))
    if provisions is not None:
        row.provisions.set(provisions)
    journal("correct_point", row, by=by, before=row.state, after=row.state, data=before)
    return row


@verb
def merge(point: Point, *, into: Point, by: User, reason: str) -> Point:
    """Join `point` to its duplicate `into`. Both are kept; points joined to `point` move along.

    Raises NotAllowed, or Blocked if `into` is the point itself, belongs to another consultation or does not count.
    """

    def stand_behind(row: Point) -> None:
        target = both[into.pk]
        reasons = []
        if target.pk == row.pk:
            reasons.append(_("A point cannot be joined to itself."))
        if target.consultation_id != row.consultation_id:
            reasons.append(_("Both points must belong to the same consultation."))
        if target.state != S.VALIDATED:
            reasons.append(_("%(point)s is %(state)s: choose a validated point.") % _about(target))
        if reasons:
            raise Blocked(reasons)
        row.merged_into = target
        behind.extend(row.merged.select_for_update(of=("self",), no_key=True))
        row.merged.update(merged_into=target)
        for each in behind:
            each.merged_into = target

    # locked in a fixed order, so that concurrent merges wait for each other
    pair = Point.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[point.pk, into.pk]).order_by("pk")
    both = {row.pk: row for row in pair}
    behind: list[Point] = []  # points joined to `point`
    data = {"into": into.reference}
    return make(POINT_MOVES["merge"], point, by=by, reason=reason, change=stand_behind, commits=behind, data=data)


def _about(point: Point) -> dict[str, str]:
    return {"point": point.reference, "state": point.get_state_display()}


@verb
def unmerge(point: Point, *, by: User, reason: str) -> Point:
    """Separate a joined point."""

    def stand_alone(row: Point) -> None:
        row.merged_into = None

    return make(POINT_MOVES["unmerge"], point, by=by, reason=reason, change=stand_alone)


@verb
def take_back(point: Point, *, by: User, reason: str) -> Point:
    """Withdraw a point that was extracted or recorded by mistake. It stays on record and no longer counts."""
    return make(POINT_MOVES["take_back"], point, by=by, reason=reason)


@verb
def dispose(point: Point, *, by: User) -> Point:
    """Mark a point as answered; publication does this for all points of a paper."""
    return make(POINT_MOVES["dispose"], point, by=by)
