"""The verbs of the position paper and the tables of moves they follow."""

from .adoption import (
    adopt,
    begin_session,
    count_quorum,
    lay_before_forum,
    make_files,
    not_adopt,
    propose_publication,
    publish,
    record_reservation,
    supersede,
    withdraw_reservation,
)
from .clearance import (
    CLEARANCE_MOVES,
    agree_to_rest,
    break_silence,
    clear_paper,
    complete_by_letter,
    days_to_give,
    end_silence,
    fix_clearance_text,
    open_silence,
    record_silence,
    reopen_text,
    request_clearance,
    take_stance,
)
from .drafting import (
    add_paragraph,
    add_section,
    confirm_grounding,
    create_paper,
    decide,
    edit_section,
    ground,
    mark_paragraph,
    move_paragraph,
    remove_paragraph,
    reword,
    unground,
)
from .letters import LETTER_MOVES, add_scan, countersign_answer, strike_answer, type_answer
from .mandates import adjust_mandate
from .moves import PAPER_MOVES, resume, suspend, withdraw_paper
from .reminders import remind_clearances
from .review import (
    AMENDMENT_MOVES,
    accept_amendment,
    close_review,
    decline_amendment,
    open_review,
    propose_amendment,
    withdraw_amendment,
)
