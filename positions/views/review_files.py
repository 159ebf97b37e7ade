"""Text under review as a Word file, and its upload with tracked changes, which become amendments."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from consultations.imports.spreadsheets import EncodingUnknown, NotReadable, read
from consultations.imports.uploads import enter_refused_files
from consultations.permissions import SignedInRequest
from consultations.uploads import Refused
from consultations.uploads.rejections import say
from consultations.views.decorators import attempt
from consultations.workflow import written_hour
from positions import workflow
from positions.forms.review import MOST_FOUND, FoundFormSet, UploadForm
from positions.imports.matching import Matched, Target, match_lines, match_table
from positions.imports.sandbox import read_word
from positions.models import Operation, Paragraph, ReviewRound
from positions.permissions import sponsors
from positions.text.diff import Span, redline

from . import public_papers
from .drafting import REFUSED
from .review import frame, is_in_time, known_round, sections_of

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
def review_docx(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the text under review as a Word document that tracks changes."""
    result = known_round(request, slug)
    content = public_papers.content(result.edition.sha256)
    from positions.render.review_text import docx

    bodies = sponsors(request.user, result)
    own = bodies[0].name if len(bodies) == 1 else ""
    data = docx(content, sections_of(result), closes=written_hour(result.closes_at), organisation=own)
    name = f"{slug}-{result.edition.number}-review.docx"
    return HttpResponse(data, content_type=WORD, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@require_http_methods(["GET", "HEAD", "POST"])
def review_import(request: SignedInRequest, slug: str) -> HttpResponse:
    """Upload a file: first show every proposal in it, then propose the selected ones."""
    result = known_round(request, slug)
    bodies = sponsors(request.user, result)
    if not bodies:
        raise Http404
    if not is_in_time(result):
        messages.warning(request, _("The round is closed: no more amendments can be proposed."))
        return redirect("review", slug)
    if "form-TOTAL_FORMS" in request.POST:
        return _confirm(request, result, bodies)
    form = UploadForm(request.POST or None, request.FILES or None, sponsors=bodies)
    if request.method == "POST" and form.is_valid():
        try:
            matched = _read(form.cleaned_data["file"].read(), result)
        except (NotReadable, Refused) as refusal:
            form.add_error("file", say(refusal) if isinstance(refusal, Refused) else str(refusal))
        else:
            return _preview(request, result, form.body, matched)
    enter_refused_files(request, form, result.paper)
    context = frame(request, result, False) | {"form": form}
    return render(request, "positions/review_files/import.html", context, status=REFUSED if form.errors else 200)


# --- Reading --------------------------------------------------------------------------------------------------------


def _read(data: bytes, review_round: ReviewRound) -> Matched:
    """Return the proposals in a file. Raises Refused, or NotReadable if there are none."""
    targets = [
        Target(each["key"], each["number"], each["text"])
        for section in sections_of(review_round)
        for each in section["paragraphs"]
    ]
    lines = _lines(review_round)
    matched = _read_word(data, targets, lines) if _is_word(data) else _read_sheet(data, targets, lines)
    if not matched.changes and not matched.unmatched:
        raise NotReadable(_("This file contains no change. Check that you chose the file that you edited."))
    return matched


def _lines(review_round: ReviewRound) -> dict[int, int]:
    """Return the paragraph number of each numbered line of the edition under review."""
    blocks = public_papers.lines(review_round.edition.sha256)
    passages = [each for block in blocks for each in block.passages if each.paragraph]
    return {line.number: each.paragraph for each in passages for line in each.lines if each.paragraph}


def _is_word(data: bytes) -> bool:
    try:
        return "word/document.xml" in ZipFile(BytesIO(data)).namelist()
    except (BadZipFile, ValueError, NotImplementedError):
        return False


def _read_word(data: bytes, targets: list[Target], lines: dict[int, int]) -> Matched:
    read_in = read_word(data)
    whole = match_lines(read_in["lines"], targets)
    for table in read_in["tables"]:
        if rows := match_table(table, targets, lines):
            whole = Matched([*whole.changes, *rows.changes], [*whole.unmatched, *rows.unmatched])
    return whole


def _read_sheet(data: bytes, targets: list[Target], lines: dict[int, int]) -> Matched:
    try:
        sheet = read(data)
    except EncodingUnknown as unknown:  # there is no choice of encoding here
        raise NotReadable(
            _("The portal cannot read the encoding of this CSV file. Save it as .xlsx and upload it again.")
        ) from unknown
    matched = match_table([sheet.headers or [], *(list(row) for row in sheet)], targets, lines)
    if matched is None:
        raise NotReadable(
            _("The first row must have a column heading for the paragraph and one for the proposed change.")
        )
    return matched


# --- The preview ----------------------------------------------------------------------------------------------------


def _preview(request: HttpRequest, review_round: ReviewRound, body: Any, matched: Matched) -> HttpResponse:
    shown = matched.changes[:MOST_FOUND]
    start = [{**each._asdict(), "take": True} for each in shown]
    rows = FoundFormSet(initial=start)
    notes = [each.note for each in shown]
    beyond = len(matched.changes) - len(shown)
    return _show(request, review_round, body, rows, notes=notes, left=matched.unmatched, beyond=beyond)


def _show(
    request: HttpRequest, review_round: ReviewRound, body: Any, rows: Any, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Show the proposals with the present texts of the paragraphs; `refused` are the reasons by row."""
    sections = sections_of(review_round)
    known = {each["key"]: each for section in sections for each in section["paragraphs"]}
    notes, refused = more.pop("notes", []), more.pop("refused", {})
    labels = dict(Operation.choices)
    table = [
        {
            "form": form,
            "paragraph": known.get(str(form["key"].value())),
            "spans": _spans(form, known.get(str(form["key"].value()))),
            "label": labels.get(form["operation"].value(), ""),
            "note": notes[place] if place < len(notes) else "",
            "reasons": refused.get(place, []),
        }
        for place, form in enumerate(rows)
    ]
    problems = [_problem(row) for row in table if row["form"].errors or row["reasons"]]
    context = frame(request, review_round, False) | {
        "rows": rows,
        "table": table,
        "body": body,
        "problems": problems,
        **more,
    }
    return render(request, "positions/review_files/import_preview.html", context, status=status)


def _spans(form: Any, paragraph: dict[str, Any] | None) -> list[Span]:
    """Return the redline of a proposal that rewords or removes its paragraph; empty for another one."""
    operation, text = form["operation"].value(), form["text"].value() or ""
    if paragraph and operation == Operation.REPLACE:
        return redline(paragraph["text"], text)
    return [Span("removed", paragraph["text"])] if paragraph and operation == Operation.DELETE else []


def _problem(row: dict[str, Any]) -> tuple[str, str]:
    """Return where a row is, and what is wrong with it."""
    lines = [*row["reasons"], *(str(error) for errors in row["form"].errors.values() for error in errors)]
    number = row["paragraph"]["number"] if row["paragraph"] else "?"
    return row["form"]["reason"].id_for_label, f"{_('Paragraph %(number)s') % {'number': number}}: {' '.join(lines)}"


def _confirm(request: SignedInRequest, review_round: ReviewRound, bodies: Iterable[Any]) -> HttpResponse:
    """Propose the selected ones; refused ones stay on the page with their text and the reasons."""
    body = next((each for each in bodies if str(each.pk) == request.POST.get("sponsor")), None)
    rows = FoundFormSet(request.POST)
    if body is None:
        raise Http404
    if not rows.is_valid():
        return _show(request, review_round, body, rows, status=REFUSED)
    kept: list[dict[str, Any]] = []
    refused: dict[int, list[str]] = {}
    done = 0
    taken = [row for row in rows.cleaned_data if row.get("take")]
    paragraphs = _paragraphs(review_round, {row["key"] for row in taken})
    for row in taken:
        reasons = _propose(request, review_round, body, paragraphs[row["key"]], row)
        if reasons:
            refused[len(kept)] = reasons
            kept.append(row)
        done += not reasons
    if done:
        words = ngettext("%(number)s amendment is proposed.", "%(number)s amendments are proposed.", done)
        messages.success(request, words % {"number": done})
    if not kept:
        return redirect("review", review_round.paper.slug)
    return _show(request, review_round, body, FoundFormSet(initial=kept), refused=refused, status=REFUSED)


def _propose(
    request: SignedInRequest, review_round: ReviewRound, body: Any, paragraph: Paragraph, row: dict[str, Any]
) -> list[str]:
    """Propose a row; return every reason of a refusal."""
    given = {name: row[name] for name in ("operation", "text", "reason")}
    return attempt(
        lambda: workflow.propose_amendment(review_round, paragraph, by=request.user, sponsor=body, **given)
    ).reasons


def _paragraphs(review_round: ReviewRound, keys: set[Any]) -> dict[Any, Paragraph]:
    """Return the paragraphs of the paper with these keys; raises 404 if one belongs to another paper."""
    known = Paragraph.objects.select_related("wording", "section").filter(
        section__paper=review_round.paper, key__in=keys
    )
    by_key = {each.key: each for each in known}
    if by_key.keys() != keys:
        raise Http404
    return by_key
