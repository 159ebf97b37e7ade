"""Verbs on inputs: permissions, conditions, journal and database constraints."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from consultations import workflow
from consultations.models import Consultation, Event, OutgoingMail, Provision, Submission
from consultations.workflow import SUBMISSION_MOVES
from ncm_portal.workflow import Blocked, Conflict, NotAllowed, moves_open_to, needs_of, now, replayed_at
from tests.access_log import last_refusal, refused_verbs
from tests.factories import (
    change,
    make_consultation,
    make_head,
    make_member,
    make_provision,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
    make_user,
)
from tests.office_factories import make_double

pytestmark = pytest.mark.django_db
WORDS = {"title": "A seasonal pass", "body": "Herders should carry one."}
SENDERS = "Only focal points and alternates of the organisation can do this: {}."
SCREENERS = "Only the secretariat (not for an organisation they act for) can do this: {}."


@pytest.fixture
def consultation():
    return make_consultation(themes=("T1",))


@pytest.fixture
def author():
    return make_member(make_stakeholder("Herders (sample)"))


def organisation_of(person):
    return person.live_memberships[0].stakeholder


def begin(consultation, author, **fields):
    fields = {"theme": make_theme("T1"), **WORDS, **fields}
    return workflow.start_draft(consultation, organisation_of(author), by=author, **fields)


def refused(verb, *args, **kwargs):
    """Return the reasons of a refusal."""
    with pytest.raises(Blocked) as refusal:
        verb(*args, **kwargs)
    return refusal.value.reasons


def verbs(record):
    """Return the journal's verbs about a record, oldest first."""
    return [event.verb for event in Event.objects.about(record)]


# --- Writing --------------------------------------------------------------------------------------------------------


def test_draft_is_created_with_its_text(consultation, author):
    provision = make_provision("GCM-02")
    draft = begin(consultation, author, provisions=[provision], audience="members")
    draft.refresh_from_db()
    assert (draft.state, draft.title, draft.audience, draft.author) == ("draft", "A seasonal pass", "members", author)
    assert list(draft.provisions.all()) == [provision]
    assert draft.reference is None
    assert verbs(draft) == ["draft"]


def test_same_key_gives_same_draft(consultation, author):
    key = uuid.uuid4()
    first = begin(consultation, author, key=key)
    second = begin(consultation, author, key=key, title="Another title")
    assert first == second
    assert second.title == "A seasonal pass"
    assert verbs(first) == ["draft"]


def test_key_of_other_organisation_is_refused(consultation, author):
    key = begin(consultation, author).key
    assert refused(begin, consultation, make_member(), key=key) == [SENDERS.format("Write an input")]


@pytest.mark.parametrize("stranger", [make_user, make_member, make_secretariat])
def test_user_cannot_write_for_other_organisation(consultation, stranger):
    reasons = refused(
        workflow.start_draft, consultation, make_stakeholder(), by=stranger(), theme=make_theme("T1"), **WORDS
    )
    assert reasons == [SENDERS.format("Write an input")]
    assert not Submission.objects.exists()


def test_clearing_officer_cannot_write_for_ministry(consultation):
    officer = make_member(role="clearing_officer")
    assert refused(begin, consultation, officer) == [SENDERS.format("Write an input")]


def test_unknown_fields_are_refused(consultation, author):
    with pytest.raises(TypeError, match="an input has no such fields: state"):
        begin(consultation, author, state="accepted")


def test_draft_is_edited_from_version_seen(consultation, author):
    draft = begin(consultation, author)
    edited = workflow.edit_draft(draft, by=author, seen_at=draft.edited_at, title="Better", provisions=[])
    assert edited.title == "Better"
    assert edited.edited_at > draft.edited_at


def test_edit_of_outdated_text_is_refused_with_newer_text(consultation, author):
    draft = begin(consultation, author)
    seen_at = draft.edited_at
    workflow.edit_draft(draft, by=author, seen_at=seen_at, body="Theirs")
    with pytest.raises(Conflict) as conflict:
        workflow.edit_draft(draft, by=author, seen_at=seen_at, body="Mine")
    assert conflict.value.theirs.body == "Theirs"
    draft.refresh_from_db()
    assert draft.body == "Theirs"


def test_sent_input_cannot_be_edited(consultation, author):
    sent = workflow.submit(begin(consultation, author), by=author)
    reasons = refused(workflow.edit_draft, sent, by=author, body="Changed")
    assert reasons == ["This input has already been sent, so its text cannot be changed."]


def test_outsider_cannot_edit_draft(consultation, author):
    draft = begin(consultation, author)
    assert refused(workflow.edit_draft, draft, by=make_member(), body="x") == [SENDERS.format("Edit an input")]


# --- Sending --------------------------------------------------------------------------------------------------------


def test_sent_input_has_reference_hash_and_mailed_receipt(consultation, author):
    sent = workflow.submit(begin(consultation, author), by=author)
    assert sent.state == "submitted"
    assert sent.reference == f"NCM-{consultation.opens_at.year}-0001"
    assert sent.content_sha256 == sent.computed_sha256()
    assert len(sent.content_sha256) == 64
    mail = OutgoingMail.objects.get()
    assert mail.to == author.email
    assert sent.reference in mail.subject
    assert sent.content_sha256 in mail.body
    assert verbs(sent) == ["draft", "submit"]


