"""Printing a paper of forty pages: our press against WeasyPrint alone on the same HTML, in the same run.

Both get the same stylesheet, the same typefaces and the same fetcher, and both start from nothing in every round. Ours
fills the templates, attaches the content, and writes one structure tree for the whole document on top of that.
"""

import io
import resource
import statistics
import time

import pikepdf
import weasyprint

from positions.render import paper, press
from tests.positions.render import editions

ROUNDS = 5
MOST = 1.15


def seconds(work):
    """Processor time of one call: what else the machine does at the moment does not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


def alone(html, **options):
    with press.without_system_fonts():
        fonts = press.FontConfiguration()
    page = weasyprint.HTML(string=html, url_fetcher=press.Bundle(), base_url=press.SCHEME)
    return page.write_pdf(font_config=fonts, stylesheets=[press.stylesheet(fonts)], **options)


def test_forty_pages_take_little_more_than_weasyprint_alone():
    content = editions.edition(paragraphs=90, points=150)
    named = {"sha256": editions.digest(content), "address": editions.address(content)}
    html = paper.html(content, **named)
    runs = {
        "WeasyPrint alone, untagged": lambda: alone(html),
        "WeasyPrint alone, its own PDF/UA-1": lambda: alone(html, pdf_variant="pdf/ua-1"),
        "Ours: templates, attachment, PDF/A-3a and PDF/UA-1": lambda: paper.render(content, **named),
    }
    times = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            times[name].append(seconds(run))
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    floor, _, ours = medians.values()
    printed = paper.render(content, **named)
    with pikepdf.open(io.BytesIO(printed)) as document:
        pages = len(document.pages)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"\n{pages} pages, {len(printed) / 1e6:.2f} MB, peak memory of all runs {peak} MB, median of {ROUNDS}")
    for name, median in medians.items():
        print(f"  {name:<52} {median:5.2f} s  {median / floor:5.2f}")
    assert pages >= 40
    assert ours / floor <= MOST
