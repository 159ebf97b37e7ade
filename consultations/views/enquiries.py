"""Enquiries: the public form with its receipt, and the list with its pane at the desk."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms.enquiries import (
    NO_CONSULTATION,
    AnswerEnquiryForm,
    ContactForm,
    DismissEnquiryForm,
    EnquiryFilterForm,
    EnquiryForm,
    MoveEnquiryForm,
)
from consultations.forms.screening import AssignForm, WhyForm
from consultations.models import Consultation, Enquiry, EnquiryChannel, EnquiryState, Language, MailStop
from consultations.permissions import SignedInRequest, organisations_of
from consultations.queries import public_rounds
from consultations.queries.enquiries import TABS, about, note_due, number_in, tab_numbers, waiting_elsewhere, with_words
from consultations.queries.find import visible_consultations
from consultations.queries.history import history
from consultations.queries.submissions import page_behind
from consultations.workflow import ENQUIRY_MOVES, written_hour
from consultations.workflow.enquiries import WITHIN, list_name
from ncm_portal.workflow import Blocked, moves_open_to

from .decorators import (
    INVALID,
    NOTHING_DONE,
    Outcome,
    attempt,
    consultation_at,
    for_secretariat,
    note_consultation,
)
from .pagination import ListPage
from .ratelimit import limited
from .splitting import FRAGMENT, render_part, without

ROWS = 50  # of a page of the list

# --- For everybody ----------------------------------------------------------------------------------------------------


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponseBase:
    """Show the form for a question, filled in with who is signed in, and keep what is sent."""
    if request.method == "POST":
        return _send(request)
    rounds = [(each.slug, each.title) for each in public_rounds()]
    return _contact_page(request, ContactForm(rounds=rounds, initial=_known_of(request)))


@limited("contact")
def _send(request: HttpRequest) -> HttpResponse:
    rounds = {each.slug: each for each in public_rounds()}
    form = ContactForm(request.POST, rounds=[(each.slug, each.title) for each in rounds.values()])
    if not form.is_valid():
        return _contact_page(request, form, INVALID)
    facts = {**form.facts, "consultation": rounds.get(form.cleaned_data.get("about", ""))}
    by, made = request.user if request.user.is_authenticated else None, []
    language = Language.KISWAHILI if (get_language() or "").startswith("sw") else Language.ENGLISH
    outcome = attempt(lambda: made.append(workflow.send_enquiry(by=by, language=language, **facts)))
    if outcome.reasons:
        return _contact_page(request, form, outcome)
    return redirect("contact_sent", made[0].key)


def _known_of(request: HttpRequest) -> dict[str, str]:
    """Return what the form can be filled in with: the consultation of the link, and who is signed in."""
    known = {"about": request.GET.get("consultation", "")}
    if request.user.is_authenticated:
        bodies = organisations_of(request.user)
        body = bodies[0].name if len(bodies) == 1 else ""
        known |= {"name": request.user.name, "email": request.user.email, "organisation": body}
    return known


def _contact_page(request: HttpRequest, form: ContactForm, outcome: Outcome = NOTHING_DONE) -> HttpResponse:
    context = {"form": form, "reasons": outcome.reasons, "days": WITHIN}
    return render(request, "consultations/enquiries/contact.html", context, status=outcome.status)


@never_cache
@login_not_required
@require_safe
def contact_sent(request: HttpRequest, key: UUID) -> HttpResponse:
    """Confirm a question: its number, and by when it is answered. Nothing that was typed is shown."""
    enquiry = get_object_or_404(Enquiry, key=key, channel=EnquiryChannel.FORM)
    page = render(request, "consultations/enquiries/contact_sent.html", {"enquiry": enquiry})
    page["X-Robots-Tag"] = "noindex, nofollow"
    return page


# --- The list at the desk ---------------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def desk_enquiries(request: SignedInRequest, slug: str) -> HttpResponse:
    """List the enquiries about a consultation, with the opened one, or the first, beside them."""
    return _show_list(request, consultation_at(request, slug), request.GET)


@for_secretariat
@require_safe
def desk_general_enquiries(request: SignedInRequest) -> HttpResponse:
    """List the enquiries about no consultation, in the same way."""
    return _show_list(request, None, request.GET)


@for_secretariat
@require_safe
def desk_enquiry(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Show an enquiry in its list, on the tab of its state."""
    return _show_one(request, _enquiry(request, key))


