"""Delegates at the desk: selection, preview, decisions, details and duplicates."""

import pytest
from django.urls import reverse

from consultations.models import Delegate, Group, SeatQuota
from ncm_portal.workflow import now
from tests.factories import (
    change,
    make_check_in,
    make_delegate,
    make_forum,
    make_head,
    make_member,
    make_secretariat,
    make_stakeholder,
)
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum():
    found = make_forum(seats=3)
    SeatQuota.objects.create(forum=found, group=Group.FAITH, seats=1, reserve=1)
    return found


@pytest.fixture
def officer(client):
    return sign_in(client, make_secretariat())


def at(name, forum, *more):
    return reverse(name, args=[forum.slug, *more])


def faith(forum, **fields):
    return make_delegate(forum, make_stakeholder(group=Group.FAITH), **{"state": "nominated", **fields})


def test_bulk_decision_is_previewed_before_it_is_made(officer, client, forum, django_assert_max_num_queries):
    people = [faith(forum, name="Ng'ang'a <b>"), faith(forum, name="Atieno"), make_delegate(forum, name="Old")]
    with django_assert_max_num_queries(15):
        page = client.get(at("forum_delegates", forum))
    assert "Ng&#x27;ang&#x27;a &lt;b&gt;" in page.content.decode()
    assert page.context["number"] == 3
    assert client.get(at("forum_delegates", forum), {"state": "nominated", "words": "atie"}).context["number"] == 1
    assert client.get(at("forum_delegates", forum), {"state": "nonsense", "after": "x"}).context["number"] == 3
    together = at("forum_delegates_decide", forum)
    marked = {"do": "confirm", "delegates": [each.pk for each in people]}
    page = client.post(together, marked)
    assert page.status_code == 200
    assert page.context["balance"] == ["Faith-based: 2 confirmed, seats planned: 1."]
    assert [bool(why) for _person, why in page.context["people"]] == [False, False, True]
    assert set(Delegate.objects.filter(pk__in=marked["delegates"][:2]).values_list("state", flat=True)) == {"nominated"}
    refused = client.post(
        together, {**marked, "delegates": marked["delegates"][:2], "confirm": "yes", "reason": "Both."}
    )
    assert refused.status_code == 409
    assert "Both.</textarea>" in refused.content.decode()
    sign_in(client, make_head())
    done = client.post(together, {**marked, "delegates": marked["delegates"][:2], "confirm": "yes", "reason": "Both."})
    assert done.status_code == 302
    assert set(Delegate.objects.values_list("state", flat=True)) == {"confirmed"}


def test_invalid_choices_are_refused_with_message(officer, client, forum):
    together = at("forum_delegates_decide", forum)
    assert client.get(together).status_code == 302
    assert client.post(together, {"do": "explode"}).status_code == 404
    foreign = make_delegate(make_forum(), state="nominated")
    page = client.post(together, {"do": "confirm", "delegates": ["²", "x", foreign.pk, "9" * 30]}, follow=True)
    assert "Choose at least one person." in words(page)
    person = faith(forum)
    refuse = {"do": "refuse_delegate", "delegates": [person.pk], "confirm": "yes", "reason": ""}
    page = client.post(together, refuse)
    assert (page.status_code, page.context["reasons"]) == (
        409, [f"{person.name}: Enter a reason. It is kept in the journal."],
    )  # fmt: skip
    assert client.post(together, {**refuse, "reason": "x" * 2_001}).status_code == 422
    assert client.get(at("forum_delegate", forum, foreign.pk)).status_code == 404
    assert client.post(at("forum_promote", forum), {"group": "\0"}).status_code == 404


