"""Malformed posted data is refused before any view with a clear message, and typed text is kept."""

import html
import json
import re
import uuid
from collections import defaultdict
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from django.urls import Resolver404, get_resolver, resolve
from zeal import zeal_ignore

from consultations.models import Submission
from tests import canary
from tests.factories import make_consultation, make_member
from tests.sign_in import always, sign_in

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
TYPED = "Herders should carry a seasonal pass; Ng'ang'a, <b>ũ</b>."


@pytest.fixture
def author(client):
    make_consultation(themes=("T1",))
    return sign_in(client, make_member())


def kept(page) -> list[str]:
    """Return the typed text that the page shows."""
    found = re.findall(r"<textarea[^>]*readonly\s*>\n(.*?)</textarea>", page.text, re.DOTALL)
    return [html.unescape(text) for text in found]


def typed(**fields) -> dict[str, str]:
    return {"theme": "T1", "title": "A pass", "body": TYPED, "language": "en", "audience": "public"} | fields


BODIES = {
    "bytes that are no UTF-8": (f"{urlencode(typed(key=uuid.UUID(int=1)))}&more=%ff%fe".encode(), FORM),
    "another charset": (urlencode(typed()).encode(), f"{FORM}; charset=latin-1"),
    "JSON": (json.dumps(typed()).encode(), "application/json"),
    "a text": (TYPED.encode(), "text/plain"),
    "no type": (TYPED.encode(), ""),
}


@pytest.mark.parametrize("case", BODIES)
def test_an_unreadable_form_is_refused_and_shows_the_words_that_can_be_read(author, case):
    body, kind = BODIES[case]
    page = author.generic("POST", "/submit/", body, kind)
    assert page.status_code == 400
    assert "We could not read your request" in page.text
    assert "Nothing was saved. Your text is below: copy it, go back and send it again." in page.text
    assert TYPED in kept(page)
    assert not Submission.objects.exists()


def test_missing_csrf_token_keeps_input(author):
    page = author.post("/submit/", typed(do="save"))
    assert (page.status_code, Submission.objects.exists()) == (400, False)
    assert "The form arrived incomplete, so nothing was saved." in page.text
    assert html.escape(TYPED) in page.text
    again = author.post("/submit/", typed(do="save", key=page.context["form"]["key"].value()))
    assert (again.status_code, Submission.objects.count()) == (302, 1)


@pytest.mark.parametrize("key", ["", "7", "x" * 5_000, "00000000-0000-0000-0000-00000000000g"])
def test_invalid_csrf_token_has_clear_message(author, key):
    assert author.post("/submit/", {"key": key}).status_code == 400


def test_the_sign_for_damaged_characters_may_be_typed(author):
    page = author.post(
        "/submit/", urlencode(typed(key=uuid.uuid4(), do="save", body="It says \ufffd there")), content_type=FORM
    )
    assert page.status_code == 302
    assert Submission.objects.get().body == "It says \ufffd there"


def test_passwords_are_never_shown_again(client):
    body = urlencode({"login": "a@example.org", "password": "hush-hush-hush", "next": "/x/"}).encode() + b"&a=%ff"
    page = client.generic("POST", "/account/login/", body, FORM)
    assert (page.status_code, kept(page)) == (400, ["/x/", "\ufffd"])


# --- All doors ------------------------------------------------------------------------------------------------------

EVIL = {
    "no fields": (b"", FORM),
    "nothing": (b"", ""),
    "no UTF-8": (b"key=%ff%fe&title=\xff\xfe&\xff=\xff", FORM),
    "JSON": (b'{"key": [1, {"a": null}], "title": 7}', "application/json"),
    "deep JSON": (b"[" * 60_000, "application/json"),
    "torn multipart": (b"--x\r\nContent-Disposition: form-data; name", "multipart/form-data; boundary=x"),
    "no boundary": (b"--x", "multipart/form-data"),
    "multipart without UTF-8": (
        b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\n\xff\xfe\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
}
ASKED = {  # the rest is refused before any view, for everybody alike
    "visitor": list(EVIL),
    "owner": ["no fields"],
    "official and clearing officer": ["no fields"],
    "head": ["no fields", "no UTF-8", "torn multipart", "multipart without UTF-8"],
}


def doors(world) -> list[list[str]]:
    """Return the URLs of the world's records, grouped by view."""
    by_view = defaultdict(list)
    for address in sorted(set(canary.addresses(get_resolver(), canary.records(world)))):
        with suppress(Resolver404):  # a word that does not fit the place
            by_view[resolve(address).view_name].append(address)
    return list(by_view.values())


def cases(role: str, turn: int) -> list[str]:
    """Return the cases posted to one view.

    A visitor, whom most views refuse before they read anything, posts no fields; two of the other roles are taken in
    turn.
    """
    first, *others = ASKED[role]
    return ASKED[role] if role != "visitor" else [first, *(others * 2)[turn % len(others) :][:2]]


@pytest.mark.parametrize("role", ASKED)
def test_no_url_fails_on_invalid_forms(role):
    world, failed = canary.make_world(printed=False), []
    with always(world.readers[role]) as client, zeal_ignore():
        cookies = client.cookies.copy()
        for turn, door in enumerate(doors(world)):
            for case in cases(role, turn):
                client.cookies = cookies.copy()  # one of them is the way out
                answer = client.generic("POST", door[0], *EVIL[case])
                failed += [(door[0], case)] * (answer.status_code >= 500)
    assert failed == []
