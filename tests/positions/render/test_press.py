import gc
import logging
import os
from datetime import UTC, datetime

import pydyf
import pytest
import weasyprint.pdf
from weasyprint.formatting_structure.boxes import TextBox
from weasyprint.html import UA

from positions.render import fonts, paper, pdf_tags, press
from tests.positions.render import editions

LONG = ("text", "reason", "organisation", "name", "ministry", "meaning")
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
def test_fetcher_refuses_external_urls(url):
    with pytest.raises(ValueError, match="Refused"):
        press.Bundle().fetch(url)


def test_fetcher_refuses_other_files():
    with pytest.raises(KeyError):
        press.Bundle().fetch("bundled:../../../../etc/passwd")


def test_fetcher_serves_bundled_fonts():
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
def test_invalid_page_is_not_printed(body):
    with pytest.raises(ValueError, match="without a flaw"):
        printed(body)


def test_system_fonts_are_unreachable():
    before = os.environ.get("FONTCONFIG_FILE")
    with press.without_system_fonts():
        assert os.environ["FONTCONFIG_FILE"] == str(fonts.NO_SYSTEM_FONTS)
    assert os.environ.get("FONTCONFIG_FILE") == before


def test_garbage_collection_is_paused_only_while_printing():
    with press.without_collector():
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    with press.without_collector():
        pass
    assert not gc.isenabled()
    gc.enable()


def test_printing_restores_global_state():
    theirs, handlers = weasyprint.pdf.add_tags, list(logging.getLogger("weasyprint").handlers)
    printed("<p>one</p>")
    assert gc.isenabled()
    assert weasyprint.pdf.add_tags is theirs is not pdf_tags.add_tags
    assert logging.getLogger("weasyprint").handlers == handlers


def test_omitted_default_styles_change_no_byte(monkeypatch):
    """The page uses what these styles affect: a list marker, capitals, a quotation and a forced page break."""
    body = '<ol style="list-style: lower-alpha; text-transform: uppercase"><li>One</ol><p><q>Two</q><br>Three<wbr>'
    ours = printed(body)
    monkeypatch.setattr(press, "Page", weasyprint.HTML)
    assert printed(body) == ours
    assert len([line for line in UA.splitlines() if line.startswith(press.NOTES)]) == 5


def test_stream_is_compressed_once_and_unchanged():
    pdf, stream = pydyf.PDF(), pydyf.Stream([b"0 0 m"], {"Length1": 5}, compress=True)
    pdf.add_object(stream)
    before = stream.indirect
    press.finish_streams(None, pdf)
    kept = pdf.objects[stream.number]
    assert (kept.indirect, kept.compressible, kept.data is kept.data) == (before, False, True)


def test_too_deeply_nested_content_is_refused_in_plain_words():
    with pytest.raises(ValueError, match="nested too deeply"):
        printed("<ul><li>" * 300 + "deep" + "</li></ul>" * 300)


def test_deeply_nested_lists_become_text_and_long_words_stay_on_page():
    content = editions.edition(themes=1, paragraphs=8, points=12, participants=3, ministries=1)
    list_of_300 = "\n".join(" " * level + f"- level {level}" for level in range(300))
    content["sections"][1]["paragraphs"][0]["text"] = list_of_300
    long = "Mwananchi" * 22
    for rows in (content["points"], content["participants"], content["clearances"], content["acronyms"]):
        for row in rows:
            row |= {name: long for name in LONG if name in row}
    content["groups"] = dict.fromkeys(content["groups"], long)
    content["themes"][0] |= {"title": long, "lead": [long]}
    content["sections"][0]["heading"] = long
    page = paper.html(content, sha256=editions.digest(content), address=editions.address(content))
    with press.flawless():
        pages = press.lay_out(page).pages
    words = [(page, box) for page in pages for box in page._page_box.descendants() if isinstance(box, TextBox)]
    assert [box.text for page, box in words if box.position_x < 0 or box.position_x + box.width > page.width] == []
    said = "".join(box.text for _page, box in words)
    assert said.count("level") == 300
    assert said.count("Mwananchi") > 2 * 22 * len(content["points"])
