"""The drafting room: a section as it reads, with what it rests on, and the points of its theme beside it."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations.models import Point
from consultations.views.decorators import attempt, for_secretariat
from positions import workflow
from positions.forms.drafting import BesideForm, ParagraphForm, PickForm
from positions.models import Paragraph, PositionPaper, Section, Strength
from positions.queries.drafting import PART, Part, outline_at_a_glance, part_of, preferred_words, sought_points
from positions.queries.papers import numbered_paragraphs
from positions.text.style_advice import advise

from .drafting import REFUSED, Text, dress
from .papers import known_paper

PAGE = 20
LADDER = {value: str(label) for value, label in Strength.choices if value}


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_section(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A section with its outline and its points; POST writes a paragraph at its end."""
    paper = known_paper(request, slug)
    sections, section = _outline(paper, pk)
    form = ParagraphForm(request.POST if request.method == "POST" else None, theme=section.theme, initial=_start(paper))
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        made: list[Paragraph] = []
        outcome = attempt(lambda: made.append(workflow.add_paragraph(section, by=request.user, **form.words)))
        if made:
            messages.success(request, _("Written. Now say what it rests on."))
            return redirect("desk_sources", slug, made[0].key)
        reasons = outcome.reasons
    return _show(request, paper, sections, section, form, reasons)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_section_pick(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Put the point that was picked beside the text under a paragraph of the section."""
    paper = known_paper(request, slug)
    sections, section = _outline(paper, pk)
    if request.method != "POST":
        return redirect("desk_section", slug, pk)
    form = PickForm(request.POST)
    if not form.is_valid():
        return _show(request, paper, sections, section, _empty(section, paper), form.problems, pick=form)
    points: Any = Point.objects.visible_to(request.user)  # type: ignore[attr-defined]
    point = points.filter(consultation=paper.consultation_id, reference=form.cleaned_data["point"]).first()
    paragraph = section.paragraphs.filter(key=form.cleaned_data["paragraph"], removed_at=None).first()
    if point is None or paragraph is None:
        gone = _("There is no such point.") if point is None else _("This paragraph is not in this section any more.")
        return _show(request, paper, sections, section, _empty(section, paper), [gone], pick=form)
    relation = form.cleaned_data["relation"]
    reasons = attempt(lambda: workflow.ground(paragraph, point, by=request.user, relation=relation)).reasons
    if reasons:
        return _show(request, paper, sections, section, _empty(section, paper), reasons, pick=form)
    number = _number(paper, paragraph)
    words = _("%(point)s stands under paragraph %(number)s now.")
    messages.success(request, words % {"point": point.reference, "number": number})
    query = request.GET.copy()
    if number - section.first >= PART:
        query["p"] = str(number)
    return redirect(f"{reverse('desk_section', args=[slug, pk], query=query)}#p{number}")


def at_paragraph(slug: str, section: Any, paragraph: Any) -> str:
    """The address of a paragraph in the room of its `section`, whose `standing` paragraphs are at hand."""
    behind = paragraph.number - section.standing[0].number if section.standing else 0
    query = {"p": paragraph.number} if behind >= PART else None
    return f"{reverse('desk_section', args=[slug, section.pk], query=query)}#p{paragraph.number}"


def _outline(paper: PositionPaper, pk: int) -> tuple[list[Any], Any]:
    """The sections of `paper`, and that with the key `pk`; 404 where it has none."""
    sections: list[Any] = outline_at_a_glance(paper)
    section = next((each for each in sections if each.pk == pk), None)
    if section is None:
        raise Http404
    return sections, section


def _empty(section: Section, paper: PositionPaper) -> ParagraphForm:
    return ParagraphForm(theme=section.theme, initial=_start(paper))


def _start(paper: PositionPaper) -> dict[str, Any]:
    return {"key": uuid4(), "language": paper.language}


def _number(paper: PositionPaper, paragraph: Paragraph) -> int:
    keys = Paragraph.objects.standing().filter(section__paper=paper).values_list("pk", flat=True)
    return [*keys].index(paragraph.pk) + 1


def _show(
    request: HttpRequest,
    paper: PositionPaper,
    sections: list[Any],
    section: Any,
    form: ParagraphForm,
    reasons: list[str],
    *,
    pick: PickForm | None = None,
) -> HttpResponse:
    position = next(place for place, each in enumerate(sections) if each.pk == section.pk)
    part = part_of(section, _asked_number(request))
    paragraphs: list[Any] = numbered_paragraphs(paper, part=part)
    dress(paragraphs)
    context = {
        "paper": paper,
        "text": Text(paper, paragraphs, sections),
        "section": sections[position],
        "sections": sections,
        "place": position + 1,
        "part": part,
        "rows": _rows(section, part, paragraphs),
        "before": sections[position - 1] if position else None,
        "behind": sections[position + 1] if position + 1 < len(sections) else None,
        "form": form,
        "reasons": reasons,
        "picked": pick.data if pick else {},
        **_beside(request, paper, sections, section),
    }
    return render(request, "positions/desk/section.html", context, status=REFUSED if reasons or form.errors else 200)


def _asked_number(request: HttpRequest) -> int:
    """The number of the paragraph that the address asks for; 0 where it asks for none."""
    asked = request.GET.get("p", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 0


def _rows(section: Any, part: Part, paragraphs: list[Any]) -> list[dict[str, Any]]:
    """Each paragraph with where it goes once it is moved up or down, and what to look at again."""
    preferred, rows = preferred_words(), []
    for place, each in enumerate(paragraphs, start=part.start):
        up = "" if place == 0 else part.whole[place - 2] if place > 1 else f"section-{section.pk}"
        down = part.whole[place + 1] if place + 1 < len(part.whole) else ""
        advice = advise(each.wording.text, each.strength, ladder=LADDER, preferred=preferred)
        rows.append({"paragraph": each, "up": up, "down": down, "advice": advice})
    return rows


def _beside(request: HttpRequest, paper: PositionPaper, sections: list[Any], section: Any) -> dict[str, Any]:
    """The points beside the text: those that the address asks for, else those of the theme without a paragraph."""
    asked = {name: value for name, value in request.GET.items() if name != "p"} or {
        "free": "on",
        **({"theme": section.theme.code} if section.theme else {}),
    }
    form = BesideForm(asked, themes=[each.theme for each in sections if each.theme])
    found = sought_points(paper, request.user, form.wanted)
    rows = list(found.filter(reference__gt=asked.get("after", ""))[: PAGE + 1])
    place = {"p": request.GET["p"]} if "p" in request.GET else {}
    more = {**asked, **place, "after": rows[PAGE - 1].reference} if len(rows) > PAGE else None
    here = reverse("desk_section", args=[paper.slug, section.pk], query=more) if more else ""
    return {"search": form, "place_asked": place.get("p", ""), "points": rows[:PAGE], "more": here}
