"""URLs of the consultations app by subject. Public pages come first, in `public_pages`."""

from django.urls import path, register_converter
from django.urls.converters import SlugConverter

from consultations.models import DESK_WORDS
from consultations.views import (
    access_log,
    accounts,
    attachments,
    bulk_screening,
    checkin,
    consultations,
    delegates,
    drafts,
    duplicates,
    enquiries,
    feedback,
    followup,
    forum_statistics,
    forums,
    guest_drafts,
    handover,
    history,
    holidays,
    imports,
    integrity,
    invitation_replies,
    invitations,
    mail_stops,
    moderation,
    organisations,
    paper_intake,
    points,
    programme,
    proposals,
    public,
    public_documents,
    reminders,
    saved_filters,
    screening,
    splitting,
    submissions,
)
from consultations.views.statistics import coverage_desk
from consultations.views.statistics import show as coverage_public


class ConsultationSlug(SlugConverter):
    """Slug of a consultation: none of the words that stand at its place in other addresses of the desk."""

    regex = rf"(?!(?:{'|'.join(DESK_WORDS)})/){SlugConverter.regex}"


# Lists of a consultation, by the word after /desk/ that led to those of all
LISTS = {
    "late": "late_inputs",
    "intake": "intake",
    "intake/new": "intake_new",
    "imports": "import_inputs",
    "inputs": "desk_inputs",
    "points": "desk_points",
    "likenesses": "likenesses",
    "non-responses": "non_responses",
    "replies": "desk_replies",
}
register_converter(ConsultationSlug, "consultation")

# Public pages. Every other page of this app requires an account.
public_pages = [
    # --- Inputs and who wrote
    path("inputs/", public.inputs, name="inputs"),
    path("files/<uuid:key>/", attachments.attachment, name="attachment"),  # file of a public input
    path("coverage/", coverage_public, name="coverage_public"),
    # --- Writing without an account; the last page asks who is there
    path("consultations/<slug:slug>/write/", guest_drafts.write, name="write"),
    path("consultations/<slug:slug>/write/send/", guest_drafts.write_send, name="write_send"),
    path("consultations/<slug:slug>/write/forget/", guest_drafts.write_forget, name="write_forget"),
    # --- Forums
    path("forums/<slug:slug>/forum.ics", programme.forum_ics, name="forum_ics"),
    # a delegate's calendar: calendar programs cannot sign in, so the URL is signed
    path(
        "forums/<slug:slug>/calendar/<int:pk>/<str:signature>.ics", programme.forum_ics_person, name="forum_ics_person"
    ),
    path("forums/documents/<uuid:key>/", forums.forum_document, name="forum_document"),  # a public document
    path("documents/<uuid:key>/", public_documents.public_document, name="public_document"),
    path("forums/<slug:slug>/figures/", forum_statistics.figures_of_forum, name="figures_of_forum"),
    path("commitments/", followup.commitments, name="commitments"),
    # --- Links in letters and mails: whoever holds the link may open it
    path("organisations/join/<str:token>/", organisations.join_organisation, name="join_organisation"),
    path("answer/<str:token>/", invitation_replies.forum_answer, name="forum_answer"),
    path("answer/<str:token>/receipt/", invitation_replies.forum_answer_receipt, name="forum_answer_receipt"),
    path("mail/stop/<str:token>/", mail_stops.mail_stop, name="mail_stop"),
    # --- Questions to the secretariat
    path("contact/", enquiries.contact, name="contact"),
    path("contact/<uuid:key>/", enquiries.contact_sent, name="contact_sent"),
    # --- About the portal
    path("privacy/", public.privacy, name="privacy"),
    path("accessibility/", public.accessibility, name="accessibility"),
]

