"""The page with the whole history of a record: for the secretariat, within what each officer may read."""

import pytest

from consultations.models import Event
from consultations.queries.history import PAGE
from tests.factories import (
    make_consultation,
    make_delegate,
    make_forum,
    make_head,
    make_invitation,
    make_member,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_submission,
    make_user,
)
from tests.pages import admin_page, words
from tests.paper_factories import make_paper, make_paragraph, make_section
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    officer = make_secretariat(name="Hassan Guyo")
    sign_in(client, officer)
    return officer


def at(record, query=""):
    return f"/desk/history/{record._meta.label_lower}/{record.pk}/{query}"


def test_history_is_told_in_sentences(client, officer):
    sent = make_submission()
    Event.objects.record("accept", sent, by=officer, reason="It is clear.")
    Event.objects.record("extend", sent, by=None)
    page = client.get(at(sent))
    assert "Hassan Guyo read it and put it on file" in words(page)
    assert "It is clear." in words(page)
    assert "The portal extended the deadline" in words(page)
    assert f'href="/desk/inputs/{sent.key}/"' in page.content.decode()


def test_record_pages_lead_to_the_whole_history(client, officer):
    sent = make_submission()
    Event.objects.record("accept", sent, by=officer)
    assert f'href="{at(sent)}"' in client.get(f"/desk/inputs/{sent.key}/").content.decode()


def test_filters_and_pages_are_links(client, officer):
    sent = make_submission()
    for verb in ["note"] * (PAGE + 1):
        Event.objects.record(verb, sent, by=officer)
    page = client.get(at(sent, "?show=words")).content.decode()
    assert page.count("wrote an internal note") == PAGE
    assert '<a href="?show=words" aria-current="true">Words</a>' in page
    older = page.partition('href="?show=words&amp;before=')[2].partition('"')[0]
    assert words(client.get(at(sent, f"?show=words&before={older}"))).count("wrote an internal note") == 1
    assert "No activity yet." in words(client.get(at(sent, "?show=mail")))


def test_every_kind_of_record_has_a_page_that_leads_back(client, officer):
    forum = make_forum()
    paper = make_paper()
    records = [
        make_consultation(), make_point(), make_stakeholder(), make_user(), forum, make_session(forum),
        make_delegate(forum), make_invitation(forum), paper, make_paragraph(make_section(paper)),
    ]  # fmt: skip
    for record in records:
        page = client.get(at(record))
        assert page.status_code == 200, record
        address = page.context["address"]
        assert client.get(address).status_code == 200, address


def test_unread_drafts_and_unknown_records_are_not_there(client, officer):
    draft = make_submission(state="draft")
    unknown = ["/desk/history/consultations.submission/0/", "/desk/history/x/1/", "/desk/history/auth.permission/1/"]
    unknown += ["/desk/history/consultations.nothing/1/", "/desk/history/a.b.c/1/", "/desk/history/sessions.session/1/"]
    assert [client.get(address).status_code for address in (at(draft), *unknown)] == [404] * 7


@pytest.mark.parametrize("make", [make_user, make_member, lambda: make_user("official"), lambda: make_user("sysadmin")])
def test_others_see_no_history(client, make):
    sent = make_submission()
    sign_in(client, make())
    assert client.get(at(sent)).status_code == 404


def test_history_in_the_administration_says_the_same(client):
    head = make_head(name="Wanjiru Kariuki")
    sign_in(client, head)
    forum = make_forum()
    Event.objects.record("announce", forum, by=head)
    page = client.get(admin_page(forum, "history", forum.pk))
    assert "Wanjiru Kariuki announced it" in words(page)
    assert "Wanjiru Kariuki announced it" in words(client.get(at(forum)))
