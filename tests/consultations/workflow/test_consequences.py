"""What the pages of grave moves say before the move is made."""

from datetime import timedelta

import pytest
from django.utils import timezone

from consultations.workflow import CONSULTATION_MOVES, FORUM_MOVES, SESSION_MOVES
from ncm_portal.workflow import now
from tests.factories import (
    change,
    make_consultation,
    make_delegate,
    make_forum,
    make_invitation,
    make_member,
    make_session,
    make_stakeholder,
    make_submission,
)

pytestmark = pytest.mark.django_db


def effects(moves, verb, record):
    return moves[verb].effects_on(record)


def in_days(number):
    return timezone.localdate(now() + timedelta(days=number))


def test_closing_registration_counts_letters_that_stay_unsent_and_unanswered():
    forum = make_forum()
    assert effects(FORUM_MOVES, "close_registration", forum).sentences == (
        "Letters of invitation can no longer be sent, and nobody can be reminded.",
        "You can open registration again, with a reason.",
    )
    for state in ("draft", "draft", "sent"):
        make_invitation(forum, make_stakeholder(), state=state)
    assert effects(FORUM_MOVES, "close_registration", forum).sentences[1:3] == (
        "2 letters are written and not sent. They will not go out.",
        "1 institution has not replied. Its link ends, but you can still record a letter.",
    )


def test_opening_or_closing_a_forum_early_says_by_how_many_days():
    forum = make_forum(state="registration_closed")
    change(forum, starts_on=in_days(1), ends_on=in_days(3))
    opening = effects(FORUM_MOVES, "open_forum", forum)
    assert (opening.heading, opening.button) == ("This opens the forum 1 day early", "Open 1 day early")
    closing = effects(FORUM_MOVES, "close_forum", forum)
    assert (closing.heading, closing.button) == ("This closes the forum 3 days early", "Close 3 days early")
    make_session(forum, state="open")
    assert "1 session is still open." in effects(FORUM_MOVES, "close_forum", forum).sentences
    change(forum, starts_on=in_days(0), ends_on=in_days(0))
    opening, closing = effects(FORUM_MOVES, "open_forum", forum), effects(FORUM_MOVES, "close_forum", forum)
    assert (opening.heading, opening.button) == ("This opens the forum", "Open the forum")
    assert (closing.heading, closing.button) == ("This closes the forum", "Close the forum")


def test_cancelling_mails_nobody_before_the_announcement():
    forum = make_forum(state="draft")
    make_delegate(forum, email="officer@example.org")
    assert (effects(FORUM_MOVES, "cancel_forum", forum).mails, effects(FORUM_MOVES, "cancel_forum", forum).button) == (
        0,
        "Cancel",
    )
    change(forum, state="announced")
    assert effects(FORUM_MOVES, "cancel_forum", forum).button == "Cancel and send 1 e-mail"


def test_cancelling_a_session_says_who_is_not_told():
    session = make_session(make_forum())
    session.roles.create(name="Amina", kind="rapporteur")
    assert effects(SESSION_MOVES, "cancel_session", session).sentences[0] == (
        "1 person has a role in it and gets no e-mail: tell them."
    )


def test_opening_a_consultation_names_those_that_are_open_beside_it():
    draft = make_consultation(state="draft")
    assert (
        effects(CONSULTATION_MOVES, "open_consultation", draft).sentences[0] == "It appears at once on the home page."
    )
    other = make_consultation(state="open")
    assert effects(CONSULTATION_MOVES, "open_consultation", draft).sentences[0] == (
        f"It appears at once on the home page, beside {other.short_title}."
    )


def test_closing_a_consultation_early_counts_days_and_drafts():
    consultation = make_consultation(state="open")
    make_submission(consultation, make_stakeholder(), state="draft")
    change(consultation, closes_at=now() + timedelta(days=5))
    closing = effects(CONSULTATION_MOVES, "close_consultation", consultation)
    assert (closing.heading, closing.button) == ("This closes it 5 days early", "Close 5 days early")
    assert "1 draft is not sent yet. Its author is not told." in closing.sentences


def test_extending_counts_everybody_who_gets_a_mail():
    make_member(make_stakeholder())
    make_member(make_stakeholder(state="registered"))
    extending = effects(CONSULTATION_MOVES, "extend", make_consultation())
    assert (extending.mails, extending.typed) == (1, "")
