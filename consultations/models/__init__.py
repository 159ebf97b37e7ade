"""What people told us."""

from .events import Event, MailState, OutgoingMail
from .forums import (
    CheckIn,
    CheckInChannel,
    Consultation,
    ConsultationState,
    Delegate,
    DelegateRole,
    DelegateState,
    Forum,
    ForumSession,
    ForumState,
    Milestone,
    MilestoneState,
    SessionKind,
    SessionRole,
    SessionRoleKind,
    SessionState,
)
from .inputs import (
    BODY_LIMIT,
    WORDING_LIMIT,
    Audience,
    Channel,
    Note,
    Point,
    PointKind,
    PointState,
    Submission,
    SubmissionState,
)
from .people import (
    County,
    Evidence,
    Group,
    Language,
    Mandate,
    Membership,
    MembershipInvitation,
    MembershipRole,
    Ministry,
    Office,
    Stakeholder,
    StakeholderName,
    StakeholderState,
    User,
)
from .text import CleanCharField, CleanTextField, clean_text
from .themes import Framework, Instrument, OutlinePart, Provision, Relation, Term, Theme, ThemeProvision