def test_hash_covers_text_theme_objectives_and_audience(consultation, author):
    sent = workflow.submit(begin(consultation, author), by=author)
    before = sent.content_sha256
    sent.provisions.add(make_provision("GCM-02"))
    hashes = {before, sent.computed_sha256()}
    for changed in (
        {"title": "x"},
        {"body": "x"},
        {"proposed_wording": "x"},
        {"audience": "members"},
        {"language": "sw"},
    ):
        other = Submission.objects.get(pk=sent.pk)
        for name, value in changed.items():
            setattr(other, name, value)
        hashes.add(other.computed_sha256())
    assert len(hashes) == 7


def test_refusal_lists_everything_missing(consultation):
    waiting = make_stakeholder("Newcomers (sample)", state="registered")
    person = make_member(waiting)
    draft = begin(consultation, person, title=" ", body="")
    change(consultation, closes_at=now() - timedelta(days=1))
    closed = timezone.localtime(consultation.closes_at)
    draft = Submission.objects.get(pk=draft.pk)
    reasons = refused(workflow.submit, draft, by=person)
    assert reasons == [
        "It has no title yet",
        "It has no text yet",
        "The secretariat has not verified Newcomers (sample)",
        f"Inputs closed on {closed.day} {closed:%B %Y}, {closed:%H:%M} EAT (UTC+3)",
    ]
    assert last_refusal(draft) == (person, "submit", "", reasons)
    draft.refresh_from_db()
    assert (draft.state, draft.reference) == ("draft", None)
    assert not OutgoingMail.objects.exists()


def test_input_at_exact_deadline_is_in_time(consultation, author):
    draft = begin(consultation, author)
    with replayed_at(consultation.closes_at + timedelta(microseconds=1)):
        assert len(refused(workflow.submit, draft, by=author)) == 1
    with replayed_at(consultation.closes_at):
        assert workflow.submit(draft, by=author).submitted_at == consultation.closes_at


@pytest.mark.parametrize("state", ["draft", "closed", "archived"])
def test_consultation_that_is_not_open_accepts_no_inputs(author, state):
    consultation = make_consultation(state=state, themes=("T1",))
    assert refused(workflow.submit, begin(consultation, author), by=author) == [
        "The consultation is not open for inputs"
    ]


def test_second_submission_is_refused(consultation, author):
    sent = workflow.submit(begin(consultation, author), by=author)
    assert refused(workflow.submit, sent, by=author) == ["You cannot use “Send” while this is received."]
    assert OutgoingMail.objects.count() == 1


def test_completed_input_keeps_reference_and_date(consultation, author):
    sent = workflow.submit(begin(consultation, author), by=author)
    workflow.return_for_completion(sent, by=make_secretariat(), reason="Which county?")
    with replayed_at(consultation.closes_at + timedelta(days=2)):
        workflow.edit_draft(sent, by=author, body="Herders of Turkana.")
        again = workflow.submit(sent, by=author)
    assert (again.state, again.reference, again.submitted_at) == ("submitted", sent.reference, sent.submitted_at)
    assert again.content_sha256 == again.computed_sha256() != sent.content_sha256
    assert (again.decided_at, again.decided_by) == (None, None)


# --- Screening ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("officer", [make_secretariat, make_head])
def test_secretariat_accepts_and_author_is_mailed(officer):
    submission, by = make_submission(state="submitted"), officer()
    accepted = workflow.accept(submission, by=by)
    assert (accepted.state, accepted.decided_by) == ("accepted", by)
    assert OutgoingMail.objects.get().to == submission.author.email
    assert verbs(submission) == ["accept"]


@pytest.mark.parametrize(("verb", "state"), [("return_for_completion", "returned"), ("set_aside", "set_aside")])
def test_returning_and_setting_aside_require_reasons(verb, state):
    submission, by = make_submission(state="submitted"), make_secretariat()
    act = getattr(workflow, verb)
    assert refused(act, submission, by=by, reason="  ") == ["Enter a reason. It is kept in the journal."]
    decided = act(submission, by=by, reason=" Which county? ")
    assert (decided.state, decided.state_reason) == (state, "Which county?")
    assert "Which county?" in OutgoingMail.objects.get().body
    assert Event.objects.about(submission).last().reason == " Which county? "


@pytest.mark.parametrize("verb", ["accept", "return_for_completion", "set_aside"])
def test_only_secretariat_screens_but_not_for_own_organisation(verb):
    submission = make_submission(state="submitted")
    both = make_double(submission.stakeholder, make_secretariat())
    label = SUBMISSION_MOVES[verb].label
    for by in (submission.author, make_user(), make_user("official"), make_user("sysadmin"), both):
        with pytest.raises(NotAllowed) as refusal:
            getattr(workflow, verb)(submission, by=by, reason="because")
        assert refusal.value.reasons == [SCREENERS.format(label)]
    assert (verbs(submission), refused_verbs(submission)) == ([], [verb] * 5)


