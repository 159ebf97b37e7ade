"""Stakeholder pages for inputs: write, save, send, sign-off and receipt."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms import SubmissionForm
from consultations.forms.fields import KeyField, field_of
from consultations.forms.screening import WhyForm
from consultations.forms.submissions import choices_of
from consultations.models import Attachment, Consultation, ConsultationState, Event, Submission, SubmissionState
from consultations.permissions import SignedInRequest, is_head, may_submit, organisations_of
from consultations.queries import files_of
from consultations.queries.submissions import LATE_VERBS, asked_late, late_requests
from consultations.queries.themes import questions_by_theme
from consultations.workflow import SUBMISSION_MOVES
from ncm_portal.workflow import Blocked, Conflict, Move, NotAllowed, check, needs_of

from .decorators import (
    INVALID,
    NOTHING_DONE,
    Outcome,
    attempt,
    carry_out,
    consultation_at,
    for_secretariat,
    note_consultation,
)
from .pagination import list_page

EDITABLE = (SubmissionState.DRAFT, SubmissionState.RETURNED)
INSIDE = ("ask_sign_off", "sign_off")
AUTHOR_MOVES = {verb: workflow.SUBMISSION_MOVES[verb] for verb in ("submit", "withdraw")}
COMPLETE = ("send", *INSIDE)  # buttons that need a complete form
NO_KEY = gettext_lazy("The form arrived incomplete, so nothing was saved. What you entered is below. Send it again.")


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: SignedInRequest) -> HttpResponse:
    """Write an input: GET shows the form, POST saves it (`do=save`) and continues with the preview (`preview`), the
    files (`files`), the sign-off (`ask_sign_off`, `sign_off`) or sending it (`send`).

    With several open consultations the URL names one (`?consultation=slug`). What is entered after the deadline
    (`&late=yes`) is kept as a draft and cannot be sent unless the head allows it.
    """
    if not organisations_of(request.user):
        return render(request, "consultations/submissions/no_organisation.html")
    consultation, rounds = chosen_round(request)
    may_come_late = consultation is not None and "late" in request.GET and workflow.is_under_way(consultation)
    if consultation is None or (request.method != "POST" and not consultation.takes_inputs and not may_come_late):
        return render(request, "consultations/submissions/choose.html", {"rounds": rounds, "requested": consultation})
    if request.method == "POST":
        return _write(request, consultation)
    form = SubmissionForm(person=request.user, consultation=consultation)
    return _page(request, form, consultation)


def chosen_round(request: HttpRequest) -> tuple[Consultation | None, list[Consultation]]:
    """Return the consultation of an input, if known, and all open ones."""
    rounds = [item for item in Consultation.objects.filter(state=ConsultationState.OPEN) if item.takes_inputs]
    return _requested_consultation(request) or (rounds[0] if len(rounds) == 1 else None), rounds


def _requested_consultation(request: HttpRequest) -> Consultation | None:
    """Return the consultation named in the URL. Raises 404 for one that is not announced."""
    slug = request.GET.get("consultation")
    known = Consultation.objects.exclude(state=ConsultationState.DRAFT)
    return get_object_or_404(known, slug=slug) if slug else None


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Edit a draft, or complete a returned input. A sent input redirects to its page."""
    result = own_input(request, key)
    if request.method == "POST":
        return _write(request, result.consultation, result)
    if result.state not in EDITABLE:
        return redirect("my_input", result.key)
    form = SubmissionForm(person=request.user, consultation=result.consultation, draft=result)
    return _page(request, form, result.consultation, result)


def own_input(request: HttpRequest, key: UUID) -> Submission:
    """Return the input with `key` if the user may write for it. Raises the same 404 for others' and unknown ones."""
    return _own(request, Submission.objects.visible_to(request.user).to_be_written(), key=key)


def _own(request: HttpRequest, readable: QuerySet[Submission], **named: Any) -> Submission:
    result = get_object_or_404(readable, **named)
    if not may_submit(request.user, result):
        raise Http404
    return result


def sign_offs(request: HttpRequest, submission: Submission) -> list[Move]:
    """Return what the user may do about the sign-off of a draft: sign off, or ask for it; nothing once it is signed
    off.
    """
    moves = [move for verb, move in workflow.moves_of(submission).items() if verb in INSIDE]
    return [move for move in moves if move.may(request.user, submission)][-1:]


def history_of(submission: Submission) -> QuerySet[Event]:
    """Return the journal entries that the organisation may see, without the secretariat's notes and refusals."""
    return Event.objects.about(submission).exclude(verb="note").exclude(verb__endswith=":refused").reverse()


