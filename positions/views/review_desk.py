"""Review at the desk: rounds, the list of amendments with its pane, recommendations, decisions and final texts."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations.forms.consequences import confirming
from consultations.permissions import SignedInRequest
from consultations.views.decorators import attempt, for_secretariat
from consultations.views.splitting import FRAGMENT, render_part, without
from ncm_portal.workflow import Blocked, Conflict, moves_open_to, needs_of
from positions import workflow
from positions.forms.review import (
    AcceptForm,
    ChooseForm,
    DeclineForm,
    FitForm,
    RecommendForm,
    RoundForm,
)
from positions.forms.together import TogetherForm
from positions.models import Advice, Amendment, Audience, Paragraph, PositionPaper, Section
from positions.queries.amendments import TABS, amendment_words, amendments_at_a_glance, tab_numbers
from positions.queries.papers import paragraph_numbers
from positions.workflow import AMENDMENT_MOVES, PAPER_MOVES
from positions.workflow.drafting import OPEN_STATES

from .amendments import Group, Load, amendments_of, groups, list_row, loads, read, total
from .drafting import REFUSED
from .papers import HOME, known_paper

KEY = re.compile(r"[0-9]{1,9}")
ROWS = 100  # of one page of the list

# --- Rounds ------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_review(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the review of a paper: its rounds, and waiting amendments by section; POST opens a round."""
    paper = known_paper(request, slug)
    audience = request.POST.get("audience", "")
    effects = workflow.of_opening_review(paper, audience if audience in Audience else Audience.MEMBERS)
    form = confirming(RoundForm)(request.POST if request.method == "POST" else None, effects=effects)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        reasons = attempt(lambda: workflow.open_review(paper, by=request.user, **form.values)).reasons
        if not reasons:
            messages.success(request, _("The round is open. Everybody invited gets an e-mail."))
            return redirect("desk_review", slug)
    own = {verb: PAPER_MOVES[verb] for verb in HOME["desk_review"]}
    others = {verb: move for verb, move in own.items() if verb != "open_review"}
    context = {
        "paper": paper,
        "rounds": paper.rounds.select_related("edition").defer("edition__content").order_by("-number"),
        "sections": _sections(paper),
        "may_open": paper.state in OPEN_STATES,
        "form": form,
        "effects": effects,
        "reasons": reasons,
        "needs": needs_of(own, paper),
        "moves": [each for each in moves_open_to(others, paper, request.user) if each.ready],
        "moves_at": reverse("desk_paper", args=[slug]) + "moves/",
    }
    status = REFUSED if reasons or form.errors else 200
    return render(request, "positions/review_desk/review.html", context, status=status)


def _sections(paper: PositionPaper) -> list[Any]:
    """Return the sections of the paper with amendments, each with its `load`. Three queries."""
    held = loads(paper)
    rows = Paragraph.objects.filter(section__paper=paper, key__in=held).values_list("section", "key")
    keys: dict[int, list[Any]] = {}
    for section, key in rows:
        keys.setdefault(section, []).append(key)
    result: list[Any] = list(paper.sections.filter(pk__in=keys).order_by("order"))
    for each in result:
        each.load = total(held.get(key, Load()) for key in keys[each.pk])
    return result


