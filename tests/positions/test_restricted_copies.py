"""Restricted prints are recorded in the journal; their hash is recognised for those who may read them only."""

import hashlib
from datetime import date

import pytest
from django.core.cache import cache, caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from consultations.models import Access, Event, Milestone, Office
from ncm_portal.workflow import NotAllowed
from positions import workflow
from positions.models import Brief, Edition
from positions.verification import find_restricted, printing
from tests import factories
from tests.access_log import entries
from tests.pages import words
from tests.paper_factories import freeze, make_published_paper
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 the delegation's"
SHA = hashlib.sha256(PDF).hexdigest()


@pytest.fixture
def printed(settings, tmp_path, monkeypatch):
    """Create a paper whose delegation copy the head had printed twice, with a fast press."""
    cache.clear()
    caches["limits"].clear()
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(printing, "render_apart", lambda *_given, **_limits: PDF)
    found = make_published_paper(title="Kenya’s position", slug="gcm-2017")
    workflow.write_annex(found.paper, by=factories.make_secretariat(), title="Red lines", text="Never less.")
    found.head = factories.make_head(name="Wanjiru Kamau")
    found.client = sign_in(Client(), found.head)
    for _turn in range(2):
        assert found.client.post(reverse("delegation_pdf", args=["gcm-2017"])).content == PDF
    return found


def look_up(client, status):
    answer = client.get(f"/verify/{SHA}/")
    assert answer.status_code == status
    return words(answer)


def test_each_print_is_journalled(printed):
    prints = Event.objects.about(printed.edition).filter(verb="print_restricted")
    assert [(entry.by, entry.data) for entry in prints] == [(printed.head, {"sha256": SHA})] * 2
    with pytest.raises(NotAllowed):
        workflow.print_restricted(printed.edition, sha256=SHA, by=factories.make_user(Office.SYSADMIN))
    assert Event.objects.filter(verb="print_restricted").count() == 2


def test_permitted_readers_see_description_and_validity(printed):
    official = sign_in(Client(), factories.make_user("official"))
    for client in (printed.client, official):
        said = look_up(client, 200)
        assert "RESTRICTED. For officials" in said
        assert "This is a delegation’s copy, as the portal printed it Restricted It contains edition 1.0" in said
        assert said.count("EAT (UTC+3)") == 2
        assert "Wanjiru Kamau" not in said.partition("<main")[2].partition("Sign out")[0]
    answer = official.get(f"/verify/{SHA}/")
    assert answer["Cache-Control"] == "no-store, private"
    sent = official.post("/verify/", {"file": SimpleUploadedFile("copy.pdf", PDF)})
    assert (sent.status_code, sent.url) == (302, f"/verify/{SHA}/")
    assert entries(Access.FALSE_COPY) == []
    workflow.write_annex(printed.paper, by=printed.head, title="Red lines", text="Never less than one.", number=1)
    assert "Restricted, changed since" in look_up(official, 200)


def test_newer_edition_makes_copy_outdated(printed):
    assert not find_restricted(SHA, printed.head).is_outdated
    freeze(printed.paper, "1.0.1", "corrected")
    assert find_restricted(SHA, printed.head).is_outdated


def anonymised(said, sha256):
    return said.replace(" ".join(sha256[place : place + 4] for place in range(0, 64, 4)), "").replace(sha256, "")


def test_others_get_answer_for_unknown_hash(printed, django_assert_num_queries):
    unknown = hashlib.sha256(b"unknown").hexdigest()
    member = factories.make_member(printed.ministry)
    for user in (None, factories.make_user(), factories.make_user(Office.SYSADMIN), member):
        client = sign_in(Client(), user) if user else Client()
        other = client.get(f"/verify/{unknown}/")
        assert other.status_code == 404
        assert anonymised(look_up(client, 404), SHA) == anonymised(words(other), unknown)
        with django_assert_num_queries(0):
            assert find_restricted(SHA, user) is None
    sent = Client().post("/verify/", {"file": SimpleUploadedFile("copy.pdf", PDF)})
    assert "This PDF is damaged or incomplete" in words(sent)
    Client().post("/verify/", {"file": SimpleUploadedFile("other.pdf", PDF + b"other")})
    noted = entries(Access.FALSE_COPY)
    assert [entry.details.get("is_restricted_print") for entry in noted] == [True, None]


def test_unadopted_text_is_unknown_to_officials(printed):
    draft = Edition.objects.get(paper=printed.paper, number="0.1")
    workflow.print_restricted(draft, sha256="a" * 64, by=printed.head)
    assert find_restricted("a" * 64, factories.make_user("official")) is None
    assert find_restricted("a" * 64, printed.head).edition == draft


def test_brief_is_recognised(printed):
    milestone = Milestone.objects.create(title="Stocktaking", kind="k", level="l", planned_start=date(2017, 12, 4))
    fields = {"edition": printed.edition, "milestone": milestone, "by": printed.head, "ask": "Safe routes."}
    brief = Brief.objects.create(**fields, number=1, at=printed.edition.frozen_at)
    workflow.print_restricted(brief, sha256="b" * 64, by=printed.head)
    said = words(printed.client.get(f"/verify/{'b' * 64}/"))
    assert "This is a brief, as the portal printed it Restricted It is not part of any edition" in said
    assert "Brief Stocktaking , version 1" in said
    Brief.objects.create(**fields, number=2, at=printed.edition.frozen_at)
    assert find_restricted("b" * 64, printed.head).is_outdated
