"""Forms: every error is shown at its field, and entered values are kept."""

from .duplicates import AlikeForm
from .fields import GroupedCheckboxes, LineField, ObjectivesField, PlainTextField, ReasonForm, reason_field
from .organisations import InviteOfficerForm, NoticesForm, OrganisationForm
from .points import MergeForm, PointForm, SessionPointForm, SplitForm, TwinForm, passages
from .screening import WantedForm, WantedInputsForm, WantedOrganisationsForm, WantedPointsForm
from .submissions import NoteForm, SubmissionForm

__all__ = [
    "AlikeForm", "GroupedCheckboxes", "InviteOfficerForm", "LineField", "MergeForm", "NoteForm", "NoticesForm",
    "ObjectivesField",
    "OrganisationForm", "PlainTextField", "PointForm", "ReasonForm", "SessionPointForm", "SplitForm",
    "SubmissionForm", "TwinForm", "WantedForm", "WantedInputsForm", "WantedOrganisationsForm", "WantedPointsForm",
    "passages", "reason_field",
]  # fmt: skip
