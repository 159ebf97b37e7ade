"""Second factor for the roles that need one, and security headers of every response."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from ncm_portal.errors import ReferenceFilter
from ncm_portal.features import permissions_policy
from ncm_portal.middleware import headers_middleware, lacks_second_factor
from tests.factories import make_head, make_secretariat, make_user
from tests.sign_in import give_second_factor, sign_in

pytestmark = pytest.mark.django_db
SET_UP = "/account/2fa/"
NUMBER = r"[2-9A-Z]{4}-[2-9A-Z]{4}"


def force_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("office", ["secretariat", "head", "sysadmin", "official"])
@pytest.mark.parametrize("page", ["/", "/admin/"])
def test_office_without_second_factor_is_redirected_to_set_up(client, office, page):
    answer = force_in(client, make_user(office=office)).get(page)
    assert (answer.status_code, answer["Location"]) == (302, SET_UP)


@pytest.mark.parametrize("method", ["get", "post"])
def test_posts_are_redirected_too(client, method):
    answer = getattr(force_in(client, make_head()), method)("/admin/consultations/user/add/")
    assert (answer.status_code, answer["Location"]) == (302, SET_UP)


@pytest.mark.parametrize("name", ["mfa_index", "account_logout", "account_email", "health"])
def test_second_factor_pages_and_sign_out_stay_accessible(client, name):
    assert force_in(client, make_secretariat()).get(reverse(name)).headers.get("Location") != SET_UP


def test_office_with_second_factor_has_access(client):
    assert sign_in(client, make_secretariat()).get("/admin/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor():
    head = make_head()
    Authenticator.objects.create(user=head, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert lacks_second_factor(head) is True


def test_other_roles_need_no_second_factor(client):
    assert lacks_second_factor(make_user()) is False


def test_visitors_cost_no_query(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert lacks_second_factor(type("Visitor", (), {"is_authenticated": False})()) is False


def test_second_factor_is_requested_at_sign_in(client):
    from allauth.account.models import EmailAddress

    from tests.factories import PASSWORD

    head = make_head()
    head.set_password(PASSWORD)
    head.save()
    EmailAddress.objects.create(user=head, email=head.email, verified=True, primary=True)
    give_second_factor(head)
    answer = client.post(reverse("account_login"), {"login": head.email, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_authenticate"))
    assert "_auth_user_id" not in client.session


def test_every_response_has_security_headers(client):
    answer = client.get("/health/")
    wanted = {
        "Permissions-Policy": permissions_policy(),
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'",
    }
    assert {name: answer.headers.get(name) for name in wanted} == wanted


def test_page_of_session_is_not_cached(client):
    assert "Cache-Control" not in client.get("/health/").headers
    assert force_in(client, make_user()).get("/health/")["Cache-Control"] == "no-store, private"


def test_cache_header_of_view_is_kept():
    request = RequestFactory().get("/")
    request.session = {"_auth_user_id": "1"}
    answer = headers_middleware(lambda request: HttpResponse(headers={"Cache-Control": "max-age=60"}))(request)
    assert answer["Cache-Control"] == "max-age=60"


REFUSED = {
    "a NUL in a query": (lambda client: client.get("/inputs/?q=a%00b"), 400),
    "a NUL in the path": (lambda client: client.get("/inputs/%00/"), 404),
    "a host that is not ours": (lambda client: client.get("/", headers={"host": "elsewhere.example.com"}), 400),
    "a host that is none": (lambda client: client.get("/", headers={"host": "a b/c@d"}), 400),
    "too many fields": (lambda client: client.post("/verify/", dict.fromkeys(map(str, range(6_100)), "x")), 400),
    "a form that is cut off": (
        lambda client: client.generic("POST", "/verify/", b"--x", "multipart/form-data; boundary="),
        400,
    ),
    "no form": (lambda client: client.generic("POST", "/verify/", b"[1]", "application/json"), 400),
    "no token": (lambda client: Client(enforce_csrf_checks=True).post("/account/login/"), 403),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("secure", [False, True])
def test_refusal_has_security_headers_and_logged_reference_number(client, case, secure, settings, caplog):
    ask, status = REFUSED[case]
    settings.SECURE_SSL_REDIRECT = secure
    caplog.handler.addFilter(ReferenceFilter())
    standing = dict(client.get("/health/").headers)
    answer = ask(client)
    if secure and answer.status_code == 301:
        return  # answered with the address that is safe, before anything was read
    assert answer.status_code == status
    ours = {name for name in standing if "-" in name} - {"Content-Length", "Content-Type", "Content-Language"}
    assert {name: answer.headers.get(name) for name in ours} == {name: standing[name] for name in ours}
    logged = {record.reference for record in caplog.records if getattr(record, "status_code", None) == status}
    shown = set(re.findall(r"<b>([2-9A-Z]{4}-[2-9A-Z]{4})</b>", answer.text))
    assert shown == (logged if status != 404 else set())
    assert len(logged) == 1


def test_reference_numbers_are_unique(client):
    pages = {re.search(NUMBER, client.get("/inputs/?q=%00").text)[0] for _turn in range(20)}
    assert len(pages) == 20


def test_server_error_shows_logged_reference_number(client, caplog, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("broken")

    caplog.handler.addFilter(ReferenceFilter())
    client.raise_request_exception = False
    monkeypatch.setattr(connection, "cursor", fail)
    answer = client.get("/health/")
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert (answer.status_code, record.exc_info is not None) == (500, True)
    assert set(re.findall(NUMBER, answer.text)) == {record.reference}


@pytest.mark.parametrize(("address", "status"), [("/inputs/%00/", 404), ("/a%00b", 404), ("/inputs/?q=a%00b", 400)])
def test_url_that_database_cannot_store_is_refused(client, address, status):
    assert client.get(address).status_code == status
