"""Verbs of the consultations app and their tables of moves."""

from .access_log import (
    enter_export,
    enter_reading,
    enter_refused_file,
    seal_access_log,
    trim_access_log,
    warn_owners,
)
from .accounts import (
    CLOSE_ACCOUNT,
    CORRECT_ADDRESS,
    RESTORE_ACCESS,
    close_account,
    correct_address,
    effects_of,
    give_up_unconfirmed,
    reopen_account,
    repair_address,
    repair_addresses,
)
from .appointments import APPOINT, announce_administrator, appoint, is_first_head, lay_down_office
from .attachments import (
    ATTACHMENT_MOVES,
    add_file,
    begin_file,
    clear_unfinished,
    give_up_file,
    inspect_waiting,
    judge_file,
    kind_of_files,
    receive,
    remove_file,
)
from .bulk_screening import Together, assign_together, decide_together, unassign_together, undo_together
from .checkin import enter_register, take_queue
from .checkin_conflicts import ConflictResolution, settle_doubles, settle_queued
from .checkpoints import anchor_journal, make_key, rotate_key, sign_checkpoint, write_checkpoints
from .commitments import commit_after_upgrade, commit_to_records
from .consultation_settings import (
    begin_consultation,
    change_facts,
    choose_team,
    facts_of,
    fingerprint,
    problems_with_facts,
    team_of,
)
from .consultations import (
    CONSULTATION_MOVES,
    archive,
    close_consultation,
    extend,
    open_consultation,
    open_early,
)
from .delegates import (
    DELEGATE_MOVES,
    TOLD_BY_TWO,
    confirm,
    decide_delegates,
    edit_delegate,
    end_substitute,
    merge_delegates,
    print_paper,
    promote,
    refuse_delegate,
    set_seats,
    substitute,
    tell_delegates,
    waitlist,
    withdraw_delegate,
)
from .drafts import (
    ask_sign_off,
    be_seen,
    edit_draft,
    moves_of,
    rule_on_sign_off,
    sign_off,
    start_and_submit,
    start_draft,
)
from .duplicates import (
    LIKENESS_MOVES,
    NOT_COMPARED,
    ask_to_compare,
    compare,
    dismiss_group,
    dismiss_likeness,
    inputs_to_compare,
    merge_group,
    merge_likeness,
    points_to_compare,
    reopen_likeness,
)
from .enquiries import (
    ENQUIRY_MOVES,
    answer_enquiry,
    assign_enquiry,
    close_enquiry,
    dismiss_enquiry,
    erase_enquiries,
    erase_enquiry,
    move_enquiry,
    register_enquiry,
    reopen_enquiry,
    send_enquiry,
)
from .feedback import endorse, ready_to_endorse, ready_to_say_misread, say_misread, withdraw_endorsement
from .followup import (
    ACTION_MOVES,
    COMMUNIQUE_MOVES,
    amend_action,
    carry_commitments,
    circulate_communique,
    clear_communique,
    commitments_to_carry,
    draft_communique,
    drop_action,
    edit_communique,
    finish_action,
    note_action,
    publish_communique,
    reopen_action,
    return_communique,
    say_done,
    take_list,
    text_sha256,
)
from .forum_documents import change_document, keep_forum_file, remove_document
from .forums import (
    FORUM_MOVES,
    SESSION_MOVES,
    announce,
    cancel_forum,
    cancel_session,
    check_in,
    close_forum,
    close_registration,
    close_session,
    nominate,
    open_forum,
    open_session,
    reopen_forum,
    reopen_registration,
    reopen_session,
    report_forum,
    take_back_opening,
)
from .guest_drafts import (
    drop_guest_draft,
    erase_guest_drafts,
    hand_over_guest_draft,
    keep_guest_draft,
    register_and_hand_over,
)
from .handover import hand_over, last_handover, not_handed_over, open_work, take_back_handover
from .holidays import add_holiday, strike_holiday
from .imports import (
    DelegateList,
    confirm_import,
    confirm_names,
    import_delegates,
    import_stakeholders,
    prepare_import,
)
from .integrity import check_is_due, check_nightly, keep_check, only_checker
from .invitation_replies import Named, Paper, answer_invitation, decline_invitation, invited_by, print_of, record_answer
from .invitations import (
    INVITATION_MOVES,
    change_invitation,
    discard_invitation,
    discard_invitations,
    is_due,
    lapse_invitation,
    lapse_invitations,
    reissue_link,
    remind_invitations,
    remind_invited,
    send_invitation,
    send_invitations,
    takes_answers,
    today,
    write_invitations,
)
from .letter_texts import change_letter_text, restore_letter_text, send_test_letter
from .letterhead import LETTERHEAD_TEXTS, change_letterhead
from .mail_limits import clear_mail_counts, count_mail, may_write_to_account, why_person_waits
from .mail_stops import resume_mail, stop_mail
from .milestones import DATES as MILESTONE_DATES
from .milestones import MILESTONE_WORDS, add_milestone, date_milestone, name_milestone, words_of_milestone
from .moderation import HIDE_WORDS, HIDING_MOVES, lift_hiding, object_to_hiding, uphold_hiding
from .organisations import (
    STAKEHOLDER_MOVES,
    TRY_AGAIN,
    add_member,
    choose_notices,
    confirm_mandate,
    end_membership,
    invite_officer,
    invited,
    join,
    on_both_sides,
    refuse,
    register_organisation,
    reinstate,
    suspend,
    try_again,
    verify,
)
from .paper_intake import SheetRow, TakenIn, WhyNot, check_against_original, retype, take_in, take_in_many
from .points import (
    POINT_MOVES,
    correct_point,
    dispose,
    hand_in,
    merge,
    send_back,
    split,
    take_back,
    unmerge,
    validate,
    word_again,
    write_point,
)
from .programme import (
    ANNOUNCED_FACTS,
    FORUM_FACTS,
    SAID,
    add_forum,
    add_session,
    announced_facts_of,
    breakouts_for_themes,
    change_announced_forum,
    change_forum,
    change_session,
    copy_forum,
    facts_of_forum,
    give_part,
    move_session,
    problems_with_change,
    take_part,
)
from .proposals import (
    PROPOSAL_MOVES,
    confirm_proposal,
    lapse_proposal,
    lapse_proposals,
    propose,
    refuse_proposal,
    why_not,
    withdraw_proposal,
)
from .public_documents import add_document, withdraw_document
from .reminders import Letter, next_letters, remind, request_input
from .saved_filters import remove_filter, rename_filter, save_filter
from .screening import (
    accept,
    add_note,
    admit_late,
    answer_misreading,
    answer_question,
    ask_late,
    assign,
    refuse_late,
    reopen,
    return_for_completion,
    set_aside,
    undo_at_once,
    why_not_assigned,
)
from .speakers import ask_floor, end_speech, give_floor, move_speech, strike_speech
from .submissions import (
    SUBMISSION_MOVES,
    came_too_late,
    is_under_way,
    ready_to_send,
    submit,
    withdraw,
    written_hour,
)
from .themes import add_theme, choose_themes, questions_of, themes_of, write_questions
