"""The import of a spreadsheet of inputs: uploaded, tried, confirmed once, carried out behind the pages."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from itertools import batched
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from tablib import Dataset

from consultations.models import Job, Stakeholder, User
from consultations.notifications import recipients
from consultations.workflow import ask_to_compare, prepare_import, take_in_many
from ncm_portal.workflow import Blocked

from .row_validation import RowState, Trial, TriedRow, try_rows
from .spreadsheets import LiteralXLSX, read_sheet
from .uploads import UploadFolder

BATCH = 500  # rows of one transaction: others wait for no more than these
GONE = gettext_lazy("This spreadsheet was uploaded too long ago. Upload it again.")


def keep_upload(content: bytes, trial: Trial, *, by: User, asked: Mapping[str, Any]) -> Job:
    """Keep an uploaded spreadsheet for its preview; `asked` are the choices of the upload. Nothing else is written.

    Raises NoRoom where the disk is full.
    """
    folder = UploadFolder()
    folder.save(content)
    choices = {name: value for name, value in asked.items() if name in ("channel", "encoding", "name")}
    choices |= {"received_on": asked["received_on"].isoformat(), "file": folder.name, "names": {}}
    choices["wrong"] = _numbers_of_wrong(trial)
    return prepare_import(asked["consultation"], by=by, asked=choices, rows=asked["rows"])


def _numbers_of_wrong(trial: Trial) -> list[int]:
    """The rows that a preview calls wrong. Any other that is wrong later was refused, and whoever confirmed is told."""
    return [row.number for row in trial.of(RowState.ERROR)]


def wrong_rows(job: Job) -> list[int]:
    """The numbers of the rows of an import that are wrong now. Raises Blocked as `tried` does."""
    return _numbers_of_wrong(tried(job))


def tried(job: Job) -> Trial:
    """Try the rows of an import as they stand now. Raises Blocked when the spreadsheet is gone, or there
    is no room on the disk to try it."""
    asked = job.asked
    try:
        content = UploadFolder(name=asked["file"]).read()
    except FileNotFoundError as error:
        raise Blocked(str(GONE)) from error
    return try_rows(
        read_sheet(content, asked["encoding"]),
        consultation=job.consultation,
        by=job.by,
        channel=asked["channel"],
        received_on=date.fromisoformat(asked["received_on"]),
        names=asked["names"],
    )


def import_inputs(job: Job, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Run an import: take in the sound new rows in batches, then send one mail to the importer and one to each
    organisation. Begun again, it goes on where it broke off: rows that are here already are passed over."""
    trial = tried(job)
    new = trial.of(RowState.NEW)
    job.result = {"taken": {}, "refused": [], "rows": [], **job.result}
    refused = _refused_since(job, trial)
    counted = tally(trial)
    counted[RowState.ERROR] -= len(refused)
    job.result = {"tally": counted, **job.result, "refused": job.result["refused"] + refused}
    done = job.total = len(new) + sum(map(len, job.result["taken"].values()))
    done -= len(new)
    progress(done, job.total)
    for batch in batched(trial.built(new), BATCH, strict=False):
        with transaction.atomic():
            _take(job, batch)
        done += len(batch)
        progress(done, job.total)
    with transaction.atomic():
        _tell(job)
    return job.result


def _refused_since(job: Job, trial: Trial) -> list[list[Any]]:
    """The rows that were sound in the preview and are not any more, each with why: somebody suspended an organisation,
    took a theme out of the consultation or closed its file in between."""
    known = {*job.asked.get("wrong", ()), *job.result["rows"], *(number for number, _why in job.result["refused"])}
    fresh = (verdict for verdict in trial.of(RowState.ERROR) if verdict.number not in known)
    return [[row.number, _what_is_wrong(row)] for row in trial.whole(fresh)]


def _what_is_wrong(row: TriedRow) -> str:
    return "; ".join(f"{problem.column}: {problem.why}".removeprefix(": ") for problem in row.problems)


def left_out(job: Job) -> bytes:
    """The rows of an import that are wrong, as a workbook to correct and send again: each with what is wrong with it.

    Raises Blocked when the spreadsheet is gone.
    """
    trial = tried(job)
    wrong = trial.of(RowState.ERROR)
    rows = Dataset(headers=[*(trial.columns if wrong else ()), _("row"), _("what is wrong")])
    for row in trial.whole(wrong):
        rows.append([*row.cells.values(), row.number, _what_is_wrong(row)])
    return LiteralXLSX().export_data(rows)


def tally(trial: Trial) -> dict[str, int]:
    """How many rows there are of each state."""
    counted = Counter(verdict.state for verdict in trial.verdicts)
    return {state.value: counted[state] for state in RowState}


def _take(job: Job, batch: tuple[TriedRow, ...]) -> None:
    """Take in some rows, and remember in the same transaction whose they were."""
    rows = {each.row.key: each for each in batch}
    taken = take_in_many(
        job.consultation,
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


def _tell(job: Job) -> None:
    """One mail for the importer, one for each organisation, one search for texts that say the same, and the note that
    all this is under way."""
    if job.result.get("told"):
        return
    taken = job.result["taken"]
    bodies = Stakeholder.objects.in_bulk([int(pk) for pk in taken])
    recipients.import_done(job)
    recipients.inputs_taken_in(job.consultation, {body: taken[str(pk)] for pk, body in bodies.items()})
    if taken:
        ask_to_compare(job.consultation, by=job.by)
    job.result["told"] = True
    Job.objects.filter(pk=job.pk).update(result=job.result)