@for_secretariat
@require_safe
def desk_review_section(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Redirect to the amendments of one section: printed and mailed addresses stay."""
    section = get_object_or_404(Section, pk=pk, paper=known_paper(request, slug))
    return redirect(list_address(slug, show="all", section=section.pk))


# --- The list -------------------------------------------------------------------------------------------------------


def list_address(slug: str, **query: Any) -> str:
    """Return the URL of the list of amendments with a query string."""
    return reverse("desk_amendments", args=[slug], query=query)


@for_secretariat
@require_safe
def desk_amendments(request: HttpRequest, slug: str) -> HttpResponse:
    """List the amendments of a paper by tab, with the opened one, or the first, beside it."""
    return _show_list(request, known_paper(request, slug), request.GET)


@for_secretariat
@require_safe
def desk_amendment(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Redirect to one amendment in the list: the journal and mails name it by this address."""
    paper = known_paper(request, slug)
    known_amendment(paper, pk)
    return redirect(list_address(slug, show="all", open=pk))


def _key(query: QueryDict, name: str) -> int:
    """Return a key in a query string; 0 if there is none."""
    value = str(query.get(name, ""))
    return int(value) if KEY.fullmatch(value) else 0


def _show_list(
    request: HttpRequest,
    paper: PositionPaper,
    query: QueryDict,
    forms_given: Mapping[str, forms.Form] | None = None,
    *,
    reasons: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the list that the query string `query` describes, with `open`, the key of an amendment, in the pane and
    `done`, the one that was just decided, above it. `forms_given` are refused forms of the opened one.
    """
    known = amendments_at_a_glance(paper)
    show, section = str(query.get("show", "")), _key(query, "section")
    show = show if show in TABS else "to-decide"
    of_section = [each for each in known if not section or each.paragraph.section_id == section]
    rows = [each for each in of_section if show in each.tabs]
    at = {each.pk: each for each in known}
    opened = at.get(_key(query, "open")) or next(iter(rows), None)
    done = at.get(_key(query, "done"))
    shown, kept = _page(rows, opened, _key(query, "page")), without(query, "open", "done", "page")
    address = reverse("desk_amendments", args=[paper.slug])
    texts = amendment_words([*(each.pk for each in shown.rows), *([done.pk] if done else [])]).in_bulk()
    context: dict[str, Any] = {
        "paper": paper,
        "round": paper.rounds.defer("edition__content").select_related("edition").order_by("-number").first(),
        "tabs": _tabs(address, kept, show, of_section),
        "rows": [list_row(each, texts[each.pk]) for each in shown.rows],
        "section": Section.objects.filter(pk=section, paper=paper).first() if section else None,
        "list": kept.urlencode(),
        "address": f"{address}?{kept.urlencode()}{'&' if kept else ''}",
        "opens": _key(query, "open") in at,
        "done": list_row(done, texts[done.pk]) if done else None,
        "newer": _page_address(address, kept, shown.number - 1),
        "older": _page_address(address, kept, shown.number + 1 if shown.number < shown.last else 0),
    }
    if opened:
        context |= _reading(paper, opened.pk, forms_given or {}, reasons)
        context["next"] = _following(known, opened.pk, query, context["group"].contending)
        status = REFUSED if status == 200 and (reasons or context["form"]) else status
    return render_part(request, "positions/review_desk/amendments.html", context, status)


class Page(NamedTuple):
    """Rows of one page of the list, its number, and that of the last one."""

    rows: list[Any]
    number: int
    last: int


def _page(rows: list[Any], opened: Any, number: int) -> Page:
    """Return the page with the opened row, or the one with this number."""
    last = max(1, -(-len(rows) // ROWS))
    if not number:
        number = next((place // ROWS + 1 for place, each in enumerate(rows) if opened and each.pk == opened.pk), 1)
    number = min(number, last)
    return Page(rows[(number - 1) * ROWS : number * ROWS], number, last)


def _page_address(address: str, kept: QueryDict, number: int) -> str:
    """Return the URL of a page of the list; empty if there is none with this number."""
    query = without(kept)
    query["page"] = str(number)
    return f"{address}?{query.urlencode()}" if number else ""


def _tabs(address: str, kept: QueryDict, here: str, rows: list[Any]) -> list[dict[str, Any]]:
    numbers, tabs = tab_numbers(rows), []
    for code, label in TABS.items():
        query = without(kept)
        query["show"] = code
        tabs.append(
            {"label": label, "url": f"{address}?{query.urlencode()}", "number": numbers[code], "here": code == here}
        )
    return tabs


# --- One amendment --------------------------------------------------------------------------------------------------


def _reading(
    paper: PositionPaper, pk: int, forms_given: Mapping[str, forms.Form], reasons: list[str] | None
) -> dict[str, Any]:
    """Return what the pane shows of an amendment: changes, reason, others of the paragraph, and the decision, with
    submitted forms instead of fresh ones.
    """
    own = Amendment.objects.filter(round__paper=paper).values("paragraph")
    rows = read(amendments_of(paper).filter(paragraph__in=own.filter(pk=pk)), paragraph_numbers(paper))
    amendment = next(each for each in rows if each.pk == pk)
    group = groups(rows).get(amendment.paragraph_id) or Group()
    return {
        "amendment": amendment,
        "in_draft": f"p={amendment.number}#p{amendment.number}",
        "group": group,
        "contends": amendment in group.contending,
        "others": [each for each in group.amendments if each.pk != pk and each not in group.contending],
        "together": together_form(paper, amendment, group),
        "needs": needs_of(AMENDMENT_MOVES, amendment),
        "may_accept": paper.state in OPEN_STATES and amendment.number is not None,
        "accept": AcceptForm(auto_id="accept_%s", initial=_advised(amendment, Advice.ACCEPT)),
        "in_part": _fit_form(amendment, **_advised(amendment, Advice.IN_PART)),
        "decline": DeclineForm(auto_id="decline_%s", initial=_advised(amendment, Advice.DECLINE)),
        "recommend": RecommendForm(auto_id="recommend_%s"),
        **forms_given,
        "form": next((form for form in forms_given.values() if form.errors), None),
        "reasons": reasons,
    }


def together_form(paper: PositionPaper, amendment: Any, group: Group, data: Any = None) -> TogetherForm | None:
    """Return the form to decide all amendments to the same words at once; None while one of them is accepted already,
    or if `amendment` has no rival.
    """
    if amendment not in group.contending or group.untaken:
        return None
    may_accept = paper.state in OPEN_STATES and amendment.number is not None
    return TogetherForm(data, contending=group.contending, may_accept=may_accept)


def _advised(amendment: Any, decision: Advice) -> dict[str, str]:
    """Return what the form of a decision starts with: the reason, and the text, of a recommendation to take it."""
    advice = amendment.advice
    if not advice or advice.advice != decision:
        return {}
    return {"reason": advice.reason, **({"text": advice.text} if advice.text else {})}


def _fit_form(amendment: Any, **given: str) -> FitForm:
    """Return the form for an adapted text, initially the proposed one merged into the present text if that has
    changed.
    """
    start = {"text": amendment.words_today, "base": amendment.paragraph.wording_id, **given}
    return FitForm(initial=start, auto_id="fit_%s")


def known_amendment(paper: PositionPaper, pk: int) -> Amendment:
    """Return an amendment of `paper`, or answer 404."""
    own = Amendment.objects.filter(round__paper=paper).select_related("round__paper", "paragraph")
    return get_object_or_404(own, pk=pk)


def _decide(
    request: HttpRequest, slug: str, pk: int, verb: Callable[..., Any], name: str, form: forms.Form
) -> HttpResponse:
    """Run the decision of a form, and show the list that it was made from with the next amendment; refusals keep the
    entered values.
    """
    paper = known_paper(request, slug)
    amendment = known_amendment(paper, pk)
    if request.method != "POST":
        return redirect("desk_amendment", slug, pk)
    query = without(QueryDict(request.POST.get("list", "")), "done")
    if form.is_valid():
        try:
            verb(amendment, by=request.user, **form.cleaned_data)
        except Conflict as conflict:
            form.data = request.POST.copy()
            form.data["base"] = str(conflict.theirs.wording_id)
            return show_again(request, paper, pk, query, {name: form}, reasons=conflict.reasons, status=409)
        except Blocked as refusal:
            return show_again(request, paper, pk, query, {name: form}, reasons=refusal.reasons)
        return go_on(request, paper, pk, query)
    return show_again(request, paper, pk, query, {name: form})


def _following(known: list[Any], pk: int, query: QueryDict, decided: Iterable[Any] = ()) -> Any:
    """Return the row of the list after that of the amendment `pk`, past the `decided` ones, or None."""
    section, show = _key(query, "section"), str(query.get("show", "")) or "to-decide"
    place = next(place for place, each in enumerate(known) if each.pk == pk)
    past = {each.pk for each in decided}
    for each in [*known[place + 1 :], *known[:place]]:
        if show in each.tabs and each.pk not in past and (not section or each.paragraph.section_id == section):
            return each
    return None


def show_again(
    request: HttpRequest,
    paper: PositionPaper,
    pk: int,
    query: QueryDict,
    forms_given: Mapping[str, forms.Form],
    **options: Any,
) -> HttpResponse:
    """Show the list that `query` describes with an amendment in the pane, and the forms as they were sent."""
    query["open"] = str(pk)
    return _show_list(request, paper, query, forms_given, **options)


def go_on(request: HttpRequest, paper: PositionPaper, pk: int, query: QueryDict) -> HttpResponse:
    """Show the list with the next amendment of its tab in the pane, or answer with it if a script asks for it."""
    following = _following(amendments_at_a_glance(paper), pk, query)
    query = without(query, "open", "page")
    query.update({"done": str(pk), **({"open": str(following.pk)} if following else {})})
    if FRAGMENT in request.headers:
        return _show_list(request, paper, query)
    return redirect(f"{reverse('desk_amendments', args=[paper.slug])}?{query.urlencode()}")


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_amendment_accept(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Accept an amendment as proposed."""
    form = AcceptForm(request.POST, auto_id="accept_%s")
    return _decide(request, slug, pk, workflow.accept_amendment, "accept", form)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_amendment_in_part(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Accept an amendment with an adapted text, with the reason."""
    form = FitForm(request.POST, auto_id="fit_%s")
    return _decide(request, slug, pk, workflow.accept_in_part, "in_part", form)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_amendment_decline(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Decline an amendment, with the reason."""
    form = DeclineForm(request.POST, auto_id="decline_%s")
    return _decide(request, slug, pk, workflow.decline_amendment, "decline", form)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_amendment_recommend(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Recommend a decision, and ask the sponsor to consent."""
    form = RecommendForm(request.POST, auto_id="recommend_%s")
    return _decide(request, slug, pk, workflow.recommend, "recommend", form)


# --- One text of several --------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_choose_text(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Show the accepted amendments of a paragraph that are not in its text yet; POST chooses the final text."""
    paper = known_paper(request, slug)
    known = Paragraph.objects.select_related("section", "wording").filter(section__paper=paper, removed_at=None)
    paragraph = get_object_or_404(known, key=key)
    form, reasons, status = ChooseForm(request.POST or None), [], 200
    if request.method == "POST" and form.is_valid():
        try:
            workflow.choose_text(paragraph, by=request.user, **form.cleaned_data)
        except Conflict as conflict:
            form = ChooseForm(initial={**form.cleaned_data, "base": conflict.theirs.wording_id})
            reasons, status = conflict.reasons, 409
        except Blocked as refusal:
            reasons, status = refusal.reasons, REFUSED
        else:
            messages.success(request, _("The text of the paragraph is decided."))
            return redirect(list_address(slug, show="all", section=paragraph.section_id))
    numbers = paragraph_numbers(paper)
    group = groups(read(amendments_of(paper).filter(paragraph=paragraph), numbers)).get(paragraph.pk) or Group()
    if request.method != "POST":
        if not group.untaken:
            raise Http404
        form = ChooseForm(
            initial={
                "text": group.untaken[0].words_today or paragraph.present_wording.text,
                "base": paragraph.wording_id,
            }
        )
    context = {
        "paper": paper,
        "paragraph": paragraph,
        "number": numbers[paragraph.pk],
        "group": group,
        "still_open": [each for each in group.contending if each.is_open],
        "form": form,
        "reasons": reasons,
    }
    return render(request, "positions/review_desk/choose_text.html", context, status=REFUSED if form.errors else status)
