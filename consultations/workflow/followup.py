"""Follow-up of a forum: action points and the communiqué."""

import hashlib
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import (
    ActionPoint,
    ActionState,
    Communique,
    CommuniqueState,
    Forum,
    ForumState,
    Point,
    PointKind,
    PointState,
    Stakeholder,
    User,
)
from consultations.notifications import recipients
from consultations.permissions import (
    AUTHORS,
    COMMUNIQUE_PUBLISHERS,
    HEAD,
    SECRETARIAT,
    acts_for,
    is_secretariat,
)
from consultations.queries.followup import bodies_that_came
from ncm_portal.workflow import (
    Blocked,
    Condition,
    Conflict,
    Move,
    demand,
    either,
    journal,
    locked,
    make,
    now,
    table,
    verb,
)

from .access_log import enter_export

A, C = ActionState, CommuniqueState


def ready_to_circulate(communique: Communique) -> list[Condition]:
    """The forum is closed and has a contact for comments."""
    forum = communique.forum
    return [
        either(
            forum.state in {ForumState.HELD, ForumState.REPORTED},
            _("The forum is held"),
            _("The forum is not closed yet: what it adopts may still change"),
        ),
        either(
            bool(forum.contact.strip()),
            _("The forum has a contact for comments"),
            _("The forum has no contact: enter one, so that comments have an address"),
        ),
    ]


ACTION_MOVES = table(
    Move("finish_action", gettext_lazy("Done"), (A.OPEN,), A.DONE, SECRETARIAT),
    Move("drop_action", gettext_lazy("Drop"), (A.OPEN,), A.DROPPED, SECRETARIAT, needs_reason=True),
    Move(
        "reopen_action",
        gettext_lazy("Open again"),
        (A.DONE, A.DROPPED),
        A.OPEN,
        SECRETARIAT,
        needs_reason=True,
        undoes=True,
    ),
)

COMMUNIQUE_MOVES = table(
    Move(
        "circulate_communique",
        gettext_lazy("Circulate for comment"),
        (C.DRAFT,),
        C.CIRCULATED,
        SECRETARIAT,
        ready_to_circulate,
    ),
    Move("clear_communique", gettext_lazy("Clear"), (C.CIRCULATED,), C.CLEARED, HEAD),
    Move(
        "publish_communique",
        gettext_lazy("Publish"),
        (C.CLEARED,),
        C.PUBLISHED,
        COMMUNIQUE_PUBLISHERS,
        grave=True,
    ),
    Move(
        "return_communique",
        gettext_lazy("Back to draft"),
        (C.CIRCULATED, C.CLEARED),
        C.DRAFT,
        SECRETARIAT,
        needs_reason=True,
        undoes=True,
    ),
)


# --- Action points --------------------------------------------------------------------------------------------------


@verb
def note_action(
    forum: Forum,
    *,
    by: User,
    text: str,
    stakeholder: Stakeholder | None = None,
    responsible: str = "",
    due_on: date | None = None,
) -> ActionPoint:
    """Create an action point decided at a forum. The same text for the same organisation is the same action.

    Raises NotAllowed, or Blocked if the text or the responsible party is missing.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Add an action point"))
    _demand_words(text, stakeholder, responsible)
    locked(forum)
    known = {"text": text.strip(), "stakeholder": stakeholder, "responsible": responsible.strip()}
    again = forum.actions.filter(state=A.OPEN, **known).first()
    return again or _enter(forum, by, due_on=due_on, **known)


def _demand_words(text: str, stakeholder: Stakeholder | None, responsible: str) -> None:
    reasons = [] if text.strip() else [_("Enter what needs to be done.")]
    if stakeholder is None and not responsible.strip():
        reasons.append(_("Choose an organisation or enter who will do it."))
    if reasons:
        raise Blocked(reasons)


def _enter(forum: Forum, by: User, **fields: object) -> ActionPoint:
    action = ActionPoint.objects.create(forum=forum, by=by, at=now(), **fields)
    journal("note_action", action, by=by, after=action.state, commits=[action])
    return action


@verb
def carry_commitments(forum: Forum, *, by: User) -> list[ActionPoint]:
    """Create an open action point from every validated commitment of the forum's sessions, each once; return the new
    ones.

    Those without a responsible party wait for one. Raises NotAllowed.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Carry commitments over"))
    locked(forum)  # concurrent calls wait for each other
    return [
        _enter(
            forum,
            by,
            point=point,
            text=point.text,
            stakeholder=point.stakeholder,
            responsible=point.responsible or ("" if point.stakeholder_id else _("to be named")),
            due_on=point.due_on,
        )
        for point in commitments_to_carry(forum)
    ]


