"""Feedback on inputs: co-signatures and misread points."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import (
    Audience,
    ConsultationState,
    Endorsement,
    Misreading,
    Point,
    PointState,
    Stakeholder,
    StakeholderState,
    Submission,
    SubmissionState,
    User,
)
from consultations.notifications import submissions
from consultations.permissions import AUTHORS, acts_for
from ncm_portal.workflow import Blocked, Condition, demand, either, journal, now, verb

from .mail_limits import count_mail


def _reasons(*conditions: Condition) -> list[str]:
    return [condition.text for condition in conditions if not condition.met]


# --- Co-signing -----------------------------------------------------------------------------------------------------


def ready_to_endorse(submission: Submission, stakeholder: Stakeholder) -> list[Condition]:
    """The input is another organisation's, public and on file; the organisation is verified and the consultation not
    archived.
    """
    is_public = submission.audience == Audience.PUBLIC and submission.state == SubmissionState.ACCEPTED
    is_open = submission.consultation.state in {ConsultationState.OPEN, ConsultationState.CLOSED}
    is_verified, name = stakeholder.state == StakeholderState.VERIFIED, {"name": stakeholder.name}
    return [
        either(
            submission.stakeholder_id != stakeholder.pk,
            _("It is the input of another organisation"),
            _("It is your own input: an organisation co-signs those of others"),
        ),
        either(is_public, _("It is on file and public"), _("Only a public input that is on file can be co-signed")),
        either(is_open, _("Its consultation is under way"), _("Its consultation is over")),
        either(
            is_verified,
            _("The secretariat has verified %(name)s") % name,
            _("The secretariat has not verified %(name)s") % name,
        ),
    ]


@verb
def endorse(submission: Submission, stakeholder: Stakeholder, *, by: User) -> Endorsement:
    """Co-sign another organisation's public input, and notify the author by mail. Repeating it has no effect.

    Raises NotAllowed unless `by` acts for `stakeholder`, or Blocked with every reason.
    """
    demand(acts_for(by, stakeholder), who=AUTHORS, to=gettext_lazy("Co-sign an input"))
    row = Submission.objects.select_for_update(of=("self",), no_key=True).get(pk=submission.pk)
    reasons = _reasons(*ready_to_endorse(row, stakeholder))
    if reasons:
        raise Blocked(reasons)
    live = row.endorsements.live().filter(stakeholder=stakeholder).first()
    if live:
        return live
    count_mail(caused_by=by, stakeholder=stakeholder)
    endorsement = Endorsement.objects.create(submission=row, stakeholder=stakeholder, by=by, at=now())
    journal("endorse", row, by=by, data={"organisation": stakeholder.name}, commits=[endorsement])
    submissions.endorsed(endorsement)
    return endorsement


@verb
def withdraw_endorsement(endorsement: Endorsement, *, by: User) -> Endorsement:
    """Withdraw a co-signature. It no longer counts and stays on record. Repeating it has no effect."""
    row = Endorsement.objects.select_for_update(of=("self",), no_key=True).get(pk=endorsement.pk)
    demand(acts_for(by, row.stakeholder_id), who=AUTHORS, to=gettext_lazy("Withdraw a co-signature"))
    if row.withdrawn_at is None:
        row.withdrawn_by, row.withdrawn_at = by, now()
        row.save()
        data = {"organisation": row.stakeholder.name}
        journal("withdraw_endorsement", row.submission, by=by, data=data, commits=[row])
    return row


# --- "I do not recognise my point in this" ----------------------------------------------------------------------------


def ready_to_say_misread(point: Point, stakeholder: Stakeholder) -> list[Condition]:
    """The point is of the organisation's own input and answered in a published paper, and it has not replied before."""
    final = point.merged_into or point
    is_said = Misreading.objects.filter(point=point, stakeholder=stakeholder).exists()
    return [
        either(
            point.submission_id is not None and point.stakeholder_id == stakeholder.pk,
            _("It is a point of your own input"),
            _("It is not a point of your own input"),
        ),
        either(final.state == PointState.DISPOSED, _("It has been answered"), _("It has not been answered yet")),
        either(not is_said, _("Your organisation has not written yet"), _("Your organisation has already written")),
    ]


@verb
def say_misread(point: Point, stakeholder: Stakeholder, *, by: User, text: str) -> Misreading:
    """Tell the desk, once, that the answer to a point misreads it. The desk has to reply.

    Raises NotAllowed unless `by` acts for `stakeholder`, or Blocked with every reason.
    """
    demand(acts_for(by, stakeholder), who=AUTHORS, to=gettext_lazy("Say that a point was misread"))
    row = Point.objects.select_for_update(of=("self",), no_key=True).get(pk=point.pk)
    reasons = _reasons(*ready_to_say_misread(row, stakeholder))
    if not text.strip():
        reasons.append(_("Enter what your organisation meant."))
    if reasons:
        raise Blocked(reasons)
    misreading = Misreading.objects.create(point=row, stakeholder=stakeholder, text=text.strip(), by=by, at=now())
    journal("say_misread", row, by=by, data={"organisation": stakeholder.name}, commits=[misreading])
    return misreading
