"""After adoption at the desk: milestones of a paper and the findings after each."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import workflow as consultation_workflow
from consultations.forms import ReasonForm
from consultations.forms.milestones import MilestoneForm
from consultations.models import Milestone, MilestoneState, Provision
from consultations.permissions import SignedInRequest, is_secretariat
from consultations.queries import commitments
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, attempt, for_secretariat
from consultations.views.pagination import SHEETS, csv_blocks
from consultations.workflow import enter_reading
from positions import workflow
from positions.forms.findings import CorrectFindingForm, ReflectionForm
from positions.models import Brief, Edition, Paragraph, PositionPaper, Reflection, Release
from positions.permissions import may_release
from positions.queries import alignment
from positions.workflow.conditions import final_edition
from positions.workflow.corrections import printed_paragraphs

from .corrections import trusted_paper
from .papers import known_paper

Printed = list[tuple[Paragraph, dict[str, Any]]]


@for_secretariat
@require_safe
def desk_after(request: HttpRequest, slug: str) -> HttpResponse:
    """List the milestones of a paper with what was recorded for each, and all others to choose from."""
    paper = known_paper(request, slug)
    if chosen := request.GET.get("milestone"):
        return redirect(
            "desk_findings", slug, known_milestone(int(chosen) if re.fullmatch(r"[0-9]{1,10}", chosen) else 0).pk
        )
    result = alignment.milestones_of(paper, all_written=True)
    findings: dict[int, int] = {}
    standing = Reflection.objects.standing().filter(edition__paper=paper)
    for number in standing.order_by().values_list("milestone", flat=True):
        findings[number] = findings.get(number, 0) + 1
    others = Milestone.objects.exclude(pk__in=[each.pk for each in result])
    context = {
        "paper": paper,
        "edition": final_edition(paper),
        "milestones": [(each, findings.get(each.pk, 0)) for each in result],
        "others": others.filter(alignment.since(alignment.adopted_on(paper))),
    }
    return render(request, "positions/findings/after.html", context)


def known_milestone(pk: int) -> Milestone:
    """Return the milestone with this number; raises 404 if there is none, or the number is out of range."""
    if not 0 < pk < 2**31:
        raise Http404
    return get_object_or_404(Milestone, pk=pk)


def printed_with_words(edition: Edition | None) -> Printed:
    """Return the paragraphs of an edition with their printed text in order."""
    if edition is None:
        return []
    words = printed_paragraphs(edition)
    known = {str(each.key): each for each in Paragraph.objects.filter(section__paper=edition.paper_id)}
    return [(known[key], each) for key, each in words.items()]


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_findings(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show the findings on a paper after one milestone, and a form for the next finding."""
    paper, milestone = known_paper(request, slug), known_milestone(pk)
    printed, known = printed_with_words(final_edition(paper)), alignment.provisions()
    findings = _findings(paper, milestone)
    left = _missing(printed, alignment.objectives(known), findings)
    data = request.POST if request.method == "POST" else None
    form = ReflectionForm(data, printed=printed, provisions=known, initial=_initial(request, left))
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            words = form.words
            outcome = attempt(lambda: workflow.reflect(paper, by=request.user, milestone=milestone, **words))
            if not outcome.reasons:
                messages.success(request, _("Saved. The form now shows the next one."))
                return redirect("desk_findings", slug, pk)
    return _show(request, paper, milestone, printed, findings, left, form=form, outcome=outcome)


def _findings(paper: PositionPaper, milestone: Milestone) -> list[Reflection]:
    current = Reflection.objects.current().filter(edition__paper=paper, milestone=milestone)
    return alignment.with_names(current.select_related("by"))


def _missing(
    printed: Printed, objectives: list[Provision], findings: list[Reflection]
) -> list[tuple[dict[str, Any], Provision]]:
    """Return the paragraphs and objectives without a finding yet."""
    known = {each.code: each for each in objectives}
    done = {(each.paragraph_id, each.provision.code) for each in findings}
    return [
        (words, known[code])
        for paragraph, words in printed
        for code in words.get("provisions", [])
        if code in known and (paragraph.pk, code) not in done
    ]


def _initial(request: HttpRequest, left: list[tuple[dict[str, Any], Provision]]) -> dict[str, str]:
    """Return the initial values of the form: from the URL, or else the first missing finding."""
    if {"paragraph", "provision"} <= set(request.GET):
        return {name: request.GET[name] for name in ("paragraph", "provision")}
    return {"paragraph": str(left[0][0]["number"]), "provision": left[0][1].code} if left else {}


