"""A confidential input and a withheld passage reach no unauthorised reader: pages, search, counts, exports, feed,
mails, logs, editions and print.
"""

import copy
import logging
from urllib.parse import quote_plus

import pytest
from django.http import HttpResponseNotFound
from django.test import Client

from consultations.models import OutgoingMail
from consultations.models.submissions import SubmissionQuerySet
from consultations.notifications import recipients, submissions
from consultations.queries.search import LONGEST
from ncm_portal import urls
from positions import notifications as paper_emails
from tests import canary
from tests.database_roles import as_superuser
from tests.pages import without_tokens
from tests.sign_in import always, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def swept(django_db_setup):
    """Vacuum rows of rolled-back tests: thousands of requests would otherwise scan them."""
    with as_superuser() as cursor:
        cursor.execute("VACUUM ANALYZE")


@pytest.fixture(scope="module")
def shared_world(made_once, swept):
    return made_once(canary.make_world)


@pytest.fixture
def world(shared_world):
    return copy.deepcopy(shared_world)


# They clear nothing and belong to no organisation of this world: nothing is a delegate of them alone.
NO_RECORDS_OF_THEIR_OWN = ("visitor", "rapporteur of another organisation", "system administrator")


def signed_in(reader):
    return sign_in(Client(), reader) if reader.is_authenticated else Client()


@pytest.fixture
def plain_refusals(monkeypatch):
    """Shorten 404 pages to URL and reason: half of all requests return the same page."""

    def not_found(request, exception):
        return HttpResponseNotFound(f"{request.path}: {exception}")

    with monkeypatch.context() as patched:
        patched.setattr(urls, "handler404", not_found, raising=False)
        yield patched


def test_each_reader_finds_what_that_reader_may_read_and_nothing_else(world, caplog, plain_refusals):
    """The head's requests come first: a URL that does not exist for the head does not exist at the desk, so nobody else
    requests it.

    Users without records do not request URLs that exist neither for the head nor for the owner.
    """
    caplog.set_level(logging.INFO)
    walks = {"head": canary.Walk(world.readers["head"], world)}
    not_at_the_desk = {address for address in walks["head"].nothing_at if address.startswith("/desk/")}
    for role in ["owner", *sorted(canary.MAY_FIND.keys() - {"head", "owner"})]:
        nowhere = walks["head"].nothing_at & walks["owner"].nothing_at if role in NO_RECORDS_OF_THEIR_OWN else set()
        walks[role] = canary.Walk(world.readers[role], world, leave_out=not_at_the_desk | nowhere)
    leaks = {
        (role, word): sorted(where)[:5]
        for role, walk in walks.items()
        for word, where in walk.found.items()
        if word not in canary.MAY_FIND[role]
    }
    assert leaks == {}
    missed = {role: words for role, walk in walks.items() if (words := canary.MAY_FIND[role] - set(walk.found))}
    assert missed == {}
    assert canary.found_in(caplog.text) == set()
    plain_refusals.undo()
    refusals = [signed_in(reader).get("/nowhere/").text for reader in world.readers.values()]
    assert canary.found_in("".join(refusals)) == set()


def test_canary_walk_detects_leaks(world, monkeypatch):
    """With the central read rule disabled, a visitor finds confidential content in lists, exports and pages."""
    monkeypatch.setattr(SubmissionQuerySet, "visible_to", lambda self, user: self.filter(state="accepted"))
    found = canary.Walk(world.readers["visitor"], world).found
    leaked = set(found) - canary.MAY_FIND["visitor"]
    assert {canary.word(canary.SECRETARIAT, "title"), canary.word(canary.MEMBERS, "body")} <= leaked
    title = found[canary.word(canary.SECRETARIAT, "title")]
    assert {"/inputs/", "/inputs.csv", "/inputs.xlsx", "/inputs.json", "/feed/inputs.json"} <= title


# --- Search and counts --------------------------------------------------------------------------------------------


NOTHING = "qqqqqqqqqqq"


def without(page, words):
    """Return a page or file text without tokens and the search words, as typed and in a URL."""
    return without_tokens(page).replace(words, "…").replace(quote_plus(words), "…")


