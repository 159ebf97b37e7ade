"""Page cache: from memory until the next journal entry, never for one person."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.urls import reverse

from consultations import workflow
from consultations.models import AccessEntry, Event, OutgoingMail, Theme
from consultations.views.page_cache import kept_for_visitors
from ncm_portal.workflow import Blocked
from tests.factories import change, make_consultation, make_submission, make_user
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


def test_second_visit_takes_one_small_query(client, django_assert_num_queries):
    make_submission(make_consultation(), title="Pay on time")
    first = client.get(reverse("inputs"))
    with django_assert_num_queries(1):
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
