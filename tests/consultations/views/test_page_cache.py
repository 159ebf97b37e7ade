"""Page cache: from memory until an entry of the journal that matters, never for one person."""

import threading
import time
from pathlib import Path

import pgtrigger
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.urls import reverse

from consultations import workflow
from consultations.models import AccessEntry, Event, OutgoingMail, Theme
from consultations.queries import changes
from consultations.queries.changes import MAY_BE_LATE, PAPERS, known
from consultations.views.page_cache import kept_for_visitors, kept_until
from ncm_portal.workflow import Blocked
from tests.factories import change, make_consultation, make_submission, make_user
from tests.paper_factories import make_paper
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


class Counter:
    """View that counts its calls."""

    def __init__(self, make=lambda request: HttpResponse("a page")):
        self.asked, self.make = 0, make
        self.kept = kept_for_visitors(self)

    __name__ = "counter"

    def __call__(self, request):
        self.asked += 1
        return self.make(request)

    def visit(self, path="/", **cookies) -> HttpResponse:
        request = RequestFactory().get(path)
        request.COOKIES.update(cookies)
        return self.kept(request)


@pytest.fixture(autouse=True)
def marker(settings, tmp_path):
    """Give each test a marker of its own, since those that run beside it write entries too."""
    settings.CHANGE_MARKER = tmp_path / "changed"


def test_second_visit_takes_no_query(client, django_assert_num_queries):
    make_submission(make_consultation(), title="Pay on time")
    first = client.get(reverse("inputs"))
    with django_assert_num_queries(0):
        second = client.get(reverse("inputs"))
    assert b"Pay on time" in first.content
    assert first.content == second.content
    assert "Cookie" in second["Vary"]


def rename(consultation, title: str):
    """Edit and journal entry in one transaction, like the admin."""
    with transaction.atomic():
        change(consultation, title=title)
        Event.objects.record("edit", consultation, by=None)


def test_journal_entry_refreshes_page_at_once(client):
    consultation = make_consultation(title="Before")
    assert b"Before" in client.get("/").content
    rename(consultation, "After")
    page = client.get("/").content
    assert (b"After" in page, b"Before" in page) == (True, False)


def test_unrelated_changes_keep_page_cache(client):
    view = Counter()
    view.visit()
    sign_in(client, make_user()).get("/")
    OutgoingMail.objects.create(to="a@example.org", subject="News", body="News")
    view.visit()
    assert view.asked == 1


def test_uncommitted_page_is_not_cached(client):
    """A page rendered during a concurrent transaction is rendered again after its commit."""
    consultation = make_consultation(title="Before")
    written, seen = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            rename(consultation, "After")
            written.set()
            seen.wait(10)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    written.wait(10)
    pages = [client.get("/").content for _turn in range(2)]
    seen.set()
    writer.join()
    assert [b"After" in page for page in pages] == [False, False]
    assert b"After" in client.get("/").content


def test_cache_is_separate_per_language_and_address(client):
    make_consultation(themes=("T1",))
    Theme.objects.update(title="Drivers", title_sw="Visababishi")
    for _turn in range(2):
        assert b"Drivers" in client.get("/").content
        client.cookies["django_language"] = "sw"
        assert b"Visababishi" in client.get("/").content
        del client.cookies["django_language"]
    view = Counter()
    for path in ("/a", "/a?b=1", "/a?b=2", "/a"):
        view.visit(path)
    assert view.asked == 3


def test_signed_in_person_gets_no_cached_page(client):
    make_consultation()
    visitor = client.get("/").content.decode()
    person = sign_in(client, make_user()).get("/").content.decode()
    assert ("Sign out" in visitor, "Sign out" in person) == (False, True)
    client.logout()
    assert "Sign out" not in client.get("/").content.decode()


def test_other_cookies_bypass_cache():
    view = Counter()
    for cookie in ("sessionid", "messages", "csrftoken", "anything"):
        view.visit(**{cookie: "x"})
        view.visit(**{cookie: "x"})
    assert view.asked == 8
    view.visit(django_language="en")
    view.visit(django_language="en")
    assert view.asked == 9


def _with_cookie(request):
    response = HttpResponse("a page")
    response.set_cookie("a", "b")
    return response


def _with_token(request):
    return HttpResponse(get_token(request))


def test_private_page_is_not_cached():
    for make in (_with_cookie, _with_token, lambda request: HttpResponse("no", status=404)):
        view = Counter(make)
        view.visit()
        view.visit()
        assert view.asked == 2


def test_open_transaction_bypasses_cache():
    view = Counter()
    view.visit()
    with transaction.atomic():
        view.visit()
    assert view.asked == 2


def test_debug_mode_bypasses_cache(settings):
    settings.DEBUG = True
    view = Counter()
    for _turn in range(2):
        view.visit()
    assert view.asked == 2


def test_failed_sign_ins_keep_page_cache(client, settings, tmp_path):
    """Failed sign-ins, foreign copies, refused files and refused verbs do not invalidate pages."""
    settings.MEDIA_ROOT = tmp_path
    draft = make_submission(state="draft", title=" ")
    stranger, author = Client(), sign_in(Client(), draft.author)
    view = Counter()
    view.visit()
    stranger.post(reverse("account_login"), {"login": draft.author.email, "password": "a wrong long password"})
    stranger.post(reverse("verify"), {"file": SimpleUploadedFile("copy.pdf", b"%PDF-1.7 forged")})
    author.post(reverse("attachment_add", args=[draft.key]), {"file": SimpleUploadedFile("a.pdf", b"MZ" + bytes(200))})
    with pytest.raises(Blocked):
        workflow.submit(draft, by=draft.author)
    view.visit()
    assert view.asked == 1
    assert [entry.what for entry in AccessEntry.objects.order_by("pk")] == [
        "log_in_failed", "false_copy", "upload_refused", "refusal",
    ]  # fmt: skip


