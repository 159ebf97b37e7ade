"""Verifying a file in a browser: locally, uploaded, and without JavaScript."""

import re

import pytest

from consultations.models import Access
from tests import certificates
from tests.access_log import entries
from tests.browser.conftest import BOTH
from tests.positions.copies import make_printed_paper, pdf_with, spaced

pytestmark = pytest.mark.django_db(transaction=True)
FORGED = "forged.pdf"


@pytest.fixture
def paper(request, settings, tmp_path):
    """Print and sign a paper where its hash is computed; elsewhere use a page with the same attachment."""
    settings.MEDIA_ROOT = tmp_path
    printed, certificate = getattr(request, "param", False), None
    if printed:
        certificates.use(settings, certificate := certificates.make_certificate(tmp_path))
    fields = {"title": "The common position", "slug": "gcm-2017"}
    return make_printed_paper(printed=printed, signed_by=certificate, **fields)


def chosen(name, data):
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def verify(window, name, data):
    window.goto("/verify/")
    window.set_input_files("[name=file]", chosen(name, data))
    window.get_by_role("button", name="Check the file").click()


def heading(window):
    return window.locator("h1").inner_text()


def sent(window):
    """Record requests that send data."""
    found = []
    window.page.on("request", lambda request: request.method == "POST" and found.append(request.url))
    return found


@pytest.mark.parametrize("paper", [True], indirect=True, ids=["printed"])
def test_hash_is_computed_in_browser_without_upload(open_window, paper, picture):
    window = open_window(*BOTH)
    posts = sent(window)
    window.goto("/verify/")
    window.get_by_text("The file stays on your device.").wait_for()
    assert not window.get_by_text("The portal examines the file and does not keep it.").is_visible()
    window.check()
    picture(window, "verify")
    verify(window, "position-paper.pdf", paper.pdf)
    window.wait_for_url(f"**/verify/{paper.files['pdf'].sha256}/")
    assert heading(window) == "This file is genuine"
    assert window.get_by_text("Signed by NCM test secretariat: intact").is_visible()
    window.check()
    picture(window, "verify-signed")
    verify(window, "position-paper.json", paper.edition.content.encode())
    window.wait_for_url(f"**/verify/{paper.edition.sha256}/")
    window.check()
    picture(window, "verify-json")
    assert posts == []
    window.expect_status(404)
    verify(window, FORGED, pdf_with(paper.edition.content.encode()))
    closer = window.get_by_role("button", name="Send the file to the portal")
    closer.wait_for()
    window.check()
    picture(window, "verify-closer")
    assert (posts, len(entries(Access.FALSE_COPY))) == ([], 0)
    closer.click()
    window.get_by_role("heading", name="This file was altered").wait_for()
    window.check()
    picture(window, "verify-altered")
    assert len(posts) == 1
    (entry,) = entries(Access.FALSE_COPY)
    assert (entry.object_id, entry.details["file"]) == (str(paper.edition.pk), FORGED)


def test_a_file_is_verified_without_javascript(open_window, paper, picture):
    window = open_window(*BOTH, java_script_enabled=False)
    window.goto("/verify/")
    assert window.get_by_text("The portal examines the file and does not keep it.").is_visible()
    answers = {
        ("position-paper.pdf", paper.pdf): "This file is genuine",
        ("cut.pdf", paper.pdf[: len(paper.pdf) // 2]): "This PDF is damaged or incomplete",
        (FORGED, pdf_with(paper.edition.content.encode(), signatures=1)): "This file was altered",
        ("spaced.json", spaced(paper.edition.content)): "The text of this file is official",
        ("virus.exe", b"MZ" + bytes(500)): "This is not a readable file of ours",
    }
    for (name, data), expected in answers.items():
        verify(window, name, data)
        assert heading(window) == expected
        picture(window, "verify-" + re.sub(r"\W", "-", name))
    assert len(entries(Access.FALSE_COPY)) == 3
    window.expect_status(422)
    verify(window, "empty.pdf", b"")
    assert window.locator(".summary a").inner_text() == ("File: The file is empty. Check that you chose the right one.")
    picture(window, "verify-empty")


def test_file_is_dropped_anywhere_and_survives_lost_connection(desktop, paper):
    desktop.goto("/verify/")
    desktop.evaluate(
        """(text) => {
            const dropped = new DataTransfer();
            dropped.items.add(new File([text], "position-paper.json"));
            document.querySelector("footer").dispatchEvent(
                new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
        }""",
        paper.edition.content,
    )
    assert desktop.evaluate("document.activeElement.name") == "file"
    desktop.keyboard.press("Tab")
    largest = desktop.evaluate("document.getElementById('verify-file').dataset.largest")
    assert largest == str(64 * 1024 * 1024)
    desktop.evaluate("document.getElementById('verify-file').dataset.largest = 10")
    desktop.keyboard.press("Enter")
    desktop.get_by_text("The file is larger than 64 MB, which is more than any file that we publish.").wait_for()
    desktop.evaluate("(most) => { document.getElementById('verify-file').dataset.largest = most }", largest)
    desktop.cut_off()
    desktop.keyboard.press("Enter")
    desktop.get_by_text("The portal did not answer. Check your connection and try again.").wait_for()
    desktop.cut_off(False)
    desktop.keyboard.press("Enter")
    desktop.wait_for_url(f"**/verify/{paper.edition.sha256}/")
