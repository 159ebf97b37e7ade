"""Forms: every error is shown at its field, and entered values are kept."""

from .duplicates import AlikeForm
from .fields import GroupedCheckboxes, LineField, ObjectivesField, PlainTextField, ReasonForm, reason_field
from .organisations import InviteOfficerForm, NoticesForm, OrganisationForm
from .points import MergeForm, PointForm, SessionPointForm, TwinForm
from .screening import FilterForm, InputFilterForm, OrganisationFilterForm, PointFilterForm
from .splitting import SplitForm
from .submissions import NoteForm, SubmissionForm

__all__ = [
    "AlikeForm",
    "FilterForm",
    "GroupedCheckboxes",
    "InputFilterForm",
    "InviteOfficerForm",
    "LineField",
    "MergeForm",
    "NoteForm",
    "NoticesForm",
    "ObjectivesField",
    "OrganisationFilterForm",
    "OrganisationForm",
    "PlainTextField",
    "PointFilterForm",
    "PointForm",
    "ReasonForm",
    "SessionPointForm",
    "SplitForm",
    "SubmissionForm",
    "TwinForm",
    "reason_field",
]  # fmt: skip