def _show_one(request: SignedInRequest, enquiry: Enquiry, worded: dict[str, forms.Form] | None = None) -> HttpResponse:
    tab = {EnquiryState.RECEIVED: "open", EnquiryState.ANSWERED: "answered"}.get(EnquiryState(enquiry.state), "closed")
    query = QueryDict(mutable=True)
    query.update({"saved": tab, "open": enquiry.reference})
    return _show_list(request, enquiry.consultation, query, worded=worded)


def _enquiry(request: HttpRequest, key: UUID) -> Enquiry:
    """Return an enquiry that the user may read, and note its consultation for the rail. Raises 404."""
    enquiry = get_object_or_404(_with_people(request), key=key)
    if enquiry.consultation:
        note_consultation(request, enquiry.consultation)
    return enquiry


def _with_people(request: HttpRequest) -> Any:
    rows = Enquiry.objects.visible_to(request.user)
    return rows.select_related("consultation", "assigned_to", "answered_by", "entered_by")


def _address(consultation: Consultation | None) -> str:
    """Return the URL of the list of a consultation, or of the general one."""
    if consultation is None:
        return reverse("desk_general_enquiries")
    return reverse("desk_enquiries", args=[consultation.slug])


def _show_list(
    request: SignedInRequest,
    consultation: Consultation | None,
    query: QueryDict,
    outcome: Outcome = NOTHING_DONE,
    *,
    decided: Enquiry | None = None,
    worded: dict[str, forms.Form] | None = None,
) -> HttpResponse:
    """Show the list that `query` describes, with `open`, a reference, in the pane. `decided` is the opened one if an
    act was refused.
    """
    known, form = about(request.user, consultation), EnquiryFilterForm(query)
    filters = form.filters
    tab = TABS.get(filters.get("saved", ""))
    result = with_words(known, filters.get("words", ""))
    result = result.filter(tab.condition(request.user)) if tab else result
    order = tab.order if tab else "-received_at"
    rows, more = page_behind(result.select_related("assigned_to"), query.get("after", ""), order=order, size=ROWS)
    if order == "due_at":
        note_due(rows)
    opened = decided or _opened(request, consultation, query, rows)
    kept, address = without(query, "open"), _address(consultation)
    following = without(kept, "after")
    following["after"] = more
    first = f"{address}?{without(kept, 'after').urlencode()}" if "after" in kept else ""
    context: dict[str, Any] = {
        "consultation": consultation,
        "title": _("Enquiries") if consultation else _("General enquiries"),
        "filters": form,
        "narrowed": "words" in filters,
        "tabs": _tabs(known, request.user, address, filters.get("saved", "")),
        "enquiries": rows,
        "list": kept.urlencode(),
        "list_address": address,
        "address": f"{address}?{kept.urlencode()}{'&' if kept else ''}",
        "pagination": ListPage(rows, f"{address}?{following.urlencode()}" if more else "", first),
        "opens": opened is not None and ("open" in query or decided is not None),
        "elsewhere": _elsewhere(consultation),
        **(_in_pane(request, opened, outcome, worded) if opened else {}),
    }
    status = 200 if outcome.status == 303 else outcome.status
    return render_part(request, "consultations/enquiries/enquiries.html", context, status)


def _opened(
    request: HttpRequest, consultation: Consultation | None, query: QueryDict, rows: list[Enquiry]
) -> Enquiry | None:
    """Return the enquiry that `open` names, or the first of the list."""
    number = number_in(query.get("open", "")) or next((row.pk for row in rows), None)
    named = _with_people(request).filter(consultation=consultation, pk=number).first() if number else None
    return named or (_with_people(request).get(pk=rows[0].pk) if rows else None)


