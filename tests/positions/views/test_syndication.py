"""Atom feeds: what everybody may read, well formed whatever was typed."""

import xml.etree.ElementTree as ET

import pytest
from django.urls import reverse

from tests import factories
from tests.sign_in import sign_in

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def entries(client, name, *args):
    answer = client.get(reverse(name, args=args))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    return [
        each.findtext("a:title", namespaces=ATOM) for each in ET.fromstring(answer.content).iterfind("a:entry", ATOM)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("is_signed_in", [False, True])
def test_feeds_hold_public_inputs_only_whoever_reads(client, is_signed_in):
    public = factories.make_submission(title='<b>Open</b> & "quoted"')
    same = {"theme": public.theme, "consultation": public.consultation}
    factories.make_submission(audience="members", **same)
    factories.make_submission(audience="secretariat", **same)
    factories.make_submission(state="submitted", **same)
    if is_signed_in:
        sign_in(client, factories.make_secretariat())
    expected = f"{public.reference}: {public.title}"
    assert entries(client, "theme_news", public.theme.code) == [expected]
    assert set(entries(client, "consultation_news", public.consultation.slug)) == {expected, "The consultation opened"}


@pytest.mark.django_db
def test_feed_of_what_is_not_public_is_not_found(client):
    draft = factories.make_consultation(state="draft")
    for name, word in (("consultation_news", draft.slug), ("theme_news", "none"), ("paper_news", "none")):
        assert client.get(reverse(name, args=[word])).status_code == 404


@pytest.mark.django_db
def test_feed_of_commitments_is_empty_before_a_forum_reported(client):
    assert entries(client, "commitment_news") == []


def test_entries_have_absolute_addresses_of_their_own(client, played):
    for name, args in (("commitment_news", []), ("paper_news", ["gcm-2017"]), ("consultation_news", ["gcm-2017"])):
        answer = client.get(reverse(name, args=args))
        marks = [each.text for each in ET.fromstring(answer.content).iterfind("a:entry/a:id", ATOM)]
        assert len(marks) == len(set(marks)) > 0, name
        assert all(mark.startswith("http") for mark in marks), name


def test_pages_of_the_sample_lead_to_their_feeds(client, played):

    for address in ("/commitments/", "/themes/T1/"):
        page = client.get(address, follow=True).content.decode()
        assert 'type="application/atom+xml"' in page, address
    assert entries(client, "commitment_news") != []
