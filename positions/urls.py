"""URLs of the positions app by subject. Public pages come first, in `public_pages`."""

from django.urls import path

from positions.views import (
    adoption,
    alignment,
    briefs,
    clearance,
    clearance_letters,
    clearance_steps,
    comments,
    communique,
    consultation_settings,
    consultations,
    corrections,
    dispositions,
    drafting,
    drafting_room,
    editions,
    explorer,
    find,
    findings,
    forum_documents,
    forums,
    grounding,
    home,
    letter_texts,
    letterhead,
    mandates,
    meeting,
    milestones,
    new_consultation,
    open_data,
    outline,
    paper_intake,
    papers,
    paragraphs,
    participation,
    plenary,
    presence,
    public_documents,
    public_papers,
    restricted_copies,
    review,
    review_desk,
    review_files,
    roles,
    rules,
    split_merge,
    submissions,
    together,
    verification,
)

# Pages of the settings of a consultation, by the word in their address.
SETTINGS = {
    **consultation_settings.PAGES,
    "chain": clearance_steps.chain,
    "milestones": milestones.milestones,
    "documents": public_documents.documents,
    "forum": new_consultation.forum,
}

# Public pages. Every other page of this app requires an account.
public_pages = [
    # --- Home and themes
    path("", home.home, name="home"),
    path("themes/<slug:code>/", home.show, name="theme"),
    # --- The text in the room of a forum, by the code of a badge
    path("room/", plenary.room, name="room"),
    path("room/<slug:slug>/", plenary.room_screen, name="room_screen"),
    path("room/<slug:slug>/news", plenary.room_news, name="room_news"),
    # --- Inputs, and files for other programs
    path("inputs/<str:reference>/", submissions.show, name="input"),
    path("inputs.<slug:form>", open_data.inputs_export, name="inputs_export"),
    path("feed/inputs.json", open_data.feed_inputs, name="feed_inputs"),
    path("feed/points.json", open_data.feed_points, name="feed_points"),
    path("feed/openapi.json", open_data.openapi, name="openapi"),
    path("participation/", participation.show, name="participation"),
    path("participation/<slug:slug>.pdf", participation.pdf, name="participation_pdf"),
    path("forms/<slug:theme>.<slug:kind>", paper_intake.printed_form, name="printed_form"),
    # --- Forums
    path("forums/<slug:slug>/", forums.show, name="forum"),
    path("forums/<slug:slug>/pack/", forums.forum_pack, name="forum_pack"),
    path(
        "forums/<slug:slug>/communique/", communique.communique, name="communique"
    ),  # 404 for visitors until it is published
    path("forums/<slug:slug>/communique.txt", communique.communique_text, name="communique_text"),
    # --- Papers and editions
    path("papers/", public_papers.papers, name="papers"),
    path("papers/schema/edition-1.json", public_papers.edition_schema, name="edition_schema"),
    path("papers/<slug:slug>/", public_papers.paper, name="paper"),
    path("papers/<slug:slug>/history/", public_papers.paper_history, name="paper_history"),
    path("papers/<slug:slug>/alignment/", alignment.paper_alignment, name="paper_alignment"),
    path("papers/<slug:slug>/alignment/annex.pdf", alignment.paper_alignment_pdf, name="paper_alignment_pdf"),
    path("papers/<slug:slug>/compare/", editions.paper_compare, name="paper_compare"),
    path("papers/<slug:slug>/compare.pdf", restricted_copies.paper_compare_pdf, name="paper_compare_pdf"),
    path("papers/<slug:slug>/<str:number>/", public_papers.paper_edition, name="paper_edition"),
    path("papers/<slug:slug>/<str:number>/position-paper.<str:form>", public_papers.edition_file, name="edition_file"),
    path("papers/<slug:slug>/<str:number>/lines/", editions.edition_lines, name="edition_lines"),
    path("papers/<slug:slug>/<str:number>/lines/<int:line>/", editions.edition_line, name="edition_line"),
    path("papers/<slug:slug>/<str:number>/explore/", explorer.paper_explore, name="paper_explore"),
    path(
        "papers/<slug:slug>/<str:number>/paragraphs/<int:paragraph>/", explorer.paper_paragraph, name="paper_paragraph"
    ),
    # --- A text under review that everyone may read
    path("read/<slug:slug>/", review.read_review, name="read_review"),
    path("read/<slug:slug>/sections/<int:place>/", review.read_review_section, name="read_review_section"),
    path("read/<slug:slug>/print/", review.read_review_print, name="read_review_print"),
    # --- Verifying a copy
    path("verify/", verification.verify, name="verify"),
    path("verify/communique/<str:sha256>/", verification.verify_communique, name="verify_communique"),
    path("verify/<str:sha256>/", verification.verify_hash, name="verify_hash"),
    # --- Who may do what
    path("roles/", roles.show, name="roles"),
]

