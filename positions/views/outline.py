"""The outline of a paper at the desk: sections are added, renamed, moved and removed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations.permissions import SignedInRequest
from consultations.views.decorators import attempt, for_secretariat
from positions import workflow
from positions.forms.outline import FIRST, NewSectionForm, SectionForm, SectionPlaceForm
from positions.models import PositionPaper, Section
from positions.queries.drafting import outline_at_a_glance
from positions.workflow.drafting import OPEN_STATES

from .drafting import REFUSED
from .papers import known_paper


@for_secretariat
@require_safe
def desk_outline(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the sections of a paper with the places above and below each."""
    return _show(request, known_paper(request, slug))


def _show(request: HttpRequest, paper: PositionPaper, reasons: list[str] | None = None) -> HttpResponse:
    context = {
        "paper": paper,
        "is_open": paper.state in OPEN_STATES,
        "rows": _rows(outline_at_a_glance(paper)),
        "reasons": reasons,
    }
    return render(request, "positions/outline/outline.html", context, status=REFUSED if reasons else 200)


def _rows(sections: list[Any]) -> list[dict[str, Any]]:
    """Return each section with what it comes after if it moves `up` or `down`; empty if it cannot."""
    rows = []
    for place, section in enumerate(sections):
        up = "" if place == 0 else sections[place - 2].pk if place > 1 else FIRST
        down = sections[place + 1].pk if place + 1 < len(sections) else ""
        rows.append({"section": section, "up": up, "down": down, "is_last": len(sections) == 1})
    return rows


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_section_new(request: SignedInRequest, slug: str) -> HttpResponse:
    """Add a section to the outline."""
    paper = known_paper(request, slug)
    form = NewSectionForm(
        request.POST if request.method == "POST" else None,
        sections=paper.sections.order_by("order"),
        themes=paper.consultation.themes.order_by("order"),
    )
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        reasons = attempt(lambda: workflow.add_section(paper, by=request.user, **form.words)).reasons
        if not reasons:
            return redirect("desk_outline", slug)
    return _section_form(request, paper, form, reasons)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_section_edit(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Change the heading of a section."""
    paper = known_paper(request, slug)
    section = get_object_or_404(paper.sections, pk=pk)
    form = SectionForm(request.POST if request.method == "POST" else None, initial={"heading": section.heading})
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        heading = form.cleaned_data["heading"]
        reasons = attempt(lambda: workflow.edit_section(section, by=request.user, heading=heading)).reasons
        if not reasons:
            return redirect("desk_section", slug, pk)
    return _section_form(request, paper, form, reasons, section)


def _section_form(
    request: HttpRequest,
    paper: PositionPaper,
    form: SectionForm,
    reasons: list[str],
    section: Section | None = None,
) -> HttpResponse:
    context = {"paper": paper, "section": section, "form": form, "reasons": reasons}
    status = REFUSED if reasons or form.errors else 200
    return render(request, "positions/outline/section_form.html", context, status=status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_section_place(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Move a section: by one place from the outline, or to any place with a reason, which the verb asks for where it
    is needed.
    """
    paper = known_paper(request, slug)
    section = get_object_or_404(paper.sections, pk=pk)
    data = request.POST if request.method == "POST" else None
    form = SectionPlaceForm(data, sections=paper.sections.order_by("order"), section=section)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        reasons = attempt(lambda: workflow.move_section(section, by=request.user, **form.words)).reasons
        if not reasons:
            messages.success(request, _("“%(heading)s” is moved.") % {"heading": section.heading})
            return redirect("desk_outline", slug)
    context = {"paper": paper, "section": section, "form": form, "reasons": reasons}
    status = REFUSED if reasons or form.errors else 200
    return render(request, "positions/outline/section_place.html", context, status=status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_section_remove(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Remove a section without paragraphs."""
    paper = known_paper(request, slug)
    section = get_object_or_404(paper.sections, pk=pk)
    if request.method != "POST":
        return redirect("desk_outline", slug)
    reasons = attempt(lambda: workflow.remove_section(section, by=request.user)).reasons
    if reasons:
        return _show(request, paper, reasons)
    messages.success(request, _("“%(heading)s” is removed from the outline.") % {"heading": section.heading})
    return redirect("desk_outline", slug)