@require_safe
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the receipt of a sent input: content, time and hash."""
    readable = Submission.objects.visible_to(request.user).select_related("consultation", "stakeholder", "theme")
    result = _own(request, readable, reference=reference)
    files = [file for file in files_of(request.user, result) if file.kind == Attachment.Kind.EVIDENCE]
    context = {
        "submission": result,
        "files": [file for file in files if file.sha256],
        "refused": [file for file in files if file.state == Attachment.State.REFUSED],
        "answers": result.answers_sent(),
    }
    return render(request, "consultations/submissions/receipt.html", context)


# --- Saving and sending -------------------------------------------------------------------------------------------


def _write(request: SignedInRequest, consultation: Consultation, saved: Submission | None = None) -> HttpResponse:
    do = request.POST.get("do", "save")
    form = SubmissionForm(
        request.POST, person=request.user, consultation=consultation, draft=saved, sending=do in COMPLETE
    )
    is_sound = form.is_valid()
    if saved is None and field_of(form, "key", KeyField).is_new:
        return _page(request, form, consultation, reasons=[NO_KEY], status=400)
    if not is_sound:
        return _page(request, form, consultation, saved, status=422)
    try:
        if do == "send" and saved is None:
            saved = _send_unsaved(request, form, consultation)
        saved = keep(request, form, consultation, saved)
        done = _go_on(request, saved, do)
    except Conflict as conflict:
        theirs = conflict.theirs
        both = [choices_of(theirs), form.choices_made]
        return _page(
            request, form, consultation, theirs, theirs=theirs, both=both, reasons=conflict.reasons, status=409
        )
    except Blocked as refusal:
        return _page(request, form, consultation, saved, reasons=refusal.reasons, status=409)
    return done


def _go_on(request: SignedInRequest, saved: Submission, do: str) -> HttpResponse:
    """Run the action that the draft was saved for. Raises Blocked or Conflict."""
    if do == "send":
        return redirect("receipt", _send(request, saved).reference)
    if do == "files":
        return redirect("attachment_add", saved.key)
    if do in INSIDE:
        inside(request, saved, do, seen_files=request.POST.getlist("file"))
    elif do == "save":
        messages.success(request, _("Saved. Only your organisation can see it until you send it."))
    return redirect("draft" if do == "save" else "draft_preview", saved.key)


def inside(
    request: SignedInRequest,
    saved: Submission,
    verb: str,
    seen_at: datetime | None = None,
    seen_files: list[str] | None = None,
) -> None:
    """Ask for the sign-off, or sign off the text that the user has seen. Raises Blocked or Conflict."""
    if verb == "sign_off":
        workflow.sign_off(saved, by=request.user, seen_at=seen_at or saved.edited_at, seen_files=seen_files)
        messages.success(request, _("Signed off. It can now be sent."))
    else:
        workflow.ask_sign_off(saved, by=request.user)
        messages.success(request, _("We have e-mailed your primary focal point to sign it off."))


def keep(
    request: SignedInRequest, form: SubmissionForm, consultation: Consultation, saved: Submission | None
) -> Submission:
    """Save the entered values. The first save creates the draft; the same form sent again finds it.

    Raises Blocked, and Conflict if a colleague saved a different text since.
    """
    if saved is None:
        key = form.cleaned_data["key"]
        saved = workflow.start_draft(consultation, form.stakeholder, by=request.user, key=key, **form.words)
    if not form.says_the_same_as(saved):
        seen_at = form.cleaned_data["seen_at"]
        saved = workflow.edit_draft(saved, by=request.user, seen_at=seen_at, **form.words)
    return saved


def _send_unsaved(request: SignedInRequest, form: SubmissionForm, consultation: Consultation) -> Submission | None:
    """Send what was never saved, in one transaction, and return it; or the draft that was saved before.

    None if something is against sending it: then it is saved first. Raises NotAllowed.
    """
    words = form.words
    fields = {name: value for name, value in words.items() if name != "provisions"}
    unsaved = Submission(consultation=consultation, stakeholder=form.stakeholder, author=request.user, **fields)
    if not all(condition.met for condition in workflow.ready_to_send(unsaved)):
        return None
    key = form.cleaned_data["key"]
    try:
        return workflow.start_and_submit(consultation, form.stakeholder, by=request.user, key=key, **words)
    except NotAllowed:
        raise
    except Blocked:  # it was closed in this moment
        return None


def _send(request: SignedInRequest, saved: Submission) -> Submission:
    """Send a draft. If the same text was just sent by a double click, return that."""
    if _was_sent(saved):
        return saved
    try:
        return workflow.submit(saved, by=request.user, seen_at=saved.edited_at)
    except Blocked:
        saved.refresh_from_db()
        if _was_sent(saved):
            return saved
        raise


def _was_sent(saved: Submission) -> bool:
    return bool(saved.reference) and saved.state not in (*EDITABLE, SubmissionState.WITHDRAWN)


def _page(
    request: SignedInRequest,
    form: SubmissionForm,
    consultation: Consultation,
    saved: Submission | None = None,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Render the form, new or for an existing draft, with the entered values."""
    if saved and form.is_bound and status == 409:
        form.start_from(saved)
    context |= {"form": form, "consultation": consultation, "saved": saved}
    context["organisations"] = list(form.organisations.values())
    context["needs"] = needs_of(AUTHOR_MOVES, saved) if saved else []
    if saved and saved.state in EDITABLE:
        context["others"] = workflow.be_seen(saved, request.user)
        context["inside"] = sign_offs(request, saved)
    elif saved is None and len(context["organisations"]) == 1:
        begun = Submission(consultation=consultation, stakeholder=context["organisations"][0])
        context["inside"] = sign_offs(request, begun)
    context["questions"] = questions_by_theme(consultation, saved.theme if saved else None)
    context["events"] = history_of(saved) if saved else []
    context["files"] = files_of(request.user, saved) if saved else []
    context["late"] = late_standing(saved, request.user) if saved else {}
    return render(request, "consultations/submissions/submit.html", context, status=status)