def test_delegate_is_corrected_withdrawn_and_substituted(officer, client, forum):
    person, waits = (
        faith(forum, state="confirmed", badge_number=1, name="Hon. Wanjiru"),
        faith(forum, state="waitlisted"),
    )
    here = at("forum_delegate", forum, person.pk)
    assert waits.name in words(client.get(here))
    typed = {"name": "Hon. Wanjirũ", "title": "", "email": "no address", "role": "delegate", "sex": "f"}
    page = client.post(here, typed)
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["email"])
    assert "Hon. Wanjirũ" in page.content.decode()
    assert client.post(here, {**typed, "email": ""}).status_code == 302
    sits = at("forum_delegate_move", forum, person.pk, "substitute")
    assert client.post(sits, {"sits-name": " "}).status_code == 422
    assert client.post(sits, {"sits-name": "M. Otieno"}).status_code == 302
    other = Delegate.objects.get(name="M. Otieno")
    assert (other.sits_in_for, other.badge_number) == (person, 2)
    assert client.post(sits, {"sits-name": "Second"}).status_code == 409
    assert "sits in for Hon. Wanjirũ" in words(client.get(at("forum_delegates", forum)))
    assert client.post(at("forum_delegate_move", forum, other.pk, "end_substitute")).status_code == 302
    assert client.post(at("forum_delegate_move", forum, person.pk, "end_substitute")).status_code == 409
    assert client.post(at("forum_delegate_move", forum, person.pk, "explode")).status_code == 404
    change(person, badge_printed_at=now())
    assert client.post(at("forum_delegate_move", forum, person.pk, "promote"), {"reason": "Ill."}).status_code == 302
    states = dict(Delegate.objects.values_list("pk", "state"))
    assert (states[person.pk], states[waits.pk]) == ("withdrawn", "confirmed")
    assert "Badge 1 was printed. Collect it" in words(client.get(here))
    assert "Badges to collect 1" in words(client.get(at("forum_delegates", forum)))
    for badge, names in (("to_take_back", ["Hon. Wanjirũ"]), ("to_print", [waits.name])):
        page = client.get(at("forum_delegates", forum), {"badge": badge})
        assert [each.name for each in page.context["people"]] == names
    page = client.post(at("forum_promote", forum), {"group": Group.FAITH}, follow=True)
    assert "There is nobody from the group “Faith-based” on the reserve list." in words(page)


def test_duplicate_delegates_are_merged_with_choice_per_field(officer, client, forum):
    one = make_delegate(forum, state="nominated", name="Amina Njeri", email="a@example.org", title="Officer")
    two = make_delegate(forum, name="Dr. Amina W. Njeri", title="Director")
    make_check_in(two)
    assert f"/twins/{one.pk}/{two.pk}/" in client.get(at("forum_twins", forum)).content.decode()
    here = at("forum_twin", forum, one.pk, two.pk)
    page = client.get(here)
    assert list(page.context["form"].fields) == ["stakeholder", "name", "title", "email"]
    assert page.context["form"]["email"].initial == str(one.pk)
    bad = client.post(here, {"name": two.pk, "title": "77", "email": one.pk, "stakeholder": two.pk})
    assert (bad.status_code, list(bad.context["form"].errors)) == (422, ["title"])
    good = {"name": two.pk, "title": two.pk, "email": one.pk, "stakeholder": two.pk}
    assert client.post(here, good).status_code == 302
    two.refresh_from_db()
    assert (two.name, two.email, two.title) == ("Dr. Amina W. Njeri", "a@example.org", "Director")
    assert client.post(here, good).status_code == 409  # it is withdrawn by now
    assert "Amina Njeri" in words(client.get(at("forum_delegate", forum, two.pk)))
    assert client.get(at("forum_twin", forum, one.pk, 0)).status_code == 404


def test_pages_are_404_for_others(client, forum):
    person = faith(forum)
    sign_in(client, make_member(person.stakeholder))
    pages = [
        at("forum_delegates", forum), at("forum_twins", forum), at("forum_delegate", forum, person.pk),
        at("forum_delegates_decide", forum), at("forum_promote", forum), at("forum_twin", forum, 1, 2),
        at("forum_delegate_move", forum, person.pk, "promote"),
    ]  # fmt: skip
    assert {client.get(page).status_code for page in pages} == {404}
    assert {client.post(page).status_code for page in pages[2:]} == {404}
