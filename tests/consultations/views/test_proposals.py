"""Desk pages of proposals."""

import pytest

from consultations.models import Proposal
from tests.factories import make_head, make_member, make_secretariat, make_user
from tests.office_factories import make_proposal
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposal():
    return make_proposal(make_user(name="Peter Kimani"), by=make_head(name="Ruth Langat"), reason="He joins us.")


def address(proposal, verb=""):
    return f"/desk/proposals/{proposal.key}/" + (f"{verb}/" if verb else "")


@pytest.mark.parametrize("office", ["secretariat", "sysadmin"])
def test_permitted_person_reads_consequences_and_confirms(client, proposal, office):
    reader = sign_in(client, make_user(office)) and client
    listed = words(reader.get("/desk/proposals/"))
    assert "To do Appoint to an office: Peter Kimani Proposed by Ruth Langat" in listed
    page = words(reader.get(address(proposal)))
    for sentence in ("Peter Kimani becomes: official.", "He joins us.", "Ruth Langat", "Yes: Confirm"):
        assert sentence in page
    assert reader.post(address(proposal, "confirm_proposal"))["Location"] == address(proposal)
    proposal.record.refresh_from_db()
    assert proposal.record.office == "official"
    assert "Confirmed. The change is made." in words(reader.get(address(proposal)))


def test_proposer_cannot_confirm_own_proposal(client, proposal):
    sign_in(client, proposal.proposed_by)
    page = client.get(address(proposal)).content.decode()
    assert ("withdraw_proposal/" in page, "confirm_proposal/" in page) == (True, False)
    answer = client.post(address(proposal, "confirm_proposal"))
    assert answer.status_code == 409
    assert "who neither proposed it nor is concerned by it" in words(answer)
    assert client.post(address(proposal, "withdraw_proposal")).status_code == 302
    assert Proposal.objects.get().state == "withdrawn"


def test_refusal_without_reason_is_reported(client, proposal):
    sign_in(client, make_secretariat())
    answer = client.post(address(proposal, "refuse_proposal"), {"reason": ""})
    assert (answer.status_code, answer.context["reasons"]) == (409, ["Enter a reason. It is kept in the journal."])
    client.post(address(proposal, "refuse_proposal"), {"reason": "Not yet."})
    assert Proposal.objects.get().state == "refused"


def test_unmet_conditions_are_shown_before_confirmation(client, proposal):
    type(proposal.record).objects.filter(pk=proposal.record_id).update(is_active=False)
    sign_in(client, make_secretariat())
    assert "What prevents it now The account of Peter Kimani is closed." in words(client.get(address(proposal)))


def test_page_is_404_for_others(client, proposal):
    for stranger in (make_user(), make_user("official"), make_member(), proposal.record):
        sign_in(client, stranger)
        for path in ("/desk/proposals/", address(proposal), address(proposal, "confirm_proposal")):
            assert client.get(path).status_code == 404
        assert client.post(address(proposal, "confirm_proposal")).status_code == 404


def test_unknown_verb_or_key_is_404(client, proposal):
    sign_in(client, make_secretariat())
    assert client.post(address(proposal, "lapse_proposal")).status_code == 404
    assert client.get("/desk/proposals/00000000-0000-0000-0000-000000000001/").status_code == 404
    assert client.get(address(proposal, "confirm_proposal"))["Location"] == address(proposal)
