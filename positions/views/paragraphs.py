"""Paragraph at the desk: text and history, marks, position and sources."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations.models import Framework
from consultations.permissions import SignedInRequest
from consultations.queries.history import history
from consultations.views.decorators import attempt, for_secretariat
from ncm_portal.workflow import Blocked, Conflict
from positions import workflow
from positions.forms.clearance import NeededReasonForm
from positions.forms.drafting import (
    CiteForm,
    CommentForm,
    PlaceForm,
    ResolveForm,
    RewordForm,
)
from positions.forms.paragraphs import OneTextForm, TwoTextsForm
from positions.models import Grounding, Paragraph, PositionPaper, Wording
from positions.text.diff import Strand, redline, side, weave

from .drafting import EVENTS, REFUSED, Text, text_of
from .drafting_room import FRAGMENT, Open, at_paragraph, cite, outline_at, reword_form, room_address, show_room
from .papers import known_paper

TYPED = ("text", "rest", "comment", "resolution")  # fields with text about a paragraph in any of its forms


@dataclass
class Place:
    """Paragraph within its paper's text."""

    text: Text
    paragraph: Any

    @property
    def section(self) -> Any:
        """Return its section in the outline."""
        return next(each for each in self.text.sections if each.pk == self.paragraph.section_id)


def _place(request: HttpRequest, slug: str, key: UUID) -> Place:
    """Return the paragraph with `key` of the paper; raises 404 if it is not part of its text."""
    return _place_in(known_paper(request, slug), key)


def _place_in(paper: PositionPaper, key: UUID) -> Place:
    text = text_of(paper, sources_of=key)
    paragraph = next((each for each in text.paragraphs if each.key == key), None)
    if paragraph is None:
        raise Http404
    return Place(text, paragraph)


def _reloaded(place: Place) -> Place:
    """Return the paragraph reloaded."""
    place.text.paper.refresh_from_db(fields=["state"])
    return _place_in(place.text.paper, place.paragraph.key)


# --- Words ----------------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_paragraph(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Show a paragraph with its history; POST saves a new wording. If somebody else saved meanwhile, both are shown."""
    paper = known_paper(request, slug)
    if _was_removed(paper, key):
        return _removed(request, paper, key)
    place = _place_in(paper, key)
    if request.method != "POST":
        return _show(request, place)
    answer = _save(request, place)
    return answer or redirect(room_address(request, place.text.paper, place.paragraph))


def _save(request: SignedInRequest, place: Place, form: RewordForm | None = None) -> HttpResponse | None:
    """Save the words and marks of the room's form; return a response only if they are refused. Unchanged ones, and a
    request without words, have no effect.
    """
    if "text" not in request.POST:
        return None
    workflow.be_seen(place.section, place.paragraph, request.user)
    form = form or reword_form(place.paragraph, place.section.theme, request.POST)
    if not form.is_valid():
        return _refused(request, place, [], form)
    typed, by = form.cleaned_data, request.user
    try:
        before = place.paragraph.wording_id
        row = workflow.reword(place.paragraph, by=by, text=typed["text"], why=typed["why"], base=typed["base"])
        if form.has_marks and (marks := form.changed_marks):
            if "provisions" in marks:
                others = place.paragraph.provisions.exclude(framework=Framework.GCM_OBJECTIVE)
                marks["provisions"] = [*marks["provisions"], *others]
            workflow.mark_paragraph(row, by=by, **marks)
    except Conflict:
        place = _reloaded(place)
        return _both_texts(request, place, TwoTexts(place.paragraph, typed["text"], typed["base"]), form)
    except Blocked as refusal:
        return _refused(request, _reloaded(place), refusal.reasons, form)
    if row.wording_id != before:
        messages.success(request, _("Saved. Check whether the paragraph still matches its sources."))
    return None


def _refused(
    request: SignedInRequest, place: Place, reasons: Sequence[str], form: RewordForm | None = None
) -> HttpResponse:
    """Show the room with the paragraph open and why an act was refused."""
    sections, section = outline_at(place.text.paper, place.paragraph.section_id)
    opened = Open(form or reword_form(place.paragraph, section.theme), place.paragraph, reasons)
    return show_room(request, place.text.paper, sections, section, opened)


def _was_removed(paper: PositionPaper, key: UUID) -> bool:
    """Return whether the paragraph with `key` was removed from the text. One query."""
    return Paragraph.objects.filter(key=key, section__paper=paper, removed_at__isnull=False).exists()


def _removed(request: HttpRequest, paper: PositionPaper, key: UUID) -> HttpResponse:
    """Redirect to the history of a removed paragraph; text entered for it meanwhile is shown."""
    if request.method != "POST":
        return redirect("desk_paragraph_history", paper.slug, key)
    reasons = [_("This paragraph was removed from the text.")]
    typed = "\n\n".join(filter(None, (request.POST.get(name, "") for name in TYPED)))
    context = {"paper": paper, "key": key, "typed": typed, "reasons": reasons}
    return render(request, "positions/paragraphs/paragraph_gone.html", context, status=REFUSED)


