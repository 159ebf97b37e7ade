"""Account activity page: own entries only."""

import pytest
from django.urls import reverse

from consultations.models import Access, AccessEntry
from tests.factories import make_head, make_user
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


def test_person_sees_own_account_events_newest_first(client):
    person, other = make_user(), make_user()
    AccessEntry.objects.add(Access.LOG_IN_FAILED, about=person)
    AccessEntry.objects.create(what=Access.LOG_IN, by=person, address="196.201.214.7")
    AccessEntry.objects.add(Access.READ, by=person)
    AccessEntry.objects.create(what=Access.LOCK_OUT, kind="consultations.user", object_id=other.pk, address="1.2.3.4")
    page = words(sign_in(client, person).get(reverse("account_log")))
    shown = page.partition("check your codes and passkeys")[2]
    assert shown.index("Signed in") < shown.index("Sign-in failed")
    assert "from 196.201.214.7" in shown
    assert [word in page for word in ("Locked out", "1.2.3.4", "Restricted paper read")] == [False] * 3


def test_head_sees_no_events_of_other_accounts(client):
    AccessEntry.objects.add(Access.LOG_IN, by=make_user())
    page = words(sign_in(client, make_head()).get(reverse("account_log")))
    assert "No activity yet." in page


def test_visitor_is_redirected_to_sign_in(client):
    assert client.get(reverse("account_log")).url.startswith(reverse("account_login"))


def test_page_takes_one_query(client, django_assert_num_queries):
    person = make_user()
    for _turn in range(60):
        AccessEntry.objects.add(Access.LOG_IN, by=person)
    sign_in(client, person)
    with django_assert_num_queries(5) as asked:  # session, person, memberships and inbox for the menu, entries
        page = client.get(reverse("account_log"))
    assert page.text.count("Signed in") == 50
    assert sum("accessentry" in query["sql"] for query in asked) == 1
