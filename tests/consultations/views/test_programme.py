"""Programme, seats, documents and copy of a forum at the desk."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from consultations.models import Forum, ForumFile, ForumSession
from tests.factories import make_consultation, make_forum, make_member, make_secretariat, make_session, make_user
from tests.made_files import pdf
from tests.pages import confirmed, words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum(client):
    sign_in(client, make_secretariat())
    return make_forum(make_consultation(themes=("T1", "T2")))


def at(name, forum, *more):
    return reverse(name, args=[forum.slug, *more])


def typed(forum, **more):
    day = forum.starts_on.isoformat()
    return {"title": "Opening", "kind": "plenary", "starts_at": f"{day}T09:00", "ends_at": f"{day}T10:00", **more}


def test_programme_is_edited_on_its_page(client, forum):
    here = at("forum_programme", forum)
    bad = client.post(here, typed(forum, ends_at=f"{forum.starts_on}T08:00", title="Ng'ang'a <i>"))
    assert (bad.status_code, list(bad.context["form"].errors)) == (422, ["ends_at"])
    assert "Ng&#x27;ang&#x27;a &lt;i&gt;" in bad.content.decode()
    assert client.post(here, typed(forum, room="Hall")).status_code == 302
    assert client.post(here, typed(forum, room="hall", title="Debate")).status_code == 302
    page = words(client.get(here))
    assert "Opening and Debate are in Hall at the same time." in page
    day = {"all-starts_at": f"{forum.starts_on}T11:00", "all-ends_at": f"{forum.starts_on}T12:00"}
    assert client.post(at("forum_breakouts", forum), {**day, "all-rooms": "A" * 81}).status_code == 422
    assert client.post(at("forum_breakouts", forum), {**day, "all-rooms": "A\nB\n"}).status_code == 302
    assert client.post(at("forum_breakouts", forum), day).status_code == 409
    assert list(forum.sessions.filter(kind="breakout").values_list("room", flat=True)) == ["A", "B"]
    debate = forum.sessions.get(title="Debate")
    assert client.post(at("forum_session_move", forum, debate.pk, "up"))["Location"] == f"{here}#s{debate.pk}"
    assert client.get(at("forum_session_move", forum, debate.pk, "up")).status_code == 302
    assert client.post(at("forum_session_move", forum, debate.pk, "sideways")).status_code == 404


def test_implausible_dates_are_refused_at_field(client, forum):
    session, here = make_session(forum), at("forum_programme", forum)
    for day in ("9999-12-31", "0001-01-01"):
        far = typed(forum, starts_at=f"{day}T09:00", ends_at=f"{day}T23:59")
        for address in (here, at("forum_session", forum, session.pk)):
            bad = client.post(address, far)
            assert (bad.status_code, list(bad.context["form"].errors)) == (422, ["starts_at", "ends_at"])
            assert "Enter a year from 2000 to 2100." in words(bad)
        bad = client.post(at("forum_copy", forum), {"title": "Next", "code": "N1", "starts_on": day})
        assert (bad.status_code, list(bad.context["form"].errors)) == (422, ["starts_on"])
    assert client.get(here).status_code == 200
    assert (forum.sessions.count(), Forum.objects.count()) == (1, 1)


def test_session_page_has_roles_and_moves(client, forum):
    session, chair = make_session(forum, title="Debate"), make_user(email="chair@example.org", name="The Chair")
    here, part = at("forum_session", forum, session.pk), at("forum_session_move", forum, session.pk, "part")
    assert client.get(here).status_code == 200
    assert client.post(here, typed(forum, title=" ")).status_code == 422
    assert client.post(here, typed(forum, title="Debates")).status_code == 302
    unknown = client.post(part, {"part-kind": "chair", "part-email": "nobody@example.org"})
    assert (unknown.status_code, list(unknown.context["form"].errors)) == (422, ["email"])
    assert client.post(part, {"part-kind": "chair"}).context["form"].errors["name"] == [
        "Enter the address of an account, or enter a name."
    ]
    assert client.post(part, {"part-kind": "chair", "part-email": "Chair@example.org"}).status_code == 302
    assert "Chair: The Chair" in words(client.get(at("forum_programme", forum)))
    role = session.roles.get(user=chair)
    assert client.post(at("forum_part_away", forum, session.pk, role.pk)).status_code == 302
    assert session.roles.count() == 0
    cancel = at("forum_session_move", forum, session.pk, "cancel_session")
    assert client.post(cancel, {"reason": "No speaker."}).status_code == 422  # nobody has read what it does
    assert confirmed(client, cancel).context["form"].errors["reason"] == ["Enter a reason. It is kept in the journal."]
    assert confirmed(client, cancel, {"reason": "No speaker."}).status_code == 302
    assert (forum.sessions.count(), ForumSession.everything.get(pk=session.pk).title) == (0, "Debates")
    assert client.get(here).status_code == 404


def test_seats_are_entered_per_group(client, forum):
    here = at("forum_seats", forum)
    bad = client.post(here, {"seats": "9", "seats-ministry": "-1", "reserve-ministry": "x"})
    assert (bad.status_code, list(bad.context["form"].errors)) == (422, ["seats-ministry", "reserve-ministry"])
    refused = client.post(here, {"seats": "9", "seats-ministry": "10"})
    assert refused.context["reasons"] == ["The groups together have 10 seats, but the forum has 9."]
    assert client.post(here, {"seats": "9", "seats-ministry": "5", "reserve-media": "2"}).status_code == 302
    assert list(forum.quotas.values_list("group", "seats", "reserve")) == [("media", 0, 2), ("ministry", 5, 0)]
    assert "5 of 9 seats are assigned to groups." in words(client.get(here))


def test_document_is_added_listed_and_served_as_download(client, forum, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    here = at("forum_documents", forum)
    assert client.post(here, {"title": "Concept"}).status_code == 422
    wrong = {"title": "Concept", "file": SimpleUploadedFile("a.pdf", b"MZ a program")}
    assert list(client.post(here, wrong).context["form"].errors) == ["file"]
    good = {"title": "Concept", "file": SimpleUploadedFile("Concept note.pdf", pdf(), "text/html")}
    assert client.post(here, good).status_code == 302
    file = ForumFile.objects.get()
    download = reverse("forum_document", args=[file.key])
    sign_in(client, make_member())
    assert client.get(download).status_code == 404
    assert client.post(at("forum_document_move", forum, file.key, "everybody")).status_code == 404
    sign_in(client, make_secretariat())
    assert client.post(at("forum_document_move", forum, file.key, "everybody")).status_code == 302
    client.logout()
    page = client.get(download)
    assert b"".join(page.streaming_content)[:5] == b"%PDF-"
    assert (page.status_code, page["Content-Type"], page["X-Content-Type-Options"]) == (
        200,
        "application/pdf",
        "nosniff",
    )
    assert page["Content-Disposition"] == 'attachment; filename="Concept note.pdf"'
    assert download in client.get(reverse("forum", args=[forum.slug])).content.decode()
    assert client.get(reverse("forum_document", args=[uuid.uuid4()])).status_code == 404


def test_a_forum_is_copied_on_its_page(client, forum):
    make_session(forum)
    here = at("forum_copy", forum)
    assert client.get(here).status_code == 200
    assert client.post(here, {"title": "Next", "code": "N1", "starts_on": "soon"}).status_code == 422
    assert client.post(here, {"title": "Next", "code": forum.code, "starts_on": "2027-03-01"}).status_code == 409
    assert (
        client.post(here, {"title": "Next", "code": "N1", "starts_on": "2027-03-01"})["Location"] == "/desk/forums/n1/"
    )
    assert Forum.objects.get(slug="n1").sessions.count() == 1
