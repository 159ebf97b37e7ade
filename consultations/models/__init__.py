"""Models of the consultations app."""

from consultations.db.email_addresses import NormalEmailField, NormalEmailFormField

from ..db.bulk_copy import copy_in, copy_values, made_alike
from ..db.fields import CleanCharField, CleanTextField, SkeletonField, clean_text
from .access_log import Access, AccessEntry, AccessSeal, NotLogged
from .accounts import STAFF_OFFICES, Language, Notices, Office, User
from .attachments import Attachment, AttachmentKind, AttachmentState
from .checkin import CheckIn, CheckInChannel, ForumFile, ForumFileKind, QueuedKind, QueuedOutcome, QueuedRow, Speech
from .checkpoints import Checkpoint
from .commitments import Salt, committed_words, committing_models
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
from .duplicates import Likeness, LikenessState
from .enquiries import Enquiry, EnquiryChannel, EnquiryState, Unanswered
from .feedback import Endorsement, Misreading, Presence, Question, Reminder
from .followup import ActionPoint, ActionState, Communique, CommuniqueState
from .forums import (
    DESK_WORDS,
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
from .guest_drafts import KEPT, GuestDraft
from .holidays import HolidayRule, PublicHoliday, easter_sunday
from .integrity import IntegrityCheck
from .jobs import Job, JobKind, JobState
from .journal import Event, MailState, Medium, OutgoingMail
from .letter_texts import LetterText
from .letterhead import Letterhead
from .mail_limits import MailCount, MailScope
from .mail_stops import MailStop
from .moderation import Hiding, HidingGround, HidingState
from .organisations import (
    County,
    Group,
    Mandate,
    Membership,
    MembershipInvitation,
    MembershipRole,
    Ministry,
    Stakeholder,
    StakeholderName,
    StakeholderState,
)
from .points import Point, PointKind, PointState
from .proposals import Proposal, ProposalState
from .public_documents import PublicDocument, PublicDocumentKind
from .reference import (
    OF_COMPACT,
    Evidence,
    Framework,
    Instrument,
    OutlinePart,
    Provision,
    Relation,
    Term,
    Theme,
    ThemeProvision,
)
from .rules import RuleChange
from .saved_filters import FilteredPage, SavedFilter
from .search import DayTally, ObjectiveTally, SearchEntry, Tally, UnsplitInput
from .submissions import (
    BODY_LIMIT,
    COMPARED,
    TO_COMPARE,
    WORDING_LIMIT,
    Audience,
    Channel,
    Note,
    SetAsideReason,
    Submission,
    SubmissionState,
    audiences_of,
    own_organisations_of,
    reads_all_sent,
)
from .themes import MOST_QUESTIONS, ThemeQuestion
