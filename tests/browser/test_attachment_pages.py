"""Files in a browser: on an interrupted connection, from a draft's page, and without JavaScript."""

import errno
import os

import pytest

from consultations.models import Attachment
from consultations.workflow import attachments
from tests import made_files as made
from tests.factories import make_consultation, make_member, make_stakeholder, make_submission

pytestmark = pytest.mark.django_db(transaction=True)
PIECE = 256 * 1024


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT, settings.CLAMD = tmp_path / "files", ""


@pytest.fixture
def draft():
    member = make_member(make_stakeholder("Coast Network (sample)"))
    organisation = member.live_memberships[0].stakeholder
    return make_submission(make_consultation(), organisation, state="draft", author=member, title="Fuel")


def chosen(name, data):
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def large_pdf() -> bytes:
    """PDF of four chunks: an incompressible image."""
    return made.pdf_of(os.urandom(3 * PIECE + 1000))


def arrived(window, name):
    window.locator(".files a", has_text=name).first.wait_for()


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_interrupted_upload_resumes(request, width, draft, picture):
    window = request.getfixturevalue(width)
    window.log_in(draft.author)
    window.goto(f"/submit/{draft.key}/")
    data, calls = large_pdf(), []
    window.is_cut_off = True  # what the browser says about its line is meant

    def line(route):
        calls.append(route.request.method)
        if calls.count("POST") == 3 and route.request.method == "POST":
            route.abort("internetdisconnected")
        else:
            route.continue_()

    window.route("**/inputs/*/files/*/", line)
    window.set_input_files("#files-chosen", [chosen("plan.pdf", data), chosen("virus.pdf", b"MZ" + bytes(500))])
    arrived(window, "plan.pdf")
    window.get_by_text("it is Windows program").wait_for()
    window.check()
    picture(window, f"files-draft-{width}")
    file = Attachment.objects.get(name="plan.pdf")
    assert (file.state, file.path.read_bytes()) == ("ready", data)
    assert calls.count("POST") == 4 + 1 + 1  # the pieces, the one whose line broke, the hostile file
    assert window.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('ncm-file:')).length") == 0


def test_upload_resumes_after_leaving_the_page(desktop, draft):
    desktop.log_in(draft.author)
    data, posts = large_pdf(), []
    desktop.is_cut_off = True

    def line(route):
        if route.request.method == "POST":
            posts.append(route.request.method)
        if len(posts) > 2:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    desktop.route("**/inputs/*/files/*/", line)
    desktop.goto(f"/submit/{draft.key}/")
    desktop.set_input_files("#files-chosen", chosen("plan.pdf", data))
    desktop.get_by_text("There is no connection.").wait_for()
    desktop.unroute("**/inputs/*/files/*/")
    desktop.goto(f"/inputs/{draft.key}/files/")
    desktop.get_by_text("uploaded").wait_for()
    desktop.check()
    assert Attachment.objects.get().received == 2 * PIECE


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_a_file_is_added_and_removed_on_its_page(request, width, draft, picture):
    window = request.getfixturevalue(width)
    window.log_in(draft.author)
    window.goto(f"/inputs/{draft.key}/files/")
    window.check()
    window.set_input_files("[name=file]", chosen("letter.pdf", made.pdf()))
    window.get_by_role("button", name="Add the file").click()
    arrived(window, "letter.pdf")
    picture(window, f"files-add-{width}")
    window.get_by_role("link", name="Remove letter.pdf").click()
    window.check()
    window.get_by_role("button", name="Remove the file").click()
    window.get_by_text("letter.pdf has been removed.").wait_for()
    assert Attachment.objects.get().state == "removed"


def test_unsaved_text_is_kept_on_file_page_without_javascript(open_window, draft):
    page = open_window(java_script_enabled=False)
    page.log_in(draft.author)
    page.goto(f"/submit/{draft.key}/")
    page.fill("[name=body]", "Refund the fuel of crews.")
    page.get_by_role("button", name="Save and add a file").click()
    page.expect_status(422)
    page.set_input_files("[name=file]", chosen("letter.pdf", b"MZ" + bytes(99)))
    page.get_by_role("button", name="Add the file").click()
    page.locator("#id_file_error", has_text="it is Windows program").wait_for()
    page.set_input_files("[name=file]", chosen("letter.pdf", made.pdf()))
    page.get_by_role("button", name="Add the file").click()
    page.get_by_text("File added.").wait_for()
    page.get_by_role("link", name="Back to the text").click()
    assert page.locator("[name=body]").input_value() == "Refund the fuel of crews."
    assert [file.name for file in Attachment.objects.filter(state="ready")] == ["letter.pdf"]


def test_full_disk_is_reported_and_upload_resumes_later(phone, draft, monkeypatch, tmp_path):
    real, window = attachments._append, phone

    def full(_path, offset, _data):
        raise OSError(errno.ENOSPC, "No space left on device", offset)

    window.expect_status(507)
    window.log_in(draft.author)
    window.goto(f"/submit/{draft.key}/")
    data, plan = large_pdf(), tmp_path / "plan.pdf"
    plan.write_bytes(data)
    monkeypatch.setattr(attachments, "_append", lambda *piece: (full if piece[1] else real)(*piece))
    window.set_input_files("#files-chosen", plan)
    window.get_by_text("The portal has no disk space left.").wait_for()
    window.check()
    assert draft.attachments.get().received == PIECE
    monkeypatch.setattr(attachments, "_append", real)
    window.set_input_files("#files-chosen", plan)
    arrived(window, "plan.pdf")
    assert draft.attachments.get().path.read_bytes() == data  # the same file, from where it stopped
