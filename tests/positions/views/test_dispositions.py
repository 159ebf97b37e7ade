"""My organisation and my input: the state of each input, the outcome of each point, and no access for others."""

import html
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from consultations import workflow
from consultations.models import OutgoingMail
from ncm_portal.workflow import Blocked, now
from positions import workflow as workflow_of_papers
from positions.models import PositionPaper
from tests.factories import (
    change,
    make_consultation,
    make_member,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_submission,
    make_user,
)
from tests.pages import without_tokens, words
from tests.paper_factories import make_published_paper
from tests.positions.clearing import make_text
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
PAGE = "/my-organisation/"


@pytest.fixture
def organisation():
    return make_stakeholder("Herders (sample)")


@pytest.fixture
def person(client, organisation):
    person = make_member(organisation, is_primary=True)
    sign_in(client, person)
    return person


def at(submission, *more):
    return "/".join([f"/my-organisation/inputs/{submission.key}", *more, ""])


# --- My organisation ------------------------------------------------------------------------------------------------


def test_unfinished_inputs_are_listed_first(client, person, organisation):
    consultation = make_consultation()
    states = ["withdrawn", "accepted", "draft", "set_aside", "submitted", "returned"]
    for state in states:
        make_submission(consultation, organisation, author=person, state=state)
    make_submission(consultation)
    page = client.get(PAGE)
    assert [found.state for found in page.context["inputs"]] == [
        "returned", "draft", "submitted", "accepted", "set_aside", "withdrawn",
    ]  # fmt: skip
    assert f"/submit/?consultation={consultation.slug}" in page.content.decode()


def test_member_of_two_organisations_sees_one_at_a_time(client, person, organisation):
    other = make_stakeholder("Other (sample)")
    make_member(other, user=person)
    assert client.get(PAGE).context["organisation"] == organisation
    assert client.get(PAGE, {"organisation": other.pk}).context["organisation"] == other


@pytest.mark.parametrize("asked", ["0", "x", "99999999"])
def test_other_organisation_is_404(client, person, asked):
    assert client.get(PAGE, {"organisation": asked}).status_code == 404
    assert client.get(PAGE, {"organisation": make_stakeholder().pk}).status_code == 404


def test_person_without_organisation_gets_instructions(client):
    sign_in(client, make_user())
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "/organisations/register/" in page.content.decode()


def test_unverified_organisation_sees_who_verifies(client):
    sign_in(client, make_member(make_stakeholder(state="registered")))
    assert "Next: Verify, Refuse. Who: the secretariat" in words(client.get(PAGE))


def test_refused_organisation_sees_reason(client):
    body = make_stakeholder(state="registered")
    workflow.refuse(body, by=make_secretariat(), reason="We found no <such> body.")
    sign_in(client, make_member(body))
    assert html.escape("We found no <such> body.") in client.get(PAGE).content.decode()


def test_only_primary_focal_point_manages_members(client, person, organisation):
    alternate = make_member(organisation, "alternate")
    workflow.invite_officer(organisation, email="new@example.org", role="alternate", by=person)
    page = client.get(PAGE)
    assert f"/organisations/{organisation.pk}/invite/" in page.content.decode()
    assert "new@example.org" in words(page)
    sign_in(client, alternate)
    page = client.get(PAGE)
    assert person.name in words(page)
    assert "/invite/" not in page.content.decode()


def test_rapporteur_finds_own_session(client):
    session = make_session(title="A breakout")
    sign_in(client, session.roles.create(user=make_user(), kind="rapporteur").user)
    assert f"/sessions/{session.pk}/points/" in client.get(PAGE).content.decode()


def test_page_query_count_is_low(client, person, organisation, django_assert_max_num_queries):
    consultation = make_consultation()
    for _turn in range(5):
        make_point(make_submission(consultation, organisation, author=person))
    client.get(PAGE)
    with django_assert_max_num_queries(15):
        client.get(PAGE)


def test_silence_procedure_is_shown_to_members_until_it_ends(client):
    text = make_text("cleared")
    workflow_of_papers.open_silence(text.paper, by=text.secretariat, until=now() + timedelta(hours=73))
    way = reverse("desk_paper_move", args=[text.paper.slug, "break_silence"])
    found = {}
    for name, body in (("member", make_stakeholder(is_ncm_member=True)), ("other", make_stakeholder())):
        sign_in(client, make_member(body))
        found[name] = way in client.get(PAGE).content.decode()
    assert found == {"member": True, "other": False}
    sign_in(client, text.officer_one)  # who clears for a ministry has no page of an organisation
    assert way in client.get(reverse("clearances")).content.decode()
    PositionPaper.objects.update(silence_until=now() - timedelta(minutes=1))
    assert way not in client.get(reverse("clearances")).content.decode()


# --- One input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["draft", "submitted", "accepted", "returned", "set_aside", "withdrawn"])
def test_input_page_shows_its_progress(client, person, organisation, state):
    submission = make_submission(stakeholder=organisation, author=person, state=state)
    page = client.get(at(submission))
    assert page.status_code == 200
    assert submission.get_state_display().capitalize() in words(page)
    editable = state in ("draft", "returned")
    assert (reverse("draft", args=[submission.key]) in page.content.decode()) == editable
    verbs = {"draft": ["submit", "withdraw"], "returned": ["submit", "withdraw"], "submitted": ["withdraw"]}
    assert [open_move.move.verb for open_move in page.context["moves"]] == verbs.get(state, [])
    if state in ("returned", "set_aside"):
        assert submission.state_reason in words(page)


