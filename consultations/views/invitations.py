"""Letters of invitation at the desk: create, review, send, enter paper answers, issue new links."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import workflow
from consultations.forms.invitations import InviteForm, LetterForm, PaperAnswerForm
from consultations.models import Forum, ForumFile, ForumState, Group, Invitation, InvitationState, OutgoingMail
from consultations.notifications import invitations
from consultations.notifications.letter_texts import texts_kept
from consultations.permissions import SignedInRequest
from consultations.queries.history import history
from consultations.queries.invitations import (
    barred,
    candidates,
    letters_of,
    missing,
    next_step,
    open_actions,
    people_of,
)
from consultations.workflow import INVITATION_MOVES
from ncm_portal.workflow import moves_open_to

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, carry_out, for_secretariat
from .stored_files import hand_out

WHOLE = 3  # mails shown unfolded in the preview
GIVEN_BACK = (InvitationState.DECLINED, InvitationState.LAPSED)  # their seats are free for others
VERBS: dict[str, Callable[..., Any]] = {
    "reissue_link": workflow.reissue_link,
    "lapse_invitation": lambda invitation, by, reason: workflow.lapse_invitation(invitation, by=by),
    "discard_invitation": lambda invitation, by, reason: workflow.discard_invitation(invitation, by=by),
}
DONE = {
    "reissue_link": gettext_lazy("The new link now works. The old link no longer works."),
    "lapse_invitation": gettext_lazy("The letter has lapsed. You can still record a late answer."),
    "discard_invitation": gettext_lazy("The letter is discarded. You can invite the institution again."),
}


def _forum(slug: str) -> Forum:
    return get_object_or_404(Forum.objects.select_related("consultation"), slug=slug)


@for_secretariat
@require_safe
def forum_letters_list(request: HttpRequest, slug: str) -> HttpResponse:
    """List the letters of a forum, or those in the state `?state=`: what each lacks, and the next step."""
    forum = _forum(slug)
    written = list(letters_of(forum, discarded=True))
    every = [each for each in written if each.state != InvitationState.DISCARDED]
    requested = request.GET.get("state")
    state = requested if requested in InvitationState.values else ""
    states = [each.state for each in written]
    counted = [(value, label, states.count(value)) for value, label in InvitationState.choices]
    rows = [
        {"letter": each, "missing": missing(each), "next": next_step(each)}
        for each in (written if state else every)
        if state in ("", each.state)
    ]
    context = {
        "forum": forum,
        "rows": rows,
        "number": len(every),
        "offered": sum(each.seats for each in every if each.state not in GIVEN_BACK),
        "counted": [each for each in counted if each[2]],
        "state": state,
        "drafts": sum(each.state == InvitationState.DRAFT for each in every),
        "waiting": sum(each.state == InvitationState.SENT for each in every),
        "takes_letters": forum.state in (ForumState.DRAFT, ForumState.ANNOUNCED),
    }
    return render(request, "consultations/invitations/letters.html", context)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_letters_new(request: SignedInRequest, slug: str) -> HttpResponse:
    """Choose institutions by group, NCM membership or all, and create a letter for each."""
    forum = _forum(slug)
    requested = request.GET.get("group", "")
    group = requested if requested in Group.values else ""
    members = request.GET.get("members") == "yes"
    result = candidates(forum, group=group, members=members)
    data = request.POST if request.method == "POST" else None
    ticked = result if request.GET.get("tick") == "all" else []
    form = InviteForm(data, candidates=result, ticked=ticked, initial={"respond_by": forum.respond_by})
    outcome = NOTHING_DONE
    if data is not None:
        outcome = attempt(lambda: _write(request, forum, form)) if form.is_valid() else INVALID
        if outcome.status == 303:
            return redirect("forum_letters", slug)
    context = {
        "forum": forum,
        "form": form,
        "reasons": outcome.reasons,
        "groups": Group.choices,
        "group": group,
        "members": members,
        "candidates": result,
        "barred": barred(forum, group=group, members=members),
    }
    return render(request, "consultations/invitations/letters_new.html", context, status=outcome.status)


def _write(request: SignedInRequest, forum: Forum, form: InviteForm) -> None:
    made = workflow.write_invitations(
        forum, by=request.user, respond_by=form.cleaned_data["respond_by"], offers=form.offers
    )
    message = ngettext(
        "%(n)s letter is written but not sent yet.", "%(n)s letters are written but not sent yet.", len(made)
    )
    messages.success(request, message % {"n": len(made)})


# --- Review, then send ----------------------------------------------------------------------------------------------


class Written(NamedTuple):
    """Letter with its mail (None: by post) and the reasons against sending it."""

    letter: Invitation
    mail: OutgoingMail | None
    reasons: list[str]

    @property
    def name(self) -> str:
        """Return the addressee."""
        return self.letter.stakeholder.name


REVIEWS = {"send": (InvitationState.DRAFT, "send_invitation"), "remind": (InvitationState.SENT, "remind_invited")}


def _prepared_letters(forum: Forum, kind: str, keys: list[str]) -> list[Written]:
    """Return the unsaved mails of all letters that can be sent, or of those whose keys the URL names."""
    state, verb = REVIEWS[kind]
    letters = list(letters_of(forum).filter(state=state).select_related("forum__consultation"))
    if keys:
        letters = [each for each in letters if str(each.key) in keys]
    sessions = list(forum.sessions.all()[: invitations.PROGRAMME])
    actions = open_actions(forum, [each.stakeholder_id for each in letters])
    conditions = INVITATION_MOVES[verb].conditions

    def prepared(each: Invitation) -> Written:
        mail = (
            invitations.invitation_mail(each, sessions, actions.get(each.stakeholder_id, []))
            if kind == "send"
            else invitations.reminder_mail(each)
        )
        return Written(each, mail, [need.text for need in conditions(each) if not need.met])

    with texts_kept():
        return [prepared(each) for each in letters]


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_letters_review(request: SignedInRequest, slug: str, kind: str) -> HttpResponse:
    """Preview every mail with its address, and the letters without one and why; POST sends what is shown."""
    forum = _forum(slug)
    if request.method == "POST":
        (_send if kind == "send" else _remind)(request, forum, request.POST.getlist("key"))
        return redirect("forum_letters", slug)
    written = _prepared_letters(forum, kind, request.GET.getlist("key"))
    going = [each for each in written if not each.reasons]
    mailed = [each for each in going if each.mail]
    context = {
        "forum": forum,
        "kind": kind,
        "whole": mailed[:WHOLE],
        "folded": mailed[WHOLE:],
        "posted": [each for each in going if not each.mail],
        "going": going,
        "refused": [each for each in written if each.reasons],
    }
    return render(request, "consultations/invitations/letters_review.html", context)


def _keys(values: list[str]) -> list[UUID]:
    """Return the valid keys among the values."""
    result = []
    for value in values:
        try:
            result.append(UUID(value))
        except ValueError:
            continue
    return result


def _send(request: SignedInRequest, forum: Forum, values: list[str]) -> None:
    sent = workflow.send_invitations(forum, by=request.user, keys=_keys(values))
    posted = sum(not each.email for each in sent)
    if sent:
        message = ngettext("%(n)s letter is sent.", "%(n)s letters are sent.", len(sent)) % {"n": len(sent)}
        by_post = ngettext("%(n)s of them goes by post.", "%(n)s of them go by post.", posted) % {"n": posted}
        messages.success(request, f"{message} {by_post}" if posted else message)
    else:
        messages.warning(request, _("Nothing was sent: these letters have already been sent or cannot be sent yet."))


def _remind(request: SignedInRequest, forum: Forum, values: list[str]) -> None:
    """Remind each separately, so that one refusal does not stop the others."""
    reminded = 0
    for each in forum.invitations.filter(key__in=_keys(values)).select_related("stakeholder"):
        outcome = attempt(partial(workflow.remind_invited, each, by=request.user))
        reminded += not outcome.reasons
        if outcome.reasons:
            messages.warning(request, f"{each.stakeholder.name}: {' '.join(outcome.reasons)}")
    if reminded:
        message = ngettext("%(n)s institution has been reminded.", "%(n)s institutions have been reminded.", reminded)
        messages.success(request, message % {"n": reminded})


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_letters_discard(request: SignedInRequest, slug: str) -> HttpResponse:
    """Discard the ticked letters that were not sent."""
    forum = _forum(slug)
    if request.method == "POST":
        gone = workflow.discard_invitations(forum, by=request.user, keys=_keys(request.POST.getlist("key")))
        if gone:
            words = ngettext("%(n)s letter is discarded.", "%(n)s letters are discarded.", len(gone)) % {"n": len(gone)}
            messages.success(request, f"{words} {_('Nothing was sent.')}")
        else:
            messages.warning(request, _("Nothing was discarded. Tick the letters first."))
    return redirect(reverse("forum_letters", args=[slug], query={"state": InvitationState.DRAFT}))


# --- One letter -----------------------------------------------------------------------------------------------------


def _letter(slug: str, key: UUID) -> Invitation:
    rows = Invitation.objects.select_related("forum__consultation", "stakeholder")
    return get_object_or_404(rows, forum__slug=slug, key=key)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_letter(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Show a letter with its answer: correct it, see its link, its scan and its history."""
    letter = _letter(slug, key)
    known = {name: getattr(letter, name) for name in ("seats", "addressee", "email", "respond_by")}
    form = LetterForm(request.POST if request.method == "POST" else None, initial=known)
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = (
            attempt(lambda: workflow.change_invitation(letter, by=request.user, **form.cleaned_data))
            if form.is_valid()
            else INVALID
        )
        if outcome.status == 303:
            messages.success(request, _("Saved."))
            return redirect("forum_letter", slug, key)
    return _show(request, letter, form, outcome)


