"""Drafting room: the text of a section with one paragraph open for writing, and the points it could cite beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations.models import Point, Theme
from consultations.permissions import SignedInRequest
from consultations.views.decorators import attempt, for_secretariat
from positions import workflow
from positions.forms.drafting import BesideForm, CiteForm, ParagraphForm, PickForm, RewordForm
from positions.models import PARAGRAPH_LIMIT, Paragraph, PositionPaper, Strength
from positions.queries.drafting import (
    PAGE,
    PART,
    Part,
    nearest_points,
    outline_at_a_glance,
    part_of,
    preferred_words,
    sought_points,
)
from positions.queries.papers import numbered_paragraphs
from positions.text.style_advice import advise

from .drafting import REFUSED, Text, dress
from .papers import known_paper
from .presence import writers_in

LADDER = {value: str(label) for value, label in Strength.choices if value}
FILTERS = ("words", "theme", "kind", "free")  # of the points beside the text, in the URL
FRAGMENT = "X-Fragment"  # header of a request by static/js/drafting_room.js for the room without the page around it
ADVISED = 4 * PARAGRAPH_LIMIT  # characters: a whole pasted book is refused, not read
NEW = "new"  # in the URL, in place of the number of the open paragraph


@dataclass
class Open:
    """What is open for writing in the room: a paragraph (None: a new one), with its form and why it was refused."""

    form: ParagraphForm | RewordForm
    paragraph: Any = None
    reasons: Sequence[str] = ()

    @property
    def words(self) -> str:
        """Return the words in its form."""
        return str(self.form["text"].value() or "")


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_section(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show a section with its outline and its points, and one paragraph open; POST appends a paragraph."""
    paper = known_paper(request, slug)
    sections, section = outline_at(paper, pk)
    if request.method != "POST":
        return show_room(request, paper, sections, section)
    workflow.be_seen(section, None, request.user)
    form = ParagraphForm(request.POST, theme=section.theme, initial=_start(paper))
    reasons: list[str] = []
    if form.is_valid():
        made: list[Paragraph] = []
        outcome = attempt(lambda: made.append(workflow.add_paragraph(section, by=request.user, **form.words)))
        if made:
            workflow.be_seen(section, made[0], request.user)
            messages.success(request, _("Saved. Now cite its sources."))
            return redirect(room_address(request, paper, made[0]))
        reasons = outcome.reasons
    return show_room(request, paper, sections, section, Open(form, reasons=reasons))


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_section_pick(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Cite a point beside the text in the chosen paragraph of the section."""
    paper = known_paper(request, slug)
    sections, section = outline_at(paper, pk)
    if request.method != "POST":
        return redirect("desk_section", slug, pk)
    form = PickForm(request.POST)
    if not form.is_valid():
        return show_room(request, paper, sections, section, reasons=form.problems)
    paragraph = section.paragraphs.filter(key=form.cleaned_data["paragraph"], removed_at=None).first()
    if paragraph is None:
        reasons = [_("This paragraph is not in this section any more.")]
    else:
        reasons = cite(request, paper, paragraph, form)
    if reasons:
        return show_room(request, paper, sections, section, reasons=reasons)
    return redirect(room_address(request, paper, paragraph, is_open=False))


def cite(request: SignedInRequest, paper: PositionPaper, paragraph: Paragraph, form: CiteForm) -> list[str]:
    """Cite the point of the form in the paragraph, and say so; return the reasons if it is refused."""
    relation, reference = form.relation_and_point
    known = Point.objects.visible_to(request.user).filter(consultation=paper.consultation_id)
    point = known.filter(reference=reference).first() if reference else None
    if point is None:
        return [_("There is no such point.")]
    reasons = attempt(lambda: workflow.ground(paragraph, point, by=request.user, relation=relation)).reasons
    if not reasons:
        words = _("Paragraph %(number)s now cites %(point)s.")
        number = _number(paper, paragraph)
        messages.success(request, words % {"point": point.reference, "number": number})
    return reasons


# --- The drafting room ------------------------------------------------------------------------------------------------


def at_paragraph(slug: str, section: Any, paragraph: Any) -> str:
    """Return the URL of a paragraph in the drafting room of its `section`, whose `standing` paragraphs are loaded."""
    behind = paragraph.number - section.standing[0].number if section.standing else 0
    query = {"p": paragraph.number} if behind >= PART else None
    return f"{reverse('desk_section', args=[slug, section.pk], query=query)}#p{paragraph.number}"


def room_address(request: HttpRequest, paper: PositionPaper, paragraph: Paragraph, *, is_open: bool = True) -> str:
    """Return the URL of the drafting room with `paragraph` open, or in sight, beside the same points."""
    number = _number(paper, paragraph)
    query = {name: request.GET[name] for name in FILTERS if name in request.GET}
    query["open" if is_open else "p"] = str(number)
    return f"{reverse('desk_section', args=[paper.slug, paragraph.section_id], query=query)}#p{number}"


def outline_at(paper: PositionPaper, pk: int) -> tuple[list[Any], Any]:
    """Return the sections of `paper`, and the one with the key `pk`; raises 404 if there is none."""
    sections: list[Any] = outline_at_a_glance(paper)
    section = next((each for each in sections if each.pk == pk), None)
    if section is None:
        raise Http404
    return sections, section


def _start(paper: PositionPaper) -> dict[str, Any]:
    return {"key": uuid4(), "language": paper.language}


def _number(paper: PositionPaper, paragraph: Paragraph) -> int:
    keys = Paragraph.objects.standing().filter(section__paper=paper).values_list("pk", flat=True)
    return [*keys].index(paragraph.pk) + 1


def show_room(
    request: HttpRequest,
    paper: PositionPaper,
    sections: list[Any],
    section: Any,
    opened: Open | None = None,
    reasons: Sequence[str] = (),
) -> HttpResponse:
    """Show the drafting room of a section: outline, running text with what is open for writing, and points.

    `opened` is a form that was refused; else the URL says what is open.
    """
    text = Text(paper, [], sections)
    shown = opened.paragraph.number if opened and opened.paragraph else None
    part = part_of(section, shown or _number_in(request, "open") or _number_in(request, "p"))
    text.paragraphs = numbered_paragraphs(paper, part=part)
    dress(text.paragraphs)
    opened = opened or _opened(request, text, section)
    position = sections.index(section)
    writers = writers_in(paper, request.user) if text.is_open else {}
    for each in sections:
        each.writers = writers.get(f"section-{each.pk}", [])
    reasons = [*(opened.reasons if opened else ()), *reasons]
    context = {
        "paper": paper,
        "text": text,
        "section": section,
        "sections": sections,
        "missing": _missing(sections),
        "part": part,
        "rows": _rows(section, part, text.paragraphs, opened, writers),
        "adding": writers.get(f"new-{section.pk}", []),
        "before": sections[position - 1] if position else None,
        "behind": sections[position + 1] if position + 1 < len(sections) else None,
        "opened": opened,
        "form": opened.form if opened else None,
        "objectives": _objectives(opened.form, section.theme) if opened and text.is_open else None,
        "reasons": reasons,
        "query": request.GET.urlencode(),
        "is_fragment": FRAGMENT in request.headers,
        **_side_points(request, text, section, opened),
    }
    status = REFUSED if reasons or (opened and opened.form.errors) else 200
    name = "positions/drafting/section.html" + ("#room" if context["is_fragment"] else "")
    response = render(request, name, context, status=status)
    patch_vary_headers(response, [FRAGMENT])
    return response


def _number_in(request: HttpRequest, name: str) -> int:
    """Return the paragraph number in the URL; 0 if there is none."""
    requested = request.GET.get(name, "")
    return int(requested) if requested.isascii() and requested.isdecimal() and len(requested) < 6 else 0


def _opened(request: HttpRequest, text: Text, section: Any) -> Open | None:
    """Return what the URL opens, and a new paragraph in an empty section; None if nothing is open."""
    number = _number_in(request, "open")
    paragraph = next((each for each in text.paragraphs if each.number == number), None)
    if paragraph:
        return Open(reword_form(paragraph, section.theme), paragraph)
    if text.is_open and (request.GET.get("open") == NEW or not section.written):
        return Open(ParagraphForm(theme=section.theme, initial=_start(text.paper)))
    return None


def reword_form(paragraph: Paragraph, theme: Theme | None, data: QueryDict | None = None) -> RewordForm:
    """Return the form for the words and marks of a paragraph."""
    start = {
        "text": paragraph.present_wording.text,
        "base": paragraph.wording_id,
        "strength": paragraph.strength,
        "is_secretariat_text": paragraph.is_secretariat_text,
        "language": paragraph.language,
        "objectives": [provision.code for provision in paragraph.provisions.all()],
    }
    return RewordForm(data, initial=start, theme=theme, paragraph=paragraph)


def _objectives(form: Any, theme: Theme | None) -> dict[str, list[Any]]:
    """Return the objectives of a form as checkboxes: those of the theme and the chosen ones, and the others."""
    own = {code for head, options in form.fields["objectives"].choices if head == theme for code, _label in options}
    near: list[Any] = []
    others: list[Any] = []
    for box in form["objectives"]:
        (near if box.data["selected"] or box.data["value"] in own else others).append(box)
    return {"near": near, "others": others}


def _missing(sections: list[Any]) -> dict[str, Any]:
    """Return what the text of a paper still lacks, over all its sections."""
    empty = [each for each in sections if not each.written]
    return {
        "empty": empty,
        "bare": sum(each.bare for each in sections),
        "doubtful": sum(each.doubtful for each in sections),
        "complete": sum(bool(each.written and not each.bare and not each.doubtful) for each in sections),
    }


def _rows(
    section: Any, part: Part, paragraphs: list[Any], opened: Open | None, writers: dict[str, list[Any]]
) -> list[dict[str, Any]]:
    """Return each paragraph with the positions above and below it, what to check, and who else is writing there;
    `is_open` for the open one.
    """
    preferred, rows = preferred_words(), []
    for place, each in enumerate(paragraphs, start=part.start):
        up = "" if place == 0 else part.whole[place - 2] if place > 1 else f"section-{section.pk}"
        down = part.whole[place + 1] if place + 1 < len(part.whole) else ""
        is_open = bool(opened and opened.paragraph and opened.paragraph.pk == each.pk)
        words = opened.words[:ADVISED] if opened and is_open else each.wording.text
        advice = advise(words, each.strength, ladder=LADDER, preferred=preferred)
        doubtful = sum(not source.is_confirmed for source in each.sources)
        row = {"paragraph": each, "up": up, "down": down, "advice": advice, "doubtful": doubtful, "is_open": is_open}
        row["writers"] = writers.get(str(each.key), [])
        rows.append(row)
    return rows


def _side_points(request: HttpRequest, text: Text, section: Any, opened: Open | None) -> dict[str, Any]:
    """Return the points beside the text that the open paragraph does not cite, the nearest to it first: as filtered by
    the URL, else those of the theme without a paragraph.
    """
    paragraph = opened.paragraph if opened else None
    requested = {name: request.GET[name] for name in FILTERS if name in request.GET} or {
        "free": "on",
        **({"theme": section.theme.code} if section.theme else {}),
    }
    form = BesideForm(requested, themes=[each.theme for each in text.sections if each.theme])
    queryset = sought_points(text.paper, request.user, form.filters)
    cited = paragraph.sources if paragraph else []
    queryset = queryset.exclude(pk__in=[source.point_id for source in cited])
    start = _number_in(request, "from")
    words = opened.words[:PARAGRAPH_LIMIT] if opened else ""
    points, has_more = nearest_points(queryset, words, start)
    place = {name: request.GET[name] for name in ("open", "p") if name in request.GET}
    more = {**requested, **place, "from": start + PAGE}
    here = reverse("desk_section", args=[text.paper.slug, section.pk], query=more)
    return {
        "search": form,
        "kept_place": place,
        "points": points,
        "cited": cited,
        "doubtful": sum(not source.is_confirmed for source in cited),
        "citing": _citing(request, text, section, opened),
        "more": here if has_more else "",
    }


def _citing(request: HttpRequest, text: Text, section: Any, opened: Open | None) -> dict[str, str] | None:
    """Return the form and the address that cite a point: in the open paragraph, or else in one to choose."""
    if not text.is_open or not text.paragraphs or (opened and not opened.paragraph):
        return None
    name, key = ("desk_sources", opened.paragraph.key) if opened else ("desk_section_pick", section.pk)
    address = f"{reverse(name, args=[text.paper.slug, key])}?{request.GET.urlencode()}"
    return {"form": "write" if opened else "pick", "address": address}
