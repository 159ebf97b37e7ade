"""Benchmark: every public page over 2,000 inputs: time against a baseline, queries and transferred bytes.

The baseline is a view that renders the bare base page after one query. Every page runs through the whole stack (all
middleware and compression), in turn, so that load peaks affect them alike; compares medians. "ms" is a cached visit,
"made" the first one after a journal entry, with its queries; "before" is "made" with a tenth of the inputs, and must
not grow with them.
"""

import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import brotli
import pytest
from django.conf import settings as portal
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.core.cache import caches
from django.db import connection
from django.shortcuts import render
from django.test import RequestFactory
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext
from django.urls import path, resolve, reverse

from consultations.models import Invitation, User
from consultations.tokens import token
from ncm_portal import workflow
from ncm_portal.urls import PUBLIC
from ncm_portal.urls import urlpatterns as portal_addresses
from positions.models import PositionPaper, ReviewRound
from tests.benchmarks.figures import record
from tests.crowd import Crowd, follow_up, grow, make_crowd
from tests.database_roles import as_superuser
from tests.factories import make_forum, make_invitation
from tests.paper_factories import bring_paper, freeze, make_paper, make_paragraph, make_section

pytestmark = pytest.mark.django_db(transaction=True)
INPUTS, FEW, EMPTY, WARM_UP, ROUNDS = 2000, 200, 15, 5, 60
MOST_TIME, MOST_QUERIES, MOST_GROWTH = 2.5, 8, 2
MOST_OF_LETTER = 10  # made for one reader with a form of 23 fields: never kept, and each field costs a third of a floor
BROWSER = {"Accept-Encoding": "gzip, deflate, br"}
FIRST_VISIT, REQUESTS, LATER = 60_000, 6, 15_000
# Files and answers for programs, pages that only a link in a mail opens, and steps of signing in
NOT_HERE = {
    "attachment", "participation_pdf", "paper_alignment_pdf", "paper_compare_pdf", "inputs_export", "feed_inputs", "feed_points", "openapi", "forum_ics",
    "forum_ics_person", "forum_document", "communique_text", "printed_form", "edition_file", "edition_schema", "health",
    "join_organisation", "mail_stop", "forum_answer_receipt", "set_language", "account_logout", "account_inactive",
    "account_email_verification_sent", "account_confirm_email", "account_confirm_login_code",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "mfa_authenticate", "mfa_login_webauthn", "socialaccount_signup", "socialaccount_login_cancelled",
}  # fmt: skip


@login_not_required
def floor(request):
    """View with the minimum cost of a page."""
    User.objects.exists()
    return render(request, "base.html")


class Addresses:
    """URLs of the portal, with the baseline."""

    urlpatterns = [path("floor/", floor, name="floor"), *portal_addresses]


@dataclass
class Figures:
    """Measurements of one page."""

    name: str
    seconds: float
    made: float
    before: float
    queries: int
    bytes: int
    first_visit: int
    requests: int


def visit(handler: ClientHandler, address: str, **headers: str) -> bytes:
    """Make one request through the whole stack like a browser without cookies; return the body as transferred."""
    response = handler(RequestFactory().get(address, headers=headers).environ)
    assert response.status_code == 200, address
    return response.content


def pages(crowd: Crowd) -> dict[str, str]:
    """Return the public pages by name."""
    reference, forum, paper = crowd.answered.reference, [crowd.forum.slug], crowd.paper.slug
    under_review = [PositionPaper.objects.get(state="review").slug]
    return {
        "floor": "/floor/",
        "home": reverse("home"),
        "theme": reverse("theme", args=["T4"]),
        "inputs": reverse("inputs"),
        "inputs, narrowed": reverse("inputs") + f"?theme=T1&objective=GCM-02&before={reference}",
        "input": reverse("input", args=[reference]),
        "forum": reverse("forum", args=forum),
        "its pack": reverse("forum_pack", args=forum),
        "its figures": reverse("figures_of_forum", args=forum),
        "its communiqué": reverse("communique", args=forum),
        "commitments": reverse("commitments"),
        "coverage": reverse("coverage_public"),
        "participation": reverse("participation"),
        "papers": reverse("papers"),
        "paper": reverse("paper", args=[paper]),
        "edition": reverse("paper_edition", args=[paper, "1.0"]),
        "its history": reverse("paper_history", args=[paper]),
        "its outcome": reverse("paper_alignment", args=[paper]),
        "explored": reverse("paper_explore", args=[paper, "1.0"]),
        "found in it": reverse("paper_explore", args=[paper, "1.0"]) + "?theme=T4",
        "a paragraph": reverse("paper_paragraph", args=[paper, "1.0", 9]),
        "its lines": reverse("edition_lines", args=[paper, "1.0"]),
        "one line": reverse("edition_line", args=[paper, "1.0", 9]),
        "two editions": reverse("paper_compare", args=[paper]),
        "text in review": reverse("read_review", args=under_review),
        "its section": reverse("read_review_section", args=[*under_review, 1]),
        "its print": reverse("read_review_print", args=under_review),
        "verify": reverse("verify"),
        "a copy verified": reverse("verify_hash", args=[crowd.paper.editions.get(number="1.0").sha256]),
        "words verified": reverse("verify_communique", args=[crowd.forum.communique.sha256]),
        "roles": reverse("roles"),
        "contact": reverse("contact"),
        "privacy": reverse("privacy"),
        "accessibility": reverse("accessibility"),
        "letter": reverse("forum_answer", args=[token(*Invitation.objects.values_list("key", "token_round").get())]),
        "sign in": reverse("account_login"),
        "sign up": reverse("account_signup"),
        "password": reverse("account_reset_password"),
    }