urlpatterns = [
    *public_pages,
    path("for-you/hand-over/", handover.hand_over, name="hand_over"),
    path("for-you/hand-over/<int:pk>/", handover.hand_over, name="hand_over_of"),
    path("for-you/hand-over/<int:pk>/back/", handover.take_back_handover, name="take_back_handover"),
    # --- Accounts, notices and offices
    path("account/log/", access_log.account_log, name="account_log"),
    path("desk/settings/", holidays.desk_holidays, name="desk_holidays"),
    path("desk/settings/holidays/<int:pk>/strike/", holidays.desk_holiday_strike, name="desk_holiday_strike"),
    path("desk/accounts/", accounts.desk_accounts, name="desk_accounts"),
    path("desk/accounts/offices/", accounts.desk_offices, name="desk_offices"),
    path("desk/accounts/<int:pk>/", accounts.desk_account, name="desk_account"),
    path("desk/accounts/<int:pk>/<slug:verb>/", accounts.desk_account_act, name="desk_account_act"),
    path("desk/proposals/", proposals.desk_proposals, name="desk_proposals"),
    path("desk/proposals/<uuid:key>/", proposals.desk_proposal, name="desk_proposal"),
    path("desk/proposals/<uuid:key>/<slug:verb>/", proposals.desk_proposal_move, name="desk_proposal_move"),
    path("account/notices/", organisations.notices, name="notices"),
    # --- Organisations and their people
    path("organisations/register/", organisations.register_organisation, name="register_organisation"),
    path("organisations/<int:pk>/invite/", organisations.invite_officer, name="invite_officer"),
    path("organisations/<int:pk>/sign-off/", organisations.sign_off_rule, name="sign_off_rule"),
    path("organisations/<int:pk>/people/<int:membership>/end/", organisations.end_membership, name="end_membership"),
    path("desk/organisations/", organisations.desk_organisations, name="desk_organisations"),
    path("desk/organisations/<int:pk>/", organisations.desk_organisation, name="desk_organisation"),
    path(
        "desk/organisations/<int:pk>/<slug:verb>/", organisations.desk_organisation_move, name="desk_organisation_move"
    ),
    # --- Writing and sending an input
    path("submit/", submissions.submit, name="submit"),
    path("submit/<uuid:key>/", submissions.draft, name="draft"),
    path("submit/<uuid:key>/late/", submissions.ask_late, name="ask_late"),
    path("receipts/<str:reference>/", submissions.receipt, name="receipt"),
    path("desk/<consultation:slug>/late/", submissions.late_inputs, name="late_inputs"),
    path("desk/late/<uuid:key>/<slug:verb>/", submissions.late_input_move, name="late_input_move"),
    path("submit/<uuid:key>/save/", drafts.draft_save, name="draft_save"),
    path("submit/<uuid:key>/preview/", drafts.draft_preview, name="draft_preview"),
    path("submit/<uuid:key>/sign-off/", drafts.sign_off, name="sign_off"),
    path("inputs/<uuid:key>/files/", attachments.attachment_add, name="attachment_add"),
    path("inputs/<uuid:key>/files/<uuid:file>/", attachments.attachment_chunk, name="attachment_chunk"),
    path("files/<uuid:key>/remove/", attachments.attachment_remove, name="attachment_remove"),
    # --- Letters and mail: what arrives on paper
    path("desk/<consultation:slug>/intake/", paper_intake.intake, name="intake"),
    path("desk/<consultation:slug>/intake/new/", paper_intake.intake_new, name="intake_new"),
    path("desk/intake/<uuid:key>/", paper_intake.intake_check, name="intake_check"),
    path("desk/intake/<uuid:key>/correct/", paper_intake.intake_correct, name="intake_correct"),
    path("desk/intake/<uuid:key>/<slug:verb>/", paper_intake.intake_move, name="intake_move"),
    # --- Questions to the secretariat
    path("desk/<consultation:slug>/enquiries/", enquiries.desk_enquiries, name="desk_enquiries"),
    path("desk/<consultation:slug>/enquiries/new/", enquiries.desk_enquiry_new, name="desk_enquiry_new"),
    path("desk/enquiries/", enquiries.desk_general_enquiries, name="desk_general_enquiries"),
    path("desk/enquiries/new/", enquiries.desk_enquiry_new, name="desk_general_enquiry_new"),
    path("desk/enquiries/<uuid:key>/", enquiries.desk_enquiry, name="desk_enquiry"),
    path("desk/enquiries/<uuid:key>/<slug:verb>/", enquiries.desk_enquiry_move, name="desk_enquiry_move"),
    # --- Imports and jobs
    path("desk/<consultation:slug>/imports/", imports.import_inputs, name="import_inputs"),
    path("desk/imports/<slug:slug>.xlsx", imports.import_template, name="import_template"),
    path("desk/jobs/<uuid:key>/", imports.job, name="job"),
    path("desk/jobs/<uuid:key>/names/", imports.job_names, name="job_names"),
    path("desk/jobs/<uuid:key>/confirm/", imports.job_confirm, name="job_confirm"),
    path("desk/jobs/<uuid:key>/rows-to-correct.xlsx", imports.job_left_out, name="job_left_out"),
    # --- Reading inputs at the desk
    path("desk/<consultation:slug>/inputs/", screening.desk_inputs, name="desk_inputs"),
    path("desk/inputs/<uuid:key>/", splitting.desk_input, name="desk_input"),
    path("desk/inputs/<uuid:key>/points/", splitting.desk_input_split, name="desk_input_split"),
    path(
        "desk/inputs/<uuid:key>/points/<int:number>/<slug:verb>/", splitting.desk_input_point, name="desk_input_point"
    ),
    path("desk/inputs/<uuid:key>/notes/", splitting.desk_note, name="desk_note"),
    path("desk/inputs/<uuid:key>/assign/", screening.desk_assign, name="desk_assign"),
    path("desk/inputs/<uuid:key>/hiding/", moderation.desk_hiding, name="desk_hiding"),
    path("desk/inputs/<uuid:key>/hiding/<int:pk>/<slug:verb>/", moderation.desk_hiding_move, name="desk_hiding_move"),
    path("my-organisation/inputs/<uuid:key>/hidden/", moderation.my_hidden_words, name="my_hidden_words"),
    path(
        "my-organisation/inputs/<uuid:key>/hidden/<int:pk>/<slug:verb>/",
        moderation.my_hidden_words_move,
        name="my_hidden_words_move",
    ),
    path("desk/inputs/<uuid:key>/<slug:verb>/", screening.desk_input_move, name="desk_input_move"),
    path("desk/inputs/together/", bulk_screening.desk_bulk, name="desk_bulk"),
    path("desk/<consultation:slug>/inputs/undo/", bulk_screening.desk_bulk_undo, name="desk_bulk_undo"),
    # --- Points
    path("sessions/<int:pk>/points/", points.session_points, name="session_points"),
    path("sessions/<int:pk>/points/hand-in/", points.session_hand_in, name="session_hand_in"),
    path("sessions/<int:pk>/read-back/", points.session_read_back, name="session_read_back"),
    path(
        "sessions/<int:pk>/read-back/<int:number>/<slug:verb>/",
        points.session_read_back_move,
        name="session_read_back_move",
    ),
    path("sessions/<int:pk>/points/<int:number>/correct/", points.session_point_correct, name="session_point_correct"),
    path("sessions/<int:pk>/points/<int:number>/<slug:verb>/", points.session_point_move, name="session_point_move"),
    path("desk/<consultation:slug>/points/", points.desk_points, name="desk_points"),
    path("desk/points/<str:reference>/", points.desk_point, name="desk_point"),
    path("desk/points/<str:reference>/merge/", points.desk_point_merge, name="desk_point_merge"),
    path("desk/points/<str:reference>/<slug:verb>/", points.desk_point_move, name="desk_point_move"),
    # --- Duplicates
    path("desk/<consultation:slug>/duplicates/", duplicates.likenesses, name="likenesses"),
    path("desk/<consultation:slug>/duplicates/search/", duplicates.likenesses_compare, name="likenesses_compare"),
    path("desk/likenesses/<int:pk>/", duplicates.likeness, name="likeness"),
    path("desk/likenesses/<int:pk>/merge/", duplicates.likeness_merge, name="likeness_merge"),
    path("desk/likenesses/<int:pk>/dismiss/", duplicates.likeness_dismiss, name="likeness_dismiss"),
    path("desk/likenesses/<int:pk>/<slug:verb>/", duplicates.likeness_move, name="likeness_move"),
    # --- Reminders and replies
    path("desk/<consultation:slug>/coverage/", coverage_desk, name="coverage_desk"),
    path("desk/<consultation:slug>/no-input/", reminders.non_responses, name="non_responses"),
    path("desk/<consultation:slug>/no-input/letters/", reminders.non_responses_letters, name="non_responses_letters"),
    path("desk/<consultation:slug>/replies/", feedback.desk_replies, name="desk_replies"),
    path("desk/replies/<int:pk>/", feedback.desk_reply, name="desk_reply"),
    # --- Forums: home, seats, documents
    path("desk/forums/<slug:slug>/", forums.forum_home, name="forum_home"),
    path("desk/forums/<slug:slug>/facts/", forums.forum_facts, name="forum_facts"),
    path("desk/forums/<slug:slug>/seats/", forums.forum_seats, name="forum_seats"),
    path("desk/forums/<slug:slug>/documents/", forums.forum_documents, name="forum_documents"),
    path(
        "desk/forums/<slug:slug>/documents/<uuid:key>/<slug:verb>/",
        forums.forum_document_move,
        name="forum_document_move",
    ),
    path("desk/forums/<slug:slug>/moves/<slug:verb>/", forums.forum_move, name="forum_move"),
    # --- Forums: programme
    path("forums/<slug:slug>/mine.ics", programme.forum_ics_mine, name="forum_ics_mine"),
    path("desk/forums/<slug:slug>/programme/", programme.forum_programme, name="forum_programme"),
    path("desk/forums/<slug:slug>/programme/breakouts/", programme.forum_breakouts, name="forum_breakouts"),
    path("desk/forums/<slug:slug>/programme/<int:pk>/", programme.forum_session, name="forum_session"),
    path(
        "desk/forums/<slug:slug>/programme/<int:pk>/parts/<int:role>/",
        programme.forum_part_away,
        name="forum_part_away",
    ),
    path(
        "desk/forums/<slug:slug>/programme/<int:pk>/<slug:verb>/",
        programme.forum_session_move,
        name="forum_session_move",
    ),
    path("desk/forums/<slug:slug>/copy/", programme.forum_copy, name="forum_copy"),
    # --- Forums: letters of invitation
    path("desk/forums/<slug:slug>/letters/", invitations.forum_letters_list, name="forum_letters"),
    path("desk/forums/<slug:slug>/letters/new/", invitations.forum_letters_new, name="forum_letters_new"),
    path(
        "desk/forums/<slug:slug>/letters/send/",
        invitations.forum_letters_review,
        {"kind": "send"},
        name="forum_letters_send",
    ),
    path(
        "desk/forums/<slug:slug>/letters/remind/",
        invitations.forum_letters_review,
        {"kind": "remind"},
        name="forum_letters_remind",
    ),
    path("desk/forums/<slug:slug>/letters/discard/", invitations.forum_letters_discard, name="forum_letters_discard"),
    path("desk/forums/<slug:slug>/letters/<uuid:key>/", invitations.forum_letter, name="forum_letter"),
    path(
        "desk/forums/<slug:slug>/letters/<uuid:key>/answer/",
        invitations.forum_letter_answer,
        name="forum_letter_answer",
    ),
    path(
        "desk/forums/<slug:slug>/letters/<uuid:key>/files/<uuid:file>/",
        invitations.forum_letter_file,
        name="forum_letter_file",
    ),
    path(
        "desk/forums/<slug:slug>/letters/<uuid:key>/<slug:verb>/",
        invitations.forum_letter_move,
        name="forum_letter_move",
    ),
    # --- Forums: delegates
    path("desk/forums/<slug:slug>/delegates/", delegates.forum_delegates, name="forum_delegates"),
    path(
        "desk/forums/<slug:slug>/delegates/together/", delegates.forum_delegates_decide, name="forum_delegates_decide"
    ),
    path("desk/forums/<slug:slug>/delegates/import/", delegates.forum_import, name="forum_import"),
    path("desk/forums/<slug:slug>/delegates/mails/", delegates.forum_tell, name="forum_tell"),
    path("desk/forums/<slug:slug>/delegates/promote/", delegates.forum_promote, name="forum_promote"),
    path("desk/forums/<slug:slug>/delegates/twins/", delegates.forum_twins, name="forum_twins"),
    path("desk/forums/<slug:slug>/delegates/twins/<int:first>/<int:second>/", delegates.forum_twin, name="forum_twin"),
    path("desk/forums/<slug:slug>/delegates/<int:pk>/", delegates.forum_delegate, name="forum_delegate"),
    path(
        "desk/forums/<slug:slug>/delegates/<int:pk>/<slug:verb>/",
        delegates.forum_delegate_move,
        name="forum_delegate_move",
    ),
    # --- Forums: check-in and the signed register
    path("door/<slug:slug>/", checkin.door, name="door"),
    path("door/<slug:slug>/list.json", checkin.door_list, name="door_list"),
    path("door/<slug:slug>/queue/", checkin.door_queue, name="door_queue"),
    path("door/<slug:slug>/door.webmanifest", checkin.door_manifest, name="door_manifest"),
    path("door/<slug:slug>/worker.js", checkin.door_worker, name="door_worker"),
    path("desk/forums/<slug:slug>/door/", checkin.forum_door, name="forum_door"),
    path("desk/forums/<slug:slug>/door/doubles/", checkin.forum_door_doubles, name="forum_door_doubles"),
    path("desk/forums/<slug:slug>/door/<uuid:key>/", checkin.forum_door_settle, name="forum_door_settle"),
    path("desk/forums/<slug:slug>/register/", checkin.forum_registers, name="forum_registers"),
    path("desk/forums/<slug:slug>/register/<slug:half>/", checkin.forum_register, name="forum_register"),
    # --- Forums: figures, lists and action points
    path("desk/forums/<slug:slug>/figures/", forum_statistics.forum_figures_desk, name="forum_figures"),
    path("desk/forums/<slug:slug>/lists/", forum_statistics.forum_lists, name="forum_lists"),
    path("my-organisation/actions/<uuid:key>/", followup.my_action, name="my_action"),
    path("desk/commitments/", followup.desk_commitments, name="desk_commitments"),
    path("desk/forums/<slug:slug>/actions/", followup.forum_actions, name="forum_actions"),
    path("desk/forums/<slug:slug>/actions/carry/", followup.forum_actions_carry, name="forum_actions_carry"),
    path("desk/forums/<slug:slug>/actions/<uuid:key>/", followup.forum_action, name="forum_action"),
    path(
        "desk/forums/<slug:slug>/actions/<uuid:key>/<slug:verb>/", followup.forum_action_move, name="forum_action_move"
    ),
    # --- Filters that an officer saves
    path("desk/<consultation:slug>/filters/<slug:page>/", saved_filters.desk_filters, name="desk_filters"),
    path(
        "desk/<consultation:slug>/filters/<slug:page>/<int:pk>/<slug:verb>/",
        saved_filters.desk_filter_move,
        name="desk_filter_move",
    ),
    # --- Consultations
    path("desk/<consultation:slug>/moves/<slug:verb>/", consultations.consultation_move, name="consultation_move"),
    # --- Lists as they were addressed before each consultation had its own
    *(
        path(f"desk/{word}/", consultations.any_list, {"name": name}, name=f"any_{name}")
        for word, name in LISTS.items()
    ),
    # --- The history of a record, and checks of everything stored
    path("desk/history/<str:kind>/<int:pk>/", history.desk_history, name="desk_history"),
    path("desk/checks/", integrity.desk_checks, name="desk_checks"),
]
