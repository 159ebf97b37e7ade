"""Account forms: e-mail addresses are normalised, passwords have a length limit, and links expire after an hour."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import Provider
from django.conf import settings
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.models import User
from tests.factories import PASSWORD, make_secretariat, make_user
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
REAL, LOOK_ALIKE = "ruth.langat@secretariat.example.org", "ruth.langat@secretarıat.example.org"
ENCODED = "ruth.langat@xn--secretarat-4ub.example.org"


def confirmed(email, **fields):
    user = make_user(email=email, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def log_in(client, email, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def sign_up(client, email, **changes):
    fields = {"name": "Ruth", "email": email, "password1": PASSWORD, "password2": PASSWORD, **changes}
    return client.post(reverse("account_signup"), fields)


def confirm(client):
    return client.post(re.search(r"https?://[^/\s]+(/account/confirm-email/\S+)", mail.outbox[-1].body)[1])


def is_in(client, user):
    return client.session.get("_auth_user_id") == str(user.pk)


def refused_as(client, email, password=PASSWORD):
    answer = log_in(client, email, password)
    assert answer.status_code == 200
    return [words for field in answer.context["form"].errors.values() for words in field]


# --- Look-alikes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "look_alike", [LOOK_ALIKE, "ruth.langat@ſecretariat.example.org", "ruth.langat@ѕecretariat.example.org"]
)
def test_look_alike_address_signs_up_and_real_account_stays_accessible(client, look_alike):
    real = confirmed(REAL)
    sign_up(client, look_alike)
    client.logout()
    for typed in (REAL, REAL.upper()):
        assert log_in(client, typed).status_code == 302
        assert is_in(client, real)
        client.logout()


def test_look_alike_address_is_encoded_and_gets_its_own_mail(client):
    confirmed(REAL)
    sign_up(client, LOOK_ALIKE)
    assert User.objects.exclude(email=REAL).get().email == ENCODED
    assert mail.outbox[-1].to == [ENCODED]
    confirm(client)
    client.logout()
    log_in(client, LOOK_ALIKE)
    assert is_in(client, User.objects.get(email=ENCODED))


@pytest.mark.parametrize(
    "spelling",
    [
        REAL.upper(),
        "ruth.langat＠secretariat.example.org",
        "ruth.langat@secretariat.example.org.",
        "ruth.langat@secretariat。example.org",
        '"ruth.langat"@secretariat.example.org',
        "ruth.langat@ſecretariat.example.org",
    ],
)
def test_other_spelling_is_same_account(client, spelling):
    real = confirmed(REAL)
    assert sign_up(client, spelling)["Location"] == reverse("account_email_verification_sent")
    assert (User.objects.count(), mail.outbox[-1].to) == (1, [REAL])
    client.logout()
    log_in(client, spelling)
    assert is_in(client, real)


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("ayse@ışık.com.tr", "AYSE@IŞIK.COM.TR"),
        ("ayse@dışişleri.gov.tr", "Ayse@DIŞİŞLERİ.gov.tr"),
        ("isik@example.com.tr", "ISIK@example.com.tr"),
        ("isik@example.com.tr", "ısık@example.com.tr"),
        ("info@ελληνικός.gr", "INFO@ΕΛΛΗΝΙΚΌΣ.GR"),
        ("info@ελληνικός.gr", "info@ελληνικόσ.gr"),
    ],
)
def test_turkish_and_greek_addresses_sign_in_with_any_spelling(client, stored, typed):
    assert sign_up(client, stored).status_code == 302
    confirm(client)
    client.logout()
    log_in(client, typed)
    assert is_in(client, User.objects.get())
    client.logout()
    mail.outbox.clear()
    client.post(reverse("account_reset_password"), {"email": typed})
    assert [each.to for each in mail.outbox] == [[User.objects.get().email]]
    assert "/account/password/reset/key/" in mail.outbox[0].body


def test_ambiguous_capitals_open_account_with_plain_address(client):
    plain = confirmed("ayse@xn--iik-sza.com.tr")
    turkish = confirmed("ayse@xn--k-ekaa7p.com.tr")
    log_in(client, "AYSE@IŞIK.COM.TR")
    assert is_in(client, plain)
    client.logout()
    log_in(client, "ayse@ışık.com.tr")
    assert is_in(client, turkish)


@pytest.mark.parametrize("page", ["account_login", "account_signup", "account_reset_password"])
def test_invalid_address_is_refused_at_field(client, page):
    field = "login" if page == "account_login" else "email"
    filled = {"name": "Ruth", "password": PASSWORD, "password1": PASSWORD, "password2": PASSWORD}
    for typed, words in (
        ("γιώργος@example.gr", "letters a to z without accents"),
        ("ruth@[127.0.0.1]", "not a valid domain"),
        ("a\0b@example.org", ""),
    ):
        answer = client.post(reverse(page), {**filled, field: typed})
        assert words in answer.context["form"].errors[field][0]
    assert (User.objects.count(), len(mail.outbox)) == (0, 0)


def test_second_address_is_stored_in_normal_form(client):
    user = confirmed(REAL)
    client.force_login(user)
    client.post(reverse("account_email"), {"action_add": "", "email": "RUTH@Örnek.example.org"})
    assert set(EmailAddress.objects.filter(user=user).values_list("email", flat=True)) == {
        REAL,
        "ruth@xn--rnek-4qa.example.org",
    }


@pytest.mark.parametrize(("told", "kept"), [(REAL.upper(), REAL), (LOOK_ALIKE, ENCODED), ("ruth@[127.0.0.1]", None)])
def test_single_sign_on_address_is_stored_in_normal_form(rf, told, kept):
    class Government(Provider):
        id, name = "government", "Government"

    provider = Government(rf.get("/"), app=SocialApp())
    assert provider.cleanup_email_addresses(told, []) == kept


def test_admin_stores_normal_form_and_refuses_duplicates(client):
    confirmed(REAL)
    sign_in(client, make_secretariat())
    entered = {"name": "Ruth", "language": "en", "is_active": "on"}
    add = reverse("admin:consultations_user_add")
    again = client.post(add, {**entered, "email": REAL.upper()})
    assert again.context["adminform"].form.errors == {"email": ["This e-mail address is already in use."]}
    assert client.post(add, {**entered, "email": LOOK_ALIKE}).status_code == 302
    assert User.objects.filter(email=ENCODED).exists()


def test_database_refuses_other_forms(client):
    user = confirmed(REAL)
    rows = [User.objects.filter(pk=user.pk), EmailAddress.objects.filter(user=user)]
    for row in rows:
        for wrong in (LOOK_ALIKE, REAL.upper(), "no address"):
            with pytest.raises(IntegrityError), transaction.atomic():
                row.update(email=RawSQL("%s", [wrong]))
    User.objects.filter(pk=user.pk).update(email=RawSQL("%s", [LOOK_ALIKE]), is_active=False)  # one that was given up


def test_sign_in_query_count_does_not_depend_on_domain_spelling(client):
    confirmed(REAL)
    counts = []
    for typed in (REAL, "ruth.langat@SECRETARIAT.example.org"):
        with CaptureQueriesContext(connection) as queries:
            assert log_in(client, typed).status_code == 302
        counts.append(len(queries))
        client.logout()
    assert counts[1] <= counts[0] + 1


# --- Passwords --------------------------------------------------------------------------------------------------------

LONG = "long and strong " * 8
TOO_LONG = "This password is 129 characters long. It must be 128 characters or fewer."


def test_longest_password_is_accepted_and_longer_one_refused(client):
    assert sign_up(client, REAL, password1=LONG + "x", password2=LONG + "x").context["form"].errors["password1"] == [
        TOO_LONG
    ]
    assert User.objects.count() == 0
    sign_up(client, REAL, password1=LONG, password2=LONG)
    confirm(client)
    client.logout()
    log_in(client, REAL, LONG)
    assert is_in(client, User.objects.get())


def test_page_states_maximum_password_length(client):
    assert "Your password must be 128 characters or fewer." in client.get(reverse("account_signup")).content.decode()


def test_a_password_of_a_megabyte_is_not_hashed(client, monkeypatch):
    confirmed(REAL)
    hashed = []
    monkeypatch.setattr(User, "check_password", lambda self, raw: hashed.append(raw))
    monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append(raw))
    assert refused_as(client, REAL, "x" * 1_000_000) == [
        "This password is 1,000,000 characters long. It must be 128 characters or fewer."
    ]
    assert hashed == []


@pytest.mark.parametrize(
    ("page", "field"), [("account_change_password", "oldpassword"), ("account_reauthenticate", "password")]
)
def test_too_long_password_is_refused_when_signed_in(client, page, field):
    client.force_login(confirmed(REAL))
    answer = client.post(reverse(page), {"oldpassword": LONG + "x", "password": LONG + "x"})
    assert answer.context["form"].errors[field] == [TOO_LONG]


# --- The link of a forgotten password ---------------------------------------------------------------------------------


def reset_link(client):
    client.post(reverse("account_reset_password"), {"email": REAL.upper()})
    return re.search(r"https?://[^/\s]+(/account/password/reset/key/\S+)", mail.outbox[-1].body)[1]


@pytest.mark.parametrize(("minutes", "works"), [(59, True), (61, False)])
def test_reset_link_is_valid_for_an_hour(client, time_machine, minutes, works):
    confirmed(REAL)
    link = reset_link(client)
    time_machine.move_to(time.time() + minutes * 60, tick=False)
    answer = client.get(link, follow=True)
    assert ("This link is no longer valid" in answer.content.decode()) is not works


def test_mail_and_page_state_validity_of_link(client):
    confirmed(REAL)
    answer = client.post(reverse("account_reset_password"), {"email": REAL}, follow=True)
    assert "The link works for one hour." in answer.content.decode()
    assert "works once, for one hour" in mail.outbox[-1].body
    assert settings.PASSWORD_RESET_TIMEOUT == 3600
