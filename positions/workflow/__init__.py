"""Verbs of the positions app and their tables of moves."""

from .adoption import (
    adopt,
    begin_session,
    confirm_reservation,
    count_quorum,
    lay_before_forum,
    make_files,
    make_form,
    not_adopt,
    propose_publication,
    publish,
    record_reservation,
    supersede,
    take_back_supersession,
    withdraw_reservation,
)
from .amendments import (
    AMENDMENT_MOVES,
    answer_recommendation,
    confirm_amendment,
    join_amendment,
    leave_amendment,
    merged,
    outdate,
    outdate_all,
    propose_amendment,
    recommend,
    withdraw_amendment,
)
from .briefs import write_brief
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
from .clearance_letters import LETTER_MOVES, add_scan, countersign_answer, strike_answer, type_answer
from .clearance_steps import answer_step, asked_steps, countersign_step
from .comments import comment, resolve_comment
from .consequences import of_opening_review
from .consultation_settings import copy_consultation
from .corrections import CORRIGENDUM_MOVES, decline_corrigendum, issue_corrigendum, propose_corrigendum, write_annex
from .dispositions import decide
from .drafting import (
    add_paragraph,
    choose_forum,
    confirm_grounding,
    create_paper,
    ground,
    mark_paragraph,
    move_paragraph,
    remove_paragraph,
    rename_paper,
    reword,
    unground,
)
from .findings import correct_reflection, reflect, release_reflections, strike_reflection
from .mandates import adjust_mandate
from .meeting import call_roll, record_explanation, withdraw_before, withdraw_explanation
from .outline import add_section, edit_section, move_section, remove_section
from .papers import PAPER_MOVES, open_to_all, restrict, resume, suspend, withdraw_paper
from .plenary import Ruling, agree_paragraphs, decide_paragraph, show_on_screen
from .presence import be_seen, clear_presences, leave
from .reminders import remind_clearance, remind_clearances
from .restricted_copies import note_false_copy, print_restricted
from .review import (
    accept_amendment,
    accept_in_part,
    choose_text,
    close_review,
    decline_amendment,
    extend_review,
    open_review,
    remind_reviews,
    reopen_review,
)
from .rules import CHANGE_RULES, rules_of, set_rules, step_of, steps_of
from .split_merge import merge_paragraphs, split_paragraph
from .together import Reading, Verdict, accepted, decide_together, worded, would_read
