"""Verbs on drafts: sign-off, bracket checks and presence."""

from datetime import timedelta

import pytest
from django.db.models import prefetch_related_objects

from consultations.models import Event, OutgoingMail, Presence, Submission
from consultations.workflow import (
    SUBMISSION_MOVES,
    ask_sign_off,
    be_seen,
    edit_draft,
    end_membership,
    moves_of,
    rule_on_sign_off,
    sign_off,
    start_draft,
    submit,
)
from ncm_portal.workflow import Blocked, Conflict, NotAllowed, replayed_at
from tests.access_log import refused_verbs
from tests.factories import (
    change,
    make_consultation,
    make_member,
    make_provision,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def body():
    return make_stakeholder("Herders (sample)", signs_off=True)


@pytest.fixture
def head(body):
    return make_member(body, is_primary=True)


@pytest.fixture
def drafter(body, head):
    return make_member(body, "alternate")


@pytest.fixture
def draft(body, drafter):
    return make_submission(stakeholder=body, author=drafter, state="draft")


def refusal(act):
    with pytest.raises(Blocked) as found:
        act()
    return found.value.reasons


# --- The sign-off ---------------------------------------------------------------------------------------------------


def test_draft_is_signed_off_on_request_and_sent(body, head, drafter, draft):
    ask_sign_off(draft, by=drafter)
    asked = OutgoingMail.objects.get()
    assert (asked.to, asked.subject) == (head.email, "An input of your organisation needs your sign-off")
    assert f"“{draft.title}”" in asked.body
    assert f"/submit/{draft.key}/preview/" in asked.body
    assert draft.body not in asked.body
    sign_off(draft, by=head)
    assert OutgoingMail.objects.latest("pk").to == drafter.email
    submit(draft, by=drafter)
    assert [event.verb for event in Event.objects.about(draft)] == ["ask_sign_off", "sign_off", "submit"]


def test_requester_of_sign_off_gets_no_request_mail(head, draft):
    ask_sign_off(draft, by=head)
    sign_off(draft, by=head)
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == [draft.author.email]


def test_edit_withdraws_sign_off_and_is_journalled(head, drafter, draft):
    sign_off(draft, by=head)
    edited = edit_draft(draft, by=drafter, body="Other words.")
    assert (edited.signed_off_at, edited.signed_off_by) == (None, None)
    assert [event.verb for event in Event.objects.about(draft)] == ["sign_off", "edit_after_sign_off"]
    assert refusal(lambda: submit(draft, by=head)) == [
        "The primary focal point of Herders (sample) has not signed it off yet"
    ]


def test_only_primary_focal_point_signs_off(drafter, draft):
    for person in (drafter, make_member(), make_member(draft.stakeholder)):
        with pytest.raises(NotAllowed):
            sign_off(draft, by=person)
    assert Submission.objects.get(pk=draft.pk).signed_off_at is None


def test_changed_text_cannot_be_signed_off(head, drafter, draft):
    seen_at = draft.edited_at
    edit_draft(draft, by=drafter, body="Other words.")
    with pytest.raises(Conflict):
        sign_off(draft, by=head, seen_at=seen_at)
    assert Submission.objects.get(pk=draft.pk).signed_off_at is None


def test_sign_off_applies_only_to_organisations_that_require_it(head, drafter, draft):
    assert {"ask_sign_off", "sign_off"} <= set(moves_of(draft))
    rule_on_sign_off(draft.stakeholder, by=head, needed=False)
    draft = Submission.objects.get(pk=draft.pk)
    assert {"ask_sign_off", "sign_off"} & set(moves_of(draft)) == set()
    assert submit(draft, by=drafter).state == "submitted"
    with pytest.raises(NotAllowed):
        rule_on_sign_off(draft.stakeholder, by=drafter, needed=True)
    assert [event.verb for event in Event.objects.about(draft.stakeholder)] == [
        "drop_sign_offs",
    ]
    assert refused_verbs(draft.stakeholder) == ["rule_on_sign_off"]


def test_sign_off_is_refused_to_everybody_without_primary_focal_point(head, drafter, draft):
    sign_off(draft, by=head)
    signed = Submission.objects.get(pk=draft.pk)
    end_membership(head.memberships.get(), by=make_secretariat())
    assert all(each.met for each in SUBMISSION_MOVES["submit"].conditions(signed))  # what was signed stays signed
    edit_draft(signed, by=drafter, body="Other words.")
    nobody = "Herders (sample) has no primary focal point to sign it off: ask the secretariat to name one"
    waiting = Submission.objects.get(pk=draft.pk)
    assert refusal(lambda: ask_sign_off(waiting, by=drafter)) == [nobody]
    assert refusal(lambda: submit(waiting, by=drafter)) == [nobody]
    assert OutgoingMail.objects.filter(subject__startswith="An input of your organisation needs").count() == 0
    successor = make_member(draft.stakeholder, is_primary=True)
    assert refusal(lambda: submit(waiting, by=drafter)) == [
        "The primary focal point of Herders (sample) has not signed it off yet"
    ]
    sign_off(waiting, by=successor)
    assert submit(waiting, by=drafter).state == "submitted"


def test_primary_focal_point_who_cannot_sign_in_does_not_count(head, drafter, draft):
    change(head, is_active=False)
    assert "has no primary focal point to sign it off" in refusal(lambda: ask_sign_off(draft, by=drafter))[0]


# --- Passages that are held back ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "text", "reason"),
    [
        ("body", "We say [[this", "Near “We say [[this”: every [[ needs a ]], and none can be inside another"),
        ("proposed_wording", "a]] b", "Near “a]] b”: every [[ needs a ]], and none can be inside another"),
        ("title", "A [[b]]", "Everyone can see the title, so no part of it can be held back"),
    ],
)
def test_badly_marked_text_is_not_sent(field, text, reason):
    draft = make_submission(state="draft", **{field: text})
    assert refusal(lambda: submit(draft, by=draft.author)) == [reason]


