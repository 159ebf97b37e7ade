"""Convert HTML to PDF bytes without external resources.

Separate from `pdf.py` because importing WeasyPrint loads Pango: web processes print in a child process and never import
this.
"""

import functools
import gc
import logging
import os
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pydyf
from weasyprint import CSS, HTML, Attachment
from weasyprint.css.counters import CounterStyle
from weasyprint.html import UA
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from consultations.bidi import without_controls
from positions.render import fonts
from positions.render.pdf_tags import one_tree
from positions.render.xmp import with_both_claims

STYLESHEETS = Path(__file__).resolve().parents[2] / "static" / "css" / "print"
STYLESHEET = STYLESHEETS / "paper.css"
SCHEME = "bundled:"
VARIANT = "pdf/a-3a"
NOTES = ("::footnote-", "::note-")
_environment = threading.Lock()


@functools.cache
def browser_defaults() -> CSS:
    """Return WeasyPrint's default styles without notes, which we do not use, and with markers only for elements that
    can have one: otherwise they are computed six times for every element, a quarter of all memory.
    """
    used = [line for line in UA.splitlines() if not line.startswith(NOTES)]
    named = [f"li{line}" if line.startswith("::marker") else line for line in used]
    return CSS(string="\n".join(named), counter_style=CounterStyle())


class Page(HTML):
    """HTML document with a minimum of default styles."""

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        """Return our default styles instead of WeasyPrint's."""
        return [browser_defaults()]


Pictures = Mapping[str, tuple[bytes, str]]  # content and media type, by their "bundled:" URL


class Bundle(URLFetcher):
    """URL fetcher that serves bundled fonts and the pictures given, and refuses everything else: no network, no files,
    no data: URLs.
    """

    def __init__(self, pictures: Pictures = MappingProxyType({})) -> None:
        super().__init__()
        self.pictures = pictures

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Return the file of a `bundled:` URL. Raises ValueError for other URLs, KeyError for unknown files."""
        if url in self.pictures:
            data, media_type = self.pictures[url]
            return URLFetcherResponse(url, data, {"Content-Type": media_type})
        if not url.startswith(SCHEME):
            raise ValueError(f"Refused: {url[:200]}")
        return URLFetcherResponse(url, fonts.face_bytes(url.removeprefix(SCHEME)), {"Content-Type": "font/ttf"})


class Complaints(logging.Handler):
    """Log handler that collects WeasyPrint's warnings, such as missing fonts and broken links."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Store one warning."""
        self.messages.append(record.getMessage())


@contextmanager
def flawless() -> Iterator[None]:
    """Context manager that raises ValueError if WeasyPrint warned, or elements are nested too deeply: a flawed paper is
    not printed.
    """
    complaints, logger = Complaints(), logging.getLogger("weasyprint")
    logger.addHandler(complaints)
    try:
        yield
    except RecursionError as error:
        raise ValueError("The paper can't be printed: its parts are nested too deeply.") from error
    finally:
        logger.removeHandler(complaints)
    if complaints.messages:
        raise ValueError("The paper can't be printed without a flaw: " + "; ".join(complaints.messages[:10]))


@contextmanager
def without_system_fonts() -> Iterator[None]:
    """Context manager in which Fontconfig knows no system fonts, so that output is the same everywhere."""
    with _environment:
        before = os.environ.get("FONTCONFIG_FILE")
        os.environ["FONTCONFIG_FILE"] = str(fonts.NO_SYSTEM_FONTS)
        try:
            yield
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before


@contextmanager
def without_collector() -> Iterator[None]:
    """Context manager without garbage collection: nearly everything in a layout is needed to its end, and collecting
    took a tenth of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def stylesheet(configuration: FontConfiguration, also: str = "") -> CSS:
    """Return the print stylesheet with the bundled fonts and further stylesheets, loaded into `configuration`."""
    text = (
        fonts.rules()
        + STYLESHEET.read_text("utf-8")
        + "".join((STYLESHEETS / name).read_text("utf-8") for name in also.split())
    )
    return CSS(string=text, font_config=configuration, url_fetcher=Bundle())


def lay_out(html: str, also: str = "", pictures: Pictures = MappingProxyType({})) -> Any:
    """Return the laid-out pages of a paper; `also` names additional stylesheets of its type."""
    with without_system_fonts():
        configuration = FontConfiguration()
    page = Page(string=without_controls(html), url_fetcher=Bundle(pictures), base_url=SCHEME)
    return page.render(font_config=configuration, stylesheets=[stylesheet(configuration, also)], pdf_variant=VARIANT)


class Finished(pydyf.Stream):
    """Stream that is already compressed."""

    data: bytes = b""


def finish_streams(_document: Any, pdf: Any) -> None:
    """Compress every page, font and image once, and release the source: their bytes are requested twice, for the file
    and its identifier.
    """
    for number, item in enumerate(pdf.objects):
        if isinstance(item, pydyf.Stream):
            finished = pdf.objects[number] = Finished()
            finished.number, finished.data = item.number, item.data


class Enclosure(NamedTuple):
    """File embedded in a paper; `relationship` is its relation to the paper (ISO 32000-2, 7.11.3)."""

    data: bytes
    name: str
    description: str
    media_type: str
    relationship: str


def enclosed(file: Enclosure, moment: datetime) -> Any:
    """Return the file as WeasyPrint attaches it."""
    attachment = Attachment(
        file_obj=BytesIO(file.data),
        name=file.name,
        description=file.description,
        created=moment,
        modified=moment,
        relationship=file.relationship,
    )
    # WeasyPrint would guess the media type from the name, by tables that depend on the Python version.
    attachment.source = nullcontext((BytesIO(file.data), None, None, file.media_type))
    return attachment


def press(
    html: str,
    *,
    attachment: bytes,
    name: str,
    description: str,
    moment: datetime,
    also: str = "",
    beside: Sequence[Enclosure] = (),
    pictures: Pictures = MappingProxyType({}),
) -> bytes:
    """Render `html` as PDF/A-3a and PDF/UA-1 with its content in JSON and the files `beside` attached; deterministic.

    Raises ValueError if the paper cannot be printed without warnings.
    """
    files = [Enclosure(attachment, name, description, "application/json", "Source"), *beside]
    # Name trees are sorted (ISO 32000-2, 7.9.6): readers use binary search.
    attached = [enclosed(file, moment) for file in sorted(files, key=lambda file: file.name)]
    with flawless(), one_tree(), without_collector(), warnings.catch_warnings():
        # WeasyPrint leaves closing the colour profile to the interpreter.
        warnings.filterwarnings("ignore", r"unclosed file .*sRGB2014\.icc", ResourceWarning)
        document = lay_out(html, also, pictures)
        document.metadata = with_both_claims(document.metadata)
        return document.write_pdf(pdf_variant=VARIANT, attachments=attached, finisher=finish_streams)