def _show(
    request: HttpRequest,
    place: Place,
    *,
    target: PlaceForm | None = None,
    remark: Form | None = None,
    reasons: list[str] | None = None,
) -> HttpResponse:
    paragraph = place.paragraph
    bad = next((form for form in (target, remark) if form and form.errors), None)
    context = {
        "paper": place.text.paper,
        "text": place.text,
        "section": place.section,
        "paragraph": paragraph,
        "target": target or PlaceForm(sections=place.text.sections, paragraph=paragraph, auto_id="place_%s"),
        "form": bad,
        "reasons": reasons,
        "comments": _comments(paragraph, remark),
        "remark": remark if isinstance(remark, CommentForm) else CommentForm(auto_id="comment_%s"),
        "history": _history(paragraph),
        "events": history(paragraph, limit=EVENTS),
    }
    return render(request, "positions/paragraphs/paragraph.html", context, status=REFUSED if bad or reasons else 200)


def _history(paragraph: Paragraph) -> list[dict[str, Any]]:
    """Return its wordings, the latest first, each with a redline against the previous one."""
    wordings = list(paragraph.wordings.select_related("by").order_by("number"))
    before = ["", *(wording.text for wording in wordings)]
    rows = [
        {"wording": wording, "spans": redline(old, wording.text) if old else []}
        for old, wording in zip(before, wordings, strict=False)
    ]
    return rows[::-1]


def _comments(paragraph: Paragraph, typed: Form | None) -> list[Any]:
    """Return its comments, open ones first, these with a form to resolve them."""
    result: list[Any] = list(paragraph.comments.select_related("by", "resolved_by", "wording"))
    for each in result:
        each.of_earlier_words = each.wording_id != paragraph.wording_id
        name = f"settle_{each.pk}_%s"
        each.settle = typed if typed and typed.auto_id == name else ResolveForm(auto_id=name)
    return sorted(result, key=lambda each: each.resolved_at is not None)


# --- Two texts of one paragraph -------------------------------------------------------------------------------------


