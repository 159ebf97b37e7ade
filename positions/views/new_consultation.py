"""A new consultation in guided steps: each is saved by itself, and can be left and returned to."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations import workflow as consultation_workflow
from consultations.forms.consultation_settings import BeginForm, ForumForm, NewForumForm
from consultations.forms.programme import NextForumForm
from consultations.models import Consultation, ConsultationState, Forum, ForumState
from consultations.permissions import SignedInRequest
from consultations.queries.letter_texts import texts_in_force
from consultations.queries.letterhead import letterhead_in_force
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, attempt, consultation_at, for_secretariat
from consultations.workflow import CONSULTATION_MOVES
from ncm_portal.workflow import moves_open_to
from positions import workflow
from positions.forms.drafting import PaperNameForm
from positions.models import PositionPaper
from positions.queries.consultation_settings import CODES, STEPS, forum_of, paper_of
from positions.queries.outline import outline_like, usual_outline

from .consultation_settings import PAGES, Frame, Page, save, theme_page, typed
from .letter_texts import test_mail


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_new(request: SignedInRequest) -> HttpResponse:
    """Begin a consultation as a copy of another or anew; list those that are being prepared."""
    made: list[Consultation] = []
    form, outcome = BeginForm(typed(request)), NOTHING_DONE
    if form.is_bound:
        outcome = _begin(request, form, made) if form.is_valid() else INVALID
        if made:
            return redirect("desk_new_step", made[0].slug, "themes")
    drafts = Consultation.objects.filter(state=ConsultationState.DRAFT).order_by("-pk")
    context = {"form": form, "reasons": outcome.reasons, "drafts": drafts, "steps": STEPS}
    return render(request, "positions/consultation_settings/new.html", context, status=outcome.status)


def _begin(request: SignedInRequest, form: BeginForm, made: list[Consultation]) -> Outcome:
    names = {name: each for name, each in form.cleaned_data.items() if name != "source"}
    if source := form.cleaned_data["source"]:
        return attempt(lambda: made.append(workflow.copy_consultation(source, by=request.user, **names)))
    return attempt(lambda: made.append(consultation_workflow.begin_consultation(by=request.user, **names)))


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_new_step(request: SignedInRequest, slug: str, step: str) -> HttpResponse:
    """Show one guided step of a consultation in preparation, and save it; once it has opened, its settings."""
    consultation = consultation_at(request, slug)
    if step not in CODES:
        raise Http404
    if consultation.state != ConsultationState.DRAFT:
        return redirect("desk_settings_page", slug, step) if step in PAGES else redirect("desk_settings", slug)
    return GUIDED[step](request, Frame(consultation, step, guided=True))


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_new_theme(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """Show the questions about a theme, or add a theme, within the guided steps."""
    return theme_page(request, Frame(consultation_at(request, slug), "themes", guided=True), code)


# --- Forum ------------------------------------------------------------------------------------------------------------


def forum(request: SignedInRequest, frame: Frame) -> HttpResponse:
    """The forum: changed while it is prepared, or a copy of the last one, or begun anew. Among the settings, another
    one can be added once the latest is announced.
    """
    present = forum_of(frame.consultation)
    if present and present.state != ForumState.DRAFT:
        if frame.guided:
            return frame.show(request, "forum", present=present, form=None)
        present = None
    source = frame.consultation.copied_from if frame.guided else None
    last = forum_of(source) if source and not present else None
    form = _forum_form(request, frame, present, last)
    outcome = NOTHING_DONE
    if form.is_bound:
        outcome = save(form, lambda: _keep_forum(request, frame.consultation, form, present, last))
        if outcome.status == 303:
            return frame.saved(request)
    return frame.show(request, "forum", outcome, present=present, last=last, form=form)


def _forum_form(request: SignedInRequest, frame: Frame, present: Forum | None, last: Forum | None) -> Any:
    data, code = typed(request), frame.consultation.slug.upper()[:20]
    if present:
        return ForumForm(data, forum=present)
    if last:
        return NextForumForm(data, initial={"title": last.title, "code": code})
    return NewForumForm(data, initial={"code": code})


def _keep_forum(
    request: SignedInRequest, consultation: Consultation, form: Any, present: Forum | None, last: Forum | None
) -> None:
    data = dict(form.cleaned_data)
    if present:
        consultation_workflow.change_forum(present, by=request.user, **data)
    elif last:
        consultation_workflow.copy_forum(last, by=request.user, consultation=consultation, **data)
    else:
        data.pop("seen")
        consultation_workflow.add_forum(consultation, by=request.user, **data)


# --- Outline of the paper ---------------------------------------------------------------------------------------------


def outline(request: SignedInRequest, frame: Frame) -> HttpResponse:
    """The outline of the paper: that of the last one or the usual one, with which the paper begins."""
    consultation = frame.consultation
    if paper := paper_of(consultation):
        return frame.show(request, "outline", paper=paper, sections=paper.sections.order_by("order"), form=None)
    like = paper_of(consultation.copied_from) if consultation.copied_from else None
    names = {"title": consultation.title, "short_title": consultation.short_title}
    form = PaperNameForm(typed(request), initial={**names, "language": like.language if like else "en"})
    outcome = NOTHING_DONE
    if form.is_bound:
        outcome = _begin_paper(request, consultation, form, like) if form.is_valid() else INVALID
        if outcome.status == 303:
            return frame.saved(request)
    themes = consultation.themes.order_by("order")
    language = str(form["language"].value() or "en")
    rows = outline_like(like, themes) if like else usual_outline(themes, language)
    return frame.show(request, "outline", outcome, form=form, like=like, sections=rows)


def _begin_paper(
    request: SignedInRequest, consultation: Consultation, form: PaperNameForm, like: PositionPaper | None
) -> Outcome:
    names = {**form.cleaned_data, "slug": slugify(form.cleaned_data["short_title"])[:50], "like": like}
    return attempt(lambda: workflow.create_paper(consultation, by=request.user, **names))


# --- Letters, and the test --------------------------------------------------------------------------------------------


def letters(request: SignedInRequest, frame: Frame) -> HttpResponse:
    """The texts of letters and the letterhead, with links to change them."""
    if request.method == "POST":
        return frame.saved(request)
    texts = texts_in_force(frame.consultation.pk)
    return frame.show(
        request,
        "letters",
        changed=sum(each.is_own for each in texts.values()),
        letterhead=letterhead_in_force(frame.consultation.pk),
        forum=forum_of(frame.consultation),
    )


def test(request: SignedInRequest, frame: Frame) -> HttpResponse:
    """Send the letter of invitation to oneself, and open the consultation. POST sends."""
    consultation, outcome = frame.consultation, NOTHING_DONE
    present = forum_of(consultation)
    if request.method == "POST":
        mail = test_mail(consultation, "forum_invitation" if present else "input_asked_for", request.user)
        outcome = attempt(lambda: consultation_workflow.send_test_letter(consultation, mail, by=request.user))
        if not outcome.reasons:
            words = _("A test is on its way to %(address)s. Read it before you open.")
            messages.success(request, words % {"address": request.user.email})
            return redirect(frame.url())
    return frame.show(
        request,
        "test",
        outcome,
        present=present,
        moves=moves_open_to(CONSULTATION_MOVES, consultation, request.user),
        moves_at=f"{reverse('desk_consultation', args=[consultation.slug])}moves/",
    )


GUIDED: dict[str, Page] = {**PAGES, "forum": forum, "outline": outline, "letters": letters, "test": test}
