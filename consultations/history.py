"""What the journal's verbs say to people: a sentence for each, and the kind of change that it is.

A verb may have another sentence for records of one model, under "model.verb". A sentence in DETAILED names details of
the entry; where those were erased, or an older entry has none, that in SENTENCES is used.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ncm_portal.workflow import Words


class Kind(TextChoices):
    """Kind of change, by which a history is filtered."""

    DECISIONS = "decisions", _("Decisions")
    WORDS = "words", _("Words")
    MAIL = "mail", _("Mail")
    PEOPLE = "people", _("People")
    OTHER = "other", _("Other")


D, W, M, P, X = Kind
SENTENCES: dict[str, tuple[Kind, Words]] = {
    # Inputs
    "draft": (W, _("%(who)s began a draft")),
    "ask_sign_off": (D, _("%(who)s asked for the sign-off")),
    "sign_off": (D, _("%(who)s signed it off")),
    "edit_after_sign_off": (W, _("%(who)s changed it after the sign-off, which ended with that")),
    "submit": (D, _("%(who)s sent it")),
    "ask_late": (D, _("%(who)s asked to send it after the deadline")),
    "admit_late": (D, _("%(who)s allowed it after the deadline")),
    "refuse_late": (D, _("%(who)s did not allow it after the deadline")),
    "take_in": (D, _("%(who)s registered it from paper or mail")),
    "take_in_many": (D, _("%(who)s registered it from a spreadsheet")),
    "retype": (W, _("%(who)s corrected the typed text")),
    "check_against_original": (D, _("%(who)s confirmed that it matches the original")),
    "accept": (D, _("%(who)s read it and put it on file")),
    "return_for_completion": (D, _("%(who)s asked the sender to complete it")),
    "set_aside": (D, _("%(who)s set it aside")),
    "reopen": (D, _("%(who)s took the decision back")),
    "undo_at_once": (D, _("%(who)s took the decision back: undone at once")),
    "withdraw": (D, _("%(who)s withdrew it")),
    "hide_words": (D, _("%(who)s hid words of it from readers, as the second officer")),
    "show_words": (D, _("%(who)s showed hidden words of it to readers again")),
    "object_to_hiding": (D, _("%(who)s objected to the hiding of words")),
    "uphold_hiding": (D, _("%(who)s answered the objection: the words stay hidden")),
    "lift_hiding": (D, _("%(who)s showed the words to readers again")),
    "assign": (P, _("%(who)s changed to whom it is assigned")),
    "undo_assign": (P, _("%(who)s took the assignment back")),
    "hand_over": (P, _("%(who)s handed over the open work")),
    "take_back_handover": (P, _("%(who)s gave the handed-over work back")),
    "hand_over_part": (P, _("%(who)s gave a part in the session to a colleague")),
    "note": (W, _("%(who)s wrote an internal note")),
    "answer_question": (W, _("%(who)s answered a question of the secretariat")),
    "endorse": (P, _("%(who)s co-signed it for an organisation")),
    "withdraw_endorsement": (P, _("%(who)s withdrew a co-signature")),
    "add_file": (W, _("%(who)s added a file")),
    "hold_file": (W, _("%(who)s added a file that waits for the virus scanner")),
    "admit_file": (W, _("The virus scanner found nothing in a file")),
    "refuse_file": (W, _("The virus scanner refused a file")),
    "reject_file": (W, _("A file was refused while it was added")),
    "remove_file": (W, _("%(who)s removed a file")),
    "give_up_file": (W, _("An upload that had stopped was given up")),
    # Enquiries
    "send_enquiry": (D, _("It was sent by the form on the website")),
    "register_enquiry": (D, _("%(who)s entered it for who asked")),
    "move_enquiry": (D, _("%(who)s moved it to another consultation, or to none")),
    "answer_enquiry": (D, _("%(who)s answered it")),
    "close_enquiry": (D, _("%(who)s closed it")),
    "dismiss_enquiry": (D, _("%(who)s closed it without an answer")),
    "reopen_enquiry": (D, _("%(who)s opened it again")),
    # Points and duplicates
    "write": (W, _("%(who)s wrote it")),
    "correct_point": (W, _("%(who)s corrected it")),
    "hand_in": (D, _("%(who)s handed it in")),
    "send_back": (D, _("%(who)s sent it back to the rapporteur")),
    "validate": (D, _("%(who)s confirmed it")),
    "take_back": (D, _("%(who)s took it back")),
    "point.merge": (D, _("%(who)s joined it to another point")),
    "unmerge": (D, _("%(who)s separated it from the other point again")),
    "dispose": (D, _("It was answered with the publication of the paper")),
    "decide": (D, _("%(who)s decided what becomes of it")),
    "say_misread": (D, _("%(who)s replied that it was misread")),
    "answer_misreading": (D, _("%(who)s answered the reply")),
    "ask_to_compare": (X, _("%(who)s asked to look for duplicates")),
    "compare": (X, _("The portal looked for duplicates")),
    "merge_likeness": (D, _("%(who)s decided that they are duplicates")),
    "dismiss_likeness": (D, _("%(who)s decided that they are no duplicates")),
    "reopen_likeness": (D, _("%(who)s took the decision back")),
    # Organisations and people
    "register": (D, _("%(who)s registered it")),
    "verify": (D, _("%(who)s verified it")),
    "refuse": (D, _("%(who)s refused it")),
    "suspend": (D, _("%(who)s suspended it")),
    "reinstate": (D, _("%(who)s reinstated it")),
    "invite": (M, _("%(who)s invited somebody to act for it")),
    "join": (P, _("%(who)s joined it")),
    "leave": (P, _("Somebody no longer acts for it: ended by %(who)s")),
    "confirm_mandate": (D, _("%(who)s confirmed a mandate")),
    "ask_for_sign_offs": (D, _("%(who)s decided that inputs need a sign-off")),
    "drop_sign_offs": (D, _("%(who)s decided that inputs need no sign-off")),
    "request_input": (M, _("%(who)s asked for an input by letter")),
    "stakeholder.remind": (M, _("%(who)s sent a reminder")),
    "choose_notices": (P, _("%(who)s chose which mail to get")),
    "appoint": (P, _("%(who)s changed the office")),
    "close_account": (P, _("%(who)s closed the account")),
    "reopen_account": (P, _("%(who)s opened the account again")),
    "correct_address": (P, _("%(who)s corrected the e-mail address")),
    "repair_address": (P, _("The spelling of an e-mail address was corrected by %(who)s")),
    "give_up_address": (P, _("An account was closed, because its e-mail address was that of another")),
    "restore_access": (P, _("%(who)s restored access to the account")),
    "erase": (P, _("%(who)s erased personal data")),
    # Two people
    "propose": (D, _("%(who)s proposed it")),
    "confirm_proposal": (D, _("%(who)s confirmed it")),
    "refuse_proposal": (D, _("%(who)s did not confirm it")),
    "withdraw_proposal": (D, _("%(who)s withdrew the proposal")),
    "lapse_proposal": (D, _("The proposal lapsed")),
    # Consultations
    "begin_consultation": (W, _("%(who)s began it")),
    "change_facts": (W, _("%(who)s changed its names, purpose or dates")),
    "choose_themes": (D, _("%(who)s chose the themes")),
    "add_theme": (W, _("%(who)s added a theme")),
    "write_questions": (W, _("%(who)s changed the questions about a theme")),
    "choose_team": (P, _("%(who)s changed the team")),
    "set_rules": (D, _("%(who)s set the rules")),
    "add_document": (W, _("%(who)s added a document for the public")),
    "withdraw_document": (W, _("%(who)s removed a document for the public")),
    "open_consultation": (D, _("%(who)s opened it for inputs")),
    "open_early": (D, _("%(who)s opened it before the planned day")),
    "close_consultation": (D, _("%(who)s closed it for inputs")),
    "extend": (D, _("%(who)s extended the deadline")),
    "archive": (D, _("%(who)s archived it")),
    "change_rules": (D, _("%(who)s changed the rules, as the second person")),
    "add_milestone": (W, _("%(who)s added the milestone")),
    "name_milestone": (W, _("%(who)s changed its name or place")),
    "date_milestone": (D, _("%(who)s changed the date or the state")),
    "add_holiday": (D, _("%(who)s added the holiday")),
    "strike_holiday": (D, _("%(who)s took the holiday out of the calendar")),
    "load_archive": (X, _("It was loaded from an archive")),
    "commit_to_records": (X, _("The journal took up the records of an older version")),
    # Forums
    "announce": (D, _("%(who)s announced it")),
    "close_registration": (D, _("%(who)s closed registration")),
    "open_forum": (D, _("%(who)s opened it")),
    "close_forum": (D, _("%(who)s closed it")),
    "reopen_registration": (D, _("%(who)s opened registration again")),
    "take_back_opening": (D, _("%(who)s took the opening back")),
    "reopen_forum": (D, _("%(who)s opened it again")),
    "report_forum": (D, _("%(who)s marked it as reported")),
    "cancel_forum": (D, _("%(who)s cancelled it")),
    "add_forum": (W, _("%(who)s added the forum")),
    "change_forum": (W, _("%(who)s changed its name, place or days")),
    "change_announced_forum": (W, _("%(who)s changed what was announced about it")),
    "copy_forum": (X, _("%(who)s made it as a copy of another forum")),
    "set_seats": (D, _("%(who)s changed the seats")),
    "print_paper": (X, _("%(who)s printed a document")),
    "change_document": (W, _("%(who)s changed a document")),
    "remove_document": (W, _("%(who)s removed a document")),
    "add_session": (W, _("%(who)s added a session")),
    "change_session": (W, _("%(who)s changed a session")),
    "move_session": (W, _("%(who)s moved a session")),
    "breakouts_for_themes": (W, _("%(who)s made a breakout session for each theme")),
    "open_session": (D, _("%(who)s opened the session")),
    "close_session": (D, _("%(who)s closed the session")),
    "reopen_session": (D, _("%(who)s opened the session again")),
    "cancel_session": (D, _("%(who)s cancelled the session")),
    "give_part": (P, _("%(who)s gave somebody a part in the session")),
    "take_part": (P, _("%(who)s took somebody's part in the session away")),
    "ask_floor": (P, _("%(who)s put a speaker on the list")),
    "give_floor": (P, _("%(who)s gave the floor to a speaker")),
    "end_speech": (P, _("%(who)s ended a speech")),
    "strike_speech": (P, _("%(who)s struck a speaker off the list")),
    "move_speech": (P, _("%(who)s moved a speaker on the list")),
    "show_on_screen": (X, _("%(who)s changed what the screen shows")),
    # Letters, delegates and check-in
    "write_invitation": (M, _("%(who)s wrote the letter of invitation")),
    "change_invitation": (M, _("%(who)s changed the letter of invitation")),
    "discard_invitation": (D, _("%(who)s discarded the letter, which was not sent")),
    "send_invitation": (M, _("%(who)s sent the letter")),
    "remind_invited": (M, _("%(who)s sent a reminder")),
    "reissue_link": (M, _("%(who)s issued a new link and ended the old one")),
    "answer_invitation": (P, _("%(who)s named the delegates")),
    "decline_invitation": (D, _("%(who)s declined")),
    "lapse_invitation": (D, _("The letter lapsed without an answer")),
    "nominate": (P, _("%(who)s named the delegate")),
    "confirm": (D, _("%(who)s confirmed the delegate")),
    "waitlist": (D, _("%(who)s put the delegate on the reserve list")),
    "promote": (D, _("%(who)s gave the delegate a seat from the reserve list")),
    "refuse_delegate": (D, _("%(who)s refused the delegate")),
    "withdraw_delegate": (D, _("%(who)s withdrew the delegate")),
    "substitute": (P, _("%(who)s named a substitute")),
    "merge_delegates": (P, _("%(who)s joined two entries of the same delegate")),
    "tell_delegates": (M, _("%(who)s sent the decision to the delegate")),
    "check_in": (P, _("%(who)s checked the delegate in")),
    "void_check_in": (P, _("%(who)s took a check-in back")),
    "take_queue": (P, _("%(who)s uploaded the check-ins of a device")),
    "settle_queued": (P, _("%(who)s resolved a conflict of check-ins")),
    "settle_doubles": (P, _("%(who)s resolved double check-ins")),
    # After the forum
    "note_action": (W, _("%(who)s wrote down the action point")),
    "amend_action": (W, _("%(who)s changed the action point")),
    "say_done": (D, _("%(who)s reported it as done")),
    "finish_action": (D, _("%(who)s marked it as done")),
    "drop_action": (D, _("%(who)s dropped it")),
    "reopen_action": (D, _("%(who)s opened it again")),
    "draft_communique": (W, _("%(who)s drafted the communiqué")),
    "edit_communique": (W, _("%(who)s changed the communiqué")),
    "circulate_communique": (D, _("%(who)s circulated the communiqué for comment")),
    "clear_communique": (D, _("%(who)s cleared the communiqué")),
    "publish_communique": (D, _("%(who)s published the communiqué")),
    "return_communique": (D, _("%(who)s took the communiqué back to a draft")),
    # Papers, while they are drafted
    "create": (W, _("%(who)s began the paper")),
    "rename_paper": (W, _("%(who)s renamed the paper")),
    "choose_forum": (D, _("%(who)s chose the forum that adopts it")),
    "add_section": (W, _("%(who)s added a section")),
    "edit_section": (W, _("%(who)s changed the heading of a section")),
    "move_section": (W, _("%(who)s moved a section")),
    "remove_section": (W, _("%(who)s removed a section")),
    "reword": (W, _("%(who)s changed the words")),
    "mark": (W, _("%(who)s changed its verb, objectives or marks")),
    "move": (W, _("%(who)s moved it")),
    "remove": (W, _("%(who)s removed it")),
    "split": (W, _("%(who)s split it")),
    "merge": (W, _("%(who)s merged another paragraph into it")),
    "ground": (W, _("%(who)s cited a point")),
    "unground": (W, _("%(who)s no longer cites a point")),
    "confirm_grounding": (W, _("%(who)s confirmed a citation after the words changed")),
    "comment": (W, _("%(who)s commented")),
    "resolve_comment": (W, _("%(who)s resolved a comment")),
    "add_mandate": (P, _("%(who)s added a ministry to those that clear it")),
    "take_mandate_out": (P, _("%(who)s took a ministry out of those that clear it")),
    "freeze": (D, _("%(who)s froze an edition")),
    # Papers in review and clearance
    "open_review": (D, _("%(who)s opened a review round")),
    "extend_review": (D, _("%(who)s extended the review round")),
    "reopen_review": (D, _("%(who)s opened the review round again")),
    "close_review": (D, _("%(who)s closed the review round")),
    "remind": (M, _("The portal sent reminders")),
    "propose_amendment": (W, _("%(who)s proposed an amendment")),
    "join_amendment": (P, _("%(who)s joined the amendment")),
    "leave_amendment": (P, _("%(who)s left the amendment")),
    "recommend": (D, _("%(who)s recommended a decision")),
    "answer_recommendation": (D, _("%(who)s answered the recommendation")),
    "accept_amendment": (D, _("%(who)s accepted the amendment")),
    "accept_in_part": (D, _("%(who)s accepted the amendment in part")),
    "decline_amendment": (D, _("%(who)s did not accept the amendment")),
    "confirm_amendment": (D, _("%(who)s confirmed the amendment against the new text")),
    "withdraw_amendment": (D, _("%(who)s withdrew the amendment")),
    "outdate": (D, _("The text moved: the sponsor is asked again")),
    "decide_together": (D, _("%(who)s decided on the changes to the same words together")),
    "choose_text": (D, _("%(who)s chose the text of two changes to the same words")),
    "fix_clearance_text": (D, _("%(who)s fixed the text for clearance")),
    "request_clearance": (M, _("%(who)s asked the ministries to clear the text")),
    "ask": (M, _("%(who)s asked for clearance")),
    "ask_again": (M, _("%(who)s asked again, because the text moved")),
    "take_stance": (D, _("%(who)s gave the ministry's answer on a paragraph")),
    "replace_stances": (D, _("%(who)s replaced earlier answers")),
    "answer": (D, _("%(who)s sent the ministry's answer")),
    "answer_by_letter": (D, _("%(who)s recorded the ministry's answer by letter")),
    "type_answer": (W, _("%(who)s typed the answer of a letter")),
    "add_scan": (W, _("%(who)s added the scan of a letter")),
    "countersign_answer": (D, _("%(who)s confirmed that the typed answer matches the letter")),
    "strike_answer": (D, _("%(who)s struck out the typed answer")),
    "remind_clearance": (M, _("%(who)s reminded the ministry of its answer")),
    "record_silence": (D, _("%(who)s recorded silence")),
    "answer_step": (D, _("%(who)s gave the answer of a clearance step")),
    "countersign_step": (D, _("%(who)s countersigned the answer of a clearance step")),
    "clear_paper": (D, _("%(who)s cleared the text")),
    "reopen_text": (D, _("%(who)s reopened the text")),
    "open_silence": (D, _("%(who)s started the silence procedure")),
    "end_silence": (D, _("%(who)s ended the silence procedure")),
    "break_silence": (D, _("%(who)s broke the silence")),
    # Papers at their adoption and later
    "lay_before_forum": (D, _("%(who)s submitted the text to the forum")),
    "begin_session": (D, _("%(who)s started discussing the text")),
    "count_quorum": (D, _("%(who)s counted the quorum")),
    "call_roll": (D, _("%(who)s called the roll")),
    "decide_paragraph": (D, _("%(who)s recorded the decision on a paragraph")),
    "agree_paragraphs": (D, _("%(who)s recorded that paragraphs are agreed")),
    "reserve": (D, _("%(who)s recorded a reservation")),
    "withdraw_reservation": (D, _("%(who)s withdrew a reservation")),
    "explain": (D, _("%(who)s recorded an explanation of position")),
    "withdraw_explanation": (D, _("%(who)s withdrew an explanation of position")),
    "adopt": (D, _("%(who)s declared it adopted")),
    "not_adopt": (D, _("%(who)s declared it not adopted")),
    "make_files": (X, _("%(who)s made the files of an edition")),
    "make_form": (X, _("%(who)s made one more file of an edition")),
    "propose_publication": (D, _("%(who)s proposed publication")),
    "publish": (D, _("%(who)s published it, as the second officer")),
    "supersede": (D, _("%(who)s marked it as superseded")),
    "take_back_supersession": (D, _("%(who)s put it in force again")),
    "restrict": (D, _("%(who)s restricted it to officials")),
    "open_to_all": (D, _("%(who)s lifted the restriction")),
    "resume": (D, _("%(who)s resumed it")),
    "withdraw_paper": (D, _("%(who)s withdrew the paper")),
    "propose_corrigendum": (W, _("%(who)s proposed a correction")),
    "issue_corrigendum": (D, _("%(who)s issued the corrected edition, as the second officer")),
    "decline_corrigendum": (D, _("%(who)s did not issue the correction")),
    "write_annex": (W, _("%(who)s wrote a restricted annex")),
    "write_brief": (W, _("%(who)s wrote a brief")),
    "print_restricted": (X, _("%(who)s printed a numbered copy")),
    "reflect": (D, _("%(who)s recorded what came of a paragraph")),
    "correct_reflection": (D, _("%(who)s corrected a finding")),
    "strike_reflection": (D, _("%(who)s struck out a finding")),
    "release_reflections": (D, _("%(who)s released the findings")),
    # Texts of letters
    "change_letter_text": (W, _("%(who)s changed the text")),
    "restore_letter_text": (W, _("%(who)s took back the text that comes with the portal")),
    "change_letterhead": (W, _("%(who)s changed the letterhead")),
    # Everything
    "enter": (W, _("%(who)s entered it")),
    "edit": (W, _("%(who)s changed it")),
    "import": (W, _("%(who)s imported it from a file")),
    "try_again": (M, _("%(who)s had the mail sent again")),
    "seal_access_log": (X, _("The portal sealed the access log")),
    "trim_access_log": (X, _("The portal deleted entries of the access log after their time")),
}
DETAILED: dict[str, Words] = {
    "assign": _("%(who)s gave it to %(name)s"),
    "undo_assign": _("%(who)s took the assignment back: it is with %(name)s again"),
    "move_enquiry": _("%(who)s moved it from %(from)s to %(to)s"),
    "endorse": _("%(who)s co-signed it for %(organisation)s"),
    "withdraw_endorsement": _("%(who)s withdrew the co-signature of %(organisation)s"),
    "say_misread": _("%(who)s replied for %(organisation)s that it was misread"),
    "add_file": _("%(who)s added the file %(name)s"),
    "remove_file": _("%(who)s removed the file %(name)s"),
    "invite": _("%(who)s invited %(email)s to act for it"),
    "join": _("%(person)s joined it"),
    "leave": _("%(person)s no longer acts for it: ended by %(who)s"),
    "substitute": _("%(who)s named %(name)s as the substitute"),
    "explain": _("%(who)s recorded the explanation of %(organisation)s"),
    "join_amendment": _("%(who)s joined the amendment for %(organisation)s"),
    "leave_amendment": _("%(who)s left the amendment for %(organisation)s"),
    "ground": _("%(who)s cited the point %(point)s"),
    "unground": _("%(who)s no longer cites the point %(point)s"),
    "confirm_grounding": _("%(who)s confirmed the citation of %(point)s after the words changed"),
    "move": _("%(who)s moved it to the section %(section)s"),
    "add_section": _("%(who)s added the section %(heading)s"),
    "edit_section": _("%(who)s changed the heading to %(heading)s"),
    "remove_section": _("%(who)s removed the section %(heading)s"),
    "ask_floor": _("%(who)s put %(organisation)s on the list of speakers"),
    "give_floor": _("%(who)s gave the floor to %(organisation)s"),
    "strike_speech": _("%(who)s struck %(organisation)s off the list of speakers"),
    "release_reflections": _("%(who)s released the findings on %(milestone)s"),
    "begin_consultation": _("%(who)s began it as a copy of %(of)s"),
    "add_document": _("%(who)s added the document %(title)s for the public"),
    "withdraw_document": _("%(who)s removed the document %(title)s for the public"),
    "add_theme": _("%(who)s added the theme %(theme)s"),
    "write_questions": _("%(who)s changed the questions about %(theme)s"),
}


def sentence(verb: str, kind: str, who: str, data: Mapping[str, Any]) -> str:
    """Return in a sentence what `who` did by `verb` to a record of the model `kind`, with the details `data`.

    Unknown verbs, of an older or newer version, are named as they are.
    """
    known = _known(verb, kind)
    if known is None:
        return gettext("%(who)s: %(verb)s") % {"who": who, "verb": verb.replace("_", " ")}
    try:
        filled = {name: value for name, value in data.items() if value not in ("", None)}
        return str(DETAILED.get(verb, known[1])) % {**filled, "who": who}
    except KeyError:
        return str(known[1]) % {"who": who}


def kind_of(verb: str, kind: str) -> Kind:
    """Return which kind of change a verb is, about a record of the model `kind`."""
    known = _known(verb, kind)
    return known[0] if known else Kind.OTHER


def verbs_of(change: str, kind: str) -> list[str]:
    """Return the verbs that are a kind of change, about a record of the model `kind`."""
    names = {name.rpartition(".")[2] for name in SENTENCES}
    return sorted(name for name in names if kind_of(name, kind) == change)


def _known(verb: str, kind: str) -> tuple[Kind, Words] | None:
    return SENTENCES.get(f"{kind.rpartition('.')[2]}.{verb}", SENTENCES.get(verb))


SYSTEM = ("the system", "mfumo")  # as entries name it, in the language of their time


def actor(name: str, *, is_person: bool) -> str:
    """Return who did it, to begin a sentence: the name at the time, unless it was erased or the portal did it."""
    if not is_person and name in SYSTEM:
        return gettext("The portal")
    return name or gettext("Somebody")
