"""The list of inputs as CSV, Excel workbook or JSON: with the list's own filters, written while it is read."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.db.models import Choices
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from consultations import queries
from consultations.models import Audience, Channel, Group, Language, SubmissionState
from consultations.views.filters import asked_of
from consultations.views.pagination import SHEETS, csv_blocks, xlsx_blocks
from consultations.views.ratelimit import limited
from consultations.workflow import enter_export
from positions.models import Outcome, kind_in_words
from positions.queries.open_data import Data, inputs_as_data


class Column(NamedTuple):
    """One column of a table of inputs: its head, and what stands in it; where it is one of a few, in words."""

    head: Promise
    cell: Callable[[Data], Any]
    words: type[Choices] | None = None


def _points(row: Data) -> str:
    return "\n".join(f"{point['reference']}{_mark(point)}: {point['text']}" for point in row["points"])


def _mark(point: Data) -> str:
    """What tells whoever reads the point in full that its words are of a passage which is held back."""
    return f" ({_('held back')})" if point.get("held_back") else ""


def _answers(row: Data) -> str:
    return "\n".join(_answer(point) for point in row["points"] if point["answer"])


def _answer(point: Data) -> str:
    given = point["answer"]
    where = f" ({given['paper']}, {', '.join(map(str, given['paragraphs']))})" if given["paragraphs"] else ""
    outcome = ", ".join(filter(None, [str(Outcome(given["outcome"]).label), kind_in_words(given["reason_code"])]))
    return f"{point['reference']}: {outcome}{where}. {given['reason']}".strip()


COLUMNS = (
    Column(_("Reference"), lambda row: row["reference"]),
    Column(_("Sent"), lambda row: row["submitted_at"]),
    Column(_("State"), lambda row: row["state"], SubmissionState),
    Column(_("Who may read it"), lambda row: row["audience"], Audience),
    Column(_("Consultation"), lambda row: row["consultation"]),
    Column(_("Organisation"), lambda row: row["organisation"]["name"]),
    Column(_("Group"), lambda row: row["organisation"]["group"], Group),
    Column(_("County"), lambda row: row["organisation"]["county"]),
    Column(_("Theme"), lambda row: row["theme"]),
    Column(_("Objectives"), lambda row: "; ".join(row["objectives"])),
    Column(_("Forum"), lambda row: row["forum"]),
    Column(_("Language"), lambda row: row["language"], Language),
    Column(_("Came by"), lambda row: row["channel"], Channel),
    Column(_("Title"), lambda row: row["title"]),
    Column(_("Text"), lambda row: row["body"]),
    Column(_("Proposed wording"), lambda row: row["proposed_wording"]),
    Column(_("Files"), lambda row: "\n".join(file["name"] for file in row["files"])),
    Column(_("Points"), _points),
    Column(_("Answers"), _answers),
    Column(_("Page"), lambda row: row["url"]),
)


def _table(rows: Iterable[Data]) -> Iterator[list[Any]]:
    yield [str(column.head) for column in COLUMNS]
    words = [dict(map(_in_words, column.words)) if column.words else None for column in COLUMNS]
    for row in rows:
        cells = [column.cell(row) for column in COLUMNS]
        yield [known[cell] if known else cell for known, cell in zip(words, cells, strict=True)]


def _in_words(choice: Choices) -> tuple[Any, str]:
    return choice.value, str(choice.label)


def as_csv(rows: Iterable[Data]) -> Iterator[bytes]:
    """The inputs as a CSV file."""
    return csv_blocks(_table(rows))


def as_xlsx(rows: Iterable[Data]) -> Iterator[bytes]:
    """The inputs as a workbook."""
    return xlsx_blocks(_table(rows))


def as_json(rows: Iterable[Data]) -> Iterator[bytes]:
    """One object with the list of inputs; the description of the feed says what stands in each."""
    yield b'{"inputs": ['
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n").encode() + json.dumps(row, ensure_ascii=False).encode()
    yield b"\n]}\n"


FORMATS = {
    "csv": (as_csv, SHEETS["csv"][1]),
    "xlsx": (as_xlsx, SHEETS["xlsx"][1]),
    "json": (as_json, "application/json"),
}


@login_not_required
@require_safe
@limited("export")
def inputs_export(request: HttpRequest, form: str) -> StreamingHttpResponse:
    """What the list of inputs shows to the reader under the same address, all pages of it, in one file."""
    if form not in FORMATS:
        raise Http404
    asked = asked_of(request, queries.public_rounds())
    inputs = queries.readable_inputs(request.user, asked.wanted)
    if asked.words:
        inputs = queries.found(inputs, asked.words)
    if request.user.is_authenticated:  # a visitor gets what everybody may read
        enter_export(None, by=request.user, list="inputs", form=form)
    write, kind = FORMATS[form]
    answer = StreamingHttpResponse(write(inputs_as_data(inputs, reader=request.user)), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="inputs-{timezone.localdate()}.{form}"'
    return answer
