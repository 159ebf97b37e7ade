"""Co-signatures, their withdrawal, and misread points."""

import pytest

from consultations import workflow
from consultations.models import Endorsement, Event, OutgoingMail
from consultations.queries import co_signatures
from ncm_portal.workflow import Blocked, NotAllowed
from tests.factories import (
    change,
    make_consultation,
    make_member,
    make_point,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def body():
    return make_stakeholder("Herders' Union", group="workers")


@pytest.fixture
def signer(body):
    return make_member(body)


# --- Co-signing -----------------------------------------------------------------------------------------------------


def test_co_signature_counts_and_author_is_mailed(body, signer):
    sent = make_submission()
    made = workflow.endorse(sent, body, by=signer)
    assert (made.submission, made.stakeholder, made.by, made.withdrawn_at) == (sent, body, signer, None)
    assert co_signatures(sent).by_group == [("Workers", 1)]
    (mail,) = OutgoingMail.objects.all()
    assert (mail.to, mail.subject) == (sent.author.email, f"Another organisation co-signs your input {sent.reference}")
    assert "“Herders' Union” has co-signed the input" in mail.body
    entry = Event.objects.about(sent).last()
    assert (entry.verb, entry.by, entry.data) == ("endorse", signer, {"organisation": "Herders' Union"})


def test_co_signing_twice_counts_once(body, signer):
    sent = make_submission()
    first = workflow.endorse(sent, body, by=signer)
    assert workflow.endorse(sent, body, by=make_member(body)) == first
    assert (Endorsement.objects.count(), OutgoingMail.objects.count()) == (1, 1)


def test_co_signature_can_be_withdrawn_and_repeated_and_history_is_kept(body, signer):
    sent = make_submission()
    first = workflow.endorse(sent, body, by=signer)
    gone = workflow.withdraw_endorsement(first, by=signer)
    assert (gone.withdrawn_by, gone.withdrawn_at is not None) == (signer, True)
    assert workflow.withdraw_endorsement(first, by=signer).withdrawn_at == gone.withdrawn_at
    assert co_signatures(sent).endorsements == []
    again = workflow.endorse(sent, body, by=signer)
    assert co_signatures(sent).endorsements == [again]
    verbs = ["endorse", "withdraw_endorsement", "endorse"]
    assert list(Event.objects.about(sent).values_list("verb", flat=True)) == verbs


REFUSED = [
    ({"audience": "members"}, "Only a public input that is on file can be co-signed"),
    ({"audience": "secretariat"}, "Only a public input that is on file can be co-signed"),
    ({"state": "submitted"}, "Only a public input that is on file can be co-signed"),
    ({"state": "set_aside"}, "Only a public input that is on file can be co-signed"),
]


@pytest.mark.parametrize(("fields", "reason"), REFUSED)
def test_only_public_inputs_can_be_co_signed(body, signer, fields, reason):
    with pytest.raises(Blocked) as refused:
        workflow.endorse(make_submission(**fields), body, by=signer)
    assert refused.value.reasons == [reason]


def test_own_or_closed_inputs_and_unverified_organisations_are_refused(body, signer):
    for sent, stakeholder, reason in [
        (make_submission(stakeholder=body), body, "It is your own input: an organisation co-signs those of others"),
        (make_submission(make_consultation(state="archived")), body, "Its consultation is over"),
    ]:
        with pytest.raises(Blocked) as refused:
            workflow.endorse(sent, stakeholder, by=signer)
        assert refused.value.reasons == [reason]
    waiting = make_stakeholder("New Body", state="registered")
    with pytest.raises(Blocked) as refused:
        workflow.endorse(make_submission(), waiting, by=make_member(waiting))
    assert refused.value.reasons == ["The secretariat has not verified New Body"]


def test_only_members_co_sign_for_organisation(body, signer):
    sent = make_submission()
    made = workflow.endorse(sent, body, by=signer)
    for person in (make_user(), make_secretariat(), make_member(), make_member(body, "clearing_officer")):
        with pytest.raises(NotAllowed):
            workflow.endorse(sent, body, by=person)
        with pytest.raises(NotAllowed):
            workflow.withdraw_endorsement(made, by=person)


# --- "I do not recognise my point in this" --------------------------------------------------------------------------


def test_author_reports_answered_point_as_misread_once(body, signer):
    point = make_point(make_submission(stakeholder=body), state="disposed")
    said = workflow.say_misread(point, body, by=signer, text=" We meant passes for all. ")
    assert (said.point, said.stakeholder, said.text, said.answer) == (point, body, "We meant passes for all.", "")
    assert Event.objects.about(point).last().verb == "say_misread"
    with pytest.raises(Blocked) as refused:
        workflow.say_misread(point, body, by=make_member(body), text="Again.")
    assert refused.value.reasons == ["Your organisation has already written"]


def test_merged_point_is_answered_with_its_target(body, signer):
    into = make_point()
    own = make_point(make_submission(into.consultation, body), state="merged", into=into)
    with pytest.raises(Blocked) as refused:
        workflow.say_misread(own, body, by=signer, text="No.")
    assert refused.value.reasons == ["It has not been answered yet"]
    change(into, state="disposed")
    assert workflow.say_misread(own, body, by=signer, text="No.").point == own


def test_organisation_cannot_reply_about_others_points(body, signer):
    point = make_point(state="disposed")
    with pytest.raises(Blocked) as refused:
        workflow.say_misread(point, body, by=signer, text=" ")
    assert refused.value.reasons == ["It is not a point of your own input", "Enter what your organisation meant."]
    with pytest.raises(NotAllowed):
        workflow.say_misread(point, point.stakeholder, by=signer, text="Theirs.")
