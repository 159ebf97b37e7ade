"""Page of an input: its text, co-signatures, and what became of each point."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, OuterRef, When
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.models import Attachment, Audience, Endorsement, Provision, Stakeholder, Submission
from consultations.models.submissions import readable_in_full_by
from consultations.permissions import SignedInRequest, organisations_of
from consultations.queries import Signed, co_signatures, files_of, in_campaign, readable_by_reference
from consultations.redaction import holds_back
from consultations.views.decorators import NOTHING_DONE, Outcome, attempt
from consultations.views.page_cache import kept_for_visitors
from positions.queries.dispositions import outcomes_of_input


@login_not_required
@require_safe
@kept_for_visitors
def show(request: HttpRequest, reference: str) -> HttpResponse:
    """Show an input. Raises the same 404 for unknown and for unreadable ones."""
    return _show(request, _input(request, reference))


def _input(request: HttpRequest, reference: str) -> Submission:
    """Return the input with its `objectives`, `has_files`, `is_signed` and `is_in_full` (which avoid queries), and the
    number of duplicates, as decided by officers.
    """
    of_it = {"submission": OuterRef("pk")}
    named = JSONObject(code="code", label="label")
    objectives = Provision.objects.filter(submissions=OuterRef("pk")).values(json=named)
    readable = readable_by_reference(request.user, [reference]).annotate(
        objectives=ArraySubquery(objectives),
        has_files=Exists(Attachment.objects.filter(**of_it)),
        is_signed=Exists(Endorsement.objects.live().filter(**of_it)),
        alike=in_campaign("merged"),
        is_in_full=Case(When(readable_in_full_by(request.user), then=True), default=False),
    )
    return get_object_or_404(readable.select_related("consultation", "stakeholder__county", "theme"))


def _show(request: HttpRequest, submission: Any, outcome: Outcome = NOTHING_DONE) -> HttpResponse:
    guessable = (
        submission.original is not None or holds_back(submission.body) or holds_back(submission.proposed_wording)
    )
    if submission.is_in_full:
        submission.reveal()
    context = {
        "submission": submission,
        "reasons": outcome.reasons,
        "full": submission.is_in_full,
        "notices": [] if submission.is_in_full else submission.notices_in_title(),
        # With the rest of the text known, held-back words could be guessed by comparing the hash.
        "fingerprint": submission.content_sha256 if submission.is_in_full or not guessable else "",
        "provisions": submission.objectives,
        "files": files_of(request.user, submission) if submission.has_files else [],
        "points": outcomes_of_input(submission, request.user),
        **_co_signing(request, submission),
    }
    return render(request, "positions/submissions/input.html", context, status=outcome.status)


def _co_signing(request: HttpRequest, submission: Any) -> dict[str, Any]:
    """Return the co-signatures, and the organisations for which the reader can co-sign or withdraw that."""
    if submission.audience != Audience.PUBLIC:
        return {}
    signed, own = co_signatures(submission) if submission.is_signed else Signed([]), organisations_of(request.user)
    signers = {each.stakeholder_id for each in signed.endorsements}
    return {
        "signed": signed,
        "own": {body.pk for body in own},
        "may_sign": [body for body in own if body.pk not in signers and _may_sign(submission, body)],
    }


def _may_sign(submission: Submission, body: Stakeholder) -> bool:
    return all(condition.met for condition in workflow.ready_to_endorse(submission, body))


@require_http_methods(["GET", "HEAD", "POST"])
def endorse(request: SignedInRequest, reference: str) -> HttpResponse:
    """Co-sign an input for an organisation of the reader's."""
    submission = _input(request, reference)
    if request.method != "POST":
        return redirect("input", reference)
    requested = request.POST.get("organisation", "")
    own = [body for body in organisations_of(request.user) if str(body.pk) == requested]
    if not own:
        return _show(request, submission, Outcome([_("Choose the organisation that co-signs.")], 422))
    outcome = attempt(lambda: workflow.endorse(submission, own[0], by=request.user))
    if outcome.reasons:
        return _show(request, submission, outcome)
    messages.success(request, _("%(name)s co-signs this input now. Its author is informed.") % {"name": own[0].name})
    return redirect("input", reference)


@require_http_methods(["GET", "HEAD", "POST"])
def endorse_withdraw(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Withdraw a co-signature."""
    submission = _input(request, reference)
    if request.method != "POST":
        return redirect("input", reference)
    own = organisations_of(request.user)
    endorsement = get_object_or_404(Endorsement, pk=pk, submission=submission, stakeholder__in=own)
    workflow.withdraw_endorsement(endorsement, by=request.user)
    messages.success(request, _("The co-signature is withdrawn."))
    return redirect("input", reference)
