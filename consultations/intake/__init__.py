"""Spreadsheets in and out: stakeholders, inputs and delegates, each row tried before anything is kept."""

from .forms import SpreadsheetForm, SubmissionConfirmForm, SubmissionImportForm
from .resources import DelegateResource, StakeholderResource, SubmissionResource, problems_of
from .spreadsheets import FORMATS_IN, FORMATS_OUT, NotReadable
from .uploads import UploadFolder

__all__ = [
    "FORMATS_IN", "FORMATS_OUT", "DelegateResource", "NotReadable", "SpreadsheetForm", "StakeholderResource",
    "SubmissionConfirmForm", "SubmissionImportForm", "SubmissionResource", "UploadFolder", "problems_of",
]  # fmt: skip
