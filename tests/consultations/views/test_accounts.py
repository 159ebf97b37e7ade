"""Desk pages about accounts: search, close, reopen, correct and restore, with consequences shown."""

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from consultations import workflow
from consultations.models import Proposal
from consultations.templatetags.portal import day
from ncm_portal.workflow import journal, now
from tests.factories import (
    make_forum,
    make_head,
    make_member,
    make_ministry,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_user,
)
from tests.pages import words
from tests.sign_in import give_second_factor, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    return sign_in(client, make_secretariat(name="Mercy")) and client


@pytest.fixture
def amina():
    return make_member(make_stakeholder("Coast Network"), user=make_user(name="Amina", email="amina@example.org"))


def page_of(person, verb=""):
    return f"/desk/accounts/{person.pk}/" + (f"{verb}/" if verb else "")


def test_account_is_found_by_part_of_name_or_address(officer, amina):
    make_user(name="Peter", is_active=False)
    for part in ("amin", "AMINA@exa"):
        assert f'href="{page_of(amina)}"' in officer.get("/desk/accounts/", {"words": part}).content.decode()
    assert "Peter" in words(officer.get("/desk/accounts/", {"words": "pet"}))
    assert "There is no account with this name or address." in words(officer.get("/desk/accounts/", {"words": "zz%_"}))
    assert "Amina" not in words(officer.get("/desk/accounts/"))
    assert "There is a problem" in words(officer.get("/desk/accounts/", {"words": "x" * 300}))


def test_account_page_shows_roles_and_available_actions(officer, amina):
    give_second_factor(amina)
    page = words(officer.get(page_of(amina)))
    for words_of_page in (
        "amina@example.org",
        "Coast Network (focal point)",
        "Second factors 1",
        "Last signed in never",
    ):
        assert words_of_page in page
    for label in ("Correct the address of the account", "Restore access to the account needs a second person", "Close"):
        assert label in page


def test_account_is_closed_and_reopened_after_showing_consequences(officer, amina):
    page = words(officer.get(page_of(amina, "close_account")))
    assert "Amina no longer acts for Coast Network." in page
    refused = officer.post(page_of(amina, "close_account"), {"reason": ""})
    assert refused.status_code == 422
    assert "There is a problem Reason: Enter a reason. It is kept in the journal." in words(refused)
    assert officer.post(page_of(amina, "close_account"), {"reason": "She left."})["Location"] == page_of(amina)
    assert "no: the account is closed" in words(officer.get(page_of(amina)))
    assert officer.get(page_of(amina, "close_account")).status_code == 404
    officer.post(page_of(amina, "reopen_account"), {"reason": "She is back."})
    amina.refresh_from_db()
    assert amina.is_active


def test_address_is_corrected_or_refused_with_error_at_field(officer, amina):
    other = make_user(email="other@example.org")
    EmailAddress.objects.create(user=other, email=other.email, verified=True, primary=True)
    at = page_of(amina, "correct_address")
    for typed, status, said in (
        ("", 422, "New address: Enter the new address."),
        ("γ@example.org", 422, "New address: The part before the @ must only include letters"),
        ("OTHER@example.org", 409, "Another account has this address."),
    ):
        answer = officer.post(at, {"address": typed, "reason": "Misspelt."})
        assert (answer.status_code, said in words(answer)) == (status, True)
        assert "Misspelt." in answer.content.decode()
    officer.post(at, {"address": "AMINA@Coast.example.org", "reason": "Misspelt."})
    amina.refresh_from_db()
    assert amina.email == "amina@coast.example.org"


def test_access_of_locked_out_head_is_restored_by_two_people(client):
    head, technician = make_head(name="Ruth"), make_user("sysadmin")
    sign_in(client, technician)
    page = words(client.get(page_of(head, "restore_access")))
    for sentence in (
        "It works once, within one hour.",
        "Nothing changes until a second member of staff confirms it, by ",
        "Everyone with an office gets an e-mail",
    ):
        assert sentence in page
    client.post(page_of(head, "restore_access"), {"reason": "The telephone was stolen.", "address": ""})
    proposal = Proposal.objects.get()
    assert (proposal.act, proposal.concerns, proposal.values) == ("restore_access", head, {})
    assert "Waiting for a second person Restore access to the account: Ruth" in words(client.get(page_of(head)))
    again = client.post(page_of(head, "restore_access"), {"reason": "Once more."})
    assert (again.status_code, "already waiting for a second person" in words(again)) == (409, True)
    sign_in(client, make_secretariat())
    client.post(reverse("desk_proposal_move", args=[proposal.key, "confirm_proposal"]))
    head.refresh_from_db()
    assert not head.has_usable_password()


