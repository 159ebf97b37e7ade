"""Documents of a consultation for everybody: added at the desk, listed with type and size, removed."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from consultations.models import Event, PublicDocument
from tests import factories, made_files
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
ADDRESS = "/desk/review/settings/documents/"


@pytest.fixture
def officer(client):
    person = factories.make_secretariat()
    sign_in(client, person)
    return person


@pytest.fixture
def round_():
    return factories.make_consultation(slug="review", short_title="Review")


def post(client, data=None, address=ADDRESS, **changed):
    file = SimpleUploadedFile("Paper.png", made_files.picture() if data is None else data)
    return client.post(address, {"kind": "paper", "title": "What we ask", "language": "en", "file": file, **changed})


def test_document_is_on_the_public_page_until_it_is_removed(client, officer, round_):
    assert post(client)["Location"] == ADDRESS
    made = PublicDocument.objects.get()
    client.logout()
    page = words(client.get(reverse("home")))
    assert f"What we ask (consultation paper, English, PNG, {made.size} bytes" in page.replace("\xa0", " ")
    file = client.get(reverse("public_document", args=[made.key]))
    assert (file.status_code, file["Content-Disposition"]) == (200, 'attachment; filename="Paper.png"')
    assert b"".join(file.streaming_content)[:4] == b"\x89PNG"
    sign_in(client, officer)
    remove = reverse("desk_settings_document_remove", args=["review", made.key])
    assert client.post(remove)["Location"] == ADDRESS
    client.logout()
    assert "What we ask" not in words(client.get(reverse("home")))
    assert client.get(reverse("public_document", args=[made.key])).status_code == 404
    assert [each.verb for each in Event.objects.about(round_)] == ["add_document", "withdraw_document"]
    made.refresh_from_db()
    assert made.path.exists()


def test_each_of_several_open_consultations_lists_its_own(client, officer, round_):
    factories.make_consultation(slug="counties", short_title="Counties")
    post(client)
    post(client, address="/desk/counties/settings/documents/", title="Counties, the paper")
    page = client.get(reverse("home"))
    shown = {item.slug: [each.title for each in documents] for item, _themes, documents in page.context["openings"]}
    assert shown == {"review": ["What we ask"], "counties": ["Counties, the paper"]}


def test_documents_of_a_draft_are_read_by_the_secretariat_only(client, officer):
    factories.make_consultation(slug="review", state="draft")
    post(client)
    address = reverse("public_document", args=[PublicDocument.objects.get().key])
    file = client.get(address)
    assert file.status_code == 200
    assert b"".join(file.streaming_content)
    for person in (factories.make_user("official"), factories.make_member()):
        sign_in(client, person)
        assert client.get(address).status_code == 404
    client.logout()
    assert client.get(address).status_code == 404


def test_refused_files_keep_what_was_typed(client, officer, round_):
    for data in (b"", b"MZ\x90\x00 not a document"):
        page = post(client, data)
        assert page.status_code == 422
        assert page.context["form"].errors["file"]
        assert page.context["form"]["title"].value() == "What we ask"
    assert client.post(ADDRESS, {"title": "\0", "kind": "x", "language": "fr"}).status_code == 422
    assert not PublicDocument.objects.exists()


def test_same_title_twice_is_refused(client, officer, round_):
    post(client)
    assert "already a document with this title" in words(post(client, title="WHAT WE ASK"))
    assert post(client, language="sw").status_code == 302
    assert PublicDocument.objects.count() == 2


def test_document_of_another_consultation_is_not_found(client, officer, round_):
    factories.make_consultation(slug="other")
    post(client, address="/desk/other/settings/documents/")
    key = PublicDocument.objects.get().key
    assert client.post(reverse("desk_settings_document_remove", args=["review", key])).status_code == 404
    assert client.get(reverse("public_document", args=[uuid.uuid4()])).status_code == 404


def test_only_the_secretariat_adds_them(client, round_):
    sign_in(client, factories.make_user("sysadmin"))
    assert (client.get(ADDRESS).status_code, post(client).status_code) == (404, 404)
