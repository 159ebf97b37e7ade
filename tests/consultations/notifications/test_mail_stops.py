"""Mail stops: a link in each mail to people without an account, usable without one and reversible."""

import re
from email import policy
from email.parser import BytesParser

import pytest
from django.core import mail
from django.test import Client

from consultations import workflow
from consultations.models import MailStop, OutgoingMail
from consultations.notifications import outbox
from consultations.tokens import address_hash, hash_in_stop_token, stop_token
from ncm_portal.workflow import Blocked
from tests.factories import make_member, make_secretariat, make_stakeholder, make_submission, make_user
from tests.pages import words

pytestmark = pytest.mark.django_db
ADDRESS = "new@example.org"


def invite(address=ADDRESS, body=None):
    return workflow.invite_officer(body or make_stakeholder(), email=address, role="alternate", by=make_secretariat())


def link_in(text):
    return re.search(r"/mail/stop/[^\s/]+/", text)[0]


def stop(address=ADDRESS):
    return Client().post(f"/mail/stop/{stop_token(address)}/", {"do": "stop"})


def test_mail_to_non_user_has_stop_link_and_headers():
    invite()
    outbox.deliver()
    (sent,) = mail.outbox
    read = BytesParser(policy=policy.default).parsebytes(sent.message().as_bytes())
    address = f"http://127.0.0.1:8000{link_in(sent.body)}"
    assert f"Stop e-mails to this address (no account needed): {address}" in sent.body
    assert read["List-Unsubscribe"] == f"<{address}>"
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f'href="{address}"' in sent.alternatives[0].content
    assert ADDRESS not in address


def test_duty_mail_to_user_has_no_stop_link_and_is_always_sent():
    author = make_member()
    stop(author.email)
    workflow.submit(
        make_submission(state="draft", author=author, stakeholder=author.live_memberships[0].stakeholder), by=author
    )
    outbox.deliver()
    (sent,) = mail.outbox
    assert (sent.to, "/mail/stop/" in sent.body, "List-Unsubscribe" in sent.extra_headers) == (
        [author.email],
        False,
        False,
    )


def test_stop_link_changes_nothing_on_get_and_stops_mail_on_post():
    address = f"/mail/stop/{stop_token(ADDRESS)}/"
    page = Client().get(address)
    assert (page.status_code, MailStop.objects.count()) == (200, 0)
    assert "You do not need an account to stop these e-mails." in words(page)
    assert ADDRESS not in page.text
    client = Client(enforce_csrf_checks=True)
    assert client.post(address, {"do": "stop"})["Location"] == address
    assert "we send no more e-mails to the address" in words(client.get(address))
    assert MailStop.objects.get().address_hash == address_hash(ADDRESS)
    assert client.post(address, {"do": "resume"})["Location"] == address
    assert not MailStop.objects.covers(ADDRESS)
    client.post(address, {"do": "stop"})
    assert MailStop.objects.covers(" New@EXAMPLE.org")


def test_one_click_unsubscribe_does_not_redirect():
    answer = Client(enforce_csrf_checks=True).post(
        f"/mail/stop/{stop_token(ADDRESS)}/",
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )
    assert (answer.status_code, MailStop.objects.covers(ADDRESS)) == (200, True)


def test_queued_mail_to_stopped_address_is_not_sent():
    _invitation, token = invite()
    invite("other@example.org")
    stop()
    assert outbox.deliver() == 1
    row = OutgoingMail.objects.get(to=ADDRESS)
    assert (row.state, row.get_state_display()) == ("stopped", "not sent: mail to this address is stopped")
    assert (row.body, row.sent_at) == ("", None)
    assert [sent.to for sent in mail.outbox] == [["other@example.org"]]
    assert workflow.invited(token) is not None  # nobody took the invitation back


def test_inviter_gets_neutral_message_until_stop_is_undone():
    stop()
    with pytest.raises(Blocked, match=r"^This address does not accept invitations\.$"):
        invite("NEW@example.org")
    Client().post(f"/mail/stop/{stop_token(ADDRESS)}/", {"do": "resume"})
    invite()
    assert outbox.deliver() == 1


def test_users_can_stop_invitations_too():
    person = make_user()
    invite(person.email)
    outbox.deliver()
    Client().post(link_in(mail.outbox[0].body), {"do": "stop"})
    with pytest.raises(Blocked, match="does not accept invitations"):
        invite(person.email)


@pytest.mark.parametrize(
    "token", ["x", "a" * 64, stop_token(ADDRESS)[:-1], stop_token(ADDRESS).replace("a", "b", 1) + "x"]
)
def test_invalid_stop_link_is_404(token):
    assert hash_in_stop_token(token) is None
    for ask in (Client().get, Client().post):
        assert ask(f"/mail/stop/{token}/").status_code == 404
    assert not MailStop.objects.exists()


def test_stop_page_is_rate_limited(settings):
    settings.LIMITS = {**settings.LIMITS, "stop": (3, 600)}
    codes = [Client().get(f"/mail/stop/{number}/").status_code for number in range(5)]
    assert codes == [404, 404, 404, 429, 429]


# --- The account pages ----------------------------------------------------------------------------------------------

SIGN_UP = {"name": "Achieng'", "password1": "correct horse 9", "password2": "correct horse 9"}


def sign_up(address):
    return Client().post("/account/signup/", {**SIGN_UP, "email": address})


def test_address_confirmation_mail_has_stop_link_and_respects_it():
    sign_up(ADDRESS)
    (sent,) = mail.outbox
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    Client().post(link_in(sent.body), {"do": "stop"})
    before = sign_up("another@example.org")
    after = sign_up(ADDRESS)
    assert [each.to for each in mail.outbox] == [[ADDRESS], ["another@example.org"]]
    assert (before.status_code, before["Location"]) == (after.status_code, after["Location"])


def test_password_reset_is_sent_despite_stop():
    person = make_user()
    stop(person.email)
    Client().post("/account/password/reset/", {"email": person.email})
    (sent,) = mail.outbox
    assert (sent.to, "List-Unsubscribe" in sent.extra_headers) == ([person.email], False)
