"""Sitemaps, robots.txt, and how pages are described to who shares or finds them."""

import re
import xml.etree.ElementTree as ET
from html import unescape
from urllib.robotparser import RobotFileParser

import pytest
from django.conf import settings
from django.urls import reverse

from ncm_portal.urls import PUBLIC
from positions.views.sitemaps import PAGES, SITEMAPS
from tests import factories
from tests.sign_in import sign_in

SPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def locations(client, name, *args):
    answer = client.get(reverse(name, args=args))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/xml")
    return [each.text for each in ET.fromstring(answer.content).iterfind(".//s:loc", SPACE)]


def head(client, address):
    """Return what the head of a page says: description, Open Graph, canonical address."""
    page = client.get(address).content.decode().partition("</head>")[0]
    page = page.replace('name="description" property=', "property=")  # one element is both
    named = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)"', page)
    links = re.findall(r'<link rel="(canonical)" href="([^"]*)"', page)
    return {name: unescape(value) for name, value in [*named, *links]}


# --- Sitemaps and robots ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_sitemap_lists_what_everybody_may_read_and_nothing_else(client):
    public = factories.make_submission()
    factories.make_submission(audience="members")
    factories.make_submission(state="submitted")
    factories.make_forum(state="draft")
    listed = {address for name in SITEMAPS for address in locations(client, "sitemap", name)}
    base = "http://testserver"
    inputs = {address for address in listed if address.startswith(f"{base}/inputs/") and address != f"{base}/inputs/"}
    assert inputs == {base + reverse("input", args=[public.reference])}
    assert base + reverse("theme", args=[public.theme.code]) in listed
    assert not any("/forums/" in address for address in listed)
    assert {base + reverse(name) for name in PAGES} <= listed


def test_listed_addresses_answer_visitors(client, played):
    for name in SITEMAPS:
        for address in locations(client, "sitemap", name)[:12]:
            path = "/" + address.split("/", 3)[3]
            assert client.get(path).status_code == 200, path


@pytest.mark.django_db
def test_index_names_each_sitemap_and_unknown_ones_are_not_found(client):
    named = [address.rpartition("/")[2] for address in locations(client, "sitemaps")]
    assert named == [f"sitemap-{name}.xml" for name in SITEMAPS]
    assert client.get("/sitemap-drafts.xml").status_code == 404


def test_robots_may_read_public_pages_and_no_personal_links(client):
    answer = client.get("/robots.txt")
    rules = RobotFileParser()
    rules.parse(answer.content.decode().splitlines())
    assert answer["Content-Type"] == "text/plain"
    assert rules.site_maps() == [settings.PORTAL_ADDRESS + "/sitemap.xml"]
    closed = [reverse("forum_answer", args=["x"]), reverse("mail_stop", args=["x"]), reverse("desk"), "/admin/"]
    assert [path for path in closed if rules.can_fetch("*", path)] == []
    assert [name for name in PAGES if not rules.can_fetch("*", reverse(name))] == []


# --- Sharing, description and Open Graph ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_shared_title_and_description_cannot_add_markup(client):
    hostile = '"><script>alert(1)</script><b x="'
    submission = factories.make_submission(title=hostile)
    address = reverse("input", args=[submission.reference])
    said = head(client, address)
    assert said["og:title"] == f"{submission.reference}: {hostile}"
    assert b"<script>alert" not in client.get(address).content
    assert submission.stakeholder.name in said["og:description"]


@pytest.mark.django_db
def test_canonical_address_leaves_filters_out_and_keeps_the_consultation(client):
    submission = factories.make_submission()
    theme = reverse("theme", args=[submission.theme.code])
    base = settings.PORTAL_ADDRESS
    assert head(client, f"{reverse('inputs')}?q=work&page=1")["canonical"] == base + reverse("inputs")
    round_ = submission.consultation.slug
    said = head(client, f"{theme}?organisations=all&round={round_}")
    assert said["canonical"] == f"{base}{theme}?round={round_}"


@pytest.mark.django_db
def test_signed_in_pages_and_personal_links_describe_nothing(client):
    submission = factories.make_submission()
    sign_in(client, factories.make_secretariat())
    assert head(client, reverse("input", args=[submission.reference])) == {
        "viewport": "width=device-width, initial-scale=1", "robots": "noindex",
    }  # fmt: skip


def test_every_listed_page_describes_itself(client, played):
    for name in PAGES:
        said = head(client, reverse(name))
        assert {"og:title", "og:description", "canonical"} <= said.keys(), name
        assert said["og:title"], name
        assert name in PUBLIC
