"""veraPDF must reject bad files: a plain PDF fails by rule, and a file that is no PDF does not pass."""

import pytest
from weasyprint import HTML

pytestmark = pytest.mark.vera


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    path = tmp_path_factory.mktemp("pdf") / "plain.pdf"
    HTML(string="<html><body><p>No title, no language, no tags.</p></body></html>").write_pdf(path)
    return path


def test_untagged_pdf_fails_both_standards(vera, plain):
    assert sorted(line.split(",")[0] for line in vera(plain, "ua1,3a")) == [
        "3a 6.1.3-1",
        "3a 6.2.4.3-2",
        "3a 6.6.2.1-1",
        "3a 6.7.2.2-1",
        "3a 6.7.3.3-1",
        "ua1 6.2-1",
        "ua1 7.1-10",
        "ua1 7.1-11",
        "ua1 7.1-3",
        "ua1 7.1-8",
        "ua1 7.2-34",
    ]


def test_valid_pdf_has_no_errors(vera, tmp_path):
    page = "<html lang=en><head><title>Sound</title></head><body><h1>Sound</h1><p>One paragraph.</p></body></html>"
    path = tmp_path / "sound.pdf"
    HTML(string=page).write_pdf(path, pdf_variant="pdf/ua-1", pdf_tags=True)
    assert vera(path, "ua1") == []


def test_non_pdf_is_error(vera, tmp_path):
    path = tmp_path / "text.pdf"
    path.write_text("This is no PDF.")
    with pytest.raises(RuntimeError):
        vera(path, "ua1")


def test_unknown_flavour_is_error(vera, plain):
    with pytest.raises(RuntimeError, match="unknown flavour"):
        vera(plain, "4z")