def test_an_input_is_screened_once():
    submission = make_submission(state="accepted")
    reasons = refused(workflow.set_aside, submission, by=make_secretariat(), reason="")
    assert reasons == [
        "You cannot use “Set aside” while this is on file.",
        "Enter a reason. It is kept in the journal.",
    ]


@pytest.mark.parametrize("state", ["draft", "submitted", "returned"])
def test_author_can_withdraw_input_before_acceptance(state):
    submission = make_submission(state=state)
    assert workflow.withdraw(submission, by=submission.author).state == "withdrawn"


@pytest.mark.parametrize("state", ["accepted", "set_aside", "withdrawn"])
def test_decided_input_cannot_be_withdrawn(state):
    submission = make_submission(state=state)
    word = submission.get_state_display()
    assert refused(workflow.withdraw, submission, by=submission.author) == [
        f"You cannot use “Withdraw” while this is {word}."
    ]


def test_secretariat_cannot_withdraw_inputs():
    submission = make_submission(state="submitted")
    assert refused(workflow.withdraw, submission, by=make_secretariat()) == [SENDERS.format("Withdraw")]


def test_note_is_for_secretariat_only(author):
    submission, by = make_submission(state="submitted"), make_secretariat()
    note = workflow.add_note(submission, by=by, text="Ask a colleague.")
    assert (note.text, note.by) == ("Ask a colleague.", by)
    assert verbs(submission) == ["note"]
    assert refused(workflow.add_note, submission, by=submission.author, text="x") == [
        "Only the secretariat can do this: Write a note."
    ]


def test_paper_input_is_registered_once():
    consultation, body, by, key = make_consultation(), make_stakeholder(), make_secretariat(), uuid.uuid4()
    fields = {"theme": make_theme("T1"), "channel": "letter", "received_on": timezone.localdate(), **WORDS}
    first, is_new = workflow.take_in(consultation, body, by=by, key=key, **fields)
    second, is_newer = workflow.take_in(consultation, body, by=by, key=key, **fields)
    assert (first, is_new, is_newer) == (second, True, False)
    assert (first.state, first.entered_by) == ("submitted", by)


def test_late_letter_is_not_registered():
    consultation = make_consultation()
    late = timezone.localdate(consultation.closes_at) + timedelta(days=1)
    fields = {"theme": make_theme("T1"), "channel": "letter", "received_on": late, **WORDS}
    reasons = refused(
        workflow.take_in, consultation, make_stakeholder(), by=make_secretariat(), key=uuid.uuid4(), **fields
    )
    closes = timezone.localdate(consultation.closes_at)
    assert reasons == [f"It was not received by {closes.day} {closes:%B %Y}"]
    assert not Submission.objects.exists()


@pytest.mark.parametrize("state", Consultation.State.values)
def test_letters_are_registered_while_consultation_is_open_or_closed(state):
    consultation = make_consultation(state=state)
    letter = {"theme": make_theme("T1"), "channel": "letter", "received_on": timezone.localdate(), **WORDS}

    def take_in():
        return workflow.take_in(consultation, make_stakeholder(), by=make_secretariat(), key=uuid.uuid4(), **letter)

    if state in ("open", "closed"):
        assert take_in()[1]
    else:
        assert refused(take_in) == [f"The consultation is {consultation.get_state_display()}"]


# --- What a page reads of the table ---------------------------------------------------------------------------------


def test_panel_lists_missing_items_and_who_moves_draft(consultation, author):
    draft = begin(consultation, author, title="")
    moves = {verb: SUBMISSION_MOVES[verb] for verb in ("submit", "withdraw")}
    needs = needs_of(moves, draft)
    assert [need.met for need in needs] == [False, True, True, True, False]
    assert needs[-1].text == "Next: Send, Withdraw. Who: focal points and alternates of the organisation"
    assert needs_of(moves, make_submission(state="accepted")) == []


def test_offered_moves_depend_on_person_and_state():
    submission = make_submission(state="submitted")

    def labels(user):
        return [str(open_move.move.label) for open_move in moves_open_to(SUBMISSION_MOVES, submission, user)]

    assert labels(make_secretariat()) == ["Put on file", "Ask the sender", "Set aside"]
    assert labels(submission.author) == ["Withdraw"]
    assert labels(make_user()) == []


# --- The database itself --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"audience": "nobody"},
        {"channel": "pigeon"},
        {"content_sha256": ""},
        {"reference": None},
        {"decided_at": None},
        {"entered_by": 0},
    ],
)
def test_database_refuses_inconsistent_inputs(wrong):
    submission = make_submission()
    wrong = {name: make_user() if value == 0 else value for name, value in wrong.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        change(submission, **wrong)


def test_provisions_are_kept_if_not_given(consultation, author):
    draft = begin(consultation, author, provisions=[make_provision("GCM-02")])
    workflow.edit_draft(draft, by=author, title="Other")
    assert list(draft.provisions.all()) == list(Provision.objects.all())
