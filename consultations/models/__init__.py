"""What people told us."""

from .access_log import Access, AccessEntry, AccessSeal, NotLogged
from .attachments import Attachment, AttachmentKind, AttachmentState
from .checkpoints import Checkpoint
from .commitments import Salt, committed_words, committing_models
from .copying import copy_in, copy_values
from .delegates import (
    DECIDED,
    Delegate,
    DelegateRole,
    DelegateState,
    Invitation,
    InvitationState,
    SeatQuota,
    Sex,
)
from .dialogue import Endorsement, Misreading, Presence, Question, Reminder
from .email_addresses import NormalEmailField, NormalEmailFormField
from .events import Event, MailState, Medium, OutgoingMail
from .finding import SearchEntry, Tally
from .forum_day import (
    CheckIn,
    CheckInChannel,
    ForumFile,
    ForumFileKind,
    QueuedKind,
    QueuedOutcome,
    QueuedRow,
    Speech,
)
from .forums import (
    RULES,
    Consultation,
    ConsultationState,
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
from .holidays import HolidayRule, PublicHoliday, easter_sunday
from .inputs import (
    BODY_LIMIT,
    WORDING_LIMIT,
    Audience,
    Channel,
    Note,
    Point,
    PointKind,
    PointState,
    SetAsideReason,
    Submission,
    SubmissionState,
)
from .integrity import IntegrityCheck
from .jobs import Job, JobKind, JobState
from .likeness import Likeness, LikenessState
from .mail_limits import MailCount, MailScope
from .mail_stops import MailStop
from .outcome import ActionPoint, ActionState, Communique, CommuniqueState
from .people import (
    STAFF_OFFICES,
    County,
    Evidence,
    Group,
    Language,
    Mandate,
    Membership,
    MembershipInvitation,
    MembershipRole,
    Ministry,
    Notices,
    Office,
    Stakeholder,
    StakeholderName,
    StakeholderState,
    User,
)
from .proposals import Proposal, ProposalState
from .rules import RuleChange
from .text import CleanCharField, CleanTextField, SkeletonField, clean_text
from .themes import OF_COMPACT, Framework, Instrument, OutlinePart, Provision, Relation, Term, Theme, ThemeProvision