def _tabs(known: Any, user: Any, address: str, here: str) -> list[dict[str, Any]]:
    numbers = tab_numbers(known, user)
    return [
        {"label": tab.label, "url": f"{address}?saved={code}", "number": numbers[code], "here": code == here}
        for code, tab in TABS.items()
    ]


def _elsewhere(consultation: Consultation | None) -> int:
    """Return how many general enquiries wait beside those of a consultation."""
    return waiting_elsewhere()[None] if consultation else 0


def _in_pane(
    request: SignedInRequest, enquiry: Enquiry, outcome: Outcome, worded: dict[str, forms.Form] | None
) -> dict[str, Any]:
    """Return what the pane shows of an enquiry: what can be done, and its history."""
    forms_of = {verb: form(auto_id=f"%s-{verb}") for verb, form in WORDED.items()} | (worded or {})
    open_ones = moves_open_to(ENQUIRY_MOVES, enquiry, request.user)
    return {
        "enquiry": enquiry,
        "reasons": outcome.reasons,
        "form": next((form for form in forms_of.values() if form.errors), None),
        "moves": [each for each in open_ones if each.move.verb not in WORDED and each.ready],
        "worded": [
            (each.move, forms_of[each.move.verb]) for each in open_ones if each.move.verb in WORDED and each.ready
        ],
        "not_sent": forms_of["answer_enquiry"]["text"].value() if enquiry.state != EnquiryState.RECEIVED else "",
        "assign_form": AssignForm(auto_id="%s-assign", initial={"to": enquiry.assigned_to_id}),
        "can_move": enquiry.state != EnquiryState.CLOSED and enquiry.erased_at is None,
        "moving": forms_of.get(MOVE) or _moving(request, enquiry),
        "moves_now": MOVE in forms_of,
        "is_mine": enquiry.assigned_to_id == request.user.pk,
        "mail_is_stopped": bool(enquiry.email) and MailStop.objects.covers(enquiry.email),
        "events": history(enquiry, limit=20),
    }


# --- Acts -------------------------------------------------------------------------------------------------------------


WORDED: dict[str, type[forms.Form]] = {
    "answer_enquiry": AnswerEnquiryForm,
    "dismiss_enquiry": DismissEnquiryForm,
    "reopen_enquiry": WhyForm,
}
ACTS: dict[str, Callable[..., Enquiry]] = {
    "answer_enquiry": workflow.answer_enquiry,
    "close_enquiry": workflow.close_enquiry,
    "dismiss_enquiry": workflow.dismiss_enquiry,
    "reopen_enquiry": workflow.reopen_enquiry,
}


MOVE = "move_enquiry"


def _moving(request: SignedInRequest, enquiry: Enquiry, typed: QueryDict | None = None) -> MoveEnquiryForm:
    """Return the form to move an enquiry: with what was typed, the place that a link names, or where it is."""
    rounds = [(each.slug, each.short_title) for each in visible_consultations(request.user)]
    here = {"to": request.GET.get("to") or _place(enquiry)}
    return MoveEnquiryForm(typed, rounds=rounds, auto_id=f"%s-{MOVE}", initial=here)


def _place(enquiry: Enquiry) -> str:
    return enquiry.consultation.slug if enquiry.consultation else NO_CONSULTATION


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_enquiry_move(request: SignedInRequest, key: UUID, verb: str) -> HttpResponse:
    """Take an enquiry, assign, answer, move or close it or open it again; then show it in the list it was done from,
    or that list without it. GET shows it, with the form to move it if that is the verb: undoing a move leads there.
    """
    enquiry = _enquiry(request, key)
    if verb not in {*ACTS, MOVE, "take", "assign"}:
        raise Http404
    worded: dict[str, forms.Form] = {}
    if verb == MOVE:
        worded = {verb: _moving(request, enquiry, request.POST if request.method == "POST" else None)}
    if request.method != "POST":
        return _show_one(request, enquiry, worded) if worded else redirect("desk_enquiry", key)
    if verb in WORDED:
        worded = {verb: WORDED[verb](request.POST, auto_id=f"%s-{verb}")}
    if any(not form.is_valid() for form in worded.values()):
        return _refused(request, enquiry, INVALID, worded)
    outcome = attempt(lambda: _carry_out(request, enquiry, verb, worded), enquiry)
    if outcome.reasons:
        return _refused(request, enquiry, outcome, worded)
    query = without(QueryDict(request.POST.get("list", "")), "open")
    if verb != MOVE:
        query["open"] = enquiry.reference
    if FRAGMENT in request.headers:
        return _show_list(request, enquiry.consultation, query)
    return redirect(f"{_address(enquiry.consultation)}?{query.urlencode()}")


