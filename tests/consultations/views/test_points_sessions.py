"""Points of a session: the rapporteur records and hands in, the secretariat validates."""

import html
from datetime import date

import pytest
from zeal import zeal_ignore

from consultations import workflow
from consultations.models import Point
from tests.factories import (
    make_member,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_theme,
    make_user,
)
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return make_session(theme=make_theme("T1"), title="A breakout")


@pytest.fixture
def rapporteur(client, session):
    person = session.roles.create(user=make_user(), kind="rapporteur").user
    sign_in(client, person)
    return person


def at(session, *more):
    return "/".join([f"/sessions/{session.pk}/points", *map(str, more), ""])


def write(client, session, **fields):
    return client.post(at(session), {"text": "A pass.", "kind": "recommendation", "theme": "T1", **fields})


def test_rapporteur_records_point(client, session, rapporteur):
    body = make_stakeholder()
    assert client.get(at(session)).status_code == 200
    assert write(client, session, organisation=str(body.pk))["Location"] == at(session)
    point = Point.objects.get()
    assert (point.text, point.state, point.stakeholder, point.created_by) == ("A pass.", "draft", body, rapporteur)
    write(client, session, organisation=str(body.pk))
    assert Point.objects.count() == 1


def test_commitment_has_owner_action_and_date_until_it_is_an_action(client, session, rapporteur):
    body, officer = make_stakeholder("A Union"), make_secretariat()
    said = {"kind": "commitment", "organisation": str(body.pk), "responsible": "The <i> registrar"}
    bad = write(client, session, **said, due_on="next year")
    assert (bad.status_code, list(bad.context["form"].errors)) == (422, ["due_on"])
    assert "Enter a date in the correct format, like 2026-11-30." in words(bad)
    assert write(client, session, **said, due_on="2027-03-31").status_code == 302
    told = "Who will do it: The &lt;i&gt; registrar, by 31 March 2027"
    assert told in words(client.get(at(session)))
    correct = client.get(at(session, 1, "correct")).content.decode()
    assert ('value="The &lt;i&gt; registrar"' in correct, 'value="2027-03-31"' in correct) == (True, True)
    workflow.hand_in(Point.objects.get(), by=officer)
    assert told in words(client.get(f"/sessions/{session.pk}/read-back/"))
    workflow.validate(Point.objects.get(), by=officer)
    (action,) = workflow.carry_commitments(session.forum, by=officer)
    assert (action.who, action.due_on) == ("A Union, The <i> registrar", date(2027, 3, 31))


@pytest.mark.parametrize("text", ["<b>{{ 7 * 7 }}</b>", "w" * 2_000, "Ng'ang'a አማርኛ"])
def test_point_text_is_escaped(client, session, rapporteur, text):
    write(client, session, text=text)
    assert html.escape(text) in client.get(at(session)).content.decode()


@pytest.mark.parametrize(
    ("field", "value"), [("text", ""), ("text", "a\0"), ("text", "x" * 2_001), ("kind", "wish"), ("theme", "")]
)
def test_errors_are_shown_at_fields(client, session, rapporteur, field, value):
    page = write(client, session, **{field: value})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert page.context["form"][field].value() == value
    assert not Point.objects.exists()


def test_unverified_organisation_is_not_offered(client, session, rapporteur):
    waiting = make_stakeholder(state="registered")
    assert list(write(client, session, organisation=str(waiting.pk)).context["form"].errors) == ["organisation"]


def test_drafts_are_submitted_singly_or_all_together(client, session, rapporteur):
    points = [make_point(session=session, state="draft", text=f"Point {turn}") for turn in range(3)]
    assert "Hand in all 3 drafts" in words(client.get(at(session)))
    client.post(at(session, points[0].number, "hand_in"))
    assert [point.state for point in session.points.order_by("number")] == ["submitted", "draft", "draft"]
    with zeal_ignore():  # each is handed in by a verb of its own
        client.post(at(session, "hand-in"))
    assert {point.state for point in session.points.all()} == {"submitted"}


def test_rapporteur_cannot_validate(client, session, rapporteur):
    point = make_point(session=session, state="submitted")
    page = client.post(at(session, point.number, "validate"))
    assert page.status_code == 409
    assert page.context["reasons"] == ["Only the secretariat or the session's chair can do this: Validate."]


def test_the_secretariat_validates(client, session):
    point = make_point(session=session, state="submitted")
    sign_in(client, make_secretariat())
    assert "Next: Validate. Who: the secretariat" in words(client.get(at(session)))
    assert client.post(at(session, point.number, "validate"))["Location"] == at(session)
    point.refresh_from_db()
    assert point.state == "validated"


def test_second_click_reports_state(client, session, rapporteur):
    point = make_point(session=session, state="draft")
    answers = [client.post(at(session, point.number, "hand_in")) for _turn in range(2)]
    assert [answer.status_code for answer in answers] == [302, 409]
    assert answers[1].context["reasons"] == ["You cannot use “Hand in” while this is handed in."]


@pytest.mark.parametrize("verb", ["merge", "dispose", "delete"])
def test_point_page_offers_no_other_moves(client, session, rapporteur, verb):
    point = make_point(session=session, state="validated")
    assert client.post(at(session, point.number, verb)).status_code == 404


def test_page_is_404_for_everybody_else(client, session):
    elsewhere = make_session().roles.create(user=make_user(), kind="rapporteur").user
    moderator = session.roles.create(user=make_user(), kind="moderator").user
    point = make_point(session=session, state="draft")
    addresses = [
        at(session),
        at(session, "hand-in"),
        at(session, point.number, "hand_in"),
        "/sessions/99999999/points/",
    ]
    for person in (make_user(), make_member(), make_user("official"), elsewhere, moderator):
        sign_in(client, person)
        found = [(client.get(address).status_code, client.post(address).status_code) for address in addresses]
        assert found == [(404, 404)] * 4


def test_page_query_count_is_low(client, session, rapporteur, django_assert_max_num_queries):
    for state in ("draft", "submitted", "validated") * 4:
        make_point(session=session, state=state, stakeholder=make_stakeholder())
    client.get(at(session))
    with django_assert_max_num_queries(18):
        client.get(at(session))