urlpatterns = [
    *public_pages,
    # --- The desk, and the rules of a consultation
    path("desk/", consultations.desk, name="desk"),
    path("desk/all/", consultations.desk_all, name="desk_all"),
    path("desk/<consultation:slug>/", consultations.desk_consultation, name="desk_consultation"),
    path("desk/<consultation:slug>/forums/", consultations.desk_forums, name="desk_forums"),
    path("desk/<consultation:slug>/preview/", home.preview, name="preview"),
    path("desk/<consultation:slug>/papers/", consultations.desk_papers, name="desk_papers"),
    path("find/", find.find, name="find"),
    path("desk/consultations/<slug:slug>/rules/", rules.desk_rules, name="desk_rules"),
    # --- What became of an organisation's inputs; co-signing
    path("points/<str:reference>/misread/", dispositions.misread, name="misread"),
    path("my-organisation/", dispositions.my_organisation, name="my_organisation"),
    path("my-organisation/inputs/<uuid:key>/", dispositions.my_input, name="my_input"),
    path("my-organisation/inputs/<uuid:key>/answers/", dispositions.my_input_answers, name="my_input_answers"),
    path("my-organisation/inputs/<uuid:key>/<slug:verb>/", dispositions.my_input_move, name="my_input_move"),
    path("inputs/<str:reference>/co-sign/", submissions.endorse, name="endorse"),
    path("inputs/<str:reference>/co-sign/<int:pk>/withdraw/", submissions.endorse_withdraw, name="endorse_withdraw"),
    # --- Drafting: papers and sections
    path("desk/papers/new/", drafting.desk_paper_new, name="desk_paper_new"),
    path("desk/papers/<slug:slug>/", drafting.desk_paper, name="desk_paper"),
    path("desk/papers/<slug:slug>/name/", drafting.desk_paper_name, name="desk_paper_name"),
    path("desk/papers/<slug:slug>/outline/", outline.desk_outline, name="desk_outline"),
    path("desk/papers/<slug:slug>/sections/new/", outline.desk_section_new, name="desk_section_new"),
    path("desk/papers/<slug:slug>/sections/<int:pk>/", drafting_room.desk_section, name="desk_section"),
    path("desk/papers/<slug:slug>/sections/<int:pk>/pick/", drafting_room.desk_section_pick, name="desk_section_pick"),
    path("desk/papers/<slug:slug>/sections/<int:pk>/writers/", presence.desk_writers, name="desk_writers"),
    path("desk/papers/<slug:slug>/sections/<int:pk>/heading/", outline.desk_section_edit, name="desk_section_edit"),
    path("desk/papers/<slug:slug>/sections/<int:pk>/place/", outline.desk_section_place, name="desk_section_place"),
    path("desk/papers/<slug:slug>/sections/<int:pk>/remove/", outline.desk_section_remove, name="desk_section_remove"),
    path("desk/papers/<slug:slug>/moves/<slug:verb>/", papers.desk_paper_move, name="desk_paper_move"),
    # --- Drafting: paragraphs, their sources and comments
    path("desk/papers/<slug:slug>/paragraphs/<uuid:key>/", paragraphs.desk_paragraph, name="desk_paragraph"),
    path(
        "desk/papers/<slug:slug>/paragraphs/<uuid:key>/both/",
        paragraphs.desk_paragraph_both,
        name="desk_paragraph_both",
    ),
    path(
        "desk/papers/<slug:slug>/paragraphs/<uuid:key>/place/",
        paragraphs.desk_paragraph_place,
        name="desk_paragraph_place",
    ),
    path(
        "desk/papers/<slug:slug>/paragraphs/<uuid:key>/remove/",
        paragraphs.desk_paragraph_remove,
        name="desk_paragraph_remove",
    ),
    path("desk/papers/<slug:slug>/paragraphs/<uuid:key>/sources/", paragraphs.desk_sources, name="desk_sources"),
    path(
        "desk/papers/<slug:slug>/paragraphs/<uuid:key>/sources/confirm/",
        paragraphs.desk_sources_confirm,
        name="desk_sources_confirm",
    ),
    path(
        "desk/papers/<slug:slug>/paragraphs/<uuid:key>/sources/<int:pk>/confirm/",
        paragraphs.desk_source_confirm,
        name="desk_source_confirm",
    ),
    path(
        "desk/papers/<slug:slug>/paragraphs/<uuid:key>/sources/<int:pk>/remove/",
        paragraphs.desk_source_remove,
        name="desk_source_remove",
    ),
    path(
        "desk/papers/<slug:slug>/paragraphs/<uuid:key>/history/",
        split_merge.desk_paragraph_history,
        name="desk_paragraph_history",
    ),
    path(
        "desk/papers/<slug:slug>/paragraphs/<uuid:key>/split/",
        split_merge.desk_paragraph_split,
        name="desk_paragraph_split",
    ),
    path(
        "desk/papers/<slug:slug>/paragraphs/<uuid:key>/merge/",
        split_merge.desk_paragraph_merge,
        name="desk_paragraph_merge",
    ),
    path("desk/papers/<slug:slug>/paragraphs/<uuid:key>/comments/", comments.desk_comment, name="desk_comment"),
    path(
        "desk/papers/<slug:slug>/paragraphs/<uuid:key>/comments/<int:pk>/settle/",
        comments.desk_comment_resolve,
        name="desk_comment_resolve",
    ),
    # --- Drafting: coverage and dispositions
    path("desk/papers/<slug:slug>/coverage/", grounding.desk_coverage, name="desk_coverage"),
    path("desk/papers/<slug:slug>/dispositions/", grounding.desk_dispositions, name="desk_dispositions"),
    path(
        "desk/papers/<slug:slug>/dispositions/<path:reference>/ground/",
        grounding.desk_disposition_ground,
        name="desk_disposition_ground",
    ),
    path("desk/papers/<slug:slug>/dispositions/<path:reference>/", grounding.desk_disposition, name="desk_disposition"),
    # --- Review and amendments
    path("review/<slug:slug>/", review.review, name="review"),
    path("review/<slug:slug>/sections/<int:place>/", review.review_section, name="review_section"),
    path("review/<slug:slug>/print/", review.review_print, name="review_print"),
    path("review/<slug:slug>/<uuid:key>/", review.review_paragraph, name="review_paragraph"),
    path("review/<slug:slug>/amendments/<int:pk>/", review.review_amendment, name="review_amendment"),
    path("review/<slug:slug>/amendments/<int:pk>/withdraw/", review.review_withdraw, name="review_withdraw"),
    path("review/<slug:slug>/amendments/<int:pk>/confirm/", review.review_confirm, name="review_confirm"),
    path("review/<slug:slug>/amendments/<int:pk>/answer/", review.review_answer, name="review_answer"),
    path("review/<slug:slug>/amendments/<int:pk>/join/", review.review_join, name="review_join"),
    path("review/<slug:slug>/amendments/<int:pk>/leave/", review.review_leave, name="review_leave"),
    path("review/<slug:slug>/text.docx", review_files.review_docx, name="review_docx"),
    path("review/<slug:slug>/import/", review_files.review_import, name="review_import"),
    # --- Review at the desk
    path("desk/papers/<slug:slug>/review/", review_desk.desk_review, name="desk_review"),
    path("desk/papers/<slug:slug>/review/amendments/", review_desk.desk_amendments, name="desk_amendments"),
    path(
        "desk/papers/<slug:slug>/review/sections/<int:pk>/", review_desk.desk_review_section, name="desk_review_section"
    ),
    path(
        "desk/papers/<slug:slug>/review/paragraphs/<uuid:key>/", review_desk.desk_choose_text, name="desk_choose_text"
    ),
    path("desk/papers/<slug:slug>/review/<int:pk>/", review_desk.desk_amendment, name="desk_amendment"),
    path(
        "desk/papers/<slug:slug>/review/<int:pk>/accept/",
        review_desk.desk_amendment_accept,
        name="desk_amendment_accept",
    ),
    path(
        "desk/papers/<slug:slug>/review/<int:pk>/in-part/",
        review_desk.desk_amendment_in_part,
        name="desk_amendment_in_part",
    ),
    path(
        "desk/papers/<slug:slug>/review/<int:pk>/decline/",
        review_desk.desk_amendment_decline,
        name="desk_amendment_decline",
    ),
    path(
        "desk/papers/<slug:slug>/review/<int:pk>/together/",
        together.desk_amendments_together,
        name="desk_amendments_together",
    ),
    path(
        "desk/papers/<slug:slug>/review/<int:pk>/recommend/",
        review_desk.desk_amendment_recommend,
        name="desk_amendment_recommend",
    ),
    # --- Clearance
    path("clearances/", clearance.clearances, name="clearances"),
    path("clearances/<int:pk>/", clearance.clearance, name="clearance"),
    path("clearances/<int:pk>/agree/", clearance.clearance_agree, name="clearance_agree"),
    path("clearances/<int:pk>/remind/", clearance.clearance_remind, name="clearance_remind"),
    path("clearances/<int:pk>/silence/", clearance.clearance_silence, name="clearance_silence"),
    path(
        "clearances/<int:pk>/paragraphs/<uuid:key>/reservation/",
        clearance.clearance_reservation,
        name="clearance_reservation",
    ),
    path("clearances/<int:pk>/print/", clearance.clearance_print, name="clearance_print"),
    path("clearances/<int:pk>/<uuid:key>/", clearance.clearance_stance, name="clearance_stance"),
    path("desk/papers/<slug:slug>/clearance/", clearance.desk_clearance, name="desk_clearance"),
    path("clearances/<int:pk>/letters/new/", clearance_letters.letter_new, name="letter_new"),
    path("letters/<uuid:key>/", clearance_letters.letter, name="letter"),
    path("letters/<uuid:key>/scan/", clearance_letters.letter_scan, name="letter_scan"),
    path("letters/<uuid:key>/<slug:verb>/", clearance_letters.letter_move, name="letter_move"),
    path("steps/<slug:slug>/<int:pk>/", clearance_steps.step, name="step"),
    path("steps/<slug:slug>/<int:pk>/answers/<int:answer>/", clearance_steps.step_countersign, name="step_countersign"),
    path("desk/papers/<slug:slug>/clearance/matrix/", mandates.desk_matrix, name="desk_matrix"),
    path("desk/papers/<slug:slug>/paragraphs/<uuid:key>/mandate/", mandates.desk_mandate, name="desk_mandate"),
    # --- Plenary: the screen and the chair's desk
    path("screen/<slug:slug>/", plenary.screen, name="screen"),
    path("screen/<slug:slug>/news", plenary.screen_news, name="screen_news"),
    path("desk/forums/<slug:slug>/screen/", plenary.forum_screen, name="forum_screen"),
    path("desk/forums/<slug:slug>/screen/news", plenary.forum_screen_news, name="forum_screen_news"),
    path("desk/forums/<slug:slug>/chair/", plenary.forum_chair, name="forum_chair"),
    path("desk/forums/<slug:slug>/chair/show/", plenary.forum_chair_show, name="forum_chair_show"),
    path("desk/forums/<slug:slug>/chair/speakers/", plenary.forum_chair_ask, name="forum_chair_ask"),
    path(
        "desk/forums/<slug:slug>/chair/speakers/<uuid:key>/<slug:verb>/",
        plenary.forum_chair_speech,
        name="forum_chair_speech",
    ),
    path(
        "desk/forums/<slug:slug>/chair/sessions/<int:pk>/<slug:verb>/",
        plenary.forum_chair_session,
        name="forum_chair_session",
    ),
    path("desk/forums/<slug:slug>/chair/paragraphs/<uuid:key>/", plenary.forum_chair_decide, name="forum_chair_decide"),
    path(
        "desk/forums/<slug:slug>/chair/paragraphs/<uuid:key>/words/",
        plenary.forum_chair_words,
        name="forum_chair_words",
    ),
    # --- Adoption
    path("desk/papers/<slug:slug>/adoption/", adoption.desk_adoption, name="desk_adoption"),
    path("desk/papers/<slug:slug>/adoption/forum/", adoption.desk_paper_forum, name="desk_paper_forum"),
    path("desk/papers/<slug:slug>/adoption/quorum/", adoption.desk_quorum, name="desk_quorum"),
    path("desk/papers/<slug:slug>/adoption/reservations/", adoption.desk_reservation, name="desk_reservation"),
    path(
        "desk/papers/<slug:slug>/adoption/reservations/<int:pk>/withdraw/",
        adoption.desk_reservation_withdraw,
        name="desk_reservation_withdraw",
    ),
    path("desk/papers/<slug:slug>/adoption/roll-call/", meeting.desk_roll_call, name="desk_roll_call"),
    path("desk/papers/<slug:slug>/adoption/paragraphs/", meeting.desk_agreed, name="desk_agreed"),
    path("desk/papers/<slug:slug>/adoption/explanations/", meeting.desk_explanation, name="desk_explanation"),
    path(
        "desk/papers/<slug:slug>/adoption/explanations/<int:pk>/withdraw/",
        meeting.desk_explanation_withdraw,
        name="desk_explanation_withdraw",
    ),
    # --- Publication and corrections
    path(
        "desk/papers/<slug:slug>/publication/corrections/new/",
        corrections.desk_corrigendum_new,
        name="desk_corrigendum_new",
    ),
    path(
        "desk/papers/<slug:slug>/publication/corrections/<int:pk>/",
        corrections.desk_corrigendum,
        name="desk_corrigendum",
    ),
    path(
        "desk/papers/<slug:slug>/publication/corrections/<int:pk>/<slug:verb>/",
        corrections.desk_corrigendum_move,
        name="desk_corrigendum_move",
    ),
    path("desk/papers/<slug:slug>/publication/", adoption.desk_publication, name="desk_publication"),
    path("desk/papers/<slug:slug>/publication/files/", adoption.desk_files, name="desk_files"),
    # --- Forums: printed documents and communiqué
    path("desk/forums/<slug:slug>/letters.pdf", forum_documents.forum_letters_pdf, name="forum_letters_pdf"),
    path("desk/forums/<slug:slug>/letters/<uuid:key>.pdf", forum_documents.forum_letter_pdf, name="forum_letter_pdf"),
    path("desk/forums/<slug:slug>/print/", forum_documents.forum_papers, name="forum_papers"),
    path("desk/forums/<slug:slug>/print/<slug:paper>/", forum_documents.forum_print, name="forum_print"),
    path("desk/forums/<slug:slug>/print/<slug:paper>.pdf", forum_documents.forum_paper, name="forum_paper"),
    path("desk/forums/<slug:slug>/minutes/", forum_documents.forum_minutes, name="forum_minutes"),
    path("desk/forums/<slug:slug>/communique/", communique.forum_communique, name="forum_communique"),
    path(
        "desk/forums/<slug:slug>/communique/<slug:verb>/",
        communique.forum_communique_move,
        name="forum_communique_move",
    ),
    # --- A new consultation, and settings
    path("desk/new/", new_consultation.desk_new, name="desk_new"),
    path("desk/new/<consultation:slug>/<slug:step>/", new_consultation.desk_new_step, name="desk_new_step"),
    path("desk/new/<consultation:slug>/themes/<slug:code>/", new_consultation.desk_new_theme, name="desk_new_theme"),
    path("desk/<consultation:slug>/settings/", consultation_settings.desk_settings, name="desk_settings"),
    path(
        "desk/<consultation:slug>/settings/themes/<slug:code>/",
        consultation_settings.desk_settings_theme,
        name="desk_settings_theme",
    ),
    path("desk/<consultation:slug>/settings/letterhead/", letterhead.desk_letterhead, name="desk_letterhead"),
    path("desk/<consultation:slug>/settings/letters/", letter_texts.desk_letters, name="desk_letters"),
    path(
        "desk/<consultation:slug>/settings/letters/<slug:kind>/<slug:language>/",
        letter_texts.desk_letter_text,
        name="desk_letter_text",
    ),
    path(
        "desk/<consultation:slug>/settings/letters/<slug:kind>/<slug:language>/preview/",
        letter_texts.desk_letter_preview,
        name="desk_letter_preview",
    ),
    path(
        "desk/<consultation:slug>/settings/letters/<slug:kind>/<slug:language>/test/",
        letter_texts.desk_letter_test,
        name="desk_letter_test",
    ),
    path(
        "desk/<consultation:slug>/settings/letters/<slug:kind>/<slug:language>/restore/",
        letter_texts.desk_letter_restore,
        name="desk_letter_restore",
    ),
    path(
        "desk/<consultation:slug>/settings/documents/<uuid:key>/remove/",
        public_documents.desk_settings_document_remove,
        name="desk_settings_document_remove",
    ),
    path(
        "desk/<consultation:slug>/settings/milestones/<int:pk>/",
        milestones.desk_settings_milestone,
        name="desk_settings_milestone",
    ),
    path(
        "desk/<consultation:slug>/settings/milestones/<int:pk>/name/",
        milestones.desk_settings_milestone_name,
        name="desk_settings_milestone_name",
    ),
    path(
        "desk/<consultation:slug>/settings/<slug:page>/",
        consultation_settings.desk_settings_page,
        {"pages": SETTINGS},
        name="desk_settings_page",
    ),
    # --- After adoption
    path("desk/papers/<slug:slug>/after/", findings.desk_after, name="desk_after"),
    path("desk/papers/<slug:slug>/after/<int:pk>/", findings.desk_findings, name="desk_findings"),
    path("desk/papers/<slug:slug>/after/<int:pk>/dates/", findings.desk_milestone, name="desk_milestone"),
    path("desk/papers/<slug:slug>/after/<int:pk>/release/", findings.desk_release, name="desk_release"),
    path("desk/papers/<slug:slug>/after/<int:pk>/findings/<int:finding>/", findings.desk_finding, name="desk_finding"),
    path(
        "desk/papers/<slug:slug>/after/<int:pk>/findings/<int:finding>/strike/",
        findings.desk_finding_strike,
        name="desk_finding_strike",
    ),
    # --- Restricted annexes, briefs and copies
    path("restricted/<slug:slug>/delegation.pdf", restricted_copies.delegation_pdf, name="delegation_pdf"),
    path("restricted/<slug:slug>/briefs/<int:pk>/", briefs.brief, name="brief"),
    path("restricted/<slug:slug>/briefs/<int:pk>/brief.pdf", briefs.brief_pdf, name="brief_pdf"),
    path("restricted/<slug:slug>/briefs/<int:pk>/write/", briefs.brief_write, name="brief_write"),
    path("restricted/<slug:slug>/", corrections.annexes, name="annexes"),
    path("restricted/<slug:slug>/<int:number>/", corrections.annex_write, name="annex_write"),
    path("restricted/<slug:slug>/review-report/<slug:table>.csv", findings.review_report, name="review_report"),
]