class TwoTexts:
    """A text that was not saved, `mine`, beside the wording `theirs` that somebody saved since it was begun."""

    def __init__(self, paragraph: Any, mine: str, started: int, seen: int | None = None) -> None:
        wordings = Wording.objects.filter(paragraph=paragraph).select_related("by")
        known = wordings.in_bulk([started, seen or paragraph.wording_id])
        self.mine = mine.strip()
        self.theirs: Wording | None = known.get(seen or paragraph.wording_id)
        self.started = known.get(started) or self.theirs

    @property
    def strands(self) -> list[Strand]:
        """Return them and the text that both began from, as strands."""
        assert self.started
        assert self.theirs
        return weave(self.started.text, self.mine, self.theirs.text)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_paragraph_both(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Save one text made of two: of what was typed, and of what somebody saved meanwhile. Cites the point that was to
    be cited with it. If somebody has saved again, asks again.
    """
    place = _place(request, slug, key)
    typed = TwoTextsForm(request.POST)
    if "text" not in request.POST:
        return redirect(room_address(request, place.text.paper, place.paragraph))
    if not typed.is_valid():
        reasons = [_("The page was incomplete. Compare the text with the saved one, and save it again.")]
        return _refused(request, place, reasons, reword_form(place.paragraph, place.section.theme, request.POST))
    both = TwoTexts(place.paragraph, *(typed.cleaned_data[name] for name in ("text", "started", "base")))
    if both.theirs is None:
        raise Http404
    made = OneTextForm(request.POST, mine=both.mine, strands=both.strands)
    is_decided = made.is_valid() and made.cleaned_data["keep"] != OneTextForm.SHOWN
    data = request.POST.copy()
    if is_decided:
        data["text"] = made.text
    form = reword_form(place.paragraph, place.section.theme, data)
    if not is_decided or not form.is_valid():
        return _both_texts(request, place, both, form, made)
    if answer := _save(request, place, form):
        return answer
    wish = CiteForm(request.POST)
    if wish.is_valid() and wish.cleaned_data["cite"]:
        return _then(request, place, lambda: cite(request, place.text.paper, place.paragraph, wish))
    return redirect(room_address(request, place.text.paper, place.paragraph))


def _both_texts(
    request: HttpRequest, place: Place, both: TwoTexts, typed: RewordForm, made: OneTextForm | None = None
) -> HttpResponse:
    """Show both texts of a paragraph, the one text of both, and what is to be decided; `made` is a decision that lacks
    something.
    """
    strands = both.strands
    shown = made or OneTextForm(mine=both.mine, strands=strands)
    is_refused = bool(made and (made.errors or made.cleaned_data["keep"] != OneTextForm.SHOWN))
    refused = (made if made and made.errors else typed) if is_refused else None
    words = typed if refused is typed else reword_form(place.paragraph, place.section.theme)
    words.initial = {**words.initial, "why": typed["why"].value()}
    context = {
        "paper": place.text.paper,
        "section": place.section,
        "paragraph": place.paragraph,
        "both": both,
        "their_changes": side(strands, "theirs"),
        "my_changes": side(strands, "mine"),
        "made": shown,
        "taken": sum(span.kind == "added" for span in shown.spans),
        "marks": typed.typed_marks,
        "why": words["why"],
        "form": refused,
        "cite": request.POST.get("cite", ""),
        "query": request.GET.urlencode(),
    }
    part = "#room" if FRAGMENT in request.headers else ""
    status = REFUSED if is_refused else 200 if made else 409
    return render(request, f"positions/paragraphs/both_texts.html{part}", context, status=status)


# --- Place, end -----------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_paragraph_place(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Move a paragraph after another one, or to the start of a section; its number changes, its key does not."""
    place = _place(request, slug, key)
    if request.method != "POST":
        return redirect("desk_paragraph", slug, key)
    form = PlaceForm(request.POST, sections=place.text.sections, paragraph=place.paragraph, auto_id="place_%s")
    if not form.is_valid():
        return _show(request, place, target=form)
    outcome = attempt(lambda: workflow.move_paragraph(place.paragraph, by=request.user, **form.words))
    if outcome.reasons:
        return _show(request, place, target=form, reasons=outcome.reasons)
    place = _reloaded(place)
    messages.success(request, _("It is paragraph %(number)s now.") % {"number": place.paragraph.number})
    return redirect(at_paragraph(slug, place.section, place.paragraph))


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_paragraph_remove(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Remove a paragraph from the text with a reason."""
    place = _place(request, slug, key)
    form = NeededReasonForm(request.POST if request.method == "POST" else None)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        reasons = attempt(lambda: workflow.remove_paragraph(place.paragraph, by=request.user, reason=reason)).reasons
        if not reasons:
            messages.success(request, _("The paragraph is removed from the text. Its wordings stay on file."))
            return redirect("desk_section", slug, place.section.pk)
    context = {
        "paper": place.text.paper,
        "section": place.section,
        "paragraph": place.paragraph,
        "form": form,
        "reasons": reasons,
    }
    status = REFUSED if reasons or form.errors else 200
    return render(request, "positions/paragraphs/paragraph_remove.html", context, status=status)


# --- What it rests on -----------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_sources(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Open a paragraph beside the points it could cite; POST saves its words, if they came along, and cites one."""
    place = _place(request, slug, key)
    if request.method != "POST":
        return redirect(room_address(request, place.text.paper, place.paragraph))
    form = CiteForm(request.POST)
    form.is_valid()
    return _save(request, place) or _then(
        request, place, lambda: cite(request, place.text.paper, place.paragraph, form)
    )


def _then(request: SignedInRequest, place: Place, act: Callable[[], list[str]]) -> HttpResponse:
    """Run an act on the paragraph and show it open in the room, with the reasons if the act is refused."""
    if reasons := act():
        return _refused(request, _reloaded(place), reasons)
    return redirect(room_address(request, place.text.paper, place.paragraph))


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_source_confirm(request: SignedInRequest, slug: str, key: UUID, pk: int) -> HttpResponse:
    """Confirm that a source still supports the text after an edit."""
    return _with_source(request, slug, key, pk, workflow.confirm_grounding)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_sources_confirm(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Confirm every source of the wording that the drafter saw."""
    place = _place(request, slug, key)
    seen = request.POST.get("wording", "")
    if not (seen.isascii() and seen.isdecimal() and len(seen) < 19):
        return redirect(room_address(request, place.text.paper, place.paragraph))
    doubtful = Grounding.objects.filter(wording=int(seen), wording__paragraph=place.paragraph, is_confirmed=False)

    def confirm() -> None:
        for source in doubtful:
            workflow.confirm_grounding(source, by=request.user)

    return _then(request, place, lambda: attempt(confirm).reasons)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_source_remove(request: SignedInRequest, slug: str, key: UUID, pk: int) -> HttpResponse:
    """Remove a source of a paragraph."""
    return _with_source(request, slug, key, pk, workflow.unground)


def _with_source(request: SignedInRequest, slug: str, key: UUID, pk: int, act: Callable[..., Any]) -> HttpResponse:
    """Run an act on a source, after the words that came along are saved: it is then the source of the new wording."""
    place = _place(request, slug, key)
    if request.method != "POST":
        return redirect(room_address(request, place.text.paper, place.paragraph))
    source = get_object_or_404(Grounding, pk=pk, wording__paragraph=place.paragraph)
    was_present = source.wording_id == place.paragraph.wording_id
    if answer := _save(request, place):
        return answer
    place = _reloaded(place)
    if was_present:
        source = get_object_or_404(Grounding, point=source.point_id, wording=place.paragraph.wording_id)
    return _then(request, place, lambda: attempt(lambda: act(source, by=request.user)).reasons)
