"""A real browser for the tests: the system's chromium, one page as wide as a desk and one as wide as a phone.

    def test_home(desktop, live_server):
        desktop.goto(live_server.url)
        desktop.check()                     # no accessibility rule is broken

A test fails at its end when a page logged an error, broke the content security policy or asked another host.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Error, Page, sync_playwright

from tests.settings import RUN_FOLDER
from tests.sign_in import sign_in

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = [
    "--no-sandbox",  # chromium refuses its sandbox to root; the pages are our own
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = [*WCAG, "best-practice"]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
BOTH = (DESKTOP, PHONE)
# No rule that is asked for needs what axe would load for it, stylesheets as text and films; no page holds another one.
QUICKLY = {"resultTypes": ["violations"], "preload": False, "iframes": False}
HAS_AXE = "typeof axe !== 'undefined'"
# Most pages that a run opens look to axe like one before: a list with other rows, the same form for somebody else.
SHAPE = (Path(__file__).parent / "shape.js").read_text("utf-8")
LOOKS: set[str] = set()  # whose contrast was found sound before in this process
VIOLATIONS = (Path(__file__).parent / "axe.js").read_text("utf-8")


@dataclass
class Window:
    """Browser page that records errors. Other attributes are those of Playwright's page."""

    page: Page
    base: str
    sizes: list[dict[str, int]]
    errors: list[str] = field(default_factory=list)
    expected_statuses: set[int] = field(default_factory=set)
    is_cut_off: bool = False
    runs_scripts: bool = True

    def __post_init__(self):
        self.page.on("pageerror", lambda error: self.errors.append(f"script: {error}"))
        self.page.on("console", self._hear)
        self.page.on("request", self._see)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.page, name)

    def goto(self, address: str):
        """Open a URL of the portal, with or without its host."""
        return self.page.goto(self.base + address if address.startswith("/") else address)

    def check(self, rules: list[str] = RULES) -> None:
        """Assert that the page breaks no WCAG 2.2 A and AA rule, and does not overflow at any width. A page structure
        that was already checked in this run is not checked by axe again.
        """
        assert self.runs_scripts, "axe waits for timers, which never ring without JavaScript: check in another window"
        self.page.wait_for_load_state()  # a click that led here waits for no more than the answer to begin
        for _size in self.at_each_width():
            self._check(rules)

    def at_each_width(self) -> Iterator[dict[str, int]]:
        """Show the page at each of the window's widths in turn, and at the first again in the end."""
        for size in self.sizes:
            if len(self.sizes) > 1:
                self.page.set_viewport_size(size)
            yield size
        if len(self.sizes) > 1:
            self.page.set_viewport_size(self.sizes[0])

    def _check(self, rules: list[str]) -> None:
        assert self.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, "the page scrolls sideways"
        shape = "\n".join([*rules, self.page.evaluate(SHAPE)])
        seen = RUN_FOLDER / "sound" / hashlib.sha256(shape.encode()).hexdigest()
        if seen.exists():
            return
        if not self.page.evaluate(HAS_AXE):
            self.page.evaluate(Axe().axe_script)
        found, looks = self.page.evaluate(VIOLATIONS, [{"runOnly": rules, **QUICKLY}, sorted(LOOKS)])
        wrong = [f"{v['id']}: {v['help']}\n    " + "\n    ".join(n["html"][:200] for n in v["nodes"]) for v in found]
        assert not wrong, f"{self.page.url}\n" + "\n".join(wrong)
        LOOKS.update(looks)
        seen.parent.mkdir(exist_ok=True)
        seen.touch()

    def lose(self) -> None:
        """Kill the page, like a phone out of memory, and open an empty one.

        A closed page lives on for a moment, in which the browser's offline switch no longer applies to it, and it would
        send its queue. So its process is killed first.
        """
        context = self.page.context
        with self.page.expect_event("crash"), suppress(Error):
            self.page.goto("chrome://crash")
        self.page.close()
        self.page = context.new_page()
        self.__post_init__()

    def log_in(self, user) -> None:
        """Sign this person in, with a second factor if the office requires one."""
        value = sign_in(Client(), user).cookies["sessionid"].value
        self.page.context.add_cookies([{"name": "sessionid", "value": value, "url": self.base}])

    def expect_status(self, *statuses: int) -> None:
        """Expect pages with these statuses, which the browser logs as errors."""
        self.expected_statuses.update(statuses)

    def cut_off(self, is_cut_off: bool = True) -> None:
        """Take this window offline or online; the browser logs each failed request.

        The browser's own switch does not cover a page being left, so each request is aborted too.
        """
        self.is_cut_off = self.is_cut_off or is_cut_off
        context = self.page.context
        if is_cut_off:
            context.route("**/*", lambda route: route.abort("internetdisconnected"))
        else:
            context.unroute("**/*")
        context.set_offline(is_cut_off)

    def _hear(self, message) -> None:
        meant = self.is_cut_off and "net::ERR_" in message.text
        meant = meant or any(f"status of {status} " in message.text for status in self.expected_statuses)
        if message.type == "error" and not meant:
            self.errors.append(f"console: {message.text}")

    def _see(self, request) -> None:
        if urlsplit(request.url).scheme in ("http", "https", "ws") and not request.url.startswith(self.base):
            self.errors.append(f"asked another host: {request.url}")


@pytest.fixture(scope="session")
def browser():
    """The browser of the run, closed at the end."""
    program = os.environ.get("BROWSER_PROGRAM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise RuntimeError("No chromium was found. Install it with:  apt-get install chromium-headless-shell")
    # Playwright keeps an event loop in this thread, and Django then takes every query here for one inside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_window(browser, live_server):
    """Open further windows, each with its own session: `open_window(PHONE)`. With several sizes the window has the
    first one, and is checked at each.
    """
    windows: list[Window] = []

    def open_one(*sizes: dict[str, int], **options: Any) -> Window:
        context = browser.new_context(viewport=(sizes or [DESKTOP])[0], locale="en-GB", **options)
        context.set_default_timeout(10_000)
        runs_scripts = options.get("java_script_enabled", True)
        windows.append(Window(context.new_page(), live_server.url, list(sizes or [DESKTOP]), runs_scripts=runs_scripts))
        return windows[-1]

    yield open_one
    errors = [error for window in windows for error in window.errors]
    for window in windows:
        window.page.context.close()
    assert errors == []


@pytest.fixture
def desktop(open_window) -> Window:
    """A window 1280 pixels wide."""
    return open_window(DESKTOP)


@pytest.fixture
def phone(open_window) -> Window:
    """A window 360 pixels wide."""
    return open_window(PHONE)


@pytest.fixture
def picture(request):
    """With PICTURES=1, keep screenshots under var/screenshots for a person to look at: `picture(window, "home")`, one for
    each width."""

    def keep(window: Window, name: str) -> None:
        if not os.environ.get("PICTURES"):
            return
        for _size in window.at_each_width():
            path = request.config.rootpath / "var/screenshots" / f"{name}-{window.page.viewport_size['width']}.png"
            window.page.screenshot(path=path, full_page=True)

    return keep


def pytest_collection_modifyitems(items):
    """Mark all tests of this folder, so that `-m "not browser"` skips them."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