def any_of(words):
    """Return searches for any of these words, as few as the length of a search allows."""
    searches = [""]
    for word in sorted(words):
        longer = f"{searches[-1]} or {word}" if searches[-1] else word
        searches = [*searches[:-1], longer] if len(longer) <= LONGEST else [*searches, word]
    return searches


@pytest.mark.parametrize("role", canary.MAY_FIND)
def test_searching_for_what_one_may_not_read_is_like_searching_for_what_is_not_there(world, role, settings):
    """Whole words, parts and phrases: the page is the same as for a word that occurs nowhere.

    Parts are searched for together: a search for any of them finds what one of them finds.
    """
    settings.LIMITS = {**settings.LIMITS, "export": (1_000, 600)}
    hidden = canary.ALL - canary.MAY_FIND[role]
    parts = any_of({part for word in hidden for part in (word[:6], word[:-1])})
    with always(world.readers[role]) as client:
        empty = without(client.get("/inputs/", {"q": NOTHING}), NOTHING)
        found = {words: without(client.get("/inputs/", {"q": words}), words) for words in (*hidden, *parts)}
        assert [words for words, page in found.items() if page != empty] == []
        # An export narrows as the page does.
        exported = {client.get("/inputs.json", {"q": words}).getvalue() for words in (NOTHING, *any_of(hidden))}
        assert len(exported) == 1
        # A search for any of several words finds what there is.
        readable = " or ".join([*parts[0].split(" or ")[:-2], canary.word(canary.HELD, "title")])
        assert without(client.get("/inputs/", {"q": readable}), readable) != empty
        assert client.get("/inputs.json", {"q": readable}).getvalue() not in exported


def test_whoever_may_read_finds_by_every_word_that_is_not_held_back(world):
    nothing = b"There are none yet."
    held = {canary.word(whose, "passage") for whose in (canary.SECRETARIAT, canary.MEMBERS, canary.HELD)}
    held.add(canary.word(canary.HELD, "point"))
    with always(world.readers["head"]) as client:
        finds = {word for word in canary.ALL if nothing not in client.get("/inputs/", {"q": word}).content}
    assert finds == canary.SENT - held


def test_numbers_of_the_list_count_what_the_reader_may_read(world):
    shown = {}
    for role in canary.MAY_FIND:
        page = signed_in(world.readers[role]).get("/inputs/")
        shown[role] = page.context["counted"].number
    readable = {"visitor": 1, "member": 2, "owner": 3}
    expected = {
        role: readable["owner" if words >= canary.SENT else "visitor" if words == canary.PUBLIC else "member"]
        for role, words in canary.MAY_FIND.items()
    }
    assert shown == expected


# --- Mails, the journal, the paper --------------------------------------------------------------------------------


def test_confidential_text_is_mailed_to_author_only(world):
    for each in world.inputs:
        for tell in (submissions.receipt, submissions.accepted, submissions.set_aside, submissions.returned):
            tell(each.submission)
    recipients.deadline_extended(world.consultation)
    paper_emails.answered(world.paper)
    written = [(mail.to, canary.found_in(f"{mail.subject} {mail.body}")) for mail in OutgoingMail.objects.all()]
    assert {to for to, _words in written} > {world.owner.email}
    assert [(to, words) for to, words in written if words and to != world.owner.email] == []
    assert canary.found_in(" ".join(OutgoingMail.objects.values_list("subject", flat=True))) == set()
    telling = {word for _to, words in written for word in words}
    assert telling <= {canary.word(whose, "title") for whose in (canary.SECRETARIAT, canary.MEMBERS, canary.HELD)}


def test_neither_the_edition_nor_the_printed_paper_holds_what_is_not_public(world):
    files = {}
    for artefact in world.edition.artefacts.all():
        with artefact.file.open() as file:
            files[artefact.format] = file.read()
    public = {canary.word(canary.HELD, "ask")}
    assert canary.found_in(canary.printed(files["pdf"])) == public
    assert canary.found_in(files["json"].decode()) == canary.found_in(world.edition.content) == public
