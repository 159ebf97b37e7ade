"""Inputs registered by the secretariat for an organisation: from paper, mail or a spreadsheet."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.db.locks import after_lock
from consultations.models import (
    Audience,
    Consultation,
    Language,
    Provision,
    Stakeholder,
    Submission,
    Theme,
    User,
    copy_in,
    copy_values,
    made_alike,
)
from consultations.permissions import HEAD, SECRETARIAT, is_head, is_secretariat
from ncm_portal.workflow import Blocked, check, demand, journal, log_refusal, make, make_many, now, verb

from .submissions import DRAFT_FIELDS, SUBMISSION_MOVES, S, came_late, next_references, stamp_as_sent

TAKING_IN = gettext_lazy("Register an input")
IMPORT_LOCK = 20171018
OWN_VALUES = (
    "key",
    "title",
    "body",
    "received_on",
    "proposed_wording",
    "audience",
    "language",
)  # of a row, no relations


@verb
def take_in(
    consultation: Consultation,
    stakeholder: Stakeholder,
    *,
    by: User,
    key: uuid.UUID,
    channel: str,
    received_on: date,
    provisions: list[Provision] | None = None,
    late_reason: str = "",
    **fields: Any,
) -> tuple[Submission, bool]:
    """Register an input that an organisation sent by letter or e-mail, typed by the secretariat.

    The same `key` is one input, however often it is sent. Returns it and whether it is new. Only the head can register
    one received after the deadline, with a reason (`late_reason`). Raises NotAllowed or Blocked with every reason.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=TAKING_IN)
    moment = now()
    values: dict[str, Any] = {"consultation": consultation, "stakeholder": stakeholder, "author": by, "entered_by": by}
    values |= {"channel": channel, "received_on": received_on, "created_at": moment, "edited_at": moment}
    submission, is_new = Submission.objects.get_or_create(key=key, defaults=values | _known(fields))
    if not is_new:
        return submission, False
    submission.provisions.set(provisions or [])
    let_in = late_reason.strip() if came_late(submission) else ""
    if let_in:
        demand(is_head(by), who=HEAD, to=gettext_lazy("Allow after the deadline"))
        submission.late_at, submission.late_by, submission.late_reason = moment, by, let_in
        submission.save(update_fields=["late_at", "late_by", "late_reason"])
    return make(SUBMISSION_MOVES["take_in"], submission, by=by, reason=let_in, change=stamp_as_sent), True


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - set(DRAFT_FIELDS)
    if unknown:
        raise TypeError(f"an input has no such fields: {', '.join(sorted(unknown))}")
    return fields


class SheetRow(NamedTuple):
    """Input in a row of a spreadsheet. The same `key` is the same input."""

    key: uuid.UUID
    stakeholder: Stakeholder
    theme: Theme
    title: str
    body: str
    received_on: date
    proposed_wording: str = ""
    audience: str = Audience.PUBLIC
    language: str = Language.ENGLISH
    provisions: tuple[Provision, ...] = ()


class WhyNot:
    """Reasons against rows of one spreadsheet; computed once for rows that the verb cannot distinguish."""

    def __init__(self, draft: Submission) -> None:
        self.draft = draft
        self._known: dict[tuple[Any, ...], list[str]] = {}

    def about(self, row: SheetRow) -> list[str]:
        """Return every reason against one row; none if it can be imported. Raises NotAllowed."""
        marks = [text for text in (row.title, row.body, row.proposed_wording) if "[[" in text or "]]" in text]
        body = row.stakeholder
        named = None if body.state == Stakeholder.State.VERIFIED else body.pk  # only unverified ones are named
        alike = (named, row.received_on, not row.title.strip(), not row.body.strip())
        if marks:
            return self._ask(row)
        if alike not in self._known:
            self._known[alike] = self._ask(row)
        return self._known[alike]

    def _ask(self, row: SheetRow) -> list[str]:
        for name in ("stakeholder", "received_on", "title", "body", "proposed_wording"):
            setattr(self.draft, name, getattr(row, name))
        try:
            check(SUBMISSION_MOVES["take_in"], self.draft, by=self.draft.author)
        except Blocked as refusal:
            return refusal.reasons
        return []


