"""Which sections of the menu and which links of the rail a person sees, of which consultation, and what they cost."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import URLResolver, get_resolver, resolve, reverse
from django.utils import translation
from django.utils.timezone import localdate

from consultations.models import MembershipRole, Misreading, Office, User
from ncm_portal.workflow import now
from positions.navigation import SECTIONS, nav
from tests.factories import (
    make_action,
    make_consultation,
    make_forum,
    make_likeness,
    make_member,
    make_ministry,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_submission,
    make_user,
)
from tests.paper_factories import make_paper, make_step
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


# --- The rail ---------------------------------------------------------------------------------------------------------


def rail_of(user, path="/account/email/", **noted):
    request = request_of(user, path)
    vars(request).update(noted)
    return nav(request)["rail"] or None  # read now


def links_of(rail):
    return [*rail.own, *(link for _heading, links in rail.groups for link in links)]


def current_in(rail) -> list[tuple[str, str]]:
    return [(str(link.label), link.current) for link in links_of(rail) if link.current]


def place_of(page):
    """Return the primary key of the consultation that the rail of a page names, or None."""
    consultation = page.context["rail"].consultation
    return consultation and consultation.pk


@pytest.fixture
def two():
    """Two open consultations, the second opened later."""
    return make_consultation(), make_consultation(opens_at=now() - timedelta(days=1))


@pytest.fixture
def officer(client):
    person = make_secretariat()
    sign_in(client, person)
    return person


@pytest.mark.parametrize(
    "path", ["/", "/inputs/", "/papers/", "/submit/", "/forums/x/", "/forums/x/pack/", "/answer/x/"]
)
def test_public_pages_have_no_rail(path):
    assert rail_of(make_secretariat(), path) is None


def test_every_page_of_the_desk_has_the_rail():
    """Two have a header of their own; "desk/" only redirects."""
    officer = make_secretariat()
    names = {name for route, name in routes(get_resolver()) if route.startswith(("desk/", "for-you/"))}
    assert len(names) > 100
    assert {name for name in names if not rail_of_name(officer, name)} == {"desk", "preview", "forum_screen"}


def rail_of_name(user, name):
    request = request_of(user)
    request.resolver_match = SimpleNamespace(view_name=name, route="", kwargs={})
    return nav(request)["rail"]


def routes(resolver, start=""):
    """Return the whole route of every named URL."""
    for each in resolver.url_patterns:
        route = start + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each, route)
        elif each.name:
            yield route, each.name


def test_screen_that_a_projector_shows_has_no_rail():
    assert rail_of(make_secretariat(), "/desk/forums/x/screen/") is None
    assert rail_of(make_secretariat(), "/desk/forums/x/chair/") is not None


def test_visitor_and_page_not_found_have_no_rail(django_assert_num_queries):
    officer = make_secretariat()
    with django_assert_num_queries(0):
        assert rail_of(AnonymousUser(), "/account/login/") is None
        request = request_of(officer)
        request.resolver_match = None
        assert not nav(request)["rail"]
        assert not nav(RequestFactory().get("/"))["rail"]


@pytest.mark.parametrize("office", [None, Office.OFFICIAL, Office.SYSADMIN])
def test_rail_of_others_has_no_consultations_and_costs_no_query_of_the_desk(office, two, django_assert_max_num_queries):
    person = make_user(office) if office else make_member(make_stakeholder())
    with django_assert_max_num_queries(3):  # whether the person has clearances, as the menu asks, and what waits
        rail = rail_of(person)
    assert (rail.consultation, rail.consultations, rail.groups) == (None, [], [])


@pytest.mark.parametrize(
    ("office", "own"),
    [
        (None, ["My organisation", "Write your input", "Position papers"]),
        (Office.OFFICIAL, ["My organisation", "Write your input", "Position papers"]),
        (Office.SYSADMIN, ["Position papers", "Checks of all stored data", "Admin"]),
    ],
)
def test_rail_of_others_has_their_own_pages(office, own):
    assert [str(link.label) for link in rail_of(make_user(office) if office else make_user()).own] == ["For you", *own]


def test_rail_of_clearing_officer_leads_to_clearances():
    officer = make_user()
    make_member(make_ministry(), MembershipRole.CLEARING_OFFICER, user=officer)
    assert ("/clearances/", "page") in [(link.url, link.current) for link in rail_of(officer, "/clearances/").own]


@pytest.mark.parametrize("office", [Office.SECRETARIAT, Office.HEAD])
def test_rail_of_secretariat_costs_two_queries_beside_what_waits(office, two, django_assert_num_queries):
    person = make_user(office)
    with django_assert_num_queries(4):
        rail = rail_of(person, f"/desk/{two[0].slug}/inputs/", consultation=two[0])
    assert [str(link.label) for link in rail.own] == ["For you"]


def test_rail_outside_any_consultation_has_what_is_across_all(two):
    rail = rail_of(make_secretariat(), "/desk/all/")
    assert (rail.consultation, [str(heading) for heading, _links in rail.groups]) == (None, ["Across all"])
    assert {each.pk for each in rail.consultations} == {each.pk for each in two}


def test_rail_in_consultation_has_groups_whose_links_stay_in_it(two):
    mine, other = two
    rail = rail_of(make_secretariat(), f"/desk/{mine.slug}/", consultation=mine)
    assert [str(heading) for heading, _links in rail.groups] == ["", "Listen", "Meet", "Write", "", "Across all"]
    assert rail.consultation.pk == mine.pk
    *inside, (_heading, across) = rail.groups
    assert all(f"/{mine.slug}/" in link.url for _heading, links in inside for link in links)
    assert not any(mine.slug in link.url for link in across)
    assert not any(other.slug in link.url for link in links_of(rail))
    assert all(resolve(link.url) for link in links_of(rail))


def test_numbers_of_rail_are_those_of_its_consultation(two):
    mine, other = two
    waiting = make_submission(mine, state="submitted")
    make_point(waiting, state="submitted")
    for _turn in range(2):
        make_submission(other, state="submitted")
    point = make_point(make_submission(mine))
    Misreading.objects.create(point=point, stakeholder=point.stakeholder, by=waiting.author, text="We said two.")
    make_member(make_stakeholder(state="registered"))
    make_action(make_forum(other, state="reported"), report="Done on Monday.")
    numbers = {
        each.pk: {
            str(link.label): link.number
            for link in links_of(rail_of(make_secretariat(), f"/desk/{each.slug}/", consultation=each))
            if link.number and str(link.label) != "For you"
        }
        for each in two
    }
    across = {"Organisations": 1, "Action points": 1}
    assert numbers == {mine.pk: {"Inputs": 1, "Points": 1, "Replies": 1, **across}, other.pk: {"Inputs": 2, **across}}


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/desk/{slug}/", ("Overview", "page")),
        ("/desk/{slug}/inputs/", ("Inputs", "page")),
        ("/desk/{slug}/imports/", ("Inputs", "true")),
        ("/desk/inputs/00000000-0000-0000-0000-000000000001/", ("Inputs", "true")),
        ("/desk/{slug}/intake/new/", ("Letters, mail and calls", "true")),
        ("/desk/points/X.1/", ("Points", "true")),
        ("/desk/likenesses/1/", ("Duplicates", "true")),
        ("/desk/{slug}/no-input/", ("No input yet", "page")),
        ("/desk/{slug}/late/", ("Late", "page")),
        ("/desk/{slug}/coverage/", ("Coverage", "page")),
        ("/desk/forums/x/", ("Forums", "true")),
        ("/desk/{slug}/papers/", ("Position papers", "page")),
        ("/desk/papers/x/", ("Position papers", "true")),
        ("/desk/papers/x/clearance/", ("Position papers", "true")),
        ("/restricted/x/", ("Position papers", "true")),
        ("/desk/{slug}/replies/", ("Replies", "page")),
        ("/desk/consultations/{slug}/rules/", ("Settings", "true")),
        ("/desk/{slug}/settings/", ("Settings", "page")),
        ("/desk/new/{slug}/themes/", ("Settings", "true")),
        ("/desk/inputs/00000000-0000-0000-0000-000000000001/hiding/", ("Inputs", "true")),
        ("/desk/history/consultations.submission/1/", ("Inputs", "true")),
        ("/desk/history/consultations.point/1/", ("Points", "true")),
        ("/desk/history/consultations.stakeholder/1/", ("Organisations", "true")),
        ("/desk/history/consultations.forum/1/", ("Forums", "true")),
        ("/desk/history/positions.positionpaper/1/", ("Position papers", "true")),
        ("/desk/{slug}/filters/inputs/", ("Inputs", "true")),
        ("/desk/{slug}/filters/points/", ("Points", "true")),
        ("/desk/organisations/", ("Organisations", "page")),
        ("/desk/organisations/1/", ("Organisations", "true")),
        ("/desk/proposals/", ("Second person", "page")),
        ("/desk/checks/", ("Checks of all stored data", "page")),
    ],
)
def test_one_entry_of_the_rail_is_current(path, current):
    consultation = make_consultation()
    rail = rail_of(make_secretariat(), path.format(slug=consultation.slug), consultation=consultation)
    assert current_in(rail) == [current]


# --- The consultation of a page -----------------------------------------------------------------------------------


def test_page_of_a_record_has_the_consultation_of_the_record(client, officer, two):
    for mine in two:
        submission, on_file = make_submission(mine, state="submitted"), make_submission(mine)
        point = make_point(on_file)
        pair = make_likeness(make_submission(mine), make_submission(mine))
        typed = make_submission(mine, state="submitted", channel="letter", received_on=localdate())
        session = make_session(make_forum(mine))
        pages = [
            reverse("desk_input", args=[submission.key]), reverse("desk_input", args=[on_file.key]),
            reverse("desk_point", args=[point.reference]), reverse("likeness", args=[pair.pk]),
            reverse("intake_check", args=[typed.key]), reverse("session_points", args=[session.pk]),
            reverse("desk_rules", args=[mine.slug]), reverse("import_inputs", args=[mine.slug]),
        ]  # fmt: skip
        assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)
        assert {page: place_of(client.get(page)) for page in pages} == dict.fromkeys(pages, mine.pk)


def test_page_of_a_forum_or_paper_has_its_consultation(client, officer, two):
    for mine in two:
        forum, paper = make_forum(mine), make_paper(mine)
        step = make_step(mine, "foreign", make_ministry())
        pages = [
            reverse("forum_home", args=[forum.slug]), reverse("forum_programme", args=[forum.slug]),
            reverse("forum_seats", args=[forum.slug]), reverse("desk_paper", args=[paper.slug]),
            reverse("annexes", args=[paper.slug]), reverse("step", args=[paper.slug, step.pk]),
        ]  # fmt: skip
        assert {page: place_of(client.get(page)) for page in pages} == dict.fromkeys(pages, mine.pk)


def test_forum_and_paper_of_one_slug_are_told_apart(client, officer, two):
    make_forum(two[0], slug="one-slug")
    make_paper(two[1], slug="one-slug")
    assert place_of(client.get("/desk/forums/one-slug/")) == two[0].pk
    assert place_of(client.get("/desk/papers/one-slug/")) == two[1].pk


def test_page_across_all_has_no_consultation(client, officer, two):
    client.get(f"/desk/{two[0].slug}/inputs/")  # where the officer was before does not count
    for page in ("/desk/all/", "/desk/organisations/", "/desk/commitments/", "/desk/proposals/", "/desk/accounts/"):
        assert place_of(client.get(page)) is None, page


def test_consultation_is_remembered_in_a_cookie_that_scripts_cannot_read(client, officer, two):
    cookie = client.get(f"/desk/{two[0].slug}/inputs/").cookies["consultation"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == (two[0].slug, True, "Lax")
    assert "consultation" not in client.get("/desk/all/").cookies