# --- Late inputs ------------------------------------------------------------------------------------------------------


DECISIONS = {"admit_late": workflow.admit_late, "refuse_late": workflow.refuse_late}
PAGE = 50


def late_standing(submission: Submission, user: Any) -> dict[str, Any]:
    """Return what a page shows about a late draft: whether its author may ask to send it late, and the last journal
    entry about that. Empty for a draft in time.
    """
    if submission.state != SubmissionState.DRAFT:
        return {}
    try:
        check(SUBMISSION_MOVES["ask_late"], submission, by=user)
    except Blocked:
        return {}
    return {"may_ask": True, "last": Event.objects.about(submission).filter(verb__in=LATE_VERBS).last()}


@require_http_methods(["GET", "HEAD", "POST"])
def ask_late(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Ask the head of the secretariat to allow sending a draft after the deadline."""
    readable = Submission.objects.visible_to(request.user).select_related("consultation", "stakeholder", "theme")
    submission = get_object_or_404(readable, key=key)
    if not may_submit(request.user, submission):
        raise Http404
    form = WhyForm(request.POST if request.method == "POST" else None)
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            why = form.cleaned_data["reason"]
            outcome = attempt(lambda: workflow.ask_late(submission, by=request.user, reason=why), submission)
            if not outcome.reasons:
                messages.success(
                    request, _("We have asked the head of the secretariat. You will get the answer by e-mail.")
                )
                return redirect("my_input", key)
    context = {"submission": submission, "form": form, "reasons": outcome.reasons}
    return render(request, "consultations/submissions/ask_late.html", context, status=outcome.status)


# --- The head decides -------------------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def late_inputs(request: HttpRequest, slug: str) -> HttpResponse:
    """List the drafts of a consultation with a request to be sent late, and those allowed."""
    return _show(request, consultation_at(request, slug))


def _show(request: HttpRequest, consultation: Consultation, outcome: Outcome = NOTHING_DONE) -> HttpResponse:
    let_in = Submission.objects.visible_to(request.user).filter(late_at__isnull=False, submitted_at__isnull=False)
    let_in = let_in.filter(consultation=consultation).select_related("stakeholder", "late_by")
    drafts, among = asked_late().filter(consultation=consultation), late_requests()
    options: dict[str, Any] = {"of": consultation.slug, "size": PAGE}
    requests = list_page(request, "late_inputs", "asked", drafts, order="asked_at", among=among, **options)
    page = list_page(request, "late_inputs", "let_in", let_in, order="-late_at", **options)
    context = {
        "consultation": consultation,
        "requests": requests.rows,
        "more_requests": requests,
        "let_in": page.rows,
        "more_let_in": page,
        "decides": is_head(request.user),
        "decisions": [(verb, SUBMISSION_MOVES[verb].label) for verb in DECISIONS],
        "reasons": outcome.reasons,
    }
    return render(request, "consultations/submissions/late_inputs.html", context, status=outcome.status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def late_input_move(request: HttpRequest, key: UUID, verb: str) -> HttpResponse:
    """Allow or refuse sending a draft late, by the verb in the URL, keeping the page of the list."""
    drafts = late_requests().filter(Q(last_verb__isnull=False)).select_related("consultation")
    consultation = get_object_or_404(drafts, key=key).consultation
    note_consultation(request, consultation)
    back = reverse("late_inputs", args=[consultation.slug], query=request.GET)
    if request.method != "POST":
        return redirect(back)
    submission = get_object_or_404(asked_late(), key=key)
    outcome = carry_out(request, submission, verb, DECISIONS)
    if outcome.reasons:
        return _show(request, consultation, outcome)
    messages.success(request, _("Done: %(move)s. The author gets an e-mail.") % {"move": SUBMISSION_MOVES[verb].label})
    return redirect(back)
