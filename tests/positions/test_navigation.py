"""Which sections of the menu a person sees, and what they cost."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import resolve, reverse
from django.utils import translation

from consultations.models import MembershipRole, Office, User
from positions.navigation import SECTIONS, nav
from tests.factories import make_consultation, make_member, make_ministry, make_submission, make_user
from tests.paper_factories import make_step
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
FOR_ALL = ["Consultation", "Inputs", "Position papers"]


def request_of(user, path="/"):
    request = RequestFactory().get(path)
    request.user = user
    request.resolver_match = resolve(path)
    return request


def labels(user) -> list[str]:
    return [str(item["label"]) for item in nav(request_of(user))["nav"]]


def test_visitor_sees_public_pages_and_sign_in(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert labels(AnonymousUser()) == [*FOR_ALL, "Sign in"]


def test_stakeholder_sees_own_organisation(django_assert_num_queries):
    person = make_user()
    with django_assert_num_queries(1):
        assert labels(person) == ["For you", *FOR_ALL, "My organisation", "Account"]


def test_a_clearing_officer_sees_clearance():
    officer = make_user()
    make_member(make_ministry(), MembershipRole.CLEARING_OFFICER, user=officer)
    assert labels(officer) == ["For you", *FOR_ALL, "My organisation", "Clearance", "Account"]


def test_member_of_office_in_clearance_chain_sees_clearance(django_assert_num_queries):
    body = make_ministry()
    step = make_step(make_consultation(), "foreign", body)
    person = make_member(body)
    with django_assert_num_queries(1):
        assert labels(person) == ["For you", *FOR_ALL, "My organisation", "Clearance", "Account"]
    make_step(step.consultation, "foreign", body, is_asked=False)
    assert "Clearance" not in labels(User.objects.get(pk=person.pk))


@pytest.mark.parametrize(
    ("office", "own"),
    [
        (Office.SECRETARIAT, ["Desk", "Admin"]),
        (Office.HEAD, ["Desk", "Admin"]),
        (Office.SYSADMIN, ["Admin"]),
        (Office.OFFICIAL, ["My organisation"]),
    ],
)
def test_each_office_sees_its_menu(office, own):
    assert labels(make_user(office)) == ["For you", *FOR_ALL, *own, "Account"]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.url_name)
def test_every_section_has_a_first_page(section):
    assert reverse(section.url_name)[0] == "/"


def test_current_page_and_section_are_marked():
    def marks(path):
        return [item["current"] for item in nav(request_of(AnonymousUser(), path))["nav"]]

    assert marks("/") == ["page", "", "", ""]
    assert marks("/inputs/NCM-2017-0001/") == ["", "true", "", ""]
    assert marks("/account/login/") == ["", "", "", "page"]


def test_not_found_page_has_menu():
    request = RequestFactory().get("/nowhere/")
    request.user, request.resolver_match = AnonymousUser(), None
    assert [item["current"] for item in nav(request)["nav"]] == ["", "", "", ""]


def test_request_without_user_has_no_menu():
    assert list(nav(RequestFactory().get("/"))["nav"]) == []


@pytest.mark.parametrize(("language", "other"), [("en", "sw"), ("sw", "en")])
def test_the_other_language_is_offered(language, other):
    with translation.override(language):
        assert nav(request_of(AnonymousUser()))["other_language"]["code"] == other


def test_a_visitor_changes_the_language_without_a_token(client):
    client.handler.enforce_csrf_checks = True
    answer = client.post(reverse("set_language"), {"language": "sw", "next": "/inputs/"})
    assert (answer.status_code, answer.url, answer.cookies["django_language"].value) == (302, "/inputs/", "sw")


def test_rail_says_how_many_rows_wait_for_the_reader(client):
    sign_in(client, make_user(Office.SECRETARIAT))
    make_submission(state="submitted")
    make_submission(state="submitted")
    rail = client.get(reverse("desk_organisations")).context["rail"]
    assert [(str(link.label), link.number, link.current) for link in rail.own] == [("For you", 2, "")]
    assert (
        client.get(reverse("for_you")).content.decode().count('<b class="hot">2</b>') == 2
    )  # the rail and the top line


def test_rail_of_an_organisation_begins_with_what_waits_for_it(client):
    sign_in(client, make_member())
    rail = client.get(reverse("for_you")).context["rail"]
    assert next((str(link.label), link.number, link.current) for link in rail.own) == ("For you", 0, "page")
