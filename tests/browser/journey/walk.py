"""People of the journey, what they do in a browser, and the checks on every page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import time_machine
from django.core import mail
from django.core.management import call_command
from django.urls import resolve
from playwright.sync_api import Locator

from consultations.models import User
from consultations.templatetags.portal import NAIROBI
from ncm_portal import workflow
from tests.browser.conftest import DESKTOP, PHONE, RULES, WCAG, Window
from tests.factories import PASSWORD
from tests.sign_in import code_of

PATIENCE = 60_000  # ms: a page that makes files or sends mail takes long on a machine that does much else

# Each kind of element of a page with the names of its attributes, and whether anything is in it, in the kind of element
# that it stands in; and the headings and the regions of the page in their order.
PARTS = """() => {
  const filled = (e) => e.childElementCount || e.textContent.trim() ? "" : "empty";
  const kind = (e) => e ? `${e.tagName}.${e.getAttribute("class")} ${e.getAttributeNames()} ${filled(e)}` : "";
  const kinds = [...document.querySelectorAll("*")].map((e) => `${kind(e.parentElement)} > ${kind(e)}`);
  const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((e) => e.tagName);
  const turns = levels.filter((level, place) => level !== levels[place - 1]);
  const regions = [...document.querySelectorAll("header, nav, main, aside, footer, [role]")].map(kind);
  return [...new Set([...kinds, turns.join(), regions.join()])];
}"""


class Person:
    """Person with an own browser window. Every page that they open is checked."""

    def __init__(self, walk: "Walk", name: str, window: Window) -> None:
        self.walk, self.name, self.window, self.secret = walk, name, window, ""
        self.email = f"{name.split()[0].lower()}@example.org"

    @property
    def account(self) -> User:
        """Return the person's account reloaded."""
        return User.objects.get(email=self.email)

    # --- Coming to a page -------------------------------------------------------------------------------------------

    def go(self, address: str, *, refused: int = 200) -> None:
        """Open a URL that was not linked on a page."""
        if refused != 200:
            self.window.expect_status(refused)
        answer = self.window.goto(address)
        assert answer.status == refused, f"{address} answered {answer.status}"
        self.look(refused)

    def follow(self, link: str | Locator) -> None:
        """Follow a link by its text."""
        self._act(_named(self.window.page, "link", link))

    def press(self, button: str | Locator, *, refused: int = 0, within: Locator | None = None) -> None:
        """Press a button by its text; `refused` is the status of the page that says why not."""
        self._act(_named(within or self.window.page, "button", button), refused or 200)

    def press_in_place(self, button: str, *, role: str = "button", refused: int = 0) -> None:
        """Press a button (or a link) that the drafting room answers without loading the page again, if scripts run."""
        if not self.window.runs_scripts:
            self._act(_named(self.window.page, role, button), refused or 200)
            return
        if refused:
            self.window.expect_status(refused)
        self.window.evaluate("document.getElementById('room').dataset.old = '1'")
        with self.window.expect_response(lambda answer: not 300 <= answer.status < 400) as came:
            _named(self.window.page, role, button).first.click()
        assert came.value.status == (refused or 200), f"{self.window.url} answered {came.value.status}"
        self.window.locator("#room:not([data-old])").wait_for()
        self.look(refused or 200)

    def confirm(self, *, refused: int = 0) -> None:
        """Confirm what a move will do, whatever its button says."""
        self._act(self.window.page.locator(".consequence button, .submit-row .default"), refused or 200)

    def _act(self, target: Locator, status: int = 200) -> None:
        if status != 200:
            self.window.expect_status(status)
        # A draft that is saved meanwhile gives the page its address: that is no way to another page, and brings no answer.
        with self.window.expect_event("load"), self.window.expect_event("response", _is_a_page) as came:
            target.first.click()
        assert came.value.status == status, f"{self.window.url} answered {came.value.status}"
        self.look(status)

    def look(self, status: int = 200) -> None:
        """Check the open page once in each of its states, if scripts run.

        Admin pages are Django's own, which break some best practices but no WCAG rule.
        """
        if not self.window.runs_scripts:
            return
        path = urlsplit(self.window.url).path
        if self.walk.states.is_new((resolve(path).view_name, status), set(self.window.evaluate(PARTS))):
            self.window.check(WCAG if path.startswith("/admin/") else RULES)

    def look_on_a_phone(self, keep: str = "") -> None:
        """Check that the page fits a phone, and save a screenshot of each width as `keep`."""
        self.window.set_viewport_size(PHONE)
        assert self.window.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, self.window.url
        if keep:
            self.walk.picture(self.window, keep)
        self.window.set_viewport_size(DESKTOP)
        if keep:
            self.walk.picture(self.window, keep)

    # --- What a person does on a page -------------------------------------------------------------------------------

    def write(self, **fields: str) -> None:
        """Fill fields by name; "__" stands for "-"."""
        for name, text in fields.items():
            self.window.locator(f'main [name="{name.replace("__", "-")}"]:not([type=hidden])').last.fill(text)

    def choose(self, **fields: str) -> None:
        """Choose by value: an option of a list, a radio button or a checkbox."""
        for name, value in fields.items():
            field = self.window.locator(f'[name="{name.replace("__", "-")}"]:not([type=hidden])')
            if field.first.evaluate("field => field.tagName") == "SELECT":
                field.first.select_option(value)
            else:
                field.and_(self.window.locator(f'[value="{value}"]')).check()

    def unfold(self, words: str, within: Locator | None = None) -> Locator:
        """Open the details element with the summary `words`, and return it."""
        folded = (
            (within or self.window.page).locator("details").filter(has=self.window.locator("summary", has_text=words))
        )
        folded.first.locator("summary").first.click()
        self.look()
        return folded.first

    # --- What a person reads ----------------------------------------------------------------------------------------

    @property
    def heading(self) -> str:
        """The heading of the page."""
        return _plain(self.window.locator("h1").first.inner_text())

    @property
    def text(self) -> str:
        """Return the text of the page including closed details."""
        return _plain(self.window.locator("main, #main").first.text_content())

    @property
    def problems(self) -> list[str]:
        """Return the errors of the page line by line."""
        return [_plain(line) for line in self.window.locator("#problem li").all_text_contents()]

    @property
    def notices(self) -> list[str]:
        """Return the success messages of the page."""
        return [
            _plain(line) for line in self.window.locator(".notice[role=status], .page > .undo p").all_text_contents()
        ]

    def why(self, field: str) -> str:
        """Return the error of a field."""
        return _plain(self.window.locator(f"#id_{field}_error").text_content())

    def value(self, field: str) -> str:
        """Return the value of a field."""
        return self.window.input_value(f"main [name={field}]:not([type=hidden])")

    def facts(self) -> dict[str, str]:
        """Return the first fact list of the page by term."""
        shown = self.window.locator("dl.facts").first
        terms, said = shown.locator("dt").all_text_contents(), shown.locator("dd").all_text_contents()
        return {_plain(term): _plain(words) for term, words in zip(terms, said, strict=True)}

    # --- Coming in --------------------------------------------------------------------------------------------------

    def sign_in(self) -> None:
        """Sign in by the form, with the code of an app where the account has one."""
        self.go("/account/login/")
        self.write(login=self.email, password=PASSWORD)
        self.press("Sign in")
        if self.heading == "Second step":
            self.write(code=code_of(self.secret))
            self.press("Sign in")

    def set_up_an_app(self) -> None:
        """Set up one-time codes, as the portal asks of some offices."""
        assert self.heading == "Two-step sign-in"
        self.follow("Set up the app")
        if self.heading == "Confirm that it is you":
            self.write(password=PASSWORD)
            self.press("Confirm")
        self.secret = self.window.locator("main .hash").inner_text()
        self.write(code=code_of(self.secret))
        self.press("Turn on two-step sign-in")
        assert self.heading == "Recovery codes"


