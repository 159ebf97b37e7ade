"""Reading restricted content is logged once per person, paper and day; if logging fails, it is not shown."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.models import Access, Milestone
from positions import workflow
from tests import factories
from tests.access_log import entries
from tests.database_roles import as_owner
from tests.pages import words
from tests.paper_factories import freeze, make_files, make_published_paper, make_whole_paper
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
SECRET, TABLE = "Never less than one", "consultations_accessentry"


@pytest.fixture
def world(settings, tmp_path) -> SimpleNamespace:
    """Create a published paper with a restricted annex and a brief."""
    settings.MEDIA_ROOT = tmp_path
    found = make_published_paper(title="The position", slug="gcm-2017")
    found.head = factories.make_head()
    milestone = Milestone.objects.create(title="Stocktaking", kind="k", level="l", planned_start=date(2017, 12, 4))
    workflow.write_annex(found.paper, by=found.head, title="Red lines", text=SECRET)
    parts = {"ask": "One thing.", "red_line": SECRET, "paragraphs": found.paragraphs[1:]}
    found.brief = workflow.write_brief(found.paper, by=found.head, milestone=milestone, **parts)
    found.addresses = {
        reverse("annexes", args=["gcm-2017"]): found.paper,
        reverse("brief", args=["gcm-2017", milestone.pk]): found.brief,
    }
    found.official = factories.make_user("official")
    found.client = sign_in(Client(), found.official)
    return found


def test_reading_of_annex_or_brief_is_logged_once_per_day(world):
    for address, record in world.addresses.items():
        for _turn in range(3):
            assert SECRET in words(world.client.get(address))
        (entry,) = entries(Access.READ, record)
        assert (entry.by, entry.object_label) == (world.official, str(record))
    other = sign_in(Client(), factories.make_user("official"))
    other.get(next(iter(world.addresses)))
    assert len(entries(Access.READ, world.paper)) == 2


def test_refused_reader_leaves_no_entry(world):
    for user in (factories.make_user(), factories.make_member(world.ministry)):
        client = sign_in(Client(), user)
        assert {client.get(address).status_code for address in world.addresses} == {404}
    assert entries(Access.READ) == []


def test_reading_of_restricted_edition_is_logged_on_every_page_and_file(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    found = make_whole_paper()
    edition = freeze(found.paper, "0.2", "draft")
    make_files(edition, pdf=b"%PDF-1.7 not printed")
    ways = [
        reverse("paper", args=[found.paper.slug]), reverse("paper_edition", args=[found.paper.slug, "0.2"]),
        reverse("edition_lines", args=[found.paper.slug, "0.2"]), reverse("paper_compare", args=[found.paper.slug], query={"from": "0.2", "to": "0.2"}),
        reverse("edition_file", args=[found.paper.slug, "0.2", "pdf"]),
    ]  # fmt: skip
    for number, address in enumerate(ways, 1):
        officer = factories.make_secretariat()
        answer = sign_in(Client(), officer).get(address)
        assert (answer.status_code, bool(answer.getvalue())) == (200, True), address
        read = entries(Access.READ, edition)
        assert (len(read), read[-1].by) == (number, officer), address


def test_reading_of_public_edition_is_not_logged_and_takes_no_extra_query(world):
    address = reverse("paper", args=["gcm-2017"])
    for client in (Client(), world.client):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        assert not any("accessentry" in query["sql"] for query in asked)
    assert entries(Access.READ) == []


@pytest.fixture
def full(db):
    """Make the access log refuse entries of reading and exporting."""
    with as_owner() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT is_full CHECK (what NOT IN ('read', 'export')) NOT VALID")
        yield
        cursor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT is_full")


@pytest.mark.django_db(transaction=True)
def test_page_is_refused_with_message_if_reading_cannot_be_logged(world, full, caplog):
    for address in world.addresses:
        page = world.client.get(address)
        assert (page.status_code, page["Retry-After"], page["Cache-Control"]) == (503, "60", "no-store, private")
        assert SECRET not in words(page)
        assert "It cannot write that record at the moment, so nothing was shown." in words(page)
    assert caplog.records[0].levelname == "CRITICAL"


def test_export_is_logged_with_its_content(world):
    client = sign_in(Client(), world.head)
    client.get(reverse("inputs_export", args=["csv"]))
    world.client.post(
        reverse("forum_lists", args=[world.forum.slug]), {"list": "delegates.csv"}
    )  # is not for officials
    Client().get(reverse("inputs_export", args=["csv"]))  # what everybody may read
    told = [(entry.by, entry.details) for entry in entries(Access.EXPORT)]
    assert told == [(world.head, {"list": "inputs", "form": "csv"})]


def test_admin_lists_and_exports_log_and_logs_that_export(world):
    client = sign_in(Client(), world.head)
    world.client.get(next(iter(world.addresses)))
    assert "restricted paper read" in words(client.get("/admin/consultations/accessentry/?what=read"))
    address = reverse("admin:consultations_accessentry_export")
    fields = [f"accessresource_{name}" for name in ("number", "at", "what", "by", "record", "details")]
    answer = client.post(address, {"format": "1", "resource": "", **dict.fromkeys(fields, "on")})
    assert (answer.status_code, "restricted paper read" in answer.content.decode()) == (200, True)
    (entry,) = entries(Access.EXPORT)
    assert (entry.by, entry.details["list"], entry.details["rows"]) == (world.head, "access log", 1)


@pytest.mark.django_db(transaction=True)
def test_admin_export_is_refused_if_it_cannot_be_logged(world, full):
    client = sign_in(Client(), world.head)
    fields = [f"accessresource_{name}" for name in ("number", "at")]
    answer = client.post(
        reverse("admin:consultations_accessentry_export"),
        {"format": "1", "resource": "", **dict.fromkeys(fields, "on")},
    )
    assert answer.status_code == 503