def _show(request: HttpRequest, letter: Invitation, form: LetterForm, outcome: Outcome) -> HttpResponse:
    moves = {verb: INVITATION_MOVES[verb] for verb in VERBS}
    link = invitations.link_of(letter)
    opens = letter.token_hash and workflow.invited_by(link.rstrip("/").rpartition("/")[2]) == letter
    context = {
        "forum": letter.forum,
        "letter": letter,
        "people": people_of(letter),
        "form": form,
        "reasons": outcome.reasons,
        "link": link if opens else "",
        "missing": missing(letter),
        "files": letter.files.filter(removed_at=None).select_related("by"),
        "moves": [each for each in moves_open_to(moves, letter, request.user) if each.ready],
        "at": reverse("forum_letter", args=[letter.forum.slug, letter.key]),
        "takes_answers": letter.sent_at is not None and workflow.takes_answers(letter),
        "events": history(letter),
    }
    return render(request, "consultations/invitations/letter.html", context, status=outcome.status)


@for_secretariat
@require_POST
def forum_letter_move(request: HttpRequest, slug: str, key: UUID, verb: str) -> HttpResponse:
    """Issue a new link, or let the letter lapse."""
    letter = _letter(slug, key)
    outcome = carry_out(request, letter, verb, VERBS)
    if outcome.reasons:
        known = {name: getattr(letter, name) for name in ("seats", "addressee", "email", "respond_by")}
        return _show(request, letter, LetterForm(initial=known), outcome)
    messages.success(request, DONE[verb])
    return redirect("forum_letter", slug, key)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_letter_answer(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Enter an answer that came by letter, with its scan."""
    letter = _letter(slug, key)
    if letter.sent_at is None:
        raise Http404
    given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = PaperAnswerForm(*given, invitation=letter, people=people_of(letter))
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = attempt(lambda: _record(request, letter, form)) if form.is_valid() else INVALID
        if outcome.status == 303:
            messages.success(request, _("The answer is recorded, and its scan is kept."))
            return redirect("forum_letter", slug, key)
    context = {"forum": letter.forum, "letter": letter, "form": form, "reasons": outcome.reasons}
    return render(request, "consultations/invitations/letter_answer.html", context, status=outcome.status)


def _record(request: SignedInRequest, letter: Invitation, form: PaperAnswerForm) -> None:
    file = form.cleaned_data["scan"]
    workflow.record_answer(
        letter,
        by=request.user,
        paper=form.paper,
        scan=(file.name or "", file.read(settings.ATTACHMENT_MAX_BYTES + 1)),
        answered_by=form.cleaned_data["answered_by"],
        message=form.cleaned_data["message"],
        people=None if form.declines else form.named,
    )


@for_secretariat
@require_safe
def forum_letter_file(request: HttpRequest, slug: str, key: UUID, file: UUID) -> HttpResponseBase:
    """Download the scan of an answer: always as an attachment, never inline."""
    rows = ForumFile.objects.filter(invitation__key=key, forum__slug=slug, removed_at=None)
    result = get_object_or_404(rows, key=file)
    return hand_out(request, result.stored_file, result.name, result.media_type)
