"""Import of delegates: preview by row, name matching, and single import."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from consultations.models import County, Delegate
from tests.factories import make_delegate, make_forum, make_member, make_secretariat, make_stakeholder
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
LIST = """organisation,name,title,email,role,county,sex,access_needs
Lake Crews (sample),Ng'ang'a Kamau,Chair,,,Garissa,female,A ramp
Lake Crews (sample),Amina Njeri,Director,AMINA@Example.org,,,,
Lake Crews (sample),Old Hand,,,,,,
Lake Crew,Said Omar,,,,,,
Lake Crews (sample),ng'ang'a kamau,,,,,,
Lake Crews (sample),,,nonsense,minister,Atlantis,,
Nobody Knows,Somebody,,,,,,
"""


@pytest.fixture
def forum(client):
    sign_in(client, make_secretariat())
    County.objects.create(code="007", name="Garissa", slug="garissa")
    found = make_forum()
    body = make_stakeholder("Lake Crews (sample)")
    make_delegate(found, body, name="Amina Njeri", title="Officer")
    make_delegate(found, body, name="Old Hand")
    return found


def here(forum):
    return reverse("forum_import", args=[forum.slug])


def upload(client, forum, text=LIST, name="list.csv"):
    return client.post(here(forum), {"file": SimpleUploadedFile(name, text.encode())})


def carried(page):
    return re.search(r'name="rows" value="([^"]+)"', page.content.decode())[1]


def numbers(page):
    return {state.value: [row.number for row, _cells in rows] for _label, rows, state in page.context["sections"]}


def test_every_row_is_previewed_before_saving(client, forum):
    page = upload(client, forum)
    assert numbers(page) == {"error": [5, 6, 7, 8], "changed": [3], "same": [4], "new": [2]}
    wrong = {problem.row: problem.column for row, _cells in page.context["sections"][0][1] for problem in row.problems}
    assert wrong == {5: "organisation", 6: "name", 7: "county", 8: "organisation"}
    assert "county: “Atlantis” is not a county." in words(page)
    assert Delegate.objects.count() == 2
    names = page.context["names_form"]
    assert [field.label for field in names] == ["Lake Crew"]
    meant = {"rows": carried(page), "name-0": Delegate.objects.first().stakeholder_id}
    again = client.post(here(forum), meant)
    assert numbers(again) == {"error": [6, 7, 8], "changed": [3], "same": [4], "new": [2, 5]}
    assert Delegate.objects.count() == 2
    kept = client.post(here(forum), {**meant, "confirm": "yes"}, follow=True)
    assert "2 nominated, 1 corrected, 3 skipped." in words(kept)
    made = Delegate.objects.get(name="Ng'ang'a Kamau")
    assert (made.state, made.title, made.county.name, made.sex, made.access_needs, made.role) == (
        "nominated", "Chair", "Garissa", "f", "A ramp", "delegate",
    )  # fmt: skip
    amina = Delegate.objects.get(name="Amina Njeri")
    assert (amina.state, amina.title, amina.email) == ("confirmed", "Director", "amina@example.org")
    twice = client.post(here(forum), {**meant, "confirm": "yes"})
    assert (twice.status_code, twice.context["reasons"]) == (409, ["Nothing in the list is new or changed."])
    assert Delegate.objects.count() == 4


def test_invalid_list_is_refused_with_message(client, forum):
    assert client.get(here(forum)).status_code == 200
    assert upload(client, forum, "name\nSomebody\n").context["form"].errors["file"] == [
        "These columns are missing: organisation"
    ]
    assert upload(client, forum, "PK\x03\x04 no workbook", "x.xlsx").status_code == 422
    assert client.post(here(forum)).context["form"].errors["file"] == ["Choose a file first."]
    page = client.post(here(forum), {"rows": "altered", "confirm": "yes"}, follow=True)
    assert "The preview has expired or was changed. Upload the list again." in words(page)
    foreign = carried(upload(client, make_forum()))
    assert client.post(here(forum), {"rows": foreign, "confirm": "yes"}).status_code == 302
    sign_in(client, make_member())
    assert client.get(here(forum)).status_code == client.post(here(forum)).status_code == 404
    assert Delegate.objects.count() == 2
