"""The page "For you": where everybody lands, what it shows beside the list, and what it says when nothing waits."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from consultations.models import User
from ncm_portal.workflow import now
from tests.factories import (
    PASSWORD,
    change,
    make_consultation,
    make_forum,
    make_head,
    make_invitation,
    make_member,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_user,
)
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
AT = "/for-you/"


def page_of(client, user, query=""):
    return sign_in(client, user).get(AT + query)


def test_visitor_is_asked_to_sign_in(client):
    assert client.get(AT).url == f"{reverse('account_login')}?next={AT}"


def test_everybody_lands_on_it_after_signing_in(client):
    from allauth.account.models import EmailAddress

    person = make_member()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert answer.url == AT


def test_next_page_wins_after_signing_in(client):
    from allauth.account.models import EmailAddress

    person = make_member()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    data = {"login": person.email, "password": PASSWORD, "next": reverse("my_organisation")}
    assert client.post(reverse("account_login"), data).url == reverse("my_organisation")


def test_first_row_has_the_one_green_button(client):
    late = change(make_submission(state="submitted", title="Passes"), submitted_at=now() - timedelta(days=60))
    make_submission(title="Fish")
    page = page_of(client, make_secretariat())
    text = page.content.decode()
    assert text.count('class="button small"') == 1
    assert text.index('class="button small"') < text.index('class="button small quiet"')
    assert text.index(f"/{late.key}/") < text.index('class="button small"')
    assert [str(label) for _group, label, _rows in page.context["groups"]] == ["Late", "Later"]
    assert 'aria-label="Read: Read “Passes”"' in text


def test_tabs_narrow_the_list_to_one_kind_of_work(client):
    officer = make_secretariat()
    make_submission(state="submitted")
    make_member(make_stakeholder(state="registered"))
    tabs = page_of(client, officer).context["tabs"]
    assert [(str(tab["label"]), tab["number"], tab["current"]) for tab in tabs] == [
        ("All", 2, True), ("Inputs", 1, False), ("People and portal", 1, False),
    ]  # fmt: skip
    for query, codes in (("?show=portal", ["organisation"]), ("?show=forums", ["read", "organisation"])):
        groups = client.get(AT + query).context["groups"]
        assert sorted(row.code for _g, _l, rows in groups for row in rows) == sorted(codes)


@pytest.mark.parametrize("shown", ["", "x" * 10_000, "1936", "%00", "<b>"])
def test_unknown_tab_shows_everything(client, shown):
    make_submission(state="submitted")
    answer = sign_in(client, make_secretariat()).get(AT, {"show": shown})
    assert answer.status_code == 200
    assert len(answer.context["groups"]) == 1


def test_page_says_who_has_been_given_what(client):
    officer, colleague = make_secretariat(), make_secretariat(name="Mercy")
    change(make_submission(state="submitted"), assigned_to=colleague)
    change(make_submission(state="submitted"), assigned_to=officer)
    assert "Given to others Mercy: 1 input to read" in words(page_of(client, officer))


def test_next_dates_are_in_order_and_of_what_was_announced(client):
    first = make_consultation(short_title="Review", closes_at=now() + timedelta(days=3))
    make_forum(first, title="In Nairobi")
    make_forum(first, state="draft", title="Secret forum")
    make_consultation(state="draft", short_title="Secret round")
    text = words(page_of(client, make_user("sysadmin")))
    assert text.index("Inputs close, Review") < text.index("Forum: In Nairobi")
    assert "Secret" not in text


def test_next_date_of_another_year_has_its_year(client):
    year = localdate(now()).year
    days = [date(year, 12, 31), date(year + 1, 12, 31)]
    for day in days:
        make_forum(starts_on=day, ends_on=day, title=f"Forum of {day.year}")
    text = words(page_of(client, make_user("sysadmin")))
    assert f"31 Dec Forum: Forum of {year} 31 Dec {year + 1} Forum: Forum of {year + 1}" in text


def test_empty_page_says_what_comes_next_for_each_role(client):
    day = now() + timedelta(days=3)
    make_consultation(title="The Review", short_title="Review", closes_at=day)
    unverified = make_member(make_stakeholder(state="registered"))
    after = {
        make_member(): "The Review is open for inputs until",
        unverified: "the secretariat verifies your organisation",
        make_user(): "Register your organisation",
        make_user("official"): "restricted papers and briefs",
        make_user("sysadmin"): "Inputs close, Review.",
    }
    for user, said in after.items():
        text = words(page_of(client, user))
        assert "Nothing waits for you now" in text
        assert said in text, user
    assert "Register" not in words(page_of(client, make_user("official")))


def test_empty_page_without_any_date_says_so(client):
    assert "no date is set" in words(page_of(client, make_head()))


def test_page_takes_at_most_twelve_queries_for_any_role(client, django_assert_max_num_queries):
    body = make_stakeholder()
    consultation = make_consultation()
    for _turn in range(3):
        make_submission(consultation, state="submitted")
        make_submission(make_consultation(), body, state="returned")
        make_invitation(make_forum(consultation), body)
    people = [make_secretariat(), make_head(), make_user("official"), make_user("sysadmin"), make_user()]
    for user in [*people, make_member(body), make_member(body, "clearing_officer")]:
        sign_in(client, User.objects.get(pk=user.pk))
        client.get(AT)
        with django_assert_max_num_queries(12):
            assert client.get(AT).status_code == 200
