"""History of a paragraph, and pages to split it or merge it with another."""

import re
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations.models import Event
from consultations.permissions import SignedInRequest
from consultations.views.decorators import for_secretariat
from ncm_portal.workflow import Blocked, Conflict
from positions import workflow
from positions.forms.drafting import MergeForm, SplitForm
from positions.models import Lineage, Paragraph
from positions.queries.papers import paragraph_numbers
from positions.text.diff import redline

from .drafting import REFUSED
from .drafting_room import at_paragraph
from .papers import known_paper
from .paragraphs import Place, _place_in, _reloaded, _removed, _was_removed

SENTENCE = re.compile(r"(?<=[.!?;:])\s+")
TOLD = ("reword", "write", "split", "merge")  # wordings and lineage cover these


# --- History --------------------------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def desk_paragraph_history(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """Show the history of a paragraph, also if it was removed from the text: who, when and why."""
    paper = known_paper(request, slug)
    rows = Paragraph.objects.select_related("section", "wording").filter(section__paper=paper)
    paragraph: Any = get_object_or_404(rows, key=key)
    numbers = paragraph_numbers(paper)
    origins, successions = _relatives(paragraph, numbers)
    context = {
        "paper": paper,
        "paragraph": paragraph,
        "number": numbers.get(paragraph.pk),
        "origins": origins,
        "successions": successions,
        "entries": _entries(paragraph, origins),
    }
    return render(request, "positions/split_merge/paragraph_history.html", context)


def _relatives(paragraph: Paragraph, numbers: dict[int, int]) -> tuple[list[Lineage], list[Lineage]]:
    """Return its predecessors and descendants, each with the `other` paragraph and its present `number`, if any."""
    along = ("by", "wording", "predecessor__wording", "successor__wording")
    origins: list[Any] = list(paragraph.origins.select_related(*along))
    successions: list[Any] = list(paragraph.successions.select_related(*along))
    for each in origins:
        each.other = each.predecessor
    for each in successions:
        each.other = each.successor
    for each in [*origins, *successions]:
        each.number = numbers.get(each.other.pk)
    return origins, successions


def _entries(paragraph: Paragraph, origins: list[Lineage]) -> list[dict[str, Any]]:
    """Return its wordings as redlines with journal entries, the latest first."""
    split_from = next((each.wording.text for each in origins if each.kind == "split"), "")
    wordings = list(paragraph.wordings.select_related("by").order_by("number"))
    before = [split_from, *(wording.text for wording in wordings)]
    rows = [
        {
            "at": wording.at,
            "order": wording.number,
            "wording": wording,
            "spans": redline(old, wording.text) if old else [],
        }
        for old, wording in zip(before, wordings, strict=False)
    ]
    events = Event.objects.about(paragraph).exclude(verb__in=TOLD).exclude(verb__endswith=":refused")
    rows += [{"at": event.at, "order": 10**6, "event": event} for event in events]
    return sorted(rows, key=lambda row: (row["at"], row["order"]), reverse=True)


# --- Split ----------------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_paragraph_split(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Split a paragraph: `cut` in the URL is the sentence after which to split; both texts can be edited."""
    paper = known_paper(request, slug)
    if _was_removed(paper, key):
        return _removed(request, paper, key)
    place = _place_in(paper, key)
    if request.method != "POST":
        return _show_split(request, place, _cut(place, request.GET.get("cut", "")))
    form = SplitForm(request.POST)
    if not form.is_valid():
        return _show_split(request, place, form)
    data = form.cleaned_data
    texts, given = [data["text"], data["rest"]], {"why": data["why"], "base": data["base"], "key": data["key"]}
    try:
        workflow.split_paragraph(place.paragraph, by=request.user, texts=texts, **given)
    except Conflict as refusal:
        return _show_split(request, _reloaded(place), _on_new_words(form, place), refusal.reasons)
    except Blocked as refusal:
        return _show_split(request, _reloaded(place), form, refusal.reasons)
    messages.success(request, _("There are two paragraphs now. Check whether each one matches its sources."))
    return redirect(at_paragraph(slug, place.section, place.paragraph))


def _cut(place: Place, requested: str) -> SplitForm:
    """Return a form with the text split after the requested sentence, or else after the first."""
    sentences = _sentences(place.paragraph.wording.text)
    at = (
        int(requested)
        if requested.isascii() and requested.isdecimal() and 0 < int(requested[:4]) < len(sentences)
        else 1
    )
    first = sentences[at - 1][1] if at <= len(sentences) else 0
    text = place.paragraph.wording.text
    start = {"text": text[:first].rstrip(), "rest": text[first:].lstrip()}
    return SplitForm(initial={**start, "base": place.paragraph.wording_id, "key": uuid4()})


