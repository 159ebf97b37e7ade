"""Import of a spreadsheet of inputs: uploaded, validated, confirmed once, and run as a background job."""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from itertools import batched
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import MD5, Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from tablib import Dataset

from consultations.models import (
    BODY_LIMIT,
    WORDING_LIMIT,
    Consultation,
    Job,
    Stakeholder,
    Submission,
    Theme,
    User,
)
from consultations.notifications import recipients
from consultations.redaction import is_well_marked
from consultations.uploads.disk_space import NoRoom
from consultations.workflow import SheetRow, WhyNot, ask_to_compare, prepare_import, take_in_many
from ncm_portal.workflow import Blocked, now

from .organisations import Organisations
from .resources import SubmissionResource
from .row_validation import RowReader, RowState, Trial, TriedRow
from .spreadsheets import LiteralXLSX, Sheet, is_blank, kept_lines, read_kept, read_sheet
from .uploads import UploadFolder

BATCH = 600  # rows per transaction: others wait for no more than these
GONE = gettext_lazy("The upload has expired. Upload the spreadsheet again.")
MERGED = {"organisation", "theme"}  # columns whose cells are often merged
FIELDS = {"organisation": "stakeholder", "objectives": "provisions", "received": "received_on"}
TEXT = SubmissionResource.fields["title"].widget

Words = tuple[str, ...]  # theme, objectives, MD5 of the body, MD5 of the proposed wording, audience, language


def keep_upload(content: bytes, trial: Trial, *, by: User, options: Mapping[str, Any]) -> Job:
    """Store an uploaded spreadsheet for its preview; `options` are the options of the upload. Writes nothing else.

    Raises NoRoom if the disk is full.
    """
    folder = UploadFolder()
    folder.save(content)
    choices = {name: value for name, value in options.items() if name in ("channel", "encoding", "name")}
    choices |= {"received_on": options["received_on"].isoformat(), "file": folder.name, "names": {}}
    choices["wrong"] = _numbers_of_wrong(trial)
    with suppress(TypeError, NoRoom):  # then the file is read again
        choices["rows_sha256"] = folder.save_rows(kept_lines(trial.sheet))
    return prepare_import(options["consultation"], by=by, options=choices, rows=options["rows"])


def _numbers_of_wrong(trial: Trial) -> list[int]:
    """Return the numbers of the rows that the preview reports as invalid, to distinguish later refusals."""
    return [row.number for row in trial.of(RowState.ERROR)]


def wrong_rows(job: Job) -> list[int]:
    """Return the numbers of the rows of an import that are invalid now. Raises Blocked like `tried`."""
    return _numbers_of_wrong(tried(job))


def try_rows(
    sheet: Sheet,
    *,
    consultation: Consultation,
    by: User,
    channel: str,
    received_on: date,
    names: Mapping[str, int] | None = None,
) -> Trial:
    """Validate every row as the verb would, without writing.

    `names` are organisations confirmed by a person for differently spelt names. Raises NotReadable if columns are
    missing, NoRoom if the disk is full.
    """
    draft = Submission(consultation=consultation, channel=channel, author=by, entered_by=by)
    return Trial(sheet, InputReader(draft, received_on, names))


def tried(job: Job) -> Trial:
    """Validate the rows of an import again. Raises Blocked if the spreadsheet was deleted or the disk is full."""
    options, consultation = job.asked, _consultation(job)
    return try_rows(
        _sheet_of(options),
        consultation=consultation,
        by=job.by,
        channel=options["channel"],
        received_on=date.fromisoformat(options["received_on"]),
        names=options["names"],
    )


def _sheet_of(options: Mapping[str, Any]) -> Sheet:
    """Return the sheet of an import: its rows as they were read at first, or read from the file again."""
    folder = UploadFolder(name=options["file"])
    if sha256 := options.get("rows_sha256"):
        with suppress(FileNotFoundError):
            return read_kept(folder.rows(sha256))
    try:
        return read_sheet(folder.read(), options["encoding"])
    except FileNotFoundError as error:
        raise Blocked(str(GONE)) from error


def _consultation(job: Job) -> Consultation:
    assert job.consultation is not None  # an import is of one
    return job.consultation


