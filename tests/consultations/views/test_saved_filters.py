"""Pages on which an officer saves, renames and removes filters of a list."""

import html

import pytest

from consultations.models import SavedFilter
from tests.factories import make_consultation, make_member, make_secretariat, make_user
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    officer = make_secretariat()
    sign_in(client, officer)
    return officer


@pytest.fixture
def consultation():
    return make_consultation()


def at(consultation, *more, page="points"):
    return "/".join([f"/desk/{consultation.slug}/filters/{page}", *map(str, more), ""])


def saved(officer, consultation, **fields):
    fields = {"page": "points", "name": "Unanswered", "query": "state=validated", **fields}
    return SavedFilter.objects.create(user=officer, consultation=consultation, **fields)


def test_filter_is_saved_from_the_list_and_stands_above_it(client, officer, consultation):
    the_list = f"/desk/{consultation.slug}/points/"
    page = client.get(f"{the_list}?state=validated&before=7").content.decode()
    manage = f"{at(consultation)}?query=state%3Dvalidated"
    assert manage in html.unescape(page)
    assert 'name="query" value="state=validated"' in client.get(manage).content.decode()
    answer = client.post(at(consultation), {"name": "Unanswered", "query": "state=validated&before=7"})
    assert answer["Location"] == f"{the_list}?state=validated"
    page = client.get(answer["Location"]).content.decode()
    assert '?state=validated" dir="auto" aria-current="page">Unanswered</a>' in " ".join(page.split())


@pytest.mark.parametrize(
    ("typed", "status", "reason"),
    [
        ({"name": "", "query": "state=validated"}, 422, "Enter a name for the filter."),
        ({"name": "x" * 10_000, "query": "state=validated"}, 422, "40 characters or fewer"),
        ({"name": "a\x00b", "query": "state=validated"}, 422, "cannot be shown"),
        ({"name": "Mine", "query": ""}, 409, "Filter the list first, then save the filter."),
        ({"name": "Mine", "query": "q=" + "x" * 10_000}, 422, "1,000"),
        ({"name": "Mine", "query": "&".join(["a=1"] * 50)}, 409, "Filter the list first"),
    ],
)
def test_bad_input_gets_a_clear_answer(client, officer, consultation, typed, status, reason):
    page = client.post(at(consultation), typed)
    assert page.status_code == status
    assert reason in html.unescape(words(page))
    assert SavedFilter.objects.count() == 0


def test_filter_is_renamed_and_removed(client, officer, consultation):
    mine, other = saved(officer, consultation), saved(officer, consultation, name="Other")
    assert client.post(at(consultation, mine.pk, "rename"), {"name": "Open"})["Location"] == at(consultation)
    mine.refresh_from_db()
    assert mine.name == "Open"
    page = client.post(at(consultation, other.pk, "rename"), {"name": "Open"})
    assert (page.status_code, 'value="Open"' in page.content.decode()) == (409, True)
    assert "another filter with this name" in words(page)
    assert client.post(at(consultation, other.pk, "rename"), {"name": ""}).status_code == 422
    assert client.post(at(consultation, mine.pk, "remove")).status_code == 302
    assert list(SavedFilter.objects.all()) == [other]


def test_filters_of_others_and_of_other_lists_are_not_there(client, officer, consultation):
    theirs, mine = saved(make_secretariat(), consultation), saved(officer, consultation, page="inputs")
    assert "Unanswered" not in words(client.get(at(consultation)))
    for row in (theirs, mine):
        for verb in ("rename", "remove"):
            assert client.post(at(consultation, row.pk, verb), {"name": "x"}).status_code == 404
    assert client.post(at(make_consultation(), theirs.pk, "remove")).status_code == 404
    assert client.post(at(consultation, mine.pk, "publish", page="inputs")).status_code == 404
    assert client.get(at(consultation, page="people")).status_code == 404
    assert client.get(at(consultation, mine.pk, "remove", page="inputs")).status_code == 405


@pytest.mark.parametrize("make", [make_user, make_member, lambda: make_user("official"), lambda: make_user("sysadmin")])
def test_others_find_no_such_page(client, consultation, make):
    sign_in(client, make())
    assert client.get(at(consultation)).status_code == 404
    assert client.post(at(consultation), {"name": "Mine", "query": "a=1"}).status_code == 404
