"""Changing the text of a letter, and the way back: who may, versions, the journal, two officers at once."""

import pytest

from consultations.models import Event, LetterText, OutgoingMail
from consultations.notifications.outbox import outgoing
from consultations.workflow import change_letter_text, change_letterhead, restore_letter_text, send_test_letter
from ncm_portal.workflow import Blocked, Conflict, NotAllowed
from tests import factories

GOOD = {"subject": "Input {reference}", "body": "On file: {link}", "number": 0}


@pytest.fixture
def round_():
    return factories.make_consultation()


@pytest.fixture
def officer():
    return factories.make_secretariat()


def change(round_, officer, kind="accepted", language="en", **data):
    return change_letter_text(round_, kind, language, by=officer, **{**GOOD, **data})


@pytest.mark.django_db
def test_versions_are_numbered_and_in_the_journal(round_, officer):
    change(round_, officer)
    change(round_, officer, subject=" On \n file ", number=1)
    restore_letter_text(round_, "accepted", "en", by=officer, number=2, reason="Simpler")
    rows = LetterText.objects.values_list("number", "subject", "body", "by")
    assert list(rows) == [
        (1, "Input {reference}", "On file: {link}", officer.pk),
        (2, "On file", "On file: {link}", officer.pk),
        (3, "", "", officer.pk),
    ]
    last = {"letter": "accepted", "language": "en", "version": 3}
    events = Event.objects.order_by("-number").values_list("verb", "object_id", "reason", "data")
    assert events[0] == ("restore_letter_text", str(round_.pk), "Simpler", last)
    assert events[1][3] == {**last, "version": 2, "subject": "On file", "text": "On file: {link}"}


@pytest.mark.django_db
@pytest.mark.parametrize("office", ["", "official", "sysadmin"])
def test_only_the_secretariat_changes_texts(round_, office):
    person = factories.make_user(office)
    with pytest.raises(NotAllowed):
        change(round_, person)
    with pytest.raises(NotAllowed):
        restore_letter_text(round_, "accepted", "en", by=person, number=0)
    with pytest.raises(NotAllowed):
        send_test_letter(round_, outgoing("", "Subject", "Text"), by=person)
    assert not LetterText.objects.exists()


@pytest.mark.django_db
def test_second_officer_does_not_overwrite_the_first(round_, officer):
    change(round_, officer)
    for number in (0, 2):
        with pytest.raises(Conflict) as conflict:
            change(round_, factories.make_head(), subject="Mine", number=number)
        assert conflict.value.theirs.subject == "Input {reference}"
    with pytest.raises(Conflict):
        restore_letter_text(round_, "accepted", "en", by=officer, number=0)
    assert LetterText.objects.get().number == 1


@pytest.mark.django_db
def test_every_reason_is_given_at_once(round_, officer):
    with pytest.raises(Blocked) as refusal:
        change(round_, officer, subject="", body="{lnk} {")
    assert refusal.value.reasons == [
        "Enter the subject.",
        "There is no field {lnk}. Did you mean {link}?",
        "A brace is not closed or not opened, near “{lnk} {”. Write a field as {name}.",
        "The text must hold {link}: link.",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "language"), [("accepted", "fr"), ("unknown", "en"), ("forum_invitation", "sw")])
def test_unknown_kind_or_language_is_refused(round_, officer, kind, language):
    with pytest.raises(Blocked, match="no such letter"):
        change(round_, officer, kind, language)


@pytest.mark.django_db
def test_what_changes_nothing_is_refused(round_, officer):
    with pytest.raises(Blocked, match="in use already"):
        restore_letter_text(round_, "accepted", "en", by=officer, number=0)
    change(round_, officer)
    with pytest.raises(Blocked, match="changes nothing"):
        change(round_, officer, number=1)


@pytest.mark.django_db
def test_test_mail_goes_to_the_officer_only(round_, officer):
    send_test_letter(round_, outgoing("office@example.org", "Hello", "Text"), by=officer)
    assert list(OutgoingMail.objects.values_list("to", "subject", "body", "user")) == [
        (officer.email, "Test: Hello", "Text", officer.pk)
    ]


@pytest.mark.django_db
def test_test_mail_is_from_the_sender_of_the_letterhead(round_, officer):
    values = {"sender_name": "Review Desk", "reply_to": "review@example.org"}
    change_letterhead(round_, by=officer, number=0, values=values)
    mail = send_test_letter(round_, outgoing("", "Hello", "Text"), by=officer)
    assert {"sender_name": mail.sender, "reply_to": mail.reply_to} == values
