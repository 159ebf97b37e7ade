"""Settings of a consultation at the desk: names, dates, themes, rules and team.

Each page is a function of the consultation and of its frame, which says where saving leads: to the next guided step of
a new consultation, or back to the same page of settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms.consultation_settings import FactsForm, TeamForm
from consultations.forms.themes import NewThemeForm, QuestionsForm, ThemesForm
from consultations.models import Consultation, ConsultationState, Theme
from consultations.permissions import SignedInRequest
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, attempt, consultation_at, for_secretariat
from ncm_portal.workflow import Conflict
from positions.forms.rules import DraftRulesForm
from positions.queries.consultation_settings import after, saved_at, shown_steps, themes_with_questions
from positions.workflow import set_rules

FOLDER = "positions/consultation_settings/"


class Frame(NamedTuple):
    """Where a page of settings stands: in the guided steps of a new consultation, or among its settings."""

    consultation: Consultation
    code: str
    guided: bool

    def url(self, code: str = "") -> str:
        """Return the address of this page, or of another one in the same frame."""
        name = "desk_new_step" if self.guided else "desk_settings_page"
        return reverse(name, args=[self.consultation.slug, code or self.code])

    def saved(self, request: SignedInRequest) -> HttpResponse:
        """Lead on to the next guided step, or back to the page with a message."""
        if self.guided and (step := after(self.code)):
            return redirect(self.url(step.code))
        messages.success(request, _("Saved."))
        return redirect(self.url())

    def show(
        self, request: SignedInRequest, template: str, outcome: Outcome = NOTHING_DONE, **context: Any
    ) -> HttpResponse:
        """Show a page with its steps or tabs."""
        context |= {
            "consultation": self.consultation,
            "frame": self,
            "reasons": outcome.reasons,
            "steps": shown_steps(self.consultation, self.code) if self.guided else [],
            "next": after(self.code) if self.guided else None,
            "saved_at": saved_at(self.consultation) if self.guided else None,
            "address": self.url(),
        }
        return render(request, f"{FOLDER}{template}.html", context, status=outcome.status)


Page = Callable[[SignedInRequest, Frame], HttpResponse]


def save(form: Any, act: Callable[[], Any]) -> Outcome:
    """Run a verb on a valid form; where somebody changed the values meanwhile, both are shown."""
    if not form.is_valid():
        return INVALID

    def run() -> None:
        try:
            act()
        except Conflict as conflict:
            form.set_beside(conflict.theirs)
            raise

    return attempt(run)


def typed(request: SignedInRequest) -> Any:
    """Return what was posted, or None."""
    return request.POST if request.method == "POST" else None


# --- Pages ------------------------------------------------------------------------------------------------------------


def facts(request: SignedInRequest, frame: Frame) -> HttpResponse:
    """Names and purpose; before it opens also dates."""
    form, outcome = FactsForm(typed(request), consultation=frame.consultation), NOTHING_DONE
    if form.is_bound:
        outcome = save(form, lambda: workflow.change_facts(frame.consultation, by=request.user, **form.cleaned_data))
        if outcome.status == 303:
            return frame.saved(request)
    return frame.show(request, "facts", outcome, form=form)


def rules(request: SignedInRequest, frame: Frame) -> HttpResponse:
    """Rules of quorum, clearance and adoption, while the consultation is prepared."""
    form, outcome = DraftRulesForm(typed(request), consultation=frame.consultation), NOTHING_DONE
    if form.is_bound:
        outcome = save(
            form,
            lambda: set_rules(frame.consultation, by=request.user, seen=form.cleaned_data["seen"], values=form.values),
        )
        if outcome.status == 303:
            return frame.saved(request)
    return frame.show(request, "rules", outcome, form=form)


def team(request: SignedInRequest, frame: Frame) -> HttpResponse:
    """Officers who work on it."""
    form, outcome = TeamForm(typed(request), consultation=frame.consultation), NOTHING_DONE
    if form.is_bound:
        outcome = save(form, lambda: workflow.choose_team(frame.consultation, by=request.user, **form.cleaned_data))
        if outcome.status == 303:
            return frame.saved(request)
    return frame.show(request, "team", outcome, form=form)


def themes(request: SignedInRequest, frame: Frame) -> HttpResponse:
    """Themes to ask about. `edit` saves them and leads to the questions about one, or to a new theme."""
    form, outcome = ThemesForm(typed(request), consultation=frame.consultation), NOTHING_DONE
    if form.is_bound:
        outcome = save(form, lambda: workflow.choose_themes(frame.consultation, by=request.user, **form.cleaned_data))
        if outcome.status == 303:
            name = "desk_new_theme" if frame.guided else "desk_settings_theme"
            codes = {"new", *Theme.objects.values_list("code", flat=True)}
            if (code := request.POST.get("edit", "")) in codes:
                return redirect(name, frame.consultation.slug, code)
            return frame.saved(request)
    rows = [(each, each.code in form.ticked) for each in themes_with_questions(frame.consultation)]
    return frame.show(request, "themes", outcome, form=form, rows=rows)


def questions(request: SignedInRequest, frame: Frame, code: str) -> HttpResponse:
    """Questions about one theme; `again` offers those of the consultation that this one is a copy of."""
    theme = get_object_or_404(Theme, code=code)
    source = frame.consultation.copied_from
    form, outcome = QuestionsForm(typed(request), consultation=frame.consultation, theme=theme), NOTHING_DONE
    earlier = workflow.questions_of(source, theme)["questions"] if source else []
    if form.is_bound:
        outcome = save(form, lambda: _write_questions(request, frame, theme, form))
        if outcome.status == 303:
            messages.success(request, _("The questions about “%(theme)s” are saved.") % {"theme": theme})
            return redirect(frame.url())
    elif "again" in request.GET:
        form.initial.update({f"text_{turn}": text for turn, (text, _sw) in enumerate(earlier, 1)})
        form.initial.update({f"text_sw_{turn}": text_sw for turn, (_en, text_sw) in enumerate(earlier, 1)})
    return frame.show(request, "questions", outcome, form=form, theme=theme, source=source, earlier=earlier)


def _write_questions(request: SignedInRequest, frame: Frame, theme: Theme, form: QuestionsForm) -> None:
    seen = form.cleaned_data["seen"]
    workflow.write_questions(frame.consultation, theme, by=request.user, seen=seen, questions=form.questions)


def new_theme(request: SignedInRequest, frame: Frame) -> HttpResponse:
    """Add a theme of its own, and lead on to its questions."""
    made: list[Theme] = []
    form, outcome = NewThemeForm(typed(request)), NOTHING_DONE
    if form.is_bound:
        outcome = INVALID
        if form.is_valid():
            given = form.cleaned_data
            outcome = attempt(lambda: made.append(workflow.add_theme(frame.consultation, by=request.user, **given)))
        if made:
            name = "desk_new_theme" if frame.guided else "desk_settings_theme"
            return redirect(name, frame.consultation.slug, made[0].code)
    return frame.show(request, "theme", outcome, form=form)


# --- Addresses --------------------------------------------------------------------------------------------------------

PAGES: dict[str, Page] = {"facts": facts, "themes": themes, "rules": rules, "team": team}


@for_secretariat
@require_safe
def desk_settings(request: SignedInRequest, slug: str) -> HttpResponse:
    """Lead to the first page of the settings of a consultation."""
    return redirect("desk_settings_page", consultation_at(request, slug).slug, "facts")


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_settings_page(
    request: SignedInRequest, slug: str, page: str, pages: Mapping[str, Page] = PAGES
) -> HttpResponse:
    """Show one of the `pages` of settings of a consultation, and save it. Rules of an open one have their own page."""
    consultation = consultation_at(request, slug)
    if page not in pages:
        raise Http404
    if page == "rules" and consultation.state != ConsultationState.DRAFT:
        return redirect("desk_rules", slug)
    return pages[page](request, Frame(consultation, page, guided=False))


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_settings_theme(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """Show the questions about a theme, or add a theme, among the settings of a consultation."""
    return theme_page(request, Frame(consultation_at(request, slug), "themes", guided=False), code)


def theme_page(request: SignedInRequest, frame: Frame, code: str) -> HttpResponse:
    """Show the questions about the theme with this code, or with `new` the form for another theme."""
    return new_theme(request, frame) if code == "new" else questions(request, frame, code)