def _is_a_page(answer: Any) -> bool:
    """Return whether the response is a page rather than a file or a redirect."""
    return answer.request.is_navigation_request() and not 300 <= answer.status < 400


def _named(place: Any, role: str, target: str | Locator) -> Locator:
    """Return a locator for an accessible name, ignoring spaces before a colon."""
    if not isinstance(target, str):
        return target
    words = re.escape(target).replace(r":\ ", r"\s*:\s+")
    return place.get_by_role(role, name=re.compile(f"^{words}$"))


def _plain(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()


class States:
    """Pages that were checked, and their states.

    A page is a URL name with a status, for any reader. It is in a new state if any part never appeared on it before:
    the error summary, a message, the first row of a list, or the text of an empty list.
    """

    def __init__(self) -> None:
        self.parts: dict[tuple[str, int], set[str]] = {}

    def is_new(self, page: tuple[str, int], parts: set[str]) -> bool:
        """Return whether the page needs a check; then it counts as checked with these parts."""
        known = self.parts.get(page)
        self.parts[page] = (known or set()) | parts
        return known is None or not parts <= known


class Walk(SimpleNamespace):
    """The journey: its people by first name, and results by step."""

    def __init__(self, open_window: Any, base: str, folder: Path, picture: Any, *, has_scripts: bool = True) -> None:
        super().__init__(people={}, states=States(), clock=None)
        self.open_window, self.base, self.folder, self.picture = open_window, base, folder, picture
        self.has_scripts = has_scripts

    def person(self, name: str) -> Person:
        """Return the person of this name, with a window opened on first use."""
        if name not in self.people:
            self.people[name] = Person(self, name, self.open_window(DESKTOP, java_script_enabled=self.has_scripts))
            self.people[name].window.set_default_timeout(PATIENCE)
        return self.people[name]

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        """Name the step that failed, and save screenshots of every window."""
        try:
            yield
        except Exception as error:
            error.add_note(f"The journey broke here: {words}. Pictures: {self.folder}")
            for name, person in self.people.items():
                error.add_note(f"  {name} was on {person.window.url}: {person.window.errors}")
                person.window.page.screenshot(path=self.folder / f"{name.split()[0]}.png", full_page=True)
            raise

    def later(self, **time: float) -> None:
        """Advance the clock for the portal and everybody."""
        moment = workflow.now() + timedelta(**time)
        self.back_to_today()
        self.clock = time_machine.travel(moment, tick=True)
        self.clock.start()

    def back_to_today(self) -> None:
        """Restore the real time."""
        if self.clock:
            self.clock.stop()
            self.clock = None

    def mail_to(self, email: str) -> Any:
        """Return the last mail to an address after sending the outbox."""
        call_command("work", stdout=StringIO())
        return [message for message in mail.outbox if message.to == [email]][-1]

    def link_in(self, message: Any) -> str:
        """Return the portal URL in a mail, on this server."""
        return next(word for word in message.body.split() if word.startswith(self.base + "/")).rstrip(".")


def in_nairobi(moment: datetime) -> datetime:
    """Format a time as in Kenya."""
    return moment.astimezone(NAIROBI)