# --- Which entries matter, and how soon -----------------------------------------------------------------------------


def entry(record, verb="edit"):
    return Event.objects.record(verb, record, by=None)


@pytest.fixture
def draft():
    draft = make_submission(state="draft")
    entry(draft)
    return draft


def test_verb_that_only_adds_is_shown_after_the_allowed_delay(settings, draft):
    settings.PAGES_MAY_BE_LATE = 0.2
    view = Counter()
    view.visit()
    entry(draft, "submit")
    view.visit()
    assert view.asked == 1
    time.sleep(0.2)
    view.visit()
    view.visit()
    assert view.asked == 2


@pytest.mark.parametrize("verb", ["edit", "withdraw", "take_back", "restrict", "a verb of tomorrow"])
def test_every_other_verb_is_shown_at_once(settings, draft, verb):
    settings.PAGES_MAY_BE_LATE = 60
    view = Counter()
    view.visit()
    entry(draft, "submit")
    entry(draft, verb)
    entry(draft, "submit")
    view.visit()
    assert view.asked == 2


def test_verbs_that_may_be_late_exist():
    source = "".join(path.read_text() for path in Path(workflow.__file__).parents[2].glob("*/workflow/*.py"))
    assert [verb for verb in MAY_BE_LATE if f'"{verb}"' not in source] == []


def test_page_is_kept_while_only_other_areas_change():
    submission, paper = make_submission(), make_paper()
    entry(submission)
    view = Counter()
    view.kept = kept_until(PAPERS)(view)
    view.visit()
    entry(submission)
    view.visit()
    assert view.asked == 1
    entry(paper)
    view.visit()
    assert view.asked == 2
    entry(submission.consultation)  # every page may show it
    view.visit()
    assert view.asked == 3


def test_entry_of_another_machine_is_found_within_a_second(monkeypatch, draft):
    monkeypatch.setattr(changes, "LOOK_EVERY", 0.2)
    monkeypatch.setattr("consultations.models.journal.mark_change", lambda: None)
    view = Counter()
    view.visit()
    entry(draft)
    view.visit()
    assert view.asked == 1
    time.sleep(0.2)
    view.visit()
    assert view.asked == 2


def test_rolled_back_entry_keeps_the_page(django_assert_num_queries, draft):
    view = Counter()
    view.visit()
    with transaction.atomic():
        entry(draft)
        transaction.set_rollback(True)
    with django_assert_num_queries(0):
        view.visit()
    assert view.asked == 1


@pytest.mark.usefixtures("by_owner")
def test_pages_of_another_journal_are_forgotten(draft):
    view = Counter()
    for _turn in range(3):
        entry(draft)
    view.visit()
    with pgtrigger.ignore():
        Event.objects.all().delete()
    entry(draft)  # as after loading an archive: the numbers begin anew
    view.visit()
    assert (view.asked, known.look().number) == (2, 1)


def test_one_thread_makes_a_page_for_all_that_wait():
    going, entered = threading.Event(), threading.Event()

    def slow(request):
        entered.set()
        going.wait(10)
        return HttpResponse("a page")

    view, pages = Counter(slow), []

    def visit():
        pages.append(view.visit().content)
        connection.close()

    readers = [threading.Thread(target=visit) for _turn in range(5)]
    for reader in readers:
        reader.start()
        entered.wait(10)
    time.sleep(0.1)  # all have arrived
    going.set()
    for reader in readers:
        reader.join()
    assert (view.asked, pages) == (1, [b"a page"] * 5)


def test_readers_get_the_page_of_before_while_a_late_one_is_made(settings, draft):
    settings.PAGES_MAY_BE_LATE = 5
    going, entered = threading.Event(), threading.Event()
    view = Counter(lambda request: HttpResponse("before"))
    view.visit()
    entry(draft, "submit")
    settings.PAGES_MAY_BE_LATE = 0  # the page is old enough to be made anew

    def slow(request):
        entered.set()
        going.wait(10)
        return HttpResponse("after")

    view.make = slow
    maker = threading.Thread(target=lambda: (view.visit(), connection.close()))
    maker.start()
    entered.wait(10)
    settings.PAGES_MAY_BE_LATE = 5
    page_of_before = view.visit().content
    going.set()
    maker.join()
    assert (page_of_before, view.visit().content, view.asked) == (b"before", b"after", 2)


def test_page_that_fails_keeps_nobody_waiting():
    def failing(request):
        raise ZeroDivisionError

    view = Counter(failing)
    with pytest.raises(ZeroDivisionError):
        view.visit()
    view.make = lambda request: HttpResponse("a page")
    assert view.visit().content == b"a page"


def test_marker_that_cannot_be_written_stops_no_verb(settings, draft):
    settings.CHANGE_MARKER = "/proc/nowhere"
    view = Counter()
    view.visit()
    entry(draft)
    assert Event.objects.about(draft).exists()