def _show(
    request: HttpRequest,
    paper: PositionPaper,
    milestone: Milestone,
    printed: Printed,
    findings: list[Reflection],
    left: list[tuple[dict[str, Any], Provision]],
    *,
    form: forms.Form,
    outcome: Outcome,
) -> HttpResponse:
    numbers = {paragraph.pk: words["number"] for paragraph, words in printed}
    context = {
        "paper": paper,
        "milestone": milestone,
        "findings": [(numbers.get(each.paragraph_id), each) for each in findings],
        "left": left,
        "form": form,
        "reasons": outcome.reasons,
        "is_held": milestone.state == MilestoneState.HELD,
        "release": paper.releases.filter(milestone=milestone).select_related("by").first(),
        "has_brief": Brief.objects.visible_to(request.user).filter(edition__paper=paper, milestone=milestone).exists(),
        "may_release": may_release(request.user, paper),
    }
    return render(request, "positions/findings/findings.html", context, status=outcome.status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_milestone(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Edit the planned and actual dates of a milestone."""
    paper, milestone = known_paper(request, slug), known_milestone(pk)
    form = MilestoneForm(request.POST if request.method == "POST" else None, milestone=milestone)
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            words = form.cleaned_data
            outcome = attempt(lambda: consultation_workflow.date_milestone(milestone, by=request.user, **words))
            if not outcome.reasons:
                messages.success(request, _("Saved. The earlier text is in the journal."))
                return redirect("desk_findings", slug, pk)
    context = {"paper": paper, "milestone": milestone, "form": form, "reasons": outcome.reasons}
    return render(request, "positions/findings/milestone.html", context, status=outcome.status)


@for_secretariat
@require_POST
def desk_release(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Release the findings after a milestone to the public."""
    paper, milestone = known_paper(request, slug), known_milestone(pk)
    outcome = attempt(lambda: workflow.release_reflections(paper, by=request.user, milestone=milestone))
    if not outcome.reasons:
        messages.success(request, _("Released. Everybody can read the findings on the page of the paper."))
        return redirect("desk_findings", slug, pk)
    printed, known = printed_with_words(final_edition(paper)), alignment.provisions()
    findings = _findings(paper, milestone)
    left = _missing(printed, alignment.objectives(known), findings)
    form = ReflectionForm(printed=printed, provisions=known, initial=_initial(request, left))
    return _show(request, paper, milestone, printed, findings, left, form=form, outcome=outcome)


# --- One finding ------------------------------------------------------------------------------------------------------


def _finding(paper: PositionPaper, pk: int, finding: int) -> Reflection:
    rows = Reflection.objects.filter(edition__paper=paper, milestone=pk)
    return get_object_or_404(rows.select_related("paragraph__wording", "provision", "milestone", "by"), pk=finding)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_finding(request: SignedInRequest, slug: str, pk: int, finding: int) -> HttpResponse:
    """Correct a finding; the earlier version is kept."""
    paper = known_paper(request, slug)
    row = _finding(paper, pk, finding)
    form = CorrectFindingForm(request.POST if request.method == "POST" else None, finding=row)
    if request.method != "POST":
        return _show_finding(request, paper, row, form, NOTHING_DONE)
    outcome = INVALID
    if form.is_valid():
        words = form.cleaned_data
        outcome = attempt(lambda: workflow.correct_reflection(row, by=request.user, **words))
        if not outcome.reasons:
            messages.success(request, _("Corrected. The earlier text stays on file."))
            return redirect("desk_findings", slug, pk)
    return _show_finding(request, paper, row, form, outcome)


@for_secretariat
@require_POST
def desk_finding_strike(request: SignedInRequest, slug: str, pk: int, finding: int) -> HttpResponse:
    """Withdraw a finding that was a mistake."""
    paper = known_paper(request, slug)
    row, reason = _finding(paper, pk, finding), ReasonForm(request.POST)
    outcome = Outcome(reason.problems, INVALID.status)
    if reason.is_valid():
        why = reason.cleaned_data["reason"]
        outcome = attempt(lambda: workflow.strike_reflection(row, by=request.user, reason=why))
    if not outcome.reasons:
        messages.success(request, _("Struck out. The finding stays on file."))
        return redirect("desk_findings", slug, pk)
    return _show_finding(request, paper, row, CorrectFindingForm(finding=row), outcome)


def _show_finding(
    request: HttpRequest, paper: PositionPaper, row: Reflection, form: forms.Form, outcome: Outcome
) -> HttpResponse:
    newer = Reflection.objects.filter(replaces=row).first()
    context = {
        "paper": paper,
        "finding": row,
        "newer": newer,
        "earlier": alignment.earlier_words([row]).get(row.pk, []),
        "form": form,
        "reasons": outcome.reasons,
        "struck_reason": request.POST.get("reason", "") if outcome.reasons else "",
    }
    return render(request, "positions/findings/finding.html", context, status=outcome.status)


# --- Files ------------------------------------------------------------------------------------------------------------


Rows = Iterator[list[Any]]


def milestones(paper: PositionPaper, user: Any) -> Rows:
    """Return every milestone of the position with its dates and state."""
    yield [
        _("Milestone"), _("Place"), _("Planned from"), _("Planned to"), _("Took place from"), _("Took place to"),
        _("State"), _("Findings released"), _("Reference or note"), _("Source"),
    ]  # fmt: skip
    for each in alignment.milestones_of(paper, all_written=is_secretariat(user)):
        yield [
            each.title, each.place, each.planned_start, each.planned_end, each.actual_start, each.actual_end,
            each.get_state_display(), _yes_or_no(each.is_released), each.reference, each.source,
        ]  # fmt: skip


def findings(paper: PositionPaper, user: Any) -> Rows:
    """Return the present findings: all for the secretariat, released ones for officials."""
    yield [
        _("Milestone"), _("Kind of provision"), _("Provision"), _("Title of the provision"), _("Paragraph"),
        _("Words of the paragraph"), _("Finding"), _("Where it stands"), _("Note"), _("Reason for the correction"),
        _("Written"), _("Released"),
    ]  # fmt: skip
    edition = final_edition(paper)
    words = printed_paragraphs(edition) if edition else {}
    rows: Any = Reflection.objects.standing() if is_secretariat(user) else Reflection.objects.public()
    released = set(Release.objects.filter(paper=paper).values_list("milestone", flat=True))
    for each in alignment.with_names(rows.filter(edition__paper=paper)):
        printed = words.get(str(each.paragraph.key), {"number": "", "text": ""})
        yield [
            each.milestone.title, each.provision.get_framework_display(), each.provision.code, each.provision.title,
            printed["number"], printed["text"],
            each.get_value_display(), each.reference, each.note, each.reason, timezone.localdate(each.at),
            _yes_or_no(each.milestone_id in released),
        ]  # fmt: skip


def promises(paper: PositionPaper, user: Any) -> Rows:
    """Return the commitments made at the forums of the paper's consultation, and their outcome."""
    yield [
        _("Forum"), _("Session"), _("Reference"), _("Commitment"), _("Who"), _("By when"), _("State"), _("Ended"),
        _("What came of it"),
    ]  # fmt: skip
    for each in commitments().filter(forum__consultation=paper.consultation_id):
        assert each.point is not None
        assert each.point.session is not None
        yield [
            each.forum.title, each.point.session.title, each.point.reference, each.text, each.who, each.due_on,
            each.get_state_display(), each.ended_on, each.report,
        ]  # fmt: skip


def _yes_or_no(is_so: bool) -> str:
    return _("yes") if is_so else _("no")


TABLES: dict[str, Callable[[PositionPaper, Any], Rows]] = {
    "milestones": milestones,
    "findings": findings,
    "commitments": promises,
}


@require_safe
def review_report(request: SignedInRequest, slug: str, table: str) -> StreamingHttpResponse:
    """Return one table for the review report as CSV. Raises 404 for everybody but officials, the secretariat and its
    head.
    """
    paper = trusted_paper(request, slug)
    if table not in TABLES:
        raise Http404
    enter_reading(paper, by=request.user)
    rows = [["" if cell is None else cell for cell in row] for row in TABLES[table](paper, request.user)]
    answer = StreamingHttpResponse(csv_blocks(rows), content_type=SHEETS["csv"][1])
    answer["Content-Disposition"] = f'attachment; filename="{paper.slug}-{table}-{timezone.localdate()}.csv"'
    answer["Cache-Control"] = "no-store, private"
    return answer
