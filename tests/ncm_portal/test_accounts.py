"""Sign-up and log-in: addresses are confirmed first, names are kept as typed, and nobody learns who has an account."""

import re

import pytest
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.base import Provider
from django.core import mail
from django.urls import reverse

from consultations.models import User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
NAME = "Wanjirũ wa Ng'ang'a-Ōtieno"


def sign_up(client, email="wanjiru@example.org", host="testserver", **changes):
    fields = {"name": NAME, "email": email, "password1": PASSWORD, "password2": PASSWORD, **changes}
    return client.post(reverse("account_signup"), fields, headers={"host": host})


def log_in(client, email="wanjiru@example.org"):
    return client.post(reverse("account_login"), {"login": email, "password": PASSWORD})


def confirm(client):
    link = re.search(r"https?://[^/\s]+(/account/confirm-email/\S+)", mail.outbox[-1].body)[1]
    return client.post(link)


def test_name_is_stored_as_typed(client):
    answer = sign_up(client)
    assert (answer.status_code, answer["Location"]) == (302, reverse("account_email_verification_sent"))
    user = User.objects.get()
    assert (user.name, user.email, user.office, user.is_staff) == (NAME, "wanjiru@example.org", "", False)


def test_confirmation_mail_is_worded_as_the_portals_own(client, settings):
    """No stock text, and the name and address of the portal instead of the host that was asked."""
    settings.ALLOWED_HOSTS = ["other.example", "testserver"]
    settings.PORTAL_ADDRESS = "https://portal.example"
    sign_up(client, host="other.example")
    sent = mail.outbox[-1]
    assert sent.subject == "Confirm your e-mail address"
    assert sent.body.startswith("Good day,\n\nSomeone entered this address for an account on the portal.")
    signed = "NCM Portal\nhttps://portal.example\n\nThis is an automatic message."
    assert signed in sent.body
    assert "other.example\n" not in sent.body
    make_user(email="known@example.org")
    sign_up(client, "known@example.org")
    again = mail.outbox[-1]
    assert (again.subject, signed in again.body) == ("You have an account already", True)
    client.post(reverse("account_reset_password"), {"email": "known@example.org"})
    reset = mail.outbox[-1]
    assert (reset.subject, signed in reset.body) == ("Choose a new password", True)


def test_demo_says_where_the_mail_lies(client, settings):
    sent = reverse("account_email_verification_sent")
    assert "var/mail" not in client.get(sent).text
    folder = {"BACKEND": "django.core.mail.backends.filebased.EmailBackend", "OPTIONS": {}}
    folder["OPTIONS"]["file_path"] = settings.BASE_DIR / "var" / "mail"
    settings.MAILERS = {"default": folder}
    assert "The message is the newest file in the folder <b>var/mail</b>" in client.get(sent).text


def test_language_of_page_becomes_language_of_account(client):
    client.cookies["django_language"] = "sw"
    sign_up(client)
    assert User.objects.get().language == "sw"


def test_sign_in_needs_confirmed_address(client):
    sign_up(client)
    assert log_in(client)["Location"] == reverse("account_email_verification_sent")
    assert "_auth_user_id" not in client.session
    confirm(client)
    log_in(client)
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_address_is_case_insensitive(client):
    sign_up(client)
    confirm(client)
    client.logout()
    log_in(client, "WANJIRU@Example.ORG")
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_answer_does_not_reveal_whether_address_is_taken(client):
    first = sign_up(client)
    confirm(client)
    client.logout()
    second = sign_up(client, "WANJIRU@example.org")
    assert (second.status_code, second["Location"]) == (first.status_code, first["Location"])
    assert User.objects.count() == 1


def test_password_reset_does_not_reveal_accounts(client):
    sign_up(client)
    answers = [
        client.post(reverse("account_reset_password"), {"email": f"{n}@example.org"}) for n in ("wanjiru", "nobody")
    ]
    assert [(a.status_code, a["Location"]) for a in answers] == [(302, reverse("account_reset_password_done"))] * 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "a\x1bb"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"email": "no address"}, "email"),
        ({"password1": "short", "password2": "short"}, "password1"),
        ({"password2": "another long password"}, "password2"),
    ],
)
def test_invalid_values_are_refused_at_their_field(client, changes, field):
    answer = sign_up(client, **changes)
    assert (answer.status_code, list(answer.context["form"].errors), User.objects.count()) == (200, [field], 0)


def test_password_guessing_is_slowed_down(client):
    sign_up(client)
    confirm(client)
    client.logout()
    wrong = {"login": "wanjiru@example.org", "password": "a wrong long password"}
    answers = [client.post(reverse("account_login"), wrong) for _ in range(11)]
    assert [answer.status_code for answer in answers[:2]] == [200, 200]
    assert "Too many" in answers[-1].content.decode()


# --- Signing in through somebody else -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["account_login", "account_signup"])
def test_sign_in_pages_make_no_queries(client, name, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get(reverse(name)).status_code == 200


def test_configured_provider_is_offered(client, monkeypatch):
    class Government(Provider):
        id, name, uses_apps = "government", "Government", True

        def get_login_url(self, request, **kwargs):
            return "/to-the-government/"

    registry.load()
    monkeypatch.setitem(registry.provider_map, "government", Government)
    SocialApp.objects.create(provider="government", name="Government sign-on", client_id="portal")
    said = client.get(reverse("account_login")).content.decode()
    assert 'href="/to-the-government/"' in said
