"""Transferred bytes and requests for visitors on slow connections, against the production server.

The sample is served like in production: gunicorn, compressed files with hashed names, compressed pages.
"""

import re
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.core.signing import Signer
from django.urls import resolve, reverse

from consultations.tokens import address_hash, token
from ncm_portal.urls import PUBLIC
from tests.production_server import collect_static, serving, url_of

FIRST_VISIT, LATER, REQUESTS = 60_000, 15_000, 6
NO_PAGE_OF_THEIR_OWN = {
    "attachment", "feed_inputs", "feed_points", "inputs_export", "openapi", "participation_pdf", "paper_alignment_pdf", "paper_compare_pdf", "printed_form",
    "contact_sent", "edition_file", "edition_schema", "communique_text", "forum_ics", "forum_ics_person", "forum_document", "forum_answer_receipt", "paper_compare", "join_organisation", "set_language",
    "room_screen", "room_news", "robots", "consultation_news", "theme_news", "paper_news", "commitment_news", "sitemap", "sitemaps", "meeting_sheet", "write", "write_send", "write_forget", "public_document", "health", "account_logout", "account_inactive",
    "account_email_verification_sent", "account_confirm_email", "account_confirm_login_code",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "mfa_authenticate", "mfa_login_webauthn", "socialaccount_signup", "socialaccount_login_cancelled",
}  # fmt: skip


@pytest.fixture(scope="module")
def server(played_database, tmp_path_factory) -> Iterator[str]:
    """URL of the production server with the sample."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "files").symlink_to(settings.MEDIA_ROOT)
    collect_static(folder)
    with serving(folder, "--workers", "1", database=played_database) as started:
        yield f"http://127.0.0.1:{started.port}"


@pytest.fixture(scope="module")
def addresses(server, played_database) -> dict[str, str]:
    """One URL for each public page, found by following links, in a letter of invitation, by the hash of a communiqué,
    or printed on a badge.
    """
    with psycopg.connect(url_of(played_database)) as played:
        letter = played.execute("SELECT key, token_round FROM consultations_invitation WHERE state = 'sent'").fetchone()
        words = played.execute("SELECT sha256 FROM consultations_communique WHERE state = 'published'").fetchone()
    held = reverse("forum", args=["nairobi-2017"])  # the forum that leaves most to read
    stop = Signer(salt="consultations.mail_stop", sep=".").sign(address_hash("somebody@example.org"))
    by_mail, by_hash = reverse("forum_answer", args=[token(*letter)]), reverse("verify_communique", args=words)
    found, waiting = {}, [held, "/", by_mail, by_hash, reverse("mail_stop", args=[stop]), reverse("room")]
    while waiting:
        path = waiting.pop(0)
        name = resolve(urlsplit(path).path).view_name
        if name in found or name not in PUBLIC or name in NO_PAGE_OF_THEIR_OWN:
            continue
        with urllib.request.urlopen(server + path) as answer:
            page = answer.read().decode()
        found[name] = path
        waiting += [link for link in re.findall(r'href="(/[^"#]*)', page) if not link.startswith("/static/")]
    return found


class Scale:
    """Measures what one browser page transfers."""

    def __init__(self, page) -> None:
        self.page, self.kinds, self.sizes = page, {}, {}
        tools = page.context.new_cdp_session(page)
        tools.on("Network.responseReceived", self._note)
        tools.on("Network.requestServedFromCache", lambda event: self.kinds.pop(event["requestId"], None))
        tools.on("Network.loadingFinished", self._weigh)
        tools.send("Network.enable")

    def _note(self, event) -> None:
        if not event["response"].get("fromDiskCache") and event["response"]["url"].startswith("http"):
            self.kinds[event["requestId"]] = event["type"]

    def _weigh(self, event) -> None:
        self.sizes[event["requestId"]] = event["encodedDataLength"]

    def read(self) -> tuple[int, int, int]:
        """Return bytes without fonts, requests and bytes of fonts, after half a second without requests."""
        self.page.wait_for_load_state("networkidle")
        fonts = sum(self.sizes[key] for key, kind in self.kinds.items() if kind == "Font")
        return int(sum(self.sizes[key] for key in self.kinds) - fonts), len(self.kinds), int(fonts)


def weigh_all(server, addresses, open_page) -> dict[str, tuple[int, int, int]]:
    """Open every page, eight at a time, each in a page from `open_page`."""
    found, waiting = {}, list(addresses.items())
    while waiting:
        now, waiting = waiting[:8], waiting[8:]
        scales = {name: Scale(open_page()) for name, _path in now}
        for name, path in now:
            scales[name].page.goto(server + path, wait_until="commit")
        found |= {name: scale.read() for name, scale in scales.items()}
        for scale in scales.values():
            scale.page.close()
    return found


def test_public_pages_are_all_listed(addresses):
    assert set(addresses) == PUBLIC - NO_PAGE_OF_THEIR_OWN


def test_first_visit_is_within_weight_budget(browser, server, addresses):
    contexts = []

    def as_a_new_visitor():
        contexts.append(browser.new_context())
        return contexts[-1].new_page()

    weights = weigh_all(server, addresses, as_a_new_visitor)
    for context in contexts:
        context.close()
    assert weights.keys() == addresses.keys()
    assert {name: found for name, found in weights.items() if found[0] > FIRST_VISIT or found[1] > REQUESTS} == {}


def test_later_visits_are_within_weight_budget(browser, server, addresses):
    context = browser.new_context()
    first = Scale(context.new_page())
    first.page.goto(server + "/")
    assert first.read()[0] > 0
    weights = weigh_all(server, addresses, context.new_page)
    context.close()
    assert weights.keys() == addresses.keys()
    assert {name: found for name, found in weights.items() if found[0] > LATER or found[2]} == {}