def test_well_marked_text_is_sent():
    draft = make_submission(state="draft", body="Open. [[Held [back].]] Open.")
    assert submit(draft, by=draft.author).state == "submitted"


# --- Who is there ---------------------------------------------------------------------------------------------------


def test_colleagues_see_each_other_but_not_themselves(head, drafter, draft, django_assert_max_num_queries):
    assert be_seen(draft, head) == []
    with django_assert_max_num_queries(8):
        assert [each.user for each in be_seen(draft, drafter)] == [head]
    assert [each.user for each in be_seen(draft, head)] == [drafter]
    assert Presence.objects.count() == 2


def test_same_key_gives_same_draft():
    consultation, member = make_consultation(), make_member()
    words = {"theme": make_theme("T1"), "title": "A", "key": "00000000-0000-4000-8000-000000000001"}
    made = [start_draft(consultation, member.live_memberships[0].stakeholder, by=member, **words) for _turn in range(2)]
    assert made[0] == made[1]
    assert change(made[0]).title == "A"


# --- Sent as it was read --------------------------------------------------------------------------------------------


def test_submitting_outdated_text_is_refused_as_conflict(drafter, draft):
    """A colleague saves another text and objective while the form is being sent."""
    change(draft.stakeholder, signs_off=False)
    draft.provisions.add(make_provision("GCM-02"))
    prefetch_related_objects([draft], "provisions")
    later = draft.edited_at + timedelta(seconds=1)
    with replayed_at(later):
        edit_draft(draft, by=drafter, body="Theirs", provisions=[make_provision("GCM-05")])
    with pytest.raises(Conflict) as refused:
        submit(draft, by=drafter, seen_at=draft.edited_at)
    assert (refused.value.theirs.body, refused.value.theirs.state) == ("Theirs", "draft")
    sent = submit(draft, by=drafter, seen_at=later)
    assert sent.content()["objectives"] == ["GCM-05"]
    assert sent.content_sha256 == sent.computed_sha256()
