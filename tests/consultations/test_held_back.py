"""Who reads an input in full, and who reads points from held-back passages."""

import pytest
from django.urls import reverse

from consultations.forms import SplitForm
from consultations.models import Point, Submission
from consultations.workflow import split
from tests.factories import (
    make_head,
    make_member,
    make_point,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_user,
)
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent():
    return make_submission(body="Open. [[Not for everybody.]]")


def people(sent):
    """Return people by their relation to this input."""
    ended = {"valid_from": "2017-01-01", "valid_until": "2017-02-01"}
    clearing = make_member(sent.stakeholder, "clearing_officer")
    gone = make_member(sent.stakeholder, "focal_point", **ended)
    focal = make_member(sent.stakeholder, "alternate")
    other = make_member(make_stakeholder(is_ncm_member=True), "focal_point")
    return {
        "visitor": None, "nobody": make_user(), "other": other, "official": make_user("official"), "gone": gone,
        "clearing officer": clearing, "technician": make_user("sysadmin"),
        "secretariat": make_secretariat(), "head": make_head(), "own": focal,
    }  # fmt: skip


IN_FULL = {"secretariat", "head", "own"}


def test_full_text_is_shown_to_permitted_readers_only(sent):
    found = {who for who, user in people(sent).items() if sent in Submission.objects.in_full_for(user)}
    readers = {who for who, user in people(sent).items() if sent in Submission.objects.visible_to(user)}
    assert (found, readers) == (IN_FULL, set(people(sent)))


def test_withheld_point_is_visible_to_permitted_readers_only(sent):
    held, free = make_point(sent, held_back=True), make_point(sent)
    seen = {who: set(Point.objects.visible_to(user)) for who, user in people(sent).items()}
    assert {who for who, points in seen.items() if held in points} == IN_FULL
    assert {who for who, points in seen.items() if free in points} == set(seen)


def test_drafts_of_others_are_hidden_from_secretariat(sent):
    draft = make_submission(state="draft")
    assert draft not in Submission.objects.in_full_for(make_head())


# --- Points that tell what is held back -------------------------------------------------------------------------------

TOLD = "Open words. [[The officer at the gate of Nadapal asks for money.]] Build a shelter."


@pytest.mark.parametrize(
    ("text", "kept", "held"),
    [
        ("[[The officer at the gate of Nadapal asks for money.]]", TOLD[14:64], True),
        ("[[The officer at the gate", "The officer at the gate", True),
        ("At the gate of Nadapal money is asked for.", "At the gate of Nadapal money is asked for.", True),
        ("Build a shelter.", "Build a shelter.", False),
        ("Corruption at borders", "Corruption at borders", False),
    ],
)
def test_point_taken_from_withheld_passage_is_withheld(text, kept, held):
    point = split(make_submission(body=TOLD), by=make_secretariat(), kind="challenge", text=text)
    assert (point.text, point.held_back) == (kept, held)


def test_desk_can_withhold_paraphrase_of_withheld_passage():
    told = split(make_submission(body=TOLD), by=make_secretariat(), kind="challenge", text="Corruption", held_back=True)
    assert told not in Point.objects.visible_to(None)


def test_desk_form_states_withheld_passage(client):
    sent, open_one = make_submission(body=TOLD), make_submission()
    address = reverse("desk_input_split", args=[sent.key])
    sign_in(client, make_secretariat())
    fields = {"point-kind": "challenge", "point-theme": sent.theme.code, "point-held_back": "on"}
    client.post(address, {**fields, "point-text": "Corruption"})
    assert list(sent.points.values_list("text", "held_back")) == [("Corruption", True)]
    names = [set(SplitForm(submission=each).fields) for each in (sent, open_one)]
    assert names[0] - names[1] == {"held_back"}


# --- In the admin -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("office", "reads"), [("sysadmin", False), ("secretariat", True)])
def test_system_administrators_cannot_read_held_back_text_in_admin(client, office, reads):
    sent = make_submission(body=TOLD, proposed_wording="[[Arrest the officer.]]")
    make_point(sent, text="The officer asks.", held_back=True)
    shown = words(
        sign_in(client, make_user(office)).get(reverse("admin:consultations_submission_change", args=[sent.pk]))
    )
    hits = client.get(reverse("admin:consultations_submission_changelist"), {"q": "Nadapal"}).context["cl"]
    secrets = ("Nadapal", "Arrest", "The officer asks.")
    assert [secret in shown for secret in secrets] == [reads] * 3
    assert hits.result_count == reads
