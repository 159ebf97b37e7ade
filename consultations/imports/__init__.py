"""Import and export of spreadsheets: stakeholders, inputs and delegates. Every row is validated before any is saved."""

from .forms import ConfirmImportForm, InputsImportForm, NamesForm, RecordsImportForm, SheetForm, SpreadsheetField
from .organisations import OrganisationReader, suggestions
from .resources import AccessResource, DelegateResource, StakeholderResource, SubmissionResource
from .row_validation import RowReader, RowState, Trial
from .spreadsheets import ENCODINGS, FORMATS_OUT, LiteralCSV, LiteralXLSX, NotReadable, read_sheet
from .submissions import import_inputs, keep_upload, left_out, tried, try_rows, wrong_rows
from .uploads import UploadFolder, clear_uploads, enter_refused_files

__all__ = [
    "ENCODINGS", "FORMATS_OUT", "AccessResource", "ConfirmImportForm", "DelegateResource", "InputsImportForm",
    "LiteralCSV", "LiteralXLSX", "NamesForm", "NotReadable", "OrganisationReader", "RecordsImportForm", "RowReader",
    "RowState", "SheetForm", "SpreadsheetField", "StakeholderResource", "SubmissionResource", "Trial", "UploadFolder",
    "clear_uploads", "enter_refused_files", "import_inputs", "keep_upload", "left_out", "read_sheet", "suggestions",
    "tried", "try_rows", "wrong_rows",
]  # fmt: skip