def commitments_to_carry(forum: Forum) -> list[Point]:
    """Return validated commitments of the forum's sessions without an action point."""
    made = Point.objects.of_forum(forum).filter(kind=PointKind.COMMITMENT, action=None)
    standing = made.filter(state__in=[PointState.VALIDATED, PointState.DISPOSED])
    return list(standing.select_related("stakeholder").order_by("session__starts_at", "session__order", "number"))


@verb
def amend_action(
    action: ActionPoint,
    *,
    by: User,
    text: str,
    stakeholder: Stakeholder | None = None,
    responsible: str = "",
    due_on: date | None = None,
) -> ActionPoint:
    """Change the text, responsible party or date of an open action. The journal keeps the earlier values.

    Raises NotAllowed or Blocked.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Amend an action point"))
    _demand_words(text, stakeholder, responsible)
    row = _open(action)
    data = {"text": row.text, "by_when": str(row.due_on or ""), "who": row.who}
    row.text, row.stakeholder, row.responsible, row.due_on = text.strip(), stakeholder, responsible.strip(), due_on
    row.save()
    journal("amend_action", row, by=by, before=row.state, after=row.state, data={"said": data})
    return row


def _open(action: ActionPoint) -> ActionPoint:
    row = locked(action)
    if row.state != A.OPEN:
        raise Blocked(_("This action is %(state)s: open it again first.") % {"state": row.get_state_display()})
    return row


@verb
def say_done(action: ActionPoint, *, by: User, note: str) -> ActionPoint:
    """Report, for the organisation, that an action is done; the secretariat confirms it with `finish_action`.

    Raises NotAllowed, or Blocked if it is closed or the report is empty.
    """
    demand(acts_for(by, action.stakeholder_id), who=AUTHORS, to=gettext_lazy("Report an action point"))
    if not note.strip():
        raise Blocked(_("Enter the result."))
    row = _open(action)
    row.report = note.strip()
    row.save(update_fields=["report"])
    journal("say_done", row, by=by, before=row.state, after=row.state, reason=row.report)
    return row


@verb
def finish_action(action: ActionPoint, *, by: User, report: str) -> ActionPoint:
    """Confirm that an action is done, with its outcome. Raises NotAllowed or Blocked."""

    def end(row: ActionPoint) -> None:
        if not report.strip():
            raise Blocked(_("Enter the result."))
        _end(row, report)

    return make(ACTION_MOVES["finish_action"], action, by=by, reason=report.strip(), change=end)


def _end(row: ActionPoint, report: str) -> None:
    row.report, row.ended_on = report.strip(), timezone.localdate(now())


@verb
def drop_action(action: ActionPoint, *, by: User, reason: str) -> ActionPoint:
    """Close an action that nobody will do, with the reason. Raises NotAllowed or Blocked."""
    return make(ACTION_MOVES["drop_action"], action, by=by, reason=reason, change=lambda row: _end(row, reason))


@verb
def reopen_action(action: ActionPoint, *, by: User, reason: str) -> ActionPoint:
    """Reopen an action that is not done. Raises NotAllowed or Blocked."""

    def begin_again(row: ActionPoint) -> None:
        row.report, row.ended_on = "", None

    return make(ACTION_MOVES["reopen_action"], action, by=by, reason=reason, change=begin_again)


# --- The communiqué -------------------------------------------------------------------------------------------------


@verb
def draft_communique(forum: Forum, *, by: User, body: str) -> Communique:
    """Create the communiqué of a forum with `body`. A forum has one: repeating it returns the existing one.

    Raises NotAllowed, or Blocked if the text is empty.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Write a communiqué"))
    _demand_text(body)
    locked(forum)
    there = Communique.objects.filter(forum=forum).first()
    if there:
        return there
    made = Communique.objects.create(forum=forum, body=body, written_by=by, written_at=now())
    journal("draft_communique", made, by=by, after=made.state, data={"text": body}, commits=[made])
    return made


