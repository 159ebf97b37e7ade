"""Stylesheet and scripts of the admin: one file each, everything that the pages ask for, within a weight."""

import re
from pathlib import Path

import brotli
import pytest
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.urls import reverse
from zeal import zeal_ignore

from consultations.models import Event, Forum, Milestone, Ministry, Stakeholder, Submission
from ncm_portal.admin_files import BUNDLES, COMMENT, LEFT_OUT, AdminFilesFinder
from tests import factories
from tests.sign_in import always

pytestmark = pytest.mark.django_db
FIRST_VIEW, REQUESTS = 80_000, 8  # bytes


def address(model, name="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def contents(name):
    return Path(finders.find(name)).read_bytes()


@pytest.fixture
def officer(db):
    person = factories.make_secretariat()
    with always(person) as client:
        client.person = person
        yield client


def files(answer):
    """Return the addresses of the stylesheets, scripts and pictures that a page loads."""
    assert answer.status_code == 200
    found = re.findall(r'<(?:script|img)[^>]*\ssrc="([^"]+)"|<link\s[^>]*href="(/[^"]+)"', answer.text)
    return {first or second for first, second in found}


def weight(client, answer, *, is_compressed):
    """Return the bytes of a first view without fonts, and the number of its requests.

    Answers with a session are transferred as they are; compressed they compare with the pages of visitors.
    """
    names = files(answer)
    static = {name.removeprefix("/static/") for name in names if name.startswith("/static/")}
    sheets = [contents(name) for name in static if name.endswith(".css")]
    fonts = {font for sheet in sheets for font in re.findall(rb"url\(\.\./(fonts/[^)]+)", sheet)}
    made = [answer.content, *(client.get(name).content for name in names if not name.startswith("/static/"))]
    size = sum(len(brotli.compress(body) if is_compressed else body) for body in made)
    return size + sum(len(brotli.compress(contents(name))) for name in static), 1 + len(names) + len(fonts)


def lists():
    """Return the addresses of the front page and of all lists."""
    return {"front": reverse("admin:index"), **{model.__name__: address(model) for model in admin.site._registry}}


def forms():
    """Return the addresses of pages with a form."""
    ministry, forum, body = factories.make_ministry(), factories.make_forum(), factories.make_stakeholder()
    factories.make_session(forum)
    factories.make_member(body)
    records = {Ministry: ministry, Forum: forum, Stakeholder: body, Submission: factories.make_point().submission}
    found = {f"{model.__name__}, record": address(model, "change", each.pk) for model, each in records.items()}
    found |= {f"{model.__name__}, new": address(model, "add") for model in (Forum, Stakeholder, Ministry, Milestone)}
    return found | {"move": address(Stakeholder, "move", body.pk, "suspend"), "import": address(Stakeholder, "import")}


def beyond(weights):
    return {name: each for name, each in weights.items() if each[0] > FIRST_VIEW or each[1] > REQUESTS}


@zeal_ignore()
def test_front_page_and_full_lists_are_transferred_within_a_weight(officer):
    for turn in range(55):
        body = factories.make_stakeholder(is_ncm_member=turn % 2 == 0)
        sent = factories.make_submission(stakeholder=body, title="What a long title of an input may be like, in words")
        factories.make_point(sent, text="One point of some length. " * 9)
        Event.objects.record("accept", sent, by=officer.person, reason="A reason of some length, for the journal.")
    weights = {name: weight(officer, officer.get(at), is_compressed=False) for name, at in lists().items()}
    print(sorted(weights.items(), key=lambda each: each[1])[-6:])
    assert (beyond(weights), len(weights)) == ({}, len(admin.site._registry) + 1)


@zeal_ignore()
def test_compressed_forms_are_within_a_weight(officer):
    weights = {name: weight(officer, officer.get(at), is_compressed=True) for name, at in forms().items()}
    print(sorted(weights.items(), key=lambda each: each[1])[-6:])
    assert beyond(weights) == {}


@zeal_ignore()
def test_bundles_contain_whatever_a_page_asks_for(officer):
    compared = set()
    for name, at in {**lists(), **forms()}.items():
        answer = officer.get(at)
        bundled = {part for each in files(answer) for part in BUNDLES.get(each.removeprefix("/static/"), [])}
        media = answer.context.get("media")
        if media is None or not any(part.endswith(".js") for part in bundled):
            continue
        wanted = set(re.findall(r'"/static/([^"]+)"', str(media)))
        assert "admin/js/actions.js" in wanted
        if "js/admin_list.js" in {each.removeprefix("/static/") for each in files(answer)}:
            wanted = {"admin/js/actions.js"}
        elif "js/admin_form.js" in {each.removeprefix("/static/") for each in files(answer)}:
            wanted = {part for part in wanted if "/select2/i18n/" not in part} - LEFT_OUT - {"admin/js/actions.js"}
        assert wanted <= bundled, name
        compared.add(name)
    assert len(compared) > 20


def test_a_record_that_can_only_be_read_loads_no_script(officer):
    with zeal_ignore():
        read = officer.get(address(Submission, "change", factories.make_point().submission.pk))
        written = officer.get(address(Milestone, "add"))
    assert [name for name in files(read) if not name.endswith(".css")] == []
    assert "/static/js/admin_form.js" in files(written)


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_is_its_parts_one_after_the_other(name):
    text, at = contents(name).decode(), 0
    for part in BUNDLES[name]:
        kept = COMMENT.sub("", contents(part).decode()) if part.endswith(".css") else contents(part).decode()
        lines = [line for line in kept.splitlines() if line.strip() and "url(" not in line]
        at = text.index(lines[0], at)
        at = text.index(lines[-1], at)
    assert set(re.findall(r"url\([^)\"]*", text)) <= {
        "url(",
        "url(../fonts/portal-sans.woff2",
        "url(../fonts/portal-serif.woff2",
    }


def test_finder_knows_its_bundles_only():
    finder = AdminFilesFinder()
    assert {name: storage.exists(name) for name, storage in finder.list(None)} == dict.fromkeys(BUNDLES, True)
    assert finder.find("css/admin.css") == []
    assert finders.find("css/no_such.css") is None
    assert finders.find("js/admin_list.js", find_all=True) == [finders.find("js/admin_list.js")]
    assert finder.find("css/admin.css", find_all=True) == []
    assert finder.check() == []