class TakenIn(NamedTuple):
    """Result of an import: the new inputs, and the reasons of refused ones, by key."""

    new: list[Submission]
    refused: dict[uuid.UUID, list[str]]


@verb
def take_in_many(
    consultation: Consultation,
    rows: Sequence[SheetRow],
    *,
    by: User,
    channel: str,
    data: Mapping[str, object] | None = None,
) -> TakenIn:
    """Import the rows of a spreadsheet filled in by an organisation, in a few statements for all of them.

    Existing rows are skipped; a refused row does not stop others. `data` is added to the journal entry of each input.
    Raises NotAllowed.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=TAKING_IN)
    after_lock("SELECT 1", lock=(IMPORT_LOCK, consultation.pk))  # nobody else imports into it until this is over
    references = iter(next_references(consultation, len(rows)))
    known = set(Submission.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True))
    fresh = {row.key: row for row in rows if row.key not in known}
    moment = now()  # one for all of them
    checks = WhyNot(Submission(consultation=consultation, channel=channel, author=by, entered_by=by))
    typed = {"consultation": consultation, "channel": channel, "author": by, "entered_by": by}
    typed |= {"created_at": moment, "edited_at": moment, "submitted_at": moment}

    def seal(submission: Submission) -> None:
        submission.reference = next(references)
        codes = [provision.code for provision in fresh[submission.key].provisions]
        submission.content_sha256 = submission.computed_sha256(codes)

    new, refused = make_many(
        SUBMISSION_MOVES["take_in"],
        _drafts(fresh.values(), typed),
        by=by,
        insert=lambda made: _write(made, fresh),
        change=seal,
        reasons_against=lambda submission: checks.about(fresh[submission.key]),
        verb="take_in_many",
        data=data,
    )
    if refused:
        reasons = sorted({reason for _row, reasons in refused for reason in reasons})
        log_refusal("take_in_many", consultation, by=by, refusal=Blocked(reasons), data=data)
    return TakenIn(new, {row.key: reasons for row, reasons in refused})


def _drafts(rows: Collection[SheetRow], typed: Mapping[str, Any]) -> Iterator[Submission]:
    own = ({name: getattr(row, name) for name in OWN_VALUES} for row in rows)
    for row, draft in zip(rows, made_alike(Submission, own, typed), strict=True):
        draft.stakeholder, draft.theme = row.stakeholder, row.theme
        yield draft


def _write(new: list[Submission], rows: Mapping[uuid.UUID, SheetRow]) -> None:
    """Insert the inputs as sent: the database allows that initial state for inputs typed for their author."""
    if not new:
        return
    copy_in(new)
    links = Submission.provisions.through
    ends = [field for field in links._meta.concrete_fields if field.name in ("submission", "provision")]
    copy_values(links, ends, ((each.pk, provision.pk) for each in new for provision in rows[each.key].provisions))
    connection.check_constraints()  # now, not when the journal's end is locked


@verb
def retype(
    submission: Submission, *, by: User, provisions: list[Provision] | None = None, **fields: object
) -> Submission:
    """Correct the typed text before a second person has checked it.

    Whoever corrects it becomes its typist, so that somebody else checks it. Raises NotAllowed or Blocked.
    """
    row = Submission.objects.select_for_update(of=("self",), no_key=True).get(pk=submission.pk)
    demand(is_secretariat(by) and row.entered_by_id is not None, who=SECRETARIAT, to=gettext_lazy("Correct the typing"))
    if row.state != S.SUBMITTED or row.checked_at:
        raise Blocked(_("This input has already been checked or decided, so its text cannot be changed."))
    changed = [name for name, value in _known(fields).items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, fields[name])
    if provisions is not None:
        row.provisions.set(provisions)
    was = row.content_sha256
    row.entered_by, row.edited_at, row.content_sha256 = by, now(), row.computed_sha256()
    row.save()
    data = {"changed": changed, "sha256_before": was}
    journal("retype", row, by=by, before=row.state, after=row.state, data=data, commits=[row])
    return row


@verb
def check_against_original(submission: Submission, *, by: User) -> Submission:
    """Confirm that the typed text matches the original: a second person, never the typist."""

    def stamp(row: Submission) -> None:
        row.checked_by, row.checked_at = by, now()

    return make(SUBMISSION_MOVES["check_against_original"], submission, by=by, change=stamp)
