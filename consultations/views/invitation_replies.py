"""Answer a letter of invitation by its link, without an account."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms.invitations import AnswerForm
from consultations.models import ForumState, Invitation
from consultations.permissions import LinkHolder
from consultations.queries.forums import earlier_days
from consultations.queries.invitations import contacts, people_of

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt
from .ratelimit import limited


def _page(request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page that search engines do not index."""
    page = render(request, f"consultations/invitation_replies/{name}.html", context, status=status)
    page["X-Robots-Tag"] = "noindex, nofollow"
    return page


def _no_such_link(request: HttpRequest) -> HttpResponse:
    """Return the same page for a link that is unknown, mistyped, replaced or expired."""
    return _page(request, "no_such_link", 404, contacts=contacts())


@never_cache
@login_not_required
@limited("answer")
@require_http_methods(["GET", "HEAD", "POST"])
def forum_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Show the invitation and the present answer, with the form to answer or change it."""
    invitation = workflow.invited_by(token)
    if invitation is None:
        return _no_such_link(request)
    people = people_of(invitation)
    form = AnswerForm(request.POST if request.method == "POST" else None, invitation=invitation, people=people)
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = attempt(lambda: _answer(invitation, form, token)) if form.is_valid() else INVALID
        if outcome.status == 303:
            return redirect("forum_answer_receipt", token)
    return _page(request, "answer", **_context(invitation, people, form, outcome), status=outcome.status)


def _context(invitation: Invitation, people: list[Any], form: AnswerForm, outcome: Outcome) -> dict[str, Any]:
    forum = invitation.forum
    is_open = forum.state == ForumState.ANNOUNCED
    return {
        "invitation": invitation,
        "forum": forum,
        "earlier": earlier_days(forum),
        "sessions": forum.sessions.all(),
        "people": people,
        "form": form,
        "reasons": outcome.reasons,
        "is_open": is_open,
        "shows_form": is_open or form.is_bound,
        "is_late": is_open and invitation.respond_by < workflow.today() and invitation.answered_at is None,
    }


def _answer(invitation: Invitation, form: AnswerForm, token: str) -> None:
    given = form.cleaned_data
    data = {"answered_by": given["answered_by"], "message": given["message"]}
    holder = LinkHolder(token, given["answered_by"])
    if form.declines:
        workflow.decline_invitation(invitation, by=holder, **data)
    else:
        workflow.answer_invitation(invitation, by=holder, people=form.named, **data)


@never_cache
@login_not_required
@limited("answer")
@require_safe
def forum_answer_receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Show the institution's answer, to keep or print."""
    invitation = workflow.invited_by(token)
    if invitation is None:
        return _no_such_link(request)
    if invitation.answered_at is None:
        return redirect("forum_answer", token)
    forum, people = invitation.forum, people_of(invitation)
    shown: dict[str, Any] = {"invitation": invitation, "forum": forum, "people": people, "token": token}
    return _page(request, "receipt", **shown, is_open=forum.state == ForumState.ANNOUNCED)
