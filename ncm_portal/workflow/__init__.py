"""State changes: moves are data, `make` runs them, the journal records them."""

from .moves import (
    Act,
    AllOf,
    Condition,
    Consequences,
    Move,
    OpenMove,
    Role,
    Words,
    acts,
    all_of,
    button_words,
    either,
    met_at,
    moves_open_to,
    needs_of,
    no_conditions,
    table,
    way_back,
)
from .verbs import (
    Blocked,
    Conflict,
    NotAllowed,
    NotTaken,
    VerbRun,
    check,
    current_run,
    deadline_passed,
    demand,
    journal,
    locked,
    log_refusal,
    make,
    make_many,
    now,
    replayed_at,
    verb,
)

__all__ = [
    "Act", "AllOf", "Blocked", "Condition", "Conflict", "Consequences", "Move", "NotAllowed", "NotTaken", "OpenMove",
    "Role", "VerbRun", "Words", "acts", "all_of", "button_words", "check", "current_run", "deadline_passed", "demand",
    "either", "journal", "locked", "log_refusal", "make", "make_many", "met_at", "moves_open_to", "needs_of",
    "no_conditions", "now", "replayed_at", "table", "verb", "way_back",
]  # fmt: skip