def import_inputs(job: Job, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Run an import: create the valid new inputs in batches, then mail the importer and each organisation once. A
    restarted import skips rows that were already imported.
    """
    trial = tried(job)
    new = trial.of(RowState.NEW)
    job.result = {"taken": {}, "refused": [], "rows": [], **job.result}
    refused = _refused_since(job, trial)
    counted = trial.tally()
    counted[RowState.ERROR] -= len(refused)
    job.result = {"tally": counted, **job.result, "refused": job.result["refused"] + refused}
    done = job.total = len(new) + sum(map(len, job.result["taken"].values()))
    done -= len(new)
    progress(done, job.total)
    for batch in batched(trial.built(new), BATCH):
        with transaction.atomic():
            _create_batch(job, batch)
        done += len(batch)
        progress(done, job.total)
    with transaction.atomic():
        _notify(job)
    return job.result


def _refused_since(job: Job, trial: Trial) -> list[list[Any]]:
    """Return rows that were valid in the preview and are not any more, with the reasons: for example an organisation
    was suspended or a theme removed in between.
    """
    known = {*job.asked.get("wrong", ()), *job.result["rows"], *(number for number, _why in job.result["refused"])}
    fresh = (verdict for verdict in trial.of(RowState.ERROR) if verdict.number not in known)
    return [[row.number, _what_is_wrong(row)] for row in trial.whole(fresh)]


def _what_is_wrong(row: TriedRow) -> str:
    return "; ".join(f"{problem.column}: {problem.why}".removeprefix(": ") for problem in row.problems)


def left_out(job: Job) -> bytes:
    """Return the invalid rows of an import as a workbook to correct and upload again, with the error of each row.

    Raises Blocked if the spreadsheet was deleted.
    """
    trial = tried(job)
    wrong = trial.of(RowState.ERROR)
    rows = Dataset(headers=[*(trial.columns if wrong else ()), _("row"), _("what is wrong")])
    for row in trial.whole(wrong):
        rows.append([*row.cells.values(), row.number, _what_is_wrong(row)])
    return LiteralXLSX().export_data(rows)


def _create_batch(job: Job, batch: tuple[TriedRow, ...]) -> None:
    """Create some inputs and store their organisations in the same transaction."""
    rows = {each.row.key: each for each in batch}
    taken = take_in_many(
        _consultation(job),
        [each.row for each in batch],
        by=job.by,
        channel=job.asked["channel"],
        data={"import": str(job.key)},
    )
    for submission in taken.new:
        job.result["taken"].setdefault(str(submission.stakeholder_id), []).append(submission.reference)
    job.result["rows"] += [each.number for each in batch]
    job.result["refused"] += [[rows[key].number, " ".join(reasons)] for key, reasons in taken.refused.items()]
    Job.objects.filter(pk=job.pk).update(result=job.result)


def _notify(job: Job) -> None:
    """Queue the mails to the importer and the organisations and the search for duplicates, and mark the import as
    finished.
    """
    if job.result.get("told"):
        return
    taken, consultation = job.result["taken"], _consultation(job)
    bodies = Stakeholder.objects.in_bulk([int(pk) for pk in taken])
    recipients.import_done(job)
    recipients.inputs_taken_in(consultation, {body: taken[str(pk)] for pk, body in bodies.items()})
    if taken:
        ask_to_compare(consultation, by=job.by)
    job.result["told"] = True
    Job.objects.filter(pk=job.pk).update(result=job.result)


# --- The rows of a sheet ----------------------------------------------------------------------------------------------


class InputReader(RowReader):
    """Reader of rows that are inputs to one consultation."""

    fields = SubmissionResource.fields
    columns = (
        "organisation", "theme", "objectives", "title", "body", "proposed_wording", "audience", "language", "received",
    )  # fmt: skip
    known = frozenset(fields)
    needed = ("organisation", "theme", "title", "body")
    limits = {"title": 200, "body": BODY_LIMIT, "proposed_wording": WORDING_LIMIT}
    missing_words = gettext_lazy("These columns are missing: %(names)s. These columns are not recognised: %(others)s")

    def __init__(self, draft: Submission, received_on: date, names: Mapping[str, int] | None = None) -> None:
        self.draft, self.received_on, self.organisations = draft, received_on, Organisations(names)
        self.unknown = self.organisations.unknown
        self.repeated = {name: {} for name in ("organisation", "theme", "objectives", "audience", "language")}
        self.widgets = {name: cell.widget for name, cell in SubmissionResource().fields.items()}
        self.why_not, self.comparison = WhyNot(draft), _Comparison(draft.consultation)
        self.themes = draft.consultation.themes.order_by("order")
        self.named = {name.casefold(): each for each in self.themes for name in (each.code, each.title, each.title_sw)}

    def read(self, number: int, cells: Mapping[str, Any]) -> TriedRow:
        """Convert the valid cells of a row to arguments of the verb."""
        tried = super().read(number, cells)
        if not tried.problems:
            fields = {FIELDS.get(column, column): value for column, value in tried.values.items()}
            tried.row = SheetRow(key=_key(self.draft.consultation, fields), **fields)
        return tried

    def value(self, column: str, cell: Any, number: int) -> Any:
        """Return the value of a cell."""
        if column in self.needed and is_blank((cell,)):
            joined = _("This cell is empty. If it is part of a merged cell, unmerge it: each row needs its own value.")
            raise ValueError(joined if column in MERGED else _("This cell is empty."))
        if column == "received":
            return _day(cell) or self.received_on
        if column == "organisation":
            return self.organisations.find(TEXT.clean(cell), number)
        if column == "theme":
            return self._theme(str(cell).strip())
        value = self.widgets[column].clean(cell)
        if column in self.limits and not is_well_marked(value):
            raise ValueError(_("[[ and ]] hold a passage back. One of them is missing or is inside another pair."))
        return tuple(value) if column == "objectives" else value

    def _theme(self, text: str) -> Theme:
        if result := self.named.get(text.casefold()):
            return result
        words = {"text": text[:80], "codes": ", ".join(theme.code for theme in self.themes)}
        raise ValueError(_("“%(text)s” is not a theme of this consultation. Its themes are: %(codes)s") % words)

    def compare(self, rows: list[TriedRow]) -> None:
        """Ask the verb about each row, and compare it with existing inputs and the rows before it."""
        for tried in rows:
            for reason in self.why_not.about(tried.row) if tried.row else ():
                tried.wrong("", reason)
        self.comparison.compare(rows)


def _day(cell: Any) -> date | None:
    """Parse the date of a cell: a date, or a text like 2017-10-31 or 31/10/2017. Raises ValueError."""
    text = str("" if cell is None else cell).strip()
    if not text:
        return None
    day = cell.date() if isinstance(cell, datetime) else _parsed(text)
    if day is None:
        raise ValueError(_("“%(text)s” is not a date. Enter it as 2017-10-31 or 31/10/2017.") % {"text": text[:40]})
    if day > timezone.localdate(now()):
        raise ValueError(_("The date must be today or in the past."))
    return day


def _parsed(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        with suppress(ValueError):
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no hour
    return None


def _key(consultation: Consultation, fields: Mapping[str, Any]) -> uuid.UUID:
    """Return the key of an input: the same organisation and text in the same consultation is the same input."""
    who, what = str(fields["stakeholder"].pk), (fields["theme"].code, fields["title"], fields["body"])
    return uuid.uuid5(uuid.NAMESPACE_OID, "\x1f".join([consultation.slug, who, *what]))


# --- What is here already -------------------------------------------------------------------------------------------


class _Comparison:
    """Determines whether each valid row is new, equal to an existing input, or an existing one with a different
    text.
    """

    def __init__(self, consultation: Consultation) -> None:
        self.consultation = consultation
        self.references: dict[str, int] = {}  # the first row of each
        self.earlier: dict[bytes, tuple[int, bytes]] = {}  # the first row of each title: number and text

    def compare(self, rows: list[TriedRow]) -> None:
        """Compare the next rows of the sheet with existing inputs and the rows before them."""
        sound = [tried for tried in rows if tried.row and not tried.problems]
        here, keys = _existing(self.consultation, sound), _keys(sound)
        for tried in rows:
            if reference := _reference(tried):
                first = self.references.setdefault(reference, tried.number)
                if first != tried.number:
                    tried.wrong("reference", _("Row %(row)s has the same reference.") % {"row": first})
        by_reference = _by_reference(self.consultation, filter(None, map(_reference, rows)))
        for tried in sound:
            if not tried.problems:
                self._place(tried, here, keys, by_reference)

    def _place(self, tried: TriedRow, here: Any, keys: set[uuid.UUID], by_reference: Any) -> None:
        row = tried.row
        reference, named = _reference(tried), (row.stakeholder.pk, row.title)
        known = here.get(named, [])
        if reference:
            if reference not in by_reference:
                tried.wrong(
                    "reference", _("There is no input with this reference here. Leave the cell empty for a new input.")
                )
                return
            known = [by_reference[reference]]
        content = _digest(row.theme.pk, _objectives(row), row.body, row.proposed_wording, row.audience, row.language)
        first, its_words = self.earlier.setdefault(_digest(*named), (tried.number, content))
        same = next((item for other, item in known if other == _words(row)), "")
        if same:
            tried.state, tried.like = RowState.SAME, same
        elif known:
            tried.state, tried.like = RowState.CHANGED, known[-1][1]
        elif row.key in keys:
            tried.state = RowState.SAME
        elif first == tried.number:
            tried.state = RowState.NEW
        elif its_words == content:
            tried.state, tried.like = RowState.SAME, _("row %(row)s") % {"row": first}
        else:
            tried.wrong("title", _("Row %(row)s has the same title with a different text.") % {"row": first})


def _reference(tried: TriedRow) -> str:
    return str(tried.cells.get("reference") or "").strip()


def _digest(*parts: object) -> bytes:
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).digest()


def _words(row: SheetRow) -> Words:
    return (str(row.theme.pk), _objectives(row), _md5(row.body), _md5(row.proposed_wording), row.audience, row.language)


def _objectives(row: SheetRow) -> str:
    return _in_order(provision.pk for provision in row.provisions)


def _in_order(keys: Iterable[int]) -> str:
    return " ".join(map(str, sorted(keys)))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _sent(consultation: Consultation) -> QuerySet[Submission]:
    return consultation.submissions.filter(submitted_at__isnull=False).order_by("pk")


def _described(inputs: QuerySet[Submission]) -> Iterator[tuple[int, str, Words, str]]:
    links = Submission.provisions.through.objects.filter(submission=OuterRef("pk")).order_by().values("provision")
    rows = inputs.values_list(
        "stakeholder_id", "title", "theme_id", ArraySubquery(links), _as_sent("body"), _as_sent("proposed_wording"),
        "audience", "language", "reference",
    )  # fmt: skip
    for stakeholder, title, theme, objectives, *words, reference in rows.iterator():
        yield stakeholder, title, (str(theme), _in_order(objectives), *words), reference


def _as_sent(name: str) -> MD5:
    return MD5(Coalesce(KT(f"original__{name}"), name, output_field=TextField()))


def _existing(consultation: Consultation, sound: list[TriedRow]) -> dict[tuple[int, str], list[tuple[Words, str]]]:
    """Return existing inputs of the same organisations with the same titles: their texts and references."""
    titles, bodies = {tried.row.title for tried in sound}, {tried.row.stakeholder.pk for tried in sound}
    here = defaultdict(list)
    for stakeholder, title, words, reference in _described(
        _sent(consultation).filter(stakeholder__in=bodies, title__in=titles)
    ):
        here[stakeholder, title].append((words, reference))
    return here


def _by_reference(consultation: Consultation, references: Iterable[str]) -> dict[str, tuple[Words, str]]:
    rows = _described(_sent(consultation).filter(reference__in=list(references)))
    return {reference: (words, reference) for _body, _title, words, reference in rows}


def _keys(sound: list[TriedRow]) -> set[uuid.UUID]:
    keys = [tried.row.key for tried in sound]
    return set(Submission.objects.filter(key__in=keys).values_list("key", flat=True))
