import logging
import os
from datetime import UTC, datetime

import pytest
import weasyprint.pdf

from positions.render import fonts, pdf_tags, press

MOMENT = datetime(2017, 10, 17, tzinfo=UTC)


def printed(body):
    page = f'<!doctype html><html lang="en"><head><title>A page</title></head><body>{body}</body></html>'
    return press.press(page, attachment=b"{}", name="a.json", description="a", moment=MOMENT)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/x.png",
        "https://example.com/x.png",
        "file:///etc/passwd",
        "ftp://example.com/x",
        "data:text/plain,x",
        "/etc/passwd",
        "",
    ],
)
def test_the_fetcher_refuses_everything_from_outside(url):
    with pytest.raises(ValueError, match="Refused"):
        press.Bundle().fetch(url)


def test_the_fetcher_knows_no_other_files():
    with pytest.raises(KeyError):
        press.Bundle().fetch("bundled:../../../../etc/passwd")


def test_the_fetcher_gives_the_bundled_faces():
    face = fonts.FACES[0].filename
    assert press.Bundle().fetch(f"bundled:{face}").read() == (fonts.FOLDER / face).read_bytes()


@pytest.mark.parametrize(
    "body",
    [
        '<p><img src="http://127.0.0.1:9/x.png" alt="x"></p>',
        '<p><img src="file:///etc/hostname" alt="x"></p>',
        '<p><a href="#nowhere">nowhere</a></p>',
        "<p>漢</p>",
    ],
    ids=["network", "file", "broken link", "no glyph"],
)
def test_a_flawed_page_is_not_printed(body):
    with pytest.raises(ValueError, match="without a flaw"):
        printed(body)


def test_fonts_of_the_machine_are_out_of_reach():
    before = os.environ.get("FONTCONFIG_FILE")
    with press.without_system_fonts():
        assert os.environ["FONTCONFIG_FILE"] == str(fonts.NO_SYSTEM_FONTS)
    assert os.environ.get("FONTCONFIG_FILE") == before


def test_printing_leaves_weasyprint_as_it_was():
    theirs, handlers = weasyprint.pdf.add_tags, list(logging.getLogger("weasyprint").handlers)
    printed("<p>one</p>")
    assert weasyprint.pdf.add_tags is theirs is not pdf_tags.add_tags
    assert logging.getLogger("weasyprint").handlers == handlers
