"""Communiqué of a forum: drafted from its results, edited, circulated, cleared, published."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms.followup import CommuniqueForm
from consultations.models import Communique, CommuniqueState, Event, Forum, Stakeholder
from consultations.notifications.recipients import people_of_each
from consultations.permissions import SignedInRequest, reads_communique
from consultations.queries import bodies_that_came
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, carry_out, for_secretariat
from consultations.views.followup import forum_of
from consultations.views.page_cache import kept_for_visitors
from consultations.workflow import COMMUNIQUE_MOVES
from ncm_portal.workflow import Blocked, Conflict, moves_open_to, needs_of
from positions.queries.communique import blocks, first_draft

VERBS = {
    "circulate_communique": lambda record, *, by, reason: workflow.circulate_communique(record, by=by),
    "clear_communique": lambda record, *, by, reason: workflow.clear_communique(record, by=by),
    "publish_communique": lambda record, *, by, reason: workflow.publish_communique(record, by=by),
    "return_communique": workflow.return_communique,
}
SHOWN_EVENTS = 30


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_communique(request: SignedInRequest, slug: str) -> HttpResponse:
    """Edit a forum's communiqué, initially generated from what was adopted."""
    forum = forum_of(slug)
    communique = _communique(forum)
    if request.method != "POST":
        return _show(request, forum, communique)
    form = CommuniqueForm(request.POST, communique=communique)
    if not form.is_valid():
        return _show(request, forum, communique, INVALID, form)
    try:
        _save(request, forum, communique, form.cleaned_data)
    except Conflict as conflict:
        return _two_texts(request, forum, conflict.theirs, form)
    except Blocked as refusal:
        return _show(request, forum, _communique(forum), Outcome(refusal.reasons, 409), form)
    messages.success(request, _("Saved."))
    return redirect("forum_communique", slug)


def _communique(forum: Forum) -> Communique | None:
    rows = Communique.objects.filter(forum=forum).select_related("written_by", "cleared_by", "forum")
    return rows.first()


def _save(request: SignedInRequest, forum: Forum, communique: Communique | None, data: dict[str, Any]) -> None:
    """Create or replace the text. Raises Blocked, and Conflict also if two people create it at once."""
    if communique is None:
        communique = workflow.draft_communique(forum, by=request.user, body=data["body"])
        if communique.body == data["body"]:
            return
    workflow.edit_communique(communique, by=request.user, **data)


def _two_texts(request: HttpRequest, forum: Forum, theirs: Communique, form: CommuniqueForm) -> HttpResponse:
    """Show both texts; the form keeps the entered text and is now based on the other version, so that saving is
    deliberate.
    """
    again = CommuniqueForm({"body": form.cleaned_data["body"], "version": theirs.version}, communique=theirs)
    again.is_valid()
    return _show(request, forum, theirs, Outcome(Conflict(theirs).reasons, 409), again, theirs=theirs)


def _show(
    request: HttpRequest,
    forum: Forum,
    communique: Communique | None,
    outcome: Outcome = NOTHING_DONE,
    form: CommuniqueForm | None = None,
    *,
    theirs: Communique | None = None,
) -> HttpResponse:
    is_draft = communique is None or communique.state == CommuniqueState.DRAFT
    made = first_draft(forum) if communique is None and form is None else ""
    context = {
        "forum": forum,
        "communique": communique,
        "reasons": outcome.reasons,
        "theirs": theirs,
        "unreached": _unreached(forum) if communique and communique.state == CommuniqueState.CIRCULATED else [],
        "blocks": [] if is_draft or communique is None else blocks(communique.body),
        "form": form or (CommuniqueForm(communique=communique, body=made) if is_draft else None),
        "is_draft": is_draft,
        "moves": moves_open_to(COMMUNIQUE_MOVES, communique, request.user) if communique else [],
        "needs": needs_of(COMMUNIQUE_MOVES, communique) if communique else [],
        "events": Event.objects.about(communique).reverse()[:SHOWN_EVENTS] if communique else [],
        "here": reverse("forum_communique", args=[forum.slug]),
    }
    return render(request, "positions/communique/desk_communique.html", context, status=outcome.status)


def _unreached(forum: Forum) -> list[Stakeholder]:
    """Return organisations that took part and cannot be reached by mail."""
    attended = bodies_that_came(forum)
    reached = people_of_each([body for body in attended if body.state == Stakeholder.State.VERIFIED])
    return [body for body in attended if not reached.get(body)]


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_communique_move(request: HttpRequest, slug: str, verb: str) -> HttpResponse:
    """Circulate, clear, publish or return the text by the verb in the URL."""
    forum = forum_of(slug)
    communique = get_object_or_404(Communique.objects.select_related("forum", "written_by"), forum=forum)
    if request.method != "POST":
        return redirect("forum_communique", slug)
    outcome = carry_out(request, communique, verb, VERBS)
    if outcome.reasons:
        return _show(request, forum, communique, outcome)
    messages.success(request, _("Done: %(move)s.") % {"move": COMMUNIQUE_MOVES[verb].label})
    return redirect("forum_communique", slug)


@login_not_required
@require_safe
@kept_for_visitors
def communique(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the published communiqué; while it circulates, only to participants and the secretariat. Raises 404
    otherwise.
    """
    rows = get_object_or_404(Communique.objects.select_related("forum__consultation"), forum__slug=slug)
    if not reads_communique(request.user, rows):
        raise Http404
    context = {
        "communique": rows,
        "blocks": blocks(rows.body),
        "forum": rows.forum,
        "is_published": rows.state == CommuniqueState.PUBLISHED,
    }
    return render(request, "positions/communique/communique.html", context)


@login_not_required
@require_safe
def communique_text(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the text of a published communiqué as a file whose SHA-256 is the hash on the page. Raises 404
    otherwise.
    """
    published = Communique.objects.filter(state=CommuniqueState.PUBLISHED)
    result = get_object_or_404(published, forum__slug=slug)
    answer = HttpResponse(result.body.encode(), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="communique-{slug}.txt"'
    return answer
