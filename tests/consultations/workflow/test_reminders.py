"""Requests and reminders: at most one a day, the principal from the second reminder on, with a correct preview."""

from datetime import timedelta

import pytest

from consultations import workflow
from consultations.models import Event, OutgoingMail, Reminder
from ncm_portal.workflow import Blocked, NotAllowed, now, replayed_at
from tests.factories import (
    change,
    make_consultation,
    make_member,
    make_secretariat,
    make_stakeholder,
    make_submission,
)

pytestmark = pytest.mark.django_db
PRINCIPAL = "principal@example.org"


@pytest.fixture
def consultation():
    return make_consultation()


@pytest.fixture
def body():
    body = make_stakeholder("Herders (sample)", contact_email=PRINCIPAL)
    make_member(body)
    return body


@pytest.fixture
def officer():
    return make_secretariat()


def sent_to():
    return [mail.to for mail in OutgoingMail.objects.order_by("pk")]


def refused(act, *args, **kwargs):
    with pytest.raises(Blocked) as refusal:
        act(*args, **kwargs)
    return refusal.value.reasons


def test_organisation_is_asked_and_reminded_and_principal_included_from_second_reminder(consultation, body, officer):
    focal = body.memberships.get().user.email
    acts = [workflow.request_input, workflow.remind, workflow.remind, workflow.remind]
    for day, act in enumerate(acts):
        with replayed_at(now() + timedelta(days=day)):
            act(body, consultation=consultation, by=officer)
    rows = list(Reminder.objects.order_by("number").values_list("number", "to_principal"))
    assert rows == [(0, False), (1, False), (2, True), (3, True)]
    assert sent_to() == [focal, focal, focal, PRINCIPAL, focal, PRINCIPAL]
    events = list(Event.objects.about(body).values_list("verb", "data__number"))
    assert events == [("request_input", 0), ("remind", 1), ("remind", 2), ("remind", 3)]


def test_at_most_one_mail_per_day(consultation, body, officer):
    workflow.request_input(body, consultation=consultation, by=officer)
    assert refused(workflow.remind, body, consultation=consultation, by=officer) == [
        "It has already been e-mailed today. Try again tomorrow."
    ]
    assert Reminder.objects.count() == 1


def test_reminder_requires_request_or_draft(consultation, body, officer):
    assert refused(workflow.remind, body, consultation=consultation, by=officer) == [
        "It has not been asked yet and has not started an input."
    ]
    make_submission(consultation, body, state="draft")
    assert workflow.remind(body, consultation=consultation, by=officer).number == 1
    assert refused(workflow.request_input, body, consultation=consultation, by=officer)[0] == (
        "It has already been asked or has started an input. Remind it instead."
    )


def test_all_reasons_are_reported_at_once(consultation, officer):
    silent = make_stakeholder(state="suspended")
    make_submission(consultation, silent, author=make_secretariat())
    change(consultation, closes_at=now() - timedelta(seconds=1))
    assert refused(workflow.request_input, silent, consultation=consultation, by=officer) == [
        "The consultation is not open for inputs.",
        "It is suspended.",
        "It has already sent an input.",
        "It cannot be reached by mail: it has no focal point and no contact address.",
    ]


def test_only_secretariat_sends_reminders(consultation, body):
    with pytest.raises(NotAllowed):
        workflow.request_input(body, consultation=consultation, by=body.memberships.get().user)


def test_preview_equals_result_of_verb(consultation, body, officer, django_assert_num_queries):
    workflow.request_input(body, consultation=consultation, by=officer)
    others = [make_stakeholder(contact_email=f"office{number}@example.org") for number in range(3)]
    with replayed_at(now() + timedelta(days=1)):
        with django_assert_num_queries(3):
            letters = workflow.next_letters(consultation, [body, *others])
        assert [(each.number, each.principal, each.reasons) for each in letters] == [(1, "", []), *[(0, "", [])] * 3]
        OutgoingMail.objects.all().delete()
        workflow.remind(body, consultation=consultation, by=officer)
        for other in others:
            workflow.request_input(other, consultation=consultation, by=officer)
    assert sent_to() == [each.address for letter in letters for each in letter.people]
