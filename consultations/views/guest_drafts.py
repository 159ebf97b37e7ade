"""Writing an input without an account: choose a theme, write, and say at the end for whom."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from consultations import workflow
from consultations.forms import OrganisationForm
from consultations.forms.guest_drafts import GuestDraftForm, OwnOrganisationForm
from consultations.models import KEPT, Consultation, ConsultationState, GuestDraft, Language, Submission, Theme
from consultations.permissions import SignedInRequest, organisations_of
from consultations.queries.guest_drafts import kept_draft, questions_with_answers

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt
from .ratelimit import limited

COOKIE, SALT = "guest_draft", "consultations.guest_draft"


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Write on the theme `?theme=`, or that of the draft: POST keeps it (`do=save`) or goes on (`do=send`).

    Without a theme, or with one that is no longer part of the consultation, ask for one. Who is signed in uses the
    form of organisations.
    """
    consultation = _consultation(slug)
    draft = _draft_of(request, consultation)
    if request.method == "POST":
        return _keep(request, consultation, draft)
    if request.user.is_authenticated or not (draft or consultation.takes_inputs):
        return _elsewhere(request, consultation, draft)
    themes = list(consultation.themes.order_by("order"))
    named = request.GET.get("theme") or (draft.theme.code if draft else "")
    theme = next((each for each in themes if each.code == named), None)
    if theme is None:
        withdrawn = draft.theme if draft and draft.theme not in themes else None
        context = {"consultation": consultation, "themes": themes, "withdrawn": withdrawn}
        return render(request, "consultations/guest_drafts/choose.html", context)
    questions = questions_with_answers(consultation, theme, draft)
    form = GuestDraftForm(questions=questions, initial=_initial(draft))
    return _page(request, form, consultation, theme, draft=draft)


def _consultation(slug: str) -> Consultation:
    return get_object_or_404(Consultation.objects.exclude(state=ConsultationState.DRAFT), slug=slug)


def _draft_of(request: HttpRequest, consultation: Consultation) -> GuestDraft | None:
    """Return the draft whose key is in the cookie of this consultation, if it is still kept."""
    kept = request.get_signed_cookie(COOKIE, default=None, salt=SALT, max_age=KEPT)
    return kept_draft(consultation, UUID(kept)) if kept else None


def _initial(draft: GuestDraft | None) -> dict[str, Any]:
    if draft:
        return {"title": draft.title, "body": draft.body, "language": draft.language}
    swahili = (get_language() or "").startswith("sw")
    return {"language": Language.KISWAHILI if swahili else Language.ENGLISH}


def _elsewhere(request: HttpRequest, consultation: Consultation, draft: GuestDraft | None) -> HttpResponse:
    """Lead on who is signed in, and away from a consultation that has closed."""
    if draft:
        return redirect("write_send", consultation.slug)
    if request.user.is_authenticated:
        return redirect(reverse("submit", query={"consultation": consultation.slug}))
    return redirect("consultation", consultation.slug)


@limited("write")
def _keep(request: HttpRequest, consultation: Consultation, draft: GuestDraft | None) -> HttpResponseBase:
    theme = next((each for each in Theme.objects.all() if each.code == request.POST.get("theme")), None)
    if theme is None:
        raise Http404
    sending = request.POST.get("do") == "send"
    form = GuestDraftForm(request.POST, sending=sending)
    if not form.is_valid():
        return _page(request, form, consultation, theme, draft=draft, outcome=INVALID)

    def keep(_request: HttpRequest) -> HttpResponse:
        made: list[GuestDraft] = []
        outcome = attempt(
            lambda: made.append(workflow.keep_guest_draft(draft, consultation, theme=theme, **form.words))
        )
        if outcome.reasons:
            return _page(request, form, consultation, theme, outcome=outcome)
        if not sending:
            messages.success(request, _("Saved on this portal for 14 days. Only you can see it."))
        next_page = redirect("write_send" if sending else "write", consultation.slug)
        return _with_cookie(next_page, made[0], is_shared=form.cleaned_data["is_shared"])

    begin: Callable[[HttpRequest], HttpResponseBase] = limited("begin")(keep)
    return keep(request) if draft else begin(request)


def _with_cookie(response: HttpResponse, draft: GuestDraft, *, is_shared: bool) -> HttpResponse:
    """Add the cookie with the key of `draft`, for pages of this form only; on a shared device until the browser is
    closed.
    """
    response.set_signed_cookie(
        COOKIE,
        str(draft.key),
        salt=SALT,
        max_age=None if is_shared else KEPT,
        path=reverse("write", args=[draft.consultation.slug]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _without_cookie(response: HttpResponse, slug: str) -> HttpResponse:
    response.delete_cookie(COOKIE, path=reverse("write", args=[slug]), samesite="Lax")
    return response


def _page(
    request: HttpRequest,
    form: GuestDraftForm,
    consultation: Consultation,
    theme: Theme,
    *,
    draft: GuestDraft | None = None,
    outcome: Outcome = NOTHING_DONE,
) -> HttpResponse:
    context = {
        "form": form, "consultation": consultation, "theme": theme, "draft": draft, "reasons": outcome.reasons,
    }  # fmt: skip
    return render(request, "consultations/guest_drafts/write.html", context, status=outcome.status)


@never_cache
@login_not_required
@require_POST
def write_forget(request: HttpRequest, slug: str) -> HttpResponse:
    """Erase what the visitor has written, here and in the browser."""
    consultation = _consultation(slug)
    if draft := _draft_of(request, consultation):
        workflow.drop_guest_draft(draft)
        messages.success(request, _("Erased. Nothing of it is kept."))
    return _without_cookie(redirect("consultation", slug), slug)


# --- At the end: for whom ---------------------------------------------------------------------------------------------


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def write_send(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask who has written: a visitor signs in or creates an account and returns here; then choose or register the
    organisation, which gets the words as its draft.
    """
    consultation = _consultation(slug)
    draft = _draft_of(request, consultation)
    if draft is None:
        return redirect("write", slug)
    if not request.user.is_authenticated:
        context = {"consultation": consultation, "draft": draft, "here": request.path}
        return render(request, "consultations/guest_drafts/who.html", context)
    return _hand_over(request, draft)  # type: ignore[arg-type]  # it has just been asked who it is


def _hand_over(request: SignedInRequest, draft: GuestDraft) -> HttpResponse:
    bodies = organisations_of(request.user)
    data = request.POST if request.method == "POST" else None
    form = OwnOrganisationForm(data, organisations=bodies) if bodies else OrganisationForm(data)
    outcome, made = NOTHING_DONE, list[Submission]()
    if data is not None:
        outcome = attempt(lambda: made.append(_handed_over(request, draft, form))) if form.is_valid() else INVALID
    if made:
        return _without_cookie(redirect("draft_preview", made[0].key), draft.consultation.slug)
    context = {
        "form": form, "draft": draft, "consultation": draft.consultation, "has_organisation": bool(bodies),
        "reasons": outcome.reasons,
    }  # fmt: skip
    return render(request, "consultations/guest_drafts/organisation.html", context, status=outcome.status)


def _handed_over(
    request: SignedInRequest, draft: GuestDraft, form: OwnOrganisationForm | OrganisationForm
) -> Submission:
    if isinstance(form, OwnOrganisationForm):
        body = form.organisations[form.cleaned_data["organisation"]]
        return workflow.hand_over_guest_draft(draft, body, by=request.user)
    return workflow.register_and_hand_over(draft, by=request.user, **form.cleaned_data)
