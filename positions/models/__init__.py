"""Models of the positions app."""

from .clearance import Clearance, ClearanceState, Decision, QuorumCount, Reservation, Rule, Stance, StanceValue
from .corrections import TRUSTED, Correction, Corrigendum, CorrigendumState, RestrictedAnnex
from .dispositions import WITH_CODE, Disposition, Outcome, ReasonCode, kind_in_words
from .editions import FINAL_KINDS, NEEDED, Artefact, ArtefactFormat, Edition, EditionKind
from .findings import (
    BRIEF_PART,
    CORRECTION_LIMIT,
    NEEDS_NOTE,
    NOTE_LIMIT,
    Brief,
    BriefParagraph,
    Reflection,
    ReflectionValue,
    Release,
)
from .mandates import AnswerByLetter, ClearanceReminder, LetterLine, LetterState, MandateChange, ReminderStep
from .meeting import ChainStep, Explanation, RollCall, StepAnswer, StepKind
from .papers import (
    BEFORE_ADOPTION,
    COMMENT_LIMIT,
    OFFICIAL_STATES,
    PAPER_STEPS,
    PARAGRAPH_LIMIT,
    Comment,
    Descent,
    Grounding,
    GroundingRelation,
    Lineage,
    PaperState,
    Paragraph,
    PositionPaper,
    Section,
    SectionPart,
    Strength,
    Wording,
    wording_sha256,
)
from .plenary import NOT_ADOPTED, FloorDecision, FloorMode, FloorOutcome, Screen
from .presence import Presence
from .review import (
    OPEN_AMENDMENTS,
    TOUCHES,
    WITH_TEXT,
    Advice,
    Amendment,
    AmendmentState,
    Audience,
    Consent,
    CoSponsor,
    Operation,
    Recommendation,
    ReviewRound,
    rivals,
)