def _sentences(text: str) -> list[tuple[str, int]]:
    """Return the sentences of `text` with their end positions."""
    ends = [*(match.start() for match in SENTENCE.finditer(text)), len(text)]
    starts = [0, *ends]
    return [(text[start:end].strip(), end) for start, end in zip(starts, ends, strict=False)]


def _on_new_words(form: Any, place: Place) -> Any:
    """Return the same form based on the present wording."""
    today = Paragraph.objects.values_list("wording", flat=True).get(pk=place.paragraph.pk)
    data = form.data.copy()
    data["base"] = str(today)
    return type(form)(data)


def _show_split(request: HttpRequest, place: Place, form: SplitForm, reasons: list[str] | None = None) -> HttpResponse:
    context = {
        "paper": place.text.paper,
        "text": place.text,
        "section": place.section,
        "paragraph": place.paragraph,
        "sentences": _sentences(place.paragraph.wording.text),
        "form": form,
        "reasons": reasons,
    }
    bad = reasons or (form.is_bound and form.errors)
    return render(request, "positions/split_merge/paragraph_split.html", context, status=REFUSED if bad else 200)


# --- Merge ----------------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_paragraph_merge(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Merge two paragraphs: `with` in the URL names the other one, which is removed from the text."""
    paper = known_paper(request, slug)
    if _was_removed(paper, key):
        return _removed(request, paper, key)
    place = _place_in(paper, key)
    others = [each for each in place.text.paragraphs if each.pk != place.paragraph.pk]
    requested = (request.POST if request.method == "POST" else request.GET).get("with", "")
    named = next((each for each in others if str(each.key) == requested), None)
    other = named or _neighbour(place)
    if request.method != "POST":
        return _show_merge(request, place, other, MergeForm(initial=_joined(place.paragraph, other)))
    form = MergeForm(request.POST)
    if named is None:
        gone = [_("The other paragraph is not part of the text any more. Choose another paragraph to merge with.")]
        return _show_merge(request, place, other, _rebased(form, place.paragraph, other), gone)
    if not form.is_valid():
        return _show_merge(request, place, other, form)
    data = form.cleaned_data
    given = {"text": data["text"], "why": data["why"], "bases": (data["base"], data["other_base"])}
    try:
        workflow.merge_paragraphs(place.paragraph, other, by=request.user, **given)
    except Blocked as refusal:
        place = _reloaded(place)
        other = next((each for each in place.text.paragraphs if each.pk == other.pk), None)
        return _show_merge(request, place, other, _rebased(form, place.paragraph, other), refusal.reasons)
    messages.success(request, _("The two paragraphs are merged. Check whether the new paragraph matches its sources."))
    place = _reloaded(place)
    return redirect(at_paragraph(slug, place.section, place.paragraph))


def _neighbour(place: Place) -> Any:
    """Return the next paragraph, or else the previous one; None if there is no other."""
    result, at = place.text.paragraphs, place.text.paragraphs.index(place.paragraph)
    return result[at + 1] if at + 1 < len(result) else result[at - 1] if at else None


def _joined(paragraph: Any, other: Any) -> dict[str, Any]:
    """Return both texts in the order of the paper."""
    if other is None:
        return {}
    first, second = sorted((paragraph, other), key=lambda each: each.number)
    text = f"{first.wording.text} {second.wording.text}"
    return {"text": text, "base": paragraph.wording_id, "other_base": other.wording_id, "with": other.key}


def _rebased(form: MergeForm, paragraph: Any, other: Any) -> MergeForm:
    """Return the entered text based on the present wording."""
    assert isinstance(form.data, QueryDict)  # it was sent
    data = form.data.copy()
    data["base"] = str(paragraph.wording_id)
    if other:
        data["other_base"] = str(other.wording_id)
    return MergeForm(data)


def _show_merge(
    request: HttpRequest, place: Place, other: Any, form: MergeForm, reasons: list[str] | None = None
) -> HttpResponse:
    context = {
        "paper": place.text.paper,
        "text": place.text,
        "section": place.section,
        "paragraph": place.paragraph,
        "other": other,
        "others": place.text.sections,
        "form": form,
        "reasons": reasons,
    }
    bad = reasons or (form.is_bound and form.errors)
    return render(request, "positions/split_merge/paragraph_merge.html", context, status=REFUSED if bad else 200)
