"""Benchmark: printing papers of six, forty and a hundred and fifty pages, the longest with 2,000 dispositions, against
WeasyPrint alone on the same HTML; editing a section of a draft; and a paragraph of a megabyte.

Both use the same stylesheet, fonts and fetcher, and start from nothing in every round. Ours also fills the templates,
attaches the content, and writes one structure tree for the whole document.
"""

import gc
import io
import resource
import statistics
import time

import pikepdf
import pytest
import weasyprint

from positions.render import paper, pdf, press
from positions.render.enclosed import enclosures
from tests.benchmarks.figures import children_watched, record
from tests.positions.render import editions, lengths

ROUNDS = {lengths.SHORTEST: 9, 40: 5, 150: 3}
MOST = 1.1  # of what WeasyPrint takes alone
MEGABYTES = 700


def seconds(work):
    """Return the CPU time of a call, after collecting garbage of the previous one."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def alone(html, **options):
    with press.without_system_fonts():
        fonts = press.FontConfiguration()
    page = weasyprint.HTML(string=html, url_fetcher=press.Bundle(), base_url=press.SCHEME)
    return page.write_pdf(font_config=fonts, stylesheets=[press.stylesheet(fonts)], **options)


def pages_of(printed):
    with pikepdf.open(io.BytesIO(printed)) as document:
        return len(document.pages)


def children():
    """Return the CPU time of child processes so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("pages", ROUNDS)
def test_a_paper_takes_hardly_more_than_weasyprint_alone(pages):
    """The first round warms up caches and does not count."""
    content = lengths.edition(pages)
    named = {"sha256": editions.digest(content), "address": editions.address(content)}
    html = paper.html(content, **named)
    runs = {
        "WeasyPrint alone, untagged": lambda: alone(html),
        "WeasyPrint alone, its own PDF/UA-1": lambda: alone(html, pdf_variant="pdf/ua-1"),
        "Ours: templates, attachments, PDF/A-3a and PDF/UA-1": lambda: paper.render(content, **named),
    }
    times = {name: [] for name in runs}
    for _ in range(1 + ROUNDS[pages]):
        for name, run in runs.items():
            times[name].append(seconds(run))
    medians = {name: statistics.median(taken[1:]) for name, taken in times.items()}
    floor, _, ours = medians.values()
    beside = seconds(lambda: enclosures(content, **named))
    rows = [[name, f"{median:.2f}", f"{median / floor:.2f}"] for name, median in medians.items()]
    rows += [["files beside them", f"{beside:.2f}", ""]]
    number = pages_of(paper.render(content, **named))
    record(f"PDF of {number} pages", ["step", "s", f"ratio (at most {MOST})"], rows, on_database=False)
    assert ours / floor <= MOST


def test_two_thousand_dispositions_are_printed_within_the_limits():
    content = lengths.edition(150)
    before = children()
    with children_watched() as peaks:
        printed = pdf.render_apart(content, editions.digest(content), editions.address(content))
    taken, memory = children() - before, max(peaks)
    pages, size = pages_of(printed), len(printed) / 1e6
    head, row = (
        ["pages", "s", "MB of the process", "MB of PDF"],
        [pages, f"{taken:.1f}", f"{memory:.0f}", f"{size:.2f}"],
    )
    record("PDF with 2,000 dispositions, in a process of its own", head, [row], on_database=False)
    assert 148 <= pages <= 152
    assert memory <= MEGABYTES


def used_apart(content):
    """Return the pages printed by a child process, and its CPU time."""
    before = children()
    printed = pdf.render_apart(content, editions.digest(content), editions.address(content))
    return pages_of(printed), children() - before


def test_a_draft_of_a_hundred_and_fifty_pages_and_its_largest_section_alone():
    """Upper bound of what caching other parts could save: see decisions.md."""
    content = editions.edition(kind="draft", paragraphs=1020, points=0)
    largest = max(content["sections"], key=lambda section: len(section["paragraphs"]))
    nothing = content | lengths.NOTHING | {"participants": [], "clearances": []}
    pages, whole = used_apart(content)
    of_one, alone_in_it = used_apart(nothing | {"sections": [largest]})
    of_none, to_begin = used_apart(nothing | {"sections": []})
    rows = [
        ["whole", pages, f"{whole:.1f}"],
        ["its largest section", of_one, f"{alone_in_it:.1f}"],
        ["without any text", of_none, f"{to_begin:.1f}"],
    ]
    record("A long draft as PDF", ["part", "pages", "s"], rows, on_database=False)
    assert 148 <= pages <= 152
    assert len(largest["paragraphs"]) > 100


def test_a_paragraph_of_a_megabyte_is_printed_within_the_limits():
    content = editions.edition(themes=1, paragraphs=8, points=4, participants=3, ministries=1)
    content["sections"][0]["paragraphs"][0]["text"] = "drought " * 131_072
    before = children()
    printed = pdf.render_apart(content, editions.digest(content), editions.address(content))
    row = [pages_of(printed), f"{children() - before:.1f}"]
    record("A megabyte in one paragraph as PDF", ["pages", "s"], [row], on_database=False)
    assert pages_of(printed) > 200