def test_author_does_not_see_checklist_of_the_desk(client, person, organisation):
    """An input that was typed from a letter is compared with its original by the desk, not by its author."""
    typed = {"channel": "letter", "received_on": now().date(), "entered_by": make_secretariat()}
    submission = make_submission(stakeholder=organisation, author=person, state="submitted", **typed)
    page = client.get(at(submission))
    assert page.context["needs"] == []
    text = words(page)
    assert [each in text for each in ("original", "Put on file", "the secretariat (not")] == [False] * 3
    assert "You do not need to do anything more." in text


def test_draft_is_sent_from_its_page(client, person, organisation):
    submission = make_submission(stakeholder=organisation, author=person, state="draft")
    answer = client.post(at(submission, "submit"))
    submission.refresh_from_db()
    assert answer["Location"] == reverse("receipt", args=[submission.reference])
    assert OutgoingMail.objects.count() == 1
    assert client.post(at(submission, "submit")).status_code == 409


def test_incomplete_draft_lists_missing_items(client, person, organisation):
    submission = make_submission(stakeholder=organisation, author=person, state="draft", body="")
    assert "It has no text yet" in words(client.get(at(submission)))
    page = client.post(at(submission, "submit"))
    assert (page.status_code, page.context["reasons"]) == (409, ["It has no text yet"])


def test_input_is_withdrawn(client, person, organisation):
    submission = make_submission(stakeholder=organisation, author=person, state="submitted")
    assert client.post(at(submission, "withdraw"))["Location"] == at(submission)
    submission.refresh_from_db()
    assert submission.state == "withdrawn"


@pytest.mark.parametrize("verb", ["accept", "set_aside", "take_in", "delete"])
def test_author_page_offers_no_other_moves(client, person, organisation, verb):
    submission = make_submission(stakeholder=organisation, author=person, state="submitted")
    assert client.post(at(submission, verb)).status_code == 404


def test_get_request_changes_nothing(client, person, organisation):
    submission = make_submission(stakeholder=organisation, author=person, state="draft")
    assert client.get(at(submission, "submit"))["Location"] == at(submission)
    submission.refresh_from_db()
    assert submission.state == "draft"


def test_history_hides_notes_and_refusals_of_secretariat(client, person, organisation):
    submission = make_submission(stakeholder=organisation, author=person, state="submitted")
    officer = make_secretariat()
    workflow.add_note(submission, by=officer, text="Between us.")
    with pytest.raises(Blocked):
        workflow.set_aside(submission, by=officer, reason="")
    workflow.accept(submission, by=officer)
    page = client.get(at(submission))
    assert [event.verb for event in page.context["events"]] == ["accept"]
    assert "Between us." not in words(page)


# --- What became of it ----------------------------------------------------------------------------------------------


def test_point_is_shown_as_waiting(client, person, organisation):
    submission = make_submission(stakeholder=organisation, author=person)
    point = make_point(submission, text="A pass.")
    page = words(client.get(at(submission)))
    assert point.reference in page
    assert "Not answered yet" in page


def test_published_answer_has_paragraph_and_reason(client):
    published = make_published_paper()
    answer = next(found for found in published.paper.dispositions.order_by("pk") if found.point.submission)
    submission = answer.point.submission
    for disposition in published.paper.dispositions.all():
        change(disposition, answered_at=now())
    sign_in(client, make_member(submission.stakeholder))
    page = client.get(at(submission))
    shown = {row.point.pk: row.answers for row in page.context["points"]}[answer.point.pk]
    assert [each.disposition for each in shown] == [answer]
    assert str(answer.get_outcome_display()).capitalize() in words(page)
    if answer.reason:
        assert answer.reason in words(page)
    listed = {found.pk: (found.point_count, found.answered) for found in client.get(PAGE).context["inputs"]}
    said = submission.points.count()
    assert listed[submission.pk] == (said, said)


def test_confidential_target_of_merged_point_is_not_named(client, person, organisation):
    consultation = make_consultation()
    secret = make_point(make_submission(consultation, audience="secretariat"))
    public = make_point(make_submission(consultation))
    own = make_submission(consultation, organisation, author=person)
    make_point(own, state="merged", into=secret)
    make_point(own, state="merged", into=public)
    page = client.get(at(own)).content.decode()
    assert secret.reference not in page
    assert f"/inputs/{public.submission.reference}/#{public.reference}" in page


# --- Whose it is ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stranger", [make_user, make_member, make_secretariat])
@pytest.mark.parametrize("state", ["draft", "submitted", "accepted"])
def test_other_organisations_input_is_404(client, stranger, state):
    submission = make_submission(state=state)
    sign_in(client, stranger())
    none = uuid.UUID(int=0)
    pages = [client.get(f"/my-organisation/inputs/{key}/") for key in (submission.key, none)]
    assert [page.status_code for page in pages] == [404, 404]
    texts = [without_tokens(page).replace(str(submission.key), str(none)) for page in pages]
    assert texts[0] == texts[1]
    assert client.post(at(submission, "withdraw")).status_code == 404


def test_former_member_sees_nothing(client, person, organisation):
    submission = make_submission(stakeholder=organisation, author=person)
    membership = person.memberships.get()
    membership.valid_from = membership.valid_until = membership.valid_from.replace(year=2016)
    membership.is_primary = False
    membership.save()
    assert client.get(at(submission)).status_code == 404