def _carry_out(request: SignedInRequest, enquiry: Enquiry, verb: str, worded: dict[str, Any]) -> None:
    if verb == "take":
        workflow.assign_enquiry(enquiry, to=request.user, by=request.user)
    elif verb == "assign":
        form = AssignForm(request.POST)
        if not form.is_valid():
            raise Blocked(_("Choose an officer from the list."))
        workflow.assign_enquiry(enquiry, to=form.cleaned_data["to"], by=request.user)
    elif verb == MOVE:
        _move(request, enquiry, worded[verb].cleaned_data["to"])
    else:
        arguments = worded[verb].cleaned_data if verb in worded else {}
        ACTS[verb](enquiry, by=request.user, **arguments)


def _move(request: SignedInRequest, enquiry: Enquiry, slug: str) -> None:
    """Move an enquiry, and say so with the page that moves it back."""
    to = visible_consultations(request.user).get(slug=slug) if slug != NO_CONSULTATION else None
    moved = workflow.move_enquiry(enquiry, to=to, by=request.user)
    words = _("%(number)s is now under %(place)s.") % {"number": moved.reference, "place": list_name(to)}
    if enquiry.assigned_to and not moved.assigned_to:
        left = _("%(name)s no longer works at the secretariat, so it is assigned to nobody.")
        words = f"{words} {left % {'name': enquiry.assigned_to.name}}"
    messages.success(request, words, extra_tags=f"{request.path}?to={_place(enquiry)}")


def _refused(request: SignedInRequest, enquiry: Enquiry, outcome: Outcome, worded: dict[str, Any]) -> HttpResponse:
    """Show a refusal with what was typed, and with whoever was faster."""
    if outcome.reasons and enquiry.answered_by and enquiry.answered_by != request.user and enquiry.answered_at:
        faster = {"name": enquiry.answered_by.name, "hour": written_hour(enquiry.answered_at)}
        outcome = outcome._replace(reasons=[*outcome.reasons, _("%(name)s answered it on %(hour)s.") % faster])
    query = QueryDict(request.POST.get("list", ""))
    return _show_list(request, enquiry.consultation, query, outcome, decided=enquiry, worded=worded)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_enquiry_new(request: SignedInRequest, slug: str = "") -> HttpResponse:
    """Enter a question that reached the office in another way than by the form, about this consultation or none."""
    consultation = consultation_at(request, slug) if slug else None
    rounds = {each.slug: each for each in [*([consultation] if consultation else []), *public_rounds()]}
    choices = [(each.slug, each.title) for each in rounds.values()]
    form = EnquiryForm(request.POST if request.method == "POST" else None, rounds=choices, initial={"about": slug})
    outcome, made = NOTHING_DONE, []
    if request.method == "POST":
        outcome = attempt(lambda: made.append(_register(request, form, rounds))) if form.is_valid() else INVALID
    if made:
        messages.success(request, _("The question is entered as %(number)s.") % {"number": made[0].reference})
        return redirect("desk_enquiry", made[0].key)
    context = {"consultation": consultation, "form": form, "reasons": outcome.reasons}
    return render(request, "consultations/enquiries/enquiry_new.html", context, status=outcome.status)


def _register(request: SignedInRequest, form: EnquiryForm, rounds: dict[str, Consultation]) -> Enquiry:
    about_round = rounds.get(form.cleaned_data.get("about", ""))
    return workflow.register_enquiry(by=request.user, consultation=about_round, **form.facts)