def test_system_administrator_and_owner_cannot_change_account(client, amina):
    technician = make_user("sysadmin")
    sign_in(client, technician)
    assert client.get(page_of(amina, "correct_address")).status_code == 404
    assert client.get(page_of(amina, "close_account")).status_code == 200
    for verb in ("close_account", "restore_access", "correct_address", "reopen_account", "anything"):
        assert client.post(page_of(technician, verb), {"reason": "Mine."}).status_code == 404
    assert "You cannot change this account. Other people decide about it." in words(client.get(page_of(technician)))


def test_page_is_404_for_others(client, amina):
    for stranger in (make_user(), make_user("official"), amina):
        sign_in(client, stranger)
        for path in ("/desk/accounts/", page_of(amina), page_of(amina, "close_account")):
            assert client.get(path).status_code == 404
        assert client.post(page_of(amina, "close_account"), {"reason": "x"}).status_code == 404


def test_admin_links_to_desk_and_cannot_deactivate_account(officer, amina):
    page = officer.get(reverse("admin:consultations_user_change", args=[amina.pk])).content.decode()
    assert f'href="{page_of(amina)}"' in page
    assert 'name="is_active"' not in page


# --- Offices ----------------------------------------------------------------------------------------------------------


def test_offices_page_says_who_holds_which_office_since_when(client, amina):
    head, officer = make_head(name="Hassan"), make_secretariat(name="Mercy")
    journal("appoint", officer, by=head, before="", after="secretariat")
    make_member(make_ministry("Ministry of Health"), "clearing_officer", user=make_user(name="Clara"))
    make_session().roles.create(kind="chair", name="Chair Person")
    make_session(make_forum(state="held")).roles.create(kind="chair", name="Past Chair")
    sign_in(client, head)
    page = client.get("/desk/accounts/offices/")
    shown = words(page)
    assert f"Mercy Secretariat {day(now())} Change or end" in shown
    assert "Hassan Head of the secretariat not on record you" in shown
    assert "Nobody Official" in shown
    assert "Clara Ministry of Health" in shown
    assert ("Chair Person" in shown, "Past Chair" in shown, "Amina" in shown) == (True, False, False)
    sign_in(client, officer)
    assert "The head of the secretariat proposes who gets an office." in words(client.get("/desk/accounts/offices/"))
    sign_in(client, amina)
    assert client.get("/desk/accounts/offices/").status_code == 404


def test_head_proposes_an_office_at_the_desk_and_a_second_person_gives_it(client):
    head, person = make_head(), make_user(name="Juma")
    sign_in(client, head)
    assert f'href="{page_of(person, "appoint")}"' in client.get(page_of(person)).text
    page = client.get(page_of(person, "appoint"))
    assert "Everyone with an office gets an e-mail" in words(page)
    assert client.post(page_of(person, "appoint"), {"office": "secretariat", "reason": ""}).status_code == 422
    client.post(page_of(person, "appoint"), {"office": "secretariat", "reason": "She begins."})
    person.refresh_from_db()
    assert person.office == ""
    workflow.confirm_proposal(Proposal.objects.get(act="appoint"), by=make_secretariat())
    person.refresh_from_db()
    assert person.office == "secretariat"
    client.post(page_of(person, "appoint"), {"office": "", "reason": "She leaves."})
    workflow.confirm_proposal(Proposal.objects.open().get(act="appoint"), by=make_secretariat())
    person.refresh_from_db()
    assert person.office == ""


def test_only_who_may_propose_an_office_reaches_its_page(client, amina):
    make_head()
    for person in (make_secretariat(), make_user("official"), amina):
        sign_in(client, person)
        assert client.get(page_of(make_user(), "appoint")).status_code == 404
    head = make_head()
    sign_in(client, head)
    assert client.get(page_of(head, "appoint")).status_code == 404


def test_administrator_appoints_the_first_head_at_the_desk_alone(client):
    sign_in(client, make_user("sysadmin"))
    person = make_user()
    client.post(page_of(person, "appoint"), {"office": "head", "reason": "The first one."})
    person.refresh_from_db()
    assert person.office == "head"