def _demand_text(body: str) -> None:
    if not body.strip():
        raise Blocked(_("Enter the text of the communiqué."))


@verb
def edit_communique(communique: Communique, *, by: User, body: str, version: int) -> Communique:
    """Replace a draft's text by `body`. `version` is the one that the editor started from.

    Raises Conflict if somebody saved since, NotAllowed, or Blocked if it is not a draft.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Write a communiqué"))
    _demand_text(body)
    row = locked(communique)
    if row.state != C.DRAFT:
        raise Blocked(_("The text is %(state)s: take it back to draft first.") % {"state": row.get_state_display()})
    if row.body == body:
        return row
    if row.version != version:
        raise Conflict(row)
    row.body, row.version, row.written_by, row.written_at = body, row.version + 1, by, now()
    row.save()
    journal("edit_communique", row, by=by, before=row.state, after=row.state, data={"text": body})
    return row


@verb
def circulate_communique(communique: Communique, *, by: User) -> Communique:
    """Send the text to verified organisations that took part; comments go to the forum's contact.

    Raises NotAllowed or Blocked.
    """
    row = make(COMMUNIQUE_MOVES["circulate_communique"], communique, by=by)
    recipients.communique_circulated(row, bodies_that_came(row.forum).filter(state=Stakeholder.State.VERIFIED))
    return row


@verb
def clear_communique(communique: Communique, *, by: User) -> Communique:
    """Clear the text for publication, as the head. Raises NotAllowed or Blocked."""

    def sign(row: Communique) -> None:
        row.cleared_by = by

    return make(COMMUNIQUE_MOVES["clear_communique"], communique, by=by, change=sign)


@verb
def publish_communique(communique: Communique, *, by: User) -> Communique:
    """Publish the text with its hash. Raises NotAllowed or Blocked."""

    def seal(row: Communique) -> None:
        row.published_at, row.sha256 = now(), text_sha256(row.body)
        data["sha256"] = row.sha256

    data: dict[str, str] = {}
    return make(COMMUNIQUE_MOVES["publish_communique"], communique, by=by, change=seal, data=data)


def text_sha256(body: str) -> str:
    """Return the SHA-256 of a communiqué's text in UTF-8 with line feeds, as `sha256sum` gives for the file."""
    return hashlib.sha256(body.encode()).hexdigest()


@verb
def return_communique(communique: Communique, *, by: User, reason: str) -> Communique:
    """Return the text to draft, which removes a clearance. Raises NotAllowed or Blocked."""

    def unsign(row: Communique) -> None:
        row.cleared_by = None

    return make(COMMUNIQUE_MOVES["return_communique"], communique, by=by, reason=reason, change=unsign)


# --- Lists ----------------------------------------------------------------------------------------------------------


@verb
def take_list(forum: Forum, *, by: User, what: str, form: str) -> None:
    """Log that a list of the forum with personal data is exported.

    Raises NotAllowed; or NotLogged, in which case nothing must be sent.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Export a list of the forum"))
    enter_export(forum, by=by, list=what, form=form)