def complete(crowd: Crowd) -> None:
    """Give every public page content: a reported forum, a letter, a correction, a text in review."""
    follow_up(crowd.forum)
    make_invitation(make_forum(crowd.consultation))
    freeze(crowd.paper, "1.0.1", "corrected")
    other, now = make_paper(crowd.consultation), workflow.now()
    for theme in crowd.consultation.themes.all():
        section = make_section(other, theme)
        for _turn in range(6):
            make_paragraph(section, is_secretariat_text=True)
    window = {"opens_at": now, "closes_at": now + timedelta(days=9), "audience": "public"}
    ReviewRound.objects.create(paper=other, number=1, edition=freeze(other, "0.1", "review"), **window)
    bring_paper(other, "review")


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def linked(body: bytes) -> tuple[int, int]:
    """Return the compressed bytes and number of the files that a page loads, without fonts."""
    found = set(re.findall(rf'(?:href|src)="{portal.STATIC_URL}([^"]+)"', body.decode()))
    for sheet in [name for name in found if name.endswith(".css")]:
        found |= set(re.findall(r"url\(\.\./(fonts/[^)]+)\)", contents(sheet).decode()))
    size = sum(len(brotli.compress(contents(name))) for name in found if not name.endswith(".woff2"))
    return size, len(found)


def contents(name: str) -> bytes:
    """Return a static file."""
    return Path(finders.find(name)).read_bytes()


def make(handler: ClientHandler, addresses: dict[str, str]) -> dict[str, float]:
    """Visit all pages in turn without cache; return the medians."""
    made: dict[str, list[float]] = {name: [] for name in addresses}
    for _turn in range(EMPTY):
        for name, address in addresses.items():
            caches["pages"].clear()
            made[name].append(timed(lambda address=address: visit(handler, address, **BROWSER)))
    return {name: statistics.median(spent) for name, spent in made.items()}


def measure(handler: ClientHandler, addresses: dict[str, str]) -> dict[str, float]:
    """Visit all pages in turn; return the medians."""
    kept: dict[str, list[float]] = {name: [] for name in addresses}
    for turn in range(WARM_UP + ROUNDS):
        for name, address in addresses.items():
            spent = timed(lambda address=address: visit(handler, address, **BROWSER))
            if turn >= WARM_UP:
                kept[name].append(spent)
    return {name: statistics.median(spent) for name, spent in kept.items()}


def figures(handler: ClientHandler, name: str, address: str, *medians: float) -> Figures:
    caches["pages"].clear()
    with CaptureQueriesContext(connection) as queries:
        body = visit(handler, address, **BROWSER)
    asked = len(queries)
    size, number = linked(visit(handler, address))
    return Figures(name, *medians, asked, len(body), len(body) + size, number + 1)


def test_public_pages_over_2000_inputs(settings):
    settings.ROOT_URLCONF = Addresses
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("zeal.")]
    crowd, handler = make_crowd(FEW), ClientHandler()
    complete(crowd)
    assert PUBLIC - {resolve(urlsplit(at).path).view_name for at in pages(crowd).values()} == NOT_HERE
    analyse()
    before = make(handler, pages(crowd))
    grow(crowd, INPUTS)
    analyse()
    made, kept = make(handler, pages(crowd)), measure(handler, pages(crowd))
    found = [figures(handler, name, at, kept[name], made[name], before[name]) for name, at in pages(crowd).items()]
    show(found)
    lowest = found[0].seconds
    ratios = {page.name: page.seconds / lowest for page in found}
    assert ratios.pop("letter") <= MOST_OF_LETTER
    assert {name: ratio for name, ratio in ratios.items() if ratio > MOST_TIME} == {}
    assert {page.name: page.made / page.before for page in found if page.made > MOST_GROWTH * page.before} == {}
    assert {page.name: page.queries for page in found if page.queries > MOST_QUERIES} == {}
    assert {page.name: page.first_visit for page in found if page.first_visit > FIRST_VISIT} == {}
    assert {page.name: page.bytes for page in found if page.bytes > LATER} == {}
    assert {page.name: page.requests for page in found if page.requests > REQUESTS} == {}


def analyse() -> None:
    """Run ANALYZE, as autovacuum does."""
    with as_superuser() as cursor:
        cursor.execute("ANALYZE")


def show(found: list[Figures]) -> None:
    rows = [
        [
            page.name,
            *(f"{number:.2f}" for number in (page.seconds * 1000, page.seconds / found[0].seconds, page.made * 1000)),
            f"{page.before * 1000:.2f}",
            *(page.queries, page.bytes, page.first_visit, page.requests),
        ]
        for page in found
    ]
    head = [
        "page",
        "kept, ms",
        "ratio",
        "made, ms",
        f"made with {FEW}, ms",
        "queries",
        "bytes",
        "first visit",
        "requests",
    ]
    record(f"Public pages over {INPUTS} inputs", head, rows)
