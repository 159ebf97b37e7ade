"""Spreadsheets in and out: stakeholders, inputs and delegates, each row tried before anything is kept."""

from .forms import InputsImportForm, NamesForm, SpreadsheetForm
from .resources import AccessResource, DelegateResource, StakeholderResource, SubmissionResource, problems_of
from .row_validation import RowState, Trial, suggestions, try_rows
from .spreadsheets import ENCODINGS, FORMATS_IN, FORMATS_OUT, LiteralCSV, LiteralXLSX, NotReadable
from .submissions import import_inputs, keep_upload, left_out, tally, tried, wrong_rows
from .template import template
from .uploads import UploadFolder

__all__ = [
    "ENCODINGS", "FORMATS_IN", "FORMATS_OUT", "AccessResource", "DelegateResource", "InputsImportForm", "LiteralCSV",
    "LiteralXLSX", "NamesForm", "NotReadable", "RowState", "SpreadsheetForm", "StakeholderResource",
    "SubmissionResource", "Trial", "UploadFolder", "import_inputs", "keep_upload", "left_out", "problems_of",
    "suggestions", "tally", "template", "tried", "try_rows", "wrong_rows",
]  # fmt: skip
